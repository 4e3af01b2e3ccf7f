"""How the desk of credit assessment tells of one dossier and its marks. Knows words and templates, no store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessment import marks as marking
from assessment.desk_pages import page, saying
from assessment.marks import Item, Mark, proposed
from assessment.workflow import ASSESSORS
from assessment.workflow import words as workflow_words
from dupak.counting import twice_in
from dupak.dossiers import ATTACHMENTS, SECTIONS, Dossier
from dupak.models import written
from dupak.own_views import ZONE, faults_told
from dupak.sections import FORMS
from portal import web
from portal.access import ANY_SCOPE, Role
from portal.assets import words
from portal.errors import FieldError, FormRefused
from portal.forms import Form, sentence
from portal.identifiers import format_reference, parse_moment
from portal.moments import day_told, format_time

SEEN_IN_THE_PAGE = ("pdf", "jpeg", "png", "webp")
PICTURES = ("jpeg", "png", "webp")
MARKED = ("accepted", "reason", "note")  # the fields of an item that is marked
REMARKED = ("sekretariat", "ketua", "penetap")  # who reads what the chair remarks


def errors_told(errors: Sequence[FieldError], language: str) -> list[dict[str, str]]:
    """Each error with the place that it is about."""
    texts, common = words("assessment", language), words("common", language)["errors"]
    signature = words("signature", language)["fields"]
    found = []
    for each in errors:
        if each.field in signature:
            text = sentence("signature", each, language)
        else:
            code = "reason_missing" if (each.field.startswith("reason_"), each.code) == (True, "missing") else each.code
            template = (texts["errors"].get(code) or texts["faults"].get(each.code) or common.get(each.code)
                        or saying(each.code, language))
            text = str(template).format(**each.facts)
        found.append({"field": each.field, "text": _of_item(each.field, text, texts["desk"])})
    return found


def _of_item(field: str, text: str, texts: Mapping[str, Any]) -> str:
    """What is said about an item begins with its number."""
    name, _, number = field.rpartition("_")
    return f"{texts['item']} {number}: {text}" if name in MARKED and number.isdigit() else text


# -- one dossier -----------------------------------------------------------------------------------------------------


def items_of(dossier: Dossier) -> tuple[Item, ...]:
    """The items of a dossier as marks are made of them."""
    return proposed(dossier.items)


def marks_in(fields: Mapping[str, Any], dossier: Dossier) -> dict[str, Mark]:
    """The marks that a page sends (`accepted_3`, `reason_3`, `note_3`); raises FormRefused for what cannot be read."""
    from portal.questions import Points, readable  # noqa: PLC0415 only what is typed at a desk

    found, faults = {}, list[FieldError]()
    for item in items_of(dossier):
        given, reason, note = (str(fields.get(f"{name}_{item.number}", "")).strip()
                               for name in ("accepted", "reason", "note"))
        if not any((given, reason, note)):
            continue
        accepted = _read(f"accepted_{item.number}", Points(most=1000).read, given, faults) if given else ""
        note = _read(f"note_{item.number}", readable, note, faults)
        if not faults:
            found[item.number] = Mark(item.number, Decimal(accepted) if accepted else None, reason, note)
    if faults:
        raise FormRefused("assessment", faults)
    return found


def _read(field: str, read: Callable[[object], object], given: str, faults: list[FieldError]) -> str:
    """What was typed, read as the forms read it; what cannot be read is added to the faults."""
    from pydantic_core import PydanticCustomError  # noqa: PLC0415 see marks_in

    try:
        return str(read(given))
    except PydanticCustomError as error:
        faults.append(FieldError(field, error.type, dict(error.context or {})))
        return ""


def several(fields: Mapping[str, Any], name: str) -> list[str]:
    """What was chosen among several boxes of one name; programs send a list."""
    given = fields.get(name, [])
    return [str(each) for each in given] if isinstance(given, list) else [str(given)]


def case(request: web.Request, opened: Any, *, result: Any, faults: Sequence[FieldError], may: Sequence[str],  # noqa: ANN401
         noticed: Sequence[Mapping[str, str]], catalogue: Mapping[str, Any], gone: set[str],
         events: Sequence[Mapping[str, Any]], counted: Any, papers: Sequence[Any]) -> dict[str, Any]:  # noqa: ANN401
    """Everything that the page of a dossier shows at the desk."""
    dossier, language = opened.dossier, request.language
    texts = words("dossier", language)
    identity = dossier.section("identitas")
    shown = opened.grant.shown({"nip": identity.get("nip", "")})
    sections = [{"name": name, "title": texts["sections"][name], "rows": _answers(dossier, name, shown, language)}
                for name in SECTIONS[dossier.regime] if name != ATTACHMENTS]
    evidence = [{"id": each.id, "title": each.title, "slot": each.slot, "item": each.item, "source": each.source,
                 "told": texts["sources"][each.source], "day": day_told(each.day, language) if each.day else "",
                 "gone": each.id in gone} for each in dossier.evidence]
    chosen = next((each for each in evidence if each["id"] == request.query("bukti")), None)
    return {"title": f"{texts['regimes'][dossier.regime]} {format_reference(dossier.reference)}",
            "head": {"reference": dossier.reference, "number": format_reference(dossier.reference),
                     "state": dossier.state, "regime": dossier.regime, "changes": dossier.changes,
                     "stands": workflow_words(language)["states"][dossier.state],
                     "due": day_told(dossier.due, language) if dossier.due else "",
                     "digest": dossier.frozen.digest if dossier.frozen else ""},
            "sections": sections, "evidence": evidence, "chosen": chosen, "may": list(may),
            "slots": _slots(dossier, language),
            "items": _items(dossier, evidence, catalogue, counted, language, case_=opened.case),
            "remarks": opened.case.remarks if opened.grant.role in REMARKED else "",
            "provisional": dossier.state == "plenary" and result is not None,
            "typed": {name: value for name, value in request.fields.items() if isinstance(value, str)}
            if request.is_post else {}, "chosen_items": several(request.fields, "items") if request.is_post else [],
            "result": result, "noticed": noticed,
            "faults": faults_told(faults, dossier.regime, language),
            "history": [{"when": format_time(parse_moment(each["at"]), ZONE, language),
                         "what": texts["happened"][each["event"]]} for each in events],
            "objection": dossier.objection if dossier.state in {"objected", "closed"} else "",
            "answer": dossier.answer, "returned": dossier.returned, "dossier_texts": texts,
            "section_names": SECTIONS[dossier.regime], "papers": _papers(papers, texts)}


def _answers(dossier: Dossier, name: str, shown: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """The answers of a section as they were given, rows one below the other; the items have a table of their own."""
    answers = dossier.section(name)
    if not answers or name == "butir":
        return []
    try:
        lines = FORMS[name].shown(FORMS[name].read(FORMS[name].again(answers)), language)
    except FormRefused:  # kept under a shape that the form had once: its digest still stands, its words do not
        return []
    masked = shown.get("nip") != answers.get("nip")
    return [(label, str(shown["nip"]) if field == "nip" and masked else text) for field, label, text in lines]


def _slots(dossier: Dossier, language: str) -> dict[str, str]:
    from portal.assets import read_json  # noqa: PLC0415 only here

    return {each["kind"]: each["title"][language] for each in read_json("attachments.json")[dossier.regime]}


def _items(dossier: Dossier, evidence: Sequence[Mapping[str, Any]], catalogue: Mapping[str, Any], counted: Any,  # noqa: ANN401
           language: str, *, case_: Any = None) -> list[dict[str, Any]]:  # noqa: ANN401 the Case, where marks are seen
    """The items with what is proposed, their evidence, and, once both have locked, what each assessor accepts."""
    rows, twice = [], twice_in(dossier)
    for item, said in zip(items_of(dossier), dossier.items, strict=True):
        known = catalogue.get(item.kode)
        row = {"number": item.number, "kode": item.kode, "what": known.kegiatan if known else item.kode,
               "one": known.satuan if known else "", "points": _number(known.angka_kredit, language) if known else "",
               "proposed": _number(item.proposed, language), "value": str(item.proposed),
               "day": day_told(said["day"], language), "twice": twice.get(item.number, ""),
               "evidence": [each for each in evidence if each["item"] == item.number],
               "first": "", "second": "", "counts": "", "differs": False, "asked": False, "ruling": None}
        if counted:
            row |= {"first": _mark(counted.first, item.number, language),
                    "second": _mark(counted.second, item.number, language),
                    "counts": _counts(counted, case_.plenary, item.number, language),
                    "differs": item.number in counted.differing,
                    "asked": item.number in {*counted.differing, *case_.discussed},
                    "ruling": _ruling(case_.plenary.get(item.number), language)}
        rows.append(row)
    return rows


def _counts(counted: Any, plenary: Mapping[str, Mark], number: str, language: str) -> str:  # noqa: ANN401 the store's Counted
    """What the plenary came to on an item, with its reason; where nobody differed, that it stays as both accept it."""
    texts = words("assessment", language)["desk"]
    if number in plenary:
        return _told(plenary[number], language)
    if number in counted.volumes:
        return str(texts["agreed"].format(volume=_number(counted.volumes[number], language)))
    return str(texts["unsettled"])


def _ruling(mark: Mark | None, language: str) -> dict[str, str]:
    """What the plenary decided before, as its form is filled in with it."""
    if mark is None:
        return {"accepted": "", "reason": "", "note": ""}
    return {"accepted": _accepted(mark, language), "reason": mark.reason, "note": mark.note}


def _mark(marks: Any, number: str, language: str) -> str:  # noqa: ANN401 the store's Marks
    mark = marks.marks.get(number)
    return _told(mark, language) if mark else "–"


def _told(mark: Mark, language: str) -> str:
    reason = marking.words(language)["marks"].get(mark.reason, "") if mark.reason else ""
    return " · ".join(part for part in (_accepted(mark, language), reason, mark.note) if part)


def _accepted(mark: Mark, language: str) -> str:
    return "" if mark.accepted is None else _number(mark.accepted, language)


def _number(value: Decimal, language: str) -> str:
    text = f"{value.normalize():f}"
    return text.replace(".", ",") if language == "id" else text


def team(pool: Mapping[str, Any], work: Mapping[str, int], why: Mapping[str, str | None], case_: Any,  # noqa: ANN401
         language: str) -> dict[str, Any]:
    """Who could be assigned, the least busy first, each with why not; and who has a seat but a hidden third."""
    states = words("assessment", language)["desk"]["seat_states"]
    could = [{"person": each.person, "name": each.name, "golongan": each.golongan, "work": work.get(each.person, 0),
              "why": saying(why.get(each.person) or "", language)} for each in pool.values()
             if not (case_.hidden and each.person == case_.hidden.person)]
    seats = [{"person": each.person, "name": pool[each.person].name if each.person in pool else each.person,
              "told": states[each.left or ("locked" if each.locked_at else "open")], "taken": not each.left}
             for each in case_.seats if not each.hidden]
    return {"assessors": sorted(could, key=lambda each: (bool(each["why"]), each["work"])), "seats": seats,
            "empty": ASSESSORS - len(case_.assessors)}


def _papers(papers: Sequence[Any], texts: Mapping[str, Any]) -> list[dict[str, Any]]:
    last = max((each.decision for each in papers), default=0)
    return [{"kind": each.kind, "title": texts["papers"][each.kind], "state": each.state,
             "told": texts["drawing"][each.state]} for each in papers if each.decision == last]


def signature(form: Form, dossier: Dossier, event: str, answers: Mapping[str, Any], *, errors: Sequence[FieldError],
              language: str) -> Any:  # noqa: ANN401 markup
    """The form with which somebody signs a step."""
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    placed = replace(form, action=f"/layanan/meja/dupak/{dossier.reference}")
    own = [each for each in errors if each.field in placed.words(language)["fields"]]
    return pages.form(placed, language, answers, own,
                      carried={"tindakan": event, "perubahan": str(dossier.changes)},
                      submit=words("assessment", language)["desk"]["events"][event])


# -- marking ---------------------------------------------------------------------------------------------------------


def marking_page(request: web.Request, opened: Any, own: Any, catalogue: Mapping[str, Any], gone: set[str], *,  # noqa: ANN401
                 told: str, errors: Sequence[FieldError], missing: Sequence[str]) -> web.Reply:
    """The items with their evidence beside them and the reader's own marks; what was typed goes before what is kept."""
    dossier, language = opened.dossier, request.language
    texts, slots = words("dossier", language), _slots(opened.dossier, request.language)
    evidence = [{"id": each.id, "item": each.item, "source": each.source,
                 "title": each.title if each.item else f"{slots.get(each.slot, each.slot)}: {each.title}",
                 "told": texts["sources"][each.source], "gone": each.id in gone,
                 "day": day_told(each.day, language) if each.day else ""} for each in dossier.evidence]
    kept = own.marks if own else {}
    wrong = {each["field"]: each["text"] for each in errors_told(errors, language)}
    rows = [{**row, **_typed(request, row["number"], kept, told),
             "wrong": [wrong[f"{name}_{row['number']}"] for name in ("accepted", "reason", "note")
                       if f"{name}_{row['number']}" in wrong], "missing": row["number"] in missing}
            for row in _items(dossier, evidence, catalogue, None, language)]
    looked_at = request.fields.get("bukti") if request.is_post else request.query("bukti")
    chosen = next((each for each in evidence if each["id"] == looked_at), None)
    return page(request, "assessment_marking", title=words("assessment", language)["desk"]["marking"].format(
        number=format_reference(dossier.reference)), rows=rows, changes=own.changes if own else 0,
        locked=bool(own and own.locked_at), told=saying(told, language), reference=dossier.reference, chosen=chosen,
        loose=[each for each in evidence if not each["item"]], wrong=list(wrong.values()), dossier_texts=texts)


def _typed(request: web.Request, number: str, kept: Mapping[str, Mark], told: str) -> dict[str, str]:
    """A mark as its fields show it: as it was typed just now, else as it is kept."""
    if request.is_post and told != "saved" and f"accepted_{number}" in request.fields:
        return {name: str(request.fields.get(f"{name}_{number}", "")) for name in ("accepted", "reason", "note")}
    return _ruling(kept.get(number), request.language)


def kappa(found: Any, language: str) -> str:  # noqa: ANN401 marks.Agreement
    """Cohen's kappa with two places, or why there is none."""
    if found.kappa is None:
        return str(words("assessment", language)["agreement"][found.undefined])
    text = f"{written(found.kappa, 2):f}"
    return text.replace(".", ",") if language == "id" else text


def share(found: Fraction | None) -> str:
    """A share as a whole number of hundredths; empty where nothing was compared."""
    return f"{written(found * 100, 0):f}%" if found is not None else ""


def oneself_page(request: web.Request, join: Form, lend: Form, answers: Mapping[str, Any], errors: Sequence[FieldError],
                 *, mine: Any, lent: Sequence[Any], names: Mapping[str, str], told: str, identifier: str,  # noqa: ANN401
                 lendable: Sequence[Role]) -> web.Reply:
    """What somebody said of themself as an assessor, and the roles they lent or were lent."""
    from portal import pages  # noqa: PLC0415 see signature

    language, me = request.language, request.person.session.person
    fields = join.words(language)["fields"]
    drawn = pages.form(join, language, answers, [each for each in errors if each.field in fields]) if any(
        role.name == "penilai" for role in request.person.session.roles) else None
    rows = [{"id": each.id, "role": role_told(each.role, each.scope, language), "given": each.lender == me,
             "other": names[each.receiver if each.lender == me else each.lender],
             "first": day_told(each.first, language), "last": day_told(each.last, language)} for each in lent]
    fits = [each for each in errors if each.field in lend.words(language)["fields"] and each.field not in fields]
    offered = {"role": {f"{role.name}:{role.scope}": role_told(*role, language) for role in lendable}}
    lending = pages.form(lend, language, answers, fits, offered=offered,
                         carried={"submission_id": identifier}) if lendable else None
    return page(request, "assessment_oneself", named="oneself", drawn=drawn, lending=lending, rows=rows, mine=mine,
                told=saying(told, language), person=me, join_action=join.action, lend_action=lend.action, why=[])


def role_told(role: str, scope: str, language: str) -> str:
    """A role as people call it, with the office that it reaches, of which a scope keeps no capitals."""
    office = words("assessment", language)["desk"]["every_office"] if scope == ANY_SCOPE else scope.replace("-", " ")
    return f"{workflow_words(language)['roles'][role]} ({office})"
