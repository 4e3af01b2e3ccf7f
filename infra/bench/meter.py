"""Listens to a DynamoDB client and counts what the real service would bill for its calls.

Knows the stores' client and the parameters of the calls that the stores make; looks items up with a client of its
own, whose calls are not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, Final

from infra.bench.capacity import Attributes, index_units, item_size, read_units, write_units

Parameters = dict[str, Any]

INDEX: Final = "INDEX "  # before the name of a secondary index, where an item's partition key stands
SINGLE: Final = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}


@dataclass(frozen=True)
class Written:
    """One item of one write: which, how it was written, its bytes, and the units billed."""

    transaction: int
    kind: str
    key: tuple[str, str]
    size: int
    units: int


@dataclass
class Bill:
    """What was counted."""

    writes: list[Written] = field(default_factory=list)
    reads: float = 0
    calls: int = 0
    asked: list[str] = field(default_factory=list)  # each call that was answered, with the partition of a read

    @property
    def write_units(self) -> int:
        """Of all writes together."""
        return sum(each.units for each in self.writes)


@dataclass(frozen=True)
class _Touched:
    kind: str
    table: str
    key: Attributes
    before: Attributes


class Meter:
    """One client that is listened to, and another one to look with."""

    def __init__(self, client: Any, looking: Any) -> None:  # noqa: ANN401 botocore makes its clients at run time
        """Count from the first `bill` on."""
        self._client, self._looking = client, looking
        self._bill = Bill()
        self._touched: list[_Touched] = []
        self._known_indexes: dict[str, list[tuple[str, list[str], bool]]] = {}
        self._one_by_one = Lock()  # a function asks several things side by side; only reads, but they are counted

    @contextmanager
    def bill(self) -> Iterator[Bill]:
        """Everything that the client calls within the block."""
        self._bill = Bill()
        unheard = self._client.call
        self._client.call = partial(self._heard, unheard)
        try:
            yield self._bill
        finally:
            self._client.call = unheard

    def _heard(self, unheard: Callable[[str, Parameters], Any], operation: str, params: Parameters) -> Any:  # noqa: ANN401
        with self._one_by_one:
            self._before(operation, params)
            answer = unheard(operation, params)
            self._after(operation)
            self._bill.asked.append(f"{operation} {_partition(operation, params)}".strip())
            if operation in {"GetItem", "Query"}:
                self._bill.reads += self._read(params, answer)
        return answer

    def _before(self, operation: str, params: Parameters) -> None:
        self._bill.calls += 1
        self._touched = [_Touched(kind, each["TableName"], _key(each), self._item(each["TableName"], _key(each)))
                         for kind, each in _writes(operation, params)]

    def _after(self, operation: str) -> None:
        transaction = operation == "TransactWriteItems"
        for each in self._touched:
            item = self._item(each.table, each.key)
            before, after = item_size(each.before), item_size(item)
            self._bill.writes.append(Written(
                self._bill.calls, each.kind, (each.key["pk"]["S"], each.key["sk"]["S"]), max(before, after),
                write_units(before, after, transaction=transaction)))
            self._bill.writes += [
                Written(self._bill.calls, "Index", (f"{INDEX}{name}", ""), after, units)
                for name, keys, whole in self._indexes(each.table)
                if (units := index_units(each.before, item, keys, whole=whole))]

    def _item(self, table: str, key: Attributes) -> Attributes:
        return dict(self._looking.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item") or {})

    def _indexes(self, table: str) -> list[tuple[str, list[str], bool]]:
        """Each secondary index: its name, the attributes it is found by, and whether it holds every attribute."""
        if table not in self._known_indexes:
            self._known_indexes[table] = list(self._described(table))
        return self._known_indexes[table]

    def _described(self, table: str) -> Iterator[tuple[str, list[str], bool]]:
        for each in self._looking.describe_table(TableName=table)["Table"].get("GlobalSecondaryIndexes", ()):
            keys = [key["AttributeName"] for key in each["KeySchema"]]
            yield each["IndexName"], [*keys, "pk", "sk"], each["Projection"]["ProjectionType"] == "ALL"

    def _read(self, params: Parameters, answer: Mapping[str, Any]) -> float:
        """The units of a read: of what was answered; of what was only counted, by looking at the items."""
        if params.get("Select") == "COUNT":
            answer = self._looking.query(**{name: value for name, value in params.items() if name != "Select"})
        found = answer["Items"] if "Items" in answer else [answer.get("Item", {})]
        return read_units(sum(map(item_size, found)), consistent=params.get("ConsistentRead", False))


def _partition(operation: str, params: Parameters) -> str:
    """The partition key that a read is about."""
    if operation == "GetItem":
        return str(params["Key"]["pk"]["S"])
    return str(params["ExpressionAttributeValues"][":pk"]["S"]) if operation == "Query" and "IndexName" not in params \
        else ""


def _writes(operation: str, params: Parameters) -> Iterator[tuple[str, Parameters]]:
    if operation == "TransactWriteItems":
        yield from (next(iter(each.items())) for each in params["TransactItems"])
    elif operation in SINGLE:
        yield SINGLE[operation], params


def _key(parameters: Parameters) -> Attributes:
    whole = parameters.get("Key") or parameters["Item"]
    return {name: whole[name] for name in ("pk", "sk")}
