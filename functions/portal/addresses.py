"""Finding what was sent with an e-mail address: an index of a subject's table over the hash of the address.

A table that keeps such things has the index `by_email`; the hash stands on the record, since keys get logged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from portal.records import Item, Table

BY_EMAIL, EMAIL_KEY = "by_email", "email_key"


def email_key(email: str) -> str:
    """What stands on a record for the address (as `portal.questions.Email` reads it) that it was sent with."""
    return hashlib.sha256(email.encode()).hexdigest()


def sent_with(table: Table, key: str) -> Iterator[Item]:
    """The records that were sent with the address of this key, in the order of their arrival, as they are now."""
    for found in table.listed(BY_EMAIL, EMAIL_KEY, key):
        item = table.get(found["pk"], found["sk"])
        if item is not None:  # an index is told a moment later
            yield item
