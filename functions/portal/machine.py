"""State machines that stand in a table: which events are possible in a state, for whom, and what they still miss.

Pure: a subject hands in the events that the build has checked, what it knows as facts, and what each name under `needs`
and `when` asks of them. A way is one row of the table: `who`, `from`, `to`, `needs`, `when`, and whatever else the
subject keeps there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from portal import workdays

Facts = TypeVar("Facts")
Way = Mapping[str, Any]


class NotNow(Exception):
    """This event is not possible in this state (or there is no such event, state, or kind of thing)."""

    def __init__(self, event: str, state: str) -> None:
        """Keep both."""
        super().__init__(event, state)
        self.event, self.state = event, state


class NotYet(Exception):
    """The event is possible in this state, but something is missing; `missing` are the names of it (`needs`)."""

    def __init__(self, event: str, state: str, missing: tuple[str, ...]) -> None:
        """Keep what is missing, in the order of the table."""
        super().__init__(event, state, missing)
        self.event, self.state, self.missing = event, state, missing


@dataclass(frozen=True)
class Machine(Generic[Facts]):
    """Events with their ways, and what the names under `needs` and `when` mean. Of several ways the first one goes."""

    events: Callable[[], Mapping[str, Iterable[Way]]]
    needs: Mapping[str, Callable[[Facts], bool]]
    when: Mapping[str, Callable[[Facts], bool]]

    def ways(self, event: str, state: str, role: str = "", **of: str) -> Iterator[Way]:
        """The ways of an event from a state: for everybody, or for one role; only `of` these kinds (`regimes="…"`)."""
        for way in self.events().get(event, ()):
            theirs = role in {"", way["who"]}
            if theirs and state in way["from"] and all(each in way[name] for name, each in of.items()):
                yield way

    def way(self, event: str, state: str, facts: Facts, role: str = "", **of: str) -> Way:
        """The way that it goes now, whether or not something is missing. Raises NotNow."""
        for way in self.ways(event, state, role, **of):
            if way["when"] is None or self.when[way["when"]](facts):
                return way
        raise NotNow(event, state)

    def missing(self, way: Way, facts: Facts) -> tuple[str, ...]:
        """The names of what a way needs and what is not so."""
        return tuple(name for name in way["needs"] if not self.needs[name](facts))

    def foreseen(self, state: str, role: str, **of: str) -> tuple[str, ...]:
        """The events that the table has for this role in this state, also those that still miss something."""
        return tuple(event for event in self.events() if any(self.ways(event, state, role, **of)))


def days_on(rows: Iterable[tuple[str, int]], moment: datetime) -> int:
    """The number that holds since that moment's day (WIB), of rows in their order; the first row, before any holds."""
    every = list(rows)
    begun = [number for since, number in every if since <= workdays.day_of(moment).isoformat()]
    return begun[-1] if begun else every[0][1]
