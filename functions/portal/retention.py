"""How long things are kept: the table of content/rules/retention.yml as the build checked it. Knows no store.

A period is the one that holds on the day on which something is stored (UTC). Shorter periods of later days are
applied to what is stored already by sweeper/purge.py, longer ones are not.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from portal.assets import read_json


class Period(NamedTuple):
    """For how many days something is kept, and since which day (its version) that holds."""

    since: str
    days: int


def period_for(kind: str, now: datetime) -> Period:
    """The period that holds at this moment for a kind of thing; raises KeyError for a kind that is not in the table."""
    rows = [Period(*row) for row in read_json("retention.json")[kind]]
    today = now.astimezone(UTC).date().isoformat()
    return next((row for row in reversed(rows) if row.since <= today), rows[0])


def kept_until(kind: str, fact: datetime, now: datetime) -> int:
    """When something may go, as the seconds that a table's expiry wants; `fact` is what its days count from."""
    return int((fact + timedelta(days=period_for(kind, now).days)).timestamp())
