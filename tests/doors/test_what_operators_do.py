"""What maintainers and operators do while people wait: quotas added, records erased, a store that hangs."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest

from portal import records
from portal.errors import StoreUnavailable
from portal.records import Table, delete_existing
from registrations.catalogue import Catalogue
from registrations.models import Offering
from registrations.store import Record, Registrations
from tests.doors.test_republishing import free, pools, seated
from tests.people import NOW, a_quota, a_record, an_offering, official, visitor

TIME_OUT = 10  # of the function, in the template


def register(registrations: Registrations, offering: Offering, answers: dict[str, str], number: int) -> Record:
    record = a_record(answers, offering, now=NOW + timedelta(seconds=number), number=number)
    return registrations.register(record, offering, NOW)


def test_who_waits_gets_a_seat_of_a_quota_that_was_added_later(
        catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    small = an_offering(seats=1)
    catalogue.publish(small)
    register(registrations, small, visitor(0), 0)
    siti = register(registrations, small, official(), 1)
    assert siti.state == "waiting"
    larger = an_offering(seats=3, quotas=[a_quota(seats=2)])
    catalogue.publish(larger)
    assert registrations.promote(larger, NOW) == 1
    assert registrations.find(siti.reference).state == "seated"
    assert free(table)["asn_daerah"] == 1


def test_a_seat_given_back_while_too_many_sit_is_nobody_s(
        catalogue: Catalogue, registrations: Registrations) -> None:
    large = an_offering(seats=6, quotas=[a_quota(seats=3)])
    catalogue.publish(large)
    officials = [register(registrations, large, official(email=f"asn{n}@daerah.example",
                                                         nip=f"19860926 201505 2 00{n}"), n) for n in range(3)]
    others = [register(registrations, large, visitor(n), 10 + n) for n in range(8)]
    small = an_offering(seats=4, quotas=[a_quota(seats=1)])
    catalogue.publish(small)
    for leaving, left in ((others[0], 5), (others[1], 4), (others[2], 4)):
        registrations.cancel(leaving, small, NOW)
        assert seated(registrations, [*officials, *others]) == left


def test_quotas_renamed_again_and_again_leave_nothing_behind(catalogue: Catalogue, table: Table) -> None:
    provinces = [str(code) for code in range(11, 47)]
    for name in ("a", "b", "c"):
        quota = a_quota(id=f"kuota_{name}", per_province=1, provinces=provinces, kinds=[], agency_levels=[])
        catalogue.publish(an_offering(seats=100, quotas=[quota]))
    assert len(pools(table)) == len(provinces) + 1
    assert sum(free(table).values()) == 100


def test_a_place_whose_registration_was_erased_does_not_stop_the_list(
        catalogue: Catalogue, registrations: Registrations, table: Table) -> None:
    offering = an_offering(seats=1)
    catalogue.publish(offering)
    first, second, third = (register(registrations, offering, visitor(n), n) for n in range(3))
    table.write(delete_existing(second.key))
    registrations.cancel(first, offering, NOW)
    assert registrations.find(third.reference).state == "seated"
    assert not list(registrations.waiting(offering.id))


def test_a_store_that_never_answers_is_given_up_before_the_function_is(
        table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        records.client.cache_clear()
        begun = time.monotonic()
        with records.time_limit(TIME_OUT), pytest.raises(StoreUnavailable):
            table.get("OFFERING#bimtek-klino", "CATALOGUE")
        assert time.monotonic() - begun < TIME_OUT
    records.client.cache_clear()
