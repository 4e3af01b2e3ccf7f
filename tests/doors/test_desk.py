"""The desk: what a committee sees of an activity, what it does, and what two people at one record are told."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.identifiers import format_reference
from portal.records import Table, update
from portal.sessions import Sessions
from portal.tables import BEGINS_A_FORMULA, as_csv, harmless
from registrations import desk
from registrations.catalogue import Catalogue
from registrations.models import Offering
from registrations.store import Record, Registrations
from tests.doors.calling import Caller
from tests.people import a_record, an_offering, visitor

NOW = datetime.now(UTC)
HERE = {"offering": "bimtek-klino"}
LIST, SEARCH = "GET /layanan/meja/{offering}", "POST /layanan/meja/{offering}/cari"
ONE, ACT = "GET /layanan/meja/{offering}/pendaftaran/{reference}", "POST /layanan/meja/{offering}/tindakan"
FILE, ATTENDANCE = "GET /layanan/meja/{offering}/unduh/{kind}", "GET /layanan/meja/{offering}/daftar-hadir"

SitAtDesk = Callable[..., Caller]


@pytest.fixture
def sit_at_desk(names: dict[str, str], kept_sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> SitAtDesk:
    """A browser in which somebody with this role has signed in."""
    from tests.doors.conftest import OF_A_DOOR, forget  # noqa: PLC0415 a fixture's own affair

    monkeypatch.setenv("REGISTRATIONS_TABLE", names["RegistrationsTable"])
    monkeypatch.setenv("IDENTITY_TABLE", names["IdentityTable"])
    monkeypatch.setenv("AUDIT_TABLE", names["AuditTable"])
    forget(*OF_A_DOOR)

    def sitting(group: str = "panitia:bimtek-klino", person: str = "siti") -> Caller:
        token = kept_sessions.begin(person, name="Siti", email="", groups=(group,), now=NOW)
        return Caller(desk.handle, {"__Host-sesi": token})

    return sitting


@pytest.fixture
def offering(catalogue: Catalogue) -> Offering:
    """Two seats."""
    made = an_offering(now=NOW, seats=2)
    catalogue.publish(made)
    return made


def come(registrations: Registrations, offering: Offering, people: int, **changes: str) -> list[Record]:
    """People who register one after the other."""
    return [registrations.register(a_record(visitor(number, **changes), offering, now=NOW + timedelta(seconds=number),
                                            number=number), offering, NOW) for number in range(people)]


def numbers(records: list[Record]) -> list[str]:
    return [format_reference(record.reference) for record in records]


def state_of(registrations: Registrations, record: Record) -> str:
    found = registrations.find(record.reference)
    assert found is not None
    return found.state


# -- the list ------------------------------------------------------------------------------------------------------


def test_the_list_holds_everybody_in_the_order_of_arrival(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    people = come(registrations, offering, 4)
    listed = sit_at_desk()(LIST, headers={"accept": "application/json"}, **HERE).json["registrations"]
    assert [each["reference"] for each in listed] == numbers(people)
    newest = sit_at_desk()(LIST, headers={"accept": "application/json"}, query={"urut": "terbaru"}, **HERE)
    assert [each["reference"] for each in newest.json["registrations"]] == numbers(people)[::-1]


@pytest.mark.parametrize(("state", "expected"), [("seated", [0, 1]), ("waiting", [2]), ("cancelled", [3])])
def test_the_list_can_be_narrowed_by_state(sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering,
                                           state: str, expected: list[int]) -> None:
    people = come(registrations, offering, 4)
    registrations.cancel(people[3], offering, NOW)
    listed = sit_at_desk()(LIST, headers={"accept": "application/json"}, query={"status": state}, **HERE)
    assert [each["reference"] for each in listed.json["registrations"]] == [numbers(people)[n] for n in expected]


def test_a_long_list_goes_on_behind_its_last_row(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    people = come(registrations, offering, desk.ON_A_PAGE + 7)
    door = sit_at_desk()
    first = door(LIST, **HERE)
    (more,) = [link for link in first.links if "sesudah=" in link]
    after = re.search(r"sesudah=(\w+)", more)
    assert after
    second = door(LIST, headers={"accept": "application/json"}, query={"sesudah": after[1]}, **HERE)
    assert [each["reference"] for each in second.json["registrations"]] == numbers(people)[desk.ON_A_PAGE:]
    assert not [link for link in door(LIST, query={"sesudah": after[1]}, **HERE).links if "sesudah=" in link]


@pytest.mark.parametrize("typed", ["PESERTA 1", "peserta1@desa", "number"])
def test_somebody_is_found_by_name_address_or_number_that_stay_out_of_the_address(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering, typed: str) -> None:
    people = come(registrations, offering, 3)
    wanted = numbers(people)[1] if typed == "number" else typed
    page = sit_at_desk()(SEARCH, form={"cari": wanted, "lang": "en"}, **HERE)
    shown = [number for number in numbers(people) if number in page.text]
    assert shown == [numbers(people)[1]]
    assert not [link for link in page.links if "peserta" in link.lower()]


def test_a_trainer_sees_who_comes_and_neither_address_nor_telephone(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    come(registrations, offering, 3)
    page = sit_at_desk("pelatih:bimtek-klino")(LIST, **HERE)
    assert [name for name in ("Peserta 0", "Peserta 1", "Peserta 2") if name in page.text] == ["Peserta 0", "Peserta 1"]
    told = sit_at_desk("pelatih:bimtek-klino")(LIST, headers={"accept": "application/json"}, **HERE).body
    assert "peserta0@desa.example" not in told
    assert "3456" not in told


def test_the_attendance_list_names_those_with_a_seat_by_name(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    come(registrations, offering, 3)
    page = sit_at_desk()(ATTENDANCE, **HERE)
    assert [cell.text() for cell in page.page.find("th") if cell.attributes.get("scope") == "row"] == [
        "Peserta 0", "Peserta 1"]


# -- one registration ----------------------------------------------------------------------------------------------


def test_one_registration_tells_its_answers_and_what_became_of_each_letter(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering, table: Table) -> None:
    (record,) = come(registrations, offering, 1)
    registrations.cancel(record, offering, NOW + timedelta(minutes=1))
    first, second = registrations.letters(record)
    table.write(update({"pk": first["pk"], "sk": first["sk"]}, "SET sent_at = :now", values={"now": "2026"}))
    table.write(update({"pk": second["pk"], "sk": second["sk"]}, "SET refused = :code", values={"code": "Throttled"}))
    page = sit_at_desk()(ONE, query={"lang": "en"}, reference=record.reference, **HERE)
    assert "Peserta 0" in page.text
    assert "peserta0@desa.example" in page.text
    assert "notice of a seat (taken by the mail service)" in page.text
    assert "notice of the cancellation (refused by the mail service, will be tried again)" in page.text


# -- what is done --------------------------------------------------------------------------------------------------


def test_first_it_is_told_what_will_happen_and_nothing_is_changed(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    people = come(registrations, offering, 3)
    page = sit_at_desk()(ACT, form={"tindakan": "cancel", "nomor": people[0].reference, "lang": "en"}, **HERE)
    assert "Nothing has been changed yet" in page.text
    assert "will lose the seat, which goes to the first on the waiting list" in page.text
    assert page.headers["cache-control"] == "private, no-cache"
    assert [state_of(registrations, each) for each in people] == ["seated", "seated", "waiting"]
    sent = sit_at_desk()(ACT, form=page.fields("/layanan/meja/bimtek-klino/tindakan"), **HERE)
    assert "is cancelled now" in sent.text
    assert [state_of(registrations, each) for each in people] == ["cancelled", "seated", "seated"]


def test_the_second_of_two_desks_is_told_what_the_first_has_done(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    (record,) = come(registrations, offering, 1)
    done = {"tindakan": "cancel", "nomor": record.reference, "step": "send", "lang": "en"}
    assert "is cancelled now" in sit_at_desk(person="siti")(ACT, form=done, **HERE).text
    assert "was cancelled before; nothing has changed" in sit_at_desk(person="budi")(ACT, form=done, **HERE).text


def test_somebody_who_waits_gets_a_free_seat_out_of_order_and_is_told(
        sit_at_desk: SitAtDesk, registrations: Registrations, catalogue: Catalogue, offering: Offering) -> None:
    people = come(registrations, offering, 5)
    full = sit_at_desk()(ACT, data={"tindakan": "promote", "nomor": [people[4].reference]}, **HERE)
    assert list(full.json["outcome"].values()) == ["no_seat"]
    catalogue.publish(an_offering(now=NOW, seats=3))
    given = sit_at_desk()(ACT, data={"tindakan": "promote", "nomor": [people[4].reference]}, **HERE)
    assert list(given.json["outcome"].values()) == ["promoted"]
    assert [state_of(registrations, each) for each in people] == ["seated", "seated", "waiting", "waiting", "seated"]
    assert [letter["template"] for letter in registrations.letters(people[4])][-1] == "registration_promoted"


def test_promotion_by_hand_and_in_order_at_once_give_each_seat_once(
        registrations: Registrations, catalogue: Catalogue, offering: Offering, table: Table) -> None:
    people = come(registrations, offering, 22)
    larger = an_offering(now=NOW, seats=12)
    catalogue.publish(larger)
    with ThreadPoolExecutor(8) as pool:
        by_hand = [pool.submit(Registrations(table, Random(n)).promote_one, people[21 - n], larger, NOW)
                   for n in range(10)]
        in_order = [pool.submit(Registrations(table, Random(50 + n)).promote, larger, NOW) for n in range(4)]
        given = sum(each.result() for each in by_hand) + sum(each.result() for each in in_order)
    assert given == 10
    assert sum(state_of(registrations, each) == "seated" for each in people) == 12
    assert catalogue.seats(offering.id).free == 0


def test_coming_twice_is_coming_once_and_who_waits_is_not_checked_in(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    people = come(registrations, offering, 3)
    here = {"tindakan": "check_in", "nomor": [people[0].reference, people[2].reference]}
    outcome = sit_at_desk()(ACT, data=here, **HERE).json["outcome"]
    assert outcome == {numbers(people)[0]: "checked_in", numbers(people)[2]: "no_seat"}
    first = registrations.find(people[0].reference)
    sit_at_desk()(ACT, data=here, **HERE)
    assert registrations.find(people[0].reference) == first


def test_an_action_nobody_knows_and_a_number_of_nobody_are_not_there(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    (record,) = come(registrations, offering, 1)
    door = sit_at_desk()
    assert door(ACT, data={"tindakan": "delete", "nomor": [record.reference]}, **HERE).status == 404
    assert door(ACT, data={"tindakan": "cancel", "nomor": ["7F3K9QX2"]}, **HERE).status == 404
    assert "Nobody is chosen yet" in door(ACT, form={"tindakan": "cancel", "lang": "en"}, **HERE).text


def test_nothing_of_a_person_is_logged(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering, log: StringIO) -> None:
    (record,) = come(registrations, offering, 1)
    door = sit_at_desk()
    for route, request in ((LIST, {}), (ONE, {"reference": record.reference}), (FILE, {"kind": "csv"})):
        assert door(route, **request, **HERE).status == 200
    assert not re.search("peserta|3456|siti", log.getvalue(), re.IGNORECASE)


# -- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begin", BEGINS_A_FORMULA)
def test_no_cell_of_the_csv_is_a_formula(begin: str) -> None:
    assert as_csv(["Nama"], [[f"{begin}cmd|' /C calc'!A0"]]).decode("utf-8-sig").split("\r\n", 1)[1].startswith('"\'')


@given(st.text())
def test_a_harmless_cell_says_the_same_and_calculates_nothing(cell: str) -> None:
    safe = harmless(cell)
    assert safe.removeprefix("'") == cell.removeprefix("'")
    assert not safe.startswith(BEGINS_A_FORMULA)


def test_the_files_have_the_forms_own_words_and_everybody(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    people = come(registrations, offering, 3, name='=HYPERLINK("http://evil.example")')
    told = sit_at_desk()(FILE, kind="csv", query={"lang": "en"}, **HERE)
    assert told.headers["content-disposition"] == 'attachment; filename="bimtek-klino.csv"'
    assert '"Full name"' in told.body
    assert all(number in told.body for number in numbers(people))
    assert told.body.count("\"'=HYPERLINK") == 3


def test_the_workbook_holds_text_only(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    come(registrations, offering, 2, name='=HYPERLINK("http://evil.example")')
    told = sit_at_desk()(FILE, kind="xlsx", **HERE)
    with zipfile.ZipFile(io.BytesIO(told.body.encode("latin-1"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
        assert "<f>" not in sheet
        assert words.count("HYPERLINK") == 1
        assert not [name for name in book.namelist() if "externalLink" in name or "hyperlink" in name.lower()]
