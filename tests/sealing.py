"""Keys of tests that sign as the key service does, always alike, and the document that most tests are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from portal.seals import Keys, Statement, jwk_of

ORIGIN = "https://portal.kemendesa.go.id"


@dataclass(frozen=True)
class KeyOfATest:
    """A private key that is its number."""

    number: int

    @cached_property
    def _private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(self.number, ec.SECP256R1())

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))


OURS, THEIRS = KeyOfATest(1968), KeyOfATest(1969)


def known(*keys: KeyOfATest, until: str | None = None) -> Keys:
    """These keys as they are published."""
    return {str(jwk["kid"]): {**jwk, "until": until} for jwk in (jwk_of(key.public) for key in keys)}


def a_pak(**changes: Any) -> Statement:
    """The credit award of Dewi."""
    said = {"kind": "pak", "reference": "7F3K9QX2", "day": date(2026, 11, 27), "total": "20,833"}
    return Statement.of(b"Dewi Lestari 20,833", **{**said, **changes})
