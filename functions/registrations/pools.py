"""What the items of an offering's pools say, for those who move seats: registrations and the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from portal.records import Item, Table
from registrations.keys import offering_key, pool_of
from registrations.models import Offering

UNCHANGED = "minted = :minted AND seats = :seats"


def read_pools(table: Table, offering: str) -> list[Item]:
    """The pools as they are now: `seats` wanted, `minted` in the world, `numbered` so far."""
    return list(table.query(offering_key(offering), prefix="POOL#"))


def pool_name(pool: Item) -> str:
    """The pool's name in the rules."""
    return pool_of(pool["sk"])


def sizes(pool: Item) -> dict[str, int]:
    """What UNCHANGED compares with."""
    return {"minted": pool["minted"], "seats": pool["seats"]}


def too_many(pools: Sequence[Item], offering: Offering) -> int:
    """How many more seats are in the world than the offering declares; negative while there is room.

    While a publisher is between two pools, or a door still believes an older declaration, the smaller number counts:
    a seat too few is minted a moment later, a seat too many may be taken.
    """
    declared = min(offering.seats, sum(pool["seats"] for pool in pools))
    return int(sum(pool["minted"] for pool in pools) - declared)
