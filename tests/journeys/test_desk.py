"""A committee decides about two requests and writes to those who stay, on a telephone and without script."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.filling import fill, press, register
from tests.journeys.inspection import PHONE, faults_of
from tests.journeys.stage import Stage
from tests.journeys.test_signing_in import sign_in
from tests.people import helmy, yohana


def test_one_request_is_approved_one_refused_and_the_news_is_seen_before_it_goes(open_page: OpenPage, stage: Stage):
    circle = stage.declare(seats=5, quotas=(), approval=True)
    for answers in (helmy(email="helmy@persetujuan.example"), yohana(email="yohana@persetujuan.example")):
        participant = open_page()
        register(participant, circle, answers)
        expect(participant.get_by_role("heading", level=1)).to_have_text("Pendaftaran menunggu persetujuan")

    page = open_page(viewport=PHONE, java_script_enabled=False)
    sign_in(page, "siti", f"/layanan/meja/kegiatan/{circle}?status=requested")
    choose_and_press(page, "Helmy Elizabeth", "Setujui")
    press(page, "Ya, setujui")
    expect(page.locator("main")).to_contain_text("sudah disetujui dan mendapat kursi")
    page.goto(f"/layanan/meja/kegiatan/{circle}")
    choose_and_press(page, "Yohana Gebze", "Tolak")
    fill(page, {"reason": "group_composed", "remark": "Kelompok di Jayapura masih terbuka."})
    press(page, "Ya, tolak")
    expect(page.locator("main")).to_contain_text("sudah ditolak")

    page.goto(f"/layanan/meja/kegiatan/{circle}?status=seated")
    assert not faults_of(open_again(open_page, page))
    press(page, "Kirim kabar kepada semua dalam daftar ini")
    fill(page, {"template": "message_bring", "text": "Bawa catatan kerja Anda."})
    press(page, "Lanjut ke pemeriksaan kabar")
    shown = page.locator("pre").inner_text()
    press(page, "Kirim sekarang")
    expect(page.get_by_role("status")).to_contain_text("1 surat sudah masuk antrean")

    told = stage.letters_to("helmy@persetujuan.example", 3)
    assert [letter.partition(":")[0] for letter in told] == [
        "Menunggu persetujuan", "Disetujui, Anda mendapat kursi", "Yang perlu dibawa"]
    assert re.sub(r"\s+", " ", shown).strip() in re.sub(r"\s+", " ", told[2])
    refused = stage.letters_to("yohana@persetujuan.example", 2)[1]
    assert "Susunan kelompok sudah lengkap. Kelompok di Jayapura masih terbuka." in refused


def choose_and_press(page: Page, name: str, button: str) -> None:
    page.get_by_label(f"Pilih {name}").check()
    press(page, button)


def open_again(open_page: OpenPage, page: Page) -> Page:
    """The same page for the same person, with script, which the inspection needs."""
    again = open_page(viewport=PHONE)
    again.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    again.goto(page.url)
    return again
