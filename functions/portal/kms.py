"""Keys that sign and never leave the key service (KMS): their public half, and a signature over a message."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from portal.aws_json import JsonService
from portal.records import CONNECTING, READING, patiently


class KMS(JsonService):
    """The calls of keys."""

    service, version, media_type = "kms", "TrentService", "application/x-amz-json-1.1"
    operations = {"get_public_key": "GetPublicKey", "sign": "Sign"}  # noqa: RUF012 declared as ClassVar by its base


@cache
def client() -> Any:  # noqa: ANN401 in a test something else may stand here
    """The key service's client, made once a process."""
    return KMS(connecting=CONNECTING, reading=READING, connections=4)


@dataclass(frozen=True)
class SigningKey:
    """A key for ECDSA on P-256 by its identifier in the key service; raises StoreUnavailable when that is busy."""

    name: str

    @cached_property
    def public(self) -> bytes:
        """The public half as SubjectPublicKeyInfo in DER; asked once, it never changes."""
        answer = patiently(lambda: client().get_public_key(KeyId=self.name))
        return base64.b64decode(answer["PublicKey"])

    def sign(self, message: bytes) -> bytes:
        """A signature over SHA-256 of the message, in DER; another one each time."""
        sent = base64.b64encode(message).decode()
        answer = patiently(lambda: client().sign(KeyId=self.name, Message=sent, MessageType="RAW",
                                                 SigningAlgorithm="ECDSA_SHA_256"))
        return base64.b64decode(answer["Signature"])
