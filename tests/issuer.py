"""A sign-in service of the tests' own, on this machine: checks what a good one checks, and misbehaves when told to.

It holds the portal to the client's part (registered address, secret, PKCE with S256, a code only once) and lets a
test change everything that it says: its description, its keys, the ID token and the answers of its addresses.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.doors.calling import Answer, Caller

CLIENT, SECRET = "portal", "rahasia-portal-yang-cukup-panjang"
ALGORITHM = {"RSA": "RS256", "EC": "ES256"}
BEGIN, BACK = "GET /layanan/masuk", "GET /layanan/masuk/kembali"
SITI = {"sub": "siti", "name": "Siti Rahmawati", "email": "Siti@Kemendesa.example", "email_verified": True,
        "groups": ["panitia:*"]}

Key = RSAKey | ECKey
Canned = tuple[int, dict[str, str], bytes]


@cache
def a_key(kid: str = "first", kind: str = "RSA") -> Key:
    """A key of this name; made once, because making one takes a while."""
    sizes: dict[str, Any] = {"RSA": 2048, "EC": "P-256"}
    made = {"RSA": RSAKey, "EC": ECKey}[kind].generate_key(sizes[kind], {"kid": kid})
    assert isinstance(made, RSAKey | ECKey)
    return made


@dataclass
class Issuer:
    """What the service says; every attribute may be changed by a test before somebody signs in."""

    url: str = ""
    back: str = ""  # the only address to which it sends anybody
    person: dict[str, Any] = field(default_factory=lambda: dict(SITI))
    key: Any = field(default_factory=a_key)  # signs
    published: list[Any] = field(default_factory=lambda: [a_key()])
    shared: bytes = SECRET.encode()  # signs where the header says HS256
    header: dict[str, Any] = field(default_factory=dict)  # of the token; None takes one away
    claims: dict[str, Any] = field(default_factory=dict)  # the same
    metadata: dict[str, Any] = field(default_factory=dict)  # the same
    authorization: dict[str, Any] = field(default_factory=dict)  # what comes back to the portal; the same
    canned: dict[str, Canned] = field(default_factory=dict)  # answers instead of its own, by path
    delay: dict[str, float] = field(default_factory=dict)  # seconds, by path
    asked: list[str] = field(default_factory=list)  # paths, in order
    tokens: list[str] = field(default_factory=list)  # every token it gave
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    # -- what a browser does there -----------------------------------------------------------------------------

    def visited(self, address: str) -> dict[str, str]:
        """Somebody signs in at this address; answers the query with which they are sent back to the portal."""
        answer = requests.get(address, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        place, _, query = answer.headers["location"].partition("?")
        assert place == self.back
        return {name: value for name, (value,) in parse_qs(query, keep_blank_values=True).items()}

    # -- what it answers ---------------------------------------------------------------------------------------

    def answer(self, path: str, query: dict[str, str], form: dict[str, str], credentials: str) -> Canned:
        self.asked.append(path)
        time.sleep(self.delay.get(path, 0))
        if path in self.canned:
            return self.canned[path]
        match path:
            case "/.well-known/openid-configuration":
                return _json(200, _changed(self._described(), self.metadata))
            case "/keys":
                return _json(200, {"keys": [each.as_dict(private=False) for each in self.published]})
            case "/authorize":
                return self._authorize(query)
            case "/token":
                return self._give(form, credentials)
        return 404, {}, b""

    def _described(self) -> dict[str, Any]:
        return {"issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
                "end_session_endpoint": f"{self.url}/leave"}

    def _authorize(self, query: dict[str, str]) -> Canned:
        wanted = {"client_id": CLIENT, "redirect_uri": self.back, "response_type": "code",
                  "code_challenge_method": "S256"}
        if {name: query.get(name) for name in wanted} != wanted or "openid" not in query["scope"].split():
            return _json(400, {"error": "invalid_request"})
        assert len(query["code_challenge"]) == 43, "base64url of a SHA-256"
        assert min(len(query["state"]), len(query["nonce"])) >= 30
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = _changed({"code": code, "state": query["state"], "iss": self.url}, self.authorization)
        return 302, {"location": f"{self.back}?{urlencode(back)}"}, b""

    def _give(self, form: dict[str, str], credentials: str) -> Canned:
        name, _, secret = base64.b64decode(credentials.removeprefix("Basic ")).decode().partition(":")
        if (name, secret) != (CLIENT, SECRET):
            return _json(401, {"error": "invalid_client"})
        begun = self.codes.pop(form.get("code", ""), None)
        if begun is None or form.get("grant_type") != "authorization_code":
            return _json(400, {"error": "invalid_grant"})
        if form.get("redirect_uri") != self.back or s256(form.get("code_verifier", "")) != begun["code_challenge"]:
            return _json(400, {"error": "invalid_grant"})
        token = self.token(begun["nonce"])
        self.tokens.append(token)
        return _json(200, {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": token})

    def token(self, nonce: str) -> str:
        """An ID token, changed as the test wants it."""
        now = int(time.time())
        claims = _changed({"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.person},
                          self.claims)
        header = _changed({"alg": ALGORITHM[self.key.key_type], "kid": self.key.kid}, self.header)
        unsigned = f"{_part(header)}.{_part(claims)}"
        if header["alg"].lower() == "none":
            return f"{unsigned}."
        if header["alg"] == "HS256":
            return f"{unsigned}.{_base64(hmac.digest(self.shared, unsigned.encode(), 'sha256'))}"
        return jwt.encode(header, claims, self.key, algorithms=[header["alg"]])


def s256(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636, 4.2)."""
    return _base64(hashlib.sha256(verifier.encode()).digest())


def _changed(said: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


def _part(value: object) -> str:
    return _base64(json.dumps(value).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _json(status: int, value: object) -> Canned:
    return status, {"content-type": "application/json"}, json.dumps(value).encode()


@contextmanager
def running_issuer(back: str) -> Iterator[Issuer]:
    """An issuer that answers from here to the end of the block, and sends people back to this address only."""
    issuer = Issuer(back=back)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            self._reply(_single(self.rfile.read(int(self.headers["content-length"])).decode()))

        def _reply(self, form: dict[str, str]) -> None:
            place = urlsplit(self.path)
            status, headers, body = issuer.answer(
                place.path, _single(place.query), form, self.headers.get("authorization", ""))
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _single(query: str) -> dict[str, str]:
    return {name: value for name, (value, *_) in parse_qs(query, keep_blank_values=True).items()}


# -- somebody's way through the door ------------------------------------------------------------------------------


def come_back(door: Caller, issuer: Issuer, **query: str) -> Answer:
    """Begin at the portal, sign in at the issuer, come back: the portal's answer to that."""
    begun = door(BEGIN, query=query or None)
    assert begun.status == 303
    return door(BACK, query=issuer.visited(begun.location))


def signed_in(door: Caller, issuer: Issuer, **person: Any) -> Caller:
    """A browser of its own in which this person has signed in."""
    issuer.person = {**SITI, **person}
    browser = Caller(door.handle)
    assert come_back(browser, issuer).status == 303
    return browser
