"""The first view of home and of a form page as a browser gets it, and the own scripts in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import brotli
from playwright.sync_api import sync_playwright

from infra.bench.addresses import body, pages
from infra.bench.limits import KB, LIMITS
from infra.bench.report import Row, verdict
from infra.bench.rooms import Rooms
from infra.browser import launch
from infra.csp import inline_scripts
from infra.page_weight import Weight, first_view
from infra.static_site import BROTLI_QUALITY

PACKED: Final = "br"


def rows(rooms: Rooms) -> Iterator[Row]:
    """A row a page, then one for the scripts of each form page."""
    base_url = rooms.portal()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        views = {name: (path, first_view(browser, base_url + path)) for name, path in pages("home", "form").items()}
        browser.close()
    for name, (_, weight) in views.items():
        yield _view(name, weight, base_url)
    for name, (path, weight) in views.items():
        if name.startswith("form"):
            yield _scripts(name, base_url + path, weight)


def _view(name: str, weight: Weight, base_url: str) -> Row:
    most, requests = LIMITS["first view, bytes"], LIMITS["first view, requests"]
    foreign = LIMITS["first view, requests to other hosts"]
    others = weight.other_hosts(base_url)
    holds = weight.bytes <= most and weight.requests <= requests and len(others) <= foreign
    unpacked = sum(len(body(address)) for address in weight.addresses if address not in others)
    return Row(f"first view: {name}", f"<= {most / KB:.0f} KB, {requests} requests, {foreign} elsewhere",
               f"{weight.bytes / KB:.1f} KB, {weight.requests}, {len(others)}", f"{unpacked / KB:.1f} KB unpacked",
               verdict(holds=holds), note=", ".join(others),
               data={"bytes": weight.bytes, "addresses": weight.addresses, "unpacked": unpacked})


def _scripts(name: str, address: str, weight: Weight) -> Row:
    """What the browser loaded as scripts, and what stands in the page itself, each as if sent alone."""
    loaded = [each for each in weight.addresses if each.partition("?")[0].endswith(".js")]
    inline = [script.encode() for script in inline_scripts(body(address).decode())]
    packed = sum(len(body(each, PACKED)) for each in loaded)
    packed += sum(len(brotli.compress(each, quality=BROTLI_QUALITY)) for each in inline)
    unpacked = sum(len(body(each)) for each in loaded) + sum(map(len, inline))
    limit = LIMITS["own script on a form page, bytes"]
    return Row(f"own script: {name}", f"<= {limit / KB:.0f} KB", f"{packed / KB:.1f} KB",
               f"{unpacked / KB:.1f} KB unpacked", verdict(holds=packed <= limit),
               data={"bytes": packed, "loaded": loaded, "inline": len(inline)})
