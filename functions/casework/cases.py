"""The case of a family and what is in it, as dated facts: where it is and who has it follow from them.

Frozen: casework.steps makes the next case of a case. `changes` counts what has happened: a store writes a case on
condition that it still has the number that was read; whoever is late is told what `happened_since`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from casework import workflow
from casework.workflow import Level

MOST_DESIL = 10
VILLAGE_PARTS = 4  # province, regency, district, village: 35.22.01.2001
REGENCY_PARTS = 2
HAND_OVERS = frozenset({"hand_up", "hand_down"})
Hands = Literal["family", "village", "district", "facilitator", "receiver", "nobody"]


@dataclass(frozen=True)
class Standing:
    """What the data said of a family on a day: the snapshot's, not the day on which somebody looked."""

    source: Literal["DTSEN", "DTKS"]
    registered: bool
    snapshot: date
    desil: int | None = None  # 1 to 10; None where the source has none

    def __post_init__(self) -> None:
        """Refuse a desil that there is not, or of a family that is not registered."""
        if self.desil is not None and not (self.registered and 1 <= self.desil <= MOST_DESIL):
            raise ValueError("a desil is from 1 to 10, of a family that is registered")


@dataclass(frozen=True)
class Need:
    """One thing that a family needs: a service of the directory (the id in sla.yml)."""

    id: str
    service: str


@dataclass(frozen=True)
class Pause:
    """A time in which documents are awaited from the family; `until` is None while they still are."""

    since: datetime
    documents: tuple[str, ...]
    until: datetime | None = None


@dataclass(frozen=True)
class Extension:
    """So many working days more for one state of a case, and for the needs in it."""

    at: datetime
    days: int
    reason: str
    person: str


@dataclass(frozen=True)
class Happened:
    """A step that was taken. `change` is the number that the case had afterwards; `referral` is empty for the case."""

    change: int
    event: str
    before: str
    after: str
    at: datetime
    person: str
    role: str
    desk: str  # which desk has the case afterwards
    referral: str = ""
    reason: str = ""
    heard: str = ""
    text: str = ""  # what was recommended or answered with it: what is written later takes nothing of it back
    documents: tuple[str, ...] = ()  # asked for, or handed in
    rules: str = ""  # the version of the table by which the step was taken


@dataclass(frozen=True)
class Referral:
    """One need, and one organisation that is asked to serve it."""

    id: str
    need: str
    receiver: str
    history: tuple[Happened, ...] = ()
    pauses: tuple[Pause, ...] = ()

    @property
    def state(self) -> str:
        """Where it is: after the last thing that happened."""
        return self.history[-1].after if self.history else workflow.PLANNED

    @property
    def ended(self) -> bool:
        """Whether nobody has to do anything about it any more."""
        return workflow.is_final(self.state, referral=True)


@dataclass(frozen=True)
class Case:
    """What a family came with, and everything that happened. Regions are Kemendagri codes with dots."""

    reference: str
    kind: str
    village: str  # where the family lives
    desk: str  # the village's or the regency's code: which desk has it
    opened: datetime
    person: str  # who recorded it: a facilitator, the front office, or the family itself
    consent: bool = False
    member: str = ""  # the account of the family's own member, if it has one
    holder: str = ""  # the person at the desk whom it was given to, if anybody
    needs: tuple[Need, ...] = ()
    referrals: tuple[Referral, ...] = ()
    standings: tuple[Standing, ...] = ()
    profiled: bool = False  # a basic profile was collected as a first list (daftar awal)
    recommendation: str = ""  # of the desk that has the case, and not sent back; earlier ones are in what happened
    answer: str = ""
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    history: tuple[Happened, ...] = ()
    changes: int = 0

    @property
    def state(self) -> str:
        """Where it is: after the last thing that happened to it, or where a case of its kind begins."""
        return self.history[-1].after if self.history else workflow.start(self.kind)

    @property
    def level(self) -> Level:
        """Whether the village's desk has it or the district's, which is the regency's or city's."""
        return "village" if len(self.desk.split(".")) == VILLAGE_PARTS else "district"

    @property
    def regency(self) -> str:
        """The code of the regency or city in which the family lives."""
        return ".".join(self.village.split(".")[:REGENCY_PARTS])

    @property
    def running(self) -> tuple[Referral, ...]:
        """The referrals that have not ended."""
        return tuple(each for each in self.referrals if not each.ended)


def hands(case: Case, referral: Referral | None = None) -> Hands:
    """Who has the case, or the referral, now."""
    place = workflow.at(referral.state, referral=True) if referral else workflow.at(case.state)
    return case.level if place == "desk" else place  # type: ignore[return-value]


def happened(case: Case) -> list[Happened]:
    """Everything that happened to a case and to its referrals, in order."""
    every = [*case.history, *(each for referral in case.referrals for each in referral.history)]
    return sorted(every, key=lambda each: each.change)


def happened_since(case: Case, seen: int) -> list[Happened]:
    """What somebody has missed who has seen a case when it had so many changes."""
    return [each for each in happened(case) if each.change > seen]


def referral_of(case: Case, name: str) -> Referral | None:
    """The referral of this id."""
    return next((each for each in case.referrals if each.id == name), None)


def entered(case: Case) -> datetime:
    """Since when the case is in its state at its desk: giving it to another person there does not begin it anew."""
    moves = [each.at for each in case.history if each.before != each.after or each.event in HAND_OVERS]
    return moves[-1] if moves else case.opened


def begun(case: Case) -> datetime:
    """Since when the case is open: when it was recorded, or last reopened."""
    return max((each.at for each in case.history if each.event == "reopen"), default=case.opened)


def did(case: Case) -> dict[str, frozenset[str]]:
    """Who has done what since the case was opened or last reopened."""
    reopened = max((each.change for each in case.history if each.event == "reopen"), default=0)
    found: dict[str, frozenset[str]] = {}
    for each in case.history:
        if each.change >= reopened:
            found[each.event] = found.get(each.event, frozenset()) | {each.person}
    return found


def verified(case: Case) -> Standing | None:
    """The standing that holds: the last one that was recorded."""
    return case.standings[-1] if case.standings else None
