"""An HTTP API (payload format 2.0) in front of the functions, as API Gateway would do it.

Knows WSGI and API Gateway's habits; knows nothing of what the functions are for.
"""

from __future__ import annotations

import base64
import json
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.lambdas import Lambda
from infra.template_reader import ACCOUNT, Route

LARGEST_BODY = 10 * 1024 * 1024
TEXT_TYPES = ("text/", "application/json", "application/xml", "application/javascript")
TEXT_SUFFIXES = ("+json", "+xml")
UNAVAILABLE_AFTER = 30.0  # seconds: the API's own limit

log = logging.getLogger("portal.gateway")


@dataclass(frozen=True)
class Request:
    """One request as it came in, header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    source: str


@dataclass(frozen=True)
class Response:
    """One answer; a header may stand more than once."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def problem(status: int, message: str) -> Response:
    """The API's own answers look like this."""
    return Response(status, [("content-type", "application/json")], json.dumps({"message": message}).encode())


class Gateway:
    """Finds the route, calls its function, turns its answer into HTTP."""

    def __init__(self, functions: Mapping[str, Lambda]) -> None:
        """Take the routes from the functions' events; one with parameters yields, `$default` yields to all."""
        routes = [(route, each) for each in functions.values() for route in each.function.routes]
        self.routes = sorted(routes, key=lambda pair: (not pair[0].method, "{" in pair[0].path))

    def answer(self, request: Request) -> Response:
        """One request, answered as the API would."""
        for route, function in self.routes:
            parameters = route.match(request.method, request.path)
            if parameters is not None:
                return self._invoke(function, route, parameters, request)
        return problem(404, "Not Found")

    def _invoke(self, function: Lambda, route: Route, parameters: dict[str, str], request: Request) -> Response:
        if len(request.body) > LARGEST_BODY:
            return problem(413, "Request Entity Too Large")
        try:
            answer = function(event_for(request, route, parameters))
            return response_from(json.loads(json.dumps(answer)))
        except Exception:
            log.exception("%s failed on %s", function.function.name, route.key)
            return problem(500, "Internal Server Error")


def event_for(request: Request, route: Route, parameters: dict[str, str]) -> dict[str, Any]:
    """The event that API Gateway would make of a request."""
    now = datetime.now(UTC)
    headers = dict(request.headers)
    cookies = headers.pop("cookie", "")
    host = headers.get("host", "127.0.0.1")
    headers |= {"x-forwarded-for": request.source, "x-forwarded-proto": "http",
                "x-forwarded-port": host.partition(":")[2] or "80",
                "x-amzn-trace-id": f"Root=1-{int(now.timestamp()):08x}-{uuid.uuid4().hex[:24]}"}
    event: dict[str, Any] = {
        "version": "2.0", "routeKey": route.key, "rawPath": request.path, "rawQueryString": request.query,
        "headers": headers, "isBase64Encoded": False, "requestContext": _context(request, route, host, now)}
    event |= {"cookies": [each.strip() for each in cookies.split(";")]} if cookies else {}
    event |= {"pathParameters": {name: unquote(value) for name, value in parameters.items()}} if parameters else {}
    event |= {"queryStringParameters": _joined(request.query)} if request.query else {}
    event |= _body(request) if request.body else {}
    return event


def _context(request: Request, route: Route, host: str, now: datetime) -> dict[str, Any]:
    return {
        "accountId": ACCOUNT, "apiId": "local", "domainName": host, "domainPrefix": "local",
        "requestId": uuid.uuid4().hex, "routeKey": route.key, "stage": "$default",
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"), "timeEpoch": int(time.time() * 1000),
        "http": {"method": request.method, "path": request.path, "protocol": "HTTP/1.1",
                 "sourceIp": request.source, "userAgent": request.headers.get("user-agent", "")}}


def _joined(query: str) -> dict[str, str]:
    """Repeated names are one value with commas."""
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _body(request: Request) -> dict[str, Any]:
    """Text types as text; everything else, forms included, in base64."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith(TEXT_TYPES) or kind.endswith(TEXT_SUFFIXES):
        return {"body": request.body.decode("utf-8", errors="replace")}
    return {"body": base64.b64encode(request.body).decode("ascii"), "isBase64Encoded": True}


def response_from(answer: Any) -> Response:  # noqa: ANN401 a function may answer with anything JSON can say
    """The HTTP answer that API Gateway would make of a function's answer."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Response(200, [("content-type", "application/json")], json.dumps(answer).encode())
    headers = [(name.lower(), str(value)) for name, value in (answer.get("headers") or {}).items()]
    headers += [("set-cookie", cookie) for cookie in answer.get("cookies") or []]
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    body = answer.get("body") or ""
    raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode("utf-8")
    return Response(int(answer["statusCode"]), headers, raw)
