"""What every page of the desk needs: its stores, its entries in the audit, and how a registration may be shown.

Whatever is shown or changed has been asked of the request's gate, record by record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from portal import access, errors, web
from portal.access import Facts, Grant
from portal.assets import words
from portal.audit import Actor, Audit, Note
from portal.forms import Form
from portal.identifiers import format_reference, parse_moment, parse_reference
from portal.moments import format_time
from portal.records import Table
from portal.settings import Settings
from portal.submissions import random
from registrations.catalogue import Catalogue
from registrations.desk_store import Mailings, SavedFilters
from registrations.filters import Filter
from registrations.models import Offering, Registration
from registrations.store import Record, Registrations

DESK = "/layanan/meja"
OF = f"{DESK}/kegiatan/{{offering}}"
ON_A_PAGE = 50
AT_ONCE = ON_A_PAGE  # registrations in one action
RECORD_KIND = "registration"

# The desk shows what the public form asks, under the form's own words.
REGISTRATION_WORDS = Form("registration", Registration, "")
SHOWN_FIELDS = [field for field in REGISTRATION_WORDS.fields if field.name not in {"offering", "consent"}]


@dataclass(frozen=True)
class DeskSettings(Settings):
    """What this function needs from the template."""

    registrations_table: str
    identity_table: str
    audit_table: str
    site_origin: str


@cache
def settings() -> DeskSettings:
    """Read once, when the first request needs them."""
    return DeskSettings.from_environment()


@cache
def registrations() -> Registrations:
    """The store of registrations."""
    return Registrations(Table(settings().registrations_table), random)


@cache
def catalogue() -> Catalogue:
    """The published offerings, as they are now: a desk decides by them."""
    return Catalogue(Table(settings().registrations_table))


@cache
def mailings() -> Mailings:
    """What was sent to many at once."""
    return Mailings(Table(settings().registrations_table))


@cache
def saved_filters() -> SavedFilters:
    """The filters that desk people keep for themselves."""
    return SavedFilters(Table(settings().identity_table))


@cache
def audit() -> Audit:
    """What was done and seen here, for good."""
    return Audit(Table(settings().audit_table))


class Shown(NamedTuple):
    """A registration and how this person may see it."""

    record: Record
    grant: Grant


def note(request: web.Request, kind: str, record: str, action: str, grant: Grant, *facts: str) -> Note:
    """What the audit is to remember: this person, in the role that allowed it, and where the request came from."""
    actor = Actor(request.person.session.person, grant.role, request.source)
    return Note(kind, record, action, actor, access.rules()["version"], datetime.now(UTC), facts)


def facts_of(record: Record) -> Facts:
    """What the access table asks of a registration."""
    return Facts(offering=record.offering, region=str(record.answers["region"]), state=record.state,
                 record=format_reference(record.reference))


def may_list(request: web.Request, offering: str) -> bool:
    """Whether there could be anybody in this activity whom this person may see."""
    return request.person.could(Facts(offering=offering), "registration.list")


def references(given: object, most: int = AT_ONCE) -> list[str]:
    """The reference numbers that were sent: one, a list of them, or several in one text; each once."""
    if isinstance(given, str):
        given = [given] if parse_reference(given) else given.split()
    listed = given if isinstance(given, list) else []
    return list(dict.fromkeys(filter(None, (parse_reference(str(each)) for each in listed[:most]))))


class Chosen(NamedTuple):
    """Somebody whose number was sent: the registration, if this person may see it as it is, and may do this to it."""

    reference: str
    shown: Shown | None
    may: bool


def must_reach(request: web.Request, offering: Offering, action: str) -> None:
    """Raise NotFound for whoever can do this to nobody in this activity."""
    if not request.person.could(Facts(offering=offering.id), action):
        raise errors.NotFound


def chosen(request: web.Request, offering: Offering, reference: str, action: str) -> Chosen:
    """Somebody whose number was sent; the state may have changed since the page.

    What became of it is told to those who see it in the list as it is now; for all others it is nobody's number.
    """
    record = registrations().find(reference)
    if record is None or record.offering != offering.id:
        return Chosen(reference, None, may=False)
    grant = request.person.allows(facts_of(record), action)
    seen = grant or request.person.allows(facts_of(record), "registration.list")
    return Chosen(reference, Shown(record, seen) if seen else None, may=grant is not None)


def why_not(request: web.Request, record: Record, *, waiting: str = "no_seat") -> str:
    """The code of what became of a registration meanwhile, for those who see it in the list as it is now."""
    current = registrations().find(record.reference) or record
    if not request.person.allows(facts_of(current), "registration.list"):
        return "unknown"
    return waiting if current.state == "waiting" else f"was_{current.state}"


# -- how it is shown ---------------------------------------------------------------------------------------------


def row(shown: Shown, offering: Offering, language: str) -> dict[str, Any]:
    """A registration as a row of a list."""
    record = shown.record
    answers = told(shown, language, ("name", "kind", "region", "email"))
    return {"reference": record.reference, "number": format_reference(record.reference), "state": record.state,
            "name": answers["name"], "kind": answers["kind"], "region": answers["region"], "email": answers["email"],
            "received": format_time(parse_moment(record.received_at), offering.zone, language),
            "here": record.checked_in_at is not None}


def told(shown: Shown, language: str, names: Sequence[str] = ()) -> dict[str, str]:
    """These answers (or all) as people read them, masked as the grant says; one that was left open is empty.

    The gate remembers the sensitive ones among them as seen, so a caller asks for those only that it shows.
    """
    texts = REGISTRATION_WORDS.words(language)["fields"]
    plain = {field.name: field.question.show(shown.record.answers[field.name], texts[field.name].get("options", {}))
             if shown.record.answers.get(field.name) is not None else ""
             for field in SHOWN_FIELDS if not names or field.name in names}
    return shown.grant.shown(plain)


def as_data(shown: Shown) -> dict[str, Any]:
    """A registration for programs."""
    return {"reference": format_reference(shown.record.reference), "state": shown.record.state,
            "received_at": shown.record.received_at, "checked_in_at": shown.record.checked_in_at,
            "answers": told(shown, "id")}


def desk_words(language: str) -> dict[str, Any]:
    """The words of the desk."""
    return words("desk", language)


def given(request: web.Request, name: str) -> str:
    """A condition of the list: from the address, or from the form that sent it along."""
    return str(request.fields.get(name, "")) if request.is_post else request.query(name)


def of_list(request: web.Request, offering: Offering) -> dict[str, Any]:
    """Where a page of one activity leads back to: the list as it was narrowed (`kept` goes along in forms).

    What was searched for does not go along: a name stands in no address.
    """
    conditions = Filter.read(lambda name: given(request, name), offering)
    return {"offering": offering.id, "kept": conditions.given,
            "back": f"{OF.format(offering=offering.id)}{conditions.query(request.language_asked)}"}


def page(request: web.Request, template: str, title: str, *, failed: bool = False, **context: object) -> web.Reply:
    """A page of the desk; every template knows its words, where the desk is, and what keeps the language.

    Steps of the desk are no web.step: they hold other people's names, which stay in no browser's memory.
    """
    return web.page(drawn(request, template, title, failed=failed, **context))


def drawn(request: web.Request, template: str, title: str, *, failed: bool = False, **context: object) -> str:
    """The page as text."""
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    content = pages.fragment(template, request.language, title=title, desk=DESK, asked=request.language_query,
                             lang=request.language_asked, texts=desk_words(request.language), **context)
    return pages.in_shell(request.language, title, content, failed=failed)
