"""The door for signing in, out, and for one's own account; wires requests to the provider and the stores."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from identity import addresses, rules
from identity.addresses import ADDRESS, CODE  # noqa: F401 the build finds forms at the doors
from identity.models import Profile
from identity.store import Identities
from portal import errors, web
from portal.access import Facts
from portal.access import rules as access_rules
from portal.assets import asking_for, words
from portal.forms import Form
from portal.identifiers import parse_moment
from portal.moments import format_time
from portal.records import Item, Table
from portal.sessions import COOKIE, Session, hashed, mark_of, new_token, person_id, sessions
from portal.settings import Settings
from portal.submissions import explain

if TYPE_CHECKING:
    from identity.provider import Claims, Provider

BROWSER = "peramban"  # a cookie: this browser began a sign-in
ACCOUNT, SESSIONS, LEAVE = "/layanan/akun", "/layanan/akun/sesi", "/layanan/keluar"
BACK = f"{web.SIGN_IN}/kembali"
A_SIGN_IN = 900  # seconds
SESSION_KEY = re.compile(r"[0-9a-f]{64}")

PROFILE = Form("profile", Profile, f"{ACCOUNT}/profil")
VERSION = "version"  # carried beside the answers: which profile the page showed
NO_PROFILE: Item = {"answers": {}, "version": 0}


@dataclass(frozen=True)
class IdentitySettings(Settings):
    """What this function needs from the template."""

    identity_table: str
    site_origin: str
    issuer: str
    client_id: str
    client_secret: str
    groups_claim: str


@cache
def settings() -> IdentitySettings:
    """Read once, when the first request needs them."""
    return IdentitySettings.from_environment()


@cache
def identities() -> Identities:
    """The store of sign-ins and profiles."""
    return Identities(Table(settings().identity_table))


@cache
def provider() -> Provider:
    """The sign-in service."""
    from identity.provider import Provider as Made  # noqa: PLC0415 only signing in speaks with it

    known = settings()
    return Made(known.issuer, known.client_id, known.client_secret, f"{known.site_origin}{BACK}", known.groups_claim)


# -- signing in --------------------------------------------------------------------------------------------------


def begin(request: web.Request) -> web.Reply:
    """Go to the sign-in service, and remember in this browser that it was here where that began."""
    now = datetime.now(UTC)
    browser = request.cookie(BROWSER) or new_token()
    begun = provider().begin(request.language)
    identities().remember_begun(begun.state, browser, {
        "nonce": begun.nonce, "verifier": begun.verifier, "language": request.language,
        "back": rules.place_to_return(request.query("ke"), f"{ACCOUNT}{request.language_query}")}, now)
    return _with_cookies(web.see_other(begun.address), web.cookie(BROWSER, browser, request.origin, seconds=A_SIGN_IN))


def come_back(request: web.Request) -> web.Reply:
    """The sign-in service has sent somebody back: begin a session, or say why not."""
    now = datetime.now(UTC)
    begun = identities().take_begun(request.query("state"), request.cookie(BROWSER), now)
    try:
        claims = _claims(request, begun)
    except (errors.SignInFailed, errors.SignInUnavailable) as error:
        if request.wants_json:
            raise
        return explain(error, request.in_language(begun["language"]))
    _end_session_of(request)
    person, seconds = person_id(claims.issuer, claims.subject), int(COOKIE.total_seconds())
    language, zone = _preferences((identities().profile(person) or NO_PROFILE)["answers"])
    token = sessions().begin(person, name=claims.name, email=claims.email, groups=claims.groups, now=now,
                             language=language, zone=zone)
    return _with_cookies(
        web.see_other(begun["back"]), web.cookie(web.SESSION, token, request.origin, seconds=seconds),
        web.cookie(web.MARK, mark_of(person), request.origin, seconds=seconds, for_scripts=True))


def _claims(request: web.Request, begun: Item) -> Claims:
    """Who has come back; raises SignInFailed or SignInUnavailable."""
    if not request.query("code") or not provider().is_answered_by(request.query("iss")):
        raise errors.SignInFailed
    return provider().finish(request.query("code"), begun["verifier"], begun["nonce"])


def go_on(request: web.Request) -> web.Reply:
    """After signing in again: the answers that came when the session had ended, ready to be sent once more.

    Asked again, by a reload or a line that broke, they are still there: they go when their half hour is over.
    """
    me = _me(request)
    kept = sessions().parked(request.cookie(web.PARKED), me.person, datetime.now(UTC))
    if kept is None:
        return web.see_other(f"{ACCOUNT}{request.language_query}")
    texts = _words(request.language)["go_on"]
    html = _page(request, "go_on", texts["title"], texts=texts, path=kept["path"], fields=[
        (name, each) for name, value in kept["fields"].items()
        for each in (value if isinstance(value, list) else [value])])
    return web.step(web.page(html))


def leave(request: web.Request) -> web.Reply:
    """End this session."""
    _end_session_of(request)
    return _signed_out(request)


def _signed_out(request: web.Request) -> web.Reply:
    """To the page that says so, no longer marked as anybody's.

    The cookie of the session stays: its token opens nothing any more, and by it a form that is still open in another
    window keeps its answers for whoever filled it in.
    """
    return _with_cookies(web.see_other(f"{LEAVE}{asking_for(request.language)}"),
                         web.cookie(web.MARK, "", request.origin, seconds=0, for_scripts=True))


def left(request: web.Request) -> web.Reply:
    """Say that the session has ended, and how to leave the sign-in service too."""
    texts = _words(request.language)["left"]
    service = ""
    with suppress(errors.SignInUnavailable):  # the portal's own session has ended all the same
        service = provider().leave_address
    return web.page(_page(request, "left", texts["title"], texts=texts, service=service,
                          sign_in=f"{web.SIGN_IN}{request.language_query}"))


def _end_session_of(request: web.Request) -> None:
    token = request.cookie(web.SESSION)
    person = sessions().person_of(token)
    if person:
        sessions().end(person, hashed(token), datetime.now(UTC))


# -- the account -------------------------------------------------------------------------------------------------


def account(request: web.Request) -> web.Reply:
    """Who is signed in, as what, where else, and what can be done here."""
    me, now = _me(request), datetime.now(UTC)
    texts = _words(request.language)["account"]
    if request.wants_json:
        return web.data({"name": me.name, "email": me.email, "roles": [_role(role, "en") for role in me.roles]})
    others = [{"key": each.key, "here": each.key == me.key,
               "since": format_time(parse_moment(each.created_at), me.zone, request.language),
               "seen": format_time(parse_moment(each.seen_at), me.zone, request.language)}
              for each in sessions().of(me.person, now)]
    return web.page(_page(request, "account", texts["title"], texts=texts, me=me,
                          roles=[_role(role, request.language) for role in me.roles],
                          may_desk=request.person.could(Facts(), "desk.see"),
                          is_operator=any(role.name == "operator" for role in me.roles),
                          profile=PROFILE.action, addresses=addresses.BASE, sessions=others, ending=SESSIONS,
                          leave=LEAVE))


def end_sessions(request: web.Request) -> web.Reply:
    """End one session of one's own, or all of them."""
    me = _me(request)
    if request.fields.get("sesi") == "semua":
        sessions().end_all(me.person, datetime.now(UTC))
        return _signed_out(request)
    if SESSION_KEY.fullmatch(key := str(request.fields.get("sesi", ""))):
        sessions().end(me.person, key, datetime.now(UTC))
    return web.see_other(f"{ACCOUNT}{request.language_query}")


def profile(request: web.Request) -> web.Reply:
    """The profile as it is kept, to be changed."""
    me = _me(request)
    kept = identities().profile(me.person) or NO_PROFILE
    if request.wants_json:
        return web.data({**kept["answers"], VERSION: kept["version"]})
    return web.page(_profile_page(request.language, kept["answers"], int(kept["version"]), []))


def save_profile(request: web.Request) -> web.Reply:
    """Keep the profile; a mistake shows the same form again, a change by another window is told and nothing is lost."""
    me = _me(request)
    answers = {name: value for name, value in request.fields.items() if name not in {"lang", "website", VERSION}}
    version = _number(request.fields.get(VERSION))
    try:
        model = PROFILE.read(answers)
        identities().change_profile(me.person, model.model_dump(), version, addresses.audit(),
                                    addresses.note(request, me, "changed", datetime.now(UTC)))
        sessions().prefer(me.person, *_preferences(model.model_dump()))
    except errors.FormRefused as refused:
        if request.wants_json:
            raise
        return web.refused_page(_profile_page(request.language, answers, version, refused.errors), refused)
    except errors.ChangedMeanwhile as changed:
        if request.wants_json:
            raise
        newer = identities().profile(me.person) or NO_PROFILE
        told = [errors.FieldError("", "changed_meanwhile")]
        return web.refused_page(_profile_page(request.language, answers, int(newer["version"]), told), changed)
    return web.data(model.model_dump()) if request.wants_json else web.see_other(
        f"{ACCOUNT}{request.language_query}")


def _preferences(answers: Mapping[str, Any]) -> tuple[str, str]:
    """The language that a profile asks for, empty when it asks for none, and its zone, or that of its region."""
    from portal.regions import zone_of  # noqa: PLC0415 a list that only signing in and the profile need

    return answers.get("language") or "", answers.get("zone") or zone_of(str(answers.get("region") or ""))


def _profile_page(language: str, answers: Mapping[str, Any], version: int, told: list[errors.FieldError]) -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    drawn = pages.form(PROFILE, language, answers, told, carried={VERSION: str(version)})
    texts = PROFILE.words(language)
    content = pages.fragment("form_page", language, texts=texts, about="", drawn=drawn)
    return pages.in_shell(language, texts["title"], content, failed=bool(told))


def _number(value: object) -> int:
    """The version as a page or a program sends it; 0 (no profile yet) for whatever else that is."""
    text = str(value) if type(value) in {str, int} else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 more changes than anybody makes


# -- what they share ---------------------------------------------------------------------------------------------


def _me(request: web.Request) -> Session:
    """Whoever is signed in, who may look at what is their own."""
    session = request.person.session
    request.person.grant(Facts(owner=session.person))
    return session


def _role(role: Any, language: str) -> str:  # noqa: ANN401 a Role
    title = access_rules()["roles"][role.name]["title"][language]
    return f"{title} ({role.scope})" if role.scope else str(title)


def _words(language: str) -> dict[str, Any]:
    return words("account", language)


def _page(request: web.Request, template: str, title: str, **context: object) -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    return pages.in_shell(request.language, title, pages.fragment(
        template, request.language, title=title, asked=request.language_query, **context))


def _with_cookies(reply: web.Reply, *cookies: str) -> web.Reply:
    return replace(reply, cookies=cookies)


ROUTES: web.Routes = {
    ("GET", web.SIGN_IN): web.everyone(begin),
    ("GET", BACK): web.everyone(come_back),
    ("GET", web.GO_ON): web.only("account.see", go_on),
    ("GET", LEAVE): web.everyone(left),
    ("POST", LEAVE): web.everyone(leave),
    ("GET", ACCOUNT): web.only("account.see", account),
    ("POST", SESSIONS): web.only("account.change", end_sessions),
    ("GET", PROFILE.action): web.only("account.see", profile),
    ("POST", PROFILE.action): web.only("account.change", save_profile),
    **addresses.ROUTES,
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
