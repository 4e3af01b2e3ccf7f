"""From content/rules/penomoran.yml to what the functions read: how an agency numbers its decisions.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter

from assessment.numbering import FIELDS, number
from infra.declared import Declared, Text, checked, must_be_a_day, read_yaml
from infra.front_matter import Mistake

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "penomoran.yml"


class Pattern(Declared):
    """From which day an agency (`*`: every other) numbers how."""

    since: str = Field(alias="from")
    agency: Text | str
    pattern: Text
    certainty: str
    source: Text


ROWS = TypeAdapter(list[Pattern])


def read(source: Path = SOURCE) -> list[Pattern]:
    """Every pattern; raises Mistake at the first fault."""
    declared = read_yaml(source)
    if not isinstance(declared, dict) or set(declared) != {"version", "patterns"}:
        raise Mistake(source, "patterns", "expected exactly: version, patterns")
    rows = checked(ROWS, declared["patterns"], source, "patterns")
    for place, each in enumerate(rows):
        must_be_a_day(each.since, "from")
        try:
            twice = {number(each.pattern, serial, 2026, 1) for serial in (1, 2)}
        except (KeyError, ValueError, IndexError):
            raise Mistake(source, f"patterns.{place}.pattern", f"expected only: {', '.join(FIELDS)}") from None
        if len(twice) == 1:
            raise Mistake(source, f"patterns.{place}.pattern", "expected {serial}, or two decisions have one number")
    if not any(each.agency == "*" for each in rows):
        raise Mistake(source, "patterns", 'expected a pattern for agency "*"')
    return rows


def for_functions(rows: list[Pattern]) -> list[dict[str, Any]]:
    """What the functions need, the earliest first."""
    return [{"since": each.since, "agency": each.agency, "pattern": each.pattern}
            for each in sorted(rows, key=lambda row: row.since)]
