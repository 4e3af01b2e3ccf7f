"""Every page in both languages, light and dark: axe finds nothing, nothing sticks out of a small phone, and the
browser has nothing to complain about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from infra.built_site import LANGUAGES
from tests.journeys.conftest import PATIENCE, OpenPage
from tests.journeys.filling import ask_for_status, fill, go_on, reference_on, register, to_the_check
from tests.journeys.inspection import DESK, PHONE, faults_of
from tests.journeys.stage import Stage
from tests.journeys.watch import Watch
from tests.people import helmy, official, ratna, yohana

CONTENT = Path(__file__).parents[2] / "content"
OFFERING = "bimtek-musyawarah-desa"


def addresses() -> list[str]:
    """The address of every page that is written in content."""
    files = [(folder, file.relative_to(CONTENT / language).as_posix().removesuffix(".md"))
             for language, folder in LANGUAGES.items() for file in sorted((CONTENT / language).rglob("*.md"))]
    paths = [f"/{folder}{'' if name == 'index' else name.removesuffix('/index') + '/'}" for folder, name in files]
    return [*paths, "/404.html", "/en/404.html", "/layanan/pendaftaran/status", "/layanan/pendaftaran/status?lang=en"]


@pytest.fixture(scope="module")
def reader(browser: Browser, stage: Stage) -> Iterator[tuple[BrowserContext, Watch]]:
    """One browser that goes through all pages: what was loaded once is in its cache."""
    context = browser.new_context(base_url=stage.url, viewport=PHONE, color_scheme="light")
    context.set_default_timeout(PATIENCE)
    watch = Watch(stage.url)
    watch.over(context)
    context.new_page()
    yield context, watch
    context.close()


def test_there_are_pages_and_the_map_for_search_engines_has_no_other(desk: Page):
    maps = [desk.request.get(address).text() for address in ("/sitemap.xml", "/en/sitemap.xml")]
    mapped = {urlsplit(place).path for each in maps for place in re.findall("<loc>(.+?)</loc>", each)}
    assert len(mapped) > 100
    assert mapped <= set(addresses())


@pytest.mark.parametrize("address", addresses())
def test_nobody_is_shut_out_of_this_page(reader: tuple[BrowserContext, Watch], address: str):
    context, watch = reader
    page, = context.pages
    page.goto(address)
    if page.locator(".portal-form, .portal-seats").count():
        page.wait_for_load_state("networkidle")
    # The frame and the order of a page are the same in both languages: each is looked at in another width.
    assert faults_of(page, DESK if address.startswith("/en/") else PHONE) == []
    assert watch.complaints == []


# -- the pages that functions draw -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_shut_out_of_registering(phone: Page, language: str):
    path = LANGUAGES[language]
    phone.goto(f"/{path}kegiatan/{OFFERING}/")
    fill(phone, {"email": "helmy@", "kind": "psm"})
    assert go_on(phone).status == 422
    assert faults_of(phone) == []
    fill(phone, helmy(email=f"helmy.semua.{language}@desa.example", accessibility_needs="Jalan untuk kursi roda"))
    assert go_on(phone).status == 200
    assert faults_of(phone) == []
    go_on(phone)
    assert "/tanda-terima/" in phone.url
    assert faults_of(phone) == []

    ask_for_status(phone, reference_on(phone), f"helmy.semua.{language}@desa.example", language)
    assert faults_of(phone) == []
    go_on(phone)
    assert faults_of(phone) == [], "the question whether to cancel"
    go_on(phone)
    assert "/tanda-terima/" in phone.url
    assert faults_of(phone) == [], "the receipt of what is cancelled"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_shut_out_of_waiting(open_page: OpenPage, stage: Stage, language: str):
    circle = stage.declare(seats=1, quotas=())
    register(open_page(), circle, official(email=f"siti.{language}@circle.example"), language)
    page = open_page(viewport=PHONE)
    reference = register(page, circle, yohana(email=f"yohana.{language}@circle.example"), language)
    assert faults_of(page) == []
    ask_for_status(page, reference, f"yohana.{language}@circle.example", language)
    assert faults_of(page) == []
    page.goto(f"/layanan/kegiatan/{circle}/kursi?lang={language}")
    assert faults_of(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_shut_out_of_being_told_no(phone: Page, language: str):
    twice = helmy(email=f"helmy.dua.kali.{language}@desa.example")
    register(phone, OFFERING, twice, language)
    to_the_check(phone, OFFERING, twice, language)
    assert go_on(phone).status == 409
    assert faults_of(phone) == []
    ask_for_status(phone, "7F3K-9QX2", "helmy@desa.example", language)
    assert faults_of(phone) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_shut_out_of_writing_to_us(phone: Page, language: str):
    phone.goto(f"/{LANGUAGES[language]}tentang/kontak/")
    assert go_on(phone).status == 422
    assert faults_of(phone) == []
    fill(phone, ratna(email=f"ratna.semua.{language}@surabaya.example"))
    go_on(phone)
    assert faults_of(phone) == []
    go_on(phone)
    assert faults_of(phone) == []


@pytest.mark.parametrize("address", [
    "/layanan/pendaftaran/tanda-terima/terpotong", "/layanan/pendaftaran/tanda-terima/terpotong?lang=en",
    "/layanan/kegiatan/yang-dulu/kursi", "/layanan/kegiatan/yang-dulu/kursi?lang=en", "/tidak/ada/"])
def test_nobody_is_shut_out_of_a_page_that_is_not_there(phone: Page, address: str):
    phone.goto(address)
    assert faults_of(phone) == []


# -- what script opens ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "word"), [("/", "desa"), ("/en/", "village")])
def test_nobody_is_shut_out_of_what_opens_over_a_page(phone: Page, path: str, word: str):
    phone.goto(path)
    phone.locator("#menu summary").tap()
    assert faults_of(phone) == []
    phone.goto(path)
    phone.keyboard.press("Control+k")
    expect(phone.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    phone.keyboard.type(word)
    expect(phone.get_by_role("dialog").get_by_role("listitem")).to_have_count(5)
    assert faults_of(phone) == []
    phone.goto(f"{path}kegiatan/{OFFERING}/")
    phone.locator("input[role=combobox]").fill("jawa")
    expect(phone.get_by_role("listbox")).to_be_visible()
    assert faults_of(phone) == []
