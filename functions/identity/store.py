"""Remembering sign-ins under way and profiles; sessions are `portal.sessions`.

| pk                | sk      | is                                                                            |
|-------------------|---------|-------------------------------------------------------------------------------|
| SIGNIN#<sha256>   | RECORD  | a sign-in that has begun: the browser, nonce and verifier; taken away when used |
| PERSON#<person>   | PROFILE | what the person told of themself, with the number of its version              |
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.audit import Audit, Note
from portal.errors import ChangedMeanwhile, SignInFailed
from portal.identifiers import format_moment
from portal.records import ConditionFailed, Item, Table, Write, attempts, delete, delete_existing, put, put_new
from portal.retention import kept_until
from portal.sessions import RECORD, hashed

BEGUN_KEPT = timedelta(minutes=15)
PROFILE = "PROFILE"


@dataclass(frozen=True)
class Identities:
    """The identity table in the words of signing in and profiles."""

    table: Table

    def remember_begun(self, state: str, browser: str, values: Mapping[str, str], now: datetime) -> None:
        """Keep what must be known when the browser comes back."""
        self.table.write(put_new({"pk": f"SIGNIN#{hashed(state)}", "sk": RECORD, "browser": hashed(browser), **values,
                                  "expires_at": int((now + BEGUN_KEPT).timestamp())}))

    def take_begun(self, state: str, browser: str, now: datetime) -> Item:
        """What was kept, once; raises SignInFailed when this browser began no such sign-in, or too long ago."""
        item = self.table.get(f"SIGNIN#{hashed(state)}", RECORD)
        if item is None or item["expires_at"] < now.timestamp() or not hmac.compare_digest(
                item["browser"], hashed(browser)):
            raise SignInFailed
        try:
            self.table.write(delete_existing({"pk": item["pk"], "sk": RECORD}))
        except ConditionFailed:
            raise SignInFailed from None
        return item

    def profile(self, person: str) -> Item | None:
        """The profile with its `version`, or None."""
        return self.table.get(f"PERSON#{person}", PROFILE)

    def forget_answer(self, person: str, answer: str, now: datetime) -> None:
        """Erase one answer from the profile, as another version of it."""
        for _ in attempts():
            item = self.profile(person)
            if item is None or answer not in item["answers"]:
                return
            kept = {name: value for name, value in item["answers"].items() if name != answer}
            with suppress(ChangedMeanwhile):
                self.save_profile(person, kept, int(item["version"]), now)
                return

    def erase(self, person: str, until: str) -> None:
        """Take the profile away, if it was saved last at that moment or before."""
        with suppress(ConditionFailed):
            self.table.write(delete({"pk": f"PERSON#{person}", "sk": PROFILE}, condition="changed_at <= :until",
                                    values={"until": until}))

    def save_profile(self, person: str, answers: Mapping[str, Any], version: int, now: datetime) -> None:
        """Put the answers in place of the version that was read (0: none); raises ChangedMeanwhile."""
        try:
            self.table.write(self._profile(person, answers, version, now))
        except ConditionFailed:
            raise ChangedMeanwhile from None

    def change_profile(self, person: str, answers: Mapping[str, Any], version: int, audit: Audit, note: Note) -> None:
        """The same with the audit's entry that its person did so, both or neither."""
        try:
            audit.transact(self.table, note, lambda: [self._profile(person, answers, version, note.now)])
        except ConditionFailed:
            raise ChangedMeanwhile from None

    @staticmethod
    def _profile(person: str, answers: Mapping[str, Any], version: int, now: datetime) -> Write:
        item = {"pk": f"PERSON#{person}", "sk": PROFILE, "answers": {
            name: value for name, value in answers.items() if value is not None},
            "version": version + 1, "changed_at": format_moment(now), "expires_at": kept_until("profile", now, now)}
        condition = "version = :version" if version else "attribute_not_exists(pk)"
        return put(item, condition=condition, values={"version": version} if version else {})
