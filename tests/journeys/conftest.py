"""What every journey finds: a portal that runs, a browser, and a watch over all that the browser complains about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.browser import launch
from tests.journeys.inspection import DESK, PHONE
from tests.journeys.line import Line
from tests.journeys.stage import Stage, running_stage
from tests.journeys.watch import Watch

CUT_LINE = ("net::ERR_", "Failed to fetch")  # what the browser says of a line that is cut
PATIENCE = 15_000  # milliseconds; a machine with other work to do is slow, not wrong

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """One portal for all journeys: they meet in it like people do, each with an address of its own."""
    with running_stage() as running:
        yield running


# One Playwright at a time: its own for each file, so that other folders' tests can have theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        expect.set_options(timeout=PATIENCE)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, stage: Stage) -> Iterator[OpenPage]:
    """Opens a browser of somebody's own; whatever it complains about fails the test at its end."""
    watch = Watch(stage.url)
    contexts = []

    def opened(**options: Any) -> Page:
        usual = {"base_url": stage.url, "viewport": DESK, "color_scheme": "light", "reduced_motion": "reduce"}
        context = browser.new_context(**{**usual, **options})
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert not watch.complaints, watch.complaints


@pytest.fixture
def desk(open_page: OpenPage) -> Page:
    """A laptop."""
    return open_page()


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A small phone."""
    return open_page(viewport=PHONE, has_touch=True)


@pytest.fixture
def scriptless(open_page: OpenPage) -> Page:
    """A browser that runs no script."""
    return open_page(java_script_enabled=False)


@pytest.fixture
def line(stage: Stage) -> Iterator[Line]:
    """The network far from a town."""
    with Line(stage.url) as running:
        yield running


@pytest.fixture
def out_there(browser: Browser, line: Line) -> Iterator[Page]:
    """A phone on that line."""
    context = browser.new_context(base_url=line.url, viewport=PHONE, has_touch=True)
    watch = Watch(line.url)
    watch.over(context)
    yield context.new_page()
    context.close()
    assert [each for each in watch.complaints if not any(said in each for said in CUT_LINE)] == []
