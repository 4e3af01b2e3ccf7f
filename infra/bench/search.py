"""The search: what the first result weighs, and how many questions find their page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import brotli
from playwright.sync_api import sync_playwright

from infra.bench.limits import KB, LIMITS
from infra.bench.plain_mkdocs import build
from infra.bench.report import Row, verdict
from infra.bench.rooms import Rooms
from infra.browser import launch
from infra.built_site import LANGUAGES
from infra.page_weight import first_search
from infra.search import read_questions, recall_at_5
from infra.static_site import BROTLI_QUALITY
from infra.template_reader import ROOT

QUESTIONS: Final = {"id": "angka kredit", "en": "credit points"}


def rows(rooms: Rooms) -> Iterator[Row]:
    """The weight in each language, then the recall."""
    base_url = rooms.portal()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        weights = {language: first_search(browser, f"{base_url}/{folder}", QUESTIONS[language]).bytes
                   for language, folder in LANGUAGES.items()}
        browser.close()
    for language, weight in weights.items():
        yield _weight(language, weight)
    yield _recall(base_url)


def _weight(language: str, weight: int) -> Row:
    limit, plain = LIMITS["first search result, bytes"], index_of_mkdocs(language)
    return Row(f"first search result ({language})", f"<= {limit / KB:.0f} KB", f"{weight / KB:.1f} KB",
               f"{plain / KB:.1f} KB: MkDocs' own index of these pages, without its script",
               verdict(holds=weight <= limit), data={"bytes": weight, "mkdocs": plain})


def index_of_mkdocs(language: str) -> int:
    """Bytes of the index that MkDocs' own search would have the browser load, packed as ours is."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        build(ROOT, language, site, plugins=["search"])
        index = (site / "search" / "search_index.json").read_bytes()
    return len(brotli.compress(index, quality=BROTLI_QUALITY))


def _recall(base_url: str) -> Row:
    limit, recall = LIMITS["recall at 5"], recall_at_5(base_url)
    return Row("recall@5 of the search", f">= {limit}", f"{recall.figure:.3f}",
               f"{len(read_questions())} questions", verdict(holds=recall.figure >= limit),
               note="; ".join(recall.misses), data={"recall": recall.figure, "misses": recall.misses})
