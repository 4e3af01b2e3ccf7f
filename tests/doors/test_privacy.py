"""Nothing personal in an address, a code, a calendar file, a key or a log line; and a fault that tells nothing."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from io import StringIO

import pytest
import segno

from portal import records
from portal.identifiers import reference_for
from registrations.catalogue import Catalogue
from tests.doors.calling import JSON, Answer, Caller, read_html
from tests.doors.weather import Weather, contents, refused
from tests.people import a_submission, an_offering, official

POST, ASK = "POST /layanan/pendaftaran", "POST /layanan/pendaftaran/status"
CANCEL, RECEIPT = "POST /layanan/pendaftaran/batal", "GET /layanan/pendaftaran/tanda-terima/{submission}"
ORIGIN = "https://portal.example.go.id"
SITI = official(agency="Dinas Rahasia Bojonegoro", accessibility_needs="Juru bahasa isyarat Bisindo")
PERSONAL = ("Siti", "Aminah", "siti@bojonegoro", "bojonegoro.example", "081234", "0812", "81234567890", "1986092",
            "198609262015052001", "Dinas Rahasia", "Bisindo", "35.22", "kabupaten_kota", "psm")
RARE = tuple(each for each in PERSONAL if each not in {"psm", "kabupaten_kota", "35.22", "0812"})


@pytest.fixture(autouse=True)
def klino(catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=datetime.now(UTC)))


def whole_way(door: Caller) -> list[Answer]:
    """Everything a person does, the mistakes included; every answer on the way."""
    wrong = door(POST, form={**SITI, "email": "siti@bojonegoro", "nip": "1986092"})
    check = door(POST, form=SITI)
    edit = door(POST, form={**check.fields(), "step": "edit"})
    sent = door(POST, form={**check.fields(), "step": "send"})
    again = door(POST, form={**check.fields(), "step": "send"})
    submission = sent.location.rpartition("/")[2]
    receipt = door(RECEIPT, submission=submission)
    calendar = door(f"{RECEIPT}/acara.ics", submission=submission)
    reference = reference_for(submission)
    form = door("GET /layanan/pendaftaran/status/{reference}", reference=reference)
    stranger = door(ASK, form={"reference": reference, "email": "lain@desa.example"})
    known = {"reference": reference, "email": SITI["email"]}
    status = door(ASK, form=known)
    question = door(CANCEL, form=known)
    twice = door(POST, form={**SITI, "submission_id": a_submission(5), "step": "send"})
    conflict = door(POST, form={**SITI, "name": "Bukan Siti", "submission_id": submission, "step": "send"})
    done = door(CANCEL, form={**known, "step": "send"})
    program = door(POST, data={**SITI, "submission_id": a_submission(6)})
    seats = door("GET /layanan/kegiatan/{offering}/kursi", offering="bimtek-klino")
    return [wrong, check, edit, sent, again, receipt, calendar, form, stranger, status, question, twice, conflict, done,
            program, seats]


def test_no_log_line_of_the_whole_way_holds_a_personal_value(
        registrations_door: Caller, log: StringIO, capfd: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> None:
    whole_way(registrations_door)
    broken = Weather(records.client(), refused("AccessDeniedException"), times=float("inf"))
    monkeypatch.setattr(records, "client", lambda: broken)
    assert registrations_door(POST, form=SITI).status == 500
    output = capfd.readouterr()
    lines = f"{output.out}\n{output.err}\n{log.getvalue()}"
    assert '"fault"' in lines, "the fault at least is logged"
    assert [value for value in RARE if value in lines] == []


def test_no_address_holds_a_personal_value(registrations_door: Caller) -> None:
    addresses = [address for answer in whole_way(registrations_door) for address in addresses_in(answer)]
    assert len(addresses) > 20
    assert [(value, address) for address in addresses for value in RARE if value in address] == []


def addresses_in(answer: Answer) -> list[str]:
    found = [answer.headers["location"]] if "location" in answer.headers else []
    if answer.headers["content-type"].startswith("text/html"):
        page = read_html(answer.body)
        found += [value for each in page.walk() for name, value in each.attributes.items()
                  if name in {"href", "action", "formaction", "src"}]
    return found


def test_no_form_is_sent_with_get_where_its_answers_would_stand_in_the_address(registrations_door: Caller) -> None:
    forms = [form for answer in whole_way(registrations_door)
             if answer.headers["content-type"].startswith("text/html") for form in answer.page.find("form")]
    assert len(forms) > 6
    assert {form.attributes["method"] for form in forms} == {"post"}


def test_the_qr_code_is_the_address_that_asks_for_the_e_mail(registrations_door: Caller) -> None:
    submission = a_submission()
    registrations_door(POST, data={**SITI, "submission_id": submission})
    receipt = registrations_door(RECEIPT, submission=submission)
    address = f"{ORIGIN}/layanan/pendaftaran/status/{reference_for(submission)}"
    drawn = [path.attributes["d"] for path in receipt.page.find("path")]
    expected = read_html(segno.make(address, error="m").svg_inline(border=4)).find("path")[-1]
    assert expected.attributes["d"] in drawn


def test_the_receipt_shows_no_name_no_number_and_no_needs(registrations_door: Caller) -> None:
    """Whoever finds a printed receipt learns what and when, not who."""
    submission = a_submission()
    registrations_door(POST, data={**SITI, "submission_id": submission})
    for answer in (registrations_door(RECEIPT, submission=submission),
                   registrations_door(RECEIPT, submission=submission, headers={"accept": JSON}),
                   registrations_door(f"{RECEIPT}/acara.ics", submission=submission)):
        assert [value for value in RARE if value in answer.body] == []


def test_the_receipt_needs_the_whole_identifier_and_not_the_reference(registrations_door: Caller) -> None:
    submission = a_submission()
    registrations_door(POST, data={**SITI, "submission_id": submission})
    last = "0" if submission[-1] != "0" else "1"
    for guess in (reference_for(submission), submission[:-1], f"{submission[:-1]}{last}", submission.lower()):
        assert registrations_door(RECEIPT, submission=guess).status == 404


def test_no_personal_answer_may_be_kept_by_anybody_on_the_way(registrations_door: Caller) -> None:
    for answer in whole_way(registrations_door)[:-1]:
        kept = answer.headers["cache-control"]
        assert "no-store" in kept or "private" in kept, answer.headers
        assert "public" not in kept


def test_keys_of_the_table_hold_no_personal_value(registrations_door: Caller, catalogue: Catalogue) -> None:
    registrations_door(POST, data={**SITI, "submission_id": a_submission()})
    keys = [f"{item['pk']} {item['sk']}" for item in contents(catalogue.table)]
    assert any(key.startswith("PERSON#") for key in keys)
    assert [(value, key) for key in keys for value in PERSONAL if value in key] == []


@pytest.mark.parametrize("accept", ["text/html", JSON])
@pytest.mark.parametrize(("language", "told"), [("id", "Ada gangguan di pihak kami"),
                                                ("en", "Something failed on our side")])
def test_a_fault_of_ours_answers_with_its_number_and_none_of_the_answers(
        registrations_door: Caller, accept: str, language: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Weather(records.client(), refused("ResourceNotFoundException"), times=float("inf"))
    monkeypatch.setattr(records, "client", lambda: broken)
    answer = registrations_door(POST, form={**SITI, "lang": language, "submission_id": a_submission(), "step": "send"},
                                headers={"accept": accept})
    assert answer.status == 500
    assert "request-1" in answer.body
    assert told in (answer.json["title"] if accept == JSON else answer.text)
    assert [value for value in RARE if value in answer.body] == []
    assert broken.spoilt == 1, "what will not get better is not tried again"


def test_a_fault_is_logged_with_its_place_and_number_and_without_its_message(
        registrations_door: Caller, log: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Weather(records.client(), refused("ValidationException"), times=float("inf"))
    monkeypatch.setattr(records, "client", lambda: broken)
    registrations_door(POST, form=SITI)
    (line,) = [json.loads(each) for each in log.getvalue().splitlines()]
    assert (line["level"], line["message"], line["request"], line["error_type"]) == (
        "ERROR", "fault", "request-1", "ClientError")
    assert any(re.fullmatch(r"handler\.py:\d+ prepare", frame) for frame in line["frames"])
    assert "slow down" not in json.dumps(line)
