"""The assessors: who is there, how much each has to do, how well marks agree; joining, leaving, lending one's role."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, cast

from pydantic import Field

from assessment import desk_pages
from assessment import desk_views as views
from assessment.assigning import Assessor, NotPossible
from assessment.desk import catalogue
from assessment.desk_stores import TEAM, assessments, settings
from assessment.hands import Hands
from assessment.lending import REASONS, Delegation, lendable
from assessment.marks import MOST_NOTE
from assessment.store import MarksRefused
from identity.store import Identities
from portal import access, errors, web
from portal.access import Facts, Role
from portal.audit import Actor, Note
from portal.errors import ChangedMeanwhile, FieldError, FormRefused
from portal.forms import Form, FormModel
from portal.identifiers import format_moment, is_ulid, new_ulid
from portal.people import GOLONGAN, JENJANG
from portal.questions import Day, Line, Nip, Pick
from portal.records import Table
from portal.submissions import CARRIERS, IDENTIFIER, random
from portal.workdays import day_of


class Offering(FormModel):
    """What an assessor says of themself."""

    nip: Annotated[str, Nip()]
    jenjang: Annotated[str, Pick(options=JENJANG)]
    golongan: Annotated[str, Pick(options=GOLONGAN)]
    agency: Annotated[str, Line(most=160, autocomplete="organization")]
    away_until: Annotated[str | None, Day()] = None


class OwnRole(Line):
    """One of the roles of whoever asks: the options are theirs, so the page brings them along."""

    control: ClassVar[str] = "pick"


class Lending(FormModel):
    """A role that somebody lends for some days."""

    receiver: Annotated[str, Line(most=40)]
    role: Annotated[str, OwnRole(most=120)]
    first: Annotated[str, Day()]
    last: Annotated[str, Day()]
    reason: Annotated[str, Pick(options=REASONS)]
    note: Annotated[str | None, Line(most=MOST_NOTE)] = Field(default=None)


JOIN = Form("assessor", Offering, f"{TEAM}/diri")
LEND = Form("lending", Lending, f"{TEAM}/pinjam")


def team(request: web.Request) -> web.Reply:
    """Who may be assigned, with their workload, and how far marks agree, item by item."""
    request.person.grant(Facts(), "assessment.team")
    pool, work = assessments().pool(), assessments().workload()
    agreement = assessments().agreement(sorted(catalogue()))
    rows = [{"person": each.person, "name": each.name, "golongan": each.golongan, "agency": each.agency,
             "away_until": each.away_until, "work": work.get(each.person, 0)} for each in pool.values()]
    told = [{"kode": kode, "n": each.n, "same": views.share(each.same),
             "kappa": views.kappa(each, request.language)} for kode, each in agreement.items()]
    if request.wants_json:
        return web.data({"assessors": rows, "agreement": told})
    return desk_pages.page(request, "assessment_team", named="team", rows=rows, agreement=told)


def oneself(request: web.Request) -> web.Reply:
    """What I said of myself as an assessor, and which roles I lent or was lent; whoever opens it can be lent one."""
    _hands().introduce(request.person.session, datetime.now(UTC))
    return _oneself(request, {}, [])


def _oneself(request: web.Request, answers: dict[str, Any], faults: list[FieldError], told: str = "") -> web.Reply:
    person = request.person.session.person
    request.person.grant(Facts(owner=person), "assessment.join")
    mine, today = assessments().pool().get(person), day_of(datetime.now(UTC))
    lent = [*assessments().lent_by(person, today), *assessments().lent_to(person, today)]
    if request.wants_json:
        return web.data({"joined": mine is not None, "person": person, "told": told,
                         "lent": [each.id for each in lent]})
    profile = (Identities(Table(settings().identity_table)).profile(person) or {}).get("answers", {})
    known = answers or ({"nip": mine.nip, "jenjang": mine.jenjang, "golongan": mine.golongan, "agency": mine.agency,
                         "away_until": mine.away_until} if mine else profile)
    others = {each.receiver if each.lender == person else each.lender for each in lent}
    return views.oneself_page(request, JOIN, LEND, known, faults, mine=mine, lent=lent, told=told,
                              names={each: _hands().name_of(each) or each for each in others},
                              identifier=new_ulid(datetime.now(UTC), random), lendable=_own_roles(request))


def _hands() -> Hands:
    return Hands(assessments().table)


def _own_roles(request: web.Request) -> list[Role]:
    return [role for role in request.person.session.roles if role.name in lendable() and role.scope]


def join(request: web.Request) -> web.Reply:
    """Join the assessors, change what I said, or leave them."""
    person, now = request.person.session.person, datetime.now(UTC)
    request.person.grant(Facts(owner=person), "assessment.join")
    if not any(role.name == "penilai" for role in request.person.session.roles):
        raise errors.NotFound
    try:
        if request.fields.get("tindakan") == "keluar":
            assessments().leave(person)
            return _after(request)
        answers = {name: value for name, value in request.fields.items() if name not in {*CARRIERS, "tindakan"}}
        said = cast("Offering", JOIN.read(answers))
        assessments().join(Assessor(person, request.person.session.name, said.nip, said.jenjang, said.golongan,
                                    said.agency, away_until=said.away_until or ""), now)
    except FormRefused as refused:
        if request.wants_json:
            raise
        return web.step(web.with_status_of(_oneself(request, dict(request.fields), refused.errors), refused))
    except NotPossible as not_possible:
        return web.with_status_of(_oneself(request, {}, [], told=not_possible.code), ChangedMeanwhile())
    return _after(request)


def lend_role(request: web.Request) -> web.Reply:
    """Lend a role of my own to somebody else at the desk for some days, or end that."""
    person, now = request.person.session.person, datetime.now(UTC)
    request.person.grant(Facts(owner=person), "assessment.join")
    note = Note(kind="person", record=person, action="lent", actor=Actor(person, "self", request.source),
                rules=access.rules()["version"], now=now)
    today = day_of(now)
    if request.fields.get("tindakan") == "akhiri":
        known = [*assessments().lent_by(person, today), *assessments().lent_to(person, today)]
        found = next((each for each in known if each.id == request.fields.get("pinjaman")), None)
        if found is None:
            raise errors.NotFound
        assessments().stop_lending(found, person, replace(note, action="closed"))
        return _after(request)
    if not _own_roles(request):
        raise errors.NotFound
    try:
        assessments().lend(_lending(request, now), request.person.session.roles, note)
    except (MarksRefused, FormRefused) as wrong:
        refused = FormRefused(LEND.name, list(wrong.errors))
        if request.wants_json:
            raise refused from None
        return web.step(web.with_status_of(_oneself(request, dict(request.fields), refused.errors), refused))
    return _after(request)


def _lending(request: web.Request, now: datetime) -> Delegation:
    identifier = str(request.fields.get(IDENTIFIER, ""))
    if not is_ulid(identifier):
        raise FormRefused(LEND.name, [FieldError(IDENTIFIER, "identifier_shape")])
    said = cast("Lending", LEND.read({name: value for name, value in request.fields.items() if name not in CARRIERS}))
    if _hands().name_of(said.receiver) is None and said.receiver != request.person.session.person:
        raise FormRefused(LEND.name, [FieldError("receiver", "not_known")])
    role, _, scope = said.role.partition(":")
    return Delegation(identifier, request.person.session.person, said.receiver, role, scope, said.first, said.last,
                      said.reason, said.note or "", format_moment(now))


def _after(request: web.Request) -> web.Reply:
    if request.wants_json:
        return web.data({"told": "done"})
    return web.see_other(f"{JOIN.action}{request.language_query}")
