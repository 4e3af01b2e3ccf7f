"""Calls the registrations' function again and again in this process and tells what processor time each call took.

Run by infra.bench.warm as a script with the bundle's code only: it may import nothing of infra. Reads a list of
[step, expected status, event] from standard input; writes a list of [step, seconds, seconds within botocore].
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from portal import records
from registrations.handler import handle


class Context:
    """Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """As much time as a function has."""
        return 10_000


class Botocore:
    """Adds up the processor time between the beginning and the end of each call to the store."""

    def __init__(self) -> None:
        """Listen to the function's own client."""
        self.seconds = self._begun = 0.0
        events = records.client().meta.events
        events.register_first("provide-client-params.dynamodb.*", self._begin)
        events.register_last("after-call.dynamodb.*", self._end)

    def _begin(self, **_: object) -> None:
        self._begun = time.process_time()

    def _end(self, **_: object) -> None:
        self.seconds += time.process_time() - self._begun


def call(botocore: Botocore, step: str, status: int, event: dict[str, Any]) -> tuple[str, float, float]:
    """One call; ends the process when it is not answered as expected."""
    botocore.seconds = 0.0
    begun = time.process_time()
    answer = handle(event, Context())
    seconds = time.process_time() - begun
    if answer["statusCode"] != status:
        sys.exit(f"{step}: {answer}")
    return step, seconds, botocore.seconds


if __name__ == "__main__":
    listening = Botocore()
    json.dump([call(listening, *each) for each in json.load(sys.stdin)], sys.stdout)
