"""A crowd that registers at the same moment, and what must be true afterwards.

Used by the race tests on both emulators and by `make bench`. It calls the store as the door does, from many threads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from portal.errors import StoreUnavailable
from portal.forms import content_hash
from portal.identifiers import format_moment, new_ulid, reference_for
from portal.records import Table, time_limit
from registrations.catalogue import Catalogue
from registrations.models import Offering, Registration
from registrations.rules import pools_for
from registrations.store import Record, Registrations

THREADS = 64
SECONDS = 9.0  # the function's time-out in the template, less a little


@dataclass(frozen=True)
class Arrival:
    """One request: who registers, when it reached the door."""

    registration: Registration
    submission: str
    moment: datetime


def arrivals(answers: Iterable[dict[str, str]], start: datetime) -> list[Arrival]:
    """One arrival a millisecond, in this order."""
    random = Random(11)
    return [Arrival(Registration.model_validate({**each, "consent": "ya"}),
                    new_ulid(start + timedelta(milliseconds=n), random), start + timedelta(milliseconds=n))
            for n, each in enumerate(answers)]


def register_all(table: Table, offering: Offering, crowd: list[Arrival], *, threads: int = THREADS) -> list[Record]:
    """Everybody at once; whoever is told "too busy" sends again, as a person would."""
    store = Registrations(table, Random(5))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda arrival: _register(store, offering, arrival), crowd))


def _register(store: Registrations, offering: Offering, arrival: Arrival) -> Record:
    record = Record(
        reference=reference_for(arrival.submission), submission=arrival.submission, offering=offering.id,
        answers=arrival.registration.model_dump(exclude={"offering"}), content=content_hash(arrival.registration),
        language="id", received_at=format_moment(arrival.moment))
    while True:
        try:
            with time_limit(SECONDS):
                return store.register(record, offering, arrival.moment)
        except StoreUnavailable:
            continue


@dataclass(frozen=True)
class Outcome:
    """How the table stands when the crowd has gone."""

    seated: list[Record]
    waiting: list[Record]
    free: int
    held_by_pool: Counter[str]


def outcome(table: Table, offering: Offering, records: Iterable[Record]) -> Outcome:
    """Read every registration anew, the waiting list in its own order."""
    store = Registrations(table, Random(5))
    now = {record.reference: found for record in records if (found := store.find(record.reference))}
    waiting = [now[item["reference"]] for item in store.waiting(offering.id)]
    seated = [record for record in now.values() if record.state == "seated"]
    return Outcome(seated, waiting, Catalogue(table).seats(offering.id).free,
                   Counter(record.seat.split("#")[1] for record in seated if record.seat))


def must_be_right(result: Outcome, offering: Offering, people: int, now: datetime) -> None:
    """The promises: nobody lost, nobody twice, no seat twice, the list in order, no seat free for somebody waiting."""
    seats = [record.seat for record in result.seated]
    assert len(seats) == len(set(seats)), "a seat was given twice"
    assert len(result.seated) + len(result.waiting) == people, "somebody was lost or doubled"
    assert len(result.seated) + result.free == offering.seats, "a seat was lost or made"
    moments = [record.received_at for record in result.waiting]
    assert moments == sorted(moments), "the waiting list is not in the order of arrival"
    free = {item["sk"].split("#")[1] for item in _free(result, offering)}
    for record in result.waiting:
        assert not free & set(pools_for(record.person, offering, now)), "a free seat while somebody may take it"


def _free(result: Outcome, offering: Offering) -> list[dict[str, Any]]:
    held = result.held_by_pool
    from registrations.rules import pools_of  # noqa: PLC0415

    return [{"sk": f"SEAT#{pool.name}#x"} for pool in pools_of(offering) if held[pool.name] < pool.seats]


Inject = Callable[[], None]
