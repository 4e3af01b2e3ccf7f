"""Angka kredit by conversion and integration: golden cases, properties, what is refused, and a whole career by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dupak.models import (
    GOLONGAN,
    JENJANG,
    PREDIKAT,
    Career,
    Diploma,
    Entry,
    Evaluation,
    Month,
    Node,
    Post,
    Refused,
    appointed_in,
    follows_from,
    written,
)
from dupak.rulebook import Rulebook, RuleMissing
from dupak.rules import Standing, next_period, standing
from infra import credit
from infra.credit_cases import TODAY, counted, expected, read_cases

RULES = credit.read()
BOOK = Rulebook(credit.for_functions(RULES))
CASES = read_cases()
HELD = [(jenjang, golongan) for jenjang in JENJANG for golongan in BOOK.row("golongan", jenjang, TODAY).words]
JANUARY = Month(2023, 1)


def changed(table: str, key: str, **row: Any) -> Rulebook:
    """The rulebook with one row changed, or (with `from`) a further one."""
    data = credit.for_functions(RULES)
    rows = data["tables"][table]["rows"][key]
    if "from" in row:
        rows.append({**rows[-1], **row})
    else:
        rows[-1] = {**rows[-1], **row}
    return Rulebook(data)


def a_career(*evaluations: tuple[Month, Month, str], jenjang: str = "ahli_pertama", golongan: str = "III/a",
             **more: Any) -> Career:
    since = more.pop("since", JANUARY)
    return Career((Post(since, jenjang, golongan, more.pop("entry", Entry())), *more.pop("then", ())),
                  tuple(Evaluation(*each) for each in evaluations), **more)


def points(career: Career, book: Rulebook = BOOK) -> Fraction:
    return standing(career, book, TODAY).total.value


def refused(career: Career) -> list[tuple[tuple[str, int, str], str]]:
    with pytest.raises(Refused) as told:
        standing(career, BOOK, TODAY)
    return [(fault.place, fault.code) for fault in told.value.faults]


# -- golden cases --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_golden_case_comes_out_as_its_source_says(case: dict[str, Any]) -> None:
    found = counted(case, BOOK)
    must = dict(expected(case))
    assert {name: found.get(name, "") for name in must} == must


def test_the_golden_cases_name_their_sources_and_speak_of_every_level_and_predikat() -> None:
    assert all(case["source"] for case in CASES)
    assert len({case["case"] for case in CASES}) == len(CASES)
    assert {case.get("regime", "konversi") for case in CASES} == {"konversi", "integrasi", "konvensional"}
    said = " ".join(str(case) for case in CASES)
    assert {name for name in (*JENJANG, *PREDIKAT) if name not in said} == set()


YEARLY = {"pemula": "5.625 3.75 2.8125 1.875 0.9375", "terampil": "7.5 5 3.75 2.5 1.25",
          "mahir": "18.75 12.5 9.375 6.25 3.125", "penyelia": "37.5 25 18.75 12.5 6.25",
          "ahli_pertama": "18.75 12.5 9.375 6.25 3.125", "ahli_muda": "37.5 25 18.75 12.5 6.25",
          "ahli_madya": "56.25 37.5 28.125 18.75 9.375", "ahli_utama": "75 50 37.5 25 12.5"}


@pytest.mark.parametrize("jenjang", JENJANG)
def test_a_whole_year_gives_what_the_four_sources_say(jenjang: str) -> None:
    lowest = BOOK.row("golongan", jenjang, TODAY).words[0]
    assert [points(a_career((JANUARY, Month(2023, 12), predikat), jenjang=jenjang, golongan=lowest))
            for predikat in PREDIKAT] == [Fraction(each) for each in YEARLY[jenjang].split()]


# -- properties ----------------------------------------------------------------------------------------------------

months = st.integers(min_value=0, max_value=45).map(JANUARY.plus)
held = st.sampled_from(HELD)
predikats = st.sampled_from(PREDIKAT)


@given(held, predikats, months, months, months)
def test_credit_is_additive_by_month(
        post: tuple[str, str], predikat: str, one: Month, two: Month, three: Month) -> None:
    first, middle, last = sorted([one, two, three])
    assume(middle < last)
    jenjang, golongan = post
    whole = a_career((first, last, predikat), jenjang=jenjang, golongan=golongan)
    parts = a_career((first, middle, predikat), (middle.plus(1), last, predikat), jenjang=jenjang, golongan=golongan)
    assert points(whole) == points(parts)


@given(held, months, months, predikats, predikats)
def test_a_better_predikat_never_gives_less(post: tuple[str, str], one: Month, two: Month, a: str, b: str) -> None:
    first, last = sorted([one, two])
    better, worse = sorted([a, b], key=PREDIKAT.index)
    jenjang, golongan = post
    assert points(a_career((first, last, better), jenjang=jenjang, golongan=golongan)) >= points(
        a_career((first, last, worse), jenjang=jenjang, golongan=golongan))


spans = st.lists(st.tuples(months, st.integers(min_value=0, max_value=14), predikats), max_size=5)


@given(spans)
def test_no_month_ever_has_two_values(drawn: list[tuple[Month, int, str]]) -> None:
    evaluations = [(first, first.plus(length), predikat) for first, length, predikat in drawn]
    assume(all(last < Month.of(TODAY) for _, last, _ in evaluations))
    covered = [month for first, last, _ in evaluations for month in first.until(last)]
    career = a_career(*evaluations)
    if len(set(covered)) == len(covered):
        lines = [line for line in standing(career, BOOK, TODAY).total.all() if line.what == "evaluation"]
        assert sum(int(line.facts["months"]) for line in lines) == len(covered)
    else:
        assert {code for _, code in refused(career)} == {"month_twice"}


def recomputed(line: Node) -> Fraction:
    """What the leaves alone make of a line."""
    return follows_from(line.how, map(recomputed, line.parts)) if line.parts else line.value


@st.composite
def careers(draw: st.DrawFn) -> Career:
    """Somebody who came in by any way, was evaluated and perhaps promoted."""
    jenjang, golongan = draw(held)
    kind = draw(st.sampled_from(["pertama", "lanjutan", "integrasi", "perpindahan", "kembali", "penyesuaian",
                                 "antar_jf"]))
    entry = Entry(kind, points=Decimal(draw(st.integers(1050, 2000))), months=draw(st.integers(1, 90)),
                  predikat=draw(predikats), at_peak=draw(st.booleans()))
    cut = draw(st.integers(1, 40))
    grades = BOOK.row("golongan", jenjang, TODAY).words
    then = ()
    if golongan != grades[-1] and draw(st.booleans()):
        then = (Post(JANUARY.plus(cut), jenjang, grades[grades.index(golongan) + 1], Entry("naik")),)
    elif following := BOOK.find("jenjang_berikutnya", jenjang, TODAY):
        lowest = BOOK.row("golongan", following.word, TODAY).words[0]
        then = (Post(JANUARY.plus(cut), following.word, lowest, Entry("naik")),)
    spread = draw(st.lists(predikats, max_size=4))
    evaluations = tuple(Evaluation(JANUARY.plus(12 * number), JANUARY.plus(12 * number + 9), predikat)
                        for number, predikat in enumerate(spread) if number < 3)
    diplomas = (Diploma("s2", JANUARY.plus(draw(st.integers(0, 30)))),) if draw(st.booleans()) else ()
    return Career((Post(JANUARY, jenjang, golongan, entry), *then), evaluations, diplomas)


@given(careers())
@settings(max_examples=200)
def test_every_explanation_makes_its_result_out_of_rules_and_what_was_said(career: Career) -> None:
    found = standing(career, BOOK, TODAY)
    lines = [stay.total for stay in found.stays] + [
        line for target in found.targets for line in (target.needed, target.missing)]
    for line in lines:
        assert recomputed(line) == line.value
        for each in line.all():
            assert bool(each.row) is (each.how == "rule")
            assert each.parts or each.how in {"rule", "given"} or each.value == 0


@given(careers(), predikats)
def test_what_is_told_as_the_earliest_month_is_when_the_points_are_there(career: Career, predikat: str) -> None:
    found = standing(career, BOOK, TODAY)
    stay = found.stays[-1]
    begin = (stay.counted_until or stay.posts[0].since.plus(-1)).plus(1)
    for target in found.targets:
        for each in target.earliest:
            if each.predikat != predikat or target.missing.value <= 0:
                continue
            step = Fraction(BOOK.row("koefisien", stay.post.jenjang, TODAY).number
                            * BOOK.row("persentase", predikat, TODAY).number, 1200)
            assert step * each.months >= target.missing.value > step * (each.months - 1)
            assert each.reached == begin.plus(each.months - 1)
            assert each.month > each.reached


@given(held, predikats, st.integers(1, 40))
def test_basic_credit_and_a_proportional_target_are_never_both_and_ask_for_the_same(
        post: tuple[str, str], predikat: str, length: int) -> None:
    jenjang, golongan = post
    career = a_career((JANUARY, JANUARY.plus(length - 1), predikat), jenjang=jenjang, golongan=golongan)
    basic = standing(career, BOOK, TODAY)
    proportional = standing(career, changed("golongan_masuk", "cara", value="sebanding"), TODAY)
    assert [(each.kind, each.missing.value) for each in basic.targets] == [
        (each.kind, each.missing.value) for each in proportional.targets]
    assert given_basic(proportional) == 0
    assert [line for target in basic.targets for line in target.needed.all() if line.what == "proportional"] == []


def given_basic(found: Standing) -> Fraction:
    return found.total.parts[0].value


def test_a_madya_who_entered_at_iv_b_has_two_thirds_of_the_target_and_nothing_else() -> None:
    found = standing(a_career(jenjang="ahli_madya", golongan="IV/b"),
                     changed("golongan_masuk", "cara", value="sebanding"), TODAY)
    assert (found.total.value, found.targets[-1].needed.value) == (0, Fraction(450) * 2 / 3)


@given(st.integers(-10 ** 7, 10 ** 7), st.integers(1, 4800), st.integers(2, 3))
def test_what_is_written_is_the_nearest_and_halves_go_away_from_zero(above: int, below: int, places: int) -> None:
    value = Fraction(above, below)
    told = written(value, places)
    assert -told.as_tuple().exponent == places
    off = abs(Fraction(told)) - abs(value)
    assert -Fraction(1, 2 * 10 ** places) < off <= Fraction(1, 2 * 10 ** places)


# -- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("career", "place", "code"), [
    (a_career((JANUARY, Month(2023, 6), "baik"), (Month(2023, 6), Month(2023, 12), "baik")),
     ("evaluations", 1, "first"), "month_twice"),
    (a_career((JANUARY, Month(2022, 12), "baik")), ("evaluations", 0, "last"), "ends_before_it_begins"),
    (a_career((Month(2026, 1), Month(2026, 12), "baik")), ("evaluations", 0, "last"), "not_over"),
    (a_career((Month(2026, 11), Month(2026, 11), "baik")), ("evaluations", 0, "last"), "not_over"),
    (a_career((Month(2022, 11), Month(2023, 2), "baik")), ("evaluations", 0, "first"), "before_conversion"),
    (a_career((JANUARY, Month(2023, 12), "baik"), since=Month(2023, 3)), ("evaluations", 0, "first"), "outside_post"),
    (a_career(since=Month(2022, 12)), ("posts", 0, "since"), "before_conversion"),
    (a_career(golongan="III/d"), ("posts", 0, "golongan"), "golongan_not_of_jenjang"),
    (a_career(golongan="IV/a", entry=Entry("pertama")), ("posts", 0, "golongan"), "golongan_not_of_jenjang"),
    (a_career(appointed=Month(2024, 3)), ("posts", 0, "since"), "before_appointment"),
    (a_career(appointed=JANUARY, rank_since=Month(2022, 1)), ("career", 0, "rank_since"), "before_appointment"),
    (a_career(then=(Post(JANUARY, "ahli_pertama", "III/b", Entry("naik")),)), ("posts", 1, "since"), "not_after"),
    (a_career(then=(Post(Month(2024, 1), "ahli_madya", "IV/a", Entry("naik")),)),
     ("posts", 1, "jenjang"), "jenjang_not_next"),
    (a_career(then=(Post(Month(2024, 1), "ahli_pertama", "III/a", Entry("naik")),)),
     ("posts", 1, "golongan"), "golongan_not_higher"),
    (a_career(diplomas=(Diploma("s2", JANUARY), Diploma("s2", Month(2024, 1)))), ("diplomas", 1, "level"),
     "diploma_twice"),
    (a_career(diplomas=(Diploma("s2", Month(2027, 1)),)), ("diplomas", 0, "month"), "not_over"),
    (a_career(diplomas=(Diploma("s2", Month(2022, 1)),)), ("diplomas", 0, "month"), "outside_post"),
    (a_career(entry=Entry("integrasi", points=Decimal(99))), ("posts", 0, "points"), "below_base"),
], ids=lambda each: each if isinstance(each, str) else "")
def test_what_cannot_be_counted_has_its_place_and_its_code(
        career: Career, place: tuple[str, int, str], code: str) -> None:
    assert refused(career) == [(place, code)]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    career = a_career((JANUARY, Month(2023, 6), "baik"), (Month(2023, 6), Month(2026, 12), "baik"), golongan="IV/b")
    assert [code for _, code in refused(career)] == ["golongan_not_of_jenjang", "not_over"]


def test_a_rule_that_ended_without_a_successor_is_told_with_its_table_and_day() -> None:
    book = changed("koefisien", "ahli_pertama", until="2024-06-30")
    with pytest.raises(RuleMissing, match=r"koefisien\.ahli_pertama on 2024-07-01"):
        standing(a_career((JANUARY, Month(2024, 12), "baik")), book, TODAY)


def test_what_was_earned_before_a_rule_ended_is_counted_and_only_the_forecast_says_that_it_ends() -> None:
    book = changed("koefisien", "ahli_pertama", until="2024-06-30")
    found = standing(a_career((JANUARY, Month(2024, 6), "baik")), book, TODAY)
    assert (found.total.value, found.notes) == (Fraction("18.75"), (("rule_ends", "2024-07"),))
    assert [(each.kind, each.missing.value, each.earliest) for each in found.targets] == [
        ("pangkat", Fraction("31.25"), ()), ("jenjang", Fraction("81.25"), ())]


def test_a_forecast_stops_where_a_rule_of_months_to_come_ends() -> None:
    """49 points: one month of Baik is enough, two months of Kurang are; the coefficient ends in between."""
    book = changed("koefisien", "ahli_pertama", until="2023-01-31")
    found = standing(a_career(entry=Entry("lanjutan", points=Decimal(49)), rank_since=Month(2020, 1)), book, TODAY)
    assert [each.predikat for each in found.targets[0].earliest] == ["sangat_baik", "baik"]
    assert found.targets[0].beyond == date(2023, 2, 1)


# -- rules that change ---------------------------------------------------------------------------------------------


def test_a_coefficient_that_changes_within_an_evaluation_parts_it_and_leaves_the_months_before() -> None:
    book = changed("koefisien", "ahli_pertama", value="24", **{"from": "2024-07-01"})
    found = standing(a_career((Month(2024, 1), Month(2024, 12), "baik")), book, TODAY)
    assert [(line.facts["first"], line.facts["last"], line.value) for line in found.total.parts[1:]] == [
        ("2024-01", "2024-06", Fraction("6.25")), ("2024-07", "2024-12", Fraction(12))]


def test_the_months_to_come_are_counted_with_the_rules_of_their_time() -> None:
    book = changed("koefisien", "ahli_pertama", value="600", **{"from": "2024-01-01"})
    (rank, _) = standing(a_career(), book, TODAY).targets
    assert next(each.reached for each in rank.earliest if each.predikat == "baik") == Month(2024, 1)


@pytest.mark.parametrize(("month", "expected_month"), [
    (Month(2023, 5), Month(2023, 10)), (Month(2024, 3), Month(2024, 4)), (Month(2024, 12), Month(2024, 12)),
    (Month(2025, 9), Month(2025, 10)), (Month(2025, 11), Month(2025, 11))])
def test_promotions_in_rank_happen_in_their_periods(month: Month, expected_month: Month) -> None:
    assert next_period(month, BOOK) == expected_month


def test_the_other_reading_of_the_diploma_is_a_row_away() -> None:
    career = a_career((JANUARY, Month(2023, 12), "baik"), golongan="III/b", diplomas=(Diploma("s2", Month(2023, 7)),))
    other = changed("ijazah", "dasar", value="jenjang_di_puncak")
    assert (points(career), points(career, other)) == (Fraction("75"), Fraction("87.5"))


def test_every_rule_in_an_explanation_says_where_it_is_from() -> None:
    found = standing(a_career((JANUARY, Month(2023, 12), "baik")), BOOK, TODAY)
    rows = [line.row for line in found.total.all() if line.row]
    assert {row.name for row in rows} == {"ak_dasar.III/a@2023-01-01", "persentase.baik@2023-01-01",
                                          "koefisien.ahli_pertama@2023-01-01"}
    assert all(row.article and row.source and row.certainty for row in rows)


@pytest.mark.parametrize(("nip", "month"), [("198609262015052001", Month(2015, 5)), ("198609262021211001", None)],
                         ids=["a civil servant", "a PPPK, who has a code there"])
def test_a_nip_says_when_somebody_was_appointed(nip: str, month: Month | None) -> None:
    assert appointed_in(nip) == month


def test_grades_are_listed_in_their_order() -> None:
    assert BOOK.keys("pangkat") == GOLONGAN


# -- a whole career ------------------------------------------------------------------------------------------------


def test_ten_years_three_levels_a_diploma_a_transfer_and_both_regimes_agree_with_a_hand_calculation() -> None:
    """Counted by hand from the tables of the domain rules, line by line; the conventional years are an integration.

    2018 to 2022, Ahli Pertama, conventional: 172.5 points. Base value 100, so 72.5 go into 2023.
    2023 Sangat Baik: 150 % x 12.5 = 18.75, so 91.25. S2 recorded in March 2024: 25 % x 50 = 12.5, so 103.75 with
    January to June 2024 Baik, 6/12 x 12.5 = 6.25: 110. July 2024 Ahli Muda III/c: the surplus of 10 is lost, 0.
    July to December 2024 Baik: 6/12 x 25 = 12.5. 2025 Sangat Baik: 37.5, so 50. January to March 2026 Cukup:
    3/12 x 75 % x 25 = 4.6875, so 54.6875 when she leaves for a structural post in April 2026.
    October 2026: back by transfer as Ahli Madya IV/b, Baik, 40 months in rank at the peak, of which 36 count:
    36/12 x 37.5 = 112.5 and basic credit 150, so 262.5. October to December 2026 Baik: 3/12 x 37.5 = 9.375. 2027
    Sangat Baik: 56.25. In all 328.125; the level asks for 450, so 121.875 are missing: at 37.5 a year 39 months.
    """
    ahli_pertama = Post(JANUARY, "ahli_pertama", "III/b", Entry("integrasi", points=Decimal("172.5")))
    ahli_muda = Post(Month(2024, 7), "ahli_muda", "III/c", Entry("naik"), last=Month(2026, 3))
    ahli_madya = Post(Month(2026, 10), "ahli_madya", "IV/b",
                      Entry("perpindahan", months=40, predikat="baik", at_peak=True))
    career = Career((ahli_pertama, ahli_muda, ahli_madya), (
        Evaluation(JANUARY, Month(2023, 12), "sangat_baik"), Evaluation(Month(2024, 1), Month(2024, 12), "baik"),
        Evaluation(Month(2025, 1), Month(2025, 12), "sangat_baik"),
        Evaluation(Month(2026, 1), Month(2026, 3), "cukup"), Evaluation(Month(2026, 10), Month(2026, 12), "baik"),
        Evaluation(Month(2027, 1), Month(2027, 12), "sangat_baik"),
    ), (Diploma("s2", Month(2024, 3)),), appointed=Month(2018, 1))
    found = standing(career, BOOK, date(2028, 1, 15))
    assert [stay.total.value for stay in found.stays] == [Fraction(110), Fraction("54.6875"), Fraction("328.125")]
    rank, level = found.targets
    assert (rank.missing.value, level.missing.value) == (Fraction(300) - Fraction("328.125"), Fraction("121.875"))
    baik = next(each for each in level.earliest if each.predikat == "baik")
    assert (baik.months, baik.month) == (39, Month(2031, 4))
    assert written(found.total.value, 3) == Decimal("328.125")
    early = replace(career, evaluations=(*career.evaluations, Evaluation(Month(2026, 5), Month(2026, 6), "baik")))
    assert refused_codes(early) == ["outside_post"]


def refused_codes(career: Career) -> list[str]:
    with pytest.raises(Refused) as told:
        standing(career, BOOK, date(2028, 1, 15))
    return [fault.code for fault in told.value.faults]
