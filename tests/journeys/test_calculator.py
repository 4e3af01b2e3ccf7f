"""Somebody works out credit points on a phone: several evaluations, more rows, the result, and what to correct."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.inspection import PHONE, faults_of

YEARS = (("01-2023", "12-2023", "sangat_baik"), ("01-2024", "06-2024", "baik"), ("Juli 2024", "12/2024", "baik"),
         ("2025-01", "Des 2025", "baik"))


def begin(page: Page) -> None:
    page.goto("/e-dupak/kalkulator/")
    page.locator("[name=entry][value=integrasi]").check()
    page.locator("#jenjang").select_option("ahli_pertama")
    page.locator("#golongan").select_option("III/a")
    page.locator("#since").fill("01-2023")
    page.locator("#points").fill("110,5")


def evaluate(page: Page) -> None:
    for number, (first, last, predikat) in enumerate(YEARS, 1):
        page.locator(f"#periods_{number}_first").fill(first)
        page.locator(f"#periods_{number}_last").fill(last)
        page.locator(f"#periods_{number}_predikat").select_option(predikat)


def test_four_evaluations_are_counted_after_asking_for_more_rows_and_pressing_enter(phone: Page) -> None:
    begin(phone)
    phone.get_by_role("button", name="Tambah baris evaluasi").click()
    expect(phone.locator("#periods_6_first")).to_be_visible()
    expect(phone.locator("#points")).to_have_value("110,5")
    evaluate(phone)
    phone.locator("#points").press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Hasil hitungan angka kredit")
    expect(phone.locator(".portal-note").first).to_contain_text("54,25")
    assert faults_of(phone) == []
    phone.locator("summary", has_text="12/12 × 150% × 12,5").click()
    expect(phone.get_by_text("Persentase tiap predikat kinerja: Sangat Baik = 150%")).to_be_visible()
    assert faults_of(phone) == []


def test_without_script_a_month_that_stands_twice_is_told_beside_its_row(open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE, java_script_enabled=False)
    begin(page)
    page.get_by_role("button", name="Tambah baris evaluasi").click()
    evaluate(page)
    page.locator("#periods_3_first").fill("06-2024")
    page.get_by_role("button", name="Hitung", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Juni 2024 sudah ada di evaluasi 2.")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.locator("#periods_3_first")).to_be_focused()
    page.locator("#periods_3_first").fill("07-2024")
    page.get_by_role("button", name="Hitung", exact=True).click()
    expect(page.locator(".portal-note").first).to_contain_text("54,25")
