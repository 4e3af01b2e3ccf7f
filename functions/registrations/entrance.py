"""The entrance of an activity: who has a seat, checked in one after the other, also long after they came.

The page's script notes numbers and moments while there is no network, and sends them when there is some.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from portal import web
from portal.access import Facts
from portal.identifiers import format_reference
from portal.records import Write
from portal.retention import kept_until, period_for
from registrations.deskwork import (
    RECORD_KIND,
    Shown,
    audit,
    catalogue,
    desk_words,
    facts_of,
    note,
    page,
    references,
    registrations,
    why_not,
)
from registrations.models import Offering
from registrations.rules import DOOR, outside_the_door

AT_THE_SAME_TIME = timedelta(seconds=5)  # done and written down
CLOCKS_AGREE = timedelta(minutes=2)  # what a request may take on its way; more than that is a clock that is wrong
# The page of the door is the only one whose scripts may ask for the camera; infra/template.yaml forbids it elsewhere.
CAMERA = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"


def door_list(request: web.Request) -> web.Reply:
    """The people with a seat, to be checked in one after the other."""
    if not request.wants_json:
        return _door_list(request, "")
    offering = catalogue().offering(request.path_value("offering"))
    return web.data({"title": getattr(offering.title, request.language), **_kept_on_the_phone(datetime.now(UTC)),
                     "people": [{name: row[name] for name in ("reference", "number", "name", "here")}
                                for row in _at_the_door(request, offering)]})


def check_in(request: web.Request) -> web.Reply:
    """Check in those whose numbers were scanned or typed; each gets its own answer, and sending again does no harm."""
    offering = catalogue().offering(request.path_value("offering"))
    _may_check_in(request, offering)
    now = datetime.now(UTC)
    outcome = {reference: _checked_in(request, offering, reference, _when(request.fields, reference, now))
               for reference in references(request.fields.get("nomor"))}
    if request.wants_json:
        return web.data({"outcome": outcome})
    texts = desk_words(request.language)["check_in"]
    told = [f"{format_reference(reference)}: {texts['outcomes'][code].format(**DOOR)}"
            for reference, code in outcome.items()]
    return _door_list(request, "; ".join(told) or texts["outcomes"]["unknown"])


def _may_check_in(request: web.Request, offering: Offering) -> None:
    request.person.grant(Facts(offering=offering.id, state="seated"), "registration.check_in")


def _checked_in(request: web.Request, offering: Offering, reference: str, moment: datetime) -> str:
    record = registrations().find(reference)
    if record is None or record.offering != offering.id:
        return "unknown"
    grant = request.person.allows(facts_of(record), "registration.check_in")
    if grant is None:  # why, for those who may see this registration in the list
        return why_not(request, record)
    outside = "" if record.checked_in_at else outside_the_door(offering, moment)
    if outside:
        return outside
    here = registrations().check_in(record, moment, _noting(request, Shown(record, grant), moment))
    return "checked_in" if here else why_not(request, record)


def _noting(request: web.Request, shown: Shown, moment: datetime) -> Callable[[], Sequence[Write]]:
    """The entry in the audit that belongs beside it: with the moment at the door, where that was before."""
    def noted() -> Sequence[Write]:
        said = note(request, RECORD_KIND, format_reference(shown.record.reference), "checked_in", shown.grant)
        return audit().writes(replace(said, done=moment) if moment < said.now - AT_THE_SAME_TIME else said)

    return noted


def _when(fields: Mapping[str, Any], reference: str, now: datetime) -> datetime:
    """When somebody came: as the phone noted it while it was without network, if that can be true.

    A phone whose clock is wrong says so by what it takes for now (`jam`); its notes are wrong by as much.
    """
    times = fields.get("waktu")
    told, clock = _moment(times.get(reference) if isinstance(times, dict) else None), _moment(fields.get("jam"))
    if told is None:
        return now
    if clock and abs(now - clock) > CLOCKS_AGREE:
        told += now - clock
    return told if now - timedelta(days=period_for("door_note", now).number) < told < now else now


def _moment(value: object) -> datetime | None:
    """A moment as a program tells it; None for what is none, or has no zone."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _door_list(request: web.Request, told: str) -> web.Reply:
    offering = catalogue().offering(request.path_value("offering"))
    rows = _at_the_door(request, offering)
    title = getattr(offering.title, request.language)
    reply = page(request, "desk_check_in", desk_words(request.language)["check_in"]["title"], offering=offering.id,
                 rows=rows, told=told, here=sum(each["here"] for each in rows), title_of_offering=title,
                 door=DOOR, kept=_kept_on_the_phone(datetime.now(UTC)))
    return replace(reply, headers={**reply.headers, "permissions-policy": CAMERA})


def _at_the_door(request: web.Request, offering: Offering) -> list[dict[str, Any]]:
    """Who has a seat, in the order of their names: all that the page of the door shows, and keeps on the phone."""
    _may_check_in(request, offering)
    people = [Shown(record, grant) for record in registrations().of_offering(offering.id)
              if (grant := request.person.allows(facts_of(record), "registration.check_in"))]
    return sorted((_at_door(each) for each in people), key=lambda row: row["name"].casefold())


def _at_door(shown: Shown) -> dict[str, Any]:
    record = shown.record
    return {"reference": record.reference, "number": format_reference(record.reference),
            "name": shown.grant.shown({"name": str(record.answers["name"])})["name"],
            "here": record.checked_in_at is not None}


def _kept_on_the_phone(now: datetime) -> dict[str, int]:
    """When the phone at the door forgets the list, and what it noted but could not send (seconds since 1970)."""
    return {"list_until": kept_until("door_list", now, now), "notes_until": kept_until("door_note", now, now)}
