"""The portal that `make run` starts, asked over HTTP."""

from __future__ import annotations

import html
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import sync_playwright

from infra import demo_data
from infra.browser import launch
from infra.demo_people import DEMO_PEOPLE
from infra.distribution import script_hashes
from infra.portal_process import PortalFailed, running_portal
from infra.published import SITE
from infra.second_emulator import second_emulator
from infra.template_reader import ROOT, Template
from registrations.handler import REGISTRATION

TEMPLATE = Template()


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.body = response.status, response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}


def ask(base_url: str, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=30)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def pages() -> list[str]:
    files = sorted(SITE.rglob("*.html"))
    return ["/" + path.relative_to(SITE).as_posix().removesuffix("index.html") for path in files]


def test_the_demo_people_register_as_anybody_does() -> None:
    sent = list(demo_data.people())
    for person in sent:
        REGISTRATION.read({name: answer for name, answer in person.items() if name != "submission_id"})
    for unique in ("submission_id", "email"):
        assert len({person[unique] for person in sent}) == len(sent)
    assert {person["kind"] for person in sent} == {"tpp", "psm"}
    assert any("accessibility_needs" in person for person in sent)


def test_every_page_answers_with_every_security_header(base_url: str) -> None:
    told = ask(base_url, "/").headers["content-security-policy"]
    (host,) = set(re.findall(r"http://(127\.0\.0\.1:\d+)", told))  # the emulator's, who keeps the buckets here
    headers = TEMPLATE.response_headers(script_hashes(), secure=False,
                                        names={"QuarantineBucket.RegionalDomainName": host,
                                               "EvidenceBucket.RegionalDomainName": host})
    wanted = {name.lower(): value for name, value in headers.items()}
    assert len(pages()) > 20
    for page in pages():
        answer = ask(base_url, page)
        assert answer.status == 200, page
        assert wanted.items() <= answer.headers.items(), page


@pytest.mark.parametrize("path", ["/tidak-ada/", "/layanan/tidak-ada", "/layanan/pendaftaran/status",
                                  "/layanan/openapi.json", "/_local/mail", "/robots.txt", "/kegiatan"])
def test_every_other_answer_has_them_too(base_url: str, path: str) -> None:
    answer = ask(base_url, path)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_page_asks_for_anything_that_its_headers_forbid(base_url: str) -> None:
    """In a real browser, which is the one that enforces them: every page, and what the runner itself draws."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}")
                if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        for path in [*pages(), "/layanan/pendaftaran/status", "/_local/mail"]:
            page.goto(base_url + path)
        browser.close()
    assert complaints == []


def test_an_unknown_page_is_the_sites_own_with_404(base_url: str) -> None:
    answer = ask(base_url, "/tidak-ada/")
    assert answer.status == 404
    assert answer.body == (SITE / "404.html").read_bytes()


@pytest.mark.parametrize(("accept", "kind"), [("text/html", "text/html; charset=utf-8"),
                                              ("application/json", "application/problem+json")])
def test_an_unknown_service_is_404_in_the_callers_own_notation(base_url: str, accept: str, kind: str) -> None:
    answer = ask(base_url, "/layanan/tidak-ada", accept=accept)
    assert (answer.status, answer.headers["content-type"]) == (404, kind)


def test_head_is_get_without_the_body(base_url: str) -> None:
    full, head = ask(base_url, "/"), ask(base_url, "/", "HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == full.headers["content-length"]


def test_a_page_is_packed_and_not_sent_twice(base_url: str) -> None:
    first = ask(base_url, "/", accept_encoding="br")
    assert first.headers["content-encoding"] == "br"
    again = ask(base_url, "/", accept_encoding="br", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_a_file_cannot_be_posted_to(base_url: str) -> None:
    assert ask(base_url, "/", "POST", b"x").status == 404


def test_a_body_over_the_apis_limit_is_refused(base_url: str) -> None:
    answer = ask(base_url, "/layanan/masukan", "POST", b"x" * (10 * 1024 * 1024 + 1),
                 content_type="application/x-www-form-urlencoded")
    assert answer.status == 413


def test_services_say_how_long_they_may_be_kept(base_url: str) -> None:
    offering = json.loads((ROOT / "build" / "assets" / "offerings.json").read_text())[0]
    assert ask(base_url, f"/layanan/kegiatan/{offering}/kursi").headers["cache-control"] == "public, max-age=5"
    assert ask(base_url, "/layanan/pendaftaran/status").headers["cache-control"] == "no-store"


def test_the_mailbox_is_a_page_and_json(base_url: str) -> None:
    assert b"<h1>Local mail</h1>" in ask(base_url, "/_local/mail").body
    assert isinstance(json.loads(ask(base_url, "/_local/mail", accept="application/json").body), list)


def test_the_mailbox_exists_in_the_runner_only() -> None:
    assert "_local" not in (ROOT / "infra" / "template.yaml").read_text(encoding="utf-8")


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortalFailed, match=f"^Port {port} is taken by another program. Choose one: "
                                               f"make run PORT={port + 1}\n$"), running_portal(port):
            pass


def test_it_says_where_things_are_and_ends_quietly() -> None:
    environment = {**os.environ, "PORT": "0", "PYTHONPATH": f".{os.pathsep}functions"}
    with subprocess.Popen([sys.executable, "-m", "infra.run"], cwd=ROOT, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout
        told = ""
        while "Ctrl-C" not in told:
            line = process.stdout.readline()
            assert line, told
            told += line
        process.terminate()
        rest = process.stdout.read()
        assert process.wait(20) == 0
    assert "/_local/mail" in told
    assert "/layanan/akun   choose a name, no password" in told
    assert all(f"{each.subject} " in told and ", ".join(each.groups) in told for each in DEMO_PEOPLE)
    assert rest.strip() == "Stopped."


def mails(base_url: str) -> list[dict[str, Any]]:
    return list(json.loads(ask(base_url, "/_local/mail", accept="application/json").body))


def mails_within(base_url: str, seconds: float) -> list[dict[str, Any]]:
    """The mails as soon as there are any."""
    end = time.monotonic() + seconds
    while not (found := mails(base_url)) and time.monotonic() < end:
        pass
    return found


def test_what_somebody_sends_comes_back_as_mail_by_way_of_stream_and_queue() -> None:
    form = {"submission_id": "01JD8Z3C4V5W6X7Y8Z9A0B1C2D", "topic": "saran", "message": "Bagus", "name": "Ratna",
            "email": "ratna@surabaya.example", "consent": "ya", "step": "send", "lang": "id"}
    with running_portal() as url:
        answer = ask(url, "/layanan/masukan", "POST", urlencode(form).encode(), accept="text/html",
                     content_type="application/x-www-form-urlencoded")
        assert answer.status == 303, answer.body
        (mail,) = mails_within(url, 20)
        assert ask(url, answer.headers["location"]).status == 200
        page = ask(url, "/_local/mail").body.decode()
    assert mail["to"] == ["ratna@surabaya.example"]
    assert mail["subject"]
    assert html.escape(mail["subject"]) in page


def test_two_portals_in_turn_begin_empty_and_end_clean() -> None:
    for _ in range(2):
        with running_portal() as url:
            assert mails(url) == []
        with pytest.raises(OSError):
            ask(url, "/")


def test_the_portal_runs_on_another_emulator() -> None:
    offering = json.loads((ROOT / "build" / "assets" / "offerings.json").read_text())[0]
    with second_emulator() as emulator, running_portal(endpoint_url=emulator) as url:
        seats = json.loads(ask(url, f"/layanan/kegiatan/{offering}/kursi", accept="application/json").body)
        assert seats["seats"] > 0
        assert mails(url) == []


def test_neither_a_profile_nor_a_proxy_of_this_machine_stands_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with running_portal() as url:
        assert ask(url, "/layanan/pendaftaran/status").status == 200
        assert mails(url) == []
