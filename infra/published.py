"""How each file of the built site is published: its content type, its encoding and how long it may be kept.

Said once, for the runner (which serves the files) and for the deployment (which stores them with these headers).
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from infra.template_reader import ROOT

SITE = ROOT / "build" / "site"

KEPT_FOREVER = "public, max-age=31536000, immutable"
KEPT_SHORTLY = "public, max-age=300"  # pages, and files whose name stays when their content changes
# A name that changes with its content: portal_a14005d5d8.css, id_7c1f0e2.pf_fragment
FINGERPRINT = re.compile(r"[._][0-9a-f]{7,}\.(?:\w+\.)*\w+$")
# What the build packs (infra/search.py): the edge spends little on packing, and nothing on types it does not know.
# The distribution sends such a file as it is, also to those who do not ask for Brotli. Only the search asks for these,
# in browsers that run WebAssembly, and all of those read Brotli over https.
PACKED = "pagefind/"

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
         ".json": "application/json", ".map": "application/json", ".xml": "application/xml",
         ".txt": "text/plain; charset=utf-8", ".md": "text/markdown; charset=utf-8",
         ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json", ".ics": "text/calendar; charset=utf-8",
         ".woff2": "font/woff2", ".wasm": "application/wasm", ".csv": "text/csv; charset=utf-8"}


def content_type(path: str) -> str:
    """What a browser is told that a file is."""
    suffix = PurePosixPath(path).suffix
    return TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"


def content_encoding(path: str) -> str | None:
    """How the bytes of a file are packed already, or None where the distribution packs them on the way."""
    return "br" if path.startswith(PACKED) else None


def cache_control(path: str) -> str:
    """How long a browser and the distribution may keep a file."""
    name = PurePosixPath(path).name
    return KEPT_FOREVER if FINGERPRINT.search(name) and not name.endswith(".html") else KEPT_SHORTLY


def files(site: Path = SITE) -> Iterator[Path]:
    """Every file of the site, in a stable order."""
    yield from sorted(path for path in site.rglob("*") if path.is_file())
