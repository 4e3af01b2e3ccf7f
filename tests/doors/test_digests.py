"""Several messages to one address within a while are one mail, where their template says so: none lost, none twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from infra.emulator import client
from mailer import handler
from mailer.digests import CLAIMED, Digests, group_of
from portal import assets
from portal.letters import SHORTEST
from portal.outbox import message, state_of
from portal.records import Item, Table, put, put_new
from tests.doors.calling import Context
from tests.doors.test_mail import Postmaster, PostOffice, messages, office, queued
from tests.doors.weather import contents

__all__ = ["office"]
NOW = datetime.now(UTC)
DESA, KOTA = "helmy@desa.example", "siti@kota.example"


@pytest.fixture(autouse=True)
def templates(function_assets: Path) -> Iterator[None]:
    """Two kinds of message of which one waits a quarter of an hour for others."""
    folder = function_assets / "mail"
    for language, word in (("id", "Kabar"), ("en", "News")):
        (folder / f"kabar.{language}.txt").write_text(f"---\ndigest: 15\n---\n{word}: {{title}}\n\n{word} {{title}}.\n")
        (folder / f"segera.{language}.txt").write_text(f"{word}: {{title}}\n\n{word} {{title}}.\n")
    assets.read_text.cache_clear()
    yield
    for path in (*folder.glob("kabar.*"), *folder.glob("segera.*")):
        path.unlink()


def write(table: Table, number: int, *, to: str = DESA, language: str = "id", template: str = "kabar") -> Item:
    """A message about the record of this number, written as every message is."""
    told = message(f"REGISTRATION#{number}", template, to=to, language=language, values={"title": f"panen {number}"},
                   now=NOW + timedelta(seconds=number))
    table.write(told)
    return next(item for item in messages(table) if item["pk"] == f"REGISTRATION#{number}")


def deliver(table: Table, *items: Item) -> Any:
    return handler.deliver(queued(*items, table=table), Context())


def window_over(*groups: str) -> Any:
    """The delayed words come back."""
    return handler.deliver({"Records": [{
        "messageId": f"w{number}", "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {},
        "body": json.dumps({"digest": group})} for number, group in enumerate(groups)]}, Context())


def parked(names: dict[str, str]) -> list[Item]:
    return contents(Table(names["MailTable"]))


def test_messages_to_one_address_are_one_mail_after_their_window(
        office: PostOffice, table: Table, names: dict[str, str]) -> None:
    items = [write(table, number) for number in (2, 1, 3)]
    assert deliver(table, *items) == {"batchItemFailures": []}
    assert office.sent == []
    assert {state_of(item) for item in messages(table)} == {"waiting"}
    window_over(*[group_of(items[0])] * 3)
    (mail,) = office.sent
    assert (mail.to, mail.subject) == ([DESA], "3 kabar untuk Anda dari Portal Penggerak Desa")
    places = [mail.body.index(f"{place}. Kabar: panen {place}\n\nKabar panen {place}.") for place in (1, 2, 3)]
    assert places == sorted(places), "the oldest first"
    assert {state_of(item) for item in messages(table)} == {"sent"}
    assert {item["mail_number"] for item in messages(table)} == {mail.identifier}
    assert parked(names) == []


def test_the_word_that_comes_back_is_delayed_by_the_window_and_names_no_address(
        office: PostOffice, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[dict[str, Any]] = []

    class Queue:
        """Takes down what it is told."""

        def send_message(self, **told: Any) -> None:
            said.append(told)

    monkeypatch.setattr(handler, "_service", lambda _: Queue())
    item = write(table, 1)
    deliver(table, item)
    (told,) = said
    assert (told["DelaySeconds"], told["QueueUrl"]) == (900, office.names["MailQueue"])
    assert json.loads(told["MessageBody"]) == {"digest": group_of(item)}
    assert DESA not in told["MessageBody"]


def test_the_queue_really_holds_the_word_back(office: PostOffice, table: Table) -> None:
    deliver(table, write(table, 1))
    office.deliver()
    assert office.sent == []
    sqs = client("sqs", office.emulator.url)
    held = sqs.get_queue_attributes(QueueUrl=office.names["MailQueue"],
                                    AttributeNames=["ApproximateNumberOfMessagesDelayed"])["Attributes"]
    assert held == {"ApproximateNumberOfMessagesDelayed": "1"}


def test_one_message_alone_is_sent_as_it_is(office: PostOffice, table: Table) -> None:
    item = write(table, 1)
    deliver(table, item)
    window_over(group_of(item))
    assert [mail.subject for mail in office.sent] == ["Kabar: panen 1"]


def test_what_does_not_wait_goes_at_once(office: PostOffice, table: Table) -> None:
    deliver(table, write(table, 1, template="segera"), write(table, 2))
    assert [mail.subject for mail in office.sent] == ["Kabar: panen 1"]


def test_other_addresses_and_other_languages_are_other_mails(office: PostOffice, table: Table) -> None:
    items = [write(table, 1), write(table, 2, to=KOTA), write(table, 3, language="en"), write(table, 4)]
    deliver(table, *items)
    window_over(*{group_of(item) for item in items})
    assert sorted((mail.to[0], mail.subject) for mail in office.sent) == [
        (DESA, "2 kabar untuk Anda dari Portal Penggerak Desa"), (DESA, "News: panen 3"), (KOTA, "Kabar: panen 2")]


def test_messages_of_two_tables_are_one_mail(office: PostOffice, table: Table, names: dict[str, str]) -> None:
    desk = Table(names["FeedbackTable"])
    mine, theirs = write(table, 1), write(desk, 2)
    deliver(table, mine)
    deliver(desk, theirs)
    window_over(group_of(mine))
    assert [mail.subject for mail in office.sent] == ["2 kabar untuk Anda dari Portal Penggerak Desa"]
    assert {state_of(item) for item in [*messages(table), *messages(desk)]} == {"sent"}


def test_a_message_that_comes_twice_from_the_queue_stands_in_the_mail_once(office: PostOffice, table: Table) -> None:
    items = [write(table, 1), write(table, 2)]
    deliver(table, *items, *items)
    window_over(group_of(items[0]))
    deliver(table, *items)  # and once more when all is over
    window_over(group_of(items[0]))
    (mail,) = office.sent
    assert mail.body.count("Kabar: panen 1") == 1


def test_a_crowd_of_messages_is_a_few_mails_that_can_be_read(office: PostOffice, table: Table) -> None:
    items = [write(table, number) for number in range(70)]
    deliver(table, *items)
    window_over(group_of(items[0]))
    assert [mail.subject.split()[0] for mail in office.sent] == ["30", "30", "10"]
    assert sorted(int(number) for mail in office.sent for number in
                  [line.split()[-1] for line in mail.body.splitlines() if ". Kabar: panen" in line]) == [*range(70)]


def test_what_was_sent_meanwhile_or_is_over_is_left_out(
        office: PostOffice, table: Table, names: dict[str, str]) -> None:
    items = [write(table, number) for number in (1, 2, 3)]
    deliver(table, *items)
    table.write(put({**items[0], "sent_at": "2026-12-01T03:00:00.000Z"}))
    client("dynamodb", office.emulator.url).delete_item(
        TableName=table.name, Key={name: {"S": items[1][name]} for name in ("pk", "sk")})
    window_over(group_of(items[0]))
    assert [mail.subject for mail in office.sent] == ["Kabar: panen 3"]
    assert parked(names) == []


# -- two at once, and what fails -----------------------------------------------------------------------------------


def test_a_window_may_not_end_while_a_claim_may_still_hold() -> None:
    """Else a message could be parked behind the back of a mailer that died, and its own word turned away."""
    assert timedelta(minutes=SHORTEST) > CLAIMED > timedelta(seconds=90), "the mailer's own time-out"


def test_two_mailers_with_one_digest_send_one_mail(
        office: PostOffice, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [write(table, 1), write(table, 2)]
    deliver(table, *items)
    service = handler._service("sesv2")

    class Overtaken:
        """A mail service during whose work another mailer gets the same word."""

        def send_email(self, **mail: Any) -> Any:
            assert window_over(group_of(items[0])) == {"batchItemFailures": []}
            return service.send_email(**mail)

    overtaken = Overtaken()
    monkeypatch.setattr(handler, "_service", lambda _: overtaken)
    window_over(group_of(items[0]))
    assert len(office.sent) == 1


def test_a_mailer_that_died_holds_a_digest_for_two_minutes_only(
        office: PostOffice, table: Table, names: dict[str, str]) -> None:
    item = write(table, 1)
    deliver(table, item)
    digests = Digests(Table(names["MailTable"]))
    claim = {"pk": f"DIGEST#{group_of(item)}", "sk": "CLAIM"}
    digests.table.write(put_new({**claim, "claimed_until": int((datetime.now(UTC) + CLAIMED).timestamp())}))
    window_over(group_of(item))
    assert office.sent == []
    digests.table.write(put({**claim, "claimed_until": int(NOW.timestamp()) - 5}))
    window_over(group_of(item))
    assert len(office.sent) == 1


def test_a_digest_that_is_refused_loses_nothing_and_goes_when_it_is_taken(
        office: PostOffice, table: Table, names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    items = [write(table, 1), write(table, 2)]
    deliver(table, *items)
    postmaster = Postmaster(handler._service("sesv2"), times=1)
    monkeypatch.setattr(handler, "_service", lambda _: postmaster)
    with pytest.raises(BatchProcessingError):
        window_over(group_of(items[0]))
    assert {item["refused"] for item in messages(table)} == {"MessageRejected"}
    assert {state_of(item) for item in messages(table)} == {"refused"}
    window_over(group_of(items[0]))
    assert len(office.sent) == 1
    assert {state_of(item) for item in messages(table)} == {"sent"}
    assert parked(names) == []


def test_one_message_that_cannot_be_written_does_not_keep_the_others_back(
        office: PostOffice, table: Table, names: dict[str, str]) -> None:
    items = [write(table, 1), write(table, 2), write(table, 3)]
    deliver(table, *items)
    table.write(put({**items[1], "values": {}}))
    with pytest.raises(BatchProcessingError, match="KeyError"):
        window_over(group_of(items[0]))
    (mail,) = office.sent
    assert mail.subject.startswith("2 kabar")
    assert [item["message"]["pk"] for item in parked(names)] == ["REGISTRATION#2"]
    table.write(put(items[1]))  # mended
    window_over(group_of(items[0]))
    assert [mail.subject for mail in office.sent[1:]] == ["Kabar: panen 2"]


def test_what_waits_is_a_key_and_ends_with_its_message(table: Table, names: dict[str, str], office: PostOffice) -> None:
    item = write(table, 1)
    deliver(table, item)
    (waiting,) = parked(names)
    assert waiting["expires_at"] == item["expires_at"]
    assert waiting["message"] == {"table": table.name, "pk": item["pk"], "sk": item["sk"]}
    assert DESA not in json.dumps(waiting)
    assert office.sent == []
