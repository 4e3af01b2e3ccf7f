"""Find a page by typing, without a mouse; nothing of the search is loaded by those who do not search."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.bench.limits import KB, LIMITS
from infra.page_weight import first_search
from tests.journeys.stage import Stage

QUESTION = "Cari di portal ini"


@pytest.mark.parametrize("keys", ["Control+k", "Meta+k"])
def test_a_key_opens_the_search_and_enter_goes_to_what_was_found(desk: Page, stage: Stage, keys: str):
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto("/")
    desk.wait_for_load_state("networkidle")
    assert not [url for url in asked if "pagefind" in url or "search" in url]

    desk.keyboard.press(keys)
    expect(desk.get_by_role("textbox", name=QUESTION)).to_be_focused()
    desk.keyboard.type("daftar tunggu")
    results = desk.get_by_role("dialog").get_by_role("listitem")
    expect(results).to_have_count(5)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    second = results.nth(1).get_by_role("link")
    expect(second).to_be_focused()
    address = second.get_attribute("href")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{stage.url}{address}")


def test_escape_closes_the_search_and_gives_the_focus_back(desk: Page):
    desk.goto("/kegiatan/bimtek-musyawarah-desa/")
    desk.locator("#email").focus()
    desk.keyboard.press("Control+k")
    expect(desk.get_by_role("textbox", name=QUESTION)).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(desk.locator("#email")).to_be_focused()


def test_the_focus_stays_inside_the_open_search(desk: Page):
    desk.goto("/en/")
    desk.keyboard.press("Control+k")
    desk.keyboard.type("credit points")
    expect(desk.get_by_role("dialog").get_by_role("listitem")).to_have_count(5)
    for _ in range(12):
        desk.keyboard.press("Tab")
        assert desk.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")


def test_a_finger_on_a_phone_finds_a_page_too(phone: Page, stage: Stage):
    phone.goto("/en/")
    phone.get_by_role("button", name="Search").tap()
    phone.get_by_role("textbox", name="Search this portal").fill("musyawarah")
    result = phone.get_by_role("dialog").get_by_role("listitem").first
    address = result.get_by_role("link").get_attribute("href")
    result.tap()
    expect(phone).to_have_url(f"{stage.url}{address}")


def test_without_script_the_button_leads_to_the_list_of_all_pages(scriptless: Page, stage: Stage):
    scriptless.goto("/en/belajar/")
    scriptless.get_by_role("link", name="Search").click()
    expect(scriptless).to_have_url(f"{stage.url}/en/peta-situs/")
    assert scriptless.get_by_role("article").get_by_role("link").count() > 50


@pytest.mark.parametrize("home", ["/", "/en/"])
def test_the_first_result_is_within_its_budget(browser: Browser, stage: Stage, home: str):
    """The measuring of `make bench` itself: bytes are the same on every machine."""
    weight = first_search(browser, f"{stage.url}{home}", "angka kredit" if home == "/" else "credit points")
    assert 20 * KB < weight.bytes <= LIMITS["first search result, bytes"]
    assert weight.other_hosts(stage.url) == []
