"""The conventional regime, to 31 December 2022: an archive of items (butir kegiatan), and the reader of its catalogue.

Pure. The list of PSM items with their credit was found in no source, so none is built in: a catalogue is read from a
CSV file with the columns of COLUMNS. What a demonstration brings says so in its `source`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from dupak.models import JENJANG, UNSUR, UTAMA, Fault, Node, Refused, given, node, ruled
from dupak.rulebook import Row, Rulebook

COLUMNS = ("kode", "unsur", "sub_unsur", "kegiatan", "satuan", "angka_kredit", "pelaksana", "sumber")
CREDIT = re.compile(r"\d{1,3}(?:[.,]\d{1,4})?")
MOST_TEXT = 300


@dataclass(frozen=True)
class Butir:
    """One item of the catalogue: what is done, what counts as one, its credit for one, whose level it belongs to."""

    kode: str
    unsur: str
    sub_unsur: str
    kegiatan: str
    satuan: str
    angka_kredit: Decimal
    pelaksana: str
    sumber: str


class RowError(NamedTuple):
    """A row of a CSV that cannot be read: its line in the file, the column, a stable code."""

    line: int
    column: str
    code: str


class CatalogueUnreadable(Exception):
    """A catalogue has rows that cannot be read; `errors` names each of them, nothing was taken."""

    def __init__(self, errors: Iterable[RowError]) -> None:
        """Keep every error."""
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{line}: {column}: {code}" for line, column, code in self.errors))


def read_catalogue(text: str) -> dict[str, Butir]:
    """The items by their code; raises CatalogueUnreadable with every error of every row.

    Separated by comma, semicolon or tab, the first line names the columns (COLUMNS, in any order), credit with comma or
    point. `pelaksana` is a level; empty: every level.
    """
    lines = text.removeprefix("\ufeff")
    separator = next((each for each in ";\t" if lines.partition("\n")[0].count(each) >= len(COLUMNS) - 1), ",")
    reader = csv.DictReader(io.StringIO(lines, newline=""), delimiter=separator)
    named = [name.strip().lower() for name in reader.fieldnames or ()]
    errors = [RowError(1, name, "column_missing") for name in COLUMNS if name not in named]
    errors += [RowError(1, name, "column_unknown") for name in named if name not in COLUMNS]
    errors += [RowError(1, name, "column_twice") for name in COLUMNS if named.count(name) > 1]
    if errors:
        raise CatalogueUnreadable(errors)
    reader.fieldnames = named
    found: dict[str, Butir] = {}
    for row in _rows(reader):
        wrong = list(_wrong(row, found))
        errors += [RowError(reader.line_num, column, code) for column, code in wrong]
        if not wrong:
            item = _butir(row)
            found[item.kode] = item
    if errors or not found:
        raise CatalogueUnreadable(errors or [RowError(1, "", "no_rows")])
    return found


def _rows(reader: csv.DictReader[str]) -> Iterator[dict[str | Any, str | Any]]:
    """The rows, up to one that is no row at all: a cell without end, as where a quotation mark is not closed."""
    try:
        yield from reader
    except csv.Error:
        raise CatalogueUnreadable([RowError(reader.line_num + 1, "", "cells")]) from None


def _wrong(row: Mapping[str, str | None], found: Mapping[str, Butir]) -> Iterator[tuple[str, str]]:
    if None in row or None in row.values():  # csv's own sign of too many cells, and of too few
        yield "", "cells"
        return
    cells = {name: (value or "").strip() for name, value in row.items()}
    for name in COLUMNS:
        if not cells[name] and name != "pelaksana":
            yield name, "missing"
        elif len(cells[name]) > MOST_TEXT:
            yield name, "too_long"
    if cells["kode"] in found:
        yield "kode", "twice"
    if cells["unsur"] and cells["unsur"] not in UNSUR:
        yield "unsur", "not_an_option"
    if cells["pelaksana"] and cells["pelaksana"] not in JENJANG:
        yield "pelaksana", "not_an_option"
    if cells["angka_kredit"] and (not CREDIT.fullmatch(cells["angka_kredit"])
                                  or not Decimal(cells["angka_kredit"].replace(",", "."))):
        yield "angka_kredit", "not_a_number"


def _butir(row: Mapping[str, str | None]) -> Butir:
    cells = {name: str(value).strip() for name, value in row.items()}
    return Butir(**{**cells, "angka_kredit": Decimal(cells["angka_kredit"].replace(",", "."))})  # type: ignore[arg-type]


# -- counting ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """An item that was done so many times, in the level that was held on that day."""

    kode: str
    volume: Decimal
    day: date
    jenjang: str


@dataclass(frozen=True)
class Sheet:
    """What a DUPAK of the old form says: LAMA, BARU and JUMLAH of each unsur, and warnings about their shares."""

    lama: Mapping[str, Node]
    baru: Mapping[str, Node]
    jumlah: Mapping[str, Node]
    total: Node
    warnings: tuple[tuple[str, Node, Row], ...]  # code, the share, the row that it is compared with
    version: str


def sheet(done: Sequence[Done], lama: Mapping[str, Decimal], catalogue: Mapping[str, Butir], book: Rulebook) -> Sheet:
    """Count items; raises Refused with everything that cannot be counted."""
    faults = [fault for number, each in enumerate(done) for fault in _cannot_count(number, each, catalogue, book)]
    if faults:
        raise Refused(faults)
    before = {unsur: given("lama", lama.get(unsur, Decimal(0)), unsur=unsur) for unsur in UNSUR}
    items = [(catalogue[each.kode].unsur, _credit(each, catalogue[each.kode], book)) for each in done]
    new = {unsur: node("baru", "sum", *(line for of, line in items if of == unsur), unsur=unsur) for unsur in UNSUR}
    together = {unsur: node("jumlah", "sum", before[unsur], new[unsur], unsur=unsur) for unsur in UNSUR}
    total = node("konvensional", "sum", *together.values())
    return Sheet(before, new, together, total, tuple(_warnings(together, total, book)), book.version)


def _cannot_count(number: int, each: Done, catalogue: Mapping[str, Butir], book: Rulebook) -> Iterator[Fault]:
    butir, last = catalogue.get(each.kode), closed(book)
    if butir is None:
        yield Fault(("items", number, "kode"), "butir_unknown", {"kode": each.kode})
    elif _distance(each.jenjang, butir.pelaksana, book) is None:
        yield Fault(("items", number, "kode"), "level_too_far", {"kode": each.kode})
    if each.volume <= 0:
        yield Fault(("items", number, "volume"), "volume_not_positive", {})
    if each.day > last:
        yield Fault(("items", number, "day"), "regime_closed", {"last": last.isoformat()})


def closed(book: Rulebook) -> date:
    """The last day of which work is assessed item by item."""
    (row,) = [row for row in book.rows() if (row.table, row.key) == ("masa", "konvensional")]
    return row.until or date.max


def _credit(each: Done, butir: Butir, book: Rulebook) -> Node:
    """Credit for one x volume x the share that counts at this distance between one's own level and the item's."""
    share = book.row("konvensional", _distance(each.jenjang, butir.pelaksana, book) or "sesuai", each.day)
    return node("item", "product", given("butir", butir.angka_kredit, kode=butir.kode, source=butir.sumber),
                given("volume", each.volume), ruled(share, percent=True), kode=butir.kode, kegiatan=butir.kegiatan)


def _distance(own: str, item: str, book: Rulebook) -> str | None:
    """Which share counts; None when the item is more than one level away or of the other category."""
    if item in {"", own}:
        return "sesuai"
    following = {key: row.word for key in book.keys("jenjang_berikutnya")
                 if (row := book.find("jenjang_berikutnya", key, closed(book)))}
    if following.get(own) == item:
        return "di_atas"
    return "di_bawah" if following.get(item) == own else None


def _warnings(jumlah: Mapping[str, Node], total: Node, book: Rulebook) -> Iterator[tuple[str, Node, Row]]:
    """The shares of main and supporting elements, where they are not as they should be: a warning, never a refusal."""
    if not total.value:
        return
    day = closed(book)
    main = node("main_share", "quotient", node("main", "sum", *(jumlah[unsur] for unsur in UTAMA)), total)
    support = node("support_share", "quotient", jumlah["penunjang"], total)
    least, most = (book.row("konvensional", key, day) for key in ("utama_minimal", "penunjang_maksimal"))
    if main.value < least.number / 100:
        yield "main_too_small", main, least
    if support.value > most.number / Fraction(100):
        yield "support_too_large", support, most
