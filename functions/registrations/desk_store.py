"""Remembering what the desk needs besides registrations: the filters that somebody keeps, and what was sent to many.

| table         | pk            | sk         | is                                                                 |
|---------------|---------------|------------|--------------------------------------------------------------------|
| identity      | DESK#<person> | FILTER#<n> | a filter under the name that this person gave it                   |
| registrations | MAILING#<id>  | <ulid>     | that somebody sends a message to many: who, and a hash of it all   |
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from portal.errors import SubmissionConflict
from portal.identifiers import format_moment
from portal.records import ConditionFailed, Table, delete, put, put_new
from portal.retention import kept_until
from registrations.keys import mailing_key

FILTER = "FILTER#"
MOST_FILTERS = 20
LONGEST_NAME = 60


class SavedFilter(NamedTuple):
    """A filter somebody keeps: its key, its name, and its conditions under their names in addresses."""

    key: str
    name: str
    conditions: Mapping[str, str]
    changed_at: str


@dataclass(frozen=True)
class SavedFilters:
    """The filters of desk people: each sees and changes only their own."""

    table: Table

    def of(self, person: str) -> list[SavedFilter]:
        """This person's filters by name."""
        found = [SavedFilter(item["sk"].removeprefix(FILTER), item["name"], item["conditions"],
                             item["changed_at"])
                 for item in self.table.query(_of(person), prefix=FILTER, most=MOST_FILTERS)]
        return sorted(found, key=lambda each: each.name.casefold())

    def keep(self, person: str, name: str, conditions: Mapping[str, str], now: datetime) -> None:
        """Keep a filter; one of the same name is replaced, and when there are MOST_FILTERS nothing is added."""
        key = hashlib.sha256(name.casefold().encode()).hexdigest()[:16]
        held = self.of(person)
        if len(held) < MOST_FILTERS or key in {each.key for each in held}:
            self.table.write(put({"pk": _of(person), "sk": f"{FILTER}{key}", "name": name,
                                  "conditions": dict(conditions), "changed_at": format_moment(now),
                                  "expires_at": kept_until("desk_filter", now, now)}))

    def forget(self, person: str, key: str) -> None:
        """Keep it no longer; forgetting what is not there is nothing."""
        self.table.write(delete({"pk": _of(person), "sk": f"{FILTER}{key}"}))

    def forget_until(self, person: str, until: str) -> None:
        """Keep none of this person's any longer that were there at that moment."""
        for each in self.of(person):
            if each.changed_at <= until:
                self.forget(person, each.key)


def _of(person: str) -> str:
    return f"DESK#{person}"


@dataclass(frozen=True)
class Mailings:
    """Messages to many: one item for each sending, so that an identifier stands for one message and its people."""

    table: Table

    def begin(self, submission: str, offering: str, person: str, content: Sequence[Any], now: datetime) -> None:
        """Remember that this is sent; the same again goes on where it stopped.

        Raises SubmissionConflict when the identifier was used by somebody else or for another message.
        """
        digest = hashlib.sha256(json.dumps([offering, *content]).encode()).hexdigest()
        item = {"pk": mailing_key(offering), "sk": submission, "person": person, "content": digest,
                "created": format_moment(now), "expires_at": kept_until("mail", now, now)}
        try:
            self.table.write(put_new(item))
        except ConditionFailed:
            earlier = self.table.get(mailing_key(offering), submission) or {}
            if (earlier.get("person"), earlier.get("content")) != (person, digest):
                raise SubmissionConflict from None
