"""Verifies that the audit is as it was written: `python -m infra.audit verify TABLE [DAY=HASH ...]`.

Reads the whole table with the operator's own rights, which no function has. `DAY=HASH` are anchors as the log of
the anchoring function tells them: with one of them even a table that was rewritten as a whole is noticed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import boto3

from portal.chain import ANCHOR, RECORD, Fault, faults_in
from portal.records import Item, from_attributes

MEANING = {
    "changed": "this entry does not say any more what was written",
    "unlinked": "the entry before this one is missing or another one",
    "missing": "this entry was written and is not there",
    "not_listed": "its day does not know this entry",
    "listed_otherwise": "its day knows this entry with another content",
    "anchor_changed": "this day's anchor does not say any more what was written",
    "anchor_unlinked": "the anchor before this day's is missing or another one",
    "anchor_missing": "this day has no anchor",
    "anchor_forged": "this day's anchor is not the one that was given",
    "day_differs": "entries of this day were added, removed or changed after it was anchored",
    "misshapen": "the audit writes nothing of this shape under this key",
}
USAGE = "usage: python -m infra.audit verify TABLE [DAY=HASH ...]"


def items(dynamodb: Any, table: str) -> Iterator[Item]:  # noqa: ANN401 boto3 makes its clients at run time
    """Everything in the table, as it is now."""
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from map(from_attributes, page["Items"])


def verify(dynamodb: Any, table: str, known: Mapping[str, str], now: datetime) -> tuple[list[Fault], str]:  # noqa: ANN401
    """What is wrong, and what was looked at in one line."""
    everything = list(items(dynamodb, table))
    anchors = [each for each in everything if each["pk"] == ANCHOR]
    entries = [each for each in everything if each["pk"].startswith(RECORD)]
    seen = f"{len(entries)} entries about {len({each['pk'] for each in entries})} records, {len(anchors)} days anchored"
    if anchors:
        last = max(anchors, key=lambda anchor: str(anchor["sk"]))
        seen += f", the last one {last['sk']}={last.get('hash')}"
    return faults_in(everything, now, known), seen


def main(arguments: Sequence[str]) -> int:
    """Print what was seen and every fault; 1 when there is a fault, 2 when the command was not understood."""
    command, table, *given = [*arguments, "", ""][:max(2, len(arguments))]
    if command != "verify" or not table or not all("=" in each for each in given):
        print(USAGE, file=sys.stderr)
        return 2
    known = dict(each.split("=", 1) for each in given)
    faults, seen = verify(boto3.client("dynamodb"), table, known, datetime.now(UTC))
    print(f"audit: {seen}")
    for fault in faults:
        print(f"{fault.code}  {fault.place}  {MEANING[fault.code]}")
    if not faults:
        print("audit: everything is as it was written")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
