"""Who stands in a list of the desk: the conditions and what was typed, asked of each registration that may be seen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from portal import web
from portal.access import Facts
from portal.identifiers import parse_reference
from registrations.deskwork import Shown, facts_of, given, registrations
from registrations.filters import ORDERS, Filter
from registrations.models import Offering
from registrations.store import Record

BY_NAME = ORDERS[-1]
MOST_BY_NAME = 1000  # registrations that are read to put a list in the order of names: about a megabyte
LONGEST_SEARCH = 120
SEARCHED = ("name", "email")


def matching(request: web.Request, offering: Offering, conditions: Filter, wanted: str, *, most: int,
             ) -> tuple[list[Shown], bool]:
    """The first registrations that fit, behind the one that was seen last; whether they are in the order of names.

    Names are put in order only while there are not too many to read them all; else the order of arrival stays.
    """
    reference = parse_reference(given(request, "sesudah"))
    after = registrations().find(reference) if reference else None
    start = after if after and after.offering == offering.id else None
    if conditions.order == BY_NAME:
        everybody = list(islice(fitting(request, offering, conditions, wanted, None), MOST_BY_NAME + 1))
        if len(everybody) <= MOST_BY_NAME:
            ordered = sorted(everybody, key=lambda shown: _by_name(shown.record))
            return [each for each in ordered if not start or _by_name(each.record) > _by_name(start)][:most], True
    return list(islice(fitting(request, offering, conditions, wanted, start), most)), False


def _by_name(record: Record) -> tuple[str, str]:
    return str(record.answers["name"]).casefold(), record.reference


def fitting(request: web.Request, offering: Offering, conditions: Filter, wanted: str, start: Record | None,
             ) -> Iterator[Shown]:
    """The registrations that fit and that this person may see, in the order of arrival, behind one of them."""
    newest = conditions.order == "terbaru"
    for record in registrations().of_offering(offering.id, after=start, newest_first=newest):
        if conditions.fits(record, offering):
            grant = request.person.allows(facts_of(record), "registration.list")
            if grant and _says(Shown(record, grant), wanted):
                yield Shown(record, grant)


def _says(shown: Shown, wanted: str) -> bool:
    """Whether the number holds what was typed, or one of SEARCHED that this person may see as it is.

    A masked field is not looked at: who finds somebody by its beginning has read it, letter by letter.
    """
    text, record = wanted.casefold().strip(), shown.record
    return not text or parse_reference(wanted) == record.reference or any(
        text in str(record.answers[name]).casefold() for name in SEARCHED if name not in shown.grant.masked)


def by_email(request: web.Request, offering: Offering) -> bool:
    """Whether there could be somebody here whom this person finds by their e-mail address."""
    return request.person.could(Facts(offering=offering.id), "registration.list", unmasked="email")
