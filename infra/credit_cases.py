"""The golden cases of tests/data/angka_kredit.yml: read, and counted with a rulebook. Knows no test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import yaml

from dupak.integrasi import integration
from dupak.konvensional import Butir, Done, read_catalogue, sheet
from dupak.models import Career, Diploma, Entry, Evaluation, Month, Node, Post, Refused, written
from dupak.rulebook import Rulebook
from dupak.rules import Target, standing
from infra.template_reader import ROOT

CASES = ROOT / "tests" / "data" / "angka_kredit.yml"
DEMONSTRATION = ROOT / "content" / "rules" / "butir-peragaan.csv"
TODAY = date(2026, 11, 22)
LINES = ("lama", "baru", "jumlah")


def read_cases() -> list[dict[str, Any]]:
    """Every case as it is written, in its order."""
    return list(yaml.load(CASES.read_text(encoding="utf-8"), yaml.BaseLoader))  # noqa: S506 makes texts only


def career_of(case: Mapping[str, Any]) -> Career:
    """What goes in, of a conversion."""
    posts = tuple(_post(number, text.split(), case) for number, text in enumerate(case["posts"]))
    evaluations = tuple(Evaluation(Month.parse(first), Month.parse(last), predikat) for first, last, predikat
                        in (text.split() for text in case.get("evaluations", ())))
    diplomas = tuple(Diploma(level, Month.parse(month), recorded=not rest) for level, month, *rest
                     in (text.split() for text in case.get("diplomas", ())))
    appointed, rank = (Month.parse(case[name]) if name in case else None for name in ("appointed", "rank_since"))
    return Career(posts, evaluations, diplomas, appointed=appointed, rank_since=rank)


def _post(number: int, words: list[str], case: Mapping[str, Any]) -> Post:
    since, jenjang, golongan, *last = words
    said = dict(case.get("entries", {}).get(str(number + 1), {"kind": "naik"}) if number else case.get("entry", {}))
    for name, read in (("points", Decimal), ("base", Decimal), ("months", int), ("at_peak", bool)):
        if name in said:
            said[name] = read(said[name])
    return Post(Month.parse(since), jenjang, golongan, Entry(**said), Month.parse(last[0]) if last else None)


@cache
def catalogue() -> Mapping[str, Butir]:
    """The items of the demonstration: the only ones that there are."""
    return read_catalogue(DEMONSTRATION.read_text(encoding="utf-8"))


def reading(case: Mapping[str, Any], book: Rulebook) -> Rulebook:
    """The rulebook with the other reading of a disputed row where a case is about that one (`reading`)."""
    tables = dict(book.data["tables"])
    for name, value in case.get("reading", {}).items():
        table, _, key = name.partition(".")
        rows = tables[table]["rows"]
        tables[table] = {**tables[table], "rows": {**rows, key: [{**each, "value": value} for each in rows[key]]}}
    return Rulebook({**book.data, "tables": tables})


def counted(case: Mapping[str, Any], book: Rulebook) -> dict[str, str]:
    """What comes out, as text: total, what is missing, each earliest month, notes; or the codes of what is refused."""
    count = {"konversi": _standing, "integrasi": _integration, "konvensional": _sheet}[case.get("regime", "konversi")]
    try:
        return count(case, reading(case, book))
    except Refused as refused:
        return {"refused": " ".join(fault.code for fault in refused.faults)}


def _standing(case: Mapping[str, Any], book: Rulebook) -> dict[str, str]:
    found = standing(career_of(case), book, TODAY)
    return {**_total(found.total), "notes": " ".join(code for code, _ in found.notes), **_targets(found.targets),
            "earlier": " ".join(str(stay.total.value) for stay in found.stays[:-1])}


def _integration(case: Mapping[str, Any], book: Rulebook) -> dict[str, str]:
    (post,) = career_of(case).posts
    lama, baru = _points(case, "lama"), _points(case, "baru")
    found = integration(lama, baru, post, book)
    return {**_total(found.total), "base": str(found.base.value), "conventional": str(found.conventional.value),
            **_targets(found.targets), **_lines(found)}


def _sheet(case: Mapping[str, Any], book: Rulebook) -> dict[str, str]:
    done = [Done(kode, Decimal(volume), date.fromisoformat(day), jenjang)
            for kode, volume, day, jenjang in (text.split() for text in case.get("items", ()))]
    found = sheet(done, _points(case, "lama"), catalogue(), book)
    return {**_total(found.total), "warnings": " ".join(code for code, _, _ in found.warnings), **_lines(found)}


def _points(case: Mapping[str, Any], name: str) -> dict[str, Decimal]:
    return {unsur: Decimal(value) for unsur, value in case.get(name, {}).items()}


def _total(total: Node) -> dict[str, str]:
    return {"total": str(total.value), **{f"written {places}": str(written(total.value, places)) for places in (2, 3)}}


def _targets(targets: Iterable[Target]) -> dict[str, str]:
    found = [*targets]
    return {"targets": " ".join(target.kind for target in found),
            **{target.kind: str(target.missing.value) for target in found},
            **{f"{target.kind} {each.predikat}": str(each.month) for target in found for each in target.earliest}}


def _lines(found: Any) -> dict[str, str]:  # noqa: ANN401 a Sheet or an Integration: both have the three columns
    return {f"{column} {unsur}": str(line.value) for column in LINES
            for unsur, line in getattr(found, column).items()}


def expected(case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What must come out, under the names of `counted`."""
    for name, value in case["expect"].items():
        if name == "written":
            yield from ((f"written {places}", text) for places, text in value.items())
        elif name == "earliest":
            yield from value.items()
        elif name in LINES:
            yield from ((f"{name} {unsur}", str(Fraction(points))) for unsur, points in value.items())
        elif name == "earlier":
            yield name, " ".join(str(Fraction(each)) for each in value)
        elif name in {"targets", "notes", "warnings", "refused"}:
            yield name, " ".join(value)
        else:
            yield name, str(Fraction(value))  # `40.625` and `25/12` alike
