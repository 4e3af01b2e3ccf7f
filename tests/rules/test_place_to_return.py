"""Where somebody is led after signing in: always to this portal, and to where they were whenever that can be."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.rules import HOME, LONGEST, place_to_return

ORIGIN = "https://portal.example.go.id"
# What browsers take away before they read an address (WHATWG URL: tab and line breaks everywhere, C0 and blank at the
# ends) and what they read as a stroke.
TAKEN_AWAY, ENDS = re.compile(r"[\t\n\r]"), "".join(map(chr, range(0x21)))
NASTY = st.text(st.sampled_from("/\\.:@?#%&=[]\t\n\r\0 a0-é\u2028\u560a\ud800"), max_size=12)


def host_for_a_browser(address: str) -> str | None:
    """The host that a browser would go to from the portal; None for an address that it does not go to."""
    read = TAKEN_AWAY.sub("", address.strip(ENDS)).replace("\\", "/")
    try:
        return urlsplit(urljoin(ORIGIN, read)).netloc
    except ValueError:
        return None


@given(st.one_of(st.text(), NASTY, st.builds("{}{}".format, st.sampled_from(["/", "//", "/\\", "/layanan"]), NASTY)))
def test_no_address_leads_away(asked: str) -> None:
    place = place_to_return(asked)
    assert place in {asked, HOME}
    assert host_for_a_browser(place) == "portal.example.go.id"
    assert re.fullmatch(r"/[\x21-\x7e]*", place), "one line of plain characters, as a header can carry it"
    assert len(place) <= LONGEST


@given(st.lists(st.from_regex(r"[a-z0-9\-]{1,12}", fullmatch=True), min_size=1, max_size=6),
       st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.from_regex(r"[A-Za-z0-9%+.\-]{0,12}",
                                                                                 fullmatch=True), max_size=4))
def test_a_path_of_the_portal_is_kept_with_its_query(parts: list[str], query: dict[str, str]) -> None:
    asked = f"/{'/'.join(parts)}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
    assert place_to_return(asked) == asked


@pytest.mark.parametrize(("length", "kept"), [(LONGEST, True), (LONGEST + 1, False)])
def test_an_address_has_a_longest_length(length: int, kept: bool) -> None:  # noqa: FBT001 a case
    asked = f"/{'x' * (length - 1)}"
    assert place_to_return(asked) == (asked if kept else HOME)


@pytest.mark.parametrize("home", [HOME, f"{HOME}?lang=en"])
def test_whoever_asked_for_nowhere_comes_to_the_account_in_their_language(home: str) -> None:
    assert place_to_return("", home) == place_to_return("//jahat.example", home) == home
