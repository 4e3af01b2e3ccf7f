"""The golden cases of tests/data/angka_kredit.yml: read, and counted with a rulebook. Knows no test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from dupak.models import Career, Diploma, Entry, Evaluation, Month, Post, written
from dupak.rulebook import Rulebook
from dupak.rules import standing

CASES = Path(__file__).parent.parent / "tests" / "data" / "angka_kredit.yml"
TODAY = date(2026, 11, 22)


def read_cases() -> list[dict[str, Any]]:
    """Every case as it is written, in its order."""
    return list(yaml.load(CASES.read_text(encoding="utf-8"), yaml.BaseLoader))  # noqa: S506 makes texts only


def career_of(case: Mapping[str, Any]) -> Career:
    """What goes in."""
    posts = tuple(_post(number, text.split(), case) for number, text in enumerate(case["posts"]))
    evaluations = tuple(Evaluation(Month.parse(first), Month.parse(last), predikat) for first, last, predikat
                        in (text.split() for text in case.get("evaluations", ())))
    diplomas = tuple(Diploma(level, Month.parse(month), recorded=not rest) for level, month, *rest
                     in (text.split() for text in case.get("diplomas", ())))
    rank = Month.parse(case["rank_since"]) if "rank_since" in case else None
    return Career(posts, evaluations, diplomas, rank_since=rank)


def _post(number: int, words: list[str], case: Mapping[str, Any]) -> Post:
    since, jenjang, golongan, *last = words
    said = dict(case.get("entry", {})) if number == 0 else {"kind": "naik"}
    for name, read in (("points", Decimal), ("base", Decimal), ("months", int), ("at_peak", bool)):
        if name in said:
            said[name] = read(said[name])
    return Post(Month.parse(since), jenjang, golongan, Entry(**said), Month.parse(last[0]) if last else None)


def counted(case: Mapping[str, Any], book: Rulebook) -> dict[str, str]:
    """What comes out, as text: total, what is missing, each earliest month, notes."""
    found = standing(career_of(case), book, TODAY)
    return {"total": str(found.total.value), **{f"written {places}": str(written(found.total.value, places))
                                                for places in (2, 3)},
            "targets": " ".join(target.kind for target in found.targets),
            "notes": " ".join(code for code, _ in found.notes),
            **{target.kind: str(target.missing.value) for target in found.targets},
            **{f"{target.kind} {each.predikat}": str(each.month) for target in found.targets
               for each in target.earliest}}


def expected(case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What must come out, under the names of `counted`."""
    for name, value in case["expect"].items():
        if name == "written":
            yield from ((f"written {places}", text) for places, text in value.items())
        elif name == "earliest":
            yield from value.items()
        elif name in {"targets", "notes"}:
            yield name, " ".join(value)
        else:
            yield name, str(career_number(value))


def career_number(text: str) -> Any:  # noqa: ANN401 a fraction
    """`40.625` and `25/12` alike, as the fraction that they are."""
    from fractions import Fraction  # noqa: PLC0415

    return Fraction(text)
