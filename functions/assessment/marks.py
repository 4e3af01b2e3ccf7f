"""Marks of a conventional dossier: what two assessors accept of each item, where they differ, what counts. Pure.

Items are numbered as in the dossier, from "1". An assessor accepts a volume between nothing and what was proposed, and
says why it is less. What a plenary decides on an item is a mark like any other, and counts instead of both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, Literal

from portal.assets import read_json
from portal.dated import rows_until
from portal.errors import FieldError

Outcome = Literal["full", "partly", "none"]
OUTCOMES: tuple[Outcome, ...] = ("full", "partly", "none")
MOST_NOTE = 500
UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
HUNDRED = 100


@dataclass(frozen=True)
class Item:
    """What was proposed: an item of the dossier by its number, its code in the catalogue, how often it was done."""

    number: str
    kode: str
    proposed: Decimal


@dataclass(frozen=True)
class Mark:
    """What is accepted of an item (None: not said yet), why it is less than was proposed, and perhaps a sentence."""

    item: str
    accepted: Decimal | None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Marks:
    """All marks of one assessor in one round; once they are locked, nobody changes them."""

    person: str
    marks: Mapping[str, Mark] = field(default_factory=dict)
    locked_at: str = ""
    round: int = 1
    changes: int = 0

    @property
    def volumes(self) -> dict[str, Decimal]:
        """What is accepted of each item that is marked."""
        return volumes_of(self.marks)


def proposed(rows: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """The items of a dossier (`Dossier.items`) with their numbers."""
    return tuple(Item(str(number), row["kode"].strip().upper(), Decimal(row["volume"]))
                 for number, row in enumerate(rows, 1))


def volumes_of(marks: Mapping[str, Mark]) -> dict[str, Decimal]:
    """What is accepted of each item, without those of which it is not said yet."""
    return {number: mark.accepted for number, mark in marks.items() if mark.accepted is not None}


def outcome(accepted: Decimal, proposed: Decimal) -> Outcome:
    """Whether all, some or nothing of what was proposed is accepted."""
    if accepted >= proposed:
        return "full"
    return "partly" if accepted > 0 else "none"


def reasons(group: str) -> dict[str, dict[str, Any]]:
    """The reasons of a group (marks, recusals, replacements, delegations) with what each asks for."""
    return read_json("reasons.json")["reasons"][group]  # type: ignore[no-any-return]


def words(language: str) -> dict[str, dict[str, str]]:
    """What people call the reasons, by group."""
    return read_json("reasons.json")["words"][language]  # type: ignore[no-any-return]


# -- what is wrong, and what is missing ----------------------------------------------------------------------------


def wrong(marks: Mapping[str, Mark], items: Sequence[Item]) -> list[FieldError]:
    """Everything that cannot be kept of these marks, item by item: fields `accepted_3`, `reason_3`, `note_3`."""
    known = {item.number: item for item in items}
    spare = [FieldError(f"accepted_{number}", "item_unknown") for number in marks if number not in known]
    return spare + [fault for item in items if item.number in marks for fault in _wrong(marks[item.number], item)]


def _wrong(mark: Mark, item: Item) -> Iterator[FieldError]:
    if mark.accepted is None:
        yield from wrong_note(f"note_{item.number}", mark.note)
        return
    if not mark.accepted.is_finite() or mark.accepted < 0:
        yield FieldError(f"accepted_{item.number}", "below_nothing")
        return
    if mark.accepted > item.proposed:
        yield FieldError(f"accepted_{item.number}", "above_proposed", {"proposed": item.proposed})
        return
    fits = outcome(mark.accepted, item.proposed)
    if mark.reason:
        known = reasons("marks").get(mark.reason)
        if known is None or fits not in known["for"]:
            yield FieldError(f"reason_{item.number}", "reason_unfit" if known else "not_an_option")
    elif fits != "full":
        yield FieldError(f"reason_{item.number}", "missing")
    asked = reasons("marks").get(mark.reason, {}).get("note", False)
    yield from wrong_note(f"note_{item.number}", mark.note, asked=asked)


def wrong_note(name: str, note: str, *, asked: bool = False) -> list[FieldError]:
    """What is wrong with a sentence of somebody's own; `asked`: whether there has to be one."""
    if not note.strip():
        return [FieldError(name, "missing")] if asked else []
    if len(note) > MOST_NOTE:
        return [FieldError(name, "too_long", {"most": MOST_NOTE})]
    return [FieldError(name, "unreadable")] if UNREADABLE.search(note) else []


def wrong_reason(group: str, reason: str, note: str) -> list[FieldError]:
    """What is wrong with a reason of another group and its sentence: fields `reason` and `note`."""
    known = reasons(group).get(reason)
    first = [] if known else [FieldError("reason", "not_an_option" if reason else "missing")]
    return first + wrong_note("note", note, asked=bool(known and known["note"]))


def unmarked(marks: Mapping[str, Mark], items: Sequence[Item]) -> tuple[str, ...]:
    """The numbers of the items that have no mark yet."""
    return tuple(item.number for item in items if item.number not in volumes_of(marks))


# -- two assessors and the plenary ---------------------------------------------------------------------------------


def differing(first: Marks, second: Marks, items: Sequence[Item]) -> tuple[str, ...]:
    """The numbers of the items of which the two do not accept the same; one that only one of them marked differs."""
    one, other = first.volumes, second.volumes
    return tuple(item.number for item in items
                 if item.number not in one or one[item.number] != other.get(item.number))


def agreed(first: Marks, second: Marks, items: Sequence[Item]) -> dict[str, Decimal]:
    """What both accept alike, by item."""
    apart = differing(first, second, items)
    return {item.number: first.volumes[item.number] for item in items if item.number not in apart}


def settled(first: Marks, second: Marks, plenary: Mapping[str, Mark], items: Sequence[Item]) -> dict[str, Decimal]:
    """The volumes that count: what the plenary decided, else what both accept. Items without either are not there."""
    counting = {**agreed(first, second, items), **volumes_of(plenary)}
    return {item.number: counting[item.number] for item in items if item.number in counting}


def unsettled(first: Marks, second: Marks, plenary: Mapping[str, Mark], items: Sequence[Item]) -> tuple[str, ...]:
    """The numbers of the items that differ and on which the plenary has not decided."""
    return tuple(number for number in differing(first, second, items) if number not in plenary)


def not_asked(rulings: Mapping[str, Mark], asked: Iterable[str]) -> list[FieldError]:
    """The rulings on items that the plenary was not asked about: what both accept alike stays as it is."""
    open_ = {*asked}
    return [FieldError(f"accepted_{number}", "agreed_already") for number in rulings if number not in open_]


# -- how far assessors agree ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Agreement:
    """How far two assessors say the same: of `n` items, the share of the same outcome, and Cohen's kappa.

    `undefined` says why there is no kappa: `nothing` was compared, or both always said the `same` one thing, so that
    chance alone would have them agree. The share is empty only where nothing was compared.
    """

    n: int
    same: Fraction | None = None
    kappa: Fraction | None = None
    undefined: Literal["", "nothing", "same"] = ""


def agreement(pairs: Iterable[tuple[Outcome, Outcome]]) -> Agreement:
    """Agreement over pairs of outcomes: kappa is (same - chance) / (1 - chance), exactly."""
    cells = Counter(pairs)
    number = cells.total()
    if not number:
        return Agreement(0, undefined="nothing")
    firsts, seconds = Counter[Outcome](), Counter[Outcome]()
    for (first, second), times in cells.items():
        firsts[first] += times
        seconds[second] += times
    same = Fraction(sum(cells[each, each] for each in OUTCOMES), number)
    chance = Fraction(sum(firsts[each] * seconds[each] for each in OUTCOMES), number ** 2)
    if chance == 1:
        return Agreement(number, same, undefined="same")
    return Agreement(number, same, (same - chance) / (1 - chance))


@dataclass(frozen=True)
class Compared:
    """One item of a decided dossier as it was seen twice, without whose it was and who looked.

    `counted` is what was decided; `hidden` what the third, hidden assessor said, where there was one.
    """

    kode: str
    first: Outcome
    second: Outcome
    counted: Outcome
    hidden: Outcome | None = None


def compared(first: Marks, second: Marks, counting: Mapping[str, Decimal], items: Sequence[Item],
             hidden: Marks | None = None) -> dict[str, Compared]:
    """What a decided dossier says about agreement, by item; those that somebody did not mark are left out."""
    one, other, third = first.volumes, second.volumes, hidden.volumes if hidden and hidden.locked_at else {}

    def seen(item: Item, volumes: Mapping[str, Decimal]) -> Outcome:
        return outcome(volumes[item.number], item.proposed)

    return {item.number: Compared(item.kode, seen(item, one), seen(item, other), seen(item, counting),
                                  seen(item, third) if item.number in third else None)
            for item in items if all(item.number in volumes for volumes in (one, other, counting))}


def measured(rows: Iterable[Compared]) -> dict[str, Agreement]:
    """The agreement of the two assessors on each item of the catalogue."""
    by_kode: dict[str, list[tuple[Outcome, Outcome]]] = {}
    for row in rows:
        by_kode.setdefault(row.kode, []).append((row.first, row.second))
    return {kode: agreement(pairs) for kode, pairs in sorted(by_kode.items())}


def measured_hidden(rows: Iterable[Compared]) -> Agreement:
    """The agreement of what was decided with what hidden assessors said, over all items."""
    return agreement((row.counted, row.hidden) for row in rows if row.hidden)


# -- the hidden third ----------------------------------------------------------------------------------------------


def sample_percent(now: datetime) -> int:
    """Of how many dossiers in a hundred a third assessor marks besides."""
    return rows_until("reasons", "sample", now)[-1].number


def is_drawn(percent: int, random: Random) -> bool:
    """Whether this dossier is one of them: nobody can work it out beforehand, as from a hash of its number."""
    return random.randrange(HUNDRED) < percent
