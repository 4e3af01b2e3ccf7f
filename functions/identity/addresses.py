"""The door's part for addresses: which are one's own, proving one more by a code, taking one away.

An address stands in bodies and pages only, never in an address of ours.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from identity.models import NewAddress, TypedCode
from identity.proofs import Proofs
from identity.rules import CODE_DIGITS, CODE_LIVES, CODES_A_DAY, MOST_ADDRESSES
from portal import access, web
from portal.access import Facts
from portal.audit import Actor, Audit, AuditSettings, Note
from portal.errors import FieldError, FormRefused
from portal.forms import Form
from portal.identifiers import parse_moment
from portal.moments import format_day
from portal.proven import Addresses, addresses
from portal.records import ConditionFailed, Table
from portal.sessions import Session, SessionSettings

BASE = "/layanan/akun/alamat"
ADDRESS = Form("address", NewAddress, BASE)
CODE = Form("address_code", TypedCode, f"{BASE}/kode")
REMOVING = f"{BASE}/hapus"
KEY = re.compile(r"[0-9a-f]{64}")
CARRIED = {"lang", "website"}


@cache
def proofs() -> Proofs:
    """The store of codes."""
    return Proofs(Table(SessionSettings.from_environment().identity_table))


def listed(request: web.Request) -> web.Reply:
    """One's addresses, and what can be done about them."""
    me = _me(request)
    return web.data(_as_data(me)) if request.wants_json else web.page(_page(request, me))


def ask(request: web.Request) -> web.Reply:
    """Send a code to an address; the answer is the same whoever knows that address."""
    def send(me: Session, answers: Mapping[str, Any], now: datetime) -> None:
        email = cast("NewAddress", ADDRESS.read(answers)).email
        known = addresses().all_of(me)
        if email in known:
            raise _refused("already_yours")
        if len(known) > MOST_ADDRESSES:
            raise _refused("too_many_addresses", most=MOST_ADDRESSES)
        proofs().ask(me.person, email, f"{secrets.randbelow(10 ** CODE_DIGITS):0{CODE_DIGITS}d}", request.language, now)

    return _done(request, send)


def take_code(request: web.Request) -> web.Reply:
    """Take the code that came by mail."""
    def answer(me: Session, answers: Mapping[str, Any], now: datetime) -> None:
        code = cast("TypedCode", CODE.read(answers)).code
        proofs().answer(me.person, code, audit(), note(request, me, "claimed", now, "field:email"))

    return _done(request, answer)


def remove(request: web.Request) -> web.Reply:
    """Take an address away; one that is not there is away already."""
    def take_away(me: Session, answers: Mapping[str, Any], now: datetime) -> None:
        key = str(answers.get("alamat", ""))
        if KEY.fullmatch(key):
            with suppress(ConditionFailed):
                audit().transact(proofs().table, note(request, me, "unclaimed", now, "field:email"),
                                  lambda: [Addresses.removed(me.person, key)])

    return _done(request, take_away)


def _done(request: web.Request, work: Callable[[Session, Mapping[str, Any], datetime], None]) -> web.Reply:
    """Do the work and go back to the page; what cannot be used is told beside its field."""
    me = _me(request)
    answers = {name: value for name, value in request.fields.items() if name not in CARRIED}
    try:
        work(me, answers, datetime.now(UTC))
    except FormRefused as refused:
        if request.wants_json:
            raise
        return web.refused_page(_page(request, me, refused, answers), refused)
    return web.data(_as_data(me)) if request.wants_json else web.see_other(f"{BASE}{request.language_query}")


def _refused(code: str, **facts: object) -> FormRefused:
    return FormRefused(ADDRESS.name, [FieldError("email", code, facts)])


def _me(request: web.Request) -> Session:
    session = request.person.session
    request.person.grant(Facts(owner=session.person))
    return session


def audit() -> Audit:
    """What was done to somebody's account, for good."""
    return Audit(Table(AuditSettings.from_environment().audit_table))


def note(request: web.Request, me: Session, action: str, now: datetime, *facts: str) -> Note:
    """What the audit is to remember: that this person did this to their own account."""
    return Note("person", me.person, action, Actor(me.person, access.EVERYBODY, request.source),
                access.rules()["version"], now, facts)


def _as_data(me: Session) -> dict[str, Any]:
    return {"addresses": list(addresses().all_of(me)),
            "waiting_for_code": proofs().pending(me.person, datetime.now(UTC)) is not None}


def _page(request: web.Request, me: Session, refused: FormRefused | None = None,
          answers: Mapping[str, Any] | None = None) -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn
    from portal.assets import words  # noqa: PLC0415

    language, texts = request.language, words("account", request.language)["addresses"]
    pending = proofs().pending(me.person, datetime.now(UTC))
    drawn = {form.name: pages.form(form, language, answers or {} if refused and refused.form == form.name else {},
                                   refused.errors if refused and refused.form == form.name else [])
             for form in (ADDRESS, CODE)}
    rows = [{"email": each.email, "key": each.key, "since": format_day(parse_moment(each.since), me.zone, language)}
            for each in sorted(addresses().of(me.person))]
    content = pages.fragment(
        "addresses", language, texts=texts, title=texts["title"], own=me.email, rows=rows, removing=REMOVING,
        pending=pending["email"] if pending else "", minutes=CODE_LIVES.seconds // 60,
        most=CODES_A_DAY, ask=drawn[ADDRESS.name], take=drawn[CODE.name] if pending or _is_about(CODE, refused) else "",
        asked=request.language_query)
    return pages.in_shell(language, texts["title"], content, failed=refused is not None)


def _is_about(form: Form, refused: FormRefused | None) -> bool:
    return refused is not None and refused.form == form.name


ROUTES: web.Routes = {
    ("GET", BASE): web.only("account.see", listed),
    ("POST", BASE): web.only("account.change", ask),
    ("POST", CODE.action): web.only("account.change", take_code),
    ("POST", REMOVING): web.only("account.change", remove),
}
