"""Sessions: how long they hold, how they end, and that nobody ends or sees another person's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.records import Table
from portal.sessions import Sessions
from tests.doors.calling import JSON, Answer, Caller
from tests.doors.conftest import Clock
from tests.doors.weather import contents
from tests.issuer import Issuer, come_back, signed_in

ACCOUNT, END, LEAVE = "GET /layanan/akun", "POST /layanan/akun/sesi", "POST /layanan/keluar"
SESSION, MARK = "__Host-sesi", "__Host-penanda"
ENDED = {"pk", "sk", "person", "ended_at", "expires_at"}  # what is known of a session that was ended
NOW = datetime.now(UTC)


def is_in(browser: Caller) -> bool:
    return browser(ACCOUNT).status == 200


def others(account: Answer) -> list[str]:
    """The keys of the sessions that the account page offers to end."""
    return [each.attributes["value"] for each in account.page.find("input")
            if each.attributes["name"] == "sesi" and each.attributes["value"] != "semua"]


def seen_at(table: Table) -> set[str]:
    return {item["seen_at"] for item in contents(table) if "seen_at" in item}


# -- how long ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "holds"), [(1, True), (59, True), (61, False), (24 * 60, False)])
def test_a_session_ends_after_an_hour_in_which_nothing_was_asked(
        identity_door: Caller, issuer: Issuer, clock: Clock, minutes: int, holds: bool) -> None:  # noqa: FBT001 a case
    browser = signed_in(identity_door, issuer)
    clock.passes(minutes=minutes)
    assert is_in(browser) is holds


def test_whoever_is_busy_stays_for_twelve_hours_and_no_longer(
        identity_door: Caller, issuer: Issuer, clock: Clock) -> None:
    browser = signed_in(identity_door, issuer)
    for _ in range(14):
        clock.passes(minutes=50)
        assert is_in(browser)
    clock.passes(minutes=19)
    assert is_in(browser), "11 h 59"
    clock.passes(minutes=2)
    assert not is_in(browser), "12 h 01"


def test_a_session_that_has_ended_does_not_come_back_by_being_asked(
        identity_door: Caller, issuer: Issuer, clock: Clock) -> None:
    browser = signed_in(identity_door, issuer)
    clock.passes(minutes=61)
    assert not is_in(browser)
    clock.ahead -= clock.ahead
    assert is_in(browser), "nothing was written: with the clock put back it holds as before"


def test_being_seen_is_written_at_most_every_five_minutes(
        identity_door: Caller, issuer: Issuer, identity_table: Table, clock: Clock) -> None:
    browser = signed_in(identity_door, issuer)
    first = seen_at(identity_table)
    for minutes in (0, 2, 2.9):
        clock.passes(minutes=minutes)
        assert is_in(browser)
        assert seen_at(identity_table) == first
    clock.passes(minutes=0.2)
    assert is_in(browser)
    second = seen_at(identity_table)
    assert second != first
    assert is_in(browser)
    assert seen_at(identity_table) == second


def test_a_session_that_is_ended_while_it_is_being_seen_stays_ended(
        identity_door: Caller, issuer: Issuer, kept_sessions: Sessions, identity_table: Table, clock: Clock) -> None:
    browser = signed_in(identity_door, issuer)
    (item,) = [each for each in contents(identity_table) if "seen_at" in each]
    clock.passes(minutes=10)
    session = kept_sessions.find(browser.cookies[SESSION], clock.now(UTC))
    assert session
    kept_sessions.end_all(item["person"], clock.now(UTC))
    kept_sessions._touch(session, clock.now(UTC))
    kept_sessions.prefer(item["person"], "en", "WIT")
    assert not is_in(browser)
    assert [set(each) for each in contents(identity_table) if each["sk"] == "RECORD"] == [ENDED]


# -- how they end --------------------------------------------------------------------------------------------------


def test_the_account_lists_the_sessions_and_marks_the_one_in_use(identity_door: Caller, issuer: Issuer) -> None:
    phone, desk = signed_in(identity_door, issuer), signed_in(identity_door, issuer)
    page = desk(ACCOUNT)
    assert page.text.count("Ini yang sedang Anda pakai.") == 1
    assert len(others(page)) == 1
    assert others(phone(ACCOUNT)) != others(page)


@pytest.mark.parametrize(("groups", "desk", "terminal"), [
    ([], False, False), (["operator"], False, True), (["panitia:bimtek-klino"], True, False),
    (["atasan:*"], True, False), (["pengawas_data"], True, False), (["operator", "manajer:35"], True, True)])
def test_the_account_offers_the_desk_to_whom_it_opens_and_tells_an_operator_their_command(
        identity_door: Caller, issuer: Issuer, groups: list[str], desk: bool, terminal: bool) -> None:  # noqa: FBT001 a case
    page = signed_in(identity_door, issuer, groups=groups)(ACCOUNT)
    assert ("/layanan/meja" in page.links, "python -m infra.mail stuck" in page.text) == (desk, terminal)


def test_one_session_is_ended_from_another_at_once(identity_door: Caller, issuer: Issuer) -> None:
    phone, desk = signed_in(identity_door, issuer), signed_in(identity_door, issuer)
    answer = desk(END, form={"sesi": others(desk(ACCOUNT))[0]})
    assert (answer.status, answer.location) == (303, "/layanan/akun")
    assert (is_in(phone), is_in(desk)) == (False, True)
    assert others(desk(ACCOUNT)) == []


def test_signing_out_everywhere_ends_them_all_and_nobody_elses(
        identity_door: Caller, issuer: Issuer, identity_table: Table) -> None:
    stranger = signed_in(identity_door, issuer, sub="budi")
    mine = [signed_in(identity_door, issuer) for _ in range(3)]
    answer = mine[0](END, form={"sesi": "semua", "lang": "en"})
    assert answer.location == "/layanan/keluar?lang=en"
    assert MARK not in mine[0].cookies
    assert [is_in(each) for each in (*mine, stranger)] == [False, False, False, True]
    records = [each for each in contents(identity_table) if each["sk"] == "RECORD"]
    assert sorted(set(each) == ENDED for each in records) == [False, True, True, True]


def test_ending_what_has_ended_ends_nothing(
        identity_door: Caller, issuer: Issuer, kept_sessions: Sessions, identity_table: Table) -> None:
    person = person_of(signed_in(identity_door, issuer), identity_table)
    assert kept_sessions.end_all(person, NOW) == 1
    before = contents(identity_table)
    assert kept_sessions.end_all(person, NOW) == 0
    assert contents(identity_table) == before


def test_a_person_who_is_erased_leaves_no_trace_of_a_session(
        identity_door: Caller, issuer: Issuer, kept_sessions: Sessions, identity_table: Table) -> None:
    phone, desk = signed_in(identity_door, issuer), signed_in(identity_door, issuer)
    person = person_of(desk, identity_table)
    phone(LEAVE, form={})
    kept_sessions.erase(person, "9")
    assert contents(identity_table) == []


def test_the_key_of_somebody_elses_session_does_nothing(
        identity_door: Caller, issuer: Issuer, identity_table: Table) -> None:
    victim, attacker = signed_in(identity_door, issuer, sub="budi"), signed_in(identity_door, issuer)
    (key,) = [each["pk"].removeprefix("SESSION#") for each in contents(identity_table) if each.get("groups") is not None
              and each["person"] != person_of(attacker, identity_table)]
    before = contents(identity_table)
    assert attacker(END, form={"sesi": key}).status == 303
    assert is_in(victim)
    assert contents(identity_table) == before
    assert [item for item in others(victim(ACCOUNT)) if item == key] == []


def person_of(browser: Caller, table: Table) -> str:
    return Sessions(table).person_of(browser.cookies[SESSION])


@pytest.mark.parametrize("key", ["", "x", "semua ", "0" * 64, "G" * 64, "RECORD", "x" * 5000, "\0", "../x"])
def test_a_key_of_no_session_changes_nothing(
        identity_door: Caller, issuer: Issuer, identity_table: Table, key: str) -> None:
    browser = signed_in(identity_door, issuer)
    before = contents(identity_table)
    assert browser(END, form={"sesi": key}).status == 303
    assert contents(identity_table) == before


def test_an_odd_key_of_a_program_changes_nothing(identity_door: Caller, issuer: Issuer) -> None:
    browser = signed_in(identity_door, issuer)
    for key in (None, 7, ["semua"], {"a": 1}, True):
        assert browser(END, data={"sesi": key}).status == 303
    assert is_in(browser)


def test_ending_the_session_in_use_is_leaving(identity_door: Caller, issuer: Issuer, identity_table: Table) -> None:
    browser = signed_in(identity_door, issuer)
    (key,) = [each["pk"].removeprefix("SESSION#") for each in contents(identity_table) if "seen_at" in each]
    browser(END, form={"sesi": key})
    assert not is_in(browser)


def test_signing_in_again_ends_the_session_before(identity_door: Caller, issuer: Issuer, identity_table: Table) -> None:
    browser = signed_in(identity_door, issuer)
    old = browser.cookies[SESSION]
    come_back(browser, issuer)
    assert not is_in(Caller(identity_door.handle, {SESSION: old}))
    assert len([each for each in contents(identity_table) if "seen_at" in each]) == 1


@pytest.mark.parametrize("cookies", [
    {"sesi": "{}"}, {f"{SESSION}x": "{}"}, {f"x{SESSION}": "{}"}, {SESSION: " {}"}, {SESSION: "{}x"}, {SESSION: ""},
    {SESSION: '"{}"'}])
def test_only_the_cookie_as_it_was_given_opens_the_account(
        identity_door: Caller, issuer: Issuer, cookies: dict[str, str]) -> None:
    """Above all not the name without `__Host-`, which a neighbouring host could set."""
    token = signed_in(identity_door, issuer).cookies[SESSION]
    assert not is_in(Caller(identity_door.handle, {name: value.format(token) for name, value in cookies.items()}))


def test_what_the_table_holds_of_a_session_opens_nothing(
        identity_door: Caller, issuer: Issuer, identity_table: Table) -> None:
    signed_in(identity_door, issuer)
    (key,) = [each["pk"].removeprefix("SESSION#") for each in contents(identity_table) if "seen_at" in each]
    assert not is_in(Caller(identity_door.handle, {SESSION: key}))


def test_a_role_that_was_taken_away_is_gone_with_the_next_sign_in(identity_door: Caller, issuer: Issuer) -> None:
    browser = signed_in(identity_door, issuer)
    assert browser(ACCOUNT, headers={"accept": JSON}).json["roles"]
    assert signed_in(identity_door, issuer, groups=[])(ACCOUNT, headers={"accept": JSON}).json["roles"] == []


def test_nothing_of_a_session_outlives_its_date(identity_door: Caller, issuer: Issuer, identity_table: Table) -> None:
    signed_in(identity_door, issuer)(ACCOUNT)
    assert all(item["expires_at"] for item in contents(identity_table))
