"""The desk's door for registrations: the list of an activity, one registration, giving seats, cancelling, checking in.

Wires requests to the store; whatever is shown or changed has been asked of the request's gate, record by record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from portal import access, errors, web
from portal.access import Facts, Grant
from portal.assets import words
from portal.audit import Actor, Audit, Note, as_rows
from portal.forms import Form
from portal.identifiers import format_reference, parse_moment, parse_reference
from portal.moments import format_time
from portal.outbox import state_of
from portal.records import Table, Write
from portal.settings import Settings
from portal.submissions import explain, random
from portal.tables import as_csv, as_xlsx
from registrations.catalogue import Catalogue
from registrations.models import Offering, Registration
from registrations.rules import may_cancel
from registrations.store import Record, Registrations

DESK = "/layanan/meja"
ON_A_PAGE = 50
AT_ONCE = ON_A_PAGE  # registrations in one action
STATES = ("seated", "waiting", "cancelled")
LONGEST_WITHOUT_NETWORK = timedelta(hours=24)
RECORD_KIND = "registration"
DONE = {"promote": "promoted", "cancel": "cancelled", "check_in": "checked_in"}
ACTIONS = {"promote": "registration.promote", "cancel": "registration.cancel", "check_in": "registration.check_in"}

# The desk shows what the public form asks, under the form's own words.
REGISTRATION_WORDS = Form("registration", Registration, "")


@dataclass(frozen=True)
class DeskSettings(Settings):
    """What this function needs from the template."""

    registrations_table: str
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


# -- where one begins --------------------------------------------------------------------------------------------


def overview(request: web.Request) -> web.Reply:
    """The activities whose lists this person may open."""
    request.person.grant(Facts())
    texts, language = _words(request.language), request.language
    rows = [{"href": f"{DESK}/{name}{_asked(request)}", "title": getattr(offering.title, language),
             "starts": format_time(offering.starts, offering.zone, language), "seats": catalogue().seats(name)}
            for name, offering in _offerings() if _may_list(request, name)]
    return _page(request, "desk", texts["overview"]["title"], texts=texts, rows=rows)


def _offerings() -> Iterator[tuple[str, Offering]]:
    for name in catalogue().every_name():
        yield name, catalogue().offering(name)


def _may_list(request: web.Request, offering: str) -> bool:
    """Whether there could be anything to see: a region's manager may find somebody in any activity."""
    reaches = request.person.allows(Facts(offering=offering, state="seated"), "registration.list")
    return reaches is not None or any(role.name == "manajer" for role in request.person.session.roles)


# -- the list of an activity -------------------------------------------------------------------------------------


def listing(request: web.Request) -> web.Reply:
    """The registrations of an activity that this person may see, by state, newest or oldest first, page by page."""
    return _listing(request, "")


def search(request: web.Request) -> web.Reply:
    """The same list for what somebody typed: sent in the body, because names do not belong into addresses."""
    return _listing(request, str(request.fields.get("cari", ""))[:120])


def _listing(request: web.Request, wanted: str) -> web.Reply:
    offering = catalogue().offering(request.path_value("offering"))
    state = request.query("status") if request.query("status") in STATES else ""
    newest = request.query("urut") == "terbaru"
    found = list(islice(_matching(request, offering, state, wanted, newest=newest), ON_A_PAGE + 1))
    if not found and not _may_list(request, offering.id):
        raise errors.NotFound
    page, more = found[:ON_A_PAGE], len(found) > ON_A_PAGE
    if request.wants_json:
        return web.data({"offering": offering.id, "registrations": [_as_data(each) for each in page]})
    texts = _words(request.language)
    return _page(request, "desk_list", getattr(offering.title, request.language), texts=texts, offering=offering.id,
                 rows=[_row(each, offering, request.language) for each in page], state=state, states=STATES,
                 newest=newest, wanted=wanted, seats=catalogue().seats(offering.id), pools=_pools(offering, request),
                 after=page[-1].record.reference if more else "", actions=_actions(request, page),
                 may_export=request.person.allows(Facts(offering=offering.id), "registration.export"))


def _matching(request: web.Request, offering: Offering, state: str, wanted: str, *, newest: bool) -> Iterator[Shown]:
    reference = parse_reference(request.query("sesudah"))
    after = registrations().find(reference) if reference else None
    start = after if after and after.offering == offering.id else None
    for record in registrations().of_offering(offering.id, after=start, newest_first=newest):
        if (state and record.state != state) or not _says(record, wanted):
            continue
        grant = request.person.allows(facts_of(record), "registration.list")
        if grant:
            yield Shown(record, grant)


def _says(record: Record, wanted: str) -> bool:
    """Whether name, e-mail address or number hold what was typed."""
    text = wanted.casefold().strip()
    return not text or text in str(record.answers["name"]).casefold() or text in str(record.answers["email"]) or (
        parse_reference(wanted) == record.reference)


def _row(shown: Shown, offering: Offering, language: str) -> dict[str, Any]:
    record = shown.record
    answers = _told(shown, language, ("name", "kind", "region", "email"))
    return {"reference": record.reference, "number": format_reference(record.reference), "state": record.state,
            "name": answers["name"], "kind": answers["kind"], "region": answers["region"], "email": answers["email"],
            "received": format_time(parse_moment(record.received_at), offering.zone, language),
            "here": record.checked_in_at is not None}


ANSWERS = tuple(field.name for field in REGISTRATION_WORDS.fields if field.name not in {"offering", "consent"})


def _told(shown: Shown, language: str, names: Sequence[str] = ANSWERS) -> dict[str, str]:
    """These answers as people read them, masked as the grant says; an answer that was left open is empty.

    The gate remembers the sensitive ones among them as seen, so a caller asks for those only that it shows.
    """
    texts = REGISTRATION_WORDS.words(language)["fields"]
    plain = {field.name: field.question.show(shown.record.answers[field.name], texts[field.name].get("options", {}))
             if shown.record.answers.get(field.name) is not None else ""
             for field in REGISTRATION_WORDS.fields if field.name in names}
    return shown.grant.shown(plain)


def _as_data(shown: Shown) -> dict[str, Any]:
    return {"reference": format_reference(shown.record.reference), "state": shown.record.state,
            "received_at": shown.record.received_at, "checked_in_at": shown.record.checked_in_at,
            "answers": _told(shown, "id")}


def _pools(offering: Offering, request: web.Request) -> list[dict[str, Any]]:
    """The seats of each group at a glance."""
    texts = REGISTRATION_WORDS.words(request.language)
    titles = {quota.id: getattr(quota.title, request.language) for quota in offering.quotas}
    return [{"title": titles.get(pool["name"].partition("-")[0], texts["facts"]["seats"]), **pool}
            for pool in catalogue().pools(offering.id)]


def _actions(request: web.Request, page: list[Shown]) -> list[str]:
    """What can be done to any of these."""
    return [name for name, action in ACTIONS.items()
            if any(request.person.allows(facts_of(each.record), action) for each in page)]


# -- one registration --------------------------------------------------------------------------------------------


def one(request: web.Request) -> web.Reply:
    """One registration with its answers, what was told about it, and what can be done."""
    shown = _read(request)
    record, offering = shown.record, catalogue().offering(shown.record.offering)
    if request.wants_json:
        return web.data(_as_data(shown))
    texts, language = _words(request.language), request.language
    labels = REGISTRATION_WORDS.words(language)["fields"]
    letters = [{"what": texts["letters"][letter["template"]], "state": texts["delivery"][state_of(letter)],
                "when": format_time(parse_moment(letter["created"]), offering.zone, language)}
               for letter in registrations().letters(record)]
    history = as_rows(audit().entries(RECORD_KIND, format_reference(record.reference)), language=language,
                      reader=request.person.session.person, zone=offering.zone)
    return _page(request, "desk_one", format_reference(record.reference), texts=texts, record=record, letters=letters,
                 history=history,
                 title_of_offering=getattr(offering.title, language), offering=offering.id,
                 answers=[(labels[name]["label"], text) for name, text in _told(shown, language).items() if text],
                 actions=_actions(request, [shown]))


def _read(request: web.Request) -> Shown:
    reference = parse_reference(request.path_value("reference"))
    record = registrations().find(reference) if reference else None
    if record is None or record.offering != request.path_value("offering"):
        request.person.grant(Facts())  # as long and as short an answer as for one that may not be seen
        raise errors.NotFound
    return Shown(record, request.person.grant(facts_of(record)))


# -- actions -----------------------------------------------------------------------------------------------------


def act(request: web.Request) -> web.Reply:
    """Do something to several registrations: first say what will happen to each, then do it and say what happened."""
    offering = catalogue().offering(request.path_value("offering"))
    action = str(request.fields.get("tindakan", ""))
    if action not in ACTIONS:
        raise errors.NotFound
    chosen = [_chosen(request, offering, action, reference) for reference in _references(request)]
    if not chosen:
        request.person.grant(Facts(offering=offering.id, state="seated"), "registration.list")
    if request.fields.get("step") == "send" or request.wants_json:
        now = datetime.now(UTC)
        outcome = [(shown.record, _done(request, action, shown, offering, now)) for shown in chosen]
        return _outcome(request, offering, action, outcome)
    return _outcome(request, offering, action, [(shown.record, "preview") for shown in chosen])


def _references(request: web.Request) -> list[str]:
    given = request.fields.get("nomor", [])
    listed = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    return list(dict.fromkeys(filter(None, (parse_reference(str(each)) for each in listed[:AT_ONCE]))))


def _chosen(request: web.Request, offering: Offering, action: str, reference: str) -> Shown:
    """The record, if this person may do this to one of its kind; its state may have changed since the page."""
    record = registrations().find(reference)
    if record is None or record.offering != offering.id:
        request.person.grant(Facts(), ACTIONS[action])
        raise errors.NotFound
    state = {"promote": "waiting", "cancel": "seated", "check_in": "seated"}[action]
    return Shown(record, request.person.grant(
        Facts(offering=offering.id, region=str(record.answers["region"]), state=state), ACTIONS[action]))


def _done(request: web.Request, action: str, shown: Shown, offering: Offering, now: datetime) -> str:
    """Do it, with its entry in the audit; answers the code of what happened, also when somebody else was first."""
    record, store = shown.record, registrations()

    def noted() -> Sequence[Write]:
        return audit().writes(note(request, RECORD_KIND, format_reference(record.reference), DONE[action],
                                   shown.grant))

    if action == "promote":
        return DONE[action] if store.promote_one(record, offering, now, noted) else _why_not(record)
    if action == "check_in":
        return DONE[action] if store.check_in(record, now, noted) else _why_not(record)
    if record.state == "cancelled":
        return "was_cancelled"
    if not may_cancel(offering, now):
        return "has_begun"
    store.cancel(record, offering, now, noted)
    return DONE[action]


def _why_not(record: Record) -> str:
    current = registrations().find(record.reference) or record
    return {"cancelled": "was_cancelled", "seated": "was_seated", "waiting": "no_seat"}[current.state]


def _outcome(request: web.Request, offering: Offering, action: str, outcome: list[tuple[Record, str]]) -> web.Reply:
    if request.wants_json:
        return web.data({"outcome": {format_reference(record.reference): code for record, code in outcome}})
    texts = _words(request.language)
    preview = all(code == "preview" for _, code in outcome)
    rows = [{"reference": record.reference, "number": format_reference(record.reference),
             "name": record.answers["name"], "text": texts["outcomes"][_told_code(action, record, code)]}
            for record, code in outcome]
    reply = _page(request, "desk_outcome", texts["actions"][action]["title"], texts=texts, rows=rows, action=action,
                  preview=preview and bool(rows), offering=offering.id)
    return web.step(reply)


def _told_code(action: str, record: Record, code: str) -> str:
    return f"will_{action}_{record.state}" if code == "preview" else code


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
               for reference in _references(request)}
    if request.wants_json:
        return web.data({"outcome": outcome})
    texts = _words(request.language)["check_in"]
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
    return _done(request, "check_in", Shown(record, grant), offering, moment)


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
    rows = sorted((_row(each, offering, request.language) for each in people), key=lambda row: row["name"].casefold())
    texts = _words(request.language)
    return _page(request, "desk_check_in", texts["check_in"]["title"], texts=texts, offering=offering.id, rows=rows,
                 told=told, here=sum(row["here"] for row in rows),
                 title_of_offering=getattr(offering.title, request.language))


# -- files -------------------------------------------------------------------------------------------------------


def as_spreadsheet(request: web.Request) -> web.Reply:
    """The list as CSV or XLSX, with the form's own words as headings."""
    offering = catalogue().offering(request.path_value("offering"))
    grant = request.person.grant(Facts(offering=offering.id), "registration.export")
    if request.path_value("kind") not in KINDS:
        raise errors.NotFound
    audit().note(note(request, "offering", offering.id, "exported", grant))
    texts, language = _words(request.language), request.language
    labels = REGISTRATION_WORDS.words(language)["fields"]
    shown = [Shown(record, each) for record in registrations().of_offering(offering.id)
             if (each := request.person.allows(facts_of(record), "registration.export"))]
    headings = [texts["columns"]["number"], texts["columns"]["state"], texts["columns"]["received"],
                texts["columns"]["here"], *(labels[name]["label"] for name in ANSWERS)]
    rows = [_cells(each, offering, texts, language) for each in shown]
    name = f"{offering.id}.{request.path_value('kind')}"
    if request.path_value("kind") == "csv":
        return web.document(as_csv(headings, rows), KINDS["csv"], name)
    return web.document(as_xlsx(offering.id, headings, rows), KINDS["xlsx"], name)


KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def _cells(shown: Shown, offering: Offering, texts: dict[str, Any], language: str) -> list[str]:
    record, told = shown.record, _told(shown, language)
    return [format_reference(record.reference), texts["states"][record.state],
            format_time(parse_moment(record.received_at), offering.zone, language),
            format_time(parse_moment(record.checked_in_at), offering.zone, language) if record.checked_in_at else "",
            *told.values()]


def attendance(request: web.Request) -> web.Reply:
    """The attendance list to print: who has a seat, with room for a signature."""
    offering = catalogue().offering(request.path_value("offering"))
    rows = sorted(_told(Shown(record, grant), request.language, ("name",))["name"] for record in
                  registrations().of_offering(offering.id) if record.state == "seated"
                  and (grant := request.person.allows(facts_of(record), "registration.list")))
    if not rows and not _may_list(request, offering.id):
        raise errors.NotFound
    return _page(request, "desk_attendance", getattr(offering.title, request.language), texts=_words(request.language),
                 rows=rows, when=format_time(offering.starts, offering.zone, request.language))


# -- what they share ---------------------------------------------------------------------------------------------


def _words(language: str) -> dict[str, Any]:
    return words("desk", language)


def _asked(request: web.Request) -> str:
    return request.language_query


def _page(request: web.Request, template: str, title: str, **context: object) -> web.Reply:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    content = pages.fragment(template, request.language, title=title, desk=DESK, asked=_asked(request), **context)
    return web.page(pages.in_shell(request.language, title, content))


OF = f"{DESK}/{{offering}}"

ROUTES: web.Routes = {
    ("GET", DESK): web.only("desk.see", overview),
    ("GET", OF): web.only("registration.list", listing),
    ("POST", f"{OF}/cari"): web.only("registration.list", search),
    ("GET", f"{OF}/pendaftaran/{{reference}}"): web.only("registration.read", one),
    ("POST", f"{OF}/tindakan"): web.only("desk.see", act),
    ("GET", f"{OF}/hadir"): web.only("registration.check_in", door_list),
    ("POST", f"{OF}/hadir"): web.only("registration.check_in", check_in),
    ("GET", f"{OF}/unduh/{{kind}}"): web.only("registration.export", as_spreadsheet),
    ("GET", f"{OF}/daftar-hadir"): web.only("registration.list", attendance),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
