"""Files that somebody sent through the evidence pipeline and that were released."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dupak.sources import Offer, Owner
from portal.identifiers import is_ulid
from uploads.models import Upload
from uploads.store import Uploads
from uploads.views import number_of

MOST = 500


@dataclass(frozen=True)
class Files:
    """The files' store as a source."""

    uploads: Uploads
    name: ClassVar[str] = "files"

    def offers(self, owner: Owner, language: str) -> Iterator[Offer]:
        """Every released file, the newest first."""
        del language
        yield from (_offer(each) for each in self.uploads.of(owner.person, MOST) if each.state == "clean")

    def find(self, owner: Owner, key: str, language: str) -> Offer | None:
        """A released file of this person."""
        del language
        upload = self.uploads.find(owner.person, key) if is_ulid(key) else None
        return _offer(upload) if upload and upload.state == "clean" else None


def _offer(upload: Upload) -> Offer:
    return Offer("files", upload.id, upload.file_name, upload.digest or "", note=number_of(upload))
