"""The functions, called in this process as Lambda would call them.

Knows Lambda's calling convention; knows nothing of HTTP, queues or streams.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import infra
from infra.template_reader import ACCOUNT, REGION, ROOT, Function, Template

CODE = ROOT / "functions"
PUBLISHER = "infra.catalogue"


@dataclass(frozen=True)
class Context:
    """What Lambda tells a function about its call."""

    function_name: str
    memory_limit_in_mb: int
    seconds: int
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)
    function_version: str = "$LATEST"
    log_stream_name: str = "local"
    client_context: None = None
    identity: None = None

    @property
    def invoked_function_arn(self) -> str:
        """The function's name in full."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Where its logs go."""
        return f"/portal/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Until the template's time-out."""
        return max(0, int((self.seconds - (time.monotonic() - self.started)) * 1000))


@dataclass(frozen=True)
class Lambda:
    """One function, ready to be called."""

    function: Function
    handler: Callable[[Any, Context], Any]

    def __call__(self, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 each kind of event has its own answer
        """Call it once; whatever it raises is the caller's to treat as Lambda's callers do."""
        context = Context(self.function.name, int(self.function.properties["MemorySize"]), self.function.seconds)
        return self.handler(event, context)


@contextmanager
def loaded_functions(template: Template, names: Mapping[str, Any],
                     differs_here: Mapping[str, str]) -> Iterator[dict[str, Lambda]]:
    """Every function of the template, freshly imported with the template's environment, but for what differs here.

    Fresh, because a function keeps its clients and settings for the life of its process; whatever was imported
    before is back in its place afterwards.
    """
    before = dict(os.environ)
    os.environ.update({**environment(template, names), **differs_here})
    with _fresh_modules():
        try:
            yield {name: Lambda(each, _handler(each)) for name, each in template.functions.items()}
        finally:
            os.environ.clear()
            os.environ.update(before)


def environment(template: Template, names: Mapping[str, Any]) -> dict[str, str]:
    """The variables of all functions together: in one process they share them, and agree where they overlap."""
    together: dict[str, str] = {}
    for function in template.functions.values():
        for name, value in template.resolve(function.environment, names).items():
            if together.setdefault(name, str(value)) != str(value):
                message = f"{function.name} has another {name} than the others: the runner cannot give it both"
                raise ValueError(message)
    return together


def publish_catalogue(table: str) -> None:
    """Put the catalogue into the table, with the code and the environment of the functions."""
    importlib.import_module(PUBLISHER).publish(table)


def _handler(function: Function) -> Callable[[Any, Context], Any]:
    module, name = function.handler.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]


@contextmanager
def _fresh_modules() -> Iterator[None]:
    """Within this block the functions' code (and the publisher, which uses it) is imported anew."""
    mine = {path.name for path in CODE.iterdir() if path.is_dir()}

    def taken_out() -> dict[str, ModuleType]:
        return {name: sys.modules.pop(name) for name in list(sys.modules)
                if name.partition(".")[0] in mine or name == PUBLISHER}

    earlier = taken_out()
    sys.path.insert(0, str(CODE))
    try:
        yield
    finally:
        sys.path.remove(str(CODE))
        taken_out()
        sys.modules.update(earlier)
        infra.__dict__.pop("catalogue", None)
        infra.__dict__.update({"catalogue": earlier[PUBLISHER]} if PUBLISHER in earlier else {})
