"""The door for what happens to files in quarantine: one has arrived, the scanner has looked at one.

Both may come in any order, twice, or for a content that was replaced meanwhile. Whoever comes second writes the
outcome. What is released is copied out of quarantine before it is told, so that a clean file is always there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from portal.buckets import Bucket, ObjectTooLarge
from portal.observe import logger
from portal.records import Table, time_limit
from portal.settings import Settings
from uploads.confinement import inspect_confined
from uploads.models import CHANGED, FINAL, KINDS, MOST_BYTES, Upload, Verdict
from uploads.rules import Outcome, display_name, outcome
from uploads.store import INCOMING, INSPECTED, Uploads

ARRIVED = "Object Created"
SCANNED = "GuardDuty Malware Protection Object Scan Result"


@dataclass(frozen=True)
class InspectorSettings(Settings):
    """What the inspector needs from the template."""

    uploads_table: str
    quarantine_bucket: str
    evidence_bucket: str


@cache
def settings() -> InspectorSettings:
    """Read once."""
    return InspectorSettings.from_environment()


@cache
def uploads() -> Uploads:
    """The store."""
    return Uploads(Table(settings().uploads_table))


def quarantine() -> Bucket:
    """Where files lie that nobody may have yet."""
    return Bucket(settings().quarantine_bucket)


def evidence() -> Bucket:
    """Where released files lie."""
    return Bucket(settings().evidence_bucket)


def handle(event: dict[str, Any], context: Any) -> dict[str, str]:  # noqa: ANN401 Lambda's own signature
    """Take one event of the bucket or of the scanner; answers where the upload stands afterwards."""
    with time_limit(context.get_remaining_time_in_millis() / 1000):
        detail, now = event["detail"], datetime.now(UTC)
        if event["detail-type"] == ARRIVED:
            upload = _arrived(detail["object"]["key"], detail["object"]["etag"], now)
        else:
            scanned = detail["s3ObjectDetails"]
            status = str(detail.get("scanResultDetails", {}).get("scanResultStatus") or detail.get("scanStatus"))
            upload = _scanned(scanned["objectKey"], scanned["eTag"], status, now)
        state = upload.state if upload else "unknown"
        logger().info("file", extra={"event": event["detail-type"], "state": state,
                                     "reason": (upload and (upload.reason or upload.failure)) or ""})
        return {"state": state}


def _arrived(key: str, etag: str, now: datetime) -> Upload | None:
    """Inspect what arrived, unless that was done before."""
    upload = uploads().by_key(key)
    if upload is None or upload.state in FINAL:
        return upload
    if upload.inspected_at:
        return _settled(upload)  # a repeat: whoever inspected it may have stopped before the outcome was written
    uploads().arrive(upload, now)
    verdict = _verdict(upload, key, etag)
    if verdict is None:
        return upload  # replaced or expired: another event tells of what lies there now
    if verdict.is_clean:
        quarantine().put(_inspected_key(upload, verdict.digest), verdict.content, KINDS[str(verdict.kind)].media_type)
    noted = uploads().inspected(upload, verdict, etag, datetime.now(UTC))
    return _settled(noted) if noted else uploads().by_key(key)


def _verdict(upload: Upload, key: str, etag: str) -> Verdict | None:
    try:
        data = quarantine().get(key, most=MOST_BYTES, etag=etag)
    except ObjectTooLarge:
        return Verdict(display_name(upload.file_name, None), reason="too_large")
    if data is not None and upload.sha256 and sha256(data).hexdigest() != upload.sha256:
        return Verdict(display_name(upload.file_name, None), reason=CHANGED)  # the bucket refuses it before, if it can
    return None if data is None else inspect_confined(data, upload.file_name, upload.media_type)


def _scanned(key: str, etag: str, status: str, now: datetime) -> Upload | None:
    """Keep the scanner's word, and act on it when the inspection is done."""
    upload = uploads().by_key(key)
    if upload is None:
        return None
    uploads().scanned(upload, etag, status, now)
    return _settled(uploads().by_key(key) or upload)


def _settled(upload: Upload) -> Upload:
    """The upload with its outcome, once both have spoken."""
    decided = outcome(upload, uploads().scan(upload))
    if decided is None or upload.state in FINAL:
        return upload
    if decided.state == "clean":
        if not uploads().hold(upload, datetime.now(UTC)):
            return uploads().find(upload.owner, upload.id) or upload  # deleted, or given up, a moment ago
        quarantine().copy(_inspected_key(upload, str(upload.digest)), evidence(), str(upload.digest))
    return _finished(upload, decided)


def _finished(upload: Upload, decided: Outcome) -> Upload:
    if uploads().finish(upload, decided, datetime.now(UTC)):
        quarantine().delete(f"{INCOMING}{upload.id}")
        quarantine().delete(_inspected_key(upload, str(upload.digest)))
    return uploads().find(upload.owner, upload.id) or upload


def _inspected_key(upload: Upload, digest: str) -> str:
    """By its content, so that what is released is what was inspected, whatever came under this key meanwhile."""
    return f"{INSPECTED}{upload.id}/{digest}"
