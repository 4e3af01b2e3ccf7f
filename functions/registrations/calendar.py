"""The calendar file (RFC 5545) of a registration."""

from __future__ import annotations

from urllib.parse import urlsplit

from icalendar import Calendar, Event

from portal.identifiers import format_reference, parse_moment
from registrations.models import Offering
from registrations.store import Record

STATUS = {"seated": "CONFIRMED", "waiting": "TENTATIVE", "cancelled": "CANCELLED"}


def calendar_of(offering: Offering, record: Record, origin: str) -> str:
    """The activity as one event; its UID is the reference, so that a newer file replaces an older one."""
    event = Event()
    event.add("uid", f"{record.reference}@{urlsplit(origin).hostname}")
    event.add("dtstamp", parse_moment(record.cancelled_at or record.seated_at or record.received_at))
    event.add("dtstart", offering.starts)
    event.add("dtend", offering.ends)
    event.add("summary", getattr(offering.title, record.language))
    event.add("location", getattr(offering.place, record.language))
    event.add("description", format_reference(record.reference))
    event.add("url", f"{origin}{'/en' if record.language == 'en' else ''}/kegiatan/{offering.id}/")
    event.add("status", STATUS[record.state])
    calendar = Calendar()
    calendar.add("prodid", "-//Penggerak Swadaya//Portal//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if record.state == "cancelled" else "PUBLISH")
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")
