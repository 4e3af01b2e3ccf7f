"""The door for one's own data: what is kept, a copy of it, who saw it, consents, and requests about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from assessment.store import Assessments
from dupak.store import Dossiers
from portal import access, errors, web
from portal.access import Facts
from portal.assets import read_json, words
from portal.audit import SELF, Actor, Audit, Note
from portal.dated import rows_until
from portal.forms import Form
from portal.identifiers import format_moment, format_reference, parse_moment, parse_reference, reference_for
from portal.moments import format_time
from portal.records import Table
from portal.sessions import Session
from portal.settings import Settings
from portal.submissions import FormDoor, Receipt, Submission, explain, random
from registrations.store import Registrations
from rights import holdings, views
from rights.erasing import forget
from rights.holdings import Person, Tables
from rights.models import Consent, NewRequest, Request
from rights.rules import is_open, may, standing
from rights.store import Rights
from uploads.store import Uploads

BASE = "/layanan/akun/data"
COPY, TRAIL, CONSENTS, REQUESTS = (f"{BASE}/{each}" for each in ("salinan/{kind}", "jejak", "persetujuan",
                                                                 "permintaan"))
REQUEST = Form("rights_request", NewRequest, REQUESTS)


@dataclass(frozen=True)
class RightsSettings(Settings):
    """What this function needs from the template."""

    registrations_table: str
    feedback_table: str
    identity_table: str
    uploads_table: str
    rights_table: str
    audit_table: str
    dossiers_table: str
    assessment_table: str
    site_origin: str


@cache
def settings() -> RightsSettings:
    """Read once, when the first request needs them."""
    return RightsSettings.from_environment()


@cache
def tables() -> Tables:
    """Where everything of a person is kept."""
    known = settings()
    audit = Audit(Table(known.audit_table))
    return Tables(Registrations(Table(known.registrations_table), random), Table(known.feedback_table),
                  Table(known.identity_table), Uploads(Table(known.uploads_table)), rights(),
                  audit, Dossiers(Table(known.dossiers_table), audit),
                  Assessments(Table(known.assessment_table), audit))


@cache
def rights() -> Rights:
    """The store of consents and requests."""
    return Rights(Table(settings().rights_table), Audit(Table(settings().audit_table)))


# -- what is kept --------------------------------------------------------------------------------------------------


def my_data(request: web.Request) -> web.Reply:
    """What is kept of whoever is signed in, kind by kind, their requests, and what they can do."""
    me, now = _me(request), datetime.now(UTC)
    kept = list(holdings.everything(tables(), me, now))
    if request.wants_json:
        return web.data({"made_at": format_moment(now), "holdings": views.as_data(kept)})
    language = request.language
    counts = [{"kind": kind, "title": views.title_of(kind, language), "count": sum(each.kind == kind for each in kept)}
              for kind in views.kinds()]
    return _page(request, "my_data", words("data", language)["title"], rows=counts,
                 requests=[views.request_row(each, now, language) for each in _requests_of(me)], base=BASE,
                 consents=CONSENTS, trail=TRAIL, ask=REQUESTS, apart=views.apart(language))


def copy(request: web.Request) -> web.Reply:
    """Everything that is kept, as a file: PDF to read, JSON to take along. That it was made is remembered."""
    me, now, kind = _me(request), datetime.now(UTC), request.path_value("kind")
    if kind not in {"json", "pdf"}:
        raise errors.NotFound
    kept = list(holdings.everything(tables(), me, now))
    tables().audit.note(Note(kind="person", record=me.id, action="exported", actor=_actor(request, me),
                             rules=access.rules()["version"], now=now))
    name = f"data-saya.{kind}"
    if kind == "json":
        told = {"portal": settings().site_origin, "made_at": format_moment(now), "holdings": views.as_data(kept)}
        return web.document(json.dumps(told, ensure_ascii=False, indent=1, default=str), "application/json", name)
    from portal.documents import draw  # noqa: PLC0415 typesetting is loaded only for a document

    texts = words("data", request.language)["document"]
    session = request.person.session
    summary = [(texts["made"], format_time(now, views.ZONE, request.language)),
               (texts["name"], session.name or "-"), (texts["email"], ", ".join(me.addresses) or "-")]
    return web.document(draw("my_data", views.document(kept, summary, request.language)), "application/pdf", name)


def trail(request: web.Request) -> web.Reply:
    """Who did what to one's own data, and who saw what is protected."""
    me = _me(request)
    entries = list(holdings.entries_about(tables(), me, datetime.now(UTC)))
    rows = views.trail(entries, me, request.language)
    if request.wants_json:
        return web.data({"entries": rows})
    return _page(request, "my_trail", words("data", request.language)["trail"]["title"], rows=rows, base=BASE)


# -- consents ------------------------------------------------------------------------------------------------------


def consents(request: web.Request) -> web.Reply:
    """What somebody allows beyond the service itself, each by itself, to be given or withdrawn."""
    me = _me(request)
    now_said = standing(rights().ledger(me.id))
    if request.wants_json:
        return web.data({"consents": {purpose: {"given": each.given, "at": each.at, "version": each.version}
                                      for purpose, each in now_said.items()}})
    language = request.language
    rows = [{"purpose": purpose, "title": each["title"][language], "text": each["text"][language],
             "filled_in": each["where"] == "form", "given": _is_allowed(me, purpose, each, now_said.get(purpose)),
             "said": format_time(parse_moment(now_said[purpose].at), views.ZONE, language)
             if purpose in now_said else ""} for purpose, each in _texts().items()]
    rows = [row for row in rows if row["given"] or not row["filled_in"]]  # a form is where those are given
    return _page(request, "consents", words("data", language)["consents"]["title"], rows=rows, action=CONSENTS,
                 base=BASE)


def say(request: web.Request) -> web.Reply:
    """Give or withdraw one consent; the text that was read is kept with it. What was filled in on forms is erased."""
    me, purpose = _me(request), str(request.fields.get("untuk", ""))
    text, answer = _texts().get(purpose), str(request.fields.get("jawaban", ""))
    if text is None or answer not in {"ya", "tidak"} or (text["where"] == "form" and answer == "ya"):
        raise errors.NotFound
    if text["where"] == "form":
        forget(tables(), me, purpose, _actor(request, me), datetime.now(UTC))
    said = Consent(purpose=cast("Any", purpose), given=answer == "ya",
                   at=format_moment(datetime.now(UTC)), version=text["version"],
                   text=text["text"][request.language], language=cast("Any", request.language), through="account")
    rights().say(me.id, said, _actor(request, me))
    if request.wants_json:
        return web.data({"purpose": purpose, "given": said.given})
    return web.see_other(f"{CONSENTS}{request.language_query}")


def _is_allowed(me: Person, purpose: str, text: Mapping[str, Any], said: Consent | None) -> bool:
    """Whether the text of today is allowed: another text has to be read and allowed anew. Filling in is allowing."""
    if text["where"] == "form":
        return any(purpose in each.values for kind in ("profile", "registration")
                   for each in holdings.KINDS[kind](tables(), me, datetime.now(UTC)))
    return bool(said and said.given and said.version == text["version"])


def _texts() -> dict[str, Any]:
    return read_json("consents.json")  # type: ignore[no-any-return]


# -- requests ------------------------------------------------------------------------------------------------------


def ask(request: web.Request) -> web.Reply:
    """The form for a request."""
    _me(request)
    if request.wants_json:
        return web.data({"requests": [views.as_data([each])["rights_request"][0] for each in _asked_by(request)]})
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    texts = REQUEST.words(request.language)
    drawn = pages.form(REQUEST, request.language, {"right": request.query("hak"), "about": "self"})
    content = pages.fragment("form_page", request.language, texts=texts, about="", drawn=drawn)
    return web.page(pages.in_shell(request.language, texts["title"], content))


def _asked_by(request: web.Request) -> list[holdings.Holding]:
    return list(holdings.KINDS["rights_request"](tables(), _me(request), datetime.now(UTC)))


def file(request: web.Request) -> web.Reply:
    """Take a request one step further: check the answers, then remember it."""
    me = _me(request)
    return FormDoor(REQUEST, accept=lambda submission: _accept(request, me, submission)).answer(request)


def _accept(request: web.Request, me: Person, submission: Submission) -> Receipt:
    new = cast("NewRequest", submission.model)
    reference, about_child = reference_for(submission.identifier), new.about == "child"
    wanted = Request(reference=reference, submission=submission.identifier, person=me.id, right=new.right,
                     details=new.details or "", email=_address(request), language=submission.language, received_at="",
                     due_at="", rules="", about_child=about_child)
    _must_not_be_too_many(me, wanted, submission.now)
    kept = rights().file(wanted, _actor(request, me), submission.now, verified=not about_child)
    place = f"{REQUESTS}/{kept.reference}"
    told = {"reference": format_reference(kept.reference), "state": kept.state, "due_at": kept.due_at,
            "address": place}
    return Receipt(f"{place}{request.language_query}", lambda: told,
                   created=kept.received_at == format_moment(submission.now))


def _must_not_be_too_many(me: Person, wanted: Request, now: datetime) -> None:
    """Refuse one more than anybody needs at once: each has a clock that an officer has to keep."""
    waiting = [each for each in _requests_of(me) if is_open(each) and each.submission != wanted.submission]
    most = rows_until("limits", "open_requests", now)[-1].number
    if len(waiting) >= most:
        raise errors.FormRefused(REQUEST.name, [errors.FieldError("right", "too_many_open", {"most": most})])


def _address(request: web.Request) -> str:
    """Where the answer goes; without a proven address nobody could be told."""
    if not request.person.session.email:
        raise errors.FormRefused(REQUEST.name, [errors.FieldError("details", "no_address")])
    return request.person.session.email


def one(request: web.Request) -> web.Reply:
    """One request of one's own: how it stands, until when it is answered, what was told."""
    return _one(request, _mine(request))


def withdraw(request: web.Request) -> web.Reply:
    """Take a request back; one that is answered stays as it is, and the page says so."""
    mine = _mine(request)
    rights().advance(mine.reference, "withdraw", _actor(request, _me(request)), datetime.now(UTC))
    if request.wants_json:
        return _one(request, rights().find(mine.reference) or mine)
    return web.see_other(f"{REQUESTS}/{mine.reference}{request.language_query}")


def _one(request: web.Request, mine: Request) -> web.Reply:
    row = views.request_row(mine, datetime.now(UTC), request.language)
    if request.wants_json:
        return web.data(row)
    return _page(request, "my_request", words("data", request.language)["request"]["title"], row=row, base=BASE,
                 details=mine.details, may_withdraw=may(mine, "withdraw"), place=f"{REQUESTS}/{mine.reference}",
                 erased=format_time(parse_moment(mine.erased_at), views.ZONE, request.language)
                 if mine.erased_at else "")


def _mine(request: web.Request) -> Request:
    reference = parse_reference(request.path_value("reference"))
    found = rights().find(reference) if reference else None
    request.person.grant(Facts(owner=found.person if found else ""))
    if found is None:
        raise errors.NotFound
    return found


def _requests_of(me: Person) -> list[Request]:
    found = [rights().find(reference) for reference in rights().of_person(me.id)]
    return sorted((each for each in found if each), key=lambda each: each.received_at, reverse=True)


# -- what they share -----------------------------------------------------------------------------------------------


def _me(request: web.Request) -> Person:
    """Whoever is signed in, who may look at what is their own."""
    session = request.person.session
    request.person.grant(Facts(owner=session.person))
    return person_of(session)


def person_of(session: Session) -> Person:
    """The person of a session, with the addresses that are proven."""
    return holdings.known_as(tables(), session.person, session.email)


def _actor(request: web.Request, me: Person) -> Actor:
    return Actor(me.id, SELF, request.source)


def _page(request: web.Request, template: str, title: str, **context: object) -> web.Reply:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    language = request.language
    content = pages.fragment(template, language, title=title, texts=words("data", language),
                             asked=request.language_query, **context)
    return web.page(pages.in_shell(language, title, content))


ROUTES: web.Routes = {
    ("GET", BASE): web.only("data.see", my_data),
    ("GET", COPY): web.only("data.see", copy),
    ("GET", TRAIL): web.only("data.see", trail),
    ("GET", CONSENTS): web.only("data.see", consents),
    ("POST", CONSENTS): web.only("data.consent", say),
    ("GET", REQUESTS): web.only("data.see", ask),
    ("POST", REQUESTS): web.only("data.ask", file),
    ("GET", f"{REQUESTS}/{{reference}}"): web.only("data.see", one),
    ("POST", f"{REQUESTS}/{{reference}}/tarik"): web.only("data.ask", withdraw),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
