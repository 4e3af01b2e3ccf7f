"""Working days of Indonesian offices: weekends, holidays, cuti bersama, and years that are not decreed yet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import workdays
from portal.workdays import add, between, day_of, is_certain, is_workday, known_from, known_until

KNOWN = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(("day", "works"), [
    (date(2026, 11, 27), True), (date(2026, 11, 28), False), (date(2026, 11, 29), False), (date(2027, 1, 1), False),
    (date(2026, 12, 24), False), (date(2027, 3, 8), False), (date(2027, 3, 15), False), (date(2027, 3, 16), True),
    (date(2099, 1, 1), True), (date(2099, 1, 3), False)],
    ids=["Friday", "Saturday", "Sunday", "New Year", "cuti bersama before Christmas", "Nyepi",
         "cuti bersama at Lebaran", "the day after it", "a Thursday of a year that is not decreed", "a Saturday of it"])
def test_whether_offices_work(day: date, works: bool) -> None:  # noqa: FBT001
    assert is_workday(day) is works


@pytest.mark.parametrize(("day", "number", "found"), [
    (date(2026, 11, 27), 1, date(2026, 11, 30)), (date(2026, 11, 28), 1, date(2026, 11, 30)),
    (date(2026, 11, 27), 0, date(2026, 11, 27)), (date(2027, 3, 5), 1, date(2027, 3, 16)),
    (date(2026, 12, 23), 1, date(2026, 12, 28)), (date(2026, 12, 28), -1, date(2026, 12, 23)),
    (date(2026, 12, 31), 1, date(2027, 1, 4)), (date(2027, 3, 16), -1, date(2027, 3, 5))],
    ids=["over a weekend", "from a Saturday", "none", "over Nyepi and Lebaran", "over Christmas", "back over Christmas",
         "over New Year", "back over Lebaran"])
def test_so_many_working_days_on_or_back(day: date, number: int, found: date) -> None:
    assert add(day, number) == found


@given(day=st.dates(date(2026, 1, 1), date(2027, 6, 1)), number=st.integers(0, 80))
def test_what_was_added_is_what_lies_between(day: date, number: int) -> None:
    assert between(day, add(day, number)) == number


@given(day=st.dates(date(2026, 6, 1), date(2027, 6, 1)), number=st.integers(1, 60))
def test_back_and_on_again_is_the_first_working_day_from_there(day: date, number: int) -> None:
    assert add(add(day, -number), number) == add(day - timedelta(days=1), 1)


@given(first=KNOWN, last=KNOWN)
def test_none_lie_before_their_beginning_and_none_on_weekends(first: date, last: date) -> None:
    assert 0 <= between(first, last) <= max(0, (last - first).days)
    assert between(last, first) == 0 or last < first


def test_outside_its_years_the_table_says_that_it_does_not_know() -> None:
    assert known_from() <= date(2026, 1, 1)
    assert known_until() >= date(2027, 12, 31)
    assert (known_from().month, known_from().day) == (1, 1)
    assert (known_until().month, known_until().day) == (12, 31)
    assert is_certain(known_from())
    assert is_certain(known_until())
    assert not is_certain(known_from() - timedelta(days=1))
    assert not is_certain(known_until() + timedelta(days=1))


def test_the_years_of_the_table_follow_each_other() -> None:
    """Between the first and the last nothing is unknown: is_certain and known_until say the same."""
    days = (known_until() - known_from()).days
    assert all(is_certain(known_from() + timedelta(days=number)) for number in range(0, days, 27))


def test_where_holidays_are_unknown_weekends_still_count() -> None:
    friday = date(known_until().year + 1, 1, 1)
    while friday.isoweekday() != 5:
        friday += timedelta(days=1)
    assert add(friday, 1) == friday + timedelta(days=3)
    assert not is_certain(add(friday, 1))


def test_the_portal_knows_the_holidays_of_this_year_and_the_next() -> None:
    """SKB 3 Menteri comes out in September for the next year: then `lokal-id` is updated, or due days are guesses."""
    assert known_until() >= date(2027, 12, 31)


@pytest.mark.parametrize(("moment", "day"), [
    (datetime(2026, 11, 27, 16, 59, tzinfo=UTC), date(2026, 11, 27)),
    (datetime(2026, 11, 27, 17, 0, tzinfo=UTC), date(2026, 11, 28))])
def test_a_day_ends_at_midnight_in_jakarta(moment: datetime, day: date) -> None:
    assert day_of(moment) == day


def test_holidays_are_read_without_the_rest_of_their_library() -> None:
    assert workdays.module("holidays").__name__ == "lokal.holidays"


@given(day=KNOWN)
def test_a_day_is_what_the_library_says_it_is(day: date) -> None:
    assert is_workday(day) is workdays.module("holidays").is_working_day(day)
