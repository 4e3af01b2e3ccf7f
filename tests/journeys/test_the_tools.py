"""The tools of the journeys can say no: what they are there to find, they find."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.inspection import PHONE, faults_of, too_wide
from tests.journeys.stage import Stage
from tests.journeys.test_keyboard_walk import must_be_walkable
from tests.journeys.watch import Watch

WHOLE = """<!doctype html><html lang="id"><title>Desa</title><style>:root {{ color-scheme: light dark }} {style}</style>
<main><h1>Desa</h1>{body}</main></html>"""
LINKS = "".join(f'<p><a href="#{number}">Tautan {number}</a></p>' for number in range(12))

TRAP = """<script>onkeydown = event => {
  if (event.key !== "Tab" || event.target.hash !== "#11") return;
  event.preventDefault();
  document.querySelector("a").focus();
};</script>"""


def shown(page: Page, body: str, style: str = "") -> Page:
    page.set_content(WHOLE.format(body=body, style=style))
    return page


@pytest.mark.parametrize(("body", "style", "found"), [
    ('<img src="data:,">', "", "image-alt at img"),
    ("<p>pucat</p>", "p { color: #999; background: #fff }", "light: color-contrast at p"),
    ("<p>gelap</p>", "@media (prefers-color-scheme: dark) { p { color: #555; background: #111 } }",
     "dark: color-contrast at p"),
    ('<a href="#a">a</a><a href="#b">b</a>', "a { display: inline-block; width: 8px; height: 8px; overflow: hidden }",
     "target-size"),
    ("<h4>Terlalu dalam</h4>", "", "heading-order at h4"),
    ("<p>lebar</p>", "p { width: 500px }", "wider than the screen")])
def test_the_inspection_finds_what_is_wrong(desk: Page, body: str, style: str, found: str):
    faults = faults_of(shown(desk, body, style))
    assert any(found in fault for fault in faults), faults


def test_the_inspection_is_content_with_a_plain_page_and_leaves_it_alone(desk: Page):
    assert faults_of(shown(desk, "<p>Baik.</p>")) == []
    assert desk.viewport_size == {"width": 1280, "height": 800}


def test_a_wide_table_in_its_own_box_is_no_fault(phone: Page):
    table = '<div class="scroll" style="overflow-x: auto"><table style="width: 900px"><tr><td>1</td></tr></table></div>'
    assert too_wide(shown(phone, table)) == []


@pytest.mark.parametrize(("body", "style", "found"), [
    (LINKS, "a:focus { outline: none }", "not seen"),
    (LINKS, "a:focus { outline: 3px solid #eee }", "not seen"),
    (LINKS, "p:nth-of-type(4) { position: absolute; left: -900px }", "covered or off screen"),
    (LINKS + '<footer style="position: fixed; inset: 0; background: #fff"></footer>', "", "covered or off screen"),
    (LINKS + '<a href="#pertama" tabindex="1">menyerobot</a>', "", "menyerobot"),
    (LINKS + TRAP, "", "does not leave")])
def test_the_walk_finds_what_a_keyboard_cannot_do(desk: Page, body: str, style: str, found: str):
    page = shown(desk, body, f"a:focus {{ outline: 3px solid #a00 }} {style}")
    with pytest.raises(AssertionError, match=found):
        must_be_walkable(page)


def test_the_walk_is_content_with_plain_links(desk: Page):
    must_be_walkable(shown(desk, LINKS, "a:focus { outline: 3px solid #a00 }"))


@pytest.fixture
def watched(browser: Browser, stage: Stage) -> Iterator[tuple[Page, Watch]]:
    """A page under a watch that nobody has asked yet."""
    context = browser.new_context(base_url=stage.url, viewport=PHONE)
    watch = Watch(stage.url)
    watch.over(context)
    yield context.new_page(), watch
    context.close()


def must_have_heard(page: Page, watch: Watch, found: str) -> None:
    for _ in range(300):
        if watch.complaints:
            break
        page.evaluate("new Promise(requestAnimationFrame)")
    assert any(found in complaint for complaint in watch.complaints), watch.complaints


@pytest.mark.parametrize(("script", "found"), [
    ("console.error('aduh')", "in the console: aduh"),
    ("setTimeout(() => { throw new Error('rusak') })", "a script failed"),
    ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')", "Content Security Policy"),
    ("fetch('/tidak-ada.json').catch(() => {})", "answered 404"),
    ("fetch('http://127.0.0.2:9/').catch(() => {})", "127.0.0.2")])
def test_the_watch_hears_what_the_browser_complains_about(watched: tuple[Page, Watch], script: str, found: str):
    page, watch = watched
    page.goto("/")
    assert watch.complaints == []
    page.evaluate(script)
    must_have_heard(page, watch, found)


def test_the_watch_hears_of_another_host(watched: tuple[Page, Watch]):
    page, watch = watched
    page.set_content('<img src="http://127.0.0.2:9/titik.gif">')
    must_have_heard(page, watch, "asked another host: http://127.0.0.2:9/titik.gif")


def test_a_page_that_says_no_is_no_complaint(watched: tuple[Page, Watch]):
    page, watch = watched
    answer = page.goto("/tidak-ada/")
    assert answer
    assert answer.status == 404
    assert watch.complaints == []
