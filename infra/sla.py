"""From content/rules/sla.yml to what functions/casework/clocks.py reads: working days by the day from which they hold.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from casework.workflow import CONFIRMING, REVISION
from infra.casework import LEVELS, Casework
from infra.declared import Code, Declared, checked, read_yaml
from infra.front_matter import Mistake
from infra.machines import Cell, Codes, Faults, Since, known, same
from infra.services import Directory

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "sla.yml"


class Days(Since):
    """From which day on how many working days hold, and why."""

    certainty: Literal["text", "code", "news", "mem", "chosen"]


Rows = Annotated[tuple[Days, ...], Field(min_length=1, strict=False)]


class Standard(Declared):
    """How long something should take."""

    days: Rows


class Closing(Declared):
    """How long a family may take to answer, and to have its case reopened."""

    answer: Rows
    reopening: Rows


class Extension(Declared):
    """How long one may be, and how many a case may have."""

    days: Rows
    times: Rows


class Escalation(Declared):
    """Who hears of a late case, in order, and how many working days lie between them."""

    village: Codes
    district: Codes
    further: Rows


class Words(Declared):
    """What the page calls what is no state and no service."""

    default: Cell
    answer: Cell
    reopening: Cell
    extension: Cell
    further: Cell


class Sla(Declared):
    """The whole table."""

    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    default: Standard
    services: dict[Code, Standard]
    states: dict[Code, Standard]
    referral: dict[Code, Standard]
    closing: Closing
    extension: Extension
    escalation: Escalation
    words: Words

    def rows(self) -> Iterator[tuple[str, Rows]]:
        """Every list of dated days, with its key."""
        yield "default.days", self.default.days
        yield from ((f"services.{name}.days", each.days) for name, each in self.services.items())
        yield from ((f"states.{name}.days", each.days) for name, each in self.states.items())
        yield from ((f"referral.{name}.days", each.days) for name, each in self.referral.items())
        yield from (("closing.answer", self.closing.answer), ("closing.reopening", self.closing.reopening))
        yield from (("extension.days", self.extension.days), ("extension.times", self.extension.times))
        yield "escalation.further", self.escalation.further


SLA = TypeAdapter(Sla)


def read(casework: Casework, directory: Directory, source: Path = SOURCE) -> Sla:
    """The table, for what the casework and the directory of services name; raises Mistake at the first fault."""
    table = checked(SLA, read_yaml(source), source)
    for key, expected in _faults(table, casework, directory):
        raise Mistake(source, key, f"expected {expected}")
    return table


def _faults(table: Sla, casework: Casework, directory: Directory) -> Faults:
    """Each list is in order; each state in which an office or a receiver has to act has its days, and no other."""
    for key, rows in table.rows():
        days = [row.since for row in rows]
        if days != sorted(set(days)):
            yield key, "each line to begin after the one before it"
    yield from known("services", table.services, {*directory.services, *casework.kinds},
                     "services of layanan.yml, or kinds of case")
    timed = {name for name, each in casework.states.items() if not each.final} - {REVISION, CONFIRMING}
    yield from same("states", table.states, timed)
    yield from same("referral", table.referral,
                    {name for name, each in casework.referral.states.items() if each.at == "receiver"})
    for level in LEVELS:
        chain = getattr(table.escalation, level)
        yield from known(f"escalation.{level}", chain, casework.roles, "roles")
        if len(set(chain)) != len(chain) or len(chain) < len(LEVELS):
            yield f"escalation.{level}", "two roles or more, each once"


def for_functions(table: Sla) -> dict[str, Any]:
    """What functions/casework/clocks.py reads."""
    return {
        "version": table.version, "default": _rows(table.default.days),
        "services": {name: _rows(each.days) for name, each in table.services.items()},
        "states": {name: _rows(each.days) for name, each in table.states.items()},
        "referral": {name: _rows(each.days) for name, each in table.referral.items()},
        "closing": {"answer": _rows(table.closing.answer), "reopening": _rows(table.closing.reopening)},
        "extension": {"days": _rows(table.extension.days), "times": _rows(table.extension.times)},
        "escalation": {**{level: getattr(table.escalation, level) for level in LEVELS},
                       "further": _rows(table.escalation.further)}}


def _rows(rows: tuple[Days, ...]) -> list[tuple[str, int]]:
    return [(row.since, row.days) for row in rows]
