"""Tab from the first to the last thing on a page: nothing is left out, out of order, unseen, covered, or a trap."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import OpenPage
from tests.journeys.filling import go_on
from tests.journeys.inspection import DESK, PHONE

FORM_PAGE = "/kegiatan/bimtek-musyawarah-desa/"
PAGES = ["/", FORM_PAGE, "/en/tentang/kontak/", "/belajar/konversi-angka-kredit/03-contoh-hitung/"]

# What can be reached, in the order of the page. Of a group of radio buttons the Tab key reaches one.
EXPECTED = """() => {
  const groups = new Set();
  const reachable = "a[href], button, input, select, textarea, summary, [tabindex]";
  return [...document.querySelectorAll(reachable)].filter(each => {
    if (each.tabIndex < 0 || each.disabled || each.type === "hidden") return false;
    if (!each.checkVisibility({visibilityProperty: true})) return false;
    if (each.type !== "radio") return true;
    const checked = each.form.querySelector(`[name="${each.name}"]:checked`);
    const stands = checked ? checked === each : !groups.has(each.name);
    groups.add(each.name);
    return stands;
  }).map((each, index) => { each.dataset.walk = index; return each.outerHTML.slice(0, 90); });
}"""

# A group of radio buttons is one stop: forwards Tab enters it at its first button, backwards at its last.
STOP = """() => {
  const each = document.activeElement;
  return each.type === "radio" ? each.name : each.outerHTML.slice(0, 90);
}"""

# Where the focus is, and whether somebody sees it: its ring against what is around it, and that nothing lies over it.
HERE = """() => {
  const each = document.activeElement;
  if (!each || each === document.body) return null;
  const numbers = colour => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const {backgroundColor, backgroundImage} = getComputedStyle(at);
      const colour = numbers(backgroundImage.match(/rgba?\\([^)]*\\)/)?.[0] ?? backgroundColor);
      if ((colour[3] ?? 1) > 0.5) return colour;
    }
    return [255, 255, 255];
  };
  const light = colour => {
    const linear = part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
    const [red, green, blue] = colour.map(part => linear(part / 255));
    return .2126 * red + .7152 * green + .0722 * blue;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + .05) / (low + .05);
  };
  const style = getComputedStyle(each);
  const box = each.getClientRects()[0];
  const [x, y] = [box.left + Math.min(box.width / 2, 8), box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  return {
    walk: Number(each.dataset.walk ?? -1),
    what: each.outerHTML.slice(0, 90),
    stop: (STOP)(),
    ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    contrast: ratio(numbers(style.outlineColor), ground(each.parentElement)),
    seen: !!top && [each, ...each.labels ?? []].some(part => part.contains(top) || top.contains(part)),
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}""".replace("STOP", STOP)


def walked(page: Page, most: int) -> list[dict[str, Any]]:
    """Each place the Tab key leads to, until it leaves the page."""
    places = []
    for _ in range(most + 5):
        page.keyboard.press("Tab")
        place = page.evaluate(HERE)
        if place is None:
            return places
        places.append(place)
    raise AssertionError(f"Tab does not leave the page again: {places[-3:]}")


def must_be_walkable(page: Page) -> None:
    expected = page.evaluate(EXPECTED)
    assert len(expected) > 10
    places = walked(page, len(expected))
    assert [place["walk"] for place in places] == list(range(len(expected))), [place["what"] for place in places]
    assert [place for place in places if place["ring"] < 2 or place["contrast"] < 3] == [], "the focus is not seen"
    assert [place["what"] for place in places if not (place["seen"] and place["inside"])] == [], "covered or off screen"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("address", PAGES)
def test_every_place_is_reached_in_order_and_seen(open_page: OpenPage, address: str, size: Any, scheme: str):
    page = open_page(viewport=size, color_scheme=scheme)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    must_be_walkable(page)


def test_a_form_with_mistakes_is_walked_from_its_summary_on(phone: Page):
    phone.goto(FORM_PAGE)
    assert go_on(phone).status == 422
    phone.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
    phone.evaluate("document.querySelector('.portal-summary').focus()")
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.closest('.portal-summary') !== null")
    for place in walked(phone, 90):
        assert place["ring"] >= 2, place
        assert place["contrast"] >= 3, place


@pytest.mark.parametrize("address", [FORM_PAGE, "/"])
def test_shift_and_tab_walk_the_same_way_back(desk: Page, address: str):
    desk.goto(address)
    desk.wait_for_load_state("networkidle")
    there = walked(desk, 200)
    back = []
    for _ in there:
        desk.keyboard.press("Shift+Tab")
        back.append(desk.evaluate(STOP))
    assert len(there) > 10
    assert back[::-1] == [place["stop"] for place in there]
