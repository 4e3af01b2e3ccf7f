"""Makes the pictures of the README from the running portal: `make screenshots`.

Knows which page is pictured in which window, and nothing of what stands on it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright

from infra.browser import launch
from infra.portal_process import running_portal
from infra.template_reader import ROOT

PICTURES = ROOT / "site" / "pictures"


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the page, the window, light or dark."""

    name: str
    path: str
    width: int
    height: int
    scheme: str = "light"


def pictures() -> list[Picture]:
    """The home page on an office screen, and an offering's form on a small phone, in the dark."""
    offering = json.loads((ROOT / "build" / "assets" / "offerings.json").read_text(encoding="utf-8"))[0]
    return [Picture("home", "/", 1280, 800), Picture("form", f"/en/kegiatan/{offering}/#register", 360, 740, "dark")]


def take(browser: Browser, base_url: str, picture: Picture) -> None:
    """Open the page, wait until it is quiet, and keep the picture."""
    page = browser.new_page(viewport={"width": picture.width, "height": picture.height})
    page.emulate_media(color_scheme="dark" if picture.scheme == "dark" else "light", reduced_motion="reduce")
    page.goto(base_url + picture.path, wait_until="networkidle")
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{picture.name}.png")
    page.close()


def main() -> None:
    """All of them."""
    with running_portal() as base_url, sync_playwright() as playwright:
        browser = launch(playwright)
        for picture in pictures():
            take(browser, base_url, picture)
            print(f"{(PICTURES / picture.name).relative_to(ROOT)}.png")
        browser.close()


if __name__ == "__main__":
    main()
