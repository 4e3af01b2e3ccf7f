"""The event bus: what buckets and the scanner tell, and who hears it.

The emulators tell nothing by themselves, so the buckets are looked at; knows nothing of what a file is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from infra.lambdas import Lambda
from infra.pumps import Pump, matches
from infra.scanner import Scanner
from infra.template_reader import ACCOUNT, REGION, Template

ATTEMPTS = 3  # Lambda calls an asynchronous function again twice
log = logging.getLogger("portal.bus")

Event = dict[str, Any]


@dataclass(frozen=True)
class Bus:
    """Hands an event to every function that has a rule for it."""

    rules: list[tuple[Lambda, Any]]

    def tell(self, event: Event) -> None:
        """Call whoever wants to hear this; a function that fails is called again twice."""
        for function, pattern in self.rules:
            if matches(event, pattern):
                self._call(function, event)

    def _call(self, function: Lambda, event: Event) -> None:
        for attempt in range(ATTEMPTS):
            try:
                function(event)
            except Exception:
                log.exception("%s failed on %s (%d)", function.function.name, event["detail-type"], attempt + 1)
            else:
                return


@dataclass
class BucketPump:
    """Looks at one bucket and tells of every object that is new or replaced; the scanner looks at some of them."""

    bus: Bus
    s3: Any
    bucket: str
    scanned: list[str]
    scanner: Scanner
    seen: dict[str, str] = field(default_factory=dict)

    def run_once(self) -> bool:
        """Tell of what is new."""
        there = {each["Key"]: str(each["ETag"]).strip('"')
                 for each in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])}
        new = {key: etag for key, etag in there.items() if self.seen.get(key) != etag}
        self.seen = there
        for key, etag in new.items():
            self._tell_of(key, etag)
        return bool(new)

    def _tell_of(self, key: str, etag: str) -> None:
        answer = self.s3.get_object(Bucket=self.bucket, Key=key)
        self.bus.tell(self._event("aws.s3", "Object Created", {
            "version": "0", "bucket": {"name": self.bucket}, "reason": "POST",
            "object": {"key": key, "size": answer["ContentLength"], "etag": etag}}))
        if any(key.startswith(prefix) for prefix in self.scanned):
            status = self.scanner.status_of(answer["Body"].read())
            self.bus.tell(self._event("aws.guardduty", "GuardDuty Malware Protection Object Scan Result", {
                "schemaVersion": "1.0", "scanStatus": "COMPLETED", "resourceType": "S3_OBJECT",
                "s3ObjectDetails": {"bucketName": self.bucket, "objectKey": key, "eTag": etag},
                "scanResultDetails": {"scanResultStatus": status, "threats": None}}))

    def _event(self, source: str, kind: str, detail: Event) -> Event:
        return {"version": "0", "id": "local", "source": source, "detail-type": kind, "account": ACCOUNT,
                "region": REGION, "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "resources": [],
                "detail": detail}


def bucket_pumps(template: Template, functions: Mapping[str, Lambda], names: Mapping[str, str],
                 clients: Callable[[str], Any], scanner: Scanner) -> list[Pump]:
    """A pump for each bucket that tells the bus; the rules are the template's."""
    bus = Bus([(each, template.resolve(pattern, names)) for each in functions.values()
               for pattern in each.function.rules])
    return [BucketPump(bus, clients("s3"), names[bucket], template.scanned_buckets.get(bucket, []), scanner)
            for bucket in template.telling_buckets]
