"""The line about seats: live where script runs, a useful link where it does not, and never in anybody's way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.filling import fill, go_on
from tests.journeys.stage import Stage
from tests.people import helmy

OFFERING = "konferensi-internasional-2027"


@pytest.mark.parametrize(("path", "sentence"), [
    ("", "{free} dari {seats} kursi masih tersedia, {reserved} di antaranya kursi kuota."),
    ("/en", "{free} of {seats} seats are free, {reserved} of them reserved seats.")])
def test_the_seats_left_stand_on_the_page_in_its_language(phone: Page, stage: Stage, path: str, sentence: str):
    phone.goto(f"{path}/kegiatan/{OFFERING}/")
    expect(phone.locator(".portal-seats")).to_have_text(sentence.format(**stage.seats(OFFERING)))


@pytest.mark.parametrize(("path", "link", "title"), [
    ("", "Sisa kursi dapat dilihat di sini", "Konferensi Internasional 2027"),
    ("/en", "See how many seats are left", "International Conference 2027")])
def test_without_script_the_line_is_a_link_to_the_same_sentence(
        scriptless: Page, stage: Stage, path: str, link: str, title: str):
    scriptless.goto(f"{path}/kegiatan/{OFFERING}/")
    scriptless.get_by_role("link", name=link).click()
    expect(scriptless.get_by_role("heading", level=1)).to_have_text(title)
    expect(scriptless.get_by_role("article")).to_contain_text(str(stage.seats(OFFERING)["free"]))
    scriptless.get_by_role("article").get_by_role("link", name=title).click()
    expect(scriptless).to_have_url(f"{stage.url}{path}/kegiatan/{OFFERING}/")


def test_a_number_that_never_comes_keeps_nobody_from_registering(phone: Page):
    asked: list[str] = []
    phone.route("**/kursi", lambda route: asked.append(route.request.url))  # and never answers
    phone.goto(f"/kegiatan/{OFFERING}/")
    fill(phone, helmy(email="helmy.sabar@konferensi.example"))
    expect(phone.get_by_role("link", name="Sisa kursi dapat dilihat di sini")).to_be_visible()
    assert go_on(phone).status == 200
    assert len(asked) == 1
