"""What AWS does between the functions: streams feed one, queues another, clocks a third.

Knows Lambda's event source mappings (filters, batches, partial failures, where given-up records go);
knows nothing of what is in a record.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from infra.lambdas import Lambda
from infra.template_reader import REGION, EventSource

IDLE = 1.0  # seconds between two looks when nobody rings
log = logging.getLogger("portal.pumps")


class Pump(Protocol):
    """Something that moves events to a function."""

    def run_once(self) -> bool:
        """Move what is there; answers whether there may be more."""


# -- filters -------------------------------------------------------------------------------------------------------


def matches(event: Any, pattern: Any) -> bool:  # noqa: ANN401 any JSON
    """Whether an event passes a filter pattern (the operators that this template uses; others raise)."""
    if isinstance(pattern, dict):
        return all(matches(event.get(name) if isinstance(event, dict) else None, part)
                   for name, part in pattern.items())
    return any(_rule(event, rule) for rule in pattern)


def _rule(value: Any, rule: Any) -> bool:  # noqa: ANN401
    if not isinstance(rule, dict):
        return bool(value == rule)
    (operator, argument), = rule.items()
    match operator:
        case "prefix":
            return isinstance(value, str) and value.startswith(argument)
        case "exists":
            return (value is not None) is argument
        case "anything-but":
            return value is not None and value not in argument
    message = f"the local runner does not know the filter operator {operator}"
    raise NotImplementedError(message)


def failed_identifiers(answer: Any) -> set[str]:  # noqa: ANN401
    """The identifiers a function gave back as failed; an answer that is not a report means none failed."""
    failures = (answer or {}).get("batchItemFailures") or []
    return {str(each["itemIdentifier"]) for each in failures}


# -- a table's stream ----------------------------------------------------------------------------------------------


@dataclass
class StreamPump:
    """Reads one table's stream in order and hands it on in batches; given-up records go to the dead letters."""

    function: Lambda
    source: EventSource
    streams: Any
    stream_arn: str
    give_up: Callable[[dict[str, Any]], None]
    waiting: list[dict[str, Any]] = field(default_factory=list)
    attempts: int = 0
    _iterators: dict[str, str | None] = field(default_factory=dict)

    def run_once(self) -> bool:
        """Read what is new, hand over one batch."""
        if not self.waiting:
            self.waiting = self._read()
        if not self.waiting:
            return False
        batch = self.waiting[:int(self.source.properties["BatchSize"])]
        self._advance(batch, self._first_failure(batch))
        return bool(self.waiting) and self.attempts == 0

    def _read(self) -> list[dict[str, Any]]:
        records = [record for shard in self._shards() for record in self._read_shard(shard)]
        patterns = self.source.patterns
        return [each for each in records if not patterns or any(matches(each, pattern) for pattern in patterns)]

    def _shards(self) -> list[str]:
        shards = self.streams.describe_stream(StreamArn=self.stream_arn)["StreamDescription"]["Shards"]
        return [each["ShardId"] for each in shards]

    def _read_shard(self, shard: str) -> list[dict[str, Any]]:
        if shard not in self._iterators:
            self._iterators[shard] = self.streams.get_shard_iterator(
                StreamArn=self.stream_arn, ShardId=shard,
                ShardIteratorType=self.source.properties["StartingPosition"])["ShardIterator"]
        iterator = self._iterators[shard]
        if iterator is None:
            return []
        answer = self.streams.get_records(ShardIterator=iterator)
        self._iterators[shard] = answer.get("NextShardIterator")
        return [self._event(each) for each in answer["Records"]]

    def _event(self, record: dict[str, Any]) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(json.dumps(record, default=_plain))
        return event | {"eventSourceARN": self.stream_arn, "awsRegion": REGION, "eventSource": "aws:dynamodb"}

    def _first_failure(self, batch: list[dict[str, Any]]) -> int:
        """How many records of the batch are done."""
        try:
            failed = failed_identifiers(self.function({"Records": batch}))
        except Exception:
            log.exception("%s failed on a batch of %d", self.function.function.name, len(batch))
            return 0
        numbers = [each["dynamodb"]["SequenceNumber"] for each in batch]
        return min((numbers.index(each) for each in failed), default=len(batch))

    def _advance(self, batch: list[dict[str, Any]], done: int) -> None:
        if done:
            self.attempts = 0
            del self.waiting[:done]
            return
        self.attempts += 1
        if self.attempts > int(self.source.properties.get("MaximumRetryAttempts", 3)):
            self.give_up(self._obituary(batch[0]))
            self.attempts = 0
            del self.waiting[:1]

    def _obituary(self, record: dict[str, Any]) -> dict[str, Any]:
        """Lambda tells where the given-up record lies, not what it holds."""
        return {"requestContext": {"condition": "RetryAttemptsExhausted",
                                   "approximateInvokeCount": self.attempts},
                "DDBStreamBatchInfo": {"streamArn": self.stream_arn, "batchSize": 1,
                                       "startSequenceNumber": record["dynamodb"]["SequenceNumber"],
                                       "endSequenceNumber": record["dynamodb"]["SequenceNumber"]}}


def _plain(value: Any) -> Any:  # noqa: ANN401 what boto3 makes of a record
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, set):
        return sorted(value)
    message = f"{type(value).__name__} in a stream record"
    raise TypeError(message)


# -- a queue -------------------------------------------------------------------------------------------------------


@dataclass
class QueuePump:
    """Hands a queue's messages over; what succeeded is deleted, what failed comes back when it is visible again."""

    function: Lambda
    source: EventSource
    sqs: Any
    queue_url: str
    queue_arn: str

    def run_once(self) -> bool:
        """Receive one batch and hand it over."""
        batch = self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=min(10, int(self.source.properties["BatchSize"])),
            AttributeNames=["All"], MessageAttributeNames=["All"]).get("Messages", [])
        if not batch:
            return False
        failed = self._deliver(batch)
        for message in batch:
            if message["MessageId"] not in failed:
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return True

    def _deliver(self, batch: list[dict[str, Any]]) -> set[str]:
        try:
            return failed_identifiers(self.function({"Records": [self._event(each) for each in batch]}))
        except Exception:
            log.exception("%s failed on a batch of %d", self.function.function.name, len(batch))
            return {each["MessageId"] for each in batch}

    def _event(self, message: dict[str, Any]) -> dict[str, Any]:
        return {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"], "attributes": message.get("Attributes", {}),
                "messageAttributes": message.get("MessageAttributes", {}),
                "md5OfBody": message.get("MD5OfBody", ""), "eventSource": "aws:sqs",
                "eventSourceARN": self.queue_arn, "awsRegion": REGION}


# -- a clock -------------------------------------------------------------------------------------------------------


@dataclass
class ClockPump:
    """Calls a function every so many seconds, first after one period; a failure waits for the next turn."""

    function: Lambda
    seconds: float
    now: Callable[[], float] = time.monotonic
    due: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the first period."""
        self.due = self.now() + self.seconds

    def run_once(self) -> bool:
        """Call the function when its time has come."""
        if self.now() < self.due:
            return False
        self.due = self.now() + self.seconds
        try:
            self.function({"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})
        except Exception:
            log.exception("%s failed on its schedule", self.function.function.name)
        return False


# -- all of them ---------------------------------------------------------------------------------------------------


class PumpRoom:
    """One thread that runs every pump: at once when somebody rings, else every second."""

    def __init__(self, pumps: list[Pump]) -> None:
        """Keep the pumps in the order in which events flow."""
        self.pumps = pumps
        self._bell = threading.Event()
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pumps", daemon=True)

    def ring(self) -> None:
        """Something was written: look now."""
        self._bell.set()

    def start(self) -> None:
        """Begin to pump."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the current round."""
        self._stopping.set()
        self._bell.set()
        self._thread.join(timeout=15)

    def drain(self, rounds: int = 1000) -> None:
        """Run every pump in the caller's thread until none has anything left."""
        for _ in range(rounds):
            if not self._turn_all():
                return

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._bell.wait(IDLE)
            self._bell.clear()
            self._round()

    def _round(self) -> None:
        try:
            while not self._stopping.is_set() and self._turn_all():
                pass
        except Exception:
            log.exception("a pump stopped; it is tried again in a second")

    def _turn_all(self) -> bool:
        with self._turn:
            moved = [pump.run_once() for pump in self.pumps]
            return any(moved)


def pumps_for(functions: Mapping[str, Lambda], names: Mapping[str, str], clients: Callable[[str], Any]) -> list[Pump]:
    """The pumps that the template's events ask for: streams first, then queues, then clocks."""
    sqs = clients("sqs")
    streams: list[Pump] = [StreamPump(each, source, clients("dynamodbstreams"), names[f"{source.source}.StreamArn"],
                                      _dead_letters(sqs, source, names))
                           for each in functions.values() for source in each.function.streams]
    queues: list[Pump] = [QueuePump(each, source, sqs, names[source.source], names[f"{source.source}.Arn"])
                          for each in functions.values() for source in each.function.queues]
    clocks: list[Pump] = [ClockPump(each, seconds)
                          for each in functions.values() for seconds in each.function.schedules]
    return [*streams, *queues, *clocks]


def _dead_letters(sqs: Any, source: EventSource, names: Mapping[str, str]) -> Callable[[dict[str, Any]], None]:  # noqa: ANN401
    queue = source.properties["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    return lambda obituary: sqs.send_message(QueueUrl=names[queue], MessageBody=json.dumps(obituary))
