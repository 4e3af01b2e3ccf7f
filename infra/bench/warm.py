"""The processor time of a warm submission, the emulator's excluded: it runs in another process.

The calls are a person's whole way to a registration, one person after the other; the limit is that of the step
that remembers it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from infra.bench import bundle
from infra.bench.asks import STEPS, Person
from infra.bench.limits import LIMITS
from infra.bench.repetition import percent
from infra.bench.report import NotMeasured, Row, verdict
from infra.bench.rooms import Rooms
from infra.bench.storage import SPACIOUS, Storage

PEOPLE: Final = 240
WARMING_UP: Final = 20  # people whose calls are not counted
WORKER: Final = Path(__file__).with_name("warm_worker.py")


class Call(NamedTuple):
    """The processor time of one call in seconds, and how much of it were calls to the store."""

    seconds: float
    store: float


def rows(rooms: Rooms) -> Iterator[Row]:
    """A submission's processor time, with its calls to the store as the baseline."""
    calls = measured(rooms.storage())["send"]
    figure, store = (1000 * median(each) for each in zip(*calls, strict=True))
    limit = LIMITS["warm submission, processor milliseconds"]
    yield Row("processor time of a warm submission", f"<= {limit} ms", f"{figure:.1f} ms (median of {len(calls)})",
              f"{store:.1f} ms in calls to the store, {percent(store, figure)}", verdict(holds=figure <= limit),
              data={"milliseconds": figure, "store": store, "slowest": 1000 * max(calls).seconds})


@cache
def measured(storage: Storage) -> Mapping[str, Sequence[Call]]:
    """Every counted call by its step; raises NotMeasured."""
    found: dict[str, list[Call]] = {step: [] for step in STEPS}
    for step, *times in _called(storage)[WARMING_UP * len(STEPS):]:
        found[step].append(Call(*times))
    return found


def _called(storage: Storage) -> list[tuple[str, float, float]]:
    bundle.build()
    people = [Person(SPACIOUS.id) for _ in range(PEOPLE)]
    asked = [(step, status, person.event(step)) for person in people for step, status in STEPS.items()]
    done = subprocess.run([*bundle.PYTHON, str(WORKER)], input=json.dumps(asked), text=True, capture_output=True,
                          env=bundle.environment(storage.variables), check=False)
    if done.returncode:
        raise NotMeasured(done.stderr.strip()[-2000:])
    return json.loads(done.stdout)  # type: ignore[no-any-return]
