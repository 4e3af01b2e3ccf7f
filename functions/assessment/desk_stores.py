"""What every answer of the desk begins with: where it lies, its tables, and what the access table asks of a dossier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from assessment.assigning import Case
from assessment.store import Assessments
from dupak.dossiers import Dossier
from dupak.store import Dossiers
from portal.access import Facts
from portal.audit import Audit
from portal.identifiers import format_reference
from portal.records import Table
from portal.settings import Settings

DESK = "/layanan/meja/dupak"
ONE = f"{DESK}/{{reference}}"
TEAM = f"{DESK}/tim"


@dataclass(frozen=True)
class DeskSettings(Settings):
    """What this function needs from the template."""

    dossiers_table: str
    assessment_table: str
    identity_table: str
    uploads_table: str
    audit_table: str
    documents_bucket: str
    evidence_bucket: str
    site_origin: str


@cache
def settings() -> DeskSettings:
    """Read once, when the first request needs them."""
    return DeskSettings.from_environment()


@cache
def dossiers() -> Dossiers:
    """The dossiers."""
    return Dossiers(Table(settings().dossiers_table), Audit(Table(settings().audit_table)))


@cache
def assessments() -> Assessments:
    """Who assesses whom; no other function may read it."""
    return Assessments(Table(settings().assessment_table), Audit(Table(settings().audit_table)))


def facts_of(dossier: Dossier | None, case: Case) -> Facts:
    """What the access table asks about a dossier."""
    if dossier is None:
        return Facts()
    return Facts(owner=dossier.owner, unit=dossier.unit, agency=dossier.agency, region=dossier.region,
                 state=dossier.state, record=format_reference(dossier.reference),
                 assigned=tuple(each.person for each in case.seats if not each.left
                                and not (each.hidden and dossier.state != "assessing")))
