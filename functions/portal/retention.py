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
    return _until_today(kind, now)[-1]


def was_shortened(kind: str, now: datetime) -> bool:
    """Whether something of this kind may have been stored for longer than is right today."""
    *earlier, current = _until_today(kind, now)
    return any(period.days > current.days for period in earlier)


def _until_today(kind: str, now: datetime) -> list[Period]:
    """The periods that have begun, the one that holds last; before any has begun, the first."""
    rows = [Period(*row) for row in read_json("retention.json")[kind]]
    today = now.astimezone(UTC).date().isoformat()
    return [row for row in rows if row.since <= today] or rows[:1]


def kept_until(kind: str, fact: datetime, now: datetime) -> int:
    """When something may go, as the seconds that a table's expiry wants; `fact` is what its days count from."""
    return int((fact + timedelta(days=period_for(kind, now).days)).timestamp())
