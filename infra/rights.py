"""From content/rules/rights.yml to what the functions read: hours for each right, by the day since when they hold.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, TypeAdapter

from infra.declared import Dated, Declared, Text, checked, in_order, read_names
from infra.front_matter import Mistake

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "rights.yml"
NAMES = ("export", "correction", "erasure", "objection", "breach")


class Hours(Dated):
    """From which day on how many hours hold, and why."""

    hours: int = Field(ge=1, le=720)


class Right(Declared):
    """One right, or the duty to tell: its article and its hours."""

    article: Text
    hours: tuple[Hours, ...] = Field(min_length=1, strict=False)


RIGHT = TypeAdapter(Right)


def read(source: Path = SOURCE) -> dict[str, Right]:
    """Every right by its name; raises Mistake at the first fault."""
    rights = {name: checked(RIGHT, each, source, name) for name, each in read_names(source, NAMES).items()}
    for name, right in rights.items():
        if not in_order(right.hours):
            raise Mistake(source, f"{name}.hours", "expected each to begin after the one before it")
    return rights


def for_functions(rights: dict[str, Right]) -> dict[str, list[tuple[str, int]]]:
    """What the functions need."""
    return {name: [(each.since, each.hours) for each in right.hours] for name, right in rights.items()}
