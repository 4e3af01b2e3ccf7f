"""Two doors of the outbox: `relay` takes new messages from a table's stream to the queue, `deliver` sends them.

The queue holds keys only; what is said and to whom stays in the table. A message is sent when its item says that
it has not been; what became of it is written on the item: `sent_at` and the mail service's number, or why it was
`refused`. Where its template says `digest` it waits for others first (mailer.digests).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from botocore.config import Config
from botocore.exceptions import ClientError

from mailer.digests import Digests, Key
from mailer.rules import digest
from portal.assets import read_text
from portal.identifiers import format_moment
from portal.letters import Letter, Template, letter, read_template
from portal.records import ConditionFailed, Item, Table, from_attributes, time_limit, update
from portal.settings import Settings

TEMPLATES = "mail"
UNWRITABLE = (KeyError, OSError, ValueError)  # no such template, a value it lacks, a header it cannot have


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
    mail_queue: str
    mail_table: str
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
def digests() -> Digests:
    """What waits to be one mail with others."""
    return Digests(Table(mailer_settings().mail_table))


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
    return _each(_take, EventType.SQS, event, context)


def _each(handle: Callable[[Any], None], kind: EventType, event: dict[str, Any], context: Any) -> Any:  # noqa: ANN401
    """Handle every record of a batch within the function's time; answer which of them failed."""
    with time_limit(context.get_remaining_time_in_millis() / 1000):
        return process_partial_response(event=event, record_handler=handle, context=context,
                                        processor=BatchProcessor(event_type=kind))


def _take(record: Any) -> None:  # noqa: ANN401 powertools' record
    told = json.loads(record.body)
    if "digest" in told:
        _send_digest(told["digest"])
    else:
        _send_or_park(Key(**told))


def _send_or_park(key: Key) -> None:
    item = _unsent(key)
    if item is None:
        return  # expired, or a repeat of one that was sent
    minutes = _template(item["template"], item["language"]).digest
    if not minutes:
        _send({key: item}, _letter(item))
        return
    group = digests().park(key, item)
    _service("sqs").send_message(QueueUrl=mailer_settings().mail_queue, MessageBody=json.dumps({"digest": group}),
                                 DelaySeconds=minutes * 60)


def _send_digest(group: str) -> None:
    """Send everything that is parked for one address, unless somebody does already."""
    with digests().claimed(group, datetime.now(UTC)) as ours:
        while ours and (parked := digests().parked(group)):
            _send_parked(group, parked)


def _send_parked(group: str, parked: Mapping[str, Key]) -> None:
    """Send these as one mail; one that cannot be written stays parked, and is raised when the others are sent."""
    written: dict[Key, tuple[Item, Letter]] = {}
    done, broken = [], None
    for name, key in parked.items():
        item = _unsent(key)
        try:
            written.update({key: (item, _letter(item))} if item else {})
        except UNWRITABLE as error:
            broken = error
        else:
            done.append(name)
    if written:
        items = {key: item for key, (item, _) in written.items()}
        _send(items, _together([each for _, each in written.values()], next(iter(items.values()))["language"]))
    for name in done:
        digests().forget(group, name)
    if broken:
        raise broken


def _unsent(key: Key) -> Item | None:
    item = Table(key.table).get(key.pk, key.sk)
    return None if item is None or "sent_at" in item else item


def _send(items: Mapping[Key, Item], what: Letter) -> None:
    """Send one mail to the one address of these messages, and note on each what became of it."""
    to = next(iter(items.values()))["to"]
    try:
        answer = _post(to, what)
    except MailRefused as refused:
        for key in items:
            _note(key, "SET refused = :code", {"code": refused.code})
        raise
    for key in items:
        _note(key, "SET sent_at = :now, mail_number = :number REMOVE refused",
              {"now": format_moment(datetime.now(UTC)), "number": answer["MessageId"]})


def _note(key: Key, expression: str, values: dict[str, str]) -> None:
    try:
        Table(key.table).write(update({"pk": key.pk, "sk": key.sk}, expression, values=values,
                                      condition="attribute_exists(pk) AND attribute_not_exists(sent_at)"))
    except ConditionFailed:
        return  # somebody noted it before us


def _template(name: str, language: str) -> Template:
    return read_template(read_text(f"{TEMPLATES}/{name}.{language}.txt"))


def _letter(item: Item) -> Letter:
    return letter(_template(item["template"], item["language"]).text,
                  {**item["values"], "origin": mailer_settings().site_origin})


def _together(letters: list[Letter], language: str) -> Letter:
    return digest(_template("digest", language).text, letters, {"origin": mailer_settings().site_origin})


def _post(to: str, what: Letter) -> dict[str, Any]:
    content = {"Subject": {"Data": what.subject, "Charset": "UTF-8"},
               "Body": {"Text": {"Data": what.text, "Charset": "UTF-8"}}}
    try:
        return _service("sesv2").send_email(  # type: ignore[no-any-return]
            FromEmailAddress=mailer_settings().mail_sender, Destination={"ToAddresses": [to]},
            Content={"Simple": content})
    except ClientError as error:
        raise MailRefused(error.response["Error"]["Code"]) from None
