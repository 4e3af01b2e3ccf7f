"""The write units of each journey that writes, item by item, beside what the design allows a submission.

A submission may cost its own item, rounded up, a unit for each entry that makes it findable or keeps it unique (lock,
seat, place in the waiting list), and one event; all of it twice, because it is one transaction. The table's own
secondary indexes are written besides, by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from feedback import handler as feedback
from infra.bench import asks
from infra.bench.asks import Event, Person
from infra.bench.capacity import IN_A_TRANSACTION
from infra.bench.limits import LIMITS
from infra.bench.meter import INDEX, Bill, Meter, Written
from infra.bench.report import NotMeasured, Row, verdict
from infra.bench.rooms import Rooms
from infra.bench.storage import NARROW
from infra.emulator import client
from infra.lambdas import Context
from portal import outbox, records
from portal.identifiers import reference_for
from registrations import handler as registrations
from registrations import keys

# The role of an item by its sort key, its partition key, or the beginning of one of them.
ROLES: Final = {keys.RECORD: "record", keys.LOCK: "lock", outbox.PREFIX: "event", "SEAT#": "seat", "POOL#": "pool",
                keys.waiting_key(""): "place", INDEX: "index"}
INDEXES: Final = {"lock", "seat", "place"}
SECONDS: Final = 60  # none of these calls may end for want of time: the emulator is looked into in between

Journey = tuple[str, Callable[[Event, Any], Mapping[str, Any]], Event, int]


def rows(rooms: Rooms) -> Iterator[Row]:
    """A row a journey; the design limits submissions, what else writes is told for information."""
    storage = rooms.storage()
    meter = Meter(records.client(), client("dynamodb", storage.endpoint))
    for journey in journeys():
        yield _row(journey[0], billed(meter, *journey[1:]))


def journeys() -> Iterator[Journey]:
    """Name, function, event and expected status, in an order in which each finds what it needs."""
    first, second = Person(NARROW.id), Person(NARROW.id)
    yield "registering, with a seat", registrations.handle, first.event("send"), 303
    yield "registering, on the waiting list", registrations.handle, second.event("send"), 303
    cancelling = asks.cancelling(reference_for(first.submission), first.answers["email"])
    yield "cancelling a seat, which promotes another", registrations.handle, cancelling, 303
    yield "sending the contact form", feedback.handle, asks.complaining(), 303


def billed(meter: Meter, handle: Callable[[Event, Any], Mapping[str, Any]], event: Event, status: int) -> Bill:
    """What one call is billed; raises NotMeasured when it is not answered as expected."""
    with meter.bill() as bill:
        answer = handle(event, Context("bench", 512, SECONDS))
    if answer["statusCode"] != status:
        raise NotMeasured(f"{event['routeKey']} was answered with {answer['statusCode']}: {answer['body'][:500]}")
    return bill


def role_of(written: Written) -> str:
    """What an item is in the words of the tables."""
    partition, sort = written.key
    return next(role for beginning, role in ROLES.items()
                if sort.startswith(beginning) or partition.startswith(beginning))


def allowed(writes: list[Written]) -> int:
    """The units that the design allows for what these writes are about."""
    own = sum(each.units for each in writes if role_of(each) == "record")
    indexes = sum(role_of(each) in INDEXES for each in writes)
    events = LIMITS["write units, events"] * sum(role_of(each) == "record" for each in writes)
    secondary = sum(each.units for each in writes if role_of(each) == "index")
    return own + IN_A_TRANSACTION * (indexes + int(events)) + secondary


def _row(journey: str, bill: Bill) -> Row:
    limit, units = allowed(bill.writes), bill.write_units
    submission = not journey.startswith("cancelling")
    items = ", ".join(f"{role_of(each)} {each.kind.lower()} {each.size} B {each.units}" for each in bill.writes)
    own = sum(each.kind != "Index" for each in bill.writes)
    rule = f"{'<= ' if submission else ''}{limit} (2 x (item + entries + event) + index)"
    return Row(f"write units: {journey}", rule, f"{units}", f"{own} items at 2, the least in a transaction: {2 * own}",
               verdict(holds=units <= limit) if submission else "information",
               note=items, data={"units": units, "limit": limit, "reads": bill.reads, "calls": bill.calls,
                                 "writes": [{**asdict(each), "role": role_of(each)} for each in bill.writes]})
