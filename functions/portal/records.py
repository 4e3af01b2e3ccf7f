"""The only place that knows DynamoDB: items in and out, conditions, transactions, and patience with a busy store.

Subjects use it through their own `store.py`; how a call reaches the service is `portal.dynamodb`'s affair.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from random import SystemRandom
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from portal.dynamodb import DynamoDB
from portal.errors import StoreUnavailable

Item = dict[str, Any]
Found = TypeVar("Found")

# Codes, those of the key service too, after which the same call may succeed a moment later: nothing was written, or
# the token makes a repeat harmless.
BUSY = frozenset({
    "InternalServerError", "ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException",
    "RequestLimitExceeded", "ServiceUnavailable", "ThrottlingError", "ThrottlingException",
    "TransactionConflict", "TransactionConflictException", "TransactionInProgressException",
    "DependencyTimeoutException", "KMSInternalException",
})
FIRST_PAUSE, LONGEST_PAUSE = 0.025, 1.0
CONNECTING, READING = 0.5, 2.0  # seconds after which a call is given up; the store answers in milliseconds
RESERVE = CONNECTING + READING + 0.5  # kept back, so that a call begun at the last moment still ends in a 503
OUTSIDE_A_FUNCTION = 30.0
SIDE_BY_SIDE = 16  # questions to the store at one moment

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
_random = SystemRandom()


class ConditionFailed(Exception):
    """A condition did not hold: nothing was written.

    `failed[i]` tells whether the i-th write's condition failed, `items[i]` is what stood there (None: nothing).
    """

    def __init__(self, failed: list[bool], items: list[Item | None]) -> None:
        """Keep the answer for each write, in the order of the writes."""
        super().__init__(f"condition {failed.index(True) if True in failed else '?'} failed")
        self.failed, self.items = failed, items


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Within this block the store is retried until `seconds` have passed, less the reserve for the answer."""
    token = _deadline.set(time.monotonic() + seconds - RESERVE)
    try:
        yield
    finally:
        _deadline.reset(token)


def attempts() -> Iterator[int]:
    """0, 1, 2 … for work that others may get in the way of; StoreUnavailable when the time is used up."""
    limit = _deadline.get() or time.monotonic() + OUTSIDE_A_FUNCTION
    number = 0
    while time.monotonic() < limit:
        yield number
        number += 1
    raise StoreUnavailable


def at_once(questions: Sequence[Callable[[], Found]]) -> list[Found]:
    """The answers to several questions, asked side by side and within the time of whoever asks, in their order."""
    if len(questions) < 2:  # noqa: PLR2004 one question needs nobody beside it
        return [question() for question in questions]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 few requests ask more than one thing

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return [each.result() for each in [pool.submit(copy_context().run, question) for question in questions]]


@dataclass(frozen=True)
class Write:
    """One write of a transaction: its kind (Put, Update, Delete, ConditionCheck) and DynamoDB's own parameters.

    `table` names another table than the one whose transaction it joins (Table.bound gives it).
    """

    kind: str
    parameters: dict[str, Any]
    table: str | None = None


def put(item: Mapping[str, Any], *, condition: str | None = None, values: Mapping[str, Any] | None = None) -> Write:
    """Put an item; keys whose value is None are left out."""
    parameters: dict[str, Any] = {"Item": to_attributes(item)}
    return Write("Put", _conditioned(parameters, condition, values or {}))


def put_new(item: Mapping[str, Any]) -> Write:
    """Put an item where none is yet."""
    return put(item, condition="attribute_not_exists(pk)")


def delete(key: Mapping[str, str], *, condition: str | None = None,
           values: Mapping[str, Any] | None = None) -> Write:
    """Delete an item."""
    return Write("Delete", _conditioned({"Key": to_attributes(key)}, condition, values or {}))


def delete_existing(key: Mapping[str, str]) -> Write:
    """Delete an item that must be there."""
    return delete(key, condition="attribute_exists(pk)")


def update(key: Mapping[str, str], expression: str, *, condition: str | None = None,
           values: Mapping[str, Any] | None = None) -> Write:
    """Update an item with an update expression; every attribute in it is named as it is stored."""
    parameters = {"Key": to_attributes(key), "UpdateExpression": expression}
    return Write("Update", _conditioned(parameters, condition, values or {}))


def check(key: Mapping[str, str], condition: str, values: Mapping[str, Any] | None = None) -> Write:
    """Write nothing, but let the transaction happen only if the condition holds."""
    return Write("ConditionCheck", _conditioned({"Key": to_attributes(key)}, condition, values or {}))


def _conditioned(parameters: dict[str, Any], condition: str | None, values: Mapping[str, Any]) -> dict[str, Any]:
    if condition:
        parameters |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if values:
        parameters["ExpressionAttributeValues"] = {f":{name}": to_attribute(value) for name, value in values.items()}
    return parameters


@dataclass(frozen=True)
class Table:
    """One table by its name, with keys `pk` and `sk`."""

    name: str

    def get(self, pk: str, sk: str) -> Item | None:
        """The item as it is now (a consistent read), or None."""
        answer = patiently(lambda: client().get_item(
            TableName=self.name, Key=to_attributes({"pk": pk, "sk": sk}), ConsistentRead=True))
        return from_attributes(answer["Item"]) if "Item" in answer else None

    def query(self, pk: str, *, prefix: str = "", after: str | None = None, most: int | None = None,
              backwards: bool = False) -> Iterator[Item]:
        """Items under one `pk` whose `sk` begins with `prefix`, in order, beginning behind `after`; page by page."""
        start: dict[str, Any] | None = to_attributes({"pk": pk, "sk": after}) if after else None
        count = 0
        while True:
            answer = self._page(pk, prefix, start, most, backwards=backwards)
            for attributes in answer["Items"]:
                yield from_attributes(attributes)
                count += 1
                if count == most:
                    return
            start = answer.get("LastEvaluatedKey")
            if start is None:
                return

    def _page(self, pk: str, prefix: str, start: dict[str, Any] | None, most: int | None, *,
              backwards: bool) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "TableName": self.name, "ConsistentRead": True,
            "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": to_attributes({":pk": pk})}
        if prefix:
            parameters["KeyConditionExpression"] += " AND begins_with(sk, :prefix)"
            parameters["ExpressionAttributeValues"][":prefix"] = to_attribute(prefix)
        if start:
            parameters["ExclusiveStartKey"] = start
        if most:
            parameters["Limit"] = most
        if backwards:
            parameters["ScanIndexForward"] = False
        return patiently(lambda: client().query(**parameters))

    def listed(self, index: str, attribute: str, value: str, *, after: Item | None = None, newest_first: bool = False,
               ) -> Iterator[Item]:
        """Items of an index under one value of its first attribute, in the order of its second; page by page.

        `after` is an item to begin behind. An index is told of a change a moment later: what is decided by an item
        is decided on the item itself, read again.
        """
        start = to_attributes(after) if after else None
        while True:
            parameters: dict[str, Any] = {
                "TableName": self.name, "IndexName": index, "KeyConditionExpression": f"{attribute} = :value",
                "ExpressionAttributeValues": to_attributes({":value": value}), "ScanIndexForward": not newest_first}
            if start:
                parameters["ExclusiveStartKey"] = start
            answer = patiently(lambda asked=parameters: client().query(**asked))  # type: ignore[misc]
            yield from (from_attributes(attributes) for attributes in answer["Items"])
            start = answer.get("LastEvaluatedKey")
            if start is None:
                return

    def everything(self) -> Iterator[Item]:
        """Every item of the table, page by page; only the purge's role may ask for it."""
        start: dict[str, Any] = {}
        while True:
            answer = self._scan(start)
            yield from map(from_attributes, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _scan(self, start: dict[str, Any]) -> dict[str, Any]:
        return patiently(lambda: client().scan(TableName=self.name, **start))

    def count(self, pk: str, *, first: str, last: str, most: int) -> int:
        """How many items have an `sk` from `first` to `last`, both included; stops counting at `most`.

        A plain (not consistent) read: it is shown to people, nothing is decided by it.
        """
        parameters: dict[str, Any] = {
            "TableName": self.name, "Select": "COUNT", "Limit": most,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": to_attributes({":pk": pk, ":first": first, ":last": last})}
        total = 0
        while total < most:
            answer = patiently(lambda: client().query(**parameters))
            total += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                break
            parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return min(total, most)

    def bound(self, write: Write) -> Write:
        """The write, to be made in this table whichever table's transaction it joins."""
        return replace(write, table=self.name)

    def transact(self, *writes: Write) -> None:
        """All writes or none, in this table and in those that some are bound to.

        Raises ConditionFailed when a condition does not hold. A repeat after a lost answer carries the same token,
        so that the store recognises its own earlier yes.
        """
        token = str(uuid.uuid4())
        items = [{write.kind: {"TableName": write.table or self.name, **write.parameters}} for write in writes]
        patiently(lambda: client().transact_write_items(TransactItems=items, ClientRequestToken=token))

    def write(self, write: Write) -> Item:
        """One write alone (Put, Update or Delete); answers the item as it is afterwards for an Update."""
        call = {"Put": client().put_item, "Update": client().update_item, "Delete": client().delete_item}[write.kind]
        returned = {"ReturnValues": "ALL_NEW"} if write.kind == "Update" else {}
        answer = patiently(lambda: call(TableName=write.table or self.name, **write.parameters, **returned))
        return from_attributes(answer.get("Attributes", {}))


@cache
def client() -> Any:  # noqa: ANN401 in a test something else may stand here
    """The store's client, made once a process; retrying is ours, because only we know the function's time."""
    return DynamoDB(connecting=CONNECTING, reading=READING, connections=64)


def patiently(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Call until the store answers; raise StoreUnavailable when the function's time is nearly used up.

    Pauses grow and are spread at random ("full jitter"), so that those who collided do not collide again. A call
    that failed slowly (it timed out) is repeated only if there is time for it to fail as slowly again.
    """
    limit = _deadline.get() or time.monotonic() + OUTSIDE_A_FUNCTION
    pause = FIRST_PAUSE
    while True:
        begun = time.monotonic()
        try:
            return call()
        except (ClientError, BotoCoreError) as error:
            _raise_unless_busy(error)
            wait, now = _random.uniform(0, pause), time.monotonic()
            if now + wait + (now - begun) > limit:
                raise StoreUnavailable from error
            time.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE)


def _raise_unless_busy(error: ClientError | BotoCoreError) -> None:
    if isinstance(error, BotoCoreError):
        return  # the connection failed or timed out: whether it was written is unknown, the token sorts it out
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        _raise_if_condition_failed(error)
    elif code == "ConditionalCheckFailedException":
        item = error.response.get("Item")
        raise ConditionFailed([True], [from_attributes(item) if item else None]) from None
    elif code not in BUSY:
        raise error


def _raise_if_condition_failed(error: ClientError) -> None:
    reasons = error.response.get("CancellationReasons", [])
    failed = [reason.get("Code") == "ConditionalCheckFailed" for reason in reasons]
    if any(failed):
        raise ConditionFailed(failed, [from_attributes(reason["Item"]) if reason.get("Item") else None
                                       for reason in reasons]) from None
    if not any(reason.get("Code") in BUSY for reason in reasons):
        raise error


def to_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    """A Python item in DynamoDB's own notation; None is left out, `float` is refused (use Decimal)."""
    return {name: to_attribute(value) for name, value in item.items() if value is not None}


def to_attribute(value: Any) -> dict[str, Any]:  # noqa: ANN401 a value of any storable type; one line a type
    """One value in DynamoDB's own notation."""
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": str(value)}
        case list() | tuple():
            return {"L": [to_attribute(each) for each in value]}
        case dict():
            return {"M": to_attributes(value)}
    message = f"{type(value).__name__} cannot be stored"
    raise TypeError(message)


def from_attributes(attributes: Mapping[str, Any]) -> Item:
    """An item from DynamoDB's own notation; numbers come back as int where they are whole, else Decimal."""
    return {name: from_attribute(value) for name, value in attributes.items()}


def from_attribute(attribute: Mapping[str, Any]) -> Any:  # noqa: ANN401 the inverse of to_attribute
    """One value from DynamoDB's own notation."""
    (kind, value), = attribute.items()
    match kind:
        case "N":
            number = Decimal(value)
            return int(number) if number == number.to_integral_value() else number
        case "L":
            return [from_attribute(each) for each in value]
        case "M":
            return from_attributes(value)
    return value
