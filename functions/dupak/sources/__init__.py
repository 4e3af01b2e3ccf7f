"""Where evidence comes from: each source is one small module that offers what the portal knows already of a person.

A source has a name, offers what somebody may take, and finds one again by its key. A dossier keeps the pointer and the
hash that a source told, and never a copy. Another subject (activities, courses) becomes a source by a module here and
its line in `every`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Offer:
    """Something that may be taken into a dossier with one tap; `day` is when it happened, where that is known."""

    source: str
    key: str
    title: str
    digest: str
    day: str = ""
    note: str = ""


@dataclass(frozen=True)
class Owner:
    """Whose evidence it is: the person, and the addresses that are proven to be theirs."""

    person: str
    addresses: tuple[str, ...] = ()


class Source(Protocol):
    """What every source can do."""

    @property
    def name(self) -> str:
        """Under which it is named in a dossier and in words."""

    def offers(self, owner: Owner, language: str) -> Iterator[Offer]:
        """Everything that this person may take, the newest first."""

    def find(self, owner: Owner, key: str, language: str) -> Offer | None:
        """One of them, or None when it is not this person's or is there no longer."""
