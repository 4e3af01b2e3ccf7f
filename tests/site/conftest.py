"""What the tests of the site share: the built pages, a running portal, and a browser on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from infra import built_site
from infra.browser import launch
from infra.built_site import Element
from infra.freshness import ensure_site
from infra.portal_process import running_portal


@pytest.fixture(scope="session")
def pages() -> dict[str, Element]:
    """Every built page by its address; the site is built first when it is missing or stale."""
    ensure_site()
    return built_site.pages()


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    with running_portal() as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def phone(browser: Browser, base_url: str) -> Iterator[Page]:
    """A page on a small phone; what the browser complains about fails the test."""
    yield from _page(browser, base_url, {"width": 360, "height": 740})


@pytest.fixture
def desk(browser: Browser, base_url: str) -> Iterator[Page]:
    yield from _page(browser, base_url, {"width": 1280, "height": 800})


def _page(browser, base_url, viewport) -> Iterator[Page]:
    context = browser.new_context(base_url=base_url, viewport=viewport, color_scheme="light")
    page = context.new_page()
    complaints: list[str] = []
    # A form answered with 422 is written to the console as an error, though it is what has to happen.
    page.on("console", lambda message: complaints.append(message.text)
            if message.type in {"error", "warning"} and "status of 422" not in message.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints, complaints
