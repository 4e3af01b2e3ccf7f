"""Who reaches which case: every role, scope, desk and place."""

from __future__ import annotations

from itertools import product

import pytest

from casework.reach import acting_roles, reach
from portal.access import Role
from tests.casework_world import REGENCY, TABLE, VILLAGE, a_case

OTHER_VILLAGE, OTHER_REGENCY, PROVINCE, DISTRICT = "35.22.01.2002", "35.23", "35", "35.22.01"


@pytest.mark.parametrize(("role", "scope", "desk", "found"), [
    ("petugas_depan", VILLAGE, VILLAGE, "acts"), ("petugas_belakang", VILLAGE, VILLAGE, "acts"),
    ("koordinator", VILLAGE, VILLAGE, "acts"), ("koordinator", VILLAGE, REGENCY, "reads"),
    ("petugas_depan", VILLAGE, REGENCY, "reads"), ("petugas_depan", OTHER_VILLAGE, VILLAGE, ""),
    ("petugas_depan", REGENCY, REGENCY, "acts"), ("petugas_belakang", REGENCY, REGENCY, "acts"),
    ("petugas_depan", REGENCY, VILLAGE, ""), ("penyelia", REGENCY, REGENCY, "acts"),
    ("penyelia", REGENCY, VILLAGE, "acts"), ("manajer", REGENCY, VILLAGE, "acts"),
    ("manajer", OTHER_REGENCY, REGENCY, ""),
    ("manajer", PROVINCE, REGENCY, ""), ("manajer", "*", REGENCY, ""), ("manajer", "", REGENCY, ""),
    ("penyelia", VILLAGE, VILLAGE, ""), ("koordinator", REGENCY, REGENCY, ""), ("petugas_depan", DISTRICT, VILLAGE, ""),
    ("panitia", REGENCY, REGENCY, ""), ("penerima", REGENCY, REGENCY, ""), ("keluarga", VILLAGE, VILLAGE, ""),
    ("fasilitator", VILLAGE, VILLAGE, "acts"), ("fasilitator", DISTRICT, REGENCY, "acts"),
    ("fasilitator", OTHER_VILLAGE, VILLAGE, ""), ("fasilitator", REGENCY, VILLAGE, ""),
    ("fasilitator", "", VILLAGE, "")])
def test_a_role_reaches_what_lies_in_its_region_and_at_its_desk(role: str, scope: str, desk: str, found: str) -> None:
    assert reach(Role(role, scope), "wati", a_case(desk=desk)) == found


@pytest.mark.parametrize("changes", [{"person": "wati"}, {"holder": "wati"}], ids=["recorded", "was given"])
def test_a_facilitator_keeps_the_cases_that_they_recorded_or_were_given(changes: dict[str, str]) -> None:
    case = a_case(**changes)
    assert reach(Role("fasilitator", OTHER_VILLAGE), "wati", case) == "acts"
    assert reach(Role("fasilitator", OTHER_VILLAGE), "budi", case) == ""
    assert reach(Role("petugas_depan", OTHER_VILLAGE), "wati", case) == "", "for an office it is the region that counts"


def test_nobody_of_another_region_reaches_anything() -> None:
    elsewhere = ["35.2", "3", "35.22.01.200", "35.22.01.20011", OTHER_VILLAGE, OTHER_REGENCY, "95.01"]
    for role, scope, desk in product(TABLE["words"]["id"]["roles"], elsewhere, (VILLAGE, REGENCY)):
        assert reach(Role(role, scope), "wati", a_case(desk=desk)) == ""


def test_a_person_acts_in_the_roles_that_reach_the_case() -> None:
    held = (Role("petugas_depan", VILLAGE), Role("koordinator", OTHER_VILLAGE), Role("manajer", REGENCY))
    assert acting_roles(held, "wati", a_case()) == {"petugas_depan", "manajer"}
    assert acting_roles(held, "wati", a_case(desk=REGENCY)) == {"manajer"}
