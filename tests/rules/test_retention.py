"""How long things are kept: which period holds when, and what a maintainer is told about a mistake in the table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from infra import retention
from infra.front_matter import Mistake
from portal import assets
from portal.retention import kept_until, period_for

KIND = """\
panen:
  what: {id: Catatan panen, en: Harvest record}
  kept: {id: "{period} setelah dicatat", en: "{period} after it was written"}
  purpose: {id: Menghitung panen, en: Counting the harvest}
  after: written
  kept_by: expiry
  in_notice: true
  periods:
    - {from: "2026-11-21", days: 730, certainty: chosen, source: "no law names years"}
"""
LATER = '    - {from: "2027-03-01", days: 365, certainty: chosen, source: "no law names years"}\n'


@pytest.fixture
def two_periods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A table in which harvest records are kept for two years, and for one year from March 2027 on."""
    (tmp_path / "retention.json").write_text(json.dumps({"panen": [["2026-11-21", 730], ["2027-03-01", 365]]}))
    monkeypatch.setenv("ASSETS_FOLDER", str(tmp_path))
    for each in (assets.read_text, assets.read_json):
        each.cache_clear()
    yield
    for each in (assets.read_text, assets.read_json):
        each.cache_clear()


@pytest.mark.usefixtures("two_periods")
@pytest.mark.parametrize(("now", "since", "days"), [
    (datetime(2026, 11, 20, tzinfo=UTC), "2026-11-21", 730), (datetime(2026, 11, 21, tzinfo=UTC), "2026-11-21", 730),
    (datetime(2027, 2, 28, 23, 59, tzinfo=UTC), "2026-11-21", 730),
    (datetime(2027, 3, 1, tzinfo=UTC), "2027-03-01", 365)],
    ids=["before any holds", "on the first day", "on the last day of the first", "on the first day of the second"])
def test_the_period_that_holds_is_the_last_that_has_begun(now: datetime, since: str, days: int) -> None:
    assert period_for("panen", now) == (since, days)


@pytest.mark.usefixtures("two_periods")
def test_something_may_go_when_its_days_have_passed_since_the_fact_they_count_from() -> None:
    fact, now = datetime(2027, 1, 10, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)
    assert kept_until("panen", fact, now) == int((fact + timedelta(days=730)).timestamp())


@pytest.mark.usefixtures("two_periods")
def test_a_kind_that_is_not_in_the_table_is_kept_by_nobody() -> None:
    with pytest.raises(KeyError, match="kopi"):
        period_for("kopi", datetime(2027, 1, 2, tzinfo=UTC))


def a_table(folder: Path, text: str) -> Path:
    (folder / "content" / "rules").mkdir(parents=True, exist_ok=True)
    path = folder / "content" / "rules" / "retention.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_functions_get_days_by_the_day_since_when_they_hold(tmp_path: Path) -> None:
    kinds = retention.read(a_table(tmp_path, KIND + LATER))
    assert retention.for_functions(kinds) == {"panen": [("2026-11-21", 730), ("2027-03-01", 365)]}


@pytest.mark.parametrize(("today", "told"), [
    (date(2026, 12, 1), "2 tahun (730 hari) setelah dicatat"),
    (date(2027, 3, 1), "1 tahun (365 hari) setelah dicatat")])
def test_the_notice_tells_the_period_that_holds_today(tmp_path: Path, today: date, told: str) -> None:
    kinds = retention.read(a_table(tmp_path, KIND + LATER))
    assert list(retention.rows(kinds, "id", today)) == [("Catatan panen", told)]


@pytest.mark.parametrize(("days", "indonesian", "english"), [
    (1, "24 jam", "24 hours"), (90, "90 hari", "90 days"), (365, "1 tahun (365 hari)", "1 year (365 days)"),
    (730, "2 tahun (730 hari)", "2 years (730 days)"), (731, "731 hari", "731 days")])
def test_a_number_of_days_in_words(days: int, indonesian: str, english: str) -> None:
    assert (retention.in_words(days, "id"), retention.in_words(days, "en")) == (indonesian, english)


@pytest.mark.parametrize(("old", "new", "key", "expected"), [
    ("days: 730", "days: two", "panen.periods.0.days", "expected a whole number, such as 365"),
    ("days: 730", "days: 0", "panen.periods.0.days", "greater than or equal to 1"),
    ('"2026-11-21"', '"21 November"', "panen.periods.0", 'from: expected a day, such as "2026-11-21"'),
    ('"2026-11-21"', "2026-11-21", "panen.periods.0.from", "expected a text in quotation marks"),
    ("certainty: chosen", "certainty: law", "panen.periods.0", r"expected the article \(Pasal\) that fixes"),
    ("certainty: chosen", "certainty: sure", "panen.periods.0.certainty", "'law', 'chosen' or 'provisional'"),
    (", en: Harvest record", "", "panen.what.en", "expected a value, it is missing"),
    ("  after: written\n", "  after: written\n  aftre: written\n", "panen.aftre", "expected no such key"),
    ("in_notice: true", "in_notice: yes please", "panen.in_notice", "expected true or false"),
    ("kept_by: expiry", "kept_by: nobody", "panen", "expected at least one, and none where kept_by names a kind"),
    ("{period} after", "{days} after", "panen.kept.en", "expected no other places than {period}"),
    ("{period} after", "{period:kopi} after", "panen.kept.en", "expected no other places than {period}"),
    (KIND, "- panen\n", "retention", "expected kinds of things"),
    (KIND, "panen: 1\n", "panen", "the keys it is made of"),
    ("panen:", "panen: [", "line 3", "expected YAML")])
def test_a_mistake_is_told_with_file_and_key(
        tmp_path: Path, old: str, new: str, key: str, expected: str) -> None:
    assert old in KIND
    with pytest.raises(Mistake, match=rf"^content/rules/retention.yml: {key}: .*{expected}"):
        retention.read(a_table(tmp_path, KIND.replace(old, new)))


def test_a_later_period_stands_behind_an_earlier_one(tmp_path: Path) -> None:
    wrong = KIND.replace("    - {from", f"{LATER}    - {{from")
    with pytest.raises(Mistake, match="expected each to begin after the one before it"):
        retention.read(a_table(tmp_path, wrong))


@pytest.mark.parametrize("named", ["kopi", "benih"])
def test_a_kind_that_is_kept_like_another_names_one_that_has_periods(tmp_path: Path, named: str) -> None:
    like = KIND.partition("  periods:")[0].replace("kept_by: expiry", f"kept_by: {named}").replace("{period}", "")
    with pytest.raises(Mistake, match=r"benih\.kept_by: expected expiry, setting, phone, or a kind that has periods"):
        retention.read(a_table(tmp_path, KIND + like.replace("panen:", "benih:")))
