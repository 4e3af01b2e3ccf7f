"""The profile: what somebody tells of themself once; every mistake told, no change lost, nothing of it in a log."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO

import pytest

from portal import records
from portal.records import Table
from tests.doors.calling import JSON, Answer, Caller
from tests.doors.weather import Weather, contents, refused
from tests.issuer import Issuer, signed_in

PAGE, SAVE = "GET /layanan/akun/profil", "POST /layanan/akun/profil"
HELMY = {"kind": "tpp", "level": "pld", "region": "35.22", "phone": "0812 3456 7890", "channel": "whatsapp"}
SITI = {"kind": "psm", "nip": "19860926 201505 2 001", "jenjang": "ahli_muda", "golongan": "III/c", "tmt": "1-4-2024",
        "unit": "Dinas PMD Bojonegoro", "region": "35.22", "supervisor": "Budi Santoso", "phone": "0353 881234",
        "channel": "email", "accessibility_needs": "Juru bahasa isyarat"}
KEPT = {**SITI, "nip": "198609262015052001", "tmt": "2024-04-01", "phone": "+62353881234"}
GENERAL_ID, GENERAL_EN = "Pilih salah satu dari daftar.", "Choose one from the list."


@dataclass(frozen=True)
class Wrong:
    """One answer that cannot be used: what was typed, and what its reader is told in both languages."""

    field: str
    code: str
    typed: str
    indonesian: str
    english: str
    beside: dict[str, str] = field(default_factory=lambda: dict(SITI))

    def __str__(self) -> str:
        return f"{self.field}:{self.code}"


WRONG = [
    Wrong("kind", "missing", "", "Pilih yang sesuai dengan Anda.", "Choose what fits you."),
    Wrong("kind", "not_an_option", "raja", GENERAL_ID, GENERAL_EN),
    Wrong("kind", "unreadable", "psm\0", GENERAL_ID, GENERAL_EN),
    Wrong("nip", "missing", "", "Isi NIP; pejabat fungsional dan ASN mempunyainya.",
          "Fill in the NIP; officials and civil servants have one."),
    Wrong("nip", "missing", "", "Isi NIP; pejabat fungsional dan ASN mempunyainya.",
          "Fill in the NIP; officials and civil servants have one.", {**SITI, "kind": "asn"}),
    Wrong("nip", "nip_length", "1986", "Periksa NIP; isinya 18 angka.", "Check the NIP; it has 18 digits."),
    Wrong("nip", "nip_date", "19861326 201505 1 001", "Periksa NIP; delapan angka pertama adalah tanggal lahir.",
          "Check the NIP; its first eight digits are the date of birth."),
    Wrong("nip", "nip_sex", "19860926 201505 4 001", "Periksa NIP; angka ke-15 adalah 1 atau 2.",
          "Check the NIP; its 15th digit is 1 or 2."),
    Wrong("nip", "unreadable", "1986\u202e", "Ketik ulang NIP; ada karakter yang tidak dapat dibaca.",
          "Type the NIP again; one of its characters cannot be read."),
    Wrong("level", "missing", "", "Pilih jenjang pendamping Anda.", "Choose your level.", HELMY),
    Wrong("level", "not_an_option", "pusat", GENERAL_ID, GENERAL_EN, HELMY),
    Wrong("jenjang", "not_an_option", "ahli", GENERAL_ID, GENERAL_EN),
    Wrong("golongan", "not_an_option", "III/e", GENERAL_ID, GENERAL_EN),
    Wrong("tmt", "day_shape", "31-2-2024", "Tulis hari, bulan, dan tahun yang ada, misalnya 1-4-2024.",
          "Write an existing day, month and year, for example 1-4-2024."),
    Wrong("tmt", "day_shape", "kemarin", "Tulis hari, bulan, dan tahun yang ada, misalnya 1-4-2024.",
          "Write an existing day, month and year, for example 1-4-2024."),
    Wrong("tmt", "unreadable", "1-4-2024\0", "Ketik ulang tanggalnya; ada karakter yang tidak dapat dibaca.",
          "Type the date again; one of its characters cannot be read."),
    Wrong("unit", "too_long", "x" * 161, "Persingkat unit kerja; paling banyak 160 karakter.",
          "Shorten the office to 160 characters at most."),
    Wrong("region", "missing", "", "Pilih kabupaten atau kota tempat Anda bekerja.",
          "Choose the regency or city where you work."),
    Wrong("region", "region_unknown", "99.99", "Pilih kabupaten atau kota dari daftar.",
          "Choose a regency or city from the list."),
    Wrong("supervisor", "too_long", "x" * 121, "Persingkat nama atasan; paling banyak 120 karakter.",
          "Shorten the name to 120 characters at most."),
    Wrong("phone", "missing", "", "Isi nomor telepon.", "Fill in a telephone number."),
    Wrong("phone", "phone_shape", "08", "Tulis nomor telepon lengkap, misalnya 0812-3456-7890.",
          "Write the whole number, for example 0812-3456-7890."),
    Wrong("channel", "missing", "", "Pilih cara menghubungi Anda.", "Choose a way to reach you."),
    Wrong("channel", "not_an_option", "surat", GENERAL_ID, GENERAL_EN),
    Wrong("accessibility_needs", "too_long", "x" * 501, "Persingkat menjadi paling banyak 500 karakter.",
          "Shorten this to 500 characters at most."),
]


@pytest.fixture
def siti(identity_door: Caller, issuer: Issuer) -> Caller:
    """A browser in which Siti is signed in."""
    return signed_in(identity_door, issuer)


def profiles(table: Table) -> list[dict[str, object]]:
    return [each for each in contents(table) if each["sk"] == "PROFILE"]


# -- the good way --------------------------------------------------------------------------------------------------


def test_a_profile_begins_empty_and_is_kept_in_one_form(siti: Caller, identity_table: Table) -> None:
    page = siti(PAGE)
    assert page.heading == "Profil saya"
    assert page.fields()["version"] == "0"
    answer = siti(SAVE, form={**page.fields(), **SITI})
    assert (answer.status, answer.location) == (303, "/layanan/akun")
    (kept,) = profiles(identity_table)
    assert (kept["answers"], kept["version"]) == (KEPT, 1)


def test_what_was_kept_stands_in_the_page_and_can_be_saved_as_it_is(siti: Caller, identity_table: Table) -> None:
    siti(SAVE, form={**SITI, "version": "0"})
    fields = siti(PAGE).fields()
    assert {name: fields[name] for name in KEPT} == KEPT
    assert siti(SAVE, form=fields).status == 303
    (kept,) = profiles(identity_table)
    assert (kept["answers"], kept["version"]) == (KEPT, 2)


def test_an_answer_that_is_taken_away_is_not_kept(siti: Caller, identity_table: Table) -> None:
    siti(SAVE, form={**SITI, "version": "0"})
    siti(SAVE, form={**SITI, "accessibility_needs": "", "version": "1"})
    (kept,) = profiles(identity_table)
    assert "accessibility_needs" not in str(kept)


@pytest.mark.parametrize("kind", ["penulis", "umum"])
def test_who_is_no_official_needs_neither_nip_nor_level(siti: Caller, kind: str) -> None:
    answers = {"kind": kind, "region": "00.00", "phone": "+60 12-345 6789", "channel": "email", "version": "0"}
    assert siti(SAVE, form=answers).status == 303


def test_a_program_reads_what_it_wrote_and_changes_it(siti: Caller) -> None:
    assert siti(PAGE, headers={"accept": JSON}).json == {"version": 0}
    assert siti(SAVE, data=SITI).json["nip"] == "198609262015052001"
    read = siti(PAGE, headers={"accept": JSON}).json
    assert read == {**KEPT, "version": 1}
    assert siti(SAVE, data={**read, "unit": "Kecamatan"}).status == 200
    assert siti(PAGE, headers={"accept": JSON}).json["unit"] == "Kecamatan"


def test_a_profile_is_its_own_persons(siti: Caller, issuer: Issuer) -> None:
    siti(SAVE, form={**SITI, "version": "0"})
    budi = signed_in(siti, issuer, sub="budi")
    assert budi(PAGE, headers={"accept": JSON}).json == {"version": 0}


def test_it_is_the_same_profile_after_signing_in_again(siti: Caller, issuer: Issuer) -> None:
    siti(SAVE, form={**SITI, "version": "0"})
    again = signed_in(siti, issuer, name="Siti R. Rahmawati", email="baru@kemendesa.example")
    assert again(PAGE).fields()["unit"] == SITI["unit"]


# -- mistakes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_mistake_is_told_beside_its_field_and_in_the_summary(
        siti: Caller, identity_table: Table, language: str) -> None:
    for wrong in WRONG:
        told = wrong.indonesian if language == "id" else wrong.english
        typed = {**wrong.beside, wrong.field: wrong.typed, "lang": language, "version": "0"}
        answer = siti(SAVE, form=typed)
        assert (answer.status, answer.errors, answer.summary) == (
            422, {wrong.field: told}, {f"#{wrong.field}": told}), wrong
        assert answer.title.startswith({"id": "Kesalahan: ", "en": "Error: "}[language])
        others = {name: value for name, value in typed.items() if name != wrong.field}
        assert others.items() <= answer.fields().items(), "the other answers are kept as they were typed"
    assert profiles(identity_table) == []


def test_a_program_is_told_field_and_code(siti: Caller) -> None:
    for wrong in WRONG:
        answer = siti(SAVE, data={**wrong.beside, wrong.field: wrong.typed})
        assert (answer.status, answer.codes) == (422, [(wrong.field, wrong.code)])


def test_all_mistakes_are_told_together_in_the_order_of_the_page(siti: Caller) -> None:
    answer = siti(SAVE, form={"kind": "psm", "tmt": "x", "version": "0"})
    assert list(answer.errors) == answer.summary_fields == ["nip", "tmt", "region", "phone", "channel"]


def test_what_the_profile_does_not_ask_is_refused(siti: Caller, identity_table: Table) -> None:
    for name in ("email", "roles", "groups", "person", "pk", "sk"):
        answer = siti(SAVE, data={**SITI, name: "x"})
        assert (answer.status, answer.codes) == (422, [(name, "unknown_field")])
    assert profiles(identity_table) == []


def test_several_answers_to_one_question_are_not_guessed_about(siti: Caller) -> None:
    answer = siti(SAVE, data={**SITI, "region": ["35.22", "35.23"]})
    assert answer.codes == [("region", "unreadable")]


# -- two windows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "told"), [
    ("id", "Profil ini diubah dari jendela lain."), ("en", "This profile was changed from another window.")])
def test_a_change_from_another_window_is_told_and_nothing_typed_is_lost(
        siti: Caller, identity_table: Table, language: str, told: str) -> None:
    first, second = siti(PAGE).fields(), siti(PAGE).fields()
    assert siti(SAVE, form={**first, **SITI}).status == 303
    answer = siti(SAVE, form={**second, **HELMY, "lang": language})
    assert answer.status == 409
    assert told in answer.text
    fields = answer.fields()
    assert HELMY.items() <= fields.items()
    assert fields["version"] == "1", "saving once more replaces the other change, as the page says"
    (kept,) = profiles(identity_table)
    assert kept["answers"] == KEPT
    assert siti(SAVE, form=fields).status == 303
    (kept,) = profiles(identity_table)
    assert (kept["answers"]["kind"], kept["version"]) == ("tpp", 2)


def test_a_program_is_told_409_and_what_was_changed_stays(siti: Caller, identity_table: Table) -> None:
    siti(SAVE, data=SITI)
    answer = siti(SAVE, data=HELMY)
    assert (answer.status, answer.json["code"]) == (409, "changed_meanwhile")
    assert profiles(identity_table)[0]["answers"] == KEPT


def test_a_page_that_was_opened_two_changes_ago_replaces_neither(siti: Caller, identity_table: Table) -> None:
    siti(SAVE, form={**HELMY, "version": "0"})
    old = siti(PAGE).fields()
    for version in ("1", "2"):
        assert siti(SAVE, form={**SITI, "version": version}).status == 303
    assert siti(SAVE, form=old).status == 409
    (kept,) = profiles(identity_table)
    assert (kept["answers"], kept["version"]) == (KEPT, 3)


@pytest.mark.parametrize("version", ["7", "-1", "1.0", "x", "", "\u0661", "9" * 400, "1; DROP", "0x1", "\0"])
def test_a_version_that_never_was_replaces_nothing(siti: Caller, identity_table: Table, version: str) -> None:
    must_be_kept_or_told(siti(SAVE, form={**SITI, "version": version}))
    siti(SAVE, form={**SITI, "version": "0"})
    answer = siti(SAVE, form={**HELMY, "version": version})
    assert answer.status == 409
    assert profiles(identity_table)[0]["answers"] == KEPT


def must_be_kept_or_told(answer: Answer) -> None:
    assert answer.status in {303, 409}


@pytest.mark.parametrize("version", [True, 1.5, None, [1], {"a": 1}, -1, 10**30])
def test_an_odd_version_of_a_program_replaces_nothing(siti: Caller, identity_table: Table, version: object) -> None:
    siti(SAVE, data=SITI)
    assert siti(SAVE, data={**HELMY, "version": version}).status == 409
    assert profiles(identity_table)[0]["answers"] == KEPT


# -- nothing personal leaks ----------------------------------------------------------------------------------------

PERSONAL = ("Rahmawati", "kemendesa", "1986092", "198609262015052001", "Dinas PMD", "Budi Santoso", "881234",
            "isyarat", "35.22")


def test_no_log_line_and_no_address_holds_anything_of_a_profile(
        siti: Caller, log: StringIO, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [siti(SAVE, form={**SITI, "version": "0"}), siti(SAVE, form={**SITI, "nip": "1986092", "version": "1"}),
               siti(SAVE, form={**SITI, "version": "0"}), siti("GET /layanan/akun")]
    broken = Weather(records.client(), refused("AccessDeniedException"), times=float("inf"),
                     calls=frozenset({"transact_write_items"}))
    monkeypatch.setattr(records, "client", lambda: broken)
    fault = siti(SAVE, form={**SITI, "version": "1"})
    assert [each.status for each in (*answers, fault)] == [303, 422, 409, 200, 500]
    output = capfd.readouterr()
    lines = f"{log.getvalue()}{output.out}{output.err}"
    assert '"fault"' in lines, "the fault at least is logged"
    assert [each for each in PERSONAL if each in lines or each in fault.body] == []
    addresses = " ".join(each.headers.get("location", "") for each in answers) + " ".join(
        value for answer in answers[1:] for each in answer.page.walk() for name, value in each.attributes.items()
        if name in {"href", "action", "src"})
    assert [each for each in PERSONAL if each in addresses] == []


def test_the_keys_of_the_table_tell_nothing(siti: Caller, identity_table: Table) -> None:
    siti(SAVE, form={**SITI, "version": "0"})
    keys = " ".join(f"{each['pk']} {each['sk']}" for each in contents(identity_table))
    assert "PROFILE" in keys
    assert [each for each in (*PERSONAL, "siti", "panitia") if each.lower() in keys.lower()] == []


def test_no_page_of_an_account_may_be_kept_by_anybody_on_the_way(siti: Caller) -> None:
    for answer in (siti("GET /layanan/akun"), siti(PAGE), siti(SAVE, form=HELMY), siti(SAVE, form={})):
        assert answer.headers["cache-control"] == "no-store"


def test_changing_the_profile_is_an_entry_of_the_audit_that_says_nothing_of_what_changed(
        identity_door: Caller, issuer: Issuer, names: dict[str, str]) -> None:
    siti = signed_in(identity_door, issuer)
    assert siti(SAVE, form={**SITI, "version": "0"}).status == 303
    assert siti(SAVE, form={**SITI, "version": "0"}).status == 409, "nothing was changed"
    entries = [each for each in contents(Table(names["AuditTable"])) if each["pk"].startswith("RECORD#person#")]
    assert [(each["action"], each["role"], each["facts"]) for each in entries] == [("changed", "pengguna", [])]
    assert [typed for typed in SITI.values() if len(typed) > 6 and typed in str(entries)] == []
