"""The page of the workflow says what its table says, and what it says by hand is so."""

from __future__ import annotations

from datetime import date

import pytest

from infra import workflow, workflow_page
from infra.template_reader import ROOT
from portal.assets import LANGUAGES, read_json

TABLE = workflow.read()
TODAY = date(2026, 11, 27)


def page(language: str) -> str:
    return (ROOT / "content" / language / "e-dupak" / "alur.md").read_text(encoding="utf-8")


def test_what_the_functions_read_is_what_the_table_says() -> None:
    read = read_json("workflow.json")
    made = workflow.for_functions(TABLE)
    assert set(read) == set(made)
    assert read["words"] == made["words"]
    assert {name: [way["to"] for way in ways] for name, ways in read["events"].items()} == {
        name: [way["to"] for way in ways] for name, ways in made["events"].items()}
    assert read["deadlines"]["superior"]["days"] == [list(row) for row in made["deadlines"]["superior"]["days"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_regime_that_the_page_does_not_show_goes_as_one_that_it_shows(language: str) -> None:
    told = {regime: list(workflow_page.steps(TABLE, regime, language, TODAY)) for regime in TABLE.regimes}
    assert set(told) - set(workflow_page.TOLD) == {"integrasi"}
    assert told["integrasi"] == told["konversi"] != told["konvensional"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("regime", workflow_page.TOLD)
def test_every_step_has_a_row_with_its_days(regime: str, language: str) -> None:
    rows = {row[0]: row for row in workflow_page.steps(TABLE, regime, language, TODAY)}
    steps = {"draft", "returned", "decided", "objected", *TABLE.regimes[regime].steps, *TABLE.regimes[regime].sometimes}
    assert set(rows) == {getattr(TABLE.states[name].title, language) for name in steps}
    for name, deadline in TABLE.deadlines.items():
        if name in steps:
            row = rows[getattr(TABLE.states[name].title, language)]
            assert row[2:4] == (str(deadline.days[-1].days), str(deadline.remind))
            assert row[4].startswith(getattr(TABLE.roles[deadline.escalates_to], language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_regulation_fixes_is_told_as_the_portals_choice(language: str) -> None:
    told = list(workflow_page.days(TABLE, language))
    chosen = [row for each in (*TABLE.deadlines.values(), TABLE.objection) for row in each.days]
    assert [row[3] for row in told] == [getattr(getattr(TABLE.words, row.certainty), language) for row in chosen]
    assert {row.certainty for row in chosen} == {"chosen", "mem", "text"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_cell_breaks_its_table(language: str) -> None:
    for name, piece in workflow_page.pieces(TABLE, language, TODAY):
        widths = {line.count("|") for line in piece.splitlines()}
        assert len(widths) == 1, name
        assert "{" not in piece


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_days_stand_in_the_table_and_nowhere_by_hand(language: str) -> None:
    by_hand = [line for line in page(language).splitlines() if any(sign.isdigit() for sign in line)]
    allowed = {"id": ["## Konvensional, untuk kegiatan sampai 2022", "pukul 24.00 WIB"],
               "en": ["## Conventional, for work up to 2022"]}[language]
    assert [line for line in by_hand if "8<--" not in line and not any(text in line for text in allowed)] == []


def test_a_dossier_may_be_withdrawn_until_the_secretariat_has_declared_it_complete() -> None:
    """The page says so in a sentence of its own."""
    (way,) = TABLE.events["withdraw"].ways
    assert set(way.before) == {"draft", "returned", "superior", "secretariat"}
    assert way.needs == ("undecided",)


def test_superior_and_approver_may_be_one_person_where_the_page_says_so() -> None:
    apart = {(regime, acts, was) for rule in TABLE.people.values() for regime in rule.regimes or TABLE.regimes
             for acts in rule.acts for was in rule.was}
    assert not {(regime, "penetap", "atasan") for regime in ("konversi", "integrasi")} & apart


def test_a_plenary_is_held_when_marks_differ_or_the_chair_asks() -> None:
    leading = {(name, way.when) for name, way in TABLE.ways("konvensional") if way.to == "plenary"}
    assert leading == {("lock", "last_to_lock_differing"), ("discuss", None)}


def test_new_days_are_told_from_their_day_on() -> None:
    later = workflow.Days.model_validate({"from": "2027-03-01", "days": 8, "certainty": "chosen",
                                          "source": {"id": "Pilihan baru.", "en": "A new choice."}})
    superior = TABLE.deadlines["superior"]
    table = TABLE.model_copy(update={"deadlines": {
        **TABLE.deadlines, "superior": superior.model_copy(update={"days": (*superior.days, later)})}})
    told = {day: next(row[2] for row in workflow_page.steps(table, "konversi", "id", day) if "atasan" in row[0])
            for day in (date(2026, 1, 1), date(2027, 2, 28), date(2027, 3, 1))}
    assert list(told.values()) == ["5", "5", "8"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("term", ["penetap", "penilai", "sekretariat", "pleno", "spmk", "konversi"])
def test_the_offices_of_the_workflow_have_their_lines_in_the_glossary(term: str, language: str) -> None:
    glossary = (ROOT / "content" / language / "tentang" / "glosarium.md").read_text(encoding="utf-8")
    assert [line for line in glossary.splitlines() if line.startswith("### ") and term in line.casefold()]
