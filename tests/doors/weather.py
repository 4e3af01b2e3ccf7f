"""A store in bad weather: the real one behind a client that refuses, delays or forgets to answer some calls.

It injects faults and decides nothing: whatever is let through is done by the store itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from infra.emulator import client
from portal.records import Item, Table, from_attributes

WRITES = frozenset({"transact_write_items", "put_item", "update_item", "delete_item"})
READS = frozenset({"get_item", "query"})
ENDPOINT = "https://dynamodb.ap-southeast-3.amazonaws.com"

Fault = Callable[[str], Exception]


def refused(code: str) -> Fault:
    """The store says no, with this code, before it does anything."""
    return lambda operation: ClientError({"Error": {"Code": code, "Message": "slow down, siti@bojonegoro.example"}},
                                         operation)


def cancelled(*reasons: str) -> Fault:
    """The store cancels the transaction, with these reasons."""
    codes = [{"Code": reason} for reason in reasons]
    return lambda operation: ClientError({"Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
                                          "CancellationReasons": codes}, operation)


def silent(operation: str) -> Exception:
    """The store does not answer in time."""
    del operation
    return ReadTimeoutError(endpoint_url=ENDPOINT)


def unreachable(operation: str) -> Exception:
    """Nobody picks up."""
    del operation
    return ConnectTimeoutError(endpoint_url=ENDPOINT)


def gone(operation: str) -> Exception:
    """There is no such place."""
    del operation
    return EndpointConnectionError(endpoint_url=ENDPOINT)


class Weather:
    """The store's client with the first `times` of some calls spoilt; `afterwards` lets them be done, answer lost."""

    def __init__(self, inner: Any, fault: Fault, *, times: float, calls: frozenset[str] = WRITES | READS,
                 afterwards: bool = False) -> None:
        self.inner, self.fault, self.left, self.calls, self.afterwards = inner, fault, times, calls, afterwards
        self.spoilt = 0
        self.done: list[str] = []

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.inner, name)
        return self._spoilt(name, call) if name in self.calls else call

    def _spoilt(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def through(**parameters: Mapping[str, Any]) -> Any:
            if self.left <= 0:
                return self._do(name, call, parameters)
            self.left, self.spoilt = self.left - 1, self.spoilt + 1
            if self.afterwards:
                self._do(name, call, parameters)
            raise self.fault(name)

        return through

    def _do(self, name: str, call: Callable[..., Any], parameters: Mapping[str, Any]) -> Any:
        answer = call(**parameters)
        self.done.append(name)
        return answer


def contents(table: Table) -> list[Item]:
    """Everything that lies in a table, in a fixed order."""
    onlooker = client("dynamodb", os.environ["AWS_ENDPOINT_URL"])  # of all functions only the purge may scan
    pages = onlooker.get_paginator("scan").paginate(TableName=table.name, ConsistentRead=True)
    items = [from_attributes(item) for page in pages for item in page["Items"]]
    return sorted(items, key=lambda item: (item["pk"], item["sk"]))
