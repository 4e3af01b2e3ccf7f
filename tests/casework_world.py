"""A family in Bojonegoro, and everybody who may have a part in its case."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from casework import steps
from casework.cases import Case, Need, Referral, Standing
from casework.steps import Act
from infra import casework as declared
from portal import assets
from portal.access import Role

VILLAGE, REGENCY = "35.22.01.2001", "35.22"
TABLE = json.loads(json.dumps(declared.for_functions(declared.read())))
KINDS = ("layanan", "pengaduan", "pertanyaan", "saran")
NOW = datetime(2027, 2, 1, 3, 0, tzinfo=UTC)  # Monday morning in Bojonegoro
REGISTERED = Standing("DTSEN", registered=True, snapshot=date(2026, 10, 1), desil=2)
DESKS = {"village": VILLAGE, "district": REGENCY}


def a_case(kind: str = "layanan", desk: str = VILLAGE, **changes: Any) -> Case:
    case = Case("7F3K9QX2", kind, VILLAGE, desk, NOW, "fasilitator", consent=True, needs=(Need("n1", "pbi_jk"),))
    return replace(case, **changes)


def reason_for(event: str, *, referral: bool = False) -> str:
    table = TABLE["referral"] if referral else TABLE
    return next(iter(TABLE["reasons"].get(table["asks"].get(event), [""])))


def an_act(event: str, role: str, at: datetime = NOW, **brings: Any) -> Act:
    """The act of whoever has this role, with everything that any step asks for, unless it is said otherwise."""
    everything = {"reason": reason_for(event), "heard": "Ibu Sri", "documents": ("KK",), "text": "Dapat dibantu.",
                  "standing": REGISTERED, "to": "orang lain", "days": 5}
    return Act(event, at, role, role, **{**everything, **brings})


def taken(case: Case, *acts: tuple[str, str], **brings: Any) -> Case:
    """The case after some steps, each an event and a role."""
    for event, role in acts:
        case = steps.take(case, an_act(event, role, **brings))
    return case


def referred(number: int = 1, kind: str = "layanan", desk: str = VILLAGE) -> Case:
    """A case whose referrals were sent: r1, r2 …"""
    decider = "koordinator" if desk == VILLAGE else "manajer"
    case = taken(a_case(kind, desk), ("pass_on", "petugas_depan"), ("verify", "petugas_belakang"))
    for each in range(1, number + 1):
        case = steps.take(case, an_act("plan", "petugas_belakang", referral=Referral(f"r{each}", "n1", "bpjs-bjn")))
    return taken(case, ("recommend", "petugas_belakang"), ("decide", decider))


def role_at(name: str, level: str) -> Role:
    return Role(name, DESKS[level])


def forget_what_was_read() -> None:
    for each in (assets.read_text, assets.read_json):
        each.cache_clear()


Change = Callable[[str, Callable[[Any], Any]], None]


@contextmanager
def other_tables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Change]:
    """A way to change the tables that the functions read: by the name of the asset, and how."""
    original = {name: deepcopy(assets.read_json(f"{name}.json")) for name in ("casework", "sla")}
    monkeypatch.setenv("ASSETS_FOLDER", str(folder))

    def change(name: str, how: Callable[[Any], Any]) -> None:
        how(original[name])
        for each, table in original.items():
            (folder / f"{each}.json").write_text(json.dumps(table))
        forget_what_was_read()

    yield change
    monkeypatch.undo()
    forget_what_was_read()
