"""The table of rules: what a maintainer is told about a mistake, which row holds when, what a change changes."""

from __future__ import annotations

from datetime import date

import pytest

from dupak.models import GOLONGAN, JENJANG
from dupak.rulebook import Rulebook, RuleMissing
from infra import credit, credit_diff
from infra.front_matter import Mistake

TEXT = credit.SOURCE.read_text(encoding="utf-8")
BOOK = Rulebook(credit.for_functions(credit.read()))
TODAY = date(2026, 11, 22)


def with_change(before: str, after: str) -> str:
    assert before in TEXT
    return TEXT.replace(before, after, 1)


@pytest.mark.parametrize(("before", "after", "told"), [
    ('terampil: "5"', "terampil: 5", "tables.koefisien.rows.terampil.0.value: expected text in quotation marks"),
    ('terampil: "5"', 'terampil: "5,0"', "tables.koefisien.rows.terampil: expected a number with a decimal point"),
    ('      terampil: "5"\n', "", "tables.koefisien.rows.terampil: expected it here, it is missing"),
    ('terampil: "5"', 'terampil: "5"\n      kepala: "5"', "tables.koefisien.rows.kepala: expected one of pemula"),
    ('terampil: "5"', 'pemula: "5"', "pemula stands here twice"),
    ("  persentase:\n", "  persen:\n", "tables.persentase: expected it here, it is missing"),
    ('terampil: "5"', 'terampil: {value: "5", certainty: sure}', "tables.koefisien.rows.terampil.0.certainty"),
    ('terampil: "5"', 'terampil: {value: "5", certainty: disputed}', "other: expected the other reading"),
    ('terampil: "5"', 'terampil: {value: "5", source: rumor}', "tables.koefisien.rows.terampil.source: expected"),
    ('terampil: "5"', 'terampil: {value: "5", until: "2022-01-01"}', "until: expected a day on or after from"),
    ('terampil: "5"', 'terampil: {value: "5", from: "2023-02-30"}', 'from: expected a day, such as "2026-11-21"'),
    ('terampil: "5"', 'terampil: [{value: "5"}, {value: "6"}]', "expected each row to begin after the one before it"),
    ('terampil: "5"', 'terampil: [{value: "5", until: "2024-06-01"}, {value: "6", from: "2024-06-01"}]',
     "expected until before 2024-06-01"),
    ('persen: {value: "25"', 'persen: {valeu: "25"', "tables.ijazah.rows.persen.0"),
    ("dasar: {value: pangkat", "dasar: {value: jabatan", "expected pangkat or jenjang_di_puncak"),
    ("terampil: [II/b, II/c, II/d]", "terampil: II/b", "tables.golongan.rows.terampil: expected a list"),
    ('III/b: "50"\n      III/c: "0"', 'III/b: "60"\n      III/c: "0"',
     "tables.ak_dasar.rows.III/b: expected 50, the sum of the steps in rank that mahir has passed"),
    ('ahli_muda: "200"', 'ahli_muda: "250"', "tables.kebutuhan_jenjang.rows.ahli_muda: expected 200"),
], ids=["a number", "a comma", "no row", "a stranger", "a name twice", "no table", "a certainty", "no other reading",
        "no source", "ends before it begins", "no day", "out of order", "two at once", "a spare key", "a word",
        "no list", "steps and basic credit", "steps and target"])
def test_a_mistake_is_told_with_the_file_the_key_and_what_was_expected(before: str, after: str, told: str) -> None:
    with pytest.raises(Mistake) as mistake:
        credit.parse(with_change(before, after))
    assert str(mistake.value).startswith("content/rules/angka-kredit.yml: ")
    assert told in str(mistake.value)


def test_numbers_reach_the_functions_as_text() -> None:
    data = credit.for_functions(credit.read())
    values = [row["value"] for table in data["tables"].values() for rows in table["rows"].values() for row in rows]
    assert {type(each) for each in values} == {str, list}


def test_a_changed_row_is_another_version_and_a_changed_title_is_not() -> None:
    other, title = (Rulebook(credit.for_functions(credit.parse(text))) for text in (
        with_change('terampil: "5"', 'terampil: {value: "5", certainty: news}'),
        with_change("Koefisien angka kredit per tahun", "Koefisien")))
    assert other.version != BOOK.version == title.version


LATER = '\n      - "5"\n      - {value: "6", from: "2025-01-01", until: "2025-12-31"}\n'


@pytest.mark.parametrize(("day", "value"), [
    (date(2022, 12, 31), None), (date(2023, 1, 1), "5"), (date(2024, 12, 31), "5"), (date(2025, 1, 1), "6"),
    (date(2025, 12, 31), "6"), (date(2026, 1, 1), None)])
def test_the_row_that_holds_is_the_last_that_has_begun_and_has_not_ended(day: date, value: str | None) -> None:
    changed = with_change('      terampil: "5"\n', f"      terampil:{LATER}")
    book = Rulebook(credit.for_functions(credit.parse(changed)))
    found = book.find("koefisien", "terampil", day)
    assert (found.word if found else None) == value
    if value is None:
        with pytest.raises(RuleMissing, match=r"koefisien\.terampil"):
            book.row("koefisien", "terampil", day)


def test_what_was_recalled_or_is_disputed_says_so() -> None:
    certainty = {f"{row.table}.{row.key}": row.certainty for row in BOOK.rows()}
    assert certainty["ak_dasar.III/d"] == "text"
    assert {certainty[f"ak_dasar.{each}"] for each in ("II/d", "IV/c")} == {"disputed"}
    assert {certainty[f"nilai_dasar_jenjang.{each}"] for each in JENJANG if each != "terampil"} == {"mem"}
    assert {certainty[f"skala_konvensional.{each}"] for each in GOLONGAN[:4]} == {"mem"}
    assert certainty["daerah_khusus.tambahan"] == "mem"


def test_the_base_value_of_a_level_is_what_the_old_scale_begins_it_with() -> None:
    for jenjang in JENJANG:
        lowest = BOOK.row("golongan", jenjang, TODAY).words[0]
        assert BOOK.row("nilai_dasar_jenjang", jenjang, TODAY).number == BOOK.row(
            "skala_konvensional", lowest, date(2022, 12, 31)).number


def test_a_change_tells_its_rows_and_the_golden_cases_that_come_out_otherwise() -> None:
    after = Rulebook(credit.for_functions(credit.parse(with_change(
        'terampil: "5"\n', 'terampil: ["5"]\n'.replace('["5"]', '{value: "6"}')))))
    lines = list(credit_diff.differences(BOOK, after))
    assert "- `koefisien.terampil@2023-01-01`: 5 (code, 2023-01-01–) → 6 (code, 2023-01-01–)" in lines
    (case,) = [line for line in lines if "Terampil setahun" in line]
    assert "total 15/2 → 9" in case
    assert "written 3 7.500 → 9.000" in case
    assert not [line for line in lines if "Ahli Utama" in line]


def test_without_a_change_no_case_changes() -> None:
    assert [*credit_diff.changed_rows(BOOK, BOOK), *credit_diff.changed_cases(BOOK, BOOK)] == []


def test_a_row_from_next_year_on_changes_no_case_of_today() -> None:
    """No past month moves: only what is told about months to come may differ."""
    changed = with_change('ahli_muda: {value: "25", certainty: text, source: page_25}',
                          'ahli_muda: ["25", {value: "30", from: "2027-01-01"}]'.replace('["25"', '[{value: "25"}'))
    after = Rulebook(credit.for_functions(credit.parse(changed)))
    assert not [line for line in credit_diff.changed_cases(BOOK, after) if "total" in line]


def test_a_version_that_is_not_there_is_told() -> None:
    with pytest.raises(credit_diff.NoSuchVersion, match="no-such-revision"):
        credit_diff.book_of("no-such-revision")
