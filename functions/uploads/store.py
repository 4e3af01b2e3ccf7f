"""What is remembered of evidence files. The only place that knows how the table's items look.

| pk              | sk                        | is                                                             |
|-----------------|---------------------------|----------------------------------------------------------------|
| OWNER#<person>  | UPLOAD#<id>               | one upload: its facts, each with its moment                    |
| OWNER#<person>  | USE#<id>#<kind>#<ref>     | a record of another subject points at it (portal.evidence)     |
| OWNER#<person>  | ROOM                      | how often this person asked: who asks meanwhile is noticed     |
| UPLOAD#<id>     | OWNER                     | whose it is: events of the bucket know the identifier only     |
| UPLOAD#<id>     | SCAN#<etag>               | what the scanner said of one content that lay under its key    |
| OPEN            | <moment>#<id>             | it has no outcome yet: what the clock looks at                 |
| OBJECT#<digest> | OBJECT                    | one released content: by how many it is `held`, `removing`     |
| OBJECT#<digest> | HOLDER#<id>               | this upload holds it                                           |

Nobody's identifier finds somebody else's upload: the owner is part of the key. Content lies in two buckets: what
came in under INCOMING in quarantine, what the inspection made of it beside it, and what is released in the other,
under its own hash, so that the same file twice is one object.

Such an object goes with the last upload that holds it. Whoever releases a file first writes that it is held, then
copies; whoever takes an object away first marks it, which is possible only while nobody holds it, and nobody may hold
it while the mark stands. So of two at the same moment one waits for the other, and nothing that is held is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from portal.errors import FileInUse, NotFound, SubmissionConflict
from portal.evidence import UPLOAD, Evidence, owner_key, upload_sort
from portal.identifiers import format_moment, is_ulid
from portal.records import ConditionFailed, Item, Table, Write, attempts, delete, put, put_new, update
from portal.retention import kept_until
from uploads.models import Upload, Verdict
from uploads.rules import Outcome

if TYPE_CHECKING:
    from portal.audit import Audit, Note

INCOMING, INSPECTED = "masuk/", "diperiksa/"
OPEN, ROOM, OBJECT, HOLDER = "OPEN", "ROOM", "OBJECT", "HOLDER#"
STALE = timedelta(minutes=5)  # longer than any function runs: who left a mark so long ago has stopped
PAUSE = 0.05  # seconds; taking an object away takes about as long
NOTED = {"refused": "refused_at = :now, reason = :reason", "failed": "failed_at = :now, failure = :reason"}
NO_OUTCOME = ("attribute_exists(pk) AND attribute_not_exists(released_at) AND attribute_not_exists(refused_at) "
              "AND attribute_not_exists(failed_at)")
STILL_RELEASED = "attribute_exists(pk) AND attribute_exists(released_at)"
UNCHANGED = "attribute_exists(pk) AND (attribute_not_exists(changes) OR changes = :changes)"
NOT_MARKED = "(attribute_not_exists(removing) OR removing < :stale)"


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

    def ask(self, upload: Upload, must_have_room: Callable[[Sequence[Upload]], None], now: datetime) -> Upload:
        """Remember a new upload; the same one again is the first one. Raises SubmissionConflict.

        `must_have_room` raises when there is none beside what this person keeps; of several who ask at the same
        moment each is counted.
        """
        for _ in attempts():
            asked = self.table.get(owner_key(upload.owner), ROOM)
            kept = list(map(_upload, self.table.query(owner_key(upload.owner), prefix=UPLOAD)))
            if any(each.id == upload.id for each in kept):
                return self._same(upload)
            must_have_room(kept)
            try:
                self.table.transact(*_beginning(upload), _asked(upload.owner, asked, now))
            except ConditionFailed as refused:
                if any(refused.failed[:-1]):
                    return self._same(upload)
                continue  # another one was asked for a moment ago
            return upload
        raise AssertionError  # pragma: no cover  attempts() ends by raising

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

    # -- released content, and who holds it ------------------------------------------------------------------------

    def hold(self, upload: Upload, now: datetime, condition: str = NO_OUTCOME) -> bool:
        """Note that this upload holds its content, before that is copied; False when the upload is no more.

        Waits while the same content is being taken away.
        """
        for _ in attempts():
            try:
                self.table.transact(
                    put_new({**_holder(upload), "owner": upload.owner, "upload": upload.id}),
                    update(_key(upload), "ADD changes :one", condition=condition, values={"one": 1}),
                    update(_object(str(upload.digest)), "SET held = if_not_exists(held, :none) + :one REMOVE removing",
                           condition=NOT_MARKED, values={"none": 0, "one": 1, "stale": format_moment(now - STALE)}))
            except ConditionFailed as refused:
                if refused.failed[0]:
                    return True  # a repeat
                if refused.failed[1]:
                    return False
                time.sleep(PAUSE)
                continue
            return True
        raise AssertionError  # pragma: no cover  attempts() ends by raising

    def let_go(self, digest: str, upload: str) -> None:
        """Note that an upload which is no more holds this content no longer; twice is once."""
        try:
            self.table.transact(*_letting_go(digest, upload))
        except ConditionFailed:
            return

    def holders(self, digest: str) -> list[Item]:
        """Who holds this content: `owner` and `upload` of each."""
        return list(self.table.query(_object(digest)["pk"], prefix=HOLDER))

    def is_held(self, digest: str) -> bool:
        """Whether anybody holds this content."""
        item = self.table.get(**_object(digest))
        return bool(item and item.get("held"))

    def holds(self, upload: Upload) -> bool:
        """Whether it is noted that this upload holds its content."""
        return self.table.get(**_holder(upload)) is not None

    def collect(self, digest: str, remove: Callable[[str], None], now: datetime) -> bool:
        """Take a content away that nobody holds; False when somebody does, or somebody else is at it."""
        mark = format_moment(now)
        try:
            self.table.write(update(
                _object(digest), "SET removing = :now", values={"now": mark, "none": 0,
                                                                "stale": format_moment(now - STALE)},
                condition=f"(attribute_not_exists(held) OR held = :none) AND {NOT_MARKED}"))
        except ConditionFailed:
            return False
        remove(digest)
        with suppress(ConditionFailed):  # it took so long that somebody holds it again: their copy is theirs
            self.table.write(delete(_object(digest), condition="removing = :now", values={"now": mark}))
        return True

    def delete(self, owner: str, upload: str, audit: Audit, note: Note) -> str:
        """Take an upload away at its owner's wish; answers the digest of what it held, empty when it held nothing.

        Raises NotFound, and FileInUse while a record of another subject points at it, which may begin to at the very
        same moment.
        """
        for _ in attempts():
            found = self.find(owner, upload)
            if found is None:
                raise NotFound
            uses = [(use.kind, use.reference) for use in Evidence(self.table).uses_of(owner, upload)]
            if uses:
                raise FileInUse(uses)
            try:
                return self.erase(found, audit, note)
            except ConditionFailed:
                continue  # released, refused or used in between: look again
        raise AssertionError  # pragma: no cover  attempts() ends by raising

    def erase(self, upload: Upload, audit: Audit, note: Note) -> str:
        """Take an upload away with all that is known of it, unless it has changed; answers the digest of what it held.

        Raises ConditionFailed when it has.
        """
        holds = bool(upload.digest) and self.holds(upload)
        audit.transact(self.table, note, partial(_erasure, upload, holds=holds))
        return str(upload.digest) if holds else ""

    def lose(self, upload: Upload, now: datetime) -> None:
        """Note that the content of a released upload is not there any more: it is told, and forgotten later."""
        until = kept_until("upload_refused", now, now)
        try:
            self.table.transact(
                update(_key(upload), "SET failed_at = :now, failure = :failure, expires_at = :until "
                       "REMOVE released_at ADD changes :one", condition=STILL_RELEASED,
                       values={"now": format_moment(now), "failure": "lost", "until": until, "one": 1}),
                *_letting_go(str(upload.digest), upload.id))
        except ConditionFailed:
            return  # deleted meanwhile

    def end_now(self, upload: Upload, now: datetime) -> None:
        """Let the next sweep take an upload away."""
        with suppress(ConditionFailed):
            self.table.write(update(_key(upload), "SET expires_at = :now", condition="attribute_exists(pk)",
                                    values={"now": int(now.timestamp())}))

    def end_at(self, upload: Upload, due: int, stored: int) -> None:
        """Bring the end of an upload forward, unless it was used meanwhile."""
        with suppress(ConditionFailed):
            self.table.write(update(_key(upload), "SET expires_at = :due", condition="expires_at = :stored",
                                    values={"due": due, "stored": stored}))

    def forget_owner(self, upload: str) -> None:
        """Forget whose an upload was that is no more."""
        self.table.write(delete({"pk": f"{UPLOAD}{upload}", "sk": "OWNER"}))

    @staticmethod
    def read(item: Item) -> Upload:
        """The upload that an item of the table is."""
        return _upload(item)

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


def _beginning(upload: Upload) -> Iterator[Write]:
    yield put_new({**_key(upload), **asdict(upload)})
    yield put_new({"pk": f"{UPLOAD}{upload.id}", "sk": "OWNER", "owner": upload.owner})
    yield put_new({"pk": OPEN, "sk": _open_sort(upload), "owner": upload.owner, "upload": upload.id})


def _asked(owner: str, before: Item | None, now: datetime) -> Write:
    """One more was asked for; the condition fails when somebody else asked since `before` was read."""
    seen = before["asked"] if before else 0
    return put({"pk": owner_key(owner), "sk": ROOM, "asked": seen + 1, "expires_at": kept_until("upload", now, now)},
               condition="asked = :seen" if before else "attribute_not_exists(pk)",
               values={"seen": seen} if before else {})


def _erasure(upload: Upload, *, holds: bool) -> Iterator[Write]:
    """What must go with an upload; only as it was read."""
    yield delete(_key(upload), condition=UNCHANGED, values={"changes": upload.changes})
    yield delete({"pk": f"{UPLOAD}{upload.id}", "sk": "OWNER"})
    yield delete({"pk": OPEN, "sk": _open_sort(upload)})
    if holds:
        yield from _letting_go(str(upload.digest), upload.id)


def _letting_go(digest: str, upload: str) -> Iterator[Write]:
    yield delete({"pk": _object(digest)["pk"], "sk": f"{HOLDER}{upload}"}, condition="attribute_exists(pk)")
    yield update(_object(digest), "ADD held :less", values={"less": -1})


def _object(digest: str) -> dict[str, str]:
    return {"pk": f"OBJECT#{digest}", "sk": OBJECT}


def _holder(upload: Upload) -> dict[str, str]:
    return {"pk": _object(str(upload.digest))["pk"], "sk": f"{HOLDER}{upload.id}"}


def _key(upload: Upload) -> dict[str, str]:
    return {"pk": owner_key(upload.owner), "sk": upload_sort(upload.id)}


def _open_sort(upload: Upload) -> str:
    return f"{upload.asked_at}#{upload.id}"


def _upload(item: Item) -> Upload:
    known = {field.name for field in fields(Upload)}
    return Upload(**{name: value for name, value in item.items() if name in known})
