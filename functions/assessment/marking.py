"""An assessor's own page: the items of a dossier with their evidence beside them, a draft of marks, locking them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from assessment import desk_views as views
from assessment import workflow
from assessment.assigning import NotPossible
from assessment.desk import Opened, catalogue, due_day, gone, open_, row_of, under_assessment
from assessment.desk_stores import DESK, assessments, dossiers
from assessment.progress import progress
from assessment.store import MarksRefused
from portal import access, web
from portal.audit import Actor, Note
from portal.errors import ChangedMeanwhile, FieldError, FormRefused
from portal.forms import whole_number
from portal.identifiers import format_moment, format_reference
from portal.machine import NotNow

STEPS = ("simpan", "kunci", "mundur")


def sheet(request: web.Request) -> web.Reply:
    """The items to be marked; nobody else's marks are on it before both are locked."""
    return _sheet(request, open_(request, "assessment.mark"))


def _sheet(request: web.Request, opened: Opened, told: str = "", errors: list[FieldError] | None = None,
           missing: tuple[str, ...] = ()) -> web.Reply:
    dossier, me = opened.dossier, request.person.session.person
    own = assessments().visible(dossier.reference, me).own
    if request.wants_json:
        return web.data({"reference": dossier.reference, "changes": own.changes if own else 0, "told": told,
                         "locked": bool(own and own.locked_at), "missing": missing,
                         "errors": views.errors_told(errors or [], request.language),
                         "items": [{"number": each.number, "kode": each.kode, "proposed": str(each.proposed)}
                                   for each in views.items_of(dossier)]})
    return views.marking_page(request, opened, own, catalogue(), gone(dossier), told=told, errors=errors or [],
                              missing=missing)


def mark(request: web.Request) -> web.Reply:
    """Keep the marks as a draft, lock them, or step back from this dossier with a reason."""
    opened, now = open_(request, "assessment.mark"), datetime.now(UTC)
    done = str(request.fields.get("tindakan", "simpan"))
    try:
        if done == "mundur":
            return _recuse(request, opened, now)
        _save(request, opened)
        if done == "kunci":
            return _lock(request, opened, now)
    except (MarksRefused, FormRefused) as wrong:
        return _refused(request, opened, wrong)
    except NotPossible as not_possible:
        return web.with_status_of(_sheet(request, opened, not_possible.code), ChangedMeanwhile())
    except (ChangedMeanwhile, NotNow):
        return web.with_status_of(_sheet(request, opened, "changed"), ChangedMeanwhile())
    return _sheet(request, opened, "" if request.fields.get("bukti") else "saved")


def _refused(request: web.Request, opened: Opened, wrong: MarksRefused | FormRefused) -> web.Reply:
    """The sheet with what is wrong, and everything as it was typed."""
    missing = wrong.missing if isinstance(wrong, MarksRefused) else ()
    refused = FormRefused("assessment", list(wrong.errors) or [FieldError("", "unmarked")])
    again = web.with_status_of(_sheet(request, opened, "check", list(wrong.errors), missing), refused)
    return again if request.wants_json else web.step(again)


def _save(request: web.Request, opened: Opened) -> None:
    assessments().save(opened.dossier.reference, request.person.session.person,
                       views.marks_in(request.fields, opened.dossier), views.items_of(opened.dossier),
                       whole_number(request.fields.get("perubahan")) or 0)


def _lock(request: web.Request, opened: Opened, now: datetime) -> web.Reply:
    """Lock: the dossier goes on when both have; of a hidden third it takes no step."""
    dossier, me = opened.dossier, request.person.session.person
    if under_assessment(me):
        raise NotPossible("assessed_oneself", me)
    lock = assessments().lock(dossier.reference, me, views.items_of(dossier), now)
    note = _note(request, opened, "marked", now)
    if not lock.counts:
        assessments().commit(lock.change, note)
        return _done(request)
    facts = progress(dossier, now, assessors=2, locked=lock.locked, differ=lock.differ)
    step = workflow.step("lock", dossier.regime, dossier.state, facts)
    after = dossier if step.after == dossier.state else replace(
        dossier, state=step.after, since=format_moment(now), due=due_day(dossier, step.after, now))
    dossiers().move(dossier, after, "lock", note, row=row_of(after), beside=lock.change.writes)
    return _done(request)


def _recuse(request: web.Request, opened: Opened, now: datetime) -> web.Reply:
    fields: dict[str, Any] = request.fields
    change = assessments().release(opened.case, request.person.session.person, "recused", str(fields.get("alasan", "")),
                                   now, note=str(fields.get("catatan", "")))
    assessments().commit(change, _note(request, opened, "recused", now))
    return _done(request)


def _done(request: web.Request) -> web.Reply:
    if request.wants_json:
        return web.data({"told": "done"})
    return web.see_other(f"{DESK}{request.language_query}")


def _note(request: web.Request, opened: Opened, action: str, now: datetime) -> Note:
    # A kind of its own: the official's function may read what is noted about dossiers, and who assesses is not for it.
    return Note(kind="assessment", record=format_reference(opened.dossier.reference), action=action,
                actor=Actor(request.person.session.person, opened.grant.role, request.source),
                rules=access.rules()["version"], now=now)
