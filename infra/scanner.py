"""What stands here for the managed malware scanner: ClamAV when `clamd` runs, else a stand-in that knows one file.

The stand-in refuses the EICAR test file, plain or inside an archive, and lets everything else through: it shows the
way that an infected file takes, and finds no malware.
"""

from __future__ import annotations

import io
import os
import socket
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from uploads.rules import NOTHING_FOUND, SOMETHING_FOUND

# Spelt in two pieces, so that no scanner takes this file for the one that it speaks of.
EICAR: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SOCKETS: Final = ("/run/clamav/clamd.ctl", "/var/run/clamav/clamd.ctl", "/run/clamd.scan/clamd.sock",
                  "/opt/homebrew/var/run/clamav/clamd.sock")
SECONDS: Final = 30.0
MOST_MEMBER: Final = 8 * 1024 ** 2
FAILED: Final = "FAILED"


@dataclass(frozen=True)
class Scanner:
    """Somebody who says of a content what GuardDuty would say; `name` is what people are told."""

    name: str
    status_of: Callable[[bytes], str]


def scanner() -> Scanner:
    """ClamAV at CLAMD (a socket's path or host:port) or where its packages put its socket, else the stand-in."""
    wanted = os.environ.get("CLAMD")
    for place in [wanted] if wanted else SOCKETS:
        if _answers(place):
            return Scanner(f"ClamAV at {place}", partial(_ask_clamd, place))
    return Scanner("a stand-in that knows the EICAR test file only", stand_in)


def stand_in(content: bytes) -> str:
    """Whether the EICAR test file is in it."""
    return SOMETHING_FOUND if any(EICAR in each for each in _contents(content)) else NOTHING_FOUND


def _contents(content: bytes) -> list[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [each for each in archive.infolist() if each.file_size < MOST_MEMBER]
            return [content, *(archive.read(each) for each in members[:100])]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, OSError):
        return [content]  # no archive, or one that nobody can read: the inspection says so


def _connected(place: str) -> socket.socket:
    if place.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        try:
            line.connect(place)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), SECONDS)


def _answers(place: str) -> bool:
    try:
        with _connected(place) as line:
            line.sendall(b"zPING\0")
            return line.recv(64).startswith(b"PONG")
    except (OSError, ValueError):
        return False


def _ask_clamd(place: str, content: bytes) -> str:
    """What clamd says of a stream (its manual, INSTREAM): `stream: OK`, `stream: <name> FOUND`, or an error."""
    try:
        with _connected(place) as line:
            line.sendall(b"zINSTREAM\0" + struct.pack(">I", len(content)) + content + struct.pack(">I", 0))
            answer = line.recv(4096)
    except OSError:
        return FAILED
    if answer.rstrip(b"\0\n").endswith(b"FOUND"):
        return SOMETHING_FOUND
    return NOTHING_FOUND if b"OK" in answer else FAILED
