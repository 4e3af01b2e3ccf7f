"""The calendar file (RFC 5545) of a registration."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from portal.assets import words
from portal.identifiers import format_reference, parse_moment
from portal.moments import ZONES, format_time
from registrations.models import Offering
from registrations.store import OVER, Record

STATUS = {"requested": "TENTATIVE", "waiting": "TENTATIVE", "seated": "CONFIRMED", "refused": "CANCELLED",
          "cancelled": "CANCELLED"}
ORDER = {"requested": 0, "waiting": 1, "seated": 2, "refused": 3, "cancelled": 3}


def _time(offering: Offering) -> dict[str, datetime | date | str]:
    """From hour to hour on one day; over several days whole days that block nothing: nights are nobody's meeting."""
    first, last = (moment.astimezone(ZONES[offering.zone]).date() for moment in (offering.starts, offering.ends))
    if first == last:
        return {"dtstart": offering.starts, "dtend": offering.ends}
    return {"dtstart": first, "dtend": last + timedelta(days=1), "transp": "TRANSPARENT"}


def _description(offering: Offering, record: Record) -> str:
    texts = words("registration", record.language)
    begins = format_time(offering.starts, offering.zone, record.language)
    return (f"{texts['facts']['begins'].format(when=begins)}\n"
            f"{texts['view']['reference']}: {format_reference(record.reference)}")


def _last_change(record: Record) -> str:
    return (record.cancelled_at or record.refused_at or record.seated_at or record.approved_at
            or record.received_at)


def calendar_of(offering: Offering, record: Record, origin: str) -> str:
    """The activity as one event; its UID is the reference, so that a newer file replaces an older one."""
    event = Event()
    event.add("uid", f"{record.reference}@{urlsplit(origin).hostname}")
    event.add("dtstamp", parse_moment(_last_change(record)))
    for name, value in _time(offering).items():
        event.add(name, value)
    event.add("summary", getattr(offering.title, record.language))
    event.add("location", getattr(offering.place, record.language))
    event.add("description", _description(offering, record))
    event.add("url", f"{origin}{'/en' if record.language == 'en' else ''}/kegiatan/{offering.id}/")
    event.add("status", STATUS[record.state])
    event.add("sequence", ORDER[record.state])  # a later state replaces an earlier one
    calendar = Calendar()
    calendar.add("prodid", "-//Portal Penggerak Desa//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if record.state in OVER else "PUBLISH")
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")
