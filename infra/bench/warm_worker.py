"""Calls the registrations' function again and again in this process and tells what processor time each call took.

Run by infra.bench.warm as a script with the bundle's code only: it may import nothing of infra. Reads a list of
[step, expected status, event] from standard input; writes a list of [step, seconds, seconds in calls to the store].
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


class Store:
    """Adds up the processor time between the beginning and the end of each call to the store."""

    def __init__(self) -> None:
        """Stand between the function and its own client."""
        self.seconds = 0.0
        self._client = records.client()
        self._call = self._client.call
        self._client.call = self._timed

    def _timed(self, operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 the store's answer
        begun = time.process_time()
        try:
            return self._call(operation, parameters)
        finally:
            self.seconds += time.process_time() - begun


def call(store: Store, step: str, status: int, event: dict[str, Any]) -> tuple[str, float, float]:
    """One call; ends the process when it is not answered as expected."""
    store.seconds = 0.0
    begun = time.process_time()
    answer = handle(event, Context())
    seconds = time.process_time() - begun
    if answer["statusCode"] != status:
        sys.exit(f"{step}: {answer}")
    return step, seconds, store.seconds


if __name__ == "__main__":
    listening = Store()
    json.dump([call(listening, *each) for each in json.load(sys.stdin)], sys.stdout)
