"""What a phone keeps of the page at the door of an activity: the page with nobody in it, and its service worker.

Both are files of the site below /layanan/meja/, because a worker may only serve what lies below its own folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from infra.built_site import LANGUAGES, SITE
from portal import pages
from portal.assets import words
from registrations.deskwork import DESK
from registrations.entrance import CAMERA
from registrations.rules import DOOR

WORKER = Path(__file__).parent.parent / "site" / "check-in" / "worker.js"
FOLDER = SITE / DESK.lstrip("/")
READER = "qr-*"  # the folder of the library that reads QR codes where the browser cannot
SCRIPTS = ("portal_*", "icon_*", "checkin*")


def write_pages() -> None:
    """The page with nobody in it, in each language, inside the frame of the functions' pages.

    Its name changes with its content: a worker that is published before its pages must not keep the older ones.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        texts = words("desk", language)
        title = texts["check_in"]["title"]
        drawn = pages.fragment("desk_check_in", language, title=title, desk=DESK, texts=texts, offering="", rows=[],
                               told="", here=0, kept=None, title_of_offering="", asked="", door=DOOR)
        page = pages.in_shell(language, title, drawn).encode()
        (FOLDER / f"hadir.{language}.{hashlib.sha256(page).hexdigest()[:10]}.html").write_bytes(page)


def write_worker() -> None:
    """The worker, with the names of what it keeps; after everything that it keeps is there under its own name."""
    files = [file for pattern in SCRIPTS for file in sorted((SITE / "assets" / "portal").glob(pattern))]
    reader = sorted((SITE / "assets").glob(f"{READER}/*.js"))
    kept = {language: next(FOLDER.glob(f"hadir.{language}.*.html")) for language in LANGUAGES}
    built = {"version": _version([*files, *reader, *kept.values()]), "camera": CAMERA,
             "files": [_address(file) for file in files], "reader": [_address(file) for file in reader],
             "pages": {language: _address(file) for language, file in kept.items()}}
    source = WORKER.read_text(encoding="utf-8")
    (FOLDER / "hadir.js").write_text(source.replace("__BUILT__", json.dumps(built)), encoding="utf-8")


def _address(file: Path) -> str:
    return f"/{file.relative_to(SITE).as_posix()}"


def _version(files: Iterable[Path]) -> str:
    """Another one as soon as anything that is kept is another."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{_address(file)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:10]
