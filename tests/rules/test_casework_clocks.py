"""By when: working days over holidays, pauses, extensions, years not decreed; who hears of it; what comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import clocks, steps
from casework.cases import Case, Need, Pause
from casework.clocks import (
    Clock,
    board,
    due_day,
    escalation,
    extensions_left,
    last_day_to_answer,
    last_day_to_reopen,
    may_lapse,
    may_reopen,
    overdue,
    worst,
)
from portal import workdays
from portal.machine import NotYet
from portal.moments import ZONES
from tests.casework_world import REGENCY, VILLAGE, a_case, an_act, other_tables, referred, taken


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONES["WIB"])


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[Any], Any]], None]]:
    with other_tables(tmp_path, monkeypatch) as change:
        yield lambda how: change("sla", how)


def opened(day: str, kind: str = "layanan", desk: str = VILLAGE, **changes: Any) -> Case:
    return a_case(kind, desk, opened=wib(f"{day}T10:00"), **changes)


def clock(case: Case, over: str, now: str) -> Clock:
    return next(each for each in clocks.clocks(case, wib(now)) if each.over == over)


def pause(since: str, until: str | None = None) -> Pause:
    return Pause(wib(since), ("KK",), wib(until) if until else None)


# -- counting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "days", "due"), [
    ("2026-12-01", 1, "2026-12-02"), ("2026-12-04", 1, "2026-12-07"), ("2026-12-23", 1, "2026-12-28"),
    ("2027-03-05", 3, "2027-03-18"), ("2026-12-30", 3, "2027-01-06")],
    ids=["the next day", "over a weekend", "over Christmas", "over Nyepi and Lebaran", "over New Year"])
def test_days_are_working_days(start: str, days: int, due: str) -> None:
    assert due_day(wib(f"{start}T10:00"), days, (), wib(f"{start}T10:00")) == date.fromisoformat(due)


@pytest.mark.parametrize(("pauses", "due"), [
    ([], "2026-12-08"),
    ([pause("2026-12-02T09:00", "2026-12-02T15:00")], "2026-12-08"),
    ([pause("2026-12-02T09:00", "2026-12-04T15:00")], "2026-12-10"),
    ([pause("2026-12-04T09:00", "2026-12-07T08:00")], "2026-12-09"),
    ([pause("2026-12-02T09:00", "2026-12-04T15:00"), pause("2026-12-03T09:00", "2026-12-04T09:00")], "2026-12-10"),
    ([pause("2026-12-02T09:00")], "2026-12-11"),
    ([pause("2026-12-08T23:00", "2026-12-10T01:00")], "2026-12-08"),
], ids=["none", "on one day", "two days", "over a weekend", "two that overlap", "one that lasts", "after the due day"])
def test_the_clock_stops_while_documents_are_awaited(pauses: list[Pause], due: str) -> None:
    assert due_day(wib("2026-12-01T10:00"), 5, pauses, wib("2026-12-07T10:00")) == date.fromisoformat(due)


DAYS = st.dates(date(2026, 2, 1), date(2027, 6, 1))
SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 15)), max_size=4)


@given(day=DAYS, days=st.integers(1, 20), spans=SPANS)
def test_a_pause_moves_the_day_by_no_more_than_it_lasts_and_never_back(
        day: date, days: int, spans: list[tuple[int, int]]) -> None:
    start = wib(f"{day}T10:00")
    pauses = [Pause(start + timedelta(days=after), (), start + timedelta(days=after + long)) for after, long in spans]
    plain, due = due_day(start, days, (), start), due_day(start, days, pauses, start)
    assert plain <= due <= workdays.add(plain, sum(workdays.between(workdays.day_of(each.since),
                                                                    workdays.day_of(each.until or start))
                                                   for each in pauses))
    counted = [start.date() + timedelta(days=number) for number in range(1, (due - start.date()).days + 1)]
    runs = [each for each in counted if workdays.is_workday(each) and not any(
        workdays.day_of(one.since) < each <= workdays.day_of(one.until or start) for one in pauses)]
    assert len(runs) == days
    assert runs[-1] == due


# -- the clocks of a case ------------------------------------------------------------------------------------------


def test_a_service_has_its_own_days_and_any_other_the_general_ones() -> None:
    case = opened("2026-12-01", needs=(Need("n1", "surat_dtks"), Need("n2", "pupuk"), Need("n3", "baru")))
    found = {each.name: each.due for each in clocks.clocks(case, wib("2026-12-01T11:00")) if each.over == "need"}
    assert found == {"n1": date(2026, 12, 2), "n2": date(2026, 12, 15), "n3": date(2026, 12, 15)}


def test_a_state_is_late_when_its_last_day_is_over_in_jakarta() -> None:
    case = opened("2026-12-01")
    assert clock(case, "state", "2026-12-02T23:59").late == 0
    assert clock(case, "state", "2026-12-03T00:00").late == 1
    assert clock(case, "state", "2026-12-07T09:00").late == 3, "weekends are not counted"


def test_while_the_family_is_asked_no_desk_is_late() -> None:
    case = taken(opened("2026-12-01"), ("ask", "petugas_depan"), at=wib("2026-12-02T09:00"))
    (need,) = clocks.clocks(case, wib("2027-01-04T09:00"))
    assert (need.over, need.stopped, need.late, need.told) == ("need", True, 0, ())
    back = taken(case, ("supply", "keluarga"), at=wib("2027-01-04T10:00"))
    assert clock(back, "need", "2027-01-04T11:00").due == workdays.add(date(2027, 1, 4), 9)
    assert clock(back, "state", "2027-01-04T11:00").due == date(2027, 1, 6), "the 5th is a holiday"


def test_what_was_late_before_it_was_stopped_stays_as_late() -> None:
    case = opened("2026-12-01", needs=(Need("n1", "surat_dtks"),))
    case = taken(case, ("ask", "petugas_depan"), at=wib("2026-12-04T09:00"))
    assert [clock(case, "need", day).late for day in ("2026-12-04T10:00", "2026-12-18T10:00")] == [2, 2]
    assert overdue([case], wib("2026-12-18T10:00")) == []


def test_a_receiver_has_days_to_answer_and_days_to_serve_that_stop_with_the_family() -> None:
    sent = referred()
    assert clock(sent, "referral", "2027-02-01T11:00").due == date(2027, 2, 4)
    took = steps.take_referral(sent, "r1", an_act("accept", "penerima", wib("2027-02-02T10:00")))
    assert clock(took, "referral", "2027-02-02T11:00").due == workdays.add(date(2027, 2, 2), 10)
    asked = steps.take_referral(took, "r1", an_act("await", "penerima", wib("2027-02-03T10:00")))
    assert [each.over for each in clocks.clocks(asked, wib("2027-02-03T11:00"))] == ["state", "need"]
    assert clock(asked, "need", "2027-02-03T11:00").stopped
    again = steps.take_referral(asked, "r1", an_act("bring", "keluarga", wib("2027-02-10T10:00")))
    waited = workdays.between(date(2027, 2, 3), date(2027, 2, 10))
    assert clock(again, "referral", "2027-02-10T11:00").due == workdays.add(date(2027, 2, 2), 10 + waited)


def test_a_need_that_was_served_or_told_has_no_clock() -> None:
    case = referred()
    for event in ("accept", "serve"):
        case = steps.take_referral(case, "r1", an_act(event, "penerima"))
    assert [each.over for each in clocks.clocks(case, case.opened)] == ["state"]
    assert clocks.clocks(taken(case, ("conclude", "petugas_belakang")), case.opened) == []


def test_a_reopened_case_has_its_days_anew() -> None:
    case = taken(opened("2026-12-01"), ("close", "koordinator"), at=wib("2026-12-02T09:00"))
    assert clocks.clocks(case, wib("2026-12-30T09:00")) == []
    again = taken(case, ("reopen", "keluarga"), at=wib("2026-12-14T09:00"))
    assert clock(again, "state", "2026-12-14T10:00").due == date(2026, 12, 15)
    assert clock(again, "need", "2026-12-14T10:00").due == workdays.add(date(2026, 12, 14), 10)


def test_new_days_hold_for_what_comes_in_from_then_on(changed: Callable[[Callable[[Any], Any]], None]) -> None:
    changed(lambda table: table["states"]["checking"].append(["2026-12-03", 4]))
    assert clock(opened("2026-12-02"), "state", "2026-12-02T11:00").due == date(2026, 12, 3)
    assert clock(opened("2026-12-03"), "state", "2026-12-03T11:00").due == date(2026, 12, 9)


def test_a_day_without_decreed_holidays_says_so() -> None:
    year = workdays.known_until().year
    assert clock(opened(f"{year}-06-02"), "state", f"{year}-06-02T11:00").certain
    assert not clock(opened(f"{year}-12-30"), "need", f"{year}-12-30T11:00").certain


# -- extensions ----------------------------------------------------------------------------------------------------


def test_an_extension_moves_the_state_and_the_needs_and_is_kept_with_its_reason() -> None:
    case = taken(opened("2026-12-01"), ("extend", "koordinator"), at=wib("2026-12-02T09:00"), days=3,
                 reason="visit_needed")
    assert clock(case, "state", "2026-12-02T10:00").due == date(2026, 12, 7)
    assert clock(case, "need", "2026-12-02T10:00").due == date(2026, 12, 18)
    assert [(each.days, each.reason, each.person) for each in case.extensions] == [(3, "visit_needed", "koordinator")]
    on = taken(case, ("pass_on", "petugas_depan"), at=wib("2026-12-03T09:00"))
    assert clock(on, "state", "2026-12-03T10:00").due == date(2026, 12, 8), "the next state has its own days"


@pytest.mark.parametrize(("at", "days", "missing"), [
    ("2026-12-03T09:00", 3, "in_time"), ("2026-12-02T09:00", 0, "days"), ("2026-12-02T09:00", 6, "days"),
    ("2026-12-02T09:00", -2, "days")], ids=["late already", "none", "too many", "back"])
def test_what_an_extension_may_not_be(at: str, days: int, missing: str) -> None:
    with pytest.raises(NotYet) as told:
        taken(opened("2026-12-01"), ("extend", "koordinator"), at=wib(at), days=days)
    assert told.value.missing == (missing,)


def test_a_need_that_is_late_is_not_made_good_by_an_extension() -> None:
    case = opened("2026-12-01", needs=(Need("n1", "surat_dtks"),))
    case = taken(case, ("pass_on", "petugas_depan"), at=wib("2026-12-02T09:00"))
    with pytest.raises(NotYet):
        taken(case, ("extend", "koordinator"), at=wib("2026-12-03T09:00"))


def test_there_are_only_so_many_extensions_until_it_is_reopened() -> None:
    case = taken(opened("2026-12-01"), *[("extend", "koordinator")] * 2, at=wib("2026-12-02T09:00"))
    assert extensions_left(case) == 0
    with pytest.raises(NotYet) as told:
        taken(case, ("extend", "koordinator"), at=wib("2026-12-02T09:00"))
    assert told.value.missing == ("extensions_left",)
    again = taken(case, ("close", "koordinator"), ("reopen", "keluarga"), at=wib("2026-12-03T09:00"))
    assert extensions_left(again) == 2


# -- late ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("late", "told"), [
    ("2026-12-02", ()), ("2026-12-03", ("koordinator",)), ("2026-12-04", ("koordinator",)),
    ("2026-12-07", ("koordinator", "penyelia")), ("2026-12-09", ("koordinator", "penyelia", "manajer")),
    ("2027-02-01", ("koordinator", "penyelia", "manajer"))])
def test_who_hears_of_it_one_after_the_other(late: str, told: tuple[str, ...]) -> None:
    assert clock(opened("2026-12-01"), "state", f"{late}T09:00").told == told


def test_whoever_has_to_act_anyway_is_not_told_that_it_is_late() -> None:
    steps_to = (("pass_on", "petugas_depan"), ("verify", "petugas_belakang"), ("recommend", "petugas_belakang"))
    assert escalation(taken(a_case(), *steps_to)) == ("penyelia", "manajer")
    assert escalation(taken(a_case(desk=REGENCY), *steps_to)) == ("penyelia",)
    assert escalation(a_case(desk=REGENCY)) == ("penyelia", "manajer")


def test_the_board_shows_what_is_most_late_first_and_what_is_stopped_last() -> None:
    now = wib("2026-12-09T09:00")
    short = (Need("n1", "surat_dtks"),)
    stopped = taken(opened("2026-12-01", reference="STOPPED", needs=short), ("ask", "petugas_depan"),
                    at=wib("2026-12-07T11:00"))  # late already when it was stopped
    cases = [opened("2026-12-08", reference="FRESH"), stopped, opened("2026-12-04", reference="LATER"),
             opened("2026-12-01", reference="WORST"), opened("2026-12-04", reference="EARLY"),
             taken(opened("2026-12-01", reference="CLOSED"), ("close", "koordinator"))]
    assert [case.reference for case, _ in board(cases, now)] == ["WORST", "EARLY", "LATER", "FRESH", "STOPPED"]
    assert [case.reference for case, _ in overdue(cases, now)] == ["WORST", "EARLY", "LATER"]
    assert worst(cases[-1], now) is None


@given(days=st.lists(st.integers(0, 30), max_size=8), seed=st.randoms())
def test_the_order_of_the_board_does_not_depend_on_that_of_the_cases(days: list[int], seed: Any) -> None:
    start = date(2026, 12, 1)
    cases = [opened(str(start + timedelta(days=each)), reference=f"C{number}") for number, each in enumerate(days)]
    mixed = list(cases)
    seed.shuffle(mixed)
    now = wib("2027-01-15T09:00")
    assert board(mixed, now) == board(cases, now)
    late = [each.late for _, each in board(cases, now)]
    assert late == sorted(late, reverse=True)


# -- the family's time ---------------------------------------------------------------------------------------------

ASKED = (("pass_on", "petugas_depan"), ("verify", "petugas_belakang"), ("recommend", "petugas_belakang"),
         ("decide", "koordinator"))


def told_on(day: str) -> Case:
    return taken(opened(day), *ASKED, at=wib(f"{day}T10:00"))


def test_a_case_is_closed_by_rule_when_the_familys_days_are_over_and_not_before() -> None:
    case = told_on("2026-12-01")
    assert last_day_to_answer(case) == date(2026, 12, 15)
    assert not may_lapse(case, wib("2026-12-15T23:59"))
    assert may_lapse(case, wib("2026-12-16T00:00"))
    closed = taken(case, ("lapse", "portal"), at=wib("2026-12-16T01:00"))
    assert (closed.state, closed.history[-1].reason, closed.history[-1].role) == ("closed", "no_answer", "portal")


def test_a_case_of_which_nobody_asked_the_family_does_not_lapse() -> None:
    assert last_day_to_answer(opened("2026-12-01")) is None
    assert not may_lapse(opened("2026-12-01"), wib("2027-06-01T09:00"))


def test_a_closed_case_is_reopened_up_to_the_end_of_its_last_day() -> None:
    closed = taken(told_on("2026-12-01"), ("confirm", "keluarga"), at=wib("2026-12-02T10:00"))
    last = last_day_to_reopen(closed)
    assert last == workdays.add(date(2026, 12, 2), 20)
    assert may_reopen(closed, wib(f"{last}T23:59"))
    assert not may_reopen(closed, wib(f"{last}T23:59") + timedelta(minutes=1))
    with pytest.raises(NotYet) as told:
        taken(closed, ("reopen", "keluarga"), at=wib("2027-03-01T09:00"))
    assert told.value.missing == ("reopening",)
    assert last_day_to_reopen(told_on("2026-12-01")) is None


def test_no_family_is_too_late_for_a_day_whose_holidays_are_not_decreed() -> None:
    year = workdays.known_until().year
    asked = told_on(f"{year}-12-20")
    assert last_day_to_answer(asked).year == year + 1  # type: ignore[union-attr]
    assert not may_lapse(asked, wib(f"{year + 1}-06-01T09:00"))
    closed = taken(asked, ("confirm", "keluarga"), at=wib(f"{year}-12-21T09:00"))
    assert may_reopen(closed, wib(f"{year + 1}-06-01T09:00"))
    assert clock(opened(f"{year}-12-20"), "state", f"{year + 1}-03-01T09:00").late, "a desk is reminded all the same"


def test_pauses_of_before_a_reopening_move_nothing_after_it() -> None:
    case = replace(opened("2026-12-01"), pauses=(pause("2026-12-01T11:00", "2026-12-20T11:00"),))
    again = taken(case, ("close", "koordinator"), ("reopen", "keluarga"), at=wib("2026-12-14T09:00"))
    assert clock(again, "need", "2026-12-14T10:00").due == workdays.add(date(2026, 12, 14), 10)
