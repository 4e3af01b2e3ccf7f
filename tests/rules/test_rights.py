"""Consents, requests and breaches: what holds, what is due when, what may happen next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from infra import rights as declared
from infra.front_matter import Mistake
from infra.template_reader import ROOT
from portal.identifiers import format_moment
from rights.models import GUARDIANS, OUTCOMES, PURPOSES, REASONS, RIGHTS, Breach, Consent, Request
from rights.rules import (
    POSSIBLE,
    UNVERIFIED,
    Event,
    allows,
    due,
    hours_left,
    is_late,
    is_open,
    is_overdue,
    lacks,
    may,
    may_close,
    may_tell,
    standing,
    state_of,
    untold,
)

NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
EVENTS: tuple[Event, ...] = get_args(Event)


def at(hours: float) -> str:
    return format_moment(NOW + timedelta(hours=hours))


def a_consent(**changes: Any) -> Consent:
    return Consent(**{"purpose": "photos", "given": True, "at": at(0), "version": "2026-11-21",
                      "text": "Foto saya boleh dimuat.", "language": "id", "through": "registration", **changes})


def a_request(**changes: Any) -> Request:
    known: dict[str, Any] = {
        "reference": "7F3K9QX2", "submission": "01JD8Z3C4V5W6X7Y8Z9A0B1C2D", "person": "orang-3", "right": "export",
        "details": "Semua data saya.", "email": "siti@bojonegoro.example", "language": "id", "received_at": at(0),
        "due_at": at(72), "rules": "2026-11-21"}
    return Request(**{**known, **changes})


def a_breach(**changes: Any) -> Breach:
    return Breach(**{"reference": "8G4M2RT5", "known_at": at(0), "due_at": at(72), "rules": "2026-11-21", **changes})


COMPLETE = {"fields": ("email",), "when_and_how": "Kotak surat petugas terbuka.", "handling": "Sandi diganti."}


# -- the clock -----------------------------------------------------------------------------------------------------


def test_three_times_twenty_four_hours_count_the_weekend_too() -> None:
    friday = format_moment(datetime(2026, 12, 4, 9, 30, tzinfo=UTC))
    assert due(friday, 72) == "2026-12-07T09:30:00.000Z"


@pytest.mark.parametrize(("hours", "left"), [(0, 72), (71.5, 0.5), (72, 0), (73, -1)])
def test_the_hours_that_are_left(hours: float, left: float) -> None:
    assert hours_left(at(72), NOW + timedelta(hours=hours)) == left


@pytest.mark.parametrize(("facts", "now", "overdue"), [
    ({}, 72, False), ({}, 72.1, True), ({"answered_at": at(71)}, 100, False), ({"answered_at": at(73)}, 73, True),
    ({"withdrawn_at": at(1)}, 100, False)],
    ids=["at the very moment", "a little later", "answered in time", "answered too late", "withdrawn"])
def test_a_request_is_overdue_when_it_was_not_answered_by_its_moment(
        facts: dict[str, str], now: float, overdue: bool) -> None:  # noqa: FBT001
    assert is_overdue(a_request(**facts), NOW + timedelta(hours=now)) is overdue


# -- consents ------------------------------------------------------------------------------------------------------


def test_what_was_never_said_is_not_allowed() -> None:
    assert not allows([], "photos")


def test_the_last_word_on_a_purpose_counts_whatever_the_order_they_are_read_in() -> None:
    ledger = [a_consent(at=at(2), given=False), a_consent(), a_consent(at=at(1))]
    assert not allows(ledger, "photos")
    assert allows([*ledger, a_consent(at=at(3))], "photos")
    assert standing(ledger)["photos"].at == at(2)


def test_purposes_are_separable() -> None:
    ledger = [a_consent(), a_consent(purpose="polls"), a_consent(at=at(1), given=False)]
    assert (allows(ledger, "photos"), allows(ledger, "polls"), allows(ledger, "publication")) == (False, True, False)


def test_a_childs_consent_is_given_by_a_parent_or_guardian() -> None:
    with pytest.raises(ValidationError, match="parent or guardian") as refused:
        a_consent(about_child=True)
    assert refused.value.errors()[0]["type"] == "guardian_missing"
    assert all(a_consent(about_child=True, guardian=each) for each in GUARDIANS)
    assert a_consent(about_child=True, given=False), "anybody may stop it"


@pytest.mark.parametrize("wrong", [
    {"purpose": "iklan"}, {"text": ""}, {"version": "terbaru"}, {"through": "Formulir A"}, {"bundle": True}],
    ids=lambda wrong: next(iter(wrong)))
def test_a_consent_without_its_proof_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_consent(**wrong)


def test_the_shapes_name_the_same_codes_as_the_lists() -> None:
    fields = Consent.model_fields
    assert get_args(fields["purpose"].annotation) == PURPOSES
    assert get_args(get_args(fields["guardian"].annotation)[0]) == GUARDIANS


# -- requests ------------------------------------------------------------------------------------------------------


FACTS: dict[str, dict[str, str]] = {
    "verify": {"verified_at": at(1)}, "take": {"taken_at": at(2), "taken_by": "petugas-7"},
    "answer": {"answered_at": at(3)}, "withdraw": {"withdrawn_at": at(3)}}


@given(st.lists(st.sampled_from(EVENTS), max_size=8))
def test_whatever_happens_a_request_keeps_to_its_states_and_can_still_end(events: list[Event]) -> None:
    request = a_request()
    for event in events:
        before = request
        if may(request, event):
            request = replace(request, **FACTS[event])
            assert before.state == request.state == "in_hand" or before.state != request.state
    assert request.state in POSSIBLE
    if is_open(request):
        assert may(request, "withdraw"), "no dead end"
    else:
        assert not [event for event in EVENTS if may(request, event)]


def test_nothing_is_opened_before_it_is_shown_whose_data_they_are() -> None:
    assert not may(a_request(), "take")
    assert not may(a_request(), "answer")
    assert not may(a_request(), "answer", reason="done")
    assert may(a_request(verified_at=at(1)), "take")


def test_who_cannot_show_it_is_answered_too() -> None:
    assert may(a_request(), "answer", reason=UNVERIFIED)
    assert UNVERIFIED in REASONS


def test_a_colleague_may_take_over_what_is_in_hand() -> None:
    assert may(a_request(verified_at=at(1), taken_at=at(2)), "take")


# -- breaches ------------------------------------------------------------------------------------------------------


def test_a_notice_lacks_what_the_law_asks_for() -> None:
    assert lacks(a_breach()) == ("fields", "when_and_how", "handling")
    assert lacks(a_breach(**COMPLETE)) == ()
    assert not may_tell(a_breach())
    assert may_tell(a_breach(**COMPLETE))


def test_authority_and_people_are_told_always_and_the_public_where_it_is_serious_for_it() -> None:
    assert untold(a_breach()) == ("authority", "people")
    assert untold(a_breach(serious_for_the_public=True, people_told_at=at(1))) == ("authority", "public")


def test_a_breach_is_closed_only_when_everybody_knows_who_has_to() -> None:
    known = a_breach(**COMPLETE, authority_told_at=at(1))
    assert (state_of(known), may_close(known)) == ("open", False)
    told = replace(known, people_told_at=at(2))
    assert (state_of(told), may_close(told)) == ("told", True)
    assert not may_close(replace(told, handling=None))
    closed = replace(told, closed_at=at(9))
    assert (state_of(closed), may_close(closed), may_tell(closed)) == ("closed", False, False)


@pytest.mark.parametrize(("facts", "now", "late"), [
    ({}, 72, False), ({}, 73, True), ({"authority_told_at": at(10)}, 73, True),
    ({"authority_told_at": at(10), "people_told_at": at(71)}, 500, False),
    ({"authority_told_at": at(10), "people_told_at": at(73)}, 73, True)],
    ids=["at the very moment", "nobody told", "the people not told", "both in time", "one too late"])
def test_a_breach_is_late_when_authority_or_people_hear_of_it_behind_the_moment(
        facts: dict[str, str], now: float, late: bool) -> None:  # noqa: FBT001
    assert is_late(a_breach(**facts), NOW + timedelta(hours=now)) is late


# -- the hours as they are declared --------------------------------------------------------------------------------


def test_every_right_has_its_hours_and_so_has_the_duty_to_tell() -> None:
    read = declared.read()
    assert set(read) == {*RIGHTS, "breach"}
    assert set(OUTCOMES) == {"granted", "partly", "refused"}
    assert all(each.hours[-1].hours == 72 for each in read.values())
    certain = {name for name, each in read.items() if each.hours[-1].certainty == "law"}
    assert certain == {"export", "correction", "objection", "breach"}, "the digest names no hour for erasing"


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_notice_tells_the_same_articles_and_hours(language: str) -> None:
    text = (ROOT / "content" / language / "tentang" / "privasi.md").read_text(encoding="utf-8")
    word = {"id": "jam", "en": "hours"}[language]
    for each in declared.read().values():
        article = each.article.rpartition("Pasal ")[2]
        assert f" | {article} | " in text
        if each.hours[-1].certainty == "law":
            assert f" | {article} | {each.hours[-1].hours // 24} x 24 {word} |" in text


@pytest.mark.parametrize(("old", "new", "key", "expected"), [
    ("hours: 72", "hours: soon", "export.hours.0.hours", "expected a whole number"),
    ("hours: 72", "hours: 0", "export.hours.0.hours", "greater than or equal to 1"),
    ("Pasal 32: 3 x 24 jam", "somewhere", "export.hours.0", "expected the article"),
    ("export:", "ekspor:", "rights", "expected exactly export, correction, erasure, objection, breach"),
    ("article:", "artikel:", "export.artikel", "expected no such key"),
    ("export:", "export: [", r"line \d+", "expected YAML")])
def test_a_mistake_in_the_hours_is_told_with_file_and_key(
        tmp_path: Path, old: str, new: str, key: str, expected: str) -> None:
    path = tmp_path / "content" / "rules" / "rights.yml"
    path.parent.mkdir(parents=True)
    text = declared.SOURCE.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Mistake, match=rf"^content/rules/rights.yml: {key}: .*{expected}"):
        declared.read(path)


def test_later_hours_stand_behind_earlier_ones(tmp_path: Path) -> None:
    path = tmp_path / "content" / "rules" / "rights.yml"
    path.parent.mkdir(parents=True)
    line = '    - {from: "2020-01-01", hours: 24, certainty: chosen, source: "earlier"}\n'
    text = declared.SOURCE.read_text(encoding="utf-8")
    path.write_text(text.replace("correction:\n", f"{line}correction:\n", 1), encoding="utf-8")
    with pytest.raises(Mistake, match=r"export\.hours: expected each to begin after the one before it"):
        declared.read(path)
