"""Streams, queues and clocks reach the functions as AWS would let them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.emulator import Emulator, client, provision
from infra.lambdas import Lambda
from infra.pumps import ClockPump, QueuePump, StreamPump, matches
from infra.template_reader import Function, Template

TEMPLATE = Template()
PATTERN = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "MESSAGE#"}]}}}}


def an_event(name: str, sk: str) -> dict[str, Any]:
    return {"eventName": name, "dynamodb": {"Keys": {"pk": {"S": "p"}, "sk": {"S": sk}}}}


@pytest.mark.parametrize(("event", "passes"), [
    (an_event("INSERT", "MESSAGE#1"), True), (an_event("INSERT", "RECORD"), False),
    (an_event("MODIFY", "MESSAGE#1"), False), ({"eventName": "INSERT"}, False)])
def test_only_new_messages_pass_the_filter(event: dict[str, Any], passes: bool) -> None:  # noqa: FBT001
    assert matches(event, PATTERN) is passes


@pytest.mark.parametrize(("rule", "value", "passes"), [
    ({"exists": True}, "x", True), ({"exists": True}, None, False), ({"exists": False}, None, True),
    ({"anything-but": ["x"]}, "y", True), ({"anything-but": ["x"]}, "x", False)])
def test_the_other_operators(rule: dict[str, Any], value: str | None, passes: bool) -> None:  # noqa: FBT001
    assert matches({"a": value} if value else {}, {"a": [rule]}) is passes


def test_an_operator_that_the_runner_does_not_know_is_not_passed_over() -> None:
    with pytest.raises(NotImplementedError, match="numeric"):
        matches({"a": 1}, {"a": [{"numeric": [">", 0]}]})


# -- with an emulator ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    running = Emulator().start()
    yield running
    running.stop()


@pytest.fixture
def names(emulator: Emulator, request: pytest.FixtureRequest) -> dict[str, str]:
    stack = f"pumps-{abs(hash(request.node.name)) % 10**8}"
    return provision(TEMPLATE, emulator.url, stack=stack)


class Recorder:
    """A function that remembers its batches and answers as told."""

    def __init__(self, *answers: Any) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self.answers = list(answers)

    def __call__(self, event: dict[str, Any], _: object) -> Any:
        self.batches.append(event["Records"])
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer(event["Records"]) if callable(answer) else answer


def failing(*positions: int) -> Any:
    def report(records: list[dict[str, Any]]) -> dict[str, Any]:
        return {"batchItemFailures": [{"itemIdentifier": records[each]["dynamodb"]["SequenceNumber"]}
                                      for each in positions]}

    return report


def a_function(recorder: Any, name: str = "RelayFunction") -> Lambda:
    return Lambda(TEMPLATE.functions[name], recorder)


def a_stream(emulator: Emulator, names: dict[str, str], recorder: Recorder, dead: list[Any]) -> StreamPump:
    function: Function = TEMPLATE.functions["RelayFunction"]
    (source,) = [each for each in function.streams if each.source == "FeedbackTable"]
    return StreamPump(a_function(recorder), source, client("dynamodbstreams", emulator.url),
                      names["FeedbackTable.StreamArn"], dead.append)


def write(emulator: Emulator, names: dict[str, str], *sort_keys: str) -> None:
    for each in sort_keys:
        client("dynamodb", emulator.url).put_item(TableName=names["FeedbackTable"],
                                                  Item={"pk": {"S": "p"}, "sk": {"S": each}, "n": {"N": "1.5"}})


def sort_keys(batch: list[dict[str, Any]]) -> list[str]:
    return [each["dynamodb"]["Keys"]["sk"]["S"] for each in batch]


def test_the_relay_sees_new_messages_in_order_and_nothing_else(emulator: Emulator, names: dict[str, str]) -> None:
    recorder = Recorder()
    write(emulator, names, "RECORD", "MESSAGE#1", "MESSAGE#2")
    pump = a_stream(emulator, names, recorder, [])
    while pump.run_once():
        pass
    assert [sort_keys(each) for each in recorder.batches] == [["MESSAGE#1", "MESSAGE#2"]]
    record = recorder.batches[0][0]
    assert record["eventSourceARN"] == names["FeedbackTable.StreamArn"]
    assert json.loads(json.dumps(record))["dynamodb"]["NewImage"]["n"] == {"N": "1.5"}


def test_a_stream_goes_on_behind_the_last_good_record(emulator: Emulator, names: dict[str, str]) -> None:
    recorder = Recorder(failing(1))
    write(emulator, names, "MESSAGE#1", "MESSAGE#2", "MESSAGE#3")
    pump = a_stream(emulator, names, recorder, [])
    while pump.run_once():
        pass
    assert [sort_keys(each) for each in recorder.batches] == [
        ["MESSAGE#1", "MESSAGE#2", "MESSAGE#3"], ["MESSAGE#2", "MESSAGE#3"]]


def test_a_record_that_never_works_is_given_up_and_the_next_one_goes_on(
        emulator: Emulator, names: dict[str, str]) -> None:
    dead: list[Any] = []
    recorder = Recorder(*[RuntimeError("no")] * 11)
    write(emulator, names, "MESSAGE#1", "MESSAGE#2")
    pump = a_stream(emulator, names, recorder, dead)
    for _ in range(13):
        pump.run_once()
    assert len(dead) == 1
    assert dead[0]["DDBStreamBatchInfo"]["streamArn"] == names["FeedbackTable.StreamArn"]
    assert sort_keys(recorder.batches[-1]) == ["MESSAGE#2"]


def a_queue(emulator: Emulator, names: dict[str, str], recorder: Recorder) -> QueuePump:
    (source,) = TEMPLATE.functions["MailerFunction"].queues
    sqs = client("sqs", emulator.url)
    sqs.set_queue_attributes(QueueUrl=names["MailQueue"], Attributes={"VisibilityTimeout": "0"})  # no waiting here
    return QueuePump(a_function(recorder, "MailerFunction"), source, sqs, names["MailQueue"], names["MailQueue.Arn"])


def test_what_failed_in_a_batch_comes_again_and_what_worked_does_not(
        emulator: Emulator, names: dict[str, str]) -> None:
    def second_failed(records: list[dict[str, Any]]) -> dict[str, Any]:
        return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in records
                                      if each["body"] == "two"]}

    recorder = Recorder(second_failed)
    pump = a_queue(emulator, names, recorder)
    for each in ("one", "two", "three"):
        pump.sqs.send_message(QueueUrl=names["MailQueue"], MessageBody=each)
    while pump.run_once():
        pass
    assert sorted(each["body"] for each in recorder.batches[0]) == ["one", "three", "two"]
    assert [[each["body"] for each in batch] for batch in recorder.batches[1:]] == [["two"]]


def test_a_message_that_never_works_ends_with_the_dead_letters(emulator: Emulator, names: dict[str, str]) -> None:
    recorder = Recorder(*[RuntimeError("no")] * 10)
    pump = a_queue(emulator, names, recorder)
    pump.sqs.send_message(QueueUrl=names["MailQueue"], MessageBody="poison")
    for _ in range(10):
        pump.run_once()
    assert len(recorder.batches) == 5
    dead = pump.sqs.receive_message(QueueUrl=names["MailDeadLetterQueue"])["Messages"]
    assert [each["Body"] for each in dead] == ["poison"]


def test_a_clock_calls_after_each_period_and_survives_a_failure() -> None:
    moment, calls = [0.0], []

    def swept(*_: Any) -> None:
        calls.append(moment[0])
        raise RuntimeError

    pump = ClockPump(a_function(swept, "SweeperFunction"), 300, now=lambda: moment[0])
    for moment[0] in (0.0, 299.0, 300.0, 301.0, 600.0):
        pump.run_once()
    assert calls == [300.0, 600.0]


def test_the_sweeper_comes_every_five_minutes() -> None:
    assert TEMPLATE.functions["SweeperFunction"].schedules == [300]
