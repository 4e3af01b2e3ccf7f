"""The pages that explain angka kredit say the same numbers as the rules that the calculator counts with."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

import pytest

from dupak.models import GOLONGAN, JENJANG, PREDIKAT, YEAR
from dupak.rulebook import Rulebook
from infra import credit
from infra.template_reader import ROOT
from portal.assets import LANGUAGES

BOOK = Rulebook(credit.for_functions(credit.read()))
TODAY, OLD = date(2026, 11, 22), date(2022, 12, 31)
NAMES = {"pemula": "Pemula", "terampil": "Terampil", "mahir": "Mahir", "penyelia": "Penyelia",
         "ahli_pertama": "Ahli Pertama", "ahli_muda": "Ahli Muda", "ahli_madya": "Ahli Madya",
         "ahli_utama": "Ahli Utama"}


def text(language: str, page: str) -> str:
    return (ROOT / "content" / language / page).read_text(encoding="utf-8")


def rows(language: str, page: str, first: str) -> list[list[str]]:
    """The cells of every table row of a page whose first cell is this."""
    lines = [line.strip("|").split("|") for line in text(language, page).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in cells] for cells in lines if cells[0].strip() == first]


def number(cell: str, language: str) -> Fraction | None:
    """A number as the language writes it; None for words such as "tidak ada"."""
    plain = cell.removesuffix("%").replace(".", "").replace(",", ".") if language == "id" else (
        cell.removesuffix("%").replace(",", ""))
    return Fraction(plain) if re.fullmatch(r"[\d.]+", plain) else None


def value(table: str, key: str, day: date = TODAY) -> Fraction | None:
    row = BOOK.find(table, key, day)
    return row.number if row else None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("jenjang", JENJANG)
def test_coefficients_and_years(language: str, jenjang: str) -> None:
    year = [value("koefisien", jenjang), *(BOOK.row("koefisien", jenjang, TODAY).number
            * BOOK.row("persentase", each, TODAY).number / 100 for each in PREDIKAT)]
    (cells,) = rows(language, "e-dupak/angka-kredit.md", NAMES[jenjang])[:1]
    assert [number(cell, language) for cell in cells[1:]] == year
    (lesson,) = rows(language, "belajar/konversi-angka-kredit/02-rumus-dan-koefisien.md", NAMES[jenjang])
    assert [number(cell, language) for cell in lesson[1:]] == year[:len(lesson) - 1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("jenjang", JENJANG)
def test_what_the_next_rank_and_level_ask_for(language: str, jenjang: str) -> None:
    lowest = BOOK.row("golongan", jenjang, TODAY).words[0]
    needed = [value("kebutuhan_pangkat", lowest), value("kebutuhan_jenjang", jenjang)]
    found = [[number(cell, language) for cell in cells[-2:]] for page in (
        "e-dupak/pangkat-dan-jenjang.md", "belajar/konversi-angka-kredit/04-naik-pangkat-dan-jenjang.md")
        for cells in rows(language, page, NAMES[jenjang])]
    assert found.count(needed) == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("golongan", GOLONGAN[1:])
def test_basic_credit(language: str, golongan: str) -> None:
    page = "e-dupak/pangkat-dan-jenjang.md"
    lines = [line.strip("|").split("|") for line in text(language, page).splitlines() if line.startswith("|")]
    told = [number(cells[1].strip(), language) for cells in lines
            if golongan in cells[0].strip().split(", ") and len(cells) == 2]
    assert told == [value("ak_dasar", golongan)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("golongan", GOLONGAN[4:])
def test_the_old_scale(language: str, golongan: str) -> None:
    ((_, told),) = rows(language, "e-dupak/integrasi.md", golongan)
    assert number(told, language) == value("skala_konvensional", golongan, OLD)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("jenjang", JENJANG)
def test_base_values(language: str, jenjang: str) -> None:
    told = re.search(rf"\b{NAMES[jenjang]} (\d+)", text(language, "e-dupak/integrasi.md"))
    assert told
    assert Fraction(told[1]) == value("nilai_dasar_jenjang", jenjang)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("jenjang", JENJANG[4:])
def test_what_a_diploma_adds(language: str, jenjang: str) -> None:
    lowest = BOOK.row("golongan", jenjang, TODAY).words[0]
    told = [number(cells[1], language) for cells in rows(language, "e-dupak/angka-kredit.md", NAMES[jenjang])]
    assert told[1] == BOOK.row("kebutuhan_pangkat", lowest, TODAY).number * BOOK.row(
        "ijazah", "persen", TODAY).number / 100


def test_a_rank_is_four_years_of_the_coefficient_as_the_lesson_says() -> None:
    for jenjang in JENJANG:
        lowest = BOOK.row("golongan", jenjang, TODAY).words[0]
        yearly = BOOK.row("koefisien", jenjang, TODAY).number
        assert BOOK.row("kebutuhan_pangkat", lowest, TODAY).number * YEAR / yearly == 48
