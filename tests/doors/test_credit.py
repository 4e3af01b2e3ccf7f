"""The calculator's door: counts for people and programs, explains, tells what to correct, and keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest

from dupak import handler
from dupak.models import follows_from
from infra.built_site import Element
from portal import records
from tests.doors.calling import FORM, Answer, Caller
from tests.doors.conftest import forget

POST, GET = "POST /layanan/angka-kredit/hitung", "GET /layanan/angka-kredit/hitung"
DEWI: dict[str, Any] = {
    "entry": "integrasi", "jenjang": "ahli_pertama", "golongan": "III/a", "since": "01-2023", "points": "110,5",
    "periods": [{"first": "01-2023", "last": "12-2023", "predikat": "sangat_baik"},
                {"first": "01-2024", "last": "12-2025", "predikat": "baik"}],
    "changes": [{"since": "01-2026", "jenjang": "ahli_pertama", "golongan": "III/b"}]}


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    """The calculator; whatever asks the store fails."""
    monkeypatch.setattr(records, "client", lambda: pytest.fail("the calculator touches no store"))
    remembered = (handler.settings, handler.rulebook)
    forget(*remembered)
    yield Caller(handler.handle)
    forget(*remembered)


def posted(door: Caller, answers: dict[str, Any], **extra: str) -> Answer:
    """As a browser sends it: a row's cells under one name each, empty rows too."""
    pairs: list[tuple[str, str]] = [("lang", "id"), ("website", "")]
    for name, value in {**answers, **extra}.items():
        if isinstance(value, list):
            blank = dict.fromkeys(value[0], "")
            pairs += [(f"{name}_{cell}", each) for row in [*value, blank] for cell, each in row.items()]
        else:
            pairs.append((name, value))
    return door(POST, raw=urlencode(pairs).encode(), headers={"content-type": FORM})


def rows(answer: Answer, name: str) -> list[Element]:
    return [each for each in answer.page.find("fieldset") if "portal-row" in each.classes and any(
        control.attributes["name"].startswith(name) for control in each.find("input", "select"))]


def test_a_person_gets_the_total_its_explanation_and_the_form_to_go_on_with(door: Caller) -> None:
    answer = posted(door, DEWI)
    assert (answer.status, answer.heading) == (200, "Hasil hitungan angka kredit")
    assert answer.headers["cache-control"] == "no-store"
    for told in ("Angka kredit Anda di jenjang ini: 54,25", "12/12 × 150% × 12,5 = 18,75", "Kurang 45,75",
                 "PermenPANRB 1/2023 Pasal 37", "September 2029", "hanya ingatan, tanpa sumber tertulis"):
        assert told in " ".join(answer.text.split()), told
    assert answer.fields()["points"] == "110,5"


def test_a_program_gets_the_same_as_a_tree_that_can_be_checked(door: Caller) -> None:
    answer = door(POST, data=DEWI)
    assert answer.status == 200
    total = answer.json["total"]
    assert (total["value"], total["exact"]) == ("54.250", "217/4")

    def made(line: dict[str, Any]) -> Fraction:
        assert bool(line["rule"]) == (line["how"] == "rule")
        if line["rule"]:
            assert line["rule"]["article"]
            assert line["rule"]["source"]
            assert line["rule"]["certainty"]
        return follows_from(line["how"], map(made, line["parts"])) if line["parts"] else Fraction(line["exact"])

    assert made(total) == Fraction("54.25")
    (target,) = answer.json["targets"]
    assert (target["kind"], target["leads_to"], target["missing"]) == ("jenjang", "ahli_muda", "45.750")
    assert {each["predikat"]: (each["months"], each["month"]) for each in target["earliest"]} == {
        "sangat_baik": (30, "2028-07"), "baik": (44, "2029-09")}
    assert answer.json["rules"] == handler.rulebook().version


def test_what_rests_on_memory_or_is_disputed_is_said_where_it_decides_something(door: Caller) -> None:
    def unsure(**changes: Any) -> dict[str, str]:
        return {each["name"].partition("@")[0]: each["certainty"]
                for each in door(POST, data={**DEWI, **changes}).json["unsure"]}

    assert unsure(base="100") == {}
    assert unsure() == {"nilai_dasar_jenjang.ahli_pertama": "mem", "nilai_dasar.cara": "disputed"}
    assert unsure(entry="pertama", golongan="II/d", jenjang="terampil", changes=[]) == {
        "ak_dasar.II/d": "disputed", "golongan_masuk.cara": "disputed", "kategori.terampil": "disputed"}
    diploma = [{"level": "s2", "month": "03-2024", "recorded": "ya"}]
    assert unsure(base="100", diplomas=diploma) == {}, "below the highest grade both readings agree"
    assert unsure(base="100", diplomas=diploma, golongan="III/b", changes=[]) == {"ijazah.dasar": "disputed"}
    part = [{"first": "01-2023", "last": "02-2023", "predikat": "baik"}]
    assert unsure(base="100", periods=part) == {"pembulatan.desimal": "disputed"}


def test_the_other_reading_is_said_with_the_row(door: Caller) -> None:
    answer = posted(door, {name: value for name, value in {**DEWI, "entry": "pertama", "golongan": "II/d",
                                                       "jenjang": "terampil"}.items() if name != "changes"})
    assert "Satu program menulis 20." in answer.text


def test_more_rows_keep_every_answer_and_count_nothing(door: Caller) -> None:
    answer = posted(door, {**DEWI, "points": "salah"}, more="periods")
    assert (answer.status, answer.heading) == (200, "Hitung angka kredit")
    assert (len(rows(answer, "periods_")), len(rows(answer, "changes_"))) == (6, 2)
    assert answer.fields()["points"] == "salah"
    first = rows(answer, "periods_")[1].find("input")[0].attributes
    assert (first["value"], first["id"]) == ("01-2024", "periods_2_first")
    assert answer.summary == {}


def test_there_are_never_more_rows_than_are_counted(door: Caller) -> None:
    period = {"first": "01-2023", "last": "01-2023", "predikat": "baik"}
    full = posted(door, {**DEWI, "periods": [period] * 40}, more="periods")
    assert len(rows(full, "periods_")) == 40
    assert "periods" not in [button.attributes.get("value") for button in full.page.find("button")]
    over = door(POST, data={**DEWI, "periods": [period] * 41})
    assert ("periods", "too_many_rows") in over.codes


def test_empty_rows_between_others_are_none(door: Caller) -> None:
    (first, second), blank = DEWI["periods"], {"first": "", "last": " ", "predikat": ""}
    assert door(POST, data={**DEWI, "periods": [first, blank, second]}).json["total"]["exact"] == "217/4"


@pytest.mark.parametrize(("changes", "told"), [
    ({"periods": [DEWI["periods"][0], {"first": "12-2023", "last": "06-2024", "predikat": "baik"}]},
     {"#periods_2_first": "Desember 2023 sudah ada di evaluasi 1. Satu bulan hanya dihitung sekali."}),
    ({"periods": [{"first": "01-2026", "last": "12-2099", "predikat": "baik"}]},
     {"#periods_1_last": "Desember 2099 belum selesai. Predikat dihitung setelah bulannya lewat."}),
    ({"golongan": "III/d"}, {"#golongan": "Golongan III/d bukan milik jenjang Ahli Pertama. Pilih III/a, III/b.",
                             "#changes_1_golongan": "Pilih golongan di atas III/d, atau kosongkan baris ini."}),
    ({"appointed": "03-2024"}, {
        "#since": "NIP menyebut pengangkatan pertama pada Maret 2024, jadi bulan ini terlalu awal."}),
    ({"points": "99"}, {
        "#points": "Angka konvensional ini lebih kecil daripada nilai dasar 100. Periksa keduanya."}),
    ({"points": ""}, {"#points": "Tulis angka kredit dari PAK atau surat keputusan."}),
    ({"entry": "perpindahan", "points": ""}, {"#months": "Tulis jumlah bulan, misalnya 36 untuk tiga tahun.",
                                              "#predikat": "Pilih predikat pada masa itu."}),
    ({"periods": [{"first": "01-2023", "last": "", "predikat": "baik"}]},
     {"#periods_1_last": "Tulis bulan terakhir, misalnya 12-2024."}),
    ({"changes": [{"since": "01-2026", "jenjang": "ahli_madya", "golongan": "IV/a"}]},
     {"#changes_1_jenjang": "Ahli Madya bukan jenjang sesudah Ahli Pertama."}),
])
def test_what_cannot_be_counted_is_told_beside_its_answer(
        door: Caller, changes: dict[str, Any], told: dict[str, str]) -> None:
    answer = posted(door, {**DEWI, **changes})
    assert answer.status == 422
    assert answer.summary == told
    assert set(answer.errors) == {place.removeprefix("#") for place in told}
    assert answer.fields()["since"] == "01-2023"
    placed = {each.attributes["id"] for each in answer.page.walk() if "id" in each.attributes}
    assert {place.removeprefix("#") for place in told} <= placed


def test_a_program_is_told_the_codes_in_its_language(door: Caller) -> None:
    data = {**DEWI, "lang": "en", "periods": [DEWI["periods"][0]] * 2}
    (error,) = door(POST, data=data).json["errors"]
    assert (error["field"], error["code"]) == ("periods_2_first", "month_twice")
    assert error["message"] == "January 2023 is in evaluation 1 already. A month counts once."


@pytest.mark.parametrize("wrong", [
    "baik", ["baik"], [["01-2023"]], {"first": "01-2023"}, [{"first": {"a": 1}, "last": 5, "predikat": None}],
    [{"awal": "01-2023"}], 7, [None, {}]], ids=repr)
def test_rows_that_are_none_are_refused_and_no_fault(door: Caller, wrong: object) -> None:
    answer = door(POST, data={**DEWI, "periods": wrong})
    assert answer.status in {200, 422}
    assert answer.status == 200 or all(field.startswith("periods") for field, _ in answer.codes)


def test_columns_of_different_length_are_no_fault(door: Caller) -> None:
    data = urlencode([("periods_first", "01-2023"), ("periods_first", "01-2024"), ("periods_last", "12-2023")])
    answer = door(POST, raw=data.encode(), headers={"content-type": FORM})
    assert answer.status == 422
    assert {"periods_1_predikat", "periods_2_last", "periods_2_predikat"} <= set(answer.errors)


def test_a_rule_without_a_successor_is_told_as_ours_to_mend(door: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    book = handler.rulebook()
    tables = dict(book.data["tables"])
    ended = {**tables["koefisien"]["rows"], "ahli_pertama": [
        {**tables["koefisien"]["rows"]["ahli_pertama"][0], "until": "2024-06-30"}]}
    data = {**book.data, "tables": {**tables, "koefisien": {**tables["koefisien"], "rows": ended}}}
    monkeypatch.setattr(handler, "rulebook", lambda: type(book)(data))
    answer = posted(door, DEWI)
    assert answer.status == 422
    assert "koefisien.ahli_pertama tidak berlaku pada 2024-07-01" in answer.text


def test_nothing_of_the_answers_is_logged(door: Caller, log: StringIO) -> None:
    posted(door, DEWI)
    posted(door, {**DEWI, "points": "rahasia"})
    assert "110" not in log.getvalue()
    assert "rahasia" not in log.getvalue()


def test_a_robot_that_fills_everything_is_told_to_leave_the_trap_empty(door: Caller) -> None:
    assert door(POST, data={**DEWI, "website": "x"}).codes == [("website", "must_be_empty")]


def test_the_address_of_the_form_itself_leads_to_its_page(door: Caller) -> None:
    assert door(GET).location == "/e-dupak/kalkulator/"
    assert door(GET, query={"lang": "en"}).location == "/en/e-dupak/kalkulator/"


def test_english_is_told_with_a_decimal_point(door: Caller) -> None:
    answer = door(POST, raw=urlencode({"entry": "lanjutan", "jenjang": "ahli_pertama", "golongan": "III/a",
                                       "since": "June 2024", "points": "10.5", "lang": "en"}).encode(),
                  headers={"content-type": FORM})
    assert "Your credit points in this level: 10.5" in answer.text
