"""Who may do what: the decision as a table, and the mistakes of whoever writes the table told by their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from infra import access as written
from infra.front_matter import Mistake
from portal import access
from portal.access import MASK, Facts, Grant, Role, decide, has_use_for, masked

TABLE: dict[str, Any] = {
    "roles": {"pengguna": {}, "panitia": {}, "manajer": {}, "pengawas_data": {}, "operator": {}, "atasan": {}},
    "actions": {
        "account.see": {"who": [{"role": "pengguna", "over": "own"}]},
        "desk.see": {"who": [{"role": "panitia", "over": "any"}]},
        "list": {"who": [
            {"role": "panitia", "over": "offering", "masked": ["nip"]},
            {"role": "manajer", "over": "region", "masked": ["nip", "phone", "email"]},
            {"role": "pengawas_data", "over": "any", "masked": ["nip", "phone"]}]},
        "promote": {"who": [{"role": "panitia", "over": "offering", "states": ["waiting"]}]},
        "either": {"who": [{"role": "panitia", "over": "offering", "states": ["seated"], "masked": ["nip"]},
                           {"role": "panitia", "over": "offering", "states": ["waiting"]}]},
        "of_an_office": {"who": [{"role": "atasan", "over": "unit", "masked": ["nip"]}]},
        "odd": {"who": [{"role": "panitia", "over": "everything"}]},
        "nobody": {"who": []},
    }}
KLINO = Facts(offering="bimtek-klino", region="35.22", state="seated")
SITI, BUDI = "person-siti", "person-budi"
NOTHING: frozenset[str] = frozenset()


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "rules", lambda: TABLE)


@dataclass(frozen=True)
class Case:
    """Somebody with these groups does this to a record; `masked` is what they may see only in part, None is a no."""

    promise: str
    action: str
    groups: tuple[str, ...]
    facts: Facts
    masked: frozenset[str] | None

    def __str__(self) -> str:
        return self.promise


def region(code: str) -> Facts:
    return Facts(offering="bimtek-klino", region=code, state="seated")


ALL_BUT = frozenset({"nip", "phone", "email"})
CASES = [
    Case("one's own account", "account.see", (), Facts(owner=SITI), NOTHING),
    Case("one's own account, whatever one's role", "account.see", ("operator",), Facts(owner=SITI), NOTHING),
    Case("another person's account", "account.see", (), Facts(owner=BUDI), None),
    Case("an account that is nobody's", "account.see", (), Facts(), None),
    Case("the own activity", "list", ("panitia:bimtek-klino",), KLINO, frozenset({"nip"})),
    Case("another activity", "list", ("panitia:seminar",), KLINO, None),
    Case("an activity whose name begins like one's own", "list", ("panitia:bimtek",), KLINO, None),
    Case("an activity whose name is the beginning of one's own", "list", ("panitia:bimtek-klino-2",), KLINO, None),
    Case("an activity in other letters", "list", ("panitia:Bimtek-Klino",), KLINO, None),
    Case("every activity", "list", ("panitia:*",), KLINO, frozenset({"nip"})),
    Case("a committee of nothing", "list", ("panitia",), KLINO, None),
    Case("a committee of an empty name", "list", ("panitia:",), KLINO, None),
    Case("a pattern is no name", "list", ("panitia:bimtek-*",), KLINO, None),
    Case("a record without an activity", "list", ("panitia:*",), Facts(region="35.22"), None),
    Case("a record without an activity, for a committee of none", "list", ("panitia:",), Facts(), None),
    Case("the own regency", "list", ("manajer:35.22",), KLINO, ALL_BUT),
    Case("a regency in the own province", "list", ("manajer:35",), KLINO, ALL_BUT),
    Case("every region", "list", ("manajer:*",), KLINO, ALL_BUT),
    Case("a province whose code begins alike", "list", ("manajer:3",), KLINO, None),
    Case("a regency whose code begins alike", "list", ("manajer:35.2",), KLINO, None),
    Case("a regency in a longer one", "list", ("manajer:35.22.01",), KLINO, None),
    Case("a code without its dot", "list", ("manajer:3522",), KLINO, None),
    Case("a code with a dot too many", "list", ("manajer:35.",), KLINO, None),
    Case("another province", "list", ("manajer:93",), KLINO, None),
    Case("a manager of no region", "list", ("manajer:",), KLINO, None),
    Case("a record of no region", "list", ("manajer:*",), Facts(offering="bimtek-klino"), None),
    Case("the own province itself", "list", ("manajer:35",), region("35"), ALL_BUT),
    Case("a code that only begins like the province", "list", ("manajer:35",), region("351.22"), None),
    Case("a longer code in the own regency", "list", ("manajer:35.22",), region("35.22.01"), ALL_BUT),
    Case("a regency that begins like one's own", "list", ("manajer:35.2",), region("35.22"), None),
    Case("every record", "list", ("pengawas_data",), KLINO, frozenset({"nip", "phone"})),
    Case("every record, also one without facts", "list", ("pengawas_data",), Facts(), frozenset({"nip", "phone"})),
    Case("in the state that is named", "promote", ("panitia:*",), Facts(offering="x", state="waiting"), NOTHING),
    Case("in another state", "promote", ("panitia:*",), KLINO, None),
    Case("in no state", "promote", ("panitia:*",), Facts(offering="x"), None),
    Case("a row for each state: the first", "either", ("panitia:*",), KLINO, frozenset({"nip"})),
    Case("a row for each state: the second", "either", ("panitia:*",), Facts(offering="x", state="waiting"), NOTHING),
    Case("a row for each state: a third", "either", ("panitia:*",), Facts(offering="x", state="cancelled"), None),
    Case("the widest of two yeses", "list", ("manajer:35", "pengawas_data"), KLINO, frozenset({"nip", "phone"})),
    Case("the widest, in whatever order", "list", ("pengawas_data", "panitia:bimtek-klino", "manajer:35"), KLINO,
         frozenset({"nip"})),
    Case("a wide role for another activity widens nothing", "list", ("manajer:35", "panitia:seminar"), KLINO, ALL_BUT),
    Case("the own office", "of_an_office", ("atasan:dinas-pmd",), Facts(unit="Dinas PMD"), frozenset({"nip"})),
    Case("the own office, however it was typed", "of_an_office", ("atasan:dinas-pmd",), Facts(unit=" dinas  p.m.d. "),
         None),
    Case("the own office with other marks", "of_an_office", ("atasan:dinas-pmd",), Facts(unit="DINAS, PMD."),
         frozenset({"nip"})),
    Case("an office whose name begins alike", "of_an_office", ("atasan:dinas",), Facts(unit="Dinas PMD"), None),
    Case("an office in a longer one", "of_an_office", ("atasan:dinas-pmd-bojonegoro",), Facts(unit="Dinas PMD"), None),
    Case("every office", "of_an_office", ("atasan:*",), Facts(unit="Dinas PMD"), frozenset({"nip"})),
    Case("a supervisor of no office", "of_an_office", ("atasan", "atasan:"), Facts(unit="Dinas PMD"), None),
    Case("a record of no office", "of_an_office", ("atasan:*", "atasan:"), Facts(region="35.22"), None),
    Case("a record whose office has no letters", "of_an_office", ("atasan:*", "atasan:"), Facts(unit="--"), None),
    Case("an office does not give a region", "list", ("atasan:35",), KLINO, None),
    Case("a region does not give an office", "of_an_office", ("manajer:dinas-pmd",), Facts(unit="Dinas PMD"), None),
    Case("one of several scopes", "list", ("panitia:seminar", "panitia:bimtek-klino"), KLINO, frozenset({"nip"})),
    Case("a role that the action does not name", "list", ("operator",), KLINO, None),
    Case("nobody's role", "list", (), KLINO, None),
    Case("a role that the table does not name", "list", ("raja:*",), KLINO, None),
    Case("everybody's role cannot be given", "list", ("pengguna:*",), KLINO, None),
    Case("an action that the table does not name", "delete", ("panitia:*", "operator"), KLINO, None),
    Case("no action", "", ("panitia:*",), KLINO, None),
    Case("an action that is for nobody", "nobody", ("panitia:*",), KLINO, None),
]


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.usefixtures("table")
def test_the_table_decides(case: Case) -> None:
    grant = decide(case.action, SITI, roles(case.groups), case.facts)
    assert (grant.masked if grant else None) == case.masked


REACHED: list[tuple[str, str, tuple[str, ...], Facts, bool]] = [
    ("any: whatever is known", "desk.see", ("panitia",), Facts(), True),
    ("own: something of one's own", "account.see", (), Facts(), True),
    ("own: what is one's own", "account.see", (), Facts(owner=SITI), True),
    ("own: what is another's", "account.see", (), Facts(owner=BUDI), False),
    ("offering: some activity", "list", ("panitia:bimtek-klino",), Facts(region="35.22"), True),
    ("offering: the own activity", "list", ("panitia:bimtek-klino",), Facts(offering="bimtek-klino"), True),
    ("offering: every activity", "list", ("panitia:*",), Facts(offering="bimtek-klino"), True),
    ("offering: another activity", "list", ("panitia:seminar",), Facts(offering="bimtek-klino"), False),
    ("offering: a committee of nothing", "list", ("panitia", "panitia:"), Facts(), False),
    ("region: some region", "list", ("manajer:35",), Facts(offering="bimtek-klino"), True),
    ("region: the own region", "list", ("manajer:35",), region("35.22"), True),
    ("region: another region", "list", ("manajer:93",), region("35.22"), False),
    ("region: a manager of nothing", "list", ("manajer", "manajer:"), Facts(), False),
    ("unit: some office", "of_an_office", ("atasan:dinas-pmd",), Facts(offering="bimtek-klino"), True),
    ("unit: the own office", "of_an_office", ("atasan:dinas-pmd",), Facts(unit="Dinas PMD"), True),
    ("unit: every office", "of_an_office", ("atasan:*",), Facts(unit="Dinas PMD"), True),
    ("unit: another office", "of_an_office", ("atasan:dinas-sosial",), Facts(unit="Dinas PMD"), False),
    ("unit: an office without letters", "of_an_office", ("atasan:*",), Facts(unit="--"), False),
    ("unit: a supervisor of nothing", "of_an_office", ("atasan", "atasan:"), Facts(), False),
    ("a state that is not yet known", "promote", ("panitia:*",), Facts(offering="x"), True),
    ("a state that is named", "promote", ("panitia:*",), Facts(offering="x", state="waiting"), True),
    ("another state", "promote", ("panitia:*",), KLINO, False),
    ("a role that the action does not name", "list", ("operator",), Facts(), False)]


@pytest.mark.parametrize(("action", "groups", "facts", "could"), [each[1:] for each in REACHED],
                         ids=[each[0] for each in REACHED])
@pytest.mark.usefixtures("table")
def test_what_is_not_known_yet_may_be_anything(
        action: str, groups: tuple[str, ...], facts: Facts, could: bool) -> None:  # noqa: FBT001 a case
    assert access.could_reach(action, SITI, roles(groups), facts) is could


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.usefixtures("table")
def test_what_the_table_allows_it_could_allow(case: Case) -> None:
    """So no page is closed, before a record is known, to somebody whom a record would let in."""
    if case.masked is not None:
        assert access.could_reach(case.action, SITI, roles(case.groups), case.facts)
        assert access.could_reach(case.action, SITI, roles(case.groups), Facts())


@pytest.mark.parametrize(("field", "could"), [("name", True), ("email", False), ("nip", False)])
@pytest.mark.usefixtures("table")
def test_whether_a_field_could_be_shown_as_it_is(field: str, could: bool) -> None:  # noqa: FBT001 a case
    assert access.could_reach("list", SITI, roles(("manajer:35",)), Facts(), field) is could


@pytest.mark.usefixtures("table")
def test_a_reach_that_nobody_knows_is_a_fault_and_never_a_quiet_no() -> None:
    for asked in (decide, access.could_reach):
        with pytest.raises(ValueError, match="over everything"):
            asked("odd", SITI, roles(("panitia:*",)), KLINO)


def roles(groups: tuple[str, ...]) -> list[Role]:
    return [role for group in groups if (role := Role.parse(group))]


@pytest.mark.usefixtures("table")
def test_nobody_owns_what_belongs_to_nobody() -> None:
    assert decide("account.see", "", [], Facts(owner="")) is None


@pytest.mark.parametrize(("group", "role"), [
    ("panitia:bimtek-klino", Role("panitia", "bimtek-klino")), ("panitia", Role("panitia", "")),
    ("panitia:", Role("panitia", "")), ("panitia:a:b", Role("panitia", "a:b")),
    ("manajer:35.22", Role("manajer", "35.22")),
    ("pengguna", None), ("pengguna:*", None), ("raja", None), ("", None), (":", None), (":panitia", None),
    ("Panitia:*", None), (" panitia:*", None), ("panitia ", None), ("panitia;x", None), ("panitia\n:*", None)])
@pytest.mark.usefixtures("table")
def test_a_group_is_the_role_that_it_names_exactly(group: str, role: Role | None) -> None:
    assert Role.parse(group) == role


@pytest.mark.parametrize(("action", "groups", "useful"), [
    ("account.see", (), True), ("desk.see", ("panitia",), True), ("desk.see", ("operator",), False),
    ("desk.see", (), False), ("list", ("panitia:lain",), True), ("unknown", ("panitia:*",), False),
    ("nobody", ("panitia:*",), False)])
@pytest.mark.usefixtures("table")
def test_whether_a_role_could_ever_do_it_is_known_before_the_record(
        action: str, groups: tuple[str, ...], useful: bool) -> None:  # noqa: FBT001 a case
    assert has_use_for(action, roles(groups)) is useful


@pytest.mark.parametrize(("typed", "key"), [
    ("Dinas PMD Bojonegoro", "dinas-pmd-bojonegoro"), ("  DINAS   PMD, Bojonegoro. ", "dinas-pmd-bojonegoro"),
    ("Balai Besar (Yogyakarta)", "balai-besar-yogyakarta"), ("Dinas_PMD", "dinas-pmd"), ("Désa", "désa"), ("", ""),
    ("***", ""), ("*", "")])
def test_an_office_is_the_same_however_its_name_is_written(typed: str, key: str) -> None:
    assert access.unit_key(typed) == key
    assert access.unit_key(key) == key, "a scope is written as its own key"


@given(st.text(max_size=40), st.text(max_size=40))
def test_an_office_reaches_itself_and_no_other(unit: str, other: str) -> None:
    keys = access.unit_key(unit), access.unit_key(other)
    assert access._reaches("unit", keys[1], SITI, Facts(unit=unit)) is (keys[0] == keys[1] != "")


CODES = st.from_regex(r"[0-9]{2}(\.[0-9]{2}){0,3}", fullmatch=True)


@given(CODES, st.one_of(CODES, st.text("0123456789.*", max_size=8)))
def test_a_region_reaches_exactly_what_lies_in_it(code: str, scope: str) -> None:
    """By the parts between the dots, which is how the codes are made."""
    parts = scope.split(".")
    within = scope == "*" or (bool(scope) and code.split(".")[:len(parts)] == parts)
    grant = decide("registration.read", SITI, [Role("manajer", scope)], region(code))
    assert (grant is not None) is within


@given(st.sampled_from(["account.see", "desk.see", "registration.list", "registration.read", "registration.export",
                        "registration.promote", "registration.cancel", "registration.check_in"]),
       st.lists(st.sampled_from(["panitia:*", "panitia:a", "pelatih:a", "manajer:35", "pengawas_data", "operator"])),
       st.sampled_from(["panitia:*", "pelatih:a", "manajer:*", "pengawas_data"]))
def test_another_role_takes_nothing_away(action: str, groups: list[str], another: str) -> None:
    facts = Facts(owner=SITI, offering="a", region="35.22", state="seated")
    before, after = (decide(action, SITI, roles(tuple(each)), facts) for each in (groups, [*groups, another]))
    if before:
        assert after
        assert len(after.masked) <= len(before.masked)


# -- masking -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "shown"), [
    ("198609262015052001", "19••••••••••••••01"), ("352201 460986 0001", "35••••••••••••••01"),
    ("+6281234567890", "+6••••••••••90"), ("1234567", "12•••67"),
    ("123456", "••••••"), ("12", "••"), ("", ""), ("Siti Aminah", "Si•••••••ah"), ("🌾" * 7, "🌾🌾•••🌾🌾")])
def test_the_middle_of_a_value_is_hidden(value: str, shown: str) -> None:
    assert masked(value) == shown


@given(st.text())
def test_never_more_than_four_characters_and_never_most_of_a_value_are_shown(value: str) -> None:
    shown = [character for character, told in zip(value, masked(value), strict=True) if told != MASK]
    assert len(shown) <= 4
    assert len(shown) <= len(value) * 4 / 7


def test_a_grant_masks_the_fields_it_names_and_no_other() -> None:
    values = {"nip": "198609262015052001", "name": "Siti Aminah", "phone": None, "here": True}
    assert Grant("manajer", frozenset({"nip", "phone", "here"})).shown(values) == {
        "nip": "19••••••••••••••01", "name": "Siti Aminah", "phone": None, "here": True}
    assert Grant("panitia").shown(values) == values


# -- the file ------------------------------------------------------------------------------------------------------


def test_the_portals_own_table_can_be_read() -> None:
    table = written.read()
    assert set(table["roles"]) >= {"pengguna", "panitia", "manajer"}
    assert all(action["who"] for action in table["actions"].values())


def test_what_the_functions_read_is_what_is_written() -> None:
    assert access.rules() == written.read()


BOTH = {"id": "Kursi", "en": "Seat"}
GOOD: dict[str, Any] = {
    "version": "2026-11-21", "words": {"who": BOTH},
    "overs": dict.fromkeys(("any", "own", "offering", "region", "unit"), BOTH),
    "sensitive": {"nip": BOTH},
    "states": {"seated": BOTH}, "roles": {"panitia": {"title": {"id": "Panitia", "en": "Committee"}}},
    "fields": {"registration": ["nip"]},
    "actions": {"list": {"title": {"id": "Melihat", "en": "See"}, "of": "registration",
                         "who": [{"role": "panitia", "over": "offering", "states": ["seated"], "masked": ["nip"]}]}}}


def row(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda table: table["actions"]["list"]["who"][0].update(changes)


def action(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda table: table["actions"]["list"].update(changes)


def top(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda table: table.update(changes)


MISTAKES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "a state that is not declared": (row(states=["seatd"]), "actions: list: there is no state seatd"),
    "a state in one language": (top(states={"seated": {"id": "Kursi"}}), "states.seated.en: Field required"),
    "a role that is not declared": (row(role="raja"), "actions: list: there is no role raja"),
    "a masked field that is not declared": (row(masked=["nik"]), "actions: list: there is no masked field nik"),
    "a masked field of no record": (action(of=None), "actions: list: there is no masked field nip"),
    "a kind of record that is not declared": (action(of="dossier", who=[{"role": "panitia", "over": "any"}]),
                                              "actions: list: there is no kind of record dossier"),
    "a reach that nobody knows": (row(over="all"), "actions.list.who.0.over: Input should be 'any', 'own'"),
    "no reach": (action(who=[{"role": "panitia"}]), "actions.list.who.0.over: Field required"),
    "an empty list of states, which would read as every state": (row(states=[]), "actions.list.who.0.states: List"),
    "a state that is no list": (row(states="seated"), "actions.list.who.0.states: Input should be a valid list"),
    "a key that is misspelt": (row(mask=["nip"]), "actions.list.who.0.mask: Extra inputs are not permitted"),
    "an action for nobody": (action(who=[]), "actions.list.who: List should have at least 1 item"),
    "an action without a title": (lambda table: table["actions"]["list"].pop("title"), "actions.list.title: Field"),
    "a title in one language": (action(title={"id": "Melihat"}), "actions.list.title.en: Field required"),
    "an empty title": (action(title={"id": "", "en": "See"}), "actions.list.title.id: String should have"),
    "a role without a title": (top(roles={"panitia": {}}), "roles.panitia.title: Field required"),
    "a version that is a date": (top(version=20261121), "version: Input should be a valid string"),
    "a sensitive field of which the audit cannot speak": (
        top(sensitive={"shoe_size": BOTH}), "actions: sensitive: there is no word of the audit for the field shoe"),
    "a sensitive field without words": (top(sensitive={"nip": {}}), "sensitive.nip.id: Field required"),
    "an entry that the audit cannot make": (action(noted="stolen"), "actions: list: there is no word of the audit"),
    "a key that nobody knows": (top(comment="x"), "comment: Extra inputs are not permitted"),
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "content" / "rules" / "access.yml"
    place.parent.mkdir(parents=True)
    monkeypatch.setattr(written, "FILE", place)
    return place


def told(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as mistake:
        written.read()
    place, _, rest = str(mistake.value).partition(": ")
    assert place == "content/rules/access.yml"
    return rest


def test_a_table_without_mistakes_is_read(file: Path) -> None:
    file.write_text(yaml.safe_dump(GOOD), encoding="utf-8")
    assert written.read() == GOOD


@pytest.mark.parametrize(("change", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_file_key_and_what_was_expected(
        file: Path, change: Callable[[dict[str, Any]], None], expected: str) -> None:
    table = yaml.safe_load(yaml.safe_dump(GOOD))
    change(table)
    assert told(file, yaml.safe_dump(table)).startswith(expected)


@pytest.mark.parametrize(("text", "expected"), [
    ("roles: [", "line 1: expected YAML, but"), ("", "actions: Input should be a valid dictionary"),
    ("- panitia", "actions: Input should be"),
    ("version: !!python/object:os.system x", "line 1: expected YAML, but")])
def test_a_file_that_is_no_table_is_told(file: Path, text: str, expected: str) -> None:
    assert told(file, text).startswith(expected)


def test_an_action_that_stands_twice_is_told_with_its_line(file: Path) -> None:
    """Otherwise the second silently takes the place of the first."""
    text = yaml.safe_dump(GOOD) + "actions: {}\n"
    said = told(file, text)
    assert "actions stands here twice" in said
    assert f"line {text.count(chr(10))}" in said


def test_a_file_that_is_not_utf8_is_told(file: Path) -> None:
    file.write_bytes(b"version: \xff")
    with pytest.raises(Mistake, match="expected text encoded as UTF-8"):
        written.read()
