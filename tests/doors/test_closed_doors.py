"""When it cannot be done now: a page that says why and what to do instead, and the same for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from registrations.catalogue import Catalogue
from registrations.models import Offering
from registrations.store import Registrations
from tests.doors.calling import JSON, Caller
from tests.doors.weather import Weather, contents, refused
from tests.people import a_record, a_submission, an_offering, helmy

POST, CANCEL = "POST /layanan/pendaftaran", "POST /layanan/pendaftaran/batal"
REAL_NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def not_open() -> Offering:
    return an_offering(now=REAL_NOW, opens=datetime(2100, 1, 4, 1, tzinfo=UTC), closes=datetime(2100, 1, 8, tzinfo=UTC),
                       starts=datetime(2100, 2, 1, tzinfo=UTC), ends=datetime(2100, 2, 2, tzinfo=UTC))


def closed() -> Offering:
    return an_offering(now=REAL_NOW, opens=datetime(2020, 1, 4, tzinfo=UTC), closes=datetime(2020, 1, 8, 9, tzinfo=UTC))


def for_others() -> Offering:
    return an_offering(now=REAL_NOW, audience=["psm", "penulis"])


@dataclass(frozen=True)
class Closed:
    """An activity that takes nobody like Helmy now, and what he is told."""

    offering: Offering
    code: str
    heading: str
    told: str


CLOSED = [
    Closed(not_open(), "offering_not_open", "Pendaftaran belum dibuka",
           "Pendaftaran Bimtek Desa Klino dibuka 4 Januari 2100 pukul 08.00 WIB."),
    Closed(closed(), "offering_closed", "Pendaftaran sudah ditutup",
           "Pendaftaran Bimtek Desa Klino ditutup 8 Januari 2020 pukul 16.00 WIB."),
    Closed(for_others(), "not_for_this_audience", "Kegiatan ini untuk peserta lain",
           "Bimtek Desa Klino diselenggarakan untuk: Pejabat fungsional Penggerak Swadaya Masyarakat (PSM), "
           "Penulis atau pembicara konferensi."),
]


@pytest.mark.parametrize("case", CLOSED, ids=lambda case: case.code)
def test_a_person_learns_before_the_check_step_why_not_and_where_to_go(
        registrations_door: Caller, catalogue: Catalogue, case: Closed) -> None:
    catalogue.publish(case.offering)
    answer = registrations_door(POST, form=helmy())
    assert (answer.status, answer.heading) == (409, case.heading)
    assert case.told in answer.text
    assert "/kegiatan/" in answer.links
    program = registrations_door(POST, data={**helmy(), "submission_id": a_submission()})
    assert (program.status, program.json["code"]) == (409, case.code)


@pytest.mark.parametrize("case", CLOSED, ids=lambda case: case.code)
def test_what_was_filled_in_before_it_closed_is_not_taken_afterwards(
        registrations_door: Caller, catalogue: Catalogue, case: Closed) -> None:
    catalogue.publish(an_offering(now=REAL_NOW))
    check = registrations_door(POST, form=helmy())
    catalogue.publish(case.offering)
    before = contents(catalogue.table)
    sent = registrations_door(POST, form={**check.fields(), "step": "send"})
    assert (sent.status, sent.heading) == (409, case.heading)
    assert contents(catalogue.table) == before


def test_an_activity_that_was_never_declared_is_unknown(registrations_door: Caller) -> None:
    answer = registrations_door(POST, form=helmy(lang="en"))
    assert (answer.status, answer.heading) == (404, "There is no such activity")
    assert answer.links == ["/en/kegiatan/"]


def test_a_full_activity_is_no_closed_door_but_a_waiting_list(registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW, seats=1))
    registrations_door(POST, data={**helmy(email="pertama@desa.example"), "submission_id": a_submission(1)})
    seats = registrations_door("GET /layanan/kegiatan/{offering}/kursi", offering="bimtek-klino")
    assert "1 kursi sudah terisi semua. Anda masih dapat mendaftar ke daftar tunggu." in seats.text
    answer = registrations_door(POST, data={**helmy(), "submission_id": a_submission(2)})
    assert (answer.status, answer.json["state"], answer.json["position"]) == (201, "waiting", 1)


def test_once_it_has_begun_a_seat_is_not_given_back_here(
        registrations_door: Caller, catalogue: Catalogue, registrations: Registrations) -> None:
    begun = an_offering(now=REAL_NOW, starts=REAL_NOW - DAY, ends=REAL_NOW + DAY, closes=REAL_NOW - 2 * DAY)
    catalogue.publish(begun)
    record = registrations.register(a_record(helmy(), begun), begun, REAL_NOW - 3 * DAY)
    known = {"reference": record.reference, "email": "helmy@bojonegoro.example"}
    shown = registrations_door("POST /layanan/pendaftaran/status", form=known)
    assert shown.heading == "Anda mendapat kursi"
    assert not [each for each in shown.page.find("form") if each.attributes["action"].endswith("/batal")]
    answer = registrations_door(CANCEL, form={**known, "step": "send"})
    assert (answer.status, answer.heading) == (409, "Kegiatan sudah dimulai")
    assert "Bimtek Desa Klino sudah dimulai" in answer.text
    assert registrations_door(CANCEL, data=known).json["code"] == "offering_begun"
    kept = registrations.find(record.reference)
    assert kept is not None
    assert (kept.state, kept.seat) == ("seated", record.seat)


def test_when_even_the_reason_cannot_be_read_the_page_says_that_it_is_busy(
        registrations_door: Caller, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal import records  # noqa: PLC0415 its client is replaced here

    catalogue.publish(closed())

    class Tiring(Weather):
        """Answers once, then is busy for good."""

        def __getattr__(self, name: str) -> object:
            self.left = float("inf") if self.done else 0
            return super().__getattr__(name)

    monkeypatch.setattr(records, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(records, "LONGEST_PAUSE", 0.001)
    tiring = Tiring(records.client(), refused("ThrottlingException"), times=0)
    monkeypatch.setattr(records, "client", lambda: tiring)
    answer = registrations_door(POST, form=helmy(), seconds=records.RESERVE + 0.1)
    assert (answer.status, answer.heading) == (503, "Sedang sangat ramai")
    assert answer.headers["retry-after"] == "5"


def test_the_same_refusal_is_problem_details_for_programs_in_their_language(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(closed())
    answer = registrations_door(POST, data={**helmy(), "submission_id": a_submission()},
                                headers={"accept-language": "en-US,en;q=0.9", "accept": JSON})
    assert answer.json == {"type": "urn:portal:problem:offering_closed", "title": "Registration has closed",
                           "status": 409, "code": "offering_closed"}
