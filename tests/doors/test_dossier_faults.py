"""What can go wrong with a dossier: each has its own sentence, in the page and for programs, and loses nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from assessment import clock
from assessment import desk as assessing
from assessment import handler as desk
from dupak import own, own_dossier, press
from dupak.counting import Before, count
from dupak.dossiers import Dossier, Exhibit
from dupak.models import Refused
from dupak.store import Dossiers
from portal import assets, records
from portal.evidence import owner_key, upload_sort
from portal.identifiers import new_ulid
from portal.records import Table, delete, put
from portal.workdays import day_of
from tests.doors.calling import Answer, Context
from tests.doors.conftest import forget
from tests.doors.test_dossiers import (  # noqa: F401 three of them are fixtures
    IDENTITY,
    NOW,
    RANDOM,
    SIGNATURE,
    Official,
    SignIn,
    acts,
    conventional,
    conversion,
    dossiers,
    draw_everything,
    sign_in,
    uploads,
)
from tests.doors.weather import WRITES, Weather, contents, refused

Upload = Callable[[str, str], str]
YEAR_2023 = (("01-2023", "12-2023", "baik"),)
POST = {"entry": "pertama", "jenjang": "ahli_pertama", "golongan": "III/a", "since": "01-2023"}
LATE = {**IDENTITY, "nip": "198609262024032001", "rank_day": "01-03-2024", "post_day": "01-03-2024"}
TERM = {"first": "01-2020", "last": "12-2022", "jenjang": "ahli_pertama", "golongan": "III/a"}
NEXT = NOW.year + 1


@pytest.fixture
def helmy(sign_in: SignIn, uploads: Upload) -> Official:  # noqa: F811
    return Official(sign_in(), uploads)


def periods(*rows: tuple[str, str, str]) -> dict[str, Any]:
    return {"periods": [dict(zip(("first", "last", "predikat"), row, strict=True)) for row in rows]}


def item(kode: str, volume: str, day: str) -> dict[str, Any]:
    return {"items": [{"kode": kode, "volume": volume, "day": day}]}


def as_form(answers: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends for what a program sends: each column of the rows on its own."""
    found: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, list):
            for row in value:
                for cell, each in row.items():
                    found.setdefault(f"{name}_{cell}", []).append(each)
        else:
            found[name] = value
    return found


def said(official: Official, section: str, answers: dict[str, Any], how: str) -> dict[str, str]:
    """The sentences that are told when a section is saved, by the answer that each is beside."""
    route = f"POST {own.ONE}/{section}"
    if how == "page":
        return official.door(route, form=as_form(answers), reference=official.reference).errors
    answer = official.door(route, data=answers, reference=official.reference)
    return {each["field"]: each["text"] for each in answer.json["faults"] if each["section"] == section}


TYPED_WRONG = {
    "overlapping periods": ("konversi", {"identitas": IDENTITY, "jabatan": POST}, "predikat", periods(
        ("01-2023", "06-2023", "baik"), ("06-2023", "12-2023", "baik")), {
        "periods_2_first": "Juni 2023 sudah ada di evaluasi 1. Satu bulan hanya dihitung sekali."}),
    "a predikat for a year that is not over": ("konversi", {"identitas": IDENTITY, "jabatan": POST}, "predikat",
        periods(("01-2023", f"12-{NEXT}", "baik")), {
        "periods_1_last": f"Desember {NEXT} belum selesai. Predikat dihitung setelah bulannya lewat."}),
    "months before the post": ("konversi", {"identitas": IDENTITY, "jabatan": {**POST, "since": "06-2023"}}, "predikat",
        periods(("01-2023", "12-2023", "baik")), {
        "periods_1_first": "Pada Januari 2023 belum ada jabatan di atas, atau jabatan itu sudah selesai."}),
    "a grade of another level": ("konversi", {"identitas": IDENTITY}, "jabatan", {**POST, "golongan": "IV/b"}, {
        "golongan": "Golongan IV/b bukan milik jenjang Ahli Pertama. Pilih III/a, III/b."}),
    "a post before the appointment in the NIP": ("konversi", {"identitas": LATE}, "jabatan",
        {**POST, "rank_since": "02-2023"}, {
        "since": "NIP menyebut pengangkatan pertama pada Maret 2024, jadi bulan ini terlalu awal.",
        "rank_since": "NIP menyebut pengangkatan pertama pada Maret 2024, jadi bulan ini terlalu awal."}),
    "a TMT before the appointment in the NIP": ("konversi", {}, "identitas",
        {**LATE, "rank_day": "29-02-2024", "post_day": "01-01-2023"}, {
        "rank_day": "NIP menyebut pengangkatan pertama pada Maret 2024, jadi TMT ini terlalu awal.",
        "post_day": "NIP menyebut pengangkatan pertama pada Maret 2024, jadi TMT ini terlalu awal."}),
    "a base value above the total": ("integrasi", {"identitas": IDENTITY}, "integrasi",
        {"jenjang": "ahli_muda", "golongan": "III/c", "tugas_jabatan": "150"}, {
        "tugas_jabatan": "Angka konvensional ini lebih kecil daripada nilai dasar 200. Periksa keduanya."}),
    "an integration of another level's grade": ("integrasi", {"identitas": IDENTITY}, "integrasi",
        {"jenjang": "ahli_muda", "golongan": "III/b", "tugas_jabatan": "250"}, {
        "golongan": "Golongan III/b bukan milik jenjang Ahli Muda. Pilih III/c, III/d."}),
    "a term before the appointment in the NIP": ("konvensional", {"identitas": IDENTITY}, "masa",
        {**TERM, "first": "01-2015"}, {
        "first": "NIP menyebut pengangkatan pertama pada Mei 2015, jadi masa ini mulai terlalu awal."}),
    "a term beyond 2022": ("konvensional", {"identitas": IDENTITY}, "masa", {**TERM, "last": "03-2023"}, {
        "last": "Kegiatan sesudah 31 Desember 2022 dinilai lewat predikat kinerja, bukan per butir."}),
    "work outside the term": ("konvensional", {"identitas": IDENTITY, "masa": TERM}, "butir",
        item("DEMO-T1", "1", "31-12-2019"), {
        "items_1_day": "Tanggal ini di luar masa penilaian (Januari 2020 sampai Desember 2022). Periksa tanggalnya, "
                       "atau ubah masa penilaian."}),
    "an item that is in no catalogue": ("konvensional", {"identitas": IDENTITY, "masa": TERM}, "butir",
        item("DEMO-X", "1", "01-02-2021"), {
        "items_1_kode": "Kode DEMO-X tidak ada di katalog butir. Periksa kodenya, atau muat katalog yang memuatnya."}),
}


@pytest.mark.parametrize("how", ["page", "program"])
@pytest.mark.parametrize(("regime", "before", "section", "answers", "told"), TYPED_WRONG.values(), ids=TYPED_WRONG)
def test_what_does_not_add_up_is_told_beside_its_answer_and_kept(  # noqa: PLR0917 a case and its representation
        helmy: Official, dossiers: Dossiers, regime: str, before: dict[str, Any], section: str,  # noqa: F811
        answers: dict[str, Any], told: dict[str, str], how: str) -> None:
    helmy.begins(regime)
    for name, given in before.items():
        assert said(helmy, name, given, "page") == {}
    assert said(helmy, section, answers, how) == told
    kept = dossiers.find(helmy.reference)
    assert kept is not None
    assert set(kept.section(section)) >= set(answers)
    page = helmy.sees()
    assert all(sentence in page.text for sentence in told.values())
    assert helmy.does("kirim").status == 422


def test_forty_items_are_taken_from_one_page(helmy: Official, dossiers: Dossiers) -> None:  # noqa: F811
    helmy.begins("konvensional")
    helmy.fills("identitas", **IDENTITY)
    helmy.fills("masa", **TERM)
    many = {"items": [{"kode": "DEMO-T1", "volume": "1", "day": "01-02-2021", "jenjang": "ahli_pertama"}] * 40}
    assert said(helmy, "butir", many, "page") == {}
    kept = dossiers.find(helmy.reference)
    assert kept is not None
    assert len(kept.items) == 40


# -- evidence --------------------------------------------------------------------------------------------------------


def attended(official: Official, dossiers: Dossiers, slot: str, number: str = "") -> None:  # noqa: F811
    """The portal's own record of an activity in November 2018 is taken into the dossier as it stands."""
    found = dossiers.find(official.reference)
    assert found is not None
    proof = Exhibit(slot, "attendance", "KLN-2018", "Bimtek Klino", "0" * 64, day="2018-11-05", item=number)
    dossiers.save(found, replace(found, evidence=(*found.evidence, proof)))


@pytest.mark.parametrize("how", ["page", "program"])
def test_evidence_of_an_item_dated_outside_the_term_is_told_and_can_be_taken_off(
        helmy: Official, dossiers: Dossiers, how: str) -> None:  # noqa: F811
    conventional(helmy)
    attended(helmy, dossiers, "butir", "1")
    sentence = "Bukti Bimtek Klino bertanggal 5 November 2018, di luar masa yang dinilai."
    if how == "page":
        assert sentence in helmy.sees().text
    else:
        told = helmy.door(f"GET {own.ONE}", data={}, reference=helmy.reference).json["missing"]
        assert [each["section"] for each in told if each["text"].startswith(sentence)] == ["lampiran"]
    assert helmy.does("kirim").status == 422
    proof = dossiers.find(helmy.reference).evidence[-1]  # type: ignore[union-attr]
    helmy.door(f"POST {own.ONE}/lampiran", form={"tindakan": "hapus", "bukti": proof.id}, reference=helmy.reference)
    assert helmy.does("kirim").status == 303


def test_support_dated_outside_the_months_of_a_conversion_is_told_and_holds_up_nothing(
        helmy: Official, dossiers: Dossiers) -> None:  # noqa: F811
    conversion(helmy, periods=YEAR_2023)
    attended(helmy, dossiers, "pendukung")
    page = helmy.sees().text
    assert "Bukti Bimtek Klino bertanggal 5 November 2018, di luar masa yang dinilai. Untuk bukti pendukung" in page
    assert helmy.does("kirim").status == 303


@pytest.mark.parametrize("another", [False, True], ids=["deleted", "another content"])
def test_a_file_withdrawn_after_sending_is_told_on_both_sides_and_the_decision_goes_on(
        helmy: Official, sign_in: SignIn, dossiers: Dossiers, names: dict[str, str],  # noqa: F811
        another: bool) -> None:  # noqa: FBT001
    conversion(helmy, periods=YEAR_2023)
    helmy.does("kirim")
    found = dossiers.find(helmy.reference)
    assert found is not None
    table, gone = Table(names["UploadsTable"]), found.evidence[0]
    key = {"pk": owner_key("helmy"), "sk": upload_sort(gone.key)}
    item_ = table.get(key["pk"], key["sk"])
    assert item_ is not None
    table.write(put({**item_, "digest": "f" * 64}) if another else delete(key))
    ratna, eko, dian = (sign_in(name, desk.handle) for name in ("ratna", "eko", "dian"))
    assert f"Berkas {gone.title} sudah dihapus sesudah berkas ini dikirim." in helmy.sees().text
    assert "Berkas ini ditarik pemiliknya sesudah dikirim." in ratna(
        f"GET {desk.ONE}", reference=helmy.reference).text
    assert ratna.unchecked(f"GET {desk.ONE}/bukti/{{exhibit}}", reference=helmy.reference,
                           exhibit=gone.id).status == 404
    decide(helmy, ratna, eko, dian)
    assert found.frozen
    assert dossiers.find(helmy.reference).frozen == found.frozen


def decide(helmy: Official, ratna: Any, eko: Any, dian: Any) -> None:
    assert acts(ratna, helmy.reference, "confirm", **SIGNATURE).status == 303
    assert acts(eko, helmy.reference, "complete").status == 303
    assert acts(dian, helmy.reference, "decide", **SIGNATURE).status == 303


# -- what was decided before -------------------------------------------------------------------------------------------


def decided(official: Official, sign_in: SignIn, dossiers: Dossiers) -> None:  # noqa: F811
    """Send, confirm, complete and decide."""
    assert official.does("kirim").status == 303, official.sees().text
    decide(official, *(sign_in(name, desk.handle) for name in ("ratna", "eko", "dian")))
    assert dossiers.decisions(official.person)


@pytest.fixture
def again(helmy: Official, sign_in: SignIn, uploads: Upload, dossiers: Dossiers) -> Official:  # noqa: F811
    """A second conversion of somebody whose 2023, with a diploma, was decided."""
    conversion(helmy, periods=YEAR_2023)
    said(helmy, "ijazah", {"diplomas": [{"level": "s2", "month": "06-2023", "recorded": "ya"}]}, "page")
    helmy.attaches("ijazah")
    decided(helmy, sign_in, dossiers)
    second = Official(sign_in(), uploads)
    second.begins("konversi")
    second.fills("identitas", **IDENTITY)
    return second


@pytest.mark.parametrize("how", ["page", "program"])
def test_a_month_that_was_decided_gets_no_second_predikat(again: Official, how: str) -> None:
    said(again, "jabatan", POST, "page")
    assert said(again, "predikat", periods(("01-2023", "06-2023", "sangat_baik")), how) == {
        "periods_1_predikat": "Untuk Januari 2023 sudah ditetapkan predikat Baik. Satu bulan hanya punya satu nilai; "
                              "bila penetapan itu keliru, ajukan keberatan atasnya."}


@pytest.mark.parametrize("how", ["page", "program"])
def test_a_diploma_that_was_counted_does_not_count_again_in_a_later_post(again: Official, how: str) -> None:
    said(again, "jabatan", {**POST, "entry": "perpindahan", "since": "01-2025", "months": "24", "predikat": "baik"},
         "page")
    assert said(again, "ijazah", {"diplomas": [{"level": "s2", "month": "02-2025", "recorded": "ya"}]}, how) == {
        "diplomas_1_level": "Ijazah S2 sudah dihitung sejak Juni 2023 dalam penetapan sebelumnya. Satu ijazah dihitung "
                            "satu kali; bila bulan itu keliru, ajukan keberatan atasnya."}


@pytest.mark.parametrize("how", ["page", "program"])
def test_the_total_of_a_last_pak_is_not_taken_up_before_its_months_end(again: Official, how: str) -> None:
    assert said(again, "jabatan", {**POST, "entry": "lanjutan", "since": "07-2023", "points": "25"}, how) == {
        "since": "PAK sebelumnya sudah menghitung sampai Desember 2023. Mulai dari bulan sesudahnya, supaya satu bulan "
                 "tidak dihitung dua kali."}
    assert said(again, "jabatan", {**POST, "entry": "lanjutan", "since": "01-2024", "points": "25"}, how) == {}


@pytest.mark.parametrize("how", ["page", "program"])
def test_the_total_of_a_last_pak_is_taken_up_as_it_was_decided_here(again: Official, how: str) -> None:
    post = {**POST, "entry": "lanjutan", "since": "01-2024"}
    assert said(again, "jabatan", {**post, "points": "99"}, how) == {
        "points": "Penetapan terakhir Anda di portal ini menyebut 25,000. Isi seperti di sana; bila di sana keliru, "
                  "ajukan keberatan atas penetapan itu."}
    assert said(again, "jabatan", {**post, "points": "25"}, how) == {}


@pytest.mark.parametrize("how", ["page", "program"])
def test_a_first_appointment_does_not_leave_an_integration_out(
        helmy: Official, sign_in: SignIn, uploads: Upload, dossiers: Dossiers, how: str) -> None:  # noqa: F811
    integrate(helmy)
    decided(helmy, sign_in, dossiers)
    second = Official(sign_in(), uploads)
    second.begins("konversi")
    second.fills("identitas", **IDENTITY)
    assert said(second, "jabatan", POST, how) == {
        "entry": "Integrasi Anda sudah ditetapkan di portal ini. Pilih Integrasi sebagai cara masuk, dengan angka dari "
                 "penetapan itu."}


def test_an_integration_decided_after_a_conversion_is_not_lost_from_sight(
        helmy: Official, sign_in: SignIn, uploads: Upload, dossiers: Dossiers) -> None:  # noqa: F811
    conversion(helmy, periods=YEAR_2023)
    decided(helmy, sign_in, dossiers)
    second = Official(helmy.door, uploads)
    integrate(second)
    assert "Konversi Anda sudah ditetapkan tanpa integrasi ini." in second.sees().text
    assert second.does("kirim").status == 303
    ratna, eko, dian = (sign_in(name, desk.handle) for name in ("ratna", "eko", "dian"))
    assert "Konversi Anda sudah ditetapkan tanpa integrasi ini." in ratna(
        f"GET {desk.ONE}", reference=second.reference).text, "the desk reads the same"
    decide(second, ratna, eko, dian)
    page = helmy.door(f"GET {own.BASE}").text
    assert "Angka kredit Anda 12,5" in page
    assert "Integrasi Anda ditetapkan sesudahnya dan belum masuk angka ini." in page
    third = Official(helmy.door, uploads)
    third.begins("konversi")
    proposed = third.door(f"GET {own.ONE}/jabatan", data={}, reference=third.reference).json["answers"]
    assert proposed["entry"] == "integrasi"


def integrate(official: Official) -> None:
    """An integration that could be sent."""
    official.begins("integrasi")
    official.fills("identitas", **IDENTITY)
    official.fills("integrasi", jenjang="ahli_pertama", golongan="III/b", pendidikan="100", tugas_jabatan="60")
    for slot in ("pak_konvensional", "sk_jabatan"):
        official.attaches(slot)


@pytest.mark.parametrize(("identity", "rows", "told"), [
    ({"post_day": "01-06-2025"}, YEAR_2023, ["TMT jabatan di keterangan perorangan adalah Juni 2025"]),
    ({"rank_day": "01-10-2023"}, YEAR_2023, ["TMT pangkat di keterangan perorangan adalah Oktober 2023"]),
    ({"rank_day": "01-04-2021"}, YEAR_2023, []),
    ({}, (("01-2023", "06-2023", "baik"), ("01-2024", "06-2024", "baik")),
     ["Tidak ada predikat untuk Juli 2023 sampai Desember 2023"]),
], ids=["a post that begins later", "a rank that begins later", "a rank from before", "a gap"])
def test_what_may_be_a_slip_is_told_and_holds_nothing_up(
        helmy: Official, identity: dict[str, str], rows: tuple[tuple[str, str, str], ...], told: list[str]) -> None:
    conversion(helmy, periods=rows)
    helmy.fills("identitas", **{**IDENTITY, **identity})
    page = helmy.sees().text
    slips = [each for each in ("TMT jabatan di", "TMT pangkat di", "Tidak ada predikat") if each in page]
    assert len(slips) == len(told)
    assert all(each in page for each in told)
    assert helmy.does("kirim").status == 303


def test_the_tmt_of_the_rank_counts_for_the_years_in_it_without_being_typed_twice(helmy: Official) -> None:
    conversion(helmy, periods=YEAR_2023)
    helmy.fills("jabatan", **{**POST, "entry": "lanjutan", "points": "50", "rank_since": ""})
    helmy.fills("identitas", **{**IDENTITY, "rank_day": "01-04-2021"})

    def earliest() -> str:
        found = helmy.door(f"GET {own.ONE}", data={}, reference=helmy.reference).json["result"]["targets"][0]
        return next(each["month"] for each in found["earliest"] if each["predikat"] == "sangat_baik")

    assert earliest() < "2024-07"
    helmy.fills("identitas", **{**IDENTITY, "rank_day": "01-01-2023"})
    assert earliest() >= "2025-01"


@pytest.mark.parametrize("sent", ["abc", {"a": 1}, 7])
def test_rows_of_another_shape_take_nothing_away(helmy: Official, dossiers: Dossiers, sent: Any) -> None:  # noqa: F811
    conversion(helmy, periods=YEAR_2023)
    answer = helmy.door(f"POST {own.ONE}/predikat", data={"periods": sent}, reference=helmy.reference)
    assert answer.status == 422
    found = dossiers.find(helmy.reference)
    assert found is not None
    assert len(found.section("predikat")["periods"]) == 1


def test_what_another_dossier_decided_while_this_one_waited_is_told_to_the_approver(
        helmy: Official, sign_in: SignIn, uploads: Upload, dossiers: Dossiers) -> None:  # noqa: F811
    other = ready(Official(sign_in(), uploads), sign_in, (("01-2023", "12-2023", "cukup"),))
    conversion(helmy, periods=YEAR_2023)
    decided(helmy, sign_in, dossiers)
    answer = acts(sign_in("fajar", desk.handle), other.reference, "decide", **SIGNATURE)
    assert (answer.status, "Untuk Januari 2023 sudah ditetapkan predikat Baik." in answer.text) == (422, True)
    assert len(dossiers.decisions("helmy")) == 1


def test_integration_happens_once(helmy: Official, sign_in: SignIn, dossiers: Dossiers) -> None:  # noqa: F811
    integrate(helmy)
    decided(helmy, sign_in, dossiers)
    again = helmy.door(f"POST {own.BASE}", form={"regime": "integrasi", "submission_id": new_ulid(NOW, RANDOM)})
    assert (again.status, "Integrasi Anda sudah ditetapkan di portal ini." in again.text) == (422, True)


def test_of_two_integrations_begun_side_by_side_only_one_is_decided(
        helmy: Official, sign_in: SignIn, uploads: Upload, dossiers: Dossiers) -> None:  # noqa: F811
    second = Official(helmy.door, uploads)
    for each in (helmy, second):
        integrate(each)
    decided(helmy, sign_in, dossiers)
    assert "Integrasi Anda sudah ditetapkan di portal ini, dan hanya dilakukan satu kali." in second.sees().text
    assert second.does("kirim").status == 422


def test_months_of_the_old_regime_that_were_decided_are_not_assessed_again() -> None:
    dossier = Dossier("A", "B", "helmy", "konvensional", "id", "", "", sections={
        "masa": {"first": "2019-12", "last": "2020-03", "jenjang": "ahli_pertama", "golongan": "III/a"}})
    with pytest.raises(Refused) as refused_:
        count(dossier, assessing.rulebook(), {}, day_of(NOW), before=Before(terms=(("2017-01", "2019-12"),)))
    assert [(each.place, each.code) for each in refused_.value.faults] == [(("term", 0, "first"), "term_decided")]


# -- rules -----------------------------------------------------------------------------------------------------------


@dataclass
class Rules:
    """The rules that the functions read: a test may change a row of them."""

    folder: Path

    def change(self, table: str, key: str, **row: str) -> None:
        file = self.folder / "credit.json"
        data = json.loads(file.read_text(encoding="utf-8"))
        rows = data["tables"][table]["rows"][key]
        rows[-1] |= row
        file.write_text(json.dumps(data | {"version": "another"}), encoding="utf-8")
        self.read_again()

    @staticmethod
    def read_again() -> None:
        forget(assets.read_json, assets.read_text, own_dossier.rulebook, assessing.rulebook)


@pytest.fixture
def rules(function_assets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rules]:
    """A copy of the assets whose rules may be changed."""
    copied = Rules(tmp_path / "assets")
    shutil.copytree(function_assets, copied.folder)
    monkeypatch.setenv("ASSETS_FOLDER", str(copied.folder))
    copied.read_again()
    yield copied
    monkeypatch.undo()
    copied.read_again()


def test_a_rule_that_ended_without_a_successor_is_told_and_the_dossier_waits(
        helmy: Official, sign_in: SignIn, dossiers: Dossiers, rules: Rules) -> None:  # noqa: F811
    conversion(helmy, periods=YEAR_2023)
    rules.change("koefisien", "ahli_pertama", until="2023-06-30")
    sentence = "Aturan koefisien.ahli_pertama tidak berlaku pada 2023-07-01 dan penggantinya belum ada di tabel"
    assert sentence in helmy.sees().text
    assert helmy.does("kirim").status == 422
    rules.change("koefisien", "ahli_pertama", until="")
    assert helmy.does("kirim").status == 303
    ratna, eko, dian = (sign_in(name, desk.handle) for name in ("ratna", "eko", "dian"))
    acts(ratna, helmy.reference, "confirm", **SIGNATURE)
    acts(eko, helmy.reference, "complete")
    rules.change("koefisien", "ahli_pertama", until="2023-06-30")
    told = acts(dian, helmy.reference, "decide", **SIGNATURE)
    assert (told.status, sentence in told.text) == (422, True)
    assert dossiers.decisions("helmy") == []
    rules.change("koefisien", "ahli_pertama", until="")
    assert acts(dian, helmy.reference, "decide", **SIGNATURE).status == 303


def test_what_is_counted_stays_where_only_the_forecast_lacks_a_rule(helmy: Official, rules: Rules) -> None:
    conversion(helmy, periods=YEAR_2023)
    rules.change("koefisien", "ahli_pertama", until="2023-12-31")
    page = helmy.sees()
    assert "12,5" in page.text
    assert "Aturan untuk Januari 2024 belum ada di portal." in page.text
    assert helmy.does("kirim").status == 303


def test_a_row_that_changes_after_a_decision_moves_neither_it_nor_its_explanation_nor_its_papers(
        helmy: Official, sign_in: SignIn, uploads: Upload, dossiers: Dossiers, rules: Rules) -> None:  # noqa: F811
    conversion(helmy, periods=YEAR_2023)
    helmy.does("kirim")
    ratna, eko, dian = (sign_in(name, desk.handle) for name in ("ratna", "eko", "dian"))
    decide(helmy, ratna, eko, dian)
    draw_everything(dossiers, helmy.reference)
    views = (lambda: helmy.sees().text, lambda: helmy.door(f"GET {own.BASE}").text,
             lambda: eko(f"GET {desk.ONE}", reference=helmy.reference).text,
             lambda: helmy.door(f"GET {own.ONE}", data={}, reference=helmy.reference).json["result"],
             lambda: dossiers.decisions("helmy"), lambda: dossiers.papers(helmy.reference))
    before = [view() for view in views]
    assert "12,5" in before[0]
    rules.change("koefisien", "ahli_pertama", value="40")
    assert [view() for view in views] == before
    new = Official(sign_in(), uploads)
    conversion(new, periods=YEAR_2023)
    assert "40" in new.sees().text.partition("Hasil hitungan")[2]


# -- two at once -----------------------------------------------------------------------------------------------------


class Meanwhile:
    """The store's client: just before the first of some calls it lets somebody else do something."""

    def __init__(self, inner: Any, call: str, do: Callable[[], Any]) -> None:
        self.inner, self.call, self.do, self.done = inner, call, do, False

    def __getattr__(self, name: str) -> Any:
        if name == self.call and not self.done:
            self.done = True
            self.do()
        return getattr(self.inner, name)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    real = records.client()

    def begin(do: Callable[[], Any], call: str = "transact_write_items") -> None:
        between = Meanwhile(real, call, do)
        monkeypatch.setattr(records, "client", lambda: between)

    return begin


@pytest.fixture
def approving(helmy: Official, sign_in: SignIn) -> Official:  # noqa: F811
    """A dossier that waits for an approver."""
    return ready(helmy, sign_in)


def ready(official: Official, sign_in: SignIn,  # noqa: F811
          spans: tuple[tuple[str, str, str], ...] = YEAR_2023) -> Official:
    """Sent, confirmed and complete."""
    conversion(official, periods=spans)
    assert official.does("kirim").status == 303
    ratna, eko = (sign_in(name, desk.handle) for name in ("ratna", "eko"))
    assert acts(ratna, official.reference, "confirm", **SIGNATURE).status == 303
    assert acts(eko, official.reference, "complete").status == 303
    return official


RETURN = {"alasan_predikat": "differs"}


@pytest.mark.parametrize("how", ["page", "program"])
@pytest.mark.parametrize(("first", "state", "decisions"), [
    (("decide", SIGNATURE), "decided", 1), (("return", RETURN), "returned", 0)], ids=["both decide", "one returns it"])
def test_of_two_approvers_at_the_same_moment_the_second_is_told_and_nothing_of_it_is_kept(  # noqa: PLR0917 fixtures and a case
        approving: Official, sign_in: SignIn, dossiers: Dossiers, meanwhile: Callable[..., None],  # noqa: F811
        first: tuple[str, dict[str, str]], state: str, decisions: int, how: str) -> None:
    dian, fajar = sign_in("dian", desk.handle), sign_in("fajar", desk.handle)
    event, fields = first
    meanwhile(lambda: acts(fajar, approving.reference, event, **fields))
    second = {"tindakan": "decide", **SIGNATURE}
    answer = dian(f"POST {desk.ONE}", reference=approving.reference,
                  **({"form": second} if how == "page" else {"data": second}))
    assert answer.status == 409
    if state == "returned":  # with its official now: the desk has no page of it to show
        assert answer.json["code"] == "changed_meanwhile" if how == "program" else "belum disimpan" in answer.text
    elif how == "page":
        assert "Berkas ini baru saja berubah di meja lain." in answer.text
    else:
        assert (answer.json["told"], answer.json["state"]) == ("changed", state)
    found = dossiers.find(approving.reference)
    assert found is not None
    assert (found.state, len(dossiers.decisions("helmy"))) == (state, decisions)
    assert dossiers.numbered(IDENTITY["agency"], NOW.year) == decisions


def test_what_is_not_as_it_was_sent_is_not_decided(
        approving: Official, sign_in: SignIn, dossiers: Dossiers) -> None:  # noqa: F811
    sent = dossiers.find(approving.reference)
    assert sent is not None
    dossiers.save(sent, replace(sent, sections={**sent.sections, "jabatan": {
        **sent.section("jabatan"), "golongan": "III/b"}}))
    answer = acts(sign_in("dian", desk.handle), approving.reference, "decide", **SIGNATURE)
    assert answer.status == 409
    assert "berbeda dari yang dikirim" in answer.text
    assert not dossiers.decisions("helmy")


def test_two_dossiers_decided_at_the_same_moment_get_two_numbers(
        approving: Official, sign_in: SignIn, uploads: Upload, dossiers: Dossiers,  # noqa: F811
        meanwhile: Callable[..., None]) -> None:
    other = ready(Official(sign_in("bagas"), uploads, "bagas"), sign_in)
    dian, fajar = sign_in("dian", desk.handle), sign_in("fajar", desk.handle)
    meanwhile(lambda: acts(fajar, other.reference, "decide", **SIGNATURE))
    assert acts(dian, approving.reference, "decide", **SIGNATURE).status == 303
    numbers = sorted(dossiers.find(each.reference).number[:3] for each in (approving, other))  # type: ignore[union-attr]
    assert numbers == ["001", "002"]


@pytest.mark.parametrize("how", ["page", "program"])
def test_a_desk_that_comes_too_late_is_told_and_a_stranger_learns_nothing(
        approving: Official, sign_in: SignIn, how: str) -> None:  # noqa: F811
    """Returned to its official, a dossier is out of the approver's sight; they had its page open all the same."""
    dian, fajar, stranger = (sign_in(name, desk.handle) for name in ("dian", "fajar", "umar"))
    assert acts(fajar, approving.reference, "return", **RETURN).status == 303
    step = {"tindakan": "decide", **SIGNATURE}
    sent = {"form": step} if how == "page" else {"data": step}
    answer = dian(f"POST {desk.ONE}", reference=approving.reference, **sent)
    assert (answer.status, "baru saja berubah di meja lain" in answer.body or answer.json["told"] == "changed") == (
        409, True)
    assert stranger(f"POST {desk.ONE}", reference=approving.reference, **sent).status == 404


def test_a_step_over_a_page_that_has_changed_is_told(approving: Official, sign_in: SignIn) -> None:  # noqa: F811
    answer = acts(sign_in("dian", desk.handle), approving.reference, "decide", perubahan="1", **SIGNATURE)
    assert (answer.status, "Berkas ini baru saja berubah di meja lain." in answer.text) == (409, True)


SAVED_MEANWHILE = "Bagian ini baru saja disimpan dari jendela lain."


def test_a_section_saved_from_two_windows_keeps_the_first_and_what_was_typed_in_the_second(
        helmy: Official, dossiers: Dossiers) -> None:  # noqa: F811
    helmy.begins("konversi")
    helmy.fills("identitas", **IDENTITY)
    seen = helmy.door(f"GET {own.ONE}/identitas", reference=helmy.reference).fields(
        f"{own.BASE}/{helmy.reference}/identitas")
    helmy.fills("identitas", **{**IDENTITY, "birth_place": "Tuban"})
    second = helmy.fills("identitas", **{**seen, "birth_place": "Lamongan"})
    assert (second.status, SAVED_MEANWHILE in second.text) == (422, True)
    assert dossiers.find(helmy.reference).section("identitas")["birth_place"] == "Tuban"  # type: ignore[union-attr]
    again = second.fields(f"{own.BASE}/{helmy.reference}/identitas")
    assert again["birth_place"] == "Lamongan"
    assert helmy.fills("identitas", **again).status == 303
    assert dossiers.find(helmy.reference).section("identitas")["birth_place"] == "Lamongan"  # type: ignore[union-attr]


def test_a_program_that_saves_over_an_older_state_is_told(helmy: Official) -> None:
    helmy.begins("konversi")
    helmy.fills("identitas", **IDENTITY)
    answer = helmy.door(f"POST {own.ONE}/identitas", data={**IDENTITY, "perubahan": "0"}, reference=helmy.reference)
    assert (answer.status, answer.codes) == (422, [("", "saved_meanwhile")])


def test_two_windows_at_the_same_moment_lose_nothing_that_was_typed(
        helmy: Official, dossiers: Dossiers, meanwhile: Callable[..., None]) -> None:  # noqa: F811
    helmy.begins("konversi")
    meanwhile(lambda: helmy.fills("identitas", **IDENTITY), "put_item")
    second = helmy.fills("identitas", **{**IDENTITY, "birth_place": "Tuban"})
    assert (second.status, SAVED_MEANWHILE in second.text) == (409, True)
    assert second.fields(f"{own.BASE}/{helmy.reference}/identitas")["birth_place"] == "Tuban"
    assert dossiers.find(helmy.reference).section("identitas")["birth_place"] == "Bojonegoro"  # type: ignore[union-attr]


def test_two_pieces_of_evidence_taken_at_the_same_moment_are_both_there(
        helmy: Official, dossiers: Dossiers, meanwhile: Callable[..., None]) -> None:  # noqa: F811
    helmy.begins("konversi")
    meanwhile(lambda: helmy.attaches("sk_pangkat"), "put_item")
    helmy.attaches("sk_jabatan")
    found = dossiers.find(helmy.reference)
    assert found is not None
    assert {each.slot for each in found.evidence} == {"sk_pangkat", "sk_jabatan"}


@pytest.mark.parametrize("at_once", [False, True], ids=["one after the other", "at the same moment"])
def test_sending_twice_is_sending_once(
        helmy: Official, dossiers: Dossiers, meanwhile: Callable[..., None], at_once: bool) -> None:  # noqa: F811, FBT001
    conversion(helmy, periods=YEAR_2023)
    if at_once:
        meanwhile(lambda: helmy.does("kirim"))
    else:
        assert helmy.does("kirim").status == 303
    assert helmy.does("kirim").status == 303
    assert [each["event"] for each in dossiers.events(helmy.reference)] == ["submit"]
    assert len(list(dossiers.letters(helmy.reference))) == 1


# -- a store that throttles, a document that cannot be drawn -----------------------------------------------------------


@pytest.fixture
def weather(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Weather]:
    real = records.client()
    monkeypatch.setattr(records, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(records, "LONGEST_PAUSE", 0.002)

    def begin(times: float) -> Weather:
        spoilt = Weather(real, refused("ThrottlingException"), times=times, calls=WRITES)
        monkeypatch.setattr(records, "client", lambda: spoilt)
        return spoilt

    return begin


def test_a_store_that_throttles_for_a_moment_is_not_noticed(
        approving: Official, sign_in: SignIn, dossiers: Dossiers, weather: Callable[..., Weather]) -> None:  # noqa: F811
    dian = sign_in("dian", desk.handle)
    bad = weather(3)
    assert acts(dian, approving.reference, "decide", **SIGNATURE).status == 303
    assert (bad.spoilt, len(dossiers.decisions("helmy"))) == (3, 1)


def test_a_store_that_throttles_for_good_is_told_and_nothing_is_half_decided(
        approving: Official, sign_in: SignIn, dossiers: Dossiers, weather: Callable[..., Weather]) -> None:  # noqa: F811
    dian = sign_in("dian", desk.handle)
    before = contents(dossiers.table)
    weather(float("inf"))
    answer = dian(f"POST {desk.ONE}", form={"tindakan": "decide", **SIGNATURE}, reference=approving.reference,
                  seconds=records.RESERVE + 0.5)
    assert answer.status == 503
    assert contents(dossiers.table) == before


def test_a_document_that_cannot_be_drawn_holds_up_nothing_and_is_tried_again_by_whoever_asks(  # noqa: PLR0917 fixtures and a case
        approving: Official, sign_in: SignIn, dossiers: Dossiers, names: dict[str, str],  # noqa: F811
        monkeypatch: pytest.MonkeyPatch, log: object) -> None:
    """There is no bucket to put it in: the decision stands, and three hands may ask for it once more."""
    del log
    dian = sign_in("dian", desk.handle)
    assert acts(dian, approving.reference, "decide", **SIGNATURE).status == 303

    def press_finds(bucket: str) -> None:
        monkeypatch.setenv("DOCUMENTS_BUCKET", bucket)
        forget(press.settings)
        draw_everything(dossiers, approving.reference)

    def states() -> set[str]:
        return {each.state for each in dossiers.papers(approving.reference)}

    def by_the_official() -> Answer:
        for kind in ("konversi", "akumulasi", "pak"):
            answer = approving.door(f"POST {own.ONE}/dokumen/{{kind}}", form={}, reference=approving.reference,
                                    kind=kind)
        return answer

    def by_the_clock() -> None:
        assert clock.handle({}, Context())["drawn_again"] == 3

    for asks in (by_the_official, lambda: acts(dian, approving.reference, "redraw"), by_the_clock):
        press_finds("no-such-bucket")
        assert states() == {"failed"}
        page = approving.sees()
        assert "belum berhasil dibuat; penetapannya tetap berlaku" in page.text
        assert "Buat lagi" in page.text
        at_the_desk = dian(f"GET {desk.ONE}", reference=approving.reference)
        assert "belum berhasil dibuat" in at_the_desk.text
        assert "redraw" in [each.attributes.get("value") for each in at_the_desk.page.find("button")]
        asks()
        assert states() == {"waiting"}
    found = dossiers.find(approving.reference)
    assert found is not None
    assert found.state == "decided"
    press_finds(names["DocumentsBucket"])
    assert states() == {"drawn"}
