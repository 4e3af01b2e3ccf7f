"""Register in Bahasa Indonesia with JavaScript off: from the home page to the receipt, and back out again."""

from __future__ import annotations

import re
from datetime import timedelta

import icalendar
import pytest
from playwright.sync_api import Page, expect

from portal.moments import ZONES
from tests.journeys.filling import FORM, ask_for_status, fill, go_on, press, reference_on, register, to_the_check
from tests.journeys.stage import Stage, days
from tests.people import helmy, official

OFFERING = "bimtek-musyawarah-desa"
TITLE = "Bimtek Fasilitasi Musyawarah Desa"
MISTAKES = {
    "name": ("", "Isi nama lengkap Anda."),
    "email": ("helmy@bojonegoro", "Tulis alamat e-mail lengkap, misalnya nama@contoh.go.id."),
    "phone": ("12", "Tulis nomor telepon yang lengkap, misalnya 0812 3456 7890 atau +60 12 345 6789."),
    "nip": ("1986", "Tulis NIP dengan 18 angka, misalnya 19860926 201505 1 001."),
    "agency_level": (None, "Pilih tempat Anda bekerja."),
    "region": (None, "Pilih kabupaten atau kota."),
    "consent": (None, "Beri tanda bahwa Anda sudah membaca pemberitahuan privasi."),
}


def test_from_the_home_page_over_mistakes_and_a_change_to_the_receipt(scriptless: Page, stage: Stage):
    page = scriptless
    page.goto("/")
    page.get_by_role("link", name="Ikut kegiatan").click()
    page.get_by_role("link", name=TITLE, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
    fill(page, {name: wrong for name, (wrong, _) in MISTAKES.items() if wrong} | {"kind": "psm"})

    assert go_on(page).status == 422
    expect(page).to_have_title("Kesalahan: Pendaftaran kegiatan - Portal Penggerak Desa")
    must_tell_each_mistake_beside_its_field(page)
    must_keep_what_was_typed(page)

    fill(page, official(email="siti.tanpa.skrip@bojonegoro.example"))
    assert go_on(page).status == 200
    expect(page.get_by_role("heading", level=1)).to_have_text("Periksa jawaban Anda")
    expect(page.locator(".portal-answers")).to_contain_text("19860926 201505 2 001")
    expect(page.locator(".portal-answers")).to_contain_text("Kabupaten Bojonegoro")

    assert press(page, "Ubah jawaban").status == 200
    expect(page.locator("#name")).to_have_value("Siti Aminah")
    fill(page, {"phone": "+62 813-9876-5432"})
    go_on(page)
    expect(page.locator(".portal-answers")).to_contain_text("0813-9876-5432")

    press(page, "Kirim sekarang")
    must_be_a_receipt(page)
    letter, = stage.letters_to("siti.tanpa.skrip@bojonegoro.example")
    assert letter.startswith(f"Kursi Anda: {TITLE} ({reference_on(page)})")


def must_tell_each_mistake_beside_its_field(page: Page) -> None:
    summary = page.locator(".portal-summary")
    expect(summary.get_by_role("heading")).to_have_text("Ada yang perlu diperbaiki")
    told = [text.replace("\N{NO-BREAK SPACE}", " ") for text in summary.get_by_role("link").all_inner_texts()]
    assert told == [sentence for _, sentence in MISTAKES.values()]
    for name, (_, sentence) in MISTAKES.items():
        error = page.locator(f".portal-field--error #{name}-error")
        expect(error).to_have_text(sentence)
        described = page.locator(f"{FORM} [aria-describedby~={name}-error][aria-invalid=true]")
        expect(described).to_have_count(1)
        summary.get_by_role("link", name=sentence).click()
        expect(page.locator(f"#{name}")).to_be_focused()


def must_keep_what_was_typed(page: Page) -> None:
    for name, (wrong, _) in MISTAKES.items():
        if wrong is not None:
            expect(page.locator(f"#{name}")).to_have_value(wrong)
    expect(page.locator("[name=kind][value=psm]")).to_be_checked()
    expect(page.locator("#consent")).not_to_be_checked()


def must_be_a_receipt(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Anda mendapat kursi")
    expect(page.locator(".portal-receipt__reference")).to_have_text(
        re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$"))
    code = page.get_by_role("figure", name="Kode ini membuka halaman status pendaftaran Anda. "
                                           "Tunjukkan bila panitia memintanya.")
    expect(code.locator("svg")).to_be_visible()
    expect(page.get_by_role("heading", level=2, name="Selanjutnya")).to_be_visible()
    expect(page.locator("article ol > li")).to_have_count(3)


def test_the_activity_can_be_put_into_a_calendar(scriptless: Page, stage: Stage):
    starts = days(40)
    offering = stage.declare(starts=starts, ends=starts + timedelta(days=2))
    register(scriptless, offering, helmy(email="helmy.kalender@bojonegoro.example"))
    with scriptless.expect_download() as coming:
        scriptless.get_by_role("link", name="Simpan ke kalender").click()
    assert coming.value.suggested_filename == f"{offering}.ics"
    event, = icalendar.Calendar.from_ical(coming.value.path().read_bytes()).walk("VEVENT")
    assert TITLE in event["summary"]
    assert event["dtstart"].dt == starts.astimezone(ZONES["WIB"]).date()


def test_who_knows_reference_and_address_sees_the_status_and_cancels(scriptless: Page, stage: Stage):
    address = "helmy.batal@bojonegoro.example"
    reference = register(scriptless, OFFERING, helmy(email=address))
    free = stage.seats(OFFERING)["free"]

    ask_for_status(scriptless, reference.lower().replace("-", " "), address.upper())
    expect(scriptless.get_by_role("heading", level=1)).to_have_text("Anda mendapat kursi")
    press(scriptless, "Batalkan pendaftaran ini")
    expect(scriptless.get_by_role("heading", level=1)).to_have_text("Batalkan pendaftaran ini?")
    press(scriptless, "Tidak, kembali ke status")
    expect(scriptless.get_by_role("heading", level=1)).to_have_text("Anda mendapat kursi")
    press(scriptless, "Batalkan pendaftaran ini")
    press(scriptless, "Ya, batalkan")

    expect(scriptless.get_by_role("heading", level=1)).to_have_text("Pendaftaran dibatalkan")
    assert "/tanda-terima/" in scriptless.url
    assert reference_on(scriptless) == reference
    assert stage.seats(OFFERING)["free"] == free + 1
    _, farewell = stage.letters_to(address, 2)
    assert reference in farewell
    assert "dibatalkan" in farewell


def test_the_code_on_the_receipt_leads_to_the_status_with_the_reference_filled_in(scriptless: Page):
    reference = register(scriptless, OFFERING, helmy(email="helmy.kode@bojonegoro.example"))
    scriptless.get_by_role("link", name="Lihat status atau batalkan").click()
    expect(scriptless.locator("#reference")).to_have_value(reference.replace("-", ""))
    fill(scriptless, {"email": "helmy.kode@bojonegoro.example"})
    go_on(scriptless)
    assert reference_on(scriptless) == reference


@pytest.mark.parametrize("whose", ["nobody's", "somebody else's"])
def test_an_unknown_and_a_foreign_reference_get_the_same_answer(scriptless: Page, whose: str):
    reference = "7F3K-9QX2"
    if whose == "somebody else's":
        reference = register(scriptless, OFFERING, helmy(email="helmy.rahasia@bojonegoro.example"))
    scriptless.goto("/kegiatan/status/")
    fill(scriptless, {"reference": reference, "email": "penasaran@bojonegoro.example"})
    assert go_on(scriptless).status == 404
    assert scriptless.locator(".portal-summary a").all_inner_texts() == [
        "Kami tidak menemukan pendaftaran dengan nomor dan alamat e-mail itu. Periksa keduanya."]
    expect(scriptless.locator("#email")).to_have_value("penasaran@bojonegoro.example")


def test_nothing_is_sent_before_the_answers_were_checked(scriptless: Page, stage: Stage):
    free = stage.seats(OFFERING)["free"]
    to_the_check(scriptless, OFFERING, helmy(email="helmy.ragu@bojonegoro.example"))
    expect(scriptless.get_by_text("Belum ada yang terkirim.")).to_be_visible()
    assert stage.seats(OFFERING)["free"] == free
