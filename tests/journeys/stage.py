"""What stands behind a journey: the portal that runs, its letters and seats, and the offerings as they are declared.

The portal keeps its data in an emulator that these tests started, so that a journey can publish an offering otherwise
(fewer seats, closed, not yet open) while people use the portal. Knows no browser.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from infra.catalogue import read_offerings
from infra.emulator import CREDENTIALS, Emulator, provision
from infra.portal_process import running_portal
from infra.template_reader import Template
from portal import kms, records
from portal.identifiers import format_moment
from portal.kms import SigningKey
from portal.records import Table
from portal.seal_register import Seals
from portal.seals import Statement, seal
from portal.sessions import RECORD, hashed
from registrations.catalogue import Catalogue
from registrations.handler import OFFERING_KEPT
from registrations.models import GENERAL, Offering
from registrations.store import Record

STACK = "journeys"
SECONDS_FOR_A_LETTER = 20
MODEL = "bimtek-musyawarah-desa"  # whose page stands for the offerings that a journey declares for itself
OWN = "milik-sendiri-"  # how the names of those begin


@dataclass(frozen=True)
class Stage:
    """A running portal whose offerings are open today, whenever today is."""

    url: str
    endpoint: str
    table: str
    people: str  # the table of sessions
    audit: str
    seals: str
    seal_key: str
    own: Iterator[int] = field(default_factory=lambda: count(1), compare=False)

    def declare(self, **changes: Any) -> str:
        """An offering for one journey alone; answers its name. Its page is MODEL's, under its own address."""
        name = f"{OWN}{next(self.own)}"
        self.publish(an_open_offering(MODEL, id=name, **changes))
        return name

    def change(self, name: str, **changes: Any) -> None:
        """Declare an offering otherwise than before, and wait as long as a door may believe the old declaration."""
        self.publish(an_open_offering(MODEL, id=name, **changes))
        time.sleep(OFFERING_KEPT)

    def publish(self, offering: Offering) -> None:
        """What `make deploy` does with an offering's page."""
        with self._storage():
            Catalogue(Table(self.table)).publish(offering)

    def leave_alone(self, token: str, hours: float) -> None:
        """As if the session of this cookie had not been used for so long."""
        seen = format_moment(datetime.now(UTC) - timedelta(hours=hours))
        with self._storage():
            Table(self.people).write(records.update({"pk": f"SESSION#{hashed(token)}", "sk": RECORD},
                                                    "SET seen_at = :seen", values={"seen": seen}))

    def seat(self, offering: str, people: Iterable[Record]) -> None:
        """People who got a seat some time ago, without the letters about it."""
        with self._storage():
            for number, record in enumerate(people):
                kept = replace(record, seat=f"SEAT#{GENERAL}#{number:05d}", seated_at=record.received_at)
                Table(self.table).write(records.put({
                    **kept.key, **asdict(kept), "offering": offering, "expires_at": int(days(800).timestamp())}))

    def sealed(self, statement: Statement, *, register: bool = True) -> str:
        """A document as a subject of the portal makes it: its seal, and its place in the register."""
        with self._storage():
            if register:
                seals = Seals(Table(self.seals))
                seals.table.transact(seals.registered(statement, datetime.now(UTC)))
            return seal(statement, SigningKey(self.seal_key))

    def replaced(self, reference: str, by: str) -> None:
        """Another document has taken its place."""
        with self._storage():
            seals = Seals(Table(self.seals))
            seals.table.transact(seals.replaced(reference, by, datetime.now(UTC)))

    @contextmanager
    def _storage(self) -> Iterator[None]:
        """This process speaks to the portal's storage in here only: other tests have storage of their own."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": self.endpoint}.items():
                patch.setenv(name, value)
            for each in (records.client, kms.client):
                each.cache_clear()
            yield
        for each in (records.client, kms.client):
            each.cache_clear()

    def seats(self, offering: str) -> dict[str, Any]:
        """How full an offering is: {"seats", "free", "waiting", …}."""
        return dict(self._asked(f"/layanan/kegiatan/{offering}/kursi"))

    def letters_to(self, address: str, count: int = 1) -> list[str]:
        """The letters to an address, the oldest first, each subject and body; waits until there are `count`."""
        end = time.monotonic() + SECONDS_FOR_A_LETTER
        while len(letters := self._letters(address)) < count and time.monotonic() < end:
            time.sleep(0.1)
        assert len(letters) == count, f"{address} got {len(letters)} letters: {letters}"
        return letters

    def _letters(self, address: str) -> list[str]:
        mails = [mail for mail in reversed(self._asked("/_local/mail")) if address in mail["to"]]
        return [f"{mail['subject']}\n{mail['body']}" for mail in mails]

    def _asked(self, path: str) -> Any:
        request = urllib.request.Request(self.url + path, headers={"accept": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def days(number: float) -> datetime:
    """A moment so many days from now."""
    return datetime.now(UTC) + timedelta(days=number)


def an_open_offering(name: str, **changes: Any) -> Offering:
    """An offering of the site, moved in time so that it is open now; `changes` replace what is declared.

    Its page still tells the dates of its front matter: journeys read the page and use the form.
    """
    declared = next(each for each in read_offerings() if each.id == name).model_dump()
    moved = {"opens": days(-5), "closes": days(20), "starts": days(40), "ends": days(42)}
    quotas = [{**quota, "released": days(15)} for quota in declared["quotas"]]
    return Offering.model_validate({**declared, **moved, "quotas": quotas, **changes})


@contextmanager
def running_stage() -> Iterator[Stage]:
    """A portal with every offering of the site, all of them open."""
    emulator = Emulator().start()
    try:
        names = provision(Template(), emulator.url, stack=STACK)
        with running_portal(endpoint_url=emulator.url, stack=STACK) as url:
            stage = Stage(url, emulator.url, names["RegistrationsTable"], names["IdentityTable"],
                          names["AuditTable"], names["SealsTable"], names["SealKey"])
            for offering in read_offerings():
                stage.publish(an_open_offering(offering.id))
            yield stage
    finally:
        emulator.stop()
