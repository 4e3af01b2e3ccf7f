"""Offerings in the table: what is published, its pools, and the minting of their seats.

Publishing may happen at any time, also while people register. A pool keeps how many seats are wanted (`seats`) and
how many are in the world (`minted`); seats are minted only while all pools together have fewer than the offering
declares, and taken out of the world only while nobody holds them. Whoever holds a seat keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal.errors import OfferingUnknown
from portal.records import ConditionFailed, Item, Table, attempts, check, delete_existing, put, put_new, update
from registrations.keys import CATALOGUE, offering_key, pool_key, pool_of, seat_sort, waiting_key
from registrations.models import Offering
from registrations.rules import pools_of
from registrations.store import COUNTED

BATCH = 50  # seats minted or removed in one transaction; with up to 45 pools this stays below DynamoDB's 100 items
MOST_SEATS = 5000


@dataclass(frozen=True)
class Seats:
    """An offering's seats as they are: declared, free now, and people who wait (COUNTED + 1: "more than that")."""

    seats: int
    free: int
    waiting: int


@dataclass(frozen=True)
class Catalogue:
    """The published offerings of one table."""

    table: Table

    def offering(self, offering: str) -> Offering:
        """The offering as last published; raises OfferingUnknown."""
        item = self.table.get(offering_key(offering), CATALOGUE)
        if item is None:
            raise OfferingUnknown
        return Offering.model_validate_json(item["declared"])

    def seats(self, offering: str) -> Seats:
        """How full the offering is, for people to see: nothing is decided by it. Raises OfferingUnknown."""
        free = self.table.count(offering_key(offering), first="SEAT#", last="SEAT#~", most=MOST_SEATS)
        waiting = self.table.count(waiting_key(offering), first="0", last="~", most=COUNTED + 1)
        return Seats(seats=self.offering(offering).seats, free=free, waiting=waiting)

    def publish(self, offering: Offering) -> None:
        """Make this declaration the one that counts, and give each pool its seats."""
        self.table.write(put({"pk": offering_key(offering.id), "sk": CATALOGUE,
                              "declared": offering.model_dump_json()}))
        wanted = {pool.name: pool.seats for pool in pools_of(offering)}
        for name in wanted.keys() | {_name(pool) for pool in self._pools(offering.id)}:
            self.table.write(update(pool_key(offering.id, name), "SET seats = :seats, minted = if_not_exists(minted, "
                                    ":none), numbered = if_not_exists(numbered, :none)",
                                    values={"seats": wanted.get(name, 0), "none": 0}))
        self.resize(offering)

    def resize(self, offering: Offering) -> None:
        """Remove free seats from pools that have too many, then mint what pools lack while the offering has room."""
        for pool in self._pools(offering.id):
            self._remove_surplus(offering.id, _name(pool))
        for _ in attempts():
            if not self._mint_some(offering):
                return

    def _pools(self, offering: str) -> list[Item]:
        return list(self.table.query(offering_key(offering), prefix="POOL#"))

    def _remove_surplus(self, offering: str, pool: str) -> None:
        key = pool_key(offering, pool)
        batch = BATCH
        for _ in attempts():
            now = self.table.get(key["pk"], key["sk"]) or {"minted": 0, "seats": 0}
            surplus = min(now["minted"] - now["seats"], batch)
            free = self._free(offering, pool, surplus) if surplus > 0 else []
            if not free:
                return  # nothing to remove, or all are held: a seat given back later is removed then
            try:
                self.table.transact(
                    update(key, "SET minted = minted - :count", condition="minted = :minted AND seats = :seats",
                           values={"count": len(free), "minted": now["minted"], "seats": now["seats"]}),
                    *(delete_existing({"pk": key["pk"], "sk": seat}) for seat in free))
            except ConditionFailed:
                batch = 1  # people are taking these very seats: go one by one

    def _free(self, offering: str, pool: str, most: int) -> list[str]:
        found = self.table.query(offering_key(offering), prefix=f"SEAT#{pool}#", most=most)
        return [item["sk"] for item in found]

    def _mint_some(self, offering: Offering) -> bool:
        """Mint up to BATCH seats for the first pool that lacks some; False when there is nothing to do."""
        pools = self._pools(offering.id)
        room = offering.seats - sum(pool["minted"] for pool in pools)
        for pool in pools:
            count = min(pool["seats"] - pool["minted"], room, BATCH)
            if count > 0:
                self._mint(offering.id, pool, count, others=[each for each in pools if each is not pool])
                return True
        return False

    def _mint(self, offering: str, pool: Item, count: int, others: Iterable[Item]) -> None:
        """One transaction that holds only if no pool has changed since it was read: so the sum stays right."""
        unchanged = "minted = :minted AND seats = :seats"
        numbers = range(pool["numbered"] + 1, pool["numbered"] + count + 1)
        try:
            self.table.transact(
                update({"pk": pool["pk"], "sk": pool["sk"]},
                       "SET minted = minted + :count, numbered = numbered + :count", condition=unchanged,
                       values={"count": count, **_sizes(pool)}),
                *(check({"pk": other["pk"], "sk": other["sk"]}, unchanged, _sizes(other)) for other in others),
                *(put_new({"pk": offering_key(offering), "sk": seat_sort(_name(pool), number)})
                  for number in numbers))
        except ConditionFailed:
            return  # another publisher, or a seat given back: the caller reads again


def _sizes(pool: Item) -> dict[str, int]:
    return {"minted": pool["minted"], "seats": pool["seats"]}


def _name(pool: Item) -> str:
    return pool_of(pool["sk"])
