"""What stands above a content page's text, as YAML between two lines of hyphens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from infra.yaml_loader import SafeLoader


class Mistake(Exception):
    """Something in a page's front matter that is not as it must be."""

    def __init__(self, page: Path, key: str, expected: str) -> None:
        """File, key, and what was expected there."""
        place = "/".join(page.parts[page.parts.index("content"):]) if "content" in page.parts else page.name
        super().__init__(f"{place}: {key}: {expected}")


def front_matter(page: Path) -> dict[str, Any]:
    """The front matter of a page as a mapping; empty when it has none."""
    text = text_of(page)
    if not text.startswith("---\n"):
        return {}
    try:
        value = yaml.load(text[4:].split("\n---\n", 1)[0], SafeLoader)  # noqa: S506 it is safe
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        raise Mistake(page, f"line {where.line + 2}" if where else "front matter", f"YAML, but {error}") from None
    return value if isinstance(value, dict) else {}


def text_of(page: Path) -> str:
    """The whole page; raises Mistake when it is not UTF-8."""
    try:
        return page.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake(page, "front matter", "expected text encoded as UTF-8") from None
