"""Signing in: one browser's whole way there and back, and every way that is not its own."""

from __future__ import annotations

import json
import re
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.records import Table
from tests.doors.calling import JSON, Caller
from tests.doors.conftest import Clock
from tests.doors.weather import contents
from tests.issuer import BACK, BEGIN, SITI, Issuer, come_back, s256, signed_in

ACCOUNT, LEAVE = "GET /layanan/akun", "POST /layanan/keluar"
FAILED, UNAVAILABLE = "Masuk belum berhasil", "Layanan masuk tidak menjawab"
SESSION, BROWSER, MARK = "__Host-sesi", "__Host-peramban", "__Host-penanda"
ORIGIN = "https://portal.example.go.id"


def asked_for(address: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


# -- the good way --------------------------------------------------------------------------------------------------


def test_somebody_who_signs_in_sees_their_account(identity_door: Caller, issuer: Issuer) -> None:
    answer = come_back(identity_door, issuer)
    assert (answer.status, answer.location) == (303, "/layanan/akun")
    account = identity_door(ACCOUNT)
    assert account.heading == "Akun saya"
    assert "Siti Rahmawati (siti@kemendesa.example)" in account.text
    assert "Panitia kegiatan (*)" in account.text


def test_programs_are_told_who_is_signed_in(identity_door: Caller, issuer: Issuer) -> None:
    account = signed_in(identity_door, issuer)(ACCOUNT, headers={"accept": JSON})
    assert account.json == {"name": "Siti Rahmawati", "email": "siti@kemendesa.example",
                            "roles": ["Committee of an activity (*)"]}


def test_the_portal_asks_for_a_code_with_pkce_state_and_nonce(identity_door: Caller, issuer: Issuer) -> None:
    first, second = (asked_for(identity_door(BEGIN).location) for _ in range(2))
    assert (first["response_type"], first["client_id"], first["code_challenge_method"]) == ("code", "portal", "S256")
    assert first["redirect_uri"] == f"{ORIGIN}/layanan/masuk/kembali" == issuer.back
    assert set(first["scope"].split()) == {"openid", "profile", "email"}
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 30
        assert first[name] != second[name], "guessed once is guessed for ever"


def test_the_verifier_is_sent_to_the_issuer_and_nowhere_else(
        identity_door: Caller, issuer: Issuer, identity_table: Table) -> None:
    begun = identity_door(BEGIN)
    (kept,) = contents(identity_table)
    assert s256(kept["verifier"]) == asked_for(begun.location)["code_challenge"]
    assert kept["verifier"] not in f"{begun.location} {begun.cookies}"
    assert identity_door(BACK, query=issuer.visited(begun.location)).location == "/layanan/akun"


@pytest.mark.parametrize("name", ["code_challenge", "redirect_uri"])
def test_the_issuer_of_these_tests_would_notice_a_client_that_does_it_wrong(
        identity_door: Caller, issuer: Issuer, name: str) -> None:
    """Without this the tests above could pass by an issuer that looks at nothing."""
    query = issuer.visited(identity_door(BEGIN).location)
    issuer.codes[query["code"]][name] = issuer.back = "x" * 43
    assert identity_door(BACK, query=query).status == 400


def test_two_windows_of_one_browser_can_sign_in_side_by_side(identity_door: Caller, issuer: Issuer) -> None:
    first = identity_door(BEGIN, query={"ke": "/layanan/akun/profil"})
    second = identity_door(BEGIN)
    assert identity_door(BACK, query=issuer.visited(first.location)).location == "/layanan/akun/profil"
    assert identity_door(BACK, query=issuer.visited(second.location)).location == "/layanan/akun"


def test_a_name_of_any_length_and_kind_is_only_text(identity_door: Caller, issuer: Issuer) -> None:
    account = signed_in(identity_door, issuer, name="<script>alert(1)</script>" + "x" * 5000)(ACCOUNT)
    assert account.page.find("script") == []
    assert "<script>alert(1)</script>xxx" in account.text
    assert len(account.text) < 3000


def test_somebody_of_whom_nothing_but_the_subject_is_known_can_sign_in(identity_door: Caller, issuer: Issuer) -> None:
    browser = signed_in(identity_door, issuer, name=None, email=None, email_verified=None, groups=None)
    assert "pengguna tanpa nama" in browser(ACCOUNT).text
    assert browser(ACCOUNT, headers={"accept": JSON}).json == {"name": "", "email": "", "roles": []}


# -- state ---------------------------------------------------------------------------------------------------------


def must_have_failed(browser: Caller, answer: object) -> None:
    assert (answer.status, answer.heading) == (400, FAILED)
    assert "/layanan/masuk" in answer.links, "where to begin again"
    assert SESSION not in browser.cookies
    assert browser(ACCOUNT).status == 303, "nobody is signed in"


@pytest.mark.parametrize("state", ["", "x", "lain" * 12, "\u00e9", "x" * 5000],
                         ids=["none", "short", "unknown", "not ASCII", "very long"])
def test_an_unknown_state_is_refused_before_the_issuer_is_asked(
        identity_door: Caller, issuer: Issuer, state: str) -> None:
    query = issuer.visited(identity_door(BEGIN).location)
    must_have_failed(identity_door, identity_door(BACK, query={**query, "state": state}))
    assert "/token" not in issuer.asked


def test_a_sign_in_that_another_browser_began_is_refused_and_still_there_for_its_own(
        identity_door: Caller, issuer: Issuer) -> None:
    """Login CSRF: somebody sends the address with their own code to somebody else."""
    attacker, victim = Caller(identity_door.handle), Caller(identity_door.handle)
    query = issuer.visited(attacker(BEGIN).location)
    must_have_failed(victim, victim(BACK, query=query))
    victim(BEGIN)  # has a cookie of its own now
    must_have_failed(victim, victim(BACK, query=query))
    assert "/token" not in issuer.asked
    assert attacker(BACK, query=query).location == "/layanan/akun", "nobody can spoil a stranger's sign-in"


def test_a_browser_without_cookies_is_told_what_to_do(identity_door: Caller, issuer: Issuer) -> None:
    query = issuer.visited(identity_door(BEGIN).location)
    without = Caller(identity_door.handle)
    must_have_failed(without, without(BACK, query=query))


def test_a_state_is_used_once(identity_door: Caller, issuer: Issuer) -> None:
    query = issuer.visited(identity_door(BEGIN).location)
    assert identity_door(BACK, query=query).status == 303
    again = identity_door(BACK, query=query)
    assert (again.status, again.heading) == (400, FAILED)
    assert issuer.asked.count("/token") == 1
    assert identity_door(ACCOUNT).status == 200, "going back in the browser signs nobody out"


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (16, 400)])
def test_a_sign_in_must_come_back_within_a_quarter_of_an_hour(
        identity_door: Caller, issuer: Issuer, clock: Clock, minutes: int, status: int) -> None:
    query = issuer.visited(identity_door(BEGIN).location)
    clock.passes(minutes=minutes)
    assert identity_door(BACK, query=query).status == status


def test_a_code_of_another_sign_in_is_refused(identity_door: Caller, issuer: Issuer) -> None:
    """A code that was stolen belongs to another challenge."""
    stolen = issuer.visited(Caller(identity_door.handle)(BEGIN).location)
    own = issuer.visited(identity_door(BEGIN).location)
    must_have_failed(identity_door, identity_door(BACK, query={**own, "code": stolen["code"]}))


@pytest.mark.parametrize("query", [
    {"error": "access_denied", "code": None}, {"error": "login_required", "code": None}, {"code": None}, {"code": ""}],
    ids=["no was said", "nobody there", "no code", "an empty code"])
def test_somebody_who_does_not_get_in_is_told_so_and_the_issuer_is_not_asked(
        identity_door: Caller, issuer: Issuer, query: dict[str, str | None]) -> None:
    issuer.authorization = query
    must_have_failed(identity_door, come_back(identity_door, issuer))
    assert "/token" not in issuer.asked


def test_what_the_address_says_of_an_error_is_not_shown(identity_door: Caller, issuer: Issuer) -> None:
    issuer.authorization = {"error": "access_denied", "error_description": "Telepon 0800-PENIPU", "code": None}
    assert "PENIPU" not in come_back(identity_door, issuer).body


def test_an_answer_that_names_another_issuer_is_refused(identity_door: Caller, issuer: Issuer) -> None:
    """RFC 9207: two issuers are not mixed up."""
    issuer.authorization = {"iss": "https://lain.example"}
    must_have_failed(identity_door, come_back(identity_door, issuer))
    assert "/token" not in issuer.asked


def test_an_issuer_that_does_not_name_itself_in_the_answer_is_believed(identity_door: Caller, issuer: Issuer) -> None:
    issuer.authorization = {"iss": None}
    assert come_back(identity_door, issuer).status == 303


@pytest.mark.parametrize(("language", "heading"), [("id", FAILED), ("en", "Signing in did not work")])
def test_whoever_fails_is_told_in_the_language_in_which_they_began(
        identity_door: Caller, issuer: Issuer, language: str, heading: str) -> None:
    issuer.authorization = {"error": "access_denied", "code": None}
    assert come_back(identity_door, issuer, lang=language).heading == heading


# -- where it leads ------------------------------------------------------------------------------------------------

AWAY = {
    "another host": "https://jahat.example/", "without a scheme": "//jahat.example/",
    "with three strokes": "///jahat.example", "with a backslash": "/\\jahat.example",
    "with two backslashes": "\\\\jahat.example", "a backslash later": "/layanan\\..\\\\jahat.example",
    "a tab that browsers leave out": "/\t/jahat.example", "a line break": "/\n/jahat.example",
    "a header": "/layanan/akun\r\nSet-Cookie: __Host-sesi=x", "a script": "javascript:alert(1)",
    "data": "data:text/html,x", "a name without a stroke": "jahat.example", "an at": "@jahat.example",
    "a blank before": " //jahat.example", "a NUL": "/\0/jahat.example", "https without strokes": "https:jahat.example",
    "letters that become line breaks in one byte": "/\u560d\u560aSet-Cookie: x", "a letter that is no ASCII": "/\u2044",
    "too long": "/" + "x" * 500, "very long": "/" + "x" * 60_000, "an address that is none": "//[::", "nothing": "",
}


@pytest.mark.parametrize("asked", AWAY.values(), ids=AWAY)
def test_nobody_is_led_away_from_the_portal(identity_door: Caller, issuer: Issuer, asked: str) -> None:
    assert come_back(identity_door, issuer, ke=asked).location == "/layanan/akun"


@pytest.mark.parametrize("asked", [
    "/layanan/akun/profil", "/layanan/meja/kegiatan/bimtek-klino?status=waiting&urut=terbaru", "/en/kegiatan/",
    "/layanan/akun?lang=en#sesi", "/layanan/meja?cari=%C3%A9%20%2F"])
def test_somebody_comes_back_to_where_they_were(identity_door: Caller, issuer: Issuer, asked: str) -> None:
    assert come_back(identity_door, issuer, ke=asked).location == asked


def test_a_page_for_those_who_are_signed_in_leads_to_signing_in_and_back(identity_door: Caller, issuer: Issuer) -> None:
    sent = identity_door("GET /layanan/akun/profil", query={"lang": "en", "x": "a b&c"})
    assert sent.status == 303
    place, query = urlsplit(sent.location).path, asked_for(sent.location)
    assert (place, query["ke"]) == ("/layanan/masuk", "/layanan/akun/profil?lang=en&x=a+b%26c")
    assert query["lang"] == "en"
    assert come_back(identity_door, issuer, **query).location == "/layanan/akun/profil?lang=en&x=a+b%26c"


def test_whoever_signs_in_in_english_goes_on_in_english(identity_door: Caller, issuer: Issuer) -> None:
    begun = identity_door(BEGIN, query={"lang": "en"})
    assert asked_for(begun.location)["ui_locales"] == "en"
    assert identity_door(BACK, query=issuer.visited(begun.location)).location == "/layanan/akun?lang=en"


def test_a_program_without_a_session_is_told_401(identity_door: Caller) -> None:
    answer = identity_door(ACCOUNT, headers={"accept": JSON, "accept-language": "en"})
    assert (answer.status, answer.json["code"], answer.json["title"]) == (401, "sign_in_needed", "Sign in first")


# -- cookies -------------------------------------------------------------------------------------------------------


def attributes_of(cookies: list[str], name: str) -> list[str]:
    (cookie,) = [each for each in cookies if each.startswith(f"{name}=")]
    return cookie.split("; ")[1:]


def test_cookies_are_out_of_reach_for_scripts_other_hosts_and_plain_http(identity_door: Caller, issuer: Issuer) -> None:
    begun = identity_door(BEGIN)
    back = identity_door(BACK, query=issuer.visited(begun.location))
    for cookies, name, seconds in ((begun.cookies, BROWSER, 900), (back.cookies, SESSION, 36 * 3600)):
        assert set(attributes_of(cookies, name)) == {
            "Path=/", "HttpOnly", "Secure", "SameSite=Lax", f"Max-Age={seconds}"}, "__Host- allows no Domain"


def test_one_mark_is_for_scripts_the_same_at_each_sign_in_and_opens_nothing(
        identity_door: Caller, issuer: Issuer, identity_table: Table) -> None:
    first, second = signed_in(identity_door, issuer), signed_in(identity_door, issuer)
    mark = first.cookies[MARK]
    assert second.cookies[MARK] == mark
    assert re.fullmatch("[0-9a-f]{16}", mark)
    assert mark not in json.dumps(contents(identity_table), default=str)
    assert Caller(identity_door.handle, {MARK: mark, SESSION: mark})(ACCOUNT).status == 303
    left = first(LEAVE, form={"lang": "id"})
    assert MARK not in first.cookies
    assert set(attributes_of(left.cookies, MARK)) == {"Path=/", "Secure", "SameSite=Lax", "Max-Age=0"}
    second("POST /layanan/akun/sesi", form={"sesi": "semua"})
    assert MARK not in second.cookies


def test_a_cookie_from_before_signing_in_is_not_kept(identity_door: Caller, issuer: Issuer) -> None:
    """Session fixation: whoever planted a cookie knows nothing afterwards."""
    planted = signed_in(identity_door, issuer, sub="penyerang").cookies[SESSION]
    victim = Caller(identity_door.handle, {SESSION: planted})
    issuer.person = dict(SITI)
    assert come_back(victim, issuer).status == 303
    assert victim.cookies[SESSION] != planted
    assert Caller(identity_door.handle, {SESSION: planted})(ACCOUNT).status == 303, "the old one has ended"


def test_a_token_that_nobody_was_given_is_not_taken(identity_door: Caller, issuer: Issuer) -> None:
    invented = Caller(identity_door.handle, {SESSION: "x" * 43})
    assert invented(ACCOUNT).status == 303
    assert come_back(invented, issuer).status == 303
    assert invented.cookies[SESSION] != "x" * 43


def test_tokens_lie_in_no_table_and_in_no_log(
        identity_door: Caller, issuer: Issuer, identity_table: Table, log: StringIO,
        capfd: pytest.CaptureFixture[str]) -> None:
    signed_in(identity_door, issuer)
    browser = signed_in(identity_door, issuer)
    begun = browser(BEGIN)
    query = issuer.visited(begun.location)
    issuer.claims = {"nonce": "lain"}
    assert browser(BACK, query=query).status == 400
    issuer.canned["/token"] = (500, {}, b"Siti Rahmawati")
    assert come_back(browser, issuer).status == 503
    output = capfd.readouterr()
    lines = f"{log.getvalue()}{output.out}{output.err}"
    kept = json.dumps(contents(identity_table), default=str)
    assert kept.count("SESSION#") >= 2
    secrets = [browser.cookies[SESSION], browser.cookies[BROWSER], query["code"], query["state"], *issuer.tokens]
    assert [each for each in secrets if each in kept or each in lines] == []
    assert [each for each in ("Siti", "siti@", "kemendesa") if each.lower() in lines.lower()] == []


# -- leaving -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "heading"), [("id", "Anda sudah keluar"), ("en", "You are signed out")])
def test_whoever_leaves_is_out_at_once_and_may_leave_the_issuer_too(
        identity_door: Caller, issuer: Issuer, language: str, heading: str) -> None:
    browser = signed_in(identity_door, issuer)
    token = browser.cookies[SESSION]
    left = browser(LEAVE, form={"lang": language})
    assert left.status == 303
    assert MARK not in browser.cookies
    assert browser.cookies[SESSION] == token, "by it a form in another window keeps its answers; it opens nothing"
    assert browser(ACCOUNT).status == 303
    page = browser("GET /layanan/keluar", query={"lang": language})
    assert (page.heading, left.location) == (heading, f"/layanan/keluar{'?lang=en' if language == 'en' else ''}")
    assert f"{issuer.url}/leave" in page.links
    assert f"/layanan/masuk{'?lang=en' if language == 'en' else ''}" in page.links


def test_leaving_twice_is_leaving(identity_door: Caller, issuer: Issuer) -> None:
    browser = signed_in(identity_door, issuer)
    assert [browser(LEAVE, form={}).status for _ in range(2)] == [303, 303]


@pytest.mark.parametrize("headers", [{"origin": "https://jahat.example"}, {"origin": "null"},
                                     {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}])
@pytest.mark.parametrize("route", [LEAVE, "POST /layanan/akun/sesi", "POST /layanan/akun/profil"])
def test_another_site_can_change_nothing(
        identity_door: Caller, issuer: Issuer, route: str, headers: dict[str, str]) -> None:
    browser = signed_in(identity_door, issuer)
    answer = browser(route, form={"sesi": "semua"}, headers=headers)
    assert (answer.status, answer.heading) == (400, "Formulir ini dikirim dari situs lain")
    assert browser(ACCOUNT).status == 200
