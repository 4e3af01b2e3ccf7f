"""A page looked at as a whole: by axe, in both colour schemes and at two widths, and whether it fits the screen.

Knows Chromium and axe, nothing of the portal.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page, ViewportSize

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_RULE = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
# The scheme changes colours and nothing else, so in the second one only the rules about colours are asked again.
COLOUR_RULES = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
RUN = """rules => axe.run({...rules, resultTypes: ["violations"]}).then(found => found.violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id} at ${node.target.join(" ")}: ${node.failureSummary}`)))"""


def faults_of(page: Page, *sizes: ViewportSize) -> list[str]:
    """What is wrong with the page that is open, in words, in windows of these sizes (both); the page is left alone."""
    before = page.viewport_size or DESK
    page.evaluate(AXE)
    page.set_viewport_size(PHONE)
    found = [*too_wide(page), *(fault for size in sizes or (PHONE, DESK) for fault in _seen_by_axe(page, size))]
    page.set_viewport_size(before)
    return found


def _seen_by_axe(page: Page, size: ViewportSize) -> Iterator[str]:
    page.set_viewport_size(size)
    for scheme, rules in (("dark", COLOUR_RULES), ("light", EVERY_RULE)):
        page.emulate_media(color_scheme=scheme)
        for fault in _asked(page, rules):
            yield f"{page.url} {size['width']} {scheme}: {fault}"


def _asked(page: Page, rules: dict[str, Any]) -> list[str]:
    return list(page.evaluate(RUN, rules))


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways; a table may, inside its own box."""
    wide = page.evaluate("""() => {
      const room = document.documentElement.clientWidth;
      if (document.scrollingElement.scrollWidth <= room) return [];
      const sticking = [...document.body.querySelectorAll("*")].filter(each =>
        each.getBoundingClientRect().right > room + 1 && !each.closest(".scroll") && each.checkVisibility());
      return ["page", ...sticking.map(each => each.outerHTML.slice(0, 120))];
    }""")
    return [f"{page.url} is wider than the screen: {each}" for each in wide[:3]]
