"""A line between a browser and the portal that a journey can cut, mend, and let swallow one answer.

A browser's own "offline" switch tells scripts that the network is gone; a line that is dead in the field tells
nobody. Knows bytes, and of HTTP only what a request that changes something begins with.
"""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

AT_ONCE = 65536


class Line:
    """Listens on a port of its own and passes everything on to the portal."""

    def __init__(self, portal: str) -> None:
        self._portal = ("127.0.0.1", urlsplit(portal).port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.whole = True
        self.lost_answers = 0
        self._losing = False
        self._open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._server.close()

    def cut(self) -> None:
        """Nothing comes through any more, nor what was under way."""
        self.whole = False
        for each in list(self._open):
            _break(each)

    def mend(self) -> None:
        """Whoever asks now is answered."""
        self.whole = True

    def lose_the_next_answer(self) -> None:
        """The next request that changes something arrives; nobody hears what the portal said."""
        self._losing = True

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._server.accept()
                threading.Thread(target=self._connect, args=(browser,), daemon=True).start()

    def _connect(self, browser: socket.socket) -> None:
        if not self.whole:
            _break(browser)
            return
        portal = socket.create_connection(self._portal)
        self._open |= {browser, portal}
        swallow = threading.Event()
        back = threading.Thread(target=self._answers, args=(portal, browser, swallow), daemon=True)
        back.start()
        with suppress(OSError):
            while sent := browser.recv(AT_ONCE):
                if self._losing and sent.startswith(b"POST "):
                    self._losing = False
                    swallow.set()
                portal.sendall(sent)
        for each in (browser, portal):
            _break(each)
        self._open -= {browser, portal}

    def _answers(self, portal: socket.socket, browser: socket.socket, swallow: threading.Event) -> None:
        with suppress(OSError):
            while answered := portal.recv(AT_ONCE):
                if swallow.is_set():
                    self.lost_answers += 1
                    break
                browser.sendall(answered)
        _break(browser)


def _break(connection: socket.socket) -> None:
    """End a connection as a dead line does: without a goodbye."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
