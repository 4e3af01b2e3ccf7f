"""The files that the build made for the functions: words, templates, page shells, the region list.

The only place that knows where they lie. Read once and kept: they change only with a deployment.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("id", "en")


def asking_for(language: str, otherwise: str = "id") -> str:
    """What an address ends with so that its page is in this language; nothing where it would be so by itself."""
    return "" if language == otherwise else f"?lang={language}"


def folder() -> Path:
    """Where the build put the assets: `ASSETS_FOLDER`, or `assets` beside the functions' code."""
    return Path(os.environ.get("ASSETS_FOLDER") or Path(__file__).parent.parent / "assets")


@cache
def read_text(name: str) -> str:
    """One asset as text."""
    return (folder() / name).read_text(encoding="utf-8")


@cache
def read_json(name: str) -> Any:  # noqa: ANN401 each caller knows the shape of its own asset
    """One asset that is JSON."""
    return json.loads(read_text(name))


def words(name: str, language: str) -> dict[str, Any]:
    """The words of a form, a page or the whole portal (`common`) in one language."""
    return read_json(f"words/{name}.{language}.json")  # type: ignore[no-any-return]


def notice_version() -> str:
    """The day of the privacy notice's text: what somebody who consents now has read."""
    return str(read_json("notice.json")["version"])
