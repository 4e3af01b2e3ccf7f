"""A client of AWS services that speak JSON, which a cold start can afford: botocore's own signature, one POST a call.

botocore's general client reads the description of the service and the addresses of all of AWS, then checks, builds
and parses every call by it: most of a cold start and most of a warm submission's processor time. Failures are raised
as botocore's classes, so that whoever wants the general client can put it in this one's place.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, ClassVar

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError


class JsonService:
    """Calls of `operations` as methods, with the service's own parameters and answers; nothing is repeated here."""

    service: ClassVar[str]  # as in its addresses and in signatures
    version: ClassVar[str]  # before the dot of X-Amz-Target
    media_type: ClassVar[str]
    operations: ClassVar[Mapping[str, str]]  # method -> what the service calls it

    def __init__(self, *, connecting: float, reading: float, connections: int) -> None:
        """Region, address and credentials come from the environment, where Lambda keeps them."""
        region = os.environ.get("AWS_REGION") or os.environ["AWS_DEFAULT_REGION"]
        own = os.environ.get(f"AWS_ENDPOINT_URL_{self.service.upper()}") or os.environ.get("AWS_ENDPOINT_URL")
        self._address = (own or f"https://{self.service}.{region}.amazonaws.com").rstrip("/") + "/"
        self._signature = SigV4Auth(ReadOnlyCredentials(
            os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"],
            os.environ.get("AWS_SESSION_TOKEN")), self.service, region)
        self._connections = urllib3.PoolManager(
            maxsize=connections, retries=False, timeout=urllib3.Timeout(connect=connecting, read=reading))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 a call takes and gives JSON
        """The call of this name, as botocore's client has it."""
        if name not in self.operations:
            raise AttributeError(name)
        return lambda **parameters: self.call(self.operations[name], parameters)

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """One call, once; raises botocore's ClientError for a refusal, a BotoCoreError when no answer came."""
        request = AWSRequest("POST", self._address, data=json.dumps(parameters).encode(), headers={
            "Content-Type": self.media_type, "X-Amz-Target": f"{self.version}.{operation}"})
        self._signature.add_auth(request)
        try:
            answer = self._connections.request("POST", self._address, body=request.data, headers=dict(request.headers))
        except urllib3.exceptions.ReadTimeoutError as error:
            raise ReadTimeoutError(endpoint_url=self._address, error=error) from error
        except urllib3.exceptions.HTTPError as error:
            raise EndpointConnectionError(endpoint_url=self._address, error=error) from error
        return self._read(operation, answer.status, answer.data)

    def _read(self, operation: str, status: int, body: bytes) -> dict[str, Any]:
        try:
            content = json.loads(body)
        except ValueError:
            content = None
        if not isinstance(content, dict):  # not the service's own words: something between us and it
            status, content = 503, {"__type": "ServiceUnavailable"}
        if status < 300:  # noqa: PLR2004 where success ends
            return content
        code = str(content.get("__type") or "InternalServerError").rpartition("#")[2]
        message = content.get("message") or content.get("Message") or ""
        raise ClientError({**content, "Error": {"Code": code, "Message": message},
                           "ResponseMetadata": {"HTTPStatusCode": status}}, operation)
