"""Whatever people, maintainers and clocks do, in whatever order: the promises about seats hold after every step."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from infra.emulator import Emulator, provision
from portal.errors import AlreadyRegistered
from portal.records import Table
from registrations.catalogue import Catalogue
from registrations.keys import pool_of
from registrations.models import Offering
from registrations.rules import pools_for, pools_of
from registrations.store import OVER, Record, Refusal, Registrations
from tests.doors.conftest import TEMPLATE
from tests.people import NOW, a_quota, a_record, an_offering, official, papua, visitor, yohana

NIPS = [f"19860926 201505 2 {number:03d}" for number in range(4)]
PEOPLE = [*(visitor(number) for number in range(5)),
          *(official(email=f"asn{n}@daerah.example", nip=nip) for n, nip in enumerate(NIPS)),
          *(yohana(email=f"papua{n}@merauke.example") for n in range(2)),
          official(email="papua-asn@merauke.example", nip="19900115 202321 2 045", region="93.01")]
QUOTAS: list[list[dict[str, Any]]] = [
    [], [a_quota(seats=1)], [a_quota(seats=3)], [a_quota(share=40)], [papua(provinces=["93"], per_province=2)],
    [a_quota(seats=2), papua(provinces=["93", "94"])], [a_quota(seats=1, released=NOW - timedelta(days=1))]]
people = st.integers(0, len(PEOPLE) - 1)
numbers = count()


class Klino(RuleBasedStateMachine):
    """One activity, a dozen people who come and go, a maintainer who changes her mind, and time that passes."""

    table: Table

    def __init__(self) -> None:
        super().__init__()
        self.catalogue, self.store = Catalogue(self.table), Registrations(self.table, Random(3))
        self.now: datetime = NOW
        self.name = f"klino-{uuid.uuid4().hex[:12]}"
        self.offering: Offering
        self.known: dict[str, Record] = {}
        self.mine: dict[int, str] = {}
        self.seats_before: dict[str, str] = {}
        self.allowed = 0
        self.settled = True

    # -- what happens ----------------------------------------------------------------------------------------------

    @initialize(seats=st.integers(1, 6), quotas=st.sampled_from(QUOTAS), approval=st.booleans())
    def open(self, seats: int, quotas: list[dict[str, Any]], *, approval: bool) -> None:
        self._publish(seats, quotas, approval=approval)

    @rule(person=people)
    def register(self, person: int) -> None:
        self._tick()
        record = a_record({**PEOPLE[person], "offering": self.name}, self.offering, now=self.now, number=next(numbers))
        registered = person in self.mine
        try:
            self.known[record.reference] = self.store.register(record, self.offering, self.now)
        except AlreadyRegistered:
            assert registered, "somebody was refused who is not registered"
        else:
            assert not registered, "somebody was registered twice"
            self.mine[person] = record.reference

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        record = self._one_of(data)
        same = self.store.register(record, self.offering, self.now)
        assert (same.reference, same.submission) == (record.reference, record.submission)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self._tick()
        record = self._one_of(data)
        refused = self._found(record.reference).state == "refused"
        assert self.store.cancel(record, self.offering, self.now).state == ("refused" if refused else "cancelled")
        self._leaves(record)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), yes=st.booleans())
    def decide(self, data: st.DataObject, *, yes: bool) -> None:
        self._tick()
        record = self._one_of(data)
        before = self._found(record.reference).state
        if yes:
            became = self.store.approve(record, self.offering, self.now)
            assert (became is None) is (before != "requested"), "what is decided was decided again, or not at all"
            return
        assert self.store.refuse(record, Refusal("other"), self.offering, self.now) is (before == "requested")
        if before == "requested":
            self._leaves(record)

    @rule(seats=st.integers(1, 8), quotas=st.sampled_from(QUOTAS), approval=st.booleans())
    def publish(self, seats: int, quotas: list[dict[str, Any]], *, approval: bool) -> None:
        self._publish(seats, quotas, approval=approval)

    @rule()
    def sweep(self) -> None:
        self._tick()
        self.catalogue.resize(self.offering)
        self.store.promote(self.offering, self.now)
        self.settled = True

    @rule(days=st.sampled_from([1, 5, 11]))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.settled = False

    # -- what holds ------------------------------------------------------------------------------------------------

    @invariant()
    def promises_hold(self) -> None:
        if not hasattr(self, "offering"):
            return
        items = self._items()
        records = [self._found(reference) for reference in self.known]
        seated = [record for record in records if record.state == "seated"]
        waiting = sorted((record for record in records if record.state == "waiting"), key=lambda each: each.place["sk"])
        free = Counter(pool_of(item["sk"]) for item in items if item["sk"].startswith("SEAT#"))
        self._no_seat_is_doubled_or_lost(items, seated, free)
        self._nobody_is_lost(items, waiting, records)
        self._seats_never_exceed_what_is_allowed(seated)
        self._nobody_is_overtaken(seated, waiting)
        if self.settled:
            self._nobody_waits_who_could_sit(waiting, free)
        self.seats_before = {record.reference: record.seat or "" for record in seated}

    def _no_seat_is_doubled_or_lost(self, items: list[Any], seated: list[Record], free: Counter[str]) -> None:
        seats = [record.seat for record in seated]
        assert len(set(seats)) == len(seats), "a seat is held twice"
        held = Counter(pool_of(seat or "") for seat in seats)
        for pool in (item for item in items if item["sk"].startswith("POOL#")):
            name = pool_of(pool["sk"])
            assert free[name] + held[name] == pool["minted"], f"{name}: free + held is not minted"

    def _nobody_is_lost(self, items: list[Any], waiting: list[Record], records: list[Record]) -> None:
        places = [item["sk"] for item in items if item["pk"] == f"WAITING#{self.name}"]
        assert places == [record.place["sk"] for record in waiting], "the list is not those who wait, in order"
        requests = {item["reference"] for item in items if item["pk"] == f"REQUEST#{self.name}"}
        assert requests == {record.reference for record in records if record.state == "requested"}
        alive = Counter(record.answers["email"] for record in records if record.state not in OVER)
        assert max(alive.values(), default=0) <= 1, "somebody is registered twice"
        assert {record.reference for record in records if record.state not in OVER} == set(self.mine.values())

    def _seats_never_exceed_what_is_allowed(self, seated: list[Record]) -> None:
        assert len(seated) <= self.allowed, "more people sit than were allowed to"
        self.allowed = max(self.offering.seats, min(self.allowed, len(seated)))

    def _nobody_is_overtaken(self, seated: list[Record], waiting: list[Record]) -> None:
        for record in seated:
            if record.reference in self.seats_before:
                assert record.seat == self.seats_before[record.reference], "a seat was taken away"
                continue
            for other in waiting:
                if pool_of(record.seat or "") in pools_for(other.person, self.offering, self.now):
                    assert record.place["sk"] < other.place["sk"], "somebody who waits longer was overtaken"

    def _nobody_waits_who_could_sit(self, waiting: list[Record], free: Counter[str]) -> None:
        for record in waiting:
            could = [pool for pool in pools_for(record.person, self.offering, self.now) if free[pool]]
            assert not could, "a seat is free that somebody who waits may take"

    # -- tools -----------------------------------------------------------------------------------------------------

    def _leaves(self, record: Record) -> None:
        self.mine = {person: reference for person, reference in self.mine.items() if reference != record.reference}

    def _publish(self, seats: int, quotas: list[dict[str, Any]], *, approval: bool) -> None:
        roomy = an_offering(id=self.name, seats=100, quotas=quotas)
        reserved = sum(pool.seats for pool in pools_of(roomy) if pool.quota and not pool.quota.share)
        self.offering = an_offering(id=self.name, seats=max(seats, reserved), quotas=quotas, approval=approval)
        self.catalogue.publish(self.offering)
        held = sum(1 for reference in self.known if self._found(reference).seat)
        self.allowed = max(self.offering.seats, held)
        self.settled = False

    def _tick(self) -> None:
        self.now += timedelta(seconds=1)

    def _one_of(self, data: st.DataObject) -> Record:
        return list(self.known.values())[data.draw(st.integers(0, len(self.known) - 1), label="whose")]

    def _found(self, reference: str) -> Record:
        record = self.store.find(reference)
        assert record is not None, "a registration is gone"
        return record

    def _items(self) -> list[Any]:
        return [item for part in ("OFFERING", "WAITING", "REQUEST") for item in self.table.query(f"{part}#{self.name}")]


def test_the_promises_about_seats_hold_in_any_order_of_events(emulator: Emulator) -> None:
    names = provision(TEMPLATE, emulator.url, stack=f"t{uuid.uuid4().hex[:8]}")

    class InThisTable(Klino):
        table = Table(names["RegistrationsTable"])

    run_state_machine_as_test(InThisTable, settings=settings(  # type: ignore[no-untyped-call]
        max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)))
