"""The papers of angka kredit as plain data: what DUPAK, SPMK, Konversi, Akumulasi, PAK and PAK Integrasi print. Pure.

Layouts as agencies use them (domain: the forms of PerBKN 3/2023 as public programs draw them, and of the old DUPAK);
their words are in content/forms/papers.id.yml. Drawing them is dupak/drawing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dupak import printed_konvensional as old
from dupak import printed_konversi as new
from dupak.explained import annex
from dupak.integrasi import Integration
from dupak.models import UNSUR, Node
from dupak.printed_konvensional import Proposal, Work
from dupak.printing import DOTS, OFFICIAL, Block, Issue, Pen, Subject, fields, joined, names
from dupak.rules import Standing
from dupak.views import Teller

__all__ = ["KINDS", "Issue", "Proposal", "Result", "Subject", "Work", "kinds_for", "paper", "total_of"]

KINDS = ("konversi", "akumulasi", "pak", "pak_integrasi", "dupak", "spmk")
REGIMES = {"konversi": ("konversi", "akumulasi", "pak"), "integrasi": ("pak_integrasi",),
           "konvensional": ("dupak", "spmk", "pak")}
WITH_EDUCATION = ("pak_integrasi", "dupak")  # the older forms ask for education and years of service, too
WITHOUT_NUMBER = ("spmk",)  # a statement has no number of its own

Result = Standing | Integration | Proposal


def kinds_for(regime: str) -> tuple[str, ...]:
    """The papers of a regime, in the order in which they are issued."""
    return REGIMES[regime]


def paper(kind: str, subject: Subject, issue: Issue, result: Result, teller: Teller,
          *, before: Fraction | Decimal | None = None) -> dict[str, Any]:
    """A paper as JSON-able data, every number written; raises TypeError where the result is of another regime.

    `before` is the total of the decision before this one in the present level, for LAMA in a PAK by conversion: exact,
    as it was kept; a level that was entered anew has none.
    """
    pen = Pen.like(teller, issue.day)
    body = BODIES.get((kind, type(result)))
    if body is None:
        raise TypeError(f"{kind} is not printed from {type(result).__name__}")
    blocks = [*_identity(kind, pen, subject), *body(pen, subject, issue, result, before)]
    return {"kind": kind, "language": OFFICIAL, "day": issue.day, "draft": _is_draft(kind, issue),
            "title": pen.words["titles"][kind], "subtitle": pen.words["subtitle"],
            "number": _number(kind, pen, issue), "letterhead": [*issue.letterhead],
            "head": _head(kind, pen, subject, issue), "blocks": blocks, "foot": _foot(kind, pen, issue),
            "verify": issue.verify, "annex": annex(pen, _trees(kind, issue, result), _version(result)),
            "words": pen.words["frame"]}


def _is_draft(kind: str, issue: Issue) -> bool:
    """Without its number or the address that proves it, a paper is a draft and says so."""
    return not issue.verify or not (issue.number or kind in WITHOUT_NUMBER)


def _number(kind: str, pen: Pen, issue: Issue) -> str:
    if kind in WITHOUT_NUMBER and not issue.number:
        return ""
    return str(pen.words["frame_number"]).format(number=issue.number or "." * DOTS)


def _head(kind: str, pen: Pen, subject: Subject, issue: Issue) -> list[list[str]]:
    """Instansi at the left, the period at the right."""
    head = pen.words["head"]
    period = head["period" if kind in REGIMES["konversi"] else "assessed"]
    return [[head["agency"], subject.agency or joined("")], [period, pen.span(issue.first, issue.last) or joined("")]]


def _identity(kind: str, pen: Pen, subject: Subject) -> Iterator[Block]:
    """I KETERANGAN PERORANGAN; the statement tells about both people itself."""
    if kind == "spmk":
        return
    said = pen.words["fields"]
    pairs = [(said["name"], subject.name), (said["nip"], subject.nip), (said["karpeg"], subject.karpeg),
             (said["born"], joined(subject.birth_place, pen.day(subject.birth_date) if subject.birth_date else "",
                                   by=", ")),
             (said["sex"], said["sexes"].get(subject.sex, ""))]
    if kind in WITH_EDUCATION:
        pairs.append((said["education" if kind == "pak_integrasi" else "education_counted"], subject.education))
    pairs += [(said["rank"], joined(pen.rank(subject.golongan), subject.golongan, _since(pen, subject.rank_since))),
              (said["post"], joined(pen.post(subject.jenjang), _since(pen, subject.post_since)))]
    if kind in WITH_EDUCATION:
        pairs += [(said["service_old"], subject.service_old), (said["service_new"], subject.service_new)]
    yield fields(f"I  {said['title']}", [*pairs, (said["unit"], subject.unit), (said["agency"], subject.agency)])


def _since(pen: Pen, iso: str) -> str:
    return f"{pen.words['since']} {pen.day(iso)}" if iso else ""


Body = Callable[[Pen, Subject, Issue, Any, Fraction | Decimal | None], list[Block]]
# What each kind prints, by what its numbers come from: a PAK has another form in the old regime.
BODIES: dict[tuple[str, type[Result]], Body] = {
    ("konversi", Standing): lambda pen, _, issue, found, __: new.konversi(pen, issue, found),
    ("akumulasi", Standing): lambda pen, _, __, found, ___: new.akumulasi(pen, found),
    ("pak", Standing): lambda pen, _, __, found, before: new.pak(pen, found, before),
    ("pak_integrasi", Integration): lambda pen, _, __, found, ___: new.pak_integrasi(pen, found),
    ("dupak", Proposal): lambda pen, subject, issue, found, _: old.dupak(pen, subject, issue, found),
    ("spmk", Proposal): lambda pen, subject, issue, found, _: old.spmk(pen, subject, issue, found),
    ("pak", Proposal): lambda pen, subject, _, found, __: old.pak_lama(pen, subject, found.sheet)}


# -- foot ----------------------------------------------------------------------------------------------------------


def _foot(kind: str, pen: Pen, issue: Issue) -> dict[str, Any]:
    """Where and when, who set it, for whom the original is, and who gets copies; a DUPAK is signed within."""
    foot = pen.words["foot"]
    place, day = issue.place or "." * DOTS, pen.day(issue.day) if issue.day else "." * DOTS
    if kind == "spmk":
        signing = names(([f"{place}, {day}", foot["superior"]], issue.superior_name, issue.superior_nip))
    else:
        signing = names(([foot["place"].format(place=place), foot["day"].format(day=day),
                          issue.signer_title or foot["signer"]], issue.signer_name, issue.signer_nip))
    original = foot["original"] if kind.startswith("pak") else ""
    return {"signing": [] if kind == "dupak" else [signing], "original": original,
            "copies": {"title": foot["copies"], "lines": list(issue.copies)}}


# -- what the annex explains ---------------------------------------------------------------------------------------


def _trees(kind: str, issue: Issue, result: Result) -> list[Node]:
    """The totals that a paper prints: each opens up in its annex."""
    if isinstance(result, Proposal):
        if kind == "spmk":
            return [result.proposed.baru[unsur] for unsur in UNSUR if result.proposed.baru[unsur].parts]
        return [result.sheet.total]
    if kind == "konversi" and isinstance(result, Standing):
        return new.evaluations(issue, result)
    targets = result.targets if kind != "akumulasi" else ()
    return [result.total, *(target.missing for target in targets)]


def total_of(kind: str, issue: Issue, result: Result) -> Fraction:
    """The number that a paper comes to, as whoever checks it finds it there."""
    if kind == "konversi" and isinstance(result, Standing):
        return new.konversi_total(issue, result)
    if isinstance(result, Proposal):
        return old.proposed_total(result) if kind == "spmk" else result.sheet.total.value
    return result.total.value


def _version(result: Result) -> str:
    return result.sheet.version if isinstance(result, Proposal) else result.version
