"""What a maintainer writes on an activity's page: understood, or told by file, key and what was expected there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.catalogue import CONTENT, MOST_POOLS, check_pieces, read_offerings
from infra.front_matter import Mistake
from portal.regions import provinces
from registrations.models import Offering
from registrations.rules import pools_of

INDONESIAN, ENGLISH = "content/id/kegiatan/bimtek-klino.md", "content/en/kegiatan/bimtek-klino.md"
QUOTA = {"id": "asn_daerah", "title": {"id": "ASN daerah", "en": "Regional civil servants"}, "share": 30,
         "kinds": ["psm", "asn"], "agency_levels": ["provinsi", "kabupaten_kota"], "released": "2027-01-04T00:00"}
PROVINCES = {"id": "papua", "title": {"id": "Papua", "en": "Papua"}, "per_province": 1,
             "provinces": ["93", "94", "95", "96"], "released": "2027-01-04T00:00"}
DECLARED: dict[str, Any] = {
    "id": "bimtek-klino", "kind": "bimtek", "starts": "2027-01-19T08:00", "ends": "2027-01-21T16:00",
    "opens": "2026-11-16T08:00", "closes": "2027-01-08T16:00", "zone": "WIT", "mode": "luring",
    "place": "Balai Desa Klino", "jp": 24, "fee": 0, "funding": "APBN", "seats": 40, "audience": ["psm", "tpp"],
    "quotas": [QUOTA]}
MISSING = object()


def a_page(matter: dict[str, Any]) -> str:
    return f"---\n{yaml.safe_dump(matter, allow_unicode=True, sort_keys=False)}---\n# Bimtek\n"


@dataclass
class Pages:
    """The two pages of one activity, as a maintainer left them; a key set to MISSING was forgotten."""

    content: Path
    indonesian: dict[str, Any] = field(default_factory=lambda: {"title": "Bimtek Desa Klino"})
    english: dict[str, Any] | None = field(default_factory=lambda: {
        "title": "Training in Klino", "offering": {"id": "bimtek-klino", "place": "Klino village hall"}})
    declared: dict[str, Any] = field(default_factory=lambda: dict(DECLARED))

    def change(self, **declared: Any) -> None:
        self.declared |= declared

    def write(self) -> Path:
        declared = {name: value for name, value in self.declared.items() if value is not MISSING}
        self.save(INDONESIAN, a_page({"offering": declared, **self.indonesian}))
        if self.english is not None:
            self.save(ENGLISH, a_page(self.english))
        return self.content

    def save(self, place: str, text: str) -> None:
        page = self.content.parent / place
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return Pages(tmp_path / "content")


def mistake_in(pages: Pages) -> str:
    with pytest.raises(Mistake) as found:
        read_offerings(pages.write())
    return str(found.value)


# -- understood ----------------------------------------------------------------------------------------------------


def test_a_well_declared_activity_is_an_offering_with_utc_moments_and_both_languages(pages: Pages) -> None:
    (offering,) = read_offerings(pages.write())
    assert offering.starts == datetime(2027, 1, 18, 23, tzinfo=UTC)
    assert offering.closes == datetime(2027, 1, 8, 7, tzinfo=UTC)
    assert offering.quotas[0].released == datetime(2027, 1, 3, 15, tzinfo=UTC)
    assert (offering.title.id, offering.title.en) == ("Bimtek Desa Klino", "Training in Klino")
    assert (offering.place.id, offering.place.en) == ("Balai Desa Klino", "Klino village hall")
    assert {pool.name: pool.seats for pool in pools_of(offering)} == {"asn_daerah": 12, "umum": 28}


def test_a_time_with_seconds_is_read_though_yaml_takes_it_for_a_date(pages: Pages) -> None:
    pages.change(starts=datetime(2027, 1, 19, 8))  # noqa: DTZ001 a clock on a wall, as YAML reads it
    assert read_offerings(pages.write())[0].starts == datetime(2027, 1, 18, 23, tzinfo=UTC)


def test_a_page_that_declares_nothing_is_just_a_page(pages: Pages) -> None:
    pages.save("content/id/kegiatan/index.md", a_page({"title": "Kegiatan"}))
    pages.save("content/id/tentang/index.md", "# Tentang\n")
    assert [offering.id for offering in read_offerings(pages.write())] == ["bimtek-klino"]


def test_a_page_saved_by_an_editor_that_puts_a_mark_first_is_read_too(pages: Pages) -> None:
    content = pages.write()
    page = content.parent / INDONESIAN
    page.write_text(page.read_text(encoding="utf-8"), encoding="utf-8-sig", newline="\r\n")
    assert [offering.id for offering in read_offerings(content)] == ["bimtek-klino"]


def test_offerings_come_in_the_order_of_their_beginning(pages: Pages) -> None:
    pages.write()
    early = {**DECLARED, "id": "seminar-awal", "starts": "2027-01-09T08:00"}
    pages.save("content/id/kegiatan/seminar-awal.md", a_page({"title": "Awal", "offering": early}))
    pages.save("content/en/kegiatan/seminar-awal.md",
               a_page({"title": "Early", "offering": {"id": "seminar-awal", "place": "Klino"}}))
    assert [offering.id for offering in read_offerings(pages.content)] == ["seminar-awal", "bimtek-klino"]


def test_the_portals_own_pages_declare_their_offerings_without_a_mistake() -> None:
    offerings = read_offerings(CONTENT)
    assert len(offerings) >= 6
    assert {offering.zone for offering in offerings} == {"WIB", "WITA", "WIT"}
    assert any(quota.per_province for offering in offerings for quota in offering.quotas)
    for offering in offerings:
        assert Offering.model_validate(json.loads(offering.model_dump_json())) == offering


# -- told ----------------------------------------------------------------------------------------------------------

CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "seats in words": ({"seats": "empat puluh"}, "offering.seats: expected a whole number"),
    "no seats at all": ({"seats": 0}, "offering.seats: Input should be greater than or equal to 1"),
    "more seats than the portal can mint": ({"seats": 5001}, "offering.seats: Input should be less than or equal to 5"),
    "a forgotten kind": ({"kind": MISSING}, "offering.kind: expected a value, it is missing"),
    "a forgotten beginning": ({"starts": MISSING}, "offering.starts: expected a value, it is missing"),
    "a forgotten zone": ({"zone": MISSING}, "offering.zone: expected a value, it is missing"),
    "a forgotten place": ({"place": MISSING}, "offering.place: expected a value, it is missing"),
    "a key that does not exist": (
        {"colour": "biru"}, "offering.colour: there is no such key; expected one of id, kind"),
    "a kind that does not exist": ({"kind": "piknik"}, "offering.kind: expected one of 'bimtek', 'pelatihan'"),
    "a mode in English": (
        {"mode": "online"}, "offering.mode: expected one of 'luring', 'daring', 'hibrida' (found: 'online')"),
    "money nobody knows": ({"funding": "APBDes"}, "offering.funding: expected one of 'APBN', 'BLU', 'PNBP'"),
    "a zone of another country": (
        {"zone": "GMT"}, "offering.zone: expected one of 'WIB', 'WITA', 'WIT' (found: 'GMT')"),
    "an audience nobody is": ({"audience": ["psm", "raja"]}, "offering.audience.1: expected one of 'psm', 'tpp'"),
    "an audience of nobody": ({"audience": []}, "offering.audience: Tuple should have at least 1 item"),
    "a fee below nothing": ({"fee": -1}, "offering.fee: Input should be greater than or equal to 0"),
    "more lessons than a year has": ({"jp": 401}, "offering.jp: Input should be less than or equal to 400"),
    "an id that is not the file's name": ({"id": "bimtek-lain"}, "offering.id: expected bimtek-klino, the name of the"),
    "a beginning in words": ({"starts": "minggu depan"}, "offering.starts: expected a wall-clock time in `zone`"),
    "a beginning with an offset": ({"starts": "2027-01-19T08:00+07:00"}, "offering.starts: expected a wall-clock time"),
    "a day that does not exist": ({"ends": "2027-02-30T16:00"}, "offering.ends: expected a wall-clock time"),
    "a day without its time": ({"closes": "2027-01-08"}, "offering.closes: expected a wall-clock time"),
    "a day without its time, as YAML reads it": (
        {"closes": datetime(2027, 1, 8, tzinfo=UTC).date()}, "offering.closes: expected a wall-clock time"),
    "a moment left empty": ({"opens": None}, "offering.opens: expected a wall-clock time"),
    "closing before opening": ({"opens": "2027-01-08T16:01"}, "offering: opens must be before closes"),
    "closing after the end": ({"closes": "2027-01-21T16:01"}, "offering: closes must not be after ends"),
    "ending before beginning": (
        {"ends": "2027-01-19T07:00", "closes": "2027-01-18T16:00"}, "offering: starts must be before ends"),
    "quotas that are no list": ({"quotas": {"id": "asn_daerah"}}, "offering.quotas: expected a list of quotas"),
    "quotas left empty": ({"quotas": None}, "offering.quotas: expected a list of quotas"),
    "a quota that is a word": ({"quotas": ["asn"]}, "offering.quotas.0: expected the keys it is made of"),
    "a quota without a number": ({"quotas": [{**QUOTA, "share": None}]},
                                 "offering.quotas.0: give exactly one of seats, share and per_province"),
    "a quota with two numbers": ({"quotas": [{**QUOTA, "seats": 3}]},
                                 "offering.quotas.0: give exactly one of seats, share and per_province"),
    "a share of more than everything": ({"quotas": [{**QUOTA, "share": 101}]},
                                        "offering.quotas.0.share: Input should be less than or equal to 100"),
    "seats a province without provinces": ({"quotas": [{**PROVINCES, "provinces": []}]},
                                           "offering.quotas.0: per_province needs a list of provinces"),
    "a province that does not exist": ({"quotas": [{**PROVINCES, "provinces": ["93", "99"]}]},
                                       "offering.quotas: expected codes of provinces, found 99"),
    "a province by its name": ({"quotas": [{**PROVINCES, "provinces": ["Papua"]}]},
                               "offering.quotas.0.provinces.0: expected small letters"),
    "a province twice": ({"quotas": [{**PROVINCES, "provinces": ["93", "93"]}]},
                         "offering.quotas.0: the same province stands twice"),
    "a quota with the name of the open seats": ({"quotas": [{**QUOTA, "id": "umum"}]},
                                                "offering.quotas.0: the id 'umum' is the name of the seats for"),
    "a quota with a name that is no name": ({"quotas": [{**QUOTA, "id": "ASN daerah"}]},
                                            "offering.quotas.0.id: expected small letters"),
    "two quotas of one name": ({"quotas": [QUOTA, QUOTA]}, "offering: two quotas have the same id"),
    "a quota in one language": ({"quotas": [{**QUOTA, "title": {"id": "ASN daerah"}}]},
                                "offering.quotas.0.title.en: expected a value, it is missing"),
    "a release in words": ({"quotas": [{**QUOTA, "released": "nanti"}]},
                           "offering.quotas.released: expected a wall-clock time"),
    "a quota never released": ({"quotas": [{name: QUOTA[name] for name in QUOTA if name != "released"}]},
                               "offering.quotas.0.released: expected a value, it is missing"),
    "more reserved seats than seats": ({"seats": 3, "quotas": [PROVINCES]},
                                       "offering.quotas: the quotas keep 4 seats, but there are 3"),
}


@pytest.mark.parametrize(("declared", "told"), CHANGES.values(), ids=CHANGES)
def test_a_mistake_is_told_by_file_key_and_what_was_expected(
        pages: Pages, declared: dict[str, Any], told: str) -> None:
    pages.change(**declared)
    mistake = mistake_in(pages)
    assert mistake.startswith(f"{INDONESIAN}: {told}")
    assert "\n" not in mistake
    assert len(mistake) < 250, "a mistake is one line that somebody reads"


def _forget_the_english_page(pages: Pages) -> None:
    pages.english = None


def _forget_the_english_title(pages: Pages) -> None:
    pages.english = {"offering": {"id": "bimtek-klino", "place": "Klino"}}


def _number_the_english_place(pages: Pages) -> None:
    pages.english = {"title": "Training", "offering": {"id": "bimtek-klino", "place": 7}}


def _forget_the_indonesian_title(pages: Pages) -> None:
    pages.indonesian = {}


def _repeat_a_fact_in_english(pages: Pages) -> None:
    pages.english = {"title": "Training", "offering": {"id": "bimtek-klino", "place": "Klino", "seats": 41}}


def _forget_the_english_offering(pages: Pages) -> None:
    pages.english = {"title": "Training"}


def _name_another_offering_in_english(pages: Pages) -> None:
    pages.english = {"title": "Training", "offering": {"id": "bimtek-lain", "place": "Klino"}}


def _declare_a_word(pages: Pages) -> None:
    pages.indonesian = {"title": "Bimtek", "offering": "segera"}


ELSEWHERE: dict[str, tuple[Callable[[Pages], None], str]] = {
    "no English page": (_forget_the_english_page,
                        f"{INDONESIAN}: offering: expected an English page beside it: {ENGLISH}"),
    "no English title": (_forget_the_english_title, f"{ENGLISH}: title: expected a value, it is missing"),
    "no Indonesian title": (_forget_the_indonesian_title, f"{INDONESIAN}: title: expected a value, it is missing"),
    "an English place that is a number": (_number_the_english_place,
                                          f"{ENGLISH}: offering.place: expected a text in quotation marks"),
    "a fact repeated in English": (_repeat_a_fact_in_english,
                                   f"{ENGLISH}: offering: expected exactly id: bimtek-klino and place"),
    "an English page without its place": (_forget_the_english_offering,
                                          f"{ENGLISH}: offering: expected exactly id: bimtek-klino and place"),
    "another offering in English": (_name_another_offering_in_english,
                                    f"{ENGLISH}: offering: expected exactly id: bimtek-klino and place"),
    "a word where keys belong": (_declare_a_word,
                                 f"{INDONESIAN}: offering: expected the keys of an offering, one a line"),
}


@pytest.mark.parametrize(("leave", "told"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_mistake_is_told_where_it_was_made(pages: Pages, leave: Callable[[Pages], None], told: str) -> None:
    leave(pages)
    assert mistake_in(pages).startswith(told)


def test_broken_yaml_is_told_by_its_line(pages: Pages) -> None:
    content = pages.write()
    pages.save(INDONESIAN, "---\ntitle: Bimtek\noffering:\n  id: [bimtek\n  kind: bimtek\n---\n")
    with pytest.raises(Mistake) as found:
        read_offerings(content)
    assert str(found.value).startswith(f"{INDONESIAN}: line 5: ")


def test_a_page_that_is_not_utf_8_is_told_by_its_name(pages: Pages) -> None:
    content = pages.write()
    (content.parent / INDONESIAN).write_bytes("---\ntitle: Menté\n---\n".encode("latin-1"))
    with pytest.raises(Mistake, match=f"{INDONESIAN}: .*UTF-8"):
        read_offerings(content)


def test_two_pages_cannot_declare_one_offering(pages: Pages) -> None:
    content = pages.write()
    for language in ("id", "en"):
        page = content / language / "kegiatan" / "bimtek-klino.md"
        pages.save(f"content/{language}/konferensi/bimtek-klino.md", page.read_text(encoding="utf-8"))
    with pytest.raises(Mistake) as found:
        read_offerings(content)
    assert str(found.value) == "content/id/konferensi/bimtek-klino.md: offering.id: another page declares bimtek-klino"


def test_an_offering_has_so_few_groups_of_seats_that_minting_stays_one_transaction(pages: Pages) -> None:
    everywhere = [province.code for province in provinces() if province.code != "00"]
    twice = [{**PROVINCES, "id": f"desa_{number}", "provinces": everywhere} for number in (1, 2)]
    pages.change(seats=500, quotas=twice)
    assert mistake_in(pages) == (f"{INDONESIAN}: offering.quotas: expected at most {MOST_POOLS} groups of seats, "
                                 f"found {2 * 38 + 1}")


@pytest.mark.parametrize("released", ["2026-01-01T00:00", "2030-01-01T00:00"], ids=["too early", "too late"])
def test_seats_kept_for_nobody_or_given_to_nobody_are_a_mistake(pages: Pages, released: str) -> None:
    pages.change(quotas=[{**QUOTA, "released": released}])
    assert "offering.quotas.released: expected a time after opens and not after starts" in mistake_in(pages)


# -- the pieces of a copied page -----------------------------------------------------------------------------------


def test_a_copied_page_with_the_other_activitys_form_stops_the_build(tmp_path: Path) -> None:
    shutil.copytree(CONTENT, tmp_path / "content")
    offerings = read_offerings(CONTENT)
    check_pieces(offerings, tmp_path / "content")
    first, second = offerings[0].id, offerings[1].id
    page = next((tmp_path / "content" / "en").rglob(f"{first}.md"))
    page.write_text(page.read_text("utf-8").replace(f"offerings/{first}/form.html", f"offerings/{second}/form.html"),
                    "utf-8")
    with pytest.raises(Mistake) as found:
        check_pieces(offerings, tmp_path / "content")
    assert f"{first}.md" in str(found.value)
    assert f'expected --8<-- "offerings/{first}/form.html"' in str(found.value)
