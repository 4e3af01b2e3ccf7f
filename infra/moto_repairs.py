"""Four things about the embedded emulator (moto 5) that are not as in DynamoDB, put right for this process.

1. A transaction copies every table it names and puts the copies back when a condition fails: its cost grows with the
   table, and what somebody else wrote in between is lost. Here all conditions are checked first, then applied.
2. `ClientRequestToken` is ignored, so that a repeat after a lost answer is refused instead of recognised.
3. Every look at a stream leaves an iterator behind for ever.
4. A query sorts the whole table before it looks at one partition.

Held against a second emulator by tests/infra/test_emulator.py; may go when moto does the same.
"""

from __future__ import annotations

import copy
import inspect
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    DynamodbException,
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.models import DynamoDBStreamsBackend

MOST_WRITES = 100
TOKEN_SECONDS = 600  # DynamoDB remembers a token for ten minutes

Reason = tuple[str | None, str | None, dict[str, Any] | None]
FINE: Reason = (None, None, None)

_unguarded_transaction = DynamoHandler.transact_write_items
_leaking_get_records = DynamoDBStreamsBackend.get_records
_whole_table_query = Table.query
_QUERY = inspect.signature(Table.query)


def repair_moto() -> None:
    """Replace the methods; doing it twice is doing it once."""
    DynamoDBBackend.transact_write_items = transact  # type: ignore[method-assign]
    DynamoHandler.transact_write_items = _transact_once  # type: ignore[method-assign]
    DynamoDBStreamsBackend.get_records = _get_records  # type: ignore[method-assign]
    Table.query = _query  # type: ignore[method-assign]


@dataclass(frozen=True)
class Operation:
    """One write of a transaction and the item it is about."""

    kind: str
    request: dict[str, Any]
    table: Table

    @property
    def key(self) -> dict[str, Any]:
        """The item's key attributes."""
        source = self.request["Item"] if self.kind == "Put" else self.request["Key"]
        return {name: source[name] for name in (self.table.hash_key_attr, self.table.range_key_attr) if name}

    @property
    def places(self) -> list[DynamoType]:
        """The key as moto's nested dictionaries want it."""
        return [DynamoType(value) for value in self.key.values()]

    @property
    def current(self) -> Item | None:
        """The item as it stands."""
        places = self.places
        return self.table.get_item(places[0], places[1] if len(places) > 1 else None)

    def reason(self) -> Reason:
        """Why this write cancels the transaction, or FINE."""
        current = self.current
        condition = get_filter_expression(
            self.request.get("ConditionExpression"), self.request.get("ExpressionAttributeNames"),
            self.request.get("ExpressionAttributeValues"))
        if condition.expr(current):
            return FINE
        shown = self.request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and current
        return ("ConditionalCheckFailed", str(ConditionalCheckFailed().message),
                current.to_json()["Attributes"] if shown and current else None)

    def apply(self, backend: DynamoDBBackend) -> None:
        """Do it; the condition was checked before."""
        name = self.request["TableName"]
        if self.kind == "Put":
            backend.put_item(name, self.request["Item"])
        elif self.kind == "Delete":
            backend.delete_item(name, self.request["Key"])
        elif self.kind == "Update":
            backend.update_item(name, self.request["Key"], update_expression=self.request["UpdateExpression"],
                                expression_attribute_names=self.request.get("ExpressionAttributeNames") or {},
                                expression_attribute_values=self.request.get("ExpressionAttributeValues") or {})


@dataclass
class Undo:
    """How the items of a transaction stood before, for the rare write that fails while it is applied."""

    operations: list[Operation]
    items: list[Any] = field(init=False)
    lengths: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Copy the few items, never the table."""
        self.items = [copy.deepcopy(each.current) for each in self.operations]
        self.lengths = [len(_stream(each.table)) for each in self.operations]

    def __call__(self) -> None:
        """Put everything back."""
        for operation, item, length in zip(self.operations, self.items, self.lengths, strict=True):
            del _stream(operation.table)[length:]
            *first, last = operation.places
            level: Any = operation.table.items[first[0]] if first else operation.table.items
            if item is None:
                level.pop(last, None)
            else:
                level[last] = item


def transact(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Check every condition against the table as it is, then apply all writes or none."""
    operations = list(_operations(self, transact_items))
    reasons = [each.reason() for each in operations]
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)
    undo = Undo(operations)
    for position, each in enumerate(operations):
        try:
            each.apply(self)
        except MockValidationException as error:
            undo()
            reasons[position] = ("ValidationError", str(error.message), None)
            raise TransactionCanceledException(reasons) from error
        except DynamodbException:
            undo()
            raise


def _operations(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> Iterator[Operation]:
    if len(transact_items) > MOST_WRITES:
        raise TooManyTransactionsException
    seen = set()
    for item in transact_items:
        if len(item) > 1:
            raise TransactWriteSingleOpException
        (kind, request), = item.items()
        operation = Operation(kind, request, backend.get_table(request["TableName"]))
        target = (request["TableName"], json.dumps(operation.key, sort_keys=True))
        if target in seen:
            raise MultipleTransactionsException
        seen.add(target)
        yield operation


def _stream(table: Table) -> list[Any]:
    return table.stream_shard.items if table.stream_shard else []


class _TokenMismatch(DynamodbException):
    def __init__(self) -> None:
        super().__init__("com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException",
                         "Request token already in use for another request with a different payload")


def _transact_once(self: DynamoHandler) -> ActionResult:
    """The same token with the same writes, again, is answered without writing."""
    token = self.body.get("ClientRequestToken")
    if token is None:
        return _unguarded_transaction(self)
    tokens = _tokens(self.dynamodb_backend)
    content = json.dumps(self.body["TransactItems"], sort_keys=True)
    if token in tokens:
        if tokens[token][1] != content:
            raise _TokenMismatch
        return ActionResult({})
    answer = _unguarded_transaction(self)
    tokens[token] = (time.monotonic(), content)
    return answer


def _tokens(backend: DynamoDBBackend) -> dict[str, tuple[float, str]]:
    """Tokens of successful transactions, the oldest first, those too old taken out."""
    tokens: dict[str, tuple[float, str]] = backend.__dict__.setdefault("portal_tokens", {})
    oldest = time.monotonic() - TOKEN_SECONDS
    while tokens and next(iter(tokens.values()))[0] < oldest:
        del tokens[next(iter(tokens))]
    return tokens


def _get_records(self: DynamoDBStreamsBackend, iterator_arn: str, limit: int) -> dict[str, Any]:
    """The records, and the iterator that asked for them forgotten."""
    answer = _leaking_get_records(self, iterator_arn, limit)
    if answer["NextShardIterator"] != iterator_arn:
        self.shard_iterators.pop(iterator_arn, None)
    return answer


def _query(self: Table, hash_key: DynamoType | None, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 moto's own
    """The same query on a view of the table that holds one partition."""
    if hash_key is None or _QUERY.bind(self, hash_key, *arguments, **named).arguments.get("index_name"):
        return _whole_table_query(self, hash_key, *arguments, **named)
    view = copy.copy(self)
    view.items = {hash_key: self.items[hash_key]} if hash_key in self.items else {}  # type: ignore[assignment]
    return _whole_table_query(view, hash_key, *arguments, **named)
