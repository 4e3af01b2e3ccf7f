"""The one place that asks the access table: a gate is made for one request of somebody who is signed in.

Whoever loads a record asks the gate with the record's facts; a door sends no answer for which nobody asked.
"""

from __future__ import annotations

from portal import access
from portal.access import Facts, Grant
from portal.errors import NotFound
from portal.sessions import Session


class Gate:
    """What this session may do in this request."""

    def __init__(self, session: Session, action: str) -> None:
        """Take the session and the action that the route is for."""
        self.session, self.action, self.asked = session, action, False

    def grant(self, facts: Facts, action: str = "") -> Grant:
        """The yes for this record; raises NotFound for a no, so that forbidden and unknown answer alike."""
        found = self.allows(facts, action)
        if found is None:
            raise NotFound
        return found

    def could(self, facts: Facts, action: str = "") -> bool:
        """Whether there could be a yes for some record of which no more than this is known."""
        self.asked = True
        return access.could_reach(action or self.action, self.session.roles, facts)

    def allows(self, facts: Facts, action: str = "") -> Grant | None:
        """The yes for this record, or None: for lists, and for what a page offers."""
        self.asked = True
        return access.decide(action or self.action, self.session.person, self.session.roles, facts)
