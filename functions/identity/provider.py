"""The sign-in service: OpenID Connect, authorization code with PKCE. Knows HTTP to the issuer and nothing of pages.

Authlib makes the addresses and fetches the tokens, joserfc checks the signature and the claims. The addresses and
keys of the issuer are kept for an hour; a token that they do not open makes them be looked up once more, so that the
issuer may change its keys at any time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException, Session

from portal.errors import SignInFailed, SignInUnavailable

KEPT = 3600.0  # seconds that the issuer's addresses and keys are believed
TIME = (1.0, 3.0)  # seconds to connect and to answer
ALGORITHMS = ["RS256", "PS256", "ES256"]  # never "none", never one with a shared secret
LEEWAY = 60  # seconds that two clocks may differ
SCOPES = "openid profile email"


@dataclass(frozen=True)
class Begun:
    """A sign-in under way: where to send the browser, and what to remember until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Claims:
    """What the issuer says of somebody; `email` only when the issuer has proven it."""

    issuer: str
    subject: str
    name: str
    email: str
    groups: tuple[str, ...]


@dataclass
class Provider:
    """One issuer. `groups_claim` is a path with dots, such as `cognito:groups` or `realm_access.roles`."""

    issuer: str
    client: str
    secret: str
    back: str  # the portal's own address to come back to
    groups_claim: str
    _metadata: dict[str, Any] = field(default_factory=dict)
    _keys: KeySet = field(default_factory=lambda: KeySet([]))
    _read_at: float = -math.inf  # not 0: a machine that has just started counts its seconds from there

    def begin(self, language: str) -> Begun:
        """The address to send somebody to, with fresh state, nonce and verifier."""
        verifier, nonce = generate_token(64), generate_token(32)
        with self._session() as session:
            address, state = session.create_authorization_url(
                self._address("authorization_endpoint"), code_verifier=verifier, nonce=nonce, ui_locales=language)
        return Begun(address, state, nonce, verifier)

    def finish(self, code: str, verifier: str, nonce: str) -> Claims:
        """Who it is that came back with this code; raises SignInFailed or SignInUnavailable."""
        try:
            with self._session() as session:
                tokens = session.fetch_token(self._address("token_endpoint"), code=code, code_verifier=verifier,
                                             grant_type="authorization_code", timeout=TIME, allow_redirects=False)
        except OAuthError as error:
            raise SignInFailed from error
        except (RequestException, ValueError) as error:
            raise SignInUnavailable from error
        return self._read(str(tokens.get("id_token") or ""), nonce)

    def is_answered_by(self, issuer: str) -> bool:
        """Whether an answer that names its issuer (RFC 9207) names this one; one that names none may be."""
        return issuer in {"", self.issuer}

    @property
    def leave_address(self) -> str:
        """Where somebody also leaves the sign-in service itself; empty when it has no such address."""
        self._look_up()
        address = _text(self._metadata, "end_session_endpoint")
        return address if address.startswith(("https://", "http://")) else ""

    def _session(self) -> OAuth2Session:
        return OAuth2Session(self.client, self.secret, scope=SCOPES, redirect_uri=self.back,
                             code_challenge_method="S256", token_endpoint_auth_method="client_secret_basic")  # noqa: S106

    def _read(self, token: str, nonce: str) -> Claims:
        expected = jwt.JWTClaimsRegistry(
            leeway=LEEWAY, iss={"essential": True, "value": self.issuer}, aud={"essential": True, "value": self.client},
            exp={"essential": True}, iat={"essential": True}, sub={"essential": True},
            nonce={"essential": True, "value": nonce})
        try:
            claims = self._decoded(token)
            expected.validate(claims)
        except (JoseError, ValueError) as error:
            raise SignInFailed from error
        if not self._asked_for(claims):
            raise SignInFailed
        return self._claims(claims)

    def _asked_for(self, claims: Mapping[str, Any]) -> bool:
        """Whether this client asked for the token (OpenID Connect Core 3.1.3.7: with several audiences it must say)."""
        others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        return bool(claims.get("azp", "" if others else self.client) == self.client)

    def _decoded(self, token: str) -> dict[str, Any]:
        self._look_up()
        try:
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):  # perhaps by a key we have not seen: the issuer may have changed it
            self._read_at = -math.inf
            self._look_up()
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims

    def _claims(self, claims: Mapping[str, Any]) -> Claims:
        proven = claims.get("email_verified") in (True, "true")  # some say it as a text
        name = _text(claims, "name") or _text(claims, "preferred_username")
        return Claims(self.issuer, str(claims["sub"]), name[:120], _text(claims, "email").lower() if proven else "",
                      _groups(claims, self.groups_claim))

    def _address(self, name: str) -> str:
        self._look_up()
        address = self._metadata.get(name)
        if not isinstance(address, str):
            raise SignInUnavailable
        return address

    def _look_up(self) -> None:
        if time.monotonic() < self._read_at + KEPT and self._metadata:
            return
        try:
            with Session() as http:
                metadata = _json(http, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                keys = _key_set(_json(http, str(metadata["jwks_uri"])))
        except (RequestException, JoseError, ValueError, KeyError) as error:
            raise SignInUnavailable from error
        if metadata.get("issuer") != self.issuer:  # somebody else's description
            raise SignInUnavailable
        self._metadata, self._keys, self._read_at = metadata, keys, time.monotonic()


def _json(http: Session, address: str) -> dict[str, Any]:
    answer = http.get(address, timeout=TIME, allow_redirects=False)
    answer.raise_for_status()
    content = answer.json()
    if not isinstance(content, dict):
        raise ValueError("not an object")  # noqa: TRY004 the caller's one kind of failure
    return content


def _key_set(content: dict[str, Any]) -> KeySet:
    keys = content["keys"]
    if not isinstance(keys, list) or not all(isinstance(each, dict) for each in keys):
        raise ValueError("no list of keys")
    return KeySet.import_key_set({"keys": keys})


def _text(values: Mapping[str, Any], name: str) -> str:
    """A value that is a text; empty for whatever else stands there."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _groups(claims: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """The texts in a list at this path; a claim may also have the whole path as its name, dots and all."""
    found: Any = claims
    for part in [path] if path in claims else path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()
