"""What a phone keeps of the door of an activity, as the build makes it: whole, nobody's, and all of one version."""

from __future__ import annotations

import json
import re

import pytest

from infra import door_page
from infra.built_site import SITE, parse
from infra.published import KEPT_FOREVER, cache_control
from registrations.entrance import CAMERA

WORKER = SITE / "layanan" / "meja" / "hadir.js"


@pytest.fixture
def built(pages) -> dict:
    """What the build told the worker."""
    assert pages
    found = re.search(r"^const BUILT = (\{.*\});$", WORKER.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return json.loads(found[1])


def test_everything_that_is_kept_is_there(built):
    kept = [*built["files"], *built["reader"], *built["pages"].values()]
    assert [address for address in kept if not (SITE / address.lstrip("/")).is_file()] == []
    assert set(built["pages"]) == {"id", "en"}
    assert built["camera"] == CAMERA


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_kept_page_finds_all_that_it_loads_and_shows_nobody(built, language):
    page = parse((SITE / built["pages"][language].lstrip("/")).read_text(encoding="utf-8"))
    loaded = [each.attributes.get("href") or each.attributes["src"] for each in page.find("link", "script")
              if {"href", "src"} & set(each.attributes) and each.attributes.get("rel") != "alternate"]
    assert set(loaded) <= set(built["files"])
    (people,) = [each for each in page.find("form") if "data-people" in each.attributes]
    assert people.find("li") == []
    assert page.find("html")[0].attributes["lang"] == language


def test_all_that_checkin_asks_for_beside_itself_is_kept(built):
    scripts = [address for address in built["files"] if "/checkin" in address]
    asked = {name for address in scripts
             for name in re.findall(r'beside\("([\w-]+)\.js"\)', (SITE / address.lstrip("/")).read_text(encoding="utf-8"))}
    assert asked == {"checkin-kept", "checkin-camera"}
    assert {name for name in asked if not any(f"/{name}_" in address for address in scripts)} == set()


def test_another_page_is_another_name_and_another_worker(built, monkeypatch, tmp_path):
    monkeypatch.setattr(door_page, "FOLDER", tmp_path)
    monkeypatch.setattr(door_page, "SITE", tmp_path)
    (tmp_path / "hadir.id.0123456789.html").write_text("satu", encoding="utf-8")
    (tmp_path / "hadir.en.0123456789.html").write_text("one", encoding="utf-8")
    door_page.write_worker()
    first = (tmp_path / "hadir.js").read_text(encoding="utf-8")
    (tmp_path / "hadir.en.0123456789.html").write_text("two", encoding="utf-8")
    door_page.write_worker()
    assert (tmp_path / "hadir.js").read_text(encoding="utf-8") != first
    for address in built["pages"].values():
        assert re.search(r"\.[0-9a-f]{10}\.html$", address)


def test_the_worker_itself_is_asked_for_again_soon(built):
    assert cache_control(WORKER.relative_to(SITE).as_posix()) != KEPT_FOREVER
    assert built["version"] in WORKER.read_text(encoding="utf-8")
