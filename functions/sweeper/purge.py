"""The purge: once a day it erases what is kept no longer by the retention table of that day.

A table's own expiry erases by the date that was written with an item, some days late. This clock erases what is
overdue, and what was stored for longer than is right since a period was shortened. What is not over yet gets its
earlier date. A record that is erased leaves an entry in the audit: that it was, when, and by which line of the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from dupak.dossiers import FINAL
from identity.store import PROFILE
from portal.audit import SYSTEM, Audit, Note
from portal.errors import OfferingUnknown, StoreUnavailable
from portal.identifiers import format_reference, parse_moment
from portal.observe import logger
from portal.outbox import PREFIX
from portal.records import ConditionFailed, Item, Table, Write, delete, time_limit, update
from portal.retention import kept_until, period_for, was_shortened
from portal.settings import Settings
from registrations.catalogue import Catalogue
from registrations.keys import RECORD

DAY = 24 * 3600.0  # an offering's dates are read once a run
LAST_MOMENT = 10.0  # seconds that are kept back for the item in hand
UNCHANGED = "expires_at = :seen"
ENDED = ("ended_at", "answered_at", "withdrawn_at", "closed_at")  # after which a right's item is kept for a while


@dataclass(frozen=True)
class PurgeSettings(Settings):
    """What the purge needs from the template."""

    registrations_table: str
    feedback_table: str
    identity_table: str
    rights_table: str
    audit_table: str
    dossiers_table: str
    assessment_table: str


class Kept(NamedTuple):
    """Which line of the retention table an item is kept by, and the fact from which its days count."""

    kind: str
    fact: datetime


Question = Callable[[Item], Kept | None]


def handle(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 Lambda's own signature
    """Go through the tables; answers how many items were erased and how many got an earlier date."""
    del event
    settings, done = PurgeSettings.from_environment(), Counter[str]()
    audit, registrations = Audit(Table(settings.audit_table)), Table(settings.registrations_table)
    kept_of: list[tuple[Table, Question]] = [
        (registrations, of_a_registration(Catalogue(registrations, kept_for=DAY))),
        (Table(settings.feedback_table), of_a_message), (Table(settings.rights_table), of_a_right),
        (Table(settings.identity_table), of_a_person),
        (Table(settings.dossiers_table), of_a_dossier), (Table(settings.assessment_table), of_an_assessment)]
    with time_limit(context.get_remaining_time_in_millis() / 1000):
        for table, question in kept_of:
            for item in table.everything():
                _must_have_time(context)
                done[Purge(table, audit, datetime.now(UTC)).settle(item, question(item))] += 1
    logger().info("purged", extra={"erased": done["erased"], "shortened": done["shortened"]})
    return {"erased": done["erased"], "shortened": done["shortened"]}


def _must_have_time(context: Any) -> None:  # noqa: ANN401 Lambda's context has no type
    """What is not reached today is reached tomorrow; somebody is told."""
    if context.get_remaining_time_in_millis() / 1000 < LAST_MOMENT:
        raise StoreUnavailable


def of_a_registration(catalogue: Catalogue) -> Question:
    """What keeps the items of the registrations' table: the end of their activity, as its page says it today."""
    def kept(item: Item) -> Kept | None:
        subject, _, rest = item["pk"].partition("#")
        if item["sk"].startswith(PREFIX):
            return Kept("mail", parse_moment(item["created"]))
        if subject == "MAILING":
            return Kept("mail", parse_moment(item["created"]))
        if subject not in {"REGISTRATION", "PERSON", "WAITING", "REQUEST"}:
            return None  # offerings, pools and seats are nobody's
        try:
            return Kept("registration", catalogue.offering(item.get("offering") or rest.partition("#")[0]).ends)
        except OfferingUnknown:
            return None  # it keeps the date that was written with it

    return kept


def of_a_message(item: Item) -> Kept | None:
    """What keeps the items of the desk's table."""
    if item["sk"].startswith(PREFIX):
        return Kept("mail", parse_moment(item["created"]))
    return Kept("message", parse_moment(item["received_at"]))


def of_a_right(item: Item) -> Kept | None:
    """What keeps the items of the rights' table: what is open, or a consent that stands, has no end yet."""
    if item["sk"].startswith(PREFIX):
        return Kept("mail", parse_moment(item["created"]))
    kind = {"BREACH": "breach", "REQUEST": "rights_request"}.get(item["pk"].partition("#")[0]) or (
        "consent" if item["sk"].startswith("CONSENT#") else "rights_request")
    ended = next((item[name] for name in ENDED if name in item), None)
    return Kept(kind, parse_moment(ended)) if ended else None


def of_a_person(item: Item) -> Kept | None:
    """What keeps the items of the identity table: profile and filter their last change, an address its proof."""
    if item["sk"].startswith(PREFIX):
        return Kept("mail", parse_moment(item["created"]))
    if "proven_at" in item:
        return Kept("proven_address", parse_moment(item["proven_at"]))
    if item["pk"].startswith("DESK#"):
        return Kept("desk_filter", parse_moment(item["changed_at"]))
    return Kept("profile", parse_moment(item["changed_at"])) if item["sk"] == PROFILE else None


def of_a_dossier(item: Item) -> Kept | None:
    """What keeps the items of the dossiers' table: what is not over has no end, queues and counters are nobody's."""
    if item["sk"].startswith(PREFIX):
        return Kept("mail", parse_moment(item["created"]))
    for kind, fact in (("decision", "asked_at"), ("dossier", "at"), ("dossier", "ended_at")):
        if fact in item:  # a document, what happened, that its owner has it
            return Kept(kind, parse_moment(item[fact]))
    if item["sk"].startswith("DECISION#"):
        return Kept("decision", parse_moment(item["decided_at"]))
    return Kept("dossier", parse_moment(item["since"])) if item["sk"] == RECORD and item["state"] in FINAL else None


def of_an_assessment(item: Item) -> Kept | None:
    """What keeps the items of the assessments' table: open cases have no end, agreement names nobody."""
    if "saved_at" in item:  # the pool, what somebody signs with, who is reminded
        return Kept("assessor", parse_moment(item["saved_at"]))
    if item["pk"].startswith(("LENT#", "LENDS#")):
        return Kept("assessor", datetime.combine(date.fromisoformat(item["last"]), time(), UTC))
    ended = item.get("closed_at") or (item.get("ended_at") if item["sk"].startswith("PAST#") else None)
    return Kept("assessment", parse_moment(ended)) if ended else None


@dataclass(frozen=True)
class Purge:
    """What is done with the items of one table at this moment."""

    table: Table
    audit: Audit
    now: datetime

    def settle(self, item: Item, kept: Kept | None) -> str:
        """Erase an item that is overdue, or bring its date forward; answers which."""
        due = _due(item, kept, self.now)
        try:
            if due is not None and due <= self.now.timestamp():
                self._erase(item, kept, shortened=due < item["expires_at"])
                return "erased"
            if due is not None and due < item["expires_at"]:
                self.table.write(update(_key(item), "SET expires_at = :due", condition=UNCHANGED,
                                        values={"due": due, "seen": item["expires_at"]}))
                return "shortened"
        except ConditionFailed:
            return "gone"  # the table's own expiry, or somebody, was here a moment ago
        return "kept"

    def _erase(self, item: Item, kept: Kept | None, *, shortened: bool) -> None:
        gone: Write = delete(_key(item), condition=UNCHANGED, values={"seen": item["expires_at"]})
        if item["sk"] != RECORD or kept is None or "reference" not in item:
            self.table.write(gone)
            return
        reason = "reason:retention_shortened" if shortened else "reason:retention_over"
        self.audit.transact(self.table, Note(
            kind=kept.kind, record=format_reference(item["reference"]), action="erased", actor=SYSTEM, now=self.now,
            rules=period_for(kept.kind, self.now).since, facts=(reason,)), lambda: [gone])


def _due(item: Item, kept: Kept | None, now: datetime) -> int | None:
    """When an item is to go: as it was stored, or earlier when its period was shortened since; None: never."""
    stored: int | None = item.get("expires_at")
    if stored is None or kept is None or not was_shortened(kept.kind, now):
        return stored
    return min(stored, kept_until(kept.kind, kept.fact, now))


def _key(item: Item) -> dict[str, str]:
    return {"pk": item["pk"], "sk": item["sk"]}
