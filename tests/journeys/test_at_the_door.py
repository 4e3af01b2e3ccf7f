"""Two hundred people are checked in at a door where the network is gone half of the time, and the list is right."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from portal import records
from portal.audit import Audit
from portal.identifiers import format_reference, parse_moment
from portal.records import Table
from registrations.desk import AT_THE_SAME_TIME
from registrations.store import Record, Registrations
from tests.journeys.inspection import PHONE
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
BROKEN = ("net::ERR_", "Failed to fetch", "failed to load")  # what the browser says of a line that is cut

OpenDoor = Callable[..., Page]


@pytest.fixture(scope="module")
def line(stage: Stage) -> Iterator[Line]:
    """The network of the village hall."""
    with Line(stage.url) as running:
        yield running


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
    unexpected = [each for watch in watches for each in watch.complaints if not any(said in each for said in BROKEN)]
    assert not unexpected, unexpected


def cookies_of(origin: str, subject: str) -> Any:
    """What a browser holds in which this demo person has signed in."""
    def get(path: str, held: Mapping[str, str]) -> tuple[int, Mapping[str, str], list[str]]:
        answer = requests.get(origin + path, cookies=dict(held), allow_redirects=False, timeout=10)
        return answer.status_code, answer.headers, answer.raw.headers.getlist("Set-Cookie")

    return [{"name": name, "value": value, "url": origin} for name, value in signed_in(get, subject).items()]


def seated(stage: Stage, offering: str, number: int, first: int = 0) -> list[Record]:
    """People with a seat."""
    declared = an_open_offering(MODEL, id=offering, seats=1000)
    people = [a_record(visitor(each, name=f"Peserta {each:03d}"), declared, number=50_000 + each)
              for each in range(first, first + number)]
    stage.seat(offering, people)
    return people


def door_of(offering: str) -> str:
    return f"/layanan/meja/{offering}/hadir"


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
    offering = stage.declare(seats=PEOPLE + 4)
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
    rows = list(csv.DictReader(io.StringIO(get(f"/layanan/meja/{offering}/unduh/csv").text().lstrip("\ufeff"))))
    present = {row["Nomor pendaftaran"].replace("-", "") for row in rows if row["Hadir"]}
    assert present == set(came)
    assert len(rows) == len(came) + 1
    attendance = get(f"/layanan/meja/{offering}/daftar-hadir").text()
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
