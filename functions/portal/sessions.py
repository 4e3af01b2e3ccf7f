"""Who is signed in: opaque, revocable sessions in the identity table, found by a cookie.

The browser holds a random token, the table holds its hash: who reads the table cannot become anybody.

| pk                | sk                | is                                                                    |
|-------------------|-------------------|-----------------------------------------------------------------------|
| SESSION#<sha256>  | RECORD            | one sign-in: the person, their roles, since when, last seen when      |
| SESSION#<sha256>  | RECORD            | the same after it was ended: whose it was and when it ended, no more  |
| PERSON#<person>   | SESSION#<sha256>  | that this session is or was the person's, to list and end them all    |
| PARKED#<sha256>   | RECORD            | answers that arrived when a session had ended; kept for the same person |
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from portal.access import Role
from portal.identifiers import format_moment, parse_moment
from portal.records import ConditionFailed, Item, Table, delete, put, put_new, update
from portal.retention import kept_until
from portal.settings import Settings

IDLE = timedelta(hours=1)  # without a request
ABSOLUTE = timedelta(hours=12)  # from signing in
TOUCHED = timedelta(minutes=5)  # how exactly "last seen" is kept
COOKIE = ABSOLUTE + timedelta(days=1)  # longer than the session, so that answers which come too late find their person
PARKED = timedelta(minutes=30)
RECORD = "RECORD"
OPEN = "attribute_exists(pk) AND attribute_not_exists(ended_at)"  # of a session that nobody has ended


@dataclass(frozen=True)
class SessionSettings(Settings):
    """What every function that knows people needs from the template."""

    identity_table: str


@cache
def sessions() -> Sessions:
    """The sessions of this stack."""
    return Sessions(Table(SessionSettings.from_environment().identity_table))


@dataclass(frozen=True)
class Session:
    """One sign-in that holds. `key` is the hash of the token; `email` only when the provider has proven it."""

    key: str
    person: str
    name: str
    email: str
    groups: tuple[str, ...]
    created_at: str
    seen_at: str
    language: str = ""  # in which the person wants pages and letters; empty: nothing said
    zone: str = "WIB"  # in which moments are shown that belong to no activity

    @property
    def roles(self) -> tuple[Role, ...]:
        """What the provider's groups mean here."""
        return tuple(role for group in self.groups if (role := Role.parse(group)))


def person_id(issuer: str, subject: str) -> str:
    """The opaque name of a person: the same for each of their sign-ins, telling nothing."""
    return f"p{hashlib.sha256(f'{issuer} {subject}'.encode()).hexdigest()[:20]}"  # the audit takes no bare numbers


def mark_of(person: str) -> str:
    """What a browser may know of who is signed in: the same for the same person, opens nothing, in no table."""
    return hashlib.sha256(f"mark {person}".encode()).hexdigest()[:16]


def hashed(token: str) -> str:
    """What the table keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Sessions:
    """The sessions in the identity table."""

    table: Table

    def begin(self, person: str, *, name: str, email: str, groups: tuple[str, ...], now: datetime,
              language: str = "", zone: str = "WIB") -> str:
        """Remember a sign-in; answers the token for the browser."""
        token, moment = new_token(), format_moment(now)
        key, ends = hashed(token), kept_until("session", now + ABSOLUTE, now)
        self.table.transact(
            put_new({"pk": f"SESSION#{key}", "sk": RECORD, "person": person, "name": name, "email": email,
                     "groups": list(groups), "preferred": {"language": language, "zone": zone},
                     "created_at": moment, "seen_at": moment, "expires_at": ends}),
            put_new({"pk": f"PERSON#{person}", "sk": f"SESSION#{key}", "created_at": moment, "expires_at": ends}))
        return token

    def find(self, token: str, now: datetime) -> Session | None:
        """The session of this token while it holds; being seen keeps it from ending for idleness."""
        item = self.table.get(f"SESSION#{hashed(token)}", RECORD) if token else None
        session = _session(item) if item and _is_open(item) else None
        if session is None or not _holds(session, now):
            return None
        if now - parse_moment(session.seen_at) > TOUCHED:
            self._touch(session, now)
        return session

    def person_of(self, token: str) -> str:
        """Whose session this is or was, ended by itself or on purpose; empty when nobody knows any more."""
        item = self.table.get(f"SESSION#{hashed(token)}", RECORD) if token else None
        return str(item["person"]) if item else ""

    def _touch(self, session: Session, now: datetime) -> None:
        with suppress(ConditionFailed):  # ended meanwhile: it stays ended
            self.table.write(update({"pk": f"SESSION#{session.key}", "sk": RECORD}, "SET seen_at = :now",
                                    condition=OPEN, values={"now": format_moment(now)}))

    def of(self, person: str, now: datetime) -> Iterator[Session]:
        """The person's sessions that hold."""
        for listed in self.table.query(f"PERSON#{person}", prefix="SESSION#"):
            item = self.table.get(listed["sk"], RECORD)
            if item and _is_open(item) and _holds(session := _session(item), now):
                yield session

    def prefer(self, person: str, language: str, zone: str) -> None:
        """What this person's profile says counts in each of their sessions at once."""
        for listed in self._listed(person):
            with suppress(ConditionFailed):  # ended meanwhile: it stays ended
                self.table.write(update({"pk": listed["sk"], "sk": RECORD}, "SET preferred = :preferred",
                                        condition=OPEN,
                                        values={"preferred": {"language": language, "zone": zone}}))

    def end(self, person: str, key: str, now: datetime) -> bool:
        """End one session of this person; another person's is left alone. Answers whether there was one to end.

        Its token opens nothing from then on. That it was this person's is known for as long as a browser may hold it:
        answers that another window sends after signing out are kept for them, and for nobody else.
        """
        item = self.table.get(f"SESSION#{key}", RECORD)
        if item is None or item["person"] != person:
            return False
        try:
            self.table.write(put({"pk": item["pk"], "sk": RECORD, "person": person, "ended_at": format_moment(now),
                                  "expires_at": item["expires_at"]}, condition=OPEN))
        except ConditionFailed:
            return False
        return True

    def end_all(self, person: str, now: datetime) -> int:
        """End every session of this person; answers how many there were."""
        return sum(self.end(person, each["sk"].removeprefix("SESSION#"), now) for each in self._listed(person))

    def erase(self, person: str, until: str) -> None:
        """Take away every session of this person that began at that moment or before, and that there were any."""
        for each in self._listed(person):
            if each["created_at"] <= until:
                self.table.transact(delete({"pk": each["sk"], "sk": RECORD}),
                                    delete({"pk": each["pk"], "sk": each["sk"]}))

    def _listed(self, person: str) -> list[Item]:
        return list(self.table.query(f"PERSON#{person}", prefix="SESSION#"))

    def park(self, person: str, path: str, fields: Mapping[str, Any], now: datetime) -> str:
        """Keep answers until somebody has signed in again; answers the token that finds them."""
        token = new_token()
        self.table.write(put({"pk": f"PARKED#{hashed(token)}", "sk": RECORD, "person": person, "path": path,
                              "fields": dict(fields), "expires_at": int((now + PARKED).timestamp())}))
        return token

    def parked(self, token: str, person: str, now: datetime) -> Item | None:
        """The answers that this person left behind, while they are kept; nobody else's."""
        item = self.table.get(f"PARKED#{hashed(token)}", RECORD) if token else None
        if item is None or item["person"] != person or item["expires_at"] < now.timestamp():
            return None
        return item

def _is_open(item: Item) -> bool:
    return "ended_at" not in item


def _session(item: Item) -> Session:
    return Session(item["pk"].removeprefix("SESSION#"), item["person"], item["name"], item["email"],
                   tuple(item["groups"]), item["created_at"], item["seen_at"], **item.get("preferred", {}))


def _holds(session: Session, now: datetime) -> bool:
    return (now - parse_moment(session.created_at) < ABSOLUTE) and (now - parse_moment(session.seen_at) < IDLE)
