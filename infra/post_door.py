"""What S3 checks of a form that is posted to a bucket, and the embedded emulator does not: the signed policy.

Takes the form apart, holds it to its policy (expiry, fields, size, checksum), and puts the object as moto can. Answers
as S3 does: 201, 204 or a redirect, an error as XML, and the headers that let a script read it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from html import escape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from infra.emulator import CREDENTIALS
from infra.template_reader import REGION

LARGEST_FORM = 60 * 1024 ** 2
# Fields that no policy has to name.
UNNAMED = {"policy", "x-amz-signature", "file"}
Headers = list[tuple[str, str]]
Application = Callable[..., Iterable[bytes]]
Put = Callable[[str, bytes, Mapping[str, str]], str]


class PostRefused(Exception):
    """S3 does not take this form; its code and status as S3 tells them."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep what is told."""
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Form:
    """A form as it was posted: its fields in lower case, and the content of its file."""

    fields: dict[str, str]
    content: bytes


def is_post(environ: Mapping[str, Any]) -> bool:
    """Whether this request is a form that is posted to a bucket, or the question before it whether a script may."""
    form = environ["REQUEST_METHOD"] == "POST" and environ.get("CONTENT_TYPE", "").startswith("multipart/form-data")
    return bool(form and environ["PATH_INFO"].strip("/"))


def answer(environ: dict[str, Any], put: Put, may: Callable[[str, str], bool]) -> tuple[int, Headers, bytes]:
    """Status, headers and body for a posted form; `may` tells whether scripts of an origin may send to a bucket."""
    bucket, origin = environ["PATH_INFO"].strip("/"), environ.get("HTTP_ORIGIN", "")
    shared = [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")] if origin and may(bucket, origin) else []
    try:
        form = _read(environ)
        held_to_policy(form, bucket, datetime.now(UTC))
        etag = put(f"/{bucket}/{quote(form.fields['key'])}", form.content, form.fields)
    except PostRefused as refused:
        text = (f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{refused.code}</Code>'
                f"<Message>{escape(refused.message)}</Message></Error>")
        return refused.status, [*shared, ("Content-Type", "application/xml")], text.encode()
    return _taken(form, bucket, etag, shared)


def _taken(form: Form, bucket: str, etag: str, shared: Headers) -> tuple[int, Headers, bytes]:
    address = form.fields.get("success_action_redirect")
    if address:
        parts = urlsplit(address)
        query = urlencode([*parse_qsl(parts.query), ("bucket", bucket), ("key", form.fields["key"]),
                           ("etag", f'"{etag}"')])
        return 303, [*shared, ("Location", urlunsplit(parts._replace(query=query)))], b""
    created = form.fields.get("success_action_status") == "201"
    return (201 if created else 204), [*shared, ("ETag", f'"{etag}"')], b"<PostResponse/>" if created else b""


def _read(environ: dict[str, Any]) -> Form:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > LARGEST_FORM:
        raise PostRefused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    body = environ["wsgi.input"].read(length)
    head = f"Content-Type: {environ['CONTENT_TYPE']}\r\n\r\n".encode()
    fields: dict[str, str] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        name = str(part.get_param("name", "", header="content-disposition")).lower()
        content = part.get_payload(decode=True)
        if name == "file":
            return Form(fields, _exactly(body, environ["CONTENT_TYPE"]))
        fields[name] = bytes(content or b"").decode()
    raise PostRefused(400, "InvalidArgument", "POST requires exactly one file upload per request.")


def _exactly(body: bytes, kind: str) -> bytes:
    """The file's bytes as they were sent: the mail parser above may change line ends."""
    boundary = b"--" + kind.partition("boundary=")[2].strip('"').encode()
    for part in body.split(boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise PostRefused(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed.")


def held_to_policy(form: Form, bucket: str, now: datetime) -> None:
    """Raise PostRefused unless the form is what its policy allows, and the policy was signed."""
    fields = form.fields
    if not hmac.compare_digest(_signature(fields), fields.get("x-amz-signature", "")):
        raise PostRefused(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.")
    policy = json.loads(base64.b64decode(fields["policy"]))
    if now >= datetime.fromisoformat(policy["expiration"]):
        raise PostRefused(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    named = {"bucket"}
    for condition in policy["conditions"]:
        pairs = condition.items() if isinstance(condition, dict) else ()
        for operator, name, value in [("eq", *pair) for pair in pairs] or [condition]:
            field = str(name).removeprefix("$").lower()
            _hold(operator, field, value, {**fields, "bucket": bucket}, form.content)
            named.add(field)
    extra = set(fields) - named - UNNAMED
    if extra:
        raise PostRefused(403, "AccessDenied", f"Invalid according to Policy: Extra input fields: {extra.pop()}")
    _must_sum_up(form)


def _hold(operator: str, name: str, value: str | int, fields: Mapping[str, str], content: bytes) -> None:
    if operator == "content-length-range":
        least, most = int(name), int(value)
        if len(content) < least:
            raise PostRefused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        if len(content) > most:
            raise PostRefused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        return
    given = fields.get(name, "")
    if not (given == value if operator == "eq" else given.startswith(str(value))):
        raise PostRefused(403, "AccessDenied", f"Invalid according to Policy: Policy Condition failed: {name}")


def _must_sum_up(form: Form) -> None:
    wanted = form.fields.get("x-amz-checksum-sha256")
    if wanted and base64.b64encode(hashlib.sha256(form.content).digest()).decode() != wanted:
        raise PostRefused(400, "BadDigest", "The SHA256 you specified did not match the calculated checksum.")


def _signature(fields: Mapping[str, str]) -> str:
    """Signature version 4 of the policy."""
    key = f"AWS4{CREDENTIALS['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in (fields.get("x-amz-date", "")[:8], REGION, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, fields.get("policy", "").encode(), hashlib.sha256).hexdigest()


def in_front_of(moto: Application, may: Callable[[str, str], bool]) -> Application:
    """The emulator with this door before it."""
    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not is_post(environ):
            return moto(environ, start_response)

        def put(path: str, content: bytes, fields: Mapping[str, str]) -> str:
            return _put(moto, environ, path, content, fields.get("content-type", "binary/octet-stream"))

        status, headers, body = answer(environ, put, may)
        start_response(f"{status} Post", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    return application


def _put(moto: Application, environ: dict[str, Any], path: str, content: bytes, kind: str) -> str:
    """Put an object as moto can; answers its ETag."""
    told: dict[str, str] = {}

    def note(status: str, headers: Headers, *_: object) -> None:
        told.update({name.lower(): value for name, value in headers}, status=status)

    kept = {name: value for name, value in environ.items() if not name.startswith("HTTP_") or name == "HTTP_HOST"}
    request = {**kept, "REQUEST_METHOD": "PUT", "PATH_INFO": path, "REQUEST_URI": path, "RAW_URI": path,
               "QUERY_STRING": "", "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(content)),
               "wsgi.input": BytesIO(content),
               "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=local/20260101/{REGION}/s3/aws4_request"}
    b"".join(moto(request, note))
    if not told["status"].startswith("2"):
        raise PostRefused(404, "NoSuchBucket", "The specified bucket does not exist")
    return told["etag"].strip('"')
