"""Repeated measurements side by side. Pure but for the calls it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import TypeVar

T = TypeVar("T")


def interleaved(measures: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Take every measure once a round, so that whatever disturbs the machine disturbs all of them alike."""
    found: dict[str, list[T]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure())
    return found


def paired_ratio(figures: Sequence[float], baselines: Sequence[float]) -> float:
    """The median over the rounds of figure / baseline; both must have been taken in the same rounds."""
    return median(figure / baseline for figure, baseline in zip(figures, baselines, strict=True))


def percent(part: float, whole: float) -> str:
    """`41 %`; of nothing it is nothing."""
    return f"{100 * part / whole:.0f} %" if whole else "0 %"
