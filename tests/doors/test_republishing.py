"""A maintainer changes the numbers while people register: nothing is lost, nothing oversold, whoever sits, sits."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from portal.errors import OfferingClosed, OfferingUnknown
from portal.records import Table
from registrations.catalogue import BATCH, Catalogue
from registrations.keys import offering_key, pool_of
from registrations.models import Offering
from registrations.rules import must_be_open
from registrations.store import Record, Registrations
from tests.doors.weather import contents
from tests.people import NOW, a_quota, a_record, an_offering, official, papua, visitor


def free(table: Table) -> Counter[str]:
    """The free seats by pool."""
    return Counter(pool_of(item["sk"]) for item in table.query(offering_key("bimtek-klino"), prefix="SEAT#"))


def pools(table: Table) -> dict[str, dict[str, Any]]:
    return {pool_of(item["sk"]): item for item in table.query(offering_key("bimtek-klino"), prefix="POOL#")}


def a_crowd(registrations: Registrations, offering: Offering, people: int) -> list[Record]:
    return [registrations.register(a_record(visitor(number), offering, now=NOW + timedelta(seconds=number),
                                            number=number), offering, NOW) for number in range(people)]


def seated(registrations: Registrations, crowd: list[Record]) -> int:
    return sum(1 for record in crowd if (found := registrations.find(record.reference)) and found.state == "seated")


def test_each_pool_is_given_its_seats(catalogue: Catalogue, table: Table) -> None:
    catalogue.publish(an_offering(seats=120, quotas=[a_quota(share=30), papua(per_province=2)]))
    assert free(table) == {"asn_daerah": 36, "papua-93": 2, "papua-94": 2, "papua-95": 2, "papua-96": 2, "umum": 76}


def test_an_offering_reads_back_as_it_was_declared(catalogue: Catalogue) -> None:
    offering = an_offering(quotas=[a_quota(share=30)])
    catalogue.publish(offering)
    assert catalogue.offering(offering.id) == offering


def test_what_was_never_published_is_unknown(catalogue: Catalogue) -> None:
    with pytest.raises(OfferingUnknown):
        catalogue.offering("bimtek-klino")


def test_an_offering_whose_page_is_gone_is_closed_and_keeps_its_people(
        catalogue: Catalogue, registrations: Registrations) -> None:
    gone, later = an_offering(), an_offering(id="bimtek-nanti")
    for offering in (gone, later):
        catalogue.publish(offering)
    (siti,) = a_crowd(registrations, gone, 1)
    before = gone.opens - timedelta(days=1)
    assert catalogue.withdraw_all_but([later.id], before) == [gone.id]
    for now in (before, NOW):
        with pytest.raises(OfferingClosed):
            must_be_open(catalogue.offering(gone.id), now)
    assert catalogue.offering(later.id) == later
    assert seated(registrations, [siti]) == 1
    catalogue.publish(gone)
    assert catalogue.offering(gone.id) == gone


def test_publishing_the_same_again_changes_nothing(catalogue: Catalogue, table: Table) -> None:
    offering = an_offering(seats=BATCH + 7, quotas=[a_quota(share=30)])
    catalogue.publish(offering)
    before = contents(table)
    catalogue.publish(offering)
    assert contents(table) == before


def test_raising_adds_what_is_missing(catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    offering = an_offering(seats=2)
    catalogue.publish(offering)
    a_crowd(registrations, offering, 2)
    catalogue.publish(an_offering(seats=2 * BATCH + 3))
    assert free(table) == {"umum": 2 * BATCH + 1}


def test_lowering_takes_free_seats_only(catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    offering = an_offering(seats=80)
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 5)
    catalogue.publish(an_offering(seats=7))
    assert (free(table), seated(registrations, crowd)) == ({"umum": 2}, 5)


def test_lowering_below_what_is_held_takes_nobodys_seat_and_takes_each_one_that_comes_back(
        catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    offering = an_offering(seats=5)
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 7)
    lowered = an_offering(seats=3)
    catalogue.publish(lowered)
    assert seated(registrations, crowd) == 5
    for number, left in ((0, 4), (1, 3)):
        registrations.cancel(crowd[number], lowered, NOW)
        assert (free(table), seated(registrations, crowd)) == ({}, left), "the seat that came back left the world"
    registrations.cancel(crowd[2], lowered, NOW)
    assert seated(registrations, crowd) == 3, "from here on a seat that comes back goes to the next"


def test_lowering_and_raising_again_ends_where_it_began(
        catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    offering = an_offering(seats=6)
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 4)
    for seats in (1, 6, 2, 6):
        catalogue.publish(an_offering(seats=seats))
    assert (free(table), seated(registrations, crowd)) == ({"umum": 2}, 4)
    assert pools(table)["umum"]["minted"] == 6


def test_a_quota_that_comes_later_takes_its_seats_from_the_free_ones_and_the_sum_stays(
        catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    offering = an_offering(seats=10)
    catalogue.publish(offering)
    a_crowd(registrations, offering, 4)
    catalogue.publish(an_offering(seats=10, quotas=[a_quota(seats=5)]))
    assert free(table) == {"asn_daerah": 5, "umum": 1}


def test_a_quota_that_comes_when_all_sit_gets_its_seats_as_others_leave(
        catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    offering = an_offering(seats=4)
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 4)
    reserved = an_offering(seats=4, quotas=[a_quota(seats=2)])
    catalogue.publish(reserved)
    assert free(table) == {}
    registrations.cancel(crowd[0], reserved, NOW)
    catalogue.resize(reserved)
    assert free(table) == {"asn_daerah": 1}
    budi = registrations.register(a_record(official(), reserved, number=9), reserved, NOW)
    assert (budi.state, pool_of(budi.seat or "")) == ("seated", "asn_daerah")


def test_a_quota_that_is_dropped_gives_its_free_seats_to_everyone(
        catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    offering = an_offering(seats=4, quotas=[a_quota(seats=3)])
    catalogue.publish(offering)
    siti = registrations.register(a_record(official(), offering, number=9), offering, NOW)
    catalogue.publish(an_offering(seats=4))
    assert free(table) == {"umum": 3}
    kept = registrations.find(siti.reference)
    assert kept is not None
    assert kept.seat == siti.seat
    registrations.cancel(kept, an_offering(seats=4), NOW)
    catalogue.resize(an_offering(seats=4))
    assert free(table) == {"umum": 4}


def test_lowering_counts_over_all_pools_and_not_only_within_each(
        catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    """Five sit on seats for everyone; lowered to five of which two are reserved, nobody new may sit yet."""
    offering = an_offering(seats=7, quotas=[a_quota(seats=2)])
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 5)
    catalogue.publish(an_offering(seats=5, quotas=[a_quota(seats=2)]))
    assert (free(table), seated(registrations, crowd)) == ({}, 5)


def test_a_seat_that_comes_back_while_the_offering_has_too_many_leaves_the_world(
        catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    offering = an_offering(seats=6, quotas=[a_quota(seats=2)])
    catalogue.publish(offering)
    crowd = a_crowd(registrations, offering, 4)
    siti = registrations.register(a_record(official(), offering, number=9), offering, NOW)
    lowered = an_offering(seats=3, quotas=[a_quota(seats=2)])
    catalogue.publish(lowered)
    registrations.cancel(siti, lowered, NOW)
    assert (free(table), seated(registrations, crowd)) == ({}, 4), "four sit where three should: hers is not given out"
    registrations.cancel(crowd[0], lowered, NOW)
    registrations.cancel(crowd[1], lowered, NOW)
    catalogue.resize(lowered)
    assert (free(table), seated(registrations, crowd)) == ({"asn_daerah": 1}, 2)


@pytest.mark.parametrize("seats", [1, BATCH, BATCH + 1, 3 * BATCH - 1, 500])
def test_any_number_of_seats_is_minted_exactly(catalogue: Catalogue, seats: int) -> None:
    catalogue.publish(an_offering(seats=seats))
    assert catalogue.seats("bimtek-klino").free == seats


def test_two_publishers_at_once_do_not_mint_twice(table: Table) -> None:
    """The second one looks while the first one is between reading and minting."""
    offering = an_offering(seats=BATCH, quotas=[a_quota(seats=10)])

    class Overtaken(Catalogue):
        """A publisher that another one overtakes each time before it mints."""

        def _mint(self, *arguments: Any, **named: Any) -> None:
            Catalogue(table).resize(offering)
            super()._mint(*arguments, **named)

    Overtaken(table).publish(offering)
    assert free(table) == {"asn_daerah": 10, "umum": BATCH - 10}
    assert {name: pool["minted"] for name, pool in pools(table).items()} == {"asn_daerah": 10, "umum": BATCH - 10}


def test_a_publisher_who_is_overtaken_by_a_smaller_number_does_not_mint_by_the_old_one(
        catalogue: Catalogue, table: Table) -> None:
    catalogue.publish(an_offering(seats=3))

    class Overtaken(Catalogue):
        """A publisher who is about to raise the number when another one lowers it."""

        def _mint(self, *arguments: Any, **named: Any) -> None:
            Catalogue(table).publish(an_offering(seats=2))
            super()._mint(*arguments, **named)

    Overtaken(table).publish(an_offering(seats=5))
    assert (free(table), pools(table)["umum"]["minted"]) == ({"umum": 2}, 2)


def test_seats_that_people_take_while_the_number_is_lowered_are_not_pulled_from_under_them(
        catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    offering = an_offering(seats=4)
    catalogue.publish(offering)
    people = iter(range(4))

    class Hurried(Catalogue):
        """A publisher who sees seats free that somebody takes a moment later."""

        def _free(self, *arguments: Any) -> list[str]:
            seen = super()._free(*arguments)
            number = next(people, None)
            if number is not None:
                registrations.register(a_record(visitor(number), offering, number=number), offering, NOW)
            return seen

    Hurried(table).publish(an_offering(seats=1))
    held = len([item for item in contents(table) if item["sk"] == "RECORD" and "seat" in item])
    assert held >= 1
    assert sum(free(table).values()) + held == pools(table)["umum"]["minted"]
    assert held + sum(free(table).values()) <= max(1, held)
