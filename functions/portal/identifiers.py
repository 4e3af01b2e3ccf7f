"""Identifiers: the ULID a submission carries, and the reference people read aloud. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from random import Random

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID_SHAPE = re.compile(rf"[0-7][{CROCKFORD}]{{25}}")

# Without vowels (no words by accident), 0/O, 1/I/L, and letters that sound alike on a bad line (B/P kept, V/W dropped).
REFERENCE_ALPHABET = "23456789BCDFGHJKMNPQRSTX"
REFERENCE_LENGTH = 8


def new_ulid(now: datetime, random: Random) -> str:
    """A ULID (26 characters): milliseconds since 1970 and 80 random bits; `now` must carry a zone."""
    number = (int(now.timestamp() * 1000) << 80) | random.getrandbits(80)
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def is_ulid(text: str) -> bool:
    """Whether this is a ULID in its canonical upper-case form."""
    return ULID_SHAPE.fullmatch(text) is not None


def reference_for(submission: str) -> str:
    """The reference of a submission: 8 characters computed from its ULID, so a retry has the same one.

    24^8 is 1.1e11: two submissions that meet on one reference are refused by the store's condition
    like any used identifier, and the sender gets a new one.
    """
    number = int.from_bytes(hashlib.sha256(submission.encode()).digest()[:16])
    letters = []
    for _ in range(REFERENCE_LENGTH):
        number, rest = divmod(number, len(REFERENCE_ALPHABET))
        letters.append(REFERENCE_ALPHABET[rest])
    return "".join(letters)


def format_reference(reference: str) -> str:
    """As people read it aloud: `7F3K-9QX2`."""
    return f"{reference[:4]}-{reference[4:]}"


def parse_reference(text: str) -> str | None:
    """The canonical 8 characters of a reference however it was typed; None when it cannot be one."""
    letters = re.sub(r"[\s\-–—._/]", "", text).upper()
    shaped = len(letters) == REFERENCE_LENGTH and set(letters) <= set(REFERENCE_ALPHABET)
    return letters if shaped else None


def format_moment(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`: sorts as text in the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_moment(text: str) -> datetime:
    """The moment (UTC) that `format_moment` wrote."""
    return datetime.fromisoformat(text)
