"""Activities that somebody was checked in at: the portal's own record proves it, nothing has to be sent again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dupak.dossiers import digest_of
from dupak.sources import Offer, Owner
from portal.errors import OfferingUnknown
from portal.identifiers import format_reference, parse_moment
from portal.moments import format_span, local_day
from registrations.catalogue import Catalogue
from registrations.models import Offering
from registrations.store import Record, Registrations


@dataclass(frozen=True)
class Attendance:
    """The registrations' store as a source."""

    registrations: Registrations
    catalogue: Catalogue
    name: ClassVar[str] = "attendance"

    def offers(self, owner: Owner, language: str) -> Iterator[Offer]:
        """Every activity that somebody was checked in at, the newest first."""
        for record in sorted(self._attended(owner), key=lambda each: str(each.checked_in_at), reverse=True):
            offer = self._offer(record, language)
            if offer:
                yield offer

    def find(self, owner: Owner, key: str, language: str) -> Offer | None:
        """The attendance with this number."""
        record = next((each for each in self._attended(owner) if each.reference == key), None)
        return self._offer(record, language) if record else None

    def _attended(self, owner: Owner) -> Iterator[Record]:
        for address in owner.addresses:
            yield from (each for each in self.registrations.of_address(address)
                        if each.checked_in_at and each.state == "seated")

    def _offer(self, record: Record, language: str) -> Offer | None:
        try:
            offering = self.catalogue.offering(record.offering)
        except OfferingUnknown:
            return None
        return Offer("attendance", record.reference, getattr(offering.title, language), proof_of(record, offering),
                     day=local_day(parse_moment(str(record.checked_in_at)), offering.zone),
                     note=f"{format_reference(record.reference)} · {offering.jp} JP · "
                          f"{format_span(offering.starts, offering.ends, offering.zone, language)}")


def proof_of(record: Record, offering: Offering) -> str:
    """The hash of what the portal's record says: who was where, when, for how many hours of learning."""
    return digest_of({"reference": record.reference, "offering": record.offering, "checked_in_at": record.checked_in_at,
                      "submission": record.submission, "jp": offering.jp})
