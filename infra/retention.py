"""From content/rules/retention.yml to what the functions read and to the table of the privacy notice.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Self

from pydantic import Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from infra.declared import Code, Dated, Declared, InBothLanguages, checked, in_order, read_yaml
from infra.front_matter import Mistake

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "retention.yml"
BY_ITSELF = {"expiry", "setting", "phone"}  # who keeps a kind for its own period, not for another kind's
YEAR = 365
PERIODS = {"id": ("{years} tahun ({days} hari)", "{days} hari", "24 jam"),
           "en": ("{years} {year} ({days} days)", "{days} days", "24 hours")}


class Period(Dated):
    """From which day on how many days hold."""

    days: int = Field(ge=1, le=36500)


class Kind(Declared):
    """One kind of thing that is kept."""

    what: InBothLanguages
    kept: InBothLanguages
    purpose: InBothLanguages
    after: Code
    kept_by: Code  # expiry, setting, phone, or another kind
    in_notice: bool
    periods: tuple[Period, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _periods_fit(self) -> Self:
        if bool(self.periods) is not (self.kept_by in BY_ITSELF):
            raise PydanticCustomError("periods", "periods: expected at least one, and none where kept_by names a kind")
        if not in_order(self.periods):
            raise PydanticCustomError("order", "periods: expected each to begin after the one before it")
        return self


KIND = TypeAdapter(Kind)


def read(source: Path = SOURCE) -> dict[str, Kind]:
    """Every kind by its name, in the order of the file; raises Mistake at the first fault."""
    declared = read_yaml(source)
    if not isinstance(declared, dict):
        raise Mistake(source, "retention", "expected kinds of things, each with its keys")
    kinds = {str(name): checked(KIND, each, source, str(name)) for name, each in declared.items()}
    for name, kind in kinds.items():
        _refers(source, name, kind, kinds)
    return kinds


def _refers(source: Path, name: str, kind: Kind, kinds: dict[str, Kind]) -> None:
    """What one kind says of another is there."""
    if kind.kept_by not in BY_ITSELF and not (kind.kept_by in kinds and kinds[kind.kept_by].periods):
        raise Mistake(source, f"{name}.kept_by", "expected expiry, setting, phone, or a kind that has periods")
    for language in ("id", "en"):
        try:
            _filled(kind, kinds, language, date.max)
        except (KeyError, ValueError, IndexError):
            raise Mistake(source, f"{name}.kept.{language}",
                          "expected no other places than {period} and {period:kind}") from None


# -- for the functions ---------------------------------------------------------------------------------------------


def for_functions(kinds: dict[str, Kind]) -> dict[str, list[tuple[str, int]]]:
    """What the functions need: the days of each kind to which they give an end, by the day since when they hold."""
    return {name: [(each.since, each.days) for each in kind.periods]
            for name, kind in kinds.items() if kind.kept_by in {"expiry", "phone"}}


# -- for the notice ------------------------------------------------------------------------------------------------


def rows(kinds: dict[str, Kind], language: str, today: date) -> Iterator[tuple[str, str]]:
    """The notice's table: what is kept, and until when, as it holds today."""
    for kind in kinds.values():
        if kind.in_notice:
            yield getattr(kind.what, language), _filled(kind, kinds, language, today)


class _Words:
    """Stands for `{period}`: the number in words, of this kind or of the one named behind a colon."""

    def __init__(self, kind: Kind, kinds: dict[str, Kind], language: str, today: date) -> None:
        self.kind, self.kinds, self.language, self.today = kind, kinds, language, today

    def __format__(self, other: str) -> str:
        kind = self.kinds[other] if other else self.kind
        return in_words(_days(kind, self.today), self.language)


def _filled(kind: Kind, kinds: dict[str, Kind], language: str, today: date) -> str:
    text: str = getattr(kind.kept, language)
    return text.format(period=_Words(kind, kinds, language, today))


def _days(kind: Kind, today: date) -> int:
    """The days that hold today; the first period, before any holds."""
    held = [each.days for each in kind.periods if each.since <= today.isoformat()]
    return held[-1] if held else kind.periods[0].days


def in_words(days: int, language: str) -> str:
    """`2 tahun (730 hari)`, `90 hari`, `24 jam`."""
    years, plain, one = PERIODS[language]
    if days == 1:
        return one
    words = years if days % YEAR == 0 else plain
    return words.format(years=days // YEAR, year="year" if days == YEAR else "years", days=days)


def as_markdown(kinds: dict[str, Kind], language: str, today: date) -> str:
    """The rows of the notice's table; their heading stands in the page."""
    return "".join(f"| {what} | {kept} |\n" for what, kept in rows(kinds, language, today))
