"""Remembering registrations and seats.

One table; what stands under which key:

| pk                       | sk                        | is                                                       |
|--------------------------|---------------------------|----------------------------------------------------------|
| OFFERING#<id>            | CATALOGUE                 | the offering as its page declares it                     |
| INDEX#OFFERINGS          | <id>                      | that this offering was published once                    |
| OFFERING#<id>            | POOL#<pool>               | `seats` wanted, `minted` in the world, `numbered` so far   |
| OFFERING#<id>            | SEAT#<pool>#<number>      | one free seat: whoever deletes this item has the seat    |
| WAITING#<id>             | <moment>#<reference>      | one place in the waiting list, in the order of arrival   |
| REQUEST#<id>             | <moment>#<reference>      | the same for a registration that nobody has decided yet  |
| REGISTRATION#<reference> | RECORD                    | a registration; its reference comes from its submission  |
| REGISTRATION#<reference> | MESSAGE#<moment>#<name>   | what happened and was told (portal.outbox)               |
| PERSON#<id>#<sha256>     | LOCK                      | an e-mail address or NIP holds a registration here       |

The index `by_offering` lists the registrations of an offering in the order of their arrival, for the desk; `by_email`
those of one e-mail address, for whoever has it.

A seat is a thing, not a number: it lies free on the table or is in the hand of exactly one registration, and moves
by a transaction. So nothing can be given twice, no counter is hot, and free + held = minted at every moment.
Where the committee decides, a registration first holds a request and no seat: whoever deletes the request, in the
transaction that approves, refuses or cancels, has decided. Offerings, pools and the minting of seats are in
`registrations.catalogue`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from random import Random
from typing import Any, Literal, NamedTuple

from portal.addresses import EMAIL_KEY, email_key, sent_with
from portal.assets import words
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
    request_key,
    wait_sort,
    waiting_key,
)
from registrations.models import Offering
from registrations.pools import UNCHANGED, pool_name, read_pools, sizes, too_many
from registrations.rules import message_values, pools_for, pools_of

State = Literal["requested", "seated", "waiting", "refused", "cancelled"]
OVER: tuple[State, ...] = ("refused", "cancelled")  # nothing can be done to these any more

COUNTED = 500  # places in a waiting list are told exactly up to here
AT_ONCE = 20  # free seats looked at in one round
FOR_OTHERS = 5  # rounds of promoting that one person's request does at most; the clock does the rest
CORRECTABLE = ("name", "phone", "nip", "agency")  # answers that can be corrected without losing seat or place
NOT_SEATED = ("attribute_exists(pk) AND attribute_not_exists(seat) AND attribute_not_exists(cancelled_at) "
              "AND attribute_not_exists(refused_at)")


# Further writes of the same transaction, asked for anew at each attempt: the audit's entry about what is done.
Beside = Callable[[], Iterable[Write]]


class SeatTaken(Exception):
    """Somebody else took this seat a moment ago; never leaves this module."""


class Refusal(NamedTuple):
    """Why a registration is refused: one of REFUSALS, and what the committee adds in its own words."""

    reason: str
    remark: str | None = None


class ByHand(NamedTuple):
    """A message of the desk for one person: a file of content/mail, the desk's own words, and the sending."""

    template: str
    text: str
    submission: str


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
    requested_at: str | None = None  # since when the committee is to decide; None where it does not
    approved_at: str | None = None
    refused_at: str | None = None
    refusal: dict[str, str] | None = None

    @property
    def state(self) -> State:
        """Where this registration stands: derived from its facts, stored nowhere."""
        if self.cancelled_at:
            return "cancelled"
        if self.refused_at:
            return "refused"
        if self.seat:
            return "seated"
        return "requested" if self.requested_at and not self.approved_at else "waiting"

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
        """The key of its place in the waiting list, or among those that nobody has decided yet."""
        key = request_key if self.state == "requested" else waiting_key
        return {"pk": key(self.offering), "sk": wait_sort(self.received_at, self.reference)}

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

        Where the committee decides, it is a request, whatever is free.
        The same submission again answers with what it led to the first time. Raises SubmissionConflict when the
        identifier was used with other content, AlreadyRegistered when this e-mail address or NIP is registered.
        """
        for _ in attempts():
            seat = None if offering.approval else self._free_seat(record, offering, now)
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
        return self.of_key(email_key(email))

    def of_key(self, key: str) -> Iterator[Record]:
        """The same for the address's key (`portal.addresses.email_key`)."""
        return map(_record, sent_with(self.table, key))

    def letters(self, record: Record) -> list[Item]:
        """What was told about a registration, the oldest first, with what became of each letter."""
        return sorted(self.table.query(record.key["pk"], prefix=MESSAGES), key=lambda letter: str(letter["created"]))

    def correct(self, record: Record, answer: str, value: str, beside: Beside = tuple) -> bool:
        """Put a corrected answer in place of the old one; False when the NIP is somebody's who is registered here.

        Only answers that no seat, quota or address hangs on: CORRECTABLE.
        """
        for _ in attempts():
            current = self.find(record.reference)
            if current is None or current.state in OVER or current.answers.get(answer) == value:
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

    def undo_check_in(self, record: Record, beside: Beside = tuple) -> bool:
        """Note that somebody has not come after all; False when nobody had noted that they have."""
        for _ in attempts():
            current = self.find(record.reference)
            if current is None or current.state != "seated" or not current.checked_in_at:
                return False
            try:
                self.table.transact(
                    update(record.key, "REMOVE checked_in_at", condition="checked_in_at = :seen",
                           values={"seen": current.checked_in_at}), *beside())
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
        kept = (replace(record, seat=seat, seated_at=format_moment(now)) if seat
                else replace(record, requested_at=record.received_at if offering.approval else None))
        expires_at = kept_until("registration", offering.ends, now)
        taken = self._seat_or_place(kept, offering, now)
        locks = [put_new({"pk": key, "sk": LOCK, "reference": record.reference, "expires_at": expires_at})
                 for key in record.locks]
        item = {**record.key, **asdict(kept), EMAIL_KEY: email_key(kept.answers["email"]), "expires_at": expires_at}
        try:
            self.table.transact(put_new(item), taken, self._tell(f"registration_{kept.state}", kept, offering, now),
                                *locks)
        except ConditionFailed as refused:
            return self._why_refused(refused, record)
        return kept

    def _seat_or_place(self, record: Record, offering: Offering, now: datetime) -> Write:
        """What a registration takes: its seat away from the free ones, or a place in the list."""
        if record.seat:
            return delete_existing({"pk": offering_key(offering.id), "sk": record.seat})
        return put_new({**record.place, "reference": record.reference, **record.person._asdict(),
                        "expires_at": kept_until("registration", offering.ends, now)})

    def _why_refused(self, refused: ConditionFailed, record: Record) -> Record:
        """The first receipt when this is a repeat; else raise the error that is true."""
        earlier, _, _, *locks = refused.items
        if refused.failed[0] or any(lock and lock["reference"] == record.reference for lock in locks):
            return _same_submission(_record(earlier) if earlier else self.find(record.reference), record)
        if any(refused.failed[3:]):
            raise AlreadyRegistered(record.offering)
        raise SeatTaken

    def _tell(self, template: str, record: Record, offering: Offering, now: datetime, **further: str) -> Write:
        return message(record.key["pk"], template, to=record.answers["email"], language=record.language, now=now,
                       values={**message_values(offering, record.language, record.reference), **further})

    def tell_by_hand(self, record: Record, said: ByHand, offering: Offering, now: datetime, beside: Beside = tuple,
                     ) -> bool:
        """Queue a message that somebody at the desk wrote, once for each submission; False when it was before."""
        values = {**message_values(offering, record.language, record.reference), "text": said.text}
        for _ in attempts():
            letter = message(record.key["pk"], said.template, to=record.answers["email"], language=record.language,
                             now=now, submission=said.submission, values=values)
            try:
                self.table.transact(letter, *beside())
            except ConditionFailed as refused:
                if refused.failed[0]:
                    return False
                continue  # somebody wrote in the audit of this registration at the same moment
            return True
        raise AssertionError  # pragma: no cover  attempts() ends by raising

    def approve(self, record: Record, offering: Offering, now: datetime, beside: Beside = tuple) -> State | None:
        """Say yes to a request: it gets a seat, or its place in the waiting list by the moment it arrived.

        Answers which; None when it is no request any more, because somebody else has decided or it was cancelled.
        """
        for _ in attempts():
            current = self.find(record.reference)
            if current is None or current.state != "requested":
                return None
            moment, seat = format_moment(now), self._free_seat(current, offering, now)
            yes = replace(current, approved_at=moment, seat=seat, seated_at=moment if seat else None)
            try:
                self.table.transact(*self._approval(current, yes, offering, now), *beside())
            except ConditionFailed:
                continue  # decided by another, or the seat is gone: look again
            if yes.state == "waiting":
                self._promote_soon(offering, now, pools_for(yes.person, offering, now))
            return yes.state
        raise AssertionError  # pragma: no cover  attempts() ends by raising

    def _approval(self, request: Record, yes: Record, offering: Offering, now: datetime) -> Iterable[Write]:
        values = {"now": yes.approved_at}
        given = ", seat = :seat, seated_at = :now" if yes.seat else ""
        yield update(request.key, f"SET approved_at = :now{given}", condition=NOT_SEATED,
                     values=values | ({"seat": yes.seat} if yes.seat else {}))
        yield delete_existing(request.place)
        yield self._seat_or_place(yes, offering, now)
        yield self._tell("registration_approved" if yes.seat else "registration_approved_waiting", yes, offering, now)

    def refuse(self, record: Record, refusal: Refusal, offering: Offering, now: datetime, beside: Beside = tuple,
               ) -> bool:
        """Say no to a request and tell the person why; False when it is no request any more.

        As after cancelling, address and NIP are free again: whoever was refused for an answer may register anew.
        """
        for _ in attempts():
            current = self.find(record.reference)
            if current is None or current.state != "requested":
                return False
            kept = {name: value for name, value in refusal._asdict().items() if value}
            try:
                self.table.transact(
                    update(record.key, "SET refused_at = :now, refusal = :refusal", condition=NOT_SEATED,
                           values={"now": format_moment(now), "refusal": kept}),
                    delete_existing(current.place), *_without_locks(current),
                    self._tell("registration_refused", current, offering, now,
                               reason=reason_given(kept, current.language)), *beside())
            except ConditionFailed:
                continue
            return True
        raise AssertionError  # pragma: no cover  attempts() ends by raising

    def cancel(self, record: Record, offering: Offering, now: datetime, beside: Beside = tuple) -> Record:
        """Take a registration back; its seat goes to the first who waits for one. Cancelling twice is once."""
        for _ in attempts():
            current = self.find(record.reference)
            if current is None:
                raise NotFound
            if current.state in OVER:
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
        yield from _without_locks(record)
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


def _without_locks(record: Record) -> Iterable[Write]:
    """The person may register again."""
    return (delete({"pk": key, "sk": LOCK}) for key in record.locks)


def reason_given(refusal: Mapping[str, str], language: str) -> str:
    """Why a registration was refused, in one piece: the reason's words, and what the committee added."""
    reason = words("registration", language)["refusals"][refusal["reason"]]
    return f"{reason} {refusal['remark']}" if "remark" in refusal else str(reason)


def _person(place: Item) -> Person:
    return Person(place["kind"], place["agency_level"], place["region"])


def _record(item: Item) -> Record:
    values = {name: value for name, value in item.items() if name not in {"pk", "sk", "expires_at", EMAIL_KEY}}
    return Record(**values)


def _same_submission(earlier: Record | None, record: Record) -> Record:
    if earlier is None or earlier.submission != record.submission or earlier.content != record.content:
        raise SubmissionConflict
    return earlier
