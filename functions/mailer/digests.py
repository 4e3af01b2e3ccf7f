"""Messages that wait for others to the same address, to be one mail.

A message whose template says `digest` is parked; with each parked one a delayed word goes to the queue. The first
word that comes back sends everything that is parked by then as one mail, the others find nothing left.

| pk             | sk                     | is                                                               |
|----------------|------------------------|------------------------------------------------------------------|
| DIGEST#<group> | PARKED#<moment>#<hash> | the key of one message that waits                                |
| DIGEST#<group> | CLAIM                  | one mailer sends this digest now; ends by itself if it dies      |

A group is one address in one language, hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from portal.records import ConditionFailed, Item, Table, delete, put

# Longer than the mailer's time-out, so that no two send at once; shorter than any window (portal.letters.SHORTEST): who
# finds a claim knows that the claimant has seen what was parked a window ago.
CLAIMED = timedelta(minutes=2)
TOGETHER = 30  # messages in one mail, at most


class Key(NamedTuple):
    """Where a message stands."""

    table: str
    pk: str
    sk: str


def group_of(item: Item) -> str:
    """Which digest a message belongs to."""
    return hashlib.sha256(f"{item['to']} {item['language']}".encode()).hexdigest()


@dataclass(frozen=True)
class Digests:
    """The mailer's own table."""

    table: Table

    def park(self, key: Key, item: Item) -> str:
        """Let a message wait; parking it again changes nothing. Answers its group."""
        group, name = group_of(item), hashlib.sha256("\n".join(key).encode()).hexdigest()[:16]
        self.table.write(put({"pk": f"DIGEST#{group}", "sk": f"PARKED#{item['created']}#{name}",
                              "message": key._asdict(), "expires_at": item["expires_at"]}))
        return group

    def parked(self, group: str, most: int = TOGETHER) -> dict[str, Key]:
        """The messages that wait, the oldest first, by the name they wait under."""
        return {item["sk"]: Key(**item["message"])
                for item in self.table.query(f"DIGEST#{group}", prefix="PARKED#", most=most)}

    def forget(self, group: str, name: str) -> None:
        """A message waits no longer."""
        self.table.write(delete({"pk": f"DIGEST#{group}", "sk": name}))

    @contextmanager
    def claimed(self, group: str, now: datetime) -> Iterator[bool]:
        """Within this block nobody else sends this digest; False when somebody does already."""
        until = now + CLAIMED
        claim: Mapping[str, object] = {"pk": f"DIGEST#{group}", "sk": "CLAIM", "claimed_until": int(until.timestamp()),
                                       "expires_at": int((until + timedelta(hours=1)).timestamp())}
        try:
            self.table.write(put(claim, condition="attribute_not_exists(pk) OR claimed_until < :now",
                                 values={"now": int(now.timestamp())}))
        except ConditionFailed:
            yield False
            return
        try:
            yield True
        finally:
            self.table.write(delete({"pk": f"DIGEST#{group}", "sk": "CLAIM"}))
