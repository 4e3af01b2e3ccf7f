"""The page of the casework says what its tables say, and what it says by hand is so."""

from __future__ import annotations

from datetime import date

import pytest

from infra import casework, casework_page, sla
from infra.template_reader import ROOT
from portal.assets import LANGUAGES, read_json

RULES = casework_page.read()
TABLE, SLA, DIRECTORY = RULES
TODAY = date(2026, 11, 30)


def told(language: str, day: date = TODAY) -> dict[str, list[list[str]]]:
    made = casework_page.pieces(RULES, language, day)
    return {name: [line.strip("| ").split(" | ") for line in piece.splitlines()] for name, piece in made}


def test_what_the_functions_read_is_what_the_tables_say() -> None:
    assert set(read_json("casework.json")) == set(casework.for_functions(TABLE))
    assert read_json("casework.json")["words"] == casework.for_functions(TABLE)["words"]
    assert read_json("sla.json")["services"]["surat_dtks"] == [["2026-11-30", 1]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kind_that_the_page_does_not_show_goes_as_one_that_it_shows(language: str) -> None:
    page = casework_page._Page(RULES, language, TODAY)
    shown = {kind: list(page.steps(kind)) for kind in TABLE.kinds}
    assert set(shown) - set(casework_page.TOLD) == {"saran"}
    assert shown["saran"] == shown["pertanyaan"] != shown["pengaduan"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_a_service_has_its_row_with_its_days(language: str) -> None:
    rows = {row[0]: row[2] for row in told(language)["casework/layanan.md"]}
    for name in ("checking", "verifying", "recommending", "deciding", "following"):
        assert rows[getattr(TABLE.states[name].title, language)] == str(SLA.states[name].days[-1].days)
    assert rows[getattr(TABLE.states["confirming"].title, language)] == str(SLA.closing.answer[-1].days)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_cell_breaks_its_table(language: str) -> None:
    for name, rows in told(language).items():
        assert len({len(row) for row in rows}) == 1, name
        assert "{" not in str(rows).replace("{'", ""), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_source_fixes_is_told_as_the_portals_choice(language: str) -> None:
    chosen = getattr(TABLE.words.chosen, language)
    rows = {row[0]: row[3] for row in told(language)["casework/days.md"]}
    assert set(rows.values()) == {chosen}
    certain = {name: each.days[0].certainty for name, each in SLA.services.items()}
    assert certain == {"surat_dtks": "code", "masa_panik": "chosen", "pengaduan": "mem", "pertanyaan": "mem",
                       "saran": "mem"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_that_the_portal_gives_by_itself_are_nobodys_choice(language: str) -> None:
    offered = str(told(language)["casework/reasons.md"])
    for group, code in (("closings", "no_answer"), ("closings", "confirmed"), ("withdrawals", "case_ended")):
        assert getattr(TABLE.reasons[group][code], language) not in offered
    assert getattr(TABLE.reasons["closings"]["duplicate"], language) in offered


def test_the_page_says_by_hand_what_is_so() -> None:
    """Supervisors are in the district only, and what waits for a decision is recommended anew at another desk."""
    assert not {"penyelia", "manajer"} & set(TABLE.offices["village"])
    over = [way for name in ("hand_up", "hand_down") for way in TABLE.events[name].ways if "deciding" in way.before]
    assert {way.to for way in over} == {"recommending", "mapping"}
    assert all("in_time" in way.needs for way in TABLE.events["extend"].ways)


def test_new_days_are_told_from_their_day_on() -> None:
    later = sla.Days.model_validate({"from": "2027-03-01", "days": 9, "certainty": "chosen",
                                     "source": {"id": "Pilihan baru.", "en": "A new choice."}})
    first = SLA.states["checking"]
    changed = SLA.model_copy(update={"states": {**SLA.states, "checking": first.model_copy(
        update={"days": (*first.days, later)})}})
    days = [next(casework_page._Page(RULES._replace(sla=changed), "id", day).steps("layanan"))[2]
            for day in (date(2026, 1, 1), date(2027, 2, 28), date(2027, 3, 1))]
    assert days == ["1", "1", "9"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("term", ["front office", "back office", "fasilitator", "puskesos", "desil", "dtsen", "dtks"])
def test_the_offices_words_have_their_lines_in_the_glossary(term: str, language: str) -> None:
    glossary = (ROOT / "content" / language / "tentang" / "glosarium.md").read_text(encoding="utf-8")
    assert [line for line in glossary.splitlines() if line.startswith("### ") and term in line.casefold()]
