"""The way of a case and its referrals, walked completely: all places it can come to, by all that people may do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import steps, workflow
from casework.cases import Case, Happened, Need, Referral, Standing, entered, hands, happened
from casework.steps import Act, NotThem
from casework.workflow import NEEDS, Facts, foreseen, is_final
from portal.assets import LANGUAGES
from portal.machine import NotNow, NotYet
from tests.casework_world import (
    DESKS,
    KINDS,
    NOW,
    REGENCY,
    TABLE,
    VILLAGE,
    a_case,
    an_act,
    other_tables,
    reason_for,
    referred,
    taken,
)

MOST_RUNNING = 2  # referrals at once: a third meets nothing that two do not
AROUND = frozenset({*TABLE["around"], "lapse"})
LONG_AFTER = NOW + timedelta(days=90)


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[Any], Any]], None]]:
    with other_tables(tmp_path, monkeypatch) as change:
        yield lambda how: change("casework", how)


# -- what has been done to what is decided, written down once more and otherwise than in the table ------------------


@dataclass(frozen=True)
class Passed:
    """What people have looked at since the case was opened or reopened."""

    looked: bool = False
    verified: bool = False
    written: str = ""  # the desk at which the recommendation was written
    endorsed: bool = False
    decided: bool = False

    def after(self, each: Happened) -> Passed:
        if each.event == "reopen":
            return Passed()
        again = {"written": "", "endorsed": False, "decided": False}
        return replace(self, **{
            "pass_on": {"looked": True}, "verify": {"verified": True}, "endorse": {"endorsed": True},
            "recommend": {"written": each.desk, "endorsed": False}, "map": {"written": each.desk, "endorsed": False},
            "decide": {"decided": True}, "deny": {"decided": True}, "dispute": again, "send_back": again,
        }.get(each.event, {}))


def passed(case: Case) -> Passed:
    found = Passed()
    for each in case.history:
        found = found.after(each)
    return found


def lacking(case: Case, before: Passed, event: str) -> Iterator[str]:
    """What must have been done before a decision, by the kind of case and the desk that has it."""
    if event not in {"decide", "deny"}:
        return
    if case.kind in {"layanan", "pengaduan"} and not (before.looked and before.verified):
        yield f"{event} without looking and verifying"
    if before.written != case.desk:
        yield f"{event} on no recommendation of its own desk"
    if case.kind != "layanan" and case.level == "district" and not before.endorsed:
        yield f"{event} without the supervisor"


# -- the walk ------------------------------------------------------------------------------------------------------


def moves(case: Case) -> Iterator[tuple[str, str, Case]]:
    """Everything that can happen to a case next: the event, the role, and the case afterwards."""
    for event, ways in workflow.rules()["events"].items():
        for role in {way["who"] for way in ways if case.state in way["from"]}:  # all else is refused: tested below
            act = an_act(event, role, LONG_AFTER if event == "lapse" else NOW, referral=new_referral(case, event))
            if after := tried(lambda act=act: steps.take(case, act)):
                yield event, role, after
    yield from referral_moves(case)


def referral_moves(case: Case) -> Iterator[tuple[str, str, Case]]:
    for referral in case.referrals:
        for event, ways in workflow.rules()["referral"]["events"].items():
            for role in {way["who"] for way in ways if referral.state in way["from"]}:
                act = an_act(event, role, reason=reason_for(event, referral=True))
                if after := tried(lambda act=act, name=referral.id: steps.take_referral(case, name, act)):
                    yield f"referral {event}", role, after


def new_referral(case: Case, event: str) -> Referral | None:
    many = event not in {"plan", "refer"} or len(case.running) >= MOST_RUNNING
    return None if many else Referral(f"r{len(case.referrals)}", "n1", "bpjs-bjn")


def tried(step: Callable[[], Case]) -> Case | None:
    try:
        return step()
    except (NotNow, NotYet, NotThem):
        return None


def at_once(case: Case) -> Case:
    """The same case, as if all of it had happened at one moment: what time does is tested with the clocks."""
    def now(every: Any) -> Any:
        return tuple(replace(each, at=NOW) for each in every)
    return replace(case, history=now(case.history), extensions=(),
                   pauses=tuple(replace(each, since=NOW, until=each.until and NOW) for each in case.pauses),
                   referrals=tuple(replace(each, history=now(each.history)) for each in case.referrals))


def place(case: Case) -> tuple[Any, ...]:
    """What makes a difference to what can happen next, and to whether that would be right."""
    ended = [each.state for each in case.referrals if each.ended] if case.state == "following" else []
    return (case.kind, case.level, case.state, tuple(sorted(each.state for each in case.running)), passed(case),
            ended[-1] if ended else "")


def explore(kind: str, until: str = "") -> tuple[dict[Any, set[Any]], set[str], set[tuple[str, str]]]:
    """Every place with those that can follow without going round; faults; each (event, role) that was seen.

    It stops at the fault that it was sent to look for.
    """
    graph: dict[Any, set[Any]] = {}
    faults: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = deque(a_case(kind, desk) for desk in DESKS.values())
    while waiting and until not in faults:
        case = waiting.popleft()  # the nearest first, so that histories stay short
        if place(case) in graph:
            continue
        followers = graph[place(case)] = set()
        for event, role, after in moves(case):
            seen.add((event, role))
            faults |= set(wrong_with(case, event, after))
            follower = at_once(after)
            if place(follower) not in graph:
                waiting.append(follower)
            if event not in AROUND:
                followers.add(place(follower))
    return graph, faults | set(dead_ends(graph)), seen


def wrong_with(case: Case, event: str, after: Case) -> Iterator[str]:
    """What must never happen, on whatever way the case came here."""
    yield from lacking(case, passed(case), event)
    if after.state == "confirming" and case.kind in {"layanan", "pengaduan"} and not passed(after).decided:
        yield "a result without a decision"
    if after.state in {"confirming", "closed"} and after.running:
        yield "a referral runs on after its case"
    out = {"sent", "accepted", "awaiting"}
    if after.state != "following" and out & {each.state for each in after.referrals}:
        yield "a referral is out while its case is not followed"
    if is_final(case.state) and event != "reopen":
        yield "something happened to a closed case"
    if (hands(after) == "nobody") is not is_final(after.state):
        yield "an open case is in nobody's hands"
    yield from wrong_numbers(case, after)


def wrong_numbers(case: Case, after: Case) -> Iterator[str]:
    """Each step is one change, and everything that happened stays where it is."""
    numbers = {each.change for each in happened(after)}
    if after.changes != case.changes + 1 or numbers != set(range(1, after.changes + 1)):
        yield "a change is not counted"
    if happened(after)[:len(happened(case))] != happened(case):
        yield "the past has changed"
    for referral in after.referrals:
        if any(workflow.is_final(each.after, referral=True) for each in referral.history[:-1]):
            yield "a referral goes on after its end"


def dead_ends(graph: dict[Any, set[Any]]) -> Iterator[str]:
    """From everywhere the case can be closed by the family's word, without withdrawing, closing or handing over."""
    before: dict[Any, set[Any]] = {}
    for each, followers in graph.items():
        for follower in followers:
            before.setdefault(follower, set()).add(each)
    leads = {each for each in graph if each[2] == "confirming"}
    waiting = list(leads)
    while waiting:
        fresh = before.get(waiting.pop(), set()) - leads
        leads |= fresh
        waiting.extend(fresh)
    yield from {f"no way to a result from {each[2]}" for each in graph if each not in leads}
    if not any(each[2] == "closed" for each in graph):
        yield "nothing is ever closed"


explored = cache(explore)  # of the table as it is


@pytest.mark.parametrize("kind", KINDS)
def test_no_dead_end_and_no_way_round_a_step(kind: str) -> None:
    graph, faults, _ = explored(kind)
    assert faults == set()
    about = {"layanan": {"checking", "verifying", "recommending"}, "pengaduan": {"recorded", "verifying", "mapping",
             "supervising"}}.get(kind, {"recorded", "mapping", "supervising"})
    assert {each[2] for each in graph} == about | {"deciding", "following", "revision", "confirming", "closed"}
    assert {each[1] for each in graph} == {"village", "district"}
    assert len(graph) > 50, "a world in which little happens proves little"


def test_everything_in_both_tables_can_happen() -> None:
    seen = {each for kind in KINDS for each in explored(kind)[2]}
    of_case = {(event, way["who"]) for event, ways in TABLE["events"].items() for way in ways}
    of_referral = {(f"referral {event}", way["who"]) for event, ways in TABLE["referral"]["events"].items()
                   for way in ways}
    by_its_case = {("referral send", role) for role in ("koordinator", "manajer", "petugas_belakang")}
    assert seen == (of_case | of_referral) - by_its_case
    assert {role for _, role in seen} == set(TABLE["words"]["id"]["roles"]), "everybody has something to do"


@pytest.mark.parametrize("kind", KINDS)
def test_every_combination_of_two_referrals_is_walked(kind: str) -> None:
    graph, _, _ = explored(kind)
    running = {each[3] for each in graph if each[2] == "following"}
    out = ("accepted", "awaiting", "sent")
    assert running == {(), *((one,) for one in out), *((one, two) for one in out for two in out if one <= two)}


def ways(table: Any, event: str, **of: str) -> list[dict[str, Any]]:
    return [way for way in table["events"][event] if all(value in way[name] for name, value in of.items())]


def change(event: str, of: dict[str, str], **to: Any) -> Callable[[Any], Any]:
    return lambda table: [way.update(to) for way in ways(table, event, **of)]


# Each breaks the table as a hurried change might; the walk notices all of them.
BREAKS = {
    "the front office passes on past the data": (
        change("pass_on", {"kinds": "layanan"}, to="recommending"), "layanan", "decide without looking and verifying"),
    "a complaint is mapped without its data": (
        change("pass_on", {"kinds": "pengaduan"}, to="mapping"), "pengaduan", "decide without looking and verifying"),
    "the district maps past its supervisor": (
        change("map", {"desks": "district"}, to="deciding"), "pengaduan", "decide without the supervisor"),
    "a village hands over what waits for a decision as it is": (
        change("hand_up", {"from": "deciding"}, to="stays"), "layanan", "decide on no recommendation of its own desk"),
    "a district hands down what waits for a decision as it is": (
        change("hand_down", {"from": "deciding"}, to="stays"), "pengaduan",
        "deny on no recommendation of its own desk"),
    "a dispute goes straight to the decision": (
        change("dispute", {}, to="deciding"), "layanan", "deny on no recommendation of its own desk"),
    "what is reopened goes on at the decision": (
        change("reopen", {}, to="deciding"), "saran", "decide on no recommendation of its own desk"),
    "the back office answers what only a decision may": (
        lambda table: ways(table, "answer", **{"from": "mapping"})[0]["kinds"].append("pengaduan"), "pengaduan",
        "a result without a decision"),
    "referrals may be out when the family is told": (
        change("conclude", {}, needs=[], to="checking"), "layanan", "a referral is out while its case is not followed"),
    "nobody tells the family": (
        lambda table: table["events"].pop("conclude"), "layanan", "no way to a result from following"),
    "what was asked for cannot be handed in": (
        lambda table: table["events"].pop("supply"), "saran", "no way to a result from revision"),
    "nothing is reopened": (
        lambda table: table["events"].pop("reopen"), "layanan", "no way to a result from closed"),
    "a closed case is handed over": (
        lambda table: [way["from"].append("closed") for way in table["events"]["hand_up"]], "saran",
        "something happened to a closed case"),
    "a served referral is refused": (
        lambda table: [way["from"].append("served") for way in table["referral"]["events"]["refuse"]], "layanan",
        "a referral goes on after its end"),
    "a closed case has somebody": (
        lambda table: table["states"]["closed"].update(at="desk"), "layanan", "an open case is in nobody's hands"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_walk_notices_what_breaks_the_table(name: str, broken: Callable[[Callable[[Any], Any]], None]) -> None:
    how, kind, fault = BREAKS[name]
    broken(how)
    assert fault in explore(kind, until=fault)[1]


# -- one step ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("event", "role", "before", "without", "missing"), [
    ("pass_on", "petugas_depan", (), {"consent": False}, "consent"),
    ("pass_on", "petugas_depan", (), {"needs": ()}, "described"),
], ids=["consent", "a need"])
def test_a_case_goes_on_only_with_what_it_is_about(
        event: str, role: str, before: tuple[Any, ...], without: dict[str, Any], missing: str) -> None:
    with pytest.raises(NotYet) as told:
        steps.take(taken(a_case(**without), *before), an_act(event, role))
    assert told.value.missing == (missing,)


TO_DECISION = (("pass_on", "petugas_depan"), ("verify", "petugas_belakang"), ("recommend", "petugas_belakang"))
TO_FAMILY = (*TO_DECISION, ("decide", "koordinator"))


@pytest.mark.parametrize(("event", "role", "before", "brings", "missing"), [
    ("ask", "petugas_depan", (), {"documents": ()}, "documents"),
    ("verify", "petugas_belakang", TO_DECISION[:1], {"standing": None}, "standing"),
    ("recommend", "petugas_belakang", TO_DECISION[:2], {"text": ""}, "recommendation"),
    ("plan", "petugas_belakang", TO_DECISION[:2], {"referral": None}, "receiver"),
    ("plan", "petugas_belakang", TO_DECISION[:2], {"referral": Referral("r1", "n9", "bpjs-bjn")}, "receiver"),
    ("decide", "koordinator", TO_DECISION, {"text": ""}, "answer"),
    ("deny", "koordinator", TO_DECISION, {"reason": ""}, "reason"),
    ("deny", "koordinator", TO_DECISION, {"reason": "duplicate"}, "reason"),
    ("close", "koordinator", (), {"reason": "confirmed"}, "reason"),
    ("confirm", "petugas_depan", TO_FAMILY, {"heard": ""}, "heard"),
    ("lapse", "portal", TO_FAMILY, {}, "overdue"),
    ("reassign", "koordinator", (), {"to": ""}, "person"),
    ("extend", "koordinator", (), {"days": 6}, "days"),
    ("hand_up", "koordinator", (), {"reason": "no_quota"}, "reason"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_step_says_what_is_missing(
        event: str, role: str, before: tuple[Any, ...], brings: dict[str, Any], missing: str) -> None:
    with pytest.raises(NotYet) as told:
        steps.take(taken(a_case(), *before), an_act(event, role, **brings))
    assert told.value.missing == (missing,)


def test_a_complaint_of_an_unregistered_family_needs_its_first_list() -> None:
    case = taken(a_case("pengaduan"), ("pass_on", "fasilitator"))
    unknown = Standing("DTKS", registered=False, snapshot=date(2025, 1, 1))
    with pytest.raises(NotYet) as told:
        steps.take(case, an_act("verify", "petugas_belakang", standing=unknown))
    assert told.value.missing == ("listed",)
    after = steps.take(case, an_act("verify", "petugas_belakang", standing=unknown, profiled=True))
    assert (after.state, after.standings, after.profiled) == ("mapping", (unknown,), True)


@pytest.mark.parametrize(("registered", "desil"), [(True, 0), (True, 11), (False, 3)])
def test_a_standing_that_cannot_be_is_refused(registered: bool, desil: int) -> None:  # noqa: FBT001
    with pytest.raises(ValueError, match="desil"):
        Standing("DTSEN", registered=registered, snapshot=date(2026, 10, 1), desil=desil)


@pytest.mark.parametrize(("event", "role", "desk"), [
    ("decide", "manajer", VILLAGE), ("decide", "koordinator", REGENCY), ("endorse", "penyelia", VILLAGE),
    ("decide", "petugas_belakang", VILLAGE), ("hand_down", "penyelia", VILLAGE), ("nothing", "manajer", REGENCY),
    ("confirm", "keluarga", VILLAGE)])
def test_what_the_table_does_not_have_is_refused(event: str, role: str, desk: str) -> None:
    case = taken(a_case(desk=desk), *TO_DECISION)
    with pytest.raises(NotNow):
        steps.take(case, an_act(event, role))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_its_words(language: str) -> None:
    told = workflow.words(language)
    assert set(told["states"]) == set(TABLE["states"])
    assert set(told["needs"]) == set(NEEDS)
    assert set(told["referral_events"]) == set(TABLE["referral"]["events"])
    assert set(told["reasons"]) == set(TABLE["reasons"])


ANY_FACTS = st.builds(Facts, **{name: st.integers(0, 2) if isinstance(value, int) and not isinstance(value, bool)
                                else st.booleans() for name, value in vars(Facts()).items()})


PLACES = st.tuples(st.sampled_from([*TABLE["events"]]), st.sampled_from(KINDS),
                   st.sampled_from(["village", "district"]), st.sampled_from([*TABLE["states"]]),
                   st.sampled_from([*TABLE["words"]["id"]["roles"]]))


def outcome(place: tuple[Any, ...], facts: Facts) -> Any:
    event, kind, level, state, role = place
    try:
        return workflow.step(event, kind, level, state, role=role, facts=facts)
    except (NotNow, NotYet) as refused:
        return refused


@given(facts=ANY_FACTS, place=PLACES)
def test_whatever_is_so_a_step_leads_to_a_state_or_says_what_is_missing(facts: Facts, place: tuple[Any, ...]) -> None:
    event, kind, level, state, role = place
    there = event in foreseen(kind, level, state, role)
    match outcome(place, facts):
        case NotNow():
            assert not there
        case NotYet() as refused:
            assert there
            assert refused.missing
        case found:
            assert there
            assert found.after in TABLE["states"]


# -- what goes with a step -----------------------------------------------------------------------------------------


def test_the_prepared_referrals_are_sent_with_the_decision_as_one_change() -> None:
    case = referred(2)
    assert [each.state for each in case.referrals] == ["sent", "sent"]
    assert {each.change for each in happened(case) if each.event in {"decide", "send"}} == {case.changes}


def test_running_referrals_end_with_their_case_and_say_so() -> None:
    case = steps.take_referral(referred(2), "r1", an_act("accept", "penerima"))
    closed = steps.take(case, an_act("close", "penyelia", reason="moved"))
    assert [(each.state, each.history[-1].reason) for each in closed.referrals] == [("withdrawn", "case_ended")] * 2
    assert (closed.state, closed.history[-1].reason, closed.changes) == ("closed", "moved", case.changes + 1)


def test_what_has_ended_does_not_end_again_with_its_case() -> None:
    case = steps.take_referral(referred(2), "r1", an_act("refuse", "penerima", reason="no_quota"))
    closed = steps.take(case, an_act("withdraw", "keluarga"))
    assert [each.state for each in closed.referrals] == ["refused", "withdrawn"]
    assert closed.history[-1].reason == "withdrawn"


def test_handing_over_moves_the_case_with_everything_in_it_as_one_change() -> None:
    case = replace(referred(2), holder="budi")
    moved = steps.take(case, an_act("hand_up", "koordinator"))
    assert (moved.desk, moved.level, moved.holder, moved.changes) == (REGENCY, "district", "", case.changes + 1)
    assert moved.referrals == case.referrals
    back = steps.take(moved, an_act("hand_down", "penyelia"))
    assert (back.desk, back.level) == (VILLAGE, "village")


def test_giving_it_to_another_person_begins_no_time_anew_but_another_desk_does() -> None:
    later = NOW + timedelta(days=2)
    case = taken(a_case(), ("reassign", "koordinator"), at=later)
    assert (case.holder, entered(case)) == ("orang lain", NOW)
    assert entered(taken(a_case(), ("hand_up", "koordinator"), at=later)) == later


def test_what_is_reopened_is_looked_at_from_its_beginning() -> None:
    closed = taken(a_case(), *TO_FAMILY, ("confirm", "keluarga"))
    again = taken(closed, ("reopen", "keluarga"))
    assert (again.state, again.recommendation, again.answer) == ("checking", "", "")
    assert again.standings == closed.standings, "what the data said stays on record"
    with pytest.raises(NotYet):
        taken(taken(again, ("pass_on", "petugas_depan")), ("verify", "petugas_belakang"), standing=None)


@pytest.mark.parametrize(("kind", "before", "event", "role"), [
    ("layanan", TO_FAMILY, "dispute", "keluarga"),
    ("layanan", TO_DECISION, "send_back", "koordinator"),
    ("layanan", TO_DECISION, "hand_up", "koordinator"),
], ids=["disputed", "sent back", "handed over"])
def test_what_was_recommended_before_is_recommended_anew_and_stays_on_record(
        kind: str, before: tuple[Any, ...], event: str, role: str) -> None:
    case = taken(taken(a_case(kind), *before), (event, role))
    with pytest.raises(NotYet) as told:
        steps.take(case, an_act("recommend", "petugas_belakang", text=""))
    assert told.value.missing == ("recommendation",)
    assert [each.text for each in case.history if each.event == "recommend"] == ["Dapat dibantu."]


def test_what_was_answered_before_a_dispute_is_no_answer_after_it() -> None:
    case = taken(taken(a_case(), *TO_FAMILY, ("dispute", "keluarga")), ("recommend", "petugas_belakang"))
    with pytest.raises(NotYet) as told:
        steps.take(case, an_act("decide", "koordinator", text=""))
    assert told.value.missing == ("answer",)


def test_two_referrals_never_have_one_name() -> None:
    case = taken(a_case(), *TO_DECISION[:2])
    first, again = (an_act("plan", "petugas_belakang", referral=Referral("r1", "n1", name)) for name in ("bpjs", "rs"))
    with pytest.raises(NotYet) as told:
        steps.take(steps.take(case, first), again)
    assert told.value.missing == ("receiver",)


def test_what_happened_says_who_said_so_what_was_handed_in_and_by_which_rules() -> None:
    case = taken(a_case(), ("ask", "petugas_depan"))
    case = steps.take(case, an_act("supply", "fasilitator", documents=("KK", "KTP"), heard="Ibu Sri"))
    last = case.history[-1]
    assert (last.documents, last.heard, last.rules) == (("KK", "KTP"), "Ibu Sri", TABLE["version"])
    assert case.pauses[0].documents == ("KK",)


def test_needs_that_mapping_finds_are_added_once() -> None:
    case = taken(a_case("pengaduan"), ("pass_on", "fasilitator"), ("verify", "petugas_belakang"))
    more = (Need("n1", "pip"), Need("n2", "pip"))
    assert taken(case, ("map", "petugas_belakang"), needs=more).needs == (Need("n1", "pbi_jk"), Need("n2", "pip"))


def test_a_referral_is_sent_by_a_decision_only() -> None:
    case = taken(a_case(), *TO_DECISION[:2])
    case = steps.take(case, an_act("plan", "petugas_belakang", referral=Referral("r1", "n1", "bpjs-bjn")))
    with pytest.raises(NotNow):
        steps.take_referral(case, "r1", an_act("send", "petugas_belakang"))
    with pytest.raises(NotNow):
        steps.take_referral(case, "r9", an_act("withdraw", "petugas_belakang"))


# -- who may not ---------------------------------------------------------------------------------------------------


def test_nobody_on_the_staff_works_on_a_case_of_their_own_family() -> None:
    case = a_case(member="petugas_depan")
    with pytest.raises(NotThem) as told:
        steps.take(case, an_act("pass_on", "petugas_depan"))
    assert told.value.code == "own_case"
    assert steps.take(case, Act("withdraw", NOW, "petugas_depan", "keluarga")).state == "closed"


def test_whoever_wrote_the_recommendation_does_not_decide_on_it() -> None:
    case = taken(a_case(), *TO_DECISION[:2])
    case = steps.take(case, replace(an_act("recommend", "petugas_belakang"), person="koordinator"))
    with pytest.raises(NotThem) as told:
        steps.take(case, an_act("decide", "koordinator"))
    assert told.value.code == "recommends_and_decides"
    assert steps.take(case, an_act("send_back", "koordinator")).state == "recommending"


def test_who_recommended_before_it_was_reopened_may_decide_after_it() -> None:
    case = taken(a_case(), *TO_DECISION[:2])
    case = steps.take(case, replace(an_act("recommend", "petugas_belakang"), person="koordinator"))
    case = taken(case, ("close", "penyelia"), ("reopen", "keluarga"), *TO_DECISION)
    assert steps.take(case, an_act("decide", "koordinator")).state == "confirming"


def test_what_is_possible_is_what_would_be_taken() -> None:
    case = taken(a_case(), *TO_DECISION)
    assert steps.possible(case, an_act("decide", "koordinator"))
    assert not steps.possible(case, an_act("decide", "manajer"))
    assert not steps.possible(replace(case, member="koordinator"), an_act("decide", "koordinator"))
