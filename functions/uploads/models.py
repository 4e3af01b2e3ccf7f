"""Shapes of evidence files: the kinds that are taken, the reasons for refusing one, the verdict of an inspection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Literal

MOST_BYTES = 7 * 1024 * 1024
# What a form without script may send: the bucket speaks English XML to a browser, and has no way back. What is larger
# than MOST_BYTES is taken in, not read, and refused in words of ours.
MOST_SENT = 50 * 1024 * 1024
MOST_NAME = 120


@dataclass(frozen=True)
class Kind:
    """One kind of file that is taken: its media type, and the endings that may stand behind its name."""

    media_type: str
    endings: tuple[str, ...]

    @property
    def ending(self) -> str:
        """The ending that a file of this kind is given."""
        return self.endings[0]


KINDS: Mapping[str, Kind] = MappingProxyType({
    "pdf": Kind("application/pdf", ("pdf",)),
    "jpeg": Kind("image/jpeg", ("jpg", "jpeg", "jpe", "jfif")),
    "png": Kind("image/png", ("png",)),
    "webp": Kind("image/webp", ("webp",)),
    "docx": Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",)),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)),
})

# Every reason, with the facts that its sentence (content/forms/files.*.yml) may tell.
REASONS: Mapping[str, Mapping[str, int]] = MappingProxyType({
    "empty": {},
    "too_large": {"most": MOST_BYTES // 1024 ** 2},
    "not_accepted": {},       # none of KINDS
    "heic": {},               # the pictures of an iPhone: said apart, because a setting of the phone helps
    "old_office": {},         # .doc and .xls
    "disguised": {},          # the ending or the declared type is another kind's
    "truncated": {},          # its end is missing
    "damaged": {},            # it cannot be read, or not with the memory and time that a file is given
    "encrypted": {},
    "two_in_one": {},         # a second file stands in, before or behind the first
    "pdf_script": {},
    "pdf_action": {},         # starts programs, sends forms, opens other files or addresses by itself
    "pdf_attachment": {},     # other files, film or sound inside
    "pdf_xfa": {},
    "office_macro": {},
    "office_external": {},    # loads something from elsewhere when it is opened
    "office_embedded": {},    # objects of other programs inside
    "unsafe_parts": {},       # an archive whose parts lie outside it, or twice at one place
    "entities": {},           # XML that declares a document type
    "expands": {},            # grows beyond measure when it is unpacked
    "animated": {},
    "too_many_pixels": {"most": 30, "webp": 7},  # millions; more of a JPEG, which can be shrunk while it is read
})


INFECTED = "infected"  # the scanner's reason; it outranks every other
CHANGED = "changed"  # what arrived has another hash than what was to be sent
FAILURES = ("inspection_failed", "scan_failed", "scan_silent", "lost")

State = Literal["asked", "uploaded", "inspecting", "clean", "refused", "failed"]
FINAL = ("clean", "refused", "failed")


@dataclass(frozen=True)
class Upload:
    """One file on its way: facts with their moments; where it stands follows from them."""

    id: str
    owner: str
    file_name: str
    language: str
    asked_at: str
    media_type: str = ""
    sha256: str = ""
    arrived_at: str | None = None
    etag: str | None = None  # of what was inspected: a scanner's word on anything else counts for nothing
    inspected_at: str | None = None
    kind: str | None = None
    digest: str | None = None
    content_size: int | None = None
    objection: str | None = None  # the inspection's reason for refusing it
    released_at: str | None = None
    refused_at: str | None = None
    reason: str | None = None
    failed_at: str | None = None
    failure: str | None = None
    used_at: str | None = None  # when a record of another subject pointed at it last
    changes: int = 0  # by which whoever takes it away notices that it was used or released meanwhile

    @property
    def state(self) -> State:
        """Where this upload stands: derived from its facts, stored nowhere."""
        if self.released_at:
            return "clean"
        if self.refused_at:
            return "refused"
        if self.failed_at:
            return "failed"
        if self.inspected_at:
            return "inspecting"
        return "uploaded" if self.arrived_at else "asked"


class Refused(Exception):
    """The file cannot be taken; never leaves the inspection."""

    def __init__(self, reason: str) -> None:
        """Keep why: a key of REASONS."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Verdict:
    """What an inspection found: a kind with the content that may be released, or the reason for refusing it."""

    name: str  # safe to show and to save under, with the ending of its kind
    kind: str | None = None
    content: bytes = b""
    reason: str | None = None

    @property
    def is_clean(self) -> bool:
        """Whether the content may be released."""
        return self.reason is None

    @property
    def digest(self) -> str:
        """SHA-256 of the content in hexadecimal digits: the same content is the same file."""
        return sha256(self.content).hexdigest()
