"""From content/rules/limits.yml to what the functions read: how much one person may keep, by the day since when.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, TypeAdapter

from infra.declared import Dated, checked, in_order, read_names
from infra.front_matter import Mistake

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "limits.yml"
NAMES = ("open_uploads", "files", "megabytes", "open_requests")


class Most(Dated):
    """From which day on how many are the most, and why."""

    most: int = Field(ge=1, le=1_000_000)


ROWS = TypeAdapter(list[Most])


def read(source: Path = SOURCE) -> dict[str, list[Most]]:
    """Every limit by its name; raises Mistake at the first fault."""
    limits = {name: checked(ROWS, each, source, name) for name, each in read_names(source, NAMES).items()}
    for name, rows in limits.items():
        if not rows or not in_order(rows):
            raise Mistake(source, name, "expected at least one line, each beginning after the one before it")
    return limits


def for_functions(limits: dict[str, list[Most]]) -> dict[str, list[tuple[str, int]]]:
    """What the functions need."""
    return {name: [(each.since, each.most) for each in rows] for name, rows in limits.items()}
