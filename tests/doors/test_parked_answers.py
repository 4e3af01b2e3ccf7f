"""Answers that arrive when a session has ended: kept for the same person, and for half an hour."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from portal import records
from portal.records import Table
from tests.doors.calling import FORM, JSON, Answer, Caller
from tests.doors.conftest import Clock
from tests.doors.weather import Weather, contents, refused
from tests.issuer import SITI, Issuer, come_back, signed_in

SAVE, PROFILE, GO_ON = "POST /layanan/akun/profil", "GET /layanan/akun/profil", "GET /layanan/masuk/lanjut"
SESSION, PARKED = "__Host-sesi", "__Host-titipan"
TYPED = {"kind": "umum", "region": "35.22", "phone": "0812 3456 7890", "channel": "email", "version": "0",
         "accessibility_needs": 'Kursi roda\r\n& "meja" <rendah>', "website": ""}


@pytest.fixture
def ended(identity_door: Caller, issuer: Issuer, clock: Clock) -> Caller:
    """A browser whose session has ended while its person was typing."""
    browser = signed_in(identity_door, issuer)
    clock.passes(minutes=61)
    return browser


def query_of(address: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


def sent_too_late(browser: Caller, language: str = "id") -> Answer:
    answer = browser(SAVE, form={**TYPED, "lang": language})
    assert answer.status == 401
    return answer


@pytest.mark.parametrize(("language", "told", "again"), [
    ("id", "Sesi Anda sudah berakhir", "Jawaban Anda masih ada"),
    ("en", "Your session has ended", "Your answers are still here")])
def test_answers_come_back_after_signing_in_again_and_are_taken_then(
        ended: Caller, issuer: Issuer, language: str, told: str, again: str) -> None:
    answer = sent_too_late(ended, language)
    assert answer.heading == told
    (link,) = answer.links
    assert urlsplit(link).path == "/layanan/masuk"
    back = come_back(ended, issuer, **query_of(link))
    assert urlsplit(back.location).path == "/layanan/masuk/lanjut"
    kept = ended(GO_ON, query=query_of(back.location))
    assert kept.heading == again
    fields = kept.fields("/layanan/akun/profil")
    assert fields == {**TYPED, "lang": language}
    assert ended(SAVE, form=fields).status == 303
    assert ended(PROFILE).fields()["accessibility_needs"] == 'Kursi roda\n& "meja" <rendah>'


def test_a_form_is_never_led_to_another_host(ended: Caller) -> None:
    """The content policy (`form-action 'self'`) holds each redirect after a form to this site, and would end there."""
    assert "location" not in sent_too_late(ended).headers
    assert Caller(ended.handle)(SAVE, form=TYPED).status == 401


def test_answers_are_still_there_when_their_page_is_loaded_again(
        ended: Caller, issuer: Issuer, clock: Clock) -> None:
    """A line that breaks takes the first page; what was typed must not go with it."""
    sent_too_late(ended)
    come_back(ended, issuer)
    first, again = ended(GO_ON), ended(GO_ON)
    assert first.fields("/layanan/akun/profil") == again.fields("/layanan/akun/profil") == {**TYPED, "lang": "id"}
    clock.passes(minutes=31)
    assert ended(GO_ON).location == "/layanan/akun"


def test_answers_are_nobody_elses(ended: Caller, issuer: Issuer) -> None:
    sent_too_late(ended)
    token = ended.cookies[PARKED]
    issuer.person = {**SITI, "sub": "budi"}
    come_back(ended, issuer)
    answer = ended(GO_ON)
    assert (answer.status, answer.location) == (303, "/layanan/akun")
    assert "Kursi roda" not in answer.body
    issuer.person = dict(SITI)
    siti = Caller(ended.handle, {PARKED: token})
    come_back(siti, issuer)
    assert siti(GO_ON).status == 200, "still there for whom they belong to"


def test_answers_are_kept_for_half_an_hour(ended: Caller, issuer: Issuer, clock: Clock) -> None:
    sent_too_late(ended)
    clock.passes(minutes=31)
    come_back(ended, issuer)
    assert ended(GO_ON).location == "/layanan/akun"


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 5000])
def test_an_invented_token_finds_nothing(identity_door: Caller, issuer: Issuer, token: str) -> None:
    browser = signed_in(identity_door, issuer)
    browser.cookies[PARKED] = token
    assert browser(GO_ON).location == "/layanan/akun"


def test_nothing_is_kept_for_nobody(identity_door: Caller, identity_table: Table) -> None:
    """Whoever was never signed in could fill the table."""
    for cookies in ({}, {SESSION: "x" * 43}):
        answer = Caller(identity_door.handle, cookies)(SAVE, form=TYPED)
        assert (answer.status, answer.heading) == (401, "Masuk dulu")
        assert answer.cookies == []
    assert contents(identity_table) == []


def test_another_site_cannot_leave_answers_here(ended: Caller, identity_table: Table) -> None:
    before = contents(identity_table)
    assert ended(SAVE, form=TYPED, headers={"origin": "https://jahat.example"}).status == 400
    assert contents(identity_table) == before


def test_a_program_is_told_401_and_nothing_is_kept(ended: Caller, identity_table: Table) -> None:
    before = contents(identity_table)
    answer = ended(SAVE, data=TYPED)
    assert (answer.status, answer.json["code"]) == (401, "sign_in_needed")
    assert contents(identity_table) == before


@pytest.mark.parametrize(("status", "raw", "kind"), [
    (413, b"unit=" + b"x" * 70_000, FORM), (415, b"x", "text/plain"), (400, b"unit=%FF", FORM)])
def test_what_cannot_be_kept_is_told_as_it_is(ended: Caller, status: int, raw: bytes, kind: str) -> None:
    assert ended(SAVE, raw=raw, headers={"content-type": kind, "accept": "text/html"}).status == status


def test_a_busy_store_is_told_as_such(ended: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = Weather(records.client(), refused("ThrottlingException"), times=float("inf"), calls=frozenset({"put_item"}))
    monkeypatch.setattr(records, "client", lambda: bad)
    answer = ended(SAVE, form=TYPED, seconds=records.RESERVE + 0.1)
    assert answer.status == 503
    assert "retry-after" in answer.headers


def test_the_cookie_of_kept_answers_is_as_well_guarded_as_the_session(ended: Caller, identity_table: Table) -> None:
    (cookie,) = sent_too_late(ended).cookies
    assert set(cookie.split("; ")[1:]) == {"Path=/", "HttpOnly", "Secure", "SameSite=Lax", "Max-Age=1800"}
    assert ended.cookies[PARKED] not in str(contents(identity_table))


def test_the_page_with_kept_answers_is_in_no_shared_memory(ended: Caller, issuer: Issuer) -> None:
    sent_too_late(ended)
    come_back(ended, issuer)
    assert ended(GO_ON).headers["cache-control"] == "private, no-cache"


def test_answers_with_several_values_come_back_with_all_of_them(ended: Caller, issuer: Issuer) -> None:
    raw = b"nomor=A&nomor=B&lang=id"
    ended(SAVE, raw=raw, headers={"content-type": FORM, "accept": "text/html"})
    come_back(ended, issuer)
    page = ended(GO_ON)
    (form,) = [each for each in page.page.find("form") if each.attributes["action"] == "/layanan/akun/profil"]
    sent = [(each.attributes["name"], each.attributes["value"]) for each in form.find("input")]
    assert sent == [("nomor", "A"), ("nomor", "B"), ("lang", "id")]


@pytest.mark.parametrize(("route", "form"), [
    ("POST /layanan/keluar", {}), ("POST /layanan/akun/sesi", {"sesi": "semua"})])
def test_answers_from_another_window_are_kept_after_signing_out(
        identity_door: Caller, issuer: Issuer, route: str, form: dict[str, str]) -> None:
    here, elsewhere = signed_in(identity_door, issuer), signed_in(identity_door, issuer)
    here(route, form=form)
    windows = [here, elsewhere] if form else [here]
    for window in windows:
        assert window(PROFILE).status == 303, "the old token opens nothing"
        assert window(SAVE, data=TYPED).status == 401
        sent_too_late(window)
        come_back(window, issuer)
        assert window(GO_ON).fields("/layanan/akun/profil") == {**TYPED, "lang": "id"}


def test_answers_after_signing_out_are_not_for_the_next_person_at_this_device(
        identity_door: Caller, issuer: Issuer) -> None:
    browser = signed_in(identity_door, issuer)
    browser("POST /layanan/keluar", form={})
    sent_too_late(browser)
    issuer.person = {**SITI, "sub": "budi"}
    come_back(browser, issuer)
    assert browser(GO_ON).location == "/layanan/akun"


@pytest.mark.parametrize(("route", "page"), [
    (SAVE, "/layanan/akun/profil"), ("POST /layanan/akun/sesi", "/layanan/akun"),
    ("POST /layanan/akun/alamat/hapus", "/layanan/akun/alamat")])
@pytest.mark.parametrize("language", ["id", "en"])
def test_whoever_is_not_known_here_signs_in_and_comes_back_to_the_page_of_the_form(
        identity_door: Caller, route: str, page: str, language: str) -> None:
    (link,) = Caller(identity_door.handle)(route, form={"lang": language}).links
    asked = {"lang": "en"} if language == "en" else {}
    assert query_of(link) == {"ke": f"{page}{'?lang=en' if asked else ''}", **asked}


def test_a_program_and_a_page_are_told_the_same_status(ended: Caller) -> None:
    assert ended(SAVE, form=TYPED).status == ended(SAVE, data=TYPED, headers={"accept": JSON}).status == 401
