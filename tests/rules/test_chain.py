"""The audit's chain: whatever is done to entries, days or anchors behind its back is noticed, and nothing else is."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.chain import (
    ANCHOR,
    NOTHING,
    Fault,
    anchor_for,
    day_of,
    day_row,
    digest,
    faults_in,
    last_settled,
    seal,
)
from portal.identifiers import format_moment

Item = dict[str, Any]
START = datetime(2026, 12, 1, 3, tzinfo=UTC)
NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
KEPT = timedelta(days=730)
ACTIONS = ("viewed", "approved", "checked_in", "cancelled")


def an_entry(record: str, sequence: int, at: datetime, before: Item | None) -> Item:
    return seal({"pk": f"RECORD#registration#{record}", "sk": f"{sequence:08d}", "kind": "registration",
                 "record": record, "sequence": sequence, "at": format_moment(at), "actor": "petugas-7",
                 "role": "committee", "source": "203.0.113.9", "action": ACTIONS[sequence % 4], "rules": "1",
                 "facts": ["field:nik"], "previous": before["hash"] if before else NOTHING,
                 "previous_until": before["expires_at"] if before else 0,
                 "expires_at": int((at + KEPT).timestamp())})


def a_chain(record: str, length: int = 6) -> list[Item]:
    """Entries of one record, two a day."""
    chain: list[Item] = []
    for number in range(length):
        at = START + timedelta(hours=12 * number)
        chain.append(an_entry(record, number + 1, at, chain[-1] if chain else None))
    return chain


def with_days(entries: list[Item]) -> list[Item]:
    return [*entries, *map(day_row, entries)]


def anchored(items: list[Item], until: date) -> list[Item]:
    """The items with an anchor for each day from the first to `until`."""
    day, anchors = START.date(), list[Item]()
    while day <= until:
        rows = [item for item in items if item["pk"] == f"DAY#{day.isoformat()}"]
        anchors.append(anchor_for(day, rows, anchors[-1] if anchors else None))
        day += timedelta(days=1)
    return [*items, *anchors]


def a_table() -> list[Item]:
    """Two records, six entries each, on three days that are all anchored."""
    return anchored(with_days([*a_chain("7F3K9QX2"), *a_chain("8G4M2RT5")]), last_settled(NOW))


def codes(items: list[Item], now: datetime = NOW, known: dict[str, str] | None = None) -> set[str]:
    return {fault.code for fault in faults_in(items, now, known)}


def keys(item: Item) -> tuple[str, str]:
    return item["pk"], item["sk"]


def find(items: list[Item], pk: str, sk: str = "") -> Item:
    return next(item for item in items if item["pk"] == pk and item["sk"].startswith(sk))


THE_RECORD = "RECORD#registration#7F3K9QX2"


def test_what_nobody_touched_has_no_fault() -> None:
    items = a_table()
    assert len(items) == 12 + 12 + 3
    assert faults_in(items, NOW) == []
    assert faults_in(reversed(items), NOW) == [], "the order in which they are read says nothing"
    assert faults_in([], NOW) == []


# -- one hand on one item ------------------------------------------------------------------------------------------


@given(number=st.integers(0, 26), name=st.integers(0, 20), data=st.data())
def test_any_change_of_any_value_of_any_item_is_noticed(number: int, name: int, data: st.DataObject) -> None:
    items = a_table()
    item = items[number]
    names = sorted(set(item) - ({"expires_at"} if item["pk"].startswith("DAY#") else set()))
    changed = names[name % len(names)]
    old = item[changed]
    new = data.draw(st.integers() if isinstance(old, int) else st.text(max_size=80) if isinstance(old, str)
                    else st.lists(st.text(max_size=20), max_size=3))
    if new == old:
        return
    item[changed] = new
    assert faults_in(items, NOW), f"{changed} of {keys(item)}"


@given(st.sets(st.integers(0, 26), min_size=1, max_size=26))
def test_any_items_that_are_taken_out_are_missed(numbers: set[int]) -> None:
    left = [item for number, item in enumerate(a_table()) if number not in numbers]
    assert faults_in(left, NOW)


def test_a_changed_entry_is_named_with_its_key() -> None:
    items = a_table()
    find(items, THE_RECORD, "00000003")["action"] = "approved"
    assert faults_in(items, NOW) == [Fault("changed", f"{THE_RECORD} 00000003")]


def test_a_dropped_entry_leaves_the_next_without_its_link_and_its_day_without_it() -> None:
    items = a_table()
    items.remove(find(items, THE_RECORD, "00000003"))
    assert codes(items) == {"unlinked", "missing"}


def test_a_row_of_a_day_that_is_dropped_is_missed() -> None:
    items = a_table()
    items.remove(find(items, "DAY#2026-12-02"))
    assert codes(items) == {"not_listed", "day_differs"}


def test_what_does_not_belong_into_the_table_is_named() -> None:
    assert faults_in([*a_table(), {"pk": "CATATAN", "sk": "1"}], NOW) == [Fault("misshapen", "CATATAN 1")]


@given(number=st.integers(0, 26), name=st.integers(0, 20), other=st.sampled_from([None, Decimal("1.5"), True, {}]))
def test_an_item_of_another_shape_is_noticed_and_stops_nobody(number: int, name: int, other: object) -> None:
    items = a_table()
    names = sorted(items[number])
    changed = names[name % len(names)]
    del items[number][changed]
    assert codes(items) >= {"misshapen"}
    items[number][changed] = other
    assert codes(items) >= {"misshapen"}


# -- somebody who knows how the chain is made ----------------------------------------------------------------------


def rewritten(chain: list[Item], change: Callable[[list[Item]], list[Item]]) -> list[Item]:
    """The chain with a change, every hash and number after it made anew as the portal would."""
    before: Item | None = None
    made = []
    for sequence, entry in enumerate(change(copy.deepcopy(chain)), 1):
        before = seal({**entry, "sequence": sequence, "sk": f"{sequence:08d}",
                       "previous": before["hash"] if before else NOTHING,
                       "previous_until": before["expires_at"] if before else 0})
        made.append(before)
    return made


CHANGES: dict[str, Callable[[list[Item]], list[Item]]] = {
    "changed": lambda chain: [*chain[:2], {**chain[2], "action": "approved"}, *chain[3:]],
    "dropped": lambda chain: [*chain[:2], *chain[3:]],
    "reordered": lambda chain: [*chain[:2], chain[3], chain[2], *chain[4:]],
    "cut at its end": lambda chain: chain[:3],
    "cut at its head": lambda chain: chain[3:],
    "inserted": lambda chain: [*chain[:2], {**chain[2], "actor": "petugas-9"}, *chain[2:]],
    "appended to a day that is over": lambda chain: [*chain, {**chain[5], "actor": "petugas-9"}],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_chain_that_was_made_anew_as_a_whole_with_its_days_contradicts_the_anchors(
        change: Callable[[list[Item]], list[Item]]) -> None:
    anchors = [item for item in a_table() if item["pk"] == ANCHOR]
    forged = rewritten(a_chain("7F3K9QX2"), change)
    items = [*with_days([*forged, *a_chain("8G4M2RT5")]), *anchors]
    assert codes(items) == {"day_differs"}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_table_that_was_made_anew_with_its_anchors_contradicts_one_that_was_kept_elsewhere(
        change: Callable[[list[Item]], list[Item]]) -> None:
    kept = find(a_table(), ANCHOR, "2026-12-03")["hash"]
    forged = rewritten(a_chain("7F3K9QX2"), change)
    items = anchored(with_days([*forged, *a_chain("8G4M2RT5")]), last_settled(NOW))
    assert codes(items) == set()
    assert codes(items, known={"2026-12-03": kept}) == {"anchor_forged"}


def test_an_entry_of_a_record_that_never_was_is_noticed_on_a_day_that_is_anchored() -> None:
    items = a_table()
    assert codes([*items, *with_days(a_chain("9H5N3SX6", 1))]) == {"day_differs"}


def test_an_entry_moved_to_another_record_is_noticed() -> None:
    items = a_table()
    moved = {**find(items, THE_RECORD, "00000006"), "pk": "RECORD#registration#8G4M2RT5", "sk": "00000007"}
    assert "changed" in codes([*items, moved])


def test_a_tail_that_is_cut_off_with_its_rows_is_noticed_by_its_days_anchor() -> None:
    items = a_table()
    cut = [keys(find(items, THE_RECORD, "00000006")), keys(day_row(find(items, THE_RECORD, "00000006")))]
    assert codes([item for item in items if keys(item) not in cut]) == {"day_differs"}


def test_anchors_that_are_cut_off_are_missed() -> None:
    items = a_table()
    for day in ("2026-12-03", "2026-12-02"):
        items.remove(find(items, ANCHOR, day))
        assert "anchor_missing" in codes(items)


def test_an_anchor_taken_out_of_the_middle_is_missed_twice() -> None:
    items = a_table()
    items.remove(find(items, ANCHOR, "2026-12-02"))
    assert codes(items) == {"anchor_missing", "anchor_unlinked"}


def test_a_day_is_given_some_hours_until_its_anchor_is_missed() -> None:
    items = anchored(with_days(a_chain("7F3K9QX2")), date(2026, 12, 2))
    assert codes(items, datetime(2026, 12, 4, 2, 59, tzinfo=UTC)) == set()
    assert codes(items, datetime(2026, 12, 4, 3, 0, tzinfo=UTC)) == {"anchor_missing"}


# -- what may go ---------------------------------------------------------------------------------------------------


@given(st.sets(st.integers(0, 7), max_size=8))
def test_entries_and_rows_whose_time_is_over_may_be_gone_in_any_order(gone: set[int]) -> None:
    """The table's own expiry takes days, and takes entry and row apart."""
    items = a_table()
    over = START + timedelta(days=1) + KEPT + timedelta(minutes=1)
    may_go = sorted(keys(item) for item in items
                    if item["pk"] != ANCHOR and item["expires_at"] <= over.timestamp())
    assert len(may_go) == 12, "three entries of each record, and their rows"
    taken = {key for number, key in enumerate(may_go) if number in gone}
    left = [item for item in items if keys(item) not in taken]
    assert [fault for fault in faults_in(left, over) if fault.code != "anchor_missing"] == []


def test_an_entry_whose_time_is_not_over_may_not_be_gone_from_the_head_of_its_record() -> None:
    chain = a_chain("7F3K9QX2")
    left = with_days(chain)[1:]
    left.remove(day_row(chain[0]))
    assert codes(left, datetime(2026, 12, 1, 20, tzinfo=UTC)) == {"unlinked"}, "even before any anchor"


# -- the pieces ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "last"), [
    (datetime(2026, 12, 4, 0, 59, tzinfo=UTC), date(2026, 12, 2)),
    (datetime(2026, 12, 4, 1, 0, tzinfo=UTC), date(2026, 12, 3))])
def test_a_day_is_settled_an_hour_after_its_end(now: datetime, last: date) -> None:
    assert last_settled(now) == last


def test_a_digest_depends_on_what_is_said_and_not_on_how_it_is_ordered() -> None:
    assert digest({"a": 1, "b": ["é"]}) == digest({"b": ["é"], "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})


def test_what_json_does_not_know_is_not_sealed() -> None:
    with pytest.raises(TypeError):
        seal({"at": START})


def test_an_entry_is_listed_under_its_day() -> None:
    assert day_of(format_moment(START)) == "2026-12-01"
