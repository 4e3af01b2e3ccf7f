"""Ending somebody's sessions at a terminal: all of theirs, nobody else's, with an entry in the audit."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from infra import sessions as command
from infra.emulator import client
from portal.audit import Audit
from portal.records import Table
from portal.sessions import Sessions
from tests.doors.test_what_mail_operators_do import Stack

NOW = datetime.now(UTC)
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(names: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Run:
    def clients(service: str) -> Any:
        return Stack(names) if service == "cloudformation" else client(service, os.environ["AWS_ENDPOINT_URL"])

    def typed(*arguments: str) -> tuple[int, str]:
        status = command.main(["--stack", "percobaan", "end", *arguments], clients)
        told = capsys.readouterr()
        return status, told.out + told.err

    return typed


@pytest.fixture
def tokens(kept_sessions: Sessions) -> dict[str, str]:
    """Siti twice, Budi once, and somebody of whom no address is known."""
    return {name: kept_sessions.begin(person, name="", email=email, groups=("panitia:*",), now=NOW)
            for name, person, email in (("telepon", "siti", "siti@desa.example"),
                                        ("kantor", "siti", "siti@desa.example"),
                                        ("budi", "budi", "budi@desa.example"), ("tanpa", "rina", ""))}


def holding(kept_sessions: Sessions, tokens: dict[str, str]) -> set[str]:
    return {name for name, token in tokens.items() if kept_sessions.find(token, NOW)}


@pytest.mark.parametrize("who", [("--person", "siti"), ("--email", " Siti@DESA.example ")])
def test_all_sessions_of_one_person_end_and_nobody_elses(
        run: Run, names: dict[str, str], kept_sessions: Sessions, tokens: dict[str, str], who: tuple[str, str]) -> None:
    status, told = run(*who)
    assert (status, told) == (0, "siti: 2 ended\n")
    assert holding(kept_sessions, tokens) == {"budi", "tanpa"}
    (entry,) = Audit(Table(names["AuditTable"])).entries("person", "siti")
    assert (entry["action"], entry["role"]) == ("signed_out", "operator")
    assert entry["actor"].startswith("operator-")


def test_who_is_not_signed_in_is_told_and_an_address_is_not_printed(
        run: Run, kept_sessions: Sessions, tokens: dict[str, str]) -> None:
    status, told = run("--email", "lain@desa.example")
    assert (status, told) == (1, "nobody is signed in with this address\n")
    assert run("--email", "")[0] == 1, "no address is nobody's"
    assert run("--person", "siapa") == (1, "siapa: 0 ended\n")
    assert holding(kept_sessions, tokens) == set(tokens)


@pytest.mark.parametrize("arguments", [(), ("--person", "siti", "--email", "siti@desa.example")])
def test_one_of_the_two_says_who(run: Run, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        run(*arguments)
