"""Assessments in their table: nobody sees the other's marks too early, two never overwrite, everything has its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from random import Random
from typing import Any

import pytest

from assessment import store
from assessment.assigning import Assessed, Assessor, Case, Circumstances, NotPossible
from assessment.lending import Delegation
from assessment.marks import Item, Mark, Marks
from assessment.store import Assessments, Change, Lock, MarksRefused, NotLocked, Signer, Task, Visible
from dupak.dossiers import Dossier
from dupak.store import Dossiers
from portal.access import Role
from portal.audit import Actor, Audit, Note
from portal.errors import ChangedMeanwhile, NotFound
from portal.identifiers import format_moment
from portal.records import Table
from portal.retention import kept_until
from portal.workdays import day_of
from tests.doors.test_stored_items import rows
from tests.doors.weather import contents

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = day_of(NOW)
REFERENCE = "7F3K9QX2"
ASSESSED = Assessed("orang-1", "III/c")
ITEMS = (Item("1", "A.1", Decimal(4)), Item("2", "A.2", Decimal("0.5")), Item("3", "A.1", Decimal(2)))
DESK = Actor("sekretaris-1", "sekretariat")
RATNA, HELMY, SITI, DEDI = "penilai-1", "penilai-2", "penilai-3", "penilai-4"
EVERYBODY = (RATNA, HELMY, SITI, DEDI)
FULL = {item.number: Mark(item.number, item.proposed) for item in ITEMS}
LESS = {**FULL, "1": Mark("1", Decimal(3), "fewer_proven", "Satu surat tugas tidak ada.")}


@pytest.fixture
def kept(names: dict[str, str]) -> Assessments:
    """The store, with four people in the pool."""
    assessments = Assessments(Table(names["AssessmentTable"]), Audit(Table(names["AuditTable"])))
    for person in EVERYBODY:
        assessments.join(an_assessor(person), NOW)
    return assessments


@pytest.fixture
def assigned(kept: Assessments) -> Case:
    """A dossier whose two assessors are Ratna and Helmy."""
    return kept.commit(kept.assign(Case(REFERENCE), (RATNA, HELMY), around()), note())


def an_assessor(person: str = RATNA, **changes: str) -> Assessor:
    return Assessor(**{"person": person, "name": "Ratna Dewi", "nip": "198609262015052001", "jenjang": "ahli_madya",
                       "golongan": "IV/a", "agency": "Kemendesa", **changes})


def around(*, now: datetime = NOW, assessed: Sequence[str] = ()) -> Circumstances:
    return Circumstances(ASSESSED, now, set(assessed).__contains__, Random(7))


def note(record: str = "7F3K-9QX2", now: datetime = NOW) -> Note:
    return Note("assessment", record, "changed", DESK, "2026-11-27", now)


def mark(kept: Assessments, person: str, marks: dict[str, Mark] | None = None, reference: str = REFERENCE) -> Marks:
    return kept.save(reference, person, marks or FULL, ITEMS, 0)


def lock(kept: Assessments, person: str, reference: str = REFERENCE) -> Lock:
    locking = kept.lock(reference, person, ITEMS, NOW)
    kept.commit(locking.change, note())
    return locking


def both_lock(kept: Assessments, one: dict[str, Mark] | None = None, other: dict[str, Mark] | None = None) -> Case:
    mark(kept, RATNA, one)
    mark(kept, HELMY, other)
    lock(kept, RATNA)
    lock(kept, HELMY)
    return kept.find(REFERENCE)


# -- the pool and who is assigned ----------------------------------------------------------------------------------


def test_whoever_joins_is_in_the_pool_until_they_leave_and_its_row_ends_by_itself(kept: Assessments) -> None:
    assert list(kept.pool()) == sorted(EVERYBODY)
    away = kept.join(an_assessor(SITI, away_until="2030-01-01"), NOW)
    assert kept.pool()[SITI] == away
    kept.leave(DEDI)
    assert DEDI not in kept.pool()
    assert all(item["expires_at"] == kept_until("assessor", NOW, NOW) for item in contents(kept.table))


@pytest.mark.usefixtures("assigned")
def test_whoever_has_a_dossier_to_mark_does_not_leave_the_pool(kept: Assessments) -> None:
    with pytest.raises(NotPossible, match="still_assigned"):
        kept.leave(RATNA)
    mark(kept, RATNA)
    lock(kept, RATNA)
    kept.leave(RATNA)
    assert RATNA not in kept.pool()


def test_two_are_assigned_and_each_finds_it_in_their_queue(kept: Assessments, assigned: Case) -> None:
    assert kept.find(REFERENCE) == assigned
    assert [each.person for each in assigned.assessors] == [RATNA, HELMY]
    assert kept.cases_of(RATNA) == [Task(REFERENCE, format_moment(NOW), "open")]
    assert kept.cases_of(SITI) == []


def test_a_case_that_nobody_has_touched_is_empty_and_not_kept(kept: Assessments) -> None:
    assert kept.find("ZZZZ9999") == Case("ZZZZ9999")


@pytest.mark.parametrize(("people", "code"), [
    (("orang-9", HELMY), "not_in_the_pool"), ((RATNA, RATNA), "assessor_twice"), ((SITI, HELMY), "is_assessed"),
    ((RATNA, HELMY, DEDI), "no_seat_free")])
def test_who_is_refused_is_told_and_nothing_is_kept(kept: Assessments, people: tuple[str, ...], code: str) -> None:
    before = contents(kept.table)
    with pytest.raises(NotPossible) as refused:
        kept.assign(Case(REFERENCE), people, around(assessed=[SITI]))
    assert refused.value.code == code
    assert contents(kept.table) == before


def test_a_page_can_tell_of_everybody_in_the_pool_why_not(kept: Assessments) -> None:
    kept.join(an_assessor(DEDI, golongan="III/a"), NOW)
    kept.join(an_assessor(HELMY, away_until=TODAY.isoformat()), NOW)
    assert kept.why_not(Case(REFERENCE), around(assessed=[SITI])) == {
        RATNA: None, HELMY: "away", SITI: "is_assessed", DEDI: "rank_too_low"}


@pytest.mark.parametrize("meanwhile", [
    lambda kept: kept.leave(HELMY), lambda kept: kept.join(an_assessor(HELMY, golongan="II/a"), NOW),
    lambda kept: kept.join(an_assessor(HELMY, away_until=TODAY.isoformat()), NOW)], ids=["left", "demoted", "away"])
def test_somebody_who_changes_in_the_pool_while_they_are_assigned_is_looked_at_again(
        kept: Assessments, meanwhile: Callable[[Assessments], object]) -> None:
    change = kept.assign(Case(REFERENCE), (RATNA, HELMY), around())
    meanwhile(kept)
    with pytest.raises(ChangedMeanwhile):
        kept.commit(change, note())
    assert kept.find(REFERENCE).seats == ()
    assert kept.workload() == {}


def test_of_two_secretariats_that_assign_at_once_one_is_told_and_nobody_sits_twice(kept: Assessments) -> None:
    def assign(people: tuple[str, str]) -> str:
        try:
            kept.commit(kept.assign(Case(REFERENCE), people, around()), note())
        except ChangedMeanwhile:
            return "told"
        return "kept"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(assign, [(RATNA, HELMY), (SITI, DEDI), (HELMY, SITI), (DEDI, RATNA)]))
    assert Counter(outcomes) == {"kept": 1, "told": 3}
    seated = {each.person for each in kept.find(REFERENCE).assessors}
    assert len(seated) == 2
    assert set(kept.workload()) == seated, "no row of those who lost is left behind"


def test_everybodys_workload_is_one_query(kept: Assessments, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, people in enumerate(permutations((RATNA, HELMY, SITI), 2)):
        reference = f"7F3K9QX{number + 1}"
        kept.commit(kept.assign(Case(reference), people, around()), note())
    mark(kept, RATNA, reference="7F3K9QX1")
    lock(kept, RATNA, reference="7F3K9QX1")
    asked: list[str] = []
    page = Table._page

    def counted(self: Table, pk: str, *rest: Any, **more: Any) -> dict[str, Any]:
        asked.append(pk)
        return page(self, pk, *rest, **more)

    monkeypatch.setattr(Table, "_page", counted)
    assert kept.workload() == {RATNA: 3, HELMY: 4, SITI: 4}
    assert [each.state for each in kept.cases_of(RATNA)] == ["locked", "open", "open", "open"]
    assert len(asked) == 2


# -- leaving a seat ------------------------------------------------------------------------------------------------


def test_whoever_recuses_themself_leaves_the_seat_free_and_says_why(kept: Assessments, assigned: Case) -> None:
    case = kept.commit(kept.release(assigned, RATNA, "recused", "kin", NOW), note())
    assert [each.person for each in case.assessors] == [HELMY]
    assert (case.seats[0].left, case.seats[0].reason) == ("recused", "kin")
    assert (kept.cases_of(RATNA), kept.workload()) == ([], {HELMY: 1})
    assert [each.state for each in kept.past_of(RATNA)] == ["recused"]
    with pytest.raises(NotFound):
        mark(kept, RATNA)
    with pytest.raises(NotPossible, match="left_before"):
        kept.assign(case, (RATNA,), around())
    assert len(kept.commit(kept.assign(case, (SITI,), around()), note()).assessors) == 2


def test_a_reason_that_is_none_is_refused(kept: Assessments, assigned: Case) -> None:
    with pytest.raises(MarksRefused) as refused:
        kept.release(assigned, RATNA, "replaced", "kin", NOW)
    assert [(each.field, each.code) for each in refused.value.errors] == [("reason", "not_an_option")]


@pytest.mark.usefixtures("assigned")
def test_the_marks_of_a_replaced_assessor_stay_for_the_record_and_count_no_more(kept: Assessments) -> None:
    mark(kept, RATNA, LESS)
    lock(kept, RATNA)
    case = kept.commit(kept.replace(kept.find(REFERENCE), RATNA, SITI, "away", around()), note())
    assert ([each.person for each in case.assessors], case.locked) == ([HELMY, SITI], 0)
    assert (kept.past_of(RATNA)[0].state, kept.workload()) == ("replaced", {HELMY: 1, SITI: 1})
    mark(kept, HELMY)
    mark(kept, SITI)
    lock(kept, HELMY)
    assert not lock(kept, SITI).differ, "against Ratna's they would"
    assert kept.counted(kept.find(REFERENCE), ITEMS).volumes["1"] == 4
    assert kept.visible(REFERENCE, RATNA) == Visible(None)
    assert kept.table.get(f"CASE#{REFERENCE}", f"MARKS#01#{RATNA}") is not None


def test_a_replacement_that_is_refused_leaves_the_seat_as_it_was(kept: Assessments, assigned: Case) -> None:
    with pytest.raises(NotPossible, match="assessor_twice"):
        kept.replace(assigned, RATNA, HELMY, "away", around())
    assert kept.find(REFERENCE) == assigned


def test_whoever_acted_is_remembered_with_whoever_lent_them_the_role(kept: Assessments) -> None:
    case = kept.commit(kept.act(Case(REFERENCE), "atasan", ("orang-5", RATNA), NOW), note())
    assert kept.find(REFERENCE).acted == {"atasan": ("orang-5", RATNA)}
    with pytest.raises(NotPossible, match="acted_before"):
        kept.assign(case, (RATNA, HELMY), around())


# -- marks ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("assigned")
def test_a_draft_is_kept_and_read_as_it_was_written(kept: Assessments) -> None:
    draft = {"1": LESS["1"], "3": Mark("3", Decimal("0.25"), "evidence_unclear")}
    mark(kept, RATNA, draft)
    assert kept.visible(REFERENCE, RATNA).own == Marks(RATNA, draft, round=1, changes=1)
    kept.save(REFERENCE, RATNA, FULL, ITEMS, 1)
    assert kept.visible(REFERENCE, RATNA).own == Marks(RATNA, FULL, round=1, changes=2)


@pytest.mark.usefixtures("assigned")
@pytest.mark.parametrize("seen", [0, 7])
def test_of_two_windows_the_second_is_told(kept: Assessments, seen: int) -> None:
    mark(kept, RATNA)
    with pytest.raises(ChangedMeanwhile):
        kept.save(REFERENCE, RATNA, LESS, ITEMS, seen)
    assert kept.visible(REFERENCE, RATNA).own == Marks(RATNA, FULL, changes=1)


@pytest.mark.usefixtures("assigned")
def test_what_cannot_be_kept_is_refused_and_nobody_without_a_seat_marks(kept: Assessments) -> None:
    with pytest.raises(MarksRefused):
        mark(kept, RATNA, {"1": Mark("1", Decimal(5))})
    with pytest.raises(NotFound):
        mark(kept, SITI)
    with pytest.raises(NotFound):
        kept.lock(REFERENCE, "orang-1", ITEMS, NOW)
    assert kept.visible(REFERENCE, RATNA).own is None


@pytest.mark.usefixtures("assigned")
def test_marks_are_locked_once_and_only_when_every_item_has_one(kept: Assessments) -> None:
    with pytest.raises(MarksRefused) as refused:
        kept.lock(REFERENCE, RATNA, ITEMS, NOW)
    assert refused.value.missing == ("1", "2", "3")
    mark(kept, RATNA)
    assert (lock(kept, RATNA).locked, kept.find(REFERENCE).locked) == (0, 1)
    for again in (lambda: kept.lock(REFERENCE, RATNA, ITEMS, NOW),
                  lambda: kept.save(REFERENCE, RATNA, LESS, ITEMS, 2),
                  lambda: kept.save(REFERENCE, RATNA, LESS, ITEMS, 0)):
        with pytest.raises(NotPossible, match="locked_already"):
            again()
    assert kept.visible(REFERENCE, RATNA).own == Marks(RATNA, FULL, format_moment(NOW), 1, 2)


@pytest.mark.usefixtures("assigned")
def test_what_another_window_saves_while_marks_are_being_locked_is_not_locked_unseen(kept: Assessments) -> None:
    mark(kept, RATNA)
    locking = kept.lock(REFERENCE, RATNA, ITEMS, NOW)
    kept.save(REFERENCE, RATNA, {"1": FULL["1"]}, ITEMS, 1)
    with pytest.raises(ChangedMeanwhile):
        kept.commit(locking.change, note())
    assert kept.find(REFERENCE).locked == 0


@pytest.mark.usefixtures("assigned")
def test_the_last_to_lock_learns_whether_they_differ_and_nothing_else(kept: Assessments) -> None:
    mark(kept, RATNA)
    mark(kept, HELMY, LESS)
    first = lock(kept, RATNA)
    assert (first.counts, first.locked, first.differ) == (True, 0, False)
    second = kept.lock(REFERENCE, HELMY, ITEMS, NOW)
    assert (second.counts, second.locked, second.differ) == (True, 1, True)


@pytest.mark.usefixtures("assigned")
def test_of_two_who_lock_at_once_the_second_asks_again_and_then_is_the_last(kept: Assessments) -> None:
    mark(kept, RATNA)
    mark(kept, HELMY, LESS)
    locking = [kept.lock(REFERENCE, person, ITEMS, NOW) for person in (RATNA, HELMY)]
    assert [each.locked for each in locking] == [0, 0], "each believes to be the first"
    kept.commit(locking[0].change, note())
    with pytest.raises(ChangedMeanwhile):
        kept.commit(locking[1].change, note())
    assert kept.find(REFERENCE).locked == 1
    again = lock(kept, HELMY)
    assert (again.locked, again.differ, kept.find(REFERENCE).all_locked) == (1, True, True)


@pytest.mark.usefixtures("assigned")
def test_locking_goes_into_the_transaction_of_the_dossiers_own_move(kept: Assessments, names: dict[str, str]) -> None:
    dossiers = Dossiers(Table(names["DossiersTable"]), kept.audit)
    dossier = dossiers.begin(Dossier(REFERENCE, "s-1", "orang-1", "konvensional", "id", "a@desa.example",
                                     format_moment(NOW), state="assessing"), note())
    mark(kept, RATNA)
    locking = kept.lock(REFERENCE, RATNA, ITEMS, NOW)
    stale = replace(dossier, changes=dossier.changes + 1)
    with pytest.raises(ChangedMeanwhile):
        dossiers.move(stale, stale, "lock", note(), beside=locking.change.writes)
    assert kept.find(REFERENCE).locked == 0, "neither without the other"
    dossiers.move(dossier, dossier, "lock", note(), beside=locking.change.writes)
    assert kept.find(REFERENCE).locked == 1


# -- who sees what -------------------------------------------------------------------------------------------------

READERS = (RATNA, HELMY, SITI, "sekretaris-1", "ketua-1", "penetap-1", "orang-1")


@pytest.mark.usefixtures("assigned")
def test_nobody_sees_marks_of_another_before_both_are_locked(kept: Assessments) -> None:
    def seen() -> dict[str, tuple[str, ...]]:
        looks = {reader: kept.visible(REFERENCE, reader) for reader in READERS}
        return {reader: tuple(each.person for each in (*filter(None, [look.own]), *look.assessors))
                for reader, look in looks.items()}

    nothing: dict[str, tuple[str, ...]] = dict.fromkeys(READERS, ())
    assert seen() == nothing
    mark(kept, RATNA)
    mark(kept, HELMY, LESS)
    their_own = {**nothing, RATNA: (RATNA,), HELMY: (HELMY,)}
    assert seen() == their_own
    lock(kept, RATNA)
    assert seen() == their_own, "one lock opens nothing, neither to whoever locked nor to whoever has not"
    for question in (lambda: kept.counted(kept.find(REFERENCE), ITEMS),
                     lambda: kept.settle(kept.find(REFERENCE), {}, ITEMS, NOW)):
        with pytest.raises(NotLocked):
            question()
    lock(kept, HELMY)
    assert seen() == {reader: ((reader,) if reader in {RATNA, HELMY} else ()) + (RATNA, HELMY) for reader in READERS}


@pytest.mark.usefixtures("assigned")
def test_a_case_that_only_claims_to_be_locked_opens_nothing(kept: Assessments) -> None:
    mark(kept, RATNA)
    mark(kept, HELMY, LESS)
    lock(kept, RATNA)
    case = kept.find(REFERENCE)
    claimed = replace(case, seats=tuple(replace(each, locked_at=format_moment(NOW)) for each in case.seats))
    assert claimed.all_locked
    with pytest.raises(NotLocked):
        kept.counted(claimed, ITEMS)


@pytest.mark.usefixtures("assigned")
def test_nothing_of_a_case_itself_tells_what_anybody_marked(kept: Assessments) -> None:
    mark(kept, HELMY, LESS)
    lock(kept, HELMY)
    assert "fewer_proven" not in repr(kept.find(REFERENCE))
    assert "fewer_proven" not in repr(kept.cases_of(HELMY))


@pytest.mark.usefixtures("assigned")
def test_in_the_next_round_nobody_sees_the_other_again_until_both_have_locked_anew(kept: Assessments) -> None:
    case = both_lock(kept)
    case = kept.commit(kept.begin_again(case, NOW), note())
    assert (case.round, case.locked, kept.workload()) == (2, 0, {RATNA: 1, HELMY: 1})
    assert kept.visible(REFERENCE, RATNA) == Visible(None)
    mark(kept, RATNA, LESS)
    assert kept.visible(REFERENCE, HELMY) == Visible(None)
    assert kept.table.get(f"CASE#{REFERENCE}", f"MARKS#01#{RATNA}") is not None, "the round before stays for the record"


@pytest.fixture
def with_third(kept: Assessments, monkeypatch: pytest.MonkeyPatch) -> tuple[Case, str]:
    monkeypatch.setattr("assessment.assigning.sample_percent", lambda _: 100)
    case = kept.commit(kept.assign(Case(REFERENCE), (RATNA, HELMY), around()), note())
    assert case.hidden
    return case, case.hidden.person


def test_a_hidden_third_holds_nothing_up_counts_for_nothing_and_is_seen_by_nobody(
        kept: Assessments, with_third: tuple[Case, str]) -> None:
    _, third = with_third
    assert kept.workload(hidden=True) == {RATNA: 1, HELMY: 1, third: 1}
    assert kept.workload() == {RATNA: 1, HELMY: 1}
    mark(kept, third, LESS)
    locking = lock(kept, third)
    assert (locking.counts, locking.differ, kept.find(REFERENCE).locked) == (False, False, 0)
    both_lock(kept)
    assert kept.counted(kept.find(REFERENCE), ITEMS).volumes == {item.number: item.proposed for item in ITEMS}
    assert [each.person for each in kept.visible(REFERENCE, "ketua-1").assessors] == [RATNA, HELMY]
    alone = kept.visible(REFERENCE, third)
    assert alone.own
    assert alone.own.person == third
    assert alone.assessors == ()


def test_a_case_ends_with_or_without_the_word_of_a_hidden_third(
        kept: Assessments, with_third: tuple[Case, str]) -> None:
    _, third = with_third
    mark(kept, third, LESS)
    kept.commit(kept.close(both_lock(kept), ITEMS, NOW), note())
    assert {row.hidden for row in kept.compared(["A.1", "A.2"])} == {None}
    assert kept.workload(hidden=True) == {}


def test_what_a_hidden_third_locked_is_compared_with_what_was_decided(
        kept: Assessments, with_third: tuple[Case, str]) -> None:
    _, third = with_third
    mark(kept, third, LESS)
    lock(kept, third)
    kept.commit(kept.close(both_lock(kept), ITEMS, NOW), note())
    assert sorted((row.counted, str(row.hidden)) for row in kept.compared(["A.1", "A.2"])) == [
        ("full", "full"), ("full", "full"), ("full", "partly")]


# -- plenary, chair and the end ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("assigned")
def test_the_plenary_is_not_asked_about_what_both_accept_unless_the_chair_names_it(kept: Assessments) -> None:
    case = both_lock(kept, FULL, LESS)
    ruling = {"3": Mark("3", Decimal(0), "no_evidence")}
    with pytest.raises(MarksRefused) as refused:
        kept.settle(case, ruling, ITEMS, NOW)
    assert [(each.field, each.code) for each in refused.value.errors] == [("accepted_3", "agreed_already")]
    named = kept.commit(kept.remark(replace(case, discussed=("3",)), "Periksa butir tiga", NOW), note())
    assert kept.find(REFERENCE).discussed == ("3",)
    assert kept.settle(named, ruling, ITEMS, NOW).case.plenary == ruling
    assert kept.begin_again(named, NOW).case.discussed == ()


@pytest.mark.usefixtures("assigned")
def test_what_the_plenary_decided_counts_and_may_be_kept_item_by_item(kept: Assessments) -> None:
    case = both_lock(kept, FULL, {**LESS, "2": Mark("2", Decimal(0), "no_evidence")})
    counted = kept.counted(kept.find(REFERENCE), ITEMS)
    assert (counted.differing, counted.unsettled, counted.volumes) == (("1", "2"), ("1", "2"), {"3": Decimal(2)})
    with pytest.raises(MarksRefused):
        kept.settle(case, {"1": Mark("1", Decimal(3))}, ITEMS, NOW)
    case = kept.commit(kept.settle(case, {"1": LESS["1"]}, ITEMS, NOW), note())
    assert kept.counted(kept.find(REFERENCE), ITEMS).unsettled == ("2",)
    kept.commit(kept.settle(case, {"2": FULL["2"]}, ITEMS, NOW), note())
    counted = kept.counted(kept.find(REFERENCE), ITEMS)
    assert (counted.unsettled, counted.volumes) == ((), {"1": Decimal(3), "2": Decimal("0.5"), "3": Decimal(2)})


@pytest.mark.usefixtures("assigned")
def test_of_two_who_write_down_the_plenary_at_once_the_second_is_told(kept: Assessments) -> None:
    case = both_lock(kept, FULL, LESS)
    changes = [kept.settle(case, {"1": each}, ITEMS, NOW) for each in (FULL["1"], LESS["1"])]
    kept.commit(changes[0], note())
    with pytest.raises(ChangedMeanwhile):
        kept.commit(changes[1], note())
    assert kept.find(REFERENCE).plenary == {"1": FULL["1"]}


def test_the_chairs_remarks_are_kept_and_those_that_nobody_can_read_are_not(kept: Assessments, assigned: Case) -> None:
    kept.commit(kept.remark(assigned, " Sesuai. ", NOW), note())
    assert kept.find(REFERENCE).remarks == "Sesuai."
    with pytest.raises(MarksRefused):
        kept.remark(assigned, "a\0b", NOW)


@pytest.mark.usefixtures("assigned")
def test_a_decided_case_leaves_every_queue_and_everything_of_it_gets_its_end(kept: Assessments) -> None:
    case = both_lock(kept, FULL, LESS)
    case = kept.commit(kept.settle(case, {"1": LESS["1"]}, ITEMS, NOW), note())
    kept.commit(kept.close(case, ITEMS, NOW), note())
    assert (kept.cases_of(RATNA), kept.workload()) == ([], {})
    assert [each.state for each in kept.past_of(RATNA)] == ["decided"]
    ends = kept_until("assessment", NOW, NOW)
    of_the_case = [item for item in contents(kept.table) if REFERENCE in item["pk"] + item["sk"]]
    assert len(of_the_case) == 5
    assert {item["expires_at"] for item in of_the_case} == {ends}


@pytest.mark.usefixtures("assigned")
def test_agreement_is_noted_for_each_item_and_names_nobody(kept: Assessments) -> None:
    case = both_lock(kept, FULL, LESS)
    case = kept.commit(kept.settle(case, {"1": LESS["1"]}, ITEMS, NOW), note())
    kept.commit(kept.close(case, ITEMS, NOW), note())
    found = kept.agreement(["A.1", "A.2", "Z.9"])
    assert {kode: (each.n, each.same, each.undefined) for kode, each in found.items()} == {
        "A.1": (2, Fraction(1, 2), ""), "A.2": (1, Fraction(1), "same")}
    noted = [item for item in contents(kept.table) if item["pk"].startswith("AGREEMENT#")]
    assert len(noted) == 3
    named = {*EVERYBODY, REFERENCE, ASSESSED.owner}
    assert not any(name in repr(noted) for name in named)


def test_a_dossier_that_ends_before_both_have_locked_says_nothing_about_agreement(
        kept: Assessments, assigned: Case) -> None:
    mark(kept, RATNA)
    kept.commit(kept.close(assigned, ITEMS, NOW), note())
    assert (kept.compared(["A.1", "A.2"]), kept.workload()) == ([], {})


@pytest.mark.usefixtures("assigned")
def test_a_case_that_is_opened_again_after_an_objection_stays_as_long_as_it_is_open(kept: Assessments) -> None:
    case = kept.commit(kept.close(both_lock(kept), ITEMS, NOW), note())
    kept.commit(kept.begin_again(case, NOW + timedelta(days=30)), note())
    record = kept.table.get(f"CASE#{REFERENCE}", "RECORD")
    assert record
    assert "expires_at" not in record
    assert ([each.state for each in kept.cases_of(HELMY)], kept.past_of(HELMY)) == (["open"], [])


def test_the_largest_dossier_is_decided_in_one_transaction_with_room_for_what_goes_along(
        kept: Assessments, with_third: tuple[Case, str]) -> None:
    _, third = with_third
    items = [Item(str(number), f"A.{number}", Decimal(1)) for number in range(1, 41)]
    marks = {item.number: Mark(item.number, Decimal(1)) for item in items}
    for person in (RATNA, HELMY, third):
        kept.save(REFERENCE, person, marks, items, 0)
        kept.commit(kept.lock(REFERENCE, person, items, NOW).change, note())
    change = kept.close(kept.find(REFERENCE), items, NOW)
    assert len(change.writes) <= 60, "of the hundred that a transaction may have"
    kept.commit(change, note())
    assert len(kept.compared([item.kode for item in items])) == 40


# -- roles that are lent -------------------------------------------------------------------------------------------

@pytest.fixture
def lent(names: dict[str, str]) -> Assessments:
    """The store, with nobody in the pool."""
    return Assessments(Table(names["AssessmentTable"]), Audit(Table(names["AuditTable"])))


PENETAP = [Role("penetap", "kemendesa")]


def a_delegation(first: int = 0, last: int = 6, **changes: str) -> Delegation:
    def day(number: int) -> str:
        return (TODAY + timedelta(days=number)).isoformat()

    return Delegation(**{"id": "d-1", "lender": "penetap-1", "receiver": "orang-7", "role": "penetap",
                         "scope": "kemendesa", "first": day(first), "last": day(last), "reason": "leave", **changes})


def lend(lent: Assessments, delegation: Delegation) -> Delegation:
    return lent.lend(delegation, PENETAP, note("delegation-1"))


def test_whoever_a_role_is_lent_to_finds_it_in_one_query_until_its_last_day_is_over(lent: Assessments) -> None:
    delegation = lend(lent, a_delegation())
    assert lent.lent_to("orang-7", TODAY) == lent.lent_by("penetap-1", TODAY) == [delegation]
    last = date.fromisoformat(delegation.last)
    assert lent.lent_to("orang-7", last) == [delegation]
    assert lent.lent_to("orang-7", last + timedelta(days=1)) == []
    over = datetime(last.year, last.month, last.day, tzinfo=UTC)
    assert {item["expires_at"] for item in contents(lent.table)} == {kept_until("assessor", over, NOW)}
    assert lent.lent_to("penetap-1", TODAY) == []


def test_what_is_lent_from_a_later_day_on_is_known_before_and_does_not_hold_yet(lent: Assessments) -> None:
    delegation = lend(lent, a_delegation(first=3))
    assert [each.holds(TODAY) for each in lent.lent_to("orang-7", TODAY)] == [False]
    assert delegation.holds(TODAY + timedelta(days=3))


@pytest.mark.parametrize("by", ["penetap-1", "orang-7"])
def test_either_of_the_two_ends_it_before_its_last_day_and_ending_twice_is_once(lent: Assessments, by: str) -> None:
    delegation = lend(lent, a_delegation())
    for _ in range(2):
        lent.stop_lending(delegation, by, note("delegation-1"))
    assert lent.lent_to("orang-7", TODAY) == lent.lent_by("penetap-1", TODAY) == []


def test_nobody_else_ends_it_and_sending_it_twice_is_lending_it_once(lent: Assessments) -> None:
    delegation = lend(lent, a_delegation())
    lend(lent, a_delegation())
    with pytest.raises(NotFound):
        lent.stop_lending(delegation, "orang-9", note("delegation-1"))
    assert lent.lent_to("orang-7", TODAY) == [delegation]


def test_what_was_lent_to_somebody_is_not_lent_on(lent: Assessments) -> None:
    lend(lent, a_delegation())
    own_of_the_receiver: list[Role] = []
    with pytest.raises(MarksRefused) as refused:
        lent.lend(a_delegation(lender="orang-7", receiver="orang-8"), own_of_the_receiver, note("delegation-2"))
    assert [each.code for each in refused.value.errors] == ["not_ones_own"]
    assert lent.lent_to("orang-8", TODAY) == []


# -- what somebody signs with --------------------------------------------------------------------------------------


def test_what_somebody_signed_with_is_proposed_the_next_time(lent: Assessments) -> None:
    assert lent.signer("penetap-1") is None
    signer = Signer("198609262015051001", "Kepala Biro", "Jakarta")
    lent.table.write(lent.signs("penetap-1", signer, NOW))
    assert lent.signer("penetap-1") == signer


# -- the table -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("assigned")
def test_every_kind_of_item_stands_in_the_table_of_keys_and_each_row_of_it_is_there(
        kept: Assessments, lent: Assessments) -> None:
    mark(kept, RATNA)
    mark(kept, HELMY)
    lend(lent, a_delegation())
    kept.table.write(lent.signs("penetap-1", Signer("1", "Kepala", "Jakarta"), NOW))
    lock(kept, RATNA)
    kept.commit(kept.assign(Case("7F3K9QX9"), (SITI, DEDI), around()), note())
    kept.commit(kept.release(kept.find("7F3K9QX9"), SITI, "replaced", "late", NOW), note())
    lock(kept, HELMY)
    kept.commit(kept.close(kept.find(REFERENCE), ITEMS, NOW), note())
    kept.commit(kept.act(Case("7F3K9QX8"), "atasan", ("orang-5",), NOW), note())
    items, kinds = contents(kept.table), rows(store.__doc__)
    unknown = [item for item in items if sum(bool(is_kind(item)) for is_kind in kinds.values()) != 1]
    assert unknown == []
    assert {name for name, is_kind in kinds.items() if not any(is_kind(item) for item in items)} == set()


def test_every_write_of_a_change_names_the_table_it_is_for(kept: Assessments, assigned: Case) -> None:
    mark(kept, RATNA)
    changes: list[Change] = [
        kept.act(assigned, "ketua", ("orang-6",), NOW), kept.release(assigned, RATNA, "replaced", "late", NOW),
        kept.lock(REFERENCE, RATNA, ITEMS, NOW).change, kept.close(assigned, ITEMS, NOW)]
    found: set[Any] = {write.table for change in changes for write in change.writes}
    assert found == {kept.table.name}
