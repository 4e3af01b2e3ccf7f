"""The desk's door for credit assessment: which route leads to which of its pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import import_module

from assessment.desk import DESK, ONE, SIGNATURE, TEAM, assessments, evidence, one, paper, settings
from assessment.desk_queue import queue
from assessment.lending import roles_of
from portal import web
from portal.access import Role
from portal.sessions import Session
from portal.submissions import explain
from portal.workdays import day_of

LATER = ("assessment.team",)  # whose forms are this door's, too


def later(module: str, name: str) -> web.Answer:
    """An answer of a module that is loaded when somebody asks for it: most starts are for a queue."""
    def answer(request: web.Request) -> web.Reply:
        return getattr(import_module(f"assessment.{module}"), name)(request)  # type: ignore[no-any-return]

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
    ("GET", TEAM): only("assessment.team", later("team", "team")),
    ("GET", f"{TEAM}/diri"): only("assessment.join", later("team", "oneself")),
    ("POST", f"{TEAM}/diri"): only("assessment.join", later("team", "join")),
    ("POST", f"{TEAM}/pinjam"): only("assessment.join", later("team", "lend_role")),
    ("GET", ONE): only("assessment.read", one),
    ("POST", ONE): only("assessment.act", later("steps", "act")),
    ("GET", f"{ONE}/nilai"): only("assessment.mark", later("marking", "sheet")),
    ("POST", f"{ONE}/nilai"): only("assessment.mark", later("marking", "mark")),
    ("GET", f"{ONE}/bukti/{{exhibit}}"): only("assessment.read", evidence),
    ("GET", f"{ONE}/dokumen/{{kind}}"): only("assessment.read", paper),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)

__all__ = ["SIGNATURE"]
