"""The clock of the desks: who is reminded of dossiers near or past their own day, and who is told of late ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from assessment import clock, rounds, workflow
from assessment.hands import Hands
from assessment.rounds import last_day
from dupak.dossiers import Dossier
from dupak.own_views import queue_row
from dupak.store import OFFICE, Dossiers
from portal.audit import SYSTEM, Audit, Note
from portal.identifiers import format_moment
from portal.records import Table, put
from portal.sessions import Session
from portal.workdays import add, day_of, is_workday
from tests.doors.calling import Context

UNIT, AGENCY = "Dinas PMD Bojonegoro", "Pemerintah Kabupaten Bojonegoro"
OFFICES = {"unit": "dinas-pmd-bojonegoro", "agency": "pemerintah-kabupaten-bojonegoro"}
NOW = datetime.now(UTC)


def next_workday() -> date:
    day = day_of(NOW)
    return day if is_workday(day) else add(day, 1)


TODAY = next_workday()


@pytest.fixture
def store(names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Dossiers]:
    """The dossiers, on a working day."""
    from tests.doors.conftest import OF_A_DOOR, forget  # noqa: PLC0415 a fixture's own affair

    class Working(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime(TODAY.year, TODAY.month, TODAY.day, 3, tzinfo=tz)

    monkeypatch.setattr(clock, "datetime", Working)
    forget(*OF_A_DOOR)
    yield Dossiers(Table(names["DossiersTable"]), Audit(Table(names["AuditTable"])))
    forget(*OF_A_DOOR)


Put = Callable[..., None]


@pytest.fixture
def waits(store: Dossiers) -> Put:
    """A dossier that waits in a state until a day."""
    def put_there(state: str, due: date, reference: str = "7F3K9QX2", **more: str) -> None:
        moment = format_moment(NOW - timedelta(days=90))
        before = Dossier(reference, f"{reference:0>26}", "helmy", "konvensional", "id", "", moment, unit=UNIT,
                         agency=AGENCY)
        note = Note("dossier", f"{reference[:4]}-{reference[4:]}", "recorded", SYSTEM, "1", NOW)
        store.begin(before, note)
        after = Dossier(**{**vars(before), "state": state, "since": moment, "due": due.isoformat(), **more})
        store.move(before, after, "submit", note, row=queue_row(after, None))

    return put_there


@pytest.fixture
def works(names: dict[str, str]) -> Callable[..., None]:
    """Somebody opened their queue in these roles, each with the office that it speaks of."""
    hands = Hands(Table(names["AssessmentTable"]))

    def noted(person: str, *roles: str, office: str = "") -> None:
        held = tuple(f"{role}:{office or OFFICES[clock.OF_ROLE.get(role, 'agency')]}" for role in roles)
        moment = format_moment(NOW)
        hands.note(Session("0" * 64, person, person.title(), f"{person}@contoh.test", held, moment, moment, "id"), NOW)

    return noted


def reminded(store: Dossiers, person: str) -> Mapping[str, str]:
    """What the clock's only letter to somebody counts, without what it counts none of."""
    clock.handle({}, Context())
    letters = list(store.reminders(person))
    assert len(letters) <= 1
    return {name: number for each in letters for name, number in each["values"].items() if number != "0"}


@pytest.mark.parametrize("state", OFFICE)
def test_a_late_dossier_reaches_whoever_the_table_names(
        store: Dossiers, waits: Put, works: Callable[..., None], state: str) -> None:
    works("atas", workflow.escalates_to(state))
    works("jauh", workflow.escalates_to(state), office="kantor-lain")
    waits(state, add(TODAY, -1))
    assert reminded(store, "atas") == {"returned" if state == "returned" else "escalated": "1"}
    assert reminded(store, "jauh") == {}


@pytest.mark.parametrize(("days", "expected"), [(-1, {"late": "1"}), (0, {"near": "1"}), (2, {"near": "1"}), (3, {})])
def test_whoever_has_it_is_reminded_by_its_own_last_day_and_not_by_when_it_came(
        store: Dossiers, waits: Put, works: Callable[..., None], days: int, expected: dict[str, str]) -> None:
    works("eko", "sekretariat")
    waits("secretariat", add(TODAY, days))
    assert reminded(store, "eko") == expected


@pytest.mark.parametrize(("days", "expected"), [(-1, {"late": "1"}), (3, {"near": "1"}), (4, {})])
def test_an_assessor_is_reminded_by_the_last_day_of_the_round(  # noqa: PLR0917 fixtures
        store: Dossiers, names: dict[str, str], waits: Put, works: Callable[..., None], days: int,
        expected: dict[str, str]) -> None:
    works("hadi", "penilai")
    works("intan", "penilai")
    Table(names["AssessmentTable"]).write(put({"pk": "WORK#OPEN", "sk": "hadi#7F3K9QX2",
                                               "since": format_moment(NOW - timedelta(days=90))}))
    waits("assessing", add(TODAY, days))
    assert reminded(store, "hadi") == expected
    assert reminded(store, "intan") == {}


def test_the_last_day_of_marking_is_the_rounds_where_it_is_the_later_one() -> None:
    found = rounds.rounds()[0]
    end = found.windows["nilai"][1]
    assert last_day(found.id, "assessing", end - timedelta(days=30)) == end


def test_whoever_works_at_two_desks_gets_one_letter_about_both(
        store: Dossiers, waits: Put, works: Callable[..., None]) -> None:
    works("gita", "ketua", "penetap")
    waits("chair", add(TODAY, 1))
    waits("approving", add(TODAY, -1), "8F3K9QX2")
    assert reminded(store, "gita") == {"near": "1", "late": "1"}


def letters_about(store: Dossiers, reference: str = "7F3K9QX2") -> list[tuple[str, str]]:
    clock.handle({}, Context())
    return [(each["template"], each["to"]) for each in store.letters(reference)]


@pytest.mark.parametrize(("days", "expected"), [(-1, 1), (3, 1), (4, 0)])
def test_an_official_is_reminded_of_what_was_returned_once_before_its_day_and_once_after(
        store: Dossiers, waits: Put, days: int, expected: int) -> None:
    waits("returned", add(TODAY, days), email="helmy@contoh.test")
    once = letters_about(store)
    assert once == [("dossier_waits" if days > 0 else "dossier_waited", "helmy@contoh.test")] * expected
    assert letters_about(store) == once, "another strike writes nothing twice"


def test_a_superior_hears_of_a_returned_dossier_once(store: Dossiers, waits: Put, works: Callable[..., None]) -> None:
    works("ratna", "atasan")
    waits("returned", add(TODAY, -2))
    assert reminded(store, "ratna") == {}, "it was told a working day ago"


def test_what_came_to_an_end_meanwhile_reminds_nobody(store: Dossiers, waits: Put, works: Callable[..., None]) -> None:
    works("ratna", "atasan")
    waits("returned", add(TODAY, -1), email="helmy@contoh.test")
    found = store.find("7F3K9QX2")
    assert found is not None
    note = Note("dossier", "7F3K-9QX2", "withdrawn", SYSTEM, "1", NOW)
    store.move(found, Dossier(**{**vars(found), "state": "withdrawn", "due": ""}), "withdraw", note)
    assert (letters_about(store), reminded(store, "ratna")) == ([], {})


def test_an_assessor_is_not_reminded_of_work_whose_dossier_is_elsewhere(
        store: Dossiers, names: dict[str, str], waits: Put, works: Callable[..., None]) -> None:
    works("hadi", "penilai")
    Table(names["AssessmentTable"]).write(put({"pk": "WORK#OPEN", "sk": "hadi#7F3K9QX2",
                                               "since": format_moment(NOW - timedelta(days=90))}))
    waits("superior", add(TODAY, -1))
    assert reminded(store, "hadi") == {}


@pytest.mark.usefixtures("store")
def test_a_second_strike_on_the_same_day_writes_no_second_letter(
        waits: Put, works: Callable[..., None]) -> None:
    works("eko", "sekretariat")
    waits("secretariat", TODAY)
    assert clock.handle({}, Context())["reminded"] == 1
    assert clock.handle({}, Context())["reminded"] == 0


def test_every_state_of_an_office_has_somebody_to_remind_and_a_scope_to_look_at() -> None:
    assert {*clock.ROLE, "assessing", "returned"} == {*OFFICE}
    assert {workflow.escalates_to(state) for state in OFFICE} | {*clock.ROLE.values()} <= {*clock.OF_ROLE}
    assert {state: clock.OF_ROLE[role] for state, role in clock.ROLE.items()} == {
        state: office for state, office in OFFICE.items() if state not in {"assessing", "returned"}}
