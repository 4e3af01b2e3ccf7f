"""A browser and the function come to the same answers with the same reasons: 10,000 families through both."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from copy import deepcopy
from typing import Any

import pytest
from playwright.sync_api import Page

from infra import kept_pages
from infra.built_site import LANGUAGES as FOLDERS
from infra.built_site import SITE, parse
from infra.published import KEPT_FOREVER, cache_control
from portal.assets import LANGUAGES
from referrals.checking import PAGE
from referrals.eligibility import ANSWERS, STATES, evaluate
from tests.families import families

FAMILIES = families(10_000, seed=30112026)
# As one text each way: the protocol takes a minute for so many lists.
SCRIPT = """async ([script, asked]) => {
  const { evaluate } = await import(script);
  const { rules, families } = JSON.parse(asked);
  return JSON.stringify(families.map((family) =>
    evaluate(rules, family).map(({ service, answer, states }) => [service, answer, states])));
}"""


@pytest.fixture(scope="module", params=LANGUAGES)
def published(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The rules that lie in the built site, as a phone gets them."""
    (file,) = (SITE / "assets" / "rujukan").glob(f"kelayakan.{request.param}_*.json")
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def of_the_function() -> dict[str, Any]:
    """The rules that the function reads."""
    return json.loads((SITE.parent / "assets" / "eligibility.json").read_text(encoding="utf-8"))


def in_the_browser(page: Page, rules: dict[str, Any], asked: list[dict[str, str]]) -> list[list[Any]]:
    """What the published script says, on the published page, under its content policy."""
    page.goto(PAGE)
    (script,) = (SITE / "assets" / "portal").glob("eligibility_*.js")
    text = json.dumps({"rules": rules, "families": asked})
    return json.loads(page.evaluate(SCRIPT, [f"/{script.relative_to(SITE).as_posix()}", text]))


def in_the_function(rules: dict[str, Any], asked: list[dict[str, str]]) -> list[list[Any]]:
    return [[[fit.service, fit.answer, list(fit.states)] for fit in evaluate(rules, family)] for family in asked]


def differing(here: list[list[Any]], there: list[list[Any]]) -> list[int]:
    return [number for number, (one, other) in enumerate(zip(here, there, strict=True)) if one != other]


def test_ten_thousand_families_get_the_same_answers_and_reasons(desk, published, of_the_function):
    here = in_the_browser(desk, published, FAMILIES)
    assert differing(here, in_the_function(of_the_function, FAMILIES)) == []
    assert len(here) == 10_000


def test_the_families_meet_every_answer_of_every_service_and_every_state(of_the_function):
    """Else the comparison would compare less than it says."""
    answered = Counter((fit.service, fit.answer) for family in FAMILIES for fit in evaluate(of_the_function, family))
    stated = Counter(state for family in FAMILIES for fit in evaluate(of_the_function, family) for state in fit.states)
    assert set(stated) == set(STATES)
    for service in of_the_function["services"]:
        rows = service["rows"]
        possible = {"ask"} | ({"may"} if rows else set()) | (
            {"no"} if any(row["otherwise"] == "no" for row in rows) else set())
        assert {answer for answer in ANSWERS if answered[service["id"], answer]} == possible, service["id"]


def test_the_published_rules_and_reasons_are_those_of_the_function(published, of_the_function, request):
    language = request.node.callspec.params["published"]
    assert published["facts"] == of_the_function["facts"]
    assert [(each["id"], each["title"], each["rows"]) for each in published["services"]] == [
        (each["id"], each["title"][language], [{**row, "because": row["because"][language]} for row in each["rows"]])
        for each in of_the_function["services"]]


@pytest.mark.parametrize("published", ["id"], indirect=True)
@pytest.mark.parametrize("change", ["a limit", "an answer", "what otherwise means", "any for all"])
def test_the_comparison_sees_a_rule_that_is_only_a_little_different(desk, published, of_the_function, change):
    rules = deepcopy(published)
    rows = {each["id"]: each["rows"] for each in rules["services"]}
    if change == "a limit":
        rows["pbi_jk"][2]["any"][0]["at_most"] = 4
    elif change == "an answer":
        rows["sambungan_listrik"][0]["any"][0]["is"] = ["tidak_ada"]
    elif change == "what otherwise means":
        rows["rutilahu"][1]["otherwise"] = "no"
    else:
        rows["kusuka"][0]["any"].pop()
    assert differing(in_the_browser(desk, rules, FAMILIES[:2000]), in_the_function(of_the_function, FAMILIES[:2000]))


# -- the page and what it loads ------------------------------------------------------------------------------------


def test_every_service_leads_to_its_place_in_the_directory(pages, published):
    for each in published["services"]:
        page, _, anchor = each["href"].partition("#")
        (heading,) = [heading for heading in pages[page].find("h2") if heading.attributes.get("id") == anchor]
        assert heading.text().startswith(each["title"])


@pytest.mark.usefixtures("pages")
def test_the_script_and_the_rules_are_small():
    (script,) = (SITE / "assets" / "portal").glob("eligibility_*.js")
    assert len(gzip.compress(script.read_bytes(), 6)) <= 4 * 1024
    for rules in (SITE / "assets" / "rujukan").glob("kelayakan.*_*.json"):
        assert len(gzip.compress(rules.read_bytes(), 6)) <= 4 * 1024


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_view_is_light_with_script_and_rules(pages, language):
    """The design's 60 KB and eight requests; what a phone keeps for later is not part of the view."""
    page = pages[f"/{FOLDERS[language]}{PAGE.strip('/')}/"]
    files = [SITE / FOLDERS[language] / PAGE.strip("/") / "index.html"]
    files += [SITE / each.attributes["href"].lstrip("/") for each in page.find("link")
              if each.attributes["rel"] in {"stylesheet", "icon"}]
    files += [next((SITE / "assets" / "portal").glob(f"{name}_*.js")) for name in ("portal", "forms", "eligibility")]
    files += [*(SITE / "assets" / "rujukan").glob(f"kelayakan.{language}_*.json")]
    assert len(files) <= 8
    assert sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) <= 60 * 1024


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_for_the_rules_of_its_language_and_a_phone_may_keep_them(pages, language):
    page = pages[f"/{FOLDERS[language]}{PAGE.strip('/')}/"]
    (asked,) = [each.attributes["data-rules"] for each in page.walk() if "data-rules" in each.attributes]
    assert f"kelayakan.{language}_" in asked
    assert (SITE / asked.lstrip("/")).is_file()
    assert cache_control(asked) == KEPT_FOREVER


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_without_network_has_all_that_it_loads(pages, language):
    assert pages
    folder = SITE / FOLDERS[language] / PAGE.strip("/")
    worker = (folder / kept_pages.NAME).read_text(encoding="utf-8")
    kept = json.loads(re.search(r"^const BUILT = (\{.*\});$", worker, re.MULTILINE)[1])["files"]
    assert [address for address in kept if not (SITE / address.lstrip("/")).is_file()] == []
    page = parse((folder / "index.html").read_text(encoding="utf-8"))
    loaded = {each.attributes.get("href") or each.attributes["src"] for each in page.find("link", "script")
              if {"href", "src"} & set(each.attributes) and each.attributes.get("rel") not in {"alternate", "canonical"}}
    loaded |= {each.attributes["data-rules"] for each in page.walk() if "data-rules" in each.attributes}
    assert loaded <= set(kept)
    assert {name for name in ("forms", "eligibility") if not any(f"/{name}_" in each for each in kept)} == set()
