"""The way of a dossier, walked completely: every place it can come to, by everything that people may do there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import workflow
from assessment.workflow import (
    NEEDS,
    WHEN,
    Facts,
    NotNow,
    NotYet,
    Step,
    due,
    escalates_to,
    foreseen,
    is_final,
    is_late,
    last_day_to_object,
    may_still_object,
    must_differ,
    office_of,
    possible,
    reminder_day,
    step,
    words,
)
from infra import workflow as declared
from portal import assets
from portal.workdays import known_until

TABLE = json.loads(json.dumps(declared.for_functions(declared.read())))
REGIMES = ("konversi", "integrasi", "konvensional")
OWNER, ASSESSORS = "siti", ("budi", "made")
OFFICES = {"atasan": "wati", "sekretariat": "joko", "ketua": "agus", "penetap": "rina", "official": OWNER}


def forget_what_was_read() -> None:
    for each in (assets.read_text, assets.read_json):
        each.cache_clear()
    steps_from.cache_clear()


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[Any], None]], None]]:
    """A way to change the table that the functions read."""
    monkeypatch.setenv("ASSETS_FOLDER", str(tmp_path))

    def change(how: Callable[[Any], None]) -> None:
        table = deepcopy(TABLE)
        how(table)
        (tmp_path / "workflow.json").write_text(json.dumps(table))
        forget_what_was_read()

    yield change
    forget_what_was_read()


# -- a dossier in a world as small as it can be --------------------------------------------------------------------


@dataclass(frozen=True)
class Dossier:
    """Where it is, and what people have done with what is in it now."""

    state: str = "draft"
    back_to: str = ""
    passed: frozenset[str] = frozenset()  # who has looked at what is in it now: revising something undoes that
    locked: frozenset[str] = frozenset()
    differ: bool = False
    decisions: int = 0
    objections: int = 0


# Everything that can be so besides what the dossier itself remembers: each with and without, each count as few, enough.
CHOICES = [{"sections": sections, "confirmed": confirmed, "reasons": reasons, "unanswered": unanswered,
            "missing": missing, "assessors": assessors, "differ": differ, "unsettled": unsettled, "in_time": in_time}
           for (sections, confirmed), reasons, unanswered, missing, assessors, differ, unsettled, in_time in product(
               [(0, 0), (2, 0), (2, 1)], (0, 2), (0, 1), (0, 1), (1, 2), (False, True), (0, 1), (False, True))]
MOST_DECISIONS = 2  # the first, and the one that replaces it: a third differs from the second in nothing


@cache
def steps_from(regime: str, state: str, carried: Facts) -> frozenset[tuple[Step, bool, bool]]:
    """Every step that any choice allows, with what it says about the marks and about what was confirmed."""
    found = set()
    there = [name for name, ways in workflow.rules()["events"].items() if any(state in way["from"] for way in ways)]
    for event in there:  # that all others are refused, whatever is so, is tested below
        for choice in CHOICES:
            facts = replace(carried, **choice)
            try:
                found.add((step(event, regime, state, facts), facts.differ, facts.confirmed > 0))
            except (NotNow, NotYet):
                continue
    return frozenset(found)


def people_who_may(taken: Step, dossier: Dossier, regime: str) -> list[str]:
    """Who of this world takes the step: the office's one, or each assessor who may still lock."""
    if taken.role != "penilai":
        return [OFFICES[taken.role]]
    acted = {"penilai": tuple(sorted(dossier.locked))}
    return [person for person in ASSESSORS if must_differ("penilai", acted, person, OWNER, regime) is None]


def moves(regime: str, dossier: Dossier) -> Iterator[tuple[Step, str, Dossier]]:
    """Everything that can happen to a dossier next: the step, who took it, and the dossier afterwards."""
    carried = Facts(back_to=dossier.back_to, locked=len(dossier.locked), decisions=dossier.decisions,
                    objections=dossier.objections)
    for taken, differ, confirmed in steps_from(regime, dossier.state, carried):
        for person in people_who_may(taken, dossier, regime):
            yield taken, person, afterwards(dossier, taken, person, differ=differ, confirmed=confirmed)


def afterwards(dossier: Dossier, taken: Step, person: str, *, differ: bool, confirmed: bool) -> Dossier:
    """What a step does to a dossier, written down once more and otherwise than in the table."""
    after = replace(dossier, state=taken.after, back_to=taken.back_to)
    match taken.event:
        case "confirm" | "settle" | "endorse":
            return replace(after, passed=after.passed | {dossier.state})
        case "complete":
            return replace(after, passed=after.passed | {"secretariat"}, locked=frozenset(), differ=False)
        case "lock":
            locked = dossier.locked | {person}
            return replace(after, locked=locked, differ=differ and len(locked) == len(ASSESSORS))
        case "return" | "grant":  # what is revised has been seen by nobody; the superior only vouches for a part
            kept = frozenset() if confirmed else dossier.passed & {"superior"}
            return replace(after, passed=kept, locked=frozenset(), differ=False)
        case "decide" | "object":
            decided = taken.event == "decide"
            decisions = min(dossier.decisions + decided, MOST_DECISIONS)
            return replace(after, decisions=decisions, objections=int(not decided))
    return after


def needed_for_a_decision(regime: str, dossier: Dossier) -> set[str]:
    """What must have happened to what is in the dossier, whichever way it came."""
    needed = {"superior", "secretariat"}
    if regime == "konvensional":
        needed |= {"chair"} | ({"plenary"} if dossier.differ else set())
    return needed


def explore(regime: str) -> tuple[dict[Dossier, set[Dossier]], set[str], set[tuple[str, str, str]]]:
    """Every dossier that there can be, with those it can become; faults; each (event, state before, role) seen."""
    graph: dict[Dossier, set[Dossier]] = {}
    faults: set[str] = set()
    seen: set[tuple[str, str, str]] = set()
    waiting = [Dossier()]
    while waiting:
        dossier = waiting.pop()
        if dossier in graph:
            continue
        graph[dossier] = set()
        for taken, person, after in moves(regime, dossier):
            seen.add((taken.event, taken.before, taken.role))
            faults |= set(wrong_with(regime, dossier, taken, person))
            graph[dossier].add(after)
            waiting.append(after)
    return graph, faults | set(dead_ends(graph)), seen


def wrong_with(regime: str, dossier: Dossier, taken: Step, person: str) -> Iterator[str]:
    """What must never happen, on whatever way the dossier came here."""
    if taken.event == "lock" and person in dossier.locked:
        yield "an assessor locks twice"
    if taken.event == "decide":
        for missing in needed_for_a_decision(regime, dossier) - dossier.passed:
            yield f"decided without {missing}"
        if regime == "konvensional" and len(dossier.locked) != len(ASSESSORS):
            yield "decided without two assessors"
    if taken.before == "returned" and taken.after not in {dossier.back_to, "withdrawn"}:
        yield "came back elsewhere"
    if taken.after == "withdrawn" and dossier.decisions:
        yield "withdrew what was decided"
    if taken.event == "object" and dossier.objections:
        yield "objected twice to one decision"
    if is_final(taken.before) and taken.event != "object":
        yield f"went on after {taken.before}"


def dead_ends(graph: dict[Dossier, set[Dossier]]) -> Iterator[str]:
    """From every place something leads on, and to a decision: withdrawing is no way out."""
    before: dict[Dossier, set[Dossier]] = {}
    for dossier, followers in graph.items():
        for follower in followers:
            before.setdefault(follower, set()).add(dossier)
    leads = {dossier for dossier in graph if dossier.state in {"decided", "closed"}}
    waiting = list(leads)
    while waiting:
        fresh = before.get(waiting.pop(), set()) - leads
        leads |= fresh
        waiting.extend(fresh)
    for dossier in graph:
        if dossier not in leads and dossier.state != "withdrawn":
            yield f"no way to a decision from {dossier.state}"


@pytest.mark.parametrize("regime", REGIMES)
def test_no_dead_end_and_no_way_round_a_step(regime: str) -> None:
    graph, faults, _ = explore(regime)
    assert faults == set()
    steps = {*TABLE["regimes"][regime]["steps"], *TABLE["regimes"][regime]["sometimes"]}
    others = {"draft", "returned", "decided", "objected", "closed", "withdrawn"}
    assert {dossier.state for dossier in graph} == steps | others
    assert len(graph) > 15, "a world in which little happens proves little"


@pytest.mark.parametrize("regime", REGIMES)
def test_everything_in_the_table_can_happen(regime: str) -> None:
    _, _, seen = explore(regime)
    assert seen == {(event, state, way["who"]) for event, ways in TABLE["events"].items() for way in ways
                    for state in way["from"] if regime in way["regimes"]}
    roles = set(words("id")["roles"]) - (set() if regime == "konvensional" else {"penilai", "ketua"})
    assert {role for _, _, role in seen} == roles, "everybody has something to do"


def way_of(table: Any, event: str, number: int = 0) -> dict[str, Any]:
    return table["events"][event][number]


# Each breaks the table as a hurried change might; the walk notices all of them.
BREAKS = {
    "the superior passes on to the approver": (
        lambda table: way_of(table, "confirm").update(to="approving"), "konversi", "decided without secretariat"),
    "submitting goes past the superior": (
        lambda table: way_of(table, "submit").update(to="secretariat"), "integrasi", "decided without superior"),
    "what the approver returns comes back to the approver": (
        lambda table: way_of(table, "return", 4).update(back_to="approving"), "konvensional",
        "decided without two assessors"),
    "what the superior has confirmed comes back to the secretariat": (
        lambda table: way_of(table, "return", 1).update(back_to="secretariat"), "konversi",
        "decided without superior"),
    "a granted objection goes straight to the approver": (
        lambda table: way_of(table, "grant", 1).update(back_to="approving"), "konversi",
        "decided without secretariat"),
    "complete leads past the assessors": (
        lambda table: way_of(table, "complete", 0)["regimes"].append("konvensional"), "konvensional",
        "decided without two assessors"),
    "marks that differ need no plenary": (
        lambda table: way_of(table, "lock", 1).update(to="chair"), "konvensional", "decided without plenary"),
    "the plenary goes past the chair": (
        lambda table: way_of(table, "settle").update(to="approving"), "konvensional", "decided without chair"),
    "one assessor may lock twice": (
        lambda table: table["people"].pop("assessor_twice"), "konvensional", "an assessor locks twice"),
    "nobody endorses": (
        lambda table: table["events"].pop("endorse"), "konvensional", "no way to a decision from chair"),
    "what was returned cannot be sent again": (
        lambda table: table["events"].pop("resubmit"), "konversi", "no way to a decision from returned"),
    "an objection is not answered": (
        lambda table: [table["events"].pop(name) for name in ("uphold", "grant")], "integrasi",
        "no way to a decision from objected"),
    "a decision may be objected to again and again": (
        lambda table: way_of(table, "object").update(needs=["in_time"], **{"from": ["decided", "closed"]}), "konversi",
        "objected twice to one decision"),
    "what is withdrawn goes on": (
        lambda table: way_of(table, "submit")["from"].append("withdrawn"), "konversi", "went on after withdrawn"),
    "a decision is withdrawn with its dossier": (
        lambda table: way_of(table, "withdraw").update(needs=[]), "konversi", "withdrew what was decided"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_walk_notices_what_breaks_the_table(name: str, broken: Callable[[Callable[[Any], None]], None]) -> None:
    how, regime, fault = BREAKS[name]
    broken(how)
    _, faults, _ = explore(regime)
    assert fault in faults


# -- one step ------------------------------------------------------------------------------------------------------

COUNTS = st.integers(0, 3)
ANY_FACTS = st.builds(
    Facts, sections=COUNTS, confirmed=COUNTS, reasons=COUNTS, unanswered=COUNTS, missing=COUNTS, assessors=COUNTS,
    locked=COUNTS, unsettled=COUNTS, decisions=COUNTS, objections=COUNTS, differ=st.booleans(), in_time=st.booleans(),
    back_to=st.sampled_from(["", *TABLE["states"], "elsewhere"]))


def outcome(event: str, regime: str, state: str, facts: Facts) -> Step | NotNow | NotYet:
    try:
        return step(event, regime, state, facts)
    except (NotNow, NotYet) as refused:
        return refused


@given(facts=ANY_FACTS, regime=st.sampled_from(REGIMES), state=st.sampled_from([*TABLE["states"]]),
       event=st.sampled_from([*TABLE["events"]]))
def test_whatever_is_so_a_step_leads_to_a_state_or_says_what_is_missing(
        facts: Facts, regime: str, state: str, event: str) -> None:
    found = outcome(event, regime, state, facts)
    anybody = {name for role in words("id")["roles"] for name in foreseen(regime, state, role)}
    match found:
        case NotNow():
            assert (found.event, found.state) == (event, state)
            assert event not in anybody or event == "lock", "three locks are more than there are assessors"
        case NotYet():
            assert found.missing
            assert set(found.missing) <= {*NEEDS, "back_to"}
            assert event in anybody
        case Step():
            assert found.after in TABLE["states"]
            assert event in possible(regime, state, found.role, facts)
            assert bool(found.back_to) is (found.after == "returned")


@pytest.mark.parametrize(("event", "regime", "state"), [
    ("approve", "konversi", "approving"), ("decide", "konversi", "nowhere"), ("decide", "borongan", "approving"),
    ("decide", "konversi", "draft"), ("lock", "konversi", "assessing"), ("confirm", "konversi", "decided"),
    ("submit", "konversi", "superior")],
    ids=["an unknown event", "an unknown state", "an unknown regime", "too early", "of another regime", "too late",
         "twice"])
def test_what_the_table_does_not_have_is_refused(event: str, regime: str, state: str) -> None:
    everything = Facts(sections=1, reasons=1, assessors=2, in_time=True, back_to="superior")
    with pytest.raises(NotNow):
        step(event, regime, state, everything)


def test_a_return_names_sections_and_gives_each_its_reason() -> None:
    for facts, missing in [(Facts(), ("sections",)), (Facts(sections=2, reasons=1), ("reasons",)),
                           (Facts(reasons=1), ("sections",))]:
        with pytest.raises(NotYet) as refused:
            step("return", "konversi", "secretariat", facts)
        assert refused.value.missing == missing
    taken = step("return", "konversi", "secretariat", Facts(sections=2, reasons=2))
    assert taken == Step("return", "secretariat", "returned", "sekretariat", back_to="secretariat")


def test_a_returned_dossier_comes_back_to_where_it_was_remembered_and_nowhere_else() -> None:
    assert step("resubmit", "konversi", "returned", Facts(back_to="secretariat")).after == "secretariat"
    for place in ("", "approving", "decided", "draft", "returned", "elsewhere"):
        with pytest.raises(NotYet) as refused:
            step("resubmit", "konversi", "returned", Facts(back_to=place))
        assert refused.value.missing == ("back_to",)
    with pytest.raises(NotYet) as refused:
        step("resubmit", "konversi", "returned", Facts(back_to="superior", unanswered=1))
    assert refused.value.missing == ("answered",)


@pytest.mark.parametrize(("facts", "missing"), [
    (Facts(), ("two_assessors",)), (Facts(assessors=1, missing=2), ("attachments", "two_assessors")),
    (Facts(assessors=3), ("two_assessors",)), (Facts(assessors=2, locked=2), ("unmarked",))])
def test_the_old_regime_needs_two_assessors_and_fresh_marks(facts: Facts, missing: tuple[str, ...]) -> None:
    with pytest.raises(NotYet) as refused:
        step("complete", "konvensional", "secretariat", facts)
    assert refused.value.missing == missing
    assert step("complete", "konversi", "secretariat", replace(facts, missing=0)).after == "approving"


@pytest.mark.parametrize(("locked", "differ", "after"), [
    (0, False, "assessing"), (0, True, "assessing"), (1, False, "chair"), (1, True, "plenary")],
    ids=["the first", "the first, whatever is said of marks", "the last, agreeing", "the last, differing"])
def test_where_locking_leads(locked: int, differ: bool, after: str) -> None:  # noqa: FBT001
    assert step("lock", "konvensional", "assessing", Facts(assessors=2, locked=locked, differ=differ)).after == after


def test_a_third_lock_is_none() -> None:
    with pytest.raises(NotNow):
        step("lock", "konvensional", "assessing", Facts(assessors=2, locked=2))


def test_an_objection_comes_in_time_once_and_with_its_reason() -> None:
    fine = Facts(in_time=True, reasons=1, decisions=1)
    assert step("object", "konversi", "decided", fine).after == "objected"
    for facts, missing in [(replace(fine, in_time=False), "in_time"), (replace(fine, objections=1), "first_objection"),
                           (replace(fine, reasons=0), "reason")]:
        with pytest.raises(NotYet) as refused:
            step("object", "konversi", "decided", facts)
        assert refused.value.missing == (missing,)


def test_who_may_do_what_now() -> None:
    fine = Facts(assessors=2, sections=1, reasons=1)
    assert possible("konvensional", "secretariat", "sekretariat", fine) == ("complete", "return")
    assert possible("konvensional", "secretariat", "sekretariat", Facts()) == ()
    assert foreseen("konvensional", "secretariat", "sekretariat") == ("complete", "return")
    assert possible("konvensional", "secretariat", "official", fine) == ("withdraw",)
    assert possible("konvensional", "secretariat", "penetap", fine) == ()
    assert possible("konvensional", "nowhere", "penetap", fine) == ()


def test_a_condition_that_no_way_asks_for_is_none() -> None:
    asked = {way["when"] for ways in TABLE["events"].values() for way in ways} - {None}
    assert asked == set(WHEN)


@pytest.mark.parametrize(("state", "office"), [
    ("draft", "owner"), ("returned", "owner"), ("superior", "unit"), ("secretariat", "agency"), ("plenary", "agency"),
    ("chair", "agency"), ("approving", "agency"), ("objected", "agency"), ("assessing", "assigned"), ("decided", ""),
    ("closed", ""), ("withdrawn", "")])
def test_in_whose_hands_it_is(state: str, office: str) -> None:
    assert office_of(state) == office
    assert is_final(state) is (office == "")


# -- people --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("role", ["atasan", "sekretariat", "penilai", "ketua", "penetap"])
def test_nobody_acts_on_their_own_dossier(role: str, regime: str) -> None:
    assert must_differ(role, {}, OWNER, OWNER, regime) == "own_dossier"
    assert must_differ(role, {}, "wati", OWNER, regime) is None
    assert must_differ("official", {}, OWNER, OWNER, regime) is None


@pytest.mark.parametrize(("role", "acted", "code"), [
    ("penilai", {"penilai": ("budi",)}, "assessor_twice"), ("penilai", {"penilai": ("made",)}, None),
    ("penilai", {"atasan": ("budi",)}, "acted_before"), ("penilai", {"ketua": ("budi",)}, "acted_before"),
    ("penilai", {"penetap": ("made", "budi")}, "acted_before"), ("atasan", {"penilai": ("budi",)}, "assessor_acted"),
    ("ketua", {"penilai": ("made", "budi")}, "assessor_acted"), ("penetap", {"penilai": ("budi",)}, "assessor_acted"),
    ("sekretariat", {"penilai": ("budi",)}, None), ("penetap", {"atasan": ("budi",)}, None),
    ("ketua", {"ketua": ("budi",)}, None)])
def test_an_assessor_is_nobody_else_in_a_dossier_of_the_old_regime(
        role: str, acted: dict[str, tuple[str, ...]], code: str | None) -> None:
    assert must_differ(role, acted, "budi", OWNER, "konvensional") == code


@pytest.mark.parametrize("regime", ["konversi", "integrasi"])
def test_in_the_new_regime_the_superior_may_be_the_approver(regime: str) -> None:
    assert must_differ("penetap", {"atasan": ("wati",)}, "wati", OWNER, regime) is None


# -- days ----------------------------------------------------------------------------------------------------------


def wib(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


@pytest.mark.parametrize(("state", "entered", "last"), [
    ("superior", "2026-11-27T10:00", date(2026, 12, 4)), ("superior", "2027-03-05T10:00", date(2027, 3, 22)),
    ("chair", "2026-12-23T10:00", date(2026, 12, 30)), ("assessing", "2026-12-23T10:00", date(2027, 1, 12)),
    ("superior", "2026-11-28T10:00", date(2026, 12, 4)), ("superior", "2026-11-26T23:59", date(2026, 12, 3)),
    ("superior", "2026-11-27T00:00", date(2026, 12, 4))],
    ids=["a plain week", "over Nyepi and Lebaran 1448", "over Christmas", "over New Year and Isra Mikraj",
         "come in on a Saturday", "before midnight in Jakarta", "after midnight, which is still yesterday in UTC"])
def test_the_due_day_is_counted_in_working_days_of_jakarta(state: str, entered: str, last: date) -> None:
    assert due(state, wib(entered)) == last


def test_a_step_is_late_when_its_last_day_is_over_in_jakarta() -> None:
    entered = wib("2026-11-27T10:00")
    assert not is_late("superior", entered, wib("2026-12-04T23:59"))
    assert is_late("superior", entered, wib("2026-12-05T00:00"))


def test_a_reminder_comes_some_working_days_before() -> None:
    assert reminder_day("superior", wib("2027-03-05T10:00")) == date(2027, 3, 18)
    assert reminder_day("superior", wib("2027-03-03T10:00")) == date(2027, 3, 16), "due on the 18th"


@pytest.mark.parametrize("state", ["draft", "decided", "closed", "withdrawn"])
def test_what_nobody_waits_for_is_never_late(state: str) -> None:
    entered = wib("2026-11-27T10:00")
    assert (due(state, entered), reminder_day(state, entered), escalates_to(state)) == (None, None, "")
    assert not is_late(state, entered, wib("2027-11-27T10:00"))


@pytest.mark.parametrize("state", [name for name, each in TABLE["states"].items() if not each["final"]][1:])
def test_every_step_has_its_days_and_somebody_else_who_hears_of_it_afterwards(state: str) -> None:
    entered = wib("2026-11-27T10:00")
    last, reminder = due(state, entered), reminder_day(state, entered)
    assert last is not None
    assert reminder is not None
    assert entered.date() < reminder < last
    assert escalates_to(state) in words("id")["roles"]


def test_new_days_hold_for_what_comes_in_from_then_on(broken: Callable[[Callable[[Any], None]], None]) -> None:
    broken(lambda table: table["deadlines"]["superior"]["days"].append(["2026-12-01", 3]))
    assert due("superior", wib("2026-11-30T23:59")) == date(2026, 12, 7)
    assert due("superior", wib("2026-12-01T00:00")) == date(2026, 12, 4)
    assert due("superior", wib("2026-01-05T10:00")) == date(2026, 1, 12), "before any holds, the first"


def test_an_objection_is_in_time_up_to_the_end_of_its_last_day() -> None:
    decided = wib("2026-11-27T10:00")
    assert last_day_to_object(decided) == date(2026, 12, 30)
    assert may_still_object(decided, wib("2026-12-30T23:59"))
    assert not may_still_object(decided, wib("2026-12-31T00:00"))


def test_nobody_is_too_late_for_a_day_whose_holidays_are_not_decreed() -> None:
    last_known = known_until().year
    decided = wib(f"{last_known}-12-20T10:00")
    assert last_day_to_object(decided).year == last_known + 1
    assert may_still_object(decided, wib(f"{last_known + 1}-03-01T10:00"))
    assert is_late("approving", wib(f"{last_known}-12-30T10:00"), wib(f"{last_known + 1}-03-01T10:00")), (
        "an office is reminded all the same")


# -- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", assets.LANGUAGES)
def test_everything_has_its_words(language: str) -> None:
    told = words(language)
    assert {group: set(names) for group, names in told.items()} == {
        "regimes": set(REGIMES), "states": set(TABLE["states"]), "events": set(TABLE["events"]), "needs": set(NEEDS),
        "people": set(TABLE["people"]), "roles": set(OFFICES) | {"penilai"}}
    assert all(text.strip() for names in told.values() for text in names.values())
