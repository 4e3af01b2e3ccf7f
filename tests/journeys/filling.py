"""What a person does with the portal's forms, with and without script. Knows the forms' markup, not their words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Response, Route

from tests.journeys.stage import MODEL, OWN

FORM = "form.portal-form"
OWN_PAGE = re.compile(rf"/kegiatan/{OWN}\d+/$")


def visit(page: Page, address: str) -> int:
    """Go to an address of the portal; answers the status."""
    is_own = OWN_PAGE.search(address)
    if is_own:
        page.route(OWN_PAGE, _show_model)
    answer = page.goto(address)
    if is_own:
        page.wait_for_load_state("networkidle")  # what is under way when routes go would never arrive
    page.unroute_all()  # while anything is routed, the browser has no cache
    assert answer
    return answer.status


def _show_model(route: Route) -> None:
    """The page of an offering that a journey declared for itself (Stage.declare): the model's, with its name."""
    own = urlsplit(route.request.url).path.split("/")[-2]
    answer = route.fetch(url=route.request.url.replace(own, MODEL))
    route.fulfill(response=answer, body=answer.text().replace(MODEL, own))


def fill(page: Page, answers: Mapping[str, str]) -> None:
    """Answer these questions; the name of a question is that of its field."""
    for name, value in answers.items():
        control = page.locator(f"{FORM} [name={name}]")
        kind = control.first.evaluate("control => control.type")
        if kind == "radio":
            page.locator(f"{FORM} [name={name}][value={value}]").check()
        elif kind == "checkbox":
            control.check()
        elif kind == "select-one":
            _choose(page, name, control, value)
        elif kind != "hidden":
            control.fill(value)


def _choose(page: Page, name: str, control: Locator, value: str) -> None:
    """In the list itself, or, where script made it a field to type in, by typing the choice's name."""
    if not page.locator("html.js").count() or control.get_attribute("data-typeahead") is None:
        control.select_option(value)
        return
    typed = page.locator(f"input#{name}")
    typed.fill(control.locator(f"option[value='{value}']").text_content() or "")
    typed.press("Tab")


def press(page: Page, button: str) -> Response:
    """Press a button that leads to another page; answers how the server answered."""
    with page.expect_navigation() as going:
        page.get_by_role("button", name=button, exact=True).click()
    answer = going.value
    assert answer
    return answer


def go_on(page: Page) -> Response:
    """Press the form's own button."""
    with page.expect_navigation() as going:
        page.locator(f"{FORM} button").first.click()
    answer = going.value
    assert answer
    return answer


def to_the_check(page: Page, offering: str, answers: Mapping[str, str], language: str = "id") -> None:
    """From an offering's page to the step where the answers are checked."""
    visit(page, f"{'/en' if language == 'en' else ''}/kegiatan/{offering}/")
    fill(page, answers)
    assert go_on(page).status == 200, page.title()


def register(page: Page, offering: str, answers: Mapping[str, str], language: str = "id") -> str:
    """All the way to the receipt; answers the reference that stands on it."""
    to_the_check(page, offering, answers, language)
    go_on(page)
    page.wait_for_url("**/tanda-terima/**")
    return reference_on(page)


def ask_for_status(page: Page, reference: str, email: str, language: str = "id") -> None:
    """From the status page to what is said of a registration."""
    page.goto(f"{'/en' if language == 'en' else ''}/kegiatan/status/")
    fill(page, {"reference": reference, "email": email})
    go_on(page)


def reference_on(page: Page) -> str:
    """The reference number that a receipt shows."""
    return page.locator(".portal-receipt__reference").inner_text()
