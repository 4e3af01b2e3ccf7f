"""The attachments of a dossier: its checklist, and taking evidence into it or out of it. Nothing is copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dupak import own_views as views
from dupak.counting import (
    is_outside,
    wanted,
)
from dupak.dossiers import ATTACHMENTS, Dossier, Exhibit
from dupak.own_dossier import (
    after_saving,
    catalogue,
    dossier_of,
    dossiers,
    kinds_of,
    look_at,
    not_now,
    settings,
    sources,
)
from dupak.sections import (
    BASE,
    BEGINNING,
)
from dupak.sources import Offer, Owner
from portal import errors, web
from portal.errors import ChangedMeanwhile, FieldError, FormRefused
from portal.evidence import Evidence, Pointer
from portal.forms import whole_number
from portal.identifiers import format_moment, format_reference
from portal.proven import addresses
from portal.records import Table


def attachments(request: web.Request) -> web.Reply:
    """The attachments, kind by kind, and for one kind everything that may be taken with one tap."""
    dossier = dossier_of(request)
    return _attachments(request, dossier)


def _attachments(request: web.Request, dossier: Dossier, told: str = "") -> web.Reply:
    look = look_at(dossier)
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
    dossier = dossier_of(request)
    if ATTACHMENTS not in dossier.editable:
        return not_now(request, dossier, "section_closed")
    fields = request.fields
    if fields.get("tindakan") == "selesai":
        return after_saving(request, dossiers().save(dossier, replace(dossier, returned=dossier.revised(ATTACHMENTS))))
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
        let_go(dossier, kept)
        dossier = kept
    return _after_evidence(request, dossier)


def let_go(before: Dossier, after: Dossier) -> None:
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
