"""The data protection officer's door: the queue of requests with its clock, one request, and what is done with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

from portal import access, errors, web
from portal.access import Facts, Grant
from portal.assets import words
from portal.audit import Actor, Audit, Note, as_rows
from portal.forms import sentence
from portal.identifiers import format_reference, parse_moment, parse_reference
from portal.moments import format_time
from portal.outbox import state_of
from portal.records import at_once
from portal.submissions import explain
from registrations.catalogue import Catalogue
from registrations.store import CORRECTABLE, OVER, Record
from rights import holdings, views
from rights.handler import rights, settings, tables
from rights.holdings import Holding
from rights.models import Request
from rights.rules import REASONS_FOR, Event, keeps, may

DESK = "/layanan/meja/hak"
KIND = "rights_request"
ON_A_PAGE = 100  # more wait behind the most urgent ones
REGISTRATION = views.FORMS["registration"]
EVENTS: dict[str, Event] = {"pastikan": "verify", "tangani": "take", "jawab": "answer"}


def queue(request: web.Request) -> web.Reply:
    """What waits for an answer, the most urgent first."""
    request.person.grant(Facts())
    now, language = datetime.now(UTC), request.language
    references = list(islice(rights().open_requests(), ON_A_PAGE + 1))
    found = at_once([partial(rights().find, reference) for reference in references[:ON_A_PAGE]])
    rows = [views.request_row(each, now, language) for each in found if each]
    if request.wants_json:
        return web.data({"requests": rows})
    return _page(request, "rights_queue", words("data", language)["desk"]["title"], rows=rows,
                 more=len(references) > ON_A_PAGE)


def one(request: web.Request) -> web.Reply:
    """One request: what is asked, until when, what is kept of the person, what was done."""
    found, grant = _read(request)
    return _one(request, found, grant)


def act(request: web.Request) -> web.Reply:
    """Verify, take on or answer; what somebody else did meanwhile is told, and nothing is done twice."""
    found, grant = _read(request)
    if request.fields.get("tindakan") == "perbaiki":
        return _correct(request, found, grant)
    event = EVENTS.get(str(request.fields.get("tindakan", "")))
    if event is None:
        raise errors.NotFound
    outcome, reason = _decision(request) if event == "answer" else (None, None)
    if event == "answer" and outcome is None:
        needed = errors.FormRefused(KIND, [errors.FieldError("keputusan", "missing")])
        return web.with_status_of(_one(request, found, grant, told="needed"), needed)
    if not may(found, event, reason=reason):
        return _one(request, found, grant, told="changed")
    actor = Actor(request.person.session.person, grant.role, request.source)
    after = rights().advance(found.reference, event, actor, datetime.now(UTC), outcome=outcome, reason=reason,
                             keys=holdings.known_as(tables(), found.person, found.email).keys
                             if found.right == "erasure" and event == "answer" else ())
    done = {"verify": after.verified_at is not None, "take": after.taken_by == actor.person,
            "answer": (after.outcome, after.reason) == (outcome, reason)}[event]
    if request.wants_json or not done:
        return _one(request, after, grant, told="" if done else "changed")
    return web.see_other(f"{DESK}/{found.reference}{request.language_query}")


def _decision(request: web.Request) -> tuple[str | None, str | None]:
    """Outcome and reason as the page's one choice sends them; a reason that does not fit is no decision."""
    outcome, _, reason = str(request.fields.get("keputusan", "")).partition(":")
    fits = outcome in REASONS_FOR and reason in REASONS_FOR[outcome]  # type: ignore[index]
    return (outcome, reason) if fits else (None, None)


def _correct(request: web.Request, found: Request, grant: Grant) -> web.Reply:
    """Correct one answer of one registration of whoever asked, as they explained it."""
    number, answer = parse_reference(str(request.fields.get("nomor", ""))), str(request.fields.get("bagian", ""))
    record = next((each for each in _registrations_of(found) if each.reference == number), None)
    if not _may_correct(found) or record is None or answer not in CORRECTABLE:
        return _one(request, found, grant, told="choose_all")
    given = {**record.answers, answer: request.fields.get("nilai", ""), "offering": record.offering, "consent": "ya"}
    try:
        value = getattr(REGISTRATION.read(given), answer)
    except errors.FormRefused as refused:
        wrong = next((each for each in refused.errors if each.field == answer), None)
        told = sentence(REGISTRATION.name, wrong, request.language) if wrong else ""
        return web.with_status_of(_one(request, found, grant, wrong=told), refused)
    note = replace(_note(request, found, "corrected", grant, f"field:{answer}"), kind="registration",
                   record=format_reference(record.reference))
    done = value is not None and tables().registrations.correct(record, answer, value, lambda: audit().writes(note))
    return _one(request, found, grant, told="corrected" if done else "taken")


def _may_correct(found: Request) -> bool:
    return found.right == "correction" and found.state == "in_hand"


def _registrations_of(found: Request) -> list[Record]:
    return list(holdings.records_of(tables(), holdings.known_as(tables(), found.person, found.email)))


def _read(request: web.Request) -> tuple[Request, Grant]:
    reference = parse_reference(request.path_value("reference"))
    found = rights().find(reference) if reference else None
    grant = request.person.grant(Facts(owner=found.person if found else ""))
    if found is None:
        raise errors.NotFound
    return found, grant


def audit() -> Audit:
    """What was done and seen here, for good."""
    return rights().audit


def _note(request: web.Request, found: Request, action: str, grant: Grant, *facts: str) -> Note:
    return Note(kind=KIND, record=format_reference(found.reference), action=action, rules=access.rules()["version"],
                actor=Actor(request.person.session.person, grant.role, request.source), now=datetime.now(UTC),
                facts=facts)


# -- the page ------------------------------------------------------------------------------------------------------


def _one(request: web.Request, found: Request, grant: Grant, told: str = "", wrong: str = "") -> web.Reply:
    """The page of one request, or what programs are told; that it was shown is remembered first."""
    audit().note(_note(request, found, "viewed", grant, "field:email"))
    now, language = datetime.now(UTC), request.language
    row = views.request_row(found, now, language)
    if request.wants_json:
        return web.data({**row, "told": told or wrong})
    texts = words("data", language)
    told_before = [{"when": format_time(parse_moment(letter["created"]), views.ZONE, language),
                    "what": texts["letters"][letter["template"]],
                    "state": words("desk", language)["delivery"][state_of(letter)]}
                   for letter in rights().letters(found.reference)]
    history = as_rows(audit().entries(KIND, format_reference(found.reference)), language=language,
                      reader=request.person.session.person, zone=views.ZONE)
    return _page(request, "rights_one", row["number"], row=row, found=found, history=history, letters=told_before,
                 told=texts["desk"][told] if told else wrong, decisions=_decisions(found, language),
                 events=[name for name, event in EVENTS.items() if event != "answer" and may(found, event)
                         and not (event == "take" and found.taken_by == request.person.session.person)],
                 kept=_kept(found, now, language), correctable=_correctable(found, language),
                 typed={name: str(request.fields.get(name, "")) if request.is_post and told != "corrected" else ""
                        for name in ("nomor", "bagian", "nilai")})


def _correctable(found: Request, language: str) -> dict[str, list[tuple[str, str]]]:
    """What can be corrected because of this request: registrations by their numbers, answers by their labels."""
    if not _may_correct(found):
        return {}
    labels = REGISTRATION.words(language)["fields"]
    return {"nomor": [(each.reference, f"{format_reference(each.reference)} ({each.offering})")
                      for each in _registrations_of(found) if each.state not in OVER],
            "bagian": [(name, labels[name]["label"]) for name in CORRECTABLE]}


def _decisions(found: Request, language: str) -> list[tuple[str, str]]:
    """Every answer that may be given to the request as it stands, in words."""
    texts = words("rights", language)
    pairs = [(outcome, reason) for outcome, reasons in REASONS_FOR.items() for reason in reasons]
    return [(f"{outcome}:{reason}", f"{texts['outcomes'][outcome]}: {texts['reasons'][reason]}")
            for outcome, reason in pairs if may(found, "answer", reason=reason)]


def _kept(found: Request, now: datetime, language: str) -> list[dict[str, Any]]:
    """How many things of each kind are kept of the person, and for an erasure how many of them go."""
    person = holdings.known_as(tables(), found.person, found.email)
    texts = words("rights", language)["reasons"]
    counted: dict[tuple[str, str], int] = {}
    for each in holdings.everything(tables(), person, now):
        reason = keeps(each.kind, each.state, has_begun=has_begun(each, now)) if found.right == "erasure" else "-"
        counted[each.kind, reason] = counted.get((each.kind, reason), 0) + 1
    return [{"title": views.title_of(kind, language), "count": count, "reason": texts.get(reason, ""),
             "goes": reason == ""} for (kind, reason), count in counted.items()]


def has_begun(holding: Holding, now: datetime) -> bool:
    """Whether a registration is for an activity that has begun."""
    if holding.kind != "registration":
        return False
    try:
        offering = Catalogue(tables().registrations.table).offering(holding.values["offering"])
    except errors.OfferingUnknown:
        return False
    return now >= offering.starts


def _page(request: web.Request, template: str, title: str, **context: object) -> web.Reply:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    language = request.language
    content = pages.fragment(template, language, title=title, texts=words("data", language)["desk"],
                             asked=request.language_query, desk=DESK, **context)
    return web.page(pages.in_shell(language, title, content))


ROUTES: web.Routes = {
    ("GET", DESK): web.only("rights.list", queue),
    ("GET", f"{DESK}/{{reference}}"): web.only("rights.read", one),
    ("POST", f"{DESK}/{{reference}}"): web.only("rights.handle", act),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
