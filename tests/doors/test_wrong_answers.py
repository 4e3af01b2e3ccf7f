"""Every wrong answer has its own sentence, beside its field and in the summary, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.doors.calling import Caller
from tests.people import helmy, official

POST = "POST /layanan/pendaftaran"


@dataclass(frozen=True)
class Wrong:
    """One answer that cannot be used: what was typed, and what its reader is told in both languages."""

    field: str
    code: str
    typed: str
    indonesian: str
    english: str

    def __str__(self) -> str:
        return f"{self.field}:{self.code}"


WRONG = [
    Wrong("name", "missing", "", "Isi nama lengkap Anda.", "Enter your full name."),
    Wrong("name", "unreadable", "Siti\0", "Ketik ulang nama Anda; ada karakter yang tidak dapat dibaca.",
          "Type your name again; it holds characters that cannot be read."),
    Wrong("name", "too_long", "x" * 121, "Persingkat nama menjadi paling banyak 120 karakter.",
          "Shorten the name to 120 characters at most."),
    Wrong("email", "missing", " ", "Isi alamat e-mail Anda.", "Enter your e-mail address."),
    Wrong("email", "email_shape", "siti@desa", "Tulis alamat e-mail lengkap, misalnya nama@contoh.go.id.",
          "Write the whole e-mail address, for example name@example.org."),
    Wrong("email", "unreadable", "siti\u202e@desa.example",
          "Ketik ulang alamat e-mail; ada karakter yang tidak dapat dibaca.",
          "Type the e-mail address again; it holds characters that cannot be read."),
    Wrong("phone", "missing", "", "Isi nomor telepon Anda.", "Enter your telephone number."),
    Wrong("phone", "phone_shape", "08",
          "Tulis nomor telepon yang lengkap, misalnya 0812 3456 7890 atau +60 12 345 6789.",
          "Write the whole telephone number, for example 0812 3456 7890 or +60 12 345 6789."),
    Wrong("kind", "missing", "", "Pilih sebagai apa Anda mendaftar.", "Choose as what you register."),
    Wrong("kind", "not_an_option", "raja", "Pilih salah satu jawaban yang tersedia.",
          "Choose one of the answers offered."),
    Wrong("nip", "missing", "", "Isi NIP Anda, karena Anda mendaftar sebagai ASN.",
          "Enter your NIP, since you register as a civil servant."),
    Wrong("nip", "nip_length", "1986", "Tulis NIP dengan 18 angka, misalnya 19860926 201505 1 001.",
          "Write the NIP with 18 digits, for example 19860926 201505 1 001."),
    Wrong("nip", "nip_date", "19861326 201505 1 001",
          "Periksa delapan angka pertama NIP; isinya tanggal lahir (tahun, bulan, tanggal).",
          "Check the first eight digits of the NIP; they are the birth date (year, month, day)."),
    Wrong("nip", "nip_sex", "19860926 201505 4 001",
          "Periksa angka ke-15 NIP; isinya 1 untuk laki-laki atau 2 untuk perempuan.",
          "Check the 15th digit of the NIP; it is 1 for a man or 2 for a woman."),
    Wrong("agency_level", "missing", "", "Pilih tempat Anda bekerja.", "Choose where you work."),
    Wrong("agency", "too_long", "x" * 161, "Persingkat nama instansi menjadi paling banyak 160 karakter.",
          "Shorten the agency's name to 160 characters at most."),
    Wrong("region", "missing", "", "Pilih kabupaten atau kota.", "Choose a district or city."),
    Wrong("region", "region_unknown", "99.99",
          "Pilih kabupaten atau kota dari daftar; kode itu tidak ada di daftar resmi.",
          "Choose a district or city from the list; that code is not in the official one."),
    Wrong("accessibility_needs", "too_long", "x" * 501, "Persingkat menjadi paling banyak 500 karakter.",
          "Shorten it to 500 characters at most."),
    Wrong("consent", "missing", "", "Beri tanda bahwa Anda sudah membaca pemberitahuan privasi.",
          "Tick the box to say that you have read the privacy notice."),
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_wrong_answer_is_told_beside_its_field_and_in_the_summary(
        guarded_door: Caller, wrong: Wrong, language: str) -> None:
    told = wrong.indonesian if language == "id" else wrong.english
    answer = guarded_door(POST, form={**official(), wrong.field: wrong.typed, "lang": language})
    assert answer.status == 422
    assert answer.errors == {wrong.field: told}
    assert answer.summary == {f"#{wrong.field}": told}
    assert answer.title.startswith({"id": "Kesalahan: ", "en": "Error: "}[language])


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_program_is_told_field_code_and_sentence(guarded_door: Caller, wrong: Wrong) -> None:
    answer = guarded_door(POST, data={**official(), wrong.field: wrong.typed}, headers={"accept-language": "en-GB"})
    assert answer.status == 422
    (told,) = answer.json["errors"]
    assert (told["field"], told["code"], " ".join(told["message"].split())) == (wrong.field, wrong.code, wrong.english)
    assert answer.json | {"errors": []} == {
        "type": "urn:portal:problem:answers", "title": "Some answers need correcting", "status": 422, "code": "answers",
        "errors": []}


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_the_wrong_field_says_so_to_a_screen_reader_and_the_others_do_not(guarded_door: Caller, wrong: Wrong) -> None:
    answer = guarded_door(POST, form={**official(), wrong.field: wrong.typed})
    marked = {each.attributes.get("id") or each.find("input")[0].attributes["name"]
              for each in answer.page.walk() if each.attributes.get("aria-invalid") == "true"}
    assert marked == {wrong.field}
    described = next(each for each in answer.page.walk() if each.attributes.get("aria-invalid") == "true")
    ids = {each.attributes.get("id") for each in answer.page.walk()}
    assert f"{wrong.field}-error" in described.attributes["aria-describedby"].split()
    assert set(described.attributes["aria-describedby"].split()) <= ids


def test_all_other_answers_are_kept_as_they_were_typed(guarded_door: Caller) -> None:
    typed = official(email="siti@desa", agency='Dinas <PMD> & "Desa"', accessibility_needs="\nJalan kursi roda\n")
    kept = guarded_door(POST, form=typed).fields()
    assert {name: kept[name] for name in typed} == typed
    assert "<PMD>" not in guarded_door(POST, form=typed).body


def test_several_mistakes_are_told_together_in_the_order_of_the_page(guarded_door: Caller) -> None:
    answer = guarded_door(POST, form=helmy(consent="", region="", email="x", name=""))
    assert list(answer.errors) == list(answer.summary_fields) == ["name", "email", "region", "consent"]


def test_a_mistake_found_later_does_not_forget_the_language(guarded_door: Caller) -> None:
    answer = guarded_door(POST, form=helmy(email="", lang="en"), headers={"accept-language": "id"})
    assert answer.heading == "Register for an activity"
    assert answer.fields()["lang"] == "en"


def test_the_page_after_a_mistake_names_the_activity_it_is_about(guarded_door: Caller) -> None:
    answer = guarded_door(POST, form=helmy(email="", lang="en"))
    assert "Training in Klino village" in answer.text
    assert answer.fields()["offering"] == "bimtek-klino"


@pytest.mark.parametrize("trapped", ["https://obat-kuat.example", " ", "\u200b"])
def test_a_program_that_fills_the_hidden_field_is_told_to_leave_it_empty(guarded_door: Caller, trapped: str) -> None:
    answer = guarded_door(POST, form=helmy(website=trapped))
    assert answer.status == 422
    assert "Kosongkan kolom yang tersembunyi ini." in answer.text
    assert 'href="#website"' not in answer.body, "nobody can be led to a field that cannot be seen"


def test_a_field_that_is_not_asked_is_told_and_not_stored(guarded_door: Caller) -> None:
    answer = guarded_door(POST, form=helmy(salary="5000000"))
    assert answer.status == 422
    assert "Formulir ini tidak mempunyai isian dengan nama itu." in answer.text
    assert guarded_door(POST, data={**helmy(), "salary": 5}).codes == [("salary", "unknown_field")]


def test_a_form_without_its_activity_leads_to_the_activities(guarded_door: Caller) -> None:
    answers = helmy()
    del answers["offering"]
    answer = guarded_door(POST, form=answers)
    assert answer.status == 404
    assert "/kegiatan/" in answer.links
    assert guarded_door(POST, data=answers).codes == [("offering", "missing")]
