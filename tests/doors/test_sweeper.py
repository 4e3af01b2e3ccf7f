"""The clock: what time has made free is given out, without anybody's click, and twice is once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from portal import assets, records
from portal.errors import StoreUnavailable
from registrations.catalogue import Catalogue
from registrations.models import Offering
from registrations.store import Record, Registrations
from sweeper import handler
from tests.doors.calling import Context
from tests.doors.weather import Weather, contents, refused
from tests.people import a_quota, a_record, an_offering, visitor

REAL_NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def swept(names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRATIONS_TABLE", names["RegistrationsTable"])
    handler.table.cache_clear()


def sweep() -> int:
    return handler.handle({}, Context())["promoted"]


def a_crowd(registrations: Registrations, offering: Offering, people: int) -> list[Record]:
    return [registrations.register(a_record(visitor(number), offering, now=REAL_NOW + timedelta(seconds=number),
                                            number=number), offering, REAL_NOW) for number in range(people)]


def states(registrations: Registrations, crowd: list[Record]) -> list[str]:
    found = [registrations.find(record.reference) for record in crowd]
    return [record.state for record in found if record]


def test_after_the_release_date_the_sweeper_gives_reserved_seats_to_those_who_wait(
        catalogue: Catalogue, registrations: Registrations) -> None:
    tomorrow = an_offering(now=REAL_NOW, quotas=[a_quota(seats=2, released=REAL_NOW + DAY)])
    catalogue.publish(tomorrow)
    crowd = a_crowd(registrations, tomorrow, 4)
    assert (sweep(), states(registrations, crowd)) == (0, ["seated", "waiting", "waiting", "waiting"])
    catalogue.publish(an_offering(now=REAL_NOW, quotas=[a_quota(seats=2, released=REAL_NOW - DAY)]))
    assert (sweep(), states(registrations, crowd)) == (2, ["seated", "seated", "seated", "waiting"])
    assert sweep() == 0


def test_seats_that_a_maintainer_added_go_to_those_who_wait(
        catalogue: Catalogue, registrations: Registrations) -> None:
    small = an_offering(now=REAL_NOW, seats=1)
    catalogue.publish(small)
    crowd = a_crowd(registrations, small, 4)
    catalogue.publish(an_offering(now=REAL_NOW, seats=3))
    assert (sweep(), states(registrations, crowd)) == (2, ["seated", "seated", "seated", "waiting"])


def test_a_process_that_stopped_before_promoting_is_made_good(
        catalogue: Catalogue, registrations: Registrations, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled, the seat is back on the table; then the function was stopped."""
    offering = an_offering(now=REAL_NOW, seats=1)
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 2)

    class Stopped(Exception):
        """The process is gone."""

    def stop(*_: object, **__: object) -> int:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(Registrations, "promote", stop)
        with pytest.raises(Stopped):
            registrations.cancel(crowd[0], offering, REAL_NOW)
    assert (catalogue.seats(offering.id).free, states(registrations, crowd)) == (1, ["cancelled", "waiting"])
    assert (sweep(), states(registrations, crowd)) == (1, ["cancelled", "seated"])


def test_a_publisher_that_stopped_halfway_is_finished(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Catalogue, "resize", lambda *_: None)
        catalogue.publish(an_offering(now=REAL_NOW, seats=7))
    assert catalogue.seats("bimtek-klino").free == 0
    assert sweep() == 0
    assert catalogue.seats("bimtek-klino").free == 7


def test_once_it_has_begun_nothing_is_given_out_any_more(catalogue: Catalogue, registrations: Registrations) -> None:
    offering = an_offering(now=REAL_NOW, seats=1)
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 2)
    catalogue.publish(an_offering(now=REAL_NOW, seats=2, starts=REAL_NOW - DAY, closes=REAL_NOW - 2 * DAY))
    assert (sweep(), states(registrations, crowd)) == (0, ["seated", "waiting"])


@pytest.fixture
def two_pages(function_assets: Path) -> Iterator[None]:
    """A deployment whose site has two activities, of which the table may know one."""
    declared = function_assets / "offerings.json"
    before = declared.read_text(encoding="utf-8")
    for text in (json.dumps(["bimtek-macet", "bimtek-klino"]), before):
        declared.write_text(text, encoding="utf-8")
        assets.read_json.cache_clear()
        assets.read_text.cache_clear()
        if text != before:
            yield


@pytest.mark.usefixtures("two_pages")
def test_a_page_that_is_deployed_but_not_published_yet_is_passed_over(
        catalogue: Catalogue, registrations: Registrations) -> None:
    offering = an_offering(now=REAL_NOW, seats=1)
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 2)
    catalogue.publish(an_offering(now=REAL_NOW, seats=2))
    assert (sweep(), states(registrations, crowd)) == (1, ["seated", "seated"])


@pytest.mark.usefixtures("two_pages")
def test_one_activity_that_cannot_be_read_does_not_keep_the_others_from_their_turn(
        catalogue: Catalogue, registrations: Registrations, log: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    offering = an_offering(now=REAL_NOW, seats=1)
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 2)
    catalogue.publish(an_offering(now=REAL_NOW, seats=2))

    class Stuck(Weather):
        """Busy for good with one activity, at ease with every other."""

        def _spoilt(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
            spoil = super()._spoilt(name, call)
            return lambda **asked: (spoil if "bimtek-macet" in str(asked) else call)(**asked)

    stuck = Stuck(records.client(), refused("ThrottlingException"), times=float("inf"))
    monkeypatch.setattr(records, "client", lambda: stuck)
    with pytest.raises(StoreUnavailable):
        handler.handle({}, Context(records.RESERVE + 2))
    assert stuck.spoilt
    assert states(registrations, crowd) == ["seated", "seated"]
    (line,) = [json.loads(each) for each in log.getvalue().splitlines()]
    assert (line["promoted"], line["failed"]) == (1, 1)


def test_sweeping_writes_nothing_when_there_is_nothing_to_do(
        catalogue: Catalogue, registrations: Registrations) -> None:
    offering = an_offering(now=REAL_NOW, seats=1)
    catalogue.publish(offering)
    a_crowd(registrations, offering, 3)
    before = contents(catalogue.table)
    assert (sweep(), contents(catalogue.table)) == (0, before)


def test_the_log_tells_how_many_and_not_who(
        catalogue: Catalogue, registrations: Registrations, log: StringIO) -> None:
    offering = an_offering(now=REAL_NOW, seats=1)
    catalogue.publish(offering)
    a_crowd(registrations, offering, 2)
    catalogue.publish(an_offering(now=REAL_NOW, seats=2))
    sweep()
    (line,) = [json.loads(each) for each in log.getvalue().splitlines()]
    assert (line["message"], line["promoted"]) == ("swept", 1)
    assert "peserta" not in log.getvalue()


def test_a_store_that_is_busy_for_a_moment_does_not_stop_the_clock(
        catalogue: Catalogue, registrations: Registrations, monkeypatch: pytest.MonkeyPatch) -> None:
    offering = an_offering(now=REAL_NOW, seats=1)
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 2)
    catalogue.publish(an_offering(now=REAL_NOW, seats=2))
    monkeypatch.setattr(records, "FIRST_PAUSE", 0.001)
    weather = Weather(records.client(), refused("ThrottlingException"), times=5)
    monkeypatch.setattr(records, "client", lambda: weather)
    assert (sweep(), states(registrations, crowd)) == (1, ["seated", "seated"])
