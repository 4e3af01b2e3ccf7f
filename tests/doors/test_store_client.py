"""The store's own client beside botocore's general one: the same answers and refusals, and a signature of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from portal.dynamodb import DynamoDB
from portal.records import Table, put_new, to_attributes

KEY = {"pk": "OFFERING#bimtek-klino", "sk": "CATALOGUE"}


def ours() -> DynamoDB:
    return DynamoDB(connecting=0.5, reading=1, connections=2)


def test_it_answers_as_the_general_client_does(table: Table) -> None:
    table.write(put_new({**KEY, "declared": "ya", "seats": 3, "ends": None}))
    asked = {"TableName": table.name, "Key": to_attributes(KEY), "ConsistentRead": True}
    assert ours().get_item(**asked)["Item"] == boto3.client("dynamodb").get_item(**asked)["Item"]


@pytest.mark.parametrize(("call", "parameters"), [
    ("put_item", {"Item": to_attributes(KEY), "ConditionExpression": "attribute_not_exists(pk)",
                  "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}),
    ("transact_write_items", {"TransactItems": [{"Put": {
        "Item": to_attributes(KEY), "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}]}),
    ("update_item", {"Key": to_attributes(KEY), "UpdateExpression": "SET"}),
])
def test_it_refuses_as_the_general_client_does(table: Table, call: str, parameters: dict[str, Any]) -> None:
    table.write(put_new(KEY))
    if call == "transact_write_items":
        parameters["TransactItems"][0]["Put"]["TableName"] = table.name
    else:
        parameters["TableName"] = table.name
    told = []
    for client in (ours(), boto3.client("dynamodb")):
        with pytest.raises(ClientError) as refused:
            getattr(client, call)(**parameters)
        response = refused.value.response
        told.append((response["Error"]["Code"], response.get("Item"),
                     [(each["Code"], each.get("Item")) for each in response.get("CancellationReasons", [])]))
    assert told[0] == told[1]


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, str]]]:
    """A place that keeps what it is asked and answers what is no answer of DynamoDB's."""
    heard: list[dict[str, str]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.append({**{name.lower(): value for name, value in self.headers.items()}, "body": body})
            self.send_response(503)
            self.end_headers()
            self.wfile.write(b"<html>busy</html>")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{server.server_port}")
        yield heard
        server.shutdown()


def test_every_call_is_signed_with_what_lambda_gives(
        listener: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-this-process")
    with pytest.raises(ClientError) as refused:
        ours().get_item(TableName="t", Key=to_attributes(KEY))
    assert refused.value.response["Error"]["Code"] == "ServiceUnavailable"
    (call,) = listener
    assert call["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert call["x-amz-security-token"] == "of-this-process"
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target" in call["authorization"]
    assert json.loads(call["body"]) == {"TableName": "t", "Key": to_attributes(KEY)}


def test_nobody_at_home_is_a_failure_that_may_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    with pytest.raises(BotoCoreError):
        ours().get_item(TableName="t", Key=to_attributes(KEY))
