"""Makes the pictures of the README from the running portal: `make screenshots`.

Knows which page is pictured in which window, how somebody gets there, and nothing of how it looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from infra.browser import launch
from infra.portal_process import running_portal
from infra.template_reader import ROOT

PICTURES = ROOT / "site" / "pictures"
COLOURS = 128  # enough for our pages, and half the bytes
MOST_BYTES = 150_000  # a picture in the README is loaded by everybody who reads it
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
OFFERING = "kegiatan/bimtek-musyawarah-desa/"
FORM = "form.portal-form"


def home(page: Page) -> None:
    """What each person can do here, within one screen."""
    page.goto("/")


def form(page: Page) -> None:
    """Somebody who has begun to register, in English."""
    page.goto(f"/en/{OFFERING}")
    _introduce(page)
    page.locator(FORM).evaluate("""form => {
      let heading = form;
      while (heading.tagName !== "H2") heading = heading.previousElementSibling;
      heading.scrollIntoView();
    }""")


def receipt(page: Page) -> None:
    """The receipt of a registration in Bahasa Indonesia."""
    page.goto(f"/{OFFERING}")
    _introduce(page)
    for answer in ("[name=agency_level][value=desa]", "#consent"):
        page.locator(answer).check()
    page.locator("input#region").fill("Kabupaten Bojonegoro")
    page.locator(f"{FORM} > button").click()
    page.locator("button[name=step][value=send]").click()
    page.wait_for_url("**/tanda-terima/**")


def _introduce(page: Page) -> None:
    for name, answer in {"name": "Helmy Elizabeth", "email": "helmy@example.org", "phone": "0812 3456 7890"}.items():
        page.locator(f"#{name}").fill(answer)
    page.locator("[name=kind][value=tpp]").check()


@dataclass(frozen=True)
class Picture:
    """One picture: how to get there, the window, light or dark. Its name is that of the way."""

    way: Callable[[Page], None]
    window: ViewportSize
    scheme: Literal["light", "dark"] = "light"


ALL = (Picture(home, DESK), Picture(form, PHONE, "dark"), Picture(receipt, PHONE))


def take(browser: Browser, base_url: str, picture: Picture) -> str:
    """Go there, wait until it is quiet, and keep the picture; answers where it lies."""
    file = PICTURES / f"{picture.way.__name__}.png"
    context = browser.new_context(base_url=base_url, viewport=picture.window, color_scheme=picture.scheme,
                                  reduced_motion="reduce")
    page = context.new_page()
    picture.way(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file)
    context.close()
    with Image.open(file) as taken:
        taken.convert("RGB").quantize(COLOURS).save(file, optimize=True)
    if file.stat().st_size > MOST_BYTES:
        message = f"{file.name} has {file.stat().st_size} bytes, the README may have {MOST_BYTES}"
        raise ValueError(message)
    return file.relative_to(ROOT).as_posix()


def main() -> None:
    """All of them."""
    PICTURES.mkdir(exist_ok=True)
    with running_portal() as base_url, sync_playwright() as playwright:
        browser = launch(playwright)
        for picture in ALL:
            print(take(browser, base_url, picture))
        browser.close()


if __name__ == "__main__":
    main()
