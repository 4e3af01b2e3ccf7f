"""The chain of the audit: how each entry holds the one before it, and what is wrong where somebody tampered. Pure.

An entry's hash covers everything it says and the hash of the entry before it. A day's rows list the entries of all
records, and an anchor holds their number and digest and the hash of the anchor before it. So what was changed, left
out, put in, moved or cut off shows in one of the three.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

Item = Mapping[str, Any]

NOTHING = "0" * 64  # what stands before the first entry of a record, and before the first anchor
RECORD, DAY, ANCHOR = "RECORD#", "DAY#", "ANCHOR"
SETTLED = timedelta(hours=1)  # after its end nothing is added to a day: every function ends long before
GRACE = timedelta(hours=2)  # within which an anchor must be there

# What each kind of item consists of; whatever has another shape was not written by the portal.
ENTRY_SHAPE = {
    **dict.fromkeys(("pk", "sk", "kind", "record", "at", "actor", "role", "source", "action", "rules", "previous",
                     "hash"), str), "facts": list, "sequence": int, "previous_until": int, "expires_at": int}
LATE_ENTRY_SHAPE = {**ENTRY_SHAPE, "done_at": str}  # written later than it was done
ROW_SHAPE = {"pk": str, "sk": str, "hash": str, "expires_at": int}
ANCHOR_SHAPE = {"pk": str, "sk": str, "entries": int, "digest": str, "until": int, "previous": str, "hash": str}


class Fault(NamedTuple):
    """Something that is not as it was written: a stable code, and the key of the item, or the day, that shows it."""

    code: str
    place: str


def seal(values: Item) -> dict[str, Any]:
    """The values with the hash that holds them."""
    return {**values, "hash": digest({name: value for name, value in values.items() if name != "hash"})}


def digest(value: object) -> str:
    """SHA-256 over canonical JSON: sorted keys, no spaces, UTF-8. A value that JSON does not know raises TypeError."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def day_of(moment: str) -> str:
    """The day (UTC) under which an entry of this moment is listed."""
    return moment[:len("2026-11-21")]


def day_row(entry: Item) -> dict[str, Any]:
    """The row that lists an entry under its day."""
    place = "#".join((entry["at"], entry["kind"], entry["record"], entry["sk"]))
    return {"pk": f"{DAY}{day_of(entry['at'])}", "sk": place, "hash": entry["hash"],
            "expires_at": entry["expires_at"]}


def anchor_for(day: date, rows: Sequence[Item], before: Item | None) -> dict[str, Any]:
    """The anchor of a day whose rows will not change any more; `until` is when the first of them may go."""
    return seal({"pk": ANCHOR, "sk": day.isoformat(), "entries": len(rows), "digest": _digest_of(rows),
                 "until": min((row["expires_at"] for row in rows), default=0),
                 "previous": before["hash"] if before else NOTHING})


def last_settled(now: datetime) -> date:
    """The last day that can be anchored."""
    return (now.astimezone(UTC) - SETTLED).date() - timedelta(days=1)


def _digest_of(rows: Iterable[Item]) -> str:
    return digest([[row["sk"], row["hash"]] for row in sorted(rows, key=lambda row: str(row["sk"]))])


# -- what is wrong -------------------------------------------------------------------------------------------------


def faults_in(items: Iterable[Item], now: datetime, known: Mapping[str, str] | None = None) -> list[Fault]:
    """Everything that is wrong in the whole table; `known` are hashes of anchors, by day, that were kept elsewhere."""
    parts: dict[str, list[Item]] = defaultdict(list)
    misshapen = []
    for item in items:
        if is_whole(item):
            parts[item["pk"]].append(item)
        else:
            misshapen.append(Fault("misshapen", _place(item)))
    chains = [part for pk, part in parts.items() if pk.startswith(RECORD)]
    days = {pk.removeprefix(DAY): part for pk, part in parts.items() if pk.startswith(DAY)}
    anchors = sorted(parts[ANCHOR], key=lambda anchor: str(anchor["sk"]))
    found = [fault for chain in chains for fault in faults_in_chain(chain, now)]
    return [*misshapen, *found, *_faults_between(chains, days.values(), now),
            *_faults_in_anchors(anchors, days, now), *_unanchored(anchors, days, now), *_forged(anchors, known or {})]


def is_whole(item: Item) -> bool:
    """Whether an item has the shape of something that the audit writes."""
    pk, sk = str(item.get("pk")), str(item.get("sk"))
    if pk.startswith(RECORD):
        return _shape_of(item) in (ENTRY_SHAPE, LATE_ENTRY_SHAPE)
    if pk.startswith(DAY):
        return _shape_of(item) == ROW_SHAPE and _is_day(pk.removeprefix(DAY))
    return pk == ANCHOR and _shape_of(item) == ANCHOR_SHAPE and _is_day(sk)


def _shape_of(item: Item) -> dict[str, type]:
    return {name: type(value) for name, value in item.items()}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def faults_in_chain(entries: Iterable[Item], now: datetime) -> Iterator[Fault]:
    """What is wrong in one record's entries; those whose time is over may be gone."""
    before: Item | None = None
    for entry in sorted(entries, key=lambda each: str(each["sk"])):
        if seal(entry)["hash"] != entry["hash"]:
            yield Fault("changed", _place(entry))
        elif not _follows(entry, before, now):
            yield Fault("unlinked", _place(entry))
        before = entry


def _follows(entry: Item, before: Item | None, now: datetime) -> bool:
    """Whether the entry before this one is there, or may be gone by now."""
    if entry["sequence"] == 1:
        return before is None and bool(entry["previous"] == NOTHING)
    if before is not None and before["sequence"] == entry["sequence"] - 1:
        return bool(before["hash"] == entry["previous"])
    return bool(now.timestamp() >= entry["previous_until"])


def _faults_between(chains: Iterable[Sequence[Item]], days: Iterable[Sequence[Item]], now: datetime) -> Iterator[Fault]:
    """Entries that no day lists, and rows of days whose entry is not there."""
    expected = {(row["pk"], row["sk"]): row for chain in chains for row in map(day_row, chain)}
    listed = {(row["pk"], row["sk"]): row for day in days for row in day}
    for key, row in sorted(expected.items()):
        if key not in listed and now.timestamp() < row["expires_at"]:
            yield Fault("not_listed", _place(row))
        elif key in listed and listed[key]["hash"] != row["hash"]:
            yield Fault("listed_otherwise", _place(row))
    yield from (Fault("missing", _place(row)) for key, row in sorted(listed.items())
                if key not in expected and now.timestamp() < row["expires_at"])


def _faults_in_anchors(anchors: Sequence[Item], days: Mapping[str, Sequence[Item]], now: datetime) -> Iterator[Fault]:
    before = NOTHING
    for anchor in anchors:
        if seal(anchor)["hash"] != anchor["hash"]:
            yield Fault("anchor_changed", anchor["sk"])
        elif anchor["previous"] != before:
            yield Fault("anchor_unlinked", anchor["sk"])
        elif not _holds(anchor, days.get(anchor["sk"], []), now):
            yield Fault("day_differs", anchor["sk"])
        before = anchor["hash"]


def _holds(anchor: Item, rows: Sequence[Item], now: datetime) -> bool:
    """Whether a day is as it was anchored; once its first entry's time is over, only that nothing was added."""
    if anchor["entries"] and now.timestamp() >= anchor["until"]:
        return bool(len(rows) <= anchor["entries"])
    return bool(len(rows) == anchor["entries"] and _digest_of(rows) == anchor["digest"])


def _unanchored(anchors: Sequence[Item], days: Mapping[str, Sequence[Item]], now: datetime) -> Iterator[Fault]:
    """Days that should have an anchor by now: all since the first that has one or that lists an entry."""
    have = {anchor["sk"] for anchor in anchors}
    known = sorted({*have, *days})
    if not known:
        return
    day, last = date.fromisoformat(known[0]), last_settled(now - GRACE)
    while day <= last:
        if day.isoformat() not in have:
            yield Fault("anchor_missing", day.isoformat())
        day += timedelta(days=1)


def _forged(anchors: Sequence[Item], known: Mapping[str, str]) -> Iterator[Fault]:
    """Anchors that are not those that were kept elsewhere."""
    have = {anchor["sk"]: anchor["hash"] for anchor in anchors}
    yield from (Fault("anchor_forged", day) for day, kept in sorted(known.items()) if have.get(day) != kept)


def _place(item: Item) -> str:
    return f"{item.get('pk')} {item.get('sk')}"
