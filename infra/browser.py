"""Finds a Chromium for the browser journeys and prints its path: `python -m infra.browser`.

Looks for what CHROMIUM names, then for an installed one, then takes Playwright's own download, then the system's
package. Ends with the name of the package to install when none of these works; nothing is ever skipped for want of
a browser.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PACKAGE = "chromium"
DOWNLOAD_SECONDS = 300
# Nothing of the browser's own may go out, and a container's root has no sandbox.
FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
         "--disable-quic", "--disable-dev-shm-usage"]

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright


class NoBrowser(Exception):
    """No Chromium could be found, downloaded or installed; the text says what to do."""


def find_browser() -> str:
    """The path of a Chromium that starts; raises NoBrowser."""
    for look in (_named, _installed, _downloaded, _from_the_system):
        path = look()
        if path:
            return path
    message = (f"The browser journeys need Chromium, and none was found or could be installed. "
               f"Install it (sudo apt-get install {PACKAGE}), or name one: CHROMIUM=/path/to/chrome make test")
    raise NoBrowser(message)


def launch(playwright: Playwright) -> Browser:
    """A headless browser for a journey, a measurement or a picture."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=find_browser(), args=[*FLAGS, *sandbox])


def _named() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named and not _starts(named):
        message = f"CHROMIUM names {named}, which does not start"
        raise NoBrowser(message)
    return named or None


def _installed() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path and _starts(path)), None)


def _downloaded() -> str | None:
    """Playwright's own Chromium, fetched when it is not there yet."""
    if _playwright_has() is None:
        print("No Chromium here; asking Playwright for its own ...", file=sys.stderr)
        _run([sys.executable, "-m", "playwright", "install", "chromium"], seconds=DOWNLOAD_SECONDS)
    return _playwright_has()


def _playwright_has() -> str | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 starts a driver: only when really needed

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() and _starts(path) else None


def _from_the_system() -> str | None:
    """The system's package, where this user may install one."""
    if not shutil.which("apt-get"):
        return None
    print(f"Installing the system's package {PACKAGE} ...", file=sys.stderr)
    for root in _ways_to_be_root():
        install = [*root, "apt-get", "install", "-y", "--no-install-recommends", PACKAGE]
        if _run(install) or (_run([*root, "apt-get", "update"]) and _run(install)):
            return _installed()
    return None


def _ways_to_be_root() -> Iterator[list[str]]:
    if os.geteuid() == 0:
        yield []
    elif shutil.which("sudo") and _run(["sudo", "-n", "true"]):
        yield ["sudo", "-n"]


def _starts(path: str) -> bool:
    return _run([path, "--version"], seconds=30)


def _run(command: list[str], *, seconds: float = 900) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, env=environment, timeout=seconds, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    try:
        print(find_browser())
    except NoBrowser as missing:
        sys.exit(str(missing))
