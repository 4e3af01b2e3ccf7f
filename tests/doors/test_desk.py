"""The desk: what a committee sees of an activity, what it does, and what two people at one record are told."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import access
from portal import web
from portal.assets import read_text
from portal.chain import faults_in
from portal.errors import StoreUnavailable
from portal.identifiers import format_moment, format_reference, parse_moment
from portal.letters import letter, read_template
from portal.records import Table, update
from portal.retention import period_for
from portal.sessions import Sessions
from portal.tables import BEGINS_A_FORMULA, as_csv, harmless
from registrations import desk, desk_list, desk_search, deskwork
from registrations.catalogue import Catalogue
from registrations.desk_store import MOST_FILTERS
from registrations.filters import NAMES as CONDITIONS
from registrations.models import MESSAGES, Offering
from registrations.rules import outside_the_door
from registrations.store import Record, Refusal, Registrations
from tests.doors.calling import Caller
from tests.people import (
    a_quota,
    a_record,
    a_submission,
    an_offering,
    helmy,
    official,
    papua,
    visitor,
    yohana,
)

NOW = datetime.now(UTC)
ORIGIN = "https://portal.example.go.id"
HERE = {"offering": "bimtek-klino"}
LIST, SEARCH = "GET /layanan/meja/kegiatan/{offering}", "POST /layanan/meja/kegiatan/{offering}/cari"
ONE = "GET /layanan/meja/kegiatan/{offering}/pendaftaran/{reference}"
ACT = "POST /layanan/meja/kegiatan/{offering}/tindakan"
REFUSE, WRITE = "POST /layanan/meja/kegiatan/{offering}/tolak", "POST /layanan/meja/kegiatan/{offering}/pesan"
FILTERS = "POST /layanan/meja/kegiatan/{offering}/saringan"
DOOR, CHECK_IN = "GET /layanan/meja/kegiatan/{offering}/hadir", "POST /layanan/meja/kegiatan/{offering}/hadir"
FILE = "GET /layanan/meja/kegiatan/{offering}/unduh/{kind}"
ATTENDANCE = "GET /layanan/meja/kegiatan/{offering}/daftar-hadir"

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
    """Two seats, in an hour."""
    made = an_offering(now=NOW, seats=2, starts=NOW + timedelta(hours=1))
    catalogue.publish(made)
    return made


@pytest.fixture
def lasting(catalogue: Catalogue) -> Offering:
    """An activity that began ten days ago and goes on."""
    made = an_offering(now=NOW, seats=2, starts=NOW - timedelta(days=10))
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
    people = come(registrations, offering, deskwork.ON_A_PAGE + 7)
    door = sit_at_desk()
    first = door(LIST, **HERE)
    (more,) = [link for link in first.links if "sesudah=" in link]
    after = re.search(r"sesudah=(\w+)", more)
    assert after
    second = door(LIST, headers={"accept": "application/json"}, query={"sesudah": after[1]}, **HERE)
    assert [each["reference"] for each in second.json["registrations"]] == numbers(people)[deskwork.ON_A_PAGE:]
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


MASKING = {group: row["masked"] for group, row in (
    (f"{row['role']}:35" if row["over"] == "region" else f"{row['role']}:bimtek-klino", row)
    for row in access.read()["actions"]["registration.list"]["who"]) if "email" in row["masked"]}


@pytest.mark.parametrize("group", MASKING)
def test_nobody_is_found_by_an_address_that_is_masked_for_who_searches(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering, group: str) -> None:
    """Else it could be read letter by letter."""
    (record,) = come(registrations, offering, 1)
    door = sit_at_desk(group)
    for typed, found in (("peserta0@", False), ("desa.example", False), ("PESERTA 0", True),
                         (format_reference(record.reference), True)):
        page = door(SEARCH, form={"cari": typed, "lang": "en"}, **HERE)
        assert ("Peserta 0" in [link.text() for link in page.page.find("a")]) == found, typed
        assert "Search for a name or a reference number" in page.text
    assert list(deskwork.audit().entries("registration", format_reference(record.reference))) == []


def test_who_sees_addresses_is_told_that_they_are_searched(sit_at_desk: SitAtDesk, offering: Offering) -> None:
    del offering
    assert "Search for a name, an e-mail address or a reference number" in sit_at_desk()(
        LIST, query={"lang": "en"}, **HERE).text


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


def test_the_attendance_list_tells_people_of_one_name_apart_says_how_to_print_it_and_leads_back(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    same = [registrations.register(a_record(visitor(number, name=name), offering, now=NOW, number=number), offering,
                                   NOW) for number, name in enumerate(("Siti Aminah", "siti aminah"))]
    page = sit_at_desk()(ATTENDANCE, query={"status": "seated"}, **HERE)
    assert all(f"({number})" in page.text for number in numbers(same))
    assert "Ctrl+P" in page.text
    assert "/layanan/meja/kegiatan/bimtek-klino?status=seated" in page.links
    registrations.cancel(same[0], offering, NOW)
    assert numbers(same)[1] not in sit_at_desk()(ATTENDANCE, **HERE).text, "no more on paper than is needed"


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
    assert [state_of(registrations, each) for each in people] == ["seated", "seated", "waiting"]
    sent = sit_at_desk()(ACT, form=page.fields("/layanan/meja/kegiatan/bimtek-klino/tindakan"), **HERE)
    assert "is cancelled now" in sent.text
    assert [state_of(registrations, each) for each in people] == ["cancelled", "seated", "seated"]


@pytest.mark.parametrize("step", ["", "send"])
def test_a_trainer_learns_nothing_of_who_is_in_no_list_of_theirs(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering, step: str) -> None:
    seated, gone = come(registrations, offering, 2)
    registrations.cancel(gone, offering, NOW)
    page = sit_at_desk("pelatih:bimtek-klino", "wayan")(ACT, form={
        "tindakan": "check_in", "nomor": f"{gone.reference} {seated.reference}", "step": step, "lang": "en"}, **HERE)
    assert f"{numbers([gone])[0]}: is not among the registrations that you can see" in page.text
    assert "Peserta 1" not in page.text
    assert "cancelled" not in page.text
    assert "Peserta 0" in page.text


@pytest.mark.parametrize("route", [ACT, REFUSE, WRITE])
@pytest.mark.parametrize("step", ["", "check", "send"])
def test_no_browser_keeps_a_step_of_the_desk(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering, route: str, step: str) -> None:
    """They hold the names of others."""
    (record,) = come(registrations, offering, 1)
    page = sit_at_desk()(route, form={**writing(record), "tindakan": "cancel", "step": step}, **HERE)
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("route", [ACT, REFUSE])
def test_a_preview_in_which_nothing_changes_offers_only_the_way_back(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering, route: str) -> None:
    seated, *_ = come(registrations, offering, 1)
    page = sit_at_desk()(route, form={"tindakan": "promote", "nomor": seated.reference, "lang": "en"}, **HERE)
    assert "Nothing would change" in page.text
    assert "has a seat; nothing will change" in page.text
    assert not page.page.find("button")
    assert "/layanan/meja/kegiatan/bimtek-klino?lang=en" in page.links


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


# -- the door of the activity --------------------------------------------------------------------------------------


def at_the_door(door: Caller, *people: Record, **more: object) -> dict[str, str]:
    """What the door answers about these numbers."""
    sent = {"nomor": [each.reference for each in people], **more}
    return dict(door(CHECK_IN, data=sent, **HERE).json["outcome"])


def ago(**time: float) -> str:
    return format_moment(datetime.now(UTC) - timedelta(**time))


def came(registrations: Registrations, record: Record) -> timedelta:
    """How long ago somebody came."""
    found = registrations.find(record.reference)
    assert found
    return datetime.now(UTC) - parse_moment(str(found.checked_in_at))


def is_about(span: timedelta, expected: timedelta) -> bool:
    return abs(span - expected) < timedelta(seconds=30)


def test_the_page_of_the_door_shows_numbers_and_names_and_may_use_the_camera(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    come(registrations, offering, 3)
    page = sit_at_desk()(DOOR, **HERE)
    assert page.headers["permissions-policy"].startswith("camera=(self),")
    assert "permissions-policy" not in sit_at_desk()(LIST, **HERE).headers
    assert "desa.example" not in page.body
    assert page.text.count("Peserta 0") >= 1
    assert "Peserta 2" not in page.text, "who waits has no seat to come to"
    answer = sit_at_desk()(DOOR, headers={"accept": "application/json", "accept-language": "en"}, **HERE).json
    assert answer["title"] == offering.title.en
    assert [set(each) for each in answer["people"]] == [{"reference", "number", "name", "here"}] * 2


def test_a_phone_forgets_the_list_after_a_day_and_notes_after_a_week(
        sit_at_desk: SitAtDesk, offering: Offering) -> None:
    answer = sit_at_desk()(DOOR, headers={"accept": "application/json"}, **HERE).json
    now = datetime.now(UTC).timestamp()
    days = {"list_until": 1, "notes_until": 7}
    assert {name: round((answer[name] - now) / 86_400) for name in days} == days
    assert offering


@pytest.mark.parametrize("hours", [
    pytest.param((2, None, 2), id="without saying what its clock is"),
    pytest.param((160, 0, 160), id="after six days and more"),
    pytest.param((2, .02, 2), id="by a request that was under way for a minute"),
    pytest.param((5, 3, 2), id="by a clock that is three hours late"),
    pytest.param((-1, -3, 2), id="by a clock that is three hours early"),
    pytest.param((170, 0, 0), id="longer ago than notes are kept, so now"),
    pytest.param((-1, 0, 0), id="in the future, so now"),
    pytest.param((2, 720, 0), id="in the future by its own clock, so now")])
def test_somebody_came_when_the_phone_noted_it(
        sit_at_desk: SitAtDesk, registrations: Registrations, lasting: Offering,
        hours: tuple[float, float | None, float]) -> None:
    (record,) = come(registrations, lasting, 1)
    noted, clock, expected = hours
    told = {"waktu": {record.reference: ago(hours=noted)}} | ({} if clock is None else {"jam": ago(hours=clock)})
    assert at_the_door(sit_at_desk(), record, **told) == {record.reference: "checked_in"}
    assert is_about(came(registrations, record), timedelta(hours=expected))


@pytest.mark.parametrize("told", [{"waktu": "kemarin"}, {"waktu": {"7F3K9QX2": 1}}, {"waktu": ["x"], "jam": []},
                                  {"jam": "2026-11-22T08:00:00"}])
def test_a_moment_that_nobody_can_read_is_now(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering, told: dict[str, object]) -> None:
    (record,) = come(registrations, offering, 1)
    assert at_the_door(sit_at_desk(), record, **told) == {record.reference: "checked_in"}
    assert is_about(came(registrations, record), timedelta())


def test_what_was_noted_without_network_is_told_with_both_moments(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    (record,) = come(registrations, offering, 1)
    door = sit_at_desk()
    for hours in (2, 1):
        assert at_the_door(door, record, waktu={record.reference: ago(hours=hours)})
    entries = list(deskwork.audit().entries("registration", numbers([record])[0]))
    (entry,) = [each for each in entries if each["action"] == "checked_in"]
    assert is_about(datetime.now(UTC) - parse_moment(entry["done_at"]), timedelta(hours=2))
    assert is_about(datetime.now(UTC) - parse_moment(entry["at"]), timedelta())
    text = door(ONE, reference=record.reference, **HERE).text
    assert "dicatat di portal" in text
    assert {fault.code for fault in faults_in(entries, datetime.now(UTC))} == {"not_listed"}, "whole, without its day"


def test_who_cannot_be_checked_in_is_told_apart_to_those_who_may_see_it(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    seated, leaver, *_, waiting = come(registrations, offering, 3)
    sit_at_desk()(ACT, data={"tindakan": "cancel", "nomor": [leaver.reference]}, **HERE)
    people = (seated, leaver, waiting)  # the last has the leaver's seat now
    told = at_the_door(sit_at_desk(), *people)
    assert [told[each.reference] for each in people] == ["checked_in", "was_cancelled", "checked_in"]
    told = at_the_door(sit_at_desk("pelatih:bimtek-klino", "wayan"), *people)
    assert [told[each.reference] for each in people] == ["checked_in", "unknown", "checked_in"]


# -- when somebody can have come, and taking that back -------------------------------------------------------------


@pytest.mark.parametrize(("begins", "ends", "code"), [
    pytest.param(timedelta(hours=13), timedelta(days=3), "too_early", id="a little more than half a day"),
    pytest.param(timedelta(days=60), timedelta(days=61), "too_early", id="two months before"),
    pytest.param(timedelta(hours=11), timedelta(days=3), "checked_in", id="the evening before"),
    pytest.param(-timedelta(days=9), -timedelta(days=6, hours=23), "checked_in", id="within a week after the end"),
    pytest.param(-timedelta(days=9), -timedelta(days=7, hours=1), "too_late", id="more than a week after the end")])
def test_somebody_comes_from_half_a_day_before_the_start_to_a_week_after_the_end(
        sit_at_desk: SitAtDesk, registrations: Registrations, catalogue: Catalogue, *, begins: timedelta,
        ends: timedelta, code: str) -> None:
    made = an_offering(now=NOW, starts=NOW + begins, ends=NOW + ends, closes=NOW - timedelta(days=9))
    catalogue.publish(made)
    (record,) = come(registrations, made, 1)
    door, press = sit_at_desk(), {"tindakan": "check_in", "nomor": record.reference, "lang": "en"}
    told = {"too_early": "begins 12 hours before the activity", "too_late": "ends 7 days after the activity",
            "checked_in": "will be checked in"}[code]
    assert told in door(ACT, form=press, **HERE).text
    assert at_the_door(door, record) == {record.reference: code}
    assert door(ACT, data={**press, "nomor": [record.reference]}, **HERE).json["outcome"] == {
        numbers([record])[0]: code}
    found = registrations.find(record.reference)
    assert found
    assert bool(found.checked_in_at) == (code == "checked_in")
    if code != "checked_in":
        assert told in door(CHECK_IN, form={"nomor": record.reference, "lang": "en"}, **HERE).text
        assert told in str(door(DOOR, query={"lang": "en"}, **HERE).body), "for the script of the page"


def test_a_note_counts_by_the_moment_at_the_door_and_may_come_as_late_as_phones_keep_it() -> None:
    made = an_offering(now=NOW)
    kept = timedelta(days=period_for("door_note", NOW).number)
    assert outside_the_door(made, made.ends + kept) == ""


def test_what_was_noted_by_mistake_is_taken_back_with_a_preview_and_an_entry(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    here, absent = come(registrations, offering, 2)
    door = sit_at_desk()
    assert at_the_door(door, here) == {here.reference: "checked_in"}
    both = {"tindakan": "undo_check_in", "nomor": f"{here.reference} {absent.reference}", "lang": "en"}
    page = door(ACT, form=both, **HERE)
    assert "will no longer be noted as having come" in page.text
    assert "is not checked in; nothing will change" in page.text
    assert came(registrations, here), "it was a preview"
    done = door(ACT, form={**both, "step": "send"}, **HERE)
    assert "is no longer noted as having come" in done.text
    found = registrations.find(here.reference)
    assert found
    assert (found.checked_in_at, found.state) == (None, "seated")
    entries = list(deskwork.audit().entries("registration", numbers([here])[0]))
    assert [each["action"] for each in entries] == ["checked_in", "check_in_undone"]
    assert list(deskwork.audit().entries("registration", numbers([absent])[0])) == []
    again = door(ACT, data={**both, "nomor": [here.reference]}, **HERE).json["outcome"]
    assert again == {numbers([here])[0]: "is_not_here"}
    assert at_the_door(door, here) == {here.reference: "checked_in"}, "and whoever comes after all is noted again"


def test_only_the_committee_takes_a_check_in_back(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    (record,) = come(registrations, offering, 1)
    at_the_door(sit_at_desk(), record)
    undo = {"tindakan": "undo_check_in", "nomor": [record.reference]}
    assert sit_at_desk("pelatih:bimtek-klino", "wayan")(ACT, data=undo, **HERE).status == 404


def test_a_page_offers_to_note_who_has_not_come_and_to_take_back_who_has(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    (record,) = come(registrations, offering, 1)
    door = sit_at_desk()

    def offered(route: str, **path: str) -> set[str]:
        page = door(route, **path, **HERE)
        return {str(each.attributes["value"]) for each in page.page.find("button")
                if each.attributes.get("name") == "tindakan"} & {"check_in", "undo_check_in"}

    for expected in ("check_in", "undo_check_in"):
        assert offered(ONE, reference=record.reference) == offered(LIST) == {expected}
        at_the_door(door, record)


def test_who_has_come_is_cancelled_only_after_a_warning(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    (record,) = come(registrations, offering, 1)
    door = sit_at_desk()
    at_the_door(door, record)
    page = door(ACT, form={"tindakan": "cancel", "nomor": record.reference, "lang": "en"}, **HERE)
    assert "has come, and will lose the seat all the same" in page.text
    assert door(ACT, data={"tindakan": "check_in", "nomor": [record.reference]}, **HERE).json["outcome"] == {
        numbers([record])[0]: "checked_in"}, "sending again does no harm"


def test_the_door_works_without_script(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    (record,) = come(registrations, offering, 1)
    told = sit_at_desk()(CHECK_IN, form={"nomor": numbers([record])[0], "lang": "en"}, **HERE)
    assert f"{numbers([record])[0]}: checked in" in told.text
    assert "1 of 1 participants have come" in told.text
    nobody = sit_at_desk()(CHECK_IN, form={"nomor": "Peserta"}, **HERE)
    assert "tidak ada di daftar peserta yang mendapat kursi" in nobody.text


def test_an_action_nobody_knows_and_a_number_of_nobody_are_not_there(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    (record,) = come(registrations, offering, 1)
    door = sit_at_desk()
    assert door(ACT, data={"tindakan": "delete", "nomor": [record.reference]}, **HERE).status == 404
    assert door(ACT, data={"tindakan": "cancel", "nomor": ["7F3K9QX2"]}, **HERE).json["outcome"] == {
        "7F3K-9QX2": "unknown"}
    assert "7F3K-9QX2: is not among" in door(ACT, form={"tindakan": "cancel", "nomor": "7F3K9QX2", "lang": "en"},
                                             **HERE).text
    assert "Nobody is chosen yet" in door(ACT, form={"tindakan": "cancel", "lang": "en"}, **HERE).text


def test_nothing_of_a_person_is_logged(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering, log: StringIO) -> None:
    (record,) = come(registrations, offering, 1)
    door = sit_at_desk()
    for route, request in ((LIST, {}), (ONE, {"reference": record.reference}), (FILE, {"kind": "csv"})):
        assert door(route, **request, **HERE).status == 200
    assert not re.search("peserta|3456|siti", log.getvalue(), re.IGNORECASE)


# -- approval ------------------------------------------------------------------------------------------------------


@pytest.fixture
def circle(catalogue: Catalogue) -> Offering:
    """Two seats, and a committee that decides about each registration."""
    made = an_offering(now=NOW, seats=2, approval=True)
    catalogue.publish(made)
    return made


def refusing(*records: Record, **answers: str) -> dict[str, str]:
    return {"nomor": " ".join(record.reference for record in records), "step": "send", "lang": "en", **answers}


def told_to(registrations: Registrations, record: Record) -> list[str]:
    return [letter["template"] for letter in registrations.letters(record)]


def test_approving_gives_a_seat_while_there_is_one_and_then_a_place_by_the_time_of_registering(
        sit_at_desk: SitAtDesk, registrations: Registrations, catalogue: Catalogue, circle: Offering) -> None:
    people = come(registrations, circle, 4)
    assert {state_of(registrations, each) for each in people} == {"requested"}
    assert (catalogue.seats(circle.id).free, catalogue.seats(circle.id).waiting) == (2, 0)
    assert catalogue.requests(circle.id) == 4
    page = sit_at_desk()(ACT, form={"tindakan": "approve", "nomor": people[3].reference, "lang": "en"}, **HERE)
    assert "will be approved" in page.text
    assert state_of(registrations, people[3]) == "requested", "it was a preview"
    late_first = {"tindakan": "approve", "nomor": [people[n].reference for n in (3, 2, 1, 0)]}
    outcome = sit_at_desk()(ACT, data=late_first, **HERE).json["outcome"]
    assert [outcome[number] for number in numbers(people)] == ["approved_waiting"] * 2 + ["approved_seated"] * 2
    assert [told_to(registrations, each)[-1] for each in people] == ["registration_approved_waiting"] * 2 + [
        "registration_approved"] * 2
    assert [registrations.position(each) for each in map(registrations.find, (
        people[0].reference, people[1].reference)) if each] == [1, 2], "by arrival, not by approval"
    assert catalogue.requests(circle.id) == 0


def test_a_seat_that_comes_back_goes_to_who_was_approved_and_never_to_a_request(
        sit_at_desk: SitAtDesk, registrations: Registrations, circle: Offering) -> None:
    people = come(registrations, circle, 4)
    approved = {"tindakan": "approve", "nomor": [each.reference for each in people[1:]]}
    sit_at_desk()(ACT, data=approved, **HERE)
    registrations.cancel(people[1], circle, NOW)
    registrations.promote(circle, NOW)
    assert [state_of(registrations, each) for each in people] == ["requested", "cancelled", "seated", "seated"]
    assert registrations.promote_one(people[0], circle, NOW) is False


def test_refusing_tells_the_reason_frees_the_address_and_is_in_the_audit(
        sit_at_desk: SitAtDesk, registrations: Registrations, circle: Offering) -> None:
    first, second = come(registrations, circle, 2)
    door = sit_at_desk()
    asked = door(REFUSE, form={"nomor": first.reference, "lang": "en"}, **HERE)
    assert "Choose the reason" in asked.text
    without = door(REFUSE, form=refusing(first), **HERE)
    assert (without.status, state_of(registrations, first)) == (422, "requested")
    done = door(REFUSE, form=refusing(first, reason="incomplete", remark="Sebutkan desa Anda."), **HERE)
    assert "is refused now" in done.text
    (letter,) = [each for each in registrations.letters(first) if each["template"] == "registration_refused"]
    assert letter["values"]["reason"] == (
        "Jawaban di formulir belum cukup bagi panitia untuk memutuskan. Sebutkan desa Anda.")
    again = registrations.register(a_record(visitor(0), circle, now=NOW, number=9), circle, NOW)
    assert (again.state, state_of(registrations, first), state_of(registrations, second)) == (
        "requested", "refused", "requested")
    entries = list(deskwork.audit().entries("registration", format_reference(first.reference)))
    assert [(entry["action"], entry["facts"]) for entry in entries] == [("refused", ["reason:incomplete"])]
    shown = door(ONE, query={"lang": "en"}, reference=first.reference, **HERE)
    assert "The answers in the form are not enough for the committee to decide. Sebutkan desa Anda." in shown.text


def test_the_second_of_two_who_decide_is_told_what_the_first_has_decided(
        sit_at_desk: SitAtDesk, registrations: Registrations, circle: Offering) -> None:
    one, other = come(registrations, circle, 2)
    approve = {"tindakan": "approve", "step": "send", "lang": "en"}
    sit_at_desk(person="siti")(ACT, form={**approve, "nomor": one.reference}, **HERE)
    late = sit_at_desk(person="budi")(REFUSE, form=refusing(one, reason="other"), **HERE)
    assert "had a seat before; nothing has changed" in late.text
    sit_at_desk(person="siti")(REFUSE, form=refusing(other, reason="other"), **HERE)
    late = sit_at_desk(person="budi")(ACT, form={**approve, "nomor": other.reference}, **HERE)
    assert "was refused before; nothing has changed" in late.text
    for record, letters in ((one, ["registration_requested", "registration_approved"]),
                            (other, ["registration_requested", "registration_refused"])):
        assert told_to(registrations, record) == letters
        assert len(list(deskwork.audit().entries("registration", format_reference(record.reference)))) == 1


def test_many_who_decide_at_once_decide_each_registration_once(
        registrations: Registrations, circle: Offering, catalogue: Catalogue, table: Table) -> None:
    people = come(registrations, circle, 6)

    def decide(number: int) -> bool:
        store = Registrations(table, Random(number))
        record = people[number % 6]
        match number // 6:
            case 0 | 1:
                return store.approve(record, circle, NOW) is not None
            case _:
                return store.refuse(record, Refusal("other"), circle, NOW)

    with ThreadPoolExecutor(8) as pool:
        decided = list(pool.map(decide, range(18)))
    states = [state_of(registrations, each) for each in people]
    assert sum(decided) == 6
    assert not {"requested"} & set(states)
    assert states.count("seated") == 2 - catalogue.seats(circle.id).free
    assert catalogue.seats(circle.id).waiting == states.count("waiting")
    assert all(len(told_to(registrations, each)) == 2 or state_of(registrations, each) == "seated" for each in people)


def test_a_request_can_be_cancelled_and_is_then_nothing_to_decide(
        sit_at_desk: SitAtDesk, registrations: Registrations, catalogue: Catalogue, circle: Offering) -> None:
    (record,) = come(registrations, circle, 1)
    registrations.cancel(record, circle, NOW)
    assert catalogue.requests(circle.id) == 0
    outcome = sit_at_desk()(ACT, data={"tindakan": "approve", "nomor": [record.reference]}, **HERE).json["outcome"]
    assert list(outcome.values()) == ["was_cancelled"]


def test_who_registered_keeps_their_state_when_the_page_begins_or_ceases_to_ask_for_approval(
        registrations: Registrations, catalogue: Catalogue, offering: Offering) -> None:
    seated, = come(registrations, offering, 1)
    asking = an_offering(now=NOW, seats=2, approval=True)
    catalogue.publish(asking)
    request = registrations.register(a_record(visitor(7), asking, now=NOW, number=7), asking, NOW)
    catalogue.publish(offering)
    assert (state_of(registrations, seated), state_of(registrations, request)) == ("seated", "requested")
    assert registrations.approve(request, offering, NOW) == "seated"


# -- narrowing, order, and the filters somebody keeps --------------------------------------------------------------


def listed(door: Caller, **query: str) -> list[str]:
    answer = door(LIST, headers={"accept": "application/json"}, query=query, **HERE)
    return [each["answers"]["name"] for each in answer.json["registrations"]]


def test_the_list_is_narrowed_by_group_kind_province_and_attendance(
        sit_at_desk: SitAtDesk, registrations: Registrations, catalogue: Catalogue) -> None:
    offering = an_offering(now=NOW, seats=6, quotas=[a_quota(now=NOW, seats=1), papua(now=NOW, provinces=["93"])])
    catalogue.publish(offering)
    people = [registrations.register(a_record(answers, offering, now=NOW + timedelta(seconds=number), number=number),
                                     offering, NOW)
              for number, answers in enumerate([helmy(), official(), yohana(), visitor(1, region="93.01")])]
    registrations.check_in(people[0], NOW)
    door = sit_at_desk()
    assert listed(door, kelompok="asn_daerah") == ["Siti Aminah"]
    assert listed(door, kelompok="papua") == ["Yohana Gebze"]
    assert listed(door, kelompok="umum") == ["Helmy Elizabeth", "Peserta 1"]
    assert listed(door, peserta="psm") == ["Siti Aminah"]
    assert listed(door, provinsi="93") == ["Yohana Gebze", "Peserta 1"]
    assert listed(door, hadir="ya") == ["Helmy Elizabeth"]
    assert listed(door, hadir="belum", provinsi="35") == ["Siti Aminah"]
    assert len(listed(door, kelompok="tidak-ada", provinsi="x", hadir="mungkin")) == 4, "unknown narrows nothing"


def test_the_list_can_be_put_in_the_order_of_names_page_by_page(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering,
        monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(("Cici", "ani", "Budi")):
        registrations.register(a_record(visitor(number, name=name), offering, now=NOW, number=number), offering, NOW)
    door = sit_at_desk()
    assert listed(door, urut="nama") == ["ani", "Budi", "Cici"]
    monkeypatch.setattr(desk_list, "ON_A_PAGE", 2)
    first = door(LIST, query={"urut": "nama"}, **HERE)
    (more,) = [link for link in first.links if "sesudah=" in link]
    assert listed(door, **{name: value[0] for name, value in parse_qs(urlsplit(more).query).items()}) == ["Cici"]
    monkeypatch.setattr(desk_search, "MOST_BY_NAME", 2)
    assert "stays in the order of registration" in door(LIST, query={"urut": "nama", "lang": "en"}, **HERE).text


def test_what_was_searched_for_goes_on_behind_the_last_row_in_the_body(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering,
        monkeypatch: pytest.MonkeyPatch) -> None:
    come(registrations, offering, 3)
    monkeypatch.setattr(desk_list, "ON_A_PAGE", 2)
    page = sit_at_desk()(SEARCH, form={"cari": "peserta", "lang": "en"}, **HERE)
    assert not [link for link in page.links if "sesudah" in link]
    (button,) = [each for each in page.page.find("button") if each.attributes.get("name") == "sesudah"]
    second = sit_at_desk()(SEARCH, form={"cari": "peserta", "sesudah": str(button.attributes["value"])}, **HERE)
    assert [name for name in ("Peserta 0", "Peserta 1", "Peserta 2") if name in second.text] == ["Peserta 2"]


def test_everybody_on_a_page_can_be_chosen_at_once_whatever_the_list_is_narrowed_by() -> None:
    beside = ("lang", "cari", "tindakan")
    assert deskwork.ON_A_PAGE + len(CONDITIONS) + len(beside) <= web.MOST_FIELDS


@pytest.mark.parametrize("way", ["tindakan", "tolak", "pesan"])
def test_the_way_back_leads_to_the_list_as_it_was_and_names_nobody(
        sit_at_desk: SitAtDesk, registrations: Registrations, circle: Offering, way: str) -> None:
    (record,) = come(registrations, circle, 1)
    narrowed = "/layanan/meja/kegiatan/bimtek-klino?status=requested&urut=nama&lang=en"
    door, route = sit_at_desk(), f"POST /layanan/meja/kegiatan/{{offering}}/{way}"
    page = door(SEARCH, form={"status": "requested", "urut": "nama", "cari": "Peserta", "lang": "en"}, **HERE)
    sent = page.fields("/layanan/meja/kegiatan/bimtek-klino/tindakan") | {
        "nomor": record.reference, "tindakan": "approve", "reason": "other", **FILLED}
    for step in ("", "check", "send"):
        page = door(route, form={**sent, "step": step}, **HERE)
        assert [link for link in page.links if link.startswith("/layanan/meja/kegiatan/")] == [narrowed]
        for form in page.page.find("form"):
            carried = page.fields(str(form.attributes["action"])) if "bimtek-klino" in form.attributes["action"] else {}
            assert carried.get("urut", "nama") == "nama"
            sent |= {name: value for name, value in carried.items() if name not in FILLED}


FILLED = {"template": "message_reminder", "text": "Bawa laptop."}


def test_one_registration_leads_back_to_the_list_that_it_was_opened_from(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    (record,) = come(registrations, offering, 1)
    door, narrowed = sit_at_desk(), {"status": "seated", "urut": "nama"}
    one = f"/layanan/meja/kegiatan/bimtek-klino/pendaftaran/{record.reference}?status=seated&urut=nama"
    assert one in door(LIST, query=narrowed, **HERE).links
    page = door(ONE, query=narrowed, reference=record.reference, **HERE)
    assert "/layanan/meja/kegiatan/bimtek-klino?status=seated&urut=nama" in page.links
    carried = page.fields("/layanan/meja/kegiatan/bimtek-klino/tindakan")
    assert (carried["status"], carried["urut"]) == ("seated", "nama")


def test_a_filter_is_kept_for_oneself_found_on_each_list_and_forgotten(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    come(registrations, offering, 3)
    siti, budi = sit_at_desk(person="siti"), sit_at_desk(person="budi")
    kept = siti(FILTERS, form={"status": "waiting", "cari": "Peserta 2", "nama": "Yang menunggu"}, **HERE)
    assert (kept.status, kept.location) == (303, "/layanan/meja/kegiatan/bimtek-klino?status=waiting")
    siti(FILTERS, form={"status": "waiting", "peserta": "tpp", "nama": "yang MENUNGGU"}, **HERE)
    siti(FILTERS, form={"status": "seated", "nama": "", "lang": "en"}, **HERE)
    saved = deskwork.saved_filters().of("siti")
    assert [(each.name, dict(each.conditions)) for each in saved] == [
        ("Has a seat", {"status": "seated"}), ("yang MENUNGGU", {"status": "waiting", "peserta": "tpp"})]
    page = siti(LIST, **HERE)
    assert "yang MENUNGGU" in page.text
    assert "/layanan/meja/kegiatan/bimtek-klino?status=waiting&peserta=tpp" in page.links
    assert "yang MENUNGGU" not in budi(LIST, **HERE).text
    for each in saved:
        budi(FILTERS, form={"hapus": each.key}, **HERE)
    assert len(deskwork.saved_filters().of("siti")) == 2
    for each in saved:
        siti(FILTERS, form={"hapus": each.key}, **HERE)
    assert deskwork.saved_filters().of("siti") == []


def test_no_more_filters_are_kept_than_anybody_can_look_through(sit_at_desk: SitAtDesk, offering: Offering) -> None:
    del offering
    siti = sit_at_desk()
    for number in range(MOST_FILTERS + 2):
        siti(FILTERS, form={"status": "waiting", "nama": f"Nomor {number}"}, **HERE)
    assert len(deskwork.saved_filters().of("siti")) == MOST_FILTERS
    assert "Delete one to keep a new one" in siti(LIST, query={"status": "waiting", "lang": "en"}, **HERE).text


def test_the_desk_counts_those_who_wait_for_a_decision_and_no_seats_of_what_is_over(
        sit_at_desk: SitAtDesk, registrations: Registrations, catalogue: Catalogue, circle: Offering) -> None:
    come(registrations, circle, 3)
    over = an_offering(now=NOW - timedelta(days=100), id="bimtek-lampau", title={"id": "Lampau", "en": "Long ago"})
    catalogue.publish(over)
    page = sit_at_desk("panitia:*")("GET /layanan/meja", query={"lang": "en"})
    assert "3 waiting for the committee's decision" in page.text
    assert page.text.index("2 seats, 2 still free") < page.text.index("Long ago")
    assert page.text.count("still free") == 1
    assert "0 on the waiting list; 3 waiting for the committee's decision" in page.text, "two numbers, told apart"


# -- messages ------------------------------------------------------------------------------------------------------


def writing(*records: Record, **changes: str) -> dict[str, str]:
    return {"nomor": " ".join(record.reference for record in records), "template": "message_bring",
            "text": "Bawa laptop.", "submission_id": a_submission(77), **changes}


def by_hand(registrations: Registrations, record: Record) -> list[str]:
    return [letter["values"]["text"] for letter in registrations.letters(record) if letter["template"] in MESSAGES]


def test_a_message_is_seen_as_it_will_arrive_and_then_sent_once_to_each(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    people = come(registrations, offering, 3)
    english = replace(a_record(visitor(8), offering, now=NOW, number=8), language="en")
    people.append(registrations.register(english, offering, NOW))
    door, form = sit_at_desk(), "/layanan/meja/kegiatan/bimtek-klino/pesan"
    first = door(WRITE, form={"semua": "ya", "lang": "en"}, **HERE)
    assert "To 4 people (3 registered in Bahasa Indonesia, 1 in English)" in first.text
    told = {"template": "message_bring", "text": "Bawa <b>laptop</b>\ndan surat.", "text_en": "Bring a laptop."}
    page = door(WRITE, form={**first.fields(form), **told}, **HERE)
    letters = [each.text() for each in page.page.find("pre")]
    assert "Bawa <b>laptop</b> dan surat." in letters[0], "nothing that is typed is markup, or begins a line"
    assert "Nothing has been sent yet" in page.text
    assert [by_hand(registrations, each) for each in people] == [[]] * 4
    sending = {**page.fields(form), "step": "send"}
    sent = door(WRITE, form=sending, **HERE)
    assert "4 e-mails are queued" in sent.text
    door(WRITE, form=sending, **HERE)
    assert [by_hand(registrations, each) for each in people] == [["Bawa <b>laptop</b>\ndan surat."]] * 3 + [
        ["Bring a laptop."]]
    for record, shown in zip((people[0], people[3]), letters, strict=True):
        item = registrations.letters(record)[-1]
        template = read_template(read_text(f"mail/{item['template']}.{item['language']}.txt")).text
        as_mailed = letter(template, {**item["values"], "origin": ORIGIN}).text
        assert as_mailed.split() == shown.split()
    entries = [list(deskwork.audit().entries("registration", number)) for number in numbers(people)]
    assert [[entry["action"] for entry in each] for each in entries] == [["messaged"]] * 4


def test_the_same_identifier_for_another_message_or_by_somebody_else_is_refused(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    one, other = come(registrations, offering, 2)
    door = sit_at_desk(person="siti")
    assert door(WRITE, data=writing(one), **HERE).json == {
        "outcome": {format_reference(one.reference): "messaged"}, "left": 0}
    assert door(WRITE, data=writing(one), **HERE).json["outcome"] == {format_reference(one.reference): "was_messaged"}
    for changed in (writing(one, text="Lain."), writing(one, other)):
        assert door(WRITE, data=changed, **HERE).status == 409
    assert sit_at_desk(person="budi")(WRITE, data=writing(one), **HERE).status == 409
    assert (by_hand(registrations, one), by_hand(registrations, other)) == (["Bawa laptop."], [])


def test_a_message_from_a_page_that_was_used_before_keeps_its_words_and_goes_on_to_a_new_check(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    (record,) = come(registrations, offering, 1)
    door, form = sit_at_desk(), "/layanan/meja/kegiatan/bimtek-klino/pesan"
    door(WRITE, data=writing(record), **HERE)
    page = door(WRITE, form={**writing(record, text="Lain sekali."), "step": "send", "lang": "en"}, **HERE)
    assert (page.status, "This message has not been sent" in page.text) == (409, True)
    assert not [link for link in page.links if "/kegiatan/status" in link]
    again = page.fields(form)
    assert again["text"].strip() == "Lain sekali."
    check = door(WRITE, form={**again, "template": "message_bring"}, **HERE)
    assert check.status == 200
    door(WRITE, form={**check.fields(form), "step": "send"}, **HERE)
    assert by_hand(registrations, record) == ["Bawa laptop.", "Lain sekali."]


def test_a_message_that_time_did_not_suffice_for_goes_on_where_it_stopped(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering,
        monkeypatch: pytest.MonkeyPatch) -> None:
    people = come(registrations, offering, 3)
    tell, told = Registrations.tell_by_hand, []

    def slowly(*args: Any, **further: Any) -> bool:
        if len(told) == 2:
            raise StoreUnavailable
        told.append(args)
        return tell(*args, **further)

    monkeypatch.setattr(Registrations, "tell_by_hand", slowly)
    door = sit_at_desk()
    page = door(WRITE, form={**writing(*people), "step": "send", "lang": "en"}, **HERE)
    assert "2 e-mails are queued" in page.text
    assert "1 people are left" in page.text
    monkeypatch.setattr(Registrations, "tell_by_hand", tell)
    rest = door(WRITE, form={**page.fields("/layanan/meja/kegiatan/bimtek-klino/pesan"), "step": "send"}, **HERE)
    assert "3 e-mails are queued" in rest.text or "3 surat" in rest.text
    assert [len(by_hand(registrations, each)) for each in people] == [1, 1, 1]


def test_nobody_is_written_to_who_has_cancelled_and_the_words_are_asked_for(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    one, gone = come(registrations, offering, 2)
    registrations.cancel(gone, offering, NOW)
    door = sit_at_desk()
    without = door(WRITE, form={**writing(one, text=""), "step": "check", "lang": "en"}, **HERE)
    assert (without.status, "Write your news" in without.text) == (422, True)
    reminder = writing(one, text="", template="message_reminder")
    assert door(WRITE, form={**reminder, "step": "check"}, **HERE).status == 200
    assert "There is no recipient yet" in door(WRITE, form={**writing(gone), "lang": "en"}, **HERE).text
    assert door(WRITE, data=writing(one, submission_id="x"), **HERE).status == 422
    sent = door(WRITE, data=writing(one, gone), **HERE).json
    assert list(sent["outcome"]) == [format_reference(one.reference)]


def test_a_message_to_the_whole_list_goes_to_those_it_was_narrowed_to(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    people = come(registrations, offering, 4)
    everybody = {"semua": "ya", "status": "waiting", "cari": "Peserta 3"}
    sent = sit_at_desk()(WRITE, data={**writing(), **everybody, "nomor": people[0].reference}, **HERE).json
    assert list(sent["outcome"]) == [format_reference(people[3].reference)]


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


def test_a_file_is_as_narrow_as_the_list_it_was_asked_from(
        sit_at_desk: SitAtDesk, registrations: Registrations, offering: Offering) -> None:
    people = come(registrations, offering, 3)
    link = next(each for each in sit_at_desk()(LIST, query={"status": "waiting"}, **HERE).links if "/unduh/csv" in each)
    assert link.endswith("/unduh/csv?status=waiting")
    told = sit_at_desk()(FILE, kind="csv", query={"status": "waiting"}, **HERE)
    assert [number in told.body for number in numbers(people)] == [False, False, True]


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
