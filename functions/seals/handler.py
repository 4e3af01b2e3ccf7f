"""The door for checking documents: their keys, how each stands, and the answer for browsers that run no script.

It keeps nothing, and what somebody checks is in no address and no log. A page with script does the same by itself
(site/theme/assets/portal/seal.js).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

from portal import web
from portal.assets import read_json
from portal.errors import FieldError, FormRefused, NotFound, StoreUnavailable
from portal.forms import Form
from portal.identifiers import format_reference, parse_reference
from portal.kms import SigningKey
from portal.moments import day_told
from portal.records import Table
from portal.seal_register import Seals
from portal.seals import PAGE, Keys, SealRefused, Statement, jwk_of, token_in, verify
from portal.settings import Settings
from portal.submissions import CARRIERS, TRAP, explain
from seals.models import SealCheck

BASE = "/layanan/dokumen"
SEAL = Form("seal", SealCheck, f"{BASE}/periksa")
KEYS, STANDING = f"{BASE}/kunci", f"{BASE}/periksa/{{reference}}"
KEYS_KEPT = 5 * 60  # seconds
UNASKED, UNREGISTERED, GENUINE = "unasked", "unregistered", "genuine"
OUTCOMES = {"in_force": GENUINE}  # how a register's state is told where it is not by its own name


@dataclass(frozen=True)
class SealsSettings(Settings):
    """What the check needs from the template."""

    seals_table: str
    seal_key: str
    site_origin: str


@cache
def settings() -> SealsSettings:
    """Read once, when the first request needs them."""
    return SealsSettings.from_environment()


@cache
def register() -> Seals:
    """The register in its table."""
    return Seals(Table(settings().seals_table))


@cache
def keys() -> Keys:
    """The key that signs now and those that did before (content/rules/seal-keys.yml), by their identifiers."""
    listed = [*read_json("seal-keys.json"), jwk_of(SigningKey(settings().seal_key).public)]
    return {each["kid"]: each for each in listed}


def tell_keys(request: web.Request) -> web.Reply:
    """Every public key, for the page that verifies by itself."""
    del request
    return web.cached(web.data({"keys": list(keys().values())}), KEYS_KEPT)


def tell_standing(request: web.Request) -> web.Reply:
    """Whether a document is in force; nothing else of it."""
    reference = parse_reference(request.path_value("reference"))
    if reference is None:
        raise NotFound
    standing = register().find(reference)
    if standing is None:
        return web.data({"state": "unknown", "day": None})
    return web.data({"state": standing.state, "day": standing.day.isoformat()})


def check(request: web.Request) -> web.Reply:
    """Say of a code what it is, in words or as data; the form stands below for the next one."""
    answers = {name: value for name, value in request.fields.items() if name not in CARRIERS}
    try:
        found = _checked(request, answers)
    except FormRefused as refused:
        if request.wants_json:
            raise
        return web.step(web.refused_page(_page(request, answers, errors=refused.errors), refused))
    return web.data(found) if request.wants_json else web.page(_page(request, {}, found=found))


def _checked(request: web.Request, answers: Mapping[str, Any]) -> dict[str, Any]:
    if request.fields.get(TRAP):
        raise FormRefused(SEAL.name, [FieldError(TRAP, "must_be_empty")])
    asked = cast("SealCheck", SEAL.read(answers))
    try:
        statement = verify(token_in(asked.seal), keys())
    except SealRefused as refused:
        return {"outcome": refused.outcome}
    outcome, since = _standing_of(statement)
    return {"outcome": outcome, "since": since.isoformat() if since else None, "kind": statement.kind,
            "reference": statement.reference, "day": statement.day.isoformat(), "total": statement.total}


def _standing_of(statement: Statement) -> tuple[str, date | None]:
    """A genuine seal stays genuine while the register is too busy to say more."""
    try:
        standing = register().find(statement.reference)
    except StoreUnavailable:
        return UNASKED, None
    if standing is None:
        return UNREGISTERED, None
    return OUTCOMES.get(standing.state, standing.state), standing.day


def _page(request: web.Request, answers: Mapping[str, Any], *, errors: list[FieldError] | None = None,
          found: Mapping[str, Any] | None = None) -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    texts = SEAL.words(request.language)
    drawn = pages.form(SEAL, request.language, answers, errors or [])
    told = shown(found, request.language) if found else None
    content = pages.fragment("seal_result", request.language, texts=texts, drawn=drawn, told=told)
    title = told["words"]["title"] if told else texts["title"]
    return pages.in_shell(request.language, title, content, failed=bool(errors))


def shown(found: Mapping[str, Any], language: str) -> dict[str, Any]:
    """An outcome as its page tells it: the words, and what is to be compared with the paper."""
    texts = SEAL.words(language)
    facts = {"kind": texts["kinds"].get(found["kind"], found["kind"]), "total": found["total"],
             "reference": format_reference(found["reference"]), "day": _told(found["day"], language),
             "since": _told(found["since"], language)} if "kind" in found else {}
    return {"outcome": found["outcome"], "words": texts["outcomes"][found["outcome"]], "facts": facts}


def _told(day: str | None, language: str) -> str:
    return day_told(day, language) if day else ""


def to_page(request: web.Request) -> web.Reply:
    """The address of the form itself leads to its page."""
    return web.see_other(f"{'/en' if request.language == 'en' else ''}{PAGE}")


ROUTES: web.Routes = {("GET", KEYS): web.everyone(tell_keys), ("GET", STANDING): web.everyone(tell_standing),
                      ("GET", SEAL.action): web.everyone(to_page), ("POST", SEAL.action): web.everyone(check)}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
