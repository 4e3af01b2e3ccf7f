"""From content/rules/alur-rujukan.yml to what the functions read; infra/casework_page.py makes its page.

A mistake in the file stops the build with the file, the key and what was expected there: also a state that nothing
leads to, one that nothing leads out of, a way round a step, and a reason that nobody can give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from casework.reach import OVERSEE
from casework.steps import CASE_ENDED
from casework.workflow import (
    CLOSED,
    CONFIRMING,
    FOLLOWING,
    NEEDS,
    PLANNED,
    PORTAL,
    REVISION,
    SENT,
    SERVED,
    STAYS,
    WHEN,
)
from infra.declared import Code, Declared, InBothLanguages, checked, read_yaml
from infra.front_matter import Mistake
from infra.machines import Cell, Codes, Faults, known, reachable, same

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "alur-rujukan.yml"
LANGUAGES = ("id", "en")
LEVELS = ("village", "district")
OUTSIDE = ("keluarga", "fasilitator", "penerima", "portal")  # roles that sit at no desk
REASON, CLOSINGS, WITHDRAWALS = "reason", "closings", "withdrawals"

Level = Literal["village", "district"]
Some = Annotated[tuple[Code, ...], Field(strict=False)]


class Kind(Declared):
    """What somebody comes with: where it begins, and the steps that lead to a result."""

    channel: Code
    title: InBothLanguages
    start: Code
    steps: Codes
    at_district: Some = ()
    sometimes: Some = ()


class State(Declared):
    """Where a case or a referral can be, and in whose hands it is then."""

    at: Literal["family", "facilitator", "desk", "receiver", "nobody"]
    title: InBothLanguages
    final: bool = False


class Way(Declared):
    """One way that an event can go."""

    who: Codes
    before: Codes = Field(alias="from")
    to: Code
    kinds: Codes | None = None
    desks: Annotated[tuple[Level, ...], Field(min_length=1, strict=False)] | None = None
    hands_to: Level | None = None
    needs: Some = ()
    when: Code | None = None
    reason: Code | None = None


class Event(Declared):
    """What can happen."""

    title: InBothLanguages
    does: InBothLanguages
    around: bool = False
    reasons: Code | None = None
    ways: Annotated[tuple[Way, ...], Field(min_length=1, strict=False)]


class Referral(Declared):
    """The machine of one referral."""

    states: dict[Code, State]
    events: dict[Code, Event]


class Apart(Declared):
    """Whoever acts as one of these may not be somebody who did one of those events."""

    text: InBothLanguages
    acts: Codes = Field(alias="as")
    did: Some
    events: Some = ()


class Words(Declared):
    """What the page says where the table has no words of its own."""

    none: Cell
    either: Cell = Field(alias="or")
    both: Cell = Field(alias="and")
    village: Cell
    district: Cell
    text: Cell
    code: Cell
    news: Cell
    mem: Cell
    chosen: Cell


class Casework(Declared):
    """The whole table."""

    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    words: Words
    roles: dict[Code, InBothLanguages]
    offices: dict[Level, Codes]
    kinds: dict[Code, Kind]
    channels: dict[Code, InBothLanguages]
    states: dict[Code, State]
    events: dict[Code, Event]
    referral: Referral
    needs: dict[Code, InBothLanguages]
    reasons: dict[Code, dict[Code, InBothLanguages]]
    apart: dict[Code, Apart]

    def ways(self, kind: str, level: str) -> Iterator[tuple[str, Way]]:
        """Every way that a kind of case has at a desk, with its event."""
        for name, event in self.events.items():
            for way in event.ways:
                if kind in (way.kinds or self.kinds) and level in (way.desks or LEVELS):
                    yield name, way


CASEWORK = TypeAdapter(Casework)


def read(source: Path = SOURCE) -> Casework:
    """The table; raises Mistake at the first fault."""
    table = checked(CASEWORK, read_yaml(source), source)
    for key, expected in _faults(table):
        raise Mistake(source, key, f"expected {expected}")
    return table


# -- what can be wrong with it -------------------------------------------------------------------------------------


def _faults(table: Casework) -> Faults:
    """Every fault as the key and what was expected there; later checks may rely on earlier ones."""
    yield from _names(table)
    yield from _events("events", table.events, table.states, table)
    yield from _events("referral.events", table.referral.events, table.referral.states, table)
    yield from _used(table)
    yield from _desks(table)
    yield from _reasons(table)
    for kind in table.kinds:
        yield from _graph(table, kind)
    yield from _referral_graph(table)


def _names(table: Casework) -> Faults:
    """What is named is declared."""
    for name in (REVISION, FOLLOWING, CONFIRMING, CLOSED):
        yield from known(f"states.{name}", (name,), table.states, "a state of this name")
    for name in (PLANNED, SENT, SERVED):
        yield from known(f"referral.states.{name}", (name,), table.referral.states, "a state of this name")
    for name, kind in table.kinds.items():
        named = (kind.start, *kind.steps, *kind.at_district, *kind.sometimes)
        yield from known(f"kinds.{name}", named, table.states, "states")
        yield from known(f"kinds.{name}.channel", (kind.channel,), table.channels, "a channel")
    for level, roles in table.offices.items():
        yield from known(f"offices.{level}", roles, table.roles, "roles")
    for name, rule in table.apart.items():
        yield from known(f"apart.{name}", rule.acts, table.roles, "roles")
        yield from known(f"apart.{name}", (*rule.did, *rule.events), table.events, "events")


def _events(place: str, events: dict[str, Event], states: dict[str, State], table: Casework) -> Faults:
    """Each way goes between states that there are, by roles that there are."""
    for name, event in events.items():
        yield from known(f"{place}.{name}.reasons", _given(event.reasons), table.reasons, "a group under reasons")
        for number, way in enumerate(event.ways):
            key = f"{place}.{name}.ways.{number}"
            yield from known(f"{key}.who", way.who, table.roles, "roles")
            yield from known(f"{key}.from", way.before, states, "states")
            yield from known(f"{key}.to", (way.to,), {*states, STAYS}, f"a state or {STAYS}")
            yield from known(f"{key}.kinds", way.kinds or (), table.kinds, "kinds")
            yield from known(f"{key}.needs", way.needs, table.needs, "names under needs")
            yield from known(f"{key}.when", _given(way.when), WHEN, f"one of {', '.join(WHEN)}")
            if (REASON in way.needs) is not bool(event.reasons):
                yield f"{key}.needs", f"{REASON} where its event has reasons, and nowhere else"


def _given(name: str | None) -> tuple[str, ...]:
    return (name,) if name else ()


def _all_events(table: Casework) -> list[Event]:
    return [*table.events.values(), *table.referral.events.values()]


def _used(table: Casework) -> Faults:
    """What is declared is used."""
    ways = [way for event in _all_events(table) for way in event.ways]
    yield from same("roles", table.roles, {who for way in ways for who in way.who})
    yield from same("needs", table.needs, NEEDS)
    yield from same("needs", table.needs, {need for way in ways for need in way.needs})
    yield from same("reasons", table.reasons, {event.reasons for event in _all_events(table) if event.reasons}
                    | {CLOSINGS})
    yield from same("channels", table.channels, {kind.channel for kind in table.kinds.values()})
    yield from same("offices", table.offices, LEVELS)


def _desks(table: Casework) -> Faults:
    """Who acts at a desk sits there, and what is handed over goes to the other desk."""
    for name, event in table.events.items():
        for number, way in enumerate(event.ways):
            key = f"events.{name}.ways.{number}"
            for level in way.desks or ():
                there = {*table.offices[level], *OUTSIDE, *(OVERSEE if level == "village" else ())}
                yield from known(f"{key}.who", way.who, there, f"roles of the {level}")
            if way.hands_to and (way.desks is None or way.hands_to in way.desks):
                yield f"{key}.desks", "the other desk than the one it is handed to"


def _reasons(table: Casework) -> Faults:
    """A way to the end says for which reason, or asks for one; what the portal gives by itself has its words."""
    for name, event in table.events.items():
        for number, way in enumerate(event.ways):
            key = f"events.{name}.ways.{number}.reason"
            yield from known(key, _given(way.reason), table.reasons[CLOSINGS], f"a reason under {CLOSINGS}")
            if way.to == CLOSED and not (way.reason or event.reasons == CLOSINGS):
                yield key, f"the reason for which it is closed, or reasons: {CLOSINGS}"
    yield from known(f"reasons.{WITHDRAWALS}", (CASE_ENDED,), table.reasons[WITHDRAWALS], "a reason of this name")


def _graph(table: Casework, kind: str) -> Faults:
    """Nothing is out of reach, nothing is a dead end, and no result comes to a family round a step."""
    after, place, about = edges(table, kind), f"kinds.{kind}", table.kinds[kind]
    starts = [_at(about.start, level) for level in LEVELS]
    found = {name for start in starts for name in reachable(after, start)}
    always = {about.start, REVISION, FOLLOWING, CONFIRMING, CLOSED, *about.steps, *about.at_district, *about.sometimes}
    states = {name.partition("@")[0] for name in found}
    for name in sorted(always ^ states):
        yield place, (f"a way to {name}" if name in always else f"{name} among its steps, since a way leads there")
    onward = edges(table, kind, around=False)
    for name in sorted(found):
        if not any(_at(CONFIRMING, level) in reachable(onward, name) for level in LEVELS):
            yield f"states.{name.partition('@')[0]}", f"a way from it to a result for the family in {kind}"
    yield from _rounds(table, kind, after)


def _rounds(table: Casework, kind: str, after: dict[str, set[str]]) -> Faults:
    """Ways to a result that leave a step out, wherever the case began and however it was handed over."""
    about = table.kinds[kind]
    for step in about.steps:
        closed = {_at(step, level) for level in LEVELS}
        if _open_without(after, about.start, closed) & {_at(CONFIRMING, level) for level in LEVELS}:
            yield f"kinds.{kind}", f"no way to {CONFIRMING} that leaves {step} out"
    for step in about.at_district:
        found = _open_without(after, about.start, {_at(step, "district")})
        if found & {_at("deciding", "district")}:
            yield f"kinds.{kind}", f"no way to deciding in the district that leaves {step} out"


def _open_without(after: dict[str, set[str]], start: str, closed: set[str]) -> set[str]:
    """What can be come to from where a case begins, at either desk, when some places are closed."""
    open_ways = {before: then - closed for before, then in after.items() if before not in closed}
    return {name for level in LEVELS if _at(start, level) not in closed
            for name in reachable(open_ways, _at(start, level))}


def edges(table: Casework, kind: str, *, around: bool = True) -> dict[str, set[str]]:
    """Which place may come after which: a place is a state at a desk (`deciding@village`).

    Without what goes `around`, and without what the portal does by itself, when nobody did anything.
    """
    after: dict[str, set[str]] = {}
    for level in LEVELS:
        for name, way in table.ways(kind, level):
            if not around and (table.events[name].around or way.who == (PORTAL,)):
                continue
            for before in way.before:
                then = _at(before if way.to == STAYS else way.to, way.hands_to or level)
                after.setdefault(_at(before, level), set()).add(then)
    return after


def _at(state: str, level: str) -> str:
    return f"{state}@{level}"


def _referral_graph(table: Casework) -> Faults:
    """Every state of a referral can be come to, every one that is not final leads to being served or withdrawn."""
    after: dict[str, set[str]] = {}
    for event in table.referral.events.values():
        for way in event.ways:
            for before in way.before:
                after.setdefault(before, set()).add(way.to)
    found = reachable(after, PLANNED)
    for name in sorted({*table.referral.states} - found):
        yield f"referral.states.{name}", "a way to it"
    for name, state in table.referral.states.items():
        if state.final is not (name not in after):
            yield f"referral.states.{name}.final", "true where nothing leads out of it, and nowhere else"
        if not state.final and SERVED not in reachable(after, name):
            yield f"referral.states.{name}", f"a way from it to {SERVED}"
    for step in (SENT, "accepted"):
        if SERVED in reachable(after, PLANNED, without=step):
            yield "referral.states", f"no way to {SERVED} that leaves {step} out"


# -- for the functions ---------------------------------------------------------------------------------------------


def chosen(table: Casework, group: str) -> dict[str, InBothLanguages]:
    """The reasons of a group that people give; the others the portal gives by itself."""
    by_itself = {way.reason for event in table.events.values() for way in event.ways} | {CASE_ENDED}
    return {code: each for code, each in table.reasons[group].items() if code not in by_itself}


def for_functions(table: Casework) -> dict[str, Any]:
    """What functions/casework reads: each way once for each role, reasons without those that the portal gives."""
    return {
        "version": table.version,
        "kinds": {name: {"channel": kind.channel, "start": kind.start} for name, kind in table.kinds.items()},
        "offices": table.offices,
        "around": [name for name, event in table.events.items() if event.around],
        "reasons": {group: list(chosen(table, group)) for group in table.reasons},
        "apart": {name: {"as": rule.acts, "did": rule.did, "events": rule.events}
                  for name, rule in table.apart.items()},
        **_machine(table.states, table.events, tuple(table.kinds)),
        "referral": _machine(table.referral.states, table.referral.events, tuple(table.kinds)),
        "words": {language: _words(table, language) for language in LANGUAGES}}


def _machine(states: dict[str, State], events: dict[str, Event], kinds: tuple[str, ...]) -> dict[str, Any]:
    return {"states": {name: {"at": each.at, "final": each.final} for name, each in states.items()},
            "asks": {name: each.reasons for name, each in events.items() if each.reasons},
            "events": {name: [_way(way, who, kinds) for way in each.ways for who in way.who]
                       for name, each in events.items()}}


def _way(way: Way, who: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    return {"who": who, "from": way.before, "to": way.to, "kinds": way.kinds or kinds, "desks": way.desks or LEVELS,
            "hands_to": way.hands_to or "", "needs": way.needs, "when": way.when, "reason": way.reason or ""}


def _words(table: Casework, language: str) -> dict[str, Any]:
    return {
        "roles": _texts(table.roles.items(), language), "channels": _texts(table.channels.items(), language),
        "needs": _texts(table.needs.items(), language),
        "kinds": _texts(((name, each.title) for name, each in table.kinds.items()), language),
        "states": _texts(((name, each.title) for name, each in table.states.items()), language),
        "events": _texts(((name, each.title) for name, each in table.events.items()), language),
        "referral_states": _texts(((name, each.title) for name, each in table.referral.states.items()), language),
        "referral_events": _texts(((name, each.title) for name, each in table.referral.events.items()), language),
        "apart": _texts(((name, each.text) for name, each in table.apart.items()), language),
        "reasons": {group: _texts(codes.items(), language) for group, codes in table.reasons.items()}}


def _texts(named: Iterable[tuple[str, InBothLanguages]], language: str) -> dict[str, str]:
    return {name: getattr(each, language) for name, each in named}
