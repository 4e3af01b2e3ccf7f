"""From content/rules/putaran.yml to what the functions read: rounds of conventional assessment with their windows.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from infra.declared import Declared, InBothLanguages, Text, checked, must_be_a_day, read_yaml
from infra.front_matter import Mistake

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "putaran.yml"
WINDOWS = ("daftar", "nilai", "sidang")


class Round(Declared):
    """One round of an agency (`*`: of every agency that has none of its own)."""

    id: Text
    title: InBothLanguages
    agency: str
    daftar: tuple[str, str]
    nilai: tuple[str, str]
    sidang: tuple[str, str]
    certainty: Literal["text", "code", "mem", "chosen"]
    source: InBothLanguages


ROUNDS = TypeAdapter(list[Round])


def read(source: Path = SOURCE) -> list[Round]:
    """Every round; raises Mistake at the first fault."""
    declared = read_yaml(source)
    if not isinstance(declared, dict) or set(declared) != {"version", "rounds"}:
        raise Mistake(source, "rounds", "expected exactly: version, rounds")
    plain = [{name: tuple(each) if isinstance(each, list) else each for name, each in row.items()}
             if isinstance(row, dict) else row for row in declared["rounds"] or []]
    found = checked(ROUNDS, plain, source, "rounds")
    for each in found:
        _must_follow(each, source)
    for number, each in enumerate(found):
        for other in found[:number]:
            if each.agency == other.agency and each.daftar[0] <= other.daftar[1] and other.daftar[0] <= each.daftar[1]:
                raise Mistake(source, each.id, f"expected a window that does not overlap {other.id}")
    return found


def _must_follow(each: Round, source: Path) -> None:
    days = [day for name in WINDOWS for day in getattr(each, name)]
    for day in days:
        must_be_a_day(day, each.id)
    moments = [date.fromisoformat(day) for day in days]
    if moments != sorted(moments):
        raise Mistake(source, each.id, "expected windows that follow one another: daftar, nilai, sidang")


def for_functions(found: list[Round]) -> list[dict[str, Any]]:
    """What the functions need."""
    return [{"id": each.id, "agency": each.agency, "title": each.title.model_dump(),
             **{name: list(getattr(each, name)) for name in WINDOWS}} for each in found]


def as_markdown(found: list[Round], language: str, words: dict[str, Any]) -> str:
    """The rounds as a table, for the page of the workflow."""
    head = [words[name] for name in ("round", *WINDOWS)]
    lines = [f"| {' | '.join(head)} |", "|---|---|---|---|"]
    for each in found:
        cells = [getattr(each.title, language), *(f"{first} – {last}" for first, last in (
            getattr(each, name) for name in WINDOWS))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
