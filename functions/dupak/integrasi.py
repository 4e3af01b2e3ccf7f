"""PAK Integrasi: the conventional points of each unsur, less the base value, on the new scale. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from dupak.models import UNSUR, Career, Node, Post, given, node
from dupak.rulebook import Rulebook
from dupak.rules import Target, integrated, standing

# The lines of the form, in its order: what experience gave is no unsur of the DUPAK, but has a line here.
LINES = (UNSUR[0], "pengalaman", *UNSUR[1:])


@dataclass(frozen=True)
class Integration:
    """What a PAK Integrasi says: LAMA, BARU and JUMLAH of each line, the base value, and what is carried over."""

    lama: Mapping[str, Node]
    baru: Mapping[str, Node]
    jumlah: Mapping[str, Node]
    total: Node  # on the new scale: the sum of the lines minus the base value
    targets: tuple[Target, ...]
    version: str

    @property
    def conventional(self) -> Node:
        """The sum of the lines."""
        return self.total.parts[0]

    @property
    def base(self) -> Node:
        """The base value: a row of the rules, or what was typed."""
        return self.total.parts[1]


def integration(lama: Mapping[str, Decimal], baru: Mapping[str, Decimal], post: Post, book: Rulebook) -> Integration:
    """Integrate the conventional points into a post that is entered by `integrasi`; its own `points` are not read.

    Raises Refused when the base value is the larger, or when the post cannot be counted.
    """
    before = {name: given("lama", lama.get(name, Decimal(0)), unsur=name) for name in LINES}
    new = {name: given("baru", baru.get(name, Decimal(0)), unsur=name) for name in LINES}
    together = {name: node("jumlah", "sum", before[name], new[name], unsur=name) for name in LINES}
    conventional = node("konvensional", "sum", *together.values())
    points = sum((*lama.values(), *baru.values()), Decimal(0))
    entered = replace(post, entry=replace(post.entry, kind="integrasi", points=points))
    total = node("integrated", "difference", conventional, integrated(entered, book).parts[1])
    counted = standing(Career((entered,)), book, entered.since.first_day)
    return Integration(before, new, together, total, counted.targets, book.version)
