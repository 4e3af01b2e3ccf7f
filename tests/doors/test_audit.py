"""The audit in its table: entries come with what they tell of, in one order, and tampering is told by the command."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from infra import audit as command
from infra.emulator import client
from portal import chain, records
from portal.assets import LANGUAGES, read_json
from portal.audit import ACTIONS, FACTS, Actor, Audit, Note, as_rows
from portal.chain import last_settled
from portal.identifiers import format_moment
from portal.records import ConditionFailed, Table, Write, put, put_new, to_attributes, update
from portal.web import Request
from sweeper import anchor
from tests.doors.calling import Context
from tests.doors.weather import Weather, cancelled, contents, silent

NOW = datetime.now(UTC)
RULA = Actor("petugas-7", "committee", "203.0.113.9, 130.176.1.1")
SITI = Actor("orang-3", "participant", "198.51.100.4")


@pytest.fixture
def audit(names: dict[str, str]) -> Audit:
    return Audit(Table(names["AuditTable"]))


def a_note(record: str = "7F3K9QX2", action: str = "approved", actor: Actor = RULA, now: datetime = NOW,
           facts: Iterable[str] = ("state:approved",)) -> Note:
    return Note(kind="registration", record=record, action=action, actor=actor, rules="2026-11-21", now=now,
                facts=tuple(facts))


def key(record: str = "7F3K9QX2") -> dict[str, str]:
    return {"pk": f"REGISTRATION#{record}", "sk": "RECORD"}


def approve() -> list[Write]:
    return [update(key(), "SET decided = :yes", condition="attribute_not_exists(decided) AND begun = :begun",
                   values={"yes": "ya", "begun": "waiting"})]


# -- with what it tells of -----------------------------------------------------------------------------------------


def test_a_change_and_its_entry_are_written_together(audit: Audit, table: Table) -> None:
    table.write(put_new({**key(), "begun": "waiting"}))
    audit.transact(table, a_note(), approve)
    (entry,) = audit.entries("registration", "7F3K9QX2")
    assert (table.get(**key()) or {})["decided"] == "ya"
    said = {"sequence": 1, "at": format_moment(NOW), "actor": "petugas-7", "role": "committee",
            "source": "203.0.113.9, 130.176.1.1", "action": "approved", "rules": "2026-11-21",
            "facts": ["state:approved"]}
    assert {name: entry[name] for name in said} == said


def test_a_change_that_may_not_be_made_leaves_no_entry_and_says_which_condition_failed(
        audit: Audit, table: Table) -> None:
    table.write(put_new({**key(), "begun": "cancelled"}))
    with pytest.raises(ConditionFailed) as refused:
        audit.transact(table, a_note(), approve)
    assert refused.value.failed == [True]
    assert refused.value.items == [{**key(), "begun": "cancelled"}]
    assert contents(audit.table) == []


def test_an_entry_that_cannot_be_written_leaves_no_change(audit: Audit, table: Table) -> None:
    class Elsewhere(Audit):
        """An audit whose entries go to a table that is not there."""

        def writes(self, note: Note) -> list[Write]:
            return [Table("nowhere").bound(write) for write in super().writes(note)]

    table.write(put_new({**key(), "begun": "waiting"}))
    with pytest.raises(records.ClientError, match="ResourceNotFound"):
        Elsewhere(audit.table).transact(table, a_note(), approve)
    assert "decided" not in (table.get(**key()) or {})


def test_entries_of_a_record_are_numbered_and_each_holds_the_one_before(audit: Audit) -> None:
    for number in range(3):
        audit.note(a_note(action="viewed", facts=["field:nik"], now=NOW + timedelta(seconds=number)))
    audit.note(a_note("8G4M2RT5"))
    entries = list(audit.entries("registration", "7F3K9QX2"))
    assert [entry["sequence"] for entry in entries] == [1, 2, 3]
    assert [entry["previous"] for entry in entries[1:]] == [entry["hash"] for entry in entries[:2]]
    assert len(list(audit.entries("registration", "8G4M2RT5"))) == 1


def test_an_entry_ends_when_the_retention_table_says(audit: Audit) -> None:
    audit.note(a_note())
    days = read_json("retention.json")["audit_entry"][-1][1]
    assert {item["expires_at"] for item in contents(audit.table)} == {int((NOW + timedelta(days=days)).timestamp())}


# -- two at one record ---------------------------------------------------------------------------------------------


def test_who_comes_second_reads_again(audit: Audit, table: Table) -> None:
    table.write(put_new({**key(), "seen": 0}))
    asked = []

    def change() -> list[Write]:
        found = (table.get(**key()) or {})["seen"]
        asked.append(found)
        if len(asked) == 1:  # between the reading and the writing somebody else is quicker
            audit.note(a_note(action="viewed", actor=SITI, facts=["field:email"]))
        return [update(key(), "SET seen = :next", condition="seen = :found",
                       values={"next": found + 1, "found": found})]

    Audit(_SlowReader(audit.table.name)).transact(table, a_note(), change)
    assert asked == [0, 0]
    assert [entry["actor"] for entry in audit.entries("registration", "7F3K9QX2")] == ["orang-3", "petugas-7"]


class _SlowReader(Table):
    """A table whose first look for the last entry is answered with what stood there before anything was written."""

    def query(self, pk: str, **asked: Any) -> Any:
        if not self.__dict__.get("looked"):
            self.__dict__["looked"] = True
            return iter(())
        return super().query(pk, **asked)


def test_a_crowd_at_one_record_makes_one_chain(audit: Audit, table: Table) -> None:
    table.write(put_new({**key(), "seen": 0}))

    def one(number: int) -> None:
        audit.transact(table, a_note(actor=Actor(f"petugas-{number}", "committee")),
                       lambda: [update(key(), "SET seen = seen + :one", values={"one": 1})])

    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(one, range(12)))
    entries = list(audit.entries("registration", "7F3K9QX2"))
    assert [entry["sequence"] for entry in entries] == list(range(1, 13))
    assert len({entry["actor"] for entry in entries}) == 12
    assert (table.get(**key()) or {})["seen"] == 12
    assert verify(audit) == []


@pytest.mark.parametrize("afterwards", [False, True], ids=["not done", "done, and the answer lost"])
def test_a_store_that_does_not_answer_makes_neither_two_entries_nor_none(
        audit: Audit, table: Table, monkeypatch: pytest.MonkeyPatch, *, afterwards: bool) -> None:
    table.write(put_new({**key(), "begun": "waiting"}))
    weather = Weather(records.client(), silent, times=1, calls=frozenset({"transact_write_items"}),
                      afterwards=afterwards)
    monkeypatch.setattr(records, "client", lambda: weather)
    audit.transact(table, a_note(), approve)
    assert len(list(audit.entries("registration", "7F3K9QX2"))) == 1


def test_a_transaction_that_was_cancelled_by_another_is_tried_again(
        audit: Audit, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.write(put_new({**key(), "begun": "waiting"}))
    weather = Weather(records.client(), cancelled("None", "TransactionConflict", "None"), times=2,
                      calls=frozenset({"transact_write_items"}))
    monkeypatch.setattr(records, "client", lambda: weather)
    audit.transact(table, a_note(), approve)
    assert len(list(audit.entries("registration", "7F3K9QX2"))) == 1


# -- what an entry may say -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [
    {"action": "menyetujui"}, {"kind": "Registration!"}, {"record": "siti@bojonegoro.example"},
    {"record": "3522016409860001"}, {"actor": Actor("198609262015052001", "committee")},
    {"actor": Actor("Siti Aminah", "committee")}, {"actor": Actor("petugas-7", "Panitia Klino")},
    {"actor": Actor("petugas-7", "committee", "rumah siti")}, {"rules": "karena sudah lengkap"},
    {"facts": ("nik",)}, {"facts": ("field:081234567890",)}, {"facts": ("Siti sudah membayar",)}],
    ids=lambda wrong: next(iter(wrong)))
def test_what_is_no_code_and_no_identifier_is_never_stored_and_not_repeated(wrong: dict[str, Any]) -> None:
    right = {"kind": "registration", "record": "7F3K9QX2", "action": "viewed", "actor": RULA, "rules": "1", "now": NOW}
    with pytest.raises(ValueError, match=r"^(an audit entry consists of codes|a fact of an audit entry is one of)"):
        Note(**{**right, **wrong})


# -- for the person concerned --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "rows"), [
    ("id", [{"when": "1 Desember 2026 pukul 10.00 WIB", "who": "Anda", "what": "membatalkan", "facts": ["dibatalkan"]},
            {"when": "1 Desember 2026 pukul 10.01 WIB", "who": "Petugas", "what": "melihat data yang dilindungi",
             "facts": ["NIK", "telepon"]}]),
    ("en", [{"when": "1 December 2026, 10:00 WIB", "who": "You", "what": "cancelled", "facts": ["cancelled"]},
            {"when": "1 December 2026, 10:01 WIB", "who": "A member of staff", "what": "saw protected data",
             "facts": ["NIK (identity number)", "telephone"]}])])
def test_a_person_reads_who_did_what_with_their_record_and_not_where_nor_by_which_name(
        audit: Audit, language: str, rows: list[dict[str, Any]]) -> None:
    then = datetime(2026, 12, 1, 3, tzinfo=UTC)
    audit.note(a_note(action="cancelled", actor=SITI, now=then, facts=["state:cancelled"]))
    audit.note(a_note(action="viewed", now=then + timedelta(minutes=1), facts=["field:nik", "field:phone"]))
    entries = audit.entries("registration", "7F3K9QX2")
    assert as_rows(entries, reader="orang-3", zone="WIB", language=language) == rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_can_be_said_is_told_as_a_code(audit: Audit, language: str) -> None:
    facts = [f"{group}:{code}" for group, codes in FACTS.items() for code in codes]
    for number, action in enumerate(ACTIONS):
        audit.note(a_note(action=action, facts=facts, now=NOW + timedelta(seconds=number)))
    told = as_rows(audit.entries("registration", "7F3K9QX2"), reader="x", zone="WIT", language=language)
    assert len(told) == len(ACTIONS)
    assert not [text for row in told for text in [row["what"], *row["facts"]] if "_" in text or text in facts]


# -- where from ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("named", "seen", "source"), [
    ("203.0.113.9, 130.176.1.1", "130.176.1.1", "203.0.113.9, 130.176.1.1"),
    ("10.0.0.1, 203.0.113.9, 130.176.1.1", "130.176.1.1", "203.0.113.9, 130.176.1.1"),
    ("2001:db8::7, 130.176.1.1", "130.176.1.1", "2001:db8::7, 130.176.1.1"),
    ("198.51.100.4", "198.51.100.4", "198.51.100.4"), ("", "127.0.0.1", "127.0.0.1"),
    ("siti@bojonegoro.example, 130.176.1.1", "130.176.1.1", "130.176.1.1"),
    ("<script>, 130.176.1.1", "130.176.1.1", "130.176.1.1")],
    ids=["through the distribution", "with an invented address before it", "by IPv6", "past the distribution",
         "without a list", "with a text in the list", "with a script in the list"])
def test_a_request_tells_the_machine_it_came_from_behind_the_one_that_this_saw(
        named: str, seen: str, source: str) -> None:
    request = Request({"headers": {"x-forwarded-for": named}, "requestContext": {"http": {"sourceIp": seen}}})
    assert request.source == source
    assert a_note(actor=Actor("petugas-7", "committee", request.source))


# -- the clock -----------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    monkeypatch.setenv("AUDIT_TABLE", names["AuditTable"])
    anchor.audit.cache_clear()
    return lambda: anchor.handle({}, Context(60))["anchored"]


def test_the_clock_anchors_every_day_that_is_over_once(
        audit: Audit, clock: Callable[[], int], log: StringIO) -> None:
    three_days_ago = NOW - timedelta(days=3)
    audit.note(a_note(now=three_days_ago))
    audit.note(a_note("8G4M2RT5", now=three_days_ago))
    audit.note(a_note())
    assert clock() == 7
    assert clock() == 0
    anchors = {item["sk"]: item["entries"] for item in contents(audit.table) if item["pk"] == "ANCHOR"}
    assert anchors.pop(three_days_ago.date().isoformat()) == 2
    assert set(anchors.values()) == {0}
    assert NOW.date().isoformat() not in anchors
    logged = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {line["day"]: line["entries"] for line in logged if line["message"] == "anchored"} == {
        **anchors, three_days_ago.date().isoformat(): 2}
    assert verify(audit) == []


def test_a_clock_that_stood_still_for_days_anchors_them_all(audit: Audit, clock: Callable[[], int]) -> None:
    audit.anchor(NOW - timedelta(days=20))
    audit.note(a_note(now=NOW - timedelta(days=12)))
    expected = {(last_settled(now) - last_settled(NOW - timedelta(days=20))).days for now in (NOW, datetime.now(UTC))}
    assert clock() in expected, "the hour may have turned since these tests began"
    assert verify(audit) == []


def test_two_clocks_at_once_make_one_row_of_anchors(audit: Audit) -> None:
    audit.note(a_note(now=NOW - timedelta(days=4)))
    with ThreadPoolExecutor(4) as clocks:
        made = [each for anchors in clocks.map(audit.anchor, [NOW] * 4) for each in anchors]
    assert len({each["sk"] for each in made}) == len(made) == 7
    assert verify(audit) == []


# -- the command ---------------------------------------------------------------------------------------------------


def verify(audit: Audit, **known: str) -> list[str]:
    """The codes of everything that is wrong."""
    faults, _ = command.verify(operator(), audit.table.name, known, NOW)
    return sorted({fault.code for fault in faults})


def operator() -> Any:
    return client("dynamodb", os.environ["AWS_ENDPOINT_URL"])


@pytest.fixture
def lived(audit: Audit) -> Audit:
    """Four entries about each of two records, two days ago; one more today; everything anchored."""
    for number in range(4):
        for record in ("7F3K9QX2", "8G4M2RT5"):
            audit.note(a_note(record, now=NOW - timedelta(days=2) + timedelta(seconds=number)))
    audit.note(a_note())
    audit.anchor(NOW)
    return audit


def entry(audit: Audit, sequence: int) -> dict[str, Any]:
    return next(each for each in audit.entries("registration", "7F3K9QX2") if each["sequence"] == sequence)


def erase(audit: Audit, *items: dict[str, Any]) -> None:
    for each in items:
        operator().delete_item(TableName=audit.table.name, Key=to_attributes({"pk": each["pk"], "sk": each["sk"]}))


def row(audit: Audit, sequence: int) -> dict[str, Any]:
    found = entry(audit, sequence)
    return next(each for each in contents(audit.table)
                if each["pk"].startswith("DAY#") and each["hash"] == found["hash"])


def test_an_untouched_table_is_as_it_was_written(lived: Audit, capsys: pytest.CaptureFixture[str],
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command.boto3, "client", lambda _: operator())
    assert command.main(["verify", lived.table.name]) == 0
    told = capsys.readouterr().out
    assert "9 entries about 2 records, 7 days anchored" in told
    assert "everything is as it was written" in told


def test_the_command_names_what_is_wrong_and_fails(lived: Audit, capsys: pytest.CaptureFixture[str],
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    lived.table.write(put({**entry(lived, 2), "actor": "petugas-9"}))
    monkeypatch.setattr(command.boto3, "client", lambda _: operator())
    assert command.main(["verify", lived.table.name]) == 1
    told = capsys.readouterr().out
    assert "changed  RECORD#registration#7F3K9QX2 00000002  this entry does not say any more" in told
    assert "203.0.113.9" not in told


def test_an_entry_that_was_changed_is_noticed(lived: Audit) -> None:
    lived.table.write(put({**entry(lived, 2), "facts": ["state:refused"]}))
    assert verify(lived) == ["changed"]


def test_an_entry_that_was_dropped_is_noticed(lived: Audit) -> None:
    gone = [entry(lived, 2), row(lived, 2)]
    erase(lived, *gone)
    assert verify(lived) == ["day_differs", "unlinked"]


def test_entries_that_changed_places_are_noticed(lived: Audit) -> None:
    second, third = entry(lived, 2), entry(lived, 3)
    lived.table.write(put({**second, "sk": third["sk"]}))
    lived.table.write(put({**third, "sk": second["sk"]}))
    assert "changed" in verify(lived)


def test_a_record_whose_end_was_cut_off_is_noticed(lived: Audit) -> None:
    erase(lived, row(lived, 5), entry(lived, 5))  # today's, which no anchor holds yet: this alone cannot be noticed
    assert verify(lived) == []
    erase(lived, row(lived, 4), entry(lived, 4))
    assert verify(lived) == ["day_differs"]


def test_an_entry_that_was_put_in_afterwards_is_noticed(lived: Audit) -> None:
    """By the portal's own code, with a moment of a day that is over."""
    lived.note(a_note("9H5N3SX6", now=NOW - timedelta(days=2)))
    assert verify(lived) == ["day_differs"]


def test_a_table_whose_anchors_were_made_anew_is_noticed_by_the_one_in_the_log(lived: Audit) -> None:
    anchors = [each for each in contents(lived.table) if each["pk"] == "ANCHOR"]
    erase(lived, row(lived, 4), entry(lived, 4), row(lived, 5), entry(lived, 5), *anchors)
    lived.anchor(NOW)
    assert verify(lived) == []
    assert verify(lived, **{anchors[-1]["sk"]: anchors[-1]["hash"]}) == ["anchor_forged"]


@pytest.mark.parametrize("arguments", [[], ["verify"], ["repair", "T"], ["verify", "T", "2026-12-01"]])
def test_a_command_that_is_not_understood_says_how_it_goes(
        arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments) == 2
    assert command.USAGE in capsys.readouterr().err


def test_every_fault_has_its_meaning() -> None:
    source = Path(chain.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'Fault\("(\w+)"', source)) == set(command.MEANING)
