"""The door for registrations: wires requests to the rules and the store, and decides nothing itself."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from portal import errors, web
from portal.access import Facts
from portal.assets import asking_for, notice_version
from portal.forms import Form, FormModel, content_hash
from portal.identifiers import format_moment, format_reference, is_ulid, reference_for
from portal.moments import format_time
from portal.proven import addresses
from portal.records import Table
from portal.settings import Settings
from portal.submissions import About, FormDoor, Receipt, Submission, explain, random
from registrations import rules
from registrations.catalogue import Catalogue, Seats
from registrations.models import Offering, Registration, StatusQuestion
from registrations.store import COUNTED, Record, Registrations

BASE = "/layanan/pendaftaran"
SEATS_KEPT = 5  # seconds the numbers may be old
OFFERING_KEPT = 5  # seconds an offering's words and dates may be old

REGISTRATION = Form("registration", Registration, BASE)
STATUS = Form("status", StatusQuestion, f"{BASE}/status")
CANCEL = f"{BASE}/batal"


@dataclass(frozen=True)
class RegistrationsSettings(Settings):
    """What this function needs from the template."""

    registrations_table: str
    site_origin: str


@cache
def settings() -> RegistrationsSettings:
    """Read once, when the first request needs them."""
    return RegistrationsSettings.from_environment()


@cache
def table() -> Table:
    """The registrations' table."""
    return Table(settings().registrations_table)


@cache
def registrations() -> Registrations:
    """The store of registrations."""
    return Registrations(table(), random)


@cache
def catalogue() -> Catalogue:
    """The published offerings."""
    return Catalogue(table(), kept_for=OFFERING_KEPT)


# -- registering -------------------------------------------------------------------------------------------------


def prepare(model: FormModel, now: datetime) -> None:
    """Refuse before the check step what could not be sent anyway."""
    registration = cast("Registration", model)
    _must_be_possible(registration, catalogue().offering(registration.offering), now)


def _must_be_possible(registration: Registration, offering: Offering, now: datetime) -> None:
    rules.must_be_open(offering, now)
    rules.must_be_in_audience(offering, registration)


def accept(submission: Submission) -> Receipt:
    """Remember a registration, or find the one that this submission made before."""
    registration = cast("Registration", submission.model)
    offering = catalogue().offering(registration.offering)
    record = _new_record(registration, submission)
    try:
        _must_be_possible(registration, offering, submission.now)
    except (errors.OfferingClosed, errors.OfferingNotOpen, errors.NotForThisAudience):
        if registrations().find(record.reference) is None:
            raise  # a repeat after the closing time, or after a change of the page, finds its receipt below
    kept = registrations().register(record, offering, submission.now)
    return Receipt(_receipt_path(kept), lambda: _as_data(kept), created=kept.received_at == record.received_at)


def _new_record(registration: Registration, submission: Submission) -> Record:
    return Record(reference=reference_for(submission.identifier), submission=submission.identifier,
                  offering=registration.offering, answers=registration.model_dump(exclude={"offering"}),
                  content=content_hash(registration), language=submission.language,
                  received_at=format_moment(submission.now), notice=notice_version())


def _about(answers: Mapping[str, Any], language: str) -> About:
    return about(catalogue().offering(str(answers.get("offering", ""))), language)


def about(offering: Offering, language: str) -> About:
    """What the form is for: the offering's title, and only the kinds of people that it is meant for."""
    return About(getattr(offering.title, language), {"kind": offering.audience})


DOOR = FormDoor(REGISTRATION, accept=accept, prepare=prepare, about=_about)


def register(request: web.Request) -> web.Reply:
    """Take a registration one step further."""
    return DOOR.answer(request)


def to_offerings(request: web.Request) -> web.Reply:
    """Somebody opened the form's address itself: the offerings are where one begins."""
    return web.see_other("/en/kegiatan/" if request.language == "en" else "/kegiatan/")


def to_status(request: web.Request) -> web.Reply:
    """Somebody opened the address of cancelling itself: it begins with the status."""
    return web.see_other(f"{STATUS.action}{request.language_query}")


# -- the receipt -------------------------------------------------------------------------------------------------


def receipt(request: web.Request) -> web.Reply:
    """The receipt of a submission, for whoever holds its identifier."""
    record = _by_submission(request)
    if request.wants_json:
        return web.data(_as_data(record))
    return web.page(_record_page("receipt", record, request.asked_language or record.language))


def calendar(request: web.Request) -> web.Reply:
    """The activity as a calendar file."""
    from registrations.calendar import calendar_of  # noqa: PLC0415 the library is loaded only for this answer

    record = _by_submission(request)
    body = calendar_of(catalogue().offering(record.offering), record, settings().site_origin)
    return web.document(body, "text/calendar; charset=utf-8", f"{record.offering}.ics")


def _by_submission(request: web.Request) -> Record:
    submission = request.path_value("submission")
    record = registrations().find(reference_for(submission)) if is_ulid(submission) else None
    if record is None or not hmac.compare_digest(record.submission.encode(), submission.encode()):
        raise errors.NotFound
    return record


def _receipt_path(record: Record) -> str:
    return f"{BASE}/tanda-terima/{record.submission}"


def _as_data(record: Record) -> dict[str, Any]:
    position = registrations().position(record) if record.state == "waiting" else None
    return {"reference": format_reference(record.reference), "offering": record.offering, "state": record.state,
            "position": position, "received_at": record.received_at, "receipt": _receipt_path(record),
            "calendar": f"{_receipt_path(record)}/acara.ics", "status": f"{STATUS.action}/{record.reference}"}


def _record_page(template: str, record: Record, language: str) -> str:
    """A page about one registration: its receipt, its status, or the question whether to cancel it."""
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn
    from registrations.views import view_of  # noqa: PLC0415

    offering = catalogue().offering(record.offering)
    position = registrations().position(record) if record.state == "waiting" else 0
    view = view_of(record, offering, language, position=position, most=COUNTED, origin=settings().site_origin,
                   now=datetime.now(UTC))
    texts = REGISTRATION.words(language)
    title = texts["states"][record.state]["title"] if template != "cancel" else texts["cancel"]["title"]
    content = pages.fragment(template, language, texts=texts, view=view, title=title, receipt=_receipt_path(record),
                             asked=asking_for(language), status=STATUS.action, cancel=CANCEL)
    return pages.in_shell(language, title, content)


# -- status and cancelling ---------------------------------------------------------------------------------------


def ask_status(request: web.Request) -> web.Reply:
    """The form that asks for reference and e-mail; a reference in the address (from the QR) is filled in."""
    return web.page(_status_form(request, {"reference": request.path_value("reference")}, []))


def status(request: web.Request) -> web.Reply:
    """How a registration stands, for whoever knows its reference and its e-mail address."""
    return _for_holder(request, lambda record: _shown(request, record, "status"))


def cancel(request: web.Request) -> web.Reply:
    """Ask whether to cancel; with `step=send`, cancel and go to the receipt, which then says so."""
    def answer(record: Record) -> web.Reply:
        if request.fields.get("step") != "send" and not request.wants_json:
            return _shown(request, record, "cancel")
        return _cancelled(request, record)

    return _for_holder(request, answer)


def _cancelled(request: web.Request, record: Record) -> web.Reply:
    offering, now = catalogue().offering(record.offering), datetime.now(UTC)
    if not rules.may_cancel(offering, now):
        raise errors.OfferingBegun(offering.id)
    record = registrations().cancel(record, offering, now)
    return web.data(_as_data(record)) if request.wants_json else web.see_other(_receipt_path(record))


def _shown(request: web.Request, record: Record, template: str) -> web.Reply:
    if request.wants_json:
        return web.data(_as_data(record))
    return web.page(_record_page(template, record, request.language))


def _for_holder(request: web.Request, answer: Any) -> web.Reply:  # noqa: ANN401 Callable[[Record], Reply]
    """Answer for the registration whose reference and e-mail were given; unknown and foreign look alike."""
    answers = {name: request.fields.get(name) for name in ("reference", "email")}
    try:
        record = _of_holder(cast("StatusQuestion", STATUS.read(answers)))
    except (errors.FormRefused, errors.NotFound) as refused:
        if request.wants_json:
            raise
        told = refused.errors if isinstance(refused, errors.FormRefused) else [
            errors.FieldError("reference", "no_match")]
        return web.refused_page(_status_form(request, answers, told), refused)
    return answer(record)  # type: ignore[no-any-return]


def _of_holder(question: StatusQuestion) -> Record:
    record = registrations().find(question.reference)
    known = record.answers["email"] if record else ""
    if not hmac.compare_digest(known.encode(), question.email.encode()) or record is None:
        raise errors.NotFound
    return record


def _status_form(request: web.Request, answers: Mapping[str, Any], told: list[errors.FieldError]) -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    drawn = pages.form(STATUS, request.language, answers, told)
    texts = STATUS.words(request.language)
    content = pages.fragment("form_page", request.language, texts=texts, about="", drawn=drawn)
    return pages.in_shell(request.language, texts["title"], content, failed=bool(told))


# -- seats -------------------------------------------------------------------------------------------------------


def seats(request: web.Request) -> web.Reply:
    """How full an offering is: for the script of its page, and as a page for those without script."""
    offering = request.path_value("offering")
    now = catalogue().seats(offering)
    reserved = min(catalogue().reserved(offering, datetime.now(UTC)), now.free) if now.free else 0
    sentence = _seats_sentence(now, reserved, request.language, approval=catalogue().offering(offering).approval)
    if request.wants_json:
        return web.cached(web.data({"offering": offering, "seats": now.seats, "free": now.free, "reserved": reserved,
                                    "waiting": now.waiting, "sentence": sentence}), SEATS_KEPT)
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    title = _about({"offering": offering}, request.language).title
    link = {"text": title, "href": f"{'/en' if request.language == 'en' else ''}/kegiatan/{offering}/"}
    html = pages.in_shell(request.language, title, pages.message(request.language, title, [sentence], [link]))
    return web.cached(web.page(html), SEATS_KEPT)


def _seats_sentence(now: Seats, reserved: int, language: str, *, approval: bool) -> str:
    texts = REGISTRATION.words(language)["seats"]
    if now.free > reserved:
        told = "some_reserved" if reserved else "free"
    elif now.free:
        told = "only_reserved"
    else:
        told = "full" if now.waiting else "just_full"
    sentence = str(texts[told]).format(
        free=now.free, reserved=reserved, seats=now.seats, waiting=min(now.waiting, COUNTED))
    return f"{sentence} {texts['approval']}" if approval else sentence


# -- one's own ---------------------------------------------------------------------------------------------------


def own(request: web.Request) -> web.Reply:
    """The registrations that were made with an e-mail address that is proven to be this person's."""
    session = request.person.session
    request.person.grant(Facts(owner=session.person))
    emails = addresses().all_of(session)
    found = list({record.reference: record for email in emails
                  for record in registrations().of_address(email)}.values())
    if request.wants_json:
        return web.data({"registrations": [_as_data(record) for record in found]})
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    texts, language = REGISTRATION.words(request.language), request.language
    rows = [{"title": getattr(offering.title, language), "number": format_reference(record.reference),
             "state": texts["states"][record.state]["title"],
             "receipt": f"{_receipt_path(record)}{asking_for(language)}",
             "when": format_time(offering.starts, offering.zone, language)}
            for record in found for offering in [catalogue().offering(record.offering)]]
    content = pages.fragment("own_registrations", language, texts=texts["own"], rows=rows, email=", ".join(emails),
                             addresses="/layanan/akun/alamat", asked=request.language_query)
    return web.page(pages.in_shell(language, texts["own"]["title"], content))


# -- the door itself ---------------------------------------------------------------------------------------------


def explain_failure(error: errors.PortalError, request: web.Request) -> web.Reply:
    """The page about a failure, with the offering's own title and dates where it has one."""
    from registrations.views import facts_of  # noqa: PLC0415 needed only when something failed

    name = getattr(error, "offering", None)
    return explain(error, request, facts_of(catalogue().offering(name), request.language) if name else None)


ROUTES: web.Routes = {
    ("GET", BASE): web.everyone(to_offerings),
    ("POST", BASE): web.everyone(register),
    ("GET", f"{BASE}/tanda-terima/{{submission}}"): web.everyone(receipt),
    ("GET", f"{BASE}/tanda-terima/{{submission}}/acara.ics"): web.everyone(calendar),
    ("GET", f"{BASE}/status"): web.everyone(ask_status),
    ("GET", f"{BASE}/status/{{reference}}"): web.everyone(ask_status),
    ("POST", f"{BASE}/status"): web.everyone(status),
    ("GET", CANCEL): web.everyone(to_status),
    ("POST", CANCEL): web.everyone(cancel),
    ("GET", "/layanan/kegiatan/{offering}/kursi"): web.everyone(seats),
    ("GET", "/layanan/akun/pendaftaran"): web.only("account.see", own),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain_failure)
