"""The only place that knows HTTP: requests in, replies out, and which failure has which status.

API Gateway has matched the route before a function runs (the template is the list of routes), so a door is a table
from the route's key to a function; no second router is loaded.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, quote, urlsplit

from portal import errors
from portal.assets import LANGUAGES, asking_for, words
from portal.forms import sentence
from portal.observe import fault
from portal.records import time_limit

if TYPE_CHECKING:
    from portal.access import Role
    from portal.gate import Gate
    from portal.sessions import Session

MOST_BYTES = 64 * 1024
MOST_FIELDS = 250  # forty items with four answers each, and what a page sends along
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
RETRY_AFTER = "5"
ADDRESS_SHAPE = re.compile(r"[0-9A-Fa-f:.]{2,45}")

# Every failure a reader can meet: its status and its code. A test holds that no class is missing. 403 is nowhere:
# the distribution turns S3's 403 into its "not found" page, and forbidden and unknown answer alike anyway.
STATUS: dict[type[errors.PortalError], tuple[HTTPStatus, str]] = {
    errors.FormRefused: (HTTPStatus.UNPROCESSABLE_ENTITY, "answers"),
    errors.BodyUnreadable: (HTTPStatus.BAD_REQUEST, "body_unreadable"),
    errors.BodyTooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large"),
    errors.MediaTypeUnknown: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "media_type"),
    errors.ForeignOrigin: (HTTPStatus.BAD_REQUEST, "foreign_origin"),
    errors.NotFound: (HTTPStatus.NOT_FOUND, "not_found"),
    errors.SignInNeeded: (HTTPStatus.UNAUTHORIZED, "sign_in_needed"),
    errors.SessionEnded: (HTTPStatus.UNAUTHORIZED, "session_ended"),
    errors.SignInFailed: (HTTPStatus.BAD_REQUEST, "sign_in_failed"),
    errors.SignInUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "sign_in_unavailable"),
    errors.ChangedMeanwhile: (HTTPStatus.CONFLICT, "changed_meanwhile"),
    errors.OfferingUnknown: (HTTPStatus.NOT_FOUND, "offering_unknown"),
    errors.OfferingNotOpen: (HTTPStatus.CONFLICT, "offering_not_open"),
    errors.OfferingClosed: (HTTPStatus.CONFLICT, "offering_closed"),
    errors.OfferingBegun: (HTTPStatus.CONFLICT, "offering_begun"),
    errors.NotForThisAudience: (HTTPStatus.CONFLICT, "not_for_this_audience"),
    errors.AlreadyRegistered: (HTTPStatus.CONFLICT, "already_registered"),
    errors.SubmissionConflict: (HTTPStatus.CONFLICT, "submission_conflict"),
    errors.FileInUse: (HTTPStatus.CONFLICT, "file_in_use"),
    errors.StoreUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "store_unavailable"),
}


@dataclass(frozen=True)
class Reply:
    """What a door answers: status, body, its type, and further headers."""

    status: HTTPStatus
    body: str | bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()

    def as_event(self) -> dict[str, Any]:
        """In the notation of API Gateway's HTTP API (payload 2.0). Nothing is cached unless the door says so."""
        headers = {"content-type": self.content_type, "cache-control": "no-store", **self.headers}
        body = self.body if isinstance(self.body, str) else base64.b64encode(self.body).decode()
        return {"statusCode": int(self.status), "headers": headers, "body": body,
                "isBase64Encoded": isinstance(self.body, bytes),
                **({"cookies": list(self.cookies)} if self.cookies else {})}


@dataclass(frozen=True)
class Request:
    """A request as a door sees it; `gate` is there when its route is for people who are signed in."""

    event: Mapping[str, Any]
    origin: str = ""
    gate: Gate | None = None

    @property
    def id(self) -> str:
        """The identifier under which operators find this request."""
        return str(self.event["requestContext"]["requestId"])

    @property
    def is_post(self) -> bool:
        """Whether the request may change something."""
        return bool(self.event["requestContext"]["http"]["method"] == "POST")

    @property
    def source(self) -> str:
        """The network address that the request came from: as the machine before API Gateway named it, then that one's.

        API Gateway itself sees the distribution's machine and adds it to the list; the address before it is whom that
        machine saw. Of a request that went past the distribution only the last is true. For the audit only, no log.
        """
        seen = str(self.event["requestContext"]["http"].get("sourceIp", ""))
        hops = [hop.strip() for hop in self.header("x-forwarded-for").split(",")]
        named = next((hop for hop in reversed(hops) if hop != seen), "")
        return f"{named}, {seen}" if ADDRESS_SHAPE.fullmatch(named) else seen

    def path_value(self, name: str) -> str:
        """A value from the path, such as `{submission}`."""
        return str((self.event.get("pathParameters") or {}).get(name, ""))

    def header(self, name: str) -> str:
        """A header by its lower-case name; empty when it was not sent."""
        return str(self.event.get("headers", {}).get(name, ""))

    @property
    def address(self) -> str:
        """Path and query, as they were asked for."""
        query = str(self.event.get("rawQueryString") or "")
        return f"{self.event['rawPath']}{'?' if query else ''}{query}"

    def cookie(self, name: str) -> str:
        """A cookie of ours; empty when it was not sent."""
        begin = f"{cookie_name(name, self.origin)}="
        return next((each[len(begin):] for each in self.event.get("cookies") or [] if each.startswith(begin)), "")

    @property
    def person(self) -> Gate:
        """The gate of whoever is signed in; a door has made one for every route that is not for everyone."""
        if self.gate is None:
            message = "this route is for everyone: nobody is known here"
            raise RuntimeError(message)
        return self.gate

    def query(self, name: str) -> str:
        """A parameter of the address; empty when it was not given."""
        return str((self.event.get("queryStringParameters") or {}).get(name, ""))

    @property
    def wants_json(self) -> bool:
        """Programs say so with Accept, or by sending JSON; people get pages."""
        accept = self.header("accept")
        return "text/html" not in accept and (JSON in accept or "problem+json" in accept or self.sends_json)

    @property
    def sends_json(self) -> bool:
        """Whether the body is said to be JSON."""
        return self.header("content-type").split(";")[0].strip().lower() == JSON

    @cached_property
    def language(self) -> str:
        """`id` or `en`: as the form says (`lang`), else the address, the profile, a program's header, else `id`."""
        with suppress(errors.PortalError):
            if self.is_post and self.fields.get("lang") in LANGUAGES:
                return str(self.fields["lang"])
        if self.asked_language:
            return self.asked_language
        if self.preferred_language and not self.wants_json:
            return self.preferred_language
        preferred = self.header("accept-language").strip().lower() if self.wants_json else ""
        return "en" if preferred.startswith("en") else "id"

    def in_language(self, language: str) -> Request:
        """The same request, to be answered in this language."""
        asked = {**(self.event.get("queryStringParameters") or {}), "lang": language}
        return replace(self, event={**self.event, "queryStringParameters": asked})

    @property
    def asked_language(self) -> str:
        """The language that the address asks for; empty when it asks for none."""
        asked = self.query("lang")
        return asked if asked in LANGUAGES else ""

    @property
    def language_query(self) -> str:
        """What an address of ours ends with, so that its page is in this request's language too.

        The same for every page that is drawn for a request; to pages that know nobody, `asking_for(language)` leads.
        """
        return asking_for(self.language, self.preferred_language or "id")

    @property
    def language_asked(self) -> Mapping[str, str]:
        """The same as a parameter, for addresses that have others too."""
        return {"lang": self.language} if self.language_query else {}

    @property
    def preferred_language(self) -> str:
        """What the profile of whoever is signed in says; empty when it says nothing, or nobody is known here."""
        return self.gate.session.language if self.gate else ""

    @cached_property
    def fields(self) -> dict[str, Any]:
        """What was submitted; raises a PortalError when the body cannot be read. A repeated name keeps its list."""
        body = self._body()
        if self.sends_json:
            return _json_object(body)
        if not self.header("content-type").lower().startswith(FORM):
            raise errors.MediaTypeUnknown
        return _form_fields(body)

    def _body(self) -> bytes:
        body = self.event.get("body") or ""
        if len(body) > MOST_BYTES * 2:
            raise errors.BodyTooLarge
        try:
            raw = base64.b64decode(body) if self.event.get("isBase64Encoded") else body.encode()
        except ValueError:  # a lone surrogate, or base64 that is not
            raise errors.BodyUnreadable from None
        if len(raw) > MOST_BYTES:
            raise errors.BodyTooLarge
        return raw

    def must_be_from(self, origin: str) -> None:
        """Raise ForeignOrigin when the browser says that another site sent this; programs send neither header."""
        if self.header("sec-fetch-site") == "same-origin":
            return
        sent = self.header("origin")
        if self.header("sec-fetch-site") in {"cross-site", "same-site"} or (
                sent and _host_of(sent) != _host_of(origin)):
            raise errors.ForeignOrigin


def cookie_name(name: str, origin: str) -> str:
    """With https a cookie is bound to this very host (`__Host-`): no other one can set it."""
    return f"__Host-{name}" if origin.startswith("https:") else name


def cookie(name: str, value: str, origin: str, *, seconds: int, for_scripts: bool = False) -> str:
    """A Set-Cookie header for the whole portal, out of reach for other sites; 0 seconds take it away.

    Out of reach for scripts too, unless it is `for_scripts`: then it opens nothing.
    """
    secure = "; Secure" if origin.startswith("https:") else ""
    closed = "" if for_scripts else "; HttpOnly"
    return f"{cookie_name(name, origin)}={value}; Path=/; Max-Age={seconds}{closed}; SameSite=Lax{secure}"


def _host_of(origin: str) -> str:
    """Host and port of an origin; nothing when it is no address at all."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body, object_pairs_hook=_each_name_once)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair can be escaped but never sent back
    except (ValueError, RecursionError):
        raise errors.BodyUnreadable from None
    if not isinstance(value, dict) or len(value) > MOST_FIELDS:
        raise errors.BodyUnreadable
    return value


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; one that has two values under one name could mean either, so it is refused."""
    value = dict(pairs)
    if len(value) < len(pairs):
        message = "a name stands twice"
        raise ValueError(message)
    return value


def _form_fields(body: bytes) -> dict[str, Any]:
    try:
        values = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:  # broken UTF-8, or more fields than any form has
        raise errors.BodyUnreadable from None
    return {name: value[0] if len(value) == 1 else value for name, value in values.items()}


# -- replies -----------------------------------------------------------------------------------------------------


def page(html: str, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    """A page for people."""
    return Reply(status, html, "text/html; charset=utf-8", {"vary": "accept"})


def refused_page(html: str, error: errors.PortalError) -> Reply:
    """A page about a failure, with the failure's status."""
    return with_status_of(page(html), error)


def with_status_of(reply: Reply, error: errors.PortalError) -> Reply:
    """The same answer, with the failure's status: for what tells of the failure by itself."""
    return _with_retry(replace(reply, status=STATUS[type(error)][0]), error)


def step(reply: Reply) -> Reply:
    """A step of a form: the browser's Back shows it again as it was, with the same identifier.

    Without this, Back asks to send the form once more and makes a second identifier. What was typed then lies in
    this browser's own memory, as it does for every form; receipts and status pages are never kept.
    """
    return Reply(reply.status, reply.body, reply.content_type, {**reply.headers, "cache-control": "private, no-cache"})


def data(value: object, *, created: bool = False, location: str | None = None) -> Reply:
    """An answer for programs."""
    status = HTTPStatus.CREATED if created else HTTPStatus.OK
    headers = {"vary": "accept"} | ({"location": location} if location else {})
    return Reply(status, json.dumps(value, ensure_ascii=False), JSON, headers)


def cached(reply: Reply, seconds: int) -> Reply:
    """The same answer for everybody, to be kept for some seconds."""
    kept = {"cache-control": f"public, max-age={seconds}", "vary": "accept, accept-language"}
    return Reply(reply.status, reply.body, reply.content_type, {**reply.headers, **kept})


def document(body: str | bytes, content_type: str, name: str) -> Reply:
    """A file to keep."""
    return Reply(HTTPStatus.OK, body, content_type, {"content-disposition": f'attachment; filename="{name}"'})


def see_other(location: str) -> Reply:
    """Go on with a GET at this address."""
    return Reply(HTTPStatus.SEE_OTHER, "", "text/plain; charset=utf-8", {"location": location})


def problem(error: errors.PortalError, language: str) -> Reply:
    """The failure for programs: RFC 9457 problem details in the caller's language."""
    status, code = STATUS[type(error)]
    text = words("common", language)["problems"][code]
    details: dict[str, Any] = {"type": f"urn:portal:problem:{code}", "title": text["title"], "status": int(status),
                               "code": code}
    if isinstance(error, errors.FormRefused):
        details["errors"] = [{"field": each.field, "code": each.code,
                              "message": sentence(error.form, each, language)} for each in error.errors]
    return _with_retry(Reply(status, json.dumps(details, ensure_ascii=False), "application/problem+json",
                             {"vary": "accept"}), error)


def _with_retry(reply: Reply, error: errors.PortalError) -> Reply:
    if not isinstance(error, errors.StoreUnavailable | errors.SignInUnavailable):
        return reply
    return Reply(reply.status, reply.body, reply.content_type, {**reply.headers, "retry-after": RETRY_AFTER})


def lost(request: Request) -> Reply:
    """Whatever no route knows: a cut address, a mistyped one, a method that is not there."""
    del request
    raise errors.NotFound


# What API Gateway calls when no other route fits.
ANYTHING_ELSE = ("", "$default")

# -- the door ----------------------------------------------------------------------------------------------------

SESSION, PARKED = "sesi", "titipan"  # cookies: who is signed in, and answers that wait for signing in again
MARK = "penanda"  # a cookie that scripts read: whose phone this is now, so that nobody sees what another left on it
SIGN_IN, GO_ON = "/layanan/masuk", "/layanan/masuk/lanjut"

Answer = Callable[[Request], Reply]
RolesOf = Callable[["Session"], Iterable["Role"]]
Event = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """Who may come in by a route: everyone (no action), or those whom the access table lets do the action."""

    action: str
    answer: Answer
    roles: RolesOf | None = None  # tells which roles somebody has besides those of their session


def everyone(answer: Answer) -> Entry:
    """A route that nobody needs to sign in for."""
    return Entry("", answer)


def later(module: str, name: str) -> Answer:
    """An answer of a module that is loaded when somebody asks for it: a start is for the first answer only."""
    def answer(request: Request) -> Reply:
        return cast("Reply", getattr(import_module(module), name)(request))

    return answer


def only(action: str, answer: Answer, roles: RolesOf | None = None) -> Entry:
    """A route for those who may do this action; the answer asks the request's gate about each record.

    `roles` tells which roles others have lent to whoever asks: they open the route, too.
    """
    return Entry(action, answer, roles)


Routes = Mapping[tuple[str, str], Entry]
Explain = Callable[[errors.PortalError, Request], Reply]


def door(routes: Routes, origin: Callable[[], str], explain: Explain) -> Callable[[Event, Any], dict[str, Any]]:
    """The function that Lambda calls: finds the answer by the route, and turns every failure into a reply.

    `origin` tells the site's own origin, `explain` draws the page about a failure for people.
    """
    entries = {f"{method} {path}".strip(): entry for (method, path), entry in routes.items()}

    def reply(request: Request) -> Reply:
        try:
            if request.is_post:
                request.must_be_from(request.origin)
            return _answered_or_to_sign_in(entries, request, explain)
        except errors.PortalError as error:
            return problem(error, request.language) if request.wants_json else page_about(error, request)

    def page_about(error: errors.PortalError, request: Request) -> Reply:
        try:
            return explain(error, request)
        except errors.PortalError as another:  # the store was too busy even to say what the failure is about
            return explain(another, request)

    def handle(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401 Lambda's context has no type
        request = Request(event)
        with time_limit(context.get_remaining_time_in_millis() / 1000):
            try:
                return reply(replace(request, origin=origin())).as_event()
            except Exception as error:  # noqa: BLE001 the last line: a fault of ours is logged without values, answered
                fault(error, request.id)
                return _fault_reply(request).as_event()

    return handle


def _answered_or_to_sign_in(entries: Mapping[str, Entry], request: Request, explain: Explain) -> Reply:
    try:
        return _answered(entries[request.event["routeKey"]], request)
    except errors.SignInNeeded:
        if request.wants_json:
            raise
        return _to_sign_in(_page_of(entries, request), request, explain)


def _page_of(entries: Mapping[str, Entry], request: Request) -> str:
    """The address of the page that was asked for, or that a form stands on: its own, or the next one above it."""
    if not request.is_post:
        return request.address
    route, path = request.event["routeKey"].partition(" ")[2], str(request.event["rawPath"])
    while path and f"GET {route}" not in entries:
        route, path = route.rpartition("/")[0], path.rpartition("/")[0]
    return f"{path}{request.language_query}" if path else ""


def _answered(entry: Entry, request: Request) -> Reply:
    """The answer; for a route that is not for everyone only if the access table was asked about what it shows.

    What is sensitive in it is in the audit before it is sent.
    """
    if not entry.action:
        return entry.answer(request)
    gate = _gate(entry, request)
    reply = entry.answer(replace(request, gate=gate))
    if not gate.asked:
        message = f"{request.event['routeKey']} answered without asking the access table"
        raise RuntimeError(message)
    if gate.seen:
        from portal.audit import remember  # noqa: PLC0415 see _gate

        remember(gate.notes(request.source, datetime.now(UTC)))
    return reply


def _gate(entry: Entry, request: Request) -> Gate:
    from portal import access  # noqa: PLC0415 routes for everyone need none of this
    from portal.gate import Gate  # noqa: PLC0415
    from portal.sessions import sessions  # noqa: PLC0415

    session = sessions().find(request.cookie(SESSION), datetime.now(UTC))
    if session is None:
        raise errors.SignInNeeded
    gate = Gate(session, entry.action)
    if entry.roles:
        gate.lend(entry.roles(session))
    if not access.has_use_for(entry.action, gate.roles):
        raise errors.NotFound
    return gate


def _to_sign_in(page: str, request: Request, explain: Explain) -> Reply:
    """Sign in and come back: to the page, or to the answers that came when the session had ended.

    Whoever sent a form gets a page with a link instead of a redirect: the content policy lets a form lead to this
    site only, and some browsers hold each redirect on its way to that, which ends at the sign-in service.
    """
    from portal.sessions import PARKED as KEPT  # noqa: PLC0415 see _gate
    from portal.sessions import sessions  # noqa: PLC0415

    if not request.is_post:
        asked = f"&lang={request.asked_language}" if request.asked_language else ""
        return see_other(f"{SIGN_IN}?ke={quote(page, safe='')}{asked}")
    person = sessions().person_of(request.cookie(SESSION))
    if not person:
        raise errors.SignInNeeded(page)  # nobody was signed in here: there is nobody to keep the answers for
    token = sessions().park(person, request.address, request.fields, datetime.now(UTC))
    reply = explain(errors.SessionEnded(), request)
    return replace(reply, cookies=(cookie(PARKED, token, request.origin, seconds=int(KEPT.total_seconds())),))


def _fault_reply(request: Request) -> Reply:
    """Our fault: the request's id and nothing of what was typed."""
    text = words("common", request.language)["problems"]["fault"]
    details = {"type": "urn:portal:problem:fault", "title": text["title"], "status": 500, "code": "fault",
               "request": request.id}
    if request.wants_json:
        return Reply(HTTPStatus.INTERNAL_SERVER_ERROR, json.dumps(details), "application/problem+json")
    from portal.pages import fault_page  # noqa: PLC0415 drawing is loaded only when a page is drawn

    return Reply(HTTPStatus.INTERNAL_SERVER_ERROR, fault_page(request.language, request.id),
                 "text/html; charset=utf-8")
