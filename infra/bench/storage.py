"""The emulated AWS in a process of its own, so that its time is nobody else's; and what the functions find there.

Knows how the template's storage is made and what the functions need to find it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from unittest.mock import patch

from infra.bench.report import NotMeasured
from infra.emulator import CREDENTIALS, Emulator, provision
from infra.lambdas import environment
from infra.run import PARAMETERS
from infra.template_reader import ROOT, Template
from portal import records
from registrations.catalogue import Catalogue
from registrations.models import Offering
from tests.people import a_quota, an_offering

NOW = datetime.now(UTC)
# One offering that never fills up, one that is full when one person has come. Most have a quota.
SPACIOUS = an_offering(now=NOW, id="bimtek-lapang", seats=600, quotas=[a_quota(now=NOW, share=30)])
NARROW = an_offering(now=NOW, id="bimtek-sempit", seats=1)


@dataclass(frozen=True, eq=False)
class Storage:
    """Where it answers, the names of its tables, and the variables that a function finds in its environment."""

    endpoint: str
    names: Mapping[str, str]
    variables: Mapping[str, str]

    @property
    def registrations(self) -> records.Table:
        """The registrations' table."""
        return records.Table(self.names["RegistrationsTable"])

    def publish(self, offering: Offering) -> None:
        """Open an offering for registration."""
        Catalogue(self.registrations).publish(offering)


@contextmanager
def storage() -> Iterator[Storage]:
    """Storage with two offerings; within the block this process finds it as a function would. Raises NotMeasured."""
    command = [sys.executable, "-m", "infra.bench.storage"]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            opened = _opened(process.stdout.readline() if process.stdout else "")
            with patch.dict(os.environ, opened.variables):
                records.client.cache_clear()
                for each in (SPACIOUS, NARROW):
                    opened.publish(each)
                yield opened
        finally:
            records.client.cache_clear()
            process.terminate()


def _opened(line: str) -> Storage:
    if not line:
        raise NotMeasured("the emulator did not start; what it printed stands above")
    told = json.loads(line)
    variables = {**environment(Template(), {**told["names"], **PARAMETERS}), **CREDENTIALS,
                 "ASSETS_FOLDER": str(ROOT / "build" / "assets"), "AWS_ENDPOINT_URL": told["endpoint"]}
    return Storage(told["endpoint"], told["names"], variables)


def serve() -> None:
    """Be the emulator: say where it is, and answer until the caller ends this process or goes away."""
    emulator = Emulator().start()
    os.environ.update(CREDENTIALS)
    names = provision(Template(), emulator.url, stack="bench")
    print(json.dumps({"endpoint": emulator.url, "names": names}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve()
