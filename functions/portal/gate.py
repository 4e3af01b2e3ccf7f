"""The one place that asks the access table: a gate is made for one request of somebody who is signed in.

Whoever loads a record asks the gate with the record's facts; a door sends no answer for which nobody asked. Of each
sensitive field that a grant of this gate shows unmasked the gate itself makes the entry of the audit, and the door
sends no answer before it is written: no subject can forget it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from portal import access
from portal.access import Facts, Grant, Role
from portal.audit import Actor, Note
from portal.errors import NotFound
from portal.sessions import Session

MANY = 20  # records in one answer; of more the audit has one entry, at the offering that they belong to


class Seen(NamedTuple):
    """A record that was shown, and how: the action, the role that allowed it, the offering it belongs to."""

    action: str
    role: str
    record: str
    offering: str


class Gate:
    """What this session may do in this request, and what it has seen."""

    def __init__(self, session: Session, action: str) -> None:
        """Take the session and the action that the route is for."""
        self.session, self.action, self.asked = session, action, False
        self.roles: tuple[Role, ...] = session.roles
        self.seen: dict[Seen, set[str]] = defaultdict(set)

    def lend(self, roles: Iterable[Role]) -> None:
        """Take in roles that others have lent to this person for a while; the table is asked with them, too."""
        self.roles = (*self.session.roles, *roles)

    def grant(self, facts: Facts, action: str = "") -> Grant:
        """The yes for this record; raises NotFound for a no, so that forbidden and unknown answer alike."""
        found = self.allows(facts, action)
        if found is None:
            raise NotFound
        return found

    def could(self, facts: Facts, action: str = "", unmasked: str = "") -> bool:
        """Whether there could be a yes for some record of which no more than this is known, with a field unmasked."""
        self.asked = True
        session = self.session
        return access.could_reach(action or self.action, session.person, self.roles, facts, unmasked)

    def allows(self, facts: Facts, action: str = "") -> Grant | None:
        """The yes for this record, or None: for lists, and for what a page offers."""
        self.asked = True
        asked = action or self.action
        found = access.decide(asked, self.session.person, self.roles, facts)
        if found is None or (facts.owner and facts.owner == self.session.person):
            return found  # what is one's own, one may see without a trace
        return replace(found, seen=partial(self._see, Seen(asked, found.role, facts.record, facts.offering)))

    def _see(self, seen: Seen, fields: Collection[str]) -> None:
        if not fields:
            return
        if not seen.record:
            raise RuntimeError(f"{seen.action} shows {', '.join(fields)}, and its facts do not say of which record")
        self.seen[seen].update(fields)

    def notes(self, source: str, now: datetime) -> Iterator[Note]:
        """The entries of the audit about what was shown in this request; the request came from `source`."""
        found = self.seen if len(self.seen) <= MANY else self._by_offering()
        for seen, fields in found.items():
            kind = access.kind_of(seen.action) if seen.record else "offering"
            yield Note(kind, seen.record or seen.offering, access.noted_as(seen.action),
                       Actor(self.session.person, seen.role, source), access.rules()["version"], now,
                       tuple(f"field:{name}" for name in sorted(fields)))

    def _by_offering(self) -> dict[Seen, set[str]]:
        """One for all records of an offering; those that belong to none stay as they are."""
        found: dict[Seen, set[str]] = defaultdict(set)
        for seen, fields in self.seen.items():
            found[seen._replace(record="") if seen.offering else seen].update(fields)
        return found
