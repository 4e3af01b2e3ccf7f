"""A decision as it is kept, and its documents as they are printed: computed once, so that nothing later moves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from dupak.counting import Counted, months_of
from dupak.dossiers import Dossier
from dupak.explaining import explanation
from dupak.models import UNSUR
from dupak.own_views import teller
from dupak.papers import kinds_for, paper, total_of
from dupak.printed_konvensional import Proposal, Work
from dupak.printing import Issue, Pen, Subject
from dupak.rulebook import Rulebook
from dupak.store import Decision, Paper
from dupak.views import Teller
from portal.assets import LANGUAGES, read_json, words
from portal.identifiers import format_moment, format_reference
from portal.workdays import day_of

SEX = {"1": "L", "2": "P"}


def decision_of(dossier: Dossier, counted: Counted, book: Rulebook, now: datetime) -> Decision:
    """What is kept of a decision: inputs, total, the rules' version, and the explanation in both languages."""
    sections = {**dossier.sections}
    if counted.sheet:
        sections["jumlah"] = {unsur: _plain(counted.sheet.jumlah[unsur].value) for unsur in UNSUR}
    return Decision(
        dossier.reference, dossier.regime, format_moment(now), dossier.number, str(counted.total.value),
        counted.jenjang, counted.golongan, counted.first, counted.last, counted.version, sections,
        months_of(dossier), {language: explanation(counted, teller(book, language)) for language in LANGUAGES})


def _plain(value: Fraction) -> str:
    """A conventional total as a decimal: items have four places at most, so it always is one."""
    from decimal import Decimal  # noqa: PLC0415 only here

    return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():f}"


def papers_of(dossier: Dossier, counted: Counted, book: Rulebook, now: datetime, *, signer: Mapping[str, str],
              before: Decision | None, proposed: Counted | None = None, works: tuple[Work, ...] = (),
              remarks: str = "") -> list[Paper]:
    """The documents of a decision, to be drawn from the data that stands here; `remarks` are the chair's.

    Who assessed is on none of them: they are kept where the official's function can read them.
    """
    told = teller(book, "id")
    subject = subject_of(dossier, counted, told)
    first, last = months_decided(dossier, counted, before)
    issue = Issue(number=dossier.number, place=signer["place"], day=day_of(now).isoformat(),
                  signer_name=signer["name"], signer_nip=signer["nip"], signer_title=signer["title"],
                  letterhead=(dossier.agency,), first=first, last=last,
                  superior_name=dossier.superior.get("name", ""), superior_nip=dossier.superior.get("nip", ""),
                  superior_title=dossier.superior.get("title", ""), superior_unit=dossier.unit,
                  attachments=attached(dossier), remarks=("", "", remarks))
    result: Any = counted.result
    if proposed and proposed.sheet:
        result = Proposal(proposed.sheet, counted.sheet, works)
    lama = Fraction(before.total) if before and is_same_count(before, counted) else None
    made = []
    for kind in kinds_for(dossier.regime):
        own = issue_of(kind, issue, dossier)
        data = paper(kind, subject, own, result, told, before=lama)
        made.append(Paper(dossier.reference, dossier.decisions, kind, data, format_moment(now), own.day,
                          Pen.like(told, own.day).number(total_of(kind, own, result))))
    return made


def issue_of(kind: str, issue: Issue, dossier: Dossier) -> Issue:
    """A paper's own number, day and place: the decision's are those of what was set by it.

    A DUPAK was proposed before, under the number of its dossier. A Konversi is the superior's, as the Pejabat Penilai
    Kinerja (SE Itjen Kemendagri 800.1.4.5/284/IJ), and so is an SPMK, which has no number: both are of the day on which
    they confirmed.
    """
    number, said = format_reference(dossier.reference), dossier.superior
    if kind == "dupak":
        return replace(issue, number=number)
    if kind not in {"konversi", "spmk"} or not said:
        return issue
    return replace(issue, number=number if kind == "konversi" else "", day=said.get("day", issue.day),
                   place=said.get("place", issue.place), signer_name=said["name"], signer_nip=said["nip"],
                   signer_title=said["title"])


def attached(dossier: Dossier) -> tuple[str, ...]:
    """What is attached, kind by kind, with the names of the files: LAMPIRAN PENDUKUNG of a DUPAK."""
    titles = {each["kind"]: each["title"]["id"] for each in read_json("attachments.json")[dossier.regime]}
    found: dict[tuple[str, str], list[str]] = {}
    for each in dossier.evidence:
        found.setdefault((each.slot, each.item), []).append(each.title)
    of_item = words("papers", "id")["dupak"]["evidence_of"]
    return tuple(f"{of_item.format(number=item) if item else titles.get(slot, slot)}: {'; '.join(names)}"
                 for (slot, item), names in found.items())


def months_decided(dossier: Dossier, counted: Counted, before: Decision | None) -> tuple[str, str]:
    """The months that a decision is about: of a conversion those that the one before it had not, else all.

    An integration has no first one: it takes in everything until its last.
    """
    if dossier.regime == "integrasi":
        return "", counted.last
    new = sorted({*months_of(dossier)} - {*(before.months if before else ())})
    return (new[0], new[-1]) if new else (counted.first, counted.last)


def is_same_count(before: Decision, counted: Counted) -> bool:
    """Whether the decision before is of the same running total: a new level or a transfer begins another one."""
    if counted.standing is None:
        return True
    begun = counted.standing.stays[-1].posts[0]
    return before.jenjang == begun.jenjang and before.last >= str(begun.since)


def subject_of(dossier: Dossier, counted: Counted, told: Teller) -> Subject:
    """Whom the documents are about; the day of birth and the sex are in the NIP."""
    said = dossier.section("identitas")
    nip = said["nip"]
    return Subject(name=said["name"], nip=nip, karpeg=said.get("karpeg", ""), birth_place=said["birth_place"],
                   birth_date=f"{nip[:4]}-{nip[4:6]}-{nip[6:8]}", sex=SEX[nip[14]],
                   education=told.say(said["education"]), jenjang=counted.jenjang, golongan=counted.golongan,
                   rank_since=said["rank_day"], post_since=said["post_day"], unit=said["unit"], agency=said["agency"])
