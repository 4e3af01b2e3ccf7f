"""Decisions about evidence files that need no library: names, what becomes of one, and when to give up. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from portal.errors import FieldError, FormRefused
from portal.identifiers import parse_moment
from uploads.models import FINAL, INFECTED, KINDS, MOST_BYTES, MOST_NAME, Refused, Upload

PLACE_SECONDS = 60 * 60  # how long a place takes its file
ABANDONED_AFTER = timedelta(days=1)  # then a place that got no file is forgotten
PATIENCE = timedelta(minutes=30)  # for inspection and scanner; both answer within a minute
DOWNLOAD_SECONDS = 60

# What the scanner (GuardDuty Malware Protection for S3) says of an object; whatever else it says is no answer.
NOTHING_FOUND, SOMETHING_FOUND = "NO_THREATS_FOUND", "THREATS_FOUND"

# What a browser declares when it does not know, or what curl says: no promise, so no lie.
NO_PROMISE = {"", "application/octet-stream", "binary/octet-stream"}
# The same kind under a name that some systems use.
OTHER_NAMES = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png",
               "application/x-pdf": "application/pdf"}
# Names that Windows keeps for devices, whatever their ending.
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
FORBIDDEN_IN_NAMES = re.compile(r'[<>:"|?*%]')
ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})$")


def display_name(typed: str, kind: str | None) -> str:
    """A name that is safe to show and to save under, with the ending of its kind; `berkas` when nothing is left.

    Folders, control characters, invisible ones and those that turn the direction of writing are left out.
    """
    last = re.split(r"[/\\]", typed)[-1]
    seen = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", last)
                   if c.isspace() or unicodedata.category(c)[0] != "C")
    plain = " ".join(FORBIDDEN_IN_NAMES.sub("_", seen).split()).rstrip(". ")
    if kind is None:
        return _named(plain)
    stem, ending = _split(plain)
    kept = stem if ending in KINDS[kind].endings else plain
    return f"{_named(kept)}.{KINDS[kind].ending}"


def _named(stem: str) -> str:
    short = _shortened(stem.strip(". "))
    return f"_{short}" if DEVICES.fullmatch(short.partition(".")[0].strip()) else short or "berkas"


def _shortened(stem: str) -> str:
    """At most MOST_NAME characters with the ending, and no more bytes than a file system takes."""
    short = stem[:MOST_NAME - 6]
    while len(short.encode()) > 2 * MOST_NAME:
        short = short[:-1]
    return short.rstrip(". ")


def _split(name: str) -> tuple[str, str]:
    found = ENDING.search(name)
    return (name[:found.start()], found[1].lower()) if found else (name, "")


def must_be_as_promised(kind: str, typed: str, declared: str) -> None:
    """Raise Refused when the name's ending or the declared media type is another kind's than the content is."""
    media_type = declared.partition(";")[0].strip().lower()
    ending = _split("".join(c for c in typed if unicodedata.category(c)[0] != "C").rstrip(". "))[1]
    if (OTHER_NAMES.get(media_type, media_type) not in NO_PROMISE | {KINDS[kind].media_type}
            or (ending and ending not in KINDS[kind].endings)):
        raise Refused("disguised")


class Outcome(NamedTuple):
    """What becomes of an upload: released, or refused or failed with a reason."""

    state: str
    reason: str = ""


def outcome(upload: Upload, scan: str | None) -> Outcome | None:
    """What becomes of an upload of which inspection and scanner have said what they say; None while one is silent.

    Malware outranks everything; then what the inspection found, about which somebody can do something; a file is
    released only when both say so.
    """
    if upload.inspected_at is None or scan is None:
        return None
    if scan == SOMETHING_FOUND:
        return Outcome("refused", INFECTED)
    if upload.objection:
        return Outcome("refused", upload.objection)
    return Outcome("clean") if scan == NOTHING_FOUND else Outcome("failed", "scan_failed")


def given_up(upload: Upload, now: datetime) -> Outcome | None:
    """What the clock makes of an upload that waits for an answer too long; None while there is still time."""
    if upload.arrived_at is None or now - parse_moment(upload.arrived_at) < PATIENCE:
        return None
    if upload.objection:
        return Outcome("refused", upload.objection)
    return Outcome("failed", "scan_silent" if upload.inspected_at else "inspection_failed")


def is_abandoned(upload: Upload, now: datetime) -> bool:
    """Whether a place was asked for and never used."""
    return upload.arrived_at is None and now - parse_moment(upload.asked_at) >= ABANDONED_AFTER


# -- how much one person may keep ----------------------------------------------------------------------------------

MEGA = 1024 ** 2


class Limits(NamedTuple):
    """How much one person may keep: content/rules/limits.yml."""

    open_uploads: int
    files: int
    megabytes: int


def must_have_room(kept: Sequence[Upload], limits: Limits) -> None:
    """Raise FormRefused when somebody who keeps these uploads may not begin another one.

    What is open may still become as large as the largest file, so it counts as that: what is kept never grows past
    the limit, however many arrive at once.
    """
    unfinished = sum(each.state not in FINAL for each in kept)
    content = sum(each.content_size or 0 for each in kept if each.state == "clean")
    if unfinished >= limits.open_uploads:
        raise _no_room("too_many_open", limits.open_uploads)
    if len(kept) >= limits.files:
        raise _no_room("too_many_files", limits.files)
    if content + MOST_BYTES * (unfinished + 1) > limits.megabytes * MEGA:
        raise _no_room("no_room", limits.megabytes)


def _no_room(code: str, most: int) -> FormRefused:
    return FormRefused("upload", [FieldError("file_name", code, {"most": most})])
