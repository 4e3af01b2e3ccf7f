"""How much memory the function that looks at files takes at most: on the largest files it may get, and on bombs.

Each file is inspected as in production: a process with the function's own code holds it, a second one reads it.
What both take at the same time is the figure.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from infra.bench import bundle
from infra.bench.limits import LIMITS, MB
from infra.bench.report import NotMeasured, Row, verdict
from infra.bench.rooms import Rooms
from tests import hostile
from tests.hostile import Sample

# VmHWM is this program's own peak; a child's begins with its parent's, which is smaller than what it grows to.
FUNCTION: Final = """
import json, resource, sys
from uploads.inspector import inspect_confined, Bucket  # everything that the function's door imports
told = json.loads(sys.stdin.buffer.readline())
verdict = inspect_confined(sys.stdin.buffer.read(), told["name"], told["declared"])
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"verdict": verdict.reason or verdict.kind, "function": own * 1024, "reading": child * 1024}))
"""


class Peak(NamedTuple):
    """The most that one file made both processes take, in bytes, and what came of it."""

    about: str
    function: int
    reading: int
    verdict: str

    @property
    def both(self) -> int:
        """Both at their highest, as if that were at the same moment."""
        return self.function + self.reading


def rows(rooms: Rooms) -> Iterator[Row]:
    """The largest good file, then the worst of all that are refused."""
    rooms.quiet()
    bundle.build()
    yield row("memory of an inspection, the largest files that are taken", peaks(hostile.good()))
    yield row("memory of an inspection, the worst hostile file", peaks(hostile.hostile()))


def peaks(samples: Iterable[Sample]) -> Sequence[Peak]:
    """What each file took; raises NotMeasured when one gets another verdict than it must."""
    return [_peak(sample) for sample in samples]


def _peak(sample: Sample) -> Peak:
    told = json.dumps({"name": sample.name, "declared": sample.declared}).encode() + b"\n"
    done = subprocess.run(bundle.program(FUNCTION), input=told + sample.data, capture_output=True, check=False,
                          env=bundle.environment({}))
    if done.returncode:
        raise NotMeasured(f"{sample.about}: {done.stderr.decode(errors='replace').strip()[-1000:]}")
    found = Peak(sample.about, **json.loads(done.stdout))
    if found.verdict != sample.verdict:
        raise NotMeasured(f"{sample.about} is {found.verdict} here, not {sample.verdict}")
    return found


def row(what: str, found: Sequence[Peak]) -> Row:
    """The row of several files: the one that took most."""
    worst = max(found, key=lambda peak: peak.both)
    limit = LIMITS["memory of a function, bytes"]
    plain = min(found, key=lambda peak: peak.both)
    return Row(what, f"< {limit / MB:.0f} MB", f"{worst.both / MB:.0f} MB: {worst.about}",
               f"{plain.both / MB:.0f} MB: {plain.about}", verdict(holds=worst.both < limit),
               note=f"{len(found)} files; {worst.function / MB:.0f} MB of it hold the file, "
                    f"{worst.reading / MB:.0f} MB read it",
               data={"peaks": [peak._asdict() for peak in found]})
