"""Remembering consents, requests and breaches. What is done to each is in the audit, in the same transaction.

| pk                  | sk                           | is                                                          |
|---------------------|------------------------------|-------------------------------------------------------------|
| PERSON#<person>     | CONSENT#<purpose>#<moment>   | what was said about one purpose, with its proof             |
| PERSON#<person>     | REQUEST#<reference>          | that this person asked                                      |
| REQUEST#<reference> | RECORD                       | a request about somebody's own data                         |
| REQUEST#<reference> | MESSAGE#<moment>#<name>      | what was told (portal.outbox)                               |
| BREACH#<reference>  | RECORD                       | a breach of data                                            |
| OPEN#REQUESTS       | <due>#<reference>            | a request that waits for an answer; the most urgent first   |
| OPEN#ERASURES       | <answered>#<reference>       | an erasure that was granted and is not done yet             |
| DONE#ERASURES       | <done>#<reference>           | one that is done: what a restore must not bring back        |
| OPEN#BREACHES       | <due>#<reference>            | a breach that is not closed; the most urgent first          |

A request and a breach get their end (`expires_at`) when they are answered or closed, a consent when it is withdrawn.
Two people at one record: each change asks for the number of changes it has seen, and the second reads again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from portal.assets import words
from portal.audit import SYSTEM, Actor, Audit, Note
from portal.dated import Row, rows_until
from portal.errors import NotFound, SubmissionConflict
from portal.identifiers import format_moment, format_reference, parse_moment
from portal.moments import format_time
from portal.outbox import PREFIX as MESSAGES
from portal.outbox import message
from portal.records import ConditionFailed, Item, Table, Write, attempts, delete, put, put_new, update
from portal.retention import kept_until
from rights.models import Breach, Consent, Request
from rights.rules import Event, asks_to_erase, due, is_open, may, may_close, may_tell, standing, untold

RECORD = "RECORD"
SEEN = "changes = :seen"
ZONE = "WIB"  # of moments in mail, until a profile says another
DONE: dict[Event, str] = {"verify": "verified", "take": "taken", "answer": "answered", "withdraw": "withdrawn"}

Kept = TypeVar("Kept", Request, Breach)


def hours_for(right: str, now: datetime) -> Row:
    """How many hours there are, by the row of content/rules/rights.yml that holds."""
    return rows_until("rights", right, now)[-1]


@dataclass(frozen=True)
class Rights:
    """The table in the words of these rights."""

    table: Table
    audit: Audit

    # -- consents --------------------------------------------------------------------------------------------------

    def ledger(self, person: str) -> list[Consent]:
        """Everything that a person said, by purpose and moment."""
        return [Consent(**_without_keys(item)) for item in self.table.query(f"PERSON#{person}", prefix="CONSENT#")]

    def say(self, person: str, consent: Consent, actor: Actor) -> None:
        """Remember a consent, or that it is withdrawn; saying the same again is saying it once."""
        now = parse_moment(consent.at)
        note = Note(kind="consent", record=person, action="consented" if consent.given else "withdrawn", actor=actor,
                    rules=consent.version, now=now, facts=(f"purpose:{consent.purpose}",))
        last = standing(self.ledger(person)).get(consent.purpose)
        if last and (last.given, last.version) == (consent.given, consent.version):
            return
        self.audit.transact(self.table, note, lambda: self._said(person, consent, now))

    def _said(self, person: str, consent: Consent, now: datetime) -> Iterator[Write]:
        pk, prefix = f"PERSON#{person}", f"CONSENT#{consent.purpose}#"
        ends = None if consent.given else kept_until("consent", now, now)
        ended = {"expires_at": ends, "ended_at": consent.at} if ends else {}
        yield put_new({"pk": pk, "sk": f"{prefix}{consent.at}", **consent.model_dump(), **ended})
        for item in self.table.query(pk, prefix=prefix) if ends else ():
            if "ended_at" not in item:
                yield update({"pk": pk, "sk": item["sk"]}, "SET expires_at = :expires_at, ended_at = :ended_at",
                             condition="attribute_exists(pk)", values=ended)

    def stop_by(self, withdrawn: Consent) -> str:
        """Until when processing on the ground of a consent has to stop after it was withdrawn (Pasal 40)."""
        return due(withdrawn.at, hours_for("objection", parse_moment(withdrawn.at)).number)

    # -- requests --------------------------------------------------------------------------------------------------

    def find(self, reference: str) -> Request | None:
        """The request with this reference."""
        item = self.table.get(f"REQUEST#{reference}", RECORD)
        return Request(**{**_without_keys(item), "keys": tuple(item.get("keys", ()))}) if item else None

    def of_person(self, person: str) -> Iterator[str]:
        """The references of what a person asked."""
        yield from (item["sk"].partition("#")[2] for item in self.table.query(f"PERSON#{person}", prefix="REQUEST#"))

    def open_requests(self) -> Iterator[str]:
        """The references of what waits for an answer, the most urgent first."""
        yield from (item["reference"] for item in self.table.query("OPEN#REQUESTS"))

    def letters(self, reference: str) -> Iterator[Item]:
        """What was told about a request, the oldest first, with what became of each letter."""
        return self.table.query(f"REQUEST#{reference}", prefix=MESSAGES)

    def file(self, request: Request, actor: Actor, now: datetime, *, verified: bool = False) -> Request:
        """Remember a new request and confirm it; its clock begins now. The same submission again is the same request.

        `verified`: whose data they are is known already, as of somebody who is signed in and speaks of themself.
        Raises SubmissionConflict when the identifier was used with other content.
        """
        row, moment = hours_for(request.right, now), format_moment(now)
        kept = replace(request, received_at=moment, due_at=due(moment, row.number), rules=row.since,
                       verified_at=moment if verified else None)
        note = Note(kind="rights_request", record=format_reference(kept.reference), action="requested", actor=actor,
                    rules=row.since, now=now, facts=(f"right:{kept.right}",))
        try:
            self.audit.transact(self.table, note, lambda: [
                put_new({**_key(kept), **asdict(kept)}), put_new(_waiting(kept)),
                put_new({"pk": f"PERSON#{kept.person}", "sk": f"REQUEST#{kept.reference}"}),
                _tell("rights_received", kept, now)])
        except ConditionFailed:
            return self._same(kept)
        return kept

    def _same(self, request: Request) -> Request:
        earlier = self.find(request.reference)
        if earlier is None or any(getattr(earlier, name) != getattr(request, name) for name in (
                "submission", "person", "right", "details", "email")):
            raise SubmissionConflict
        return earlier

    def advance(self, reference: str, event: Event, actor: Actor, now: datetime, *, outcome: str | None = None,
                reason: str | None = None, keys: tuple[str, ...] = ()) -> Request:
        """Let something happen to a request; answers it as it is afterwards.

        `keys` find what was sent with the person's addresses, for an answer that erases.

        When somebody was quicker, or the state does not allow it, it is answered as it stands: whoever asked compares.
        """
        moment = format_moment(now)
        new: Mapping[Event, dict[str, Any]] = {
            "verify": {"verified_at": moment}, "take": {"taken_at": moment, "taken_by": actor.person},
            "answer": {"answered_at": moment, "outcome": outcome, "reason": reason, "keys": keys},
            "withdraw": {"withdrawn_at": moment}}
        facts = tuple(f"{name}:{code}" for name, code in (("outcome", outcome), ("reason", reason)) if code)

        def change(current: Request) -> Request | None:
            return replace(current, **new[event]) if may(current, event, reason=reason) else None

        return self._change(lambda: self.find(reference), change, lambda current: Note(
            kind="rights_request", record=format_reference(reference), action=DONE[event], actor=actor,
            rules=current.rules, now=now, facts=facts))

    def erasures(self) -> Iterator[str]:
        """The references of granted erasures that are not done yet, the oldest first."""
        yield from (item["reference"] for item in self.table.query("OPEN#ERASURES"))

    def erasures_done(self) -> Iterator[str]:
        """The references of erasures that are done, as long as a backup could bring back what they erased."""
        yield from (item["reference"] for item in self.table.query("DONE#ERASURES"))

    def erased(self, reference: str, now: datetime) -> None:
        """Note that what was asked to be erased is gone, and tell the person; twice is once."""
        request = self.find(reference)
        if request is None or request.erased_at:
            return
        done = replace(request, erased_at=format_moment(now), changes=request.changes + 1)
        note = Note(kind="rights_request", record=format_reference(reference), action="erased", actor=SYSTEM,
                    rules=request.rules, now=now, facts=("reason:own_request",))
        ends = kept_until("rights_request", parse_moment(str(request.answered_at)), now)
        with suppress(ConditionFailed):  # another clock was here a moment ago
            self.audit.transact(self.table, note, lambda: [
                put({**_key(done), **asdict(done), "expires_at": ends}, condition=SEEN,
                    values={"seen": request.changes}),
                delete(_erasure(request)), _tell("rights_erased", done, now),
                put({"pk": "DONE#ERASURES", "sk": f"{done.erased_at}#{reference}", "reference": reference,
                     "ended_at": done.erased_at, "expires_at": kept_until("rights_request", now, now)})])

    # -- breaches --------------------------------------------------------------------------------------------------

    def breach(self, reference: str) -> Breach | None:
        """The breach with this reference."""
        item = self.table.get(f"BREACH#{reference}", RECORD)
        if item is None:
            return None
        return Breach(**{**_without_keys(item), "fields": tuple(item["fields"])})

    def open_breaches(self) -> Iterator[str]:
        """The references of what is not closed, the most urgent first."""
        yield from (item["reference"] for item in self.table.query("OPEN#BREACHES"))

    def record(self, reference: str, known_at: datetime, actor: Actor, now: datetime) -> Breach:
        """Begin the register's entry: the clock counts from when the breach became known, not from now.

        Raises SubmissionConflict when there is a breach with this reference.
        """
        row = hours_for("breach", known_at)
        breach = Breach(reference=reference, known_at=format_moment(known_at), rules=row.since,
                        due_at=due(format_moment(known_at), row.number))
        try:
            self.audit.transact(self.table, self._about(breach, "recorded", actor, now), lambda: [
                put_new({**_key(breach), **asdict(breach)}), put_new(_waiting(breach))])
        except ConditionFailed:
            raise SubmissionConflict from None
        return breach

    def describe(self, reference: str, actor: Actor, now: datetime, **known: Any) -> Breach:  # noqa: ANN401
        """Write down what has become known meanwhile; a closed breach stays as it is."""
        def change(current: Breach) -> Breach | None:
            return None if current.closed_at else replace(current, **known)

        return self._change(lambda: self.breach(reference), change,
                            lambda current: self._about(current, "corrected", actor, now))

    def tell(self, reference: str, whom: str, actor: Actor, now: datetime) -> Breach:
        """Note that authority, people or public were told; the first time counts, and a notice must be complete."""
        def change(current: Breach) -> Breach | None:
            told = {f"{whom}_told_at": format_moment(now)}
            return replace(current, **told) if whom in untold(current) and may_tell(current) else None  # type: ignore[arg-type]

        return self._change(lambda: self.breach(reference), change,
                            lambda current: self._about(current, "told", actor, now, f"whom:{whom}"))

    def close(self, reference: str, actor: Actor, now: datetime) -> Breach:
        """Close a breach that everybody knows who has to."""
        def change(current: Breach) -> Breach | None:
            return replace(current, closed_at=format_moment(now)) if may_close(current) else None

        return self._change(lambda: self.breach(reference), change,
                            lambda current: self._about(current, "closed", actor, now))

    def _about(self, breach: Breach, action: str, actor: Actor, now: datetime, *facts: str) -> Note:
        return Note(kind="breach", record=format_reference(breach.reference), action=action, actor=actor,
                    rules=breach.rules, now=now, facts=facts)

    # -- both ------------------------------------------------------------------------------------------------------

    def _change(self, find: Callable[[], Kept | None], change: Callable[[Kept], Kept | None],
                note: Callable[[Kept], Note]) -> Kept:
        """One change of one record, with its entry; None from `change` leaves it. Raises NotFound."""
        for _ in attempts():
            current = find()
            if current is None:
                raise NotFound
            changed = change(current)
            if changed is None:
                return current
            kept = replace(changed, changes=current.changes + 1)
            about = note(current)
            try:
                self.audit.transact(self.table, about, lambda: _writes(current, kept, about.now))  # noqa: B023 now
            except ConditionFailed:
                continue  # somebody was quicker: look again
            return kept
        raise AssertionError  # pragma: no cover  attempts() ends by raising


def _writes(before: Request | Breach, after: Request | Breach, now: datetime) -> Iterable[Write]:
    item: dict[str, Any] = {**_key(after), **asdict(after)}
    if _is_open(after):
        yield put(item, condition=SEEN, values={"seen": before.changes})
        return
    ends = kept_until("breach", now, now) if isinstance(after, Breach) else kept_until("rights_request", now, now)
    yield put({**item, "expires_at": ends}, condition=SEEN, values={"seen": before.changes})
    row = _waiting(after)
    yield delete({"pk": row["pk"], "sk": row["sk"]})
    if isinstance(after, Request):
        yield put({"pk": f"PERSON#{after.person}", "sk": f"REQUEST#{after.reference}", "expires_at": ends,
                   "ended_at": format_moment(now)})
        if after.answered_at:
            yield _tell("rights_answered", after, now)
            if asks_to_erase(after):
                yield put({**_erasure(after), "reference": after.reference})


def _is_open(record: Request | Breach) -> bool:
    return record.closed_at is None if isinstance(record, Breach) else is_open(record)


def _key(record: Request | Breach) -> dict[str, str]:
    return {"pk": f"{'BREACH' if isinstance(record, Breach) else 'REQUEST'}#{record.reference}", "sk": RECORD}


def _waiting(record: Request | Breach) -> dict[str, str]:
    queue = "OPEN#BREACHES" if isinstance(record, Breach) else "OPEN#REQUESTS"
    return {"pk": queue, "sk": f"{record.due_at}#{record.reference}", "reference": record.reference}


def _erasure(request: Request) -> dict[str, str]:
    return {"pk": "OPEN#ERASURES", "sk": f"{request.answered_at}#{request.reference}"}


def _tell(template: str, request: Request, now: datetime) -> Write:
    texts = words("rights", request.language)
    values = {"reference": format_reference(request.reference), "right": texts["rights"][request.right],
              "due": format_time(parse_moment(request.due_at), ZONE, request.language)}
    if request.outcome:
        values["outcome"] = texts["outcomes"][request.outcome]
        values["reason"] = texts["reasons"][request.reason or "done"]
    return message(_key(request)["pk"], template, to=request.email, language=request.language, values=values, now=now)


def _without_keys(item: Item) -> Item:
    return {name: value for name, value in item.items() if name not in {"pk", "sk", "expires_at", "ended_at"}}
