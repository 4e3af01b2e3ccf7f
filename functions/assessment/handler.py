"""The desk's door for credit assessment: which route leads to which of its pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from assessment.desk import DESK, ONE, SIGNATURE, TEAM, assessments, evidence, one, paper, settings
from assessment.desk_queue import queue
from assessment.lending import roles_of
from assessment.marking import mark, sheet
from assessment.steps import act
from portal import web
from portal.access import Role
from portal.sessions import Session
from portal.submissions import explain
from portal.workdays import day_of

LATER = ("assessment.team",)  # whose forms are this door's, too


def of_team(name: str) -> web.Answer:
    """An answer of assessment/team.py, which is loaded when somebody asks for it: most starts are for a queue."""
    def answer(request: web.Request) -> web.Reply:
        from assessment import team  # noqa: PLC0415 see above

        return getattr(team, name)(request)  # type: ignore[no-any-return]

    return answer


def lent_roles(session: Session) -> Iterable[Role]:
    """The roles that others have lent to this person for today: they open every route of this door."""
    today = day_of(datetime.now(UTC))
    return roles_of(assessments().lent_to(session.person, today), today)


def only(action: str, answer: web.Answer) -> web.Entry:
    """A route for those who may do this action in a role of their own, or in one that was lent to them."""
    return web.only(action, answer, lent_roles)


ROUTES: web.Routes = {
    ("GET", DESK): only("assessment.see", queue),
    ("GET", TEAM): only("assessment.team", of_team("team")),
    ("GET", f"{TEAM}/diri"): only("assessment.join", of_team("oneself")),
    ("POST", f"{TEAM}/diri"): only("assessment.join", of_team("join")),
    ("POST", f"{TEAM}/pinjam"): only("assessment.join", of_team("lend_role")),
    ("GET", ONE): only("assessment.read", one),
    ("POST", ONE): only("assessment.act", act),
    ("GET", f"{ONE}/nilai"): only("assessment.mark", sheet),
    ("POST", f"{ONE}/nilai"): only("assessment.mark", mark),
    ("GET", f"{ONE}/bukti/{{exhibit}}"): only("assessment.read", evidence),
    ("GET", f"{ONE}/dokumen/{{kind}}"): only("assessment.read", paper),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)

__all__ = ["SIGNATURE"]
