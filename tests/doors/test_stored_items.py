"""What lies in the tables is what the docstrings of the stores say: every kind of item, every attribute, no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from feedback.models import Feedback
from identity import store as identity_store
from infra import retention
from infra.assets import NOTICE
from infra.front_matter import front_matter
from portal import inbox, records, sessions
from portal.records import Item, Table
from registrations import store
from registrations.catalogue import Catalogue
from registrations.models import Registration
from registrations.store import Record, Refusal, Registrations
from tests.doors.calling import Caller
from tests.doors.conftest import Clock
from tests.doors.weather import contents
from tests.issuer import Issuer, signed_in
from tests.people import a_quota, a_record, a_submission, an_offering, official, ratna, visitor

REAL_NOW = datetime.now(UTC)


@pytest.fixture
def lived_in(table: Table, catalogue: Catalogue, registrations: Registrations) -> list[Item]:
    """A table in which everything has happened that can happen."""
    offering = an_offering(now=REAL_NOW, seats=2, quotas=[a_quota(now=REAL_NOW, seats=1)])
    catalogue.publish(offering)
    siti = registrations.register(a_record(official(agency="Dinas PMD"), offering, number=1), offering, REAL_NOW)
    for number in range(2, 6):
        registrations.register(a_record(visitor(number), offering, number=number), offering, REAL_NOW)
    assert registrations.check_in(siti, REAL_NOW)
    registrations.cancel(siti, offering, REAL_NOW)
    asking = offering.model_copy(update={"approval": True})
    requests = [registrations.register(a_record(visitor(number), asking, number=number), asking, REAL_NOW)
                for number in range(10, 13)]
    assert registrations.approve(requests[0], asking, REAL_NOW) == "waiting"
    assert registrations.refuse(requests[1], Refusal("other", "Kelas lain lebih cocok."), asking, REAL_NOW)
    return contents(table)


@pytest.fixture
def at_the_desk(names: dict[str, str], feedback_door: Caller) -> list[Item]:
    """The desk's table with one message."""
    feedback_door("POST /layanan/masukan", data={**ratna(), "submission_id": a_submission()})
    return contents(Table(names["FeedbackTable"]))


@pytest.fixture
def of_people(identity_door: Caller, issuer: Issuer, identity_table: Table, clock: Clock) -> list[Item]:
    """The table of people: signed in, told something of themself, come too late with an answer, signing in again."""
    browser = signed_in(identity_door, issuer)
    save = {"kind": "umum", "region": "35.22", "phone": "0812 3456 7890", "channel": "email", "version": "0"}
    assert browser("POST /layanan/akun/profil", form=save).status == 303
    clock.passes(hours=2)
    assert browser("POST /layanan/akun/profil", form=save).status == 401
    assert browser("GET /layanan/masuk").status == 303
    return contents(identity_table)


def rows(docstring: str | None) -> dict[str, Callable[[Item], Any]]:
    """The rows of a store's table of keys, each as a question whether an item is of its kind."""
    found = re.findall(r"^\| ([A-Z]+#\S+) +\| (\S+) +\|", docstring or "", re.MULTILINE)
    return {f"{pk} {sk}": _matcher(pk, sk) for pk, sk in found}


def _matcher(pk: str, sk: str) -> Callable[[Item], Any]:
    first, second = (re.compile(re.sub(r"<\w+>", "[^#]+", each)) for each in (pk, sk))
    return lambda item: first.fullmatch(item["pk"]) and second.fullmatch(item["sk"])


def kinds(items: list[Item], docstring: str | None) -> dict[str, list[Item]]:
    """The items by the row they belong to; an item of no row or of two fails."""
    sorted_out: dict[str, list[Item]] = {name: [] for name in rows(docstring)}
    for item in items:
        (name,) = [name for name, matches in rows(docstring).items() if matches(item)]
        sorted_out[name].append(item)
    return sorted_out


def floats(value: object) -> list[object]:
    if isinstance(value, dict):
        return [found for each in value.values() for found in floats(each)]
    if isinstance(value, list):
        return [found for each in value for found in floats(each)]
    return [value] if isinstance(value, float) else []


def test_every_kind_of_item_is_in_the_docstring_and_every_kind_there_is_seen(lived_in: list[Item]) -> None:
    assert {name for name, items in kinds(lived_in, store.__doc__).items() if not items} == set()


def test_the_desks_items_are_in_the_docstring_of_the_inbox(at_the_desk: list[Item]) -> None:
    assert {name: len(items) for name, items in kinds(at_the_desk, inbox.__doc__).items()} == {
        "MESSAGE#<reference> RECORD": 1, "MESSAGE#<reference> MESSAGE#<moment>#<name>": 1}


def test_the_items_of_people_are_in_the_docstrings_of_their_two_stores(of_people: list[Item]) -> None:
    described = f"{sessions.__doc__}\n{identity_store.__doc__}"
    assert {name: len(items) for name, items in kinds(of_people, described).items()} == {
        "SESSION#<sha256> RECORD": 1, "PERSON#<person> SESSION#<sha256>": 1, "PARKED#<sha256> RECORD": 1,
        "SIGNIN#<sha256> RECORD": 1, "PERSON#<person> PROFILE": 1}


def test_all_of_people_ends_by_itself(of_people: list[Item]) -> None:
    assert {item["sk"].partition("#")[0] for item in of_people} == {"RECORD", "PROFILE", "SESSION"}
    assert [item["sk"] for item in of_people if "expires_at" not in item] == []


def test_a_stored_registration_is_the_record_and_its_answers_are_the_form(lived_in: list[Item]) -> None:
    stored = [item for item in lived_in if item["sk"] == "RECORD"]
    attributes = {name for item in stored for name in item}
    assert attributes == {field.name for field in fields(Record)} | {"pk", "sk", "expires_at", "email_key"}
    answers = {name for item in stored for name in item["answers"]}
    optional = {name for name, info in Registration.model_fields.items() if not info.is_required()}
    assert set(Registration.model_fields) - {"offering"} - optional <= answers
    assert answers <= set(Registration.model_fields) - {"offering"}


def test_with_a_consent_stands_the_version_of_the_notice(lived_in: list[Item], at_the_desk: list[Item]) -> None:
    stored = [item for item in [*lived_in, *at_the_desk] if item["sk"] == "RECORD"]
    assert {item["notice"] for item in stored} == {front_matter(NOTICE)["versi"]}


def test_a_stored_message_has_the_answers_of_its_form(at_the_desk: list[Item]) -> None:
    (stored,) = [item for item in at_the_desk if item["sk"] == "RECORD"]
    assert set(stored["answers"]) == set(Feedback.model_fields)


def test_what_holds_a_personal_value_ends_by_itself(lived_in: list[Item], at_the_desk: list[Item]) -> None:
    """Seats, pools and the offering itself belong to nobody and stay."""
    lasting = {item["sk"].partition("#")[0] for item in lived_in if "expires_at" not in item}
    assert lasting <= {"CATALOGUE", "POOL", "SEAT", an_offering().id}
    assert all("expires_at" in item for item in at_the_desk)
    ends = an_offering(now=REAL_NOW).ends + timedelta(days=retention.read()["registration"].periods[-1].days)
    assert {item["expires_at"] for item in lived_in if item["sk"] == "RECORD"} == {int(ends.timestamp())}


def test_no_number_is_a_float_and_no_moment_is_without_its_zone(
        lived_in: list[Item], at_the_desk: list[Item]) -> None:
    items = [*lived_in, *at_the_desk]
    assert [found for item in items for found in floats(item)] == []
    moments = [value for item in items for name, value in item.items() if name.endswith("_at") and name != "expires_at"]
    assert moments
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment) for moment in moments)


def test_numbers_that_come_back_from_the_store_are_whole_or_exact(table: Table) -> None:
    table.write(records.put({"pk": "X", "sk": "Y", "whole": 3, "exact": Decimal("12.50")}))
    item = table.get("X", "Y") or {}
    assert (item["whole"], type(item["whole"]), item["exact"]) == (3, int, Decimal("12.5"))


def test_a_cancelled_registration_is_kept_with_its_history_and_without_its_seat(lived_in: list[Item]) -> None:
    (cancelled,) = [item for item in lived_in if item["sk"] == "RECORD" and "cancelled_at" in item]
    assert "seat" not in cancelled
    history = [item["template"] for item in lived_in
               if item["pk"] == cancelled["pk"] and item["sk"].startswith("MESSAGE#")]
    assert sorted(history) == ["registration_cancelled", "registration_seated"]


def test_a_person_is_locked_by_address_and_by_nip(lived_in: list[Item]) -> None:
    locks = [item for item in lived_in if item["sk"] == "LOCK"]
    alive = [item for item in lived_in if item["sk"] == "RECORD" and not {"cancelled_at", "refused_at"} & set(item)]
    assert len(locks) == sum(2 if "nip" in item["answers"] else 1 for item in alive)
