"""How what is kept of a person is told to them: titles, labels and texts in their language. Knows words, no store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from dupak.sections import FORMS as SECTIONS
from feedback.models import Feedback
from identity.models import NewAddress, Profile
from portal.assets import read_json, words
from portal.audit import as_rows
from portal.forms import Form
from portal.identifiers import format_reference, parse_moment, parse_reference
from portal.moments import format_time
from registrations.models import Registration
from registrations.store import reason_given
from rights.holdings import Holding, Person
from rights.models import NewRequest, Request
from rights.rules import hours_left
from uploads.asking import NewUpload

ZONE = "WIB"
# For their labels and options only; each form's own door is elsewhere.
FORMS = {form.name: form for form in (
    Form("registration", Registration, ""), Form("feedback", Feedback, ""), Form("profile", Profile, ""),
    Form("upload", NewUpload, ""), Form("rights_request", NewRequest, ""),
    Form("address", NewAddress, ""))}


def kinds() -> dict[str, dict[str, Any]]:
    """What "my data" holds, by the data dictionary: the title and the form of each kind, in its order."""
    return {name: each for name, each in read_json("data.json").items() if not each["apart"]}


def apart(language: str) -> list[dict[str, str]]:
    """What is kept of people and not held by "my data", each with why."""
    return [{"kind": name, "title": each["title"][language], "why": each["apart"][language]}
            for name, each in read_json("data.json").items() if each["apart"]]


def title_of(kind: str, language: str) -> str:
    """What a kind is called."""
    return str(kinds()[kind]["title"][language])


def number_of(holding: Holding) -> str:
    """The number of one thing as people read it; empty where it has none."""
    reference = parse_reference(holding.reference)
    return format_reference(reference) if reference else holding.reference


def rows_of(holding: Holding, language: str) -> list[tuple[str, str]]:
    """Label and text of everything that is known of one thing."""
    texts = words("data", language)
    rows = [(texts["facts"]["since"], _moment(holding.since, language))] if holding.since else []
    if holding.state:
        rows.append((texts["facts"]["state"], texts["states"][holding.state]))
    return [*rows, *(_row(holding.kind, name, value, language) for name, value in holding.values.items())]


def _row(kind: str, name: str, value: Any, language: str) -> tuple[str, str]:  # noqa: ANN401 any kept value
    texts = words("data", language)
    if kind == "dossier" and name in SECTIONS:
        return words("dossier", language)["sections"][name], _section(SECTIONS[name], value, language)
    form = FORMS.get(kinds()[kind]["form"] or "")
    own = form.words(language)["fields"].get(name) if form else None
    if form and own:
        asked = next(field for field in form.fields if field.name == name)
        return own["label"], asked.question.show(value, own.get("options", {}))
    return texts["facts"][name], _text(name, value, language)


def _section(form: Form, answers: Mapping[str, Any], language: str) -> str:
    return "; ".join(f"{label}: {text}" for _, label, text in form.shown(form.read(answers), language))


def _text(name: str, value: Any, language: str) -> str:  # noqa: ANN401 see _row; a kind of value each
    texts = words("data", language)
    if name in texts["at_length"]:
        return str(texts["at_length"][name])
    if name.endswith("_at") or name in {"at", "created"}:
        return _moment(str(value), language)
    if name in texts["codes"]:
        return str(texts["codes"][name].get(str(value), value))
    return reason_given(value, language) if name == "refusal" else _plain(value, texts)


def _plain(value: Any, texts: Mapping[str, Any]) -> str:  # noqa: ANN401 see _row
    if isinstance(value, bool):
        return str(texts["yes" if value else "no"])
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {each}" for key, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _moment(value: str, language: str) -> str:
    return format_time(parse_moment(value), ZONE, language)


def trail(entries: Iterable[Mapping[str, Any]], person: Person, language: str) -> list[dict[str, Any]]:
    """The audit's entries about this person, the newest first: when, who, what, about what."""
    found = sorted(entries, key=lambda entry: str(entry["at"]), reverse=True)
    rows = as_rows([dict(each) for each in found], reader=person.id, zone=ZONE, language=language)
    return [{**row, "about": words("data", language)["audited"][entry["kind"]]}
            for row, entry in zip(rows, found, strict=True)]


def as_data(holdings: Iterable[Holding]) -> dict[str, list[dict[str, Any]]]:
    """Everything for programs, by kind."""
    told: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds()}
    for each in holdings:
        known = {"reference": number_of(each), "since": each.since, "state": each.state, "values": dict(each.values)}
        told[each.kind].append({name: value for name, value in known.items() if value != ""})
    return told


def document(holdings: list[Holding], summary: list[tuple[str, str]], language: str) -> dict[str, Any]:
    """What the template my_data of site/documents takes."""
    texts = words("data", language)
    return {"title": texts["document"]["title"], "language": language, "summary": summary,
            "words": {**texts["document"], "portal": texts["portal"]},
            "kinds": [{"title": title_of(kind, language), "holdings": list(_drawn(kind, holdings, language))}
                      for kind in kinds()]}


def _drawn(kind: str, holdings: list[Holding], language: str) -> Iterator[dict[str, Any]]:
    for each in holdings:
        if each.kind == kind:
            yield {"title": number_of(each), "rows": rows_of(each, language)}


def request_row(request: Request, now: datetime, language: str) -> dict[str, Any]:
    """One request in a list: what, how it stands, until when it is answered, and how long that still is."""
    texts = words("data", language)
    told = words("rights", language)
    left = hours_left(request.due_at, now)
    is_open = request.state in {"received", "verified", "in_hand"}
    clock = texts["hours_left" if left >= 0 else "hours_over"].format(hours=int(abs(left))) if is_open else ""
    return {"reference": request.reference, "number": format_reference(request.reference),
            "right": texts["codes"]["right"][request.right], "state": texts["states"][request.state], "open": is_open,
            "received": _moment(request.received_at, language), "due": _moment(request.due_at, language),
            "clock": clock, "late": is_open and left < 0, "about_child": request.about_child,
            "answer": told["outcomes"][request.outcome] if request.outcome else "",
            "reason": told["reasons"][request.reason] if request.reason else ""}
