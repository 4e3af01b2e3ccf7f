"""The daily sweep of evidence files: what is over goes, and table and bucket are made to say the same again.

Records end by the retention table, with the content that nobody else holds. A process may have stopped between two
of its steps, and the table's own expiry lets go of nothing: content that no upload holds is taken away, an upload
that holds nothing yet is noted, one whose content is gone is told as lost. Running twice does nothing twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from portal import access
from portal.audit import SYSTEM, Audit, Note
from portal.buckets import Bucket
from portal.errors import StoreUnavailable
from portal.evidence import UPLOAD
from portal.identifiers import parse_moment
from portal.observe import logger
from portal.records import ConditionFailed, Item, Table, time_limit
from portal.retention import kept_until, was_shortened
from portal.settings import Settings
from uploads.models import FINAL, Upload
from uploads.store import HOLDER, OBJECT, STILL_RELEASED, Uploads

LAST_MOMENT = 10.0  # seconds that are kept back for the item in hand
MOST_LOST = 10  # of more that are gone at once, nobody is told that theirs is lost: then something else is wrong


@dataclass(frozen=True)
class SweepSettings(Settings):
    """What the sweep needs from the template."""

    uploads_table: str
    evidence_bucket: str
    audit_table: str


@cache
def settings() -> SweepSettings:
    """Read once."""
    return SweepSettings.from_environment()


class TooManyLost(Exception):
    """So many contents are not where they should be that an operator must look first (runbook)."""


def handle(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 Lambda's own signature
    """Go through the table, then through the bucket; answers how much of what was done."""
    del event
    known = settings()
    with time_limit(context.get_remaining_time_in_millis() / 1000):
        sweep = Sweep(Uploads(Table(known.uploads_table)), Bucket(known.evidence_bucket),
                      Audit(Table(known.audit_table)), datetime.now(UTC))
        for item in sweep.uploads.table.everything():
            _must_have_time(context)
            sweep.done[sweep.look(item)] += 1
        sweep.compare()
    done = {name: sweep.done[name] for name in ("erased", "shortened", "noted", "let_go", "collected", "lost")}
    logger().info("files swept", extra=done)
    return done


def _must_have_time(context: Any) -> None:  # noqa: ANN401 Lambda's context has no type
    """What is not reached today is reached tomorrow; somebody is told."""
    if context.get_remaining_time_in_millis() / 1000 < LAST_MOMENT:
        raise StoreUnavailable


@dataclass
class Sweep:
    """One round, with what it has seen so far."""

    uploads: Uploads
    bucket: Bucket
    audit: Audit
    now: datetime
    done: Counter[str] = field(default_factory=Counter)
    held: set[str] = field(default_factory=set)  # digests that somebody held when the table was read

    # -- the table -------------------------------------------------------------------------------------------------

    def look(self, item: Item) -> str:
        """Put one item of the table right; answers the code of what was done."""
        subject, _, identifier = item["pk"].partition("#")
        if subject == "OWNER" and item["sk"].startswith(UPLOAD):
            return self._look_at_upload(self.uploads.read(item), item.get("expires_at"))
        if item["sk"].startswith(HOLDER):
            return self._look_at_holder(identifier, item)
        if subject == "UPLOAD" and item["sk"] == "OWNER" and self.uploads.find(item["owner"], identifier) is None:
            return self._tidied(identifier)
        if item["sk"] == OBJECT and item.get("held"):
            self.held.add(identifier)
        return "kept"

    def _look_at_upload(self, upload: Upload, stored: int | None) -> str:
        due = _due(upload, stored, self.now)
        if due is not None and due <= self.now.timestamp():
            return self._erase(upload, shortened=due < (stored or 0))
        if due is not None and stored and due < stored:
            self.uploads.end_at(upload, due, stored)
            return "shortened"
        if upload.state == "clean" and not self.uploads.holds(upload):
            self.uploads.hold(upload, self.now, STILL_RELEASED)
            return "noted"
        return "kept"

    def _erase(self, upload: Upload, *, shortened: bool) -> str:
        reason = "reason:retention_shortened" if shortened else "reason:retention_over"
        note = Note("upload", upload.id, "erased", SYSTEM, access.rules()["version"], self.now, (reason,))
        try:
            digest = self.uploads.erase(upload, self.audit, note)
        except ConditionFailed:
            return "kept"  # used a moment ago: it is kept so much longer
        if digest:
            self._collect(digest)
        return "erased"

    def _look_at_holder(self, digest: str, holder: Item) -> str:
        """Who holds something is there and released, or may still become so."""
        upload = self.uploads.find(holder["owner"], holder["upload"])
        if upload is not None and (upload.state == "clean" or upload.state not in FINAL):
            return "kept"
        self.uploads.let_go(digest, holder["upload"])
        self._collect(digest)
        return "let_go"

    def _tidied(self, identifier: str) -> str:
        self.uploads.forget_owner(identifier)
        return "tidied"

    # -- the bucket ------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Take away what nobody holds, and tell what is held and not there."""
        there = set(self.bucket.keys())
        for digest in there - self.held:
            self._collect(digest)
        gone = [digest for digest in self.held - there
                if self.uploads.is_held(digest) and not self.bucket.has(digest)]
        lost = [upload for digest in gone for upload in self._released(digest)]
        if len(lost) > MOST_LOST:
            raise TooManyLost(f"{len(lost)} files have no content")
        for upload in lost:
            self.uploads.lose(upload, self.now)
            self.done["lost"] += 1

    def _released(self, digest: str) -> list[Upload]:
        found = [self.uploads.find(each["owner"], each["upload"]) for each in self.uploads.holders(digest)]
        return [upload for upload in found if upload is not None and upload.state == "clean"]

    def _collect(self, digest: str) -> None:
        """The store's own condition decides: what somebody holds by now stays."""
        if not self.uploads.is_held(digest):
            self.done["collected"] += self.uploads.collect(digest, self.bucket.delete, self.now)


def _due(upload: Upload, stored: int | None, now: datetime) -> int | None:
    """When an upload is to go: as it was stored, or earlier when its period was shortened since; None: not yet."""
    if stored is None:
        return None
    if upload.state == "clean":
        last = upload.used_at or upload.released_at
        shortened = was_shortened("upload", now)
        return min(stored, kept_until("upload", parse_moment(str(last)), now)) if shortened else stored
    ended = upload.refused_at or upload.failed_at
    if ended is None or not was_shortened("upload_refused", now):
        return stored
    return min(stored, kept_until("upload_refused", parse_moment(ended), now))
