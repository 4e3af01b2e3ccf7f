"""What a phone keeps of the page that checks documents: its service worker, one for each language's page.

A worker may only serve what lies below its own folder, so each lies beside its page.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from infra.built_site import LANGUAGES, SITE
from portal.seals import PAGE
from seals.handler import KEYS

SOURCE = Path(__file__).parent.parent / "site" / "seal-check" / "worker.js"
FILES = ("portal_*", "icon_*", "forms_*", "seal*")
NAME = "simpanan.js"


def write_workers() -> None:
    """The workers, with the names of what they keep; after everything that they keep is there under its own name."""
    files = sorted(file for pattern in FILES for file in (SITE / "assets" / "portal").glob(pattern))
    for folder in LANGUAGES.values():
        page = SITE / folder / PAGE.strip("/")
        built = {"version": _version([*files, page / "index.html"]), "keys": KEYS,
                 "files": [f"/{file.relative_to(SITE).as_posix()}" for file in files]}
        source = SOURCE.read_text(encoding="utf-8")
        (page / NAME).write_text(source.replace("__BUILT__", json.dumps(built)), encoding="utf-8")


def _version(files: list[Path]) -> str:
    """Another one as soon as anything that is kept is another."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(SITE).as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:10]
