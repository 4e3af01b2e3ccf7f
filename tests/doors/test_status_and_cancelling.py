"""Whoever knows the reference and the e-mail address sees how a registration stands, and may take it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from portal.errors import NotFound
from portal.identifiers import reference_for
from registrations.catalogue import Catalogue
from registrations.store import Record, Registrations
from tests.doors.calling import JSON, Answer, Caller
from tests.people import a_quota, a_record, a_submission, an_offering, helmy, official, visitor, yohana

POST, ASK = "POST /layanan/pendaftaran", "POST /layanan/pendaftaran/status"
CANCEL, FORM = "POST /layanan/pendaftaran/batal", "GET /layanan/pendaftaran/status"
REAL_NOW = datetime.now(UTC)
MAIL = helmy()["email"]
NOBODYS = "7F3K-9QX2"


@pytest.fixture(autouse=True)
def klino(catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW, seats=1))


def register(door: Caller, answers: dict[str, str], number: int = 1) -> str:
    return str(door(POST, data={**answers, "submission_id": a_submission(number)}).json["reference"])


def state_of(door: Caller, reference: str, email: str) -> str:
    return str(door(ASK, data={"reference": reference, "email": email}).json["state"])


# -- asking --------------------------------------------------------------------------------------------------------


def test_the_form_asks_for_reference_and_address(registrations_door: Caller) -> None:
    form = registrations_door(FORM)
    assert (form.status, form.heading, form.fields()) == (
        200, "Status pendaftaran", {"lang": "id", "website": "", "reference": "", "email": ""})


def test_the_address_in_the_qr_code_fills_the_reference_in_and_asks_for_the_address(registrations_door: Caller) -> None:
    reference = register(registrations_door, helmy()).replace("-", "")
    form = registrations_door(f"{FORM}/{{reference}}", reference=reference, query={"lang": "en"})
    assert form.fields() == {"lang": "en", "website": "", "reference": reference, "email": ""}
    assert "Helmy" not in form.body
    assert "Klino" not in form.body, "the reference alone opens nothing"


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}.", "{}\u200b"])
def test_the_reference_is_understood_however_it_is_typed(registrations_door: Caller, typed: str) -> None:
    reference = register(registrations_door, helmy())
    answer = registrations_door(ASK, form={"reference": typed.format(reference.lower()), "email": MAIL.upper()})
    assert (answer.status, answer.heading) == (200, "Anda mendapat kursi")


def test_the_status_is_in_the_readers_language_now_not_in_that_of_the_registration(registrations_door: Caller) -> None:
    reference = register(registrations_door, helmy(lang="id"))
    answer = registrations_door(ASK, form={"reference": reference, "email": MAIL, "lang": "en"})
    assert (answer.heading, "Training in Klino village" in answer.text) == ("You have a seat", True)


def test_somebody_who_waits_sees_the_place_move_up(registrations_door: Caller) -> None:
    first, second = register(registrations_door, visitor(1), 1), register(registrations_door, visitor(2), 2)
    register(registrations_door, helmy(), 3)
    reference = register(registrations_door, visitor(4), 4)
    known = {"reference": reference, "email": visitor(4)["email"]}
    assert "Urutan Anda dalam antrean: 3." in registrations_door(ASK, form=known).text
    registrations_door(CANCEL, data={"reference": second, "email": visitor(2)["email"]})
    assert "Urutan Anda dalam antrean: 2." in registrations_door(ASK, form=known).text
    registrations_door(CANCEL, data={"reference": first, "email": visitor(1)["email"]})
    assert "Urutan Anda dalam antrean: 1." in registrations_door(ASK, form=known).text


@pytest.mark.parametrize("representation", ["text/html", JSON])
def test_what_is_not_there_and_what_is_not_yours_answer_alike(registrations_door: Caller, representation: str) -> None:
    """Byte for byte, but for what was typed oneself."""
    reference = register(registrations_door, helmy())
    stranger = "orang.lain@desa.example"

    def ask(typed: str, route: str) -> Answer:
        return registrations_door(route, form={"reference": typed, "email": stranger, "lang": "id"},
                                  headers={"accept": representation})

    for route in (ASK, CANCEL):
        foreign, unknown = ask(reference, route), ask(NOBODYS, route)
        assert (foreign.status, unknown.status) == (404, 404)
        assert foreign.headers == unknown.headers
        assert foreign.body.replace(reference, NOBODYS) == unknown.body


def test_no_match_is_told_beside_the_reference_and_names_nobody(registrations_door: Caller) -> None:
    reference = register(registrations_door, helmy())
    answer = registrations_door(ASK, form={"reference": reference, "email": "lain@desa.example", "lang": "en"})
    told = "We found no registration with that reference number and e-mail address. Check both."
    assert answer.errors == {"reference": told}
    assert "Helmy" not in answer.body
    assert MAIL not in answer.body


@pytest.mark.parametrize(("answers", "errors"), [
    ({}, {"reference": "Isi nomor pendaftaran.", "email": "Isi alamat e-mail yang dipakai saat mendaftar."}),
    ({"reference": "7F3K", "email": "x"}, {
        "reference": "Periksa nomor pendaftaran; isinya delapan huruf dan angka, misalnya 7F3K-9QX2.",
        "email": "Tulis alamat e-mail lengkap, misalnya nama@contoh.go.id."}),
], ids=["nothing", "wrong shapes"])
@pytest.mark.parametrize("route", [ASK, CANCEL])
def test_wrong_shapes_are_told_each_beside_its_field(
        registrations_door: Caller, route: str, answers: dict[str, str], errors: dict[str, str]) -> None:
    answer = registrations_door(route, form=answers)
    assert (answer.status, answer.errors) == (422, errors)


# -- cancelling ----------------------------------------------------------------------------------------------------


def test_one_is_asked_before_a_registration_is_cancelled(registrations_door: Caller) -> None:
    reference = register(registrations_door, helmy())
    status = registrations_door(ASK, form={"reference": reference, "email": MAIL})
    question = registrations_door(CANCEL, form=status.fields("/layanan/pendaftaran/batal"))
    assert (question.status, question.heading) == (200, "Batalkan pendaftaran ini?")
    assert state_of(registrations_door, reference, MAIL) == "seated"
    done = registrations_door(CANCEL, form={**question.fields(), "step": "send"})
    receipt = registrations_door("GET /layanan/pendaftaran/tanda-terima/{submission}",
                                 submission=done.location.rpartition("/")[2])
    assert receipt.heading == "Pendaftaran dibatalkan"
    assert not receipt.page.find("svg"), "a cancelled registration has no code to show"


def test_no_goes_back_to_the_status(registrations_door: Caller) -> None:
    reference = register(registrations_door, helmy())
    question = registrations_door(CANCEL, form={"reference": reference, "email": MAIL})
    back = next(each for each in question.page.find("button") if "formaction" in each.attributes)
    assert back.attributes["formaction"] == "/layanan/pendaftaran/status"
    assert registrations_door(ASK, form=question.fields()).heading == "Anda mendapat kursi"


def test_cancelling_twice_is_cancelling_once(registrations_door: Caller, catalogue: Catalogue) -> None:
    known = {"reference": register(registrations_door, helmy()), "email": MAIL}
    first, second = registrations_door(CANCEL, data=known), registrations_door(CANCEL, data=known)
    assert first.json == second.json
    assert (first.json["state"], first.json["position"]) == ("cancelled", None)
    assert catalogue.seats("bimtek-klino").free == 1
    assert registrations_door(CANCEL, form={**known, "step": "send"}).status == 303


def test_a_seat_given_back_goes_to_the_first_who_waits(registrations_door: Caller) -> None:
    people = [visitor(number) for number in range(4)]
    references = [register(registrations_door, each, number) for number, each in enumerate(people)]
    registrations_door(CANCEL, data={"reference": references[0], "email": people[0]["email"]})
    states = [state_of(registrations_door, *each) for each in
              zip(references, (each["email"] for each in people), strict=True)]
    assert states == ["cancelled", "seated", "waiting", "waiting"]


def test_who_leaves_the_waiting_list_takes_no_seat_along(registrations_door: Caller, catalogue: Catalogue) -> None:
    references = [register(registrations_door, visitor(number), number) for number in range(3)]
    registrations_door(CANCEL, data={"reference": references[1], "email": visitor(1)["email"]})
    seats = catalogue.seats("bimtek-klino")
    assert (seats.free, seats.waiting) == (0, 1)
    registrations_door(CANCEL, data={"reference": references[0], "email": visitor(0)["email"]})
    assert state_of(registrations_door, references[2], visitor(2)["email"]) == "seated"


def test_a_reserved_seat_given_back_passes_over_those_it_is_not_for(
        registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW, seats=2, quotas=[a_quota(now=REAL_NOW, seats=1)]))
    siti = register(registrations_door, official(), 1)
    register(registrations_door, visitor(1), 2)
    waiting = register(registrations_door, visitor(2), 3)
    budi = register(registrations_door, official(email="budi@tuban.example", nip="19870926 201505 1 002"), 4)
    registrations_door(CANCEL, data={"reference": siti, "email": official()["email"]})
    assert state_of(registrations_door, budi, "budi@tuban.example") == "seated"
    assert state_of(registrations_door, waiting, visitor(2)["email"]) == "waiting"


# -- promotion, with the clock in our hands ------------------------------------------------------------------------


def test_released_seats_are_given_out_in_the_order_of_arrival(
        catalogue: Catalogue, registrations: Registrations) -> None:
    offering = an_offering(now=REAL_NOW, seats=3, quotas=[a_quota(now=REAL_NOW, seats=2)])
    catalogue.publish(offering)
    crowd = [visitor(number) for number in range(4)]
    records = [registrations.register(
        a_record(each, offering, now=REAL_NOW + timedelta(seconds=n), number=n), offering, REAL_NOW)
        for n, each in enumerate(crowd)]
    assert [record.state for record in records] == ["seated", "waiting", "waiting", "waiting"]
    released = offering.quotas[0].released
    assert registrations.promote(offering, released - timedelta(milliseconds=1)) == 0
    assert registrations.promote(offering, released) == 2
    now = [registrations.find(record.reference) for record in records]
    assert [record.state for record in now if record] == ["seated", "seated", "seated", "waiting"]
    assert registrations.promote(offering, released) == 0


def test_a_newcomer_never_overtakes_somebody_who_waits_for_the_same_seat(
        catalogue: Catalogue, registrations: Registrations) -> None:
    """The seats are there, but nobody has given them out yet: who comes now joins the list and the first is served."""
    catalogue.publish(an_offering(now=REAL_NOW, seats=1))
    offering = an_offering(now=REAL_NOW, seats=1)
    for number in range(2):
        registrations.register(a_record(visitor(number), offering, now=REAL_NOW, number=number), offering, REAL_NOW)
    grown = an_offering(now=REAL_NOW, seats=2)
    catalogue.publish(grown)
    late = a_record(helmy(), grown, now=REAL_NOW + timedelta(hours=1), number=9)
    assert registrations.register(late, grown, REAL_NOW + timedelta(hours=1)).state == "waiting"
    first = registrations.find(reference_for(a_submission(1, REAL_NOW)))
    assert first is not None
    assert first.state == "seated"


def test_a_newcomer_with_a_claim_of_her_own_does_not_wait_behind_those_who_have_none(
        catalogue: Catalogue, registrations: Registrations) -> None:
    papua = {"id": "papua", "title": {"id": "Papua", "en": "Papua"}, "per_province": 1, "provinces": ["93"],
             "released": REAL_NOW + timedelta(days=5)}
    offering = an_offering(now=REAL_NOW, seats=2, quotas=[papua])
    catalogue.publish(offering)
    for number in range(3):
        registrations.register(a_record(visitor(number), offering, now=REAL_NOW, number=number), offering, REAL_NOW)
    merauke = registrations.register(a_record(yohana(), offering, now=REAL_NOW, number=9), offering, REAL_NOW)
    assert (merauke.state, (merauke.seat or "").split("#")[1]) == ("seated", "papua-93")


def test_the_desk_gives_a_seat_once_and_only_to_somebody_who_waits(
        catalogue: Catalogue, registrations: Registrations) -> None:
    offering = an_offering(now=REAL_NOW, seats=1)
    first = registrations.register(a_record(visitor(0), offering, number=0), offering, REAL_NOW)
    second = registrations.register(a_record(visitor(1), offering, number=1), offering, REAL_NOW)
    assert first.seat is not None
    assert not registrations.give_seat(first.seat, second, offering, REAL_NOW), "a seat that is held"
    assert not registrations.give_seat(first.seat, first, offering, REAL_NOW), "somebody who has one"
    nobody = a_record(visitor(9), offering, number=9)
    assert not registrations.give_seat(first.seat, nobody, offering, REAL_NOW), "somebody who never registered"
    assert catalogue.seats(offering.id).free == 0


# -- two at once ---------------------------------------------------------------------------------------------------


def test_somebody_promoted_while_leaving_the_list_leaves_the_seat_too(
        catalogue: Catalogue, registrations: Registrations) -> None:
    """Between reading that he waits and taking him off the list, somebody else gave him a seat."""
    offering = an_offering(now=REAL_NOW, seats=1)
    first, leaving, third = (registrations.register(a_record(visitor(n), offering, number=n), offering, REAL_NOW)
                             for n in range(3))

    class Hurried(Registrations):
        """A cancellation that a promotion overtakes."""

        def _cancellation(self, record: Record, *rest: Any) -> Any:
            registrations.cancel(first, offering, REAL_NOW)
            return super()._cancellation(record, *rest)

    cancelled = Hurried(registrations.table, Random(5)).cancel(leaving, offering, REAL_NOW)
    assert cancelled.state == "cancelled"
    states = [registrations.find(each.reference) for each in (first, leaving, third)]
    assert [record.state for record in states if record] == ["cancelled", "cancelled", "seated"]
    assert catalogue.seats(offering.id).free == 0


def test_what_was_erased_cannot_be_cancelled(registrations: Registrations) -> None:
    offering = an_offering(now=REAL_NOW, seats=1)
    with pytest.raises(NotFound):
        registrations.cancel(a_record(helmy(), offering), offering, REAL_NOW)
