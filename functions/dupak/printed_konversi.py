"""What the papers of the conversion regime say: Konversi, Akumulasi, PAK and PAK Integrasi. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from dupak.integrasi import LINES, Integration
from dupak.models import YEAR, Month, Node
from dupak.printing import Block, Issue, Pen, cell, line, table, text
from dupak.rules import Standing, Target

BY_LETTER = ("points", "integrated")  # what an earlier decision said
# The lines of a PAK, in its order; the last has the name of how somebody came into the post.
PAK = ("dasar", "lama", "penyesuaian", "konversi", "pendidikan", "lain")
OPENINGS = {"ak_dasar": "dasar", "no_dasar": "dasar", "integrated": "lama"}
LETTERS = {"antar_jf": "lama", "kembali": "lama", "penyesuaian": "penyesuaian"}


@dataclass(frozen=True)
class Piece:
    """A part of a total, in the order of time: its line in a PAK, its points, and what it follows from."""

    kind: str
    value: Fraction
    node: Node


def pieces(found: Standing) -> list[Piece]:
    """What the present level's total consists of: what it began with, then month by month."""
    return _pieces_of(found.total)


def _pieces_of(total: Node) -> list[Piece]:
    opening, *later = total.parts
    began = [Piece(_line_of(part, opening), part.value, part) for part in opening.parts]
    return [*began, *(Piece("pendidikan" if part.what == "diploma" else "konversi", part.value, part)
                      for part in sorted(later, key=_month))]


def _line_of(part: Node, opening: Node) -> str:
    if part.what == "points":
        return LETTERS.get(opening.facts["kind"], "lain")
    return OPENINGS.get(part.what, "lain")


def _month(part: Node) -> str:
    return part.facts.get("last") or part.facts["month"]


def lama_and_baru(parts: Sequence[Piece], before: Fraction | Decimal | None) -> list[tuple[Fraction, Fraction]]:
    """How much of each piece stood in the decision before (LAMA) and how much is new (BARU).

    LAMA is that decision's total, filled from the oldest piece on, so that it is what people read there; what it had
    more than there is now is taken back in the last piece. Without a decision before, LAMA is what a letter brought.
    """
    letters = sum((part.value for part in parts if part.node.what in BY_LETTER), Fraction(0))
    left, shares = letters if before is None else Fraction(before), []
    for part in sorted(parts, key=lambda one: before is None and one.node.what not in BY_LETTER):
        share = min(left, part.value)
        shares.append((part, share))
        left -= share
    by_piece = {id(part): share + (left if part is shares[-1][0] else 0) for part, share in shares}
    return [(by_piece[id(part)], part.value - by_piece[id(part)]) for part in parts]


# -- Konversi and Akumulasi ----------------------------------------------------------------------------------------


def konversi(pen: Pen, issue: Issue, found: Standing) -> list[Block]:
    """The conversion of the predikat of the issue's months; of every one where it names no months."""
    words = pen.words["konversi"]
    years = _years(issue, found)
    lines = [line(_predikat(pen, part, found), _percentage(pen, part, each), _coefficient(pen, part),
                  pen.number(each.value)) for part, each in years]
    total = konversi_total(issue, found)
    if len(years) != 1:
        lines.append(line(cell(words["total"], 3), pen.number(total), style="total"))
    head = [[cell(words["result"], 2), cell(words["coefficient"], down=2), cell(words["points"], down=2)],
            [words["predikat"], words["percentage"]]]
    rounded = _rounded(pen, [each.value for _, each in years], total)
    return [table(words["title"], "28c 26c 22c 24r", head, lines, rounded)]


@dataclass(frozen=True)
class InAYear:
    """The months of an evaluation that lie in one year, and what they are worth: the form has one year in a line."""

    first: Month
    last: Month
    value: Fraction

    @property
    def months(self) -> int:
        """How many they are."""
        return self.first.months_to(self.last) + 1


def years_of(part: Node, issue: Issue | None = None) -> list[InAYear]:
    """An evaluation year by year, as far as it lies in the issue's months; every month of it has the same worth."""
    first, last = Month.parse(part.facts["first"]), Month.parse(part.facts["last"])
    if issue and issue.first:
        first = max(first, Month.parse(issue.first))
    if issue and issue.last:
        last = min(last, Month.parse(issue.last))
    each = part.value / int(part.facts["months"])
    spans = [(max(first, Month(year, 1)), min(last, Month(year, YEAR))) for year in range(first.year, last.year + 1)]
    return [InAYear(begin, end, each * (begin.months_to(end) + 1)) for begin, end in spans]


def konversi_total(issue: Issue, found: Standing) -> Fraction:
    """What a Konversi adds up: of each evaluation the months that it is about."""
    return sum((each.value for _, each in _years(issue, found)), Fraction(0))


def _years(issue: Issue, found: Standing) -> list[tuple[Node, InAYear]]:
    """The lines of a Konversi: each of its evaluations, year by year."""
    return [(part, each) for part in evaluations(issue, found) for each in years_of(part, issue)]


def evaluations(issue: Issue, found: Standing) -> list[Node]:
    """The evaluations that a Konversi is about, also those in the level that was left in its months."""
    return [part.node for stay in found.stays for part in _pieces_of(stay.total)
            if part.kind == "konversi" and _within(part.node, issue)]


def _predikat(pen: Pen, part: Node, found: Standing) -> str:
    """`Baik`; with the level where it is another than the paper is headed with."""
    jenjang = _level(part)
    told = pen.say(part.facts["predikat"])
    return told if jenjang == found.stays[-1].post.jenjang else f"{told} ({pen.say(jenjang)})"


def _level(part: Node) -> str:
    """The level whose coefficient an evaluation was converted with."""
    return next(str(each.row.key) for each in part.parts if each.what == "koefisien" and each.row)


def _within(part: Node, issue: Issue) -> bool:
    return (not issue.first or part.facts["last"] >= issue.first) and (
        not issue.last or part.facts["first"] <= issue.last)


def _percentage(pen: Pen, part: Node, span: InAYear) -> str:
    """`150%` for a whole year, else `2/12 × 100%`."""
    percentage = next(each.row for each in part.parts if each.what == "persentase")
    said = pen.teller.value(percentage) if percentage else ""
    return said if span.months == YEAR else f"{span.months}/{YEAR} × {said}"


def _coefficient(pen: Pen, part: Node) -> str:
    coefficient = next(each.row for each in part.parts if each.what == "koefisien")
    return pen.teller.value(coefficient) if coefficient else ""


def akumulasi(pen: Pen, found: Standing) -> list[Block]:
    """Everything that the present level's total adds up, one line each."""
    words, parts = pen.words["akumulasi"], pieces(found)
    lines = [each for part in parts for each in _accumulated(pen, part, found)]
    written = [each.value for part in parts for each in (years_of(part.node) if part.kind == "konversi" else [part])]
    lines.append(line(cell(words["total"], 5), pen.number(found.total.value), style="total"))
    head = [[cell(words["result"], 4), cell(words["coefficient"], down=2), cell(words["points"], down=2)],
            [words["year"], words["months"], words["predikat"], words["percentage"]]]
    return [table(words["title"], "12c 22c 20c 18c 15c 16r", head, lines,
                  _rounded(pen, written, found.total.value))]


def _accumulated(pen: Pen, part: Piece, found: Standing) -> Iterator[Block]:
    facts = part.node.facts
    if part.kind == "konversi":
        for each in years_of(part.node):
            yield line(str(each.first.year), _months(pen, each.first, each.last), pen.say(facts["predikat"]),
                       _percentage(pen, part.node, each), _coefficient(pen, part.node), pen.number(each.value))
    elif part.kind == "pendidikan":
        yield line(facts["month"][:4], cell(_diploma(pen, part.node), 4), pen.number(part.value))
    else:
        yield line(str(found.stays[-1].posts[0].since.year), cell(_opening(pen, part, found), 4),
                   pen.number(part.value))


def _months(pen: Pen, first: Month, last: Month) -> str:
    names = [pen.say(str(month)).partition(" ")[0] for month in (first, last)]
    return names[0] if first == last else "–".join(names)


def _diploma(pen: Pen, part: Node) -> str:
    return str(pen.words["diploma"]).format(level=pen.say(part.facts["level"]), month=pen.day(part.facts["month"]))


def _opening(pen: Pen, part: Piece, found: Standing) -> str:
    """What a level began with, as the form calls it."""
    said, kind = pen.words["openings"], found.total.parts[0].facts["kind"]
    return str(said["dasar"] if part.kind == "dasar" else said[kind])


# -- PAK -----------------------------------------------------------------------------------------------------------


def pak(pen: Pen, found: Standing, before: Fraction | Decimal | None) -> list[Block]:
    """LAMA, BARU and JUMLAH of each line, what the next rank and level ask for, and the sentence that follows."""
    parts = pieces(found)
    split = lama_and_baru(parts, before)
    words = pen.words["pak"]
    sums = {kind: [sum((share[side] for part, share in zip(parts, split, strict=True) if part.kind == kind),
                       Fraction(0)) for side in (0, 1)] for kind in PAK}
    shown = [kind for kind in PAK if kind != "lain" or any(part.kind == kind for part in parts)]
    lines = [line(str(number), _name(pen, kind, found), *map(pen.number, (*sums[kind], sum(sums[kind], Fraction(0)))),
                  _remark(pen, kind, parts, found)) for number, kind in enumerate(shown, 1)]
    lama, baru = (sum((share[side] for share in split), Fraction(0)) for side in (0, 1))
    lines.append(line(cell(words["total"], 2), *map(pen.number, (lama, baru, found.total.value)), cell(""),
                      style="total"))
    head = [["II", words["title"], words["lama"], words["baru"], words["jumlah"], words["remark"]]]
    notes = _rounded_grid(pen, [*sums.values(), [lama, baru]])
    return [table(words["heading"], "6c 36l 13r 13r 13r 22l", head, lines, notes), *conclusion(pen, found.targets)]


def _name(pen: Pen, kind: str, found: Standing) -> str:
    if kind == "lain":
        return str(pen.words["openings"][found.total.parts[0].facts["kind"]])
    return str(pen.words["pak"]["lines"][kind])


def _remark(pen: Pen, kind: str, parts: Iterable[Piece], found: Standing) -> str:
    """What a line consists of, as far as its name does not say it."""
    mine = [part for part in parts if part.kind == kind]
    if kind == "lama" and mine:
        return str(pen.words["openings"][found.total.parts[0].facts["kind"]])
    if kind == "pendidikan":
        return "; ".join(pen.say(part.node.facts["level"]) for part in mine)
    if kind == "konversi" and mine:
        return str(pen.words["pak"]["months"]).format(
            months=sum(int(part.node.facts["months"]) for part in mine),
            first=pen.day(mine[0].node.facts["first"]), last=pen.day(mine[-1].node.facts["last"]))
    return ""


def conclusion(pen: Pen, targets: Sequence[Target]) -> Iterator[Block]:
    """III and IV of a PAK: what is asked for, what is missing, and what can be considered."""
    words = pen.words["keterangan"]
    by_kind = {target.kind: target for target in targets}
    asked = [by_kind.get(kind) for kind in ("pangkat", "jenjang")]
    lines = [line(words["minimum"], *(pen.number(each.needed.value if each else None) for each in asked)),
             line(words["difference"], *(difference(pen, each.missing.value if each else None) for each in asked))]
    yield table("", "50l 25r 25r", [[f"III  {words['title']}", words["pangkat"], words["jenjang"]]], lines)
    said = [each for target in targets for each in _sentences(pen, target)]
    yield text(f"IV  {words['decision']}", *(said or [words["no_target"]]), strong=True)


def difference(pen: Pen, missing: Fraction | None) -> str:
    """How much too little, or how much more than asked."""
    if missing is None:
        return pen.number(None)
    return str(pen.words["keterangan"]["surplus" if missing <= 0 else "shortfall"]).format(
        points=pen.number(abs(missing)))


def _sentences(pen: Pen, target: Target) -> Iterator[str]:
    words, teller = pen.words["keterangan"], pen.teller
    enough, able = target.missing.value <= 0, target.missing.value <= 0 and not target.unmet
    yield words[f"{'can' if able else 'cannot'}_{target.kind}"].format(
        pangkat=pen.rank(target.leads_to), golongan=target.leads_to, jenjang=pen.post(target.leads_to)
        if target.kind == "jenjang" else "")
    if able:
        yield words["conditions"].format(conditions=teller.conditions(target.conditions))
    elif enough:
        yield words["unmet"].format(conditions=teller.conditions(target.unmet))


# -- PAK Integrasi -------------------------------------------------------------------------------------------------


def pak_integrasi(pen: Pen, found: Integration) -> list[Block]:
    """How the conventional total becomes the integrated one, and the lines of the form."""
    words = pen.words["integrasi"]
    points = [found.conventional.value, found.base.value, found.total.value]
    change = table(words["adjusting"], "34c 32c 34c", [[words["conventional"], words["base"], words["integrated"]]],
                   [line(*map(pen.number, points))], _rounded(pen, [points[1], points[2]], points[0]))
    lines = [line(str(number), words["lines"][name], *(pen.number(side[name].value) for side in (
                 found.lama, found.baru, found.jumlah)), _carried(pen, name, found))
             for number, name in enumerate(LINES, 1)]
    sums = [sum((side[name].value for name in LINES), Fraction(0)) for side in (found.lama, found.baru)]
    lines.append(line(cell(words["total"], 2), *map(pen.number, (*sums, found.conventional.value, found.total.value)),
                      style="total"))
    head = [["II", words["title"], *(pen.words["pak"][name] for name in ("lama", "baru", "jumlah")), words["carried"]]]
    grid = [[found.lama[name].value, found.baru[name].value] for name in LINES]
    return [change, table("", "6c 38l 14r 14r 14r 16r", head, lines,
                          [words["carried_note"], *_rounded_grid(pen, [*grid, sums])]),
            *conclusion(pen, found.targets)]


def _carried(pen: Pen, name: str, found: Integration) -> str:
    """What is carried over stands in the line of the work itself."""
    return pen.number(found.total.value if name == "tugas_jabatan" else None)


# -- rounding ------------------------------------------------------------------------------------------------------


def _rounded(pen: Pen, parts: Sequence[Fraction], total: Fraction) -> list[str]:
    """The note that a total is rounded once, where the rounded lines do not make it."""
    return [] if pen.adds_up(parts, total) else [str(pen.words["rounded"])]


def _rounded_grid(pen: Pen, grid: Sequence[Sequence[Fraction]]) -> list[str]:
    """The same for LAMA and BARU of each line, the last one their sums."""
    *lines, sums = grid
    across = all(pen.adds_up(each, sum(each, Fraction(0))) for each in grid)
    down = all(pen.adds_up([each[side] for each in lines], sums[side]) for side in (0, 1))
    return [] if across and down else [str(pen.words["rounded"])]
