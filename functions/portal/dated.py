"""Numbers of content/rules that hold from a day on: which of them holds at a moment. Knows what the build wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from portal.assets import read_json


class Row(NamedTuple):
    """A number, and the day (UTC) since when it holds: its version."""

    since: str
    number: int


def rows_until(table: str, name: str, now: datetime) -> list[Row]:
    """The rows that have begun, the one that holds last; before any has begun, the first. KeyError for no such name."""
    rows = [Row(*row) for row in read_json(f"{table}.json")[name]]
    today = now.astimezone(UTC).date().isoformat()
    return [row for row in rows if row.since <= today] or rows[:1]
