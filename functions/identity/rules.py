"""Decisions about signing in and profiles: pure."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

HOME = "/layanan/akun"
CODE_LIVES = timedelta(minutes=15)  # how long a code that went to an address is good
CODE_DIGITS, TRIES = 6, 5  # five guesses at a million
CODES_A_DAY = 5  # for one person, and to one address
MOST_ADDRESSES = 5
LONGEST = 500
# What a browser could read as another host, as two lines, or as another scheme; addresses of ours are plain ASCII.
UNSAFE = re.compile(r"[^\x21-\x7e]|\\|^//")


def place_to_return(asked: str, home: str = HOME) -> str:
    """The path to go to after signing in: one of this portal's own, or the account (`home`, in some language)."""
    return asked if _is_own(asked) else home


def _is_own(asked: str) -> bool:
    try:
        parts = urlsplit(asked)
    except ValueError:
        return False
    own = asked.startswith("/") and not parts.scheme and not parts.netloc
    return own and len(asked) <= LONGEST and not UNSAFE.search(asked)
