"""Register in English on a 360-pixel screen with the keyboard only: nothing here is ever clicked or tapped."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.filling import reference_on
from tests.journeys.keyboard import Keyboard, has_focus
from tests.journeys.stage import Stage

OFFERING = "bimtek-musyawarah-desa"
TITLE = "Technical Guidance on Facilitating a Village Deliberation"


@pytest.fixture
def keyboard(phone: Page) -> Keyboard:
    return Keyboard(phone)


def test_the_first_key_offers_to_skip_to_the_content(phone: Page, keyboard: Keyboard):
    phone.goto("/en/belajar/")
    skip = phone.get_by_role("link", name="Skip to content")
    keyboard.tab_to(skip)
    expect(skip).to_be_in_viewport()
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    assert phone.evaluate("!!document.activeElement.closest('main')")


def test_from_the_indonesian_home_page_to_an_english_receipt(phone: Page, keyboard: Keyboard, stage: Stage):
    phone.goto("/")
    keyboard.enter(phone.get_by_role("link", name="EN English"))
    expect(phone).to_have_url(f"{stage.url}/en/")
    keyboard.enter(phone.get_by_role("article").get_by_role("link", name=TITLE))
    expect(phone).to_have_url(f"{stage.url}/en/kegiatan/{OFFERING}/")

    answer = keyboard.enter(phone.get_by_role("button", name="Continue and check your answers"))
    assert answer
    assert answer.status == 422
    expect(phone).to_have_title("Error: Register for an activity - Portal Penggerak Desa")
    expect(phone.locator(".portal-summary")).to_be_focused()

    keyboard.tab_to(phone.locator(".portal-summary").get_by_role("link", name="Enter your full name."))
    phone.keyboard.press("Enter")
    expect(phone.get_by_label("Full name")).to_be_focused()
    must_answer_by_keyboard(phone, keyboard)

    keyboard.enter(phone.get_by_role("button", name="Continue and check your answers"))
    expect(phone.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(phone.locator(".portal-answers")).to_contain_text("Kabupaten Sidoarjo")
    expect(phone.locator(".portal-answers")).to_contain_text("0812-3456-7890")
    keyboard.enter(phone.get_by_role("button", name="Send now"))
    expect(phone.get_by_role("heading", level=1)).to_have_text("You have a seat")
    letter, = stage.letters_to("helmy.papan.ketik@bojonegoro.example")
    assert reference_on(phone) in letter
    assert letter.startswith("Your seat")


def must_answer_by_keyboard(phone: Page, keyboard: Keyboard) -> None:
    phone.keyboard.type("Helmy Elizabeth")
    keyboard.type_into(phone.get_by_label("E-mail address"), "helmy.papan.ketik@bojonegoro.example")
    keyboard.type_into(phone.get_by_label("Telephone number"), "0812 3456 7890")
    keyboard.choose(phone.locator("[name=kind]"), "tpp")
    keyboard.choose(phone.locator("[name=agency_level]"), "desa")
    must_find_a_region_by_keyboard(phone, keyboard)
    keyboard.tab_to(phone.locator("#consent"))
    phone.keyboard.press("Space")
    expect(phone.locator("#consent")).to_be_checked()


def must_find_a_region_by_keyboard(phone: Page, keyboard: Keyboard) -> None:
    field = phone.get_by_role("combobox", name="District or city")
    keyboard.type_into(field, "jawa timur si")
    expect(field).to_have_attribute("aria-expanded", "true")
    options = phone.get_by_role("option")
    expect(options.first).to_be_in_viewport()
    names = options.all_inner_texts()
    wanted = next(index for index, name in enumerate(names) if name.startswith("Kabupaten Sidoarjo"))
    for _ in range(wanted + 1):
        phone.keyboard.press("ArrowDown")
    marked = options.nth(wanted)
    expect(marked).to_have_attribute("aria-selected", "true")
    expect(marked).to_be_in_viewport()
    expect(field).to_have_attribute("aria-activedescendant", marked.get_attribute("id") or "")
    phone.keyboard.press("Enter")
    expect(field).to_have_value("Kabupaten Sidoarjo")
    expect(phone.get_by_role("listbox")).to_be_hidden()
    assert has_focus(field)


def test_escape_closes_the_list_of_regions_and_keeps_what_was_typed(phone: Page, keyboard: Keyboard):
    phone.goto(f"/en/kegiatan/{OFFERING}/")
    field = phone.get_by_role("combobox", name="District or city")
    keyboard.type_into(field, "sido")
    expect(phone.get_by_role("listbox")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("sido")
    assert has_focus(field)


@pytest.mark.parametrize(("typed", "told"), [("bogor", "2 choices"), ("bogur", "Nothing matches")])
def test_a_region_that_is_typed_but_not_chosen_is_not_lost(phone: Page, keyboard: Keyboard, typed: str, told: str):
    phone.goto(f"/en/kegiatan/{OFFERING}/")
    field = phone.get_by_role("combobox", name="District or city")
    keyboard.type_into(field, typed)
    keyboard.tab_to(phone.get_by_role("button", name="Continue and check your answers"))
    phone.keyboard.press("Enter")
    expect(phone).to_have_url(re.compile(f"/en/kegiatan/{OFFERING}/"))
    expect(field).to_have_value(typed)
    assert has_focus(field)
    assert told in field.evaluate("field => field.validationMessage")


def test_each_message_of_the_summary_leads_to_its_question(phone: Page, keyboard: Keyboard):
    phone.goto(f"/en/kegiatan/{OFFERING}/")
    keyboard.enter(phone.get_by_role("button", name="Continue and check your answers"))
    links = phone.locator(".portal-summary").get_by_role("link")
    assert links.count() == 7
    for index in range(links.count()):
        field = (links.nth(index).get_attribute("href") or "").removeprefix("#")
        links.nth(index).focus()
        phone.keyboard.press("Enter")
        expect(phone.locator(f"[id={field}]")).to_be_focused()
        question = phone.locator(".portal-field").filter(has=phone.locator(f"[id={field}]"))
        for part in (".portal-label, .portal-legend", ".portal-error"):
            expect(question.locator(part)).to_be_in_viewport(ratio=1)
