"""Who may take which seat, and when: pools, claims, release, the time of registration, the audience."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import NotForThisAudience, OfferingClosed, OfferingNotOpen
from portal.people import HAVE_A_NIP, KINDS
from registrations.models import AGENCY_LEVELS, GENERAL, Offering, Registration, kept_offering
from registrations.rules import (
    claims_of,
    may_cancel,
    message_values,
    must_be_in_audience,
    must_be_open,
    open_to_everyone,
    pools_for,
    pools_of,
)
from tests.people import NOW, a_quota, an_offering, helmy, official, papua, yohana

A_MILLISECOND = timedelta(milliseconds=1)
PROVINCES = ("11", "35", "91", "93", "94")
DISTRICTS = ("11.71", "35.22", "91.05", "93.01", "94.03")


def person(answers: dict[str, str]) -> Registration:
    return Registration.model_validate(answers)


def seats_by_pool(offering: Offering) -> dict[str, int]:
    return {pool.name: pool.seats for pool in pools_of(offering)}


# -- examples ------------------------------------------------------------------------------------------------------


def test_without_quotas_every_seat_is_for_everyone() -> None:
    assert seats_by_pool(an_offering(seats=40)) == {"umum": 40}


@pytest.mark.parametrize(("seats", "share", "reserved"), [
    (40, 30, 12), (41, 30, 13), (50, 30, 15), (1, 30, 1), (3, 34, 2), (300, 30, 90), (7, 100, 7), (99, 1, 1)])
def test_a_share_is_rounded_up_for_those_it_is_kept_for(seats: int, share: int, reserved: int) -> None:
    offering = an_offering(seats=seats, quotas=[a_quota(share=share)])
    assert seats_by_pool(offering) == {"asn_daerah": reserved, "umum": seats - reserved}


def test_a_number_per_province_makes_one_pool_for_each_province() -> None:
    offering = an_offering(seats=40, quotas=[papua(per_province=8)])
    assert seats_by_pool(offering) == {"papua-93": 8, "papua-94": 8, "papua-95": 8, "papua-96": 8, "umum": 8}


def test_quotas_may_keep_every_seat_but_not_one_more() -> None:
    assert seats_by_pool(an_offering(seats=4, quotas=[papua()]))["umum"] == 0
    with pytest.raises(ValueError, match="the quotas keep 4 seats, but there are 3"):
        pools_of(an_offering(seats=3, quotas=[papua()]))


def test_a_psm_official_of_a_district_takes_the_reserved_seats_first() -> None:
    offering = an_offering(seats=10, quotas=[a_quota(share=30)])
    assert claims_of(offering, person(official())) == ("asn_daerah", "umum")


@pytest.mark.parametrize("answers", [
    official(agency_level="pusat"), official(agency_level="desa"), helmy(agency_level="kabupaten_kota")],
    ids=["an official of a ministry", "an official in a village", "a facilitator paid by the district"])
def test_every_condition_of_a_quota_must_hold(answers: dict[str, str]) -> None:
    offering = an_offering(seats=10, quotas=[a_quota(share=30)])
    assert claims_of(offering, person(answers)) == ("umum",)


def test_a_facilitator_in_merauke_has_the_seats_of_her_own_province_only() -> None:
    offering = an_offering(seats=10, quotas=[papua()])
    assert claims_of(offering, person(yohana())) == ("papua-93", "umum")
    assert claims_of(offering, person(helmy())) == ("umum",)


def test_a_quota_of_several_provinces_together_is_one_pool() -> None:
    offering = an_offering(seats=10, quotas=[papua(per_province=None, seats=4)])
    assert seats_by_pool(offering) == {"papua": 4, "umum": 6}
    assert claims_of(offering, person(yohana())) == ("papua", "umum")
    assert claims_of(offering, person(helmy())) == ("umum",)


def test_somebody_with_several_claims_takes_the_seat_that_fewest_others_could_take() -> None:
    wide, narrow = a_quota(seats=6), a_quota(id="tiga_kursi", seats=3, agency_levels=["kabupaten_kota"])
    offering = an_offering(seats=20, quotas=[wide, narrow, papua()])
    assert claims_of(offering, person(official(region="94.03"))) == ("papua-94", "tiga_kursi", "asn_daerah", "umum")


def test_reserved_seats_are_everyones_from_the_release_on_and_not_a_millisecond_earlier() -> None:
    offering = an_offering(seats=10, quotas=[a_quota(share=30)])
    released = offering.quotas[0].released
    assert open_to_everyone(offering, released - A_MILLISECOND) == ("umum",)
    assert open_to_everyone(offering, released) == ("asn_daerah", "umum")


def test_quotas_are_released_each_on_its_own_date() -> None:
    offering = an_offering(seats=10, quotas=[a_quota(share=30), papua()])
    after_papua = NOW + timedelta(days=6)
    assert set(open_to_everyone(offering, after_papua)) == {"papua-93", "papua-94", "papua-95", "papua-96", "umum"}
    assert set(open_to_everyone(offering, NOW + timedelta(days=11))) == set(seats_by_pool(offering))


def test_after_the_release_everyone_still_takes_what_is_their_own_or_nobodys_first() -> None:
    offering = an_offering(seats=10, quotas=[a_quota(share=30)])
    assert pools_for(person(helmy()), offering, NOW + timedelta(days=11)) == ("umum", "asn_daerah")


def test_who_waits_has_a_claim_on_a_quota_that_is_declared_later() -> None:
    siti = person(official())
    assert claims_of(an_offering(seats=10), siti) == ("umum",)
    assert claims_of(an_offering(seats=10, quotas=[a_quota(seats=2)]), siti) == ("asn_daerah", "umum")


@pytest.mark.parametrize(("moment", "raised"), [
    (-A_MILLISECOND, OfferingNotOpen), (timedelta(0), None)], ids=["a millisecond early", "on the stroke"])
def test_registration_opens_on_the_stroke(moment: timedelta, raised: type[Exception] | None) -> None:
    offering = an_offering()
    if raised is None:
        assert must_be_open(offering, offering.opens + moment) is None
    else:
        with pytest.raises(raised):
            must_be_open(offering, offering.opens + moment)


def test_the_last_moment_of_registration_is_still_inside() -> None:
    offering = an_offering()
    assert must_be_open(offering, offering.closes) is None
    with pytest.raises(OfferingClosed) as told:
        must_be_open(offering, offering.closes + A_MILLISECOND)
    assert (told.value.offering, told.value.closed) == ("bimtek-klino", "2026-12-21T03:00:00.000Z")


def test_somebody_too_early_is_told_from_when() -> None:
    offering = an_offering(opens=NOW + timedelta(hours=1))
    with pytest.raises(OfferingNotOpen) as told:
        must_be_open(offering, NOW)
    assert (told.value.offering, told.value.opens) == ("bimtek-klino", "2026-12-01T04:00:00.000Z")


def test_somebody_outside_the_audience_is_told_whom_it_is_for() -> None:
    with pytest.raises(NotForThisAudience) as told:
        must_be_in_audience(an_offering(), person(helmy(kind="penulis")))
    assert told.value.audience == ("psm", "tpp", "asn")
    assert must_be_in_audience(an_offering(), person(helmy())) is None


def test_a_seat_can_be_given_back_until_the_activity_begins() -> None:
    offering = an_offering()
    assert may_cancel(offering, offering.starts - A_MILLISECOND)
    assert not may_cancel(offering, offering.starts)


def test_a_message_speaks_the_language_and_the_clock_of_its_reader() -> None:
    starts = datetime(2027, 1, 19, 1, tzinfo=UTC)
    offering = an_offering(zone="WIT", starts=starts, ends=starts + timedelta(days=2), closes=starts)
    assert message_values(offering, "en", "7F3K9QX2") == {
        "title": "Training in Klino village", "place": "Klino village hall", "when": "19 January 2027, 10:00 WIT",
        "offering": "bimtek-klino", "reference": "7F3K-9QX2"}


# -- what holds for every offering ---------------------------------------------------------------------------------


@st.composite
def quotas(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["seats", "share", "per_province"]))
    provinces = draw(st.lists(st.sampled_from(PROVINCES), unique=True, min_size=1 if kind == "per_province" else 0))
    return a_quota(**{
        "id": draw(st.from_regex(r"[a-z][a-z0-9_]{1,8}", fullmatch=True).filter(lambda name: name != GENERAL)),
        kind: draw(st.integers(1, 100 if kind == "share" else 12)), "provinces": provinces,
        "kinds": draw(st.lists(st.sampled_from(KINDS), unique=True)),
        "agency_levels": draw(st.lists(st.sampled_from(AGENCY_LEVELS), unique=True)),
        "released": NOW + timedelta(days=draw(st.integers(-3, 3)))})


@st.composite
def offerings(draw: st.DrawFn) -> Offering:
    """Any offering whose quotas fit into its seats."""
    declared = draw(st.lists(quotas(), max_size=4, unique_by=lambda quota: quota["id"]))
    offering = an_offering(seats=draw(st.integers(1, 200)), quotas=declared)
    while True:
        try:
            pools_of(offering)
        except ValueError:
            offering = offering.model_copy(update={"quotas": offering.quotas[:-1]})
        else:
            return offering


@st.composite
def people(draw: st.DrawFn) -> Registration:
    kind = draw(st.sampled_from(KINDS))
    nip = {"nip": "198609262015052001"} if kind in HAVE_A_NIP else {}
    return person(helmy(kind=kind, agency_level=draw(st.sampled_from(AGENCY_LEVELS)),
                        region=draw(st.sampled_from(DISTRICTS)), **nip))


moments = st.integers(-5, 5).map(lambda days: NOW + timedelta(days=days))


@given(offerings())
def test_the_pools_add_up_to_the_seats_and_have_names_of_their_own(offering: Offering) -> None:
    pools = pools_of(offering)
    assert sum(pool.seats for pool in pools) == offering.seats
    assert len({pool.name for pool in pools}) == len(pools)
    assert all(pool.seats >= 0 for pool in pools)
    assert [pool.name for pool in pools if pool.quota is None] == [GENERAL]


@given(offerings())
def test_a_share_keeps_at_least_its_part_and_less_than_one_seat_more(offering: Offering) -> None:
    for pool in pools_of(offering):
        if pool.quota and pool.quota.share:
            exact = Fraction(offering.seats * pool.quota.share, 100)
            assert exact <= pool.seats < exact + 1


@given(offerings(), people())
def test_everyone_has_a_claim_on_the_open_seats_and_looks_there_last(
        offering: Offering, registration: Registration) -> None:
    claims = claims_of(offering, registration)
    assert claims[-1] == GENERAL
    assert len(set(claims)) == len(claims)
    assert set(claims) <= set(seats_by_pool(offering))


@given(offerings(), people())
def test_a_claim_on_a_provinces_seats_is_held_by_its_own_people_only(
        offering: Offering, registration: Registration) -> None:
    claims = claims_of(offering, registration)
    for pool in pools_of(offering):
        if pool.province is not None and pool.name in claims:
            assert registration.region.startswith(pool.province)


@given(offerings(), people(), moments, moments)
def test_time_only_ever_opens_seats(
        offering: Offering, registration: Registration, one: datetime, other: datetime) -> None:
    claims = claims_of(offering, registration)
    earlier, later = sorted([one, other])
    early, late = (set(pools_for(registration, offering, moment)) for moment in (earlier, later))
    assert set(claims) <= early <= late


@given(offerings(), people(), moments)
def test_nobody_looks_for_a_seat_twice_in_one_place_and_first_where_they_have_a_claim(
        offering: Offering, registration: Registration, moment: datetime) -> None:
    claims = claims_of(offering, registration)
    order = pools_for(registration, offering, moment)
    assert len(set(order)) == len(order)
    assert order[:len(claims)] == claims


@given(offerings(), people())
def test_after_every_release_no_seat_is_closed_to_anybody(offering: Offering, registration: Registration) -> None:
    order = pools_for(registration, offering, NOW + timedelta(days=30))
    assert set(order) == set(seats_by_pool(offering))


def test_an_offering_comes_back_from_the_table_as_it_was_declared() -> None:
    declared = an_offering(seats=40, quotas=[a_quota(share=30), papua()])
    kept = kept_offering(declared.model_dump_json())
    assert kept == declared
    assert kept.model_dump() == Offering.model_validate_json(declared.model_dump_json()).model_dump()
    assert pools_of(kept) == pools_of(declared)
