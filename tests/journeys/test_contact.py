"""Write to whoever runs the portal, and get a receipt and a letter."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.filling import fill, go_on, press, reference_on
from tests.journeys.stage import Stage
from tests.people import ratna


def test_a_complaint_in_bahasa_indonesia_without_script(scriptless: Page, stage: Stage):
    scriptless.goto("/tentang/kontak/")
    fill(scriptless, ratna(email="ratna@", name=""))
    assert go_on(scriptless).status == 422
    expect(scriptless).to_have_title("Kesalahan: Hubungi kami - Portal Penggerak Desa")
    assert scriptless.locator(".portal-summary a").all_inner_texts() == [
        "Isi nama Anda.", "Tulis alamat e-mail lengkap, misalnya nama@contoh.go.id."]
    expect(scriptless.locator("#message")).to_have_value(ratna()["message"])

    fill(scriptless, ratna(email="ratna.kontak@surabaya.example"))
    go_on(scriptless)
    expect(scriptless.get_by_role("heading", level=1)).to_have_text("Periksa jawaban Anda")
    expect(scriptless.locator(".portal-answers")).to_contain_text("Saya memakai NVDA.")
    press(scriptless, "Kirim sekarang")
    expect(scriptless.get_by_role("heading", level=1)).to_have_text("Pesan Anda sudah kami terima")
    expect(scriptless.get_by_role("article")).to_contain_text("tiga hari kerja")
    letter, = stage.letters_to("ratna.kontak@surabaya.example")
    assert reference_on(scriptless) in letter


def test_a_question_in_english_on_a_phone(phone: Page, stage: Stage):
    phone.goto("/en/tentang/kontak/")
    fill(phone, ratna(topic="pertanyaan", message="Is there an English abstract?", email="ratna.en@surabaya.example"))
    go_on(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Check your answers")
    press(phone, "Send now")
    expect(phone.get_by_role("heading", level=1)).to_have_text("We have received your message")
    letter, = stage.letters_to("ratna.en@surabaya.example")
    assert reference_on(phone) in letter
    phone.get_by_role("link", name="Back to the home page").click()
    expect(phone).to_have_url(f"{stage.url}/en/")


def test_a_message_that_is_sent_twice_is_one_message(desk: Page, stage: Stage):
    desk.goto("/tentang/kontak/")
    fill(desk, ratna(email="ratna.dua@surabaya.example"))
    go_on(desk)
    desk.get_by_role("button", name="Kirim sekarang").dblclick()
    desk.wait_for_url("**/tanda-terima/**")
    letter, = stage.letters_to("ratna.dua@surabaya.example")
    assert reference_on(desk) in letter


@pytest.mark.parametrize("message", ['<script>alert(1)</script> & "tanda kutip"', "baris 1\n\nbaris 3"])
def test_what_was_typed_comes_back_as_it_was_typed(desk: Page, message: str):
    desk.goto("/tentang/kontak/")
    fill(desk, ratna(message=message))
    go_on(desk)
    shown = desk.locator(".portal-answers dd").nth(1)
    assert shown.inner_text().split() == message.split()
    press(desk, "Ubah jawaban")
    expect(desk.locator("#message")).to_have_value(message)
