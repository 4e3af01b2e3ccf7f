"""Who assesses whom: assessors, the case of a dossier with its seats, and who may be given one. Pure.

A case has two seats whose marks count and, where chance has drawn it, a hidden third whose marks never do. Whoever left
a seat (recused, replaced) stays in the record and does not come back to this dossier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from random import Random
from typing import Literal

from assessment.marks import Mark, is_drawn, sample_percent
from assessment.workflow import ASSESSORS, must_differ
from dupak.models import GOLONGAN
from portal.dated import rows_until
from portal.identifiers import format_moment
from portal.workdays import day_of

ASSESSOR = "penilai"
Left = Literal["", "recused", "replaced"]
# Why somebody is not assigned, or does not leave: each has its words in content/forms/assessment.<lang>.yml, besides
# the codes under `people` of content/rules/alur-dupak.yml, which have theirs there.
REFUSALS = ("not_in_the_pool", "away", "is_assessed", "rank_too_low", "left_before", "no_seat_free", "not_assigned",
            "all_locked", "locked_already", "assessed_oneself", "still_assigned")


class NotPossible(Exception):
    """Somebody cannot be assigned, or not leave; `code` is one of REFUSALS or of the workflow's `people`."""

    def __init__(self, code: str, person: str) -> None:
        """Keep both."""
        super().__init__(code)
        self.code, self.person = code, person


@dataclass(frozen=True)
class Assessor:
    """Somebody who may be assigned, as they said themself at the desk."""

    person: str
    name: str
    nip: str
    jenjang: str
    golongan: str
    agency: str
    joined_at: str = ""
    away_until: str = ""  # the last day on which they are away, as ISO 8601

    def is_away(self, today: date) -> bool:
        """Whether they are away on this day."""
        return self.away_until >= today.isoformat()


@dataclass(frozen=True)
class Seat:
    """Somebody who assesses a dossier, or did until they left it."""

    person: str
    since: str
    hidden: bool = False
    locked_at: str = ""  # in this round
    left: Left = ""
    left_at: str = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Leaving:
    """How somebody left a seat: by themself or by the secretariat, why, and when."""

    how: Left
    reason: str
    note: str
    moment: str


@dataclass(frozen=True)
class Case:
    """The assessment of one dossier. Lives where the function of its official cannot read."""

    reference: str
    seats: tuple[Seat, ...] = ()
    round: int = 1
    acted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by role, besides the assessors
    plenary: Mapping[str, Mark] = field(default_factory=dict)  # by item, of this round
    discussed: tuple[str, ...] = ()  # items that the chair asks the plenary about, besides those that differ
    remarks: str = ""  # the chair's
    drawn: bool = False  # whether chance has been asked for a hidden third
    closed_at: str = ""
    changes: int = 0

    @property
    def assessors(self) -> tuple[Seat, ...]:
        """The seats whose marks count, in the order in which they were given."""
        return tuple(each for each in self.seats if not each.left and not each.hidden)

    @property
    def hidden(self) -> Seat | None:
        """The third seat, if there is one."""
        return next((each for each in self.seats if each.hidden and not each.left), None)

    @property
    def locked(self) -> int:
        """How many of the assessors have locked their marks in this round."""
        return sum(bool(each.locked_at) for each in self.assessors)

    @property
    def all_locked(self) -> bool:
        """Whether both have: from then on their marks may be seen."""
        return self.locked == ASSESSORS

    def seat_of(self, person: str) -> Seat | None:
        """The seat that this person has now."""
        return next((each for each in self.seats if each.person == person and not each.left), None)

    @property
    def everybody(self) -> Mapping[str, tuple[str, ...]]:
        """Who acted in each role, as workflow.must_differ asks: whoever ever had a seat is an assessor, too."""
        return {**self.acted, ASSESSOR: tuple(dict.fromkeys(each.person for each in self.seats))}


@dataclass(frozen=True)
class Assessed:
    """Whose dossier it is: what decides who may assess it."""

    owner: str
    golongan: str
    regime: str = "konvensional"


@dataclass(frozen=True)
class Circumstances:
    """What is so when seats are given: whose dossier it is, when, and what only others know.

    `is_assessed` tells of a person whether a dossier of their own is under assessment.
    """

    assessed: Assessed
    now: datetime
    is_assessed: Callable[[str], bool]
    random: Random


# -- who may -------------------------------------------------------------------------------------------------------


def why_not(assessor: Assessor, case: Case, around: Circumstances) -> str | None:
    """Why this assessor is not assigned to this case: one of REFUSALS or of the workflow's `people`; None if they may.

    Days are those of WIB.
    """
    if any(each.person == assessor.person and each.left for each in case.seats):
        return "left_before"
    assessed = around.assessed
    apart = must_differ(ASSESSOR, case.everybody, assessor.person, assessed.owner, assessed.regime)
    if apart:
        return apart
    if around.is_assessed(assessor.person):
        return "is_assessed"
    if assessor.is_away(day_of(around.now)):
        return "away"
    return "rank_too_low" if asks_for_rank(around.now) and _below(assessor.golongan, assessed.golongan) else None


def asks_for_rank(now: datetime) -> bool:
    """Whether an assessor's golongan must not be below the assessed one's."""
    return bool(rows_until("reasons", "rank", now)[-1].number)


def _below(golongan: str, other: str) -> bool:
    return golongan not in GOLONGAN or (other in GOLONGAN and GOLONGAN.index(golongan) < GOLONGAN.index(other))


def may_not_act(case: Case, role: str, people: Iterable[str], assessed: Assessed) -> str | None:
    """Why these people may not act in this role on the case: whoever acts, and whoever lent them the role."""
    return next((code for person in people
                 if (code := must_differ(role, case.everybody, person, assessed.owner, assessed.regime))), None)


# -- what happens to a case ----------------------------------------------------------------------------------------


def with_assessors(case: Case, people: Sequence[str], pool: Mapping[str, Assessor], around: Circumstances) -> Case:
    """The case with these people in its free seats; raises NotPossible with the first reason why not."""
    for person in people:
        code = why_not(pool[person], case, around) if person in pool else "not_in_the_pool"
        if code:
            raise NotPossible(code, person)
        case = assigned(case, pool[person], format_moment(around.now))
    return case


def with_hidden(case: Case, pool: Mapping[str, Assessor], workload: Callable[[], Mapping[str, int]],
                around: Circumstances) -> Case:
    """The case after chance was asked, once, whether a hidden third marks besides; not before both seats are taken."""
    if case.drawn or len(case.assessors) < ASSESSORS:
        return case
    case = replace(case, drawn=True)
    if not is_drawn(sample_percent(around.now), around.random):
        return case
    eligible = [each for each in pool.values() if why_not(each, case, around) is None]
    third = chosen(eligible, workload(), around.random)
    return assigned(case, third, format_moment(around.now), hidden=True) if third else case


def assigned(case: Case, assessor: Assessor, moment: str, *, hidden: bool = False) -> Case:
    """The case with one more assessor; whether they may be is why_not's. Raises NotPossible where no seat is free."""
    taken = case.hidden is not None if hidden else len(case.assessors) >= ASSESSORS
    if taken:
        raise NotPossible("no_seat_free", assessor.person)
    return replace(case, seats=(*case.seats, Seat(assessor.person, moment, hidden)))


def left(case: Case, person: str, leaving: Leaving) -> Case:
    """The case without this assessor; raises NotPossible when they have no seat, or it is too late to leave it.

    What somebody has locked they stand by: they may be replaced until both have locked, but do not recuse themself.
    """
    seat = case.seat_of(person)
    if seat is None:
        raise NotPossible("not_assigned", person)
    if case.all_locked and not seat.hidden:
        raise NotPossible("all_locked", person)
    if leaving.how == "recused" and seat.locked_at:
        raise NotPossible("locked_already", person)
    gone = replace(seat, left=leaving.how, left_at=leaving.moment, reason=leaving.reason, note=leaving.note)
    return replace(case, seats=tuple(gone if each is seat else each for each in case.seats))


def locked(case: Case, person: str, moment: str) -> Case:
    """The case with this assessor's marks locked; raises NotPossible for somebody without a seat."""
    seat = case.seat_of(person)
    if seat is None:
        raise NotPossible("not_assigned", person)
    return replace(case, seats=tuple(replace(each, locked_at=moment) if each is seat else each for each in case.seats))


def acted(case: Case, role: str, *people: str) -> Case:
    """The case with these people among those who acted in a role: whoever acts, and whoever lent them the role."""
    return replace(case, acted={**case.acted, role: tuple(dict.fromkeys((*case.acted.get(role, ()), *people)))})


def next_round(case: Case, moment: str) -> Case:
    """The case as it begins again: the same assessors mark anew, and nothing of the round before counts.

    A hidden third is not asked twice: their comparison belongs to the round in which they were drawn.
    """
    seats = tuple(replace(each, left="replaced", left_at=moment) if each.hidden and not each.left
                  else each if each.left else replace(each, locked_at="") for each in case.seats)
    return replace(case, seats=seats, round=case.round + 1, plenary={}, discussed=(), remarks="",
                   closed_at="")


def chosen(eligible: Sequence[Assessor], workload: Mapping[str, int], random: Random) -> Assessor | None:
    """A hidden third by chance among those with the least to do; None where nobody is eligible."""
    least = min((workload.get(each.person, 0) for each in eligible), default=0)
    idle = [each for each in eligible if workload.get(each.person, 0) == least]
    return random.choice(idle) if idle else None
