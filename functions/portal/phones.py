"""Telephone numbers by the rules of lokal-id.

Importing the library's front page also compiles its detectors of personal data, which takes longer than the whole
rest of a cold start (measured: 130 of 500 ms). Only its telephone module is wanted, so it is imported alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from types import ModuleType
from typing import Any


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
    """`+6281234567890` for `0812 3456 7890`; None when it is no Indonesian number."""
    number = _library().parse_phone(text)
    return number.e164 if number.valid else None


def to_national(e164: str) -> str:
    """`0812-3456-7890` for `+6281234567890`."""
    return str(_library().parse_phone(e164).national or e164)
