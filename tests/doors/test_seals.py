"""The door that checks documents: every outcome in its own words, for people and programs, and nothing in the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest

from portal import kms, records
from portal.assets import LANGUAGES, words
from portal.kms import SigningKey
from portal.records import ConditionFailed, Table
from portal.seal_register import Seals, Standing
from portal.seals import address_of, identifier_of, seal
from seals import handler
from tests.doors.calling import JSON, Caller
from tests.doors.conftest import OF_A_DOOR, ORIGIN, forget
from tests.doors.weather import Weather, refused
from tests.sealing import THEIRS, a_pak

CHECK, KEYS = "POST /layanan/dokumen/periksa", "GET /layanan/dokumen/kunci"
STANDING, FORM_ITSELF = "GET /layanan/dokumen/periksa/{reference}", "GET /layanan/dokumen/periksa"
NOW = datetime(2026, 12, 1, 20, tzinfo=UTC)  # in Jakarta it is the second already


@pytest.fixture
def door(names: dict[str, str]) -> Caller:
    """The door on fresh storage."""
    del names
    forget(*OF_A_DOOR)
    return Caller(handler.handle)


@pytest.fixture
def key(names: dict[str, str]) -> SigningKey:
    """The key that signs now."""
    return SigningKey(names["SealKey"])


@pytest.fixture
def register(names: dict[str, str]) -> Seals:
    """The register, as a subject that makes documents uses it."""
    return Seals(Table(names["SealsTable"]))


@pytest.fixture
def token(key: SigningKey, register: Seals) -> str:
    """The seal of a document that is in force."""
    register.table.transact(register.registered(a_pak(), NOW))
    return seal(a_pak(), key)


def is_replaced(register: Seals) -> None:
    register.table.transact(register.replaced("7F3K9QX2", "8G4M2RT5", NOW))


def is_withdrawn(register: Seals) -> None:
    register.table.transact(register.withdrawn("7F3K9QX2", NOW))


def stays(register: Seals) -> None:
    del register


@pytest.mark.parametrize(("happens", "outcome", "title", "told"), [
    (stays, "genuine", "Dokumen ini asli", "masih berlaku"),
    (is_replaced, "replaced", "Dokumen ini sudah diganti", "Diganti pada 2 Desember 2026"),
    (is_withdrawn, "withdrawn", "Dokumen ini sudah dicabut", "Dicabut pada 2 Desember 2026"),
], ids=["genuine", "replaced", "withdrawn"])
def test_a_genuine_code_says_what_to_compare_and_whether_it_is_in_force(
        door: Caller, token: str, register: Seals, *, happens: Callable[[Seals], None], outcome: str, title: str,
        told: str) -> None:
    happens(register)
    answer = door(CHECK, form={"seal": address_of(token, ORIGIN), "lang": "id"})
    assert (answer.status, answer.heading, answer.headers["cache-control"]) == (200, title, "no-store")
    facts = [each.text() for each in answer.page.find("dd")]
    assert facts == ["Penetapan Angka Kredit (PAK)", "7F3K-9QX2", "27 November 2026", "20,833"]
    assert told in " ".join(answer.text.split())
    data = door(CHECK, data={"seal": token}).json
    assert data == {"outcome": outcome, "kind": "pak", "reference": "7F3K9QX2", "day": "2026-11-27", "total": "20,833",
                    "since": "2026-11-27" if outcome == "genuine" else "2026-12-02"}


def test_a_genuine_code_that_nobody_registered_is_told_apart(door: Caller, key: SigningKey) -> None:
    answer = door(CHECK, form={"seal": seal(a_pak(total=""), key)})
    assert answer.heading == "Kode ini asli, tetapi tidak tercatat"
    assert "Jumlah" not in answer.text, "a document without a total has nothing to compare there"


@pytest.mark.parametrize(("spoilt", "outcome", "title"), [
    (lambda token: token[:-8] + "AAAAAAAA", "changed", "Kode ini tidak asli"),
    (lambda _: seal(a_pak(), THEIRS), "unknown_key", "Penanda tangan kode ini tidak dikenal"),
    (lambda token: token[:40], "cut", "Kode ini tidak dapat dibaca"),
    (lambda _: "https://contoh.example/lain", "cut", "Kode ini tidak dapat dibaca"),
], ids=["changed", "unknown key", "cut", "another code"])
def test_a_code_that_is_not_genuine_says_why_and_shows_nothing_to_compare(
        door: Caller, token: str, spoilt: Callable[[str], str], outcome: str, title: str) -> None:
    code = spoilt(token)
    answer = door(CHECK, form={"seal": code})
    assert (answer.status, answer.heading) == (200, title)
    assert answer.page.find("dd") == []
    assert door(CHECK, data={"seal": code}).json == {"outcome": outcome}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_has_its_own_sentences(language: str) -> None:
    outcomes = words("seal", language)["outcomes"]
    assert set(outcomes) == {"genuine", "replaced", "withdrawn", "unregistered", "unasked", "changed", "unknown_key",
                             "cut", "no_keys"}
    for part in ("title", "told", "next"):
        assert len({each[part] for each in outcomes.values()}) >= len(outcomes) - (part != "told")
    assert {code for code, each in outcomes.items() if "since" in each} == {"replaced", "withdrawn"}


def test_a_busy_register_leaves_a_genuine_code_genuine(
        door: Caller, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    door(KEYS)
    bad = Weather(records.client(), refused("ThrottlingException"), times=float("inf"))
    monkeypatch.setattr(records, "client", lambda: bad)
    answer = door(CHECK, form={"seal": token}, seconds=records.RESERVE + 0.1)
    assert (answer.status, answer.heading) == (200, "Kode ini asli")
    assert "belum dapat ditanyakan" in answer.text


def test_a_busy_key_service_is_asked_to_be_tried_again(
        door: Caller, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = Weather(kms.client(), refused("KMSInternalException"), times=float("inf"),
                  calls=frozenset({"get_public_key"}))
    monkeypatch.setattr(kms, "client", lambda: bad)
    assert door(CHECK, form={"seal": token}, seconds=records.RESERVE + 0.1).status == 503


def test_the_keys_are_published_to_be_kept_and_say_nothing_private(door: Caller, key: SigningKey) -> None:
    answer = door(KEYS, headers={"accept": JSON})
    assert answer.headers["cache-control"] == "public, max-age=300"
    (published,) = answer.json["keys"]
    assert published.keys() == {"kid", "kty", "crv", "x", "y", "until"}
    assert published["kid"] == identifier_of(key.public)


def test_a_key_that_signed_once_goes_on_verifying(door: Caller, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = door(KEYS).json["keys"]
    monkeypatch.setattr(handler, "read_json", {"seal-keys.json": [{**old, "until": "2026-11-27"}]}.get)
    monkeypatch.setattr(handler, "SigningKey", lambda _: THEIRS)
    forget(handler.keys)
    assert door(CHECK, data={"seal": token}).json["outcome"] == "genuine"
    forget(handler.keys)


@pytest.mark.parametrize(("happens", "state", "day"), [
    (stays, "in_force", "2026-11-27"), (is_replaced, "replaced", "2026-12-02"),
    (is_withdrawn, "withdrawn", "2026-12-02")], ids=["in force", "replaced", "withdrawn"])
def test_a_page_asks_for_state_and_day_and_learns_nothing_else(
        door: Caller, token: str, register: Seals, *, happens: Callable[[Seals], None], state: str, day: str) -> None:
    del token
    happens(register)
    assert door(STANDING, reference="7F3K9QX2").json == {"state": state, "day": day}
    assert door(STANDING, reference="7f3k-9qx2").json == {"state": state, "day": day}


def test_a_number_that_nobody_registered_is_unknown_and_what_is_no_number_is_not_there(door: Caller) -> None:
    assert door(STANDING, reference="7F3K9QX2").json == {"state": "unknown", "day": None}
    assert door(STANDING, reference="bukan-nomor").status == 404


def test_a_document_is_registered_once_and_ends_once(register: Seals, token: str) -> None:
    del token
    for again in (register.registered(a_pak(), NOW), register.withdrawn("8G4M2RT5", NOW)):
        with pytest.raises(ConditionFailed):
            register.table.transact(again)
    is_replaced(register)
    for late in (register.withdrawn("7F3K9QX2", NOW), register.replaced("7F3K9QX2", "9H5N3SC6", NOW)):
        with pytest.raises(ConditionFailed):
            register.table.transact(late)
    standing = register.find("7F3K9QX2")
    assert standing == Standing("replaced", datetime(2026, 12, 2, tzinfo=UTC).date())


@pytest.mark.parametrize(("code", "told"), [
    ("", "Isi kode dokumen."), ("abc\0", "Salin kodenya sekali lagi; ada karakter yang tidak dapat dibaca."),
    ("x" * 601, "Kode dokumen paling panjang 600 karakter. Salin satu kode saja.")],
    ids=["empty", "unreadable", "long"])
def test_what_is_no_answer_is_told_beside_its_field(door: Caller, code: str, told: str) -> None:
    answer = door(CHECK, form={"seal": code})
    assert (answer.status, answer.errors, answer.summary) == (422, {"seal": told}, {"#seal": told})


def test_a_robot_that_fills_everything_is_told_to_leave_the_trap_empty(door: Caller) -> None:
    assert door(CHECK, data={"seal": "x", "website": "x"}).codes == [("website", "must_be_empty")]


def test_the_answer_is_in_the_readers_language_and_the_form_leads_to_its_page(door: Caller, token: str) -> None:
    answer = door(CHECK, form={"seal": token, "lang": "en"})
    assert answer.heading == "This document is genuine"
    assert "Determination of credit points (PAK)" in answer.text
    assert door(FORM_ITSELF).location == "/e-dupak/periksa/"
    assert door(FORM_ITSELF, query={"lang": "en"}).location == "/en/e-dupak/periksa/"


def test_nothing_of_what_is_checked_is_logged(door: Caller, token: str, log: StringIO) -> None:
    door(CHECK, form={"seal": token})
    door(CHECK, form={"seal": "rahasia"})
    assert log.getvalue() == ""
