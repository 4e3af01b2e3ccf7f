"""Rights over one's data in their table: what is remembered, in which order it waits, and that two never overwrite."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.assets import read_json
from portal.audit import Actor, Audit
from portal.errors import NotFound, SubmissionConflict
from portal.identifiers import format_moment, format_reference, parse_moment
from portal.records import Item, Table
from rights import store
from rights.models import Breach, Consent, Request
from rights.rules import allows
from rights.store import Rights
from sweeper.purge import of_a_right
from tests.doors.test_audit import verify
from tests.doors.test_mail import PostOffice, office
from tests.doors.test_stored_items import kinds
from tests.doors.weather import contents
from tests.people import a_submission

__all__ = ["office"]
NOW = datetime.now(UTC)
SITI, RULA, DEDI = Actor("orang-3", "self"), Actor("petugas-7", "desk"), Actor("petugas-8", "desk")
HOUR = timedelta(hours=1)


@pytest.fixture
def rights(names: dict[str, str]) -> Rights:
    return Rights(Table(names["RightsTable"]), Audit(Table(names["AuditTable"])))


def a_request(number: int = 1, **changes: Any) -> Request:
    """What a door hands over; the store adds the clock."""
    known: dict[str, Any] = {
        "reference": f"7F3K9QX{number + 1}", "submission": a_submission(number), "person": "orang-3",
        "right": "export", "details": "Semua data saya.", "email": "siti@bojonegoro.example", "language": "id",
        "received_at": "", "due_at": "", "rules": ""}
    return Request(**{**known, **changes})


def a_consent(**changes: Any) -> Consent:
    return Consent(**{"purpose": "photos", "given": True, "at": format_moment(NOW), "version": "2026-11-21",
                      "text": "Foto saya boleh dimuat.", "language": "id", "through": "registration", **changes})


def told(rights: Rights, kind: str, record: str) -> list[str]:
    number = record if kind == "consent" else format_reference(record)
    return [entry["action"] for entry in rights.audit.entries(kind, number)]


def days(kind: str) -> timedelta:
    return timedelta(days=read_json("retention.json")[kind][-1][1])


# -- consents ------------------------------------------------------------------------------------------------------


def test_a_consent_is_kept_with_its_proof_until_it_is_withdrawn(rights: Rights) -> None:
    rights.say("orang-3", a_consent(), SITI)
    assert rights.ledger("orang-3") == [a_consent()]
    (item,) = contents(rights.table)
    assert "expires_at" not in item, "the proof is kept as long as the consent stands"
    assert (item["version"], item["text"], item["through"]) == ("2026-11-21", "Foto saya boleh dimuat.", "registration")
    assert told(rights, "consent", "orang-3") == ["consented"]


def test_a_withdrawn_consent_allows_nothing_and_ends_in_time_with_its_proof(rights: Rights) -> None:
    rights.say("orang-3", a_consent(), SITI)
    rights.say("orang-3", a_consent(purpose="polls"), SITI)
    later = NOW + HOUR
    rights.say("orang-3", a_consent(at=format_moment(later), given=False), SITI)
    ledger = rights.ledger("orang-3")
    assert (allows(ledger, "photos"), allows(ledger, "polls")) == (False, True)
    ends = int((parse_moment(format_moment(later)) + days("consent")).timestamp())
    assert [item.get("expires_at") for item in contents(rights.table)] == [ends, ends, None]
    assert rights.stop_by(ledger[1]) == format_moment(later + 72 * HOUR)


def test_saying_the_same_again_is_saying_it_once_and_a_new_text_is_asked_anew(rights: Rights) -> None:
    rights.say("orang-3", a_consent(), SITI)
    rights.say("orang-3", a_consent(at=format_moment(NOW + HOUR)), SITI)
    assert len(rights.ledger("orang-3")) == 1
    rights.say("orang-3", a_consent(at=format_moment(NOW + 2 * HOUR), version="2027-01-01"), SITI)
    assert [each.version for each in rights.ledger("orang-3")] == ["2026-11-21", "2027-01-01"]


def test_a_consent_can_be_given_again_after_it_was_withdrawn(rights: Rights) -> None:
    for hours, given in enumerate((True, False, True)):
        rights.say("orang-3", a_consent(at=format_moment(NOW + hours * HOUR), given=given), SITI)
    assert allows(rights.ledger("orang-3"), "photos")
    assert "expires_at" not in contents(rights.table)[-1]


# -- requests ------------------------------------------------------------------------------------------------------


def test_a_requests_clock_begins_when_it_is_recorded(rights: Rights) -> None:
    kept = rights.file(a_request(), SITI, NOW)
    assert (kept.received_at, kept.due_at) == (format_moment(NOW), format_moment(NOW + 72 * HOUR))
    assert kept.rules == read_json("rights.json")["export"][-1][0], "the row it was computed with"
    assert rights.find(kept.reference) == kept
    assert list(rights.of_person("orang-3")) == [kept.reference]


def test_it_is_confirmed_and_answered_by_mail(rights: Rights, office: PostOffice) -> None:
    rights.file(a_request(language="en"), SITI, NOW)
    for event in ("verify", "take", "answer"):
        rights.advance("7F3K9QX2", event, RULA, NOW + HOUR, outcome="partly", reason="of_others")
    office.relay()
    office.deliver()
    assert [mail.subject for mail in office.sent] == [
        "We have received your request (7F3K-9QX2)", "Your request has been answered (7F3K-9QX2)"]
    received, answered = (mail.body for mail in office.sent)
    assert "You ask us to see your data and get a copy." in received
    assert re.search(r"We answer by \d+ \w+ \d{4}, \d\d:\d\d WIB at the latest\.", received)
    assert "The request is granted in part: the data hold data of other people." in answered
    assert "Semua data saya" not in received + answered


def test_the_same_submission_again_is_the_same_request(rights: Rights) -> None:
    first = rights.file(a_request(), SITI, NOW)
    assert rights.file(a_request(), SITI, NOW + HOUR) == first
    assert told(rights, "rights_request", first.reference) == ["requested"]
    for change in ({"details": "Lain."}, {"person": "orang-9"}, {"email": "lain@desa.example"}):
        with pytest.raises(SubmissionConflict):
            rights.file(a_request(**change), SITI, NOW)


def test_the_desk_sees_the_most_urgent_first(rights: Rights) -> None:
    for number, hours in ((1, 5), (2, 1), (3, 3)):
        rights.file(a_request(number), SITI, NOW + hours * HOUR)
    assert list(rights.open_requests()) == ["7F3K9QX3", "7F3K9QX4", "7F3K9QX2"]
    rights.advance("7F3K9QX4", "withdraw", SITI, NOW + 6 * HOUR)
    rights.advance("7F3K9QX3", "answer", RULA, NOW + 6 * HOUR, outcome="refused", reason="not_the_person")
    assert list(rights.open_requests()) == ["7F3K9QX2"]


def test_each_step_is_a_dated_fact_with_its_entry(rights: Rights) -> None:
    rights.file(a_request(), SITI, NOW)
    steps = [rights.advance("7F3K9QX2", event, RULA, NOW + number * HOUR, outcome="granted", reason="done")
             for number, event in enumerate(("verify", "take", "answer"), 1)]
    assert [step.state for step in steps] == ["verified", "in_hand", "answered"]
    last = rights.find("7F3K9QX2")
    assert last == steps[-1]
    assert (last.verified_at, last.taken_by, last.outcome) == (format_moment(NOW + HOUR), "petugas-7", "granted")
    assert told(rights, "rights_request", "7F3K9QX2") == ["requested", "verified", "taken", "answered"]
    assert verify(rights.audit) == []


def test_what_may_not_happen_changes_nothing(rights: Rights) -> None:
    kept = rights.file(a_request(), SITI, NOW)
    before = contents(rights.table)
    assert rights.advance("7F3K9QX2", "answer", RULA, NOW, outcome="granted", reason="done") == kept
    assert contents(rights.table) == before
    assert told(rights, "rights_request", "7F3K9QX2") == ["requested"]
    with pytest.raises(NotFound):
        rights.advance("BCDFGHJK", "take", RULA, NOW)


def test_of_two_at_one_request_the_second_gets_what_the_first_did(rights: Rights) -> None:
    rights.file(a_request(), SITI, NOW)
    rights.advance("7F3K9QX2", "verify", RULA, NOW)
    rights.advance("7F3K9QX2", "take", RULA, NOW)

    def answer(actor: Actor, outcome: str) -> Request:
        return rights.advance("7F3K9QX2", "answer", actor, NOW, outcome=outcome, reason="done")

    with ThreadPoolExecutor(2) as desk:
        both = list(desk.map(answer, (RULA, DEDI), ("granted", "refused")))
    assert both[0] == both[1] == rights.find("7F3K9QX2")
    assert told(rights, "rights_request", "7F3K9QX2").count("answered") == 1


def test_an_answered_request_ends_in_time_and_an_open_one_has_no_end(rights: Rights) -> None:
    rights.file(a_request(), SITI, NOW)
    rights.file(a_request(2), SITI, NOW)
    rights.advance("7F3K9QX2", "withdraw", SITI, NOW)
    ends = {item["pk"] + item["sk"]: item.get("expires_at") for item in contents(rights.table)
            if not item["sk"].startswith("MESSAGE#")}
    expected = int((NOW + days("rights_request")).timestamp())
    assert ends["REQUEST#7F3K9QX2RECORD"] == ends["PERSON#orang-3REQUEST#7F3K9QX2"] == expected
    assert ends["REQUEST#7F3K9QX3RECORD"] is ends["PERSON#orang-3REQUEST#7F3K9QX3"] is None


# -- breaches ------------------------------------------------------------------------------------------------------


def test_a_breachs_clock_counts_from_when_it_became_known(rights: Rights) -> None:
    breach = rights.record("8G4M2RT5", NOW - 10 * HOUR, RULA, NOW)
    assert breach.due_at == format_moment(NOW + 62 * HOUR)
    assert rights.breach("8G4M2RT5") == breach
    assert list(rights.open_breaches()) == ["8G4M2RT5"]


def test_a_breach_goes_from_its_record_to_its_end(rights: Rights) -> None:
    rights.record("8G4M2RT5", NOW, RULA, NOW)
    untold = rights.tell("8G4M2RT5", "people", RULA, NOW)
    assert untold.people_told_at is None, "a notice that lacks something is none"
    rights.describe("8G4M2RT5", RULA, NOW, fields=("email", "nip"), people=12, when_and_how="x", handling="y",
                    about_children=True, specific=True)
    for whom in ("authority", "people", "people"):
        rights.tell("8G4M2RT5", whom, DEDI, NOW + HOUR)
    closed = rights.close("8G4M2RT5", RULA, NOW + 2 * HOUR)
    assert closed.fields == ("email", "nip")
    assert closed.closed_at == format_moment(NOW + 2 * HOUR)
    assert rights.describe("8G4M2RT5", RULA, NOW, people=13) == closed
    assert list(rights.open_breaches()) == []
    assert told(rights, "breach", "8G4M2RT5") == ["recorded", "corrected", "told", "told", "closed"]
    assert [item["expires_at"] for item in contents(rights.table)] == [
        int((NOW + 2 * HOUR + days("breach")).timestamp())]


def test_two_who_describe_a_breach_lose_nothing(rights: Rights) -> None:
    rights.record("8G4M2RT5", NOW, RULA, NOW)
    with ThreadPoolExecutor(2) as desk:
        list(desk.map(lambda known: rights.describe("8G4M2RT5", RULA, NOW, **known),
                      ({"when_and_how": "Kotak surat terbuka."}, {"handling": "Sandi diganti."})))
    kept = rights.breach("8G4M2RT5")
    assert kept
    assert (kept.when_and_how, kept.handling, kept.changes) == ("Kotak surat terbuka.", "Sandi diganti.", 2)


def test_a_breach_is_recorded_once(rights: Rights) -> None:
    rights.record("8G4M2RT5", NOW, RULA, NOW)
    with pytest.raises(SubmissionConflict):
        rights.record("8G4M2RT5", NOW, RULA, NOW)


# -- what lies in the table ----------------------------------------------------------------------------------------


@pytest.fixture
def lived(rights: Rights) -> list[Item]:
    rights.say("orang-3", a_consent(), SITI)
    rights.say("orang-3", a_consent(at=format_moment(NOW + HOUR), given=False), SITI)
    for number in (1, 2):
        rights.file(a_request(number), SITI, NOW)
    rights.advance("7F3K9QX2", "withdraw", SITI, NOW)
    rights.file(a_request(3, right="erasure"), SITI, NOW, verified=True)
    rights.advance("7F3K9QX4", "take", RULA, NOW)
    rights.advance("7F3K9QX4", "answer", RULA, NOW, outcome="granted", reason="being_done")
    rights.file(a_request(4, right="erasure"), SITI, NOW, verified=True)
    rights.advance("7F3K9QX5", "take", RULA, NOW)
    rights.advance("7F3K9QX5", "answer", RULA, NOW, outcome="granted", reason="being_done")
    rights.erased("7F3K9QX5", NOW)
    for reference in ("8G4M2RT5", "8G4M2RT6"):
        rights.record(reference, NOW, RULA, NOW)
    rights.describe("8G4M2RT5", RULA, NOW, fields=("email",), when_and_how="x", handling="y")
    for whom in ("authority", "people"):
        rights.tell("8G4M2RT5", whom, RULA, NOW)
    rights.close("8G4M2RT5", RULA, NOW)
    return contents(rights.table)


def test_every_kind_of_item_is_in_the_docstring(lived: list[Item]) -> None:
    found = kinds(lived, store.__doc__)
    assert len(found) == 9
    assert {name for name, items in found.items() if not items} == set()


def test_a_stored_request_and_breach_are_their_shapes(lived: list[Item]) -> None:
    for kind, shape in (("REQUEST", Request), ("BREACH", Breach)):
        stored = {name for item in lived if item["pk"].startswith(kind) and item["sk"] == "RECORD" for name in item}
        assert stored <= {field.name for field in fields(shape)} | {"pk", "sk", "expires_at"}


def test_what_has_ended_is_known_to_the_purge_and_what_has_not_is_left(lived: list[Item]) -> None:
    for item in lived:
        kept = of_a_right(item)
        assert (kept is not None) is ("expires_at" in item), item["pk"]
        if kept:
            at = timedelta(seconds=1)
            ends = datetime.fromtimestamp(item["expires_at"], UTC)
            assert abs(kept.fact + days(kept.kind) - ends) < at


def test_keys_hold_no_personal_value(lived: list[Item]) -> None:
    keys = " ".join(f"{item['pk']} {item['sk']}" for item in lived)
    assert "siti" not in keys.lower()


def test_a_store_that_is_asked_for_nothing_has_nothing(rights: Rights) -> None:
    assert rights.find("7F3K9QX2") is None
    assert rights.breach("8G4M2RT5") is None
    assert list(rights.of_person("orang-3")) == []


