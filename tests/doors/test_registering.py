"""A person registers: by the form without script, or by a program; in Indonesian or in English."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.identifiers import is_ulid, parse_reference, reference_for
from registrations.catalogue import Catalogue
from registrations.store import Registrations
from tests.doors.calling import Answer, Caller
from tests.people import a_quota, a_submission, an_offering, helmy, official, visitor, yohana

POST, STATUS = "POST /layanan/pendaftaran", "POST /layanan/pendaftaran/status"
RECEIPT = "GET /layanan/pendaftaran/tanda-terima/{submission}"
OPEN = {"now": datetime.now(UTC)}


def send(door: Caller, answers: dict[str, str], lang: str = "id") -> Answer:
    """Fill in, look at the answers once more, send."""
    check = door(POST, form={**answers, "lang": lang})
    assert check.status == 200
    return door(POST, form={**check.fields(), "step": "send"})


def receipt_of(door: Caller, sent: Answer) -> Answer:
    assert sent.status == 303
    return door(RECEIPT, submission=sent.location.rpartition("/")[2])


# -- by form -------------------------------------------------------------------------------------------------------


def test_a_person_without_script_is_led_from_the_form_to_the_receipt(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN))
    check = registrations_door(POST, form={**helmy(), "lang": "id"})
    assert (check.status, check.heading, check.title) == (200, "Periksa jawaban Anda", "Periksa jawaban Anda - Portal")
    sent = registrations_door(POST, form={**check.fields(), "step": "send"})
    receipt = receipt_of(registrations_door, sent)
    assert (receipt.status, receipt.heading) == (200, "Anda mendapat kursi")
    assert "Bimtek Desa Klino" in receipt.text
    assert "Balai Desa Klino" in receipt.text


def test_before_sending_every_answer_is_shown_once_more_and_nothing_is_stored(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN))
    answers = official(agency="Dinas PMD Bojonegoro", accessibility_needs="Jalan kursi roda\nJuru bahasa isyarat")
    check = registrations_door(POST, form={**answers, "lang": "id"})
    for shown in ("Siti Aminah", "siti@bojonegoro.example", "0812-3456-7890", "19860926 201505 2 001",
                  "Pejabat fungsional Penggerak Swadaya Masyarakat (PSM)", "Dinas PMD Bojonegoro",
                  "Kabupaten Bojonegoro, Jawa Timur", "Jalan kursi roda Juru bahasa isyarat",
                  "Pemerintah kabupaten atau kota, termasuk kecamatan"):
        assert shown in check.text
    assert "Belum ada yang terkirim." in check.text
    assert catalogue.seats("bimtek-klino").free == 3


def test_the_check_step_gives_the_submission_its_identifier(registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN))
    one, other = (registrations_door(POST, form=helmy()).fields()["submission_id"] for _ in range(2))
    assert is_ulid(one)
    assert is_ulid(other)
    assert one != other


def test_going_back_to_change_an_answer_keeps_all_the_others(registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN))
    answers = official(agency="Dinas PMD", accessibility_needs="Jalan kursi roda\nJuru bahasa isyarat", lang="en")
    check = registrations_door(POST, form=answers)
    form = registrations_door(POST, form={**check.fields(), "step": "edit"})
    assert (form.status, form.heading) == (200, "Register for an activity")
    assert not form.errors
    kept = form.fields()
    assert {name: kept[name] for name in answers} == {
        **answers, "phone": "+6281234567890", "nip": "198609262015052001"}
    again = registrations_door(POST, form={**kept, "name": "Siti A."})
    assert again.heading == "Check your answers"
    assert again.fields()["name"] == "Siti A."


def test_a_form_sent_without_looking_at_the_answers_is_shown_them_first(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN))
    answer = registrations_door(POST, form={**helmy(), "step": "send", "submission_id": "not-one"})
    assert (answer.status, answer.heading) == (200, "Periksa jawaban Anda")
    assert catalogue.seats("bimtek-klino").free == 3


def test_the_receipt_speaks_the_language_of_the_form_unless_the_other_is_asked_for(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN))
    sent = send(registrations_door, helmy(), lang="en")
    receipt = registrations_door(RECEIPT, submission=sent.location.rpartition("/")[2],
                                 headers={"accept-language": "id-ID,id;q=0.9"})
    assert receipt.heading == "You have a seat"
    assert "Training in Klino village" in receipt.text
    assert "/en/kegiatan/bimtek-klino/" in receipt.links
    indonesian = registrations_door(RECEIPT, submission=sent.location.rpartition("/")[2], query={"lang": "id"})
    assert indonesian.heading == "Anda mendapat kursi"


def test_the_receipt_says_what_happens_next_and_gives_a_copy_to_keep(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN))
    sent = send(registrations_door, helmy())
    receipt = receipt_of(registrations_door, sent)
    reference = reference_for(sent.location.rpartition("/")[2])
    assert f"{reference[:4]}-{reference[4:]}" in receipt.text
    assert "Selanjutnya" in receipt.text
    assert receipt.page.find("svg"), "a QR code to show at the desk"
    assert f"{sent.location}/acara.ics" in receipt.links
    assert f"/layanan/pendaftaran/status/{reference}" in receipt.links


def test_the_fourth_person_for_three_seats_is_first_in_the_waiting_list(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN))
    for number in range(3):
        assert "mendapat kursi" in receipt_of(registrations_door, send(registrations_door, visitor(number))).heading
    fourth = receipt_of(registrations_door, send(registrations_door, helmy()))
    assert fourth.heading == "Anda di daftar tunggu"
    assert "Urutan Anda dalam antrean: 1." in fourth.text


def test_seats_kept_for_officials_are_not_for_facilitators_until_their_release(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN, seats=2, quotas=[a_quota(**OPEN, seats=1)]))
    assert receipt_of(registrations_door, send(registrations_door, helmy())).heading == "Anda mendapat kursi"
    assert receipt_of(registrations_door, send(registrations_door, yohana())).heading == "Anda di daftar tunggu"
    assert receipt_of(registrations_door, send(registrations_door, official())).heading == "Anda mendapat kursi"


def test_seats_whose_release_has_passed_are_for_everyone(registrations_door: Caller, catalogue: Catalogue) -> None:
    yesterday = OPEN["now"] - timedelta(days=1)
    catalogue.publish(an_offering(**OPEN, seats=2, quotas=[a_quota(seats=1, released=yesterday)]))
    for answers in (helmy(), yohana()):
        assert receipt_of(registrations_door, send(registrations_door, answers)).heading == "Anda mendapat kursi"


def test_the_address_of_the_form_itself_leads_to_the_activities(registrations_door: Caller) -> None:
    assert registrations_door("GET /layanan/pendaftaran").location == "/kegiatan/"
    assert registrations_door("GET /layanan/pendaftaran", query={"lang": "en"}).location == "/en/kegiatan/"


# -- by program ----------------------------------------------------------------------------------------------------


def test_a_program_registers_with_one_post(
        registrations_door: Caller, catalogue: Catalogue, registrations: Registrations) -> None:
    catalogue.publish(an_offering(**OPEN))
    submission = a_submission()
    answer = registrations_door(POST, data={**helmy(consent=True), "submission_id": submission, "lang": "en"})
    assert answer.status == 201
    assert answer.location == answer.json["receipt"] == f"/layanan/pendaftaran/tanda-terima/{submission}"
    assert answer.json | {"received_at": "", "reference": ""} == {
        "reference": "", "offering": "bimtek-klino", "state": "seated", "position": None, "received_at": "",
        "receipt": answer.location, "calendar": f"{answer.location}/acara.ics",
        "status": f"/layanan/pendaftaran/status/{reference_for(submission)}"}
    record = registrations.find(parse_reference(answer.json["reference"]) or "")
    assert record is not None
    assert record.language == "en"
    assert record.answers["phone"] == "+6281234567890"


def test_a_program_that_waits_is_told_its_place(registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN, seats=1))
    states = [registrations_door(POST, data={**visitor(n), "submission_id": a_submission(n)}).json for n in range(3)]
    assert [(each["state"], each["position"]) for each in states] == [("seated", None), ("waiting", 1), ("waiting", 2)]


def test_a_program_reads_its_receipt_as_json(registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN))
    submission = a_submission()
    registered = registrations_door(POST, data={**helmy(), "submission_id": submission})
    receipt = registrations_door(RECEIPT, submission=submission, headers={"accept": "application/json"})
    assert receipt.json == registered.json
    assert receipt.headers["vary"] == "accept"


@pytest.mark.parametrize("identifier", [None, "", "not-a-ulid", 7, ["01ARZ3NDEKTSV4RRFFQ69G5FAV"],
                                        "01arz3ndektsv4rrffq69g5fav"])
def test_a_program_brings_an_identifier_of_its_own(
        registrations_door: Caller, catalogue: Catalogue, identifier: object) -> None:
    catalogue.publish(an_offering(**OPEN))
    answer = registrations_door(POST, data={**helmy(), "submission_id": identifier})
    assert answer.status == 422
    assert answer.codes == [("submission_id", "identifier_shape")]


def test_a_script_of_the_page_may_send_the_form_and_read_json(registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(**OPEN))
    answer = registrations_door(POST, form={**helmy(), "submission_id": a_submission()},
                                headers={"accept": "application/json"})
    assert (answer.status, answer.json["state"]) == (201, "seated")
