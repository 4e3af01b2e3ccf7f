"""Seals: what a document says of itself in its QR code, signed, and nothing of a person. Pure but for the signature.

A seal is bytes in base64url. The order and width of its parts stand in `_body` and, for the page that verifies
without network, in site/theme/assets/portal/seal.js; a test holds the two together. Its signature is ECDSA on P-256
over SHA-256: every browser that knows WebCrypto verifies it.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Protocol, Self

from portal.identifiers import REFERENCE_ALPHABET, REFERENCE_LENGTH

# The kinds of document; words for each stand in content/forms/seal.*.yml. Only ever added to.
KINDS = ("dupak", "spmk", "konversi", "akumulasi", "pak", "integrasi", "sertifikat", "surat")
PAGE = "/e-dupak/periksa/"

VERSION = 1
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2020, 1, 1) + timedelta(days=0xFFFF)
HEAD = struct.Struct(">B4sH5s16sB")  # version, key, days since FIRST_DAY, reference as a number, digest, length of kind
DIGEST_LENGTH, SIGNATURE_LENGTH, HALF = 16, 64, 32
MOST_CHARACTERS = 400  # a reader takes no longer text for a seal
KIND_SHAPE = re.compile(r"[a-z][a-z_]{1,15}")
# A number as it is written, perhaps with a unit: no name fits in here.
TOTAL_SHAPE = re.compile(r"([0-9][0-9.,]{0,9}( [A-Za-z]{1,4})?)?")
# What stands before the two coordinates in the DER of every public key on P-256 (RFC 5480).
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")

Keys = Mapping[str, Mapping[str, str | None]]  # key identifier -> JWK, and `until`: the last day it signed, if it did


class SealRefused(Exception):
    """A text is not a seal of ours. Never raised itself."""

    outcome: ClassVar[str]


class SealCut(SealRefused):
    """The text cannot be read as a seal at all: cut off, mistyped, or another code."""

    outcome = "cut"


class SealKeyUnknown(SealRefused):
    """It was signed with a key that was never ours, or dated after the last day of that key."""

    outcome = "unknown_key"


class SealChanged(SealRefused):
    """The signature does not belong to what the seal says: something in it was changed."""

    outcome = "changed"


class Signer(Protocol):
    """Whoever holds the key, such as portal.kms.SigningKey."""

    @property
    def public(self) -> bytes:
        """The public half as SubjectPublicKeyInfo in DER."""

    def sign(self, message: bytes) -> bytes:
        """ECDSA over SHA-256 of the message, in DER."""


@dataclass(frozen=True)
class Statement:
    """What a seal says of a document; raises ValueError for what a seal cannot say.

    `reference` are its 8 canonical characters, `day` the one that the document bears, `total` the number that it
    comes to as it is printed (may be empty), `digest` the first 16 bytes of SHA-256 of what was printed.
    """

    kind: str
    reference: str
    day: date
    total: str
    digest: bytes

    def __post_init__(self) -> None:
        """Refuse what has no place in a seal."""
        fits = {"kind": KIND_SHAPE.fullmatch(self.kind), "day": FIRST_DAY <= self.day <= LAST_DAY,
                "reference": len(self.reference) == REFERENCE_LENGTH and set(self.reference) <= {*REFERENCE_ALPHABET},
                "total": TOTAL_SHAPE.fullmatch(self.total), "digest": len(self.digest) == DIGEST_LENGTH}
        for name, fit in fits.items():
            if not fit:
                message = f"a seal cannot hold this {name}"
                raise ValueError(message)

    @classmethod
    def of(cls, printed: bytes, *, kind: str, reference: str, day: date, total: str = "") -> Self:
        """The statement about what was printed, in the bytes that its subject takes for the document's content."""
        return cls(kind, reference, day, total, digest_of(printed))


def digest_of(printed: bytes) -> bytes:
    """As much of SHA-256 as a seal has room for."""
    return hashlib.sha256(printed).digest()[:DIGEST_LENGTH]


# -- setting -------------------------------------------------------------------------------------------------------


def seal(statement: Statement, key: Signer) -> str:
    """The seal of a document, as text. Raises ValueError for a kind that has no words."""
    if statement.kind not in KINDS:
        message = f"no words say what the kind {statement.kind} is"
        raise ValueError(message)
    body = _body(statement, bytes.fromhex(identifier_of(key.public)))
    return _text(body + _raw(key.sign(body)))


def address_of(token: str, origin: str) -> str:
    """What the QR code holds. The seal stands behind #, so browsers never send it and no log ever has it."""
    return f"{origin}{PAGE}#{token}"


def _body(statement: Statement, key: bytes) -> bytes:
    head = HEAD.pack(VERSION, key, (statement.day - FIRST_DAY).days, _number(statement.reference).to_bytes(5),
                     statement.digest, len(statement.kind))
    return head + statement.kind.encode() + statement.total.encode()


def _number(reference: str) -> int:
    """24^8 is less than 2^37: a reference is five bytes."""
    value = 0
    for letter in reference:
        value = value * len(REFERENCE_ALPHABET) + REFERENCE_ALPHABET.index(letter)
    return value


def _raw(signature: bytes) -> bytes:
    """The two numbers of a signature in DER, 32 bytes each, as WebCrypto wants them."""
    from cryptography.hazmat.primitives.asymmetric.utils import (  # noqa: PLC0415 few requests need the library
        decode_dss_signature,
    )

    return b"".join(number.to_bytes(HALF) for number in decode_dss_signature(signature))


def _text(seal: bytes) -> str:
    return base64.urlsafe_b64encode(seal).rstrip(b"=").decode()


# -- reading -------------------------------------------------------------------------------------------------------


def token_in(text: str) -> str:
    """The seal in what somebody pasted or typed: the whole address or what stands behind its #, also over lines."""
    return "".join(text.split()).rpartition("#")[2]


def read(token: str) -> Statement:
    """What a seal says, whether it is genuine or not; raises SealCut."""
    return _parts(token)[1]


def verify(token: str, keys: Keys) -> Statement:
    """What a seal says when one of these keys signed it; raises SealCut, SealKeyUnknown or SealChanged."""
    identifier, statement, body, signature = _parts(token)
    key = keys.get(identifier)
    if key is None or statement.day.isoformat() > (key.get("until") or "9999"):
        raise SealKeyUnknown
    if not _is_signed(body, signature, key):
        raise SealChanged
    return statement


def _parts(token: str) -> tuple[str, Statement, bytes, bytes]:
    """The key's identifier, the statement, the signed bytes and the signature; raises SealCut."""
    content = _bytes(token)
    body, signature = content[:-SIGNATURE_LENGTH], content[-SIGNATURE_LENGTH:]
    if len(body) < HEAD.size:
        raise SealCut
    version, key, days, number, digest, length = HEAD.unpack_from(body)
    rest = body[HEAD.size:]
    if version != VERSION or len(rest) < length:
        raise SealCut
    try:
        statement = Statement(rest[:length].decode("ascii"), _reference(int.from_bytes(number)),
                              FIRST_DAY + timedelta(days=days), rest[length:].decode("ascii"), digest)
    except ValueError:
        raise SealCut from None
    return key.hex(), statement, body, signature


def _bytes(token: str) -> bytes:
    """The bytes of a text that is base64url in its only canonical form; raises SealCut."""
    if len(token) > MOST_CHARACTERS or not re.fullmatch(r"[A-Za-z0-9_-]+", token) or len(token) % 4 == 1:
        raise SealCut
    content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    if _text(content) != token:
        raise SealCut
    return content


def _reference(number: int) -> str:
    """The letters of such a number; one too many for those that are none."""
    letters = ""
    while number or len(letters) < REFERENCE_LENGTH:
        number, letter = divmod(number, len(REFERENCE_ALPHABET))
        letters = REFERENCE_ALPHABET[letter] + letters
    return letters


def _is_signed(body: bytes, signature: bytes, key: Mapping[str, str | None]) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 see _raw
    from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    point = public_of(str(key["x"]), str(key["y"]))[len(P256) - 1:]
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    halves = (int.from_bytes(signature[:HALF]), int.from_bytes(signature[HALF:]))
    try:
        public.verify(utils.encode_dss_signature(*halves), body, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


# -- keys ----------------------------------------------------------------------------------------------------------


def identifier_of(public: bytes) -> str:
    """How seals name a key: eight hexadecimal digits of the SHA-256 of its public half in DER."""
    return hashlib.sha256(public).hexdigest()[:8]


def jwk_of(public: bytes) -> dict[str, str | None]:
    """The public half as browsers import it (RFC 7517); raises ValueError when it is of another kind."""
    if not public.startswith(P256) or len(public) != len(P256) + 2 * HALF:
        message = "expected a public key on P-256"
        raise ValueError(message)
    x, y = _text(public[-2 * HALF:-HALF]), _text(public[-HALF:])
    return {"kid": identifier_of(public), "kty": "EC", "crv": "P-256", "x": x, "y": y, "until": None}


def public_of(x: str, y: str) -> bytes:
    """The same in DER again, from the two coordinates of a JWK."""
    return P256 + base64.urlsafe_b64decode(f"{x}=") + base64.urlsafe_b64decode(f"{y}=")
