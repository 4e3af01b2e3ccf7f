"""Offerings in the table: what is published, its pools, and the minting of their seats.

Publishing may happen at any time, also while people register. A pool keeps how many seats are wanted (`seats`) and
how many are in the world (`minted`); seats are minted only while all pools together have fewer than the offering
declares, and taken out of the world only while nobody holds them. Whoever holds a seat keeps it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal.errors import OfferingUnknown
from portal.records import ConditionFailed, Item, Table, attempts, check, delete, delete_existing, put, put_new, update
from registrations.keys import (
    ALL_OFFERINGS,
    CATALOGUE,
    offering_key,
    pool_key,
    request_key,
    seat_sort,
    waiting_key,
)
from registrations.models import SLUG_SHAPE, Offering, kept_offering
from registrations.pools import UNCHANGED, pool_name, read_pools, sizes, too_many
from registrations.rules import open_to_everyone, pools_of
from registrations.store import COUNTED

MOST_WRITES = 100  # in one transaction of DynamoDB
BATCH = 50  # seats minted or removed in one transaction, at most
MOST_SEATS = 5000


@dataclass(frozen=True)
class Seats:
    """An offering's seats as they are: declared, free now, and people who wait (COUNTED + 1: "more than that")."""

    seats: int
    free: int
    waiting: int


@dataclass(frozen=True)
class Catalogue:
    """The published offerings of one table; what was read is believed for `kept_for` seconds."""

    table: Table
    kept_for: float = 0
    kept: dict[str, tuple[float, Offering]] = field(default_factory=dict, compare=False)

    def offering(self, offering: str) -> Offering:
        """The offering as published, at most `kept_for` seconds ago; raises OfferingUnknown.

        Old words and dates do no harm for some seconds, and no seat hangs on them: those are items of their own.
        """
        read_at, kept = self.kept.get(offering, (0.0, None))
        if kept and time.monotonic() < read_at + self.kept_for:
            return kept
        found = self._read(offering)
        self.kept[offering] = time.monotonic(), found
        return found

    def _read(self, offering: str) -> Offering:
        item = self.table.get(offering_key(offering), CATALOGUE) if SLUG_SHAPE.fullmatch(offering) else None
        if item is None:
            raise OfferingUnknown
        return kept_offering(item["declared"])

    def seats(self, offering: str) -> Seats:
        """How full the offering is, for people to see: nothing is decided by it. Raises OfferingUnknown."""
        return self.seats_of(self.offering(offering))

    def seats_of(self, offering: Offering) -> Seats:
        """The same for an offering that is known already."""
        waiting = self.table.count(waiting_key(offering.id), first="0", last="~", most=COUNTED + 1)
        return Seats(seats=offering.seats, free=self._count_free(offering.id, ""), waiting=waiting)

    def requests(self, offering: str) -> int:
        """How many registrations wait for the committee's decision; COUNTED + 1: "more than that"."""
        return self.table.count(request_key(offering), first="0", last="~", most=COUNTED + 1)

    def reserved(self, offering: str, now: datetime) -> int:
        """How many of the free seats are for those with a claim only, for people to see."""
        declared = self.offering(offering)
        kept = {pool.name for pool in pools_of(declared)} - set(open_to_everyone(declared, now))
        return sum(self._count_free(offering, f"{pool}#") for pool in kept)

    def _count_free(self, offering: str, pool: str) -> int:
        begin = f"SEAT#{pool}"
        return self.table.count(offering_key(offering), first=begin, last=f"{begin}~", most=MOST_SEATS)

    def pools(self, offering: str) -> list[dict[str, Any]]:
        """Each group of seats: its name, how many are wanted, in the world, and free; for people to see."""
        key = offering_key(offering)
        return [{"name": pool_name(pool), "seats": int(pool["seats"]), "held": int(pool["minted"]) - free, "free": free}
                for pool in read_pools(self.table, offering)
                for free in [self.table.count(key, first=f"SEAT#{pool_name(pool)}#", last=f"SEAT#{pool_name(pool)}#~",
                                              most=MOST_SEATS)]]

    def publish(self, offering: Offering) -> None:
        """Make this declaration the one that counts, and give each pool its seats."""
        self._declare(offering)
        wanted = {pool.name: pool.seats for pool in pools_of(offering)}
        for name in wanted.keys() | {pool_name(pool) for pool in read_pools(self.table, offering.id)}:
            self.table.write(update(pool_key(offering.id, name), "SET seats = :seats, minted = if_not_exists(minted, "
                                    ":none), numbered = if_not_exists(numbered, :none)",
                                    values={"seats": wanted.get(name, 0), "none": 0}))
        self.resize(offering)

    def _declare(self, offering: Offering) -> None:
        self.table.transact(put({"pk": ALL_OFFERINGS, "sk": offering.id}),
                            put({"pk": offering_key(offering.id), "sk": CATALOGUE,
                                 "declared": offering.model_dump_json()}))

    def every_name(self) -> list[str]:
        """The names of all offerings that were ever published."""
        return [item["sk"] for item in self.table.query(ALL_OFFERINGS)]

    def withdraw_all_but(self, declared: Iterable[str], now: datetime) -> list[str]:
        """Close the offerings whose page is gone; answers their names. Whoever is registered keeps seat and receipt."""
        gone = set(self.every_name()) - set(declared)
        since = now - timedelta(seconds=1)  # `closes` itself is still inside the time of registration
        for name in sorted(gone):
            offering = self._read(name)
            self._declare(offering.model_copy(update={"opens": min(offering.opens, since),
                                                      "closes": min(offering.closes, since)}))
        return sorted(gone)

    def resize(self, offering: Offering) -> None:
        """Remove free seats where there are too many, in a pool or in all, then mint what is lacking."""
        for _ in attempts():
            if not self._remove_some(offering):
                break  # nothing too many is free: a held seat that is given back later is removed then
        for _ in attempts():
            if not self._mint_some(offering):
                break
        self._forget_empty_pools(offering)

    def _forget_empty_pools(self, offering: Offering) -> None:
        """Pools that are no longer declared, and of which nobody holds a seat any more."""
        for pool in read_pools(self.table, offering.id):
            if not pool["seats"] and not pool["minted"]:
                with suppress(ConditionFailed):
                    self.table.write(delete({"pk": pool["pk"], "sk": pool["sk"]}, condition=UNCHANGED,
                                            values=sizes(pool)))

    def _remove_some(self, offering: Offering) -> bool:
        """Remove up to BATCH free seats of one pool, the fullest first; False when there is nothing to do.

        A pool within its own number loses free seats too while others hold more than they should: else everybody
        who sits and everybody who finds a free seat would be more than the offering has.
        """
        pools = read_pools(self.table, offering.id)
        over = too_many(pools, offering)
        for pool in sorted(pools, key=lambda each: each["seats"] - each["minted"]):
            surplus = min(max(pool["minted"] - pool["seats"], over), BATCH)
            free = self._free(offering.id, pool_name(pool), surplus) if surplus > 0 else []
            if free:
                self._remove(pool, free)
                return True
        return False

    def _remove(self, pool: Item, free: list[str]) -> None:
        for few in (free, free[:1]):  # people may be taking these very seats: then one at least
            try:
                self.table.transact(
                    update({"pk": pool["pk"], "sk": pool["sk"]}, "SET minted = minted - :count", condition=UNCHANGED,
                           values={"count": len(few), **sizes(pool)}),
                    *(delete_existing({"pk": pool["pk"], "sk": seat}) for seat in few))
            except ConditionFailed:
                continue  # the caller reads again
            return

    def _free(self, offering: str, pool: str, most: int) -> list[str]:
        found = self.table.query(offering_key(offering), prefix=f"SEAT#{pool}#", most=most)
        return [item["sk"] for item in found]

    def _mint_some(self, offering: Offering) -> bool:
        """Mint up to BATCH seats for the first pool that lacks some; False when there is nothing to do."""
        pools = read_pools(self.table, offering.id)
        room = min(-too_many(pools, offering), BATCH, MOST_WRITES - len(pools))
        for pool in pools:
            count = min(pool["seats"] - pool["minted"], room)
            if count > 0:
                self._mint(offering.id, pool, count, others=[each for each in pools if each is not pool])
                return True
        return False

    def _mint(self, offering: str, pool: Item, count: int, others: Iterable[Item]) -> None:
        """One transaction that holds only if no pool has changed since it was read: so the sum stays right."""
        numbers = range(pool["numbered"] + 1, pool["numbered"] + count + 1)
        try:
            self.table.transact(
                update({"pk": pool["pk"], "sk": pool["sk"]},
                       "SET minted = minted + :count, numbered = numbered + :count", condition=UNCHANGED,
                       values={"count": count, **sizes(pool)}),
                *(check({"pk": other["pk"], "sk": other["sk"]}, UNCHANGED, sizes(other)) for other in others),
                *(put_new({"pk": offering_key(offering), "sk": seat_sort(pool_name(pool), number)})
                  for number in numbers))
        except ConditionFailed:
            return  # another publisher, or a seat given back: the caller reads again
