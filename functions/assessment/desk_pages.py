"""What all pages of the desk share, and its queues as they are told. Knows words and templates, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from assessment import marks as marking
from assessment.workflow import words as workflow_words
from dupak.dossiers import Dossier
from portal import web
from portal.assets import words
from portal.identifiers import format_reference
from portal.moments import day_told
from portal.workdays import day_of


def saying(told: str, language: str) -> str:
    """What a page says of a step; empty where there is nothing to say."""
    if not told:
        return ""
    texts = words("assessment", language)
    if told.startswith("needs_"):
        needs = workflow_words(language)["needs"]
        return str(texts["desk"]["needs"].format(what=needs.get(told.removeprefix("needs_"), "")))
    people = workflow_words(language)["people"]
    return str(texts["desk"]["told"].get(told) or texts["refusals"].get(told) or people.get(told, ""))


def reasons_to_return(language: str = "id") -> Mapping[str, str]:
    """The codes for which a section may be given back, with their words."""
    return words("dossier", language)["reasons"]  # type: ignore[no-any-return]


def queue(state: str, office: str, rows: Sequence[Mapping[str, Any]], *, named: str, now: datetime, language: str,
          me: str, most: int, beside: Mapping[str, str]) -> dict[str, Any]:
    """One queue: what it is, and its rows; one's own dossier is not in it, because nobody assesses themself.

    Where there are more rows than `most`, `more` leads to the rest; `beside` is what else its address says.
    """
    today = day_of(now).isoformat()
    texts = words("dossier", language)
    return {"state": state, "title": workflow_words(language)["states"][state],
            "office": "" if office == "*" else office, "named": named,
            "more": f"?{urlencode({**beside, 'sesudah': rows[most - 1]['sk']})}" if len(rows) > most else "",
            "rows": [{"reference": each["reference"], "number": format_reference(each["reference"]),
                      "name": each.get("name", ""), "nip": each.get("nip", ""), "unit": each.get("unit", ""),
                      "kind": texts["regimes"][each["regime"]] if "regime" in each else "",
                      "due": day_told(each["due"], language) if each.get("due") else "",
                      "late": bool(each.get("due")) and each["due"] < today}
                     for each in rows[:most] if each.get("owner") != me]}


def task(found: Any, dossier: Dossier, is_here: bool, language: str) -> dict[str, Any]:  # noqa: ANN401, FBT001 the store's Task
    """One dossier in an assessor's own queue; marks are waited for only while the dossier is with the assessors."""
    state = found.state if is_here or found.state != "open" else "elsewhere"
    return {"reference": dossier.reference, "number": format_reference(dossier.reference), "here": is_here,
            "items": len(dossier.items), "state": state,
            "told": words("assessment", language)["desk"]["task_states"][state],
            "due": day_told(dossier.due, language) if dossier.due else ""}


def page(request: web.Request, template: str, *, named: str = "", title: str = "", **context: object) -> web.Reply:
    """A page of this desk; it is `named` by a word of ours, or brings its own title."""
    from portal import pages  # noqa: PLC0415 see signature

    language = request.language
    texts = words("assessment", language)["desk"]
    heading = title or texts["titles"][named]
    content = pages.fragment(template, language, title=heading, texts=texts, credit=words("credit", language),
                             asked=request.language_query, desk="/layanan/meja/dupak",
                             reasons=reasons_to_return(language), mark_reasons=marking.words(language), **context)
    return web.page(pages.in_shell(language, heading, content, failed=bool(context.get("why"))))
