"""Which service may fit: every family gets an answer, knowing more never takes one back, and reasons are complete."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import services
from referrals.eligibility import ANSWERS, ASK, MAY, NO, STATES, evaluate
from referrals.family import NOT_KNOWN, Family, facts

DIRECTORY = services.read()
RULES = services.for_functions(DIRECTORY)
FACTS = facts()
SERVICES = {each["id"]: each for each in RULES["services"]}

anything = st.dictionaries(st.sampled_from(sorted(FACTS)) | st.text(max_size=5),
                           st.none() | st.text(max_size=4) | st.integers() | st.booleans() | st.lists(st.text())
                           | st.sampled_from(["ya", "tidak", NOT_KNOWN, "1", "5", "10"]))
a_family = st.fixed_dictionaries({}, optional={
    name: st.sampled_from([*options, NOT_KNOWN]) for name, options in FACTS.items()})


def answers(family: dict[str, Any]) -> dict[str, str]:
    return {fit.service: fit.answer for fit in evaluate(RULES, family)}


def rules(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"facts": FACTS, "services": [{"id": "satu", "rows": list(rows)}]}


def row(otherwise: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    return {"otherwise": otherwise, "any": list(conditions)}


@given(anything)
def test_whatever_is_said_every_service_has_one_of_three_answers_and_all_its_reasons(said: dict[str, Any]) -> None:
    fits = evaluate(RULES, said)
    assert [fit.service for fit in fits] == list(DIRECTORY.services)
    for fit in fits:
        assert fit.answer in ANSWERS
        assert len(fit.states) == len(SERVICES[fit.service]["rows"])
        assert set(fit.states) <= set(STATES)


def test_who_says_nothing_is_refused_nothing() -> None:
    assert set(answers({}).values()) == {ASK}
    assert set(answers(dict.fromkeys(FACTS, NOT_KNOWN)).values()) == {ASK}


@given(a_family)
def test_the_answer_follows_from_its_reasons_alone(family: dict[str, str]) -> None:
    for fit in evaluate(RULES, family):
        assert (fit.answer == NO) is ("fails" in fit.states)
        assert (fit.answer == MAY) is (bool(fit.states) and set(fit.states) == {"holds"})


@given(a_family, st.data())
def test_knowing_more_takes_back_neither_a_no_nor_a_may(family: dict[str, str], data: st.DataObject) -> None:
    unknown = sorted(name for name in FACTS if family.get(name, NOT_KNOWN) == NOT_KNOWN)
    more = {name: data.draw(st.sampled_from(FACTS[name])) for name in data.draw(
        st.sets(st.sampled_from(unknown)) if unknown else st.just(set()))}
    before, after = answers(family), answers({**family, **more})
    assert {name: after[name] for name, answer in before.items() if answer != ASK} == {
        name: answer for name, answer in before.items() if answer != ASK}


@given(a_family, st.integers(1, 10), st.integers(1, 10))
def test_a_poorer_family_is_never_told_a_worse_answer(family: dict[str, str], one: int, other: int) -> None:
    better = {MAY: 2, ASK: 1, NO: 0}
    poorer, richer = (answers({**family, "desil": str(desil)}) for desil in sorted((one, other)))
    assert [name for name in poorer if better[poorer[name]] < better[richer[name]]] == []


@given(a_family)
def test_only_the_facts_of_its_own_rules_decide_a_service(family: dict[str, str]) -> None:
    everything = answers(family)
    for name, service in SERVICES.items():
        own = {condition["fact"] for each in service["rows"] for condition in each["any"]}
        assert answers({fact: value for fact, value in family.items() if fact in own})[name] == everything[name]


def test_a_service_whose_rules_nobody_has_found_is_always_to_be_asked_about() -> None:
    found = {name for name, service in DIRECTORY.services.items() if not service.rows}
    assert found == {"gas", "cek_desil"}
    everything = {name: options[0] for name, options in FACTS.items()}
    assert {answers(everything)[name] for name in found} == {ASK}


@pytest.mark.parametrize(("said", "state", "answer"), [
    ({"ill": "ya"}, "holds", MAY), ({"ill": "tidak", "pregnant": "ya"}, "holds", MAY),
    ({"ill": "tidak"}, "unknown", ASK), ({"ill": "tidak", "pregnant": NOT_KNOWN}, "unknown", ASK),
    ({"ill": "tidak", "pregnant": "tidak"}, "fails", NO)])
def test_any_of_several_conditions_is_enough(said: dict[str, str], state: str, answer: str) -> None:
    (fit,) = evaluate(rules(row("no", {"fact": "ill", "is": ["ya"]}, {"fact": "pregnant", "is": ["ya"]})), said)
    assert (fit.states, fit.answer) == ((state,), answer)


@pytest.mark.parametrize(("desil", "states"), [("4", ("holds", "asks")), ("5", ("holds", "holds")),
                                               ("6", ("fails", "holds")), ("10", ("fails", "holds"))])
def test_limits_include_their_own_number_and_compare_as_numbers(desil: str, states: tuple[str, ...]) -> None:
    limits = rules(row("no", {"fact": "desil", "at_most": 5}), row("ask", {"fact": "desil", "at_least": 5}))
    assert evaluate(limits, {"desil": desil})[0].states == states


def test_a_failed_question_is_asked_and_a_failed_condition_says_no_whatever_else_is_open() -> None:
    two = rules(row("no", {"fact": "pupil", "is": ["ya"]}), row("ask", {"fact": "registered", "is": ["ya"]}))
    assert evaluate(two, {"pupil": "ya", "registered": "tidak"})[0] == ("satu", ASK, ("holds", "asks"))
    assert evaluate(two, {"pupil": "tidak"})[0] == ("satu", NO, ("fails", "unknown"))


def test_every_question_can_be_left_open_and_asks_for_nobodys_name() -> None:
    assert not any(info.is_required() for info in Family.model_fields.values())
    assert not {"name", "nik", "email", "phone", "address", "region"} & set(Family.model_fields)
