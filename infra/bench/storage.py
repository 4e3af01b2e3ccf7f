"""The emulated AWS with offerings to register for, and what a function finds in its environment.

The emulator is a process of its own, so that its processor time is nobody else's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from unittest.mock import patch

from dupak import press
from infra.emulator import CREDENTIALS, Emulator, provision
from infra.lambdas import environment
from infra.run import PARAMETERS
from infra.template_reader import ROOT, Template
from portal import kms
from portal.records import Table, client
from registrations.catalogue import Catalogue
from registrations.models import Offering
from tests.people import a_quota, an_offering

NOW = datetime.now(UTC)
# One offering that never fills up and has a quota, and one that is full when one person has come.
SPACIOUS = an_offering(now=NOW, id="bimtek-lapang", seats=600, quotas=[a_quota(now=NOW, share=30)])
NARROW = an_offering(now=NOW, id="bimtek-sempit", seats=1)


@dataclass(frozen=True, eq=False)
class Storage:
    """Where it answers, the names of its tables, and the variables that a function finds in its environment."""

    endpoint: str
    names: Mapping[str, str]
    variables: Mapping[str, str]

    @property
    def registrations(self) -> Table:
        """The registrations' table."""
        return Table(self.names["RegistrationsTable"])

    def publish(self, offering: Offering) -> None:
        """Open an offering for registration."""
        Catalogue(self.registrations).publish(offering)


@contextmanager
def storage() -> Iterator[Storage]:
    """Storage with two offerings; within the block this process finds it as a function would."""
    emulator = Emulator().start()
    try:
        with patch.dict(os.environ, CREDENTIALS):
            names = provision(Template(), emulator.url, stack="bench")
        opened = Storage(emulator.url, names, _variables(emulator.url, names))
        with patch.dict(os.environ, opened.variables):
            forget()
            for each in (SPACIOUS, NARROW):
                opened.publish(each)
            yield opened
    finally:
        forget()
        emulator.stop()


def forget() -> None:
    """Let this process look for the store and the key service anew: another emulator has another address and keys."""
    for kept in (client, kms.client, press.settings):
        kept.cache_clear()


def _variables(endpoint: str, names: Mapping[str, str]) -> dict[str, str]:
    """The template's variables of all functions, and what an account on this machine needs besides."""
    return {**environment(Template(), {**names, **PARAMETERS}), **CREDENTIALS, "AWS_ENDPOINT_URL": endpoint,
            "ASSETS_FOLDER": str(ROOT / "build" / "assets")}
