"""What DynamoDB bills: sizes of items and units of capacity, by the rules of its developer guide. Pure.

"DynamoDB item sizes and formats" and "Capacity unit consumption", read 21 November 2026. That a ConditionCheck is
billed like a write was measured on the real service by the authors of dynamodb-conformance (their pull request 67).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

Attributes = Mapping[str, Mapping[str, Any]]

WRITE_UNIT, READ_UNIT = 1024, 4096  # bytes
LARGEST_ITEM: Final = 400 * 1024  # bytes
LARGEST_TRANSACTION: Final = 4 * 1024 * 1024  # bytes of all its items together
MOST_WRITES: Final = 100  # in a transaction
PARTITION_WRITES: Final = 1000  # write units a second that one partition takes
IN_A_TRANSACTION: Final = 2  # each item is prepared, then committed
CONTAINER: Final = 3  # bytes for a list or map, and one for each element
SIGNIFICANT_PER_BYTE: Final = 2


def item_size(item: Attributes) -> int:
    """Bytes of an item in DynamoDB's own notation: its attributes' names and values."""
    return sum(_text(name) + value_size(value) for name, value in item.items())


def value_size(attribute: Mapping[str, Any]) -> int:
    """Bytes of one value."""
    (kind, value), = attribute.items()
    match kind:
        case "S":
            return _text(value)
        case "N":
            return number_size(Decimal(value))
        case "BOOL" | "NULL":
            return 1
        case "L":
            return CONTAINER + sum(1 + value_size(each) for each in value)
        case "M":
            return CONTAINER + sum(1 + _text(name) + value_size(each) for name, each in value.items())
    message = f"a size for attributes of type {kind} was not needed yet"
    raise TypeError(message)


def number_size(number: Decimal) -> int:
    """A byte for two significant digits, and one more; a minus takes another (the guide says "approximately")."""
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    return math.ceil(len(digits) / SIGNIFICANT_PER_BYTE) + 1 + (number < 0)


def write_units(before: int, after: int, *, transaction: bool) -> int:
    """Units of one write, given the item's bytes before and after it (0: there was or is none)."""
    return max(1, math.ceil(max(before, after) / WRITE_UNIT)) * (IN_A_TRANSACTION if transaction else 1)


def index_units(before: Attributes, after: Attributes, keys: Sequence[str], *, whole: bool) -> int:
    """Units of what one write changes in a secondary index, which is written by itself, outside a transaction.

    `keys` are the index's own attributes and the table's; `whole` says that it holds every attribute. Nothing changes
    for items that lack a key; an item that moves within the index is taken out and put in.
    """
    old, new = (_projected(item, keys, whole=whole) for item in (before, after))
    moved = bool(old and new) and any(old[key] != new[key] for key in keys)
    if old == new:
        return 0
    sizes = [item_size(old), item_size(new)] if moved else [max(item_size(old), item_size(new))]
    return sum(math.ceil(size / WRITE_UNIT) for size in sizes)


def _projected(item: Attributes, keys: Sequence[str], *, whole: bool) -> Attributes:
    if not all(key in item for key in keys):
        return {}
    return item if whole else {key: item[key] for key in keys}


def read_units(size: int, *, consistent: bool) -> float:
    """Units of one read of that many bytes together; nothing found costs as much as something small."""
    return max(1, math.ceil(size / READ_UNIT)) * (1 if consistent else 0.5)


def _text(value: str) -> int:
    return len(value.encode())
