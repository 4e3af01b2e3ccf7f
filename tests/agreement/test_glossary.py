"""The office's own words: each that code uses as a name or a value has its line in the glossary, spelt as there."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from feedback.models import TOPICS
from infra.template_reader import ROOT
from portal.people import KINDS
from registrations.models import AGENCY_LEVELS, AgencyLevel, Kind, Offering, Registration

# Words of everyday Indonesian, which any dictionary explains better.
EVERYDAY = {"penulis", "umum", "pusat", "provinsi", "desa", "bukan_pemerintah", "pelatihan", "lokakarya", "seminar",
            "konferensi", "mandiri", *TOPICS}


def values_of(attribute: str) -> tuple[str, ...]:
    return get_args(Offering.model_fields[attribute].annotation)


TERMS = sorted(({*KINDS, *AGENCY_LEVELS, *values_of("kind"), *values_of("mode"), *values_of("funding"),
                 *values_of("zone"), "nip", "jp", "kuota"}) - EVERYDAY)


def headings(language: str) -> list[str]:
    page = (ROOT / "content" / language / "tentang" / "glosarium.md").read_text(encoding="utf-8")
    return [match.casefold() for match in re.findall(r"^### (.+)$", page, re.MULTILINE)]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("term", TERMS)
def test_a_term_of_the_office_has_its_line_in_the_glossary(term: str, language: str) -> None:
    spelt = re.compile(rf"\b{term.replace('_', '[ /]').casefold()}\b")
    assert [heading for heading in headings(language) if spelt.search(heading)], f"{term} has no line"


def test_psm_is_spelt_out_as_the_official_and_as_the_volunteer() -> None:
    assert "penggerak swadaya masyarakat (psm)" in headings("id")
    assert any(heading.startswith("pekerja sosial masyarakat") for heading in headings("id"))


def test_a_word_is_everyday_only_while_code_uses_it() -> None:
    used = {*KINDS, *AGENCY_LEVELS, *values_of("kind"), *values_of("funding"), *TOPICS}
    assert used >= EVERYDAY


def test_the_values_of_a_form_and_of_an_offering_are_the_same_words() -> None:
    assert get_args(Kind) == KINDS
    assert get_args(AgencyLevel) == AGENCY_LEVELS


def test_a_field_is_named_in_one_spelling() -> None:
    for name in [*Registration.model_fields, *Offering.model_fields]:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_glossary_is_in_the_order_of_the_alphabet_and_says_nothing_twice(language: str) -> None:
    found = headings(language)
    assert len(set(found)) == len(found)
    assert [re.sub(r"\W", "", each)[0] for each in found] == sorted(re.sub(r"\W", "", each)[0] for each in found)
