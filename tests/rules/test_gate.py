"""The gate: what was seen of sensitive fields is in the audit, whoever forgets to say so."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.template_reader import ROOT
from portal import access
from portal.access import Facts, Grant
from portal.audit import Note
from portal.gate import MANY, Gate
from portal.sessions import Session

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NIP, NIK = "198609262015052001", "3522014609860001"
TABLE: dict[str, Any] = {
    "version": "7", "sensitive": {"nip": {}, "nik": {}}, "roles": {"pengguna": {}, "panitia": {}},
    "actions": {
        "dossier.read": {"of": "dossier", "who": [{"role": "panitia", "over": "offering", "masked": ["nik"]},
                                                  {"role": "pengguna", "over": "own"}]},
        "dossier.export": {"of": "dossier", "noted": "exported", "who": [{"role": "panitia", "over": "offering"}]}}}


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "rules", lambda: TABLE)


def gate(action: str = "dossier.read") -> Gate:
    return Gate(Session("key", "rula", "Rula", "", ("panitia:*",), "", ""), action)


def facts(record: str = "7F3K-9QX2", **more: str) -> Facts:
    return Facts(**{"offering": "klino", "record": record, **more})


def notes(of: Gate) -> list[Note]:
    return list(of.notes("203.0.113.7", NOW))


def test_what_is_shown_as_it_is_is_remembered_with_field_record_role_and_version() -> None:
    door = gate()
    assert door.grant(facts()).shown({"nip": NIP, "nik": NIK, "name": "Siti"})["nip"] == NIP
    (note,) = notes(door)
    assert (note.kind, note.record, note.action, note.rules, note.facts) == (
        "dossier", "7F3K-9QX2", "viewed", "7", ("field:nip",))
    assert note.actor == ("rula", "panitia", "203.0.113.7")


@pytest.mark.parametrize("values", [{"nik": NIK}, {"name": "Siti"}, {"nip": ""}, {"nip": None}, {}],
                         ids=["masked", "not sensitive", "left open", "not there", "nothing"])
def test_what_is_masked_or_empty_leaves_no_entry(values: dict[str, Any]) -> None:
    door = gate()
    door.grant(facts()).shown(values)
    assert notes(door) == []


def test_to_see_a_record_twice_in_one_answer_is_one_entry() -> None:
    door = gate("dossier.export")
    for values in ({"nip": NIP}, {"nik": NIK}, {"nip": NIP}):
        door.grant(facts()).shown(values)
    (note,) = notes(door)
    assert (note.action, note.facts) == ("exported", ("field:nik", "field:nip"))


def test_ones_own_record_is_seen_without_a_trace() -> None:
    door = Gate(Session("key", "siti", "Siti", "", (), "", ""), "dossier.read")
    assert door.grant(Facts(owner="siti")).shown({"nik": NIK}) == {"nik": NIK}
    assert notes(door) == []


def test_a_view_that_cannot_be_remembered_is_refused() -> None:
    """Whoever writes a new door and forgets to say which record it is learns it at the first test."""
    with pytest.raises(RuntimeError, match=r"dossier.read shows nip") as refused:
        gate().grant(facts(record="")).shown({"nip": NIP})
    assert NIP not in str(refused.value)
    gate().grant(facts(record="")).shown({"name": "Siti"})


@pytest.mark.parametrize(("records", "entries"), [(MANY, MANY), (MANY + 1, 1)])
def test_many_records_in_one_answer_are_one_entry_at_their_offering(records: int, entries: int) -> None:
    door = gate("dossier.export")
    for number in range(records):
        door.grant(facts(f"R{number}")).shown({"nip": NIP} if number else {"nik": NIK})
    found = notes(door)
    assert len(found) == entries
    if entries == 1:
        assert (found[0].kind, found[0].record, found[0].action, found[0].facts) == (
            "offering", "klino", "exported", ("field:nik", "field:nip"))


def test_a_grant_that_was_only_asked_for_is_no_view() -> None:
    door = gate()
    assert isinstance(door.allows(facts()), Grant)
    assert notes(door) == []


def test_the_gate_alone_asks_the_table() -> None:
    """A grant from elsewhere would remember nothing."""
    deciding = {path.relative_to(ROOT / "functions").as_posix() for path in (ROOT / "functions").rglob("*.py")
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if (isinstance(node, ast.Attribute) and node.attr == "decide")
                or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Grant")}
    assert deciding == {"portal/gate.py"} | {"portal/access.py"}
