"""`running_portal`: the portal in a process of its own, for journeys, races and measurements.

Its own process, so that nothing of the caller's (modules, environment, clients, processor time) mixes with it.
Knows only how infra.run is started and what it prints.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from infra.template_reader import ROOT

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
SECONDS_TO_START = 300  # the site may have to be built first
SECONDS_TO_STOP = 30


class PortalFailed(Exception):
    """The portal did not start; the text is what it printed."""


class _Output:
    """Reads what the portal prints, so that it never waits for a reader; keeps the end of it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.address: str | None = None
        self.answered = threading.Event()
        self.last: deque[str] = deque(maxlen=200)
        self._process = process
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stdout or []:
            self.last.append(line)
            if self.address is None and (found := ADDRESS.search(line)):
                self.address = found[0]
                self.answered.set()
        self.answered.set()


@contextmanager
def running_portal(port: int = 0, endpoint_url: str | None = None, *, stack: str = "portal") -> Iterator[str]:
    """The address of a portal that runs to the end of the block, on a free port unless one is given.

    `endpoint_url` is an emulator to use instead of the embedded one (mail stays with the embedded one);
    `stack` begins the names of its tables and queues there. Raises PortalFailed.
    """
    environment = {name: value for name, value in os.environ.items()
                   if name != "DEMO" and not name.startswith("AWS_ENDPOINT_URL")}
    environment |= {"PORT": str(port), "STACK": stack, "PYTHONPATH": f".{os.pathsep}functions"}
    environment |= {"AWS_ENDPOINT_URL": endpoint_url} if endpoint_url else {}
    process = subprocess.Popen([sys.executable, "-m", "infra.run"], cwd=ROOT, env=environment, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = _Output(process)
    try:
        output.answered.wait(SECONDS_TO_START)
        if output.address is None:
            raise PortalFailed("".join(output.last))
        yield output.address
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
