"""Moments for people: in the zone of the activity, in the reader's language. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

# Indonesia's three zones (Keppres 41/1987) have kept fixed offsets; no time zone database is needed at run time.
ZONES = {name: timezone(timedelta(hours=hours), name) for name, hours in (("WIB", 7), ("WITA", 8), ("WIT", 9))}

MONTHS = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
           "November", "Desember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}


def format_day(moment: datetime, zone: str, language: str) -> str:
    """`19 Januari 2027`."""
    return day_told(local_day(moment, zone), language)


def day_told(day: str, language: str) -> str:
    """A day as ISO 8601 writes it, for people: `31 Desember 2022`."""
    found = date.fromisoformat(day)
    return f"{found.day} {MONTHS[language][found.month - 1]} {found.year}"


def format_time(moment: datetime, zone: str, language: str) -> str:
    """`19 Januari 2027 pukul 08.00 WIB`; in English `19 January 2027, 08:00 WIB`."""
    local = moment.astimezone(ZONES[zone])
    if language == "id":
        return f"{format_day(moment, zone, language)} pukul {local:%H.%M} {zone}"
    return f"{format_day(moment, zone, language)}, {local:%H:%M} {zone}"


def format_span(first: datetime, last: datetime, zone: str, language: str) -> str:
    """`19 sampai 21 Januari 2027`-like: the days from first to last, shortened where month or year agree."""
    start, end = first.astimezone(ZONES[zone]), last.astimezone(ZONES[zone])
    word = "–"
    if start.date() == end.date():
        return format_day(first, zone, language)
    month = "" if (start.year, start.month) == (end.year, end.month) else f" {MONTHS[language][start.month - 1]}"
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start.day}{month}{year}{word}{format_day(last, zone, language)}"


def local_day(moment: datetime, zone: str) -> str:
    """The day of the calendar there, as ISO 8601 writes it."""
    return moment.astimezone(ZONES[zone]).date().isoformat()
