"""Mail that was given up: told in counts and codes, and sent after all, each message once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra import mail as command
from infra.emulator import client
from infra.mail import LATE, QUEUES, PostOffice, Stuck, in_words, report
from mailer import handler
from portal import assets
from portal.identifiers import format_moment
from portal.outbox import message, state_of
from portal.records import Item, Table
from tests.doors import test_mail
from tests.doors.test_mail import Postmaster, messages, office

__all__ = ["office"]
NOW = datetime.now(UTC)
PEOPLE = [f"peserta{number}@desa.example" for number in range(5)]


@pytest.fixture(autouse=True)
def templates(function_assets: Path) -> Iterator[None]:
    path = function_assets / "mail" / "kabar.id.txt"
    path.write_text("Kabar: {title}\n\nKabar {title}.\n")
    assets.read_text.cache_clear()
    yield
    path.unlink()


@pytest.fixture
def operator(office: test_mail.PostOffice) -> PostOffice:
    """The operator's view; a letter that was not taken is at once there again, to be given up soon."""
    sqs = client("sqs", office.emulator.url)
    sqs.set_queue_attributes(QueueUrl=office.names["MailQueue"], Attributes={"VisibilityTimeout": "0"})
    return PostOffice(office.names, partial(client, endpoint_url=office.emulator.url))


@pytest.fixture
def written(table: Table) -> list[Item]:
    """A message to each of five people, written two hours ago."""
    for number, to in enumerate(PEOPLE):
        table.write(message(f"REGISTRATION#{number}", "kabar", to=to, language="id", values={"title": str(number)},
                            now=NOW - timedelta(hours=2, minutes=number)))
    return messages(table)


def depth(operator: PostOffice, queue: str) -> int:
    return operator.depths()[queue]["waiting"]


def give_up(office: test_mail.PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail service refuses everything until the queue gives up."""
    with monkeypatch.context() as patch:
        refusing, queue = Postmaster(None, times=float("inf")), handler._service("sqs")
        patch.setattr(handler, "_service", lambda name: refusing if name == "sesv2" else queue)
        office.deliver()


def addressees(office: test_mail.PostOffice) -> list[str]:
    return sorted(mail.to[0] for mail in office.sent)


# -- redrive -------------------------------------------------------------------------------------------------------


def test_what_was_given_up_is_sent_once_it_is_mended_and_nothing_twice(
        office: test_mail.PostOffice, operator: PostOffice, written: list[Item], table: Table,
        monkeypatch: pytest.MonkeyPatch) -> None:
    office.relay()
    give_up(office, monkeypatch)
    assert (depth(operator, "MailQueue"), depth(operator, "MailDeadLetterQueue"), office.sent) == (0, 5, [])
    assert {state_of(item) for item in messages(table)} == {"refused"}
    assert operator.redrive(NOW) == (5, 0)
    assert (depth(operator, "MailQueue"), depth(operator, "MailDeadLetterQueue")) == (5, 0)
    office.deliver()
    assert addressees(office) == PEOPLE
    assert operator.redrive(NOW) == (0, 0)
    office.deliver()
    assert addressees(office) == PEOPLE
    assert {state_of(item) for item in messages(table)} == {"sent"}
    assert len(written) == 5


def test_an_operator_who_is_cut_off_in_the_middle_begins_again_and_nothing_is_lost_or_doubled(
        office: test_mail.PostOffice, operator: PostOffice, written: list[Item],
        monkeypatch: pytest.MonkeyPatch) -> None:
    office.relay()
    give_up(office, monkeypatch)

    class CutOff(Exception):
        """The connection is gone."""

    class Line:
        """A queue service that is gone when the third letter should be deleted, which lies in both queues then."""

        def __init__(self, inner: Any) -> None:
            self.inner, self.left = inner, 2
            self.held: list[str] = []

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

        def receive_message(self, **asked: Any) -> Any:
            answer = self.inner.receive_message(**asked)
            self.held += [each["ReceiptHandle"] for each in answer["Messages"]]
            return answer

        def delete_message(self, **told: Any) -> Any:
            if not self.left:
                raise CutOff
            self.left -= 1
            self.held.remove(told["ReceiptHandle"])
            return self.inner.delete_message(**told)

        def a_minute_passes(self) -> None:
            """Letters that were received and not deleted can be seen again."""
            for each in self.held:
                self.inner.change_message_visibility(
                    QueueUrl=office.names["MailDeadLetterQueue"], ReceiptHandle=each, VisibilityTimeout=0)

    line = Line(client("sqs", office.emulator.url))
    with pytest.raises(CutOff):
        PostOffice(office.names, lambda _: line).redrive(NOW)
    office.deliver()
    assert len(addressees(office)) == 3
    line.a_minute_passes()
    assert operator.redrive(NOW) == (3, 0)
    office.deliver()
    assert addressees(office) == PEOPLE
    assert len(written) == 5


def test_what_the_relay_lost_is_found_in_its_table(
        office: test_mail.PostOffice, operator: PostOffice, written: list[Item], table: Table) -> None:
    """Its obituary names a place in a stream that has long forgotten; the table still knows what was not sent."""
    table.write(message("REGISTRATION#9", "kabar", to="baru@desa.example", language="id", values={"title": "9"},
                        now=NOW))
    obituary(office, "RegistrationsTable")
    obituary(office, "RegistrationsTable")
    assert operator.redrive(NOW) == (0, len(written))
    office.deliver()
    assert addressees(office) == PEOPLE, "what was written a moment ago is on its way by itself"
    assert depth(operator, "RelayDeadLetterQueue") == 0
    assert operator.redrive(NOW) == (0, 0)


def obituary(office: test_mail.PostOffice, table: str) -> None:
    client("sqs", office.emulator.url).send_message(
        QueueUrl=office.names["RelayDeadLetterQueue"], MessageBody=json.dumps({"DDBStreamBatchInfo": {
            "streamArn": office.names[f"{table}.StreamArn"], "startSequenceNumber": "1"}}))


def test_what_the_mailer_gave_up_is_not_taken_for_lost_as_well(
        office: test_mail.PostOffice, operator: PostOffice, written: list[Item], function_assets: Path) -> None:
    """It could not even be written, so nothing is noted on it."""
    template = function_assets / "mail" / "kabar.id.txt"
    template.rename(template.with_suffix(".away"))
    assets.read_text.cache_clear()
    office.relay()
    office.deliver()
    template.with_suffix(".away").rename(template)
    obituary(office, "RegistrationsTable")
    assert operator.redrive(NOW) == (len(written), 0)
    office.deliver()
    assert addressees(office) == PEOPLE


def test_an_obituary_of_one_table_does_not_stir_the_other(
        office: test_mail.PostOffice, operator: PostOffice, written: list[Item]) -> None:
    obituary(office, "FeedbackTable")
    assert operator.redrive(NOW) == (0, 0)
    assert office.sent == []
    assert written


# -- stuck ---------------------------------------------------------------------------------------------------------


def test_what_is_stuck_is_told_in_codes_counts_and_ages(
        office: test_mail.PostOffice, operator: PostOffice, written: list[Item],
        monkeypatch: pytest.MonkeyPatch) -> None:
    office.relay()
    give_up(office, monkeypatch)
    (stuck,) = operator.stuck(NOW)
    age = stuck.oldest
    assert stuck == Stuck("RegistrationsTable", "kabar", "refused", "MessageRejected", 5, age)
    assert age == NOW - datetime.fromisoformat(format_moment(NOW - timedelta(hours=2, minutes=4)))
    told = "\n".join(report(operator, NOW))
    assert "RegistrationsTable  kabar  refused (MessageRejected): 5, the oldest 2 h 4 min ago" in told
    assert "MailDeadLetterQueue: 5 waiting, 0 being worked on, 0 delayed" in told
    assert not [to for to in PEOPLE if to in told]
    assert "REGISTRATION#" not in told
    assert len(written) == 5


def test_what_waits_and_what_was_refused_are_told_apart_the_oldest_first(
        operator: PostOffice, table: Table, names: dict[str, str]) -> None:
    from portal.records import put  # noqa: PLC0415 only here is an item written past the outbox

    def stored(target: Table, number: int, hours: int, **noted: str) -> None:
        target.write(put({"pk": f"REGISTRATION#{number}", "sk": f"MESSAGE#{number}#kabar", "template": "kabar",
                          "to": PEOPLE[0], "created": format_moment(NOW - timedelta(hours=hours)), **noted}))

    stored(table, 1, 1)
    stored(table, 2, 3, refused="Throttling")
    stored(table, 3, 9, sent_at="2026-12-01T03:00:00.000Z")
    stored(Table(names["FeedbackTable"]), 4, 50)
    told = [(each.table, each.state, each.code, each.number, in_words(each.oldest)) for each in operator.stuck(NOW)]
    assert told == [
        ("FeedbackTable", "waiting", "", 1, "2 d 2 h"), ("RegistrationsTable", "refused", "Throttling", 1, "3 h 0 min"),
        ("RegistrationsTable", "waiting", "", 1, "1 h 0 min")]


def test_on_a_good_day_it_says_so(operator: PostOffice) -> None:
    told = list(report(operator, NOW))
    assert told[0] == "every message was sent"
    assert [line.partition(":")[0] for line in told[1:]] == list(QUEUES)


@pytest.mark.parametrize(("age", "words"), [
    (timedelta(seconds=30), "0 min"), (timedelta(minutes=59), "59 min"),
    (timedelta(hours=23, minutes=59), "23 h 59 min"), (timedelta(days=3, hours=4, minutes=5), "3 d 4 h")])
def test_an_age_in_words(age: timedelta, words: str) -> None:
    assert in_words(age) == words


def test_nothing_is_called_lost_while_it_may_wait_for_others() -> None:
    assert timedelta(minutes=15) < LATE


# -- the command ---------------------------------------------------------------------------------------------------


class Stack:
    """A stack in the words of CloudFormation."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def get_paginator(self, name: str) -> Stack:
        assert name == "list_stack_resources"
        return self

    def paginate(self, StackName: str) -> Iterator[dict[str, Any]]:  # noqa: N803 CloudFormation's own name
        if StackName != "percobaan":
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "ListStackResources")
        yield {"StackResourceSummaries": [{"LogicalResourceId": name, "PhysicalResourceId": real}
                                          for name, real in self.names.items() if "." not in name]}


@pytest.fixture
def given_up(office: test_mail.PostOffice, operator: PostOffice, written: list[Item],
             monkeypatch: pytest.MonkeyPatch) -> test_mail.PostOffice:
    """Five messages that the mailer has given up."""
    assert len(written) == len(PEOPLE)
    office.relay()
    give_up(office, monkeypatch)
    assert depth(operator, "MailDeadLetterQueue") == len(PEOPLE)
    return office


@pytest.fixture
def clients(office: test_mail.PostOffice) -> Any:
    return lambda name: Stack(office.names) if name == "cloudformation" else client(name, office.emulator.url)


def test_the_command_finds_tables_and_queues_by_the_name_of_the_stack(
        given_up: test_mail.PostOffice, clients: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["stuck", "percobaan"], clients) == 0
    assert "refused (MessageRejected): 5" in capsys.readouterr().out
    assert command.main(["redrive", "percobaan"], clients) == 0
    told = capsys.readouterr().out
    assert "given to the mailer again: 5 that it had given up, 0 that the relay had lost" in told
    assert "MailQueue: 5 waiting" in told
    given_up.deliver()
    assert addressees(given_up) == PEOPLE


@pytest.mark.parametrize("arguments", [[], ["send"], ["stuck", "a", "b"]])
def test_a_command_that_is_not_understood_says_how_it_goes(
        arguments: list[str], clients: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments, clients) == 2
    assert command.USAGE in capsys.readouterr().err


def test_a_stack_that_is_not_there_is_named(clients: Any) -> None:
    with pytest.raises(SystemExit, match=r"^no stack portal in this region and account \(ValidationError\)"):
        command.main(["stuck"], clients)
