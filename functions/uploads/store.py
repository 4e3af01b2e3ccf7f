"""What is remembered of evidence files. The only place that knows how the table's items look.

| pk              | sk                        | is                                                             |
|-----------------|---------------------------|----------------------------------------------------------------|
| OWNER#<person>  | UPLOAD#<id>               | one upload: its facts, each with its moment                    |
| OWNER#<person>  | USE#<id>#<kind>#<ref>     | a record of another subject points at it (portal.evidence)     |
| UPLOAD#<id>     | OWNER                     | whose it is: events of the bucket know the identifier only     |
| UPLOAD#<id>     | SCAN#<etag>               | what the scanner said of one content that lay under its key    |
| OPEN            | <moment>#<id>             | it has no outcome yet: what the clock looks at                 |

Nobody's identifier finds somebody else's upload: the owner is part of the key. Content lies in two buckets: what
came in under INCOMING in quarantine, what the inspection made of it beside it, and what is released in the other,
under its own hash, so that the same file twice is one object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from portal.errors import SubmissionConflict
from portal.evidence import UPLOAD, owner_key, upload_sort
from portal.identifiers import format_moment, is_ulid
from portal.records import ConditionFailed, Item, Table, Write, delete, put, put_new, update
from portal.retention import kept_until
from uploads.models import Upload, Verdict
from uploads.rules import Outcome

INCOMING, INSPECTED = "masuk/", "diperiksa/"
OPEN = "OPEN"
NOTED = {"refused": "refused_at = :now, reason = :reason", "failed": "failed_at = :now, failure = :reason"}
NO_OUTCOME = ("attribute_exists(pk) AND attribute_not_exists(released_at) AND attribute_not_exists(refused_at) "
              "AND attribute_not_exists(failed_at)")


@dataclass(frozen=True)
class Uploads:
    """The table in the words of uploads."""

    table: Table

    def find(self, owner: str, upload: str) -> Upload | None:
        """This person's upload with this identifier."""
        item = self.table.get(owner_key(owner), upload_sort(upload)) if is_ulid(upload) else None
        return _upload(item) if item else None

    def by_key(self, key: str) -> Upload | None:
        """The upload whose content lies under a key of the quarantine."""
        identifier = key.removeprefix(INCOMING)
        owner = self.table.get(f"{UPLOAD}{identifier}", "OWNER") if is_ulid(identifier) else None
        return self.find(owner["owner"], identifier) if owner else None

    def of(self, owner: str, most: int) -> list[Upload]:
        """This person's uploads, the newest first; identifiers begin with their moment."""
        found = list(map(_upload, self.table.query(owner_key(owner), prefix=UPLOAD)))
        return found[::-1][:most]

    def ask(self, upload: Upload) -> Upload:
        """Remember a new upload; the same one again is the first one. Raises SubmissionConflict."""
        try:
            self.table.transact(
                put_new({**_key(upload), **asdict(upload)}),
                put_new({"pk": f"{UPLOAD}{upload.id}", "sk": "OWNER", "owner": upload.owner}),
                put_new({"pk": OPEN, "sk": _open_sort(upload), "owner": upload.owner, "upload": upload.id}))
        except ConditionFailed:
            return self._same(upload)
        return upload

    def _same(self, upload: Upload) -> Upload:
        earlier = self.find(upload.owner, upload.id)
        if earlier is None or (earlier.file_name, earlier.sha256) != (upload.file_name, upload.sha256):
            raise SubmissionConflict
        return earlier

    def arrive(self, upload: Upload, now: datetime) -> None:
        """Its content has arrived; the first time counts."""
        self._note(upload, "SET arrived_at = if_not_exists(arrived_at, :now)", NO_OUTCOME, now=format_moment(now))

    def inspected(self, upload: Upload, verdict: Verdict, etag: str, now: datetime) -> Upload | None:
        """Keep what the inspection found in the content with this ETag; None when it was inspected before."""
        values = {"etag": etag, "kind": verdict.kind or "", "file_name": verdict.name, "digest": verdict.digest,
                  "content_size": len(verdict.content), "objection": verdict.reason or "",
                  "inspected_at": format_moment(now)}
        expression = "SET " + ", ".join(f"{name} = :{name}" for name in values)
        return self._note(upload, expression, f"{NO_OUTCOME} AND attribute_not_exists(inspected_at)", **values)

    def scanned(self, upload: Upload, etag: str, status: str, now: datetime) -> None:
        """Keep what the scanner said of the content with this ETag."""
        self.table.write(put({"pk": f"{UPLOAD}{upload.id}", "sk": f"SCAN#{etag}", "status": status,
                              "at": format_moment(now), "expires_at": kept_until("upload_refused", now, now)}))

    def scan(self, upload: Upload) -> str | None:
        """What the scanner said of the very content that was inspected."""
        item = self.table.get(f"{UPLOAD}{upload.id}", f"SCAN#{upload.etag}") if upload.etag else None
        return str(item["status"]) if item else None

    def finish(self, upload: Upload, outcome: Outcome, now: datetime) -> bool:
        """Write an outcome, once; False when there is one already."""
        writes = [delete({"pk": OPEN, "sk": _open_sort(upload)})]
        if outcome.state == "clean":
            writes.append(update(_key(upload), "SET released_at = :now, expires_at = :until", condition=NO_OUTCOME,
                                 values={"now": format_moment(now), "until": kept_until("upload", now, now)}))
        else:
            writes += _sent_back(upload, outcome, now)
        try:
            self.table.transact(*writes)
        except ConditionFailed:
            return False
        return True

    def without_outcome(self, before: datetime) -> Iterator[Upload]:
        """Every upload that was asked for before this moment and has no outcome, the oldest first."""
        limit = format_moment(before)
        for item in self.table.query(OPEN):
            if item["sk"] >= limit:
                return
            upload = self.find(item["owner"], item["upload"])
            if upload:
                yield upload

    def forget(self, upload: Upload) -> None:
        """Take an upload away that never got its file."""
        self.table.transact(
            delete(_key(upload), condition="attribute_not_exists(arrived_at)"),
            delete({"pk": f"{UPLOAD}{upload.id}", "sk": "OWNER"}),
            delete({"pk": OPEN, "sk": _open_sort(upload)}))

    def _note(self, upload: Upload, expression: str, condition: str, **values: object) -> Upload | None:
        try:
            item = self.table.write(update(_key(upload), expression, condition=condition, values=values))
        except ConditionFailed:
            return None
        return _upload(item)


def _sent_back(upload: Upload, outcome: Outcome, now: datetime) -> Iterator[Write]:
    """What becomes of an upload that is not released: it is told for a while, then forgotten."""
    until = kept_until("upload_refused", now, now)
    yield update(_key(upload), f"SET {NOTED[outcome.state]}, expires_at = :until", condition=NO_OUTCOME,
                 values={"now": format_moment(now), "reason": outcome.reason, "until": until})
    yield update({"pk": f"{UPLOAD}{upload.id}", "sk": "OWNER"}, "SET expires_at = :until", values={"until": until})


def _key(upload: Upload) -> dict[str, str]:
    return {"pk": owner_key(upload.owner), "sk": upload_sort(upload.id)}


def _open_sort(upload: Upload) -> str:
    return f"{upload.asked_at}#{upload.id}"


def _upload(item: Item) -> Upload:
    known = {field.name for field in fields(Upload)}
    return Upload(**{name: value for name, value in item.items() if name in known})
