"""An inspection in a process of its own, with bounded memory and time and without any credentials.

A file that exhausts either is one that nobody can read; whatever its parsers do, they do it there. Run as a program
(`python -m uploads.confinement`), this module is that process: a line of JSON and the file on its standard input,
a line of JSON and the content to release on its standard output.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from typing import IO, Any, Final

from uploads.inspection import inspect
from uploads.models import Verdict
from uploads.rules import display_name

MOST_MEMORY: Final = 190 * 1024 ** 2  # bytes of data; with the function's own below the 256 MB of the design
MOST_SECONDS: Final = 40  # of processor time; a large table needs 5
PATIENCE: Final = 90.0  # seconds by the clock
NEEDED: Final = ("LD_LIBRARY_PATH", "PATH", "LANG")  # where Lambda's Python finds its own library, and no secrets


class InspectionBroken(Exception):
    """The inspection itself does not work here; nothing is known about the file."""


def inspect_confined(data: bytes, name: str = "", declared: str = "", *, patience: float = PATIENCE) -> Verdict:
    """The verdict of `uploads.inspection.inspect`; raises InspectionBroken when the fault is not the file's."""
    told = json.dumps({"name": name, "declared": declared}).encode() + b"\n"
    command = [sys.executable, "-m", __name__]
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1",
                   **{name: os.environ[name] for name in NEEDED if name in os.environ}}
    try:
        done = subprocess.run(command, input=told + data, env=environment,  # noqa: S603 our own module
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=patience, check=False)
    except subprocess.TimeoutExpired:
        return _exhausted(name)
    if done.returncode < 0:
        return _exhausted(name)
    head, _, content = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise InspectionBroken(f"exit code {done.returncode}")
    return Verdict(**json.loads(head), content=content)


def _exhausted(name: str) -> Verdict:
    """The process was ended from outside: by its limits, the clock, or a fault in a parser."""
    return Verdict(display_name(name, None), reason="damaged")


def main(source: IO[bytes], target: IO[bytes]) -> None:
    """Inspect one file within the limits of this process."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told: dict[str, Any] = json.loads(source.readline())
    verdict = inspect(source.read(), told["name"], told["declared"])
    answer = {"name": verdict.name, "kind": verdict.kind, "reason": verdict.reason}
    target.write(json.dumps(answer).encode() + b"\n" + verdict.content)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
