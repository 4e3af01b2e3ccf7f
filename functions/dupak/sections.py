"""The sections of a dossier as forms, and what is known already when one is opened. Knows no store, draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from dupak.asking import DiplomasPart, PeriodsPart, PostPart
from dupak.dossiers import Dossier
from dupak.models import GOLONGAN, JENJANG, PENDIDIKAN, UNSUR
from portal import questions
from portal.forms import Form, FormModel
from portal.questions import Choice, Day, Line, Nip, Points, Rows

BASE = "/layanan/dupak"
ONE = f"{BASE}/{{reference}}"


class Identity(FormModel):
    """KETERANGAN PERORANGAN, as every document of credit begins; sex and birth date are in the NIP."""

    name: Annotated[str, Line(most=120, autocomplete="name")]
    nip: Annotated[str, Nip()]
    karpeg: Annotated[str | None, Line(most=30)] = None
    birth_place: Annotated[str, Line(most=80)]
    education: Annotated[str, questions.Pick(options=PENDIDIKAN)]
    rank_day: Annotated[str, Day()]
    post_day: Annotated[str, Day()]
    unit: Annotated[str, Line(most=160, autocomplete="organization")]
    agency: Annotated[str, Line(most=160, autocomplete="organization")]
    superior: Annotated[str, Line(most=120)]


class Integration(FormModel):
    """The conventional total at the end of 2022, element by element, and what is taken off it."""

    jenjang: Annotated[str, questions.Pick(options=JENJANG)]
    golongan: Annotated[str, questions.Pick(options=GOLONGAN)]
    pendidikan: Annotated[str | None, Points()] = None
    tugas_jabatan: Annotated[str | None, Points()] = None
    pengembangan_profesi: Annotated[str | None, Points()] = None
    penunjang: Annotated[str | None, Points()] = None
    base: Annotated[str | None, Points()] = None


class Term(FormModel):
    """The months that a conventional dossier is about, the level held in them, and what the last PAK said (LAMA)."""

    first: Annotated[str, questions.Month()]
    last: Annotated[str, questions.Month()]
    jenjang: Annotated[str, questions.Pick(options=JENJANG)]
    golongan: Annotated[str, questions.Pick(options=GOLONGAN)]
    pendidikan: Annotated[str | None, Points()] = None
    tugas_jabatan: Annotated[str | None, Points()] = None
    pengembangan_profesi: Annotated[str | None, Points()] = None
    penunjang: Annotated[str | None, Points()] = None


class Item(FormModel):
    """An item of the catalogue that was done so many times."""

    kode: Annotated[str, Line(most=40)]
    volume: Annotated[str, Points(most=1000)]
    day: Annotated[str, Day()]
    jenjang: Annotated[str | None, questions.Pick(options=JENJANG)] = None


class Items(FormModel):
    """The items of a conventional dossier."""

    items: Annotated[tuple[Item, ...], Rows(row=Item, most=40, shown=4)] = ()


class Objection(FormModel):
    """Why somebody does not agree with a decision."""

    why: Annotated[str, questions.Paragraph(most=2000)]


class Beginning(FormModel):
    """Which kind of dossier somebody begins."""

    regime: Annotated[str, Choice(options=("konversi", "integrasi", "konvensional"))]


IDENTITY = Form("dossier_identity", Identity, f"{ONE}/identitas")
INTEGRATION = Form("dossier_integration", Integration, f"{ONE}/integrasi")
TERM = Form("dossier_term", Term, f"{ONE}/masa")
ITEMS = Form("dossier_items", Items, f"{ONE}/butir")
OBJECTION = Form("dossier_objection", Objection, f"{ONE}/keberatan")
BEGINNING = Form("dossier", Beginning, BASE)
# Three sections are the calculator's questions, in its words.
FORMS: Mapping[str, Form] = {
    "identitas": IDENTITY, "integrasi": INTEGRATION, "masa": TERM, "butir": ITEMS,
    "jabatan": Form("credit", PostPart, f"{ONE}/jabatan"), "predikat": Form("credit", PeriodsPart, f"{ONE}/predikat"),
    "ijazah": Form("credit", DiplomasPart, f"{ONE}/ijazah")}
# Sections of rows that each belong to a month: the rows' name, and the month's.
CUT_AT = {"predikat": ("periods", "first"), "ijazah": ("diplomas", "month")}
MAY_BE_EMPTY = ("ijazah",)  # a section that nobody has to open


def form_of(section: str, dossier: Dossier) -> Form:
    """The section's form with its address in this dossier."""
    form = FORMS[section]
    return replace(form, action=form.action.format(reference=dossier.reference))


def stored(section: str, model: FormModel) -> dict[str, Any]:
    """A section as it is kept: plain values, rows as dictionaries, without what was left open."""
    def plain(value: object) -> object:
        return {name: plain(each) for name, each in value.items() if each is not None} if isinstance(value, dict) \
            else [plain(each) for each in value] if isinstance(value, list | tuple) else value

    del section
    return plain(model.model_dump(mode="json"))  # type: ignore[return-value]


def proposed(section: str, dossier: Dossier, profile: Mapping[str, Any], name: str,
             last: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What a section begins with: what the same section of the last decision said, else what the profile knows.

    `last` are the sections of what was decided last in each regime.
    """
    mine = last.get(dossier.regime, {})
    before = {
        "identitas": mine.get("identitas") or next((each["identitas"] for each in last.values()), None),
        "jabatan": _post_before(mine.get("jabatan", {}), last.get("integrasi", {})),
        "integrasi": mine.get("integrasi") or _next_term(last.get("konvensional", {})),
        "masa": _next_term(mine), "butir": {"items": ()},  # what was done once is not proposed again
    }.get(section, mine.get(section))
    if section in CUT_AT and before:
        before = _since_the_post(before, CUT_AT[section], dossier.section("jabatan").get("since", ""))
    return dict(before or _of_profile(section, profile, name))


def _since_the_post(said: Mapping[str, Any], cut: tuple[str, str], since: str) -> dict[str, Any]:
    """Rows of the last decision without those before the post that this dossier begins with: a transfer begins anew."""
    rows, month = cut
    left = [each for each in said.get(rows, ()) if each[month] >= since]
    return {rows: left} if left else {}


def _of_profile(section: str, profile: Mapping[str, Any], name: str) -> dict[str, Any]:
    known = {"identitas": {"name": name, "nip": profile.get("nip"), "unit": profile.get("unit"),
                           "post_day": profile.get("tmt"), "superior": profile.get("supervisor")}}.get(
        section, {key: profile.get(key) for key in ("jenjang", "golongan")}
        if section in {"jabatan", "masa", "integrasi"} else {})
    return {key: each for key, each in known.items() if each}


def _next_term(mine: Mapping[str, Any]) -> dict[str, Any]:
    """The next conventional dossier: what was decided is LAMA now, its months are to be told."""
    if "masa" not in mine:
        return {}
    return {**{key: mine["masa"][key] for key in ("jenjang", "golongan")}, **mine.get("jumlah", {})}


def _post_before(said: Mapping[str, Any], integrated: Mapping[str, Any]) -> dict[str, Any]:
    """The post of the last conversion; a first appointment is no beginning any more once it was integrated."""
    if said and not (integrated and said.get("entry") == "pertama"):
        return dict(said)
    return _after_integration(integrated) or dict(said)


def _after_integration(decided: Mapping[str, Any]) -> dict[str, Any]:
    """The post that a first conversion begins with: what was integrated, from January 2023 on."""
    said = decided.get("integrasi")
    if not said:
        return {}
    total = sum((Decimal(said[unsur]) for unsur in UNSUR if said.get(unsur)), Decimal(0))
    return {"entry": "integrasi", "jenjang": said["jenjang"], "golongan": said["golongan"], "since": "2023-01",
            "points": str(total), **({"base": said["base"]} if said.get("base") else {})}
