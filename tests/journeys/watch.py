"""What a browser complains about while somebody is on their way; a journey that leaves complaints has failed.

Complaints are: anything a script throws, errors and warnings in the console (a broken content policy is one), a
request to another host, a request that fails, a part of a page that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

# A page may say: sign in (again), not found, not (any more) possible, something to correct. Chromium writes these to
# the console.
ANSWERS_TO_PEOPLE = (400, 401, 404, 409, 422)
# The runner's sign-in service has a host name of its own; people are sent there, and no page may use it otherwise.
SIGN_IN_SERVICE = "http://localhost:"
GIVEN_UP_BY_THE_BROWSER = "net::ERR_ABORTED"  # the person went on before it came, or it became a download


@dataclass
class Watch:
    """Listens to every page of a context."""

    origin: str
    buckets: str = "no other host"  # where files are sent to and fetched from, by those journeys that do so
    complaints: list[str] = field(default_factory=list)
    _answered: set[tuple[str, int]] = field(default_factory=set)

    def over(self, context: BrowserContext) -> None:
        """Begin to listen."""
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(f"a script failed: {error.error}"))
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._came)

    def _said(self, message: ConsoleMessage) -> None:
        url = message.location["url"]
        if any(f"status of {status}" in message.text and (url, status) in self._answered
               for status in ANSWERS_TO_PEOPLE):
            return
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{url} in the console: {message.text}")

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request() and request.url.startswith(SIGN_IN_SERVICE):
            return
        if urlsplit(request.url).scheme in {"http", "https"} and not request.url.startswith(
                (f"{self.origin}/", f"{self.buckets}/")):
            self.complaints.append(f"asked another host: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != GIVEN_UP_BY_THE_BROWSER:
            self.complaints.append(f"{request.method} {request.url} failed: {request.failure}")

    def _came(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.status in ANSWERS_TO_PEOPLE:
            self._answered.add((response.url, response.status))
        elif response.status >= 400:
            self.complaints.append(f"{response.request.method} {response.url} answered {response.status}")
