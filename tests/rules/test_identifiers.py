"""The identifier that a submission carries, and the reference that people read aloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.identifiers import (
    CROCKFORD,
    REFERENCE_ALPHABET,
    REFERENCE_LENGTH,
    format_moment,
    format_reference,
    is_ulid,
    new_ulid,
    parse_moment,
    parse_reference,
    reference_for,
)
from tests.people import NOW, a_submission

moments = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 the zone is given
references = st.text(REFERENCE_ALPHABET, min_size=REFERENCE_LENGTH, max_size=REFERENCE_LENGTH)
SIXTEEN_MILLION = 0xFFFFFF


def test_a_ulid_tells_when_it_was_made() -> None:
    number = 0
    for letter in new_ulid(datetime(2026, 12, 1, tzinfo=UTC), Random(1))[:10]:
        number = number * 32 + CROCKFORD.index(letter)
    assert datetime.fromtimestamp(number / 1000, UTC) == datetime(2026, 12, 1, tzinfo=UTC)


@given(moments, moments, st.integers(), st.integers())
def test_ulids_sort_by_their_millisecond(one: datetime, other: datetime, seed: int, another: int) -> None:
    first, second = new_ulid(one, Random(seed)), new_ulid(other, Random(another))
    assert is_ulid(first)
    assert is_ulid(second)
    if int(one.timestamp() * 1000) < int(other.timestamp() * 1000):
        assert first < second


def test_two_people_in_the_same_millisecond_get_different_identifiers() -> None:
    made = {new_ulid(NOW, Random(seed)) for seed in range(500)}
    assert len(made) == 500


@pytest.mark.parametrize("text", [
    "", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX", "01arz3ndektsv4rrffq69g5fav",
    "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAU", "01ARZ3NDEKTSV4RRFFQ69G5FAI",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV\n", " 01ARZ3NDEKTSV4RRFFQ69G5FAV", "٠1ARZ3NDEKTSV4RRFFQ69G5FAV",
], ids=["nothing", "25 characters", "27 characters", "small letters", "beyond 128 bits", "a U", "an I", "a line break",
        "a blank", "an Arabic digit"])
def test_what_only_looks_like_a_ulid_is_none(text: str) -> None:
    assert not is_ulid(text)


def test_the_reference_alphabet_has_no_vowel_and_no_look_alike() -> None:
    assert not set(REFERENCE_ALPHABET) & set("AEIOU01LVWYZ")
    assert len(set(REFERENCE_ALPHABET)) == len(REFERENCE_ALPHABET) == 24


def test_a_retry_has_the_same_reference_also_after_the_next_release() -> None:
    assert reference_for("01ARZ3NDEKTSV4RRFFQ69G5FAV") == reference_for("01ARZ3NDEKTSV4RRFFQ69G5FAV") == "CTD3S86S"


@given(st.text())
def test_every_reference_can_be_read_aloud_and_typed_back(submission: str) -> None:
    reference = reference_for(submission)
    assert len(reference) == REFERENCE_LENGTH
    assert parse_reference(format_reference(reference)) == reference


def test_a_thousand_submissions_have_a_thousand_references() -> None:
    references = {reference_for(a_submission(number)) for number in range(1000)}
    assert len(references) == 1000
    assert {letter for reference in references for letter in reference} == set(REFERENCE_ALPHABET)


@given(references, st.lists(st.sampled_from(list(" \t-–—._/")), max_size=12), st.randoms(use_true_random=False))
def test_a_reference_is_understood_however_it_is_typed(reference: str, noise: list[str], random: Random) -> None:
    typed = [letter.lower() if random.random() < 0.5 else letter for letter in reference]
    for blank in noise:
        typed.insert(random.randrange(len(typed) + 1), blank)
    assert parse_reference("".join(typed)) == reference


@given(st.text())
def test_what_is_no_reference_is_told_as_none(typed: str) -> None:
    read = parse_reference(typed)
    assert read is None or (len(read) == REFERENCE_LENGTH and set(read) <= set(REFERENCE_ALPHABET))


@given(moments, moments)
def test_moments_sort_as_text_in_the_order_of_time(one: datetime, other: datetime) -> None:
    if one <= other:
        assert format_moment(one) <= format_moment(other)
    else:
        assert format_moment(one) >= format_moment(other)


@given(moments)
def test_a_moment_comes_back_to_the_millisecond(moment: datetime) -> None:
    assert moment - timedelta(milliseconds=1) < parse_moment(format_moment(moment)) <= moment


def test_a_moment_in_jayapura_is_stored_in_utc() -> None:
    in_jayapura = datetime(2027, 1, 1, 8, tzinfo=timezone(timedelta(hours=9)))
    assert format_moment(in_jayapura) == "2026-12-31T23:00:00.000Z"
