"""Every page exists in both languages, says what it is, and includes only pieces that the build makes."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from infra import pieces
from infra.catalogue import CONTENT, read_offerings
from infra.front_matter import front_matter
from portal.assets import LANGUAGES, notice_version
from portal.moments import format_day

PAGES = sorted(path.relative_to(CONTENT / "id").as_posix() for path in (CONTENT / "id").rglob("*.md"))
OFFERINGS = read_offerings(CONTENT)


@pytest.fixture(scope="module")
def made() -> set[str]:
    """The names of the pieces that the build makes for one language."""
    return {name for name, _ in pieces.all_pieces(OFFERINGS, "id")}


def text_of(language: str, page: str) -> str:
    return (CONTENT / language / page).read_text(encoding="utf-8")


def included(language: str, page: str) -> set[str]:
    return set(re.findall(r'^\s*--8<-- "([^"]+)"', text_of(language, page), re.MULTILINE))


def test_every_page_exists_in_both_languages() -> None:
    english = {path.relative_to(CONTENT / "en").as_posix() for path in (CONTENT / "en").rglob("*.md")}
    assert set(PAGES) ^ english == set()
    assert len(PAGES) > 40


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_has_a_title_a_description_and_one_main_heading(page: str, language: str) -> None:
    matter = front_matter(CONTENT / language / page)
    assert str(matter.get("title", "")).strip()
    assert str(matter.get("description", "")).strip()
    body = re.sub(r"```.*?```", "", text_of(language, page).split("\n---\n", 1)[1], flags=re.DOTALL)
    assert len(re.findall(r"^# ", body, re.MULTILINE)) <= 1


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_include_the_same_pieces_and_all_are_made(page: str, made: set[str]) -> None:
    assert included("id", page) == included("en", page)
    assert included("id", page) <= made


def test_every_piece_is_included_somewhere(made: set[str]) -> None:
    of_each_offering = {"forms/registration.html"}  # made for every form, included by each offering as its own
    assert {name for page in PAGES for name in included("id", page)} == made - of_each_offering


@pytest.mark.parametrize("offering", OFFERINGS, ids=lambda offering: offering.id)
def test_an_offerings_page_shows_its_facts_and_its_form(offering: object) -> None:
    name = offering.id  # type: ignore[attr-defined]
    assert included("id", f"kegiatan/{name}.md") == {f"offerings/{name}/facts.md", f"offerings/{name}/form.html"}


def test_no_page_names_a_machine_or_the_place_it_was_written_at() -> None:
    naming = re.compile(r"127\.0\.0\.1|localhost|file://|/work/|/home/")
    for language in LANGUAGES:
        for page in PAGES:
            assert not naming.search(text_of(language, page)), Path(language, page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_privacy_notice_says_the_day_that_is_kept_with_each_consent(language: str) -> None:
    version = front_matter(CONTENT / language / "tentang/privasi.md")["versi"]
    assert version == notice_version()
    day = format_day(datetime.fromisoformat(f"{version}T12:00+07:00"), "WIB", language)
    assert day in text_of(language, "tentang/privasi.md").split("\n---\n", 1)[1]
