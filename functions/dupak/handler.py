"""The door of the calculator: counts what was filled in, shows the total with its explanation, and keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from dupak.asking import Calculation, career_of, told
from dupak.models import Refused
from dupak.rulebook import Rulebook, RuleMissing
from dupak.rules import standing
from dupak.views import Teller
from portal import web
from portal.assets import read_json
from portal.errors import FieldError, FormRefused
from portal.forms import Form
from portal.settings import Settings
from portal.submissions import CARRIERS, TRAP, explain
from portal.workdays import day_of

CREDIT = Form("credit", Calculation, "/layanan/angka-kredit/hitung")
PAGE = "/e-dupak/kalkulator/"
MORE = "more"  # the button for more rows says of which question


@dataclass(frozen=True)
class CreditSettings(Settings):
    """What the calculator needs from the template: no table."""

    site_origin: str


@cache
def settings() -> CreditSettings:
    """Read once, when the first request needs them."""
    return CreditSettings.from_environment()


@cache
def rulebook() -> Rulebook:
    """The rules as the build checked them."""
    return Rulebook(read_json("credit.json"))


def calculate(request: web.Request) -> web.Reply:
    """Count, or show the form again: with more rows, or with what to correct."""
    answers = {name: value for name, value in request.fields.items() if name not in {*CARRIERS, MORE}}
    if request.wants_json:
        return web.data(_counted(request, answers))
    if request.fields.get(MORE):
        return web.step(web.page(_page(request, answers, more=str(request.fields[MORE]))))
    try:
        result = _counted(request, answers)
    except FormRefused as refused:
        return web.step(web.refused_page(_page(request, answers, errors=refused.errors), refused))
    return web.page(_page(request, answers, result=result))


def _counted(request: web.Request, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What comes out, in the reader's language; raises FormRefused with what cannot be counted."""
    if request.fields.get(TRAP):
        raise FormRefused(CREDIT.name, [FieldError(TRAP, "must_be_empty")])
    asked = cast("Calculation", CREDIT.read(answers))
    teller = Teller(rulebook(), CREDIT.words(request.language), request.language)
    try:
        return teller.standing(standing(career_of(asked), rulebook(), day_of(datetime.now(UTC))))
    except Refused as refused:
        raise FormRefused(CREDIT.name, told(refused.faults, teller.names, request.language)) from None
    except RuleMissing as missing:
        facts = {"rule": f"{missing.table}.{missing.key}", "day": missing.day.isoformat()}
        raise FormRefused(CREDIT.name, [FieldError("", "rule_missing", facts)]) from None


def _page(request: web.Request, answers: Mapping[str, Any], *, errors: list[FieldError] | None = None,
          result: Mapping[str, Any] | None = None, more: str = "") -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    texts = CREDIT.words(request.language)
    drawn = pages.form(CREDIT, request.language, answers, errors or [], more=more)
    content = pages.fragment("credit_result", request.language, texts=texts, drawn=drawn, result=result)
    title = texts["result_title"] if result else texts["title"]
    return pages.in_shell(request.language, title, content, failed=bool(errors))


def to_page(request: web.Request) -> web.Reply:
    """The address of the form itself leads to its page."""
    return web.see_other(f"{'/en' if request.language == 'en' else ''}{PAGE}")


ROUTES: web.Routes = {("GET", CREDIT.action): web.everyone(to_page), ("POST", CREDIT.action): web.everyone(calculate)}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
