"""The pages of the directory and its data: each sector has its page, what is known is told, nothing stands by hand."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import get_args

import pytest

from infra import services, services_open, services_page
from infra.template_reader import ROOT
from portal.assets import LANGUAGES, read_json, words
from referrals.checking import ELIGIBILITY
from referrals.eligibility import ANSWERS, STATES

DIRECTORY = services.read()
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)


def pieces(language: str) -> dict[str, str]:
    return dict(services_page.pieces(DIRECTORY, language))


def page(language: str, name: str) -> str:
    return (ROOT / "content" / language / "rujukan" / f"{name}.md").read_text(encoding="utf-8")


def test_the_function_reads_what_the_file_says() -> None:
    read, made = read_json("eligibility.json"), services.for_functions(DIRECTORY)
    assert read["version"] == made["version"]
    assert [each["id"] for each in read["services"]] == [each["id"] for each in made["services"]]
    assert [len(each["rows"]) for each in read["services"]] == [len(each["rows"]) for each in made["services"]]


@in_both_languages
@pytest.mark.parametrize("sector", DIRECTORY.sectors)
def test_a_sector_has_a_page_that_includes_its_own_services(sector: str, language: str) -> None:
    text = page(language, f"layanan/{services.page_name(sector)}")
    assert re.findall(r'^--8<-- "(.+)"', text, re.MULTILINE) == [f"services/{sector}.md"]


@in_both_languages
@pytest.mark.parametrize("name", DIRECTORY.services)
def test_a_service_tells_all_that_is_known_and_names_what_is_not(name: str, language: str) -> None:
    service, texts = DIRECTORY.services[name], words("services", language)
    piece = pieces(language)[f"services/{service.sector}.md"]
    told = unescape(piece).partition(f"{{ #{services.anchor(name)} }}")[2].partition("\n## ")[0]
    assert getattr(service.about, language) in told
    for row in service.rows:
        assert getattr(row.because, language) in told
        assert texts["certainty"][row.certainty] in told
    for paper in service.papers.names if service.papers else ():
        assert getattr(DIRECTORY.documents[paper], language) in told
    for key in ("area", "cost", "schedule", "time"):
        known = DIRECTORY.told.get(getattr(service, key))
        assert (getattr(known.text, language) if known else f"{texts[key]}") in told
    assert (texts["not_found"] in told) is (not service.rows or not service.papers)


@in_both_languages
def test_a_list_names_every_service_and_no_cell_breaks_its_table(language: str) -> None:
    made = pieces(language)
    assert made["services/list.md"].count("<a ") == len(DIRECTORY.services) + len(DIRECTORY.sectors)
    assert made["services/documents.md"].count("<a ") == sum(
        service.papers is not None for service in DIRECTORY.services.values())
    for name in ("list", "documents", "sectors"):
        assert len({line.count("|") for line in made[f"services/{name}.md"].splitlines()}) == 1, name


@in_both_languages
def test_nothing_of_the_directory_is_told_by_hand(language: str) -> None:
    by_hand = "".join(page(language, f"layanan/{services.page_name(sector)}") for sector in DIRECTORY.sectors)
    by_hand += page(language, "dokumen") + page(language, "sektor")
    facts = [getattr(each.text, language) for each in DIRECTORY.told.values()]
    facts += [getattr(row.because, language) for each in DIRECTORY.services.values() for row in each.rows]
    assert [fact for fact in facts if fact in by_hand] == []
    numbers = re.findall(r"(?<!\d)\d{3}(?!\d)(?! ?/)", re.sub(r"\(http[^)]*\)|UU [\d/]+|Pasal \d+", "", by_hand))
    assert numbers == [], "a telephone or a number of days belongs into the data, with its source"


@in_both_languages
def test_every_answer_and_every_state_has_its_words(language: str) -> None:
    texts = ELIGIBILITY.words(language)
    assert (tuple(texts["groups"]), tuple(texts["states"])) == (ANSWERS, STATES)
    assert set(words("services", language)["certainty"]) == {*get_args(services.Certainty)}


@in_both_languages
def test_the_page_says_which_marks_may_say_no(language: str) -> None:
    """The first two of its table; the code knows them as SURE."""
    assert {"id": "Hanya dua tanda pertama", "en": "Only the first two"}[language] in page(language, "layanan/index")
    assert tuple(words("services", language)["certainty"])[:2] == services.SURE


@in_both_languages
def test_the_open_data_hold_every_service_and_say_what_is_not_known(language: str) -> None:
    data = services_open.as_hsds(DIRECTORY, language)
    assert [each["id"] for each in data["services"]] == list(DIRECTORY.services)
    assert len({frozenset(each) for each in data["services"]}) == 1, "what is not known is null, never left out"
    known = {each["id"]: each for each in data["services"]}
    assert known["gas"]["x_rules"] is known["gas"]["required_documents"] is known["gas"]["cost_options"] is None
    assert [each["document"] for each in known["kusuka"]["required_documents"]] == [
        getattr(DIRECTORY.documents[name], language) for name in ("ktp", "surat_kades_pekerjaan", "npwp")]
    rules = {each["id"]: each["rows"] for each in json.loads(json.dumps(services.for_functions(DIRECTORY)))["services"]}
    for name, each in json.loads(json.dumps(known)).items():
        assert [(row["any"], row["otherwise"]) for row in each["x_rules"] or []] == [
            (row["any"], row["otherwise"]) for row in rules[name]]
