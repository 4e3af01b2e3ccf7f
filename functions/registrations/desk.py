"""The desk's door for registrations: which route leads to which of its pages, and checking people in at the door.

Wires requests to the store; whatever is shown or changed has been asked of the request's gate, record by record.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from portal import web
from portal.access import Facts
from portal.identifiers import format_reference
from portal.submissions import explain
from registrations.desk_actions import REFUSAL, act, done, one, refuse
from registrations.desk_files import as_spreadsheet, attendance
from registrations.desk_list import keep_filter, listing, overview, search
from registrations.desk_messages import MESSAGE, write
from registrations.deskwork import (
    DESK,
    OF,
    Shown,
    catalogue,
    desk_words,
    facts_of,
    page,
    references,
    registrations,
    row,
    settings,
)
from registrations.models import Offering

LONGEST_WITHOUT_NETWORK = timedelta(hours=24)


# -- the door of the activity ------------------------------------------------------------------------------------


def door_list(request: web.Request) -> web.Reply:
    """The people with a seat, to be checked in one after the other."""
    return _door_list(request, "")


def check_in(request: web.Request) -> web.Reply:
    """Check in those whose numbers were scanned or typed; each gets its own answer, and sending again does no harm."""
    offering = catalogue().offering(request.path_value("offering"))
    _may_check_in(request, offering)
    times = request.fields.get("waktu")
    now = datetime.now(UTC)
    outcome = {reference: _checked_in(request, offering, reference, _when(times, reference, now))
               for reference in references(request.fields.get("nomor"))}
    if request.wants_json:
        return web.data({"outcome": outcome})
    texts = desk_words(request.language)["check_in"]
    told = [f"{format_reference(reference)}: {texts['sent' if code == 'checked_in' else 'unknown']}"
            for reference, code in outcome.items()]
    return _door_list(request, "; ".join(told) or texts["unknown"])


def _may_check_in(request: web.Request, offering: Offering) -> None:
    request.person.grant(Facts(offering=offering.id, state="seated"), "registration.check_in")


def _checked_in(request: web.Request, offering: Offering, reference: str, moment: datetime) -> str:
    record = registrations().find(reference)
    if record is None or record.offering != offering.id:
        return "unknown"
    grant = request.person.allows(facts_of(record), "registration.check_in")
    if grant is None:
        return "unknown"
    return done(request, "check_in", Shown(record, grant), offering, moment)


def _when(times: object, reference: str, now: datetime) -> datetime:
    """When somebody came: as the device noted it while it was without network, if that can be true."""
    told = times.get(reference) if isinstance(times, dict) else None
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        return now
    return moment if moment.tzinfo and now - LONGEST_WITHOUT_NETWORK < moment < now else now


def _door_list(request: web.Request, told: str) -> web.Reply:
    offering = catalogue().offering(request.path_value("offering"))
    _may_check_in(request, offering)
    people = [Shown(record, grant) for record in registrations().of_offering(offering.id)
              if (grant := request.person.allows(facts_of(record), "registration.check_in"))]
    rows = sorted((row(each, offering, request.language) for each in people), key=lambda each: each["name"].casefold())
    return page(request, "desk_check_in", desk_words(request.language)["check_in"]["title"], offering=offering.id,
                rows=rows, told=told, here=sum(each["here"] for each in rows),
                title_of_offering=getattr(offering.title, request.language))


# -- the door itself ---------------------------------------------------------------------------------------------


ROUTES: web.Routes = {
    ("GET", DESK): web.only("desk.see", overview),
    ("GET", OF): web.only("registration.list", listing),
    ("POST", f"{OF}/cari"): web.only("registration.list", search),
    ("POST", f"{OF}/saringan"): web.only("desk.filters", keep_filter),
    ("GET", f"{OF}/pendaftaran/{{reference}}"): web.only("registration.read", one),
    ("POST", f"{OF}/tindakan"): web.only("desk.see", act),
    ("POST", REFUSAL.action): web.only("registration.refuse", refuse),
    ("POST", MESSAGE.action): web.only("registration.message", write),
    ("GET", f"{OF}/hadir"): web.only("registration.check_in", door_list),
    ("POST", f"{OF}/hadir"): web.only("registration.check_in", check_in),
    ("GET", f"{OF}/unduh/{{kind}}"): web.only("registration.export", as_spreadsheet),
    ("GET", f"{OF}/daftar-hadir"): web.only("registration.list", attendance),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
