"""The door of an activity: two hundred people while the network is gone half of the time, and the list is right.

And what a phone keeps between two people who use it, over a new version of the page, and before its camera.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Error, Page, expect

from infra.browser import FLAGS, find_browser
from infra.published import SITE
from portal import records
from portal.audit import Audit
from portal.identifiers import format_reference, parse_moment
from portal.records import Table
from registrations.entrance import AT_THE_SAME_TIME
from registrations.store import Record, Registrations
from tests.codes import code_of, seen_askew
from tests.journeys.inspection import PHONE, faults_of
from tests.journeys.line import Line
from tests.journeys.stage import MODEL, Stage, an_open_offering
from tests.journeys.watch import Watch
from tests.people import a_record, visitor
from tests.signing_in import signed_in

PEOPLE, A_ROUND = 200, 25
NOBODY = "2222-2222"  # a number that nobody has
EXACT = timedelta(seconds=1)
WRITTEN = EXACT + AT_THE_SAME_TIME  # what the audit takes for one moment
LONG = timedelta(hours=2)
# What the browser says of a line that is cut, and of a session that has ended.
EXPECTED = ("net::ERR_", "Failed to fetch", "answered 401", "status of 401")

OpenDoor = Callable[..., Page]


@pytest.fixture
def at(browser: Browser) -> Iterator[OpenDoor]:
    """Opens a phone on which a demo person has signed in, at the door of an activity."""
    watches, contexts = [], []

    def opened(origin: str, subject: str = "siti", **options: Any) -> Page:
        context = browser.new_context(base_url=origin, viewport=PHONE, has_touch=True, **options)
        context.add_cookies(cookies_of(origin, subject))
        context.set_default_timeout(15_000)
        watches.append(Watch(origin))
        watches[-1].over(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    unexpected = [each for watch in watches for each in watch.complaints if not any(said in each for said in EXPECTED)]
    assert not unexpected, unexpected


def cookies_of(origin: str, subject: str) -> Any:
    """What a browser holds in which this demo person has signed in."""
    def get(path: str, held: Mapping[str, str]) -> tuple[int, Mapping[str, str], list[str]]:
        answer = requests.get(origin + path, cookies=dict(held), allow_redirects=False, timeout=10)
        return answer.status_code, answer.headers, answer.raw.headers.getlist("Set-Cookie")

    return [{"name": name, "value": value, "url": origin} for name, value in signed_in(get, subject).items()]


def soon() -> datetime:
    """In an hour: people may come already, and may still cancel."""
    return datetime.now(UTC) + timedelta(hours=1)


def seated(stage: Stage, offering: str, number: int, first: int = 0) -> list[Record]:
    """People with a seat."""
    declared = an_open_offering(MODEL, id=offering, seats=1000)
    people = [a_record(visitor(each, name=f"Peserta {each:03d}"), declared, number=50_000 + each)
              for each in range(first, first + number)]
    stage.seat(offering, people)
    return people


def door_of(offering: str) -> str:
    return f"/layanan/meja/kegiatan/{offering}/hadir"


def be_ready(page: Page, offering: str) -> None:
    """Open the page and wait until the phone can open it without network."""
    page.goto(door_of(offering))
    expect(page.locator("[data-kept]")).to_be_visible()


def note(page: Page, number: str) -> datetime:
    """Type a number; answers when."""
    page.locator("#nomor").fill(number)
    moment = datetime.now(UTC)
    page.locator("#nomor").press("Enter")
    return moment


def told(page: Page) -> Any:
    return page.locator("[data-told]")


def state_line(page: Page) -> Any:
    return page.locator("[data-line]")


def test_two_hundred_people_with_the_network_gone_half_of_the_time(stage: Stage, line: Line, at: OpenDoor) -> None:
    offering = stage.declare(starts=soon(), seats=PEOPLE + 4)
    people = seated(stage, offering, PEOPLE)
    (leaver,) = seated(stage, offering, 1, first=800)
    phone, other = at(line.url), at(stage.url)
    be_ready(phone, offering)
    cancel(stage, leaver)
    (promoted,) = seated(stage, offering, 1, first=900)  # got the seat after the phone had fetched its list
    came: dict[str, datetime] = {}

    for begin in range(0, PEOPLE, A_ROUND):
        here = people[begin:begin + A_ROUND]
        number = begin // A_ROUND
        if number % 2 == 0:
            line.cut()
        for place, record in enumerate(here):
            came[record.reference] = note(phone, format_reference(record.reference))
            if place == 12 and number % 2 == 0:
                expect(state_line(phone)).to_have_text(f"Tersimpan di ponsel ini, menunggu jaringan ({place + 1})")
                phone.reload()  # the phone has killed the page, and there is no network
                expect(state_line(phone)).to_have_text(f"Tersimpan di ponsel ini, menunggu jaringan ({place + 1})")
        if number == 0:
            note(phone, people[3].reference.lower())
            expect(told(phone)).to_have_text("Peserta 003: sudah tercatat hadir sebelumnya.")
            note(phone, leaver.reference)
            expect(told(phone)).to_have_text("Peserta 800: hadir, tersimpan di ponsel ini.")
            note(phone, NOBODY)
            expect(told(phone)).to_contain_text("tidak ada di daftar ponsel ini")
            came[promoted.reference] = note(phone, promoted.reference)
        if number == 2:
            # Five are in the portal already; of five more it hears from the other door first, so that moment counts.
            come_to_the_other_phone(other, offering, people[:5])
            came |= come_to_the_other_phone(other, offering, here[:5])
        if number == 4:
            let_time_pass(phone)
            came |= {record.reference: came[record.reference] - LONG for record in here}
            line.lose_the_next_answer()
        if number % 2 == 0:
            line.mend()
        else:
            expect(state_line(phone)).to_have_text("Semua catatan sudah terkirim.", timeout=30_000)
    assert line.lost_answers == 1

    expect(phone.locator("[data-count]")).to_have_text(f"{len(came)} dari {len(came)} peserta sudah hadir")
    troubles = phone.locator("[data-troubles] li")
    expect(troubles).to_have_text([
        f"{NOBODY}: tidak ada di daftar peserta yang mendapat kursi",
        f"{format_reference(leaver.reference)}: sudah dibatalkan, jadi tidak dicatat hadir"])
    phone.reload()
    expect(troubles).to_have_count(2)
    phone.get_by_role("button", name="Sudah saya lihat").tap()
    expect(troubles).to_have_count(0)
    the_list_is_right(stage, phone, offering, came, leaver)


def come_to_the_other_phone(page: Page, offering: str, people: list[Record]) -> dict[str, datetime]:
    """They show themselves at the other door too, which has network; answers when."""
    page.goto(door_of(offering))
    came = {record.reference: note(page, record.reference) for record in people}
    expect(state_line(page)).to_have_text("Semua catatan sudah terkirim.")
    return came


# -- whose phone it is ---------------------------------------------------------------------------------------------


def kept(page: Page, store: str) -> list[dict[str, Any]]:
    """What this phone keeps: `lists` or `notes`."""
    return page.evaluate("""store => new Promise((done) => {
      indexedDB.open("hadir").onsuccess = (event) => {
        const database = event.target.result;
        const all = database.transaction(store).objectStore(store).getAll();
        all.onsuccess = () => { database.close(); done(all.result); };
      };
    })""", store)


def is_gone(page: Page, address: str) -> bool:
    """Whether nobody answers for this address while there is no network."""
    window = page.context.new_page()
    with window, suppress(Error):
        window.goto(address)
        return False
    return True


def be_somebody_else(page: Page, subject: str) -> None:
    page.context.add_cookies(cookies_of(str(page.evaluate("location.origin")), subject))


def test_a_list_is_never_shown_to_the_next_person_and_notes_wait_for_who_made_them(
        stage: Stage, line: Line, at: OpenDoor) -> None:
    stage.publish(an_open_offering(MODEL, starts=soon()))
    guest, late = seated(stage, MODEL, 2, first=600)
    page = at(line.url)
    be_ready(page, MODEL)
    assert {name for each in kept(page, "lists")[0]["people"] for name in each} == {
        "here", "name", "number", "reference"}
    line.cut()
    moment = note(page, guest.reference)
    expect(state_line(page)).to_have_text("Tersimpan di ponsel ini, menunggu jaringan (1)")
    assert set(kept(page, "notes")[0]) == {"at", "mark", "number", "offering", "until"}, "no name"
    stage.leave_alone(next(each["value"] for each in page.context.cookies() if each["name"] == "sesi"), hours=2)
    line.mend()
    page.get_by_role("button", name="Kirim sekarang").tap()
    expect(state_line(page)).to_contain_text("Sesi Anda sudah berakhir")
    expect(page.get_by_role("link", name="Masuk lagi")).to_have_attribute(
        "href", f"/layanan/masuk?ke=%2Flayanan%2Fmeja%2Fkegiatan%2F{MODEL}%2Fhadir")
    assert kept(page, "lists") == []
    assert faults_of(page) == []

    be_somebody_else(page, "budi")
    page.goto(door_of(MODEL))
    expect(state_line(page)).to_contain_text("catatan petugas lain yang belum terkirim (1)")
    note(page, late.reference)
    expect(page.locator(f"[data-number='{late.reference}'] [data-state]")).to_have_text("sudah hadir")
    expect(page.locator(f"[data-number='{guest.reference}'] [data-state]")).to_have_text("")
    line.cut()
    page.reload()
    expect(page.locator("[data-count]")).to_be_visible()
    line.mend()

    page.goto("/layanan/akun")
    page.get_by_role("button", name="Keluar", exact=True).tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anda sudah keluar")
    page.wait_for_function("async () => (await caches.keys()).length === 0")
    assert kept(page, "lists") == []
    line.cut()
    assert is_gone(page, door_of(MODEL))
    line.mend()

    page.goto("/")
    be_somebody_else(page, "siti")
    page.goto(door_of(MODEL))
    expect(page.locator(f"[data-number='{guest.reference}'] [data-state]")).to_have_text("sudah hadir")
    assert kept(page, "notes") == []
    with stage._storage():
        found = Registrations(Table(stage.table), Random(1)).find(guest.reference)
    assert found
    assert abs(parse_moment(str(found.checked_in_at)) - moment) < EXACT


def test_a_page_that_is_left_open_shows_nothing_once_somebody_else_has_signed_in(
        stage: Stage, line: Line, at: OpenDoor) -> None:
    (guest,) = seated(stage, MODEL, 1, first=620)
    page = at(line.url)
    be_ready(page, MODEL)
    line.cut()
    be_somebody_else_without_network(page)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(state_line(page)).to_contain_text("Tidak ada yang masuk di ponsel ini")
    expect(page.get_by_text(str(guest.answers["name"]))).to_have_count(0)
    assert kept(page, "lists") == []
    line.mend()


def be_somebody_else_without_network(page: Page) -> None:
    """Signed out in another window a moment before the network went."""
    page.context.clear_cookies()


# -- a new version --------------------------------------------------------------------------------------------------


def test_a_new_version_replaces_the_old_one_and_serves_no_other_page(stage: Stage, line: Line, at: OpenDoor) -> None:
    offering = stage.declare(starts=soon())
    page = at(line.url)
    be_ready(page, offering)
    worker = SITE / "layanan" / "meja" / "hadir.js"
    before = worker.read_text(encoding="utf-8")
    version = re.search(r'"version": "(\w+)"', before)
    assert version
    assert page.evaluate("caches.keys()") == [f"check-in {door_of(offering)} {version[1]}"]
    registered = page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.map((one) => one.scope))")
    assert registered == [line.url + door_of(offering)]
    try:
        worker.write_text(before.replace(version[1], "0123456789"), encoding="utf-8")
        page.reload()
        page.wait_for_function("async (name) => String(await caches.keys()) === name",
                               arg=f"check-in {door_of(offering)} 0123456789")
    finally:
        worker.write_text(before, encoding="utf-8")
    line.cut()
    others = ("/", "/layanan/meja", f"/layanan/meja/kegiatan/{offering}", f"{door_of(offering)}x",
              door_of(f"{offering}0"))
    assert [each for each in others if not is_gone(page, each)] == []
    page.goto(f"{door_of(offering)}?lang=en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check in")
    line.mend()


# -- the camera ------------------------------------------------------------------------------------------------------


def test_a_code_is_read_by_the_camera_without_network_and_on_no_other_page(
        browser: Browser, stage: Stage, line: Line, tmp_path: Path) -> None:
    offering = stage.declare(starts=soon())
    guest, _ = seated(stage, offering, 2, first=700)
    film(tmp_path / "code.y4m", f"https://portal.test/layanan/pendaftaran/status/{guest.reference}")
    chromium = browser.browser_type.launch(executable_path=find_browser(), args=[
        *FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else []), "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={tmp_path / 'code.y4m'}"])
    page = chromium.new_context(base_url=line.url, viewport=PHONE, has_touch=True).new_page()
    page.context.add_cookies(cookies_of(line.url, "siti"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    be_ready(page, offering)
    assert not [each for each in asked if "/qr-" in each], "the library comes with the camera"
    line.cut()
    page.reload()
    page.get_by_role("button", name="Pindai QR dengan kamera").tap()
    expect(told(page)).to_have_text(f"{guest.answers['name']}: hadir, tersimpan di ponsel ini.")
    assert [each for each in asked if "/qr-" in each], "this browser reads no codes by itself"
    page.get_by_role("button", name="Tutup kamera").tap()
    expect(page.locator("video")).to_be_hidden()
    line.mend()
    page.goto("/")
    assert page.evaluate("navigator.mediaDevices.getUserMedia({ video: true }).catch((error) => error.name)"
                         ) == "NotAllowedError"
    chromium.close()


def film(file: Path, text: str) -> None:
    """A camera that looks at a code, a little from the side."""
    code = seen_askew(code_of(text), (640, 480), Random(7)).convert("L")
    frame = b"FRAME\n" + code.tobytes() + bytes([128]) * (640 * 480 // 2)
    file.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420\n" + frame * 5)


# -- what stands behind it -------------------------------------------------------------------------------------------


def let_time_pass(page: Page) -> None:
    """As if what waits on this phone had been noted long ago, and the phone was closed in between."""
    page.evaluate(f"""async () => {{
      const open = indexedDB.open("hadir");
      await new Promise((done) => {{ open.onsuccess = done; }});
      const transaction = open.result.transaction("notes", "readwrite");
      const notes = transaction.objectStore("notes");
      const all = notes.getAll();
      all.onsuccess = () => all.result.filter((note) => !note.code).forEach((note) => notes.put(
        {{ ...note, at: new Date(Date.parse(note.at) - {LONG.total_seconds() * 1000}).toISOString() }}));
      await new Promise((done) => {{ transaction.oncomplete = done; }});
      open.result.close();
    }}""")
    page.reload()
    expect(state_line(page)).to_contain_text("menunggu jaringan")


def cancel(stage: Stage, record: Record) -> None:
    with stage._storage():
        store = Registrations(Table(stage.table), Random(1))
        store.table.write(records.update(record.key, "SET cancelled_at = :now REMOVE seat",
                                         values={"now": record.received_at}))


def the_list_is_right(stage: Stage, page: Page, offering: str, came: Mapping[str, datetime], leaver: Record) -> None:
    """The desk's list, the attendance list, the file and the audit: each person once, as they came."""
    get = page.request.get
    file = get(f"/layanan/meja/kegiatan/{offering}/unduh/csv").text()
    rows = list(csv.DictReader(io.StringIO(file.lstrip("\ufeff"))))
    present = {row["Nomor pendaftaran"].replace("-", "") for row in rows if row["Hadir"]}
    assert present == set(came)
    assert len(rows) == len(came) + 1
    attendance = get(f"/layanan/meja/kegiatan/{offering}/daftar-hadir").text()
    assert attendance.count("Peserta ") == len(came)
    assert leaver.answers["name"] not in attendance
    with stage._storage():
        store, audit = Registrations(Table(stage.table), Random(1)), Audit(Table(stage.audit))
        for record in store.of_offering(offering):
            entries = [each for each in audit.entries("registration", format_reference(record.reference))
                       if each["action"] == "checked_in"]
            if record.reference not in came:
                assert (record.checked_in_at, entries) == (None, [])
                continue
            assert record.checked_in_at
            assert abs(parse_moment(record.checked_in_at) - came[record.reference]) < EXACT
            (entry,) = entries
            assert abs(parse_moment(entry.get("done_at", entry["at"])) - came[record.reference]) < WRITTEN
