"""The audit: who did what to which record, when, from where and under which version of the rules.

Entries are only ever added: functions may put and query in this table, nothing else. The entry about a change is
written in the transaction that makes the change, so that neither is there without the other. What an entry says is
codes; the only personal value is the address that a request came from, and no function shows it.

| pk                 | sk                              | is                                                         |
|--------------------|---------------------------------|------------------------------------------------------------|
| RECORD#<kind>#<id> | <sequence>                      | one entry; it holds the hash of the one before it          |
| DAY#<day>          | <moment>#<kind>#<id>#<sequence> | that this entry is there, with its hash                    |
| ANCHOR             | <day>                           | number and digest of a day's rows, the hash of one before  |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from portal.assets import words
from portal.chain import ANCHOR, DAY, NOTHING, RECORD, anchor_for, day_row, last_settled, seal
from portal.identifiers import format_moment, parse_moment
from portal.moments import format_time
from portal.records import ConditionFailed, Item, Table, Write, attempts, put_new
from portal.retention import kept_until
from portal.settings import Settings

# What can be done to a record, and what can be said about it: each has its words in content/forms/audit.<lang>.yml.
ACTIONS = ("viewed", "exported", "downloaded", "approved", "refused", "promoted", "cancelled", "checked_in",
           "check_in_undone",
           "messaged", "corrected", "claimed", "erased", "role_given", "role_taken", "consented", "withdrawn",
           "requested", "verified", "taken", "answered", "recorded", "told", "closed",
           "unclaimed", "signed_out", "changed",
           "submitted", "objected", "returned", "completed", "marked", "recused", "replaced", "settled", "discussed",
           "decided", "granted", "lent")
FACTS = {
    "field": ("name", "email", "phone", "nip", "nik", "region", "agency", "accessibility_needs", "answers"),
    "state": ("seated", "waiting", "cancelled", "approved", "refused", "present"),
    "reason": ("retention_over", "retention_shortened", "own_request", "not_the_person", "kept_by_law",
               "still_needed", "nothing_found", "of_others", "done", "being_done", "not_for_this_person", "incomplete",
               "group_composed", "attended_before", "other"),
    "purpose": ("accessibility_needs", "photos", "publication", "polls"),
    "right": ("export", "correction", "erasure", "objection"),
    "outcome": ("granted", "partly", "refused"),
    "whom": ("authority", "people", "public"),
}
CODE = re.compile(r"[a-z][a-z_]{0,39}")
IDENTIFIER = re.compile(r"(?!\d+$)[A-Za-z0-9_-]{1,80}")  # never only digits: a NIP or NIK is no identifier here
VERSION = re.compile(r"[A-Za-z0-9._-]{1,40}")
ADDRESS = re.compile(r"[0-9A-Fa-f:., ]{0,99}")
FIRST_LOOK = 7  # days that are anchored when there is no anchor yet


class Actor(NamedTuple):
    """Who acts: an opaque identifier, the role acted under, and the network address the request came from."""

    person: str
    role: str
    source: str = ""


SYSTEM = Actor("system", "system")
SELF = "self"  # the role in which somebody acts on their own data


@dataclass(frozen=True)
class Note:
    """What is to be remembered about one record; raises ValueError for anything that is not a code or identifier."""

    kind: str
    record: str
    action: str
    actor: Actor
    rules: str  # the version of the rules that the decision was made under
    now: datetime
    facts: tuple[str, ...] = ()  # such as "state:approved", "field:nik"
    done: datetime | None = None  # when it was done, where that was before it could be written: without network

    def __post_init__(self) -> None:
        """Refuse free text before it is stored for good; what it was is not repeated in the error."""
        shapes = ((CODE, self.kind), (IDENTIFIER, self.record), (IDENTIFIER, self.actor.person),
                  (CODE, self.actor.role), (ADDRESS, self.actor.source), (VERSION, self.rules))
        if self.action not in ACTIONS or not all(shape.fullmatch(value) for shape, value in shapes):
            raise ValueError("an audit entry consists of codes and identifiers")
        if not all(_is_fact(fact) for fact in self.facts):
            raise ValueError("a fact of an audit entry is one of FACTS")

    @property
    def pk(self) -> str:
        """Under which key the record's entries stand."""
        return record_key(self.kind, self.record)


def _is_fact(fact: str) -> bool:
    group, _, code = fact.partition(":")
    return code in FACTS.get(group, ())


def record_key(kind: str, record: str) -> str:
    """The `pk` of a record's entries."""
    return f"{RECORD}{kind}#{record}"


@dataclass(frozen=True)
class AuditSettings(Settings):
    """What every function that shows sensitive fields needs from the template."""

    audit_table: str


def remember(notes: Iterable[Note]) -> None:
    """Write what was seen into the audit of this stack, before it is shown."""
    audit = Audit(Table(AuditSettings.from_environment().audit_table))
    for note in notes:
        audit.note(note)


@dataclass(frozen=True)
class Audit:
    """The table in the words of the audit."""

    table: Table

    def entries(self, kind: str, record: str) -> Iterator[Item]:
        """The entries of one record, the oldest first."""
        return self.table.query(record_key(kind, record))

    def transact(self, table: Table, note: Note, change: Callable[[], Iterable[Write]]) -> None:
        """Make a change in its own table and its entry here, both or neither.

        `change` answers the writes from what it reads; when somebody else wrote about the record in between, it is
        asked again. Raises ConditionFailed, as the change alone would, when one of its own conditions does not hold.
        """
        for _ in attempts():
            writes = list(change())
            try:
                table.transact(*writes, *self.writes(note))
            except ConditionFailed as refused:
                if any(refused.failed[:len(writes)]):
                    raise ConditionFailed(refused.failed[:len(writes)], refused.items[:len(writes)]) from None
            else:
                return

    def note(self, note: Note) -> None:
        """Remember something that changes nothing, such as a view; what was noted may then be shown."""
        self.transact(self.table, note, tuple)

    def writes(self, note: Note) -> Sequence[Write]:
        """The entry that comes next for this record, and its row of the day, for a transaction of the caller's.

        A caller of its own must treat ConditionFailed of these writes as "read again".
        """
        entry = seal(self._entry(note, self._last(note.pk)))
        return [self.table.bound(put_new(entry)), self.table.bound(put_new(day_row(entry)))]

    def _last(self, pk: str) -> Item | None:
        return next(self.table.query(pk, most=1, backwards=True), None)

    def _entry(self, note: Note, last: Item | None) -> dict[str, Any]:
        sequence = last["sequence"] + 1 if last else 1
        return {"pk": note.pk, "sk": f"{sequence:08d}", "kind": note.kind, "record": note.record,
                "sequence": sequence, "at": format_moment(note.now), "actor": note.actor.person,
                "role": note.actor.role, "source": note.actor.source, "action": note.action, "rules": note.rules,
                **({"done_at": format_moment(note.done)} if note.done else {}),
                "facts": list(note.facts), "previous": last["hash"] if last else NOTHING,
                "previous_until": last["expires_at"] if last else 0,
                "expires_at": kept_until("audit_entry", note.now, note.now)}

    def anchor(self, now: datetime) -> list[Item]:
        """Anchor every day that is over and has no anchor yet; answers the new anchors. Twice is once."""
        before = next(self.table.query(ANCHOR, most=1, backwards=True), None)
        last, anchored = last_settled(now), []
        day = parse_moment(before["sk"]).date() if before else last - timedelta(days=FIRST_LOOK)
        while day < last:
            day += timedelta(days=1)
            before = anchor_for(day, list(self.table.query(f"{DAY}{day.isoformat()}")), before)
            try:
                self.table.write(put_new(before))
            except ConditionFailed:
                break  # another clock was here a moment ago, and goes on
            anchored.append(before)
        return anchored


def as_rows(entries: Iterable[Item], *, reader: str, zone: str, language: str) -> list[dict[str, Any]]:
    """The entries for the person whose record it is: when, who, what, and what was seen or changed.

    `reader` is that person's own identifier: others are told by what they are, never by who; where a request came
    from is told to nobody.
    """
    texts = words("audit", language)

    def told(entry: Item) -> Iterator[str]:
        yield from (texts["facts"][group][code] for group, _, code in (
            fact.partition(":") for fact in entry["facts"]))
        if when(entry["at"]) != when(done(entry)):
            yield texts["written"].format(when=when(entry["at"]))

    def done(entry: Item) -> str:
        return str(entry.get("done_at", entry["at"]))

    def when(moment: str) -> str:
        return format_time(parse_moment(moment), zone, language)

    return [{"when": when(done(entry)),
             "who": texts["who"][_kind_of(entry, reader)], "what": texts["actions"][entry["action"]],
             "facts": list(told(entry))} for entry in entries]


def _kind_of(entry: Item, reader: str) -> str:
    if entry["actor"] == SYSTEM.person:
        return "system"
    if entry["actor"] == reader:
        return "you"
    return "person" if entry["role"] == SELF else "staff"
