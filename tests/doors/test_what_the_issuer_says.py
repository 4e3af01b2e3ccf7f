"""An issuer whose answers are wrong, forged, late or none: nobody gets in by them, and everybody is told what to do."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from joserfc.jwk import OctKey

from identity import handler, provider
from portal.sessions import person_id
from tests.doors.calling import JSON, Caller
from tests.issuer import BACK, BEGIN, CLIENT, SECRET, Issuer, a_key, come_back, signed_in

ACCOUNT, SESSION = "GET /layanan/akun", "__Host-sesi"
FAILED, UNAVAILABLE = "Masuk belum berhasil", "Layanan masuk tidak menjawab"
NOW = int(time.time())
MOMENTS = {"exp", "iat", "nbf"}


def roles_of(browser: Caller) -> list[str]:
    return list(browser(ACCOUNT, headers={"accept": JSON}).json["roles"])


def must_stay_outside(door: Caller, issuer: Issuer) -> None:
    answer = come_back(door, issuer)
    assert (answer.status, answer.heading) == (400, FAILED)
    assert SESSION not in door.cookies


def must_be_unavailable(answer: Any) -> None:
    assert (answer.status, answer.heading) == (503, UNAVAILABLE)
    assert answer.headers["retry-after"].isdigit()


def of_today(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims with their moments as far from the real now as they are from NOW."""
    passed = int(time.time()) - NOW
    return {name: value + passed if name in MOMENTS and type(value) is int else value
            for name, value in claims.items()}


# -- the ID token --------------------------------------------------------------------------------------------------

WRONG: dict[str, dict[str, Any]] = {
    "no nonce": {"nonce": None}, "the nonce of another sign-in": {"nonce": "x" * 32}, "an empty nonce": {"nonce": ""},
    "no issuer": {"iss": None}, "another issuer": {"iss": "https://lain.example"}, "a list of issuers": {"iss": ["x"]},
    "no audience": {"aud": None}, "another audience": {"aud": "lain"}, "other audiences": {"aud": ["lain", "asing"]},
    "no expiry": {"exp": None}, "expired": {"exp": NOW - 120}, "an expiry in words": {"exp": "besok"},
    "an expiry that is never": {"exp": float("nan")},
    "no moment of issue": {"iat": None}, "issued in the future": {"iat": NOW + 3600, "exp": NOW + 7200},
    "not to be used yet": {"nbf": NOW + 3600},
    "no subject": {"sub": None}, "an empty subject": {"sub": ""}, "a subject that is a number": {"sub": 7},
    "made for another client": {"azp": "lain"}, "made for another client, although we may read it": {
        "aud": [CLIENT, "lain"], "azp": "lain"},
    "for us and others, and nobody says who asked": {"aud": [CLIENT, "lain"]},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
        identity_door: Caller, issuer: Issuer, claims: dict[str, Any]) -> None:
    issuer.claims = of_today(claims)
    must_stay_outside(identity_door, issuer)


@pytest.mark.parametrize("claims", [
    {"aud": [CLIENT]}, {"aud": [CLIENT, "account"], "azp": CLIENT}, {"azp": CLIENT}, {"exp": NOW - 30},
    {"iat": NOW + 30}], ids=["one audience in a list", "as Keycloak says it", "asked by us", "a clock that is late",
                             "a clock that is early"])
def test_a_token_that_is_for_us_is_taken(identity_door: Caller, issuer: Issuer, claims: dict[str, Any]) -> None:
    issuer.claims = of_today(claims)
    assert come_back(identity_door, issuer).status == 303


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
def test_a_token_without_a_signature_is_refused_however_that_is_spelt(
        identity_door: Caller, issuer: Issuer, algorithm: str) -> None:
    issuer.header = {"alg": algorithm}
    must_stay_outside(identity_door, issuer)


SHARED = {"the public key as a text": a_key().as_pem(private=False), "the public key as it is published": json.dumps(
    a_key().as_dict(private=False)).encode(), "the client's secret": SECRET.encode(), "nothing": b""}


@pytest.mark.parametrize("shared", SHARED.values(), ids=SHARED)
def test_a_token_signed_with_what_others_know_is_refused(
        identity_door: Caller, issuer: Issuer, shared: bytes) -> None:
    """The oldest trick: HS256, and as its secret a key that everybody can read."""
    issuer.header, issuer.shared = {"alg": "HS256"}, shared
    issuer.published = [a_key(), OctKey.import_key(SECRET, {"kid": "secret"})]
    must_stay_outside(identity_door, issuer)
    issuer.header = {"alg": "HS256", "kid": "secret"}
    must_stay_outside(identity_door, issuer)


@pytest.mark.parametrize("kid", ["second", "first", None], ids=["under its own name", "under a known name", "nameless"])
def test_a_token_signed_with_a_foreign_key_is_refused(identity_door: Caller, issuer: Issuer, kid: str | None) -> None:
    issuer.key, issuer.header = a_key("second"), {"kid": kid}
    must_stay_outside(identity_door, issuer)


def test_a_token_that_brings_its_own_key_is_refused(identity_door: Caller, issuer: Issuer) -> None:
    issuer.key = a_key("second")
    issuer.header = {"jwk": issuer.key.as_dict(private=False), "jku": f"{issuer.url}/keys", "kid": "first"}
    must_stay_outside(identity_door, issuer)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.b.c.d.e", "..", "\u00e9.x.y"])
def test_what_is_no_token_is_refused(identity_door: Caller, issuer: Issuer, token: str) -> None:
    issuer.token = lambda _: token  # type: ignore[method-assign]
    must_stay_outside(identity_door, issuer)


def test_an_answer_without_an_id_token_is_refused(identity_door: Caller, issuer: Issuer) -> None:
    issuer.canned["/token"] = (200, {}, b'{"access_token": "x", "token_type": "Bearer"}')
    must_stay_outside(identity_door, issuer)


# -- keys ----------------------------------------------------------------------------------------------------------


def test_a_new_key_is_believed_as_soon_as_it_is_used(identity_door: Caller, issuer: Issuer) -> None:
    assert come_back(identity_door, issuer).status == 303
    issuer.key, issuer.published = a_key("second", "EC"), [a_key("second", "EC"), a_key()]
    assert come_back(identity_door, issuer).status == 303
    assert issuer.asked.count("/keys") == 2
    assert come_back(identity_door, issuer).status == 303
    assert issuer.asked.count("/keys") == 2, "kept again"


def test_a_new_key_is_believed_also_by_a_machine_that_has_just_started(
        identity_door: Caller, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function's machine counts its seconds from its own start."""
    monkeypatch.setattr(provider, "time", SimpleNamespace(monotonic=lambda: 5.0))
    assert come_back(identity_door, issuer).status == 303
    issuer.key, issuer.published = a_key("second", "EC"), [a_key("second", "EC")]
    assert come_back(identity_door, issuer).status == 303


def test_a_nameless_only_key_may_change_too(identity_door: Caller, issuer: Issuer) -> None:
    issuer.header = {"kid": None}
    assert come_back(identity_door, issuer).status == 303
    issuer.key, issuer.published = a_key("second"), [a_key("second")]
    assert come_back(identity_door, issuer).status == 303


def test_a_key_that_was_taken_away_is_forgotten_within_the_hour(
        identity_door: Caller, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert come_back(identity_door, issuer).status == 303
    issuer.published = [a_key("second", "EC")]
    later = time.monotonic() + provider.KEPT + 1
    monkeypatch.setattr(provider, "time", SimpleNamespace(monotonic=lambda: later))
    must_stay_outside(Caller(identity_door.handle), issuer)


def test_addresses_and_keys_are_looked_up_once_for_many(identity_door: Caller, issuer: Issuer) -> None:
    for _ in range(3):
        signed_in(identity_door, issuer)
    assert [issuer.asked.count(path) for path in ("/.well-known/openid-configuration", "/keys", "/token")] == [1, 1, 3]


def test_a_key_of_a_kind_that_nobody_knows_yet_disturbs_no_other(identity_door: Caller, issuer: Issuer) -> None:
    issuer.published = [SimpleNamespace(as_dict=lambda **_: {"kty": "AKP", "kid": "masa-depan", "pub": "x"}), a_key()]
    assert come_back(identity_door, issuer).status == 303


# -- what the issuer says of people --------------------------------------------------------------------------------


@pytest.mark.parametrize(("verified", "taken"), [
    (True, True), ("true", True), (False, False), ("false", False), (None, False), (0, False), ("ya", False),
    ([True], False), ({"value": True}, False)])
def test_an_address_that_is_not_proven_is_not_taken(
        identity_door: Caller, issuer: Issuer, verified: object, taken: bool) -> None:  # noqa: FBT001 a case
    browser = signed_in(identity_door, issuer, email_verified=verified)
    assert browser(ACCOUNT, headers={"accept": JSON}).json["email"] == ("siti@kemendesa.example" if taken else "")


@pytest.mark.parametrize("claim", ["email", "name"])
@pytest.mark.parametrize("value", [["siti@kemendesa.example"], {"a": "b"}, 7, True])
def test_what_is_no_text_is_nobodys_name_and_address(
        identity_door: Caller, issuer: Issuer, claim: str, value: object) -> None:
    browser = signed_in(identity_door, issuer, **{claim: value})
    assert browser(ACCOUNT, headers={"accept": JSON}).json[claim] == ""


HOSTILE = ["pengguna", "panitia ", " panitia:*", "Panitia:*", "PANITIA:*", "panitia;*", "panitia\0:*", "admin", "*",
           ":", "", "raja:*", "panitia.*", "__proto__", "roles", "\u200bpanitia:*"]
GROUPS: dict[str, tuple[object, list[str]]] = {
    "a list": (["panitia:*", "manajer:35"], ["Committee of an activity (*)", "Regional manager (35)"]),
    "none": (None, []), "an empty list": ([], []), "a text": ("panitia:*", []), "a number": (7, []),
    "an object": ({"panitia:*": True}, []), "a list of other things": ([["panitia:*"], {"a": 1}, None, 7, True], []),
    "roles that nobody knows": (HOSTILE, []),
    "a known one among unknown ones": ([*HOSTILE, "operator"], ["Operator of the portal"]),
}


@pytest.mark.parametrize(("said", "roles"), GROUPS.values(), ids=GROUPS)
def test_groups_are_the_roles_they_name_exactly(
        identity_door: Caller, issuer: Issuer, said: object, roles: list[str]) -> None:
    assert roles_of(signed_in(identity_door, issuer, groups=said)) == roles


@pytest.mark.parametrize(("path", "person"), [
    ("realm_access.roles", {"realm_access": {"roles": ["panitia:*"]}}),
    ("resource_access.portal.roles", {"resource_access": {"portal": {"roles": ["panitia:*"]}}}),
    ("cognito:groups", {"cognito:groups": ["panitia:*"]}),
    ("https://portal.example.go.id/roles", {"https://portal.example.go.id/roles": ["panitia:*"]}),
], ids=["Keycloak's realm", "Keycloak's client", "Cognito", "a name that is an address"])
def test_groups_are_found_where_the_template_says(
        identity_door: Caller, issuer: Issuer, path: str, person: dict[str, Any],
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler.provider(), "groups_claim", path)
    assert roles_of(signed_in(identity_door, issuer, groups=None, **person)) == ["Committee of an activity (*)"]


@pytest.mark.parametrize("person", [
    {}, {"realm_access": None}, {"realm_access": "roles"}, {"realm_access": ["roles"]},
    {"realm_access": {"roles": "panitia:*"}}, {"realm_access": {"roles": {"panitia:*": 1}}}])
def test_a_path_that_leads_nowhere_gives_no_role(
        identity_door: Caller, issuer: Issuer, person: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler.provider(), "groups_claim", "realm_access.roles")
    assert roles_of(signed_in(identity_door, issuer, **person)) == []


def test_the_same_subject_of_another_issuer_is_somebody_else() -> None:
    assert person_id("https://satu.example", "siti") != person_id("https://dua.example", "siti")


# -- an issuer in trouble ------------------------------------------------------------------------------------------

TROUBLE = {
    "an error of its own": (500, {}, b"oops"), "too many requests": (429, {"retry-after": "9"}, b"slow down"),
    "a page": (200, {"content-type": "text/html"}, b"<html>Perawatan</html>"), "nothing": (200, {}, b""),
    "a list": (200, {}, b"[]"), "a text": (200, {}, b'"x"'), "null": (200, {}, b"null"),
    "JSON that stops": (200, {}, b'{"id_token": "'), "a gateway's page": (502, {}, b"<html>"),
    "bytes": (200, {}, b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("canned", TROUBLE.values(), ids=TROUBLE)
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_an_issuer_in_trouble_is_told_with_when_to_come_back(
        identity_door: Caller, issuer: Issuer, path: str, canned: Any) -> None:
    issuer.canned[path] = canned
    answer = come_back(identity_door, issuer) if path == "/token" else identity_door(BEGIN)
    must_be_unavailable(answer)
    assert "/layanan/masuk" in answer.links


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_nobody_is_followed_to_another_address_with_the_secret(
        identity_door: Caller, issuer: Issuer, path: str, status: int) -> None:
    issuer.canned[path] = (status, {"location": f"{issuer.url}/pencuri"}, b"")
    issuer.canned["/pencuri"] = (200, {}, b"{}")
    must_be_unavailable(come_back(identity_door, issuer) if path == "/token" else identity_door(BEGIN))
    assert "/pencuri" not in issuer.asked


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token"])
def test_an_issuer_that_does_not_answer_in_time_is_given_up(
        identity_door: Caller, issuer: Issuer, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "TIME", (0.2, 0.2))
    issuer.delay[path] = 0.6
    must_be_unavailable(come_back(identity_door, issuer) if path == "/token" else identity_door(BEGIN))


def test_the_portals_patience_fits_into_its_functions_time() -> None:
    assert sum(provider.TIME) * 2 < 10, "description and keys, one after the other"


def test_an_issuer_that_cannot_be_reached_stops_nothing_but_signing_in(
        identity_door: Caller, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(identity_door, issuer)
    handler.provider.cache_clear()
    monkeypatch.setenv("ISSUER", "http://127.0.0.1:9")
    handler.settings.cache_clear()
    must_be_unavailable(Caller(identity_door.handle)(BEGIN))
    assert browser(ACCOUNT).status == 200, "whoever is signed in stays so"
    assert browser("POST /layanan/keluar", form={}).status == 303
    assert browser("GET /layanan/keluar").heading == "Anda sudah keluar"


def test_a_program_is_told_503(identity_door: Caller, issuer: Issuer) -> None:
    issuer.canned["/keys"] = (500, {}, b"")
    answer = identity_door(BEGIN, headers={"accept": JSON})
    assert (answer.status, answer.json["code"]) == (503, "sign_in_unavailable")
    assert "retry-after" in answer.headers


def test_an_issuer_that_recovers_is_asked_again(identity_door: Caller, issuer: Issuer) -> None:
    issuer.canned["/keys"] = (500, {}, b"")
    must_be_unavailable(identity_door(BEGIN))
    del issuer.canned["/keys"]
    assert come_back(identity_door, issuer).status == 303


@pytest.mark.parametrize("metadata", [
    {"issuer": "https://lain.example"}, {"issuer": None}, {"issuer": ["x"]}, {"authorization_endpoint": None},
    {"authorization_endpoint": 7}, {"jwks_uri": None}, {"jwks_uri": "file:///etc/passwd"}, {"jwks_uri": 7},
    {"jwks_uri": "not an address"}], ids=str)
def test_a_description_that_is_not_the_issuers_own_is_not_believed(
        identity_door: Caller, issuer: Issuer, metadata: dict[str, Any]) -> None:
    issuer.metadata = metadata
    must_be_unavailable(identity_door(BEGIN))


@pytest.mark.parametrize("keys", [b"{}", b'{"keys": 7}', b'{"keys": {}}', b'{"keys": [7]}', b'{"keys": [{}]}',
                                  b'{"keys": [{"kty": "RSA", "kid": "first"}]}'])
def test_keys_that_are_none_are_no_keys(identity_door: Caller, issuer: Issuer, keys: bytes) -> None:
    issuer.canned["/keys"] = (200, {}, keys)
    begun = identity_door(BEGIN)
    if begun.status == 303:
        assert identity_door(BACK, query=issuer.visited(begun.location)).status in {400, 503}
    else:
        must_be_unavailable(begun)


def test_an_end_that_the_issuer_does_not_offer_is_not_offered(identity_door: Caller, issuer: Issuer) -> None:
    issuer.metadata = {"end_session_endpoint": None}
    assert identity_door("GET /layanan/keluar").links == ["/layanan/masuk"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//lain", 7])
def test_an_end_that_is_no_address_is_not_offered(identity_door: Caller, issuer: Issuer, address: object) -> None:
    issuer.metadata = {"end_session_endpoint": address}
    assert identity_door("GET /layanan/keluar").links == ["/layanan/masuk"]


@pytest.mark.parametrize("error", ["invalid_client", "invalid_grant", "unauthorized_client"])
def test_an_issuer_that_says_no_to_the_code_lets_nobody_in(identity_door: Caller, issuer: Issuer, error: str) -> None:
    issuer.canned["/token"] = (400, {"content-type": "application/json"},
                               f'{{"error": "{error}", "error_description": "Siti"}}'.encode())
    must_stay_outside(identity_door, issuer)
