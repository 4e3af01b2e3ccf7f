"""Send evidence files: several at once with a script, one without, on a phone, over a line that breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, Route, expect

from infra.run import Portal, portal_in_this_process
from infra.scanner import EICAR
from tests.hostile import docx, from_a_phone, pdf
from tests.journeys.inspection import DESK, PHONE, faults_of
from tests.journeys.watch import Watch
from tests.signing_in import signed_in

FILES = "/layanan/berkas"
BROKEN = "ERR_CONNECTION_RESET"  # what the browser says of a line that a journey breaks
SOON = 30_000  # milliseconds until both have looked


def chosen(name: str, content: bytes, kind: str = "application/pdf") -> Any:
    return {"name": name, "mimeType": kind, "buffer": content}


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A portal whose buckets' address is known."""
    with portal_in_this_process() as running:
        yield running


def cookies_of(portal: Portal, subject: str) -> Any:
    """The cookies of a browser in which this demo person has signed in."""
    def get(path: str, held: Mapping[str, str]) -> tuple[int, Mapping[str, str], list[str]]:
        answer = requests.get(portal.base_url + path, cookies=dict(held), allow_redirects=False, timeout=10)
        return answer.status_code, answer.headers, answer.raw.headers.getlist("Set-Cookie")

    return [{"name": name, "value": value, "url": portal.base_url}
            for name, value in signed_in(get, subject).items()]


@pytest.fixture
def person(browser: Browser, portal: Portal) -> Iterator[Any]:
    """Opens a browser in which a demo person has signed in."""
    watch = Watch(portal.base_url, portal.endpoint_url)
    contexts = []

    def opened(subject: str, **options: Any) -> Page:
        usual = {"base_url": portal.base_url, "viewport": DESK}
        context = browser.new_context(**{**usual, **options})
        context.add_cookies(cookies_of(portal, subject))
        watch.over(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    unexpected = [each for each in watch.complaints if BROKEN not in each]
    assert not unexpected, unexpected


def line_of(page: Page, name: str) -> Any:
    return page.locator(".portal-upload .portal-file").filter(has_text=name)


def test_several_files_are_sent_at_once_and_each_is_told_its_own(person: Any) -> None:
    page = person("helmy")
    page.goto(FILES)
    page.get_by_label("Pilih satu berkas atau lebih").set_input_files([
        chosen("SK pengangkatan.pdf", pdf()), chosen("IMG_1.jpg", from_a_phone(), "image/jpeg"),
        chosen("virus.docx", docx({"word/media/image1.png": EICAR}), ""), chosen("kosong.pdf", b""),
        chosen("skrip.pdf", pdf(catalog=b"/OpenAction << /S /JavaScript /JS (a) >>"))])
    expect(line_of(page, "SK pengangkatan.pdf")).to_contain_text("Berkas siap dipakai", timeout=SOON)
    expect(line_of(page, "IMG_1.jpg")).to_contain_text("Berkas siap dipakai", timeout=SOON)
    expect(line_of(page, "virus.docx")).to_contain_text("mengandung virus", timeout=SOON)
    expect(line_of(page, "kosong.pdf")).to_contain_text("Berkas ini kosong", timeout=SOON)
    expect(line_of(page, "skrip.pdf")).to_contain_text("PDF ini berisi skrip", timeout=SOON)
    assert faults_of(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="SK pengangkatan.pdf").click()
    assert download.value.suggested_filename.startswith("berkas-")
    assert download.value.path().read_bytes() == pdf()


def test_a_file_is_sent_without_script(person: Any) -> None:
    page = person("siti", java_script_enabled=False)
    page.goto(f"{FILES}?lang=en")
    page.get_by_label("Name of the file").fill("Letter of appointment")
    page.get_by_role("button", name="Go on to choose the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose the file")
    page.get_by_label("Choose the file").set_input_files([chosen("x.pdf", pdf())])
    page.get_by_role("button", name="Send the file").click()
    page.wait_for_url(f"**{FILES}/**key=**")
    look = page.get_by_role("link", name="See again how it stands")
    again = str(look.get_attribute("href"))
    look.click()
    for _ in range(60):
        page.goto(again)
        if page.get_by_role("heading", level=1).inner_text() == "The file can be used":
            break
        page.wait_for_timeout(500)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith(".pdf")
    page.goto(f"{FILES}?lang=en")
    expect(page.get_by_role("link", name="Letter of appointment.pdf", exact=True)).to_be_visible()


def test_a_line_that_breaks_is_tried_again_and_nothing_is_sent_twice(person: Any) -> None:
    page = person("budi", viewport=PHONE)
    broken = []

    def once(route: Route) -> None:
        if route.request.method == "POST" and len(broken) < 2:
            broken.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.goto(FILES)
    page.route("**/*quarantinebucket*", once)
    page.get_by_label("Pilih satu berkas atau lebih").set_input_files([chosen("SK.pdf", pdf())])
    expect(line_of(page, "SK.pdf")).to_contain_text("Berkas siap dipakai", timeout=SOON)
    assert len(broken) == 2
    page.reload()
    expect(page.locator(".portal-files .portal-file")).to_have_count(1)


def test_the_page_of_files_can_be_used_by_everybody(person: Any) -> None:
    page = person("made", viewport=PHONE)
    page.goto(FILES)
    expect(page.get_by_label("Pilih satu berkas atau lebih")).to_be_visible()
    assert faults_of(page) == []
    asked = page.request.post(FILES, data={"submission_id": "01JD8Z3C4V5W6X7Y8Z9A0B1C77", "file_name": "SK.pdf"})
    page.goto(f"{FILES}/{asked.json()['upload']}")
    assert faults_of(page) == []
