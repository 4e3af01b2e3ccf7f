"""Who works at which desk, so that somebody can be reminded: noted when they open their queue, forgotten by itself.

| pk           | sk       | is                                                                     |
|--------------|----------|------------------------------------------------------------------------|
| HAND#<role>  | <person> | somebody who opened the desk in this role: scopes, address, language   |
| HAND#KNOWN   | <person> | somebody who opened their own page, whom a role may be lent to: name   |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from portal.access import ANY_SCOPE, unit_key
from portal.identifiers import format_moment
from portal.records import Item, Table, delete, put
from portal.retention import kept_until
from portal.sessions import Session

KNOWN = "HAND#KNOWN"
# Whose queue each state is; the assessors' own is in the table of assessments.
QUEUES: Mapping[str, str] = {"superior": "atasan", "secretariat": "sekretariat", "assessing": "sekretariat",
                             "plenary": "sekretariat", "chair": "ketua", "approving": "penetap", "objected": "penetap"}
# Of which office of a dossier the scope of a role speaks; the access table says the same.
OF_ROLE: Mapping[str, str] = {"atasan": "unit", "sekretariat": "agency", "ketua": "agency", "penetap": "agency"}
DESKS = ("atasan", "sekretariat", "penilai", "ketua", "penetap")  # who has a queue of dossiers


@dataclass(frozen=True)
class Hand:
    """Somebody at a desk: what their role reaches, and where a reminder goes."""

    person: str
    role: str
    scopes: tuple[str, ...]
    email: str
    language: str

    def reaches(self, office: str) -> bool:
        """Whether an office's dossiers are theirs to do."""
        return ANY_SCOPE in self.scopes or unit_key(office) in self.scopes


@dataclass(frozen=True)
class Hands:
    """The table of assessments in the words of those who work at its desks."""

    table: Table

    def note(self, session: Session, now: datetime) -> None:
        """Note that somebody opened the desk in their own roles; without a proven address nobody can be reminded.

        Roles that were lent to them are not noted: they end, and the reminders would go on.
        """
        if not session.email:
            return
        scopes: dict[str, list[str]] = {}
        for role in session.roles:
            scopes.setdefault(role.name, []).append(role.scope)
        for name in DESKS:
            reached = scopes.get(name)
            if reached is None:
                continue
            hand = Hand(session.person, name, tuple(reached), session.email, session.language or "id")
            self.table.write(put({"pk": f"HAND#{name}", "sk": session.person, **asdict(hand),
                                  "saved_at": format_moment(now), "expires_at": kept_until("assessor", now, now)}))

    def introduce(self, session: Session, now: datetime) -> None:
        """Note that somebody asked for their code: from now on a role may be lent to them."""
        self.table.write(put({"pk": KNOWN, "sk": session.person, "name": session.name,
                              "saved_at": format_moment(now), "expires_at": kept_until("assessor", now, now)}))

    def name_of(self, person: str) -> str | None:
        """The name of somebody who asked for their code; None of anybody else."""
        item = self.table.get(KNOWN, person)
        return str(item["name"]) if item else None

    def of_person(self, person: str) -> list[Hand]:
        """The desks at which this person is known."""
        found = (self.table.get(f"HAND#{role}", person) for role in DESKS)
        return [_hand(item) for item in found if item]

    def forget(self, person: str) -> None:
        """Forget somebody at every desk; who opens one again is known there again."""
        for role in DESKS:
            self.table.write(delete({"pk": f"HAND#{role}", "sk": person}))
        self.table.write(delete({"pk": KNOWN, "sk": person}))

    def of(self, role: str) -> list[Hand]:
        """Everybody at the desks of a role: one query."""
        return [_hand(item) for item in self.table.query(f"HAND#{role}")]


def _hand(item: Item) -> Hand:
    return Hand(item["person"], item["role"], tuple(item["scopes"]), item["email"], item["language"])
