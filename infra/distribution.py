"""The front door as a WSGI application: decides who answers an address, adds the headers, compresses.

Knows the distribution's part of the template; knows nothing of what is served.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any

from infra.emulator import Mail
from infra.gateway import Gateway, Request, Response
from infra.mailbox import PATH as MAILBOX
from infra.mailbox import mailbox
from infra.pumps import PumpRoom
from infra.static_site import StaticSite, compressed
from infra.template_reader import ROOT, Behaviour, PassedOn, Template

SCRIPT_HASHES = ROOT / "build" / "csp.json"
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}
COMPRESSED = {200, 403, 404}  # the only statuses that CloudFront compresses
NOT_FOUND_INSTEAD = 403


def script_hashes() -> list[str]:
    """The hashes of the site's inline scripts, as the build found them."""
    return list(json.loads(SCRIPT_HASHES.read_text(encoding="utf-8"))["script_hashes"])


@dataclass(frozen=True)
class Distribution:
    """The portal at one address."""

    template: Template
    site: StaticSite
    gateway: Gateway
    pumps: PumpRoom
    sent_mail: Callable[[], list[Mail]] | None
    names: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One request of WSGI."""
        request = _request(environ)
        response = self.answer(request)
        body = b"" if request.method == "HEAD" else response.body
        start_response(_status_line(response.status), [
            (name.title(), value) for name, value in [*self._secured(response), *_length(response)]])
        return [body]

    def answer(self, request: Request) -> Response:
        """One request, without the headers that every answer has."""
        if request.path == MAILBOX:
            return mailbox(request, self.sent_mail() if self.sent_mail else None)
        behaviour = self.template.behaviour_for(request.path)
        response = self._from_origin(request, behaviour)
        if response.status == NOT_FOUND_INSTEAD:
            response = self.site.missing(request)
        if self.template.compresses(behaviour) and response.status in COMPRESSED:
            return compressed(response, request.headers.get("accept-encoding", ""))
        return response

    def _from_origin(self, request: Request, behaviour: Behaviour) -> Response:
        if request.method not in behaviour.methods:
            return Response(NOT_FOUND_INSTEAD, [], b"")
        if behaviour.origin == "site":
            return self.site.answer(request, behaviour)
        response = self.gateway.answer(_without_the_rest(request, self.template.passed_on(behaviour)))
        if request.method in CHANGES:
            self.pumps.ring()
        return response

    @cached_property
    def _security(self) -> dict[str, str]:
        return {name.lower(): value for name, value
                in self.template.response_headers(script_hashes(), secure=False, names=self.names).items()}

    def _secured(self, response: Response) -> list[tuple[str, str]]:
        """The policy's headers win over the origin's own, save those that give way."""
        sent = {name for name, _ in response.headers}
        added = {name: value for name, value in self._security.items()
                 if name not in self.template.headers_that_give_way & sent}
        return [*((name, value) for name, value in response.headers if name not in added), *added.items()]


def _request(environ: dict[str, Any]) -> Request:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items()
               if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    path, _, query = environ["REQUEST_URI"].partition("?")
    return Request(environ["REQUEST_METHOD"], path, query, headers, environ["wsgi.input"].read(),
                   environ.get("REMOTE_ADDR", "127.0.0.1"))


def _without_the_rest(request: Request, passed_on: PassedOn | None) -> Request:
    """What is kept for everybody is asked for without anything that is one person's."""
    if passed_on is None:
        return request
    headers = {name: value for name, value in request.headers.items() if name in passed_on.headers | {"host"}}
    query = "&".join(each for each in request.query.split("&") if each.partition("=")[0] in passed_on.queries)
    return replace(request, headers=headers, query=query)


def _length(response: Response) -> list[tuple[str, str]]:
    if response.status in {HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT}:
        return []
    return [("content-length", str(len(response.body)))]


def _status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"
