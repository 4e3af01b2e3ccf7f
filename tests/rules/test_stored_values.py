"""How values go into the table and come back, how long the store is asked, and what a condition tells."""

from __future__ import annotations

import math
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import StoreUnavailable
from portal.records import (
    ConditionFailed,
    attempts,
    from_attribute,
    from_attributes,
    put,
    time_limit,
    to_attribute,
    to_attributes,
    update,
)

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-10**9, max_value=10**9)
values = st.recursive(st.text() | st.booleans() | st.integers(-10**30, 10**30) | decimals,
                      lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
                      max_leaves=12)


@given(st.dictionaries(st.text(min_size=1), values))
def test_an_item_comes_back_as_it_went_in(item: dict[str, object]) -> None:
    assert from_attributes(to_attributes(item)) == item


@given(values)
def test_a_truth_stays_a_truth_and_a_number_a_number(value: object) -> None:
    back = from_attribute(to_attribute(value))
    assert isinstance(back, bool) is isinstance(value, bool)


@pytest.mark.parametrize("value", [12.5, 0.0, math.nan, {"points": 1.5}, [0.1]])
def test_a_float_is_never_stored(value: object) -> None:
    with pytest.raises(TypeError, match="float cannot be stored"):
        to_attributes({"points": value})


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()], ids=["bytes", "a set", "an object"])
def test_what_has_no_place_in_the_table_is_refused_by_name(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be stored"):
        to_attribute(value)


def test_credit_points_are_exact() -> None:
    assert from_attribute(to_attribute(Decimal("12.50"))) == Decimal("12.5")
    assert isinstance(from_attribute({"N": "12"}), int)
    assert isinstance(from_attribute({"N": "12.5"}), Decimal)


def test_what_was_left_open_is_not_stored_at_any_depth() -> None:
    assert to_attributes({"seat": None, "answers": {"nip": None, "name": "Siti"}}) == {
        "answers": {"M": {"name": {"S": "Siti"}}}}


def test_a_condition_asks_for_what_stands_there() -> None:
    assert put({"pk": "a"}, condition="attribute_not_exists(pk)").parameters == {
        "Item": {"pk": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def test_an_update_names_its_values() -> None:
    write = update({"pk": "a", "sk": "b"}, "SET seats = :seats", values={"seats": 3})
    assert write.parameters["ExpressionAttributeValues"] == {":seats": {"N": "3"}}
    assert "ConditionExpression" not in write.parameters


def test_a_failed_condition_says_which_and_never_what_stood_there() -> None:
    error = ConditionFailed([False, True], [None, {"email": "siti@desa.example"}])
    assert str(error) == "condition 1 failed"


def test_work_is_tried_until_the_functions_time_is_used_up() -> None:
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable), time_limit(1.05):
        sum(attempts())
    assert time.monotonic() - begun < 1.05, "some time is kept back for the answer"


def test_a_function_without_time_does_not_begin() -> None:
    with pytest.raises(StoreUnavailable), time_limit(0.5):
        next(attempts())


def test_a_time_limit_ends_with_its_block() -> None:
    with time_limit(0.5):
        pass
    assert next(attempts()) == 0
