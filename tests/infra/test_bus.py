"""Buckets tell the functions what happens in them, and the scanner says of each content what GuardDuty would."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.bus import ATTEMPTS, BucketPump, Bus, bucket_pumps
from infra.emulator import Emulator, client, provision
from infra.lambdas import Lambda
from infra.scanner import EICAR, FAILED, Scanner, scanner, stand_in
from infra.template_reader import Template
from tests.hostile import archive, docx, pdf
from uploads.rules import NOTHING_FOUND, SOMETHING_FOUND

TEMPLATE = Template()
KEY = "masuk/01JD8Z3C4V5W6X7Y8Z9A0B1C01"


@dataclass
class Listener:
    """A function that remembers what it was told, and fails so many times first."""

    failures: int = 0
    heard: list[Any] = field(default_factory=list)

    def handle(self, event: Any, _context: Any) -> None:
        self.heard.append(event)
        if len(self.heard) <= self.failures:
            raise RuntimeError


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    running = Emulator().start()
    yield running
    running.stop()


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def pump(emulator: Emulator, listener: Listener, request: pytest.FixtureRequest) -> BucketPump:
    """The pump that the template asks for, with a listener in the inspector's place."""
    stack = f"t{abs(hash(request.node.name)) % 10 ** 8}"
    names = provision(TEMPLATE, emulator.url, stack=stack)
    functions = {"InspectorFunction": Lambda(TEMPLATE.functions["InspectorFunction"], listener.handle)}
    (only,) = bucket_pumps(TEMPLATE, functions, names, lambda service: client(service, emulator.url),
                           Scanner("", stand_in))
    assert isinstance(only, BucketPump)
    return only


def put(pump: BucketPump, key: str, content: bytes) -> None:
    pump.s3.put_object(Bucket=pump.bucket, Key=key, Body=content)


def test_what_comes_in_is_told_once_and_scanned(pump: BucketPump, listener: Listener) -> None:
    put(pump, KEY, pdf())
    assert pump.run_once()
    assert not pump.run_once()
    arrived, scanned = listener.heard
    assert arrived["detail"]["object"]["key"] == scanned["detail"]["s3ObjectDetails"]["objectKey"] == KEY
    assert arrived["detail"]["object"]["etag"] == scanned["detail"]["s3ObjectDetails"]["eTag"]
    assert scanned["detail"]["scanResultDetails"]["scanResultStatus"] == NOTHING_FOUND


def test_what_is_replaced_is_told_again(pump: BucketPump, listener: Listener) -> None:
    for content in (pdf(), EICAR):
        put(pump, KEY, content)
        pump.run_once()
    assert [each["detail"]["scanResultDetails"]["scanResultStatus"] for each in listener.heard[1::2]] == [
        NOTHING_FOUND, SOMETHING_FOUND]


def test_what_the_inspection_lays_beside_it_is_told_to_nobody(pump: BucketPump, listener: Listener) -> None:
    put(pump, "diperiksa/01JD8Z3C4V5W6X7Y8Z9A0B1C01/00", pdf())
    put(pump, "malware-protection-resource-validation-object", b"x")
    pump.run_once()
    assert listener.heard == []


@pytest.mark.parametrize("failures", [1, ATTEMPTS + 1])
def test_a_function_that_fails_is_called_three_times_and_no_more(failures: int) -> None:
    listener = Listener(failures)
    Bus([(Lambda(TEMPLATE.functions["InspectorFunction"], listener.handle), {"source": ["aws.s3"]})]).tell(
        {"source": "aws.s3", "detail-type": "Object Created"})
    assert len(listener.heard) == min(failures + 1, ATTEMPTS)


def test_events_of_other_buckets_and_sources_are_for_nobody(pump: BucketPump, listener: Listener) -> None:
    pump.bus.tell({"source": "aws.s3", "detail-type": "Object Created", "detail": {
        "bucket": {"name": "another"}, "object": {"key": KEY}}})
    pump.bus.tell({"source": "aws.s3", "detail-type": "Object Deleted", "detail": {
        "bucket": {"name": pump.bucket}, "object": {"key": KEY}}})
    assert listener.heard == []


# -- the scanner ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "status"), [
    (EICAR, SOMETHING_FOUND), (b"x" * 100 + EICAR, SOMETHING_FOUND), (docx({"a.png": EICAR}), SOMETHING_FOUND),
    (archive({"a.txt": EICAR}), SOMETHING_FOUND), (pdf(), NOTHING_FOUND), (docx(), NOTHING_FOUND),
    (b"", NOTHING_FOUND), (b"PK\x03\x04" + b"\0" * 50, NOTHING_FOUND)])
def test_the_stand_in_knows_one_file_and_nothing_else(content: bytes, status: str) -> None:
    assert stand_in(content) == status


@pytest.fixture
def clamd() -> Iterator[Callable[[bytes], str]]:
    """Somebody who answers as clamd does; gives its address."""
    doors: list[socket.socket] = []

    def start(answer: bytes) -> str:
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)

        def serve() -> None:
            with suppress(OSError):  # the door is closed when the test ends, asked or not
                for _ in range(2):
                    line, _ = door.accept()
                    with line:
                        line.sendall(b"PONG\0" if line.recv(10).startswith(b"zPING") else _drained(line, answer))

        threading.Thread(target=serve, daemon=True).start()
        return f"127.0.0.1:{door.getsockname()[1]}"

    yield start
    for each in doors:
        each.close()


def _drained(line: socket.socket, answer: bytes) -> bytes:
    received = b""
    while not received.endswith(b"\0\0\0\0"):
        received += line.recv(65536)
    return answer


@pytest.mark.parametrize(("answer", "status"), [
    (b"stream: OK\0", NOTHING_FOUND), (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", SOMETHING_FOUND),
    (b"INSTREAM size limit exceeded. ERROR\0", FAILED), (b"", FAILED)])
def test_clamav_is_asked_where_it_runs(clamd: Callable[[bytes], str], answer: bytes, status: str,
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    place = clamd(answer)
    monkeypatch.setenv("CLAMD", place)
    found = scanner()
    assert found.name == f"ClamAV at {place}"
    assert found.status_of(pdf()) == status


@pytest.mark.parametrize("place", ["127.0.0.1:1", "/nowhere/clamd.ctl", "nonsense"])
def test_without_clamav_the_stand_in_says_that_it_is_one(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAMD", place)
    assert "stand-in" in scanner().name


def test_a_clamav_that_goes_away_is_no_all_clear(clamd: Callable[[bytes], str],
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAMD", clamd(b""))
    found = scanner()
    monkeypatch.setattr("infra.scanner._connected", lambda _place: (_ for _ in ()).throw(OSError()))
    assert found.status_of(pdf()) == FAILED
