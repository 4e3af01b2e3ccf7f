"""The embedded emulator's transactions are DynamoDB's: the same cases on it and on another project's emulator."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto.backends import get_backend
from moto.dynamodb.models.table import Table

from infra.embedded_emulator import application
from infra.emulator import Emulator, allow_sender, client, provision
from infra.second_emulator import second_emulator
from infra.serving import Server
from infra.template_reader import ACCOUNT, REGION, Template

TEMPLATE = Template()
Item = dict[str, Any]


@pytest.fixture(scope="module", params=["embedded", "ministack"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both emulators, one after the other."""
    if request.param == "ministack":
        with second_emulator() as url:
            yield url
        return
    emulator = Emulator().start()
    yield emulator.url
    emulator.stop()


@pytest.fixture
def names(endpoint: str) -> dict[str, str]:
    return provision(TEMPLATE, endpoint, stack=f"t{uuid.uuid4().hex[:8]}")


@pytest.fixture
def dynamodb(endpoint: str) -> Any:
    return client("dynamodb", endpoint)


@pytest.fixture
def table(names: dict[str, str]) -> str:
    return names["RegistrationsTable"]


def key(sk: str) -> Item:
    return {"pk": {"S": "p"}, "sk": {"S": sk}}


def put(table: str, sk: str, **more: Any) -> Item:
    return {"Put": {"TableName": table, "Item": {**key(sk), "n": {"N": "1"}}, **more}}


def update(table: str, sk: str, **more: Any) -> Item:
    return {"Update": {"TableName": table, "Key": key(sk), "UpdateExpression": "SET n = n + :one",
                       "ExpressionAttributeValues": {":one": {"N": "1"}}, **more}}


def delete(table: str, sk: str, **more: Any) -> Item:
    return {"Delete": {"TableName": table, "Key": key(sk), **more}}


def check(table: str, sk: str, condition: str) -> Item:
    return {"ConditionCheck": {"TableName": table, "Key": key(sk), "ConditionExpression": condition}}


NEW = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
THERE = {"ConditionExpression": "attribute_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def stands(dynamodb: Any, table: str) -> dict[str, str]:
    """Every item of the table: its sort key and its number."""
    items = dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]
    return {each["sk"]["S"]: each["n"]["N"] for each in items}


def refused(dynamodb: Any, *writes: Item) -> list[Item]:
    """The reasons of a transaction that must be cancelled."""
    with pytest.raises(ClientError) as caught:
        dynamodb.transact_write_items(TransactItems=list(writes))
    assert caught.value.response["Error"]["Code"] == "TransactionCanceledException"
    return list(caught.value.response["CancellationReasons"])


def test_a_transaction_writes_everything(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={**key("gone"), "n": {"N": "5"}})
    dynamodb.put_item(TableName=table, Item={**key("more"), "n": {"N": "5"}})
    dynamodb.transact_write_items(TransactItems=[
        put(table, "new", **NEW), delete(table, "gone", **THERE), update(table, "more", **THERE)])
    assert stands(dynamodb, table) == {"new": "1", "more": "6"}


def test_a_condition_that_fails_leaves_nothing_written(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={**key("old"), "n": {"N": "5"}})
    refused(dynamodb, put(table, "new"), update(table, "old"), delete(table, "absent", **THERE))
    assert stands(dynamodb, table) == {"old": "5"}


def test_every_write_has_its_own_reason_in_order_and_shows_what_stood_there(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={**key("old"), "n": {"N": "5"}})
    reasons = refused(dynamodb, put(table, "new", **NEW), put(table, "old", **NEW), delete(table, "absent", **THERE),
                      check(table, "third", "attribute_not_exists(pk)"))
    assert [each["Code"] for each in reasons] == ["None", "ConditionalCheckFailed", "ConditionalCheckFailed", "None"]
    assert reasons[1]["Item"] == {**key("old"), "n": {"N": "5"}}
    assert "Item" not in reasons[2]


def test_what_stood_there_is_shown_only_when_asked(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={**key("old"), "n": {"N": "5"}})
    (reason,) = refused(dynamodb, put(table, "old", ConditionExpression="attribute_not_exists(pk)"))
    assert reason["Code"] == "ConditionalCheckFailed"
    assert "Item" not in reason


def test_conditions_see_the_table_as_it_was_before_the_transaction(dynamodb: Any, table: str) -> None:
    dynamodb.transact_write_items(TransactItems=[
        put(table, "one", **NEW), check(table, "two", "attribute_not_exists(pk)")])
    reasons = refused(dynamodb, put(table, "two", **NEW), check(table, "one", "attribute_not_exists(pk)"))
    assert [each["Code"] for each in reasons] == ["None", "ConditionalCheckFailed"]
    assert stands(dynamodb, table) == {"one": "1"}


def test_one_item_cannot_be_written_twice_in_a_transaction(dynamodb: Any, table: str) -> None:
    with pytest.raises(ClientError, match="multiple operations on one item"):
        dynamodb.transact_write_items(TransactItems=[put(table, "one"), update(table, "one")])
    assert stands(dynamodb, table) == {}


def test_the_same_token_again_is_the_same_yes(dynamodb: Any, table: str) -> None:
    writes = [put(table, "one", **NEW)]
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=writes, ClientRequestToken="token-of-one")
    assert stands(dynamodb, table) == {"one": "1"}


def test_the_same_token_with_other_writes_is_refused(dynamodb: Any, table: str) -> None:
    dynamodb.transact_write_items(TransactItems=[put(table, "one")], ClientRequestToken="token-of-two")
    with pytest.raises(dynamodb.exceptions.IdempotentParameterMismatchException):
        dynamodb.transact_write_items(TransactItems=[put(table, "two")], ClientRequestToken="token-of-two")


def test_a_refused_transaction_leaves_no_trace_in_the_stream(
        endpoint: str, dynamodb: Any, names: dict[str, str], table: str) -> None:
    dynamodb.put_item(TableName=table, Item={**key("old"), "n": {"N": "5"}})
    refused(dynamodb, put(table, "new"), put(table, "old", **NEW))
    dynamodb.transact_write_items(TransactItems=[put(table, "newer")])
    assert streamed(endpoint, names["RegistrationsTable.StreamArn"]) == [("INSERT", "old"), ("INSERT", "newer")]


def streamed(endpoint: str, arn: str) -> list[tuple[str, str]]:
    streams = client("dynamodbstreams", endpoint)
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    found = []
    for shard in shards:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"],
                                              ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        found += streams.get_records(ShardIterator=iterator)["Records"]
    return [(each["eventName"], each["dynamodb"]["Keys"]["sk"]["S"]) for each in found]


def test_provisioning_twice_changes_nothing(endpoint: str) -> None:
    stack = f"t{uuid.uuid4().hex[:8]}"
    names = provision(TEMPLATE, endpoint, stack=stack)
    client("dynamodb", endpoint).put_item(TableName=names["FeedbackTable"], Item=key("kept"))
    assert provision(TEMPLATE, endpoint, stack=stack) == names
    assert "Item" in client("dynamodb", endpoint).get_item(TableName=names["FeedbackTable"], Key=key("kept"))


def test_the_template_gives_tables_their_time_to_live(dynamodb: Any, table: str) -> None:
    told = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert (told["AttributeName"], told["TimeToLiveStatus"]) == ("expires_at", "ENABLED")


# -- only the embedded one -----------------------------------------------------------------------------------------


@pytest.fixture
def embedded() -> Iterator[Callable[[], Emulator]]:
    started: list[Emulator] = []

    def start() -> Emulator:
        started.append(Emulator().start())
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def in_this_process() -> Iterator[str]:
    """The embedded emulator where the test can look inside."""
    server = Server(port=0, threads=1).start(application())
    yield server.url
    server.stop()


def test_a_refusal_costs_the_same_however_large_the_table_is(
        in_this_process: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto would copy the table; here the items of the transaction are the only ones touched."""
    table = provision(TEMPLATE, in_this_process, stack="large")["FeedbackTable"]
    monkeypatch.setattr(Table, "__deepcopy__", lambda *_: pytest.fail("the table was copied"), raising=False)
    dynamodb = client("dynamodb", in_this_process)
    dynamodb.put_item(TableName=table, Item=key("old"))
    refused(dynamodb, put(table, "old", **NEW))
    dynamodb.transact_write_items(TransactItems=[put(table, "new", **NEW)])


def test_looking_at_a_stream_leaves_nothing_behind(in_this_process: str) -> None:
    arn = provision(TEMPLATE, in_this_process, stack="looked")["FeedbackTable.StreamArn"]
    streams = client("dynamodbstreams", in_this_process)
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard,
                                          ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    before = len(get_backend("dynamodbstreams")[ACCOUNT][REGION].shard_iterators)
    for _ in range(20):
        iterator = streams.get_records(ShardIterator=iterator)["NextShardIterator"]
    assert len(get_backend("dynamodbstreams")[ACCOUNT][REGION].shard_iterators) == before


def test_an_update_that_cannot_be_done_takes_the_writes_before_it_back(embedded: Callable[[], Emulator]) -> None:
    """The other emulator adds a number to a text without a word."""
    emulator = embedded()
    table = provision(TEMPLATE, emulator.url, stack="undone")["RegistrationsTable"]
    dynamodb = client("dynamodb", emulator.url)
    dynamodb.put_item(TableName=table, Item={**key("text"), "n": {"S": "five"}})
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[put(table, "new"), update(table, "text")])
    assert "Item" not in dynamodb.get_item(TableName=table, Key=key("new"))
    assert dynamodb.get_item(TableName=table, Key=key("text"))["Item"]["n"] == {"S": "five"}


def test_two_emulators_share_nothing(embedded: Callable[[], Emulator]) -> None:
    first, second = embedded(), embedded()
    provision(TEMPLATE, first.url, stack="first")
    assert client("dynamodb", second.url).list_tables()["TableNames"] == []


def test_the_mail_that_it_took_can_be_read_again_the_newest_first(embedded: Callable[[], Emulator]) -> None:
    emulator = embedded()
    allow_sender(emulator.url, "portal@desa.example")
    service = client("sesv2", emulator.url)
    for subject in ("Satu", "Dua"):
        service.send_email(FromEmailAddress="portal@desa.example", Destination={"ToAddresses": ["ratna@desa.example"]},
                           Content={"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": "Halo"}}}})
    service.send_email(FromEmailAddress="portal@desa.example", Destination={"ToAddresses": ["ratna@desa.example"]},
                       Content={"Raw": {"Data": b"Subject: Tiga\n\nHalo juga\n"}})
    assert [(each.subject, each.body.strip(), each.to) for each in emulator.sent_mail()] == [
        ("Tiga", "Halo juga", ["ratna@desa.example"]), ("Dua", "Halo", ["ratna@desa.example"]),
        ("Satu", "Halo", ["ratna@desa.example"])]


def test_mail_from_a_foreign_domain_is_refused_as_the_mail_service_would(embedded: Callable[[], Emulator]) -> None:
    emulator = embedded()
    allow_sender(emulator.url, "portal@desa.example")
    with pytest.raises(ClientError, match="not verified"):
        client("sesv2", emulator.url).send_email(
            FromEmailAddress="portal@other.example", Destination={"ToAddresses": ["ratna@desa.example"]},
            Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}})


def test_an_emulator_does_not_outlive_its_stop() -> None:
    emulator = Emulator().start()
    emulator.stop()
    with pytest.raises(EndpointConnectionError):
        client("dynamodb", emulator.url).list_tables()
