"""What the papers of the old regime say: DUPAK, SPMK and its PAK, item by item. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from dupak.konvensional import Butir, Done, Sheet, closed
from dupak.models import GOLONGAN, UNSUR, UTAMA, Node, node, ruled
from dupak.printed_konversi import difference
from dupak.printing import Block, Issue, Pen, Subject, cell, fields, items, joined, line, names, table, text

OWN, OTHER = "sesuai", "lain_jenjang"


@dataclass(frozen=True)
class Work:
    """A line of what was done, with its item of the catalogue and the names of what proves it."""

    done: Done
    butir: Butir
    evidence: str = ""


@dataclass(frozen=True)
class Proposal:
    """What was proposed, what the assessors found (None: not yet), and the works in the order of the proposed sheet."""

    proposed: Sheet
    assessed: Sheet | None
    works: tuple[Work, ...]

    @property
    def sheet(self) -> Sheet:
        """What counts: what was found, and until then what was proposed."""
        return self.assessed or self.proposed


# -- DUPAK ---------------------------------------------------------------------------------------------------------


def dupak(pen: Pen, subject: Subject, issue: Issue, found: Proposal) -> list[Block]:
    """The list of what is proposed beside what was found, and the notes of everybody who had it in hand."""
    words = pen.words["dupak"]
    head = [[cell(words["number"], down=2), cell(words["element"], down=2), cell(words["proposing"], 3),
             cell(words["assessing"], 3)],
            [*(pen.words["pak"][name] for name in ("lama", "baru", "jumlah"))] * 2]
    lines = [*_block(pen, "utama", UTAMA, found), *_block(pen, "penunjang", UNSUR[len(UTAMA):], found),
             line(cell(words["total"], 2), *_sums(pen, UNSUR, found), style="total")]
    attached = issue.attachments or tuple(dict.fromkeys(work.evidence for work in found.works if work.evidence))
    return [table("", "5c 41l 9r 9r 9r 9r 9r 9r", head, lines, _dupak_notes(pen, found)),
            items(f"II  {words['attachments']}", attached or (words["nothing"],)),
            names(([words["proposes"]], subject.name, subject.nip)), *_remarks(pen, issue)]


def _block(pen: Pen, name: str, of: Iterable[str], found: Proposal) -> Iterator[Block]:
    """UNSUR UTAMA or PENUNJANG: each unsur with its items, and their sum."""
    words, of = pen.words["dupak"], list(of)
    yield line("I" if name == "utama" else "II", cell(words[name], 7), style="group")
    for number, unsur in enumerate(of, 1):
        yield line(str(number), pen.say(unsur), *_sums(pen, [unsur], found), style="group")
        for group in (OWN, OTHER):
            mine = _by_item(unsur, group, found)
            if mine and group == OTHER:
                yield line(cell(""), cell(words["other_level"], 7, depth=1), style="group")
            for kode, kegiatan in mine.items():
                yield line(cell(""), cell(f"{kegiatan} ({kode})", depth=1 + (group == OTHER)), *_item(pen, kode, found))
    if len(of) > 1:
        yield line(cell(words[f"total_{name}"], 2), *_sums(pen, of, found), style="total")


def _sums(pen: Pen, of: Iterable[str], found: Proposal) -> list[str]:
    """LAMA, BARU, JUMLAH as proposed and as found."""
    of = list(of)
    return [pen.number(sum((side[unsur].value for unsur in of), Fraction(0)) if sheet else None)
            for sheet in (found.proposed, found.assessed)
            for side in ((sheet.lama, sheet.baru, sheet.jumlah) if sheet else ({}, {}, {}))]


def _by_item(unsur: str, group: str, found: Proposal) -> dict[str, str]:
    """Code and name of each item of one's own level, or of the one above and below, in the order it was first done."""
    return {each.facts["kode"]: each.facts["kegiatan"] for each in found.proposed.baru[unsur].parts
            if (_share(each) == OWN) == (group == OWN)}


def _share(item: Node) -> str:
    return next(part.facts["key"] for part in item.parts if part.how == "rule")


def _item(pen: Pen, kode: str, found: Proposal) -> list[str]:
    """An item has no LAMA of its own: the decision before says it of the whole unsur."""
    told: list[str] = []
    for sheet in (found.proposed, found.assessed):
        points = None if sheet is None else sum(
            (each.value for unsur in UNSUR for each in sheet.baru[unsur].parts if each.facts["kode"] == kode),
            Fraction(0))
        told += [pen.number(None), *[pen.number(points)] * 2]
    return told


def _dupak_notes(pen: Pen, found: Proposal) -> list[str]:
    sheets = [sheet for sheet in (found.proposed, found.assessed) if sheet]
    rows = [[side[unsur].value for unsur in UNSUR] for sheet in sheets for side in (
        sheet.lama, sheet.baru, sheet.jumlah)]
    right = all(pen.adds_up(row, sum(row, Fraction(0))) for row in rows) and all(
        pen.adds_up([item.value for item in sheet.baru[unsur].parts], sheet.baru[unsur].value)
        for sheet in sheets for unsur in UNSUR)
    notes = [] if right else [str(pen.words["rounded"])]
    for code, share, row in found.sheet.warnings:
        notes.append(pen.words["dupak"][code].format(share=pen.number(share.value * 100), limit=pen.teller.value(row)))
    return notes


def _remarks(pen: Pen, issue: Issue) -> Iterator[Block]:
    """III to V: proposer, assessors, chair, each with a place to sign."""
    words = pen.words["dupak"]
    proposer, assessors, chair = issue.remarks
    yield text(f"III  {words['remarks_proposer']}", proposer or words["nothing"])
    title, name, nip = issue.proposer
    yield names(([title or words["proposer"]], name, nip))
    yield text(f"IV  {words['remarks_assessors']}", assessors or words["nothing"])
    yield names(*(([f"{words['assessor']} {number}"], name, nip) for number, (name, nip) in enumerate(
        issue.assessors or (("", ""), ("", "")), 1)))
    yield text(f"V  {words['remarks_chair']}", chair or words["nothing"])
    yield names(([words["chair"]], *issue.chair))


# -- SPMK ----------------------------------------------------------------------------------------------------------


def spmk(pen: Pen, subject: Subject, issue: Issue, found: Proposal) -> list[Block]:
    """The direct superior's statement: who says it, about whom, and what was done in each unsur."""
    words = pen.words["spmk"]
    maker = fields(words["maker"], [
        (pen.words["fields"]["name"], issue.superior_name), (pen.words["fields"]["nip"], issue.superior_nip),
        (words["rank"], joined(pen.rank(issue.superior_golongan), issue.superior_golongan)),
        (words["post"], issue.superior_title), (pen.words["fields"]["unit"], issue.superior_unit)])
    about = fields(words["about"], [
        (pen.words["fields"]["name"], subject.name), (pen.words["fields"]["nip"], subject.nip),
        (words["rank"], joined(pen.rank(subject.golongan), subject.golongan)),
        (words["post"], pen.post(subject.jenjang)), (pen.words["fields"]["unit"], subject.unit)])
    tables = [_done(pen, unsur, found) for unsur in UNSUR if _works(unsur, found)]
    total = f"{words['grand_total']}: {pen.number(proposed_total(found))}"
    return [maker, about, text("", words["has_done"]), *tables, text("", total, strong=True),
            text("", words["closing"])]


def proposed_total(found: Proposal) -> Fraction:
    """What an SPMK states: everything that was done, as it was proposed."""
    return sum((found.proposed.baru[unsur].value for unsur in UNSUR), Fraction(0))


def _works(unsur: str, found: Proposal) -> list[tuple[Work, Node]]:
    """The works of an unsur, each with its line of the sheet: both are in the order in which they were given."""
    works = [work for work in found.works if work.butir.unsur == unsur]
    return list(zip(works, found.proposed.baru[unsur].parts, strict=True))


def _done(pen: Pen, unsur: str, found: Proposal) -> Block:
    words, works = pen.words["spmk"], _works(unsur, found)
    lines = [line(str(number), work.butir.kegiatan, pen.day(work.done.day.isoformat()), work.butir.satuan,
                  pen.teller.number(_credit(item)), pen.teller.number(Fraction(work.done.volume)),
                  pen.number(item.value), work.evidence) for number, (work, item) in enumerate(works, 1)]
    total = found.proposed.baru[unsur].value
    lines.append(line(cell(words["total"], 6), pen.number(total), cell(""), style="total"))
    head = [[words[name] for name in ("number", "work", "when", "unit", "credit", "volume", "points", "evidence")]]
    rounded = [] if pen.adds_up([item.value for _, item in works], total) else [str(pen.words["rounded"])]
    return table(pen.say(unsur), "5c 26l 13l 12l 10r 9r 10r 17l", head, lines, rounded)


def _credit(item: Node) -> Fraction:
    """The credit of one, as it counts at this level."""
    butir, _, share = item.parts
    return butir.value * share.value


# -- the PAK of the old form ---------------------------------------------------------------------------------------


def pak_lama(pen: Pen, subject: Subject, found: Sheet) -> list[Block]:
    """LAMA, BARU and JUMLAH of each unsur, and what the old scale asks for next."""
    words = pen.words["pak"]
    lines = [*_grouped(pen, "I", "utama", UTAMA, found), *_grouped(pen, "II", "penunjang", UNSUR[len(UTAMA):], found)]
    lines.append(line(cell(pen.words["dupak"]["total"], 2), *_three(pen, UNSUR, found), style="total"))
    head = [["II", words["title"], words["lama"], words["baru"], words["jumlah"]]]
    rows = [[side[unsur].value for unsur in UNSUR] for side in (found.lama, found.baru, found.jumlah)]
    rounded = [] if all(pen.adds_up(row, sum(row, Fraction(0))) for row in rows) else [str(pen.words["rounded"])]
    return [table(words["heading"], "7c 48l 15r 15r 15r", head, lines, rounded), *_old_conclusion(pen, subject, found)]


def _grouped(pen: Pen, number: str, name: str, of: Iterable[str], found: Sheet) -> Iterator[Block]:
    of = list(of)
    yield line(number, cell(pen.words["dupak"][name], 4), style="group")
    for letter, unsur in zip("abc", of, strict=False):
        yield line(letter, cell(pen.say(unsur), depth=1), *_three(pen, [unsur], found))
    yield line(cell(pen.words["dupak"][f"total_{name}"], 2), *_three(pen, of, found), style="total")


def _three(pen: Pen, of: Iterable[str], found: Sheet) -> list[str]:
    of = list(of)
    return [pen.number(sum((side[unsur].value for unsur in of), Fraction(0))) for side in (
        found.lama, found.baru, found.jumlah)]


def old_targets(pen: Pen, subject: Subject, found: Sheet) -> dict[str, tuple[str, Node]]:
    """What the old scale asks for: the next grade, and the lowest grade of the next level, with what is missing."""
    book, day = pen.teller.book, closed(pen.teller.book)
    leads: Mapping[str, str] = {}
    if subject.golongan in GOLONGAN[:-1]:
        leads = {"pangkat": GOLONGAN[GOLONGAN.index(subject.golongan) + 1]}
    following = book.find("jenjang_berikutnya", subject.jenjang, day)
    if following:
        leads = {**leads, "jenjang": book.row("golongan", following.word, day).words[0]}
    return {kind: (following.word if kind == "jenjang" and following else golongan,
                   node("missing", "difference", ruled(book.row("skala_konvensional", golongan, day)), found.total))
            for kind, golongan in leads.items()}


def _old_conclusion(pen: Pen, subject: Subject, found: Sheet) -> Iterator[Block]:
    words, targets = pen.words["keterangan"], old_targets(pen, subject, found)
    asked = [targets.get(kind) for kind in ("pangkat", "jenjang")]
    lines = [line(words["minimum"], *(pen.number(each[1].parts[0].value if each else None) for each in asked)),
             line(words["difference"], *(difference(pen, each[1].value if each else None) for each in asked))]
    yield table("", "50l 25r 25r", [[f"III  {words['title']}", words["pangkat"], words["jenjang"]]], lines)
    said = [words[f"{'can' if missing.value <= 0 else 'cannot'}_{kind}"].format(
        pangkat=pen.rank(leads_to), golongan=leads_to, jenjang=pen.post(leads_to) if kind == "jenjang" else "")
        for kind, (leads_to, missing) in targets.items()]
    yield text(f"IV  {words['decision']}", *(said or [words["no_target"]]), strong=True)
