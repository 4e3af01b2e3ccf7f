"""Another project's AWS emulator (ministack) in a process of its own, to check that nothing leans on the embedded one.

Used by tests and measurements; knows only how ministack is started and asked whether it is ready.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager

from infra.emulator import WITHOUT_PROXY

SECONDS_TO_START = 60


@contextmanager
def second_emulator() -> Iterator[str]:
    """Its address, until the end of the block; empty at the beginning."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "LOG_LEVEL": "ERROR",
                   "PERSIST_STATE": "0"}
    with subprocess.Popen([sys.executable, "-m", "ministack"], env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"{url}/_ministack/health", process)
            yield url
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            with WITHOUT_PROXY.open(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    message = f"ministack does not answer at {url}"
    raise RuntimeError(message)
