"""The desk's door for credit assessment: which route leads to which of its pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from assessment.desk_queue import queue
from assessment.desk_stores import DESK, ONE, TEAM, assessments, settings
from assessment.lending import roles_of
from portal import web
from portal.access import Role
from portal.sessions import Session
from portal.submissions import explain
from portal.workdays import day_of

LATER = ("assessment.team", "assessment.desk")  # whose forms are this door's, too


def lent_roles(session: Session) -> Iterable[Role]:
    """The roles that others have lent to this person for today: they open every route of this door."""
    today = day_of(datetime.now(UTC))
    return roles_of(assessments().lent_to(session.person, today), today)


def only(action: str, answer: web.Answer) -> web.Entry:
    """A route for those who may do this action in a role of their own, or in one that was lent to them."""
    return web.only(action, answer, lent_roles)


ROUTES: web.Routes = {
    ("GET", DESK): only("assessment.see", queue),
    ("GET", TEAM): only("assessment.team", web.later("assessment.team", "team")),
    ("GET", f"{TEAM}/diri"): only("assessment.join", web.later("assessment.team", "oneself")),
    ("POST", f"{TEAM}/diri"): only("assessment.join", web.later("assessment.team", "join")),
    ("POST", f"{TEAM}/pinjam"): only("assessment.join", web.later("assessment.team", "lend_role")),
    ("GET", ONE): only("assessment.read", web.later("assessment.desk", "one")),
    ("POST", ONE): only("assessment.act", web.later("assessment.steps", "act")),
    ("GET", f"{ONE}/nilai"): only("assessment.mark", web.later("assessment.marking", "sheet")),
    ("POST", f"{ONE}/nilai"): only("assessment.mark", web.later("assessment.marking", "mark")),
    ("GET", f"{ONE}/bukti/{{exhibit}}"): only("assessment.read", web.later("assessment.desk", "evidence")),
    ("GET", f"{ONE}/dokumen/{{kind}}"): only("assessment.read", web.later("assessment.desk", "paper")),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
