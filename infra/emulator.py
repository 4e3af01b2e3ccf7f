"""AWS on this machine: an embedded emulator (moto), and the template's storage created in it or in another one.

May know the emulators' interfaces; knows nothing of the portal but its template.
"""

from __future__ import annotations

import email
import email.policy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.exceptions import ClientError
from moto.backends import get_backend
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from infra.moto_repairs import repair_moto
from infra.serving import Server
from infra.template_reader import ACCOUNT, REGION, Template

Client = Any  # boto3 makes its clients at run time

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
               "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}


@dataclass(frozen=True)
class Mail:
    """One message that the emulator took instead of sending it."""

    identifier: str
    sender: str
    to: list[str]
    subject: str
    body: str


class Emulator:
    """The embedded emulator: one request at a time, so that no two ever interleave.

    moto keeps its state in the process: emulators that run at the same time share it (name your stacks apart),
    and one that is started when no other runs begins empty.
    """

    _running = 0
    _turn = threading.Lock()

    def __init__(self) -> None:
        """Take a free port; forget everything unless another emulator runs."""
        repair_moto()
        if Emulator._running == 0:
            moto_api_backend.reset()
        Emulator._running += 1
        self._earlier_mail = len(_taken())
        self._application = DomainDispatcherApplication(create_backend_app)
        self._server = Server(port=0, threads=1)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._server.url

    def start(self) -> Self:
        """Begin to answer."""
        self._server.start(self._answer)
        return self

    def stop(self) -> None:
        """Stop answering."""
        self._server.stop()
        Emulator._running -= 1

    def sent_mail(self) -> list[Mail]:
        """Every message taken since this emulator began, the newest first."""
        return [_mail(each) for each in reversed(_taken()[self._earlier_mail:])]

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        with Emulator._turn:
            return list(self._application(environ, start_response))


def _taken() -> list[Any]:
    return list(get_backend("ses")[ACCOUNT][REGION].sent_messages)


def client(service: str, endpoint_url: str) -> Client:
    """A client of an emulator."""
    return boto3.client(service, endpoint_url=endpoint_url, region_name=REGION,
                        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"])


def provision(template: Template, endpoint_url: str, *, stack: str) -> dict[str, str]:
    """Create what is missing of the template's tables, queues and buckets; answers `Ref` and `GetAtt` names."""
    names: dict[str, str] = {}
    for logical, properties in template.tables.items():
        names |= _table(client("dynamodb", endpoint_url), logical, f"{stack}-{logical}", properties)
    for logical in sorted(template.queues, key=lambda each: "RedrivePolicy" in template.queues[each]):
        properties = template.resolve(template.queues[logical], {**names, "PortalKey": None})
        names |= _queue(client("sqs", endpoint_url), logical, f"{stack}-{logical}", properties)
    for logical in template.buckets:
        names |= _bucket(client("s3", endpoint_url), logical, f"{stack}-{logical}".lower())
    return names


def allow_sender(endpoint_url: str, sender: str) -> None:
    """Let the mail service take mail from this address's domain, as MailIdentity does."""
    with _already_there("AlreadyExistsException"):
        client("sesv2", endpoint_url).create_email_identity(EmailIdentity=sender.split("@")[1])


def _table(dynamodb: Client, logical: str, name: str, properties: dict[str, Any]) -> dict[str, str]:
    wanted: dict[str, Any] = {key: properties[key] for key in (
        "AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes") if key in properties}
    wanted["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    with _already_there("ResourceInUseException"):
        dynamodb.create_table(TableName=name, **wanted)
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        dynamodb.update_time_to_live(TableName=name,
                                     TimeToLiveSpecification=properties["TimeToLiveSpecification"])
    table = dynamodb.describe_table(TableName=name)["Table"]
    return {logical: name, f"{logical}.Arn": table["TableArn"], f"{logical}.StreamArn": table["LatestStreamArn"]}


def _queue(sqs: Client, logical: str, name: str, properties: dict[str, Any]) -> dict[str, str]:
    attributes: dict[str, str] = {key: str(properties[key]) for key in (
        "VisibilityTimeout", "MessageRetentionPeriod") if key in properties}
    if "RedrivePolicy" in properties:
        attributes["RedrivePolicy"] = json.dumps(properties["RedrivePolicy"])
    with _already_there("QueueAlreadyExists", "QueueNameExists"):
        sqs.create_queue(QueueName=name, Attributes=attributes)
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return {logical: url, f"{logical}.Arn": arn, f"{logical}.QueueName": name}


def _bucket(s3: Client, logical: str, name: str) -> dict[str, str]:
    with _already_there("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return {logical: name, f"{logical}.Arn": f"arn:aws:s3:::{name}"}


@contextmanager
def _already_there(*codes: str) -> Iterator[None]:
    """Somebody made it before: fine."""
    try:
        yield
    except ClientError as error:
        if not error.response["Error"]["Code"].endswith(codes):
            raise


def _mail(message: Any) -> Mail:  # noqa: ANN401 moto's own classes, one for raw and one for simple mail
    if hasattr(message, "raw_data"):
        return _raw_mail(message)
    to = [address for addresses in message.destinations.values() for address in addresses]
    return Mail(message.id, message.source, to, message.subject, message.body)


def _raw_mail(message: Any) -> Mail:  # noqa: ANN401
    parsed = email.message_from_string(message.raw_data, policy=email.policy.default)
    body = parsed.get_body(("plain", "html"))
    text = body.get_content() if body else ""
    return Mail(message.id, message.source, list(dict.fromkeys(message.destinations)), str(parsed["subject"]), text)
