"""What happens to a case: each step makes the next case of it, with everything that goes with the step at once.

Pure. A store writes what comes back on condition that the case still has the `changes` that it was given: so a referral
is sent with the decision, running ones are withdrawn with a case that ends, and a case that is handed over is at its
new desk for everybody from the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from casework import clocks, workflow
from casework.cases import Case, Extension, Happened, Need, Pause, Referral, Standing, did, happened_since, referral_of
from casework.workflow import AWAITING, CLOSED, CONFIRMING, FOLLOWING, PLANNED, REVISION, Facts, Step
from portal.machine import NotNow, NotYet

CASE_ENDED = "case_ended"


@dataclass(frozen=True)
class Act:
    """Who does what, when, and what they bring with it."""

    event: str
    at: datetime
    person: str
    role: str
    reason: str = ""
    heard: str = ""  # who said so, when somebody speaks for the family or for a receiver
    documents: tuple[str, ...] = ()
    standing: Standing | None = None
    profiled: bool = False
    consent: bool = False  # the family has agreed to the record
    needs: tuple[Need, ...] = ()  # further ones
    text: str = ""  # the recommendation, or the answer to the family
    referral: Referral | None = None  # a new one
    to: str = ""  # the person whom it is given to
    days: int = 0  # of an extension


class Stale(Exception):
    """The case has changed since it was seen; `missed` is what happened since, to be told."""

    def __init__(self, missed: list[Happened]) -> None:
        """Keep what was missed."""
        super().__init__(len(missed))
        self.missed = missed


class NotThem(Exception):
    """This person may not take this step because of who they are or what they did in the case: the code of `apart`."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def must_be_as_seen(case: Case, seen: int) -> None:
    """Whoever acts has seen the case as it is: a step is decided upon what somebody saw. Raises Stale."""
    if case.changes != seen:
        raise Stale(happened_since(case, seen))


def take(case: Case, act: Act) -> Case:
    """The case after a step of its own. Raises NotNow, NotYet or NotThem; the case that was given is never changed."""
    _must_be_theirs(case, act)
    brought = _with_what_is_brought(case, act)
    taken = workflow.step(act.event, case.kind, case.level, case.state, role=act.role, facts=_facts(brought, act))
    moved = _moved(brought, act, taken)
    return _with_what_follows(moved, act, taken)


def take_referral(case: Case, name: str, act: Act) -> Case:
    """The case after a step of one of its referrals. It is sent with the decision only. Raises as `take`."""
    _must_be_theirs(case, act)
    referral = referral_of(case, name)
    if referral is None or act.event == "send" or case.state == CLOSED:
        raise NotNow(act.event, case.state)
    reason = workflow.may_give(act.event, act.reason, referral=True)
    return _referred(case, referral, act, replace(_facts(case, act), reason=reason))


def _must_be_theirs(case: Case, act: Act) -> None:
    code = workflow.must_not(act.event, act.role, act.person, case.member, did(case))
    if code:
        raise NotThem(code)


# -- before the step -----------------------------------------------------------------------------------------------

# What an act brings that is kept whatever follows; the step itself is refused where it is not enough.
KEEPS: Mapping[str, Callable[[Case, Act], dict[str, Any]]] = MappingProxyType({
    "pass_on": lambda case, act: {"consent": case.consent or act.consent, "needs": _needs(case, act)},
    "verify": lambda case, act: {"standings": (*case.standings, *([act.standing] if act.standing else [])),
                                 "profiled": case.profiled or act.profiled},
    "recommend": lambda case, act: {"recommendation": act.text or case.recommendation, "needs": _needs(case, act)},
    "map": lambda case, act: {"recommendation": act.text or case.recommendation, "needs": _needs(case, act)},
    "decide": lambda case, act: {"answer": act.text or case.answer},
    "answer": lambda case, act: {"answer": act.text or case.answer, "consent": case.consent or act.consent},
    "plan": lambda case, act: {"needs": _needs(case, act), "referrals": _referrals(case, act)},
    "refer": lambda case, act: {"needs": _needs(case, act), "referrals": _referrals(case, act)},
    "reassign": lambda _, act: {"holder": act.to},
    "reopen": lambda *_: {"recommendation": "", "answer": "", "holder": ""},
    "dispute": lambda *_: {"recommendation": "", "answer": ""},
    "send_back": lambda *_: {"recommendation": ""},
    "hand_up": lambda *_: {"recommendation": ""},
    "hand_down": lambda *_: {"recommendation": ""},
})


def _needs(case: Case, act: Act) -> tuple[Need, ...]:
    """The needs with those of the act; one that is there already stays as it is."""
    known = {each.id for each in case.needs}
    return (*case.needs, *(each for each in act.needs if each.id not in known))


def _referrals(case: Case, act: Act) -> tuple[Referral, ...]:
    return (*case.referrals, act.referral) if act.referral else case.referrals


def _with_what_is_brought(case: Case, act: Act) -> Case:
    keep = KEEPS.get(act.event)
    return replace(case, **keep(case, act)) if keep else case


def _facts(case: Case, act: Act) -> Facts:
    """What is so of a case that has what the act brings."""
    now = act.at
    return Facts(
        consent=case.consent, needs=len(case.needs), standing=act.standing is not None,
        listed=bool(act.standing and act.standing.registered) or case.profiled,
        planned=sum(each.state == PLANNED for each in case.referrals), open=len(case.running),
        recommendation=bool(case.recommendation), answer=bool(case.answer), documents=len(act.documents),
        receiver=_is_new(case, act.referral), reason=workflow.may_give(act.event, act.reason), heard=bool(act.heard),
        person=bool(act.to), days=clocks.may_extend_by(act.days, now),
        extensions_left=clocks.extensions_left(case) > 0, in_time=clocks.is_in_time(case, now),
        overdue=clocks.may_lapse(case, now), reopening=clocks.may_reopen(case, now))


def _is_new(case: Case, referral: Referral | None) -> bool:
    """Whether an act brings a referral of its own name, for a need that there is, to whom nothing happened yet."""
    if referral is None or referral.history or not referral.receiver:
        return False
    once = sum(each.id == referral.id for each in case.referrals) == 1
    return once and any(need.id == referral.need for need in case.needs)


# -- the step, and what goes with it -------------------------------------------------------------------------------


def _moved(case: Case, act: Act, taken: Step) -> Case:
    desk = {"": case.desk, "village": case.village, "district": case.regency}[taken.hands_to]
    holder = "" if taken.hands_to else case.holder
    written = Happened(case.changes + 1, act.event, taken.before, taken.after, act.at, act.person, act.role, desk,
                       reason=taken.reason or act.reason, **_said(act))
    return replace(case, desk=desk, holder=holder, history=(*case.history, written), changes=case.changes + 1)


def _said(act: Act) -> dict[str, Any]:
    """What of an act stays with what happened, beside who, when and why."""
    return {"heard": act.heard, "text": act.text, "documents": act.documents, "rules": workflow.rules()["version"]}


def _with_what_follows(case: Case, act: Act, taken: Step) -> Case:
    """Pauses begin and end, extensions count, referrals are sent with the decision and end with the case."""
    if act.event == "extend":
        given = Extension(act.at, act.days, act.reason, act.person)
        case = replace(case, extensions=(*case.extensions, given))
    if REVISION in {taken.before, taken.after} and taken.before != taken.after:
        case = replace(case, pauses=_paused(case.pauses, act, begins=taken.after == REVISION))
    if taken.after == FOLLOWING and act.event in {"decide", "refer"}:
        case = _all(case, act, "send", PLANNED)
    return _all(case, act, "withdraw") if taken.after in {CONFIRMING, CLOSED} else case


def _all(case: Case, act: Act, event: str, only: str = "") -> Case:
    """The case after one event of all its running referrals, as part of the same change."""
    goes = replace(act, event=event, reason=CASE_ENDED if event == "withdraw" else "")
    for referral in case.running:
        if only in {"", referral.state}:
            case = _referred(case, referral, goes, Facts(reason=True, heard=True), with_the_case=True)
    return case


def _referred(case: Case, referral: Referral, act: Act, facts: Facts, *, with_the_case: bool = False) -> Case:
    """The case with one referral a step further; `with_the_case`, when that is no change of its own."""
    taken = workflow.referral_step(act.event, referral.state, act.role, facts)
    change = case.changes + (not with_the_case)
    written = Happened(change, act.event, taken.before, taken.after, act.at, act.person, act.role, case.desk,
                       referral=referral.id, reason=act.reason, **_said(act))
    pauses = referral.pauses
    if AWAITING in {taken.before, taken.after}:
        pauses = _paused(pauses, act, begins=taken.after == AWAITING)
    after = replace(referral, history=(*referral.history, written), pauses=pauses)
    return replace(case, changes=change,
                   referrals=tuple(after if each.id == referral.id else each for each in case.referrals))


def _paused(pauses: tuple[Pause, ...], act: Act, *, begins: bool) -> tuple[Pause, ...]:
    """The pauses with one more, or with the last one over."""
    if begins:
        return (*pauses, Pause(act.at, act.documents))
    return (*pauses[:-1], replace(pauses[-1], until=act.at))


# -- what somebody may do now --------------------------------------------------------------------------------------


def possible(case: Case, act: Act) -> bool:
    """Whether a step of the case could be taken now, with what the act brings."""
    try:
        take(case, act)
    except (NotNow, NotYet, NotThem):
        return False
    return True
