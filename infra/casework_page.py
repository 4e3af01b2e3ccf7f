"""The pieces of the page rujukan/alur: rows of its tables, as Markdown, from alur-rujukan.yml and sla.yml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from casework.workflow import CLOSED, CONFIRMING, REVISION
from infra import casework, services, sla
from infra.casework import LEVELS, Casework, Event, State, Way, chosen
from infra.services import Directory
from infra.sla import Rows, Sla
from portal.moments import ZONES, format_day

# What is told of each kind of case; a suggestion goes as a question: a test compares them.
TOLD = ("layanan", "pengaduan", "pertanyaan")


class Rules(NamedTuple):
    """The three tables that the page tells of."""

    casework: Casework
    sla: Sla
    directory: Directory


def read() -> Rules:
    """All three; raises Mistake at the first fault."""
    table, directory = casework.read(), services.read()
    return Rules(table, sla.read(table, directory), directory)


def pieces(rules: Rules, language: str, today: date) -> Iterator[tuple[str, str]]:
    """Every piece with its name; headings stand in the page."""
    page, table = _Page(rules, language, today), rules.casework
    for kind in TOLD:
        yield f"casework/{kind}.md", _as_rows(page.steps(kind))
    yield "casework/always.md", _as_rows(page.around())
    yield "casework/referral.md", _as_rows(page.referral())
    yield "casework/needs.md", _as_rows(page.needs())
    yield "casework/reasons.md", _as_rows(page.reasons())
    yield "casework/apart.md", "".join(f"- {getattr(rule.text, language)}\n" for rule in table.apart.values())
    yield "casework/escalation.md", _as_rows(page.escalation())
    yield "casework/services.md", _as_rows(page.services())
    yield "casework/days.md", _as_rows(page.days())


class _Page:
    """The tables of the page in one language, on one day."""

    def __init__(self, rules: Rules, language: str, today: date) -> None:
        """Keep the tables, the language and the day."""
        self.table, self.sla, self.directory = rules
        self.language, self.today = language, today

    def said(self, words: object) -> str:
        """A text of the tables in the language of the page."""
        return str(getattr(words, self.language))

    def steps(self, kind: str) -> Iterator[tuple[str, ...]]:
        """Where the case is; who does what, without what can be done at every step; working days."""
        about = self.table.kinds[kind]
        own = {about.start, REVISION, CONFIRMING, CLOSED, "following",
               *about.steps, *about.at_district, *about.sometimes}
        for name, state in self.table.states.items():
            if name in own:
                yield self.said(state.title), self._done(kind, name), self._time(name)

    def _done(self, kind: str, state: str) -> str:
        parts = []
        for name, event in self.table.events.items():
            ways = [way for level in LEVELS for each, way in self.table.ways(kind, level)
                    if each == name and state in way.before]
            if ways and not event.around:
                parts.append((self._who(ways), self.said(event.does)))
        return self._told(parts)

    def _told(self, parts: Iterable[tuple[str, str]]) -> str:
        """`Front office: passes the case on; or asks for documents.`, each who once in a row."""
        told, before = [], ""
        for who, does in parts:
            told.append(does if who == before else f"{who}: {does}")
            before = who
        return self.said(self.table.words.either).join(told)

    def _who(self, ways: Iterable[Way]) -> str:
        roles = dict.fromkeys(who for way in ways for who in way.who)
        return self.said(self.table.words.both).join(self.said(self.table.roles[role]) for role in roles)

    def _time(self, state: str) -> str:
        days = {REVISION: self.sla.closing.answer, CONFIRMING: self.sla.closing.answer,
                CLOSED: self.sla.closing.reopening}
        rows = days.get(state) or self.sla.states[state].days
        return str(self._holds(rows))

    def around(self) -> Iterator[tuple[str, ...]]:
        """What can be done at every step, and who does it."""
        for event in self.table.events.values():
            if event.around:
                yield self.said(event.title), self._told([(self._who(event.ways), self.said(event.does))])

    def referral(self) -> Iterator[tuple[str, ...]]:
        """Where a referral is; who does what; working days."""
        for name, state in self.table.referral.states.items():
            rows = self.sla.referral.get(name)
            days = str(self._holds(rows.days)) if rows else self.said(self.table.words.none)
            yield self.said(state.title), self._referral_done(name, state), days

    def _referral_done(self, name: str, state: State) -> str:
        if state.final:
            return self.said(self.table.words.none)
        parts = []
        for event in self.table.referral.events.values():
            ways = [way for way in event.ways if name in way.before and "heard" not in way.needs]
            if ways:
                parts.append((self._who(_people(ways)), self.said(event.does)))
        return self._told(parts)

    def needs(self) -> Iterator[tuple[str, ...]]:
        """What is done, and what must be there for it; of several ways, what any of them asks for."""
        rows: dict[tuple[str, ...], None] = {}  # a referral asks for documents as its case does: told once
        for event in self._events():
            asked = dict.fromkeys(need for way in event.ways for need in way.needs if need not in {"heard", "reason"})
            if asked:
                rows[self.said(event.title), "; ".join(self.said(self.table.needs[name]) for name in asked)] = None
        yield from rows

    def reasons(self) -> Iterator[tuple[str, ...]]:
        """What is done, and the reasons that may be given for it."""
        for event in self._events():
            if event.reasons:
                given = chosen(self.table, event.reasons).values()
                yield self.said(event.title), "; ".join(self.said(each) for each in given)

    def _events(self) -> list[Event]:
        return [*self.table.events.values(), *self.table.referral.events.values()]

    def escalation(self) -> Iterator[tuple[str, ...]]:
        """The desk, and who hears that its case is late, in order."""
        for level in LEVELS:
            chain = (self.said(self.table.roles[role]) for role in getattr(self.sla.escalation, level))
            yield self.said(getattr(self.table.words, level)), " → ".join(chain)

    def services(self) -> Iterator[tuple[str, ...]]:
        """Each service that has days of its own, then any other: days, how sure that is, and where it is from."""
        titles = {name: self.said(each.title) for name, each in self.table.kinds.items()}
        titles |= {name: self.said(each.title) for name, each in self.directory.services.items()}
        titled = [(titles[name], each.days) for name, each in self.sla.services.items()]
        for title, rows in (*titled, (self.said(self.sla.words.default), self.sla.default.days)):
            yield from self._sourced(title, rows)

    def days(self) -> Iterator[tuple[str, ...]]:
        """Each other number of days: of what, how many, since when, how sure that is, and where it is from."""
        words = self.sla.words
        for name, each in self.sla.states.items():
            yield from self._sourced(self.said(self.table.states[name].title), each.days)
        for name, each in self.sla.referral.items():
            yield from self._sourced(self.said(self.table.referral.states[name].title), each.days)
        for title, rows in ((words.answer, self.sla.closing.answer), (words.reopening, self.sla.closing.reopening),
                            (words.extension, self.sla.extension.days), (words.further, self.sla.escalation.further)):
            yield from self._sourced(self.said(title), rows)

    def _sourced(self, title: str, rows: Rows) -> Iterator[tuple[str, ...]]:
        for row in rows:
            since = format_day(datetime.fromisoformat(row.since).replace(tzinfo=ZONES["WIB"]), "WIB", self.language)
            yield (title, str(row.days), since, self.said(getattr(self.table.words, row.certainty)),
                   self.said(row.source))

    def _holds(self, rows: Rows) -> int:
        """The days that hold today; the first, before any hold."""
        begun = [row for row in rows if row.since <= self.today.isoformat()]
        return (begun[-1] if begun else rows[0]).days


def _people(ways: Iterable[Way]) -> list[Way]:
    """The ways without what the portal does by itself, when a case ends."""
    return [way.model_copy(update={"who": tuple(who for who in way.who if who != "portal")}) for way in ways]


def _as_rows(rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
