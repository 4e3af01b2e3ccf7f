"""The purge: what outlives the retention table of the day goes, with an entry in the audit; nothing else goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from identity.store import Identities
from portal import assets, records
from portal.audit import Audit
from portal.errors import StoreUnavailable
from portal.identifiers import format_reference
from portal.records import Item, Table, put
from portal.sessions import Sessions
from registrations.catalogue import Catalogue
from registrations.desk_store import Mailings, SavedFilters
from registrations.store import Registrations
from sweeper import purge
from tests.doors.calling import Caller, Context
from tests.doors.test_audit import verify
from tests.doors.weather import Weather, contents, silent
from tests.people import a_record, a_submission, an_offering, official, ratna, visitor

NOW = datetime.now(UTC)
YESTERDAY = (NOW - timedelta(days=1)).date().isoformat()
LONG_AGO = "2020-01-01"
ENDED = an_offering(now=NOW, opens=NOW - timedelta(days=300), closes=NOW - timedelta(days=210),
                    starts=NOW - timedelta(days=201), ends=NOW - timedelta(days=200))


TABLES = ("Registrations", "Feedback", "Rights", "Identity", "Audit", "Dossiers", "Assessment")


@pytest.fixture
def tables(names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, Table]:
    for name in TABLES:
        monkeypatch.setenv(f"{name.upper()}_TABLE", names[f"{name}Table"])
    return {name: Table(names[f"{name}Table"]) for name in TABLES}


Keep = Callable[..., None]


@pytest.fixture
def keep(function_assets: Path) -> Iterator[Keep]:
    """Replaces lines of the retention table: for each kind its periods as (since, days)."""
    table = function_assets / "retention.json"
    before = table.read_text(encoding="utf-8")

    def write(text: str) -> None:
        table.write_text(text, encoding="utf-8")
        assets.read_json.cache_clear()
        assets.read_text.cache_clear()

    yield lambda **kinds: write(json.dumps({**json.loads(before), **kinds}))
    write(before)


@pytest.fixture
def lived(catalogue: Catalogue, registrations: Registrations, feedback_door: Caller) -> Catalogue:
    """An activity with three seats, four registrations of which one waits, and a message; long over by its page."""
    offering = an_offering(now=NOW)
    catalogue.publish(offering)
    registrations.register(a_record(official(), offering, number=1), offering, NOW)
    for number in range(2, 5):
        registrations.register(a_record(visitor(number), offering, number=number), offering, NOW)
    feedback_door("POST /layanan/masukan", data={**ratna(), "submission_id": a_submission(9)})
    catalogue.publish(ENDED)
    return catalogue


def run(seconds: float = 240) -> tuple[int, int]:
    answer = purge.handle({}, Context(seconds))
    return answer["erased"], answer["shortened"]


def personal(table: Table) -> list[Item]:
    """What is somebody's: what has a date on which it goes."""
    return [item for item in contents(table) if "expires_at" in item]


def entries(tables: dict[str, Table]) -> list[Item]:
    return [item for item in contents(tables["Audit"]) if item["pk"].startswith("RECORD#")]


@pytest.mark.usefixtures("lived")
def test_while_no_period_was_shortened_and_none_is_over_nothing_is_touched(tables: dict[str, Table]) -> None:
    before = [contents(table) for table in tables.values()]
    assert run() == (0, 0)
    assert [contents(table) for table in tables.values()] == before


@pytest.mark.usefixtures("lived")
def test_a_longer_period_changes_nothing_of_what_is_stored_already(tables: dict[str, Table], keep: Keep) -> None:
    keep(registration=[(LONG_AGO, 730), (YESTERDAY, 3650)], mail=[(LONG_AGO, 90), (YESTERDAY, 900)])
    before = [contents(table) for table in tables.values()]
    assert run() == (0, 0)
    assert [contents(table) for table in tables.values()] == before


@pytest.mark.usefixtures("lived", "tables")
def test_a_period_that_begins_tomorrow_changes_nothing_today(keep: Keep) -> None:
    tomorrow = (NOW + timedelta(days=1)).date().isoformat()
    keep(registration=[(LONG_AGO, 730), (tomorrow, 1)])
    assert run() == (0, 0)


@pytest.mark.usefixtures("lived")
def test_a_shorter_period_that_is_not_over_brings_the_dates_forward(tables: dict[str, Table], keep: Keep) -> None:
    keep(registration=[(LONG_AGO, 730), (YESTERDAY, 365)])
    items = len(personal(tables["Registrations"]))
    assert run() == (0, 10)
    due = int((ENDED.ends + timedelta(days=365)).timestamp())
    moved = [item for item in personal(tables["Registrations"]) if item["expires_at"] == due]
    assert sorted({item["pk"].partition("#")[0] for item in moved}) == ["PERSON", "REGISTRATION", "WAITING"]
    assert len(moved) == 4 + 5 + 1, "four registrations, five locks, one place in the list"
    assert len(personal(tables["Registrations"])) == items
    assert run() == (0, 0), "twice is once"
    assert entries(tables) == []


@pytest.mark.usefixtures("lived")
def test_a_shorter_period_that_is_over_erases_and_the_audit_says_so(
        tables: dict[str, Table], keep: Keep, log: StringIO) -> None:
    keep(registration=[(LONG_AGO, 730), (YESTERDAY, 100)])
    references = {format_reference(item["reference"]) for item in personal(tables["Registrations"])
                  if item["sk"] == "RECORD"}
    assert run() == (10, 0)
    left = personal(tables["Registrations"])
    assert {item["sk"].partition("#")[0] for item in left} == {"MESSAGE"}, "a mail's record has a period of its own"
    told = entries(tables)
    assert {item["record"] for item in told} == references
    assert {(item["kind"], item["action"], item["actor"], item["rules"], *item["facts"]) for item in told} == {
        ("registration", "erased", "system", YESTERDAY, "reason:retention_shortened")}
    assert verify(Audit(tables["Audit"])) == []
    line = json.loads(log.getvalue().splitlines()[-1])
    assert (line["message"], line["erased"], line["shortened"]) == ("purged", 10, 0)
    assert "siti" not in log.getvalue()


@pytest.mark.usefixtures("lived")
def test_a_desks_message_and_the_records_of_mail_have_periods_of_their_own(
        tables: dict[str, Table], keep: Keep) -> None:
    keep(message=[(LONG_AGO, 365), (YESTERDAY, 30)], mail=[(LONG_AGO, 90), (YESTERDAY, 7)])
    assert run() == (0, 1 + 1 + 4)
    keep(message=[(LONG_AGO, 365), (YESTERDAY, 0)], mail=[(LONG_AGO, 90), (YESTERDAY, 0)])
    assert run() == (1 + 1 + 4, 0)
    assert personal(tables["Feedback"]) == []
    assert [(item["kind"], item["record"] != "") for item in entries(tables)] == [("message", True)]


@pytest.mark.usefixtures("lived")
def test_what_is_overdue_goes_even_if_the_tables_own_expiry_is_late(tables: dict[str, Table]) -> None:
    over = int(NOW.timestamp()) - 60
    (stored,) = [item for item in contents(tables["Feedback"]) if item["sk"] == "RECORD"]
    tables["Feedback"].write(put({**stored, "expires_at": over}))
    assert run() == (1, 0)
    (entry,) = entries(tables)
    assert (entry["record"], entry["facts"]) == (format_reference(stored["reference"]), ["reason:retention_over"])


@pytest.mark.usefixtures("lived")
def test_offerings_pools_and_seats_stay(tables: dict[str, Table], keep: Keep) -> None:
    keep(registration=[(LONG_AGO, 730), (YESTERDAY, 0)], mail=[(LONG_AGO, 90), (YESTERDAY, 0)])
    before = [item for item in contents(tables["Registrations"]) if "expires_at" not in item]
    run()
    assert contents(tables["Registrations"]) == before
    assert before


def test_what_belongs_to_an_activity_that_nobody_knows_keeps_its_own_date(
        tables: dict[str, Table], keep: Keep) -> None:
    keep(registration=[(LONG_AGO, 730), (YESTERDAY, 0)])
    later = int(NOW.timestamp()) + 86400
    for number, expires_at in enumerate((later, int(NOW.timestamp()) - 86400)):
        tables["Registrations"].write(put({"pk": f"PERSON#hilang#{number}", "sk": "LOCK", "expires_at": expires_at}))
    assert run() == (1, 0)
    assert [item["expires_at"] for item in contents(tables["Registrations"])] == [later]


@pytest.mark.usefixtures("lived")
def test_an_item_that_somebody_changed_meanwhile_is_left_for_tomorrow(
        tables: dict[str, Table], keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(message=[(LONG_AGO, 365), (YESTERDAY, 0)])
    (stored,) = [item for item in contents(tables["Feedback"]) if item["sk"] == "RECORD"]

    def longer(self: Table) -> Iterator[Item]:
        yield from [{**stored, "expires_at": stored["expires_at"] + 5}] if "Feedback" in self.name else []

    monkeypatch.setattr(Table, "everything", longer)
    assert run() == (0, 0)
    assert stored in contents(tables["Feedback"])
    assert entries(tables) == []


@pytest.mark.usefixtures("lived", "tables")
def test_a_purge_without_time_says_so_and_goes_on_tomorrow(keep: Keep) -> None:
    keep(registration=[(LONG_AGO, 730), (YESTERDAY, 0)])
    with pytest.raises(StoreUnavailable):
        run(seconds=9)
    assert run()[0] > 0


@pytest.mark.usefixtures("lived")
def test_a_store_that_answers_late_makes_no_second_entry(
        tables: dict[str, Table], keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(message=[(LONG_AGO, 365), (YESTERDAY, 0)])
    weather: Any = Weather(records.client(), silent, times=1, calls=frozenset({"transact_write_items"}),
                           afterwards=True)
    monkeypatch.setattr(records, "client", lambda: weather)
    assert run() == (1, 0)
    assert len(entries(tables)) == 1


def test_filters_of_the_desk_and_its_mailings_go_by_their_own_periods(
        tables: dict[str, Table], keep: Keep) -> None:
    people, day = tables["Identity"], timedelta(days=1)
    sent, here = "01JD8Z3C4V5W6X7Y8Z9A0B1C01", "bimtek-klino"
    SavedFilters(people).keep("siti", "Menunggu", {"status": "waiting"}, NOW - 40 * day)
    SavedFilters(people).keep("siti", "Hadir", {"hadir": "ya"}, NOW - day)
    Mailings(tables["Registrations"]).begin(sent, here, "siti", ["Halo"], NOW - 40 * day)
    keep(desk_filter=[(LONG_AGO, 365), (YESTERDAY, 30)], mail=[(LONG_AGO, 90), (YESTERDAY, 30)])
    run()
    assert [each.name for each in SavedFilters(people).of("siti")] == ["Hadir"]
    assert tables["Registrations"].get(f"MAILING#{here}", sent) is None


def test_a_profile_goes_when_its_period_is_shortened_and_sessions_by_their_own_date(
        tables: dict[str, Table], keep: Keep) -> None:
    people = tables["Identity"]
    Identities(people).save_profile("siti", {"kind": "umum"}, 0, NOW - timedelta(days=40))
    Sessions(people).begin("siti", name="Siti", email="", groups=(), now=NOW)
    assert run() == (0, 0)
    keep(profile=[(LONG_AGO, 1095), (YESTERDAY, 30)])
    assert run() == (1, 0)
    assert {item["sk"].partition("#")[0] for item in contents(people)} == {"RECORD", "SESSION"}
