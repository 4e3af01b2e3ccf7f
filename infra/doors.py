"""The doors that the template names, and the forms behind them: a form is found through its route."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from infra.template_reader import Template
from portal.forms import Form
from portal.inbox import Inbox
from portal.web import Routes


@cache
def doors() -> tuple[ModuleType, ...]:
    """The handler module of every function that the API calls."""
    names = {function.properties["Handler"].rpartition(".")[0] for function in Template().functions.values()}
    modules = [importlib.import_module(name) for name in sorted(names)]
    return tuple(module for module in modules if hasattr(module, "ROUTES"))


def routes() -> Routes:
    """Every route of the portal."""
    return {route: answer for module in doors() for route, answer in module.ROUTES.items()}


def inboxes() -> tuple[Inbox, ...]:
    """The forms that are simply remembered for a desk."""
    return tuple(value for module in doors() for value in vars(module).values() if isinstance(value, Inbox))


def forms() -> Iterator[Form]:
    """Every form that a door takes; one without an address is there for its words only."""
    yield from (inbox.form for inbox in inboxes())
    yield from (value for door in doors() for module in (door, *_later(door)) for value in vars(module).values()
                if isinstance(value, Form) and value.action)


def _later(door: ModuleType) -> Iterator[ModuleType]:
    """Further modules whose forms are a door's (`LATER`), such as those that it loads only when somebody asks."""
    yield from map(importlib.import_module, getattr(door, "LATER", ()))
