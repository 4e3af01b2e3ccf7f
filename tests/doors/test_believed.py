"""An offering's words are believed for some seconds, its seats never: a rush costs one read, and oversells nothing."""

from __future__ import annotations

import pytest

from portal.records import Table
from registrations import catalogue as module
from registrations.catalogue import Catalogue
from registrations.store import Registrations
from tests.people import a_record, an_offering, visitor


class Clock:
    """Time in our hands."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_what_was_read_counts_for_its_seconds_and_not_longer(table: Table, clock: Clock) -> None:
    door, maintainer = Catalogue(table, kept_for=5), Catalogue(table)
    maintainer.publish(an_offering(seats=3))
    assert door.offering("bimtek-klino").seats == 3
    maintainer.publish(an_offering(seats=4))
    clock.now += 4.9
    assert door.offering("bimtek-klino").seats == 3
    clock.now += 0.2
    assert door.offering("bimtek-klino").seats == 4


def test_what_is_not_there_is_looked_for_again(table: Table, clock: Clock) -> None:
    door = Catalogue(table, kept_for=5)
    with pytest.raises(module.OfferingUnknown):
        door.offering("bimtek-klino")
    Catalogue(table).publish(an_offering())
    assert door.offering("bimtek-klino") == an_offering()
    assert clock.now == 1000


def test_whoever_believes_an_old_number_still_takes_no_seat_that_is_not_there(
        table: Table, registrations: Registrations) -> None:
    old = an_offering(seats=3)
    Catalogue(table).publish(old)
    Catalogue(table).publish(an_offering(seats=1))
    states = [registrations.register(a_record(visitor(n), old, number=n), old, old.opens).state for n in range(3)]
    assert states == ["seated", "waiting", "waiting"]
