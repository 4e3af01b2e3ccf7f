"""Calling a door as API Gateway does, and reading its answer as a browser or a program does.

Every answer is held to what all answers promise: a status that the OpenAPI document names for its route, a body that
can be encoded, no 403, and a page that has one heading.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from infra import built_site, openapi
from infra.built_site import Element

STATUSES = openapi.answers()
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def read_html(text: str) -> Element:
    """The tree of a page."""
    reader = built_site._Reader()
    reader.feed(text)
    reader.close()
    return reader.root


@dataclass(frozen=True)
class Answer:
    """What a door answered."""

    status: int
    headers: dict[str, str]
    body: str
    cookies: list[str] = field(default_factory=list)  # as they are set

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers["location"]

    @cached_property
    def page(self) -> Element:
        return read_html(self.body)

    @property
    def text(self) -> str:
        return self.page.text()

    @property
    def heading(self) -> str:
        return self.page.find("h1")[0].text()

    @property
    def title(self) -> str:
        return self.page.find("title")[0].text()

    @property
    def errors(self) -> dict[str, str]:
        """The sentence beside each field, by the field's name."""
        found = [each for each in self.page.find("span") if "portal-error" in each.classes]
        return {each.attributes["id"].removesuffix("-error"): each.text() for each in found}

    @property
    def summary(self) -> dict[str, str]:
        """The linked sentences of the error summary, by the place they lead to."""
        boxes = [each for each in self.page.find("div") if "portal-summary" in each.classes]
        return {link.attributes["href"]: link.text() for box in boxes for link in box.find("a")}

    @property
    def summary_fields(self) -> list[str]:
        """The fields of the error summary in its order."""
        return [place.removeprefix("#") for place in self.summary]

    @property
    def codes(self) -> list[tuple[str, str]]:
        """Field and code of each error told to a program."""
        return [(each["field"], each["code"]) for each in self.json["errors"]]

    @property
    def links(self) -> list[str]:
        return [link.attributes["href"] for link in self.page.find("a")]

    def fields(self, action: str | None = None) -> dict[str, str]:
        """What the page's form (the one with this action) would send if it were sent as it is, buttons aside."""
        forms = [each for each in self.page.find("form") if action in {None, each.attributes["action"]}]
        found: dict[str, str] = {}
        for control in forms[0].find("input", "textarea", "select"):
            found |= _sent(control)
        return found


def _sent(control: Element) -> dict[str, str]:
    name, kind = control.attributes["name"], control.attributes.get("type", "")
    if control.tag == "select":
        return {name: next((option.attributes["value"] for option in control.find("option")
                            if "selected" in option.attributes), "")}
    if control.tag == "textarea":
        return {name: "".join(control.texts()).removeprefix("\n")}
    if kind in {"radio", "checkbox"} and "checked" not in control.attributes:
        return {}
    return {name: control.attributes["value"]}


class Context:
    """Lambda's context, with a settable rest of time."""

    function_name = "door"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:ap-southeast-3:123456789012:function:door"
    aws_request_id = "call-1"

    def __init__(self, seconds: float = 10) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


class Caller:
    """Calls a door as API Gateway does, and keeps the cookies that it is given, as a browser does."""

    def __init__(self, handle: Callable[[Any, Any], dict[str, Any]], cookies: dict[str, str] | None = None) -> None:
        self.handle, self.cookies = handle, dict(cookies or {})

    def __call__(self, route: str, **request: Any) -> Answer:
        """One call, its answer held to what every answer promises."""
        return as_promised(route, self.unchecked(route, **request))

    def unchecked(self, route: str, *, form: dict[str, str] | None = None, data: object = None,
                  raw: bytes | None = None, headers: dict[str, str] | None = None, seconds: float = 10,
                  query: dict[str, str] | None = None, **path: str) -> Answer:
        """One call; `form` is sent as a browser would, `data` as JSON, `raw` as it is."""
        sent, body = {"accept": "text/html"}, b""
        if form is not None:
            body, sent = urlencode(form, doseq=True).encode(), {"accept": "text/html", "content-type": FORM}
        if data is not None:
            body, sent = json.dumps(data).encode(), {"accept": JSON, "content-type": JSON}
        method, _, address = route.partition(" ")
        event = {
            "version": "2.0", "routeKey": route, "rawPath": address.format_map(defaultdict(str, path)),
            "rawQueryString": urlencode(query or {}), "headers": {**sent, **(headers or {})},
            "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
            "pathParameters": path or None, "queryStringParameters": query,
            "requestContext": {"requestId": "request-1", "http": {"method": method}},
            "body": base64.b64encode(raw if raw is not None else body).decode(), "isBase64Encoded": True}
        answer = self.handle(event, Context(seconds))
        given = answer.get("cookies", [])
        self._keep(given)
        return Answer(answer["statusCode"], answer["headers"], _as_text(answer), given)

    def _keep(self, given: list[str]) -> None:
        for each in given:
            pair, *attributes = each.split("; ")
            name, _, value = pair.partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in attributes:
                del self.cookies[name]


def _as_text(answer: dict[str, Any]) -> str:
    """The body; of a file in some format of its own, the bytes as they would look to somebody who does not know it."""
    if answer.get("isBase64Encoded"):
        return base64.b64decode(answer["body"]).decode("latin-1")
    return str(answer["body"])


def as_promised(route: str, answer: Answer) -> Answer:
    """The answer, after a look at what every answer promises."""
    method, _, address = ("", "", route) if route == "$default" else route.partition(" ")
    assert answer.status in STATUSES[method, address], f"{route} answered {answer.status}, which no document names"
    assert answer.body.encode().decode() == answer.body, "a body that cannot be sent"
    assert "cache-control" in answer.headers
    kind = answer.headers["content-type"]
    if kind.startswith("text/html"):
        assert len(answer.page.find("h1")) == 1
        assert "None" not in answer.text
        assert "{" not in answer.text, "a placeholder nobody filled"
    if kind == "application/problem+json":
        assert answer.json["status"] == answer.status >= 400
        assert {"type", "title", "code"} <= answer.json.keys()
    return answer
