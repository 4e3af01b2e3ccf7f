"""What a phone keeps of a page that works by itself: its service worker, one for each page and language.

A worker may only serve what lies below its own folder, so each lies beside its page.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from infra.built_site import LANGUAGES, SITE
from portal.seals import PAGE as SEALS
from referrals.checking import PAGE as ELIGIBILITY
from seals.handler import KEYS

SOURCE = Path(__file__).parent.parent / "site" / "kept-page" / "worker.js"
NAME = "simpanan.js"
EVERY_FORM = ("portal/portal_*", "portal/icon_*", "portal/forms_*")


@dataclass(frozen=True)
class Kept:
    """A page: what it is called in the browser's store, the files it needs, and the answers that are renewed."""

    name: str
    page: str
    files: tuple[str, ...]
    renewed: tuple[str, ...] = ()


PAGES = (Kept("seals", SEALS, (*EVERY_FORM, "portal/seal*"), (KEYS,)),
         Kept("eligibility", ELIGIBILITY, (*EVERY_FORM, "portal/eligibility_*", "rujukan/kelayakan.{language}_*")))


def write_workers() -> None:
    """The workers, with the names of what they keep; after everything that they keep is there under its own name."""
    source = SOURCE.read_text(encoding="utf-8")
    for kept in PAGES:
        for language, folder in LANGUAGES.items():
            page = SITE / folder / kept.page.strip("/")
            files = sorted(file for pattern in kept.files
                           for file in (SITE / "assets").glob(pattern.format(language=language)))
            built = {"name": kept.name, "version": _version([*files, page / "index.html"]), "renewed": kept.renewed,
                     "files": [f"/{file.relative_to(SITE).as_posix()}" for file in files]}
            (page / NAME).write_text(source.replace("__BUILT__", json.dumps(built)), encoding="utf-8")


def _version(files: list[Path]) -> str:
    """Another one as soon as anything that is kept is another."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(SITE).as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:10]
