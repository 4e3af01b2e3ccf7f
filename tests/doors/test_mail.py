"""From a registration to the mail about it: through the table's stream and the queue, once, whatever fails between."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from botocore.exceptions import ClientError

from infra.emulator import Emulator, Mail, allow_sender, client
from infra.lambdas import Lambda
from infra.pumps import QueuePump, StreamPump
from mailer import handler
from portal.identifiers import format_reference
from portal.outbox import PREFIX
from portal.records import Item, Table
from registrations.catalogue import Catalogue
from registrations.store import Record, Registrations
from tests.doors.calling import Caller, Context
from tests.doors.conftest import TEMPLATE
from tests.doors.weather import contents
from tests.people import a_record, an_offering, helmy, official, ratna, visitor

REAL_NOW = datetime.now(UTC)
SENDER = "portal@desa.example"


@dataclass
class PostOffice:
    """The relay and the mailer as the template wires them, and the mail that was taken since the test began."""

    emulator: Emulator
    names: dict[str, str]
    before: int = 0

    def relay(self) -> None:
        """Everything new in both tables goes to the queue."""
        function = TEMPLATE.functions["RelayFunction"]
        for source in function.streams:
            pump = StreamPump(Lambda(function, handler.relay), source, client("dynamodbstreams", self.emulator.url),
                              self.names[f"{source.source}.StreamArn"], self.give_up)
            while pump.run_once() or pump.waiting:
                pass

    def deliver(self) -> None:
        """Everything in the queue goes to the mail service."""
        function = TEMPLATE.functions["MailerFunction"]
        pump = QueuePump(Lambda(function, handler.deliver), function.queues[0], client("sqs", self.emulator.url),
                         self.names["MailQueue"], self.names["MailQueue.Arn"])
        while pump.run_once():
            pass

    def give_up(self, record: Any) -> None:
        pytest.fail(f"the relay gave up on {record}")

    @property
    def sent(self) -> list[Mail]:
        """The mails, the oldest first."""
        mails = self.emulator.sent_mail()
        return list(reversed(mails[:len(mails) - self.before]))


@pytest.fixture
def office(emulator: Emulator, names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> PostOffice:
    monkeypatch.setenv("MAIL_QUEUE", names["MailQueue"])
    monkeypatch.setenv("MAIL_SENDER", SENDER)
    monkeypatch.setenv("MAIL_TABLE", names["MailTable"])
    allow_sender(emulator.url, SENDER)
    for remembered in (handler.relay_settings, handler.mailer_settings, handler.digests, handler._service):
        remembered.cache_clear()
    return PostOffice(emulator, names, before=len(emulator.sent_mail()))


@pytest.fixture
def register(catalogue: Catalogue, registrations: Registrations) -> Callable[..., Record]:
    offering = an_offering(now=REAL_NOW, seats=1)
    catalogue.publish(offering)
    return lambda answers, number=1: registrations.register(
        a_record(answers, offering, now=REAL_NOW, number=number), offering, REAL_NOW)


def messages(table: Table) -> list[Item]:
    return [item for item in contents(table) if item["sk"].startswith(PREFIX)]


def queued(*items: Item, table: Table) -> dict[str, Any]:
    """A batch of the queue that names these messages."""
    return {"Records": [{"messageId": f"m{n}", "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {},
                         "body": json.dumps({"table": table.name, "pk": item["pk"], "sk": item["sk"]})}
                        for n, item in enumerate(items)]}


# -- the good day --------------------------------------------------------------------------------------------------


def test_a_registration_is_confirmed_by_mail(office: PostOffice, register: Callable[..., Record]) -> None:
    record = register(helmy())
    office.relay()
    office.deliver()
    (mail,) = office.sent
    reference = format_reference(record.reference)
    assert (mail.sender, mail.to) == (SENDER, [helmy()["email"]])
    assert mail.subject == f"Kursi Anda: Bimtek Desa Klino ({reference})"
    assert "Tempat: Balai Desa Klino" in mail.body
    assert "https://portal.example.go.id/layanan/pendaftaran/status" in mail.body
    assert "Helmy" not in mail.body, "a mail read over a shoulder names nobody"


def test_the_mail_speaks_the_language_of_the_form(
        office: PostOffice, registrations_door: Caller, catalogue: Catalogue) -> None:
    catalogue.publish(an_offering(now=REAL_NOW))
    check = registrations_door("POST /layanan/pendaftaran", form=helmy(lang="en"))
    registrations_door("POST /layanan/pendaftaran", form={**check.fields(), "step": "send"})
    office.relay()
    office.deliver()
    assert [mail.subject.partition(" (")[0] for mail in office.sent] == ["Your seat: Training in Klino village"]


def test_every_turn_of_a_registration_is_told_to_the_person_it_concerns(
        office: PostOffice, register: Callable[..., Record], registrations: Registrations) -> None:
    first = register(visitor(1), 1)
    register(visitor(2), 2)
    registrations.cancel(first, an_offering(now=REAL_NOW, seats=1), REAL_NOW)
    office.relay()
    office.deliver()
    assert [(mail.to[0], mail.subject.partition(":")[0]) for mail in office.sent] == [
        ("peserta1@desa.example", "Kursi Anda"), ("peserta2@desa.example", "Daftar tunggu"),
        ("peserta1@desa.example", "Pendaftaran dibatalkan"), ("peserta2@desa.example", "Kabar baik")]


def test_a_message_about_the_portal_is_confirmed_too(office: PostOffice, feedback_door: Caller) -> None:
    check = feedback_door("POST /layanan/masukan", form=ratna())
    feedback_door("POST /layanan/masukan", form={**check.fields(), "step": "send"})
    office.relay()
    office.deliver()
    (mail,) = office.sent
    assert mail.to == [ratna()["email"]]
    assert mail.subject.startswith("Pesan Anda sudah kami terima (")
    assert "NVDA" not in mail.body, "what somebody wrote is not sent around"


def test_the_queue_holds_keys_and_nothing_personal(office: PostOffice, register: Callable[..., Record]) -> None:
    register(official())
    office.relay()
    (message,) = client("sqs", office.emulator.url).receive_message(QueueUrl=office.names["MailQueue"])["Messages"]
    assert json.loads(message["Body"]).keys() == {"table", "pk", "sk"}
    assert "siti" not in message["Body"].lower()


def test_the_item_says_when_it_was_sent_and_under_which_number(
        office: PostOffice, register: Callable[..., Record], table: Table) -> None:
    register(helmy())
    (before,) = messages(table)
    office.relay()
    office.deliver()
    (after,) = messages(table)
    assert "sent_at" not in before
    assert after["mail_number"] == office.sent[0].identifier
    assert {name: after[name] for name in before} == before, "nothing else of the event is changed"


# -- the other days ------------------------------------------------------------------------------------------------


def test_the_same_message_again_is_sent_once(
        office: PostOffice, register: Callable[..., Record], table: Table) -> None:
    register(helmy())
    (item,) = messages(table)
    twice = queued(item, item, table=table)
    assert handler.deliver(twice, Context()) == {"batchItemFailures": []}
    assert handler.deliver(twice, Context()) == {"batchItemFailures": []}
    assert len(office.sent) == 1


def test_the_stream_may_tell_of_a_message_twice(
        office: PostOffice, register: Callable[..., Record]) -> None:
    register(helmy())
    office.relay()
    office.relay()
    office.deliver()
    assert len(office.sent) == 1


def test_a_message_whose_time_is_over_is_not_sent_and_does_not_come_back(
        office: PostOffice, register: Callable[..., Record], table: Table) -> None:
    register(helmy())
    gone = {"pk": "REGISTRATION#7F3K9QX2", "sk": "MESSAGE#2020#registration_seated"}
    before = contents(table)
    assert handler.deliver(queued(gone, table=table), Context()) == {"batchItemFailures": []}
    assert office.sent == []
    assert contents(table) == before


def test_one_message_that_fails_does_not_keep_the_others_back(
        office: PostOffice, register: Callable[..., Record], table: Table) -> None:
    register(visitor(1), 1)
    register(visitor(2), 2)
    good = messages(table)
    broken = {**good[0], "sk": f"{PREFIX}2027#registration_unknown", "template": "registration_unknown"}
    table.write(_put(broken))
    answer = handler.deliver(queued(good[0], broken, good[1], table=table), Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert {mail.to[0] for mail in office.sent} == {"peserta1@desa.example", "peserta2@desa.example"}


def _put(item: Item) -> Any:
    from portal.records import put  # noqa: PLC0415 only here is an item written past the outbox

    return put(item)


class Postmaster:
    """A mail service that refuses the first `times` mails, quoting the address as the real one does."""

    def __init__(self, inner: Any, times: float) -> None:
        self.inner, self.left = inner, times

    def send_email(self, **mail: Any) -> Any:
        if self.left > 0:
            self.left -= 1
            told = f"Email address is not verified: {mail['Destination']['ToAddresses'][0]}"
            raise ClientError({"Error": {"Code": "MessageRejected", "Message": told}}, "SendEmail")
        return self.inner.send_email(**mail)


def test_a_refused_mail_is_noted_with_its_reason_and_sent_when_it_is_taken(
        office: PostOffice, register: Callable[..., Record], table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    register(visitor(1), 1)
    register(visitor(2), 2)
    batch = queued(*messages(table), table=table)
    postmaster = Postmaster(handler._service("sesv2"), times=1)
    monkeypatch.setattr(handler, "_service", lambda _: postmaster)
    assert handler.deliver(batch, Context()) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    refused, sent = messages(table)
    assert (refused["refused"], "sent_at" in refused, "sent_at" in sent) == ("MessageRejected", False, True)
    assert handler.deliver(batch, Context()) == {"batchItemFailures": []}
    now = messages(table)[0]
    assert ("refused" in now, "sent_at" in now) == (False, True)
    assert len(office.sent) == 2


def test_a_mail_service_that_refuses_everything_brings_the_whole_batch_back_and_logs_no_address(
        office: PostOffice, register: Callable[..., Record], table: Table, log: StringIO,
        monkeypatch: pytest.MonkeyPatch) -> None:
    register(helmy())
    postmaster = Postmaster(handler._service("sesv2"), times=float("inf"))
    monkeypatch.setattr(handler, "_service", lambda _: postmaster)
    with pytest.raises(BatchProcessingError) as failed:
        handler.deliver(queued(*messages(table), table=table), Context())
    told = f"{''.join(traceback.format_exception(failed.value))}{log.getvalue()}"
    assert "MessageRejected" in told
    assert helmy()["email"] not in told
    assert office.sent == []


def test_two_mailers_with_one_message_note_the_first_number_and_fail_nobody(
        office: PostOffice, register: Callable[..., Record], table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue may hand a message out twice at once: the mail goes twice, never not at all."""
    register(helmy())
    batch = queued(*messages(table), table=table)
    service = handler._service("sesv2")

    class Overtaken:
        """A mail service during whose work another mailer finishes the same message."""

        def send_email(self, **mail: Any) -> Any:
            monkeypatch.setattr(handler, "_service", lambda _: service)
            assert handler.deliver(batch, Context()) == {"batchItemFailures": []}
            return service.send_email(**mail)

    overtaken = Overtaken()
    monkeypatch.setattr(handler, "_service", lambda _: overtaken)
    assert handler.deliver(batch, Context()) == {"batchItemFailures": []}
    (item,) = messages(table)
    assert item["mail_number"] == office.sent[0].identifier
    assert len(office.sent) == 2


def test_a_queue_that_does_not_take_a_message_gets_it_again_from_the_stream(
        office: PostOffice, register: Callable[..., Record], monkeypatch: pytest.MonkeyPatch) -> None:
    register(visitor(1), 1)
    register(visitor(2), 2)
    services = handler._service
    queue = services("sqs")

    class Stubborn:
        """Refuses the first message."""

        left = 1

        def send_message(self, **message: Any) -> Any:
            if self.left:
                self.left -= 1
                raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "later"}}, "SendMessage")
            return queue.send_message(**message)

    stubborn = Stubborn()
    monkeypatch.setattr(handler, "_service", lambda name: stubborn if name == "sqs" else services(name))
    office.relay()
    office.deliver()
    assert not stubborn.left
    assert sorted(mail.to[0] for mail in office.sent) == ["peserta1@desa.example", "peserta2@desa.example"]
