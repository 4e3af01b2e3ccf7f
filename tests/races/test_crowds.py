"""A thousand people for fifty seats, in every weather, on two emulators."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from infra.emulator import CREDENTIALS, Emulator, provision
from infra.template_reader import Template
from portal import records
from portal.records import Table
from registrations.catalogue import Catalogue
from registrations.models import Offering
from registrations.store import Registrations
from tests.crowd import Outcome, arrivals, must_be_right, outcome, register_all
from tests.people import a_quota, an_offering, official, visitor

NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
PEOPLE, SEATS = 1000, 50


@contextmanager
def moto() -> Iterator[str]:
    emulator = Emulator().start()
    yield emulator.url
    emulator.stop()


@contextmanager
def ministack() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, "-m", "ministack"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env={**os.environ, "GATEWAY_PORT": str(port), "LOG_LEVEL": "ERROR"}) as process:
        try:
            _until_it_answers(f"{url}/_ministack/health")
            yield url
        finally:
            process.terminate()


def _until_it_answers(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1).read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the second emulator does not answer at {url}")


@pytest.fixture(scope="module", params=[moto, ministack], ids=["moto", "ministack"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """The embedded emulator, and another project's."""
    with pytest.MonkeyPatch.context() as patch, request.param() as url:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        patch.setenv("AWS_ENDPOINT_URL", url)
        records.client.cache_clear()
        yield url
    records.client.cache_clear()


@pytest.fixture
def table(endpoint: str) -> Table:
    names = provision(Template(), endpoint, stack=f"t{uuid.uuid4().hex[:8]}")
    return Table(names["RegistrationsTable"])


def crowd_meets(table: Table, offering: Offering, answers: list[dict[str, str]], *, twice: int = 0) -> Outcome:
    Catalogue(table).publish(offering)
    crowd = arrivals(answers, NOW)
    again = random.Random(3).sample(crowd, twice)
    everybody = [*crowd, *again]
    random.Random(4).shuffle(everybody)
    found = register_all(table, offering, everybody)
    return outcome(table, offering, found)


def test_a_thousand_people_for_fifty_seats_fill_exactly_fifty(table: Table) -> None:
    offering = an_offering(seats=SEATS)
    result = crowd_meets(table, offering, [visitor(n) for n in range(PEOPLE)])
    must_be_right(result, offering, PEOPLE, NOW)
    assert len(result.seated) == SEATS
    assert len(result.waiting) == PEOPLE - SEATS


def test_reserved_seats_go_to_those_they_are_kept_for_however_large_the_crowd(table: Table) -> None:
    quotas = [a_quota(share=30), {"id": "papua", "title": {"id": "Papua", "en": "Papua"}, "per_province": 2,
                                  "provinces": ["93", "94", "95", "96"], "released": NOW + timedelta(days=5)}]
    offering = an_offering(seats=SEATS, quotas=quotas)
    people = [*(visitor(n) for n in range(360)),
              *(official(email=f"asn{n}@daerah.example", nip=f"19860926 201505 2 {n:03d}") for n in range(30)),
              *(visitor(1000 + n, region="93.01") for n in range(10))]
    random.Random(1).shuffle(people)
    result = crowd_meets(table, offering, people)
    must_be_right(result, offering, len(people), NOW)
    assert result.held_by_pool["asn_daerah"] == 15
    assert result.held_by_pool["papua-93"] == 2
    assert result.held_by_pool["umum"] == 27
    assert result.free == 6  # the other three provinces' seats wait for them until the release
    assert all(record.answers["kind"] == "psm" for record in result.seated if "asn_daerah" in (record.seat or ""))


def test_half_of_the_requests_sent_twice_change_nothing(table: Table) -> None:
    offering = an_offering(seats=SEATS)
    result = crowd_meets(table, offering, [visitor(n) for n in range(300)], twice=150)
    must_be_right(result, offering, 300, NOW)
    assert len(result.seated) == SEATS


class Weather:
    """A client whose every tenth write is refused before it happens, as a busy DynamoDB does."""

    def __init__(self, inner: object) -> None:
        self.inner, self.random, self.lock, self.refused = inner, random.Random(9), threading.Lock(), 0

    def __getattr__(self, name: str) -> object:
        call = getattr(self.inner, name)
        return self._unreliable(call, name) if name in {"transact_write_items", "put_item", "update_item"} else call

    def _unreliable(self, call: object, name: str) -> object:
        def write(**parameters: object) -> object:
            with self.lock:
                unlucky = self.random.random() < 0.1
                self.refused += unlucky
            if unlucky:
                raise self._refusal(name)
            return call(**parameters)
        return write

    def _refusal(self, name: str) -> ClientError:
        if name != "transact_write_items" or self.random.random() < 0.5:
            return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, name)
        return ClientError({"Error": {"Code": "TransactionCanceledException", "Message": "conflict"},
                            "CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]}, name)


def test_a_tenth_of_the_writes_throttled_or_cancelled_by_conflict_loses_and_doubles_nobody(
        table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    offering = an_offering(seats=SEATS)
    weather = Weather(records.client())
    monkeypatch.setattr(records, "client", lambda: weather)
    result = crowd_meets(table, offering, [visitor(n) for n in range(300)])
    must_be_right(result, offering, 300, NOW)
    assert len(result.seated) == SEATS
    assert weather.refused > 20, "the weather was too good to prove anything"


def test_seats_given_back_while_the_desk_promotes_by_hand_go_to_one_person_each(table: Table) -> None:
    """Twenty people cancel while two desks and the clock promote at the same time."""
    offering = an_offering(seats=SEATS)
    before = crowd_meets(table, offering, [visitor(n) for n in range(120)])
    store = Registrations(table, random.Random(2))
    leaving = [lambda record=record: store.cancel(record, offering, NOW) for record in before.seated[:20]]
    promoting = [lambda: store.promote(offering, NOW)] * 6
    jobs = [*leaving, *promoting, *promoting]
    random.Random(8).shuffle(jobs)
    with ThreadPoolExecutor(32) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()
    store.promote(offering, NOW)  # the clock: in such a crowd a request gives up after a few tries
    after = outcome(table, offering, [*before.seated, *before.waiting])
    must_be_right(after, offering, 100, NOW)
    assert len(after.seated) == SEATS
    first = {record.reference for record in before.waiting[:20]}
    assert first <= {record.reference for record in after.seated}, "somebody further back was promoted first"
