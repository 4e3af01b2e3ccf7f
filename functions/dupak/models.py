"""Shapes of angka kredit: months, posts, evaluations, diplomas, and the explanation that every total is. Pure.

Numbers are exact: what comes from rules and letters is decimal, what is divided by twelve is a fraction of integers.
Nothing is rounded before it is written (`written`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Self

from dupak.rulebook import Row

JENJANG = ("pemula", "terampil", "mahir", "penyelia", "ahli_pertama", "ahli_muda", "ahli_madya", "ahli_utama")
GOLONGAN = ("II/a", "II/b", "II/c", "II/d", "III/a", "III/b", "III/c", "III/d", "IV/a", "IV/b", "IV/c", "IV/d", "IV/e")
# From the best to the worst: a later one never gives more.
PREDIKAT = ("sangat_baik", "baik", "cukup", "kurang", "sangat_kurang")
PENDIDIKAN = ("sd", "smp", "sma_d3", "d4_s1", "s2", "s3")
UNSUR = ("pendidikan", "tugas_jabatan", "pengembangan_profesi", "penunjang")
UTAMA = UNSUR[:3]
YEAR = 12


@dataclass(frozen=True, order=True)
class Month:
    """A month of the calendar; evaluations and posts begin and end with whole months."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `2024-06`."""
        return cls(int(text[:4]), int(text[5:7]))

    @classmethod
    def of(cls, day: date) -> Self:
        """The month of a day."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        """The day by which rules are looked up for this month."""
        return date(self.year, self.number, 1)

    def plus(self, months: int) -> Month:
        """So many months later, or earlier."""
        year, index = divmod(self.year * YEAR + self.number - 1 + months, YEAR)
        return Month(year, index + 1)

    def until(self, last: Month) -> Iterator[Month]:
        """This month and every one up to and including the last."""
        for number in range(self.months_to(last) + 1):
            yield self.plus(number)

    def months_to(self, later: Month) -> int:
        """How many months later the other one is."""
        return (later.year - self.year) * YEAR + later.number - self.number

    def __str__(self) -> str:
        """`2024-06`."""
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True)
class Entry:
    """How somebody came into a post, with what the letter says about it.

    pertama       first appointment, or promotion into the level: AK Dasar
    naik          promotion: in rank everything is carried, in level it begins again
    lanjutan      the total of the last PAK under conversion
    integrasi     the conventional total (`points`) minus the base value (`base`; None: the proposed one)
    perpindahan   from another post: `months` in rank there with `predikat`, `at_peak` when the rank was its highest
    kembali       returning: the old points and the months between
    penyesuaian   the points of the decision letter
    antar_jf      the points of the other functional post, carried
    """

    kind: str = "pertama"
    points: Decimal = Decimal(0)
    base: Decimal | None = None
    base_key: str = ""  # the education, where base values go by it
    months: int = 0
    predikat: str = ""
    at_peak: bool = False


ENTRIES = ("pertama", "lanjutan", "integrasi", "perpindahan", "kembali", "penyesuaian", "antar_jf")


@dataclass(frozen=True)
class Post:
    """A level and grade somebody holds since a month (TMT), until the next post begins or until its last month."""

    since: Month
    jenjang: str
    golongan: str
    entry: Entry = Entry()
    last: Month | None = None


@dataclass(frozen=True)
class Evaluation:
    """A predikat kinerja for a span of months, both ends included."""

    first: Month
    last: Month
    predikat: str


@dataclass(frozen=True)
class Diploma:
    """A higher diploma from the month in which BKN recorded the degree; without that it gives nothing."""

    level: str
    month: Month
    recorded: bool = True


@dataclass(frozen=True)
class Career:
    """Everything that a total follows from; posts in their order."""

    posts: tuple[Post, ...]
    evaluations: tuple[Evaluation, ...] = ()
    diplomas: tuple[Diploma, ...] = ()
    appointed: Month | None = None  # first appointment, as the NIP says
    rank_since: Month | None = None  # TMT of the present rank, where it is older than the post


def appointed_in(nip: str) -> Month | None:
    """The month of first appointment in a NIP (digits 9 to 14, Perka BKN 22/2007); None where a PPPK has a code."""
    month = int(nip[12:14])
    return Month(int(nip[8:12]), month) if 1 <= month <= YEAR else None


# -- what is wrong -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """Something that cannot be counted: where (`evaluations`, 1, `last`), the stable code, and its sentence's facts."""

    place: tuple[str, int, str]
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Refused(Exception):
    """What was given cannot be counted; `faults` says everything that is in the way, in the order of what was given."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep every fault."""
        self.faults = tuple(faults)
        super().__init__(", ".join(fault.code for fault in self.faults))


# -- the explanation -----------------------------------------------------------------------------------------------

How = Literal["sum", "difference", "product", "quotient", "least", "rule", "given"]


@dataclass(frozen=True)
class Node:
    """One line of an explanation: what it is (a word of content), its exact value, and what it follows from.

    A `rule` is a row of the rulebook, a `given` is what somebody said; every other value follows from its parts alone
    (`follows_from`), so that nothing in an explanation has to be believed. `chosen_by` are rows that are no number and
    decided which line stands here, where another reading would have put another one.
    """

    what: str
    value: Fraction
    how: How
    parts: tuple[Node, ...] = ()
    row: Row | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    chosen_by: tuple[Row, ...] = ()

    def all(self) -> Iterator[Node]:
        """This line and every one below."""
        yield self
        for part in self.parts:
            yield from part.all()


def follows_from(how: How, parts: Iterable[Fraction]) -> Fraction:
    """The value that these parts make."""
    first, *rest = list(parts) or [Fraction(0)]
    for each in rest:
        first = {"sum": first + each, "difference": first - each, "product": first * each, "least": min(first, each),
                 "quotient": first / each if how == "quotient" else first}[how]
    return first


def node(what: str, how: How, *parts: Node, **facts: str) -> Node:
    """A line whose value follows from its parts."""
    return Node(what, follows_from(how, (part.value for part in parts)), how, parts, facts=facts)


def chosen(line: Node, *rows: Row) -> Node:
    """The line with the rows that decided that it stands here."""
    return replace(line, chosen_by=rows)


def given(what: str, value: Decimal | Fraction | int, **facts: str) -> Node:
    """A line that somebody said."""
    return Node(what, Fraction(value), "given", facts=facts)


def ruled(row: Row, *, percent: bool = False) -> Node:
    """A line that a row of the rulebook says; a percentage counts as its hundredth."""
    value = row.number / 100 if percent else row.number
    return Node(row.table, value, "rule", row=row, facts={"key": row.key})


def written(value: Fraction, places: int) -> Decimal:
    """The number as it is written, halves away from zero (ROUND_HALF_UP), computed with integers only."""
    scale = 10 ** places
    doubled = abs(value.numerator) * scale * 2
    whole = (doubled + value.denominator) // (value.denominator * 2)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)
