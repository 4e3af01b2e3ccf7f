"""The register of sealed documents: what stands now of each, by its reference. Nothing of a person lies here.

`pk` SEAL#<reference>, `sk` RECORD: `kind`, `day` (the one that the document bears), `registered_at`, and either
`replaced_at` with `replaced_by` (a reference) or `withdrawn_at`. An entry has no end: a document is checked as long
as it is shown to anybody, and what lies here is nobody's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from portal.identifiers import format_moment, parse_moment
from portal.moments import ZONES
from portal.records import Table, Write, put_new, update
from portal.seals import Statement

RECORD = "RECORD"
IN_FORCE = "attribute_exists(pk) AND attribute_not_exists(replaced_at) AND attribute_not_exists(withdrawn_at)"
State = Literal["in_force", "replaced", "withdrawn"]


@dataclass(frozen=True)
class Standing:
    """Whether a document is in force, and the day since which that is so (of the document itself, or of its end)."""

    state: State
    day: date


@dataclass(frozen=True)
class Seals:
    """The register in its table. Its writes join whichever transaction decides about the document."""

    table: Table

    def registered(self, statement: Statement, now: datetime) -> Write:
        """A document is in force from now on; refused when its reference has been used."""
        return self.table.bound(put_new({
            **_key(statement.reference), "kind": statement.kind, "day": statement.day.isoformat(),
            "registered_at": format_moment(now)}))

    def replaced(self, reference: str, by: str, now: datetime) -> Write:
        """Another document stands in its place; refused when this one is not in force (any more)."""
        return self.table.bound(update(_key(reference), "SET replaced_at = :now, replaced_by = :by", condition=IN_FORCE,
                                       values={"now": format_moment(now), "by": by}))

    def withdrawn(self, reference: str, now: datetime) -> Write:
        """It counts no more, and nothing stands in its place; refused when it is not in force (any more)."""
        return self.table.bound(update(_key(reference), "SET withdrawn_at = :now", condition=IN_FORCE,
                                       values={"now": format_moment(now)}))

    def find(self, reference: str) -> Standing | None:
        """How a document stands; None when nobody registered it."""
        item = self.table.get(**_key(reference))
        if item is None:
            return None
        if "replaced_at" in item:
            return Standing("replaced", _day(item["replaced_at"]))
        if "withdrawn_at" in item:
            return Standing("withdrawn", _day(item["withdrawn_at"]))
        return Standing("in_force", date.fromisoformat(item["day"]))


def _key(reference: str) -> dict[str, str]:
    return {"pk": f"SEAL#{reference}", "sk": RECORD}


def _day(moment: str) -> date:
    """The day in the capital, where decisions are dated."""
    return parse_moment(moment).astimezone(ZONES["WIB"]).date()
