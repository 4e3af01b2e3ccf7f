"""The pieces of the page e-dupak/alur: rows of its tables, as Markdown, from content/rules/alur-dupak.yml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from assessment.workflow import START
from infra.machines import reachable
from infra.workflow import DECIDED, OFFICIAL, Days, Objection, Workflow, edges
from portal.moments import ZONES, format_day

# Two regimes whose steps are the same are told once: a test compares them.
TOLD = ("konversi", "konvensional")


def pieces(table: Workflow, language: str, today: date) -> Iterator[tuple[str, str]]:
    """Every piece with its name; headings stand in the page."""
    for regime in TOLD:
        yield f"workflow/{regime}.md", _as_rows(steps(table, regime, language, today))
    yield "workflow/needs.md", _as_rows(needs(table, language))
    yield "workflow/people.md", "".join(f"- {getattr(rule.text, language)}\n" for rule in table.people.values())
    yield "workflow/days.md", _as_rows(days(table, language))


def steps(table: Workflow, regime: str, language: str, today: date) -> Iterator[tuple[str, ...]]:
    """Step; who does what; working days; the reminder, in working days before the end; what happens when it is late."""
    there = reachable(edges(table, regime), START)
    words = table.words
    for name, state in table.states.items():
        if name not in there or not (done := _done(table, regime, name, language)):
            continue
        title, nothing = getattr(state.title, language), getattr(words.none, language)
        if name in table.deadlines:
            deadline = table.deadlines[name]
            role = getattr(table.roles[deadline.escalates_to], language)
            yield (title, done, str(_holds(deadline, today).days), str(deadline.remind),
                   getattr(words.late, language).format(role=role))
        elif name == DECIDED:
            yield title, done, str(_holds(table.objection, today).days), nothing, getattr(words.too_late, language)
        else:
            yield title, done, nothing, nothing, nothing


def _done(table: Workflow, regime: str, state: str, language: str) -> str:
    """`The secretariat checks …; or returns …`: what those may do who have the dossier then.

    That its official may withdraw it from somebody else's hands, the page says by itself.
    """
    acting = table.actors(state) or {OFFICIAL}
    acts = dict.fromkeys((way.who, name) for name, way in table.ways(regime)
                         if state in way.before and way.who in acting)
    parts, before = [], ""
    for who, name in acts:
        does = getattr(table.events[name].does, language)
        parts.append(does if who == before else f"{getattr(table.roles[who], language)} {does}")
        before = who
    either: str = getattr(table.words.either, language)
    return either.join(parts)


def needs(table: Workflow, language: str) -> Iterator[tuple[str, ...]]:
    """What is done, and what must be there for it; of an event that goes several ways, what any of them asks for."""
    for event in table.events.values():
        asked = dict.fromkeys(need for way in event.ways for need in way.needs or ())
        if asked:
            yield (getattr(event.title, language),
                   "; ".join(getattr(table.needs[name], language) for name in asked))


def days(table: Workflow, language: str) -> Iterator[tuple[str, ...]]:
    """Each number of days: of what, how many, since when, how sure that is, and where it is from."""
    titled: list[tuple[str, Objection]] = [
        *((getattr(table.states[name].title, language), each) for name, each in table.deadlines.items()),
        (getattr(table.words.objection, language), table.objection)]
    for title, deadline in titled:
        for row in deadline.days:
            since = format_day(datetime.fromisoformat(row.since).replace(tzinfo=ZONES["WIB"]), "WIB", language)
            yield (title, str(row.days), since, getattr(getattr(table.words, row.certainty), language),
                   getattr(row.source, language))


def _holds(deadline: Objection, today: date) -> Days:
    """The row that holds today; the first, before any holds."""
    begun = [row for row in deadline.days if row.since <= today.isoformat()]
    return begun[-1] if begun else deadline.days[0]


def _as_rows(rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
