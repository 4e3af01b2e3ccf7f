"""Closed, not yet open, unknown, for others: a page that says what is the case and what to do instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.filling import ask_for_status, fill, go_on, press, register, to_the_check
from tests.journeys.stage import Stage
from tests.people import helmy

WORKSHOP, FOR_CIVIL_SERVANTS = "lokakarya-papua", "pelatihan-konversi-angka-kredit"
PATHS = {"id": "", "en": "/en"}


def days(number: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=number)


def submitted(page: Page, offering: str, language: str) -> int:
    """Fill in the form of an offering and send it to be checked; answers the status."""
    page.goto(f"{PATHS[language]}/kegiatan/{offering}/")
    fill(page, helmy(email=f"helmy.{language}@papua.example"))
    return go_on(page).status


def must_lead_on(page: Page, *addresses: str) -> None:
    """The page offers these ways on, and each of them is there."""
    links = page.locator("article .portal-links a")
    assert [link.get_attribute("href") for link in links.all()] == list(addresses)
    for address in addresses:
        assert page.request.get(address).status == 200, address


@pytest.mark.parametrize(("language", "heading", "said"), [
    ("id", "Pendaftaran sudah ditutup", "ditutup"), ("en", "Registration has closed", "closed on")])
def test_a_closed_activity_says_since_when_and_leads_to_others(
        open_page: OpenPage, stage: Stage, language: str, heading: str, said: str):
    page = open_page(java_script_enabled=language == "en")
    with stage.declared(WORKSHOP, opens=days(-9), closes=days(-1)):
        assert submitted(page, WORKSHOP, language) == 409
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.get_by_role("article")).to_contain_text(said)
    expect(page.get_by_role("article")).to_contain_text(str(days(-1).year))
    must_lead_on(page, f"{PATHS[language]}/kegiatan/", f"{PATHS[language]}/tentang/kontak/")


@pytest.mark.parametrize(("language", "heading"), [
    ("id", "Pendaftaran belum dibuka"), ("en", "Registration has not opened yet")])
def test_an_activity_that_is_not_open_yet_says_from_when(
        open_page: OpenPage, stage: Stage, language: str, heading: str):
    page = open_page(java_script_enabled=language == "en")
    with stage.declared(WORKSHOP, opens=days(3)):
        assert submitted(page, WORKSHOP, language) == 409
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.get_by_role("article")).to_contain_text(f"{days(3).year}")
    must_lead_on(page, f"{PATHS[language]}/kegiatan/{WORKSHOP}/", f"{PATHS[language]}/kegiatan/")


@pytest.mark.parametrize(("language", "heading", "said"), [
    ("id", "Kegiatan ini untuk peserta lain", "ASN lain (PNS atau PPPK)"),
    ("en", "This activity is for other participants", "Other civil servant (PNS or PPPK)")])
def test_an_activity_for_others_says_for_whom(open_page: OpenPage, language: str, heading: str, said: str):
    page = open_page()
    assert submitted(page, FOR_CIVIL_SERVANTS, language) == 409
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.get_by_role("article")).to_contain_text(said)
    must_lead_on(page, f"{PATHS[language]}/kegiatan/", f"{PATHS[language]}/kegiatan/{FOR_CIVIL_SERVANTS}/")


def test_a_form_saved_before_its_activity_was_withdrawn_leads_to_the_list(desk: Page):
    desk.goto(f"/kegiatan/{WORKSHOP}/")
    desk.locator("[name=offering]").evaluate("field => { field.value = 'bimtek-yang-dulu'; }")
    fill(desk, helmy(email="helmy.lama@papua.example"))
    assert go_on(desk).status == 404
    expect(desk.get_by_role("heading", level=1)).to_have_text("Kegiatan ini tidak ada")
    must_lead_on(desk, "/kegiatan/")


@pytest.mark.parametrize(("address", "heading"), [
    ("/layanan/kegiatan/bimtek-yang-dulu/kursi", "Kegiatan ini tidak ada"),
    ("/layanan/pendaftaran/tanda-terima/01M7ZYJJ1BGCPQP3YC6V8ZTMGC", "Halaman ini tidak ada"),
    ("/layanan/masukan/tanda-terima/terpotong", "Halaman ini tidak ada"),
    ("/kegiatan/tidak-ada/", "Halaman tidak ditemukan"),
    ("/en/kegiatan/tidak-ada/", "Halaman tidak ditemukan")])
def test_an_address_that_leads_nowhere_says_where_to_go(scriptless: Page, address: str, heading: str):
    answer = scriptless.goto(address)
    assert answer
    assert answer.status == 404
    expect(scriptless.get_by_role("heading", level=1)).to_have_text(heading)
    ways = [link.get_attribute("href") or "" for link in scriptless.locator("article a").all()]
    assert ways
    assert [way for way in ways if scriptless.request.get(way).status != 200] == []


@pytest.mark.parametrize("changes", [{"closes": days(-0.01)}, {"opens": days(1)}], ids=["closed", "not open"])
def test_who_checks_answers_while_it_closes_is_told_on_sending(desk: Page, stage: Stage, changes: dict[str, Any]):
    to_the_check(desk, WORKSHOP, helmy(email="helmy.terlambat@papua.example"))
    with stage.declared(WORKSHOP, **changes):
        assert go_on(desk).status == 409
    assert stage.letters_to("helmy.terlambat@papua.example", 0) == []


def test_a_registration_cannot_be_cancelled_once_its_activity_has_begun(desk: Page, stage: Stage):
    reference = register(desk, WORKSHOP, helmy(email="helmy.hadir@papua.example"))
    ask_for_status(desk, reference, "helmy.hadir@papua.example")
    press(desk, "Batalkan pendaftaran ini")
    with stage.declared(WORKSHOP, starts=days(-1)):
        assert press(desk, "Ya, batalkan").status == 409
        expect(desk.get_by_role("heading", level=1)).to_have_text("Kegiatan sudah dimulai")
        must_lead_on(desk, "/tentang/kontak/")
        ask_for_status(desk, reference, "helmy.hadir@papua.example")
        expect(desk.get_by_role("heading", level=1)).to_have_text("Anda mendapat kursi")
        expect(desk.get_by_role("button", name="Batalkan pendaftaran ini")).to_have_count(0)


def test_the_address_of_the_form_itself_leads_to_the_activities(desk: Page, stage: Stage):
    desk.goto("/layanan/pendaftaran?lang=en")
    expect(desk).to_have_url(f"{stage.url}/en/kegiatan/")
