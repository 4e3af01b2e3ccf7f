"""From content/rules/rights.yml to what the functions read: hours for each right, by the day since when they hold.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from infra.front_matter import Mistake
from infra.retention import EXPECTED, Dated, Declared, Text, in_order

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "rights.yml"
NAMES = ("export", "correction", "erasure", "objection", "breach")


class Hours(Dated):
    """From which day on how many hours hold, and why."""

    hours: int = Field(ge=1, le=720)


class Right(Declared):
    """One right, or the duty to tell: its article and its hours."""

    article: Text
    hours: tuple[Hours, ...] = Field(min_length=1, strict=False)


def read(source: Path = SOURCE) -> dict[str, Right]:
    """Every right by its name; raises Mistake at the first fault."""
    try:
        declared = yaml.safe_load(source.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise Mistake(source, "rights", f"expected YAML, but {getattr(error, 'problem', error)}") from None
    if not isinstance(declared, dict) or set(declared) != set(NAMES):
        raise Mistake(source, "rights", f"expected exactly {', '.join(NAMES)}")
    return {name: _right(source, name, each) for name, each in declared.items()}


def _right(source: Path, name: str, declared: object) -> Right:
    try:
        right = Right.model_validate(declared)
    except ValidationError as error:
        first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        key = ".".join([name, *map(str, first["loc"])])
        raise Mistake(source, key, f"expected {EXPECTED[first['type']]}" if first["type"] in EXPECTED
                      else first["msg"]) from None
    if not in_order(right.hours):
        raise Mistake(source, f"{name}.hours", "expected each to begin after the one before it")
    return right


def for_functions(rights: dict[str, Right]) -> dict[str, list[tuple[str, int]]]:
    """What the functions need."""
    return {name: [(each.since, each.hours) for each in right.hours] for name, right in rights.items()}
