"""The register of breaches at a terminal: from the first hour to the last person told."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra import breach as command
from infra.emulator import client
from portal.audit import Audit
from portal.records import Table
from rights.store import Rights
from tests.doors.test_audit import verify
from tests.doors.test_what_mail_operators_do import Stack

NOW = datetime.now(UTC)
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(names: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Run:
    def clients(service: str) -> Any:
        return Stack(names) if service == "cloudformation" else client(service, os.environ["AWS_ENDPOINT_URL"])

    def typed(*arguments: str) -> tuple[int, str]:
        status = command.main(["--stack", "percobaan", *arguments], clients)
        told = capsys.readouterr()
        return status, told.out + told.err

    return typed


@pytest.fixture
def rights(names: dict[str, str]) -> Rights:
    return Rights(Table(names["RightsTable"]), Audit(Table(names["AuditTable"])))


def ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).isoformat()


def recorded(run: Run, hours: float = 10) -> str:
    status, told = run("record", ago(hours))
    assert status == 0
    return told.split()[0]


def test_an_operator_takes_a_breach_from_its_first_hour_to_its_end(run: Run, rights: Rights) -> None:
    reference = recorded(run)
    status, told = run("list")
    assert (status, told.count("\n")) == (0, 1)
    assert f"{reference}  open" in told
    assert "62 h left" in told
    assert "the notice lacks fields, when_and_how, handling  to be told: authority, people" in told
    status, told = run("describe", reference, "--fields", "email, nip", "--people", "12", "--specific", "yes",
                       "--about-children", "no", "--when-and-how", "Kotak surat petugas terbuka.",
                       "--handling", "Sandi diganti.")
    assert status == 0
    assert "lacks" not in told
    assert "Kotak surat" not in told
    for whom in ("authority", "people"):
        assert run("tell", reference, whom)[0] == 0
    assert run("close", reference)[0] == 0
    assert run("list") == (0, "no breach is open\n")
    kept = rights.breach(reference.replace("-", ""))
    assert kept
    assert (kept.fields, kept.people, kept.specific, kept.about_children) == (("email", "nip"), 12, True, False)
    entries = list(rights.audit.entries("breach", reference))
    assert [entry["action"] for entry in entries] == ["recorded", "corrected", "told", "told", "closed"]
    assert len({entry["actor"] for entry in entries}) == 1
    assert entries[0]["actor"].startswith("operator-")
    assert verify(rights.audit) == []


def test_a_breach_that_is_late_is_marked_and_stands_first(run: Run) -> None:
    in_time, late = recorded(run, 1), recorded(run, 80)
    lines = run("list")[1].splitlines()
    assert [line.split()[0] for line in lines] == [late, in_time]
    assert "8 h over  LATE" in lines[0]
    assert "LATE" not in lines[1]


def test_what_cannot_be_done_as_things_stand_is_said_and_fails(run: Run) -> None:
    reference = recorded(run)
    for step in (["tell", reference, "people"], ["close", reference]):
        status, told = run(*step)
        assert status == 1
        assert "nothing was changed" in told
    assert run("close", "BCDF-GHJK") == (1, "there is no breach with this reference\n")


@pytest.mark.parametrize("typed", [
    ["record", "yesterday"], ["record", "2027-01-19T08:00"], ["record", "2999-01-19T08:00+07:00"],
    ["tell", "7F3", "people"], ["tell", "7F3K-9QX2", "everybody"],
    ["describe", "7F3K-9QX2", "--fields", "siti@desa.example"],
    ["describe", "7F3K-9QX2", "--specific", "maybe"], ["repair"], []])
def test_what_is_not_understood_says_what_was_expected(run: Run, typed: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(*typed)
    assert stopped.value.code == 2
