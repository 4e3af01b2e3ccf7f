"""Requests that no form of ours sends: each is refused with problem details in the caller's language, never a fault."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import records
from portal.web import MOST_BYTES, MOST_FIELDS
from tests.doors.calling import FORM, JSON, Answer, Caller, Context, as_promised
from tests.doors.weather import Weather, gone
from tests.people import a_submission, helmy

POST, STATUS = "POST /layanan/pendaftaran", "POST /layanan/pendaftaran/status"
ORIGIN = "https://portal.example.go.id"
PADDING = len(json.dumps({"name": ""}))


@dataclass(frozen=True)
class Hostile:
    """A request, and the code and status it is refused with."""

    promise: str
    status: int
    code: str
    raw: bytes = b""
    content_type: str = FORM
    headers: dict[str, str] = field(default_factory=dict)


def a_form(pairs: list[tuple[str, str]] | dict[str, str]) -> bytes:
    return urlencode(pairs).encode()


GOOD = a_form(helmy())
HOSTILE = [
    Hostile("a form over the limit", 413, "body_too_large", a_form({"name": "x" * MOST_BYTES})),
    Hostile("a form far over the limit", 413, "body_too_large", b"name=" + b"x" * (5 * 1024 * 1024)),
    Hostile("JSON one byte over the limit", 413, "body_too_large",
            json.dumps({"name": "x" * (MOST_BYTES - PADDING + 1)}).encode(), JSON),
    Hostile("plain text", 415, "media_type", GOOD, "text/plain"),
    Hostile("a form with files", 415, "media_type", GOOD, "multipart/form-data; boundary=x"),
    Hostile("XML", 415, "media_type", b"<name>Siti</name>", "application/xml"),
    Hostile("no content type", 415, "media_type", GOOD, ""),
    Hostile("a content type that only begins like JSON", 415, "media_type", b"{}", "application/jsonp"),
    Hostile("broken UTF-8 in a form", 400, "body_unreadable", b"name=Siti%FF%FE&email=x"),
    Hostile("broken UTF-8 in a form, not even escaped", 400, "body_unreadable", b"name=Siti\xff"),
    Hostile("half a surrogate pair in a form", 400, "body_unreadable", b"name=%ED%A0%80"),
    Hostile("broken UTF-8 in JSON", 400, "body_unreadable", b'{"name": "Siti\xff"}', JSON),
    Hostile("JSON with a name twice", 400, "body_unreadable", b'{"name": "Siti", "name": "Budi"}', JSON),
    Hostile("JSON that stops", 400, "body_unreadable", b'{"name": "Siti', JSON),
    Hostile("nothing where JSON should be", 400, "body_unreadable", b"", JSON),
    Hostile("a JSON array", 400, "body_unreadable", json.dumps([helmy()]).encode(), JSON),
    Hostile("a JSON string", 400, "body_unreadable", b'"Siti"', JSON),
    Hostile("a JSON null", 400, "body_unreadable", b"null", JSON),
    Hostile("JSON deeper than anybody can read", 400, "body_unreadable", b'{"name": ' + b"[" * 30_000, JSON),
    Hostile("JSON whose number never ends", 400, "body_unreadable", b'{"name": ' + b"9" * 20_000 + b"}", JSON),
    Hostile("more fields than any form has", 400, "body_unreadable",
            a_form([(f"field{n}", "x") for n in range(MOST_FIELDS + 1)])),
    Hostile("a JSON object with more names than any form has", 400, "body_unreadable",
            json.dumps({f"field{n}": "x" for n in range(MOST_FIELDS + 1)}).encode(), JSON),
    Hostile("a form sent from another site", 400, "foreign_origin", GOOD, FORM, {"origin": "https://jahat.example"}),
    Hostile("a form sent from our name on another port", 400, "foreign_origin", GOOD, FORM,
            {"origin": f"{ORIGIN}:8443"}),
    Hostile("a form sent from a site that begins like ours", 400, "foreign_origin", GOOD, FORM,
            {"origin": f"{ORIGIN}.jahat.example"}),
    Hostile("a form sent from nowhere", 400, "foreign_origin", GOOD, FORM, {"origin": "null"}),
    Hostile("a form sent from an address that is none", 400, "foreign_origin", GOOD, FORM, {"origin": "https://[::"}),
    Hostile("a form that the browser calls cross-site", 400, "foreign_origin", GOOD, FORM,
            {"sec-fetch-site": "cross-site"}),
    Hostile("a form that the browser calls same-site", 400, "foreign_origin", GOOD, FORM,
            {"sec-fetch-site": "same-site", "origin": "https://lain.example.go.id"}),
    Hostile("JSON sent by a script of another site", 400, "foreign_origin", b"{}", JSON,
            {"origin": "https://jahat.example", "sec-fetch-site": "cross-site"}),
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda each: each.promise)
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_program_gets_problem_details_in_its_language(guarded_door: Caller, hostile: Hostile, language: str) -> None:
    answer = guarded_door(POST, raw=hostile.raw, headers={
        "content-type": hostile.content_type, "accept": JSON, "accept-language": language, **hostile.headers})
    assert (answer.status, answer.json["code"]) == (hostile.status, hostile.code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["type"] == f"urn:portal:problem:{hostile.code}"
    assert answer.json["title"] == TITLES[hostile.code][language]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda each: each.promise)
def test_a_person_gets_a_page_that_says_what_to_do(guarded_door: Caller, hostile: Hostile) -> None:
    answer = guarded_door(POST, raw=hostile.raw, query={"lang": "en"}, headers={
        "content-type": hostile.content_type, "accept": "text/html", **hostile.headers})
    assert (answer.status, answer.heading) == (hostile.status, TITLES[hostile.code]["en"])
    assert all(link.startswith("/en/") for link in answer.links)
    assert answer.links


TITLES = {
    "body_too_large": {"id": "Kiriman terlalu besar", "en": "What you sent is too large"},
    "media_type": {"id": "Jenis kiriman tidak dikenal", "en": "This kind of content is not known here"},
    "body_unreadable": {"id": "Kiriman tidak dapat dibaca", "en": "What arrived could not be read"},
    "foreign_origin": {"id": "Formulir ini dikirim dari situs lain", "en": "This form was sent from another site"},
}


@pytest.mark.parametrize("headers", [
    {}, {"origin": ORIGIN}, {"origin": ORIGIN, "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"},
    {"sec-fetch-site": "same-origin", "origin": "null"},
], ids=["a program", "an old browser", "a browser", "a person who reloads", "a browser that hides the origin"])
def test_our_own_forms_are_taken(guarded_door: Caller, headers: dict[str, str]) -> None:
    assert guarded_door(POST, form=helmy(), headers=headers).heading == "Periksa jawaban Anda"


@pytest.mark.parametrize("kind", [f"{FORM}; charset=UTF-8", FORM.upper()])
def test_a_content_type_is_understood_as_browsers_write_it(guarded_door: Caller, kind: str) -> None:
    assert guarded_door(POST, raw=GOOD, headers={"content-type": kind}).heading == "Periksa jawaban Anda"


def test_json_with_a_byte_order_mark_is_read(guarded_door: Caller) -> None:
    raw = b"\xef\xbb\xbf" + json.dumps(helmy()).encode()
    answer = guarded_door(POST, raw=raw, headers={"content-type": "Application/JSON; charset=utf-8", "accept": JSON})
    assert answer.codes == [("submission_id", "identifier_shape")]


def test_exactly_the_limit_is_read(guarded_door: Caller) -> None:
    raw = json.dumps({"name": "x" * (MOST_BYTES - PADDING)}).encode()
    assert len(raw) == MOST_BYTES
    answer = guarded_door(POST, raw=raw, headers={"content-type": JSON, "accept": JSON})
    assert ("name", "too_long") in answer.codes


@pytest.mark.parametrize("field_name", sorted(helmy()))
@pytest.mark.parametrize("typed", ["Siti\0", "\u202eitiS", "\x1b[2J"], ids=["a NUL", "an override", "an escape"])
def test_unreadable_characters_are_told_for_every_field(guarded_door: Caller, field_name: str, typed: str) -> None:
    answer = guarded_door(POST, data=helmy(**{field_name: typed}))
    assert (answer.status, answer.codes) == (422, [(field_name, "unreadable")])


@pytest.mark.parametrize("name", ["name", "email", "lang", "step", "website", "submission_id", "offering"])
def test_a_repeated_name_is_refused_and_never_a_fault(guarded_door: Caller, name: str) -> None:
    pairs = [*helmy().items(), ("lang", "id"), (name, "x"), (name, "y")]
    for accept in (JSON, "text/html"):
        answer = guarded_door(POST, raw=a_form(pairs), headers={"content-type": FORM, "accept": accept})
        assert answer.status in {200, 404, 422}


@pytest.mark.parametrize("value", [["id"], {"en": 1}, 7, None, True, "de", [[]]], ids=repr)
@pytest.mark.parametrize("name", ["lang", "step", "website", "submission_id", "offering", "kind"])
def test_any_json_value_anywhere_is_an_answer_that_cannot_be_used(
        guarded_door: Caller, name: str, value: object) -> None:
    for accept in (JSON, "text/html"):
        answer = guarded_door(POST, data={**helmy(email=""), name: value}, headers={"accept": accept})
        assert answer.status in {404, 422}


@pytest.mark.parametrize("data", [helmy(name="Siti\ud800"), {**helmy(), "agency\udfff": "x"},
                                  {**helmy(), "name": ["\ud800"]}], ids=["as an answer", "in a name", "deep down"])
def test_half_a_surrogate_pair_is_no_text_in_json_either(guarded_door: Caller, data: dict[str, Any]) -> None:
    for accept in (JSON, "text/html"):
        answer = guarded_door(POST, data=data, headers={"accept": accept})
        assert (answer.status, "\ud800" in answer.body) == (400, False)


@pytest.mark.parametrize("offering", [
    "tidak-ada", "BIMTEK-KLINO", "bimtek klino", "../bimtek-klino", "bimtek-klino#CATALOGUE", "%00", "\0", "\u202e",
    "x" * 60, "x" * 3000, "ꦱ" * 900, "' OR 1=1"])
def test_an_activity_that_cannot_be_one_is_unknown(guarded_door: Caller, offering: str) -> None:
    seats = guarded_door("GET /layanan/kegiatan/{offering}/kursi", offering=offering, headers={"accept": JSON})
    assert (seats.status, seats.json["code"]) == (404, "offering_unknown")
    form = guarded_door(POST, form=helmy(offering=offering, email=""))
    assert (form.status, form.heading) == (404, "Kegiatan ini tidak ada")


@pytest.mark.parametrize("offering", ["x" * 3000, "BIMTEK", "\0", "\ud800"], ids=["long", "capitals", "NUL", "half"])
def test_the_store_is_never_asked_for_what_cannot_be_a_name(
        guarded_door: Caller, offering: str, monkeypatch: pytest.MonkeyPatch) -> None:
    weather = Weather(records.client(), gone, times=float("inf"))
    monkeypatch.setattr(records, "client", lambda: weather)
    answer = guarded_door("GET /layanan/kegiatan/{offering}/kursi", offering=offering, headers={"accept": JSON})
    assert (answer.status, weather.spoilt) == (404, 0)


@pytest.mark.parametrize("submission", [
    "x", "", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "\0", "../..", "x" * 5000, "\ud800", "01arz3ndektsv4rrffq69g5fav"])
@pytest.mark.parametrize("ending", ["", "/acara.ics"])
def test_a_receipt_that_never_was_is_not_found(guarded_door: Caller, submission: str, ending: str) -> None:
    route = f"GET /layanan/pendaftaran/tanda-terima/{{submission}}{ending}"
    answer = guarded_door(route, submission=submission)
    assert (answer.status, answer.heading) == (404, "Halaman ini tidak ada")


@pytest.mark.parametrize("reference", ["<script>alert(1)</script>", "\0", '"><img src=x>', "x" * 5000, "{reference}"])
def test_a_reference_in_an_address_is_shown_as_text_only(guarded_door: Caller, reference: str) -> None:
    answer = guarded_door.unchecked("GET /layanan/pendaftaran/status/{reference}", reference=reference)
    assert answer.status == 200
    assert not answer.page.find("script", "img")
    assert answer.fields()["reference"] == reference


@pytest.mark.parametrize("event", [
    {"body": "name=Siti\ud800", "isBase64Encoded": False}, {"body": "%%%", "isBase64Encoded": True},
    {"body": None}, {"body": "bukan base64 sama sekali", "isBase64Encoded": True},
], ids=["half a surrogate pair", "no base64", "no body", "words for base64"])
def test_a_body_that_was_damaged_on_its_way_is_never_a_fault(guarded_door: Caller, event: dict[str, Any]) -> None:
    request = {"routeKey": POST, "headers": {"content-type": FORM, "accept": JSON},
               "requestContext": {"requestId": "r", "http": {"method": "POST"}}, **event}
    answer = guarded_door.handle(request, Context())
    assert as_promised(POST, Answer(answer["statusCode"], answer["headers"], answer["body"])).status in {400, 422}


# -- anything at all -----------------------------------------------------------------------------------------------

many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
kinds = st.sampled_from([FORM, JSON, "text/plain", "", "application/json; charset=utf-16"])
accepts = st.sampled_from([JSON, "text/html", "*/*", "application/problem+json", ""])
routes = st.sampled_from([POST, STATUS, "POST /layanan/pendaftaran/batal"])
anything = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
                        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
names = st.sampled_from([*helmy(), "nip", "lang", "step", "website", "submission_id", "reference"]) | st.text()


@many
@given(route=routes, raw=st.binary(max_size=400), kind=kinds, accept=accepts)
def test_no_bytes_at_all_make_a_fault(guarded_door: Caller, route: str, raw: bytes, kind: str, accept: str) -> None:
    answer = guarded_door.unchecked(route, raw=raw, headers={"content-type": kind, "accept": accept})
    assert 400 <= answer.status < 500


@many
@given(route=routes, data=st.dictionaries(names, anything, max_size=8), accept=accepts)
def test_no_json_at_all_makes_a_fault(guarded_door: Caller, route: str, data: dict[str, Any], accept: str) -> None:
    answer = guarded_door.unchecked(route, data={**data, "consent": None}, headers={"accept": accept})
    assert 400 <= answer.status < 500 or data.get("step") == "edit"


@many
@given(route=routes, pairs=st.lists(st.tuples(names, st.text()), max_size=12), accept=accepts)
def test_no_form_at_all_makes_a_fault(
        guarded_door: Caller, route: str, pairs: list[tuple[str, str]], accept: str) -> None:
    answer = guarded_door.unchecked(route, raw=a_form(pairs), headers={"content-type": FORM, "accept": accept})
    assert 400 <= answer.status < 500 or ("step", "edit") in pairs


def test_an_identifier_alone_does_not_open_a_receipt_that_is_not_there(guarded_door: Caller) -> None:
    assert guarded_door("GET /layanan/pendaftaran/tanda-terima/{submission}", submission=a_submission(),
                        headers={"accept": JSON}).json["code"] == "not_found"
