"""How a family's case goes on, and each referral in it: the two state machines of content/rules/alur-rujukan.yml.

Pure: it knows no HTTP, no store and no clock. Whoever calls it hands in what is so *before* a step as `Facts`;
casework.steps makes them of a case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from portal.assets import read_json
from portal.machine import Machine, NotYet

STAYS = "stays"
FOLLOWING, CONFIRMING, CLOSED, REVISION = "following", "confirming", "closed", "revision"
PLANNED, SENT, AWAITING, SERVED = "planned", "sent", "awaiting", "served"
FAMILY, PORTAL = "keluarga", "portal"
Level = Literal["village", "district"]


@dataclass(frozen=True)
class Facts:
    """What is so of a case or referral before a step, and what comes with the step."""

    consent: bool = False
    needs: int = 0  # needs recorded
    standing: bool = False  # a standing in DTSEN or DTKS was recorded since it was opened or reopened
    listed: bool = False  # the last standing says registered, or a basic profile was collected
    planned: int = 0  # referrals that are prepared and not sent
    open: int = 0  # referrals that have not ended, the prepared ones included
    recommendation: bool = False
    answer: bool = False
    documents: int = 0  # documents that this step asks for or hands in
    receiver: bool = False  # this step brings a referral for a need that there is
    reason: bool = False  # this step gives a reason of its group
    heard: bool = False  # this step says who said so
    person: bool = False  # this step names another person
    days: bool = False  # this step asks for so many days as one extension may have
    extensions_left: bool = False
    in_time: bool = False  # the state's time has not passed
    overdue: bool = False  # the family's time to answer has passed
    reopening: bool = False  # it may still be reopened


@dataclass(frozen=True)
class Step:
    """A step that may be taken: by whom, from where to where, to which desk, and the reason it gives by itself."""

    event: str
    before: str
    after: str
    role: str
    hands_to: str = ""
    reason: str = ""


# What a step asks for.
NEEDS: Mapping[str, Callable[[Facts], bool]] = MappingProxyType({
    "consent": lambda facts: facts.consent,
    "described": lambda facts: facts.needs > 0,
    "documents": lambda facts: facts.documents > 0,
    "standing": lambda facts: facts.standing,
    "listed": lambda facts: facts.listed,
    "receiver": lambda facts: facts.receiver,
    "recommendation": lambda facts: facts.recommendation,
    "answer": lambda facts: facts.answer,
    "reason": lambda facts: facts.reason,
    "heard": lambda facts: facts.heard,
    "ended": lambda facts: facts.open == 0,
    "overdue": lambda facts: facts.overdue,
    "reopening": lambda facts: facts.reopening,
    "person": lambda facts: facts.person,
    "days": lambda facts: facts.days,
    "in_time": lambda facts: facts.in_time,
    "extensions_left": lambda facts: facts.extensions_left,
})
# Which of several ways it goes.
WHEN: Mapping[str, Callable[[Facts], bool]] = MappingProxyType({
    "refers": lambda facts: facts.planned > 0,
    "answers": lambda facts: facts.planned == 0,
})


def rules() -> dict[str, Any]:
    """The table as the build made it."""
    return read_json("casework.json")  # type: ignore[no-any-return]


CASE = Machine(lambda: rules()["events"], NEEDS, WHEN)
REFERRAL = Machine(lambda: rules()["referral"]["events"], NEEDS, WHEN)


def start(kind: str) -> str:
    """The state in which a case of this kind begins."""
    return str(rules()["kinds"][kind]["start"])


def step(event: str, kind: str, level: Level, state: str, *, role: str, facts: Facts) -> Step:
    """The step of a case that this event is now, for this role. Raises NotNow, or NotYet with what is missing."""
    way = CASE.way(event, state, facts, role, kinds=kind, desks=level)
    return _step(event, state, way, CASE.missing(way, facts))


def referral_step(event: str, state: str, role: str, facts: Facts) -> Step:
    """The same of a referral."""
    way = REFERRAL.way(event, state, facts, role)
    return _step(event, state, way, REFERRAL.missing(way, facts))


def _step(event: str, state: str, way: Mapping[str, Any], missing: tuple[str, ...]) -> Step:
    if missing:
        raise NotYet(event, state, missing)
    after = state if way["to"] == STAYS else way["to"]
    return Step(event, state, after, way["who"], way["hands_to"], way["reason"])


def foreseen(kind: str, level: Level, state: str, role: str) -> tuple[str, ...]:
    """What the table has for this role in this state of a case at this desk, also what still misses something."""
    return CASE.foreseen(state, role, kinds=kind, desks=level)


def referral_foreseen(state: str, role: str) -> tuple[str, ...]:
    """The same of a referral."""
    return REFERRAL.foreseen(state, role)


def acting(kind: str, level: Level, state: str) -> frozenset[str]:
    """The roles at whose hands a case in this state is: those who can take it on its way, not just around it."""
    found = {way["who"] for event, ways in rules()["events"].items() if event not in rules()["around"] for way in ways
             if state in way["from"] and kind in way["kinds"] and level in way["desks"]}
    return frozenset(found)


def may_give(group_of: str, reason: str, *, referral: bool = False) -> bool:
    """Whether this is a reason that people may give for an event."""
    table = rules()["referral"] if referral else rules()
    return reason in rules()["reasons"].get(table["asks"].get(group_of, ""), ())


def must_not(event: str, role: str, person: str, member: str, did: Mapping[str, frozenset[str]]) -> str | None:
    """Why this person may not take this step in this role: the code under `apart`; None when they may.

    `member` is the family's own member with an account, or empty; `did` tells who has done each event in this case
    since it was opened or reopened.
    """
    for code, rule in rules()["apart"].items():
        if role not in rule["as"] or (rule["events"] and event not in rule["events"]):
            continue
        past = frozenset().union(*(did.get(each, frozenset()) for each in rule["did"])) if rule["did"] else {member}
        if person and person in past:
            return str(code)
    return None


def is_final(state: str, *, referral: bool = False) -> bool:
    """Whether it has ended; a closed case can still be reopened."""
    table = rules()["referral"] if referral else rules()
    return bool(table["states"][state]["final"])


def at(state: str, *, referral: bool = False) -> str:
    """In whose hands it is: family, facilitator, desk, receiver, nobody."""
    table = rules()["referral"] if referral else rules()
    return str(table["states"][state]["at"])


def words(language: str) -> dict[str, Any]:
    """What people call roles, kinds, channels, states, events, needs, reasons and why not (`apart`)."""
    return rules()["words"][language]  # type: ignore[no-any-return]
