"""What measurements need to be running, one thing at a time, so that none disturbs another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, Self, TypeVar, cast

from infra.bench.storage import Storage, storage
from infra.portal_process import running_portal

T = TypeVar("T")


class Rooms:
    """Opens the portal or its storage when a measurement asks for it, and closes what was open before."""

    def __init__(self) -> None:
        """Nothing is open."""
        self._stack = ExitStack()
        self._open: tuple[Callable[[], Any], Any] | None = None

    def __enter__(self) -> Self:
        """Use it to the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what is open."""
        self.quiet()

    def portal(self) -> str:
        """The address of a running portal."""
        return self._room(running_portal)

    def storage(self) -> Storage:
        """The emulated AWS alone, in a process of its own."""
        return self._room(storage)

    def quiet(self) -> None:
        """Nothing of ours runs."""
        self._stack.close()
        self._open = None

    def _room(self, kind: Callable[[], AbstractContextManager[T]]) -> T:
        if self._open is None or self._open[0] is not kind:
            self.quiet()
            self._open = kind, self._stack.enter_context(kind())
        return cast("T", self._open[1])
