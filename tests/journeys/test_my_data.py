"""Somebody looks at their data, copies them, allows something and asks for a correction; an officer answers."""

from __future__ import annotations

import json
from pathlib import Path

import pypdf
from playwright.sync_api import Page, expect

from tests.journeys.filling import press
from tests.journeys.inspection import PHONE, faults_of
from tests.journeys.test_signing_in import heading, sign_in

DATA, DESK = "/layanan/akun/data", "/layanan/meja/hak"


def downloaded(page: Page, name: str) -> Path:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return Path(download.value.path())


def test_from_ones_own_data_to_an_answered_request_without_script(scriptless: Page):
    page = scriptless
    page.set_viewport_size(PHONE)
    sign_in(page, "made", "/layanan/akun")
    page.get_by_role("link", name="Data saya, dan siapa yang membukanya").click()
    assert heading(page) == "Data saya"
    reader = pypdf.PdfReader(downloaded(page, "Unduh untuk dibaca (PDF)"))
    assert "made@contoh.test" in "".join(each.extract_text() for each in reader.pages)
    copied = json.loads(downloaded(page, "Unduh untuk dipindahkan (JSON)").read_text(encoding="utf-8"))
    assert len(copied["holdings"]["session"]) >= 1
    page.get_by_role("link", name="Persetujuan saya").click()
    press(page, "Saya setuju Jajak pendapat")
    expect(page.get_by_role("button", name="Tarik persetujuan Jajak pendapat")).to_be_visible()
    page.goto(f"{DATA}/permintaan")
    page.get_by_label("Memperbaiki data yang keliru").check()
    page.get_by_label("Data saya sendiri").check()
    page.get_by_label("Penjelasan").fill("Nama saya ditulis Mada, yang benar Made.")
    press(page, "Lanjut ke pemeriksaan jawaban")
    press(page, "Kirim sekarang")
    assert heading(page) == "Permintaan Anda"
    expect(page.locator("main")).to_contain_text("jam lagi")
    number = page.locator(".portal-receipt__reference").inner_text()
    officer = page.context.browser.new_context(base_url=page.url.split("/layanan")[0], java_script_enabled=False)
    try:
        answered(officer.new_page(), number)
    finally:
        officer.close()
    page.reload()
    expect(page.locator("main")).to_contain_text("dikabulkan: sudah kami lakukan")
    page.goto(f"{DATA}/jejak")
    expect(page.locator("main")).to_contain_text("Petugas")


def answered(officer: Page, number: str) -> None:
    """The data protection officer takes the request on and grants it."""
    sign_in(officer, "rina", DESK)
    officer.get_by_role("link", name=number).click()
    press(officer, "Saya tangani")
    officer.get_by_label("Keputusan").select_option("granted:done")
    press(officer, "Kirim jawaban")
    expect(officer.locator("main")).to_contain_text("Sudah dijawab")


def test_these_pages_have_no_fault_that_a_machine_can_find(desk: Page):
    found = {}
    sign_in(desk, "rina", DATA)
    for address in (DATA, f"{DATA}/persetujuan", f"{DATA}/jejak", f"{DATA}/permintaan", DESK):
        desk.goto(address)
        found[address] = faults_of(desk)
    assert found == {key: [] for key in found}
