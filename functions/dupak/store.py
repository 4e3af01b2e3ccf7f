"""Remembering dossiers: what an official puts together, where it stands, what was decided and drawn.

Who assesses whom is not here: that is a table of its own, which the official's function cannot read.

| pk                      | sk                       | is                                                              |
|-------------------------|--------------------------|-----------------------------------------------------------------|
| DOSSIER#<reference>     | RECORD                   | the dossier                                                     |
| DOSSIER#<reference>     | EVENT#<moment>#<event>   | what happened to it, without who did it                         |
| DOSSIER#<reference>     | MESSAGE#<moment>#<name>  | what was told (portal.outbox)                                   |
| DOSSIER#<reference>     | PAPER#<number>#<kind>    | a document of a decision: its data, and what became of drawing  |
| OWNER#<person>          | DOSSIER#<reference>      | that this person has it                                         |
| OWNER#<person>          | DECISION#<moment>#<ref>  | what was decided, with its explanation in both languages        |
| QUEUE#<state>#<office>  | <due>#<reference>        | a dossier that waits for an office, the most urgent first; told |
|                         |                          | so that a queue is one query                                    |
| QUEUE#<state>#*         | <due>#<reference>        | the same for whoever has every office; what is returned waits   |
|                         |                          | for its official, and stands here for the clock                 |
| DESK#<role>             | <office>                 | that somebody with this role has opened the desk of an office   |
| COUNTER#<agency>        | <year>                   | how many decisions an agency has numbered in a year             |
| FAILED#PAPERS           | <reference>#<n>#<kind>   | a document that could not be drawn, for the clock to try again  |
| REMINDER#<person>       | MESSAGE#<day>#<name>     | what a desk was reminded of: numbers only                       |

Two people at one dossier: each change asks for the number of changes it has seen, and the second is told so.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from dupak.dossiers import FINAL, Dossier, Exhibit, Frozen, Returned
from portal.access import ANY_SCOPE, unit_key
from portal.audit import Audit, Note
from portal.errors import ChangedMeanwhile, SubmissionConflict
from portal.identifiers import format_moment, parse_moment, reference_for
from portal.outbox import PREFIX as MESSAGES
from portal.records import ConditionFailed, Item, Table, Write, at_once, delete, put, put_new, update
from portal.retention import kept_until

RECORD = "RECORD"
EVENT, PAPER, DECISION = "EVENT#", "PAPER#", "DECISION#"
SEEN = "changes = :seen"
OFFICE: Mapping[str, str] = {"superior": "unit", "secretariat": "agency", "assessing": "agency", "plenary": "agency",
                             "chair": "agency", "approving": "agency", "objected": "agency", "returned": "unit"}
HOLDING = ("decided", "objected", "closed")  # while a decision on a dossier holds
# To whose desk of which office a dossier goes: its official types both names, and is told where nobody is.
DESK_OF: Mapping[str, str] = {"atasan": "unit", "sekretariat": "agency"}
NO_OFFICE = "-"  # of an office whose name has no letters: nobody's scope, but those of every office find it


@dataclass(frozen=True)
class Decision:
    """What was decided: enough to go on from, and its explanation as it was told on that day."""

    reference: str
    regime: str
    decided_at: str
    number: str
    total: str  # an exact fraction, such as 250/12
    jenjang: str
    golongan: str
    first: str
    last: str
    rules: str
    sections: Mapping[str, Any]
    months: Mapping[str, str]  # month -> predikat, of a conversion
    explained: Mapping[str, Any]  # by language
    replaced_at: str = ""

    @property
    def diplomas(self) -> dict[str, str]:
        """The diplomas that it took as recorded, with the month of each."""
        rows = self.sections.get("ijazah", {}).get("diplomas", ())
        return {each["level"]: each["month"] for each in rows if each["recorded"] == "ya"}


@dataclass(frozen=True)
class Paper:
    """A document of a decision: the data that it is drawn from, and what became of it."""

    reference: str
    decision: int
    kind: str
    data: Mapping[str, Any]
    asked_at: str
    day: str = ""  # that it bears
    total: str = ""  # as it is printed
    state: str = "waiting"  # waiting, drawn, failed
    tries: int = 0
    drawn_at: str = ""
    digest: str = ""
    seal: str = ""

    @property
    def sealed_reference(self) -> str:
        """The number that its seal and the register know it by: another one for each document of each decision."""
        return reference_for(f"{self.reference}#{self.decision}#{self.kind}")

    @property
    def key(self) -> str:
        """Where its content lies in the bucket of documents; the reference is no secret, the digest is."""
        return f"papers/{self.reference}/{self.decision}/{self.kind}-{self.digest}"


@dataclass(frozen=True)
class Dossiers:
    """The table in the words of dossiers."""

    table: Table
    audit: Audit

    def find(self, reference: str) -> Dossier | None:
        """The dossier with this reference."""
        item = self.table.get(_pk(reference), RECORD)
        return _dossier(item) if item else None

    def of_owner(self, person: str) -> Iterator[Dossier]:
        """Every dossier of a person, the newest first."""
        references = [item["sk"].partition("#")[2] for item in self.table.query(_owner(person), prefix="DOSSIER#")]
        found = [each for each in at_once([partial(self.find, each) for each in references]) if each]
        yield from sorted(found, key=lambda each: each.created_at, reverse=True)

    def begin(self, dossier: Dossier, note: Note) -> Dossier:
        """Remember a new dossier; the same submission again is the same dossier."""
        try:
            self.audit.transact(self.table, note, lambda: [
                put_new(_item(dossier)), put_new({"pk": _owner(dossier.owner), "sk": f"DOSSIER#{dossier.reference}"})])
        except ConditionFailed:
            earlier = self.find(dossier.reference)
            if earlier is None or (earlier.submission, earlier.owner, earlier.regime) != (
                    dossier.submission, dossier.owner, dossier.regime):
                raise SubmissionConflict from None
            return earlier
        return dossier

    def save(self, before: Dossier, after: Dossier) -> Dossier:
        """Keep a draft as it is now; raises ChangedMeanwhile when another window was quicker."""
        kept = replace(after, changes=before.changes + 1)
        try:
            self.table.write(put(_item(kept), condition=SEEN, values={"seen": before.changes}))
        except ConditionFailed:
            raise ChangedMeanwhile from None
        return kept

    def forget(self, dossier: Dossier, note: Note) -> None:
        """Take a dossier away with everything that is told of it; one that was decided is never asked for."""
        for item in list(self.table.query(_pk(dossier.reference))):
            if item["sk"] != RECORD:
                self.table.write(delete({"pk": item["pk"], "sk": item["sk"]}))
        self.audit.transact(self.table, note, lambda: [
            delete({"pk": _pk(dossier.reference), "sk": RECORD}),
            delete({"pk": _owner(dossier.owner), "sk": f"DOSSIER#{dossier.reference}"})])

    def move(self, before: Dossier, after: Dossier, event: str, note: Note, *, row: Mapping[str, Any] | None = None,
             beside: Iterable[Write] = ()) -> Dossier:
        """Let a dossier come into another state: the record, its place in a queue, its history, and what goes along.

        One transaction: of two desks that decide at once the second gets ChangedMeanwhile and nothing of it is kept.
        `row` is what a queue shows of it.
        """
        kept = replace(after, changes=before.changes + 1)
        writes = [put(_item(kept, note.now), condition=SEEN, values={"seen": before.changes}),
                  put({"pk": _pk(kept.reference), "sk": f"{EVENT}{format_moment(note.now)}#{event}", "event": event,
                       "before": before.state, "after": kept.state, "role": note.actor.role,
                       "at": format_moment(note.now), "expires_at": kept_until("dossier", note.now, note.now)}),
                  *_of_its_owner(before, kept, note.now), *self._queued(before, kept, row or {}), *beside]
        try:
            self.audit.transact(self.table, note, lambda: writes)
        except ConditionFailed:
            raise ChangedMeanwhile from None
        return kept

    @staticmethod
    def _queued(before: Dossier, after: Dossier, row: Mapping[str, Any]) -> Iterator[Write]:
        """The dossier leaves the queues that it stood in, and stands in those of its new state."""
        there = {(key["pk"], key["sk"]) for key in queue_keys(after)}
        for key in queue_keys(before):
            if (key["pk"], key["sk"]) not in there:
                yield delete(key)
        for key in queue_keys(after):
            yield put({**key, "reference": after.reference, "owner": after.owner, **row})

    def queue(self, state: str, office: str, most: int, *, after: str = "") -> list[Item]:
        """What waits in this state for an office (`*`: for any), the most urgent first: one query.

        `after` is the `sk` of the row behind which to begin.
        """
        return list(self.table.query(f"QUEUE#{state}#{office}", most=most, after=after or None))

    def desk_opened(self, role: str, offices: Iterable[str], now: datetime) -> None:
        """Remember that these offices have somebody in this role here; who it is stays with the desk."""
        for office in offices:
            self.table.write(put({"pk": f"DESK#{role}", "sk": office, "expires_at": kept_until("assessor", now, now)}))

    def has_desk(self, role: str, office: str) -> bool:
        """Whether somebody with this role has opened the desk of an office, or of every office."""
        named = [unit_key(office) or NO_OFFICE, ANY_SCOPE]
        return any(at_once([partial(self.table.get, f"DESK#{role}", each) for each in named]))

    def numbered(self, agency: str, year: int) -> int:
        """How many decisions an agency has numbered in a year."""
        item = self.table.get(f"COUNTER#{unit_key(agency) or NO_OFFICE}", str(year))
        return int(item["serial"]) if item else 0

    def events(self, reference: str) -> Iterator[Item]:
        """What happened to a dossier, the oldest first."""
        return self.table.query(_pk(reference), prefix=EVENT)

    def letters(self, reference: str) -> Iterator[Item]:
        """What was told about a dossier, the oldest first."""
        return self.table.query(_pk(reference), prefix=MESSAGES)

    def reminders(self, person: str) -> Iterator[Item]:
        """What somebody at a desk was reminded of, the oldest first."""
        return self.table.query(f"REMINDER#{person}", prefix=MESSAGES)

    def decisions(self, person: str) -> list[Decision]:
        """Everything that was decided about a person, the newest first."""
        return [_decision(item) for item in self.table.query(_owner(person), prefix=DECISION, backwards=True)]

    def decision_of(self, dossier: Dossier) -> Decision | None:
        """What was decided on a dossier, while that holds: it is told from here, never counted again."""
        if dossier.state not in HOLDING:
            return None
        return next((each for each in self.decisions(dossier.owner) if each.reference == dossier.reference
                     and not each.replaced_at), None)

    def papers(self, reference: str) -> list[Paper]:
        """The documents of a dossier, those of the latest decision last."""
        return [_paper(item) for item in self.table.query(_pk(reference), prefix=PAPER)]

    def paper(self, reference: str, decision: int, kind: str) -> Paper | None:
        """One document."""
        item = self.table.get(_pk(reference), _paper_sort(decision, kind))
        return _paper(item) if item else None

    def drawn(self, paper: Paper, *, digest: str, seal: str, now: datetime) -> None:
        """Note that a document is drawn and lies in the bucket."""
        self.table.write(update(_paper_key(paper),
                                "SET drawing = :state, drawn_at = :now, digest = :digest, seal = :seal",
                                condition="attribute_exists(pk)",
                                values={"state": "drawn", "now": format_moment(now), "digest": digest, "seal": seal}))

    def failed(self, paper: Paper) -> None:
        """Note that a document could not be drawn; its owner, a desk or the clock asks again."""
        self.table.transact(
            update(_paper_key(paper), "SET drawing = :state ADD tries :one",
                   condition="attribute_exists(pk) AND drawing = :waiting",
                   values={"state": "failed", "one": 1, "waiting": "waiting"}),
            put({**_failed_key(paper), "reference": paper.reference, "decision": paper.decision, "kind": paper.kind}))

    def failed_papers(self) -> list[Paper]:
        """Every document that could not be drawn."""
        rows = list(self.table.query("FAILED#PAPERS"))
        found = at_once([partial(self.paper, row["reference"], int(row["decision"]), row["kind"]) for row in rows])
        return [each for each in found if each and each.state == "failed"]

    def ask_again(self, paper: Paper, now: datetime) -> None:
        """Let a document that failed be drawn once more; asking for another one changes nothing."""
        with suppress(ConditionFailed):
            self.table.transact(
                update(_paper_key(paper), "SET drawing = :state, asked_at = :now", condition="drawing = :failed",
                       values={"state": "waiting", "now": format_moment(now), "failed": "failed"}),
                delete(_failed_key(paper)))


# -- what goes into a transaction of a decision ----------------------------------------------------------------------


def decided(decision: Decision, owner: str) -> Write:
    """The decision, for good."""
    return put_new({"pk": _owner(owner), "sk": f"{DECISION}{decision.decided_at}#{decision.reference}",
                    **_packed(vars(decision), "explained", "sections"), "expires_at": _kept(decision.decided_at)})


def replaced(decision: Decision, owner: str, now: datetime) -> Write:
    """That another decision stands in the place of this one; what it said stays."""
    return update({"pk": _owner(owner), "sk": f"{DECISION}{decision.decided_at}#{decision.reference}"},
                  "SET replaced_at = :now", condition="attribute_exists(pk)", values={"now": format_moment(now)})


def counted_up(agency: str, year: int, before: int) -> Write:
    """The next number of an agency; refused when another decision took it a moment ago."""
    key = {"pk": f"COUNTER#{unit_key(agency) or NO_OFFICE}", "sk": str(year)}
    if not before:
        return put_new({**key, "serial": 1})
    return put({**key, "serial": before + 1}, condition="serial = :before", values={"before": before})


def asked_for(paper: Paper) -> Write:
    """A document that is to be drawn; the stream of the table tells whoever draws."""
    values = _packed(vars(paper), "data")
    return put({"pk": _pk(paper.reference), "sk": _paper_sort(paper.decision, paper.kind),
                **{"drawing" if name == "state" else name: value for name, value in values.items()},
                "expires_at": _kept(paper.asked_at)})


def _kept(moment: str) -> int:
    """Until when a decision and its documents are kept."""
    made = parse_moment(moment)
    return kept_until("decision", made, made)


# -- items -----------------------------------------------------------------------------------------------------------


def queue_keys(dossier: Dossier) -> list[dict[str, str]]:
    """Where a dossier stands in queues: in its office's and in that of every office; nowhere while nobody is to act."""
    office = OFFICE.get(dossier.state)
    if office is None:
        return []
    name = unit_key(getattr(dossier, office)) or NO_OFFICE
    sort = f"{dossier.due}#{dossier.reference}"
    return [{"pk": f"QUEUE#{dossier.state}#{each}", "sk": sort} for each in (name, ANY_SCOPE)]


def _pk(reference: str) -> str:
    return f"DOSSIER#{reference}"


def _owner(person: str) -> str:
    return f"OWNER#{person}"


def _paper_sort(decision: int, kind: str) -> str:
    return f"{PAPER}{decision:03}#{kind}"


def _paper_key(paper: Paper) -> dict[str, str]:
    return {"pk": _pk(paper.reference), "sk": _paper_sort(paper.decision, paper.kind)}


def _failed_key(paper: Paper) -> dict[str, str]:
    return {"pk": "FAILED#PAPERS", "sk": f"{paper.reference}#{paper.decision:03}#{paper.kind}"}


def _item(dossier: Dossier, now: datetime | None = None) -> Item:
    item: Item = {"pk": _pk(dossier.reference), "sk": RECORD, **asdict(dossier)}
    if now and dossier.state in FINAL:
        item["expires_at"] = kept_until("dossier", now, now)
    return item


def _of_its_owner(before: Dossier, after: Dossier, now: datetime) -> Iterator[Write]:
    """That its owner has it ends when the dossier ends, and has no end again when it goes on."""
    if {before.state, after.state} & {*FINAL}:
        ends = {"expires_at": kept_until("dossier", now, now),
                "ended_at": format_moment(now)} if after.state in FINAL else {}
        yield put({"pk": _owner(after.owner), "sk": f"DOSSIER#{after.reference}", **ends})


def _dossier(item: Item) -> Dossier:
    known = {name: value for name, value in item.items() if name not in {"pk", "sk", "expires_at"}}
    known["evidence"] = tuple(Exhibit(**each) for each in known.get("evidence", ()))
    known["returned"] = {name: Returned(**each) for name, each in known.get("returned", {}).items()}
    known["frozen"] = Frozen(**known["frozen"]) if known.get("frozen") else None
    return Dossier(**known)


def _decision(item: Item) -> Decision:
    known = _unpacked(item, "explained", "sections")
    return Decision(**{name: value for name, value in known.items() if name not in {"pk", "sk", "expires_at"}})


def _paper(item: Item) -> Paper:
    known = _unpacked(item, "data")
    return Paper(**{"state" if name == "drawing" else name: value for name, value in known.items()
                    if name not in {"pk", "sk", "expires_at"}})


def _packed(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The values with the large ones compressed: an explanation is mostly the same words again and again."""
    return {name: base64.b64encode(zlib.compress(json.dumps(value, ensure_ascii=False).encode(), 9)).decode()
            if name in names else value for name, value in values.items()}


def _unpacked(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: json.loads(zlib.decompress(base64.b64decode(value))) if name in names else value
            for name, value in values.items()}
