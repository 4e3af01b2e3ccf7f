"""Sent twice, clicked twice, answered to nobody: one registration, one receipt. And one registration a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.identifiers import reference_for
from registrations.catalogue import Catalogue
from registrations.store import Registrations
from tests.doors.calling import Answer, Caller
from tests.doors.weather import contents
from tests.people import a_submission, an_offering, helmy, official, visitor

POST, CANCEL = "POST /layanan/pendaftaran", "POST /layanan/pendaftaran/batal"
REAL_NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def klino(catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW))


def register(door: Caller, answers: dict[str, str], number: int = 1) -> Answer:
    return door(POST, data={**answers, "submission_id": a_submission(number)})


def cancel(door: Caller, registered: Answer, email: str) -> Answer:
    return door(CANCEL, data={"reference": registered.json["reference"], "email": email})


def test_a_double_click_is_one_registration_with_one_receipt(registrations_door: Caller, catalogue: Catalogue) -> None:
    sent = {**registrations_door(POST, form=helmy()).fields(), "step": "send"}
    first, second = registrations_door(POST, form=sent), registrations_door(POST, form=sent)
    assert (first.status, first.location) == (second.status, second.location) == (303, second.location)
    assert catalogue.seats("bimtek-klino").free == 2


def test_a_program_that_repeats_itself_is_told_that_nothing_new_came_of_it(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    first, second = register(registrations_door, helmy()), register(registrations_door, helmy())
    assert (first.status, second.status) == (201, 200)
    assert first.json == second.json
    assert catalogue.seats("bimtek-klino").free == 2


def test_a_repeat_writes_nothing(registrations_door: Caller, catalogue: Catalogue) -> None:
    register(registrations_door, helmy())
    before = contents(catalogue.table)
    register(registrations_door, helmy(phone="+62 812-3456-7890"))
    assert contents(catalogue.table) == before


def test_a_repeat_in_the_other_language_leads_to_the_first_receipt(registrations_door: Caller) -> None:
    sent = {**registrations_door(POST, form=helmy()).fields(), "step": "send"}
    first = registrations_door(POST, form=sent)
    second = registrations_door(POST, form={**sent, "lang": "en"})
    assert first.location == second.location
    receipt = registrations_door("GET /layanan/pendaftaran/tanda-terima/{submission}",
                                 submission=first.location.rpartition("/")[2])
    assert receipt.heading == "Anda mendapat kursi"


def test_a_repeat_after_cancelling_says_that_it_is_cancelled_and_takes_no_seat(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    first = register(registrations_door, helmy())
    cancel(registrations_door, first, helmy()["email"])
    again = register(registrations_door, helmy())
    assert (again.status, again.json["state"]) == (200, "cancelled")
    assert catalogue.seats("bimtek-klino").free == 3


def test_a_repeat_after_promotion_says_that_there_is_a_seat(registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW, seats=1))
    first = register(registrations_door, visitor(1), 1)
    assert register(registrations_door, helmy(), 2).json["state"] == "waiting"
    cancel(registrations_door, first, visitor(1)["email"])
    again = register(registrations_door, helmy(), 2)
    assert (again.status, again.json["state"]) == (200, "seated")


REFUSING = {
    "closed": {"opens": datetime(2020, 1, 4, tzinfo=UTC), "closes": datetime(2020, 1, 8, tzinfo=UTC)},
    "not open any more": {"opens": REAL_NOW + timedelta(days=1)},
    "for others now": {"audience": ["penulis"]},
}


@pytest.mark.parametrize("changes", REFUSING.values(), ids=REFUSING)
def test_a_repeat_finds_its_receipt_also_when_nobody_new_is_taken(
        registrations_door: Caller, catalogue: Catalogue, changes: dict[str, object]) -> None:
    first = register(registrations_door, helmy())
    catalogue.publish(an_offering(now=REAL_NOW, **changes))
    again = register(registrations_door, helmy())
    assert (again.status, again.json) == (200, first.json)
    assert register(registrations_door, visitor(2), 2).status == 409


@pytest.mark.parametrize("other", [helmy(name="Helmy E."), helmy(region="35.23"), visitor(9)],
                         ids=["another name", "another region", "another person"])
def test_an_identifier_used_before_with_other_content_is_refused_and_tells_nothing(
        registrations_door: Caller, catalogue: Catalogue, other: dict[str, str]) -> None:
    first = register(registrations_door, helmy())
    before = contents(catalogue.table)
    answer = register(registrations_door, other)
    assert (answer.status, answer.json["code"]) == (409, "submission_conflict")
    assert answer.json.keys() == {"type", "title", "status", "code"}
    assert first.json["reference"] not in answer.body
    assert contents(catalogue.table) == before


def test_a_person_whose_identifier_was_used_gets_a_page_that_says_what_to_do(registrations_door: Caller) -> None:
    register(registrations_door, helmy())
    answer = registrations_door(POST, form={**visitor(1), "submission_id": a_submission(1), "step": "send"})
    assert (answer.status, answer.heading) == (409, "Formulir ini sudah pernah dikirim")
    assert "Helmy" not in answer.body


@pytest.mark.parametrize("again", [helmy(name="Helmy E.", phone="0353881234"), helmy(email="HELMY@Bojonegoro.example")],
                         ids=["other answers", "the address in capitals"])
def test_one_e_mail_address_registers_once(
        registrations_door: Caller, catalogue: Catalogue, again: dict[str, str]) -> None:
    first = register(registrations_door, helmy(), 1)
    answer = register(registrations_door, again, 2)
    assert (answer.status, answer.json["code"]) == (409, "already_registered")
    assert first.json["reference"] not in answer.body
    assert catalogue.seats("bimtek-klino").free == 2


def test_one_nip_registers_once_whatever_the_address(registrations_door: Caller) -> None:
    register(registrations_door, official(), 1)
    answer = register(registrations_door, official(email="siti.pribadi@surel.example", nip="198609262015052001"), 2)
    assert (answer.status, answer.json["code"]) == (409, "already_registered")


def test_somebody_already_registered_gets_a_page_that_names_the_activity_and_nobody(registrations_door: Caller) -> None:
    register(registrations_door, helmy(), 1)
    sent = {**registrations_door(POST, form=helmy(name="Orang Lain", lang="en")).fields(), "step": "send"}
    answer = registrations_door(POST, form=sent)
    assert (answer.status, answer.heading) == (409, "You are already registered")
    assert "Training in Klino village" in answer.text
    assert "Helmy" not in answer.body
    assert "/en/kegiatan/status/" in answer.links


def test_the_same_person_registers_for_another_activity_freely(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW, id="bimtek-sugihwaras"))
    assert register(registrations_door, official(), 1).status == 201
    assert register(registrations_door, official(offering="bimtek-sugihwaras"), 2).status == 201


def test_somebody_who_waits_is_registered_too(registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW, seats=1))
    register(registrations_door, visitor(1), 1)
    assert register(registrations_door, helmy(), 2).json["state"] == "waiting"
    assert register(registrations_door, helmy(), 3).json["code"] == "already_registered"


def test_after_cancelling_one_may_register_again_with_the_same_address_and_nip(
        registrations_door: Caller, registrations: Registrations) -> None:
    first = register(registrations_door, official(), 1)
    cancel(registrations_door, first, official()["email"])
    second = register(registrations_door, official(), 2)
    assert (second.status, second.json["state"]) == (201, "seated")
    assert second.json["reference"] != first.json["reference"]
    states = [registrations.find(reference_for(a_submission(number))) for number in (1, 2)]
    assert [record.state for record in states if record] == ["cancelled", "seated"]


def test_an_old_receipt_replayed_after_registering_again_does_not_disturb_the_new_one(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    cancel(registrations_door, register(registrations_door, helmy(), 1), helmy()["email"])
    register(registrations_door, helmy(), 2)
    before = contents(catalogue.table)
    assert register(registrations_door, helmy(), 1).json["state"] == "cancelled"
    assert contents(catalogue.table) == before


def test_cancelling_an_old_registration_again_does_not_unlock_the_new_one(registrations_door: Caller) -> None:
    old = register(registrations_door, helmy(), 1)
    cancel(registrations_door, old, helmy()["email"])
    register(registrations_door, helmy(), 2)
    cancel(registrations_door, old, helmy()["email"])
    assert register(registrations_door, helmy(), 3).json["code"] == "already_registered"
