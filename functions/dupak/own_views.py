"""How an official's dossiers are told: rows, pages, sentences. Knows words and templates, no store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessment.workflow import words as workflow_words
from dupak.asking import spoken
from dupak.counting import Before, Counted, Lack, count
from dupak.dossiers import ATTACHMENTS, SECTIONS, Dossier, Exhibit
from dupak.explaining import explanation
from dupak.konvensional import Butir
from dupak.models import Fault, Refused
from dupak.rulebook import Rulebook, RuleMissing
from dupak.sections import BASE, BEGINNING, FORMS, MAY_BE_EMPTY, OBJECTION, form_of
from dupak.sources import Offer
from dupak.store import Decision, Paper
from dupak.views import Teller, month_told
from portal import web
from portal.access import masked
from portal.assets import words
from portal.errors import FieldError, FormRefused
from portal.forms import cell_name, parts_of_cell, sentence
from portal.identifiers import format_reference, parse_moment
from portal.moments import day_told, format_day, format_time

ZONE = "WIB"
MEDIA = {"pdf": "application/pdf",
         "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
GROUPS = {"posts": "changes", "evaluations": "periods", "diplomas": "diplomas", "items": "items"}
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CHART = 100  # the width of a bar, in hundredths


def butir(cells: Mapping[str, Any]) -> Butir:
    """An item of the catalogue as the build wrote it."""
    return Butir(**{**cells, "angka_kredit": Decimal(str(cells["angka_kredit"]))})


def teller(book: Rulebook, language: str) -> Teller:
    """Tells numbers and rules in this language."""
    return Teller(book, words("credit", language), language)


# -- what cannot be counted ----------------------------------------------------------------------------------------


def told(faults: Iterable[Fault], regime: str, language: str) -> list[FieldError]:
    """The faults beside the answers that they are about."""
    names = _names(language)
    return [FieldError(_field(fault, regime), fault.code, {
        name: _spoken(value, names, language) for name, value in fault.facts.items()}) for fault in faults]


def counted_or_told(dossier: Dossier, book: Rulebook, catalogue: Mapping[str, Butir], today: date, *, before: Before,
                    volumes: Mapping[str, Decimal] | None = None) -> tuple[Counted | None, list[FieldError]]:
    """What a dossier comes to (`dupak.counting.count`), or every reason why it cannot be counted, beside its answer."""
    try:
        return count(dossier, book, catalogue, today, before=before, volumes=volumes), []
    except Refused as refused:
        return None, told(refused.faults, dossier.regime, dossier.language)
    except RuleMissing as missing:
        return None, [FieldError("", "rule_missing", {"rule": f"{missing.table}.{missing.key}",
                                                      "day": missing.day.isoformat()})]
    except FormRefused as unreadable:  # a section of before that the form of today cannot read
        return None, unreadable.errors


def _field(fault: Fault, regime: str) -> str:
    group, number, cell = fault.place
    if regime == "integrasi":
        return {"points": "tugas_jabatan"}.get(cell, cell)
    if group in {"career", "term", "identity"} or (group == "posts" and number == 0):
        return cell
    return cell_name(GROUPS[group], number + (group != "posts"), cell)


def section_of(field: str, regime: str) -> str:
    """The section whose form asks this; empty for what belongs to none."""
    for section in SECTIONS[regime]:
        if section in FORMS:
            fields = FORMS[section].model.model_fields
            if parts_of_cell(field, fields)[0] in fields:
                return section
    return ""


def faults_told(errors: Iterable[FieldError], regime: str, language: str) -> list[dict[str, str]]:
    """Each fault with its section, its place there, and its sentence."""
    rows = []
    for each in errors:
        section = section_of(each.field, regime)
        form = FORMS[section].name if section else "dossier"
        rows.append({"section": section, "field": each.field, "text": sentence(form, each, language)})
    return rows


def _names(language: str) -> dict[str, str]:
    fields, names = words("credit", language)["fields"], words("credit", language)["names"]
    return {**fields["jenjang"]["options"], **fields["predikat"]["options"], **fields["entry"]["options"],
            **fields["diplomas"]["rows"]["level"]["options"], **names}


def _spoken(value: object, names: Mapping[str, str], language: str) -> str:
    return day_told(str(value), language) if DAY.fullmatch(str(value)) else spoken(value, names, language)


def saying(told: str, language: str) -> str:
    """What a page says of something that could not be done; empty where there is nothing to say."""
    return str(words("dossier", language)["told"].get(told) or words("common", language)["errors"].get(told, ""))


# -- rows ------------------------------------------------------------------------------------------------------------


def summary(dossier: Dossier, language: str) -> dict[str, Any]:
    """A dossier as a line of a list."""
    texts = words("dossier", language)
    states = workflow_words(language)["states"]
    return {"reference": dossier.reference, "number": format_reference(dossier.reference), "regime": dossier.regime,
            "kind": texts["regimes"][dossier.regime], "state": dossier.state,
            "stands": states[dossier.state], "next": texts["next"][dossier.state].format(unit=dossier.unit),
            "since": format_time(parse_moment(dossier.since or dossier.created_at), ZONE, language),
            "created": format_time(parse_moment(dossier.created_at), ZONE, language),
            "due": day_told(dossier.due, language) if dossier.due else "", "decision": dossier.number}


def decision(found: Decision, language: str) -> dict[str, Any]:
    """A decision as a line of the history."""
    texts = words("dossier", language)
    total = found.explained[language]["total"]
    return {"reference": found.reference, "number": found.number, "regime": texts["regimes"][found.regime],
            "day": format_day(parse_moment(found.decided_at), ZONE, language), "total": total["told"],
            "exact": found.total, "jenjang": _names(language).get(found.jenjang, found.jenjang),
            "golongan": found.golongan, "rules": found.rules, "replaced": bool(found.replaced_at),
            "place": f"{BASE}/{found.reference}"}


def standing_of(decisions: Sequence[Decision], language: str) -> dict[str, Any]:
    """Where somebody stands by what was decided last: the targets as bars and as a table, and the history."""
    holding = [each for each in decisions if not each.replaced_at]
    now = next((each for regime in ("konversi", "integrasi") for each in holding if each.regime == regime), None)
    told_now = now.explained[language] if now else None
    return {"now": decision(now, language) if now else None, "now_explained": told_now,
            "integration_waits": now is not None and now.regime == "konversi"
            and now.sections["jabatan"]["entry"] != "integrasi"
            and any(each.regime == "integrasi" and each.decided_at > now.decided_at for each in holding),
            "bars": [_bar(each, now, language) for each in told_now["targets"]] if now and told_now else [],
            "history": [decision(each, language) for each in decisions]}


def _bar(target: Mapping[str, Any], now: Decision, language: str) -> dict[str, Any]:
    """How far a target is: what is there of what is needed, as numbers and as the width of a bar."""
    parts = target["line"]["parts"]
    needed = Fraction(parts[0]["exact"])
    share = min(Fraction(1), max(Fraction(0), Fraction(now.total) / needed)) if needed else Fraction(1)
    texts = words("credit", language)
    earliest = [each | {"told": month_told(each["month"], texts, language)} for each in target["earliest"]]
    return {"title": target["title"], "told": target["told"], "needed": parts[0]["told"], "there": parts[1]["told"],
            "width": int(share * CHART), "earliest": earliest, "begins": target["begins"],
            "enough": target["enough"], "percent": f"{int(share * 100)}%", "language": language}


def queue_row(dossier: Dossier, counted: Counted | None) -> dict[str, Any]:
    """What a queue shows of a dossier without opening it: enough to choose by, the NIP masked."""
    identity = dossier.section("identitas")
    found = {"regime": dossier.regime, "name": identity.get("name", ""), "nip": masked(identity.get("nip", "")),
             "unit": dossier.unit, "agency": dossier.agency, "since": dossier.since, "due": dossier.due,
             "returns": dossier.decisions}
    return found | ({"jenjang": counted.jenjang, "golongan": counted.golongan} if counted else {})


def exhibit(each: Exhibit) -> dict[str, str]:
    """A piece of evidence for programs."""
    return {"id": each.id, "slot": each.slot, "item": each.item, "source": each.source, "title": each.title,
            "digest": each.digest, "day": each.day}


def offer(each: Offer) -> dict[str, str]:
    """An offer for programs."""
    return {"source": each.source, "key": each.key, "title": each.title, "digest": each.digest, "day": each.day}


# -- one dossier -----------------------------------------------------------------------------------------------------


def dossier(found: Dossier, look: Any, language: str, *, teller: Teller, kinds: Sequence[Mapping[str, Any]],  # noqa: ANN401
            events: Sequence[Mapping[str, Any]], papers: Sequence[Paper],
            kept: Decision | None = None) -> dict[str, Any]:
    """Everything that the page of one dossier shows; what was decided (`kept`) as it was told on that day."""
    texts = words("dossier", language)
    faults = faults_told(look.faults, found.regime, language)
    missing = lacks_told(look.lacks, kinds, language)
    gone = texts["lacks"]["gone" if ATTACHMENTS in found.editable else "gone_sent"]
    missing += [{"section": ATTACHMENTS, "text": gone.format(title=each.title), "stops": bool(found.editable)}
                for each in look.withdrawn]
    told_of = {each["section"] for each in (*faults, *missing)}
    complete = bool(look.counted) and not faults and not look.withdrawn and not any(each.stops for each in look.lacks)
    return {"head": summary(found, language), "faults": faults, "missing": missing,
            "sections": [_section(found, name, kinds, told_of, texts) for name in SECTIONS[found.regime]],
            "result": kept.explained[language] if kept else explanation(look.counted, teller) if look.counted else None,
            "history": [{"when": format_time(parse_moment(each["at"]), ZONE, language),
                         "what": texts["happened"][each["event"]]} for each in events],
            "papers": papers_told(papers, found, language),
            "objection": found.objection, "answer": found.answer,
            "granted": bool(found.objection and found.answered_at) and found.state not in {"objected", "closed"},
            "send_text": texts["send_again_text" if found.back_to == "secretariat" else "send_text"].format(
                unit=found.unit, agency=found.agency),
            "complete": complete}


def lacks_told(found: Iterable[Lack], kinds: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Each thing that is missing or may be a slip, with its section and its sentence."""
    texts, names = words("dossier", language), _names(language)
    roles = workflow_words(language)["roles"]

    def facts(each: Lack) -> dict[str, str]:
        told = {name: _spoken(value, names, language) for name, value in each.facts.items()}
        return {**told, "kind": _title(each.facts.get("kind", ""), kinds, language),
                "section": texts["sections"][each.section], "role": roles.get(each.facts.get("role", ""), "")}

    return [{"section": each.section, "text": texts["lacks"][each.code].format(**facts(each)), "stops": each.stops}
            for each in found]


def papers_told(papers: Sequence[Paper], found: Dossier, language: str) -> list[dict[str, Any]]:
    """The documents of the latest decision, each with where its drawing stands."""
    texts = words("dossier", language)
    last = max((each.decision for each in papers), default=0)
    return [{"kind": each.kind, "title": texts["papers"][each.kind], "state": each.state,
             "told": texts["drawing"][each.state], "place": f"{BASE}/{found.reference}/dokumen/{each.kind}"}
            for each in papers if each.decision == last]


def _title(kind: str, kinds: Sequence[Mapping[str, Any]], language: str) -> str:
    return next((str(each["title"][language]) for each in kinds if each["kind"] == kind), "")


def _section(found: Dossier, name: str, kinds: Sequence[Mapping[str, Any]], told_of: set[str],
             texts: Mapping[str, Any]) -> dict[str, Any]:
    """A section with its state; those in `told_of` have something to look at."""
    returned = found.returned.get(name)
    filled = _attached(found, kinds) if name == ATTACHMENTS else name in found.sections
    state = ("returned" if returned and not returned.revised
             else ("optional" if name in MAY_BE_EMPTY else "open") if not filled
             else "told" if name in told_of else "complete")
    return {"name": name, "title": texts["sections"][name], "state": state, "told": texts["section_states"][state],
            "reason": texts["reasons"][returned.reason] if returned else "", "note": returned.note if returned else "",
            "may_change": name in found.editable, "place": f"{BASE}/{found.reference}/{name}"}


def _attached(found: Dossier, kinds: Sequence[Mapping[str, Any]]) -> bool:
    """Whether something is attached, and, where each item is to be proved, there are items."""
    return bool(found.evidence) and (bool(found.items) or not any(each["per_item"] for each in kinds))


# -- pages -----------------------------------------------------------------------------------------------------------


def page(request: web.Request, template: str, title: str, *, errors: Sequence[FieldError] = (),
         **context: object) -> web.Reply:
    """A page of this subject inside the site's shell."""
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    language = request.language
    said = [sentence(BEGINNING.name, each, language) for each in errors]
    content = pages.fragment(template, language, title=title, texts=words("dossier", language), base=BASE,
                             asked=request.language_query, credit=words("credit", language), errors=said, **context)
    return web.page(pages.in_shell(language, title, content, failed=bool(said)))


def section_page(request: web.Request, found: Dossier, name: str, answers: Mapping[str, Any],
                 errors: list[FieldError], *, more: str, catalogue: Mapping[str, Butir]) -> web.Reply:
    """One section as a form; what was returned says why, what is closed is shown without one."""
    from portal import pages  # noqa: PLC0415 see page

    language, texts = request.language, words("dossier", request.language)
    form = form_of(name, found)
    returned = found.returned.get(name)
    drawn = pages.form(form, language, answers, errors, more=more, carried={"perubahan": str(found.changes)},
                       submit=texts["save"]) if name in found.editable else None
    rows = [] if drawn or not found.section(name) else form.shown(form.read(form.again(found.section(name))), language)
    title = texts["sections"][name]
    content = pages.fragment("dossier_section", language, title=title, texts=texts, drawn=drawn, rows=rows,
                             hint=texts["section_hints"][name], asked=request.language_query,
                             reason=texts["reasons"][returned.reason] if returned else "",
                             note=returned.note if returned else "", items=list(catalogue.values()),
                             unsur=words("credit", language)["names"], place=f"{BASE}/{found.reference}",
                             number=format_reference(found.reference))
    return web.page(pages.in_shell(language, title, content, failed=bool(errors)))


def attachments_page(request: web.Request, found: Dossier, kinds: Sequence[Mapping[str, Any]], look: Any, *,  # noqa: ANN401
                     slot: str, item: str, offers: Sequence[Offer], told: str,
                     catalogue: Mapping[str, Butir]) -> web.Reply:
    """The checklist, each kind with its state and what answers it, and the offers for one of them."""
    language, texts = request.language, words("dossier", request.language)
    gone = {each.id for each in look.withdrawn}
    rows = [_slot(found, kind, number, language=language, gone=gone, catalogue=catalogue) for kind in kinds
            for number in (range(1, len(found.items) + 1) if kind["per_item"] else [0])]
    chosen = next((each for each in rows if (each["kind"], each["item"]) == (slot, item)), None)
    offered = [{"source": each.source, "key": each.key, "title": each.title, "note": each.note,
                "day": day_told(each.day, language) if each.day else "",
                "taken": any((one.source, one.key, one.slot, one.item) == (each.source, each.key, slot, item)
                             for one in found.evidence)} for each in offers]
    groups = [{"title": texts["sources"][name], "offers": [each for each in offered if each["source"] == name]}
              for name in dict.fromkeys(each["source"] for each in offered)]
    return page(request, "dossier_attachments", texts["sections"][ATTACHMENTS], rows=rows, chosen=chosen,
                groups=groups, told=saying(told, language), may_change=ATTACHMENTS in found.editable,
                returned=found.returned.get(ATTACHMENTS), changes=found.changes,
                place=f"{BASE}/{found.reference}", number=format_reference(found.reference))


def _slot(found: Dossier, kind: Mapping[str, Any], number: int, *, language: str, gone: set[str],
          catalogue: Mapping[str, Butir]) -> dict[str, Any]:
    texts = words("dossier", language)
    item = str(number) if number else ""
    there = [{"id": each.id, "title": each.title, "source": texts["sources"][each.source], "gone": each.id in gone,
              "day": day_told(each.day, language) if each.day else ""}
             for each in found.evidence if (each.slot, each.item) == (kind["kind"], item)]
    state = "attached" if there else "missing" if kind["required"] else "optional"
    title = kind["title"][language]
    if number:
        known = catalogue.get(str(found.items[number - 1]["kode"]).strip().upper())
        title = texts["item"].format(number=number, what=known.kegiatan if known else found.items[number - 1]["kode"])
    return {"kind": kind["kind"], "item": item, "title": title, "there": there, "state": state,
            "told": texts["slot_states"][state], "full": len(there) >= kind["most"],
            "source": kind["source"][language]}


def objection_page(request: web.Request, found: Dossier, answers: Mapping[str, Any],
                   errors: list[FieldError]) -> web.Reply:
    """The form of an objection."""
    from dataclasses import replace  # noqa: PLC0415 only here

    from portal import pages  # noqa: PLC0415 see page

    form = replace(OBJECTION, action=OBJECTION.action.format(reference=found.reference))
    if request.wants_json:
        return web.data({"reference": found.reference, "objection": found.objection})
    texts = OBJECTION.words(request.language)
    drawn = pages.form(form, request.language, answers, errors)
    content = pages.fragment("form_page", request.language, texts=texts, about=format_reference(found.reference),
                             drawn=drawn)
    return web.page(pages.in_shell(request.language, texts["title"], content, failed=bool(errors)))

