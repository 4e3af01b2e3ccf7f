"""From content/rules/alur-dupak.yml to what the functions read; infra/workflow_page.py makes its page.

A mistake in the file stops the build with the file, the key and what was expected there: also a state that nothing
leads to, one that nothing leads out of, and a way round a step.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from assessment.workflow import BACK_TO, NEEDS, RETURNED, START, WHEN
from infra.declared import Code, Declared, InBothLanguages, checked, read_yaml
from infra.front_matter import Mistake
from infra.machines import Cell, Codes, Faults, Since, known, reachable, same

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "alur-dupak.yml"
LANGUAGES = ("id", "en")
OFFICIAL = "official"
DECIDED, OBJECTED, WITHDRAWN = "decided", "objected", "withdrawn"


class Regime(Declared):
    """A way of assessing: the steps that lead to its decision, and those that only some dossiers take."""

    title: InBothLanguages
    steps: Codes
    sometimes: Annotated[tuple[Code, ...], Field(strict=False)] = ()


class State(Declared):
    """Where a dossier can be, and in whose hands it is then."""

    at: Literal["owner", "unit", "agency", "assigned", "nobody"]
    title: InBothLanguages
    final: bool = False


class Way(Declared):
    """One way that an event can go."""

    who: Code
    before: Codes = Field(alias="from")
    to: Code
    regimes: Codes | None = None
    needs: Codes | None = None
    when: Code | None = None
    back_to: Code | None = None

    @model_validator(mode="after")
    def _remembers_where_it_came_from(self) -> Self:
        if (self.to == RETURNED) is not bool(self.back_to):
            raise PydanticCustomError("back_to", "back_to: expected with every way to returned, and with no other")
        return self


class Event(Declared):
    """What can happen to a dossier."""

    title: InBothLanguages
    does: InBothLanguages
    ways: Annotated[tuple[Way, ...], Field(min_length=1, strict=False)]


class Days(Since):
    """From which day on how many working days hold, and why."""

    certainty: Literal["text", "mem", "chosen"]


Rows = Annotated[tuple[Days, ...], Field(min_length=1, strict=False)]


class Objection(Declared):
    """How long a decision may be objected to."""

    days: Rows


class Deadline(Objection):
    """How long a dossier should stay in a state, when who has it is reminded, and who is told afterwards."""

    remind: int = Field(ge=1)
    escalates_to: Code

    @model_validator(mode="after")
    def _reminds_in_time(self) -> Self:
        if self.remind >= min(row.days for row in self.days):
            raise PydanticCustomError("remind", "remind: expected fewer days than the step has")
        return self


class Apart(Declared):
    """Whoever acts as one of these may not be somebody who was one of those."""

    text: InBothLanguages
    acts: Codes = Field(alias="as")
    was: Codes
    regimes: Codes | None = None


class Words(Declared):
    """What the page says where the table has no words of its own."""

    late: Cell
    too_late: Cell
    none: Cell
    either: Cell = Field(alias="or")
    text: Cell
    mem: Cell
    chosen: Cell
    objection: Cell


class Workflow(Declared):
    """The whole table."""

    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    words: Words
    roles: dict[Code, InBothLanguages]
    regimes: dict[Code, Regime]
    states: dict[Code, State]
    events: dict[Code, Event]
    needs: dict[Code, InBothLanguages]
    deadlines: dict[Code, Deadline]
    objection: Objection
    people: dict[Code, Apart]

    def ways(self, regime: str) -> Iterator[tuple[str, Way]]:
        """Every way that a regime has, with its event."""
        for name, event in self.events.items():
            for way in event.ways:
                if regime in (way.regimes or self.regimes):
                    yield name, way

    def actors(self, state: str) -> set[str]:
        """The roles whose turn it is in a state: the official's only while the dossier is in their hands."""
        acting = {way.who for event in self.events.values() for way in event.ways if state in way.before}
        return acting if self.states[state].at == "owner" else acting - {OFFICIAL}


WORKFLOW = TypeAdapter(Workflow)


def read(source: Path = SOURCE) -> Workflow:
    """The table; raises Mistake at the first fault."""
    table = checked(WORKFLOW, read_yaml(source), source)
    for key, expected in _faults(table):
        raise Mistake(source, key, f"expected {expected}")
    return table


# -- what can be wrong with it -------------------------------------------------------------------------------------


def _faults(table: Workflow) -> Faults:
    """Every fault as the key and what was expected there; later checks may rely on earlier ones."""
    yield from _names(table)
    yield from _deadlines(table)
    yield from _people(table)
    for regime in table.regimes:
        yield from _graph(table, regime)


def _names(table: Workflow) -> Faults:
    """What is named is declared, and what is declared is used."""
    for name in (START, RETURNED, DECIDED, OBJECTED, WITHDRAWN):
        yield from known(f"states.{name}", (name,), table.states, "a state of this name")
    yield from same("needs", table.needs, NEEDS)
    for name, regime in table.regimes.items():
        yield from known(f"regimes.{name}", (*regime.steps, *regime.sometimes), table.states, "states")
    for name, event in table.events.items():
        for number, way in enumerate(event.ways):
            place = f"events.{name}.ways.{number}"
            yield from known(f"{place}.who", (way.who,), table.roles, "a role")
            yield from known(f"{place}.from", way.before, table.states, "states")
            yield from known(f"{place}.to", (way.to,), {*table.states, BACK_TO}, f"a state or {BACK_TO}")
            yield from known(f"{place}.back_to", (way.back_to or START,), table.states, "a state")
            yield from known(f"{place}.regimes", way.regimes or (), table.regimes, "regimes")
            yield from known(f"{place}.needs", way.needs or (), table.needs, "names under needs")
            yield from known(f"{place}.when", (way.when,) if way.when else (), WHEN, f"one of {', '.join(WHEN)}")
    used = {way.who for event in table.events.values() for way in event.ways}
    yield from same("roles", table.roles, used)
    asked = {need for event in table.events.values() for way in event.ways for need in way.needs or ()}
    yield from same("needs", table.needs, asked)


def _deadlines(table: Workflow) -> Faults:
    """Every state in which somebody has to act has its days, but for the draft, which nobody waits for."""
    waiting = [name for name, state in table.states.items() if not state.final and name != START]
    yield from same("deadlines", table.deadlines, waiting)
    for name, deadline in {**table.deadlines, "objection": table.objection}.items():
        place = f"deadlines.{name}.days" if name in table.deadlines else "objection.days"
        days = [row.since for row in deadline.days]
        if days != sorted(set(days)):
            yield place, "each line to begin after the one before it"
    for name, deadline in table.deadlines.items():
        yield from known(f"deadlines.{name}.escalates_to", (deadline.escalates_to,), table.roles, "a role")
        if {deadline.escalates_to} == table.actors(name):
            yield f"deadlines.{name}.escalates_to", "somebody else than who has the dossier then"


def _people(table: Workflow) -> Faults:
    """Who may not be who is said both ways, so that the order in which two roles act does not matter."""
    pairs = {(regime, acts, was) for rule in table.people.values() for regime in rule.regimes or table.regimes
             for acts in rule.acts for was in rule.was}
    for name, rule in table.people.items():
        yield from known(f"people.{name}", (*rule.acts, *rule.was), table.roles, "roles")
        yield from known(f"people.{name}.regimes", rule.regimes or (), table.regimes, "regimes")
    for regime, acts, was in sorted(pairs):
        if was != OFFICIAL and (regime, was, acts) not in pairs:
            yield "people", f"{was} apart from {acts} in {regime}, too, as {acts} is from {was}"
    for role in set(table.roles) - {OFFICIAL}:
        for regime in table.regimes:
            if (regime, role, OFFICIAL) not in pairs:
                yield "people", f"{role} not to act on their own dossier in {regime}"


def _graph(table: Workflow, regime: str) -> Faults:
    """Nothing is out of reach, nothing is a dead end, and no way to the decision leaves a step out."""
    after = edges(table, regime)
    place = f"regimes.{regime}"
    steps = table.regimes[regime].steps
    finals = {name for name, state in table.states.items() if state.final}
    expected = {START, RETURNED, OBJECTED, *steps, *table.regimes[regime].sometimes, *finals}
    found = reachable(after, START)
    for name in sorted(expected ^ found):
        yield place, (f"a way to {name}" if name in expected else f"{name} among its steps, since a way leads there")
    for name in sorted(found - {WITHDRAWN}):
        if not reachable(after, name) & finals - {WITHDRAWN}:  # withdrawing is no way out
            yield f"states.{name}", f"a way from it to a decision in {regime}"
    for name in steps:
        if DECIDED in reachable(after, START, without=name):
            yield place, f"no way to {DECIDED} that leaves {name} out"


def edges(table: Workflow, regime: str) -> dict[str, set[str]]:
    """Which state may come after which. What comes after `returned` is what any way to it has remembered."""
    ways = [way for _, way in table.ways(regime)]
    back = {way.back_to for way in ways if way.back_to}
    after: dict[str, set[str]] = {}
    for way in ways:
        for before in way.before:
            after.setdefault(before, set()).update(back if way.to == BACK_TO else {way.to})
    return after


# -- for the functions ---------------------------------------------------------------------------------------------


def for_functions(table: Workflow) -> dict[str, Any]:
    """What functions/assessment/workflow.py reads."""
    everywhere = tuple(table.regimes)
    return {
        "version": table.version,
        "regimes": {name: {"steps": each.steps, "sometimes": each.sometimes} for name, each in table.regimes.items()},
        "states": {name: {"at": each.at, "final": each.final} for name, each in table.states.items()},
        "events": {name: [_way(way, everywhere) for way in each.ways] for name, each in table.events.items()},
        "deadlines": {name: {"days": _rows(each), "remind": each.remind, "escalates_to": each.escalates_to}
                      for name, each in table.deadlines.items()},
        "objection": _rows(table.objection),
        "people": {name: {"as": each.acts, "was": each.was, "regimes": each.regimes or everywhere}
                   for name, each in table.people.items()},
        "words": {language: _words(table, language) for language in LANGUAGES}}


def _way(way: Way, everywhere: tuple[str, ...]) -> dict[str, Any]:
    return {"who": way.who, "from": way.before, "to": way.to, "regimes": way.regimes or everywhere,
            "needs": way.needs or (), "when": way.when, "back_to": way.back_to or ""}


def _rows(deadline: Objection) -> list[tuple[str, int]]:
    return [(row.since, row.days) for row in deadline.days]


def _words(table: Workflow, language: str) -> dict[str, dict[str, str]]:
    titled = {"regimes": table.regimes, "states": table.states, "events": table.events}
    return {
        **{group: {name: getattr(each.title, language) for name, each in members.items()}  # type: ignore[attr-defined]
           for group, members in titled.items()},
        "roles": {name: getattr(each, language) for name, each in table.roles.items()},
        "needs": {name: getattr(each, language) for name, each in table.needs.items()},
        "people": {name: getattr(each.text, language) for name, each in table.people.items()}}
