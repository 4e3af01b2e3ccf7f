"""How full an activity is, for its page and for people without script; and the activity for one's own calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from icalendar import Calendar, Event

from portal.identifiers import format_reference, reference_for
from portal.moments import ZONES
from portal.records import Table
from registrations.catalogue import Catalogue
from registrations.keys import waiting_key
from registrations.store import COUNTED, Registrations
from tests.doors.calling import JSON, Answer, Caller
from tests.people import a_quota, a_record, a_submission, an_offering, helmy, official, visitor

POST, SEATS = "POST /layanan/pendaftaran", "GET /layanan/kegiatan/{offering}/kursi"
CALENDAR = "GET /layanan/pendaftaran/tanda-terima/{submission}/acara.ics"
CANCEL = "POST /layanan/pendaftaran/batal"
REAL_NOW = datetime.now(UTC).replace(microsecond=0)


def register(door: Caller, answers: dict[str, str], number: int = 1) -> Answer:
    return door(POST, data={**answers, "submission_id": a_submission(number)})


def seats(door: Caller, language: str = "id") -> Answer:
    return door(SEATS, offering="bimtek-klino", headers={"accept": JSON, "accept-language": language})


# -- seats ---------------------------------------------------------------------------------------------------------


def test_the_line_of_seats_follows_what_happens(registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW, seats=2))
    assert seats(registrations_door).json == {
        "offering": "bimtek-klino", "seats": 2, "free": 2, "reserved": 0, "waiting": 0,
        "sentence": "2 dari 2 kursi masih tersedia."}
    register(registrations_door, visitor(1), 1)
    assert seats(registrations_door, "en").json["sentence"] == "1 of 2 seats are free."
    register(registrations_door, visitor(2), 2)
    assert seats(registrations_door, "en").json["sentence"] == (
        "All 2 seats are taken. You can still join the waiting list.")
    register(registrations_door, visitor(3), 3)
    assert seats(registrations_door).json | {"offering": ""} == {
        "offering": "", "seats": 2, "free": 0, "reserved": 0, "waiting": 1,
        "sentence": "2 kursi sudah terisi semua dan 1 orang menunggu. Anda masih dapat mendaftar ke daftar tunggu."}


def test_without_script_the_same_sentence_is_a_page_with_a_way_back(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW))
    page = registrations_door(SEATS, offering="bimtek-klino", query={"lang": "en"})
    assert (page.status, page.heading) == (200, "Training in Klino village")
    assert "3 of 3 seats are free" in page.text
    assert page.links == ["/en/kegiatan/bimtek-klino/"]


def test_the_line_tells_reserved_seats_from_those_for_everyone(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW, seats=3, quotas=[a_quota(now=REAL_NOW, seats=2)]))
    assert seats(registrations_door, "en").json["sentence"] == "3 of 3 seats are free, 2 of them reserved seats."
    register(registrations_door, visitor(1), 1)
    register(registrations_door, visitor(2), 2)
    assert {name: seats(registrations_door).json[name] for name in ("free", "reserved", "waiting")} == {
        "free": 2, "reserved": 2, "waiting": 1}
    assert seats(registrations_door, "en").json["sentence"].startswith("The seats for everyone are taken. 2 reserved")


def test_the_numbers_may_be_five_seconds_old_and_differ_by_language(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW))
    headers = seats(registrations_door).headers
    assert headers["cache-control"] == "public, max-age=5"
    assert set(headers["vary"].split(", ")) == {"accept", "accept-language"}


def test_an_unknown_activity_has_no_seats(registrations_door: Caller) -> None:
    answer = seats(registrations_door, "en")
    assert (answer.status, answer.json["title"]) == (404, "There is no such activity")
    assert answer.headers["cache-control"] == "no-store"


def test_a_place_far_back_in_the_list_is_told_as_more_than(table: Table) -> None:
    """Counting stops at some hundreds: what lies beyond is told as "more than", and costs no more to tell."""
    registrations = Registrations(table, Random(1))
    offering = an_offering(now=REAL_NOW)
    record = a_record(helmy(), offering, now=REAL_NOW + timedelta(days=1), number=7)
    for number in range(0, COUNTED + 2, 25):
        _wait(table, offering.id, range(number, min(number + 25, COUNTED + 2)))
    assert registrations.position(record) == COUNTED + 1
    third = a_record(helmy(), offering, now=REAL_NOW + timedelta(seconds=2), number=7)
    assert registrations.position(third) == 3


def _wait(table: Table, offering: str, numbers: range) -> None:
    from portal.identifiers import format_moment  # noqa: PLC0415 only this test fills a list by hand
    from portal.records import put_new  # noqa: PLC0415

    table.transact(*(put_new({
        "pk": waiting_key(offering), "sk": f"{format_moment(REAL_NOW + timedelta(seconds=number))}#0{number}",
        "reference": str(number), "kind": "tpp", "agency_level": "desa", "region": "35.22"}) for number in numbers))


# -- the calendar --------------------------------------------------------------------------------------------------


def event_of(door: Caller, submission: str) -> tuple[Calendar, Event]:
    answer = door(CALENDAR, submission=submission)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="bimtek-klino.ics"'
    assert all(len(line.encode()) <= 75 for line in answer.body.split("\r\n"))
    calendar = Calendar.from_ical(answer.body)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_the_file_opens_in_a_calendar_as_the_activity_it_is(registrations_door: Caller, catalogue: Catalogue) -> None:
    starts = (REAL_NOW + timedelta(days=40)).replace(hour=2, minute=0, second=0, microsecond=0)
    offering = an_offering(now=REAL_NOW, starts=starts, ends=starts + timedelta(hours=7))
    catalogue.publish(offering)
    submission = a_submission()
    register(registrations_door, helmy())
    calendar, event = event_of(registrations_door, submission)
    assert (event["dtstart"].dt, event["dtend"].dt) == (offering.starts, offering.ends)
    assert f"Nomor pendaftaran: {format_reference(reference_for(submission))}" in event["description"]
    assert (event["summary"], event["location"]) == ("Bimtek Desa Klino", "Balai Desa Klino")
    assert event["uid"] == f"{reference_for(submission)}@portal.example.go.id"
    assert event["url"] == "https://portal.example.go.id/kegiatan/bimtek-klino/"
    assert (event["status"], calendar["method"], calendar["version"]) == ("CONFIRMED", "PUBLISH", "2.0")
    assert "organizer" not in event
    assert "attendee" not in event


def test_an_activity_of_several_days_is_whole_days_and_leaves_the_nights_free(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    offering = an_offering(now=REAL_NOW)
    catalogue.publish(offering)
    register(registrations_door, helmy())
    _, event = event_of(registrations_door, a_submission())
    first, last = (moment.astimezone(ZONES["WIB"]).date() for moment in (offering.starts, offering.ends))
    assert (event["dtstart"].dt, event["dtend"].dt) == (first, last + timedelta(days=1))
    assert event["transp"] == "TRANSPARENT"


def test_the_file_speaks_the_language_of_the_registration(registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW))
    register(registrations_door, helmy(lang="en"))
    _, event = event_of(registrations_door, a_submission())
    assert (event["summary"], event["url"]) == (
        "Training in Klino village", "https://portal.example.go.id/en/kegiatan/bimtek-klino/")


def test_a_newer_file_replaces_an_older_one_and_a_cancelled_one_takes_it_away(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW, seats=1))
    first = register(registrations_door, visitor(1), 1)
    second = register(registrations_door, helmy(), 2)
    _, waiting = event_of(registrations_door, a_submission(2))
    registrations_door(CANCEL, data={"reference": first.json["reference"], "email": visitor(1)["email"]})
    _, seated = event_of(registrations_door, a_submission(2))
    registrations_door(CANCEL, data={"reference": second.json["reference"], "email": helmy()["email"]})
    calendar, cancelled = event_of(registrations_door, a_submission(2))
    assert [each["status"] for each in (waiting, seated, cancelled)] == ["TENTATIVE", "CONFIRMED", "CANCELLED"]
    assert waiting["uid"] == seated["uid"] == cancelled["uid"]
    assert waiting["dtstamp"].dt <= seated["dtstamp"].dt <= cancelled["dtstamp"].dt
    assert calendar["method"] == "CANCEL"


@pytest.mark.parametrize("title", ["Bimtek; dengan, tanda\\baca", "Bimtek\nBEGIN:VEVENT", "Pelatihan 🌾 " * 20])
def test_a_title_stays_a_title_whatever_is_in_it(registrations_door: Caller, catalogue: Catalogue, title: str) -> None:
    catalogue.publish(an_offering(now=REAL_NOW, title={"id": title, "en": title}))
    register(registrations_door, official())
    _, event = event_of(registrations_door, a_submission())
    assert event["summary"] == title
