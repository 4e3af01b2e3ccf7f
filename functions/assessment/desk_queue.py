"""The queues of each desk: what waits for whom, the most urgent first, and where its rest goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from assessment import desk_pages
from assessment.assigning import Case
from assessment.desk_stores import assessments, dossiers, facts_of
from assessment.hands import QUEUES, Hands
from dupak.dossiers import Dossier
from dupak.store import DESK_OF, OFFICE
from portal import web
from portal.access import ANY_SCOPE, Facts
from portal.records import at_once

ON_A_PAGE = 100  # rows of a queue; the rest is behind a link
ROW = re.compile(r"(\d{4}-\d{2}-\d{2})?#[0-9A-Z]{8,26}")  # where a row stands in its queue: day and reference
DONE_TOLD = "tersimpan"  # what a queue's address says after a step


def queue(request: web.Request, told: str = "") -> web.Reply:
    """What waits at this person's desk, role by role, the most urgent first; each queue is one query."""
    request.person.grant(Facts(), "assessment.see")
    now, me = datetime.now(UTC), request.person.session.person
    Hands(assessments().table).note(request.person.session, now)
    for role in DESK_OF:
        dossiers().desk_opened(role, [each.scope for each in request.person.session.roles
                                      if each.name == role and each.scope], now)
    asked = [(*each, _after_row(request, *each)) for each in _offices(request)]
    asked = [each for each in asked if each[2]] or asked
    rows = at_once([partial(dossiers().queue, state, office, ON_A_PAGE + 1, after=after)
                    for state, office, after in asked])
    found = [desk_pages.queue(state, office, some, named=_office_named(state, office, some), now=now,
                         language=request.language, me=me, most=ON_A_PAGE,
                         beside={"antrean": state, "kantor": office, **request.language_asked})
             for (state, office, _), some in zip(asked, rows, strict=True)]
    tasks = assessments().cases_of(me)
    mine = at_once([partial(dossiers().find, task.reference) for task in tasks])
    own = [desk_pages.task(task, dossier, _is_here(request, task.state, dossier), request.language)
           for task, dossier in zip(tasks, mine, strict=True) if dossier]
    if request.wants_json:
        return web.data({"queues": found, "assigned": own})
    return desk_pages.page(request, "assessment_queue", named="queue", queues=found,
                      told=desk_pages.saying(told or ("done" if request.query("hasil") == DONE_TOLD else ""),
                                        request.language),
                      tasks=own,
                      assessor=any(role.name == "penilai" for role in request.person.roles),
                      team=request.person.could(Facts(), "assessment.team"))


def _is_here(request: web.Request, state: str, dossier: Dossier) -> bool:
    """Whether an assessor can go to a task now: while its dossier is elsewhere, there is no page of it for them."""
    facts = replace(facts_of(dossier, Case("")), assigned=(request.person.session.person,))
    return request.person.allows(facts, "assessment.mark" if state == "open" else "assessment.read") is not None


def _offices(request: web.Request) -> Iterable[tuple[str, str]]:
    """Each state with each office whose queue this person has; who has every office has no other besides."""
    for state, role in QUEUES.items():
        scopes = [each.scope for each in request.person.roles if each.name == role and each.scope]
        for scope in [ANY_SCOPE] if ANY_SCOPE in scopes else dict.fromkeys(scopes):
            yield state, scope


def _office_named(state: str, office: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """What people call an office: as its dossiers write it, else its scope in words; nothing for every office."""
    if office == ANY_SCOPE:
        return ""
    return next((str(each[OFFICE[state]]) for each in rows if each.get(OFFICE[state])), office.replace("-", " "))


def _after_row(request: web.Request, state: str, office: str) -> str:
    """The row behind which this queue is asked for; empty for its beginning, and for every other queue."""
    if (request.query("antrean"), request.query("kantor")) != (state, office):
        return ""
    after = request.query("sesudah")
    return after if ROW.fullmatch(after) else ""
