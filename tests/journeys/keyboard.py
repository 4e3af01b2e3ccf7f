"""Hands that know only the keyboard."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, Response

MOST_STEPS = 90


class Keyboard:
    """Walks a page with Tab and its friends; there is no pointer here."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus."""
        for _ in range(MOST_STEPS):
            self.page.keyboard.press("Tab")
            if has_focus(target):
                return
        raise AssertionError(f"{target} cannot be reached with {MOST_STEPS} times Tab")

    def type_into(self, target: Locator, text: str) -> None:
        """Walk there and type."""
        self.tab_to(target)
        self.page.keyboard.type(text)

    def enter(self, target: Locator) -> Response | None:
        """Walk there and press Enter, which leads to another page."""
        self.tab_to(target)
        with self.page.expect_navigation() as going:
            self.page.keyboard.press("Enter")
        return going.value

    def choose(self, group: Locator, value: str) -> None:
        """Walk to a group of radio buttons and take one with the arrows."""
        self.tab_to(group.first)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {value}")


def has_focus(target: Locator) -> bool:
    """Whether what is pressed now goes there."""
    return bool(target.evaluate("element => element === document.activeElement"))
