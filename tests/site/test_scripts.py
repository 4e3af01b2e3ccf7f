"""What scripts add to a page, in a real browser on the running portal, under its content policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

FORM = "/kegiatan/bimtek-musyawarah-desa/"


def region_field(page):
    """The field that forms.js puts over the plain list, once it is there."""
    return page.locator(".portal-typeahead").get_by_role("combobox", include_hidden=False)


def chosen_region(page) -> str:
    return page.evaluate("new FormData(document.querySelector('form.portal-form')).get('region')")


def test_the_search_answers_while_one_types_and_is_walked_by_keyboard(desk):
    desk.goto("/")
    desk.keyboard.press("Control+k")
    field = desk.get_by_role("textbox", name="Cari di portal ini")
    expect(field).to_be_focused()
    desk.keyboard.type("penilaian angka kredit")
    expect(desk.locator("#search li")).to_have_count(5)
    expect(desk.locator("#search [role=status]")).to_contain_text("halaman ditemukan")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#search li a").first).to_be_focused()
    desk.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    best = desk.locator("#search li a").first.get_attribute("href")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**{best}")


def test_escape_closes_the_search_and_gives_the_focus_back(desk):
    desk.goto("/en/")
    button = desk.get_by_role("button", name="Search")
    button.click()
    expect(desk.get_by_role("textbox", name="Search this portal")).to_be_focused()
    desk.keyboard.type("waiting list")
    expect(desk.locator("#search li")).to_have_count(5)
    desk.keyboard.press("Escape")
    expect(desk.locator("#search")).to_be_hidden()
    expect(button).to_be_focused()


def test_control_k_opens_the_search_even_from_a_field(desk):
    desk.goto(FORM)
    desk.locator("#name").click()
    desk.keyboard.type("a/b")
    expect(desk.locator("#name")).to_have_value("a/b")
    desk.keyboard.press("Control+k")
    expect(desk.get_by_role("textbox", name="Cari di portal ini")).to_be_focused()


def test_a_word_that_is_nowhere_is_said_to_be_nowhere(desk):
    desk.goto("/")
    desk.keyboard.press("Control+k")
    desk.get_by_role("textbox", name="Cari di portal ini").fill("xylofoon")
    expect(desk.locator("#search [role=status]")).to_contain_text("Tidak ada halaman yang cocok")


def test_nothing_of_the_search_is_loaded_before_it_is_used(desk):
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto("/")
    desk.wait_for_load_state("networkidle")
    assert not [url for url in asked if "pagefind" in url or "/search" in url]


def test_the_script_of_forms_is_loaded_where_there_is_a_form_only(desk):
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto("/belajar/konversi-angka-kredit/03-contoh-hitung/")
    desk.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/forms" in url]
    desk.goto(FORM)
    desk.wait_for_load_state("networkidle")
    assert len([url for url in asked if "/forms" in url]) == 1


def test_the_dark_theme_is_remembered_on_the_next_page(desk):
    desk.goto("/")
    switch = desk.get_by_role("button", name="Tema gelap")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    desk.goto("/kegiatan/")
    expect(desk.get_by_role("button", name="Tema gelap")).to_have_attribute("aria-pressed", "true")
    assert desk.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_the_menu_of_a_phone_opens_by_keyboard_and_closes_on_escape(phone):
    phone.goto("/e-dupak/")
    menu = phone.locator("#menu summary")
    menu.focus()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("navigation", name="Menu").get_by_role("link", name="Berita")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("navigation", name="Menu")).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_region_field_narrows_down_and_the_list_stays_what_is_sent(phone):
    phone.goto(FORM)
    field = region_field(phone)
    field.click()
    phone.keyboard.type("sidoa")
    expect(phone.get_by_role("option")).to_have_count(1)
    phone.keyboard.press("ArrowDown")
    phone.keyboard.press("Enter")
    expect(field).to_have_value("Kabupaten Sidoarjo")
    assert chosen_region(phone) == "35.15"


def test_a_region_typed_out_in_full_is_chosen_on_leaving_the_field(phone):
    phone.goto(FORM)
    region_field(phone).fill("kabupaten sidoarjo")
    phone.keyboard.press("Tab")
    assert chosen_region(phone) == "35.15"


def test_a_region_that_does_not_exist_chooses_nothing_and_says_so(phone):
    phone.goto(FORM)
    region_field(phone).fill("atlantis")
    expect(phone.locator(".portal-typeahead [role=status]")).to_contain_text("Tidak ada yang cocok")
    phone.keyboard.press("Tab")
    assert not chosen_region(phone)


def test_typing_again_forgets_what_was_chosen(phone):
    phone.goto(FORM)
    field = region_field(phone)
    field.fill("kabupaten sidoarjo")
    phone.keyboard.press("Tab")
    field.fill("kabupaten sido")
    assert not chosen_region(phone)
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("option")).to_have_count(0)


def test_seats_become_live_in_the_language_of_the_page(phone):
    phone.goto("/en" + FORM)
    expect(phone.locator(".portal-seats")).to_contain_text("seat")
    expect(phone.locator(".portal-seats a")).to_have_count(0)


def test_after_a_mistake_the_summary_has_the_focus_and_leads_to_the_field(phone):
    phone.goto(FORM)
    phone.locator("form.portal-form [type=submit]").click()
    expect(phone.locator(".portal-summary")).to_be_focused()
    phone.locator(".portal-summary a").first.click()
    expect(phone.locator("#name")).to_be_focused()


@pytest.mark.parametrize("address", [
    "/", FORM, "/tentang/glosarium/", "/belajar/konversi-angka-kredit/03-contoh-hitung/", "/peta-situs/"])
def test_no_page_is_wider_than_a_small_phone(phone, address):
    phone.goto(address)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("address", ["/", FORM, "/kegiatan/", "/tentang/privasi/"])
def test_text_of_double_size_fits_a_small_phone(phone, address):
    phone.goto(address)
    phone.evaluate("document.documentElement.style.fontSize = '200%'")  # the object model may; the markup may not
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_page_without_script_has_a_menu_a_way_to_search_and_plain_fields(browser, base_url):
    context = browser.new_context(base_url=base_url, java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(FORM)
    page.locator("#menu summary").click()
    expect(page.get_by_role("navigation", name="Menu").get_by_role("link", name="Berita")).to_be_visible()
    expect(page.locator("select#region")).to_be_visible()
    expect(page.locator("#scheme")).to_be_hidden()
    expect(page.locator(".portal-seats a")).to_be_visible()
    page.locator("#search-open").click()
    page.wait_for_url("**/peta-situs/")
    context.close()
