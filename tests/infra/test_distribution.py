"""What the front door lets through to the functions, and what it does to their answers."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from infra.distribution import Distribution
from infra.gateway import Gateway, Request, Response
from infra.pumps import PumpRoom
from infra.static_site import StaticSite
from infra.template_reader import Template

TEMPLATE = Template()
SEATS, STATUS = "/layanan/kegiatan/x/kursi", "/layanan/pendaftaran/status"
EVERYTHING = {"host": "h", "accept": "text/html", "accept-language": "id", "cookie": "a=1", "origin": "o",
              "accept-encoding": "br"}
PAGE = Response(200, [("content-type", "text/html")], b"x" * 2000)


@dataclass
class Functions:
    """Behind the door: remembers what was asked, answers as told."""

    reply: Response = PAGE
    asked: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        return self.reply


@dataclass
class Bell:
    rings: int = 0

    def ring(self) -> None:
        self.rings += 1


def a_door(functions: Functions, bell: Bell | None = None) -> Distribution:
    return Distribution(TEMPLATE, StaticSite(TEMPLATE), cast("Gateway", functions), cast("PumpRoom", bell or Bell()),
                        None)


def a_request(path: str, **changes: Any) -> Request:
    return Request(**{"method": "GET", "path": path, "query": "lang=en&who=me", "headers": EVERYTHING, "body": b"",
                      "source": "", **changes})


def headers_of(reply: Response) -> dict[str, str]:
    """As the browser gets them."""
    sent: list[tuple[str, str]] = []
    environ = {"REQUEST_METHOD": "GET", "REQUEST_URI": STATUS, "wsgi.input": io.BytesIO()}
    a_door(Functions(reply))(environ, lambda _, headers: sent.extend(headers))
    assert len({name for name, _ in sent}) == len(sent), "none twice"
    return {name.lower(): value for name, value in sent}


@pytest.mark.usefixtures("_hashes")
def test_the_policy_wins_over_a_function_save_about_the_camera() -> None:
    own = {"permissions-policy": "camera=(self)", "x-frame-options": "SAMEORIGIN"}
    headers = headers_of(Response(200, [*PAGE.headers, *own.items()], b""))
    assert headers["permissions-policy"] == "camera=(self)"
    assert headers["x-frame-options"] == "DENY"
    assert headers_of(PAGE)["permissions-policy"].startswith("camera=(),")


@pytest.fixture
def _hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No site needs to be built for this."""
    monkeypatch.setattr("infra.distribution.script_hashes", list)


def test_what_is_kept_for_everybody_is_asked_without_anything_personal() -> None:
    functions = Functions()
    a_door(functions).answer(a_request(SEATS))
    assert functions.asked[0].headers == {"host": "h", "accept": "text/html", "accept-language": "id"}
    assert functions.asked[0].query == "lang=en"


def test_everything_else_reaches_its_function_as_it_was_sent() -> None:
    functions, request = Functions(), a_request(STATUS)
    a_door(functions).answer(request)
    assert functions.asked == [request]


def test_a_forbidden_answer_of_a_function_would_be_swallowed_as_at_the_edge() -> None:
    answer = a_door(Functions(Response(403, [], b"secret"))).answer(a_request(STATUS))
    assert (answer.status, answer.body == b"secret") == (404, False)


@pytest.mark.parametrize(("path", "encoding"), [(SEATS, "br"), (STATUS, None)])
def test_the_edge_packs_only_what_it_may_keep(path: str, encoding: str | None) -> None:
    answer = a_door(Functions()).answer(a_request(path))
    assert dict(answer.headers).get("content-encoding") == encoding


@pytest.mark.parametrize("status", [201, 303, 409, 422, 503])
def test_the_edge_packs_no_other_status_than_cloudfront_does(status: int) -> None:
    answer = a_door(Functions(Response(status, [("content-type", "text/html")], b"x" * 2000))).answer(a_request(SEATS))
    assert answer.body == b"x" * 2000


@pytest.mark.parametrize(("method", "rings"), [("POST", 1), ("GET", 0)])
def test_a_change_rings_for_the_pumps(method: str, rings: int) -> None:
    bell = Bell()
    a_door(Functions(), bell).answer(a_request(STATUS, method=method))
    assert bell.rings == rings


def test_a_method_that_the_distribution_does_not_let_through_never_arrives() -> None:
    functions = Functions()
    assert a_door(functions).answer(a_request(SEATS, method="POST")).status == 404
    assert functions.asked == []
