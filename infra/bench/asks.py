"""What a person's browser asks on the way to a registration, as the events that the functions get."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from functools import cache
from random import SystemRandom
from typing import Any
from urllib.parse import urlencode

from infra.gateway import Request, event_for
from infra.template_reader import Route, Template
from portal.identifiers import new_ulid
from tests.people import ratna, visitor

Event = dict[str, Any]

BROWSER = {"host": "portal.test", "accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
           "accept-language": "id-ID,id;q=0.9", "user-agent": "Mozilla/5.0 (Linux; Android 10) Chrome/120.0"}
FORM = {**BROWSER, "content-type": "application/x-www-form-urlencoded", "origin": "https://portal.test",
        "sec-fetch-site": "same-origin"}
STEPS = {"kursi": 200, "check": 200, "send": 303, "receipt": 200}  # a person's way, and how each step is answered

_numbers = itertools.count(1)
_random = SystemRandom()


class Person:
    """Somebody who registers for an offering: another one each time."""

    def __init__(self, offering: str) -> None:
        """Answers and an identifier of their own."""
        self.offering = offering
        self.submission = new_submission()
        self.answers = {**visitor(next(_numbers), offering=offering), "lang": "id"}

    def event(self, step: str) -> Event:
        """One step of the way (a key of STEPS)."""
        return getattr(self, f"_{step}")()  # type: ignore[no-any-return]

    def _kursi(self) -> Event:
        return get("/layanan/kegiatan/{offering}/kursi", offering=self.offering)

    def _check(self) -> Event:
        return post("/layanan/pendaftaran", self.answers)

    def _send(self) -> Event:
        return post("/layanan/pendaftaran", {**self.answers, "step": "send", "submission_id": self.submission})

    def _receipt(self) -> Event:
        return get("/layanan/pendaftaran/tanda-terima/{submission}", submission=self.submission)


def cancelling(reference: str, email: str) -> Event:
    """Somebody takes their registration back."""
    return post("/layanan/pendaftaran/batal", {"reference": reference, "email": email, "step": "send", "lang": "id"})


def complaining() -> Event:
    """Somebody sends the contact form."""
    return post("/layanan/masukan", {**ratna(), "step": "send", "submission_id": new_submission(), "lang": "id"})


def new_submission() -> str:
    """The identifier that the check-your-answers step gives."""
    return new_ulid(datetime.now(UTC), _random)


def post(path: str, form: dict[str, str]) -> Event:
    """A form sent by a browser."""
    body = urlencode(form).encode()
    return event_for(Request("POST", path, "", {**FORM, "content-length": str(len(body))}, body, "127.0.0.1"),
                     route_of("POST", path), {})


def get(path: str, **parameters: str) -> Event:
    """A page or piece of data asked for by a browser."""
    headers = {**BROWSER, "accept": "application/json"} if path.endswith("/kursi") else BROWSER
    return event_for(Request("GET", path.format(**parameters), "", headers, b"", "127.0.0.1"),
                     route_of("GET", path), parameters)


@cache
def route_of(method: str, path: str) -> Route:
    """The template's own route; an address that it does not know is a mistake here."""
    return next(route for route in _routes() if (route.method, route.path) == (method, path))


@cache
def _routes() -> list[Route]:
    return [route for function in Template().functions.values() for route in function.routes]
