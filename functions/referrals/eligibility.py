"""Which service may fit a family: `may`, `ask` or `no`, each with all its reasons. Pure, total, never an exception.

The rules are plain data (infra/services.py checks them), and site/theme/assets/portal/eligibility.js evaluates the same
data in a browser: what is changed here is changed there, and a test compares the two family by family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

MAY, ASK, NO = ANSWERS = ("may", "ask", "no")
# How a row stands: it holds; it does not, which settles or only raises a question; or nobody knows.
HOLDS, FAILS, ASKS, UNKNOWN = STATES = ("holds", "fails", "asks", "unknown")


class Fit(NamedTuple):
    """The answer about one service, and how each of its rows stands, in their order."""

    service: str
    answer: str
    states: tuple[str, ...]


def is_open(states: Sequence[str]) -> bool:
    """Whether nothing at all is known about a service's rows: such services come last among those to ask about."""
    return set(states) <= {UNKNOWN}


def evaluate(rules: Mapping[str, Any], answers: Mapping[str, object]) -> list[Fit]:
    """Every service with its answer; `rules` has `facts` and `services`, as the build made them."""
    return [_fit(service, rules["facts"], answers) for service in rules["services"]]


def _fit(service: Mapping[str, Any], facts: Mapping[str, Sequence[str]], answers: Mapping[str, object]) -> Fit:
    states = tuple(_state(row, facts, answers) for row in service["rows"])
    if FAILS in states:
        return Fit(service["id"], NO, states)
    # Of a service whose rules nobody has found, nothing is known.
    return Fit(service["id"], MAY if states and set(states) == {HOLDS} else ASK, states)


def _state(row: Mapping[str, Any], facts: Mapping[str, Sequence[str]], answers: Mapping[str, object]) -> str:
    """A row holds when any of its conditions does; it fails only when it is known that none of them does."""
    met = [_is_met(condition, facts, answers) for condition in row["any"]]
    if True in met:
        return HOLDS
    if None in met:
        return UNKNOWN
    return FAILS if row["otherwise"] == NO else ASKS


def _is_met(condition: Mapping[str, Any], facts: Mapping[str, Sequence[str]],
            answers: Mapping[str, object]) -> bool | None:
    value = answers.get(condition["fact"])
    if not isinstance(value, str) or value not in facts[condition["fact"]]:
        return None
    if "is" in condition:
        return value in condition["is"]
    return bool(int(value) <= condition["at_most"] if "at_most" in condition else int(value) >= condition["at_least"])
