"""Builds the site when its sources have changed since the last build: `python -m infra.freshness`.

Knows what the site is made from and that infra.build_site makes it; compares contents, not times, so that a fresh
clone and a changed branch are both seen.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.template_reader import ROOT

STAMP = ROOT / "build" / "site.stamp"
PRODUCT = ROOT / "build" / "csp.json"
FOLDERS = ("content", "site", "functions")
FILES = ("mkdocs.yml", "mkdocs.en.yml", "requirements-dev.txt", "infra/*.py")


class BuildFailed(Exception):
    """The site could not be built; what was wrong has been printed."""


def ensure_site() -> bool:
    """Build the site unless it is fresh; answers whether it was built. Raises BuildFailed."""
    with _alone():
        return _build_unless_fresh()


def _build_unless_fresh() -> bool:
    now = fingerprint()
    if PRODUCT.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == now:
        return False
    STAMP.unlink(missing_ok=True)
    built = subprocess.run([sys.executable, "-m", "infra.build_site"], cwd=ROOT, check=False,
                           env={**os.environ, "PYTHONPATH": f".{os.pathsep}functions"})
    if built.returncode:
        raise BuildFailed
    STAMP.write_text(fingerprint(), encoding="utf-8")
    return True


@contextmanager
def _alone() -> Iterator[None]:
    """Two at once would build into each other's folder: the second waits and finds it done."""
    STAMP.parent.mkdir(exist_ok=True)
    with (STAMP.parent / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fingerprint() -> str:
    """A digest of everything that the site is made from."""
    digest = hashlib.sha256(os.environ.get("SITE_ORIGIN", "").encode())
    for path in _sources():
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted(path for path in (ROOT / folder).rglob("*")
                          if path.is_file() and "__pycache__" not in path.parts)
    for pattern in FILES:
        yield from sorted(ROOT.glob(pattern))


if __name__ == "__main__":
    try:
        ensure_site()
    except BuildFailed:
        sys.exit(1)
