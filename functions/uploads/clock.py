"""The clock's door: gives up what waits too long for an answer, and forgets places that nobody used.

Running twice does nothing twice. What still lies in quarantine is deleted by the bucket's own rule within a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from portal.observe import logger
from portal.records import ConditionFailed, Table, time_limit
from portal.settings import Settings
from uploads.models import Upload
from uploads.rules import PATIENCE, given_up, is_abandoned
from uploads.store import Uploads


@dataclass(frozen=True)
class UploadsClockSettings(Settings):
    """What the clock needs from the template."""

    uploads_table: str


@cache
def uploads() -> Uploads:
    """The store."""
    return Uploads(Table(UploadsClockSettings.from_environment().uploads_table))


def handle(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 Lambda's own signature
    """Look at every upload without an outcome; answers how many were given up and how many forgotten."""
    del event
    with time_limit(context.get_remaining_time_in_millis() / 1000):
        now, ended, forgotten = datetime.now(UTC), 0, 0
        for upload in list(uploads().without_outcome(now - PATIENCE)):
            decided = given_up(upload, now)
            if decided:
                ended += uploads().finish(upload, decided, now)
            elif is_abandoned(upload, now):
                forgotten += _forget(upload)
    logger().info("files", extra={"given_up": ended, "forgotten": forgotten})
    return {"given_up": ended, "forgotten": forgotten}


def _forget(upload: Upload) -> bool:
    try:
        uploads().forget(upload)
    except ConditionFailed:
        return False  # its file arrived a moment ago
    return True
