"""Closed, not yet open, unknown, for others: a page that says what is the case and what to do instead."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.filling import ask_for_status, fill, go_on, press, register, to_the_check, visit
from tests.journeys.inspection import faults_of
from tests.journeys.stage import MODEL, Stage, days
from tests.people import helmy

PATHS = {"id": "", "en": "/en"}


def submitted(page: Page, offering: str, language: str) -> int:
    """Fill in the form of an offering and send it to be checked; answers the status."""
    visit(page, f"{PATHS[language]}/kegiatan/{offering}/")
    fill(page, helmy(email=f"helmy.{language}@papua.example"))
    return go_on(page).status


def must_lead_on(page: Page, *addresses: str) -> None:
    """Nobody is shut out of the page; it offers these ways on, and each of them is there."""
    assert faults_of(page) == []
    links = page.locator("article .portal-links a")
    assert [link.get_attribute("href") for link in links.all()] == list(addresses)
    for address in addresses:
        assert visit(page, address) == 200, address


@pytest.mark.parametrize(("language", "heading", "said"), [
    ("id", "Pendaftaran sudah ditutup", "ditutup"), ("en", "Registration has closed", "closed on")])
def test_a_closed_activity_says_since_when_and_leads_to_others(
        phone: Page, stage: Stage, language: str, heading: str, said: str):
    closed = stage.declare(opens=days(-9), closes=days(-1))
    assert submitted(phone, closed, language) == 409
    expect(phone.get_by_role("heading", level=1)).to_have_text(heading)
    expect(phone.get_by_role("article")).to_contain_text(said)
    expect(phone.get_by_role("article")).to_contain_text(str(days(-1).year))
    must_lead_on(phone, f"{PATHS[language]}/kegiatan/", f"{PATHS[language]}/tentang/kontak/")


@pytest.mark.parametrize(("language", "heading"), [
    ("id", "Pendaftaran belum dibuka"), ("en", "Registration has not opened yet")])
def test_an_activity_that_is_not_open_yet_says_from_when(phone: Page, stage: Stage, language: str, heading: str):
    later = stage.declare(opens=days(3))
    assert submitted(phone, later, language) == 409
    expect(phone.get_by_role("heading", level=1)).to_have_text(heading)
    expect(phone.get_by_role("article")).to_contain_text(str(days(3).year))
    must_lead_on(phone, f"{PATHS[language]}/kegiatan/{later}/", f"{PATHS[language]}/kegiatan/")


@pytest.mark.parametrize(("language", "heading", "said"), [
    ("id", "Kegiatan ini untuk peserta lain", "ASN lain (PNS atau PPPK)"),
    ("en", "This activity is for other participants", "Other civil servant (PNS or PPPK)")])
def test_an_old_page_of_an_activity_that_became_one_for_others_says_for_whom(
        phone: Page, stage: Stage, language: str, heading: str, said: str):
    for_others = stage.declare(audience=["psm", "asn"])
    assert submitted(phone, for_others, language) == 409
    expect(phone.get_by_role("heading", level=1)).to_have_text(heading)
    expect(phone.get_by_role("article")).to_contain_text(said)
    must_lead_on(phone, f"{PATHS[language]}/kegiatan/", f"{PATHS[language]}/kegiatan/{for_others}/")


@pytest.mark.parametrize(("offering", "asked"), [("pelatihan-konversi-angka-kredit", ["psm", "asn"]),
                                                 (MODEL, ["psm", "tpp", "asn"])])
def test_a_form_asks_only_for_whom_its_activity_is(phone: Page, offering: str, asked: list[str]):
    phone.goto(f"/kegiatan/{offering}/")
    assert [each.get_attribute("value") for each in phone.locator("[name=kind]").all()] == asked


def test_a_form_saved_before_its_activity_was_withdrawn_leads_to_the_list(scriptless: Page):
    assert submitted(scriptless, "milik-sendiri-0", "id") == 404
    expect(scriptless.get_by_role("heading", level=1)).to_have_text("Kegiatan ini tidak ada")
    assert scriptless.locator("article .portal-links a").get_attribute("href") == "/kegiatan/"


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


def test_who_checks_answers_while_it_closes_is_told_on_sending(desk: Page, stage: Stage):
    closing = stage.declare()
    to_the_check(desk, closing, helmy(email="helmy.terlambat@papua.example"))
    stage.change(closing, closes=days(-0.001))
    assert go_on(desk).status == 409
    expect(desk.get_by_role("heading", level=1)).to_have_text("Pendaftaran sudah ditutup")
    assert stage.letters_to("helmy.terlambat@papua.example", 0) == []


def test_a_registration_cannot_be_cancelled_once_its_activity_has_begun(desk: Page, stage: Stage):
    beginning = stage.declare()
    reference = register(desk, beginning, helmy(email="helmy.hadir@papua.example"))
    ask_for_status(desk, reference, "helmy.hadir@papua.example")
    press(desk, "Batalkan pendaftaran ini")
    stage.change(beginning, starts=days(-1))
    assert press(desk, "Ya, batalkan").status == 409
    expect(desk.get_by_role("heading", level=1)).to_have_text("Kegiatan sudah dimulai")
    must_lead_on(desk, "/tentang/kontak/")
    ask_for_status(desk, reference, "helmy.hadir@papua.example")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Anda mendapat kursi")
    expect(desk.get_by_role("button", name="Batalkan pendaftaran ini")).to_have_count(0)


def test_the_address_of_the_form_itself_leads_to_the_activities(desk: Page, stage: Stage):
    desk.goto("/layanan/pendaftaran?lang=en")
    expect(desk).to_have_url(f"{stage.url}/en/kegiatan/")
