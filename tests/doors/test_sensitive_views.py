"""Whoever sees a sensitive field as it is, is in the audit before the answer is sent: one record, a list, a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from portal import audit as audits
from portal import gate
from portal.audit import Audit
from portal.errors import StoreUnavailable
from portal.identifiers import format_reference
from portal.records import Item, Table
from portal.sessions import Sessions
from registrations import desk
from registrations.catalogue import Catalogue
from registrations.store import Record, Registrations
from tests.doors.calling import JSON, Caller
from tests.doors.conftest import OF_A_DOOR, forget
from tests.people import a_record, an_offering, official, visitor

NOW = datetime.now(UTC)
HERE = {"offering": "bimtek-klino"}
LIST, FILE = "GET /layanan/meja/kegiatan/{offering}", "GET /layanan/meja/kegiatan/{offering}/unduh/{kind}"
ONE = "GET /layanan/meja/kegiatan/{offering}/pendaftaran/{reference}"
PANITIA, PELATIH = "panitia:bimtek-klino", "pelatih:bimtek-klino"
NEEDS = {"accessibility_needs": "Kursi roda"}

Sit = Callable[[str], Caller]


@pytest.fixture
def sit(names: dict[str, str], kept_sessions: Sessions) -> Sit:
    del names
    forget(*OF_A_DOOR)
    return lambda group: Caller(desk.handle, {"__Host-sesi": kept_sessions.begin(
        "rula", name="Rula", email="", groups=(group,), now=NOW)})


@pytest.fixture
def audit(names: dict[str, str]) -> Audit:
    return Audit(Table(names["AuditTable"]))


@pytest.fixture
def people(catalogue: Catalogue, registrations: Registrations) -> list[Record]:
    """An official with a NIP, and three visitors of whom two have told a need."""
    offering = an_offering(now=NOW, seats=9)
    catalogue.publish(offering)
    told = [official(), visitor(1, **NEEDS), visitor(2, **NEEDS), visitor(3)]
    return [registrations.register(a_record(each, offering, number=number), offering, NOW)
            for number, each in enumerate(told)]


def seen(audit: Audit, record: Record) -> list[Any]:
    entries: list[Item] = list(audit.entries("registration", format_reference(record.reference)))
    return [(each["action"], each["role"], each["facts"]) for each in entries]


def test_one_record_with_its_nip_leaves_an_entry_and_one_without_leaves_none(
        sit: Sit, audit: Audit, people: list[Record]) -> None:
    for person in (people[0], people[3]):
        assert sit(PANITIA)(ONE, reference=person.reference, **HERE).status == 200
    assert seen(audit, people[0]) == [("viewed", "panitia", ["field:nip"])]
    assert seen(audit, people[3]) == []


def test_who_sees_it_masked_leaves_none(sit: Sit, audit: Audit, people: list[Record]) -> None:
    assert "•" in sit("pengawas_data")(ONE, reference=people[0].reference, **HERE).text
    assert seen(audit, people[0]) == []


def test_a_list_for_programs_remembers_whose_needs_it_told(sit: Sit, audit: Audit, people: list[Record]) -> None:
    answer = sit(PELATIH)(LIST, headers={"accept": JSON}, **HERE)
    assert answer.body.count("Kursi roda") == 2
    assert [seen(audit, person) for person in people] == [
        [], *[[("viewed", "pelatih", ["field:accessibility_needs"])]] * 2, []]


def test_a_list_for_people_shows_no_needs_and_leaves_no_entry(sit: Sit, audit: Audit, people: list[Record]) -> None:
    answer = sit(PELATIH)(LIST, **HERE)
    assert "Kursi roda" not in answer.text
    assert [seen(audit, person) for person in people] == [[]] * 4


def test_a_table_remembers_each_person_whose_needs_it_holds(sit: Sit, audit: Audit, people: list[Record]) -> None:
    assert "Kursi roda" in sit(PANITIA)(FILE, kind="csv", **HERE).body
    assert [seen(audit, person) for person in people] == [
        [], *[[("exported", "panitia", ["field:accessibility_needs"])]] * 2, []]


def test_a_large_table_is_one_entry_at_its_activity(
        sit: Sit, audit: Audit, people: list[Record], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MANY", 1)
    sit(PANITIA)(FILE, kind="csv", **HERE)
    assert [seen(audit, person) for person in people] == [[]] * 4
    assert [each["facts"] for each in audit.entries("offering", "bimtek-klino")] == [[], ["field:accessibility_needs"]]


def test_what_cannot_be_remembered_is_not_shown(
        sit: Sit, people: list[Record], monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(audits.Audit, "note", busy)
    answer = sit(PANITIA)(ONE, reference=people[0].reference, **HERE)
    assert answer.status == 503
    assert "19860926" not in answer.body
