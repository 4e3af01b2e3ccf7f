"""Signing in at the sign-in service of the demo people, as a browser without script does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import requests

Asked = Callable[[str, Mapping[str, str]], tuple[int, Mapping[str, str], list[str]]]


def signed_in(get: Asked, subject: str, cookies: Mapping[str, str] | None = None) -> dict[str, str]:
    """The cookies of a browser in which this demo person has signed in.

    `get` asks the portal for an address with cookies; it answers status, headers and the cookies that were set.
    """
    held = dict(cookies or {})
    _, headers, given = get("/layanan/masuk", held)
    held |= as_pairs(given)
    answer = requests.post(headers["location"], data={"sub": subject}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["location"])
    status, _, given = get(f"{back.path}?{back.query}", held)
    assert status == 303
    return held | as_pairs(given)


def as_pairs(given: list[str]) -> dict[str, str]:
    """Name and value of each cookie that was set."""
    return dict(each.partition(";")[0].split("=", 1) for each in given)
