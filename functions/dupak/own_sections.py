"""The sections of a dossier as forms: what was answered or is known already, and keeping it as it is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from dupak import own_views as views
from dupak.dossiers import Dossier, follow_items
from dupak.own_dossier import after_saving, catalogue, dossier_of, dossiers, not_now, read_with, reckoned, settings
from dupak.own_evidence import let_go
from dupak.sections import (
    BEGINNING,
    form_of,
    proposed,
    stored,
)
from identity.store import Identities
from portal import web
from portal.errors import ChangedMeanwhile, FieldError, FormRefused
from portal.forms import FormModel, whole_number
from portal.records import Table
from portal.submissions import CARRIERS


def section(request: web.Request) -> web.Reply:
    """One section as a form: what was answered, or what is known already."""
    dossier, name = dossier_of(request), _section(request)
    answers = dossier.section(name) or proposed_for(request, dossier, name)
    return _section_page(request, dossier, name, form_of(name, dossier).again(answers))


def _section(request: web.Request) -> str:
    return str(request.event["routeKey"]).rpartition("/")[2]


def proposed_for(request: web.Request, dossier: Dossier, name: str) -> dict[str, Any]:
    """What a section begins with: what the last decisions said, else what the profile knows."""
    last: dict[str, Mapping[str, Any]] = {}
    for each in dossiers().decisions(dossier.owner):
        if not each.replaced_at:
            last.setdefault(each.regime, each.sections)
    profile = Identities(Table(settings().identity_table)).profile(dossier.owner)
    return proposed(name, dossier, (profile or {}).get("answers", {}), request.person.session.name, last)


def save(request: web.Request) -> web.Reply:
    """Keep a section as far as it can be read; what does not add up is told beside it and holds nothing back."""
    dossier, name = dossier_of(request), _section(request)
    if name not in dossier.editable:
        return not_now(request, dossier, "section_closed")
    form = form_of(name, dossier)
    answers = {key: value for key, value in request.fields.items() if key not in {*CARRIERS, "more", "perubahan"}}
    if request.fields.get("more"):
        return web.step(_section_page(request, dossier, name, answers, more=str(request.fields["more"])))
    try:
        model = cast("FormModel", read_with(form.read, request, answers))
        _must_be_seen(request, dossier)
    except FormRefused as refused:
        if request.wants_json:
            raise
        return web.step(web.with_status_of(
            _section_page(request, dossier, name, answers, errors_=refused.errors), refused))
    after = replace(dossier, sections={**dossier.sections, name: stored(name, model)}, returned=dossier.revised(name))
    if name == "butir":
        after = replace(after, evidence=follow_items(dossier, after.items))
    if name == "identitas":
        after = replace(after, unit=after.section(name)["unit"], agency=after.section(name)["agency"],
                        region=_region(request))
    try:
        kept = dossiers().save(dossier, after)
    except ChangedMeanwhile:
        if request.wants_json:
            raise
        latest, told = dossiers().find(dossier.reference) or dossier, [FieldError("", "saved_meanwhile")]
        return web.step(web.with_status_of(_section_page(request, latest, name, answers, errors_=told),
                                           ChangedMeanwhile()))
    let_go(dossier, kept)
    faults = [each for each in reckoned(kept).faults if views.section_of(each.field, kept.regime) == name]
    if faults and not request.wants_json:
        return web.step(_section_page(request, kept, name, answers, errors_=faults))
    return after_saving(request, kept)


def _region(request: web.Request) -> str:
    profile = Identities(Table(settings().identity_table)).profile(request.person.session.person)
    return str((profile or {}).get("answers", {}).get("region", ""))


def _must_be_seen(request: web.Request, dossier: Dossier) -> None:
    """Refuse what was typed over an older state: another window saved meanwhile, and would be lost."""
    seen = str(request.fields.get("perubahan", ""))
    if seen and whole_number(seen) != dossier.changes:
        raise FormRefused(BEGINNING.name, [FieldError("", "saved_meanwhile")])


def _section_page(request: web.Request, dossier: Dossier, name: str, answers: Mapping[str, Any], *,
                  errors_: list[FieldError] | None = None, more: str = "") -> web.Reply:
    if request.wants_json:
        return web.data({"section": name, "answers": dict(answers), "may_change": name in dossier.editable,
                         "changes": dossier.changes})
    return views.section_page(request, dossier, name, answers, errors_ or [], more=more,
                              catalogue=catalogue() if name == "butir" else {})
