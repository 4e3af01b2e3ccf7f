"""A thousand people for fifty seats at the same moment. What must be true is a limit, the time is information."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from infra.bench.report import Row, verdict
from infra.bench.rooms import Rooms
from infra.bench.storage import NOW, Storage
from registrations.models import Offering
from tests.crowd import Outcome, arrivals, must_be_right, outcome, register_all
from tests.people import an_offering, visitor

PEOPLE: Final = 1000
SEATS: Final = 50
ALONE: Final = 20  # people who come one after the other, as the baseline
CROWDED: Final = an_offering(now=NOW, id="bimtek-serbu", seats=SEATS)
QUIET: Final = an_offering(now=NOW, id="bimtek-sepi", seats=SEATS)


def rows(rooms: Rooms) -> Iterator[Row]:
    """Exactly fifty are seated, the others wait in order."""
    storage = rooms.storage()
    alone, _ = _register(storage, QUIET, ALONE, threads=1)
    seconds, result = _register(storage, CROWDED, PEOPLE)
    wrong = _wrong(result)
    seated, waiting = len(result.seated), len(result.waiting)
    yield Row(f"{PEOPLE} people at once for {SEATS} seats", f"{SEATS} seated, the others wait in order",
              f"{seated} seated, {waiting} wait, {seconds:.0f} s",
              f"one after the other {alone / ALONE * PEOPLE:.0f} s", verdict(holds=not wrong and seated == SEATS),
              note=wrong, data={"seconds": seconds, "seated": seated, "waiting": waiting})


def _register(storage: Storage, offering: Offering, people: int, threads: int = 64) -> tuple[float, Outcome]:
    """Register these people for an offering nobody knows yet; the seconds it took, and how the table stands."""
    storage.publish(offering)
    start = NOW - timedelta(seconds=people)  # another moment gives other identifiers: both groups are in one table
    crowd = arrivals([visitor(number, offering=offering.id) for number in range(people)], start)
    begun = time.perf_counter()
    found = register_all(storage.registrations, offering, crowd, threads=threads)
    seconds = time.perf_counter() - begun
    return seconds, outcome(storage.registrations, offering, found)


def _wrong(result: Outcome) -> str:
    """The first promise that was not kept, or nothing."""
    try:
        must_be_right(result, CROWDED, PEOPLE, NOW)
    except AssertionError as broken:
        return str(broken)
    return ""
