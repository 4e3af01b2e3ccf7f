"""The clock that erases what a granted request asked to erase: every hour, until nothing is left that has to go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from assessment.store import Assessments
from dupak.store import Dossiers
from portal.audit import Audit
from portal.errors import StoreUnavailable
from portal.observe import logger
from portal.records import Table, time_limit
from portal.settings import Settings
from portal.submissions import random
from registrations.store import Registrations
from rights.erasing import erase
from rights.holdings import Person, Tables
from rights.store import Rights
from uploads.store import Uploads

LAST_MOMENT = 10.0  # seconds that are kept back for the request in hand


@dataclass(frozen=True)
class ErasureSettings(Settings):
    """What the clock needs from the template."""

    registrations_table: str
    feedback_table: str
    identity_table: str
    uploads_table: str
    rights_table: str
    audit_table: str
    dossiers_table: str
    assessment_table: str


@cache
def tables() -> Tables:
    """Where everything of a person is kept."""
    known = ErasureSettings.from_environment()
    audit = Audit(Table(known.audit_table))
    return Tables(Registrations(Table(known.registrations_table), random), Table(known.feedback_table),
                  Table(known.identity_table), Uploads(Table(known.uploads_table)),
                  Rights(Table(known.rights_table), audit), audit,
                  Dossiers(Table(known.dossiers_table), audit), Assessments(Table(known.assessment_table), audit))


def handle(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 Lambda's own signature
    """Go through the granted erasures; answers how many are done and how many have to wait.

    With `{"again": true}`, which an operator sends after a restore, what was done before is done once more.
    """
    done = waiting = 0
    with time_limit(context.get_remaining_time_in_millis() / 1000):
        granted = [*tables().rights.erasures(), *(tables().rights.erasures_done() if event.get("again") else ())]
        for reference in granted:
            if context.get_remaining_time_in_millis() / 1000 < LAST_MOMENT:
                raise StoreUnavailable  # the rest has its turn in an hour; somebody is told
            if _erased(reference, datetime.now(UTC)):
                done += 1
            else:
                waiting += 1
    logger().info("erased", extra={"done": done, "waiting": waiting})
    return {"done": done, "waiting": waiting}


def _erased(reference: str, now: datetime) -> bool:
    request = tables().rights.find(reference)
    if request is None:
        return True
    person = Person(request.person, known_keys=request.keys)
    if not erase(tables(), person, str(request.answered_at), now):
        return False
    tables().rights.erased(reference, now)
    return True
