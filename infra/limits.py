"""From content/rules/limits.yml to what the functions read: how much one person may keep, by the day since when.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from infra.front_matter import Mistake
from infra.retention import EXPECTED, Dated, in_order

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "limits.yml"
NAMES = ("open_uploads", "files", "megabytes")


class Most(Dated):
    """From which day on how many are the most, and why."""

    most: int = Field(ge=1, le=1_000_000)


ROWS = TypeAdapter(list[Most])


def read(source: Path = SOURCE) -> dict[str, list[Most]]:
    """Every limit by its name; raises Mistake at the first fault."""
    try:
        declared = yaml.safe_load(source.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise Mistake(source, "limits", f"expected YAML, but {getattr(error, 'problem', error)}") from None
    if not isinstance(declared, dict) or set(declared) != set(NAMES):
        raise Mistake(source, "limits", f"expected exactly {', '.join(NAMES)}")
    return {name: _rows(source, name, each) for name, each in declared.items()}


def _rows(source: Path, name: str, declared: object) -> list[Most]:
    try:
        rows = ROWS.validate_python(declared)
    except ValidationError as error:
        first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        key = ".".join([name, *map(str, first["loc"])])
        raise Mistake(source, key, f"expected {EXPECTED[first['type']]}" if first["type"] in EXPECTED
                      else first["msg"]) from None
    if not rows or not in_order(rows):
        raise Mistake(source, name, "expected at least one line, each beginning after the one before it")
    return rows


def for_functions(limits: dict[str, list[Most]]) -> dict[str, list[tuple[str, int]]]:
    """What the functions need."""
    return {name: [(each.since, each.most) for each in rows] for name, rows in limits.items()}
