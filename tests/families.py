"""Made-up families for the check of what may fit: every answer the form offers, and what no form would send."""

from __future__ import annotations

from random import Random

from referrals.family import NOT_KNOWN, facts

NONSENSE = ("", "YA", "0", "11", "5.0", "05", " 5", "true", "constructor", "½")


def families(number: int, seed: int) -> list[dict[str, str]]:
    """So many families, always the same for a seed: from those who answer everything to those who answer nothing."""
    random, asked = Random(seed), facts()
    return [_family(random, asked, share=random.random(), odd=random.random() < 0.1) for _ in range(number)]


def _family(random: Random, asked: dict[str, list[str]], *, share: float, odd: bool) -> dict[str, str]:
    return {name: random.choice([*options, NOT_KNOWN, *(NONSENSE if odd else ())])
            for name, options in asked.items() if random.random() < share}
