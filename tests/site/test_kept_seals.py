"""What a phone keeps of the page that checks documents, as the build makes it: whole, and all of one version."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from infra import kept_pages
from infra.built_site import LANGUAGES, SITE, parse
from infra.published import KEPT_FOREVER, cache_control
from portal.seals import PAGE
from seals.handler import KEYS, ROUTES, STANDING


@pytest.fixture(params=LANGUAGES)
def folder(pages, request) -> Path:
    """The folder of the page in one language, with its worker."""
    assert pages
    return SITE / LANGUAGES[request.param] / PAGE.strip("/")


def told(folder: Path) -> dict:
    """What the build told the worker."""
    found = re.search(r"^const BUILT = (\{.*\});$", (folder / kept_pages.NAME).read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return json.loads(found[1])


def test_the_page_without_network_has_all_that_it_loads(folder):
    kept = told(folder)["files"]
    assert [address for address in kept if not (SITE / address.lstrip("/")).is_file()] == []
    page = parse((folder / "index.html").read_text(encoding="utf-8"))
    loaded = [each.attributes.get("href") or each.attributes["src"] for each in page.find("link", "script")
              if {"href", "src"} & set(each.attributes) and each.attributes.get("rel") not in {"alternate", "canonical"}]
    assert loaded
    assert set(loaded) <= set(kept)
    asked = {"forms", "seal-check", "seal"}  # what portal.js loads on this page, and what that asks for
    assert {name for name in asked if not any(f"/{name}_" in address for address in kept)} == set()


def test_the_addresses_in_the_scripts_are_those_of_the_door(folder):
    scripts = "".join(path.read_text(encoding="utf-8") for path in Path("site/theme/assets/portal").glob("seal*.js"))
    asked = set(re.findall(r'"(/layanan/[^"]+)"', scripts))
    assert asked == {KEYS, STANDING.removesuffix("/{reference}")}
    assert told(folder)["renewed"] == [KEYS]
    assert ("GET", KEYS) in ROUTES


def test_another_page_is_another_worker(monkeypatch, tmp_path):
    monkeypatch.setattr(kept_pages, "SITE", tmp_path)
    for language in LANGUAGES.values():
        for each in kept_pages.PAGES:
            page = tmp_path / language / each.page.strip("/")
            page.mkdir(parents=True)
            (page / "index.html").write_text("satu", encoding="utf-8")
    kept_pages.write_workers()
    worker = tmp_path / PAGE.strip("/") / kept_pages.NAME
    first = worker.read_text(encoding="utf-8")
    (worker.parent / "index.html").write_text("dua", encoding="utf-8")
    kept_pages.write_workers()
    assert worker.read_text(encoding="utf-8") != first


def test_the_worker_itself_is_asked_for_again_soon(folder):
    assert cache_control((folder / kept_pages.NAME).relative_to(SITE).as_posix()) != KEPT_FOREVER
