"""The e-mail addresses that somebody has proven beside the one that the sign-in service vouches for.

A partition of its own in the identity table: a subject that finds its records by them reads neither profile nor
sessions. Proving one is the identity subject's affair.

| pk               | sk               | is                                                              |
|------------------|------------------|-----------------------------------------------------------------|
| PROVEN#<person>  | ADDRESS#<sha256> | an address that the person has proven to be theirs, and when    |
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from portal.identifiers import format_moment
from portal.records import Table, Write, delete_existing, put
from portal.retention import kept_until
from portal.sessions import Session, SessionSettings

ADDRESS = "ADDRESS#"


class Proven(NamedTuple):
    """An address, since when it is proven, and the hash by which a page names it."""

    email: str
    since: str
    key: str


def address_key(email: str) -> str:
    """What a key may say of an address: its hash, because keys are logged."""
    return hashlib.sha256(email.encode()).hexdigest()


@dataclass(frozen=True)
class Addresses:
    """The identity table in the words of proven addresses."""

    table: Table

    def of(self, person: str) -> list[Proven]:
        """The addresses that this person has proven, in no order that means anything."""
        return [Proven(item["email"], item["proven_at"], item["sk"].removeprefix(ADDRESS))
                for item in self.table.query(f"PROVEN#{person}", prefix=ADDRESS)]

    def all_of(self, session: Session) -> Sequence[str]:
        """The same, behind the address of the session, if the sign-in service has proven one; each once."""
        own = [session.email.lower()] if session.email else []
        return list(dict.fromkeys([*own, *(each.email for each in self.of(session.person))]))

    @staticmethod
    def proven(person: str, email: str, now: datetime) -> Write:
        """The write that adds an address."""
        return put({**_key(person, address_key(email)), "email": email, "proven_at": format_moment(now),
                    "expires_at": kept_until("proven_address", now, now)})

    @staticmethod
    def removed(person: str, key: str) -> Write:
        """The write that takes one away, which must be there."""
        return delete_existing(_key(person, key))


def addresses() -> Addresses:
    """The addresses of this stack."""
    return Addresses(Table(SessionSettings.from_environment().identity_table))


def _key(person: str, key: str) -> dict[str, str]:
    return {"pk": f"PROVEN#{person}", "sk": f"{ADDRESS}{key}"}
