"""Runs the measurements, prints the table, writes build/bench.json; fails when a figure is over its limit.

Whatever measures time runs when nothing else does: first all that needs the portal, then what needs only its
storage, then the site's build.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from infra.bench import (
    building,
    cold,
    cost,
    crowd,
    documents,
    dossiers,
    lighthouse,
    memory,
    queues,
    search,
    starts,
    units,
    warm,
    weight,
)
from infra.bench.report import NotMeasured, Row, failed, machine, not_measured, table, write
from infra.bench.rooms import Rooms
from infra.freshness import BuildFailed, ensure_site
from infra.template_reader import ROOT

TARGET: Final = ROOT / "build" / "bench.json"
BUSY: Final = 0.5  # load for each processor above which a warning is due
Measure = Callable[[Rooms], Iterator[Row]]

MEASURES: Final[dict[str, Measure]] = {
    "weight": weight.rows, "search": search.rows, "lighthouse": lighthouse.rows, "cold": cold.rows, "warm": warm.rows,
    "memory": memory.rows, "documents": documents.rows, "units": units.rows, "cost": cost.rows, "crowd": crowd.rows,
    "dossiers": dossiers.rows, "starts": starts.rows, "queues": queues.rows, "building": building.rows}


def main(names: Sequence[str]) -> int:
    """Measure these, or all; 1 when a limit does not hold."""
    unknown = set(names) - set(MEASURES)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(MEASURES)}", file=sys.stderr)
        return 2
    try:
        ensure_site()
    except BuildFailed:
        return 1
    return int(failed(run(names or tuple(MEASURES))))


def run(names: Sequence[str]) -> list[Row]:
    """Measure, print, write."""
    begun, here = time.monotonic(), machine()
    if here["load"] > BUSY * here["processors"]:
        print(f"  This machine is busy (load {here['load']}): times will be worse than they are.", file=sys.stderr)
    with Rooms() as rooms:
        rows = [row for name in names for row in measured(name, MEASURES[name], rooms)]
    seconds = time.monotonic() - begun
    write(rows, TARGET, seconds=seconds, on=here)
    print(f"\n{table(rows)}; {seconds:.0f} s, load {here['load']} at the beginning; {TARGET}")
    return rows


def measured(name: str, measure: Measure, rooms: Rooms) -> Iterator[Row]:
    """The rows of one measurement; what cannot be measured here is a row that says so."""
    begun = time.monotonic()
    print(f"  {name} ...", end="", flush=True, file=sys.stderr)
    try:
        yield from measure(rooms)
    except NotMeasured as why:
        yield not_measured(name, why)
    print(f" {time.monotonic() - begun:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
