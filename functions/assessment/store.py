"""Remembering who assesses whom, and what they mark. The function of the official has no right to this table.

| pk                 | sk                     | is                                                                    |
|--------------------|------------------------|-----------------------------------------------------------------------|
| POOL#ASSESSORS     | <person>               | somebody who may be assigned, as they said at the desk                |
| CASE#<reference>   | RECORD                 | the case of a dossier: its seats, who acted, what the plenary decided |
| CASE#<reference>   | MARKS#<round>#<person> | the marks of one assessor in one round                                |
| ASSESSOR#<person>  | CASE#<reference>       | a case that this assessor has: their queue in one query               |
| ASSESSOR#<person>  | PAST#<reference>       | one that they left, or that is decided                                |
| WORK#OPEN          | <person>#<reference>   | a case that waits for this assessor's marks: everybody's workload     |
|                    |                        | in one query                                                          |
| LENT#<receiver>    | <last>#<id>            | a role that somebody lent to this person                              |
| LENDS#<lender>     | <last>#<id>            | the same, for whoever lent it                                         |
| SIGNER#<person>    | RECORD                 | what somebody last signed with: NIP, title, place                     |
| AGREEMENT#<kode>   | <day>#<mark>           | an item of a decided dossier as it was seen twice; names nobody       |

Two people at one case: each change asks for the number of changes it has seen, and the second gets ChangedMeanwhile.
The marks of others leave this module by `visible` and `counted` only, by way of `_both`: it opens nothing before both
assessors have locked theirs, whatever the case says that it is given.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

from assessment import assigning, lending
from assessment.assigning import Assessor, Case, Circumstances, Leaving, Left, NotPossible, Seat
from assessment.lending import Delegation
from assessment.marks import (
    Agreement,
    Compared,
    Item,
    Mark,
    Marks,
    compared,
    differing,
    measured,
    not_asked,
    settled,
    unmarked,
    unsettled,
    volumes_of,
    wrong,
    wrong_note,
    wrong_reason,
)
from assessment.workflow import ASSESSORS
from portal.access import Role
from portal.audit import Audit, Note
from portal.errors import ChangedMeanwhile, FieldError, NotFound, SubmissionConflict
from portal.identifiers import format_moment, parse_moment
from portal.records import ConditionFailed, Table, Write, at_once, check, delete, put, put_new, update
from portal.records import Item as Stored
from portal.retention import kept_until
from portal.workdays import day_of

RECORD = "RECORD"
POOL, WORK = "POOL#ASSESSORS", "WORK#OPEN"
QUEUE, PAST = "CASE#", "PAST#"
SEEN = "changes = :seen"
UNLOCKED = "attribute_not_exists(locked_at) AND changes = :seen"
AVAILABLE = "golongan = :golongan AND away_until < :today"


class NotLocked(Exception):
    """Not both assessors have locked their marks: nobody is shown what others marked, and nothing counts yet."""


class MarksRefused(Exception):
    """Marks, a reason or a decision of the plenary that cannot be kept; nothing was stored."""

    def __init__(self, errors: Iterable[FieldError], missing: Iterable[str] = ()) -> None:
        """Keep what is wrong, and the numbers of the items that have no mark."""
        self.errors, self.missing = tuple(errors), tuple(missing)
        super().__init__(", ".join(f"{error.field}:{error.code}" for error in self.errors) or "unmarked")


@dataclass(frozen=True)
class Change:
    """A case as it is to be, and the writes that make it so: for `commit`, or beside the dossier's own move."""

    case: Case
    writes: tuple[Write, ...]


@dataclass(frozen=True)
class Lock:
    """What locking comes to.

    `counts` is whether the workflow takes a step by it (a hidden third's takes none); `locked` and `differ` are the
    facts before that step (workflow.Facts).
    """

    change: Change
    counts: bool
    locked: int
    differ: bool


@dataclass(frozen=True)
class Visible:
    """The marks that a reader may see: their own at any time, those of the two assessors once both are locked."""

    own: Marks | None
    assessors: tuple[Marks, ...] = ()


@dataclass(frozen=True)
class Counted:
    """What two locked sets of marks and the plenary come to: the volumes that count, and what is still open."""

    first: Marks
    second: Marks
    differing: tuple[str, ...]
    unsettled: tuple[str, ...]
    volumes: Mapping[str, Decimal]


@dataclass(frozen=True)
class Task:
    """A case in an assessor's queue: since when they have it, and whether it waits for their marks (open, locked)."""

    reference: str
    since: str
    state: str


@dataclass(frozen=True)
class Signer:
    """What somebody signs with, proposed the next time."""

    nip: str
    title: str
    place: str


@dataclass(frozen=True)
class Assessments:
    """The table in the words of assessments."""

    table: Table
    audit: Audit

    # -- the pool --------------------------------------------------------------------------------------------------

    def pool(self) -> dict[str, Assessor]:
        """Everybody who may be assigned, by who they are."""
        found = (Assessor(**_without_keys(item)) for item in self.table.query(POOL))
        return {each.person: each for each in found}

    def entry(self, person: str) -> Assessor | None:
        """What somebody says of themself in the pool."""
        item = self.table.get(POOL, person)
        return Assessor(**_without_keys(item)) if item else None

    def join(self, assessor: Assessor, now: datetime) -> Assessor:
        """Let somebody into the pool, or keep what they say of themself now."""
        kept = replace(assessor, joined_at=assessor.joined_at or format_moment(now))
        self.table.write(put({**_pool_key(kept.person), **asdict(kept), "saved_at": format_moment(now),
                              "expires_at": kept_until("assessor", now, now)}))
        return kept

    def leave(self, person: str) -> None:
        """Take somebody out of the pool; raises NotPossible while cases wait for their marks."""
        if next(self.table.query(WORK, prefix=f"{person}#", most=1), None):
            raise NotPossible("still_assigned", person)
        self.table.write(delete(_pool_key(person)))

    def workload(self, *, hidden: bool = False) -> Counter[str]:
        """How many cases wait for each assessor's marks: one query; `hidden`: also those that nobody is to notice."""
        return Counter(item["sk"].partition("#")[0] for item in self.table.query(WORK)
                       if hidden or not item.get("hidden"))

    def cases_of(self, person: str) -> list[Task]:
        """What an assessor has: one query. State `locked` until the dossier is decided."""
        return [Task(item["sk"].removeprefix(QUEUE), item["since"], item["state"])
                for item in self.table.query(_queue(person), prefix=QUEUE)]

    def past_of(self, person: str) -> list[Task]:
        """What an assessor had: recused, replaced or decided."""
        return [Task(item["sk"].removeprefix(PAST), item["since"], item["state"])
                for item in self.table.query(_queue(person), prefix=PAST)]

    # -- a case ----------------------------------------------------------------------------------------------------

    def find(self, reference: str) -> Case:
        """The case of a dossier; an empty one where nobody has acted yet."""
        item = self.table.get(_case(reference), RECORD)
        return _read_case(item) if item else Case(reference)

    def commit(self, change: Change, note: Note) -> Case:
        """Make a change that goes along with no move of the dossier; ChangedMeanwhile when another was quicker."""
        try:
            self.audit.transact(self.table, note, lambda: change.writes)
        except ConditionFailed:
            raise ChangedMeanwhile from None
        return change.case

    def assign(self, case: Case, people: Sequence[str], around: Circumstances) -> Change:
        """Give free seats to these people; raises NotPossible with the first reason why not.

        When both seats are taken for the first time, chance may draw a hidden third among those who could be assigned.
        """
        return self._assigned(case, case, people, around)

    def replace(self, case: Case, person: str, by: str, reason: str, around: Circumstances, *,
                note: str = "") -> Change:
        """Let somebody else assess in an assessor's place, in one change."""
        without = self.release(case, person, "replaced", reason, around.now, note=note).case
        return self._assigned(case, without, (by,), around)

    def _assigned(self, before: Case, case: Case, people: Sequence[str], around: Circumstances) -> Change:
        pool = self.pool()
        case = assigning.with_hidden(assigning.with_assessors(case, people, pool, around), pool,
                                     partial(self.workload, hidden=True), around)
        known = {each.person for each in before.seats}
        fresh = [pool[each.person] for each in case.seats if each.person not in known]
        return self._change(before, case, around.now, *(_still_there(each, around.now) for each in fresh))

    def why_not(self, case: Case, around: Circumstances) -> dict[str, str | None]:
        """Of everybody in the pool, why they are not assigned to this case; None: they may be."""
        return {person: assigning.why_not(each, case, around) for person, each in self.pool().items()}

    def release(self, case: Case, person: str, how: Left, reason: str, now: datetime, *,
                note: str = "") -> Change:
        """Let an assessor leave: `recused` by themself, `replaced` by the secretariat. Their marks stay; none counts.

        Raises MarksRefused for a reason that is none, NotPossible when they have no seat or it is too late.
        """
        faults = wrong_reason("recusals" if how == "recused" else "replacements", reason, note)
        if faults:
            raise MarksRefused(faults)
        return self._change(case, assigning.left(case, person, Leaving(how, reason, note, format_moment(now))), now)

    def act(self, case: Case, role: str, people: Iterable[str], now: datetime) -> Change:
        """Remember who acts in a role: whoever does, and whoever lent them the role."""
        return self._change(case, assigning.acted(case, role, *people), now)

    def begin_again(self, case: Case, now: datetime) -> Change:
        """Open the next round, when a dossier that was assessed is looked at again: everybody marks anew."""
        return self._change(case, assigning.next_round(case, format_moment(now)), now)

    # -- marks -----------------------------------------------------------------------------------------------------

    def save(self, reference: str, person: str, marks: Mapping[str, Mark], items: Sequence[Item], seen: int) -> Marks:
        """Keep an assessor's draft; `seen` is the number of changes that the page has seen.

        Raises NotFound for somebody without a seat, MarksRefused for what cannot be kept, NotPossible when they are
        locked, ChangedMeanwhile when another window was quicker.
        """
        case, _ = self._seated(reference, person)
        faults = [each for each in wrong(marks, items) if each.code != "missing"]  # what is open yet, locking asks for
        if faults:
            raise MarksRefused(faults)
        kept = Marks(person, dict(marks), round=case.round, changes=seen + 1)
        item = {**_marks_key(case, person), "person": person, "round": kept.round, "changes": kept.changes,
                "marks": _stored_marks(marks)}
        try:
            self.table.write(put(item, condition=UNLOCKED, values={"seen": seen}) if seen else put_new(item))
        except ConditionFailed as refused:
            if (refused.items[0] or {}).get("locked_at"):
                raise NotPossible("locked_already", person) from None
            raise ChangedMeanwhile from None
        return kept

    def lock(self, reference: str, person: str, items: Sequence[Item], now: datetime) -> Lock:
        """Lock an assessor's marks, for good; the writes go along with the dossier's move.

        When the other one locks at the same moment, whoever is second gets ChangedMeanwhile from that transaction, and
        asks again: then the facts are others. Raises NotFound for somebody without a seat, NotPossible when they are
        locked, MarksRefused when something is missing.
        """
        case, seat = self._seated(reference, person)
        own = self._marks(case, person) or Marks(person)
        if own.locked_at:
            raise NotPossible("locked_already", person)
        faults, missing = wrong(own.marks, items), unmarked(own.marks, items)
        if faults or missing:
            raise MarksRefused(faults, missing)
        moment = format_moment(now)
        after = assigning.locked(case, person, moment)
        change = self._change(case, after, now, _locking(case, own, moment))
        return Lock(change, not seat.hidden, case.locked, not seat.hidden and self._differs(after, own, items))

    def _differs(self, case: Case, own: Marks, items: Sequence[Item]) -> bool:
        """Whether these marks, the last to be locked, differ from the other's; not before both are."""
        if not case.all_locked:
            return False
        (other,) = (each.person for each in case.assessors if each.person != own.person)
        return bool(differing(own, self._marks(case, other) or Marks(other), items))

    def visible(self, reference: str, reader: str) -> Visible:
        """The marks that somebody may see; whether they may see the dossier at all is the gate's question.

        An assessor sees their own; both assessors' are seen, by them and by the desk, once both are locked. A hidden
        third sees only their own, and nobody sees theirs. Whoever left a seat sees nothing.
        """
        case = self.find(reference)
        seat = case.seat_of(reader)
        own = self._marks(case, reader) if seat else None
        outside = (seat is not None and seat.hidden) or (seat is None and any(
            each.person == reader for each in case.seats))
        return Visible(own, () if outside else self._both(case))

    def counted(self, case: Case, items: Sequence[Item]) -> Counted:
        """What counts of a case whose marks are all locked; raises NotLocked before."""
        both = self._both(case)
        if not both:
            raise NotLocked
        first, second = both
        return Counted(first, second, differing(first, second, items), unsettled(first, second, case.plenary, items),
                       settled(first, second, case.plenary, items))

    def _both(self, case: Case) -> tuple[Marks, ...]:
        """The marks of both assessors, once both are locked; nothing before."""
        found = [self._marks(case, each.person) for each in case.assessors] if case.all_locked else []
        locked = tuple(each for each in found if each and each.locked_at)
        return locked if len(locked) == ASSESSORS else ()

    def _marks(self, case: Case, person: str) -> Marks | None:
        key = _marks_key(case, person)
        item = self.table.get(key["pk"], key["sk"])
        return _read_marks(item) if item else None

    def _seated(self, reference: str, person: str) -> tuple[Case, Seat]:
        case = self.find(reference)
        seat = case.seat_of(person)
        if seat is None:
            raise NotFound
        return case, seat

    # -- plenary, chair, decision ----------------------------------------------------------------------------------

    def settle(self, case: Case, rulings: Mapping[str, Mark], items: Sequence[Item], now: datetime) -> Change:
        """Keep what the plenary decided on items, beside what it decided before; raises NotLocked, MarksRefused.

        It decides on items that differ, and on those that the chair has asked it about.
        """
        asked = (*self.counted(case, items).differing, *case.discussed)
        open_ = [FieldError(f"accepted_{number}", "missing") for number in {*rulings} - {*volumes_of(rulings)}]
        faults = [*wrong(rulings, items), *open_] or not_asked(rulings, asked)
        if faults:
            raise MarksRefused(faults)
        return self._change(case, replace(case, plenary={**case.plenary, **rulings}), now)

    def remark(self, case: Case, text: str, now: datetime) -> Change:
        """Keep the chair's remarks; raises MarksRefused for what cannot be kept."""
        faults = wrong_note("remarks", text)
        if faults:
            raise MarksRefused(faults)
        return self._change(case, replace(case, remarks=text.strip()), now)

    def close(self, case: Case, items: Sequence[Item], now: datetime) -> Change:
        """End a case with its dossier: nothing waits any more, everything gets its end, and agreement is noted.

        Of a dossier that ends before both have locked (it is withdrawn) no agreement is noted.
        """
        ends = kept_until("assessment", now, now)
        rows = list(self.table.query(_case(case.reference), prefix="MARKS#"))
        aged = {"ends": ends, "now": format_moment(now)}
        aging = (update({"pk": row["pk"], "sk": row["sk"]}, "SET expires_at = :ends, closed_at = :now",
                        condition="attribute_exists(pk)", values=aged) for row in rows)
        return self._change(case, replace(case, closed_at=format_moment(now)), now, *aging,
                            *self._noted(case, items, now))

    def _noted(self, case: Case, items: Sequence[Item], now: datetime) -> Iterator[Write]:
        if not case.all_locked:
            return
        counts = self.counted(case, items)
        third = self._marks(case, case.hidden.person) if case.hidden else None
        for number, row in compared(counts.first, counts.second, counts.volumes, items, third).items():
            mark = hashlib.sha256(f"{case.reference}#{case.round}#{number}".encode()).hexdigest()[:12]
            yield put({"pk": _agreement(row.kode), "sk": f"{day_of(now).isoformat()}#{mark}", **asdict(row)})

    def compared(self, codes: Sequence[str]) -> list[Compared]:
        """What decided dossiers say about agreement on these items of the catalogue."""
        found = at_once([lambda kode=kode: list(self.table.query(_agreement(kode))) for kode in codes])  # type: ignore[misc]
        return [Compared(**_without_keys(row)) for rows in found for row in rows]

    def agreement(self, codes: Sequence[str]) -> dict[str, Agreement]:
        """How far the two assessors agree on each of these items; those that nobody marked yet are not there."""
        return measured(self.compared(codes))

    def _change(self, before: Case, after: Case, now: datetime, *writes: Write) -> Change:
        """The writes that make a case what it is to be: its record, and its rows in queues where they are others."""
        kept = replace(after, changes=before.changes + 1)
        record = _record(kept, now)
        old, new = _rows(before, now), _rows(kept, now)
        made = [put(record, condition=SEEN, values={"seen": before.changes}) if before.changes else put_new(record),
                *(delete({"pk": pk, "sk": sk}) for pk, sk in old if (pk, sk) not in new),
                *(put({"pk": pk, "sk": sk, **row}) for (pk, sk), row in new.items() if old.get((pk, sk)) != row),
                *writes]
        return Change(kept, tuple(map(self.table.bound, made)))

    # -- roles that are lent, and what somebody signs with ---------------------------------------------------------

    def lend(self, delegation: Delegation, own: Collection[Role], note: Note) -> Delegation:
        """Lend a role; `own` are the lender's own roles. Twice is once.

        Raises MarksRefused with what is wrong, and SubmissionConflict where something else was lent under this id.
        """
        faults = lending.wrong(delegation, own, day_of(note.now), note.now)
        if faults:
            raise MarksRefused(faults)
        kept = replace(delegation, created_at=format_moment(note.now))
        before = self._lent_as(kept)
        if before is None:
            try:
                self.audit.transact(self.table, note, lambda: [put_new(item) for item in _delegation(kept, note.now)])
            except ConditionFailed:  # it was sent twice at the same time
                before = self._lent_as(kept)
        if before and replace(before, created_at=kept.created_at, ended_at="") != kept:
            raise SubmissionConflict
        return before or kept

    def _lent_as(self, delegation: Delegation) -> Delegation | None:
        """What its lender has lent already under the id of this one."""
        rows = self.table.query(f"LENDS#{delegation.lender}")
        return next((_read_delegation(row) for row in rows if row["id"] == delegation.id), None)

    def lent_to(self, person: str, today: date) -> list[Delegation]:
        """What was lent to somebody and is not over, and what begins later: one query. `holds` tells of a day."""
        rows = self.table.query(f"LENT#{person}", after=today.isoformat())
        return [each for each in map(_read_delegation, rows) if not each.ended_at]

    def lent_by(self, person: str, today: date) -> list[Delegation]:
        """What somebody lent and is not over."""
        rows = self.table.query(f"LENDS#{person}", after=today.isoformat())
        return [each for each in map(_read_delegation, rows) if not each.ended_at]

    def delegations_of(self, person: str) -> list[Delegation]:
        """Everything that is kept of what somebody lent and was lent, also what is over."""
        rows = [row for pk in ("LENDS", "LENT") for row in self.table.query(f"{pk}#{person}")]
        return [_read_delegation(row) for row in rows]

    def stop_lending(self, delegation: Delegation, by: str, note: Note) -> None:
        """End it before its last day, by either of the two; raises NotFound for anybody else. Twice is once."""
        if by not in {delegation.lender, delegation.receiver}:
            raise NotFound
        with suppress(ConditionFailed):  # the other one was quicker
            self.audit.transact(self.table, note, lambda: [
                update({"pk": item["pk"], "sk": item["sk"]}, "SET ended_at = :now",
                       condition="attribute_exists(pk) AND ended_at = :not_yet",
                       values={"now": format_moment(note.now), "not_yet": ""})
                for item in _delegation(delegation, note.now)])

    def signer(self, person: str) -> Signer | None:
        """What somebody last signed with."""
        item = self.table.get(f"SIGNER#{person}", RECORD)
        return Signer(**_without_keys(item)) if item else None

    def forget(self, person: str) -> None:
        """Erase what is kept of somebody at these desks but what they lent and were lent, and what they assessed.

        Raises NotPossible while cases wait for their marks.
        """
        self.leave(person)
        self.table.write(delete({"pk": f"SIGNER#{person}", "sk": RECORD}))

    def signs(self, person: str, signer: Signer, now: datetime) -> Write:
        """That somebody signs with this, to be proposed the next time."""
        return self.table.bound(put({"pk": f"SIGNER#{person}", "sk": RECORD, **asdict(signer),
                                     "saved_at": format_moment(now), "expires_at": kept_until("assessor", now, now)}))


# -- items -----------------------------------------------------------------------------------------------------------


def _case(reference: str) -> str:
    return f"CASE#{reference}"


def _queue(person: str) -> str:
    return f"ASSESSOR#{person}"


def _agreement(kode: str) -> str:
    return f"AGREEMENT#{kode}"


def _pool_key(person: str) -> dict[str, str]:
    return {"pk": POOL, "sk": person}


def _marks_key(case: Case, person: str) -> dict[str, str]:
    return {"pk": _case(case.reference), "sk": f"MARKS#{case.round:02}#{person}"}


def _still_there(assessor: Assessor, now: datetime) -> Write:
    """That somebody is still in the pool as they were when they were looked at."""
    return check(_pool_key(assessor.person), AVAILABLE,
                 {"golongan": assessor.golongan, "today": day_of(now).isoformat()})


def _locking(case: Case, own: Marks, moment: str) -> Write:
    """That marks are locked as they were read: what another window saves in between makes it fail."""
    return update(_marks_key(case, own.person), "SET locked_at = :now, changes = :next", condition=UNLOCKED,
                  values={"now": moment, "next": own.changes + 1, "seen": own.changes})


def _rows(case: Case, now: datetime) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows that a case has in the queues of its assessors, and among the work that waits."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for seat in case.seats:
        gone = seat.left_at or case.closed_at
        if gone:
            rows[_queue(seat.person), f"{PAST}{case.reference}"] = {
                "since": seat.since, "state": seat.left or "decided", "ended_at": gone,
                "expires_at": kept_until("assessment", parse_moment(gone), now)}
            continue
        state = "locked" if seat.locked_at else "open"
        if seat.hidden and case.all_locked:
            continue  # the dossier goes on without the third, who has no page of it any more
        rows[_queue(seat.person), f"{QUEUE}{case.reference}"] = {"since": seat.since, "state": state}
        if state == "open":
            rows[WORK, f"{seat.person}#{case.reference}"] = {"since": seat.since} | (
                {"hidden": True} if seat.hidden else {})
    return rows


def _record(case: Case, now: datetime) -> Stored:
    item: Stored = {"pk": _case(case.reference), "sk": RECORD, **asdict(case), "plenary": _stored_marks(case.plenary)}
    if case.closed_at:
        item["expires_at"] = kept_until("assessment", parse_moment(case.closed_at), now)
    return item


def _read_case(item: Stored) -> Case:
    known = _without_keys(item)
    known["seats"] = tuple(Seat(**each) for each in known["seats"])
    known["acted"] = {role: tuple(people) for role, people in known["acted"].items()}
    known["plenary"] = _read_each(known["plenary"])
    known["discussed"] = tuple(known.get("discussed", ()))
    return Case(**known)


def _stored_marks(marks: Mapping[str, Mark]) -> dict[str, Any]:
    """What is not said yet is left out: the store keeps no nothing."""
    return {number: {name: value for name, value in asdict(mark).items() if value is not None}
            for number, mark in marks.items()}


def _read_each(stored: Mapping[str, Any]) -> dict[str, Mark]:
    """Marks by item, in the order of their numbers; whole numbers come back from the store as int."""
    return {number: Mark(**{**stored[number], "accepted": Decimal(stored[number]["accepted"])
                            if "accepted" in stored[number] else None}) for number in sorted(stored, key=int)}


def _read_marks(item: Stored) -> Marks:
    return Marks(item["person"], _read_each(item["marks"]), item.get("locked_at", ""), item["round"], item["changes"])


def _delegation(delegation: Delegation, now: datetime) -> Iterator[Stored]:
    """It stands twice, so that either of the two finds it in one query."""
    sort = f"{delegation.last}#{delegation.id}"
    over = datetime.combine(date.fromisoformat(delegation.last), time(), tzinfo=now.tzinfo)
    for pk in (f"LENT#{delegation.receiver}", f"LENDS#{delegation.lender}"):
        yield {"pk": pk, "sk": sort, **asdict(delegation), "expires_at": kept_until("assessor", over, now)}


def _read_delegation(item: Stored) -> Delegation:
    return Delegation(**_without_keys(item))


def _without_keys(item: Stored) -> Stored:
    return {name: value for name, value in item.items() if name not in {"pk", "sk", "expires_at", "saved_at"}}
