"""By when: working days of content/rules/sla.yml, stopped while documents are awaited, extended with reasons.

Pure, given `now`. Three kinds of clock run on a case: of the state that it is in (whoever has it), of each need (what
the family was told), and of each referral (its receiver). Days are WIB days, as in portal.workdays; a day of a year
whose holidays are not decreed may turn out to be later, and no family is too late because of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from casework import workflow
from casework.cases import Case, Need, Pause, Referral, begun, entered
from casework.workflow import CLOSED, CONFIRMING, REVISION, SERVED
from portal import workdays
from portal.assets import read_json
from portal.machine import days_on

ONE_DAY = timedelta(days=1)
Over = Literal["state", "need", "referral"]


@dataclass(frozen=True)
class Clock:
    """One time standard that runs: of what, until when, how many working days late, and whom that has reached.

    While it is stopped, `due` is the day that it would be if the documents came today.
    """

    over: Over
    name: str  # the state, the need's id or the referral's id
    due: date
    late: int = 0
    stopped: bool = False
    certain: bool = True
    told: tuple[str, ...] = ()  # the roles that it has been escalated to, in their order


def rules() -> dict[str, Any]:
    """The table as the build made it."""
    return read_json("sla.json")  # type: ignore[no-any-return]


# -- counting ------------------------------------------------------------------------------------------------------


def due_day(start: datetime, days: int, pauses: Iterable[Pause], now: datetime) -> date:
    """The day on which so many working days have run since a moment; days in a pause do not count.

    The day on which documents are asked for counts, the day on which they come does not. Pauses may overlap.
    """
    every, day, left = list(pauses), workdays.day_of(start), days
    while left:
        day = workdays.add(day, 1)
        left -= not any(_stops(pause, day, now) for pause in every)
    return day


def _stops(pause: Pause, day: date, now: datetime) -> bool:
    return workdays.day_of(pause.since) < day <= workdays.day_of(pause.until or now)


@dataclass(frozen=True)
class _Running:
    """What a clock runs by: the pauses in it, days added, and now."""

    pauses: tuple[Pause, ...]
    more: int
    now: datetime


def _clock(over: Over, name: str, rows: Sequence[tuple[str, int]], start: datetime, running: _Running) -> Clock:
    due = due_day(start, days_on(rows, start) + running.more, running.pauses, running.now)
    stopped = any(each.until is None for each in running.pauses)
    late = _late(due, running)
    return Clock(over, name, due, late, stopped, workdays.is_certain(due))


def _late(due: date, running: _Running) -> int:
    """How many working days have run since the due day; pauses do not count there either."""
    passed, today = 0, workdays.day_of(running.now)
    while due < today:
        due += ONE_DAY
        stopped = any(_stops(pause, due, running.now) for pause in running.pauses)
        passed += workdays.is_workday(due) and not stopped
    return passed


# -- the clocks of a case ------------------------------------------------------------------------------------------


def clocks(case: Case, now: datetime) -> list[Clock]:
    """Every clock that runs on a case now; none when it is closed, and of the family none."""
    if case.state == CLOSED:
        return []
    found = [*_of_state(case, now), *_of_needs(case, now), *_of_referrals(case, now)]
    return [_escalated(case, each) for each in found]


def _of_state(case: Case, now: datetime) -> Iterator[Clock]:
    rows = rules()["states"].get(case.state)
    if rows:
        start = entered(case)
        yield _clock("state", case.state, rows, start, _Running((), _more(case, start), now))


def _of_needs(case: Case, now: datetime) -> Iterator[Clock]:
    if case.state == CONFIRMING:
        return
    start = begun(case)
    pauses = tuple(pause for pause in case.pauses if pause.since >= start)
    for need in case.needs:
        if not _is_met(case, need):
            waits = tuple(pause for each in case.referrals if each.need == need.id for pause in each.pauses)
            yield _clock("need", need.id, standard(need.service), start,
                         _Running((*pauses, *waits), _more(case, start), now))


def _is_met(case: Case, need: Need) -> bool:
    """Whether the need was served since the case was opened or reopened."""
    start = begun(case)
    return any(each.need == need.id and each.state == SERVED and each.history[-1].at >= start
               for each in case.referrals)


def _of_referrals(case: Case, now: datetime) -> Iterator[Clock]:
    for referral in case.running:
        rows = rules()["referral"].get(referral.state)
        if rows:
            yield _clock("referral", referral.id, rows, _came(referral), _Running(referral.pauses, 0, now))


def _came(referral: Referral) -> datetime:
    """Since when it is where it is: accepting, not having awaited documents, begins the days of serving."""
    moves = [each for each in referral.history if each.event not in {"await", "bring"}]
    return moves[-1].at


def _more(case: Case, start: datetime) -> int:
    """The days by which the clocks that began at a moment were extended since."""
    return sum(each.days for each in case.extensions if each.at >= start)


def standard(service: str) -> list[tuple[str, int]]:
    """The days of a service, by the day from which they hold; those of any other service where it has none."""
    found = rules()["services"].get(service)
    return found or rules()["default"]  # type: ignore[no-any-return]


# -- late: who hears of it, and what comes first -------------------------------------------------------------------


def _escalated(case: Case, clock: Clock) -> Clock:
    chain = escalation(case)
    further = days_on(rules()["escalation"]["further"], entered(case))
    reached = chain[:1 + (clock.late - 1) // further] if clock.late and not clock.stopped else ()
    return Clock(clock.over, clock.name, clock.due, clock.late, clock.stopped, clock.certain, reached)


def escalation(case: Case) -> tuple[str, ...]:
    """Who hears that a case is late, in order: those of its desk, without whoever has to act on it anyway."""
    acting = workflow.acting(case.kind, case.level, case.state)
    return tuple(role for role in rules()["escalation"][case.level] if role not in acting)


def worst(case: Case, now: datetime) -> Clock | None:
    """The clock of a case that matters most; None when none runs."""
    return min(clocks(case, now), key=_urgency, default=None)


def _urgency(clock: Clock) -> tuple[bool, int, date, str, str]:
    """What runs comes before what is stopped, what is more late before what is less, then what is due first."""
    return clock.stopped, -clock.late, clock.due, clock.over, clock.name


def board(cases: Iterable[Case], now: datetime) -> list[tuple[Case, Clock]]:
    """Each open case with the clock that matters most, the most urgent first; the reference decides between equals."""
    found = [(case, clock) for case in cases if (clock := worst(case, now))]
    return sorted(found, key=lambda each: (*_urgency(each[1])[:3], each[0].reference))


def overdue(cases: Iterable[Case], now: datetime) -> list[tuple[Case, Clock]]:
    """The board of what is late."""
    return [each for each in board(cases, now) if each[1].late and not each[1].stopped]


# -- the family's time, and what may be extended -------------------------------------------------------------------


def last_day_to_answer(case: Case) -> date | None:
    """The last working day on which the family may answer before the case may be closed; None when it is not asked."""
    asked = case.state in {REVISION, CONFIRMING}
    since = entered(case)
    return workdays.add(workdays.day_of(since), days_on(rules()["closing"]["answer"], since)) if asked else None


def may_lapse(case: Case, now: datetime) -> bool:
    """Whether the family's time has passed; never by a day of a year whose holidays are not decreed."""
    last = last_day_to_answer(case)
    return last is not None and workdays.is_certain(last) and workdays.day_of(now) > last


def last_day_to_reopen(case: Case) -> date | None:
    """The last working day on which a closed case may be reopened; None while it is open."""
    since = entered(case)
    days = days_on(rules()["closing"]["reopening"], since)
    return workdays.add(workdays.day_of(since), days) if case.state == CLOSED else None


def may_reopen(case: Case, now: datetime) -> bool:
    """Whether it is in time to be reopened; nobody is too late for a day that is not certain."""
    last = last_day_to_reopen(case)
    return last is not None and (workdays.day_of(now) <= last or not workdays.is_certain(last))


def is_in_time(case: Case, now: datetime) -> bool:
    """Whether no time that an extension adds to has passed: what is late already is not made good by one."""
    return all(each.late == 0 for each in (*_of_state(case, now), *_of_needs(case, now)))


def may_extend_by(days: int, now: datetime) -> bool:
    """Whether one extension may be so long."""
    return 1 <= days <= days_on(rules()["extension"]["days"], now)


def extensions_left(case: Case) -> int:
    """How many extensions a case may still have since it was opened or reopened."""
    start = begun(case)
    used = sum(each.at >= start for each in case.extensions)
    return max(0, days_on(rules()["extension"]["times"], start) - used)
