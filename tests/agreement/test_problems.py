"""Failures, their statuses and their words: each failure has one row and one text, and no text is without one."""

from __future__ import annotations

import inspect
import string
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import pytest

from infra import doors, openapi
from infra.template_reader import ROOT
from portal import errors
from portal.assets import LANGUAGES, words
from portal.errors import PortalError
from portal.web import MOST_BYTES, STATUS
from registrations.views import facts_of
from tests.people import an_offering

OURS = "fault"  # not a failure of anybody else's, so without a class


def failures(above: type[PortalError] = PortalError) -> Iterator[type[PortalError]]:
    for below in above.__subclasses__():
        yield below
        yield from failures(below)


CLASSES = sorted(failures(), key=lambda each: each.__name__)


def code_of(failure: type[PortalError]) -> str:
    return STATUS[failure][1]


def placeholders(*texts: str) -> set[str]:
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_failure_has_its_row_and_every_row_a_failure() -> None:
    assert {each.__name__ for each in CLASSES} == {each.__name__ for each in STATUS}


def test_no_two_failures_share_a_code() -> None:
    codes = [code for _, code in STATUS.values()]
    assert len(set(codes)) == len(codes)


def test_no_failure_is_forbidden_and_none_is_our_fault() -> None:
    """The distribution turns 403 into its own page; 500 is what has no class."""
    statuses = {status for status, _ in STATUS.values()}
    assert HTTPStatus.FORBIDDEN not in statuses
    assert HTTPStatus.INTERNAL_SERVER_ERROR not in statuses
    assert all(400 <= status < 600 for status in statuses)


def test_the_openapi_document_names_every_status_that_a_failure_has() -> None:
    named = {status for statuses in openapi.answers().values() for status in statuses}
    assert {int(status) for status, _ in STATUS.values()} | {500} == {status for status in named if status >= 400}
    assert named == set(openapi.MEANINGS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_its_words_and_no_words_are_without_a_problem(language: str) -> None:
    problems = words("common", language)["problems"]
    assert set(problems) == {code for _, code in STATUS.values()} | {OURS}
    assert all(set(told) == {"title", "text", "links"} for told in problems.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("failure", CLASSES, ids=lambda each: each.__name__)
def test_the_words_use_only_facts_that_are_known_then(failure: type[PortalError], language: str) -> None:
    told = words("common", language)["problems"][code_of(failure)]
    knows_the_offering = "offering" in inspect.signature(failure.__init__).parameters
    known = {"home", *(["back"] if "back" in inspect.signature(failure.__init__).parameters else ()),
             *(facts_of(an_offering(), language) if knows_the_offering else ())}
    links = [text for link in told["links"] for text in link.values()]
    assert placeholders(told["title"]) == set()
    assert placeholders(*told["text"], *links) <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_tells_its_number_and_nothing_else(language: str) -> None:
    told = words("common", language)["problems"][OURS]
    assert placeholders(*told["text"]) == {"request"}
    assert placeholders(*(link["href"] for link in told["links"])) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_about_a_failure_but_the_form_itself_says_where_to_go(language: str) -> None:
    problems = words("common", language)["problems"]
    assert {code for code, told in problems.items() if not told["links"]} == {"answers"}
    assert all(told["text"] for told in problems.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_to_a_page(language: str) -> None:
    home = "/en" if language == "en" else ""
    problems = words("common", language)["problems"]
    links = [link["href"].format(home=home, offering="bimtek-musyawarah-desa", request="", back="")
             for told in problems.values() for link in told["links"]]
    assert links
    services = {path for method, path in doors.routes() if method == "GET"}
    for link in links:
        if link.startswith("/layanan/"):
            address = urlsplit(link)
            asked = parse_qs(address.query)
            assert address.path in services, link
            assert asked.get("lang", ["id"]) == [language], link
            assert {urlsplit(each).path for each in asked.get("ke", [])} <= services, link
            continue
        place = f"{language}{link.removeprefix(home)}".rstrip("/")
        content = ROOT / "content"
        assert (content / f"{place}.md").exists() or (content / place / "index.md").exists(), link


@pytest.mark.parametrize("failure", CLASSES, ids=lambda each: each.__name__)
def test_a_failure_says_in_its_docstring_what_is_true(failure: type[PortalError]) -> None:
    told = inspect.getdoc(failure) or ""
    assert told.endswith(".")
    assert failure.__module__ == errors.__name__, "failures that readers are told stand together"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_limit_that_is_told_is_the_limit_that_is_kept(language: str) -> None:
    told = words("common", language)["problems"]["body_too_large"]["text"]
    assert str(MOST_BYTES // 1024) in " ".join(told).split()
