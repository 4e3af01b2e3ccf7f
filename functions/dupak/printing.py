"""What every paper of angka kredit shares: who it is about, who set it, how it writes, what it is made of. Pure.

A paper is plain data: blocks (fields, table, text, names) that a PDF and a DOCX are drawn from alike, so that no
document has two layouts. Every number in it is written already.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from dupak.models import written
from dupak.views import Teller
from portal.assets import words
from portal.moments import MONTHS

OFFICIAL = "id"  # whoever reads it: the official document is in Indonesian
DOTS = 30  # where something is written by hand
NONE = "–"  # where a form has a place and there is nothing to say
LONGEST_MONTH = len("2024-06")

Block = dict[str, Any]
Cell = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """Whom a paper is about (KETERANGAN PERORANGAN), all as text; empty where nothing was given.

    Level and grade are codes; `rank_since` and `post_since` days or months, `birth_date` a day, in ISO; sex `L` or `P`.
    """

    name: str
    nip: str
    karpeg: str = ""
    birth_place: str = ""
    birth_date: str = ""
    sex: str = ""
    education: str = ""
    jenjang: str = ""
    golongan: str = ""
    rank_since: str = ""
    post_since: str = ""
    unit: str = ""
    agency: str = ""
    service_old: str = ""
    service_new: str = ""


@dataclass(frozen=True)
class Issue:
    """Who set a paper, when and under which number; for the old forms also who proposed, assessed and chaired.

    `verify` is the address that its QR code holds; without it (or without a number) the paper is a draft.
    `first` and `last` are months. `remarks` are those of the proposer, the assessors and the chair.
    """

    number: str = ""
    place: str = ""
    day: str = ""
    signer_name: str = ""
    signer_nip: str = ""
    signer_title: str = ""
    letterhead: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    verify: str = ""
    first: str = ""
    last: str = ""
    superior_name: str = ""
    superior_nip: str = ""
    superior_title: str = ""
    superior_unit: str = ""
    superior_golongan: str = ""
    assessors: tuple[tuple[str, str], ...] = ()
    chair: tuple[str, str] = ("", "")
    remarks: tuple[str, str, str] = ("", "", "")
    attachments: tuple[str, ...] = ()
    proposer: tuple[str, str, str] = ("", "", "")  # title, name, NIP; empty where somebody signs by hand


# -- how it is written ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pen:
    """Writes numbers, days and names as an official document has them."""

    teller: Teller
    words: Mapping[str, Any]
    places: int

    @classmethod
    def like(cls, teller: Teller, day: str) -> Pen:
        """A pen with the rounding of that day (today's, where no day is set yet), whatever language is read."""
        said, printed = words("credit", OFFICIAL), words("papers", OFFICIAL)
        texts = {**said, "explain": {**said["explain"], **printed["explain"]}}
        told = replace(teller, language=OFFICIAL, texts=texts)
        rounding = told.book.find("pembulatan", "desimal", date.fromisoformat(day)) if day else None
        return cls(told, printed, int(rounding.number) if rounding else told.places)

    def number(self, value: Fraction | None) -> str:
        """`18,750`: every printed number has the same places, also a whole one."""
        if value is None:
            return NONE
        return f"{written(value, self.places):f}".replace(".", ",").replace("-", "−")

    def adds_up(self, parts: Iterable[Fraction], total: Fraction) -> bool:
        """Whether the written parts make the written total; where not, a note says why."""
        return sum(written(part, self.places) for part in parts) == written(total, self.places)

    def say(self, word: str) -> str:
        """A code by its name."""
        return self.teller.say(word)

    def day(self, iso: str) -> str:
        """`1 Maret 2019`; a month alone `Maret 2019`."""
        if len(iso) <= LONGEST_MONTH:
            return self.say(iso)
        day = date.fromisoformat(iso)
        return f"{day.day} {MONTHS[OFFICIAL][day.month - 1]} {day.year}"

    def span(self, first: str, last: str) -> str:
        """`1 Januari 2023 s.d. 29 Februari 2024`, from two months; without the first `s.d. 29 Februari 2024`."""
        if not last:
            return ""
        until = self.day(f"{last}-{monthrange(int(last[:4]), int(last[5:7]))[1]:02}")
        return str(self.words["span"]).format(first=self.day(f"{first}-01") if first else "", last=until).strip()

    def rank(self, golongan: str) -> str:
        """`Penata Muda`."""
        row = self.teller.book.find("pangkat", golongan, date.max)
        return row.word if row else golongan

    def post(self, jenjang: str) -> str:
        """`Penggerak Swadaya Masyarakat Ahli Pertama`."""
        return f"{self.words['post']} {self.say(jenjang)}".strip()


def joined(*parts: str, by: str = " / ") -> str:
    """What there is of these, one behind the other."""
    return by.join(part for part in parts if part) or NONE


# -- what a paper is made of ---------------------------------------------------------------------------------------


def cell(text: str, across: int = 1, down: int = 1, *, depth: int = 0) -> Cell:
    """A cell: how many columns and rows it takes, and how deep its text is set in."""
    return {"text": text, "across": across, "down": down, "depth": depth}


def line(*cells: str | Cell, style: str = "row") -> Block:
    """A line of a table: `row`, `group` (a heading among the lines) or `total`; an empty text is told by a dash."""
    return {"style": style, "cells": [each if isinstance(each, dict) else cell(each or NONE) for each in cells]}


def table(title: str, shape: str, head: Sequence[Sequence[str | Cell]], lines: Iterable[Block],
          notes: Iterable[str] = (), *, numbered: bool = True) -> Block:
    """A table whose head is repeated on every page, the numbers of its columns last where the form has them.

    `shape` has a word for each column: how wide it is beside the others, and whether it stands left, right or in the
    middle (`l`, `r`, `c`): `5c 40l 12r`.
    """
    columns = [(int(word[:-1]), word[-1]) for word in shape.split()]
    rows = [line(*cells)["cells"] for cells in head]
    if numbered:
        rows.append([cell(str(number)) for number in range(1, len(columns) + 1)])
    return {"type": "table", "title": title, "widths": [width for width, _ in columns],
            "align": [align for _, align in columns], "head": rows, "lines": list(lines), "notes": list(notes)}


def fields(title: str, pairs: Iterable[tuple[str, str]]) -> Block:
    """Numbered labels and what stands behind them."""
    return {"type": "fields", "title": title,
            "lines": [[str(number), label, value or NONE] for number, (label, value) in enumerate(pairs, 1)]}


def text(title: str, *lines: str, strong: bool = False) -> Block:
    """Sentences under a title."""
    return {"type": "text", "title": title, "lines": [each for each in lines if each], "strong": strong}


def items(title: str, lines: Sequence[str]) -> Block:
    """A numbered list."""
    return {"type": "items", "title": title, "lines": list(lines)}


def names(*signing: tuple[Sequence[str], str, str]) -> Block:
    """Who signs: what stands above the name, the name, the NIP; one behind the other where there are several."""
    return {"type": "names", "signing": [
        {"above": [each for each in above if each], "name": name or "." * DOTS, "nip": f"NIP {nip or '.' * DOTS}"}
        for above, name, nip in signing]}
