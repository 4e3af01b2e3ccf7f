"""AWS on this machine: an embedded emulator (moto), and the template's storage created in it or in another one.

May know the emulators' interfaces; knows nothing of the portal but its template.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import IO, Any, Self
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.template_reader import REGION, ROOT, Template

Client = Any  # botocore makes its clients at run time

# What a function finds instead of a real account, whatever this machine's owner has set up: a profile, a proxy.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
               "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION, "AWS_CONFIG_FILE": os.devnull,
               "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
WITHOUT_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")


@dataclass(frozen=True)
class Mail:
    """One message that the emulator took instead of sending it."""

    identifier: str
    sender: str
    to: list[str]
    subject: str
    body: str


class Emulator:
    """The embedded emulator in a process of its own; each one begins empty and shares nothing with another."""

    def __init__(self) -> None:
        """Start the process: it takes a second, in which the caller can do something else."""
        kept = {name: value for name, value in os.environ.items() if name not in PROFILES}
        self._process = subprocess.Popen([sys.executable, "-m", "infra.embedded_emulator"], cwd=ROOT, text=True,
                                         env={**kept, **CREDENTIALS}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         start_new_session=True)
        self.url = ""

    def start(self) -> Self:
        """Wait until it answers."""
        self.url = _pipe(self._process.stdout).readline().strip()
        if not self.url:
            self.stop()
            raise RuntimeError("the embedded emulator did not start; what it said stands above")
        return self

    def stop(self) -> None:
        """End the process; what it remembered is gone, so it is not waited for long."""
        _pipe(self._process.stdin).close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()

    def empty(self) -> None:
        """Take out all that it holds; tables, queues and buckets stay, with their names."""
        with WITHOUT_PROXY.open(f"{self.url}/_empty", data=b"", timeout=10) as answer:
            answer.read()

    def sent_mail(self) -> list[Mail]:
        """Every message taken so far, the newest first."""
        with WITHOUT_PROXY.open(f"{self.url}/_mail", timeout=10) as answer:
            return [Mail(**each) for each in json.load(answer)]


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


@cache
def client(service: str, endpoint_url: str) -> Client:
    """A client of an emulator, blind to whatever profile or proxy this machine's owner has set up.

    Made once for each service and address: making one costs more than a hundred calls.
    """
    nowhere = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
    return botocore.session.Session(session_vars=nowhere).create_client(
        service, endpoint_url=endpoint_url, region_name=REGION, config=Config(proxies={}),
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"], aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"])


def provision(template: Template, endpoint_url: str, *, stack: str, origin: str = "*") -> dict[str, str]:
    """Create what is missing of the template's tables, queues, keys and buckets; answers `Ref` and `GetAtt` names.

    Scripts of `origin` may send to the buckets that the template opens for the site's own.
    """
    names: dict[str, str] = {}
    for logical, properties in template.tables.items():
        names |= _table(client("dynamodb", endpoint_url), logical, f"{stack}-{logical}", properties)
    for logical in sorted(template.queues, key=lambda each: "RedrivePolicy" in template.queues[each]):
        properties = template.resolve(template.queues[logical], {**names, "PortalKey": None})
        names |= _queue(client("sqs", endpoint_url), logical, f"{stack}-{logical}", properties)
    for logical, properties in template.signing_keys.items():
        names |= _signing_key(client("kms", endpoint_url), logical, f"alias/{stack}-{logical}", properties)
    for logical, properties in template.buckets.items():
        names |= _bucket(client("s3", endpoint_url), logical, f"{stack}-{logical}".lower())
        names[f"{logical}.RegionalDomainName"] = urlsplit(endpoint_url).netloc
        if "CorsConfiguration" in properties:
            _let_scripts_in(client("s3", endpoint_url), names[logical], properties["CorsConfiguration"], origin)
    return names


def allow_sender(endpoint_url: str, sender: str) -> None:
    """Let the mail service take mail from this address's domain, as MailIdentity does."""
    with _already_there("AlreadyExistsException"):
        client("sesv2", endpoint_url).create_email_identity(EmailIdentity=sender.split("@")[1])


def _table(dynamodb: Client, logical: str, name: str, properties: dict[str, Any]) -> dict[str, str]:
    wanted: dict[str, Any] = {key: properties[key] for key in (
        "AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes") if key in properties}
    if "StreamSpecification" in properties:
        wanted["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    with _already_there("ResourceInUseException"):
        dynamodb.create_table(TableName=name, **wanted)
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        dynamodb.update_time_to_live(TableName=name,
                                     TimeToLiveSpecification=properties["TimeToLiveSpecification"])
    table = dynamodb.describe_table(TableName=name)["Table"]
    stream = {f"{logical}.StreamArn": table["LatestStreamArn"]} if "LatestStreamArn" in table else {}
    return {logical: name, f"{logical}.Arn": table["TableArn"], **stream}


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


def _signing_key(kms: Client, logical: str, alias: str, properties: dict[str, Any]) -> dict[str, str]:
    """A key has no name of its own: it is known by its alias, and made anew where that is missing."""
    try:
        found = kms.describe_key(KeyId=alias)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        found = kms.create_key(KeySpec=properties["KeySpec"], KeyUsage=properties["KeyUsage"])["KeyMetadata"]
        kms.create_alias(AliasName=alias, TargetKeyId=found["KeyId"])
    return {logical: found["KeyId"], f"{logical}.Arn": found["Arn"]}


def _bucket(s3: Client, logical: str, name: str) -> dict[str, str]:
    with _already_there("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return {logical: name, f"{logical}.Arn": f"arn:aws:s3:::{name}"}


def _let_scripts_in(s3: Client, bucket: str, configuration: dict[str, Any], origin: str) -> None:
    names = {"AllowedMethods", "AllowedHeaders"}
    rules = [{**{name: rule[name] for name in names}, "AllowedOrigins": [origin], "MaxAgeSeconds": rule["MaxAge"]}
             for rule in configuration["CorsRules"]]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})


@contextmanager
def _already_there(*codes: str) -> Iterator[None]:
    """Somebody made it before: fine."""
    try:
        yield
    except ClientError as error:
        if not error.response["Error"]["Code"].endswith(codes):
            raise
