"""The door that says which services may fit a family, for browsers that run no script and for programs.

It keeps nothing, and what somebody answers is in no address and no log. A page with script does the same by itself
(site/theme/assets/portal/eligibility.js) and sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal import web
from portal.assets import read_json
from portal.errors import FieldError, FormRefused
from portal.forms import Form
from portal.settings import Settings
from portal.submissions import CARRIERS, TRAP, explain
from referrals.eligibility import ANSWERS, UNKNOWN, Fit, evaluate, is_open
from referrals.family import Family

ELIGIBILITY = Form("eligibility", Family, "/layanan/rujukan/cek")
PAGE = "/rujukan/cek-kelayakan/"


@dataclass(frozen=True)
class EligibilitySettings(Settings):
    """What the check needs from the template: no table."""

    site_origin: str


@cache
def settings() -> EligibilitySettings:
    """Read once, when the first request needs them."""
    return EligibilitySettings.from_environment()


def check(request: web.Request) -> web.Reply:
    """Say of every service whether it may fit; the form stands below with its answers."""
    answers = {name: value for name, value in request.fields.items() if name not in CARRIERS}
    try:
        told = _told(request, answers)
    except FormRefused as refused:
        if request.wants_json:
            raise
        return web.step(web.refused_page(_page(request, answers, errors=refused.errors), refused))
    if request.wants_json:
        return web.data({"version": read_json("eligibility.json")["version"], "services": told})
    return web.page(_page(request, answers, told=told))


def _told(request: web.Request, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    if request.fields.get(TRAP):
        raise FormRefused(ELIGIBILITY.name, [FieldError(TRAP, "must_be_empty")])
    family, rules = ELIGIBILITY.read(answers), read_json("eligibility.json")
    services = {each["id"]: each for each in rules["services"]}
    return [_in_words(fit, services[fit.service], request.language) for fit in evaluate(rules, family.model_dump())]


def _in_words(fit: Fit, service: Mapping[str, Any], language: str) -> dict[str, Any]:
    """An answer in the reader's language, with every reason."""
    because = [{"state": state, "text": row["because"][language]}
               for row, state in zip(service["rows"], fit.states, strict=True)]
    return {"id": fit.service, "title": service["title"][language], "href": page_of(service, language),
            "answer": fit.answer, "because": because or [
                {"state": UNKNOWN, "text": ELIGIBILITY.words(language)["no_rules"]}]}


def _nothing_known(told: Mapping[str, Any]) -> bool:
    return is_open([each["state"] for each in told["because"]])


def page_of(service: Mapping[str, Any], language: str) -> str:
    """Where the directory tells of a service."""
    return f"{'/en' if language == 'en' else ''}/rujukan/layanan/{service['page']}/#{service['anchor']}"


def _page(request: web.Request, answers: Mapping[str, Any], *, errors: list[FieldError] | None = None,
          told: list[dict[str, Any]] | None = None) -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    texts = ELIGIBILITY.words(request.language)
    drawn = pages.form(ELIGIBILITY, request.language, answers, errors or [])
    groups = {answer: sorted((each for each in told or () if each["answer"] == answer), key=_nothing_known)
              for answer in ANSWERS}
    content = pages.fragment("eligibility_result", request.language, texts=texts, drawn=drawn, told=told, groups=groups)
    title = texts["result_title"] if told else texts["title"]
    return pages.in_shell(request.language, title, content, failed=bool(errors))


def to_page(request: web.Request) -> web.Reply:
    """The address of the form itself leads to its page."""
    return web.see_other(f"{'/en' if request.language == 'en' else ''}{PAGE}")


ROUTES: web.Routes = {("GET", ELIGIBILITY.action): web.everyone(to_page),
                      ("POST", ELIGIBILITY.action): web.everyone(check)}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
