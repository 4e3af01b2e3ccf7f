"""The cold start: from the start of a process to a registration that is remembered, beside a start of boto3 alone.

Each repetition is a new process with the bundle's code, the template's environment, and the emulator in another
process; the emulator's own time is in the figure, as the store's is on the real service.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from statistics import median
from typing import Final, NamedTuple

from infra.bench import bundle
from infra.bench.asks import STEPS, Person
from infra.bench.limits import LIMITS
from infra.bench.repetition import interleaved, paired_ratio
from infra.bench.report import NotMeasured, Row, verdict
from infra.bench.rooms import Rooms
from infra.bench.storage import SPACIOUS, Storage

ROUNDS: Final = 15
SHOWN: Final = 12  # of the dearest imports
IMPORTED: Final = 3  # starts that are looked into for them
BASELINE: Final = "import boto3; boto3.client('dynamodb')"
# Whatever is imported here the function imports anyway.
FUNCTION: Final = """
import sys
from registrations.handler import handle
import json
class Context:
    def get_remaining_time_in_millis(self):
        return 10000
answer = handle(json.load(sys.stdin), Context())
if answer["statusCode"] != int(sys.argv[1]):
    sys.exit(repr(answer))
"""


class Start(NamedTuple):
    """One start: how long it took by the clock, and how much processor time."""

    seconds: float
    processor: float


def rows(rooms: Rooms) -> Iterator[Row]:
    """A submission under its limit, and the page to check one's answers for information."""
    starts = measured(rooms.storage())
    send, check = (_row(starts, step) for step in ("send", "check"))
    yield replace(send, note=f"{send.note}; {_dearest(rooms.storage())}" if send.verdict == "FAIL" else send.note)
    yield replace(check, limit="", verdict="information")


@cache
def measured(storage: Storage) -> Mapping[str, Sequence[Start]]:
    """The starts of boto3 alone and of two kinds of call, one of each a round."""
    bundle.build()
    variables = bundle.environment(storage.variables)
    # boto3 as it is installed in this environment: the bundle has left out of botocore what no function needs.
    installed = {**variables, "PYTHONPATH": sysconfig.get_path("purelib")}
    one = {"boto3": partial(started, bundle.program(BASELINE), installed, "")}
    one |= {step: partial(_called, step, variables) for step in ("send", "check")}
    interleaved(one, 1)  # the first of each fills the system's file cache
    return interleaved(one, ROUNDS)


def _called(step: str, variables: Mapping[str, str]) -> Start:
    event = json.dumps(Person(SPACIOUS.id).event(step))
    return started([*bundle.program(FUNCTION), str(STEPS[step])], variables, event)


def started(command: Sequence[str], variables: Mapping[str, str], given: str) -> Start:
    """Run a command to its end, with this environment and this on its standard input; raises NotMeasured."""
    begun = time.perf_counter()
    with subprocess.Popen(command, env=dict(variables), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        if process.stdin:
            process.stdin.write(given.encode())
            process.stdin.close()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise NotMeasured(f"{' '.join(command[:4])} … ended with {process.returncode}; what it said stands above")
    return Start(seconds, used.ru_utime + used.ru_stime)


def _row(starts: Mapping[str, Sequence[Start]], step: str) -> Row:
    figures, baselines = starts[step], starts["boto3"]
    ratio = paired_ratio([each.seconds for each in figures], [each.seconds for each in baselines])
    processor = paired_ratio([each.processor for each in figures], [each.processor for each in baselines])
    limit = LIMITS["cold start, ratio to boto3"]
    name = {"send": "cold start, a registration sent", "check": "cold start, the page to check answers"}[step]
    return Row(name, f"<= {limit} x boto3", f"{ratio:.2f} x: {_milliseconds(figures)} (processor {processor:.2f} x)",
               f"{_milliseconds(baselines)}: {BASELINE}", verdict(holds=ratio <= limit),
               note=f"{1000 * (_waiting(figures) - _waiting(baselines)):.0f} ms of it is waiting for the emulator",
               data={"ratio": ratio, "processor_ratio": processor, "starts": figures, "baselines": baselines})


def _waiting(starts: Sequence[Start]) -> float:
    """Seconds in which the process did nothing itself."""
    return median(each.seconds - each.processor for each in starts)


def _milliseconds(starts: Sequence[Start]) -> str:
    return f"{1000 * median(each.seconds for each in starts):.0f} ms"


def _dearest(storage: Storage) -> str:
    """The imports that cost most in themselves, each at its quickest of some starts."""
    starts = [imports(_told_imports(storage)) for _ in range(IMPORTED)]
    quickest = {name: min(start.get(name, 0) for start in starts) for name in starts[0]}
    dearest = sorted(quickest.items(), key=lambda pair: -pair[1])[:SHOWN]
    return "the dearest imports: " + ", ".join(f"{name} {milliseconds:.0f} ms" for name, milliseconds in dearest)


def _told_imports(storage: Storage) -> str:
    command = [*bundle.program(FUNCTION, "-X", "importtime"), str(STEPS["send"])]
    return subprocess.run(command, input=json.dumps(Person(SPACIOUS.id).event("send")), text=True, check=False,
                          env=bundle.environment(storage.variables), capture_output=True).stderr


def imports(told: str) -> dict[str, float]:
    """Milliseconds of each module in itself, from what `-X importtime` prints."""
    found = re.findall(r"import time:\s+(\d+) \|\s+\d+ \| +(\S+)", told)
    return {name: int(microseconds) / 1000 for microseconds, name in found}
