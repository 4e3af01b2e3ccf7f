"""The clock's door: every few minutes it gives out what time has made free.

Seats kept for a quota are released at their date, and a process may have stopped between giving a seat back and
promoting the next person: both are put right here. Running twice does nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from portal.assets import read_json
from portal.errors import OfferingUnknown, StoreUnavailable
from portal.observe import logger
from portal.records import Table, time_limit
from portal.settings import Settings
from portal.submissions import random
from registrations.catalogue import Catalogue
from registrations.store import Registrations


@dataclass(frozen=True)
class SweeperSettings(Settings):
    """What the sweeper needs from the template."""

    registrations_table: str


@cache
def table() -> Table:
    """The registrations' table."""
    return Table(SweeperSettings.from_environment().registrations_table)


def handle(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 Lambda's own signature
    """Settle every published offering; answers how many people got a seat."""
    del event
    promoted, failed = 0, 0
    names = read_json("offerings.json")
    for number, name in enumerate(names):
        share = context.get_remaining_time_in_millis() / 1000 / (len(names) - number)
        try:
            with time_limit(share):
                promoted += _settle(name, datetime.now(UTC))
        except StoreUnavailable:
            failed += 1  # the others have their turn; this one again at the next round
    logger().info("swept", extra={"promoted": promoted, "failed": failed})
    if failed:
        raise StoreUnavailable
    return {"promoted": promoted}


def _settle(name: str, now: datetime) -> int:
    catalogue, registrations = Catalogue(table()), Registrations(table(), random)
    try:
        offering = catalogue.offering(name)
    except OfferingUnknown:
        return 0  # its page was deployed a moment ago, the publisher has not reached it yet
    if now >= offering.starts:
        return 0
    catalogue.resize(offering)
    return registrations.promote(offering, now)
