"""The only place that knows S3: objects in and out, places to send a file to, addresses to fetch one from.

Like `portal.dynamodb`, without botocore's general client: its signatures, urllib3's connections. Whoever gets a place
or an address speaks with the bucket alone; what it may do there is fixed in what it was given.
"""

from __future__ import annotations

import base64
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import SystemRandom
from typing import Any
from urllib.parse import quote

import urllib3
from botocore.auth import S3SigV4Auth, S3SigV4PostAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from portal.errors import StoreUnavailable

CONNECTING, READING = 1.0, 20.0  # seconds after which a call is given up
ATTEMPTS = 3
FIRST_PAUSE = 0.2
SUCCESS, SERVER = 300, 500  # where success ends, where the store's own failures begin
# Nothing there, or something else than was asked for; S3 says 403 of what is not there to whoever may not list it.
ABSENT = {403, 404, 412}
# In a page of a list; keys here are hashes.
KEY, MORE = re.compile(rb"<Key>([0-9A-Za-z/._-]+)</Key>"), b"<IsTruncated>true</IsTruncated>"

_random = SystemRandom()


class ObjectTooLarge(Exception):
    """The object is larger than whoever asked for it will take."""


class BucketRefused(Exception):
    """The store refused a call for good; only its status is kept, its own words may quote a key."""

    def __init__(self, status: int) -> None:
        """Keep the status."""
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True)
class Place:
    """Where a form with these fields, and a `file` as its last, puts one object and nothing else."""

    address: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Bucket:
    """One bucket by its name."""

    name: str

    @property
    def address(self) -> str:
        """The bucket's own address, without a slash at the end."""
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        return f"{endpoint.rstrip('/')}/{self.name}" if endpoint else f"https://{self.name}.s3.{_region()}.amazonaws.com"

    def get(self, key: str, *, most: int, etag: str = "") -> bytes | None:
        """The content of an object; None when it is not there, or another one than with this ETag is.

        Raises ObjectTooLarge for more than `most` bytes.
        """
        answer = self.call("GET", key, headers={"If-Match": f'"{etag}"'} if etag else {})
        try:
            if answer.status in ABSENT:
                return None
            content: bytes = answer.read(most + 1)
        except urllib3.exceptions.HTTPError as error:
            raise StoreUnavailable from error
        finally:
            answer.close()
        if len(content) > most:
            raise ObjectTooLarge
        return content

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Put an object."""
        self.call("PUT", key, headers={"Content-Type": media_type}, body=content).drain_conn()

    def copy(self, key: str, to: Bucket, to_key: str) -> None:
        """Put a copy of one of this bucket's objects into another bucket."""
        source = quote(f"/{self.name}/{key}")
        to.call("PUT", to_key, headers={"X-Amz-Copy-Source": source}).drain_conn()

    def has(self, key: str) -> bool:
        """Whether an object is there."""
        answer = self.call("HEAD", key, headers={})
        answer.drain_conn()
        return answer.status not in ABSENT

    def keys(self, *, at_once: int = 1000) -> Iterator[str]:
        """The key of every object, in their order, page by page; for keys that XML need not escape."""
        after = ""
        while True:
            query = f"list-type=2&max-keys={at_once}&start-after={quote(after, safe='')}"
            page = self.call("GET", "", headers={}, query=query).data
            found = [key.decode() for key in KEY.findall(page)]
            yield from found
            if not found or MORE not in page:
                return
            after = found[-1]

    def delete(self, key: str) -> None:
        """Delete an object; one that is not there is deleted already."""
        self.call("DELETE", key, headers={}).drain_conn()

    def call(self, method: str, key: str, *, headers: Mapping[str, str], body: bytes = b"",
             query: str = "") -> Any:  # noqa: ANN401
        """One call, repeated while the store is busy; raises StoreUnavailable or BucketRefused."""
        address, pause = f"{self.address}/{quote(key)}{'?' if query else ''}{query}", FIRST_PAUSE
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(_random.uniform(0, pause))
                pause *= 2
            request = AWSRequest(method, address, data=body, headers=dict(headers))
            S3SigV4Auth(_credentials(), "s3", _region()).add_auth(request)
            try:
                answer = _connections().request(method, address, body=body, headers=dict(request.headers),
                                                preload_content=False)
            except urllib3.exceptions.HTTPError:
                continue
            if answer.status < SUCCESS or (method in {"GET", "HEAD"} and answer.status in ABSENT):
                return answer
            answer.close()
            if answer.status < SERVER:
                raise BucketRefused(answer.status)
        raise StoreUnavailable

    def place(self, key: str, *, sizes: tuple[int, int], fields: Mapping[str, str], seconds: int,
              now: datetime) -> Place:
        """A place for one object of the least to the most bytes in `sizes` under this key, with these further fields.

        Whoever sends something smaller or larger is answered by the bucket itself.
        """
        until = (now + timedelta(seconds=seconds)).astimezone(UTC)
        fixed = {"key": key, **fields}
        request = AWSRequest("POST", self.address)
        request.context["s3-presign-post-fields"] = dict(fixed)
        request.context["s3-presign-post-policy"] = {
            "expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "conditions": [{"bucket": self.name}, ["content-length-range", *sizes],
                           *({name: value} for name, value in fixed.items())]}
        S3SigV4PostAuth(_credentials(), "s3", _region()).add_auth(request)
        return Place(self.address, request.context["s3-presign-post-fields"])

    def download_address(self, key: str, *, name: str, media_type: str, seconds: int) -> str:
        """An address that gives this object for some seconds, as a file to keep and never as a page."""
        shown = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
        disposition = f"attachment; filename=\"{shown}\"; filename*=UTF-8''{quote(name)}"
        return self._signed(key, disposition, media_type, seconds)

    def view_address(self, key: str, *, media_type: str, seconds: int) -> str:
        """An address that shows this object inside a page of ours for some seconds: pictures and inspected PDFs only.

        It is on the bucket's own host, which sees no cookie; the type is fixed in the signature, so that nothing is
        ever taken for a page.
        """
        return self._signed(key, "inline", media_type, seconds)

    def _signed(self, key: str, disposition: str, media_type: str, seconds: int) -> str:
        headers = {"response-content-disposition": disposition, "response-content-type": media_type,
                   "response-cache-control": "private, no-store"}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(headers.items()))
        request = AWSRequest("GET", f"{self.address}/{quote(key)}?{query}")
        S3SigV4QueryAuth(_credentials(), "s3", _region(), expires=seconds).add_auth(request)
        return str(request.url)


def checksum(digest: str) -> dict[str, str]:
    """The fields of a place that let only content with this SHA-256 (hexadecimal) in."""
    return {"x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(digest)).decode()}


def _region() -> str:
    return os.environ.get("AWS_REGION") or os.environ["AWS_DEFAULT_REGION"]


def _credentials() -> ReadOnlyCredentials:
    return ReadOnlyCredentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"],
                               os.environ.get("AWS_SESSION_TOKEN"))


@cache
def _connections() -> urllib3.PoolManager:
    return urllib3.PoolManager(maxsize=4, retries=False, timeout=urllib3.Timeout(connect=CONNECTING, read=READING))
