"""Proving an address: a code goes there by mail and comes back typed. The only place that knows how that is kept.

| pk               | sk                      | is                                                                  |
|------------------|-------------------------|---------------------------------------------------------------------|
| PROOF#<person>   | RECORD                  | the address that waits for its code: its hash and salt, tries, end  |
| PROOF#<person>   | DAY#<day>               | how many codes this person asked for on that day                    |
| PROOF#<person>   | MESSAGE#<moment>#<name> | the letter with the code (portal.outbox)                            |
| ADDRESS#<sha256> | DAY#<day>               | how many codes went to this address on that day, whoever asked      |

Whose address it is, or whether anybody knows it, is never looked up: who asks learns nothing. Too many codes for one
address are told to nobody either; they are just not sent.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from identity.rules import CODE_LIVES, CODES_A_DAY, TRIES
from portal.audit import Audit, Note
from portal.errors import FieldError, FormRefused
from portal.identifiers import format_moment
from portal.outbox import PREFIX, message
from portal.proven import Addresses, address_key
from portal.records import ConditionFailed, Item, Table, Write, delete, put, update
from portal.retention import kept_until
from portal.sessions import RECORD

TEMPLATE = "address_code"
A_DAY = len("2026-11-22")
# Six digits are a million: whoever reads the table tries them all. With a salt for each code and 15 ms and 8 MB for
# each try that takes hours, and a code is good for fifteen minutes.
COST, BLOCK = 2 ** 13, 8
SALT = 16  # bytes


@dataclass(frozen=True)
class Proofs:
    """The identity table in the words of proving an address."""

    table: Table

    def pending(self, person: str, now: datetime) -> Item | None:
        """The address that waits for its code, while the code is good."""
        item = next(self.table.query(f"PROOF#{person}", prefix=RECORD), None)
        return item if item and item["until"] > format_moment(now) and item["tries"] < TRIES else None

    def letters(self, person: str) -> list[Item]:
        """The letters with codes that this person asked for, the oldest first."""
        return list(self.table.query(f"PROOF#{person}", prefix=PREFIX))

    def erase(self, person: str, until: str) -> None:
        """Take away every address that this person has proven or was proving at that moment, and the letters of it."""
        for pk in (f"PROOF#{person}", f"PROVEN#{person}"):
            for item in list(self.table.query(pk)):
                if str(item.get("proven_at") or item.get("asked_at") or item.get("created") or "") <= until:
                    self.table.write(delete({"pk": item["pk"], "sk": item["sk"]}))

    def ask(self, person: str, email: str, code: str, language: str, now: datetime) -> None:
        """Send a code; the one before is good no longer. Raises FormRefused when this person asked too often."""
        asked = tuple(_asked(person, email, code, now))  # once: the sixth letter must not be told by the time it takes
        try:
            self.table.transact(*asked, _counted(f"ADDRESS#{address_key(email)}", now),
                                message(f"PROOF#{person}", TEMPLATE, to=email, language=language, now=now,
                                        values={"code": code, "minutes": str(CODE_LIVES.seconds // 60)}))
        except ConditionFailed as refused:
            if refused.failed[0]:
                raise FormRefused("address", [FieldError("email", "too_many_codes", {"most": CODES_A_DAY})]) from None
            self.table.transact(*asked)  # the address had enough letters: no further one

    def answer(self, person: str, typed: str, audit: Audit, note: Note) -> None:
        """Take a typed code: the right one makes the address the person's. Raises FormRefused for every other.

        The try is counted before it is looked at, so that many at once are no more than TRIES.
        """
        item = self.pending(person, note.now)
        if item is None:
            raise _refused("code_over")
        try:
            tried = self.table.write(update(_key(person), "ADD tries :one", condition="code = :code AND tries < :most",
                                            values={"one": 1, "code": item["code"], "most": TRIES}))
        except ConditionFailed:
            raise _refused("code_over") from None
        if not hmac.compare_digest(item["code"], _hash(person, item["email"], typed, item["salt"])):
            left = TRIES - int(tried["tries"])
            raise _refused("code_wrong", left=left) if left else _refused("code_over")
        try:
            audit.transact(self.table, note, lambda: [
                Addresses.proven(person, item["email"], note.now),
                delete(_key(person), condition="code = :code", values={"code": item["code"]})])
        except ConditionFailed:
            raise _refused("code_over") from None


def _asked(person: str, email: str, code: str, now: datetime) -> Iterator[Write]:
    yield _counted(f"PROOF#{person}", now)
    salt = secrets.token_hex(SALT)
    yield put({**_key(person), "email": email, "code": _hash(person, email, code, salt), "salt": salt, "tries": 0,
               "asked_at": format_moment(now), "until": format_moment(now + CODE_LIVES),
               "expires_at": kept_until("address_code", now, now)})


def _counted(pk: str, now: datetime) -> Write:
    """One code more on this day; the condition fails when that would be too many."""
    return update({"pk": pk, "sk": f"DAY#{format_moment(now)[:A_DAY]}"}, "ADD asked :one SET expires_at = :until",
                  condition="attribute_not_exists(asked) OR asked < :most",
                  values={"one": 1, "most": CODES_A_DAY, "until": kept_until("address_code", now, now)})


def _refused(code: str, **facts: object) -> FormRefused:
    return FormRefused("address_code", [FieldError("code", code, facts)])


def _key(person: str) -> dict[str, str]:
    return {"pk": f"PROOF#{person}", "sk": RECORD}


def _hash(person: str, email: str, code: str, salt: str) -> str:
    return hashlib.scrypt(f"{person} {email} {code}".encode(), salt=bytes.fromhex(salt), n=COST, r=BLOCK, p=1).hex()
