"""Moments as people read them: in the activity's own zone, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.moments import MONTHS, ZONES, format_day, format_span, format_time
from registrations.models import in_zone

NEW_YEAR_IN_JAYAPURA = datetime(2026, 12, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize(("zone", "language", "told"), [
    ("WIB", "id", "31 Desember 2026 pukul 22.00 WIB"),
    ("WITA", "id", "31 Desember 2026 pukul 23.00 WITA"),
    ("WIT", "id", "1 Januari 2027 pukul 00.00 WIT"),
    ("WIB", "en", "31 December 2026, 22:00 WIB"),
    ("WIT", "en", "1 January 2027, 00:00 WIT"),
])
def test_one_moment_is_three_times_and_two_years_across_the_country(zone: str, language: str, told: str) -> None:
    assert format_time(NEW_YEAR_IN_JAYAPURA, zone, language) == told


@pytest.mark.parametrize(("first", "last", "told"), [
    (datetime(2027, 1, 19, 1, tzinfo=UTC), datetime(2027, 1, 19, 9, tzinfo=UTC), "19 Januari 2027"),
    (datetime(2027, 1, 19, 1, tzinfo=UTC), datetime(2027, 1, 21, 9, tzinfo=UTC), "19–21 Januari 2027"),
    (datetime(2027, 1, 30, 1, tzinfo=UTC), datetime(2027, 2, 2, 9, tzinfo=UTC), "30 Januari–2 Februari 2027"),
    (datetime(2026, 12, 30, 1, tzinfo=UTC), datetime(2027, 1, 2, 9, tzinfo=UTC), "30 Desember 2026–2 Januari 2027"),
    (datetime(2026, 1, 5, 1, tzinfo=UTC), datetime(2027, 1, 6, 9, tzinfo=UTC), "5 Januari 2026–6 Januari 2027"),
    (datetime(2027, 1, 18, 18, tzinfo=UTC), datetime(2027, 1, 19, 9, tzinfo=UTC), "19 Januari 2027"),
], ids=["one day", "days of one month", "over the end of a month", "over new year", "a year and a day",
        "an early beginning that is still yesterday in UTC"])
def test_a_span_says_no_more_than_it_must(first: datetime, last: datetime, told: str) -> None:
    assert format_span(first, last, "WIB", "id") == told


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_year_has_twelve_different_months(language: str) -> None:
    months = [format_day(datetime(2027, month, 15, tzinfo=UTC), "WIB", language).split()[1] for month in range(1, 13)]
    assert months == list(MONTHS[language])
    assert len(set(months)) == 12


@pytest.mark.parametrize(("zone", "city"), [
    ("WIB", "Asia/Jakarta"), ("WITA", "Asia/Makassar"), ("WIT", "Asia/Jayapura")])
def test_the_three_zones_are_those_of_the_time_zone_database(zone: str, city: str) -> None:
    for year in range(1990, 2041):
        for month in (1, 7):
            wall = datetime(year, month, 1, 12)  # noqa: DTZ001 a clock on a wall
            assert in_zone(wall, zone) == wall.replace(tzinfo=ZoneInfo(city)).astimezone(UTC)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)), st.sampled_from(sorted(ZONES)))  # noqa: DTZ001
def test_what_a_maintainer_writes_on_the_page_is_what_readers_see(wall: datetime, zone: str) -> None:
    shown = format_time(in_zone(wall, zone), zone, "en")
    assert shown == f"{wall.day} {MONTHS['en'][wall.month - 1]} {wall.year}, {wall:%H:%M} {zone}"
