"""What somebody fills in to have angka kredit counted, and what the rules make of it. Pure; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, field_validator

from dupak.models import (
    ENTRIES,
    GOLONGAN,
    JENJANG,
    PENDIDIKAN,
    PREDIKAT,
    Career,
    Diploma,
    Entry,
    Evaluation,
    Fault,
    Month,
    Post,
)
from portal import questions
from portal.errors import FieldError
from portal.forms import FormModel, cell_name
from portal.moments import MONTHS
from portal.questions import Choice, Count, Pick, Points, Rows, refuse

BY_LETTER = ("lanjutan", "integrasi", "kembali", "penyesuaian", "antar_jf")  # a letter says how many points
FROM_ELSEWHERE = ("perpindahan", "kembali")  # time outside the post is converted
YES_NO = ("ya", "tidak")


class Change(FormModel):
    """A promotion: from that month on another level or grade."""

    since: Annotated[str, questions.Month()]
    jenjang: Annotated[str, Pick(options=JENJANG)]
    golongan: Annotated[str, Pick(options=GOLONGAN)]


class Period(FormModel):
    """An evaluation: its months, both included, and the predikat."""

    first: Annotated[str, questions.Month()]
    last: Annotated[str, questions.Month()]
    predikat: Annotated[str, Pick(options=PREDIKAT)]


class HigherDiploma(FormModel):
    """A higher diploma, and since when BKN has the degree on record."""

    level: Annotated[str, Pick(options=PENDIDIKAN)]
    month: Annotated[str, questions.Month()]
    recorded: Annotated[str, Pick(options=YES_NO)]


class PostPart(FormModel):
    """A post, how somebody came into it, and the promotions since."""

    entry: Annotated[str, Choice(options=ENTRIES)]
    jenjang: Annotated[str, Pick(options=JENJANG)]
    golongan: Annotated[str, Pick(options=GOLONGAN)]
    since: Annotated[str, questions.Month()]
    points: Annotated[str | None, Points()] = Field(default=None, validate_default=True)
    base: Annotated[str | None, Points()] = None
    months: Annotated[str | None, Count()] = Field(default=None, validate_default=True)
    predikat: Annotated[str | None, Pick(options=PREDIKAT)] = Field(default=None, validate_default=True)
    at_peak: Annotated[str | None, Pick(options=YES_NO)] = None
    changes: Annotated[tuple[Change, ...], Rows(row=Change, most=8, shown=1)] = ()
    rank_since: Annotated[str | None, questions.Month()] = None

    @field_validator("points")
    @classmethod
    def _a_letter_says_how_many(cls, points: str | None, info: Any) -> str | None:  # noqa: ANN401 pydantic's ValidationInfo
        if points is None and info.data.get("entry") in BY_LETTER:
            raise refuse("missing")
        return points

    @field_validator("months", "predikat")
    @classmethod
    def _time_elsewhere_is_told(cls, value: str | None, info: Any) -> str | None:  # noqa: ANN401 the same
        if value is None and info.data.get("entry") in FROM_ELSEWHERE:
            raise refuse("missing")
        return value


class PeriodsPart(FormModel):
    """The evaluations of one's work."""

    periods: Annotated[tuple[Period, ...], Rows(row=Period, most=40, shown=3)] = ()


class DiplomasPart(FormModel):
    """Higher diplomas."""

    diplomas: Annotated[tuple[HigherDiploma, ...], Rows(row=HigherDiploma, most=4, shown=1)] = ()


class Calculation(DiplomasPart, PeriodsPart, PostPart):  # pydantic takes the fields of the last base first
    """Everything that is counted: a post, what has happened since, and the first appointment as the NIP says it."""

    appointed: Annotated[str | None, questions.Month()] = None


def career_of(asked: Calculation) -> Career:
    """What the rules count."""
    entry = Entry(asked.entry, points=Decimal(asked.points or 0),
                  base=Decimal(asked.base) if asked.base else None, months=int(asked.months or 0),
                  predikat=asked.predikat or "", at_peak=asked.at_peak == "ya")
    first = Post(Month.parse(asked.since), asked.jenjang, asked.golongan, entry)
    return Career(
        (first, *(Post(Month.parse(each.since), each.jenjang, each.golongan, Entry("naik")) for each in asked.changes)),
        tuple(Evaluation(Month.parse(each.first), Month.parse(each.last), each.predikat) for each in asked.periods),
        tuple(Diploma(each.level, Month.parse(each.month), each.recorded == "ya") for each in asked.diplomas),
        appointed=Month.parse(asked.appointed) if asked.appointed else None,
        rank_since=Month.parse(asked.rank_since) if asked.rank_since else None)


# -- what the rules refuse -----------------------------------------------------------------------------------------

ROWS = {"posts": "changes", "evaluations": "periods", "diplomas": "diplomas"}


def told(faults: Iterable[Fault], names: Mapping[str, str], language: str) -> list[FieldError]:
    """The faults beside the answers that they are about, months and levels as the reader calls them."""
    return [FieldError(_field(fault), fault.code, {name: spoken(value, names, language)
                                                   for name, value in fault.facts.items()}) for fault in faults]


def _field(fault: Fault) -> str:
    """The answer that a fault is about; the first post is the form's own questions, the others are its changes."""
    group, number, cell = fault.place
    if group == "career" or (group == "posts" and number == 0):
        return cell
    return cell_name(ROWS[group], number + (group != "posts"), cell)


def spoken(value: object, names: Mapping[str, str], language: str) -> str:
    """A level, predikat or diploma by its name, a month as people write it; anything else as it is."""
    text = str(value)
    if text in names:
        return names[text]
    year, _, month = text.partition("-")
    if len(text) == len("2025-06") and year.isdigit() and month.isdigit():
        return f"{MONTHS[language][int(month) - 1]} {year}"
    return text
