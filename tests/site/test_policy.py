"""The pages live under the strict Content-Security-Policy, and the check that says so can say no."""

from __future__ import annotations

import json

import pytest

from infra import csp
from infra.template_reader import Template


def test_no_page_needs_a_weaker_policy(pages):
    assert len(pages) > 100
    csp.check_pages()


@pytest.mark.usefixtures("pages")
def test_the_policy_allows_the_inline_script_of_every_page():
    hashes = json.loads(csp.HASHES.read_text(encoding="utf-8"))["script_hashes"]
    policy = Template().response_headers(hashes, secure=True)["Content-Security-Policy"]
    for file in csp.checked_files():
        for script in csp.inline_scripts(file.read_text(encoding="utf-8")):
            assert f"'{csp.hash_of(script)}'" in policy


def test_the_policy_has_no_back_door():
    policy = Template().response_headers(["sha256-x"], secure=True)["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert "http:" not in policy
    assert "*" not in policy


@pytest.mark.parametrize("html", [
    pytest.param("<style>p {color: red}</style>", id="a style element"),
    pytest.param('<p style="color: red">x</p>', id="a style attribute"),
    pytest.param("<p STYLE='color: red'>x</p>", id="a style attribute in capitals"),
    pytest.param('<button onclick="go()">x</button>', id="an event handler"),
    pytest.param('<button title="a > b"onclick=go()>x</button>', id="an event handler behind a sign in quotes"),
    pytest.param('<a href="javascript:go()">x</a>', id="an address that runs"),
    pytest.param('<script src="https://example.org/x.js"></script>', id="a script of another host"),
    pytest.param('<link rel="stylesheet" href="//example.org/x.css">', id="a style of another host"),
    pytest.param('<img src="https://example.org/x.png" alt="">', id="a picture of another host"),
    pytest.param('<form action="https://example.org/"></form>', id="a form sent to another host"),
    pytest.param('<iframe src="https://example.org/"></iframe>', id="a frame of another host"),
])
def test_the_check_sees(html):
    assert list(csp.faults_of(html))


@pytest.mark.parametrize("html", [
    pytest.param('<a href="https://example.org/">x</a>', id="a link that somebody follows"),
    pytest.param("<p>style=mudah, onclick=mudah, //mudah</p>", id="words of a text"),
    pytest.param('<link rel="canonical" href="https://example.org/">', id="the page's own address"),
    pytest.param('<link rel="stylesheet" href="/assets/portal/portal.css">', id="our own style"),
    pytest.param('<table><td align="right">1</td></table>', id="alignment as an attribute"),
])
def test_the_check_allows(html):
    assert list(csp.faults_of(html)) == []
