"""What every answer of the official's door begins with: the stores, one dossier of one's own, a look at it.

It cannot read who assesses (that is another table), and decides nothing about anybody's credit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from assessment import workflow
from assessment.progress import progress
from dupak import own_views as views
from dupak.counting import (
    COUNTED_FROM,
    Counted,
    Lack,
    before_of,
    identity_wrong,
    lacks,
    notices,
    wanted,
)
from dupak.dossiers import Dossier, Exhibit
from dupak.konvensional import Butir
from dupak.rulebook import Rulebook
from dupak.sections import (
    BASE,
    BEGINNING,
)
from dupak.sources import Owner, Source
from dupak.store import DESK_OF, HOLDING, Dossiers
from portal import access, errors, web
from portal.access import Facts
from portal.assets import read_json
from portal.audit import SELF, Actor, Audit, Note
from portal.errors import ChangedMeanwhile, FieldError, FormRefused
from portal.forms import FormModel
from portal.identifiers import format_reference, parse_reference
from portal.records import Table, at_once
from portal.settings import Settings
from portal.submissions import TRAP, random
from portal.workdays import day_of


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
    from dupak.sources.attendance import Attendance  # noqa: PLC0415 most starts look at no evidence
    from dupak.sources.decisions import Decisions  # noqa: PLC0415 the same
    from dupak.sources.files import Files  # noqa: PLC0415 the same
    from registrations.catalogue import Catalogue  # noqa: PLC0415 the same
    from registrations.store import Registrations  # noqa: PLC0415 the same
    from uploads.store import Uploads  # noqa: PLC0415 the same

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


# -- one dossier ---------------------------------------------------------------------------------------------------


def one(request: web.Request) -> web.Reply:
    """One dossier: its sections with the state of each, what is missing, what it comes to, what happened."""
    return page_of(request, dossier_of(request))


def page_of(request: web.Request, dossier: Dossier, told: str = "") -> web.Reply:
    """The page of a dossier; `told` is what could not be done just now (a code with words)."""
    look, kept = look_at(dossier), dossiers().decision_of(dossier)
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


def look_at(dossier: Dossier) -> Look:
    """The whole look: also whether every file is still there, and somebody at the offices' desks."""
    found = reckoned(dossier)
    return replace(found, withdrawn=tuple(_gone(dossier)), lacks=(*found.lacks, *_without_desk(dossier)))


def _without_desk(dossier: Dossier) -> list[Lack]:
    """The offices, as they were typed, at which nobody has opened a desk yet: it is told and holds nothing up."""
    if "identitas" not in dossier.editable or not dossier.section("identitas"):
        return []
    offices = {role: str(getattr(dossier, name)) for role, name in DESK_OF.items()}
    there = at_once([partial(dossiers().has_desk, role, office) for role, office in offices.items()])
    return [Lack("identitas", "no_desk", {"role": role, "office": office}, stops=False)
            for (role, office), known in zip(offices.items(), there, strict=True) if not known]


def reckoned(dossier: Dossier) -> Look:
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
        missing += notices(dossier, before, counted, rulebook()) if counted else ()
    return Look(counted, tuple(faults), tuple(missing), (), not decisions)


def _gone(dossier: Dossier) -> list[Exhibit]:
    """The pieces of evidence whose source has them no longer, or has something else by now."""
    pointed = [each for each in dossier.evidence if each.source == "files"]
    if not pointed:
        return []
    owner, files = Owner(dossier.owner), sources()["files"]
    keys = list(dict.fromkeys(each.key for each in pointed))
    there = dict(zip(keys, at_once([partial(files.find, owner, key, dossier.language) for key in keys]), strict=True))
    return [each for each in pointed if (found := there[each.key]) is None or found.digest != each.digest]


def after_saving(request: web.Request, dossier: Dossier) -> web.Reply:
    """Where somebody is led when a change was kept: to the dossier's page."""
    if request.wants_json:
        return page_of(request, dossier)
    return web.see_other(f"{BASE}/{dossier.reference}{request.language_query}")


def not_now(request: web.Request, dossier: Dossier, told: str) -> web.Reply:
    """What was asked cannot be done to the dossier as it stands: its page says so, and nothing was lost."""
    return web.with_status_of(page_of(request, dossier, told=told), ChangedMeanwhile())


# -- what every answer needs -----------------------------------------------------------------------------------------


def read_with(read: Callable[[Mapping[str, Any]], FormModel], request: web.Request, answers: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """The answers as their form reads them; raises FormRefused, also for whatever fills in the field nobody sees."""
    if request.fields.get(TRAP):
        raise FormRefused(BEGINNING.name, [FieldError(TRAP, "must_be_empty")])
    return read(answers)


def person_of(request: web.Request) -> str:
    """Who asks, if the access table lets them see what is their own."""
    person = request.person.session.person
    request.person.grant(Facts(owner=person))
    return person


def dossier_of(request: web.Request) -> Dossier:
    """The dossier that the path names, of whoever asks; NotFound for anybody else's and for none alike."""
    reference = parse_reference(request.path_value("reference"))
    found = dossiers().find(reference) if reference else None
    request.person.grant(Facts(owner=found.owner if found else ""))
    if found is None:
        raise errors.NotFound
    return found


def note_of(request: web.Request, dossier: Dossier, action: str, now: datetime) -> Note:
    """What the audit keeps of something that its owner did to a dossier."""
    return Note(kind="dossier", record=format_reference(dossier.reference), action=action,
                actor=Actor(dossier.owner, SELF, request.source), rules=access.rules()["version"], now=now)
