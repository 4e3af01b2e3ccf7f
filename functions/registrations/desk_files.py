"""What leaves the desk: the list of an activity as CSV or XLSX, and the attendance list to print."""

from __future__ import annotations

from collections import Counter
from typing import Any

from portal import errors, web
from portal.access import Facts
from portal.identifiers import format_reference, parse_moment
from portal.moments import format_time
from portal.tables import as_csv, as_xlsx
from registrations.deskwork import (
    REGISTRATION_WORDS,
    SHOWN_FIELDS,
    Shown,
    audit,
    catalogue,
    desk_words,
    facts_of,
    may_list,
    note,
    of_list,
    page,
    registrations,
    told,
)
from registrations.filters import Filter
from registrations.models import Offering
from registrations.store import reason_given

KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def as_spreadsheet(request: web.Request) -> web.Reply:
    """The list as CSV or XLSX, narrowed as its address says, with the form's own words as headings."""
    offering = catalogue().offering(request.path_value("offering"))
    grant = request.person.grant(Facts(offering=offering.id), "registration.export")
    if request.path_value("kind") not in KINDS:
        raise errors.NotFound
    audit().note(note(request, "offering", offering.id, "exported", grant))
    texts, language = desk_words(request.language), request.language
    labels = REGISTRATION_WORDS.words(language)["fields"]
    conditions = Filter.read(request.query, offering)
    fitting = (each for each in registrations().of_offering(offering.id) if conditions.fits(each, offering))
    shown = [Shown(record, each) for record in fitting
             if (each := request.person.allows(facts_of(record), "registration.export"))]
    headings = [texts["columns"]["number"], texts["columns"]["state"], texts["columns"]["received"],
                texts["columns"]["here"], texts["columns"]["why"],
                *(labels[field.name]["label"] for field in SHOWN_FIELDS)]
    rows = [_cells(each, offering, texts, language) for each in shown]
    name = f"{offering.id}.{request.path_value('kind')}"
    if request.path_value("kind") == "csv":
        return web.document(as_csv(headings, rows), KINDS["csv"], name)
    return web.document(as_xlsx(offering.id, headings, rows), KINDS["xlsx"], name)


def _cells(shown: Shown, offering: Offering, texts: dict[str, Any], language: str) -> list[str]:
    record, answers = shown.record, told(shown, language)
    return [format_reference(record.reference), texts["states"][record.state],
            format_time(parse_moment(record.received_at), offering.zone, language),
            format_time(parse_moment(record.checked_in_at), offering.zone, language) if record.checked_in_at else "",
            reason_given(record.refusal, language) if record.refusal else "",
            *(answers[field.name] for field in SHOWN_FIELDS)]


def attendance(request: web.Request) -> web.Reply:
    """The attendance list to print: who has a seat, with room for a signature."""
    offering = catalogue().offering(request.path_value("offering"))
    rows = sorted((told(Shown(record, grant), request.language, ("name",))["name"], format_reference(record.reference))
                  for record in registrations().of_offering(offering.id) if record.state == "seated"
                  and (grant := request.person.allows(facts_of(record), "registration.list")))
    alike = Counter(name.casefold() for name, _ in rows)
    if not rows and not may_list(request, offering.id):
        raise errors.NotFound
    return page(request, "desk_attendance", getattr(offering.title, request.language), **of_list(request, offering),
                rows=[{"name": name, "number": number if alike[name.casefold()] > 1 else ""} for name, number in rows],
                when=format_time(offering.starts, offering.zone, request.language))
