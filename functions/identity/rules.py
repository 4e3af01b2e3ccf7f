"""Decisions about signing in and profiles: pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

HOME = "/layanan/akun"
LONGEST = 500
# What a browser could read as another host, as two lines, or as another scheme.
UNSAFE = re.compile(r"[\\\x00-\x20\x7f]|^/[/\\]")


def place_to_return(asked: str) -> str:
    """The path to go to after signing in: one of this portal's own, or the account."""
    try:
        parts = urlsplit(asked)
    except ValueError:
        return HOME
    own = asked.startswith("/") and not parts.scheme and not parts.netloc
    return asked if own and len(asked) <= LONGEST and not UNSAFE.search(asked) else HOME
