"""The desk of credit assessment: the queues of each role, one dossier, and what may be done with it where it is.

Every step is the state machine's (assessment/workflow.py), every yes the access table's, and each is one transaction:
the dossier's move, its history, its letter, the case, and the entry of the audit. Of two desks that decide at once the
second is told, and nothing of it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Annotated, Any, cast
from urllib.parse import urlencode

from assessment import desk_views as views
from assessment import workflow
from assessment.assigning import Assessed, Case, Circumstances, NotPossible, acted, may_not_act
from assessment.hands import OF_ROLE, QUEUES, Hands
from assessment.marks import MOST_NOTE
from assessment.numbering import number, pattern_for
from assessment.progress import progress
from assessment.rounds import last_day
from assessment.store import Assessments, Change, MarksRefused, Signer
from dupak.counting import before_of, count, lacks, notices, works_of
from dupak.dossiers import ATTACHMENTS, SECTIONS, Dossier, Exhibit, Returned, is_as_sent
from dupak.explaining import explanation
from dupak.konvensional import Butir
from dupak.models import Refused
from dupak.own_views import MEDIA, butir, counted_or_told, lacks_told, queue_row, teller
from dupak.rulebook import Rulebook, RuleMissing
from dupak.store import DESK_OF, OFFICE, Decision, Dossiers, asked_for, counted_up, decided, replaced
from portal import access, errors, web
from portal.access import ANY_SCOPE, Facts, Grant, unit_key
from portal.assets import read_json, words
from portal.audit import Actor, Audit, Note
from portal.buckets import Bucket
from portal.errors import ChangedMeanwhile, FieldError, FormRefused
from portal.evidence import owner_key, upload_sort
from portal.forms import Form, FormModel, whole_number
from portal.identifiers import format_moment, format_reference, parse_reference
from portal.outbox import message
from portal.questions import Line, Nip
from portal.records import Item, Table, Write, at_once
from portal.settings import Settings
from portal.submissions import random
from portal.workdays import day_of
from uploads.models import KINDS

DESK = "/layanan/meja/dupak"
ONE = f"{DESK}/{{reference}}"
TEAM = f"{DESK}/tim"
ON_A_PAGE = 100  # rows of a queue; the rest is behind a link
ROW = re.compile(r"(\d{4}-\d{2}-\d{2})?#[0-9A-Z]{8,26}")  # where a row stands in its queue: day and reference
VIEW_SECONDS = 60
DONE_TOLD = "tersimpan"  # what a queue's address says after a step
NUMBERINGS = 4  # tries for a number, before a desk is told to try again itself
SIGNED = ("confirm", "decide")  # the steps that a document tells of
TELLS = {"confirm": "dossier_confirmed", "return": "dossier_returned", "complete": "dossier_complete",
         "decide": "dossier_decided", "uphold": "dossier_upheld", "grant": "dossier_granted"}
DONE = {"confirm": "verified", "return": "returned", "complete": "completed", "settle": "settled",
        "discuss": "discussed", "endorse": "approved", "decide": "decided", "uphold": "answered", "grant": "granted"}


class Signature(FormModel):
    """With what somebody signs; their name is the one they signed in with."""

    nip: Annotated[str, Nip()]
    title: Annotated[str, Line(most=160)]
    place: Annotated[str, Line(most=80)]


SIGNATURE = Form("signature", Signature, "")


@dataclass(frozen=True)
class DeskSettings(Settings):
    """What this function needs from the template."""

    dossiers_table: str
    assessment_table: str
    identity_table: str
    uploads_table: str
    audit_table: str
    documents_bucket: str
    evidence_bucket: str
    site_origin: str


@cache
def settings() -> DeskSettings:
    """Read once, when the first request needs them."""
    return DeskSettings.from_environment()


@cache
def dossiers() -> Dossiers:
    """The dossiers."""
    return Dossiers(Table(settings().dossiers_table), Audit(Table(settings().audit_table)))


@cache
def assessments() -> Assessments:
    """Who assesses whom; no other function may read it."""
    return Assessments(Table(settings().assessment_table), Audit(Table(settings().audit_table)))


@cache
def rulebook() -> Rulebook:
    """The rules as the build checked them."""
    return Rulebook(read_json("credit.json"))


@cache
def catalogue() -> Mapping[str, Butir]:
    """The items of the conventional regime."""
    return {each["kode"]: butir(each) for each in read_json("butir.json")}


# -- queues ----------------------------------------------------------------------------------------------------------


def queue(request: web.Request, told: str = "") -> web.Reply:
    """What waits at this person's desk, role by role, the most urgent first; each queue is one query."""
    request.person.grant(Facts(), "assessment.see")
    now, me = datetime.now(UTC), request.person.session.person
    Hands(assessments().table).note(request.person.session, now)
    for role in DESK_OF:
        dossiers().desk_opened(role, [each.scope for each in request.person.session.roles
                                      if each.name == role and each.scope], now)
    asked = [(*each, _after_row(request, *each)) for each in _offices(request)]
    asked = [each for each in asked if each[2]] or asked
    rows = at_once([partial(dossiers().queue, state, office, ON_A_PAGE + 1, after=after)
                    for state, office, after in asked])
    found = [views.queue(state, office, some, named=_office_named(state, office, some), now=now,
                         language=request.language, me=me, most=ON_A_PAGE,
                         beside={"antrean": state, "kantor": office, **request.language_asked})
             for (state, office, _), some in zip(asked, rows, strict=True)]
    tasks = assessments().cases_of(me)
    mine = at_once([partial(dossiers().find, task.reference) for task in tasks])
    own = [views.task(task, dossier, _is_here(request, task.state, dossier), request.language)
           for task, dossier in zip(tasks, mine, strict=True) if dossier]
    if request.wants_json:
        return web.data({"queues": found, "assigned": own})
    return views.page(request, "assessment_queue", named="queue", queues=found,
                      told=views.saying(told or ("done" if request.query("hasil") == DONE_TOLD else ""),
                                        request.language),
                      tasks=own,
                      assessor=any(role.name == "penilai" for role in request.person.roles),
                      team=request.person.could(Facts(), "assessment.team"))


def _is_here(request: web.Request, state: str, dossier: Dossier) -> bool:
    """Whether an assessor can go to a task now: while its dossier is elsewhere, there is no page of it for them."""
    facts = replace(facts_of(dossier, Case("")), assigned=(request.person.session.person,))
    return request.person.allows(facts, "assessment.mark" if state == "open" else "assessment.read") is not None


def _offices(request: web.Request) -> Iterable[tuple[str, str]]:
    """Each state with each office whose queue this person has; who has every office has no other besides."""
    for state, role in QUEUES.items():
        scopes = [each.scope for each in request.person.roles if each.name == role and each.scope]
        for scope in [ANY_SCOPE] if ANY_SCOPE in scopes else dict.fromkeys(scopes):
            yield state, scope


def _office_named(state: str, office: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """What people call an office: as its dossiers write it, else its scope in words; nothing for every office."""
    if office == ANY_SCOPE:
        return ""
    return next((str(each[OFFICE[state]]) for each in rows if each.get(OFFICE[state])), office.replace("-", " "))


def _after_row(request: web.Request, state: str, office: str) -> str:
    """The row behind which this queue is asked for; empty for its beginning, and for every other queue."""
    if (request.query("antrean"), request.query("kantor")) != (state, office):
        return ""
    after = request.query("sesudah")
    return after if ROW.fullmatch(after) else ""


def acting(request: web.Request, role: str, dossier: Dossier) -> tuple[str, ...]:
    """Whoever acts when this person acts in a role: themself, and whoever lent it to them; both must be free to.

    Nobody lent it where their own role reaches the dossier's office already.
    """
    me, today = request.person.session.person, day_of(datetime.now(UTC))
    office = unit_key(str(getattr(dossier, OF_ROLE.get(role, ""), "")))
    if any(each.name == role and each.scope in {ANY_SCOPE, office} for each in request.person.session.roles):
        return (me,)
    return (me, *(each.lender for each in assessments().lent_to(me, today) if each.role == role and each.holds(today)))


# -- one dossier -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """A dossier at the desk, with its case, and the yes by which it was opened."""

    dossier: Dossier
    case: Case
    grant: Grant


def open_(request: web.Request, action: str = "") -> Opened:
    """The dossier that the path names, if this person may do this with it as it stands; NotFound looks alike."""
    reference = parse_reference(request.path_value("reference"))
    found = dossiers().find(reference) if reference else None
    case = assessments().find(found.reference) if found else Case("")
    grant = request.person.grant(facts_of(found, case), action)
    if found is None:
        raise errors.NotFound
    return Opened(found, case, grant)


def facts_of(dossier: Dossier | None, case: Case) -> Facts:
    """What the access table asks about a dossier."""
    if dossier is None:
        return Facts()
    return Facts(owner=dossier.owner, unit=dossier.unit, agency=dossier.agency, region=dossier.region,
                 state=dossier.state, record=format_reference(dossier.reference),
                 assigned=tuple(each.person for each in case.seats if not each.left
                                and not (each.hidden and dossier.state != "assessing")))


def one(request: web.Request) -> web.Reply:
    """One dossier: what was sent, its evidence beside it, what it comes to, what happened, and what may be done."""
    return show(request, open_(request))


def show(request: web.Request, opened: Opened, told: str = "", errors_: list[FieldError] | None = None,
         answers: Mapping[str, Any] | None = None) -> web.Reply:
    """The page of a dossier, or what programs are told."""
    dossier, now = opened.dossier, datetime.now(UTC)
    kept = dossiers().decision_of(dossier)
    counted, faults = (None, []) if kept else outcome(dossier, opened.case)
    result = kept.explained[request.language] if kept else counted and explanation(
        counted, teller(rulebook(), request.language))
    may = _may(request, opened, now)
    noticed = _noticed(dossier, request.language) if counted else []
    context = views.case(request, opened, result=result, faults=faults, may=may, noticed=noticed,
                         catalogue=catalogue(), gone=gone(dossier), events=list(dossiers().events(dossier.reference)),
                         counted=_marks_seen(opened), papers=dossiers().papers(dossier.reference))
    if request.wants_json:
        return web.data({**context["head"], "told": told, "possible": list(may),
                         "result": context["result"], "faults": context["faults"], "noticed": noticed,
                         "provisional": context["provisional"],
                         "errors": views.errors_told(errors_ or [], request.language)})
    signature = _signature_form(request, opened, may, answers, errors_)
    return views.page(request, "assessment_case", told=views.saying(told, request.language),
                      signature=signature, why=views.errors_told(errors_ or [], request.language),
                      **_team(request, opened, now), **context)


def _noticed(dossier: Dossier, language: str) -> list[dict[str, str]]:
    """What may be a slip: the official was told the same before sending."""
    kinds, others = read_json("attachments.json")[dossier.regime], _others(dossier)
    found = [each for each in lacks(dossier, kinds, first=not others) if not each.stops]
    return lacks_told([*found, *notices(dossier, before_of(others))], kinds, language)


def _team(request: web.Request, opened: Opened, now: datetime) -> dict[str, Any]:
    """Who assesses this dossier, and who could: for the secretariat of a conventional one only."""
    dossier, case = opened.dossier, opened.case
    if dossier.regime != "konvensional" or not any(each.name == "sekretariat" for each in request.person.roles):
        return {"assessors": [], "seats": [], "empty": 0, "may_replace": False}
    pool, work = assessments().pool(), assessments().workload()
    why = assessments().why_not(case, around(dossier, now))
    may = request.person.allows(facts_of(dossier, case), "assessment.assign") is not None
    return views.team(pool, work, why, case, request.language) | {"may_replace": may and not case.all_locked}


def _may(request: web.Request, opened: Opened, now: datetime) -> tuple[str, ...]:
    """The events that this person may bring about now, by the state machine, the access table, and who acted before."""
    dossier, case = opened.dossier, opened.case
    if request.person.allows(facts_of(dossier, case), "assessment.act") is None:
        return ()
    facts = progress(dossier, now, sections=("identitas",), reasons=1, assessors=2)
    found: list[str] = []
    for role in dict.fromkeys(each.name for each in request.person.roles):
        if may_not_act(case, role, acting(request, role, dossier), assessed(dossier)) is None:
            found += workflow.possible(dossier.regime, dossier.state, role, facts)
    return tuple(dict.fromkeys(found))


def assessed(dossier: Dossier) -> Assessed:
    """Whose dossier it is, for the rules about who may act."""
    golongan = dossier.section("masa").get("golongan") or dossier.section("jabatan").get("golongan") \
        or dossier.section("integrasi").get("golongan", "")
    return Assessed(dossier.owner, str(golongan), dossier.regime)


def _marks_seen(opened: Opened) -> Any:  # noqa: ANN401 the store's Counted or None
    """The marks of both assessors, once both are locked, for whoever has to look at them."""
    if opened.dossier.regime != "konvensional" or opened.dossier.state in {"superior", "secretariat", "assessing"}:
        return None
    return assessments().counted(opened.case, views.items_of(opened.dossier)) if opened.case.all_locked else None


def outcome(dossier: Dossier, case: Case) -> tuple[Any, list[FieldError]]:
    """What the dossier comes to with the volumes that count by now, or why it cannot be counted."""
    volumes = None
    if dossier.regime == "konvensional" and case.all_locked and dossier.state not in {"assessing", "secretariat"}:
        volumes = assessments().counted(case, views.items_of(dossier)).volumes
    return counted_or_told(dossier, rulebook(), catalogue(), day_of(datetime.now(UTC)), volumes=volumes,
                           before=before_of(_others(dossier)))


def _others(dossier: Dossier) -> list[Decision]:
    """What was decided about the same person on other dossiers."""
    return [each for each in dossiers().decisions(dossier.owner) if each.reference != dossier.reference]


def gone(dossier: Dossier) -> set[str]:
    """The evidence whose file its owner has withdrawn since it was sent, or that is another one by now."""
    uploads, owner = Table(settings().uploads_table), owner_key(dossier.owner)
    keys = list(dict.fromkeys(each.key for each in dossier.evidence if each.source == "files"))
    items = dict(zip(keys, at_once([partial(uploads.get, owner, upload_sort(key)) for key in keys]), strict=True))
    return {each.id for each in dossier.evidence if each.source == "files"
            and ((item := items[each.key]) is None or item.get("digest") != each.digest or "released_at" not in item)}


def evidence(request: web.Request) -> web.Reply:
    """One piece of evidence, to be looked at beside the item: the way to its content for a minute."""
    opened = open_(request)
    exhibit = next((each for each in opened.dossier.evidence if each.id == request.path_value("exhibit")), None)
    if exhibit is None or exhibit.source != "files" or exhibit.id in gone(opened.dossier):
        raise errors.NotFound
    return web.see_other(_address(opened.dossier, exhibit))


def _address(dossier: Dossier, exhibit: Exhibit) -> str:
    item = cast("Item", Table(settings().uploads_table).get(owner_key(dossier.owner), upload_sort(exhibit.key)))
    kind, bucket = KINDS[item["kind"]], Bucket(settings().evidence_bucket)
    if item["kind"] in views.SEEN_IN_THE_PAGE:
        return bucket.view_address(item["digest"], media_type=kind.media_type, seconds=VIEW_SECONDS)
    return bucket.download_address(item["digest"], name=f"bukti-{exhibit.id}.{kind.ending}",
                                   media_type=kind.media_type, seconds=VIEW_SECONDS)


# -- what is done ------------------------------------------------------------------------------------------------------


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


REFUSALS = (FormRefused, MarksRefused, NotPossible, NotAsSent, workflow.NotYet, workflow.NotNow, ChangedMeanwhile)


def refusal(request: web.Request, opened: Opened, refused: Exception) -> web.Reply:
    """The page of a dossier with why a step was not taken; nothing of the step was kept."""
    if isinstance(refused, workflow.NotNow | ChangedMeanwhile):
        latest = dossiers().find(opened.dossier.reference) or opened.dossier
        if request.person.allows(facts_of(latest, opened.case), "assessment.read") is None:
            raise ChangedMeanwhile from None  # it is at another desk by now: there is no page of it to show
        return web.with_status_of(_told_after(request, latest, "changed"), ChangedMeanwhile())
    if isinstance(refused, NotPossible):
        return web.with_status_of(show(request, opened, refused.code), ChangedMeanwhile())
    if isinstance(refused, NotAsSent):
        return web.with_status_of(show(request, opened, "not_as_sent"), ChangedMeanwhile())
    if isinstance(refused, workflow.NotYet):
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


def around(dossier: Dossier, now: datetime) -> Circumstances:
    """What the rules about assigning ask besides the case."""
    return Circumstances(assessed(dossier), now, under_assessment, random)


def _decide(request: web.Request, opened: Opened, after: Dossier, signature: Signature,
            now: datetime) -> tuple[Dossier, list[Write]]:
    """The decision with everything that goes along: its number, its explanation, its documents, what it replaces."""
    from assessment.deciding import decision_of, papers_of  # noqa: PLC0415 printing is loaded only to decide
    from dupak.printed_konvensional import Work  # noqa: PLC0415 the same

    if not is_as_sent(opened.dossier):
        raise NotAsSent
    result, faults = outcome(opened.dossier, opened.case)
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


def under_assessment(person: str) -> bool:
    """Whether a dossier of this person's own is being assessed."""
    return any(each.state in OFFICE for each in dossiers().of_owner(person))


def _missing(dossier: Dossier) -> list[Any]:
    kinds = read_json("attachments.json")[dossier.regime]
    return [each for each in lacks(dossier, kinds, first=not _others(dossier))
            if each.section == ATTACHMENTS and each.stops]


def _returning(request: web.Request, dossier: Dossier) -> dict[str, Returned]:
    """The sections that are given back, each with its reason; a reason that is none is told."""
    known = views.reasons_to_return()
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


def _signature_form(request: web.Request, opened: Opened, may: Iterable[str], answers: Mapping[str, Any] | None,
                    errors_: list[FieldError] | None) -> Any:  # noqa: ANN401 markup or None
    event = next((each for each in SIGNED if each in may), None)
    if event is None or request.wants_json:
        return None
    known = assessments().signer(request.person.session.person)
    typed = request.fields if request.is_post and request.fields.get("tindakan") == event else {}
    given = answers or typed or ({"nip": known.nip, "title": known.title, "place": known.place} if known else {})
    return views.signature(SIGNATURE, opened.dossier, event, given, errors=errors_ or [], language=request.language)


def _assessors_chosen(request: web.Request, case: Case) -> int:
    chosen = {str(request.fields.get(name, "")) for name in ("penilai_1", "penilai_2")} - {""}
    return len({*(each.person for each in case.assessors), *chosen})


def _unsettled(request: web.Request, opened: Opened) -> int:
    items = views.items_of(opened.dossier)
    counted = assessments().counted(opened.case, items)
    return len({*counted.unsettled} - {*views.marks_in(request.fields, opened.dossier)})


def due_day(dossier: Dossier, state: str, now: datetime) -> str:
    """Until when a dossier is to leave a state: working days of the workflow, or the end of its round's window."""
    due = last_day(dossier.round, state, workflow.due(state, now))
    return due.isoformat() if due else ""


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


def row_of(after: Dossier) -> dict[str, Any]:
    """What a queue shows of a dossier; nothing where no office has it."""
    if after.state not in OFFICE:
        return {}
    try:
        return queue_row(after, count(after, rulebook(), catalogue(), day_of(datetime.now(UTC))))
    except (Refused, RuleMissing, FormRefused):
        return queue_row(after, None)


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


def paper(request: web.Request) -> web.Reply:
    """A document of a decision, for the desk that made it or keeps it."""
    opened = open_(request)
    name, _, ending = request.path_value("kind").partition(".")
    found = [each for each in dossiers().papers(opened.dossier.reference)
             if each.kind == name and each.state == "drawn" and ending in MEDIA]
    if not found:
        raise errors.NotFound
    file = f"{name}-{format_reference(opened.dossier.reference)}.{ending}"
    return web.see_other(Bucket(settings().documents_bucket).download_address(
        f"{found[-1].key}.{ending}", name=file, media_type=MEDIA[ending], seconds=VIEW_SECONDS))


