"""What may be done with a dossier at a desk.

Every step is the state machine's (assessment/workflow.py), every yes the access table's, and each is one transaction:
the dossier's move, its history, its letter, the case, and the entry of the audit. Of two desks that decide at once the
second is told, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlencode

from assessment import desk_pages, workflow
from assessment import desk_views as views
from assessment.assigning import Case, NotPossible, acted, may_not_act
from assessment.desk import (
    SIGNATURE,
    SIGNED,
    Opened,
    Signature,
    acting,
    around,
    assessed,
    catalogue,
    due_day,
    open_,
    others_of,
    outcome,
    row_of,
    rulebook,
    show,
)
from assessment.desk_queue import DONE_TOLD, queue
from assessment.desk_stores import DESK, assessments, dossiers, facts_of
from assessment.hands import QUEUES
from assessment.marks import MOST_NOTE
from assessment.numbering import number, pattern_for
from assessment.progress import progress
from assessment.store import Change, MarksRefused, Signer
from dupak.counting import count, lacks, works_of
from dupak.dossiers import ATTACHMENTS, SECTIONS, Dossier, Returned, is_as_sent
from dupak.store import asked_for, counted_up, decided, replaced
from portal import access, errors, web
from portal.assets import read_json, words
from portal.audit import Actor, Note
from portal.errors import ChangedMeanwhile, FieldError, FormRefused
from portal.forms import whole_number
from portal.identifiers import format_moment, format_reference, parse_reference
from portal.machine import NotNow, NotYet
from portal.outbox import message
from portal.records import Write
from portal.workdays import day_of

NUMBERINGS = 4  # tries for a number, before a desk is told to try again itself
TELLS = {"confirm": "dossier_confirmed", "return": "dossier_returned", "complete": "dossier_complete",
         "decide": "dossier_decided", "uphold": "dossier_upheld", "grant": "dossier_granted"}
DONE = {"confirm": "verified", "return": "returned", "complete": "completed", "settle": "settled",
        "discuss": "discussed", "endorse": "approved", "decide": "decided", "uphold": "answered", "grant": "granted"}


def act(request: web.Request) -> web.Reply:
    """Let something happen to a dossier; whatever cannot be done is told on its page, and nothing is half done."""
    event, now = str(request.fields.get("tindakan", "")), datetime.now(UTC)
    action = "assessment.assign" if event == "replace" else "assessment.act"
    try:
        opened = open_(request, action)
    except errors.NotFound:
        return _gone_on(request, action)
    if event == "redraw":
        return _redraw(request, opened, now)
    if event == "replace":
        return _replace(request, opened, now)
    if event not in DONE:
        raise errors.NotFound
    seen = request.fields.get("perubahan")
    if seen and whole_number(seen) != opened.dossier.changes:
        return web.with_status_of(show(request, opened, "changed"), ChangedMeanwhile())
    try:
        return _numbered(request, opened, event, now)
    except REFUSALS as refused:
        return refusal(request, opened, refused)


def _gone_on(request: web.Request, action: str) -> web.Reply:
    """A dossier that is out of this desk's hands by now is told so, if it has been in them; else NotFound."""
    reference = parse_reference(request.path_value("reference"))
    found = dossiers().find(reference) if reference else None
    case = assessments().find(found.reference) if found else Case("")
    been = {each["before"] for each in dossiers().events(found.reference)} & {*QUEUES} if found else set()
    if found is None or not any(request.person.allows(facts_of(replace(found, state=state), case), action)
                                for state in been):
        raise errors.NotFound
    return web.with_status_of(_told_after(request, found, "changed"), ChangedMeanwhile())


def _numbered(request: web.Request, opened: Opened, event: str, now: datetime) -> web.Reply:
    """Take the step; where a decision on another dossier took the next number a moment ago, with the one after it."""
    for _ in range(NUMBERINGS):
        try:
            return _done(request, opened, event, now)
        except ChangedMeanwhile:
            latest = dossiers().find(opened.dossier.reference)
            if event != "decide" or latest is None or latest.changes != opened.dossier.changes:
                raise
    return _done(request, opened, event, now)


class NotAsSent(Exception):
    """A dossier is not what its official sent: what was decided would not be what was sent."""


REFUSALS = (FormRefused, MarksRefused, NotPossible, NotAsSent, NotYet, NotNow, ChangedMeanwhile)


def refusal(request: web.Request, opened: Opened, refused: Exception) -> web.Reply:
    """The page of a dossier with why a step was not taken; nothing of the step was kept."""
    if isinstance(refused, NotNow | ChangedMeanwhile):
        latest = dossiers().find(opened.dossier.reference) or opened.dossier
        if request.person.allows(facts_of(latest, opened.case), "assessment.read") is None:
            raise ChangedMeanwhile from None  # it is at another desk by now: there is no page of it to show
        return web.with_status_of(_told_after(request, latest, "changed"), ChangedMeanwhile())
    if isinstance(refused, NotPossible):
        return web.with_status_of(show(request, opened, refused.code), ChangedMeanwhile())
    if isinstance(refused, NotAsSent):
        return web.with_status_of(show(request, opened, "not_as_sent"), ChangedMeanwhile())
    if isinstance(refused, NotYet):
        missing = FormRefused("assessment", [FieldError("", f"needs_{each}") for each in refused.missing])
        return web.with_status_of(show(request, opened, f"needs_{refused.missing[0]}"), missing)
    if isinstance(refused, MarksRefused):
        refused = FormRefused("assessment", list(refused.errors) or [FieldError("", "unmarked")])
    assert isinstance(refused, FormRefused)
    return web.with_status_of(show(request, opened, "check", refused.errors, request.fields), refused)


def _done(request: web.Request, opened: Opened, event: str, now: datetime) -> web.Reply:
    dossier, case = opened.dossier, opened.case
    returning = _returning(request, dossier) if event in {"return", "grant"} else {}
    remark = _remark(request, event) if event in {"discuss", "uphold", "endorse"} else ""
    signature = _signature(request) if event in SIGNED else None
    if event == "complete" and request.fields.get("penilai_1") and request.fields.get(
            "penilai_1") == request.fields.get("penilai_2"):
        raise NotPossible("assessor_twice", str(request.fields["penilai_1"]))
    facts = progress(dossier, now, sections=returning, reasons=len(returning) or bool(remark),
                     missing=len(_missing(dossier)), assessors=_assessors_chosen(request, case), locked=case.locked,
                     unsettled=_unsettled(request, opened) if event == "settle" else 0)
    step = workflow.step(event, dossier.regime, dossier.state, facts)
    code = may_not_act(case, step.role, acting(request, step.role, dossier), assessed(dossier))
    if code:
        raise NotPossible(code, request.person.session.person)
    after = replace(dossier, state=step.after, since=format_moment(now), back_to=step.back_to,
                    due=due_day(dossier, step.after, now), returned=returning if step.after == "returned" else {})
    told = event in TELLS and event != "decide"
    beside = list(tell(after, TELLS[event], now, **_values(event, after))) if told else []
    beside += _case_after(request, opened, step, now, remark=remark)
    if signature:
        beside.append(assessments().signs(request.person.session.person, Signer(**signature.model_dump()), now))
    if event == "confirm" and signature:
        after = replace(after, superior={"name": request.person.session.name, "nip": signature.nip,
                                         "title": signature.title, "place": signature.place,
                                         "day": day_of(now).isoformat()})
    if event in {"uphold", "grant"}:
        after = replace(after, answer=remark, answered_at=format_moment(now))
    if event == "decide" and signature:
        after, writes = _decide(request, opened, after, signature, now)
        beside += [*writes, *tell(after, TELLS[event], now, number=after.number)]
    note = Note(kind="dossier", record=format_reference(dossier.reference), action=DONE[event],
                actor=Actor(request.person.session.person, opened.grant.role, request.source),
                rules=access.rules()["version"], now=now)
    kept = dossiers().move(dossier, after, event, note, row=row_of(after), beside=beside)
    return _told_after(request, kept, "done")


def _case_after(request: web.Request, opened: Opened, step: workflow.Step, now: datetime, *,
                remark: str) -> list[Write]:
    """What the case remembers of a step: who acted, whom it was given to, what the plenary decided."""
    event, role = step.event, step.role
    case, store = acted(opened.case, role, *acting(request, role, opened.dossier)), assessments()
    items = views.items_of(opened.dossier)
    if event == "complete" and opened.dossier.regime == "konvensional":
        people = [str(request.fields.get(name, "")) for name in ("penilai_1", "penilai_2")]
        change = store.assign(case, [each for each in people if each and case.seat_of(each) is None],
                              around(opened.dossier, now))
    elif event == "settle":
        change = store.settle(case, views.marks_in(request.fields, opened.dossier), items, now)
    elif event in {"grant", "return"} and case.seats:
        change = store.begin_again(case, now)
    elif event == "decide":
        change = store.close(case, items, now)
    elif event == "discuss":
        change = store.remark(replace(case, discussed=_discussed(request, items)), remark, now)
    elif event == "endorse":
        change = store.remark(case, remark, now)
    else:
        change = store.act(case, role, (), now)
    return list(change.writes)


def _discussed(request: web.Request, items: Iterable[Any]) -> tuple[str, ...]:
    """The items that the chair asks the plenary about, in the order of the dossier."""
    named, known = views.several(request.fields, "items"), [each.number for each in items]
    if {*named} - {*known}:
        raise FormRefused("assessment", [FieldError("items", "item_unknown")])
    return tuple(each for each in known if each in named)


def _decide(request: web.Request, opened: Opened, after: Dossier, signature: Signature,
            now: datetime) -> tuple[Dossier, list[Write]]:
    """The decision with everything that goes along: its number, its explanation, its documents, what it replaces."""
    from assessment.deciding import decision_of, papers_of  # noqa: PLC0415 printing is loaded only to decide
    from dupak.printed_konvensional import Work  # noqa: PLC0415 the same

    if not is_as_sent(opened.dossier):
        raise NotAsSent
    result, faults = outcome(opened.dossier, opened.case, others_of(opened.dossier))
    if result is None:
        raise FormRefused("assessment", faults)
    year, agency = day_of(now).year, opened.dossier.agency
    serial = dossiers().numbered(agency, year)
    told = number(pattern_for(agency, day_of(now).isoformat()), serial + 1, year, day_of(now).month)
    after = replace(after, decided_at=format_moment(now), number=told, decisions=opened.dossier.decisions + 1)
    earlier = dossiers().decisions(after.owner)
    made = decision_of(after, result, rulebook(), now)
    before = next((each for each in earlier if each.reference != after.reference and not each.replaced_at
                   and (each.regime, each.jenjang) == (after.regime, result.jenjang)), None)  # LAMA is of this level
    writes = [decided(made, after.owner), counted_up(agency, year, serial),
              *(replaced(each, after.owner, now) for each in earlier
                if each.reference == after.reference and not each.replaced_at),
              *(asked_for(each) for each in papers_of(
                  after, result, rulebook(), now, signer={"name": request.person.session.name,
                                                          **signature.model_dump()}, before=before,
                  proposed=count(opened.dossier, rulebook(), catalogue(), day_of(now))
                  if opened.dossier.regime == "konvensional" else None,
                  works=tuple(Work(*each) for each in works_of(opened.dossier, catalogue()))
                  if opened.dossier.regime == "konvensional" else (), remarks=opened.case.remarks))]
    return after, writes


def _returning(request: web.Request, dossier: Dossier) -> dict[str, Returned]:
    """The sections that are given back, each with its reason; a reason that is none is told."""
    known = desk_pages.reasons_to_return()
    found: dict[str, Returned] = {}
    for name in SECTIONS[dossier.regime]:
        reason, note = (str(request.fields.get(f"{field}_{name}", "")).strip() for field in ("alasan", "catatan"))
        if not reason and not note:
            continue
        if reason not in known:
            raise FormRefused("assessment", [FieldError(f"alasan_{name}", "reason_missing")])
        if reason == "other" and not note:
            raise FormRefused("assessment", [FieldError(f"catatan_{name}", "note_missing")])
        found[name] = Returned(reason, _readable(note, f"catatan_{name}"))
    return found


def _remark(request: web.Request, event: str) -> str:
    """What is said along with a step; the chair's goes into a printed sheet and is as short as a note."""
    return _readable(str(request.fields.get("catatan", "")), "catatan", 1000 if event == "uphold" else MOST_NOTE)


def _readable(text: str, field: str, most: int = 1000) -> str:
    from pydantic_core import PydanticCustomError  # noqa: PLC0415 only what is typed at a desk

    from portal.questions import Paragraph  # noqa: PLC0415 the same

    try:
        return str(Paragraph(most=most).read(text))
    except PydanticCustomError as error:
        raise FormRefused("assessment", [FieldError(field, error.type, dict(error.context or {}))]) from None


def _signature(request: web.Request) -> Signature:
    answers = {name: request.fields.get(name, "") for name in Signature.model_fields}
    return cast("Signature", SIGNATURE.read(answers))


def _assessors_chosen(request: web.Request, case: Case) -> int:
    chosen = {str(request.fields.get(name, "")) for name in ("penilai_1", "penilai_2")} - {""}
    return len({*(each.person for each in case.assessors), *chosen})


def _unsettled(request: web.Request, opened: Opened) -> int:
    items = views.items_of(opened.dossier)
    counted = assessments().counted(opened.case, items)
    return len({*counted.unsettled} - {*views.marks_in(request.fields, opened.dossier)})


def _values(event: str, after: Dossier) -> dict[str, str]:
    if event not in {"return", "grant"}:
        return {}
    texts = words("dossier", after.language)
    return {"sections": ", ".join(texts["sections"][name] for name in after.returned)}


def tell(dossier: Dossier, template: str, now: datetime, **values: str) -> Iterable[Write]:
    """The letter to the official; it says what happened, never who did it."""
    if dossier.email:
        known = {"reference": format_reference(dossier.reference)}
        yield message(f"DOSSIER#{dossier.reference}", template, to=dossier.email, language=dossier.language,
                      values={**known, **values}, now=now)


def _missing(dossier: Dossier) -> list[Any]:
    kinds = read_json("attachments.json")[dossier.regime]
    return [each for each in lacks(dossier, kinds, first=not others_of(dossier))
            if each.section == ATTACHMENTS and each.stops]


def _told_after(request: web.Request, dossier: Dossier, told: str) -> web.Reply:
    """Where a desk goes after a step: to the dossier if it may still see it, else back to its queue."""
    case = assessments().find(dossier.reference)
    grant = request.person.allows(facts_of(dossier, case), "assessment.read")
    if request.wants_json:
        return web.data({"reference": dossier.reference, "state": dossier.state, "told": told})
    if told != "done":
        return show(request, Opened(dossier, case, grant), told) if grant else queue(request, told)
    if grant:
        return web.see_other(f"{DESK}/{dossier.reference}{request.language_query}")
    return web.see_other(f"{DESK}?{urlencode({'hasil': DONE_TOLD, **request.language_asked})}")


def _redraw(request: web.Request, opened: Opened, now: datetime) -> web.Reply:
    """Let documents that failed be drawn once more."""
    for each in dossiers().papers(opened.dossier.reference):
        dossiers().ask_again(each, now)
    return _told_after(request, opened.dossier, "done")


def _replace(request: web.Request, opened: Opened, now: datetime) -> web.Reply:
    """Give an assessor's seat to somebody else, with a reason, or a seat that somebody has left."""
    try:
        change = _reseated(request, opened, now)
        note = Note(kind="assessment", record=format_reference(opened.dossier.reference), action="replaced",
                    actor=Actor(request.person.session.person, opened.grant.role, request.source),
                    rules=access.rules()["version"], now=now)
        assessments().commit(change, note)
    except NotPossible as not_possible:
        return web.with_status_of(show(request, opened, not_possible.code), ChangedMeanwhile())
    except MarksRefused as wrong:
        refused = FormRefused("assessment", list(wrong.errors))
        return web.with_status_of(show(request, opened, "check", refused.errors), refused)
    return _told_after(request, opened.dossier, "done")


def _reseated(request: web.Request, opened: Opened, now: datetime) -> Change:
    """The case with somebody else in a seat; a hidden third is nobody whom the secretariat knows of here."""
    gone_, by, reason = (str(request.fields.get(name, "")) for name in ("penilai", "pengganti", "alasan"))
    case, role = opened.case, opened.grant.role
    people = acting(request, role, opened.dossier)
    code = may_not_act(case, role, people, assessed(opened.dossier))
    if code:
        raise NotPossible(code, request.person.session.person)
    if case.hidden and by == case.hidden.person:
        raise NotPossible("not_in_the_pool", by)
    taken, known = [each.person for each in case.assessors], acted(case, role, *people)
    if gone_ in taken:
        return assessments().replace(known, gone_, by, reason, around(opened.dossier, now))
    if len(taken) == workflow.ASSESSORS:
        raise NotPossible("not_assigned", gone_)
    return assessments().assign(known, (by,), around(opened.dossier, now))
