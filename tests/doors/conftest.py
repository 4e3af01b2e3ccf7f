"""Doors against storage made from the real template: an emulator for the session, a fresh table for each test."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from infra import assets
from infra.emulator import CREDENTIALS, Emulator, provision
from infra.template_reader import Template
from portal import records
from portal.records import Table
from registrations.catalogue import Catalogue
from registrations.store import Registrations

ORIGIN = "https://portal.example.go.id"


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """One embedded emulator."""
    running = Emulator().start()
    yield running
    running.stop()


@pytest.fixture(scope="session", autouse=True)
def environment(emulator: Emulator) -> Iterator[None]:
    """The environment a function would find, with assets as the build makes them."""
    assets.write()
    (assets.ASSETS / "offerings.json").write_text("[]")
    shells = {language: f"<html lang={language}><title><!--portal:title--> - Portal</title><!--portal:content-->"
              for language in ("id", "en")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSETS_FOLDER", str(assets.ASSETS))
        patch.setenv("AWS_ENDPOINT_URL", emulator.url)
        patch.setenv("SITE_ORIGIN", ORIGIN)
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        from portal import pages  # noqa: PLC0415

        plain = pages.read_text
        patch.setattr(pages, "read_text", lambda name: shells[name[6:8]] if name.startswith("shell.") else plain(name))
        records.client.cache_clear()
        yield
    records.client.cache_clear()


@pytest.fixture
def names(emulator: Emulator) -> dict[str, str]:
    """Fresh storage from the template: logical name to real name."""
    return provision(Template(), emulator.url, stack=f"t{uuid.uuid4().hex[:8]}")


@pytest.fixture
def table(names: dict[str, str]) -> Table:
    """The registrations' table."""
    return Table(names["RegistrationsTable"])


@pytest.fixture
def catalogue(table: Table) -> Catalogue:
    """The catalogue in that table."""
    return Catalogue(table)


@pytest.fixture
def registrations(table: Table) -> Registrations:
    """The store in that table."""
    return Registrations(table, Random(7))


@dataclass(frozen=True)
class Answer:
    """What a door answered."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Context:
    """Lambda's context, with a settable rest of time."""

    def __init__(self, seconds: float = 10) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


class Caller:
    """Calls a door as API Gateway does."""

    def __init__(self, handle: Callable[[Any, Any], dict[str, Any]]) -> None:
        self.handle = handle

    def __call__(self, route: str, *, form: dict[str, str] | None = None, data: object = None,
                 raw: bytes | None = None, headers: dict[str, str] | None = None, seconds: float = 10,
                 query: dict[str, str] | None = None, **path: str) -> Answer:
        """One call; `form` is sent as a browser would, `data` as JSON, `raw` as it is."""
        sent = {"accept": "text/html", **(headers or {})}
        body = b""
        if form is not None:
            body, sent["content-type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        if data is not None:
            body, sent = json.dumps(data).encode(), {"accept": "application/json", "content-type": "application/json",
                                                     **(headers or {})}
        body = raw if raw is not None else body
        event = {"routeKey": route, "headers": sent, "pathParameters": path or None, "queryStringParameters": query,
                 "requestContext": {"requestId": "request-1", "http": {"method": route.split()[0]}},
                 "body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        answer = self.handle(event, Context(seconds))
        return Answer(answer["statusCode"], answer["headers"], answer["body"])


@pytest.fixture
def registrations_door(names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Caller:
    """The registrations' door on fresh storage."""
    from registrations import handler  # noqa: PLC0415

    monkeypatch.setenv("REGISTRATIONS_TABLE", names["RegistrationsTable"])
    for cached in (handler.settings, handler.table, handler.registrations, handler.catalogue):
        cached.cache_clear()
    return Caller(handler.handle)


@pytest.fixture
def feedback_door(names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Caller:
    """The contact form's door on fresh storage."""
    from feedback import handler  # noqa: PLC0415
    from portal import inbox  # noqa: PLC0415

    monkeypatch.setenv("FEEDBACK_TABLE", names["FeedbackTable"])
    inbox.settings.cache_clear()
    inbox._table.cache_clear()
    return Caller(handler.handle)
