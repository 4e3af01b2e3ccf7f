"""Telephone numbers by the rules of lokal-id.

Importing the library's front page also compiles its detectors of personal data, which takes longer than the whole
rest of a cold start (measured: 130 of 500 ms). Only its telephone module is wanted, so it is imported alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from functools import cache
from types import ModuleType
from typing import Any

# Country code and number together have at most 15 digits; 62 is Indonesia, whose numbers the library knows better.
FOREIGN = re.compile(r"(?:\+|00)(?P<number>(?!62)[1-9][0-9]{7,14})")


@cache
def _library() -> Any:  # noqa: ANN401 a module
    """`lokal.phone` without `lokal/__init__`; whoever imports the whole library later gets the whole library."""
    if "lokal" in sys.modules:
        return importlib.import_module("lokal.phone")
    place = importlib.util.find_spec("lokal")
    if place is None or place.submodule_search_locations is None:
        raise ModuleNotFoundError("lokal")
    stand_in = ModuleType("lokal")
    stand_in.__path__ = list(place.submodule_search_locations)
    sys.modules["lokal"] = stand_in
    try:
        return importlib.import_module("lokal.phone")
    finally:
        del sys.modules["lokal"]


def to_e164(text: str) -> str | None:
    """`+6281234567890` for `0812 3456 7890`, `+60123456789` for `+60 12-345 6789`; None when it is no number.

    Indonesian numbers by lokal-id; those of other countries, written with + or 00, by the shape of ITU-T E.164.
    """
    foreign = FOREIGN.fullmatch(re.sub(r"[ ().\-/]", "", text))
    if foreign:
        return f"+{foreign['number']}"
    number = _library().parse_phone(text)
    return number.e164 if number.valid else None


def to_national(e164: str) -> str:
    """`0812-3456-7890` for `+6281234567890`; a number of another country stays as it is."""
    return str(_library().parse_phone(e164).national or e164)
