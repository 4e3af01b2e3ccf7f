"""How long things are kept: the table of content/rules/retention.yml as the build checked it. Knows no store.

A period is the one that holds on the day on which something is stored (UTC). Shorter periods of later days are
applied to what is stored already by sweeper/purge.py, longer ones are not.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.dated import Row, rows_until

TABLE = "retention"


def period_for(kind: str, now: datetime) -> Row:
    """For how many days a kind of thing is kept, by the row that holds; raises KeyError for a kind nobody declared."""
    return rows_until(TABLE, kind, now)[-1]


def was_shortened(kind: str, now: datetime) -> bool:
    """Whether something of this kind may have been stored for longer than is right today."""
    *earlier, current = rows_until(TABLE, kind, now)
    return any(row.number > current.number for row in earlier)


def kept_until(kind: str, fact: datetime, now: datetime) -> int:
    """When something may go, as the seconds that a table's expiry wants; `fact` is what its days count from."""
    return int((fact + timedelta(days=period_for(kind, now).number)).timestamp())
