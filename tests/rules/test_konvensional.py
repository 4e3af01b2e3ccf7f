"""The archive of the old regime: its catalogue, the shares that count, LAMA and BARU, what is refused or warned of."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from dupak.konvensional import COLUMNS, CatalogueUnreadable, Done, Sheet, closed, read_catalogue, sheet
from dupak.models import Node, Refused, follows_from
from dupak.rulebook import Rulebook
from infra import butir, credit
from infra.template_reader import ROOT
from portal.assets import LANGUAGES, words

BOOK = Rulebook(credit.for_functions(credit.read()))
DEMONSTRATION = ROOT / "content" / "rules" / "butir-peragaan.csv"
CATALOGUE = read_catalogue(DEMONSTRATION.read_text(encoding="utf-8"))
HEAD = ",".join(COLUMNS)
GOOD = "A1,penunjang,Seminar,Menghadiri seminar,Kali,0.5,,Peragaan"
DAY = date(2022, 5, 4)


def done(kode: str, volume: str = "1", jenjang: str = "ahli_muda", day: date = DAY) -> Done:
    return Done(kode, Decimal(volume), day, jenjang)


def counted(*items: Done, **lama: str) -> Sheet:
    return sheet(items, {unsur: Decimal(value) for unsur, value in lama.items()}, CATALOGUE, BOOK)


# -- the catalogue -------------------------------------------------------------------------------------------------


def test_the_demonstration_says_in_each_row_that_it_is_one() -> None:
    assert len(CATALOGUE) == 6
    assert {each.sumber for each in CATALOGUE.values()} == {"Peragaan, bukan peraturan"}
    assert all("(peragaan)" in each.kegiatan for each in CATALOGUE.values())


@pytest.mark.parametrize("text", [
    f"{HEAD}\n{GOOD}\n", f"\ufeff{HEAD}\r\n{GOOD}\r\n",
    f"{HEAD}\n{GOOD}".replace(",", ";").replace("0.5", "0,5"),
    "sumber,KODE,unsur,sub_unsur,kegiatan,satuan,angka_kredit,pelaksana\nPeragaan,A1,penunjang,Seminar,Ikut,Kali,0.5,\n",
], ids=["as written here", "from a spreadsheet", "with semicolons and a decimal comma", "in another order"])
def test_a_catalogue_is_read_as_spreadsheets_write_it(text: str) -> None:
    (item,) = read_catalogue(text).values()
    assert (item.kode, item.angka_kredit, item.pelaksana) == ("A1", Decimal("0.5"), "")


@pytest.mark.parametrize(("text", "error"), [
    ("", (1, "kode", "column_missing")), (f"{HEAD},nilai\n{GOOD},1\n", (1, "nilai", "column_unknown")),
    (f"{HEAD},kode\n{GOOD},X\n", (1, "kode", "column_twice")), (f'{HEAD}\n"{"x" * 140_000}\n', (2, "", "cells")),
    (f"{HEAD}\n", (1, "", "no_rows")), (f"{HEAD}\n{GOOD}\n{GOOD}\n", (3, "kode", "twice")),
    (f"{HEAD}\n{GOOD.replace('penunjang', 'lain')}\n", (2, "unsur", "not_an_option")),
    (f"{HEAD}\n{GOOD.replace(',,', ',ahli,')}\n", (2, "pelaksana", "not_an_option")),
    (f"{HEAD}\n{GOOD.replace('0.5', 'banyak')}\n", (2, "angka_kredit", "not_a_number")),
    (f"{HEAD}\n{GOOD.replace('0.5', '0')}\n", (2, "angka_kredit", "not_a_number")),
    (f"{HEAD}\n{GOOD.replace('0.5', '-1')}\n", (2, "angka_kredit", "not_a_number")),
    (f"{HEAD}\n{GOOD.replace('Kali', '')}\n", (2, "satuan", "missing")),
    (f"{HEAD}\n{GOOD.replace('Kali', 'x' * 301)}\n", (2, "satuan", "too_long")),
    (f"{HEAD}\n{GOOD},spare\n", (2, "", "cells")), (f"{HEAD}\nA1,penunjang\n", (2, "", "cells"))])
def test_a_row_that_cannot_be_read_is_told_with_its_line_and_column(text: str, error: tuple[int, str, str]) -> None:
    with pytest.raises(CatalogueUnreadable) as unreadable:
        read_catalogue(text)
    assert error in unreadable.value.errors


def test_every_code_has_its_sentence_and_every_sentence_a_code() -> None:
    source = (ROOT / "functions" / "dupak" / "konvensional.py").read_text(encoding="utf-8")
    of_rows = set(re.findall(r'RowError\(1, \w+, "(\w+)"\)|RowError\(1, "", "(\w+)"\)|yield "?\w*"?, "(\w+)"', source))
    said = {"faults": set(re.findall(r'Fault\(\("items", number, "\w+"\), "(\w+)"', source)),
            "rows_of_a_file": {code for codes in of_rows for code in codes if code}}
    for language in LANGUAGES:
        assert {group: set(words("credit", language)[group]) for group in said} == said


def test_the_command_tells_each_row_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "butir.csv"
    file.write_text(f"{HEAD}\n{GOOD}\n{GOOD.replace('0.5', 'banyak')}\n", encoding="utf-8")
    with pytest.raises(CatalogueUnreadable) as unreadable:
        butir.main(file)
    assert butir.told(unreadable.value.errors) == [
        "Baris 3: kode ini sudah dipakai baris lain.",
        "Baris 3: tulis angka_kredit sebagai angka di atas nol, misalnya 0,5."]
    butir.main(DEMONSTRATION)
    assert capsys.readouterr().out == "butir-peragaan.csv: 6 butir, sumber: Peragaan, bukan peraturan\n"


# -- counting ------------------------------------------------------------------------------------------------------


def test_credit_is_that_of_one_times_the_volume() -> None:
    assert counted(done("DEMO-T2", "4")).baru["tugas_jabatan"].value == 2


@pytest.mark.parametrize(("jenjang", "share"), [("ahli_muda", 100), ("ahli_madya", 100), ("ahli_pertama", 80)],
                         ids=["of one's own level", "one level below", "one level above"])
def test_an_item_of_another_level_counts_with_its_share(jenjang: str, share: int) -> None:
    assert counted(done("DEMO-T2", "1", jenjang)).total.value == Fraction(share, 200)


def test_lama_and_baru_make_jumlah_in_each_unsur() -> None:
    found = counted(done("DEMO-T2", "10"), done("DEMO-S1", "2"), pendidikan="100", tugas_jabatan="40.5")
    assert {unsur: (found.lama[unsur].value, found.baru[unsur].value, line.value)
            for unsur, line in found.jumlah.items()} == {
        "pendidikan": (100, 0, 100), "tugas_jabatan": (Fraction("40.5"), 5, Fraction("45.5")),
        "pengembangan_profesi": (0, 0, 0), "penunjang": (0, 1, 1)}
    assert found.total.value == Fraction("146.5")
    assert found.warnings == ()


def test_shares_that_are_not_eighty_to_twenty_are_a_warning_and_refuse_nothing() -> None:
    found = counted(done("DEMO-T2", "14"), done("DEMO-S1", "6"))
    assert [(code, share.value, row.certainty) for code, share, row in found.warnings] == [
        ("main_too_small", Fraction(7, 10), "mem"), ("support_too_large", Fraction(3, 10), "mem")]
    assert found.total.value == 10


def test_exactly_eighty_to_twenty_is_no_warning() -> None:
    assert counted(done("DEMO-T2", "16"), done("DEMO-S1", "4")).warnings == ()


def test_nothing_done_is_nothing_and_no_warning() -> None:
    found = counted()
    assert (found.total.value, found.warnings) == (0, ())


def test_the_sheet_follows_from_items_shares_and_what_was_there_before() -> None:
    def recomputed(line: Node) -> Fraction:
        return follows_from(line.how, map(recomputed, line.parts)) if line.parts else line.value

    found = counted(done("DEMO-T2", "14"), done("DEMO-S1", "6"), pendidikan="12.5")
    assert recomputed(found.total) == found.total.value
    assert {line.row.name for line in found.total.all() if line.row} == {"konvensional.sesuai@2004-01-01"}


@pytest.mark.parametrize(("item", "place", "code"), [
    (done("DEMO-X"), "kode", "butir_unknown"), (done("DEMO-T3", jenjang="ahli_pertama"), "kode", "level_too_far"),
    (done("DEMO-T2", jenjang="penyelia"), "kode", "level_too_far"),
    (done("DEMO-T2", "0"), "volume", "volume_not_positive"),
    (done("DEMO-T2", day=date(2023, 1, 1)), "day", "regime_closed")])
def test_what_cannot_be_counted_has_its_place_and_its_code(item: Done, place: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        counted(done("DEMO-S1"), item)
    assert [(fault.place, fault.code) for fault in refused.value.faults] == [(("items", 1, place), code)]


def test_the_last_day_still_counts() -> None:
    assert closed(BOOK) == date(2022, 12, 31)
    assert counted(done("DEMO-S1", day=closed(BOOK))).total.value == Fraction(1, 2)
