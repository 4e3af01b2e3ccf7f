"""What the papers of angka kredit print: numbers that agree with the total, LAMA and BARU, conclusions, the annex."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupak.integrasi import LINES, integration
from dupak.konvensional import Done, read_catalogue, sheet
from dupak.models import PREDIKAT, Career, Diploma, Entry, Evaluation, Month, Post, Refused, follows_from, written
from dupak.papers import KINDS, Issue, Proposal, Result, Subject, Work, kinds_for, paper, total_of
from dupak.printed_konversi import lama_and_baru, pieces
from dupak.printing import NONE, Pen
from dupak.rulebook import Rulebook
from dupak.rules import Standing, standing
from dupak.views import Teller
from infra import credit
from infra.template_reader import ROOT
from portal.assets import words

RULES = credit.read()
BOOK = Rulebook(credit.for_functions(RULES))
TODAY = date(2026, 11, 27)
CATALOGUE = read_catalogue((ROOT / "content" / "rules" / "butir-peragaan.csv").read_text(encoding="utf-8"))
SITI = Subject("Siti Rahmawati", "199203012019032001", sex="P", birth_place="Bojonegoro", birth_date="1992-03-01",
               jenjang="ahli_pertama", golongan="III/a", rank_since="2019-03-01", post_since="2023-01",
               unit="Bidang Pemberdayaan", agency="Dinas PMD")
SET = Issue("800/1/2026", "Bojonegoro", "2026-11-27", "Bambang", "197001011995031001", "Kepala Dinas",
            ("PEMERINTAH KABUPATEN",), ("BKN",), "https://portal.example/periksa/7F3K-9QX2", "2023-01", "2024-02")
JANUARY = Month(2023, 1)


def teller(book: Rulebook = BOOK, language: str = "id") -> Teller:
    return Teller(book, words("credit", language), language)


def a_standing(*evaluations: tuple[str, str, str], entry: Entry | None = None, golongan: str = "III/a",
               diplomas: tuple[Diploma, ...] = (), then: tuple[Post, ...] = ()) -> Standing:
    career = Career((Post(JANUARY, "ahli_pertama", golongan, entry or Entry()), *then),
                    tuple(Evaluation(Month.parse(first), Month.parse(last), predikat)
                          for first, last, predikat in evaluations), diplomas)
    return standing(career, BOOK, TODAY)


SLIDES = (("2023-01", "2023-12", "sangat_baik"), ("2024-01", "2024-02", "baik"))


def printed(kind: str, result: Result, issue: Issue = SET, subject: Subject = SITI, **more: Any) -> dict[str, Any]:
    data = paper(kind, subject, issue, result, teller(), **more)
    assert json.loads(json.dumps(data)) == data, "plain data"
    return data


def tables(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in data["blocks"] if block["type"] == "table"]


def rows(block: dict[str, Any]) -> list[list[str]]:
    return [[cell["text"] for cell in line["cells"]] for line in block["lines"]]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


def number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace(",", "."))


def proposal(*items: tuple[str, str, str], refused: int = 0, assessed: bool = True, **lama: str) -> Proposal:
    works = tuple(Work(Done(kode, Decimal(volume), date(2022, 3, number), jenjang), CATALOGUE[kode], f"Bukti {number}")
                  for number, (kode, volume, jenjang) in enumerate(items, 1))
    before = {unsur: Decimal(value) for unsur, value in lama.items()}
    done = [work.done for work in works]
    found = sheet(done[:len(done) - refused], before, CATALOGUE, BOOK) if assessed else None
    return Proposal(sheet(done, before, CATALOGUE, BOOK), found, works)


WORKS = (("DEMO-T1", "3", "ahli_pertama"), ("DEMO-T2", "2", "ahli_pertama"), ("DEMO-S1", "1", "ahli_pertama"))


# -- conversion ----------------------------------------------------------------------------------------------------


def test_the_example_of_bkn_is_printed_as_its_slides_count_it() -> None:
    """18,750 + 2,083 = 20,833 (BKN's slides on PerBKN 3/2023)."""
    found = a_standing(*SLIDES)
    assert rows(tables(printed("konversi", found))[0]) == [
        ["Sangat Baik", "150%", "12,5", "18,750"], ["Baik", "2/12 × 100%", "12,5", "2,083"],
        ["JUMLAH ANGKA KREDIT", "20,833"]]
    assert rows(tables(printed("akumulasi", found))[0]) == [
        ["2023", "Angka Kredit Dasar", "0,000"], ["2023", "Januari–Desember", "Sangat Baik", "150%", "12,5", "18,750"],
        ["2024", "Januari–Februari", "Baik", "2/12 × 100%", "12,5", "2,083"],
        ["JUMLAH ANGKA KREDIT YANG DIPEROLEH", "20,833"]]


def test_a_konversi_is_about_its_own_months_only() -> None:
    data = printed("konversi", a_standing(*SLIDES), replace(SET, first="2024-01", last="2024-02"))
    assert rows(tables(data)[0]) == [["Baik", "2/12 × 100%", "12,5", "2,083"]]
    assert data["head"][1] == ["Periode", "1 Januari 2024 s.d. 29 Februari 2024"]


def test_the_pak_has_what_was_before_what_is_new_and_their_sum() -> None:
    found = a_standing(*SLIDES, entry=Entry("integrasi", points=Decimal(131)))
    pak, asked = tables(printed("pak", found, before=Fraction("49.75")))
    assert [row[2:5] for row in rows(pak)[:-1]] == [
        ["0,000", "0,000", "0,000"], ["31,000", "0,000", "31,000"], ["0,000", "0,000", "0,000"],
        ["18,750", "2,083", "20,833"], ["0,000", "0,000", "0,000"]]
    assert rows(pak)[-1][1:4] == ["49,750", "2,083", "51,833"]
    assert rows(asked)[0][1:] == ["50,000", "100,000"]
    assert rows(asked)[1][1:] == ["kelebihan 1,833", "kekurangan 48,167"]


@pytest.mark.parametrize(("entry", "golongan", "line"), [
    (Entry(), "III/b", 0), (Entry("integrasi", points=Decimal(150)), "III/a", 1),
    (Entry("antar_jf", points=Decimal(40)), "III/a", 1), (Entry("penyesuaian", points=Decimal(40)), "III/a", 2),
    (Entry("lanjutan", points=Decimal(40)), "III/a", 5),
    (Entry("perpindahan", months=24, predikat="baik"), "III/a", 5)],
    ids=["first", "integrated", "another post", "adjusted", "the last decision", "transferred"])
def test_what_a_level_began_with_has_the_line_that_the_form_has_for_it(entry: Entry, golongan: str, line: int) -> None:
    found = a_standing(entry=entry, golongan=golongan)
    sums = [number(row[4]) for row in rows(tables(printed("pak", found))[0])[:-1]]
    assert [at for at, value in enumerate(sums) if value] == [line]
    assert sum(sums) == written(found.total.value, 3)


def test_a_diploma_has_its_own_line_in_the_accumulation_and_in_the_decision() -> None:
    found = a_standing(*SLIDES, diplomas=(Diploma("s2", Month(2024, 2)),))
    added = rows(tables(printed("akumulasi", found))[0])
    assert ["2024", "Peningkatan pendidikan: S2, Februari 2024", "12,500"] in added
    assert rows(tables(printed("pak", found))[0])[4][2:] == ["0,000", "12,500", "12,500", "S2"]


SPANS = st.lists(st.tuples(st.integers(1, 12), st.sampled_from(PREDIKAT)), max_size=6)
BEFORE = st.none() | st.fractions(0, 400, max_denominator=48)


def evaluated(spans: list[tuple[int, str]]) -> Iterator[tuple[str, str, str]]:
    month = JANUARY
    for months, predikat in spans[:3]:
        yield str(month), str(month.plus(months - 1)), predikat
        month = month.plus(months)


@given(SPANS, BEFORE, st.sampled_from([Entry(), Entry("integrasi", points=Decimal("133.337")), Entry(
    "kembali", points=Decimal(30), months=10, predikat="cukup"), Entry("perpindahan", months=7, predikat="baik")]))
def test_lama_and_baru_always_make_the_total_and_lama_is_the_decision_before(
        spans: list[tuple[int, str]], before: Fraction | None, entry: Entry) -> None:
    found = a_standing(*evaluated(spans), entry=entry, golongan="III/b")
    parts = pieces(found)
    split = lama_and_baru(parts, before)
    assert [lama + baru for lama, baru in split] == [part.value for part in parts]
    assert sum(lama + baru for lama, baru in split) == found.total.value
    if before is not None:
        assert sum(lama for lama, _ in split) == before


def test_without_a_decision_before_lama_is_what_a_letter_brought_and_nothing_else() -> None:
    assert rows(tables(printed("pak", a_standing(*SLIDES)))[0])[-1][1] == "0,000"
    found = a_standing(*SLIDES, entry=Entry("integrasi", points=Decimal(131)))
    assert rows(tables(printed("pak", found))[0])[-1][1:4] == ["31,000", "20,833", "51,833"]


@given(SPANS, BEFORE)
def test_where_rounded_lines_do_not_make_the_rounded_total_a_note_says_so(
        spans: list[tuple[int, str]], before: Fraction | None) -> None:
    found = a_standing(*evaluated(spans))
    said = words("papers", "id")["rounded"]
    for kind in ("konversi", "akumulasi"):
        (block,) = tables(printed(kind, found, replace(SET, first="", last="")))
        *lines, total = [number(row[-1]) for row in rows(block)]
        if block["lines"][-1]["style"] == "total":
            assert (said in block["notes"]) is (sum(lines) != total)
    pak = tables(printed("pak", found, before=before))[0]
    grid = [[number(text) for text in row[-4:-1]] for row in rows(pak)]
    adds = all(lama + baru == sums for lama, baru, sums in grid) and [
        sum(column) for column in zip(*grid[:-1], strict=True)] == grid[-1]
    assert (said in pak["notes"]) is (not adds)


def test_three_thirds_that_are_rounded_have_their_note() -> None:
    found = a_standing(*[(str(JANUARY.plus(at)), str(JANUARY.plus(at)), "baik") for at in range(3)])
    (block,) = tables(printed("akumulasi", found))
    assert [row[-1] for row in rows(block)] == ["0,000", "1,042", "1,042", "1,042", "3,125"]
    assert block["notes"] == [words("papers", "id")["rounded"]]


def test_how_many_places_are_printed_is_a_row_of_the_rules_on_the_day_of_the_paper() -> None:
    data = credit.for_functions(RULES)
    places = data["tables"]["pembulatan"]["rows"]["desimal"]
    places.append({**places[0], "value": "2", "from": "2026-12-01"})
    book = Rulebook(data)
    for day, text in (("2026-11-30", "20,833"), ("2026-12-01", "20,83")):
        found = paper("akumulasi", SITI, replace(SET, day=day), a_standing(*SLIDES), teller(book))
        assert rows(tables(found)[0])[-1][-1] == text


# -- what follows --------------------------------------------------------------------------------------------------


def conclusion(data: dict[str, Any]) -> list[str]:
    return list(data["blocks"][-1]["lines"])


def test_what_can_be_considered_says_which_conditions_remain() -> None:
    enough = a_standing(("2023-01", "2025-12", "sangat_baik"))
    rank, conditions, level = conclusion(printed("pak", enough))
    assert rank == ("DAPAT DIPERTIMBANGKAN UNTUK KENAIKAN PANGKAT SETINGKAT LEBIH TINGGI MENJADI Penata Muda Tk. I, "
                    "GOLONGAN RUANG III/b.")
    assert conditions.startswith("Dengan memenuhi syarat lain: Tahun dalam pangkat, paling sedikit: 2")
    assert level == ("BELUM DAPAT DIPERTIMBANGKAN UNTUK KENAIKAN JENJANG JABATAN SETINGKAT LEBIH TINGGI MENJADI "
                     "Penggerak Swadaya Masyarakat Ahli Muda.")


def test_in_the_highest_grade_of_a_level_the_level_alone_is_asked_for() -> None:
    data = printed("pak", a_standing(*SLIDES, golongan="III/b"))
    assert [row[1:] for row in rows(tables(data)[1])] == [[NONE, "100,000"], [NONE, "kekurangan 29,167"]]
    assert len(conclusion(data)) == 1


def test_at_the_end_of_the_path_the_paper_says_that_there_is_no_next() -> None:
    career = Career((Post(JANUARY, "ahli_utama", "IV/e"),))
    said = words("papers", "id")["keterangan"]["no_target"]
    assert conclusion(printed("pak", standing(career, BOOK, TODAY))) == [said]


def test_a_career_of_several_levels_is_printed_for_the_present_one() -> None:
    found = a_standing(("2023-01", "2023-12", "baik"), ("2024-01", "2024-12", "baik"), golongan="III/b",
                       then=(Post(Month(2024, 1), "ahli_muda", "III/c", Entry("naik")),))
    (block,) = tables(printed("akumulasi", found))
    assert [row[-1] for row in rows(block)] == ["0,000", "25,000", "25,000"]


def test_a_konversi_over_a_promotion_lists_the_months_of_both_levels() -> None:
    found = a_standing(("2023-01", "2023-06", "baik"), ("2023-07", "2023-12", "baik"), golongan="III/b",
                       then=(Post(Month(2023, 7), "ahli_muda", "III/c", Entry("naik")),))
    data = printed("konversi", found, replace(SET, last="2023-12"))
    assert rows(tables(data)[0]) == [
        ["Baik (Ahli Pertama)", "6/12 × 100%", "12,5", "6,250"], ["Baik", "6/12 × 100%", "25", "12,500"],
        ["JUMLAH ANGKA KREDIT", "18,750"]]
    later = printed("konversi", found, replace(SET, first="2023-07", last="2023-12"))
    assert rows(tables(later)[0]) == [["Baik", "6/12 × 100%", "25", "12,500"]]


def test_a_konversi_counts_of_an_evaluation_the_months_that_no_decision_had() -> None:
    """The row of the last dossier was lengthened: its first months were decided already."""
    found = a_standing(("2025-01", "2025-12", "sangat_baik"))
    issue = replace(SET, first="2025-07", last="2025-12")
    assert rows(tables(printed("konversi", found, issue))[0]) == [["Sangat Baik", "6/12 × 150%", "12,5", "9,375"]]
    assert total_of("konversi", issue, found) == Fraction("9.375")
    assert total_of("pak", issue, found) == Fraction("18.75")


def test_an_evaluation_over_two_years_has_a_line_for_each() -> None:
    found = a_standing(("2023-11", "2024-12", "baik"))
    assert rows(tables(printed("akumulasi", found))[0])[1:] == [
        ["2023", "November–Desember", "Baik", "2/12 × 100%", "12,5", "2,083"],
        ["2024", "Januari–Desember", "Baik", "100%", "12,5", "12,500"],
        ["JUMLAH ANGKA KREDIT YANG DIPEROLEH", "14,583"]]
    assert rows(tables(printed("konversi", found, replace(SET, last="2024-12")))[0])[-1] == [
        "JUMLAH ANGKA KREDIT", "14,583"]


def test_a_period_without_a_beginning_tells_its_end() -> None:
    assert Pen.like(teller(), "2026-11-27").span("", "2022-12") == "s.d. 31 Desember 2022"
    assert Pen.like(teller(), "2026-11-27").span("", "") == ""


# -- integration ---------------------------------------------------------------------------------------------------


INTEGRATED = Post(JANUARY, "ahli_pertama", "III/a", Entry("integrasi"))


def test_integration_prints_each_line_and_carries_what_is_more_than_the_base_value() -> None:
    found = integration({"pendidikan": Decimal(100), "tugas_jabatan": Decimal("18.5")},
                        {"tugas_jabatan": Decimal("9.275"), "penunjang": Decimal("3.5")}, INTEGRATED, BOOK)
    change, lines, asked = tables(printed("pak_integrasi", found))
    assert rows(change) == [["131,275", "100,000", "31,275"]]
    assert [row[2:] for row in rows(lines)[:-1]] == [
        ["100,000", "0,000", "100,000", NONE], ["0,000", "0,000", "0,000", NONE],
        ["18,500", "9,275", "27,775", "31,275"], ["0,000", "0,000", "0,000", NONE], ["0,000", "3,500", "3,500", NONE]]
    assert rows(lines)[-1] == ["TOTAL ANGKA KREDIT", "118,500", "12,775", "131,275", "31,275"]
    assert rows(asked)[1][1:] == ["kekurangan 18,725", "kekurangan 68,725"]


@given(st.dictionaries(st.sampled_from(LINES), st.decimals(0, 300, places=3), max_size=5),
       st.dictionaries(st.sampled_from(LINES), st.decimals(0, 300, places=3), max_size=5),
       st.decimals(0, 100, places=2))
def test_integration_is_the_sum_of_its_lines_minus_the_base_value_that_was_typed(
        lama: dict[str, Decimal], baru: dict[str, Decimal], base: Decimal) -> None:
    post = replace(INTEGRATED, entry=Entry("integrasi", base=base))
    points = sum((*lama.values(), *baru.values()), Decimal(0))
    if points < base:
        with pytest.raises(Refused):
            integration(lama, baru, post, BOOK)
        return
    found = integration(lama, baru, post, BOOK)
    assert found.total.value == Fraction(points) - Fraction(base)
    assert found.conventional.value == sum(found.jumlah[name].value for name in LINES)
    for node in found.total.all():
        if node.parts:
            assert follows_from(node.how, [part.value for part in node.parts]) == node.value
    assert all(target.missing.value == target.needed.value - found.total.value for target in found.targets)


# -- the old regime ------------------------------------------------------------------------------------------------


def test_a_dupak_shows_what_was_proposed_beside_what_was_found() -> None:
    found = proposal(*WORKS, refused=1, pendidikan="100", tugas_jabatan="12.5")
    lines = rows(tables(printed("dupak", found))[0])
    assert ["2", "Tugas Jabatan", "12,500", "1,400", "13,900", "12,500", "1,400", "13,900"] in lines
    assert ["", "Mengidentifikasi potensi desa (peragaan) (DEMO-T1)", *[NONE, "0,600", "0,600"] * 2] in lines
    assert ["", "Tugas jenjang jabatan di atas/di bawah"] in lines
    assert ["", "Menghadiri seminar (peragaan) (DEMO-S1)", NONE, "0,500", "0,500", NONE, "0,000", "0,000"] in lines
    assert lines[-1][1:] == ["112,500", "1,900", "114,400", "112,500", "1,400", "113,900"]


def test_a_dupak_that_nobody_assessed_yet_leaves_the_assessors_columns_open() -> None:
    lines = rows(tables(printed("dupak", proposal(*WORKS, assessed=False)))[0])
    assert lines[-1][1:] == ["0,000", "1,900", "1,900", NONE, NONE, NONE]


def test_a_dupak_warns_where_the_shares_are_not_as_they_should_be() -> None:
    (block,) = tables(printed("dupak", proposal(("DEMO-S1", "4", "ahli_pertama"))))
    assert block["notes"] == ["Unsur utama 0,000% dari seluruh angka kredit, kurang dari 80%.",
                              "Unsur penunjang 100,000% dari seluruh angka kredit, lebih dari 20%."]


def test_a_dupak_has_places_for_the_notes_of_everybody_who_had_it_in_hand() -> None:
    issue = replace(SET, assessors=(("Agus", "1"), ("Maria", "2")), chair=("Slamet", "3"), remarks=("A", "B", "C"),
                    proposer=("Pejabat Pengusul,", "Wati", "4"))
    data = printed("dupak", proposal(*WORKS), issue)
    signing = [each["name"] for block in data["blocks"] if block["type"] == "names" for each in block["signing"]]
    assert signing == ["Siti Rahmawati", "Wati", "Agus", "Maria", "Slamet"]
    assert [block["lines"] for block in data["blocks"] if block["type"] == "text"] == [["A"], ["B"], ["C"]]
    unknown = [each for block in printed("dupak", proposal(*WORKS))["blocks"] if block["type"] == "names"
               for each in block["signing"]][1]
    assert set(unknown["name"]) == {"."}, "whoever proposes signs by hand, not whoever decides"


def test_enough_credit_after_a_low_year_is_not_enough_for_the_next_level_and_the_paper_says_why() -> None:
    found = a_standing(("2023-01", "2023-12", "kurang"), golongan="III/b",
                       entry=Entry("lanjutan", points=Decimal(100)))
    pak = printed("pak", found)
    (block,) = (each for each in pak["blocks"] if each["type"] == "text")
    assert block["lines"] == [
        ("BELUM DAPAT DIPERTIMBANGKAN UNTUK KENAIKAN JENJANG JABATAN SETINGKAT LEBIH TINGGI MENJADI "
         "Penggerak Swadaya Masyarakat Ahli Muda."),
        "Angka kreditnya cukup, tetapi syarat ini belum terpenuhi: Predikat tahun terakhir paling rendah: Baik."]


def test_a_statement_lists_each_work_with_its_day_its_unit_its_credit_and_its_evidence() -> None:
    blocks = tables(printed("spmk", proposal(*WORKS)))
    assert [block["title"] for block in blocks] == ["Tugas Jabatan", "Penunjang"]
    assert rows(blocks[0]) == [
        ["1", "Mengidentifikasi potensi desa (peragaan)", "1 Maret 2022", "Laporan", "0,2", "3", "0,600", "Bukti 1"],
        ["2", "Menyusun rencana pendampingan (peragaan)", "2 Maret 2022", "Dokumen", "0,4", "2", "0,800", "Bukti 2"],
        ["JUMLAH", "1,400", ""]]


def test_the_pak_of_the_old_regime_asks_what_the_old_scale_asks() -> None:
    data = printed("pak", proposal(*WORKS, pendidikan="100", tugas_jabatan="48.6"))
    pak, asked = tables(data)
    assert rows(pak)[-1][1:] == ["148,600", "1,900", "150,500"]
    assert rows(asked) == [["Angka Kredit minimal yang harus dipenuhi untuk kenaikan pangkat/jenjang", "150,000",
                            "200,000"], [rows(asked)[1][0], "kelebihan 0,500", "kekurangan 49,500"]]
    assert conclusion(data)[0].startswith("DAPAT DIPERTIMBANGKAN")


# -- every paper ---------------------------------------------------------------------------------------------------


RESULTS: dict[str, Result] = {
    "konversi": a_standing(*SLIDES), "integrasi": integration({"pendidikan": Decimal(120)}, {}, INTEGRATED, BOOK),
    "konvensional": proposal(*WORKS)}
EVERY = [(regime, kind) for regime in RESULTS for kind in kinds_for(regime)]


def test_every_kind_belongs_to_a_regime() -> None:
    assert {kind for _, kind in EVERY} == set(KINDS)


@pytest.mark.parametrize(("regime", "kind"), EVERY)
def test_a_paper_is_a_draft_until_it_has_its_number_and_what_proves_it(regime: str, kind: str) -> None:
    assert not printed(kind, RESULTS[regime])["draft"]
    assert printed(kind, RESULTS[regime], replace(SET, verify=""))["draft"]
    assert printed(kind, RESULTS[regime], replace(SET, number=""))["draft"] is (kind != "spmk")


@pytest.mark.parametrize(("regime", "kind"), EVERY)
def test_a_paper_is_indonesian_whatever_language_is_read(regime: str, kind: str) -> None:
    told = [paper(kind, SITI, SET, RESULTS[regime], teller(language=language)) for language in ("id", "en")]
    assert told[0] == told[1]


@pytest.mark.parametrize(("regime", "kind"), EVERY)
def test_what_was_not_given_is_a_dash_and_no_table_has_a_hole(regime: str, kind: str) -> None:
    data = printed(kind, RESULTS[regime], Issue(), Subject("Siti", "1", jenjang="ahli_pertama", golongan="III/a"))
    for block in [*data["blocks"], *data["annex"]["blocks"]]:
        if block["type"] == "fields":
            assert all(each for row in block["lines"] for each in row)
        if block["type"] == "table":
            for line in block["lines"]:
                assert sum(cell["across"] for cell in line["cells"]) == len(block["widths"]) == len(block["align"])
    assert not [text for text in texts(data) if "{" in text or "None" in text]


@pytest.mark.parametrize(("regime", "kind"), EVERY)
def test_every_number_has_a_decimal_comma(regime: str, kind: str) -> None:
    shown = [cell["text"] for block in tables(printed(kind, RESULTS[regime])) for line in block["lines"]
             for cell in line["cells"][1:]]
    assert any("," in text for text in shown)
    assert not [text for text in shown if text.replace(".", "").isdigit() and "." in text]


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_of_another_regime_is_not_printed(kind: str) -> None:
    for regime, result in RESULTS.items():
        if kind not in kinds_for(regime):
            with pytest.raises(TypeError):
                paper(kind, SITI, SET, result, teller())


# -- the annex -----------------------------------------------------------------------------------------------------


def annex(kind: str, result: Result) -> tuple[list[list[str]], list[list[str]]]:
    lines, rules = printed(kind, result)["annex"]["blocks"]
    return rows(lines), rows(rules)


def test_the_annex_opens_the_total_down_to_the_row_of_the_rules_and_its_source() -> None:
    lines, rules = annex("akumulasi", RESULTS["konversi"])
    told = {row[0]: row[1:] for row in lines}
    assert told["1"][:2] == ["Jumlah di jenjang Ahli Pertama, golongan III/a\n0 + 18,75 + 2,083", "20,833"]
    assert told["1.3"][0].endswith("2/12 × 100% × 12,5")
    name = told["1.3.3"][2]
    (coefficient,) = [row for row in rules if row[0] == name]
    assert coefficient[1] == "Koefisien angka kredit per tahun: Ahli Pertama: 12,5, sejak 1 Januari 2023"
    assert coefficient[2].startswith("PermenPANRB 1/2023 Pasal 37")
    assert coefficient[3].startswith("Paparan BKN") and "terbaca dalam peraturan" in coefficient[3]  # noqa: PT018 one cell


@pytest.mark.parametrize(("regime", "kind"), EVERY)
def test_the_annex_numbers_every_line_once_and_names_every_rule_that_it_uses(regime: str, kind: str) -> None:
    lines, rules = annex(kind, RESULTS[regime])
    numbers = [row[0] for row in lines]
    assert len(numbers) == len(set(numbers))
    assert all("." not in each or each.rpartition(".")[0] in numbers for each in numbers)
    named = {word.strip() for row in lines for word in row[3].replace("dipilih", ",").split(",")
             if word.strip().startswith("A")}
    assert named == {row[0] for row in rules}


def test_a_total_that_was_explained_is_not_explained_again() -> None:
    lines, _ = annex("pak", RESULTS["konversi"])
    assert [row for row in lines if row[3] == "lihat nomor 1"]
    assert sum("sampai Desember 2023" in row[1] for row in lines) == 1


def test_a_rule_that_is_only_recalled_or_disputed_stands_out() -> None:
    block = printed("pak_integrasi", RESULTS["integrasi"])["annex"]["blocks"][1]
    styles = {line["cells"][3]["text"]: line["style"] for line in block["lines"]}
    assert {style for text, style in styles.items() if "ingatan" in text or "berbeda pendapat" in text} == {"group"}
    assert "row" in styles.values()


def test_a_pen_writes_halves_away_from_zero_with_a_comma_and_a_true_minus() -> None:
    pen = Pen.like(teller(), "2026-11-27")
    assert [pen.number(Fraction(text)) for text in ("0.0005", "-0.0005", "1050", "25/12")] == [
        "0,001", "−0,001", "1050,000", "2,083"]
