"""How a dossier goes on: the state machine of content/rules/alur-dupak.yml, its days, and who may take which step.

Pure: it knows no HTTP, no store and no clock. Whoever calls it hands in what is so *before* the step as `Facts`, takes
the step in one transaction (on condition that the state is still `before`), and remembers `back_to` of a step to
`returned`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

from portal import workdays
from portal.assets import read_json
from portal.machine import Machine, NotNow, NotYet, days_on

START, RETURNED, BACK_TO = "draft", "returned", "back_to"
Office = Literal["unit", "agency", "owner", "assigned", ""]


@dataclass(frozen=True)
class Facts:
    """What is so of a dossier before a step. A number left at 0 says that there is nothing of that kind.

    Of a round of marks: `locked` counts those of the two assigned now who have locked theirs since the dossier last
    came to be assessed, not the one who locks now, nor one who was replaced; `differ` is asked of the last to lock:
    whether their marks and the other's differ.
    """

    sections: int = 0  # sections that are being returned, or that a granted objection names
    confirmed: int = 0  # those of them that the superior has confirmed (predikat, SPMK)
    reasons: int = 0  # reasons given in this step; each section has its own
    unanswered: int = 0  # returned sections that the official has not revised
    back_to: str = ""  # the state that was remembered when it was returned
    missing: int = 0  # required attachments that are not there
    assessors: int = 0  # assessors assigned
    locked: int = 0
    differ: bool = False
    unsettled: int = 0  # items that differ and on which the plenary has not decided
    decisions: int = 0  # decisions on this dossier so far
    objections: int = 0  # objections to the last of them
    in_time: bool = False  # whether that may still be objected to: may_still_object


@dataclass(frozen=True)
class Step:
    """A step that may be taken: who takes it, from where to where; `back_to` is to be remembered with `returned`."""

    event: str
    before: str
    after: str
    role: str
    back_to: str = ""


ASSESSORS = 2

# What a step asks for.
NEEDS: Mapping[str, Callable[[Facts], bool]] = MappingProxyType({
    "sections": lambda facts: facts.sections > 0,
    "reasons": lambda facts: facts.reasons >= facts.sections,
    "reason": lambda facts: facts.reasons > 0,
    "answered": lambda facts: facts.unanswered == 0,
    "undecided": lambda facts: facts.decisions == 0,
    "attachments": lambda facts: facts.missing == 0,
    "two_assessors": lambda facts: facts.assessors == ASSESSORS,
    "unmarked": lambda facts: facts.locked == 0,
    "settled": lambda facts: facts.unsettled == 0,
    "in_time": lambda facts: facts.in_time,
    "first_objection": lambda facts: facts.objections == 0,
})
# Which of several ways it goes.
WHEN: Mapping[str, Callable[[Facts], bool]] = MappingProxyType({
    "touches_confirmed": lambda facts: facts.confirmed > 0,
    "leaves_confirmed": lambda facts: facts.confirmed == 0,
    "first_to_lock": lambda facts: facts.locked < ASSESSORS - 1,
    "last_to_lock_differing": lambda facts: facts.locked == ASSESSORS - 1 and facts.differ,
    "last_to_lock_agreeing": lambda facts: facts.locked == ASSESSORS - 1 and not facts.differ,
})


def rules() -> dict[str, Any]:
    """The table as the build made it."""
    return read_json("workflow.json")  # type: ignore[no-any-return]


MACHINE = Machine(lambda: rules()["events"], NEEDS, WHEN)


# -- steps ---------------------------------------------------------------------------------------------------------


def step(event: str, regime: str, state: str, facts: Facts) -> Step:
    """The step that this event is now. Raises NotNow, or NotYet with the names of what is missing."""
    way = MACHINE.way(event, state, facts, regimes=regime)
    missing = MACHINE.missing(way, facts)
    after = facts.back_to if way["to"] == BACK_TO else way["to"]
    if way["to"] == BACK_TO and after not in _places_to_come_back_to(regime):
        missing = (*missing, BACK_TO)
    if missing:
        raise NotYet(event, state, missing)
    return Step(event, state, after, way["who"], way["back_to"])


def possible(regime: str, state: str, role: str, facts: Facts) -> tuple[str, ...]:
    """The events that somebody in this role may bring about now, in the order of the table."""
    return tuple(each.event for each in _steps(regime, state, facts) if each.role == role)


def foreseen(regime: str, state: str, role: str) -> tuple[str, ...]:
    """The events that the table has for this role in this state, also those that still miss something."""
    return MACHINE.foreseen(state, role, regimes=regime)


def words(language: str) -> dict[str, dict[str, str]]:
    """What people call the roles, regimes, states and events, what is missing (`needs`), and why not (`people`)."""
    return rules()["words"][language]  # type: ignore[no-any-return]


def is_final(state: str) -> bool:
    """Whether nobody has to do anything any more; to what is decided, its official may still object."""
    return bool(rules()["states"][state]["final"])


def office_of(state: str) -> Office:
    """Whose hands the dossier is in: which of its facts (owner, unit, agency, who was assigned) a role must match."""
    at = rules()["states"][state]["at"]
    return "" if at == "nobody" else at


def _steps(regime: str, state: str, facts: Facts) -> Iterator[Step]:
    for event in rules()["events"]:
        try:
            yield step(event, regime, state, facts)
        except (NotNow, NotYet):
            continue


def _places_to_come_back_to(regime: str) -> set[str]:
    return {way["back_to"] for ways in rules()["events"].values() for way in ways
            if regime in way["regimes"] and way["back_to"]}


# -- people --------------------------------------------------------------------------------------------------------


def must_differ(role: str, acted: Mapping[str, tuple[str, ...]], person: str, owner: str, regime: str) -> str | None:
    """Why this person may not act in this role on this dossier: the code under `people`; None when they may.

    `acted` names who has acted in each role so far, or was assigned to it. Ask before an assessor is assigned (`acted`
    holds the other one) and before one locks (`acted` holds who has locked in this round: nobody locks twice).
    """
    past = {**acted, "official": (owner,)}
    for code, rule in rules()["people"].items():
        if role in rule["as"] and regime in rule["regimes"] and any(person in past.get(was, ()) for was in rule["was"]):
            return str(code)
    return None


# -- days ----------------------------------------------------------------------------------------------------------


def due(state: str, entered: datetime) -> date | None:
    """The last working day (WIB) on which the step is in time; None for a state that has no end.

    A day for which `portal.workdays.is_certain` is false may turn out to be later: its holidays are not decreed yet.
    """
    deadline = rules()["deadlines"].get(state)
    return workdays.add(workdays.day_of(entered), days_on(deadline["days"], entered)) if deadline else None


def reminder_day(state: str, entered: datetime) -> date | None:
    """The working day on which whoever has it is reminded; None for a state that has no end."""
    last = due(state, entered)
    return reminder_before(state, last) if last else None


def reminder_before(state: str, last: date) -> date:
    """The same for a dossier whose own last day in this state is known: that of its round may be another one."""
    return workdays.add(last, -rules()["deadlines"][state]["remind"])


def is_late(state: str, entered: datetime, now: datetime) -> bool:
    """Whether the due day has passed. Where holidays are unknown it may be said some days early, never too late."""
    last = due(state, entered)
    return last is not None and workdays.day_of(now) > last


def escalates_to(state: str) -> str:
    """The role that is told when the due day has passed; empty for a state that has no end."""
    return str(rules()["deadlines"].get(state, {}).get("escalates_to", ""))


def last_day_to_object(decided: datetime) -> date:
    """The last working day (WIB) on which its official may object to a decision; may turn out to be later, as `due`."""
    return workdays.add(workdays.day_of(decided), days_on(rules()["objection"], decided))


def may_still_object(decided: datetime, now: datetime) -> bool:
    """Whether it is in time; nobody is too late for a day whose year's holidays are unknown."""
    last = last_day_to_object(decided)
    return workdays.day_of(now) <= last or not workdays.is_certain(last)
