"""Dark and light, two languages, a small screen and large text: everybody can set the page up for their own eyes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.filling import go_on, reference_on, register
from tests.journeys.inspection import PHONE, too_wide
from tests.journeys.keyboard import Keyboard, has_focus
from tests.journeys.stage import Stage
from tests.people import helmy

FORM_PAGE = "/kegiatan/bimtek-musyawarah-desa/"
def scheme(page: Page) -> str:
    """What the page really looks like: light text is for a dark ground."""
    return "dark" if page.evaluate("getComputedStyle(document.body).color.match(/[0-9]+/g)[1] > 127") else "light"


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_the_page_follows_the_system_until_somebody_chooses(open_page: OpenPage, system: str, other: str):
    page = open_page(color_scheme=system)
    page.goto("/")
    assert scheme(page) == system
    page.emulate_media(color_scheme=other)
    assert scheme(page) == other
    page.emulate_media(color_scheme=system)

    page.get_by_role("button", name="Tema gelap").click()
    assert scheme(page) == other
    page.reload()
    page.goto(f"/en{FORM_PAGE}")
    assert scheme(page) == other
    switch = page.get_by_role("button", name="Dark theme")
    expect(switch).to_have_attribute("aria-pressed", str(other == "dark").lower())
    go_on(page)
    assert scheme(page) == other, "the pages of functions remember it too"


def test_without_script_the_system_decides_and_no_dead_switch_is_shown(open_page: OpenPage):
    page = open_page(color_scheme="dark", java_script_enabled=False)
    page.goto("/")
    assert scheme(page) == "dark"
    expect(page.get_by_role("button", name="Tema gelap")).to_be_hidden()


@pytest.mark.parametrize("address", ["/", "/kegiatan/", FORM_PAGE, "/belajar/musyawarah-desa/01-persiapan/"])
def test_the_language_switch_leads_to_the_same_page_and_back(phone: Page, stage: Stage, address: str):
    phone.goto(address)
    phone.get_by_role("link", name="EN English").tap()
    expect(phone).to_have_url(f"{stage.url}/en{address}")
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    phone.get_by_role("link", name="ID Bahasa Indonesia").tap()
    expect(phone).to_have_url(f"{stage.url}{address}")


def test_the_language_switch_keeps_what_a_function_shows(phone: Page):
    reference = register(phone, FORM_PAGE.split("/")[2], helmy(email="helmy.dua.bahasa@bojonegoro.example"))
    phone.get_by_role("link", name="EN English").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("You have a seat")
    assert reference_on(phone) == reference
    phone.get_by_role("link", name="ID Bahasa Indonesia").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Anda mendapat kursi")


def test_the_menu_of_a_phone_is_walked_by_keyboard(phone: Page, stage: Stage):
    phone.goto("/en/e-dupak/")
    keyboard = Keyboard(phone)
    keyboard.tab_to(phone.locator("#menu summary"))
    phone.keyboard.press("Enter")
    menu = phone.get_by_role("navigation", name="Menu")
    expect(menu).to_be_visible()
    keyboard.tab_to(menu.get_by_role("link", name="News"))
    phone.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    assert has_focus(phone.locator("#menu summary"))
    phone.keyboard.press("Space")
    keyboard.enter(menu.get_by_role("link", name="News"))
    expect(phone).to_have_url(f"{stage.url}/en/berita/")


def test_the_menu_of_a_phone_opens_under_a_finger_and_closes_beside_it(phone: Page):
    phone.goto("/")
    phone.locator("#menu summary").tap()
    menu = phone.get_by_role("navigation", name="Menu")
    expect(menu).to_be_visible()
    phone.get_by_role("contentinfo").locator("p").first.tap()
    expect(menu).to_be_hidden()


@pytest.mark.parametrize("address", [
    "/", FORM_PAGE, "/kegiatan/", "/belajar/konversi-angka-kredit/03-contoh-hitung/", "/e-dupak/angka-kredit/",
    "/layanan/pendaftaran/status", "/tidak-ada/"])
def test_text_twice_as_large_still_fits_a_small_phone(open_page: OpenPage, address: str):
    page = open_page(viewport=PHONE)
    make_text_twice_as_large(page)
    page.goto(address)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert too_wide(page) == []


def test_the_head_of_a_page_leaves_a_small_phone_to_the_page(phone: Page):
    phone.goto(FORM_PAGE)
    box = phone.get_by_role("banner").bounding_box()
    assert box
    assert box["height"] < 70


@pytest.mark.parametrize("path", ["", "/en"])
def test_a_form_with_mistakes_fits_with_text_twice_as_large(open_page: OpenPage, path: str):
    page = open_page(viewport=PHONE)
    make_text_twice_as_large(page)
    page.goto(path + FORM_PAGE)
    assert go_on(page).status == 422
    assert too_wide(page) == []


def make_text_twice_as_large(page: Page) -> None:
    """As the browser's own setting does."""
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
