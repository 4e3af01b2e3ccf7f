"""Doors against storage made from the real template: made once for each module, empty for each test."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest

from assessment import clock as assessment_clock
from assessment import desk as assessing
from dupak import handler as dupak
from dupak import own_dossier, press
from identity import addresses
from identity import handler as identity
from infra import assets as built
from infra.emulator import CREDENTIALS, Emulator, provision
from infra.template_reader import Template
from portal import assets, inbox, kms, observe, records, web
from portal.records import Table
from portal.sessions import Sessions, sessions
from referrals import checking
from registrations import deskwork, handler
from registrations.catalogue import Catalogue
from registrations.store import Registrations
from rights import handler as rights
from seals import handler as seals
from sweeper import erasure
from tests.doors.calling import Caller
from tests.doors.weather import contents
from tests.issuer import CLIENT, SECRET, Issuer, running_issuer
from tests.people import an_offering
from uploads import clock, inspector, sweep
from uploads import handler as files

ORIGIN = "https://portal.example.go.id"
TEMPLATE = Template()
SHELL = ("<!doctype html><html lang={}><head><title><!--portal:title--> - Portal</title></head>"
         "<body><main><!--portal:content--></main></body></html>")
# What the functions look up once and keep: for as long as a process lives, and as long as its tables are the same.
OF_A_PROCESS = (assets.read_text, assets.read_json, records.client, kms.client)
OF_A_DOOR = (inbox.settings, inbox._table, handler.settings, handler.table, handler.registrations, handler.catalogue,
             dupak.settings, dupak.rulebook, identity.settings, identity.identities, identity.provider,
             addresses.proofs, sessions,
             deskwork.settings, deskwork.registrations, deskwork.catalogue, deskwork.audit, deskwork.mailings,
             deskwork.saved_filters,
             own_dossier.settings, own_dossier.dossiers, own_dossier.sources, own_dossier.rulebook,
             own_dossier.catalogue,
             assessing.settings, assessing.dossiers, assessing.assessments, assessing.rulebook, assessing.catalogue,
             assessment_clock.settings, press.settings, press.dossiers,
             checking.settings, seals.settings, seals.register, seals.keys,
             rights.settings, rights.tables, rights.rights, erasure.tables,
             files.settings, files.table, inspector.settings, inspector.uploads, clock.uploads, sweep.settings)


@pytest.fixture(scope="session")
def function_assets(assets_folder: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assets as a function finds them beside its code, with the plainest shell a page can have."""
    del assets_folder
    folder = tmp_path_factory.mktemp("assets") / "assets"
    shutil.copytree(built.ASSETS, folder)
    (folder / "offerings.json").write_text('["bimtek-klino"]', encoding="utf-8")
    for language in ("id", "en"):
        (folder / f"shell.{language}.html").write_text(SHELL.format(language), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """One embedded emulator."""
    running = Emulator().start()
    yield running
    running.stop()


@pytest.fixture(scope="module", autouse=True)
def environment(emulator: Emulator, function_assets: Path) -> Iterator[None]:
    """The environment a function would find, taken away again with everything it made a process remember."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSETS_FOLDER", str(function_assets))
        patch.setenv("AWS_ENDPOINT_URL", emulator.url)
        patch.setenv("SITE_ORIGIN", ORIGIN)
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        forget(*OF_A_PROCESS)
        yield
    forget(*OF_A_PROCESS, *OF_A_DOOR)


def forget(*remembered: Any) -> None:
    for each in remembered:
        each.cache_clear()


@pytest.fixture(scope="module")
def storage(emulator: Emulator) -> dict[str, str]:
    """The template's storage: logical name to real name."""
    return provision(TEMPLATE, emulator.url, stack=f"t{uuid.uuid4().hex[:8]}", origin=ORIGIN)


@pytest.fixture
def names(emulator: Emulator, storage: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Empty storage; functions find the tables where they look, and remember nothing of the test before."""
    emulator.empty()
    forget(*OF_A_DOOR)
    for name, value in tables_of(storage).items():
        monkeypatch.setenv(name, value)
    return {**storage}


def tables_of(names: dict[str, str]) -> dict[str, str]:
    """The variables in which functions find their tables."""
    tables = {f"{logical.removesuffix('Table').upper()}_TABLE": names[logical] for logical in TEMPLATE.tables}
    return {**tables, "QUARANTINE_BUCKET": names["QuarantineBucket"], "EVIDENCE_BUCKET": names["EvidenceBucket"],
            "DOCUMENTS_BUCKET": names["DocumentsBucket"], "SEAL_KEY": names["SealKey"]}


@pytest.fixture
def table(names: dict[str, str]) -> Table:
    """The registrations' table."""
    return Table(names["RegistrationsTable"])


@pytest.fixture
def catalogue(table: Table) -> Catalogue:
    """The catalogue in that table."""
    return Catalogue(table)


@pytest.fixture
def registrations(table: Table) -> Registrations:
    """The store in that table."""
    return Registrations(table, Random(7))


@pytest.fixture
def registrations_door(names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Caller:
    """The registrations' door on fresh storage."""
    del names
    monkeypatch.setattr(handler, "OFFERING_KEPT", 0)  # what is published counts at once; the delay has its own test
    forget(*OF_A_DOOR)
    return Caller(handler.handle)


@pytest.fixture(scope="module")
def guarded_door(emulator: Emulator) -> Iterator[Caller]:
    """The registrations' door with one open activity, for requests that are all refused: nothing is ever stored."""
    name = provision(TEMPLATE, emulator.url, stack=f"t{uuid.uuid4().hex[:8]}")["RegistrationsTable"]
    Catalogue(Table(name)).publish(an_offering(now=datetime.now(UTC)))
    before = contents(Table(name))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRATIONS_TABLE", name)
        forget(*OF_A_DOOR)
        yield Caller(handler.handle)
        forget(*OF_A_DOOR)
    assert contents(Table(name)) == before, "something was stored that was refused"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the functions write into their log."""
    lines = StringIO()
    monkeypatch.setattr(observe.logger().registered_handler, "stream", lines)
    return lines


@pytest.fixture
def feedback_door(names: dict[str, str]) -> Caller:
    """The contact form's door on fresh storage."""
    from feedback import handler as feedback  # noqa: PLC0415 its door is made when it is first asked for

    del names
    forget(*OF_A_DOOR)
    return Caller(feedback.handle)


# -- signing in ----------------------------------------------------------------------------------------------------


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """A sign-in service that a test may make misbehave."""
    with running_issuer(f"{ORIGIN}/layanan/masuk/kembali") as running:
        yield running


@pytest.fixture
def identity_door(names: dict[str, str], issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    """The door for signing in on fresh storage; each Caller of it is a browser of its own."""
    del names
    for name, value in settings_of(issuer).items():
        monkeypatch.setenv(name, value)
    forget(*OF_A_DOOR)
    yield Caller(identity.handle)
    forget(*OF_A_DOOR)


def settings_of(issuer: Issuer) -> dict[str, str]:
    """What the template tells the identity function of its issuer."""
    return {"ISSUER": issuer.url, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET, "GROUPS_CLAIM": "groups"}


@pytest.fixture
def identity_table(names: dict[str, str]) -> Table:
    """The table of sign-ins, sessions and profiles."""
    return Table(names["IdentityTable"])


@pytest.fixture
def kept_sessions(identity_table: Table) -> Sessions:
    """The sessions in that table."""
    return Sessions(identity_table)


class Clock:
    """The wall clock as a door sees it; a test may let time pass."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self, zone: tzinfo) -> datetime:
        return datetime.now(zone) + self.ahead

    def passes(self, **length: float) -> None:
        self.ahead += timedelta(**length)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time that passes when a test says so, at the doors that know people."""
    told = Clock()
    for module in (web, identity):
        monkeypatch.setattr(module, "datetime", told)
    return told
