"""The audit's clock: every hour it anchors the days that are over, so that what is cut off afterwards is noticed.

The hash of each new anchor also goes to the log: whoever would rewrite the table cannot rewrite that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from portal.audit import Audit
from portal.observe import logger
from portal.records import Table, time_limit
from portal.settings import Settings


@dataclass(frozen=True)
class AnchorSettings(Settings):
    """What the clock needs from the template."""

    audit_table: str


@cache
def audit() -> Audit:
    """The audit."""
    return Audit(Table(AnchorSettings.from_environment().audit_table))


def handle(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 Lambda's own signature
    """Anchor what can be anchored; answers how many days."""
    del event
    with time_limit(context.get_remaining_time_in_millis() / 1000):
        anchored = audit().anchor(datetime.now(UTC))
    for anchor in anchored:
        logger().info("anchored", extra={"day": anchor["sk"], "entries": anchor["entries"], "hash": anchor["hash"]})
    return {"anchored": len(anchored)}
