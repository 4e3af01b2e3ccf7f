"""The desk of credit assessment: its stores, and one dossier as a desk sees it.

Its queues are in desk_queue.py, what may be done in steps.py, marks in marking.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Annotated, Any, cast

from assessment import desk_pages, workflow
from assessment import desk_views as views
from assessment.assigning import Assessed, Case, Circumstances, may_not_act
from assessment.desk_stores import assessments, dossiers, facts_of, settings
from assessment.hands import OF_ROLE
from assessment.progress import progress
from assessment.rounds import last_day
from dupak.counting import Counted, before_of, count, lacks, notices
from dupak.dossiers import Dossier, Exhibit
from dupak.explaining import explanation
from dupak.konvensional import Butir
from dupak.models import Refused
from dupak.own_views import MEDIA, butir, counted_or_told, lacks_told, queue_row, teller
from dupak.rulebook import Rulebook, RuleMissing
from dupak.store import OFFICE, Decision
from portal import errors, web
from portal.access import ANY_SCOPE, Grant, unit_key
from portal.assets import read_json
from portal.buckets import Bucket
from portal.errors import FieldError, FormRefused
from portal.evidence import owner_key, upload_sort
from portal.forms import Form, FormModel
from portal.identifiers import format_reference, parse_reference
from portal.questions import Line, Nip
from portal.records import Item, Table, at_once
from portal.submissions import random
from portal.workdays import day_of
from uploads.models import KINDS

VIEW_SECONDS = 60
SIGNED = ("confirm", "decide")  # the steps that a document tells of


class Signature(FormModel):
    """With what somebody signs; their name is the one they signed in with."""

    nip: Annotated[str, Nip()]
    title: Annotated[str, Line(most=160)]
    place: Annotated[str, Line(most=80)]


SIGNATURE = Form("signature", Signature, "")


@cache
def rulebook() -> Rulebook:
    """The rules as the build checked them."""
    return Rulebook(read_json("credit.json"))


@cache
def catalogue() -> Mapping[str, Butir]:
    """The items of the conventional regime."""
    return {each["kode"]: butir(each) for each in read_json("butir.json")}


# -- who acts --------------------------------------------------------------------------------------------------------


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


def one(request: web.Request) -> web.Reply:
    """One dossier: what was sent, its evidence beside it, what it comes to, what happened, and what may be done."""
    return show(request, open_(request))


def show(request: web.Request, opened: Opened, told: str = "", errors_: list[FieldError] | None = None,
         answers: Mapping[str, Any] | None = None) -> web.Reply:
    """The page of a dossier, or what programs are told."""
    dossier, now = opened.dossier, datetime.now(UTC)
    kept = dossiers().decision_of(dossier)
    others = [] if kept else others_of(dossier)
    counted, faults = (None, []) if kept else outcome(dossier, opened.case, others)
    result = kept.explained[request.language] if kept else counted and explanation(
        counted, teller(rulebook(), request.language))
    may = _may(request, opened, now)
    noticed = _noticed(dossier, counted, others, request.language) if counted else []
    context = views.case(request, opened, result=result, faults=faults, may=may, noticed=noticed,
                         catalogue=catalogue(), gone=gone(dossier), events=list(dossiers().events(dossier.reference)),
                         counted=_marks_seen(opened), papers=dossiers().papers(dossier.reference))
    if request.wants_json:
        return web.data({**context["head"], "told": told, "possible": list(may),
                         "result": context["result"], "faults": context["faults"], "noticed": noticed,
                         "provisional": context["provisional"],
                         "errors": views.errors_told(errors_ or [], request.language)})
    signature = _signature_form(request, opened, may, answers, errors_)
    return desk_pages.page(request, "assessment_case", told=desk_pages.saying(told, request.language),
                      signature=signature, why=views.errors_told(errors_ or [], request.language),
                      **_team(request, opened, now), **context)


def _noticed(dossier: Dossier, counted: Counted, others: list[Decision], language: str) -> list[dict[str, Any]]:
    """What may be a slip: the official was told the same before sending."""
    kinds = read_json("attachments.json")[dossier.regime]
    found = [each for each in lacks(dossier, kinds, first=not others) if not each.stops]
    return lacks_told([*found, *notices(dossier, before_of(others), counted, rulebook())], kinds, language)


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


def outcome(dossier: Dossier, case: Case, others: list[Decision]) -> tuple[Any, list[FieldError]]:
    """What the dossier comes to with the volumes that count by now, or why it cannot be counted."""
    volumes = None
    if dossier.regime == "konvensional" and case.all_locked and dossier.state not in {"assessing", "secretariat"}:
        volumes = assessments().counted(case, views.items_of(dossier)).volumes
    return counted_or_told(dossier, rulebook(), catalogue(), day_of(datetime.now(UTC)), volumes=volumes,
                           before=before_of(others))


def others_of(dossier: Dossier) -> list[Decision]:
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


# -- what its steps ask ------------------------------------------------------------------------------------------------


def around(dossier: Dossier, now: datetime) -> Circumstances:
    """What the rules about assigning ask besides the case."""
    return Circumstances(assessed(dossier), now, under_assessment, random)


def under_assessment(person: str) -> bool:
    """Whether a dossier of this person's own is being assessed."""
    return any(each.state in OFFICE for each in dossiers().of_owner(person))


def _signature_form(request: web.Request, opened: Opened, may: Iterable[str], answers: Mapping[str, Any] | None,
                    errors_: list[FieldError] | None) -> Any:  # noqa: ANN401 markup or None
    event = next((each for each in SIGNED if each in may), None)
    if event is None or request.wants_json:
        return None
    known = assessments().signer(request.person.session.person)
    typed = request.fields if request.is_post and request.fields.get("tindakan") == event else {}
    given = answers or typed or ({"nip": known.nip, "title": known.title, "place": known.place} if known else {})
    return views.signature(SIGNATURE, opened.dossier, event, given, errors=errors_ or [], language=request.language)


def due_day(dossier: Dossier, state: str, now: datetime) -> str:
    """Until when a dossier is to leave a state: working days of the workflow, or the end of its round's window."""
    due = last_day(dossier.round, state, workflow.due(state, now))
    return due.isoformat() if due else ""


def row_of(after: Dossier) -> dict[str, Any]:
    """What a queue shows of a dossier; nothing where no office has it."""
    if after.state not in OFFICE:
        return {}
    try:
        return queue_row(after, count(after, rulebook(), catalogue(), day_of(datetime.now(UTC))))
    except (Refused, RuleMissing, FormRefused):
        return queue_row(after, None)


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
