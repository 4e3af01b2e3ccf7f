"""Sending a dossier, taking it back, objecting to its decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from assessment import workflow
from assessment.progress import progress
from assessment.rounds import round_for
from dupak import own_views as views
from dupak.counting import (
    Counted,
)
from dupak.dossiers import Dossier, freeze
from dupak.own_dossier import after_saving, dossier_of, dossiers, look_at, not_now, note_of, page_of, read_with
from dupak.sections import (
    BEGINNING,
    OBJECTION,
)
from dupak.store import OFFICE
from portal import errors, web
from portal.errors import ChangedMeanwhile, FieldError, FormRefused
from portal.identifiers import format_moment, format_reference
from portal.machine import NotNow, NotYet
from portal.outbox import message
from portal.records import Write
from portal.submissions import CARRIERS
from portal.workdays import day_of

# Where a dossier is when its official did this a moment ago already.
AFTER: Mapping[str, tuple[str, ...]] = {"submit": ("superior",), "withdraw": ("withdrawn",)}


def act(request: web.Request) -> web.Reply:
    """Send a dossier, send it again, or take it back."""
    dossier, now = dossier_of(request), datetime.now(UTC)
    event = {"kirim": "resubmit" if dossier.state == "returned" else "submit", "tarik": "withdraw"}.get(
        str(request.fields.get("tindakan", "")))
    if event is None:
        raise errors.NotFound
    if event != "resubmit" and dossier.state in AFTER[event]:
        return after_saving(request, dossier)  # sent twice, by a second tap: it is done
    try:
        step = workflow.step(event, dossier.regime, dossier.state, progress(dossier, now))
    except NotNow:
        return not_now(request, dossier, "not_now")
    except NotYet as missing:
        return not_now(request, dossier, f"needs_{missing.missing[0]}")
    if event == "withdraw":
        after = replace(dossier, state=step.after, since=format_moment(now), due="")
        return _moved(request, dossier, after, event, action="withdrawn", now=now)
    return _send(request, dossier, step, now)


def _send(request: web.Request, dossier: Dossier, step: workflow.Step, now: datetime) -> web.Reply:
    """Freeze a dossier that lacks nothing and hand it on; a conventional one joins the round that takes it in."""
    look = look_at(dossier)
    if any(each.stops for each in look.lacks) or look.faults or look.withdrawn:
        refused = FormRefused(BEGINNING.name, [FieldError("", "incomplete")])
        return web.with_status_of(page_of(request, dossier, told="incomplete"), refused)
    found = round_for(dossier.agency, day_of(now)) if dossier.regime == "konvensional" and not dossier.round else None
    if dossier.regime == "konvensional" and not dossier.round and found is None:
        return not_now(request, dossier, "no_round")
    after = replace(dossier, state=step.after, since=format_moment(now), returned={}, back_to="",
                    due=_due(step.after, now), round=found.id if found else dossier.round)
    frozen = replace(after, frozen=freeze(after, format_moment(now)))
    return _moved(request, dossier, frozen, step.event, action="submitted", now=now, counted=look.counted)


def _due(state: str, now: datetime) -> str:
    due = workflow.due(state, now)
    return due.isoformat() if due else ""


def _moved(request: web.Request, before: Dossier, after: Dossier, event: str, *, action: str, now: datetime,
           counted: Counted | None = None) -> web.Reply:
    row = views.queue_row(after, counted) if counted or after.state in OFFICE else {}
    try:
        kept = dossiers().move(before, after, event, note_of(request, before, action, now), row=row,
                               beside=tell(after, f"dossier_{action}", now, **_stands(action, after)))
    except ChangedMeanwhile:
        latest = dossiers().find(before.reference) or before
        if latest.state == after.state:
            return after_saving(request, latest)
        return not_now(request, latest, "changed")
    return after_saving(request, kept)


def _stands(action: str, after: Dossier) -> dict[str, str]:
    """Where a dossier has come to by being sent: what went back from the secretariat goes there again."""
    return {"stands": workflow.words(after.language)["states"][after.state]} if action == "submitted" else {}


def tell(dossier: Dossier, template: str, now: datetime, **values: str) -> list[Write]:
    """The letter to the official about what happened; without a proven address there is none to write to."""
    if not dossier.email:
        return []
    known = {"reference": format_reference(dossier.reference), **values}
    return [message(f"DOSSIER#{dossier.reference}", template, to=dossier.email, language=dossier.language,
                    values=known, now=now)]


def object_page(request: web.Request) -> web.Reply:
    """The form in which somebody says why they do not agree with a decision."""
    return views.objection_page(request, dossier_of(request), {}, [])


def object_(request: web.Request) -> web.Reply:
    """Object to a decision, once, within the working days that there are for it."""
    dossier, now = dossier_of(request), datetime.now(UTC)
    answers = {name: value for name, value in request.fields.items() if name not in CARRIERS}
    try:
        said = read_with(OBJECTION.read, request, answers)
    except FormRefused as refused:
        if request.wants_json:
            raise
        return web.step(web.with_status_of(views.objection_page(request, dossier, answers, refused.errors), refused))
    try:
        step = workflow.step("object", dossier.regime, dossier.state, progress(dossier, now, reasons=1))
    except (NotNow, NotYet):
        return not_now(request, dossier, "too_late")
    after = replace(dossier, state=step.after, since=format_moment(now), due=_due(step.after, now),
                    objection=said.why, objected_at=format_moment(now))
    return _moved(request, dossier, after, "object", action="objected", now=now)
