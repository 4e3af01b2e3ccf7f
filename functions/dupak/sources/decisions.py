"""What was decided here before: a PAK of the portal is evidence for the next dossier without being sent again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dupak.dossiers import digest_of
from dupak.sources import Offer, Owner
from dupak.store import Decision, Dossiers
from portal.identifiers import format_reference, parse_moment
from portal.workdays import day_of


@dataclass(frozen=True)
class Decisions:
    """The dossiers' store as a source."""

    dossiers: Dossiers
    name: ClassVar[str] = "decisions"

    def offers(self, owner: Owner, language: str) -> Iterator[Offer]:
        """Every decision that holds, the newest first."""
        del language
        yield from (_offer(each) for each in self.dossiers.decisions(owner.person) if not each.replaced_at)

    def find(self, owner: Owner, key: str, language: str) -> Offer | None:
        """The decision of the dossier with this reference."""
        return next((each for each in self.offers(owner, language) if each.key == key), None)


def _offer(decision: Decision) -> Offer:
    return Offer("decisions", decision.reference, decision.number,
                 digest_of([decision.reference, decision.decided_at, decision.total, decision.rules]),
                 day=day_of(parse_moment(decision.decided_at)).isoformat(), note=format_reference(decision.reference))
