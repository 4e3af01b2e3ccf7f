"""The official's own door: where I stand, what is missing, my dossiers from the first draft to the decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from dupak import own_views as views
from dupak.dossiers import ATTACHMENTS, SECTIONS, Dossier
from dupak.own_dossier import after_saving, dossier_of, dossiers, note_of, one, page_of, person_of, read_with, settings
from dupak.sections import BASE, BEGINNING, MAY_BE_EMPTY, ONE
from portal import access, errors, web
from portal.audit import SELF, Actor, Note
from portal.buckets import Bucket
from portal.errors import FieldError, FormRefused
from portal.identifiers import format_moment, format_reference, is_ulid, new_ulid, reference_for
from portal.submissions import CARRIERS, IDENTIFIER, explain, random

LATER = ("dupak.sections",)  # whose forms are this door's, too
DOWNLOAD_SECONDS = 60
MOST_DRAFTS = 6


def mine(request: web.Request) -> web.Reply:
    """Where I stand, what is missing, what was decided, and every dossier."""
    me = person_of(request)
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
    me, now = person_of(request), datetime.now(UTC)
    try:
        answers = {name: value for name, value in request.fields.items() if name not in CARRIERS}
        regime = cast("Any", read_with(BEGINNING.read, request, answers)).regime
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
    kept = dossiers().begin(new, note_of(request, new, "recorded", now))
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
    from dupak.own_sections import proposed_for  # noqa: PLC0415 only to begin

    found = {name: proposed_for(request, new, name) for name in MAY_BE_EMPTY if name in SECTIONS[new.regime]}
    return {name: answers for name, answers in found.items() if answers}


def _must_not_be_too_many(me: str, identifier: str) -> None:
    drafts = [each for each in dossiers().of_owner(me) if each.state == "draft" and each.submission != identifier]
    if len(drafts) >= MOST_DRAFTS:
        raise FormRefused(BEGINNING.name, [FieldError("regime", "too_many_drafts", {"most": MOST_DRAFTS})])


# -- documents and a copy of everything --------------------------------------------------------------------------------


def paper(request: web.Request) -> web.Reply:
    """A document of a decision: the way to its content for a minute, or where its drawing stands."""
    dossier = dossier_of(request)
    found = _paper_of(request, dossier)
    if found.state != "drawn":
        return page_of(request, dossier, told=f"paper_{found.state}")
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
    dossier = dossier_of(request)
    dossiers().ask_again(_paper_of(request, dossier), datetime.now(UTC))
    return after_saving(request, dossier)


def export(request: web.Request) -> web.Reply:
    """Everything of mine as one ZIP: an index, each dossier, each decision, each document that is drawn."""
    me, now = person_of(request), datetime.now(UTC)
    dossiers().audit.note(Note(kind="person", record=me, action="exported", actor=Actor(me, SELF, request.source),
                               rules=access.rules()["version"], now=now))
    from dupak.export import archive  # noqa: PLC0415 only this answer packs

    content = archive(dossiers(), me, Bucket(settings().documents_bucket), request.language)
    return web.document(content, "application/zip", "angka-kredit-saya.zip")


# -- routes --------------------------------------------------------------------------------------------------------

SECTION, SAVE = (web.later("dupak.own_sections", name) for name in ("section", "save"))
SECTION_ROUTES = ("identitas", "jabatan", "predikat", "ijazah", "integrasi", "masa", "butir")

ROUTES: web.Routes = {
    ("GET", BASE): web.only("dossier.see", mine),
    ("POST", BASE): web.only("dossier.change", begin),
    ("GET", f"{BASE}/salinan"): web.only("dossier.see", export),
    ("GET", ONE): web.only("dossier.see", one),
    ("POST", ONE): web.only("dossier.send", web.later("dupak.own_sending", "act")),
    **{("GET", f"{ONE}/{name}"): web.only("dossier.see", SECTION) for name in SECTION_ROUTES},
    **{("POST", f"{ONE}/{name}"): web.only("dossier.change", SAVE) for name in SECTION_ROUTES},
    ("GET", f"{ONE}/{ATTACHMENTS}"): web.only("dossier.see", web.later("dupak.own_evidence", "attachments")),
    ("POST", f"{ONE}/{ATTACHMENTS}"): web.only("dossier.change", web.later("dupak.own_evidence", "attach")),
    ("GET", f"{ONE}/keberatan"): web.only("dossier.see", web.later("dupak.own_sending", "object_page")),
    ("POST", f"{ONE}/keberatan"): web.only("dossier.send", web.later("dupak.own_sending", "object_")),
    ("GET", f"{ONE}/dokumen/{{kind}}"): web.only("dossier.see", paper),
    ("POST", f"{ONE}/dokumen/{{kind}}"): web.only("dossier.see", ask_again),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
