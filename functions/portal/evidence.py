"""What other subjects know of an evidence file: a pointer to it, and how to say that they use it.

A dossier, a report or a case keeps the pointer (identifier and hash) and never a copy. It notes its use in the
files' own table, so that the person sees where each file is used. This is also the place that says how the keys of
that table are made: a subject may use it without knowing the subject that owns it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from portal.errors import NotFound
from portal.identifiers import format_moment, is_ulid
from portal.records import ConditionFailed, Item, Table, delete, put, update
from portal.retention import kept_until

UPLOAD, USE = "UPLOAD#", "USE#"
KINDS = ("dossier", "report", "case")  # the kinds of record that may point at a file; content has their words
USED = "SET expires_at = :until, used_at = :now ADD changes :one"
RELEASED = "attribute_exists(pk) AND attribute_exists(released_at) AND digest = :digest"


@dataclass(frozen=True)
class Pointer:
    """A released file: the identifier of its upload and the SHA-256 of its content."""

    upload: str
    digest: str


@dataclass(frozen=True)
class Use:
    """A record that points at a file: what kind of record, and its reference."""

    upload: str
    kind: str
    reference: str
    since: str


def owner_key(owner: str) -> str:
    """The key under which everything of one person lies."""
    return f"OWNER#{owner}"


def upload_sort(upload: str) -> str:
    """The sort key of one upload."""
    return f"{UPLOAD}{upload}"


@dataclass(frozen=True)
class Evidence:
    """The files' table, as a subject sees it that points at files."""

    table: Table

    def pointer(self, owner: str, upload: str) -> Pointer:
        """The pointer to one of this person's released files; NotFound for every other."""
        item = self.table.get(owner_key(owner), upload_sort(upload)) if is_ulid(upload) else None
        if item is None or "released_at" not in item:
            raise NotFound
        return Pointer(upload, item["digest"])

    def use(self, owner: str, pointer: Pointer, kind: str, reference: str, now: datetime) -> None:
        """Note that a record uses a file, which is kept so much longer; raises NotFound as `pointer` does."""
        try:
            self.table.transact(
                update({"pk": owner_key(owner), "sk": upload_sort(pointer.upload)}, USED, condition=RELEASED,
                       values={"digest": pointer.digest, "until": kept_until("upload", now, now),
                               "now": format_moment(now), "one": 1}),
                put({**_use_key(owner, pointer.upload, kind, reference), "upload": pointer.upload, "kind": kind,
                     "reference": reference, "since": format_moment(now)}))
        except ConditionFailed:
            raise NotFound from None

    def end_use(self, owner: str, pointer: Pointer, kind: str, reference: str) -> None:
        """Note that a record uses a file no longer."""
        self.table.write(delete(_use_key(owner, pointer.upload, kind, reference)))

    def uses(self, owner: str) -> Iterator[Use]:
        """Every use of this person's files, in the order of the files."""
        return map(_use, self.table.query(owner_key(owner), prefix=USE))

    def uses_of(self, owner: str, upload: str) -> Iterator[Use]:
        """Every use of one file."""
        return map(_use, self.table.query(owner_key(owner), prefix=f"{USE}{upload}#"))


def _use_key(owner: str, upload: str, kind: str, reference: str) -> dict[str, str]:
    return {"pk": owner_key(owner), "sk": f"{USE}{upload}#{kind}#{reference}"}


def _use(item: Item) -> Use:
    return Use(item["upload"], item["kind"], item["reference"], item["since"])
