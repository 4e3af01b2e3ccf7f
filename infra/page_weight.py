"""What a page and the first search result weigh on the way to a browser, for `make bench`.

Counts what Chromium received from the running portal, headers and compression as the distribution sends them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE = {"width": 360, "height": 740}


@dataclass
class Weight:
    """The requests that a browser made, and what their answers weighed, in bytes."""

    bytes: int = 0
    addresses: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests were made."""
        return len(self.addresses)

    def other_hosts(self, base_url: str) -> list[str]:
        """Addresses that are not on the portal's own host."""
        return [address for address in self.addresses if urlsplit(address).netloc != urlsplit(base_url).netloc]


def first_view(browser: Browser, address: str) -> Weight:
    """Everything a browser that was never here loads for one page."""
    with _phone(browser) as page:
        return _weigh(page, lambda: page.goto(address, wait_until="networkidle"))


def first_search(browser: Browser, address: str, words: str) -> Weight:
    """Everything from opening the search on a page that is there to its results for these words."""
    with _phone(browser) as page:
        page.goto(address, wait_until="networkidle")
        return _weigh(page, lambda: _search(page, words))


def _search(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    page.locator("#search-input").fill(words)
    page.locator("#search li").first.wait_for()
    page.wait_for_load_state("networkidle")


@contextmanager
def _phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]  # a TypedDict to the checker
    try:
        yield context.new_page()
    finally:
        context.close()


def _weigh(page: Page, act: Callable[[], Any]) -> Weight:
    weight = Weight()
    network = page.context.new_cdp_session(page)
    network.on("Network.requestWillBeSent", lambda event: weight.addresses.append(event["request"]["url"]))
    network.on("Network.loadingFinished", lambda event: _add(weight, event["encodedDataLength"]))
    network.send("Network.enable")
    act()
    return weight


def _add(weight: Weight, length: float) -> None:
    weight.bytes += int(length)
