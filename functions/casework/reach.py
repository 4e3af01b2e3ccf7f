"""Who reaches which case: by the region of their role and the desk that has the case.

The roles of an office are groups with a region code, as everywhere (`petugas_depan:35.22.01.2001`): four parts are a
village's desk, two a regency's or city's. What a role may do to a case that it reaches, the table of casework.workflow
says; where a role only `reads`, it tells the family how the case stands and does nothing. Refused looks like unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from casework import workflow
from casework.cases import REGENCY_PARTS, VILLAGE_PARTS, Case
from portal.access import WITHIN, Role

FACILITATOR = "fasilitator"
OVERSEE = frozenset({"penyelia", "manajer"})  # they also act on a village's cases: take them up, close them
PARTS = {"village": VILLAGE_PARTS, "district": REGENCY_PARTS}
Reach = Literal["acts", "reads", ""]


def reach(role: Role, person: str, case: Case) -> Reach:
    """How far a role of a person comes with a case; empty where the case does not exist for them."""
    if role.name == FACILITATOR:
        return _of_facilitator(role, person, case)
    parts = len(role.scope.split("."))
    offices = workflow.rules()["offices"]
    level = next((level for level, names in offices.items() if role.name in names and PARTS[level] == parts), "")
    if not level or not WITHIN["region"](case.village, role.scope):
        return ""
    return _of_office(level, role.name, case)


def _of_office(level: str, name: str, case: Case) -> Reach:
    """A desk acts on what it has; a village reads on what the district has, whose front and back office wait for it."""
    if level == case.level or (level == "district" and name in OVERSEE):
        return "acts"
    return "reads" if level == "village" else ""


def _of_facilitator(role: Role, person: str, case: Case) -> Reach:
    """A facilitator acts on the cases of their villages, and on those that they recorded or were given, wherever."""
    parts = len(role.scope.split("."))
    theirs = parts > REGENCY_PARTS and WITHIN["region"](case.village, role.scope)
    return "acts" if theirs or (person and person in {case.person, case.holder}) else ""


def acting_roles(roles: Iterable[Role], person: str, case: Case) -> frozenset[str]:
    """The names of the roles in which this person may act on a case, whichever of them the table then asks for."""
    return frozenset(role.name for role in roles if reach(role, person, case) == "acts")
