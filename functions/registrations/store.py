"""Remembering registrations and seats.

One table; what stands under which key:

| pk                       | sk                        | is                                                       |
|--------------------------|---------------------------|----------------------------------------------------------|
| OFFERING#<id>            | CATALOGUE                 | the offering as its page declares it                     |
| INDEX#OFFERINGS          | <id>                      | that this offering was published once                    |
| OFFERING#<id>            | POOL#<pool>               | `seats` wanted, `minted` in the world, `numbered` so far   |
| OFFERING#<id>            | SEAT#<pool>#<number>      | one free seat: whoever deletes this item has the seat    |
| WAITING#<id>             | <moment>#<reference>      | one place in the waiting list, in the order of arrival   |
| REGISTRATION#<reference> | RECORD                    | a registration; its reference comes from its submission  |
| REGISTRATION#<reference> | MESSAGE#<moment>#<name>   | what happened and was told (portal.outbox)               |
| PERSON#<id>#<sha256>     | LOCK                      | an e-mail address or NIP holds a registration here       |

The index `by_offering` lists the registrations of an offering in the order of their arrival, for the desk; `by_email`
those of one e-mail address, for whoever has it.

A seat is a thing, not a number: it lies free on the table or is in the hand of exactly one registration, and moves
by a transaction. So nothing can be given twice, no counter is hot, and free + held = minted at every moment.
Offerings, pools and the minting of seats are in `registrations.catalogue`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from random import Random
from typing import Any, Literal, NamedTuple

from portal.addresses import EMAIL_KEY, email_key, sent_with
from portal.errors import AlreadyRegistered, NotFound, StoreUnavailable, SubmissionConflict
from portal.identifiers import format_moment
from portal.outbox import PREFIX as MESSAGES
from portal.outbox import message
from portal.records import (
    ConditionFailed,
    Item,
    Table,
    Write,
    attempts,
    check,
    delete,
    delete_existing,
    put_new,
    update,
)
from portal.retention import kept_until
from registrations.keys import (
    LOCK,
    RECORD,
    SEAT_NUMBERS,
    offering_key,
    person_key,
    pool_of,
    registration_key,
    wait_sort,
    waiting_key,
)
from registrations.models import Offering
from registrations.pools import UNCHANGED, pool_name, read_pools, sizes, too_many
from registrations.rules import message_values, pools_for, pools_of

State = Literal["seated", "waiting", "cancelled"]

COUNTED = 500  # places in a waiting list are told exactly up to here
AT_ONCE = 20  # free seats looked at in one round
FOR_OTHERS = 5  # rounds of promoting that one person's request does at most; the clock does the rest
CORRECTABLE = ("name", "phone", "nip", "agency")  # answers that can be corrected without losing seat or place
NOT_SEATED = "attribute_exists(pk) AND attribute_not_exists(seat) AND attribute_not_exists(cancelled_at)"


# Further writes of the same transaction, asked for anew at each attempt: the audit's entry about what is done.
Beside = Callable[[], Iterable[Write]]


class SeatTaken(Exception):
    """Somebody else took this seat a moment ago; never leaves this module."""


class Person(NamedTuple):
    """What quotas look at in somebody who waits: kept with the place in the list."""

    kind: str
    agency_level: str
    region: str


@dataclass(frozen=True)
class Record:
    """A registration as it is remembered."""

    reference: str
    submission: str
    offering: str
    answers: dict[str, Any]
    content: str
    language: str
    received_at: str
    notice: str | None = None  # the version of the privacy notice that was consented to
    seat: str | None = None
    seated_at: str | None = None
    cancelled_at: str | None = None
    checked_in_at: str | None = None

    @property
    def state(self) -> State:
        """Where this registration stands: derived from its facts, stored nowhere."""
        if self.cancelled_at:
            return "cancelled"
        return "seated" if self.seat else "waiting"

    @property
    def person(self) -> Person:
        """What quotas look at."""
        return Person(self.answers["kind"], self.answers["agency_level"], self.answers["region"])

    @property
    def key(self) -> dict[str, str]:
        """Its key in the table."""
        return {"pk": registration_key(self.reference), "sk": RECORD}

    @property
    def place(self) -> dict[str, str]:
        """The key of its place in the waiting list."""
        return {"pk": waiting_key(self.offering), "sk": wait_sort(self.received_at, self.reference)}

    @property
    def locks(self) -> list[str]:
        """The keys that keep this person from registering twice for the offering."""
        identities = (self.answers["email"], self.answers.get("nip"))
        return [person_key(self.offering, identity) for identity in identities if identity]


@dataclass(frozen=True)
class Registrations:
    """The table in the words of registrations; `random` spreads those who look for a seat at the same moment."""

    table: Table
    random: Random

    def find(self, reference: str) -> Record | None:
        """The registration with this reference."""
        item = self.table.get(registration_key(reference), RECORD)
        return _record(item) if item else None

    def position(self, record: Record) -> int:
        """The place in the waiting list, 1 is next; COUNTED + 1 means "further back than that"."""
        return self.table.count(record.place["pk"], first="0", last=record.place["sk"], most=COUNTED + 1)

    def register(self, record: Record, offering: Offering, now: datetime) -> Record:
        """Remember a new registration with a seat, or with a place in the waiting list when none is free.

        The same submission again answers with what it led to the first time. Raises SubmissionConflict when the
        identifier was used with other content, AlreadyRegistered when this e-mail address or NIP is registered.
        """
        for _ in attempts():
            seat = self._free_seat(record, offering, now)
            try:
                remembered = self._remember(record, seat, offering, now)
            except SeatTaken:
                continue
            # A seat may have come back while we joined the list: whoever writes later sees the other's write.
            if remembered.state == "waiting":
                self._promote_soon(offering, now, pools_for(record.person, offering, now))
                return self.find(record.reference) or remembered
            return remembered
        raise AssertionError  # pragma: no cover  attempts() ends by raising

    def _free_seat(self, record: Record, offering: Offering, now: datetime) -> str | None:
        """A free seat this person may take now; none while somebody waits who may take it too."""
        for pool in pools_for(record.person, offering, now):
            seats = self._free_seats(offering.id, pool)
            if seats and not self._first_waiting(offering, pool, now):
                return self.random.choice(seats)
        return None

    def _free_seats(self, offering: str, pool: str) -> list[str]:
        """Some free seats of a pool: all of them when they are few, else those behind a random point."""
        key, prefix = offering_key(offering), f"SEAT#{pool}#"
        found = list(self.table.query(key, prefix=prefix, most=AT_ONCE))
        if len(found) == AT_ONCE:
            somewhere = f"{prefix}{self.random.randrange(SEAT_NUMBERS):05d}"
            found = list(self.table.query(key, prefix=prefix, after=somewhere, most=AT_ONCE)) or found
        return [item["sk"] for item in found]

    def _first_waiting(self, offering: Offering, pool: str, now: datetime) -> Item | None:
        """The first in the waiting list who may take a seat of this pool."""
        return next((item for item in self.waiting(offering.id)
                     if pool in pools_for(_person(item), offering, now)), None)

    def of_offering(self, offering: str, *, after: Record | None = None, newest_first: bool = False,
                    ) -> Iterator[Record]:
        """The registrations of an offering in the order of their arrival, beginning behind one of them."""
        start = {**after.key, "offering": offering, "received_at": after.received_at} if after else None
        yield from map(_record, self.table.listed("by_offering", "offering", offering, after=start,
                                                  newest_first=newest_first))

    def of_address(self, email: str) -> Iterator[Record]:
        """Every registration that was made with this e-mail address, cancelled ones too."""
        return map(_record, sent_with(self.table, email))

    def letters(self, record: Record) -> list[Item]:
        """What was told about a registration, the oldest first, with what became of each letter."""
        return list(self.table.query(record.key["pk"], prefix=MESSAGES))

    def correct(self, record: Record, answer: str, value: str, beside: Beside = tuple) -> bool:
        """Put a corrected answer in place of the old one; False when the NIP is somebody's who is registered here.

        Only answers that no seat, quota or address hangs on: CORRECTABLE.
        """
        for _ in attempts():
            current = self.find(record.reference)
            if current is None or current.state == "cancelled" or current.answers.get(answer) == value:
                return current is not None
            after = replace(current, answers={**current.answers, answer: value})
            locks = [delete({"pk": key, "sk": LOCK}) for key in set(current.locks) - set(after.locks)]
            locks += [put_new({"pk": key, "sk": LOCK, "reference": record.reference, "expires_at": self._ends(record)})
                      for key in set(after.locks) - set(current.locks)]
            changed = update(record.key, "SET answers = :after", condition="answers = :seen",
                             values={"after": after.answers, "seen": current.answers})
            try:
                self.table.transact(changed, *locks, *beside())
            except ConditionFailed as refused:
                if any(refused.failed[1:1 + len(locks)]):
                    return False
                continue
            return True
        raise AssertionError  # pragma: no cover  attempts() ends by raising

    def _ends(self, record: Record) -> int:
        """Until when a registration is kept."""
        item = self.table.get(record.key["pk"], record.key["sk"])
        return int(item["expires_at"]) if item else 0

    def forget_answer(self, record: Record, answer: str, beside: Beside = tuple) -> None:
        """Erase one answer that was given by free will; the registration goes on without it."""
        for _ in attempts():
            current = self.find(record.reference)
            if current is None or answer not in current.answers:
                return
            kept = {name: value for name, value in current.answers.items() if name != answer}
            try:
                self.table.transact(
                    update(record.key, "SET answers = :kept", condition="answers = :seen",
                           values={"kept": kept, "seen": current.answers}), *beside())
            except ConditionFailed:
                continue
            return

    def check_in(self, record: Record, now: datetime, beside: Beside = tuple) -> bool:
        """Note that somebody has come; the first time counts. False when they have no seat."""
        for _ in attempts():
            current = self.find(record.reference)
            if current is None or current.state != "seated" or current.checked_in_at:
                return bool(current and current.checked_in_at)
            try:
                self.table.transact(
                    update(record.key, "SET checked_in_at = :now", values={"now": format_moment(now)},
                           condition="attribute_exists(seat) AND attribute_not_exists(checked_in_at)"), *beside())
            except ConditionFailed:
                continue
            return True
        raise AssertionError  # pragma: no cover  attempts() ends by raising

    def promote_one(self, record: Record, offering: Offering, now: datetime, beside: Beside = tuple) -> bool:
        """Give a free seat to this person, whoever waits before them; False when there is none, or they wait no more.

        Beside the promotion in order: both move the same items, so one of them comes first and the other sees it.
        """
        for _ in attempts():
            seats = next(filter(None, (self._free_seats(offering.id, pool)
                                       for pool in pools_for(record.person, offering, now))), [])
            current = self.find(record.reference)
            if not seats or current is None or current.state != "waiting":
                return False
            if self.give_seat(self.random.choice(seats), current, offering, now, beside):
                return True
        raise AssertionError  # pragma: no cover  attempts() ends by raising

    def waiting(self, offering: str) -> Iterator[Item]:
        """The waiting list in order."""
        return self.table.query(waiting_key(offering), prefix="")

    def _remember(self, record: Record, seat: str | None, offering: Offering, now: datetime) -> Record:
        kept = replace(record, seat=seat, seated_at=format_moment(now)) if seat else record
        expires_at = kept_until("registration", offering.ends, now)
        place = {**record.place, "reference": record.reference, **record.person._asdict(), "expires_at": expires_at}
        taken = delete_existing({"pk": offering_key(offering.id), "sk": seat}) if seat else put_new(place)
        locks = [put_new({"pk": key, "sk": LOCK, "reference": record.reference, "expires_at": expires_at})
                 for key in record.locks]
        item = {**record.key, **asdict(kept), EMAIL_KEY: email_key(kept.answers["email"]), "expires_at": expires_at}
        try:
            self.table.transact(put_new(item), taken, self._tell(f"registration_{kept.state}", kept, offering, now),
                                *locks)
        except ConditionFailed as refused:
            return self._why_refused(refused, record)
        return kept

    def _why_refused(self, refused: ConditionFailed, record: Record) -> Record:
        """The first receipt when this is a repeat; else raise the error that is true."""
        earlier, _, _, *locks = refused.items
        if refused.failed[0] or any(lock and lock["reference"] == record.reference for lock in locks):
            return _same_submission(_record(earlier) if earlier else self.find(record.reference), record)
        if any(refused.failed[3:]):
            raise AlreadyRegistered(record.offering)
        raise SeatTaken

    def _tell(self, template: str, record: Record, offering: Offering, now: datetime) -> Write:
        return message(record.key["pk"], template, to=record.answers["email"], language=record.language, now=now,
                       values=message_values(offering, record.language, record.reference))

    def cancel(self, record: Record, offering: Offering, now: datetime, beside: Beside = tuple) -> Record:
        """Take a registration back; its seat goes to the first who waits for one. Cancelling twice is once."""
        for _ in attempts():
            current = self.find(record.reference)
            if current is None:
                raise NotFound
            if current.state == "cancelled":
                return current
            try:
                self.table.transact(*self._cancellation(current, offering, now), *beside())
            except ConditionFailed:
                continue  # promoted, cancelled, or the pool changed its size in between: look again
            if current.seat:
                self._promote_soon(offering, now, [pool_of(current.seat)])
            return replace(current, cancelled_at=format_moment(now), seat=None)
        raise AssertionError  # pragma: no cover  attempts() ends by raising

    def _cancellation(self, record: Record, offering: Offering, now: datetime) -> Iterable[Write]:
        values = {"now": format_moment(now)}
        yield self._tell("registration_cancelled", record, offering, now)
        yield from (delete({"pk": key, "sk": LOCK}) for key in record.locks)
        if record.seat is None:
            yield update(record.key, "SET cancelled_at = :now", condition=NOT_SEATED, values=values)
            yield delete_existing(record.place)
        else:
            yield update(record.key, "SET cancelled_at = :now REMOVE seat", condition="seat = :seat",
                         values=values | {"seat": record.seat})
            yield from self._seat_back(offering, record.seat)

    def _seat_back(self, offering: Offering, seat: str) -> Iterable[Write]:
        """Lay a seat back on the table, or take it out of the world while its pool or the offering has too many."""
        pools = read_pools(self.table, offering.id)
        pool = next(each for each in pools if pool_name(each) == pool_of(seat))
        key = {"pk": pool["pk"], "sk": pool["sk"]}
        if pool["minted"] > pool["seats"] or too_many(pools, offering) > 0:
            yield update(key, "SET minted = minted - :one", condition=UNCHANGED, values={"one": 1, **sizes(pool)})
        else:
            yield check(key, UNCHANGED, sizes(pool))
            yield put_new({"pk": pool["pk"], "sk": seat})

    def promote(self, offering: Offering, now: datetime, pools: Iterable[str] | None = None,
                rounds: int | None = None) -> int:
        """Give the free seats (of these pools, or of all) to those who wait, in order; answers how many got one.

        Anybody may run it at any time, beside itself and beside the desk: each step is one transaction on the
        seat, the place in the list and the registration. `rounds` bounds how often a pool is looked at; without it
        until nothing is left to do.
        """
        names = tuple(pools) if pools is not None else tuple(pool.name for pool in pools_of(offering))
        return sum(self._promote_in(pool, offering, now, rounds) for pool in names)

    def _promote_soon(self, offering: Offering, now: datetime, pools: Iterable[str]) -> None:
        """What one person's request does for others after its own work is done: little, and never at its own cost."""
        with suppress(StoreUnavailable):
            self.promote(offering, now, pools, rounds=FOR_OTHERS)

    def _promote_in(self, pool: str, offering: Offering, now: datetime, rounds: int | None) -> int:
        promoted = 0
        for _ in attempts() if rounds is None else range(rounds):
            seats = self._free_seats(offering.id, pool)
            first = self._first_waiting(offering, pool, now) if seats else None
            if first is None:
                break
            promoted += self._give_seat_to(first, self.random.choice(seats), offering, now)
        return promoted

    def _give_seat_to(self, place: Item, seat: str, offering: Offering, now: datetime) -> bool:
        """Give a seat to whoever has this place; a place that nobody has any more is taken away."""
        record = self.find(place["reference"])
        if record and record.state == "waiting":
            return self.give_seat(seat, record, offering, now)
        self.table.write(delete({"pk": place["pk"], "sk": place["sk"]}))
        return False

    def give_seat(self, seat: str, record: Record, offering: Offering, now: datetime, beside: Beside = tuple) -> bool:
        """Move one person from the waiting list to one free seat; False when one of the two is gone already."""
        try:
            self.table.transact(
                update(record.key, "SET seat = :seat, seated_at = :now", condition=NOT_SEATED,
                       values={"seat": seat, "now": format_moment(now)}),
                delete_existing({"pk": offering_key(offering.id), "sk": seat}),
                delete_existing(record.place),
                self._tell("registration_promoted", record, offering, now), *beside())
        except ConditionFailed:
            return False
        return True


def _person(place: Item) -> Person:
    return Person(place["kind"], place["agency_level"], place["region"])


def _record(item: Item) -> Record:
    values = {name: value for name, value in item.items() if name not in {"pk", "sk", "expires_at", EMAIL_KEY}}
    return Record(**values)


def _same_submission(earlier: Record | None, record: Record) -> Record:
    if earlier is None or earlier.submission != record.submission or earlier.content != record.content:
        raise SubmissionConflict
    return earlier
