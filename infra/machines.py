"""What the checks of tables of states share: dated days, what can be come to, and names that are known and used.

infra/workflow.py and infra/casework.py read tables with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from infra.declared import Code, Declared, InBothLanguages, must_be_a_day

Codes = Annotated[tuple[Code, ...], Field(min_length=1, strict=False)]
Faults = Iterator[tuple[str, str]]


class Cell(Declared):
    """What stands in a cell of the page; may be a single sign."""

    id: str
    en: str


class Since(Declared):
    """From which day on a number of working days holds, and where that is from."""

    since: str = Field(alias="from")
    days: int = Field(ge=1, le=250)
    source: InBothLanguages

    @model_validator(mode="after")
    def _is_dated(self) -> Self:
        must_be_a_day(self.since, "from")
        return self


def reachable(after: Mapping[str, set[str]], start: str, without: str = "") -> set[str]:
    """The states that can be come to from one, itself included, when another one is closed."""
    found, waiting = {start}, [start]
    while waiting:
        fresh = after.get(waiting.pop(), set()) - found - {without}
        found |= fresh
        waiting.extend(fresh)
    return found


def known(key: str, names: Iterable[str], there: Iterable[str], what: str) -> Faults:
    """Each name that is not among those that are there."""
    everything = set(there)
    for name in names:
        if name not in everything:
            yield key, f"{what}, not {name}"


def same(key: str, declared: Iterable[str], expected: Iterable[str]) -> Faults:
    """Each name that is declared and not expected, or expected and not declared."""
    for name in sorted({*declared} - {*expected}):
        yield f"{key}.{name}", "no such key: nothing uses it"
    for name in sorted({*expected} - {*declared}):
        yield f"{key}.{name}", "a value, it is missing"
