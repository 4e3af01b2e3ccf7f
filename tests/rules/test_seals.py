"""Seals: what they say survives, what was changed shows, and nothing of a person has a place in one."""

from __future__ import annotations

import base64
from dataclasses import fields, replace
from datetime import date

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from portal.identifiers import REFERENCE_ALPHABET
from portal.seals import (
    FIRST_DAY,
    KINDS,
    LAST_DAY,
    MOST_CHARACTERS,
    SealChanged,
    SealCut,
    SealKeyUnknown,
    SealRefused,
    Statement,
    address_of,
    identifier_of,
    jwk_of,
    public_of,
    read,
    seal,
    token_in,
    verify,
)
from tests.sealing import ORIGIN, OURS, THEIRS, a_pak, known

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TOKEN = seal(a_pak(), OURS)
STATEMENTS = st.builds(
    Statement, kind=st.sampled_from(KINDS), day=st.dates(FIRST_DAY, LAST_DAY),
    reference=st.text(REFERENCE_ALPHABET, min_size=8, max_size=8),
    total=st.from_regex(r"(\A[0-9][0-9.,]{0,9}( [A-Za-z]{1,4})?\Z)|\A\Z"), digest=st.binary(min_size=16, max_size=16))


@given(STATEMENTS)
def test_what_was_sealed_is_what_is_verified(statement: Statement) -> None:
    token = seal(statement, OURS)
    assert verify(token, known(THEIRS, OURS)) == read(token) == statement


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from(LETTERS))
def test_any_changed_character_is_refused(place: int, letter: str) -> None:
    changed = TOKEN[:place] + letter + TOKEN[place + 1:]
    if changed != TOKEN:
        with pytest.raises(SealRefused):
            verify(changed, known(OURS))


@given(st.integers(0, len(TOKEN) - 1), st.text(LETTERS, max_size=3))
def test_what_is_cut_off_or_longer_than_it_was_is_refused(length: int, more: str) -> None:
    with pytest.raises(SealRefused):
        verify(TOKEN[:length], known(OURS))
    if more:
        with pytest.raises(SealRefused):
            verify(TOKEN + more, known(OURS))


@given(st.text(max_size=MOST_CHARACTERS + 5))
def test_whatever_is_no_seal_is_refused_as_cut(text: str) -> None:
    with pytest.raises(SealCut):
        verify(token_in(text), known(OURS))


@given(st.binary(max_size=120))
def test_bytes_that_nobody_sealed_are_refused_and_no_fault(content: bytes) -> None:
    with pytest.raises(SealRefused):
        verify(base64.urlsafe_b64encode(b"\x01" + content).rstrip(b"=").decode(), known(OURS))


@pytest.mark.parametrize("changes", [
    {"total": "99,999"}, {"reference": "7F3K9QX3"}, {"day": date(2026, 11, 28)}, {"kind": "dupak"},
    {"digest": bytes(16)}], ids=str)
def test_another_statement_under_the_same_signature_is_a_changed_one(changes: dict[str, object]) -> None:
    signature = _bytes(TOKEN)[-64:]
    forged = _bytes(seal(replace(a_pak(), **changes), OURS))[:-64] + signature  # type: ignore[arg-type]
    with pytest.raises(SealChanged):
        verify(base64.urlsafe_b64encode(forged).rstrip(b"=").decode(), known(OURS))


def test_a_key_that_is_not_ours_is_unknown_and_one_that_takes_our_keys_name_is_refused() -> None:
    token = seal(a_pak(), THEIRS)
    with pytest.raises(SealKeyUnknown):
        verify(token, known(OURS))
    content = _bytes(token)
    ours = bytes.fromhex(identifier_of(OURS.public))
    forged = base64.urlsafe_b64encode(content[:1] + ours + content[5:]).rstrip(b"=").decode()
    with pytest.raises(SealChanged):
        verify(forged, known(OURS))


def test_an_older_key_goes_on_verifying_what_is_dated_to_its_last_day_and_nothing_later() -> None:
    old = known(OURS, until="2026-11-27")
    assert verify(TOKEN, {**old, **known(THEIRS)}) == a_pak()
    with pytest.raises(SealKeyUnknown):
        verify(seal(a_pak(day=date(2026, 11, 28)), OURS), old)


def test_a_seal_has_room_for_these_facts_about_a_document_and_for_no_other() -> None:
    assert {each.name for each in fields(Statement)} == {"kind", "reference", "day", "total", "digest"}


@pytest.mark.parametrize("changes", [
    {"total": "Dewi Lestari"}, {"total": "20,833 Dewi L"}, {"total": "198609262015052001"},
    {"total": "dewi@desa.go.id"}, {"kind": "Dewi Lestari"}, {"kind": ""}, {"kind": "p" * 17},
    {"reference": "7F3K-9QX2"}, {"reference": "AAAAAAAA"},
    {"day": date(2019, 12, 31)}, {"day": date(2300, 1, 1)}], ids=str)
def test_a_name_a_number_of_a_person_and_whatever_has_no_place_cannot_be_sealed(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a seal cannot hold this"):
        a_pak(**changes)


def test_a_kind_without_words_is_read_but_never_set() -> None:
    with pytest.raises(ValueError, match="no words say what the kind ijazah is"):
        seal(a_pak(kind="ijazah"), OURS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_stays_small_enough_to_be_scanned_from_bad_paper(kind: str) -> None:
    address = address_of(seal(a_pak(kind=kind, total="1.234,567"), OURS), ORIGIN)
    assert len(address) <= 200
    assert segno.make(address, error="m", boost_error=False).version <= 10


def test_the_seal_is_found_in_an_address_that_was_broken_over_lines() -> None:
    address = address_of(TOKEN, ORIGIN)
    broken = f" {address[:70]}\n  {address[70:140]}\r\n{address[140:]} "
    assert token_in(broken) == token_in(TOKEN) == TOKEN
    assert "?" not in address, "what stands behind # is never sent"


def test_two_ways_to_write_the_same_bytes_are_not_two_seals() -> None:
    token = seal(a_pak(total="20,83"), OURS)  # its last letter holds bits that mean nothing
    (other, *_) = [letter for letter in LETTERS if letter != token[-1] and _bytes(token[:-1] + letter) == _bytes(token)]
    with pytest.raises(SealCut):
        verify(token[:-1] + other, known(OURS))


def test_a_key_is_published_as_browsers_import_it_and_found_again() -> None:
    jwk = jwk_of(OURS.public)
    assert (jwk["kty"], jwk["crv"], jwk["kid"]) == ("EC", "P-256", identifier_of(OURS.public))
    assert public_of(str(jwk["x"]), str(jwk["y"])) == OURS.public
    with pytest.raises(ValueError, match="expected a public key on P-256"):
        jwk_of(OURS.public[:-1])


def _bytes(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
