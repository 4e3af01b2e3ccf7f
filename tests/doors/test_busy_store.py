"""A store that throttles, conflicts, times out or forgets to answer: tried again, or told as busy, never half written.

Faults are injected in front of the real store (tests/doors/weather.py); what is let through is done by the store.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from portal import records
from portal.records import BUSY, RESERVE
from registrations.catalogue import Catalogue
from tests.doors.calling import JSON, Caller
from tests.doors.weather import READS, WRITES, Fault, Weather, cancelled, contents, gone, refused, silent, unreachable
from tests.people import a_submission, an_offering, helmy, ratna, visitor

POST, CANCEL = "POST /layanan/pendaftaran", "POST /layanan/pendaftaran/batal"
SEATS = "GET /layanan/kegiatan/{offering}/kursi"
RECEIPT = "GET /layanan/pendaftaran/tanda-terima/{submission}"
FOR_GOOD = float("inf")
SHORT = RESERVE + 0.2  # seconds: a function that is about to be stopped

MakeWeather = Callable[..., Weather]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(records, "LONGEST_PAUSE", 0.002)


@pytest.fixture
def weather(monkeypatch: pytest.MonkeyPatch) -> MakeWeather:
    real = records.client()

    def begin(fault: Fault, **how: object) -> Weather:
        spoilt = Weather(real, fault, **how)
        monkeypatch.setattr(records, "client", lambda: spoilt)
        return spoilt

    return begin


@pytest.fixture(autouse=True)
def klino(catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=datetime.now(UTC)))


PASSING = {
    **{code: refused(code) for code in sorted(BUSY)},
    "a transaction in conflict with another": cancelled("None", "TransactionConflict", "None", "None"),
    "a transaction throttled": cancelled("ThrottlingError", "None", "None", "None"),
    "a transaction beyond the throughput": cancelled("None", "ProvisionedThroughputExceeded", "None", "None"),
    "no answer in time": silent,
    "no connection in time": unreachable,
    "nobody there": gone,
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_passes_is_waited_for_and_the_person_notices_nothing(
        registrations_door: Caller, catalogue: Catalogue, weather: MakeWeather, fault: Fault) -> None:
    bad = weather(fault, times=3, calls=WRITES)
    answer = registrations_door(POST, data={**helmy(), "submission_id": a_submission()})
    assert (answer.status, answer.json["state"]) == (201, "seated")
    assert bad.spoilt == 3
    assert catalogue.seats("bimtek-klino").free == 2


@pytest.mark.parametrize("calls", [READS, WRITES, READS | WRITES], ids=["reads", "writes", "both"])
@pytest.mark.parametrize("accept", ["text/html", JSON])
def test_a_store_that_stays_busy_is_told_as_busy_and_nothing_is_half_written(
        registrations_door: Caller, catalogue: Catalogue, weather: MakeWeather, calls: frozenset[str],
        accept: str) -> None:
    before = contents(catalogue.table)
    bad = weather(refused("ThrottlingException"), times=FOR_GOOD, calls=calls)
    begun = time.monotonic()
    answer = registrations_door(POST, form={**helmy(), "submission_id": a_submission(), "step": "send", "lang": "en"},
                                headers={"accept": accept}, seconds=SHORT)
    assert time.monotonic() - begun < SHORT, "answered before the function is stopped"
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    told = answer.json["title"] if accept == JSON else answer.heading
    assert told == "We are very busy right now"
    assert bad.spoilt > 3
    bad.left = 0
    assert contents(catalogue.table) == before


@pytest.mark.parametrize("route", [SEATS, RECEIPT, f"{RECEIPT}/acara.ics"])
def test_whoever_only_looks_is_told_too(registrations_door: Caller, weather: MakeWeather, route: str) -> None:
    weather(refused("ThrottlingException"), times=FOR_GOOD)
    answer = registrations_door(route, offering="bimtek-klino", submission=a_submission(), seconds=SHORT)
    assert (answer.status, answer.heading, answer.headers["retry-after"]) == (503, "Sedang sangat ramai", "5")
    assert answer.headers["cache-control"] == "no-store"


def test_after_it_was_busy_the_same_form_sent_again_is_taken(
        registrations_door: Caller, catalogue: Catalogue, weather: MakeWeather) -> None:
    sent = {**registrations_door(POST, form=helmy()).fields(), "step": "send"}
    bad = weather(refused("ThrottlingException"), times=FOR_GOOD, calls=WRITES)
    assert registrations_door(POST, form=sent, seconds=SHORT).status == 503
    bad.left = 0
    assert registrations_door(POST, form=sent).status == 303
    assert catalogue.seats("bimtek-klino").free == 2


@pytest.mark.parametrize("fault", [silent, unreachable, refused("InternalServerError")],
                         ids=["no answer", "the line is cut", "the store fails after it wrote"])
def test_an_answer_lost_after_the_write_is_found_again(
        registrations_door: Caller, catalogue: Catalogue, weather: MakeWeather, fault: Fault) -> None:
    """The seat was taken, nobody was told: the store recognises its own yes by the token."""
    lost = weather(fault, times=1, calls=frozenset({"transact_write_items"}), afterwards=True)
    answer = registrations_door(POST, data={**helmy(), "submission_id": a_submission()})
    assert (answer.status, answer.json["state"], lost.spoilt) == (201, "seated", 1)
    records_kept = [item for item in contents(catalogue.table) if item["sk"] == "RECORD"]
    assert len(records_kept) == 1
    assert catalogue.seats("bimtek-klino").free == 2


def test_an_answer_lost_for_good_is_found_by_sending_the_form_again(
        registrations_door: Caller, catalogue: Catalogue, weather: MakeWeather) -> None:
    sent = {**registrations_door(POST, form=helmy()).fields(), "step": "send"}
    lost = weather(silent, times=FOR_GOOD, calls=frozenset({"transact_write_items"}), afterwards=True)
    assert registrations_door(POST, form=sent, seconds=SHORT).status == 503
    lost.left = 0
    again = registrations_door(POST, form=sent)
    assert again.status == 303
    kept = [item for item in contents(catalogue.table) if item["sk"] == "RECORD"]
    assert [item["submission"] for item in kept] == [sent["submission_id"]]
    assert catalogue.seats("bimtek-klino").free == 2


def test_a_cancellation_whose_answer_was_lost_gives_the_seat_back_once(
        registrations_door: Caller, catalogue: Catalogue, weather: MakeWeather) -> None:
    registered = registrations_door(POST, data={**helmy(), "submission_id": a_submission()})
    weather(silent, times=1, calls=frozenset({"transact_write_items"}), afterwards=True)
    answer = registrations_door(CANCEL, data={"reference": registered.json["reference"], "email": helmy()["email"]})
    assert answer.json["state"] == "cancelled"
    assert catalogue.seats("bimtek-klino").free == 3


def test_a_promotion_whose_answer_was_lost_seats_one_person_once(
        registrations_door: Caller, catalogue: Catalogue, weather: MakeWeather) -> None:
    catalogue.publish(an_offering(now=datetime.now(UTC), seats=1))
    first = registrations_door(POST, data={**helmy(), "submission_id": a_submission(1)})
    for number in (2, 3):
        registrations_door(POST, data={**visitor(number), "submission_id": a_submission(number)})
    weather(silent, times=5, calls=frozenset({"transact_write_items"}), afterwards=True)
    registrations_door(CANCEL, data={"reference": first.json["reference"], "email": helmy()["email"]})
    states = [registrations_door(RECEIPT, submission=a_submission(n), headers={"accept": JSON}).json["state"]
              for n in (1, 2, 3)]
    assert states == ["cancelled", "seated", "waiting"]


@pytest.mark.parametrize("fault", [
    refused("AccessDeniedException"), refused("ValidationException"), refused("ResourceNotFoundException"),
    cancelled("ValidationError", "None", "None", "None"), cancelled()],
    ids=["not allowed", "not valid", "no such table", "an item that cannot be", "cancelled without a reason"])
def test_what_will_not_pass_is_a_fault_at_once_and_not_waited_for(
        registrations_door: Caller, catalogue: Catalogue, weather: MakeWeather, fault: Fault) -> None:
    before = contents(catalogue.table)
    bad = weather(fault, times=FOR_GOOD, calls=WRITES)
    answer = registrations_door(POST, data={**helmy(), "submission_id": a_submission()})
    assert (answer.status, answer.json["code"], bad.spoilt) == (500, "fault", 1)
    assert contents(catalogue.table) == before


def test_a_conflict_and_a_failed_condition_together_are_a_failed_condition(
        registrations_door: Caller, catalogue: Catalogue, weather: MakeWeather) -> None:
    """Somebody took the very seat: looking for another one is quicker than waiting."""
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}, {"Code": "TransactionConflict"}, {"Code": "None"}]

    def both(operation: str) -> Exception:
        return ClientError({"Error": {"Code": "TransactionCanceledException", "Message": ""},
                            "CancellationReasons": reasons}, operation)

    bad = weather(both, times=2, calls=WRITES)
    answer = registrations_door(POST, data={**helmy(), "submission_id": a_submission()})
    assert (answer.status, answer.json["state"], bad.spoilt) == (201, "seated", 2)
    assert catalogue.seats("bimtek-klino").free == 2


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("silence", [0.5, 2, 4, 5], ids=lambda seconds: f"silent for {seconds} s")
def test_a_store_that_never_answers_is_told_as_busy_before_the_function_is_stopped(
        registrations_door: Caller, weather: MakeWeather, monkeypatch: pytest.MonkeyPatch, silence: float) -> None:
    clock = Clock()

    def hang(operation: str) -> Exception:
        clock.sleep(silence)
        return silent(operation)

    weather(hang, times=FOR_GOOD)
    monkeypatch.setattr(records, "time", clock)
    answer = registrations_door(POST, form=helmy(), seconds=10)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert clock.now - 1000 < 9.5


def test_pauses_grow_and_are_spread(
        monkeypatch: pytest.MonkeyPatch, weather: MakeWeather, catalogue: Catalogue) -> None:
    """Those who collided do not collide again: each waits a random part of a time that doubles up to a limit."""
    asked: list[tuple[float, float]] = []

    class Dice:
        """Remembers between which numbers it was thrown."""

        def uniform(self, low: float, high: float) -> float:
            asked.append((low, high))
            return 0.0

    monkeypatch.setattr(records, "FIRST_PAUSE", 0.025)
    monkeypatch.setattr(records, "LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(records, "_random", Dice())
    weather(refused("ThrottlingException"), times=5)
    assert catalogue.table.get("nobody", "here") is None
    assert asked == [(0, 0.025), (0, 0.05), (0, 0.1), (0, 0.1), (0, 0.1)]


def test_a_message_about_the_portal_is_as_patient(
        feedback_door: Caller, weather: MakeWeather) -> None:
    weather(cancelled("TransactionConflict", "None"), times=3, calls=WRITES)
    assert feedback_door("POST /layanan/masukan", data={**ratna(), "submission_id": a_submission()}).status == 201
    weather(refused("ThrottlingException"), times=FOR_GOOD)
    busy = feedback_door("POST /layanan/masukan", data={**ratna(), "submission_id": a_submission(2)}, seconds=SHORT)
    assert (busy.status, busy.headers["retry-after"]) == (503, "5")
