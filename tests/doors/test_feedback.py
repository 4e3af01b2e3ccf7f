"""Somebody writes about the portal itself: the same steps as every form, for a desk that reads it later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal import records
from portal.identifiers import format_reference, parse_moment, reference_for
from portal.records import Item, Table
from tests.doors.calling import JSON, Answer, Caller
from tests.doors.weather import Weather, contents, refused
from tests.people import a_submission, ratna

POST, RECEIPT = "POST /layanan/masukan", "GET /layanan/masukan/tanda-terima/{submission}"


@pytest.fixture
def desk(names: dict[str, str]) -> Table:
    """The table that the desk reads."""
    return Table(names["FeedbackTable"])


def what_came(desk: Table) -> list[Item]:
    return [item for item in contents(desk) if item["sk"] == "RECORD"]


def send(door: Caller, answers: dict[str, str]) -> Answer:
    check = door(POST, form=answers)
    return door(POST, form={**check.fields(), "step": "send"})


def test_a_complaint_goes_from_the_form_to_the_desk_without_script(feedback_door: Caller, desk: Table) -> None:
    check = feedback_door(POST, form=ratna())
    assert check.heading == "Periksa jawaban Anda"
    assert "Ada halaman yang sulit saya pakai (aksesibilitas)" in check.text
    assert what_came(desk) == []
    sent = feedback_door(POST, form={**check.fields(), "step": "send"})
    submission = sent.location.rpartition("/")[2]
    receipt = feedback_door(RECEIPT, submission=submission)
    assert receipt.heading == "Pesan Anda sudah kami terima"
    assert format_reference(reference_for(submission)) in receipt.text
    (item,) = what_came(desk)
    assert item["answers"] == {**ratna(), "consent": True}


def test_it_is_kept_for_a_year_and_no_longer(feedback_door: Caller, desk: Table) -> None:
    send(feedback_door, ratna())
    (item,) = what_came(desk)
    received = parse_moment(item["received_at"])
    assert received <= datetime.now(UTC)
    assert abs(item["expires_at"] - (received + timedelta(days=365)).timestamp()) < 1


def test_the_lines_of_a_message_are_kept_and_shown(feedback_door: Caller, desk: Table) -> None:
    message = "Tabel tidak terbaca.\n\nSaya memakai <NVDA>."
    check = feedback_door(POST, form=ratna(message=message))
    edited = feedback_door(POST, form={**check.fields(), "step": "edit"})
    assert edited.fields()["message"] == message
    send(feedback_door, ratna(message=message))
    assert what_came(desk)[0]["answers"]["message"] == message


def test_an_english_form_has_an_english_receipt_unless_the_reader_switches(feedback_door: Caller) -> None:
    submission = send(feedback_door, ratna(lang="en")).location.rpartition("/")[2]
    receipt = feedback_door(RECEIPT, submission=submission)
    assert (receipt.heading, receipt.links) == ("We have received your message", ["/en/"])
    switched = feedback_door(RECEIPT, submission=submission, query={"lang": "id"})
    assert (switched.heading, switched.links) == ("Pesan Anda sudah kami terima", ["/"])


def test_a_program_sends_it_with_one_post(feedback_door: Caller) -> None:
    submission = a_submission()
    answer = feedback_door(POST, data={**ratna(), "submission_id": submission})
    assert answer.status == 201
    assert answer.json | {"received_at": ""} == {
        "reference": format_reference(reference_for(submission)), "received_at": "",
        "receipt": f"/layanan/masukan/tanda-terima/{submission}"}
    assert answer.location == answer.json["receipt"]


def test_sent_twice_is_one_message_and_one_receipt(feedback_door: Caller, desk: Table) -> None:
    first = feedback_door(POST, data={**ratna(), "submission_id": a_submission()})
    before = contents(desk)
    again = feedback_door(POST, data={**ratna(), "submission_id": a_submission()})
    assert (first.status, again.status) == (201, 200)
    assert first.json["reference"] == again.json["reference"]
    assert contents(desk) == before


def test_a_repeat_is_told_when_the_first_one_came(feedback_door: Caller) -> None:
    first, again = (feedback_door(POST, data={**ratna(), "submission_id": a_submission()}) for _ in range(2))
    assert first.json == again.json


def test_the_same_identifier_with_other_words_is_refused_and_tells_nothing(feedback_door: Caller, desk: Table) -> None:
    feedback_door(POST, data={**ratna(), "submission_id": a_submission()})
    before = contents(desk)
    other = feedback_door(POST, data={**ratna(message="Lain."), "submission_id": a_submission()})
    assert (other.status, other.json["code"]) == (409, "submission_conflict")
    assert "NVDA" not in other.body
    assert contents(desk) == before


def test_one_person_may_write_as_often_as_she_likes(feedback_door: Caller, desk: Table) -> None:
    for number in range(3):
        assert feedback_door(POST, data={**ratna(), "submission_id": a_submission(number)}).status == 201
    assert len(what_came(desk)) == 3


@pytest.mark.parametrize(("wrong", "told"), [
    ({"topic": ""}, {"topic": "Choose what your message is about."}),
    ({"topic": "pujian"}, {"topic": "Choose one of the answers offered."}),
    ({"message": "x" * 3001}, {"message": "Shorten the message to 3000 characters at most."}),
    ({"message": "halo\0"}, {"message": "Type your message again; it holds characters that cannot be read."}),
    ({"page": "x" * 201}, {"page": "Shorten the page's address to 200 characters at most."}),
    ({"name": "", "email": "", "consent": ""}, {
        "name": "Enter your name.", "email": "Enter your e-mail address.",
        "consent": "Tick the box to say that you have read the privacy notice."}),
], ids=["no topic", "an unknown topic", "too much", "unreadable", "a long address", "nobody"])
def test_a_wrong_answer_is_told_beside_its_field(
        feedback_door: Caller, wrong: dict[str, str], told: dict[str, str]) -> None:
    answer = feedback_door(POST, form={**ratna(**wrong), "lang": "en"})
    assert (answer.status, answer.errors) == (422, told)
    assert answer.summary == {f"#{name}": text for name, text in told.items()}


def test_the_page_is_optional_and_says_so(feedback_door: Caller) -> None:
    form = feedback_door(POST, form={**ratna(email="", page=""), "lang": "en"})
    labels = {each.attributes["for"]: each.text() for each in form.page.find("label") if "for" in each.attributes}
    assert labels["page"] == "Address of the page you mean (optional)"
    assert labels["name"] == "Your name"
    assert feedback_door(POST, form=ratna(page="")).heading == "Periksa jawaban Anda"


def test_a_robot_that_fills_everything_is_told_to_leave_the_trap_empty(feedback_door: Caller, desk: Table) -> None:
    answer = feedback_door(POST, data={**ratna(), "website": "x", "submission_id": a_submission()})
    assert answer.codes == [("website", "must_be_empty")]
    assert what_came(desk) == []


@pytest.mark.parametrize("guess", ["x", a_submission(9), reference_for(a_submission()), a_submission().lower(),
                                   "\ud800"])
def test_a_receipt_needs_the_whole_identifier(feedback_door: Caller, guess: str) -> None:
    feedback_door(POST, data={**ratna(), "submission_id": a_submission()})
    answer = feedback_door(RECEIPT, submission=guess)
    assert (answer.status, answer.heading) == (404, "Halaman ini tidak ada")


def test_the_address_of_the_form_itself_leads_to_its_page(feedback_door: Caller) -> None:
    assert feedback_door("GET /layanan/masukan").location == "/tentang/kontak/"
    assert feedback_door("GET /layanan/masukan", query={"lang": "en"}).location == "/en/tentang/kontak/"


def test_a_form_of_another_site_is_refused(feedback_door: Caller, desk: Table) -> None:
    answer = feedback_door(POST, form=ratna(), headers={"origin": "https://jahat.example", "accept": JSON})
    assert (answer.status, answer.json["code"]) == (400, "foreign_origin")
    assert what_came(desk) == []


def test_a_fault_says_nothing_of_the_message(feedback_door: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Weather(records.client(), refused("AccessDeniedException"), times=float("inf"))
    monkeypatch.setattr(records, "client", lambda: broken)
    answer = feedback_door(POST, data={**ratna(), "submission_id": a_submission()})
    assert (answer.status, answer.json["request"]) == (500, "request-1")
    assert "NVDA" not in answer.body


@pytest.mark.parametrize("language", ["id", "en"])
def test_who_is_lost_is_told_where_to_go_on(feedback_door: Caller, language: str) -> None:
    answer = feedback_door("$default", query={"lang": language})
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert f"{'/en' if language == 'en' else ''}/kegiatan/status/" in answer.links
    program = feedback_door("$default", headers={"accept": "application/json"})
    assert (program.status, program.json["code"]) == (404, "not_found")
