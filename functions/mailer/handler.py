"""Two doors of the outbox: `relay` takes new messages from a table's stream to the queue, `deliver` sends them.

The queue holds keys only; what is said and to whom stays in the table. A message is sent when its item says that
it has not been; what became of it is written on the item: `sent_at` and the mail service's number, or why it was
`refused`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from botocore.config import Config
from botocore.exceptions import ClientError

from mailer.rules import letter
from portal.assets import read_text
from portal.identifiers import format_moment
from portal.records import ConditionFailed, Item, Table, from_attributes, time_limit, update
from portal.settings import Settings

TEMPLATES = "mail"


class MailRefused(Exception):
    """The mail service did not take a message; only its code is kept, its own sentence may quote the address."""

    def __init__(self, code: str) -> None:
        """Keep why."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class RelaySettings(Settings):
    """What the relay needs from the template."""

    mail_queue: str


@dataclass(frozen=True)
class MailerSettings(Settings):
    """What the mailer needs from the template."""

    mail_sender: str
    site_origin: str


@cache
def relay_settings() -> RelaySettings:
    """Read once."""
    return RelaySettings.from_environment()


@cache
def mailer_settings() -> MailerSettings:
    """Read once."""
    return MailerSettings.from_environment()


@cache
def _service(name: str) -> Any:  # noqa: ANN401 botocore makes its clients at run time
    # Once: a send that is repeated inside one call is a second mail. The queue repeats what failed.
    once = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=5)
    return botocore.session.get_session().create_client(name, config=once)


def relay(event: dict[str, Any], context: Any) -> Any:  # noqa: ANN401 Lambda's own signature
    """Lay the key of every new message on the queue; what fails is delivered to us again by the stream."""
    return _each(_lay_on_queue, EventType.DynamoDBStreams, event, context)


def _lay_on_queue(record: Any) -> None:  # noqa: ANN401 powertools' record
    key = from_attributes(record.raw_event["dynamodb"]["Keys"])
    table = record.raw_event["eventSourceARN"].split("/")[1]
    _service("sqs").send_message(QueueUrl=relay_settings().mail_queue, MessageBody=json.dumps({"table": table, **key}))


def deliver(event: dict[str, Any], context: Any) -> Any:  # noqa: ANN401 Lambda's own signature
    """Send the messages of a batch; one that fails comes again, and in the end lies in the dead-letter queue."""
    return _each(_send_once, EventType.SQS, event, context)


def _each(handle: Callable[[Any], None], kind: EventType, event: dict[str, Any], context: Any) -> Any:  # noqa: ANN401
    """Handle every record of a batch within the function's time; answer which of them failed."""
    with time_limit(context.get_remaining_time_in_millis() / 1000):
        return process_partial_response(event=event, record_handler=handle, context=context,
                                        processor=BatchProcessor(event_type=kind))


def _send_once(record: Any) -> None:  # noqa: ANN401 powertools' record
    key = json.loads(record.body)
    table = Table(key["table"])
    item = table.get(key["pk"], key["sk"])
    if item is None or "sent_at" in item:
        return  # expired, or a repeat of one that was sent
    try:
        answer = _send(item)
    except MailRefused as refused:
        _note(table, key, "SET refused = :code", {"code": refused.code})
        raise
    _note(table, key, "SET sent_at = :now, mail_number = :number REMOVE refused",
          {"now": format_moment(datetime.now(UTC)), "number": answer["MessageId"]})


def _note(table: Table, key: dict[str, str], expression: str, values: dict[str, str]) -> None:
    try:
        table.write(update({"pk": key["pk"], "sk": key["sk"]}, expression,
                           condition="attribute_exists(pk) AND attribute_not_exists(sent_at)", values=values))
    except ConditionFailed:
        return  # somebody noted it before us


def _send(item: Item) -> dict[str, Any]:
    filled = letter(read_text(f"{TEMPLATES}/{item['template']}.{item['language']}.txt"),
                    {**item["values"], "origin": mailer_settings().site_origin})
    content = {"Subject": {"Data": filled.subject, "Charset": "UTF-8"},
               "Body": {"Text": {"Data": filled.text, "Charset": "UTF-8"}}}
    try:
        return _service("sesv2").send_email(  # type: ignore[no-any-return]
            FromEmailAddress=mailer_settings().mail_sender, Destination={"ToAddresses": [item["to"]]},
            Content={"Simple": content})
    except ClientError as error:
        raise MailRefused(error.response["Error"]["Code"]) from None
