"""Marks of two assessors: what cannot be kept, what counts, how far they agree, and the file of reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import assigning, lending
from assessment.lending import Delegation
from assessment.marks import (
    MOST_NOTE,
    OUTCOMES,
    Agreement,
    Compared,
    Item,
    Mark,
    Marks,
    Outcome,
    agreed,
    agreement,
    compared,
    differing,
    is_drawn,
    measured,
    measured_hidden,
    outcome,
    proposed,
    reasons,
    sample_percent,
    settled,
    unmarked,
    unsettled,
    words,
    wrong,
    wrong_note,
    wrong_reason,
)
from infra import reasons as declared
from infra.front_matter import Mistake
from portal import assets
from portal.access import Role
from portal.errors import FieldError

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
TODAY = date(2026, 11, 27)
ITEMS = (Item("1", "A.1", Decimal(4)), Item("2", "A.2", Decimal("0.5")), Item("3", "A.1", Decimal(2)))
LANGUAGES = ("id", "en")


def mark(item: str, accepted: str, reason: str = "", note: str = "") -> Mark:
    return Mark(item, Decimal(accepted), reason, note)


def marks(person: str = "orang-3", *each: Mark) -> Marks:
    return Marks(person, {one.item: one for one in each})


def all_of(person: str = "orang-3") -> Marks:
    return marks(person, *(Mark(item.number, item.proposed) for item in ITEMS))


def told(faults: Sequence[FieldError]) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in faults]


# -- one assessor's marks ------------------------------------------------------------------------------------------


def test_items_are_numbered_as_in_the_dossier() -> None:
    rows = [{"kode": " a.1 ", "volume": "4"}, {"kode": "A.2", "volume": "0.5"}]
    assert proposed(rows) == ITEMS[:2]


@pytest.mark.parametrize(("one", "expected"), [
    (mark("1", "4"), []), (mark("1", "4", "full"), []), (mark("1", "3", "fewer_proven"), []),
    (mark("1", "0", "no_evidence"), []), (mark("1", "0", "other", "Surat tugasnya milik orang lain."), []),
    (mark("1", "5"), [("accepted_1", "above_proposed")]), (mark("1", "-1"), [("accepted_1", "below_nothing")]),
    (mark("1", "NaN"), [("accepted_1", "below_nothing")]), (mark("1", "Infinity"), [("accepted_1", "below_nothing")]),
    (mark("1", "3"), [("reason_1", "missing")]), (mark("1", "3", "full"), [("reason_1", "reason_unfit")]),
    (mark("1", "4", "no_evidence"), [("reason_1", "reason_unfit")]),
    (mark("1", "0", "fewer_proven"), [("reason_1", "reason_unfit")]),
    (mark("1", "3", "mood"), [("reason_1", "not_an_option")]),
    (mark("1", "3", "other"), [("note_1", "missing")]), (mark("1", "3", "other", " \n"), [("note_1", "missing")]),
    (mark("1", "4", note="x" * (MOST_NOTE + 1)), [("note_1", "too_long")]),
    (mark("1", "4", note="a\0b"), [("note_1", "unreadable")]), (mark("1", "4", note="a\nb"), []),
    (mark("9", "1"), [("accepted_9", "item_unknown")])])
def test_a_mark_that_cannot_be_kept_is_told_at_its_field(one: Mark, expected: list[tuple[str, str]]) -> None:
    assert told(wrong({one.item: one}, ITEMS)) == expected


def test_a_draft_may_leave_items_open_and_says_which() -> None:
    draft = marks("orang-3", mark("2", "0.5"))
    assert wrong(draft.marks, ITEMS) == []
    assert unmarked(draft.marks, ITEMS) == ("1", "3")
    assert unmarked(all_of().marks, ITEMS) == ()


def test_every_fault_of_every_item_is_told_at_once() -> None:
    faults = wrong({"1": mark("1", "9"), "2": mark("2", "0.25"), "3": mark("3", "0", "other")}, ITEMS)
    assert told(faults) == [("accepted_1", "above_proposed"), ("reason_2", "missing"), ("note_3", "missing")]
    assert faults[0].facts == {"proposed": Decimal(4)}


@given(st.decimals(0, 40, places=2), st.decimals("0.01", 40, places=2))
def test_below_the_proposed_volume_asks_for_a_reason_and_above_it_is_refused(
        accepted: Decimal, volume: Decimal) -> None:
    faults = told(wrong({"1": Mark("1", accepted)}, [Item("1", "A.1", volume)]))
    if accepted > volume:
        assert faults == [("accepted_1", "above_proposed")]
    else:
        assert faults == ([] if accepted == volume else [("reason_1", "missing")])


@pytest.mark.parametrize(("reason", "note", "expected"), [
    ("kin", "", []), ("", "", [("reason", "missing")]), ("full", "", [("reason", "not_an_option")]),
    ("other", "", [("note", "missing")]), ("other", "Satu tim dengan pemilik berkas.", [])])
def test_whoever_recuses_themself_says_why(reason: str, note: str, expected: list[tuple[str, str]]) -> None:
    assert told(wrong_reason("recusals", reason, note)) == expected


# -- two of them ---------------------------------------------------------------------------------------------------


volumes = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1), Decimal(2), Decimal(4)])
some_marks = st.dictionaries(st.sampled_from(["1", "2", "3"]), volumes).map(
    lambda each: Marks("x", {number: Mark(number, volume) for number, volume in each.items()}))
complete_marks = st.tuples(volumes, volumes, volumes).map(
    lambda each: Marks("x", {str(number): Mark(str(number), volume) for number, volume in enumerate(each, 1)}))
rulings = st.dictionaries(st.sampled_from(["1", "2", "3"]), volumes).map(
    lambda each: {number: Mark(number, volume) for number, volume in each.items()})


@given(some_marks, some_marks)
def test_every_item_is_either_agreed_on_or_differs_whoever_is_first(one: Marks, other: Marks) -> None:
    apart, alike = differing(one, other, ITEMS), agreed(one, other, ITEMS)
    assert {*apart} | {*alike} == {"1", "2", "3"}
    assert not {*apart} & {*alike}
    assert (apart, alike) == (differing(other, one, ITEMS), agreed(other, one, ITEMS))


@given(complete_marks, complete_marks, rulings)
def test_what_counts_is_the_plenarys_word_else_what_both_say_and_only_the_rest_is_open(
        one: Marks, other: Marks, plenary: dict[str, Mark]) -> None:
    counts, still_open = settled(one, other, plenary, ITEMS), unsettled(one, other, plenary, ITEMS)
    assert {*counts} ^ {*still_open} == {"1", "2", "3"}
    for number, volume in counts.items():
        assert volume == (plenary[number].accepted if number in plenary else one.volumes[number])


@given(complete_marks)
def test_somebody_agrees_with_themself_and_nothing_is_open(one: Marks) -> None:
    assert settled(one, one, {}, ITEMS) == one.volumes
    assert unsettled(one, one, {}, ITEMS) == ()


def test_the_same_outcome_with_another_volume_differs_all_the_same() -> None:
    one, other = marks("a", mark("1", "3")), marks("b", mark("1", "2"))
    assert differing(one, other, ITEMS[:1]) == ("1",)
    assert outcome(Decimal(3), Decimal(4)) == outcome(Decimal(2), Decimal(4)) == "partly"


def test_one_written_as_one_point_nought_does_not_differ() -> None:
    assert differing(marks("a", mark("3", "1.0")), marks("b", mark("3", "1")), ITEMS[2:]) == ()


def test_a_plenary_may_also_look_again_at_what_both_accepted() -> None:
    assert settled(all_of("a"), all_of("b"), {"1": mark("1", "0", "no_evidence")}, ITEMS)["1"] == 0


# -- agreement -----------------------------------------------------------------------------------------------------


def test_kappa_is_that_of_a_calculation_by_hand() -> None:
    """20 yes and yes, 5 yes and no, 10 no and yes, 15 no and no: 0.7 alike, 0.5 by chance, kappa 0.4."""
    pairs: list[tuple[Outcome, Outcome]] = (
        [("full", "full")] * 20 + [("full", "none")] * 5 + [("none", "full")] * 10 + [("none", "none")] * 15)
    assert agreement(pairs) == Agreement(50, Fraction(7, 10), Fraction(2, 5))


def test_where_both_always_say_the_same_one_thing_there_is_no_kappa_and_it_says_so() -> None:
    assert agreement([("full", "full")] * 9) == Agreement(9, Fraction(1), None, "same")


def test_of_nothing_there_is_no_agreement_and_it_says_so() -> None:
    assert agreement([]) == Agreement(0, None, None, "nothing")


def test_full_agreement_over_two_outcomes_is_one_and_full_disagreement_is_below_nought() -> None:
    assert agreement([("full", "full"), ("none", "none")]).kappa == 1
    assert agreement([("full", "none"), ("none", "full")]).kappa == -1


def test_one_who_always_says_the_same_and_one_who_does_not_agree_no_better_than_chance() -> None:
    assert agreement([("full", "full"), ("full", "none")]).kappa == 0


pair = st.tuples(st.sampled_from(OUTCOMES), st.sampled_from(OUTCOMES))


@given(st.lists(pair, max_size=30))
def test_agreement_never_divides_by_nothing_and_stays_in_its_bounds(pairs: list[tuple[Outcome, Outcome]]) -> None:
    found = agreement(pairs)
    assert found.n == len(pairs)
    assert (found.kappa is None) is bool(found.undefined)
    assert found.kappa is None or -1 <= found.kappa <= found.same <= 1
    assert found == agreement([(second, first) for first, second in pairs]), "nobody is first"


def test_agreement_is_measured_for_each_item_of_the_catalogue_and_names_nobody() -> None:
    one, other = all_of("a"), marks("b", mark("1", "4"), mark("2", "0", "no_evidence"), mark("3", "1", "fewer_proven"))
    rows = compared(one, other, {"1": Decimal(4), "2": Decimal(0), "3": Decimal(2)}, ITEMS)
    assert rows["3"] == Compared("A.1", "full", "partly", "full")
    assert {name: (each.n, each.same) for name, each in measured(rows.values()).items()} == {
        "A.1": (2, Fraction(1, 2)), "A.2": (1, Fraction(0))}
    assert not {"a", "b"} & {value for row in rows.values() for value in vars(row).values()}


def test_a_hidden_third_is_compared_with_what_was_decided_and_only_when_they_locked() -> None:
    third = marks("c", mark("1", "4"), mark("2", "0", "no_evidence"))
    counting = {item.number: item.proposed for item in ITEMS}
    drafted = compared(all_of("a"), all_of("b"), counting, ITEMS, third)
    assert measured_hidden(drafted.values()) == Agreement(0, undefined="nothing")
    locked = Marks("c", third.marks, "2026-11-27T03:00:00Z")
    rows = compared(all_of("a"), all_of("b"), counting, ITEMS, locked)
    assert [row.hidden for row in rows.values()] == ["full", "none", None]
    assert measured_hidden(rows.values()).same == Fraction(1, 2)


def test_what_one_of_them_did_not_mark_is_not_compared() -> None:
    assert [*compared(all_of("a"), marks("b", mark("1", "4")), {"1": Decimal(4)}, ITEMS)] == ["1"]


# -- the hidden sample ---------------------------------------------------------------------------------------------


def test_no_dossier_is_assessed_a_third_time_unless_an_agency_wants_it() -> None:
    assert sample_percent(NOW) == 0
    assert not any(is_drawn(0, Random(seed)) for seed in range(200))
    assert all(is_drawn(100, Random(seed)) for seed in range(200))


def test_of_many_dossiers_about_the_share_that_was_asked_for_is_drawn() -> None:
    chance = Random(7)
    assert 400 < sum(is_drawn(5, chance) for _ in range(10_000)) < 600


# -- who may assess ------------------------------------------------------------------------------------------------


ASSESSED = assigning.Assessed("orang-1", "III/c")
MOMENT = "2026-11-27T03:00:00Z"


def an_assessor(person: str = "penilai-1", golongan: str = "III/d", away_until: str = "") -> assigning.Assessor:
    return assigning.Assessor(person, "Ratna Dewi", "198609262015051001", "ahli_madya", golongan, "Kemendesa",
                              away_until=away_until)


def around(*assessed: str, chance: int = 7) -> assigning.Circumstances:
    return assigning.Circumstances(ASSESSED, NOW, set(assessed).__contains__, Random(chance))


def a_case(*people: str) -> assigning.Case:
    case = assigning.Case("7F3K9QX2")
    for person in people:
        case = assigning.assigned(case, an_assessor(person), MOMENT)
    return case


def gone(how: assigning.Left = "replaced") -> assigning.Leaving:
    return assigning.Leaving(how, "away", "", MOMENT)


@pytest.mark.parametrize(("assessor", "case", "expected"), [
    (an_assessor(), a_case(), None), (an_assessor("orang-1"), a_case(), "own_dossier"),
    (an_assessor(), a_case("penilai-1"), "assessor_twice"),
    (an_assessor(), assigning.left(a_case("penilai-1"), "penilai-1", gone()), "left_before"),
    (an_assessor(), assigning.acted(a_case(), "ketua", "penilai-1"), "acted_before"),
    (an_assessor(), assigning.acted(a_case(), "atasan", "orang-8", "penilai-1"), "acted_before"),
    (an_assessor(), assigning.acted(a_case(), "sekretariat", "penilai-1"), None),
    (an_assessor("penilai-9"), a_case(), "is_assessed"),
    (an_assessor(golongan="III/b"), a_case(), "rank_too_low"), (an_assessor(golongan="III/c"), a_case(), None),
    (an_assessor(golongan="IV/a"), a_case(), None), (an_assessor(golongan="?"), a_case(), "rank_too_low"),
    (an_assessor(away_until="2026-11-26"), a_case(), None),
    (an_assessor(away_until="2026-11-27"), a_case(), "away")])
def test_who_may_not_assess_is_told_why(assessor: assigning.Assessor, case: assigning.Case,
                                        expected: str | None) -> None:
    assert assigning.why_not(assessor, case, around("penilai-9")) == expected


def test_an_agency_may_switch_the_rule_about_rank_off(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"rank": [("2026-11-27", 1), ("2027-01-01", 0)]}
    monkeypatch.setattr("portal.dated.read_json", lambda _: rows)
    later = assigning.Circumstances(ASSESSED, datetime(2027, 1, 2, tzinfo=UTC), lambda _: False, Random(1))
    assert assigning.why_not(an_assessor(golongan="III/a"), a_case(), around()) == "rank_too_low"
    assert assigning.why_not(an_assessor(golongan="III/a"), a_case(), later) is None


def test_two_seats_count_and_a_third_is_refused() -> None:
    with pytest.raises(assigning.NotPossible) as refused:
        assigning.assigned(a_case("penilai-1", "penilai-2"), an_assessor("penilai-3"), MOMENT)
    assert (refused.value.code, refused.value.person) == ("no_seat_free", "penilai-3")


def test_whoever_locked_stands_by_it_and_nobody_leaves_when_both_have() -> None:
    one = assigning.locked(a_case("penilai-1", "penilai-2"), "penilai-1", MOMENT)
    both = assigning.locked(one, "penilai-2", MOMENT)
    for case, person, how, code in ((one, "penilai-1", "recused", "locked_already"),
                                    (one, "penilai-3", "replaced", "not_assigned"),
                                    (both, "penilai-2", "replaced", "all_locked")):
        with pytest.raises(assigning.NotPossible) as refused:
            assigning.left(case, person, gone(how))
        assert refused.value.code == code
    assert assigning.left(one, "penilai-1", gone()).locked == 0, "what a replaced assessor locked counts no more"


def test_a_hidden_third_is_drawn_once_among_those_who_could_be_assigned_and_counts_for_nothing(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessment.assigning.sample_percent", lambda _: 100)
    pool = {each.person: each for each in (
        an_assessor("penilai-1"), an_assessor("penilai-2"), an_assessor("penilai-3"), an_assessor("penilai-4"),
        an_assessor("penilai-5", golongan="II/a"))}
    half = assigning.with_hidden(a_case("penilai-1"), pool, dict, around())
    assert (half.hidden, half.drawn) == (None, False), "not before both seats are taken"
    case = assigning.with_hidden(a_case("penilai-1", "penilai-2"), pool, lambda: {"penilai-3": 4}, around())
    assert case.hidden
    assert case.hidden.person == "penilai-4", "who has the least to do"
    locked = assigning.locked(case, "penilai-4", MOMENT)
    assert (locked.locked, len(locked.assessors)) == (0, 2)
    assert assigning.with_hidden(case, pool, dict, around()) == case
    monkeypatch.setattr("assessment.assigning.sample_percent", lambda _: 0)
    assert assigning.with_hidden(a_case("penilai-1", "penilai-2"), pool, dict, around()).hidden is None


def test_where_nobody_is_left_to_be_the_hidden_third_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessment.assigning.sample_percent", lambda _: 100)
    case = assigning.with_hidden(a_case("penilai-1", "penilai-2"), {}, dict, around())
    assert (case.hidden, case.drawn) == (None, True)


def test_the_next_round_begins_with_the_same_two_and_without_their_marks() -> None:
    case = a_case("penilai-1", "penilai-2")
    for person in ("penilai-1", "penilai-2"):
        case = assigning.locked(case, person, MOMENT)
    again = assigning.next_round(case, MOMENT)
    assert (again.round, again.locked, [each.person for each in again.assessors]) == (2, 0, ["penilai-1", "penilai-2"])


def test_whoever_acts_for_somebody_must_be_free_to_and_so_must_that_somebody() -> None:
    case = a_case("penilai-1", "penilai-2")
    assert assigning.may_not_act(case, "penetap", ["orang-7"], ASSESSED) is None
    assert assigning.may_not_act(case, "penetap", ["orang-7", "orang-1"], ASSESSED) == "own_dossier"
    assert assigning.may_not_act(case, "ketua", ["penilai-2", "orang-7"], ASSESSED) == "assessor_acted"


# -- roles that are lent -------------------------------------------------------------------------------------------


def a_delegation(**changes: str) -> Delegation:
    return Delegation(**{"id": "1", "lender": "penetap-1", "receiver": "orang-7", "role": "penetap",
                         "scope": "kemendesa", "first": "2026-11-28", "last": "2026-12-04", "reason": "leave",
                         **changes})


@pytest.mark.parametrize(("changes", "expected"), [
    ({}, []), ({"last": "2026-11-28"}, []), ({"first": "2026-11-01", "last": "2026-11-27"}, []),
    ({"receiver": "penetap-1"}, [("receiver", "to_oneself")]), ({"role": "panitia"}, [("role", "not_lent")]),
    ({"role": "penilai"}, [("role", "not_lent")]), ({"role": "ketua"}, [("role", "not_ones_own")]),
    ({"scope": "kemendagri"}, [("role", "not_ones_own")]), ({"scope": "*"}, [("role", "not_ones_own")]),
    ({"last": "2026-11-20"}, [("last", "ends_before_it_begins")]),
    ({"first": "2026-11-01", "last": "2026-11-26"}, [("last", "is_over")]),
    ({"last": "2026-12-27"}, []), ({"last": "2026-12-28"}, [("last", "too_long_lent")]),
    ({"reason": "holiday"}, [("reason", "not_an_option")]), ({"reason": "other"}, [("note", "missing")])])
def test_what_is_lent_is_ones_own_to_somebody_else_and_for_some_days(
        changes: dict[str, str], expected: list[tuple[str, str]]) -> None:
    own = [Role("penetap", "kemendesa"), Role("panitia", "*")]
    assert told(lending.wrong(a_delegation(**changes), own, TODAY, NOW)) == expected


def test_whoever_has_every_scope_may_lend_one_of_them() -> None:
    assert lending.wrong(a_delegation(), [Role("penetap", "*")], TODAY, NOW) == []


@pytest.mark.parametrize(("day", "holds"), [("2026-11-27", False), ("2026-11-28", True), ("2026-12-04", True),
                                            ("2026-12-05", False)])
def test_a_delegation_holds_from_its_first_day_to_its_last_and_then_ends_by_itself(day: str, holds: bool) -> None:  # noqa: FBT001
    assert a_delegation().holds(date.fromisoformat(day)) is holds
    assert lending.roles_of([a_delegation()], date.fromisoformat(day)) == ((Role("penetap", "kemendesa"),) * holds)
    assert not a_delegation(ended_at=MOMENT).holds(date.fromisoformat(day))


# -- words and the file of reasons ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_refused_or_wrong_has_its_words(language: str) -> None:
    said = assets.words("assessment", language)
    assert tuple(said["refusals"]) == assigning.REFUSALS
    of_marks = {"item_unknown", "below_nothing", "above_proposed", "agreed_already", "missing", "not_an_option",
                "reason_unfit", "too_long", "unreadable"}
    assert set(said["faults"]) == of_marks | set(lending.FAULTS)
    assert tuple(said["outcomes"]) == OUTCOMES == get_args(Outcome)
    assert set(said["agreement"]) == {"same", "nothing"}
    assert tuple(said["reasons"]) == declared.GROUPS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", declared.GROUPS)
def test_every_reason_has_its_words(group: str, language: str) -> None:
    assert list(words(language)[group]) == list(reasons(group))
    assert all(words(language)[group].values())


def test_a_note_that_nobody_asks_for_may_be_empty() -> None:
    assert wrong_note("remarks", "") == []


@pytest.mark.parametrize(("old", "new", "key"), [
    ("for: [full]", "for: [all]", "marks.full.for.0"), ("    for: [full]\n", "", "marks.full.for"),
    ("for: [full]", "for: [none]", "marks"), ("  kin:\n", "  kin:\n    for: [none]\n", "recusals.kin.for"),
    ("number: 0, certainty: chosen", "number: 101, certainty: chosen", "sample"),
    ("number: 1, certainty: mem", "number: 2, certainty: mem", "rank"),
    ("certainty: mem", "certainty: sure", "rank.0.certainty"),
    ('from: "2026-11-27", number: 30', 'from: "November", number: 30', "lending.0"),
    ("title: {id: Cuti, en: Leave}", "title: {id: Cuti}", "delegations.leave.title.en"),
    ("version: ", "edition: ", "edition")])
def test_a_mistake_in_the_file_stops_the_build_at_its_place(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = declared.SOURCE.read_text(encoding="utf-8")
    assert old in text
    folder = tmp_path / "content" / "rules"
    folder.mkdir(parents=True)
    source = folder / declared.SOURCE.name
    source.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Mistake, match=rf"alasan-penilaian.yml: {key}: "):
        declared.read(source)


def test_a_later_number_stands_behind_an_earlier_one(tmp_path: Path) -> None:
    line = '  - {from: "2026-11-01", number: 5, certainty: chosen, source: "an agency"}\nlending:\n'
    source = tmp_path / "alasan.yml"
    text = declared.SOURCE.read_text(encoding="utf-8").replace("lending:\n  -", f"{line}  -")
    source.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="sample: expected each line to begin after the one before it"):
        declared.read(source)
