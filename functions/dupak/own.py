"""The official's own door: where I stand, what is missing, my dossiers from the first draft to the decision.

It cannot read who assesses (that is another table), and decides nothing about anybody's credit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, cast

from assessment import workflow
from assessment.progress import progress
from assessment.rounds import round_for
from dupak import own_views as views
from dupak.counting import (
    COUNTED_FROM,
    Counted,
    Lack,
    before_of,
    identity_wrong,
    is_outside,
    lacks,
    notices,
    wanted,
)
from dupak.dossiers import ATTACHMENTS, SECTIONS, Dossier, Exhibit, follow_items, freeze
from dupak.konvensional import Butir
from dupak.rulebook import Rulebook
from dupak.sections import (
    BASE,
    BEGINNING,
    IDENTITY,
    INTEGRATION,
    ITEMS,
    MAY_BE_EMPTY,
    OBJECTION,
    ONE,
    TERM,
    form_of,
    proposed,
    stored,
)
from dupak.sources import Offer, Owner, Source
from dupak.sources.attendance import Attendance
from dupak.sources.decisions import Decisions
from dupak.sources.files import Files
from dupak.store import DESK_OF, HOLDING, OFFICE, Dossiers
from identity.store import Identities
from portal import access, errors, web
from portal.access import Facts
from portal.assets import read_json
from portal.audit import SELF, Actor, Audit, Note
from portal.buckets import Bucket
from portal.errors import ChangedMeanwhile, FieldError, FormRefused
from portal.evidence import Evidence, Pointer
from portal.forms import FormModel, whole_number
from portal.identifiers import format_moment, format_reference, is_ulid, new_ulid, parse_reference, reference_for
from portal.outbox import message
from portal.proven import addresses
from portal.records import Table, Write, at_once
from portal.settings import Settings
from portal.submissions import CARRIERS, IDENTIFIER, TRAP, explain, random
from portal.workdays import day_of
from registrations.catalogue import Catalogue
from registrations.store import Registrations
from uploads.store import Uploads

DOWNLOAD_SECONDS = 60
MOST_DRAFTS = 6
# Where a dossier is when its official did this a moment ago already.
AFTER: Mapping[str, tuple[str, ...]] = {"submit": ("superior",), "withdraw": ("withdrawn",)}
ANSWERED = {"identitas": IDENTITY, "integrasi": INTEGRATION, "masa": TERM, "butir": ITEMS}


@dataclass(frozen=True)
class DossiersSettings(Settings):
    """What this function needs from the template."""

    dossiers_table: str
    identity_table: str
    uploads_table: str
    registrations_table: str
    audit_table: str
    documents_bucket: str
    site_origin: str


@cache
def settings() -> DossiersSettings:
    """Read once, when the first request needs them."""
    return DossiersSettings.from_environment()


@cache
def dossiers() -> Dossiers:
    """The store."""
    return Dossiers(Table(settings().dossiers_table), Audit(Table(settings().audit_table)))


@cache
def sources() -> Mapping[str, Source]:
    """Every source of evidence by its name, in the order in which a page offers them."""
    registrations = Table(settings().registrations_table)
    every: tuple[Source, ...] = (Attendance(Registrations(registrations, random), Catalogue(registrations)),
                                 Decisions(dossiers()), Files(Uploads(Table(settings().uploads_table))))
    return {each.name: each for each in every}


@cache
def rulebook() -> Rulebook:
    """The rules as the build checked them."""
    return Rulebook(read_json("credit.json"))


@cache
def catalogue() -> Mapping[str, Butir]:
    """The items of the conventional regime that the build took in."""
    return {each["kode"]: views.butir(each) for each in read_json("butir.json")}


def kinds_of(dossier: Dossier) -> list[Mapping[str, Any]]:
    """What a dossier of this regime may have attached."""
    return list(read_json("attachments.json")[dossier.regime])


# -- my page -------------------------------------------------------------------------------------------------------


def mine(request: web.Request) -> web.Reply:
    """Where I stand, what is missing, what was decided, and every dossier."""
    me = _me(request)
    return _mine(request, me)


def _mine(request: web.Request, me: str, errors_: list[FieldError] | None = None) -> web.Reply:
    found, decisions = list(dossiers().of_owner(me)), dossiers().decisions(me)
    if request.wants_json:
        return web.data({"dossiers": [views.summary(each, request.language) for each in found],
                         "decisions": [views.decision(each, request.language) for each in decisions]})
    return views.page(request, "dossiers", BEGINNING.words(request.language)["title"], errors=errors_ or [],
                      **views.standing_of(decisions, request.language),
                      dossiers=[views.summary(each, request.language) for each in found],
                      identifier=new_ulid(datetime.now(UTC), random))


def begin(request: web.Request) -> web.Reply:
    """Begin a dossier; the same identifier again leads to the same one."""
    me, now = _me(request), datetime.now(UTC)
    try:
        answers = {name: value for name, value in request.fields.items() if name not in CARRIERS}
        regime = cast("Any", _read(BEGINNING.read, request, answers)).regime
        identifier = _identifier(request)
        _must_not_be_too_many(me, identifier)
        _must_not_be_integrated(me, regime)
    except FormRefused as refused:
        if request.wants_json:
            raise
        return web.with_status_of(_mine(request, me, refused.errors), refused)
    moment, reference = format_moment(now), reference_for(identifier)
    new = Dossier(reference, identifier, me, regime, request.language, request.person.session.email, moment,
                  since=moment)
    new = replace(new, sections=_carried(request, new))
    kept = dossiers().begin(new, _note(request, new, "recorded", now))
    place = f"{BASE}/{kept.reference}"
    if request.wants_json:
        return web.data(views.summary(kept, request.language), created=kept is new, location=place)
    return web.see_other(f"{place}{request.language_query}")


def _identifier(request: web.Request) -> str:
    given = request.fields.get(IDENTIFIER)
    if not isinstance(given, str) or not is_ulid(given):
        raise FormRefused(BEGINNING.name, [FieldError(IDENTIFIER, "identifier_shape")])
    return given


def _must_not_be_integrated(me: str, regime: str) -> None:
    """Integration happens once; what was wrong in it is an objection's affair."""
    if regime == "integrasi" and any(each.regime == regime and not each.replaced_at
                                     for each in dossiers().decisions(me)):
        raise FormRefused(BEGINNING.name, [FieldError("regime", "integrated_once")])


def _carried(request: web.Request, new: Dossier) -> dict[str, Any]:
    """What the last decision said in sections that nobody has to open: unseen, it would be lost from the count."""
    found = {name: _proposed(request, new, name) for name in MAY_BE_EMPTY if name in SECTIONS[new.regime]}
    return {name: answers for name, answers in found.items() if answers}


def _must_not_be_too_many(me: str, identifier: str) -> None:
    drafts = [each for each in dossiers().of_owner(me) if each.state == "draft" and each.submission != identifier]
    if len(drafts) >= MOST_DRAFTS:
        raise FormRefused(BEGINNING.name, [FieldError("regime", "too_many_drafts", {"most": MOST_DRAFTS})])


# -- one dossier ---------------------------------------------------------------------------------------------------


def one(request: web.Request) -> web.Reply:
    """One dossier: its sections with the state of each, what is missing, what it comes to, what happened."""
    return _one(request, _own(request))


def _one(request: web.Request, dossier: Dossier, told: str = "") -> web.Reply:
    look, kept = _look(dossier), dossiers().decision_of(dossier)
    told_of = views.dossier(dossier, look, request.language, teller=views.teller(rulebook(), request.language),
                            kinds=wanted(dossier, kinds_of(dossier), first=look.first),
                            events=list(dossiers().events(dossier.reference)),
                            papers=dossiers().papers(dossier.reference), kept=kept)
    may = workflow.possible(dossier.regime, dossier.state, "official", progress(dossier, datetime.now(UTC), reasons=1))
    if request.wants_json:
        return web.data({**views.summary(dossier, request.language), **told_of, "possible": list(may), "told": told})
    return views.page(request, "dossier", format_reference(dossier.reference), dossier=dossier, **told_of, may=may,
                      told=views.saying(told, request.language), place=f"{BASE}/{dossier.reference}")


@dataclass(frozen=True)
class Look:
    """What a look at a dossier finds: what it comes to, or why it does not, and what is missing."""

    counted: Counted | None
    faults: tuple[FieldError, ...]
    lacks: tuple[Lack, ...]
    withdrawn: tuple[Exhibit, ...]
    first: bool


def _look(dossier: Dossier) -> Look:
    found = _reckoned(dossier)
    return replace(found, withdrawn=tuple(_gone(dossier)), lacks=(*found.lacks, *_without_desk(dossier)))


def _without_desk(dossier: Dossier) -> list[Lack]:
    """The offices, as they were typed, at which nobody has opened a desk yet: it is told and holds nothing up."""
    if "identitas" not in dossier.editable or not dossier.section("identitas"):
        return []
    offices = {role: str(getattr(dossier, name)) for role, name in DESK_OF.items()}
    there = at_once([partial(dossiers().has_desk, role, office) for role, office in offices.items()])
    return [Lack("identitas", "no_desk", {"role": role, "office": office}, stops=False)
            for (role, office), known in zip(offices.items(), there, strict=True) if not known]


def _reckoned(dossier: Dossier) -> Look:
    """A look at what was answered alone: nobody has asked yet whether every file is still there."""
    decisions = [each for each in dossiers().decisions(dossier.owner) if each.reference != dossier.reference]
    before = before_of(decisions)
    if dossier.state in HOLDING:  # what was decided stands as it was told, whatever the rules say by now
        return Look(None, (), (), (), not decisions)
    missing = list(lacks(dossier, kinds_of(dossier), first=not decisions))
    counted, faults = None, views.told(identity_wrong(dossier), dossier.regime, dossier.language)
    if dossier.section(COUNTED_FROM[dossier.regime]):
        counted, faults = views.counted_or_told(dossier, rulebook(), catalogue(), day_of(datetime.now(UTC)),
                                                before=before)
        missing += notices(dossier, before) if counted else ()
    return Look(counted, tuple(faults), tuple(missing), (), not decisions)


def _gone(dossier: Dossier) -> list[Exhibit]:
    """The pieces of evidence whose source has them no longer, or has something else by now."""
    owner, files = Owner(dossier.owner), sources()["files"]
    pointed = [each for each in dossier.evidence if each.source == "files"]
    keys = list(dict.fromkeys(each.key for each in pointed))
    there = dict(zip(keys, at_once([partial(files.find, owner, key, dossier.language) for key in keys]), strict=True))
    return [each for each in pointed if (found := there[each.key]) is None or found.digest != each.digest]


def section(request: web.Request) -> web.Reply:
    """One section as a form: what was answered, or what is known already."""
    dossier, name = _own(request), _section(request)
    answers = dossier.section(name) or _proposed(request, dossier, name)
    return _section_page(request, dossier, name, form_of(name, dossier).again(answers))


def _section(request: web.Request) -> str:
    return str(request.event["routeKey"]).rpartition("/")[2]


def _proposed(request: web.Request, dossier: Dossier, name: str) -> dict[str, Any]:
    last: dict[str, Mapping[str, Any]] = {}
    for each in dossiers().decisions(dossier.owner):
        if not each.replaced_at:
            last.setdefault(each.regime, each.sections)
    profile = Identities(Table(settings().identity_table)).profile(dossier.owner)
    return proposed(name, dossier, (profile or {}).get("answers", {}), request.person.session.name, last)


def save(request: web.Request) -> web.Reply:
    """Keep a section as far as it can be read; what does not add up is told beside it and holds nothing back."""
    dossier, name = _own(request), _section(request)
    if name not in dossier.editable:
        return _changed(request, dossier, "section_closed")
    form = form_of(name, dossier)
    answers = {key: value for key, value in request.fields.items() if key not in {*CARRIERS, "more", "perubahan"}}
    if request.fields.get("more"):
        return web.step(_section_page(request, dossier, name, answers, more=str(request.fields["more"])))
    try:
        model = cast("FormModel", _read(form.read, request, answers))
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
    _let_go(dossier, kept)
    faults = [each for each in _reckoned(kept).faults if views.section_of(each.field, kept.regime) == name]
    if faults and not request.wants_json:
        return web.step(_section_page(request, kept, name, answers, errors_=faults))
    return _after(request, kept)


def _region(request: web.Request) -> str:
    profile = Identities(Table(settings().identity_table)).profile(request.person.session.person)
    return str((profile or {}).get("answers", {}).get("region", ""))


def _must_be_seen(request: web.Request, dossier: Dossier) -> None:
    """Refuse what was typed over an older state: another window saved meanwhile, and would be lost."""
    seen = str(request.fields.get("perubahan", ""))
    if seen and whole_number(seen) != dossier.changes:
        raise FormRefused(BEGINNING.name, [FieldError("", "saved_meanwhile")])


def _read(read: Callable[[Mapping[str, Any]], FormModel], request: web.Request, answers: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if request.fields.get(TRAP):
        raise FormRefused(BEGINNING.name, [FieldError(TRAP, "must_be_empty")])
    return read(answers)


def _section_page(request: web.Request, dossier: Dossier, name: str, answers: Mapping[str, Any], *,
                  errors_: list[FieldError] | None = None, more: str = "") -> web.Reply:
    if request.wants_json:
        return web.data({"section": name, "answers": dict(answers), "may_change": name in dossier.editable,
                         "changes": dossier.changes})
    return views.section_page(request, dossier, name, answers, errors_ or [], more=more,
                              catalogue=catalogue() if name == "butir" else {})


def _after(request: web.Request, dossier: Dossier) -> web.Reply:
    if request.wants_json:
        return _one(request, dossier)
    return web.see_other(f"{BASE}/{dossier.reference}{request.language_query}")


def _changed(request: web.Request, dossier: Dossier, told: str) -> web.Reply:
    """What was asked cannot be done to the dossier as it stands: its page says so, and nothing was lost."""
    return web.with_status_of(_one(request, dossier, told=told), ChangedMeanwhile())


# -- evidence ------------------------------------------------------------------------------------------------------


def attachments(request: web.Request) -> web.Reply:
    """The attachments, kind by kind, and for one kind everything that may be taken with one tap."""
    dossier = _own(request)
    return _attachments(request, dossier)


def _attachments(request: web.Request, dossier: Dossier, told: str = "") -> web.Reply:
    look = _look(dossier)
    kinds = wanted(dossier, kinds_of(dossier), first=look.first)
    slot, item = _slot(request, kinds)
    offers = _offers(request, dossier) if slot and ATTACHMENTS in dossier.editable else []
    if request.wants_json:
        return web.data({"evidence": [views.exhibit(each) for each in dossier.evidence], "told": told,
                         "offers": [views.offer(each) for each in offers], "changes": dossier.changes})
    return views.attachments_page(request, dossier, kinds, look, slot=slot, item=item, offers=offers, told=told,
                                  catalogue=catalogue())


def _slot(request: web.Request, kinds: list[Mapping[str, Any]]) -> tuple[str, str]:
    fields = request.fields if request.is_post else {"jenis": request.query("jenis"), "butir": request.query("butir")}
    slot, item = str(fields.get("jenis", "")), str(fields.get("butir", ""))
    found = next((each for each in kinds if each["kind"] == slot), None)
    if found is None:
        return "", ""
    return slot, str(whole_number(item)) if found["per_item"] and whole_number(item) else ""


def _offers(request: web.Request, dossier: Dossier) -> list[Offer]:
    owner = _owner(request, dossier)
    return [each for source in sources().values() for each in source.offers(owner, request.language)]


def _owner(request: web.Request, dossier: Dossier) -> Owner:
    return Owner(dossier.owner, tuple(addresses().all_of(request.person.session)))


def attach(request: web.Request) -> web.Reply:
    """Take a piece of evidence into the dossier, or out of it again; it stays where it is, the dossier points at it."""
    dossier = _own(request)
    if ATTACHMENTS not in dossier.editable:
        return _changed(request, dossier, "section_closed")
    fields = request.fields
    if fields.get("tindakan") == "selesai":
        return _after(request, dossiers().save(dossier, replace(dossier, returned=dossier.revised(ATTACHMENTS))))
    if fields.get("tindakan") == "hapus":
        return _detach(request, dossier, str(fields.get("bukti", "")))
    kinds = wanted(dossier, kinds_of(dossier), first=False)
    slot, item = _slot(request, kinds)
    source = sources().get(str(fields.get("sumber", "")))
    offer = source.find(_owner(request, dossier), str(fields.get("kunci", "")), request.language) if source else None
    if not slot or offer is None:
        raise errors.NotFound
    kind = next(each for each in kinds if each["kind"] == slot)
    exhibit = Exhibit(slot, offer.source, offer.key, offer.title, offer.digest, offer.day, item,
                      format_moment(datetime.now(UTC)))
    told = _why_not(dossier, exhibit, kind)
    if told:
        refused = FormRefused(BEGINNING.name, [FieldError("", told)])
        return web.with_status_of(_attachments(request, dossier, told=told), refused)
    if not any(each.id == exhibit.id for each in dossier.evidence):
        _hold(dossier, exhibit)
        dossier = _with_evidence(dossier, lambda there: (*(each for each in there if each.id != exhibit.id), exhibit))
    return _after_evidence(request, dossier)


def _why_not(dossier: Dossier, exhibit: Exhibit, kind: Mapping[str, Any]) -> str:
    """Why a piece of evidence cannot stand in its place: a code with words; empty when it can."""
    there = [each for each in dossier.evidence if (each.slot, each.item) == (exhibit.slot, exhibit.item)]
    if exhibit.item and not 1 <= int(exhibit.item) <= len(dossier.items):
        return "item_unknown"
    if len(there) >= kind["most"] and all(each.id != exhibit.id for each in there):
        return "slot_full"
    outside = dossier.regime == "konvensional" and is_outside(dossier, exhibit)
    return "evidence_outside_term" if outside else ""


def _detach(request: web.Request, dossier: Dossier, identifier: str) -> web.Reply:
    if any(each.id == identifier for each in dossier.evidence):
        kept = _with_evidence(dossier, lambda there: tuple(each for each in there if each.id != identifier))
        _let_go(dossier, kept)
        dossier = kept
    return _after_evidence(request, dossier)


def _let_go(before: Dossier, after: Dossier) -> None:
    """Note at files that this dossier points at them no longer."""
    still = {each.key for each in after.evidence if each.source == "files"}
    for each in before.evidence:
        if each.source == "files" and each.key not in still:
            _evidence().end_use(after.owner, Pointer(each.key, each.digest), "dossier",
                                format_reference(after.reference))


def _with_evidence(dossier: Dossier, change: Callable[[tuple[Exhibit, ...]], tuple[Exhibit, ...]]) -> Dossier:
    """Keep a change of the evidence; when another window was quicker, make it once more on what that one left."""
    def changed(latest: Dossier) -> Dossier:
        return replace(latest, evidence=change(latest.evidence), returned=latest.revised(ATTACHMENTS))

    try:
        return dossiers().save(dossier, changed(dossier))
    except ChangedMeanwhile:
        latest = dossiers().find(dossier.reference)
        if latest is None or ATTACHMENTS not in latest.editable:
            raise
        return dossiers().save(latest, changed(latest))


def _hold(dossier: Dossier, exhibit: Exhibit) -> None:
    """Note at a file that this dossier uses it, so that it is kept and its owner is told where it is used."""
    if exhibit.source == "files":
        _evidence().use(dossier.owner, Pointer(exhibit.key, exhibit.digest), "dossier",
                        format_reference(dossier.reference), datetime.now(UTC))


def _evidence() -> Evidence:
    return Evidence(Table(settings().uploads_table))


def _after_evidence(request: web.Request, dossier: Dossier) -> web.Reply:
    if request.wants_json:
        return _attachments(request, dossier)
    return web.see_other(f"{BASE}/{dossier.reference}/{ATTACHMENTS}{request.language_query}#daftar")


# -- sending, taking back, objecting ---------------------------------------------------------------------------------


def act(request: web.Request) -> web.Reply:
    """Send a dossier, send it again, or take it back."""
    dossier, now = _own(request), datetime.now(UTC)
    event = {"kirim": "resubmit" if dossier.state == "returned" else "submit", "tarik": "withdraw"}.get(
        str(request.fields.get("tindakan", "")))
    if event is None:
        raise errors.NotFound
    if event != "resubmit" and dossier.state in AFTER[event]:
        return _after(request, dossier)  # sent twice, by a second tap: it is done
    try:
        step = workflow.step(event, dossier.regime, dossier.state, progress(dossier, now))
    except workflow.NotNow:
        return _changed(request, dossier, "not_now")
    except workflow.NotYet as missing:
        return _changed(request, dossier, f"needs_{missing.missing[0]}")
    if event == "withdraw":
        after = replace(dossier, state=step.after, since=format_moment(now), due="")
        return _moved(request, dossier, after, event, action="withdrawn", now=now)
    return _send(request, dossier, step, now)


def _send(request: web.Request, dossier: Dossier, step: workflow.Step, now: datetime) -> web.Reply:
    """Freeze a dossier that lacks nothing and hand it on; a conventional one joins the round that takes it in."""
    look = _look(dossier)
    if any(each.stops for each in look.lacks) or look.faults or look.withdrawn:
        refused = FormRefused(BEGINNING.name, [FieldError("", "incomplete")])
        return web.with_status_of(_one(request, dossier, told="incomplete"), refused)
    found = round_for(dossier.agency, day_of(now)) if dossier.regime == "konvensional" and not dossier.round else None
    if dossier.regime == "konvensional" and not dossier.round and found is None:
        return _changed(request, dossier, "no_round")
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
        kept = dossiers().move(before, after, event, _note(request, before, action, now), row=row,
                               beside=tell(after, f"dossier_{action}", now))
    except ChangedMeanwhile:
        latest = dossiers().find(before.reference) or before
        if latest.state == after.state:
            return _after(request, latest)
        return _changed(request, latest, "changed")
    return _after(request, kept)


def tell(dossier: Dossier, template: str, now: datetime, **values: str) -> list[Write]:
    """The letter to the official about what happened; without a proven address there is none to write to."""
    if not dossier.email:
        return []
    known = {"reference": format_reference(dossier.reference), **values}
    return [message(f"DOSSIER#{dossier.reference}", template, to=dossier.email, language=dossier.language,
                    values=known, now=now)]


def object_page(request: web.Request) -> web.Reply:
    """The form in which somebody says why they do not agree with a decision."""
    return views.objection_page(request, _own(request), {}, [])


def object_(request: web.Request) -> web.Reply:
    """Object to a decision, once, within the working days that there are for it."""
    dossier, now = _own(request), datetime.now(UTC)
    answers = {name: value for name, value in request.fields.items() if name not in CARRIERS}
    try:
        said = _read(OBJECTION.read, request, answers)
    except FormRefused as refused:
        if request.wants_json:
            raise
        return web.step(web.with_status_of(views.objection_page(request, dossier, answers, refused.errors), refused))
    try:
        step = workflow.step("object", dossier.regime, dossier.state, progress(dossier, now, reasons=1))
    except (workflow.NotNow, workflow.NotYet):
        return _changed(request, dossier, "too_late")
    after = replace(dossier, state=step.after, since=format_moment(now), due=_due(step.after, now),
                    objection=said.why, objected_at=format_moment(now))
    return _moved(request, dossier, after, "object", action="objected", now=now)


# -- documents and a copy of everything --------------------------------------------------------------------------------


def paper(request: web.Request) -> web.Reply:
    """A document of a decision: the way to its content for a minute, or where its drawing stands."""
    dossier = _own(request)
    found = _paper_of(request, dossier)
    if found.state != "drawn":
        return _one(request, dossier, told=f"paper_{found.state}")
    ending = "docx" if request.path_value("kind").endswith(".docx") else "pdf"
    media = views.MEDIA[ending]
    name = f"{found.kind}-{format_reference(dossier.reference)}.{ending}"
    address = Bucket(settings().documents_bucket).download_address(f"{found.key}.{ending}", name=name, media_type=media,
                                                                    seconds=DOWNLOAD_SECONDS)
    if request.wants_json:
        return web.data({"address": address, "digest": found.digest})
    return web.see_other(address)


def _paper_of(request: web.Request, dossier: Dossier) -> Any:  # noqa: ANN401 the store's Paper
    kind = request.path_value("kind").partition(".")[0]
    found = [each for each in dossiers().papers(dossier.reference) if each.kind == kind]
    if not found:
        raise errors.NotFound
    return found[-1]


def ask_again(request: web.Request) -> web.Reply:
    """Let a document that could not be drawn be drawn once more."""
    dossier = _own(request)
    dossiers().ask_again(_paper_of(request, dossier), datetime.now(UTC))
    return _after(request, dossier)


def export(request: web.Request) -> web.Reply:
    """Everything of mine as one ZIP: an index, each dossier, each decision, each document that is drawn."""
    me, now = _me(request), datetime.now(UTC)
    dossiers().audit.note(Note(kind="person", record=me, action="exported", actor=Actor(me, SELF, request.source),
                               rules=access.rules()["version"], now=now))
    from dupak.export import archive  # noqa: PLC0415 only this answer packs

    content = archive(dossiers(), me, Bucket(settings().documents_bucket), request.language)
    return web.document(content, "application/zip", "angka-kredit-saya.zip")


# -- what they share -------------------------------------------------------------------------------------------------


def _me(request: web.Request) -> str:
    person = request.person.session.person
    request.person.grant(Facts(owner=person))
    return person


def _own(request: web.Request) -> Dossier:
    reference = parse_reference(request.path_value("reference"))
    found = dossiers().find(reference) if reference else None
    request.person.grant(Facts(owner=found.owner if found else ""))
    if found is None:
        raise errors.NotFound
    return found


def _note(request: web.Request, dossier: Dossier, action: str, now: datetime) -> Note:
    return Note(kind="dossier", record=format_reference(dossier.reference), action=action,
                actor=Actor(dossier.owner, SELF, request.source), rules=access.rules()["version"], now=now)


SECTION_ROUTES = ("identitas", "jabatan", "predikat", "ijazah", "integrasi", "masa", "butir")

ROUTES: web.Routes = {
    ("GET", BASE): web.only("dossier.see", mine),
    ("POST", BASE): web.only("dossier.change", begin),
    ("GET", f"{BASE}/salinan"): web.only("dossier.see", export),
    ("GET", ONE): web.only("dossier.see", one),
    ("POST", ONE): web.only("dossier.send", act),
    **{("GET", f"{ONE}/{name}"): web.only("dossier.see", section) for name in SECTION_ROUTES},
    **{("POST", f"{ONE}/{name}"): web.only("dossier.change", save) for name in SECTION_ROUTES},
    ("GET", f"{ONE}/{ATTACHMENTS}"): web.only("dossier.see", attachments),
    ("POST", f"{ONE}/{ATTACHMENTS}"): web.only("dossier.change", attach),
    ("GET", f"{ONE}/keberatan"): web.only("dossier.see", object_page),
    ("POST", f"{ONE}/keberatan"): web.only("dossier.send", object_),
    ("GET", f"{ONE}/dokumen/{{kind}}"): web.only("dossier.see", paper),
    ("POST", f"{ONE}/dokumen/{{kind}}"): web.only("dossier.see", ask_again),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)

