"""What an operator does about mail that did not go out: `python -m infra.mail stuck|redrive [STACK]`.

`stuck` counts the messages that were not sent, by template, state and code, with the age of the oldest; no address is
read. `redrive` gives what was given up to the mailer once more; a message that was sent after all is not sent twice.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import boto3

from infra.stack import STACK, resources
from infra.template_reader import Template
from portal.identifiers import parse_moment
from portal.outbox import PREFIX, state_of
from portal.records import Item, from_attributes

LATE = timedelta(minutes=30)  # younger messages are on their way, or wait for others
QUEUES = ("MailQueue", "MailDeadLetterQueue", "RelayDeadLetterQueue")
COUNTS = {"ApproximateNumberOfMessages": "waiting", "ApproximateNumberOfMessagesNotVisible": "being worked on",
          "ApproximateNumberOfMessagesDelayed": "delayed"}
USAGE = "usage: python -m infra.mail stuck|redrive [STACK]"

Clients = Callable[[str], Any]


class Stuck(NamedTuple):
    """Messages that have in common why they were not sent."""

    table: str
    template: str
    state: str
    code: str
    number: int
    oldest: timedelta


class Redriven(NamedTuple):
    """How many were given to the mailer again: letters of its own, and messages that the relay had lost."""

    letters: int
    lost: int


@dataclass(frozen=True)
class PostOffice:
    """The tables and queues of one stack; `names` are their real names by those of the template."""

    names: Mapping[str, str]
    clients: Clients

    @property
    def tables(self) -> list[str]:
        """The tables that hold messages: those whose stream the relay reads."""
        return [source.source for source in Template().functions["RelayFunction"].streams]

    def unsent(self, table: str) -> Iterator[Item]:
        """Key, template, refusal and moment of every message that was not sent; nobody's address."""
        pages = self.clients("dynamodb").get_paginator("scan").paginate(
            TableName=self.names[table], ConsistentRead=True, ProjectionExpression="pk, sk, template, refused, created",
            FilterExpression="begins_with(sk, :prefix) AND attribute_not_exists(sent_at)",
            ExpressionAttributeValues={":prefix": {"S": PREFIX}})
        yield from (from_attributes(item) for page in pages for item in page["Items"])

    def stuck(self, now: datetime) -> list[Stuck]:
        """What was not sent, the oldest first."""
        ages: dict[tuple[str, str, str, str], list[timedelta]] = defaultdict(list)
        for table in self.tables:
            for item in self.unsent(table):
                ages[table, item["template"], state_of(item), item.get("refused", "")].append(_age(item, now))
        return sorted((Stuck(*why, len(each), max(each)) for why, each in ages.items()),
                      key=lambda each: each.oldest, reverse=True)

    def depths(self) -> dict[str, dict[str, int]]:
        """How many letters each queue holds."""
        sqs = self.clients("sqs")
        return {queue: {told: int(found[name]) for name, told in COUNTS.items()} for queue in QUEUES
                for found in [sqs.get_queue_attributes(QueueUrl=self.names[queue], AttributeNames=[*COUNTS])[
                    "Attributes"]]}

    def redrive(self, now: datetime) -> Redriven:
        """Give everything that was given up to the mailer once more."""
        letters = [self._move(each) for each in self._received("MailDeadLetterQueue")]
        obituaries = list(self._received("RelayDeadLetterQueue"))
        lost = [body for table in self._tables_of(obituaries) for body in self._lost(table, now) if body not in letters]
        for body in lost:
            self._lay_on_queue(json.dumps(body))
        for each in obituaries:
            self._delete("RelayDeadLetterQueue", each)
        return Redriven(len(letters), len(lost))

    def _received(self, queue: str) -> Iterator[dict[str, Any]]:
        """Every letter of a queue; each is out of the others' sight for a minute, and goes only when it is deleted."""
        while letters := self.clients("sqs").receive_message(
                QueueUrl=self.names[queue], MaxNumberOfMessages=10, VisibilityTimeout=60, WaitTimeSeconds=1,
        ).get("Messages"):
            yield from letters

    def _move(self, letter: Mapping[str, Any]) -> dict[str, str]:
        """First there, then no longer here: a letter that is there twice is one mail all the same. Answers its body."""
        self._lay_on_queue(letter["Body"])
        self._delete("MailDeadLetterQueue", letter)
        return dict(json.loads(letter["Body"]))

    def _lay_on_queue(self, body: str) -> None:
        self.clients("sqs").send_message(QueueUrl=self.names["MailQueue"], MessageBody=body)

    def _delete(self, queue: str, letter: Mapping[str, Any]) -> None:
        self.clients("sqs").delete_message(QueueUrl=self.names[queue], ReceiptHandle=letter["ReceiptHandle"])

    def _tables_of(self, obituaries: Sequence[Mapping[str, Any]]) -> list[str]:
        """The tables whose stream the relay gave something of up; the stream itself forgets after a day."""
        streams = {json.loads(each["Body"])["DDBStreamBatchInfo"]["streamArn"] for each in obituaries}
        return [table for table in self.tables if any(f":table/{self.names[table]}/" in stream for stream in streams)]

    def _lost(self, table: str, now: datetime) -> Iterator[dict[str, str]]:
        """Messages that never reached the mailer: it would have noted why it could not send them."""
        yield from ({"table": self.names[table], "pk": item["pk"], "sk": item["sk"]} for item in self.unsent(table)
                    if state_of(item) == "waiting" and _age(item, now) > LATE)


def _age(item: Item, now: datetime) -> timedelta:
    return now - parse_moment(item["created"])


def in_words(age: timedelta) -> str:
    """`3 d 4 h`, `2 h 10 min`, `7 min`."""
    minutes = int(age.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def report(office: PostOffice, now: datetime) -> Iterator[str]:
    """What is stuck and what the queues hold, one line each."""
    found = office.stuck(now)
    for each in found:
        yield (f"{each.table}  {each.template}  {each.state}{f' ({each.code})' if each.code else ''}: "
               f"{each.number}, the oldest {in_words(each.oldest)} ago")
    if not found:
        yield "every message was sent"
    for queue, counts in office.depths().items():
        yield f"{queue}: {', '.join(f'{count} {what}' for what, count in counts.items())}"


def main(arguments: Sequence[str], clients: Clients = boto3.client) -> int:
    """Print what is stuck, or what was redriven; 2 when the command was not understood."""
    command, *rest = arguments or ["nothing"]
    if command not in {"stuck", "redrive"} or len(rest) > 1:
        print(USAGE, file=sys.stderr)
        return 2
    office = PostOffice(resources(rest[0] if rest else STACK, clients("cloudformation")), clients)
    if command == "redrive":
        done = office.redrive(datetime.now(UTC))
        print(f"given to the mailer again: {done.letters} that it had given up, {done.lost} that the relay had lost")
    print("\n".join(report(office, datetime.now(UTC))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
