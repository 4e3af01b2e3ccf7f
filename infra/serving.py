"""A WSGI application served from this process, and stopped again: what waitress leaves to its caller."""

from __future__ import annotations

import errno
import logging
import resource
import threading
from collections.abc import Callable
from typing import Any, Self

from waitress.server import create_server
from waitress.wasyncore import loop

MANY = 4000  # connections at once: a race of a thousand must not wait at the door
LARGEST_BODY = 32 * 1024 * 1024  # what is read at all; the gateway refuses long before


class PortTaken(Exception):
    """Somebody else listens on this port."""


class Server:
    """Holds a port of 127.0.0.1 from the beginning, answers on it from `start` to `stop`; port 0 takes a free one."""

    def __init__(self, *, port: int, threads: int) -> None:
        """Bind the port; raises PortTaken."""
        _allow_many_files()
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._map: dict[int, Any] = {}
        self._stopping = threading.Event()
        try:
            self._server: Any = create_server(
                _nothing_yet, map=self._map, host="127.0.0.1", port=port, threads=threads, connection_limit=MANY,
                backlog=2048, max_request_body_size=LARGEST_BODY, asyncore_use_poll=True, ident=None)
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                raise PortTaken(port) from None
            raise
        self._thread = threading.Thread(target=self._loop, name=f"serving {self.url}", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.socket.getsockname()[1])

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, application: Callable[..., Any]) -> Self:
        """Begin to answer."""
        self._server.application = application
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish what was begun, close every connection."""
        self._stopping.set()
        if self._thread.is_alive():
            self._server.pull_trigger()
            self._thread.join(timeout=10)
        self._server.task_dispatcher.shutdown(timeout=5)
        for each in list(self._map.values()):
            each.close()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            loop(timeout=1, use_poll=True, map=self._map, count=1)


def _nothing_yet(*_: Any) -> list[bytes]:  # noqa: ANN401 never called: waitress wants an application early
    return []


def _allow_many_files() -> None:
    """Every connection is an open file, and many systems allow 1,024 unless asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(3 * MANY, hard) if hard != resource.RLIM_INFINITY else 3 * MANY
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
