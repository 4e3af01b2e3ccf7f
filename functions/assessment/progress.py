"""What the state machine asks about a dossier, read from the dossier. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from assessment.workflow import Facts, may_still_object
from dupak.dossiers import CONFIRMED, Dossier


def progress(dossier: Dossier, now: datetime, *, sections: Iterable[str] = (), reasons: int = 0, missing: int = 0,
             assessors: int = 0, locked: int = 0, differ: bool = False, unsettled: int = 0) -> Facts:
    """The facts before a step; `sections` are those that are to be returned, the numbers come from whoever counts."""
    returning = tuple(sections)
    return Facts(
        sections=len(returning), confirmed=len({*returning} & {*CONFIRMED[dossier.regime]}), reasons=reasons,
        unanswered=sum(not each.revised for each in dossier.returned.values()), back_to=dossier.back_to,
        missing=missing, assessors=assessors, locked=locked, differ=differ, unsettled=unsettled,
        decisions=dossier.decisions,
        objections=int(bool(dossier.objected_at) and dossier.objected_at > dossier.decided_at),
        in_time=bool(dossier.decided_at) and may_still_object(datetime.fromisoformat(dossier.decided_at), now))
