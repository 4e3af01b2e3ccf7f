"""Figures beside their limits: rows, the table for people, the file for programs. Knows nothing of what is measured."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

Verdict = Literal["pass", "FAIL", "not measured", "information"]
TITLES = ("what", "limit", "figure", "baseline in the same run", "verdict")


class NotMeasured(Exception):
    """This machine cannot measure it; the text says why."""


@dataclass(frozen=True)
class Row:
    """One figure. `note` is told below the table, `data` goes into the file only."""

    what: str
    limit: str
    figure: str
    baseline: str
    verdict: Verdict
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the table, in the order of TITLES."""
        return self.what, self.limit, self.figure, self.baseline, self.verdict


def verdict(*, holds: bool) -> Verdict:
    """In one word whether a limit holds."""
    return "pass" if holds else "FAIL"


def not_measured(what: str, why: NotMeasured) -> Row:
    """The row for what this machine cannot measure: it is never a pass."""
    return Row(what, "", "", "", "not measured", note=str(why))


def failed(rows: Iterable[Row]) -> bool:
    """Whether the run has failed."""
    return any(row.verdict == "FAIL" for row in rows)


def table(rows: Sequence[Row]) -> str:
    """The rows as text, with what is to be said about them below."""
    lines = [TITLES, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(TITLES))]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    drawn.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*drawn, "", *_notes(rows), _summary(rows)])


def _notes(rows: Iterable[Row]) -> list[str]:
    return [f"{row.what}: {row.note}\n" for row in rows if row.note]


def _summary(rows: Sequence[Row]) -> str:
    verdicts = [row.verdict for row in rows]
    return ", ".join(f"{verdicts.count(word)} {word}" for word in get_args(Verdict) if word in verdicts)


def write(rows: Sequence[Row], target: Path, *, seconds: float, on: Mapping[str, Any]) -> None:
    """The rows as JSON, with when they were measured, how long that took, and on what."""
    target.parent.mkdir(parents=True, exist_ok=True)
    body = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": round(seconds),
            "machine": dict(on), "rows": [asdict(row) for row in rows]}
    target.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """What the figures are taken on; `load` is how many programs wanted a processor in the last minute."""
    return {"python": platform.python_version(), "system": platform.system(), "architecture": platform.machine(),
            "processors": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
