"""One registration, and what is done to some: approving, refusing, giving a seat, cancelling, checking in.

First it is told what will happen to each, then it is done, each with its entry in the audit, and told what happened:
also to the second of two people who act on one registration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from portal import errors, web
from portal.access import Facts
from portal.audit import as_rows
from portal.forms import Form
from portal.identifiers import format_reference, parse_moment, parse_reference
from portal.moments import format_time
from portal.outbox import state_of
from portal.submissions import STEP
from registrations.deskwork import (
    AT_ONCE,
    OF,
    RECORD_KIND,
    REGISTRATION_WORDS,
    Chosen,
    Shown,
    as_data,
    audit,
    catalogue,
    chosen,
    desk_words,
    drawn,
    facts_of,
    must_reach,
    note,
    of_list,
    page,
    references,
    registrations,
    told,
    why_not,
)
from registrations.models import Offering, Refusing
from registrations.rules import DOOR, may_cancel, outside_the_door
from registrations.store import Beside, Record, Refusal, reason_given

# What is done with a press, in the order of the buttons: the access table's name of it, what the audit calls it, and
# the states in which it changes something.
ACTIONS = {"approve": "registration.approve", "promote": "registration.promote", "cancel": "registration.cancel",
           "check_in": "registration.check_in", "undo_check_in": "registration.undo_check_in"}
DONE = {"approve": "approved", "promote": "promoted", "cancel": "cancelled", "check_in": "checked_in",
        "undo_check_in": "check_in_undone"}
ACTS_ON = {"approve": ("requested",), "promote": ("waiting",), "cancel": ("seated", "waiting", "requested"),
           "check_in": ("seated",), "undo_check_in": ("seated",), "refuse": ("requested",)}
WILL = "will_"  # how the code of what changes something begins, in a preview
REFUSE = "registration.refuse"
REFUSAL = Form("refusal", Refusing, f"{OF}/tolak")

Outcome = list[tuple[Chosen, str]]


# -- one registration --------------------------------------------------------------------------------------------


def one(request: web.Request) -> web.Reply:
    """One registration with its answers, what was told about it, and what can be done."""
    shown = _read(request)
    record, offering = shown.record, catalogue().offering(shown.record.offering)
    if request.wants_json:
        return web.data(as_data(shown))
    texts, language = desk_words(request.language), request.language
    labels = REGISTRATION_WORDS.words(language)["fields"]
    letters = [{"what": texts["letters"][letter["template"]], "state": texts["delivery"][state_of(letter)],
                "when": format_time(parse_moment(letter["created"]), offering.zone, language)}
               for letter in registrations().letters(record)]
    history = as_rows(audit().entries(RECORD_KIND, format_reference(record.reference)), language=language,
                      reader=request.person.session.person, zone=offering.zone)
    return page(request, "desk_one", format_reference(record.reference), record=record, letters=letters,
                history=history, title_of_offering=getattr(offering.title, language), **of_list(request, offering),
                why=reason_given(record.refusal, language) if record.refusal else "",
                answers=[(labels[name]["label"], text) for name, text in told(shown, language).items() if text],
                actions=possible(request, [shown]), may_refuse=may_refuse(request, [shown]),
                may_message=bool(request.person.allows(facts_of(record), "registration.message")))


def _read(request: web.Request) -> Shown:
    reference = parse_reference(request.path_value("reference"))
    record = registrations().find(reference) if reference else None
    if record is None or record.offering != request.path_value("offering"):
        request.person.grant(Facts())  # as long and as short an answer as for one that may not be seen
        raise errors.NotFound
    return Shown(record, request.person.grant(facts_of(record)))


# -- a press that acts on several --------------------------------------------------------------------------------


def possible(request: web.Request, shown: Sequence[Shown]) -> list[str]:
    """What can be done to any of these, and would change something."""
    return [name for name, action in ACTIONS.items()
            if any(request.person.allows(facts_of(each.record), action) and not _attendance(name, each.record)
                   for each in shown)]


def _attendance(action: str, record: Record) -> str:
    """The code of why noting that somebody came, or taking that back, changes nothing; empty where it does."""
    if action == "check_in":
        return "is_here" if record.checked_in_at else ""
    return "is_not_here" if action == "undo_check_in" and not record.checked_in_at else ""


def act(request: web.Request) -> web.Reply:
    """Do something to several registrations: first say what will happen to each, then do it and say what happened."""
    offering = catalogue().offering(request.path_value("offering"))
    action = str(request.fields.get("tindakan", ""))
    if action not in ACTIONS:
        raise errors.NotFound
    must_reach(request, offering, ACTIONS[action])
    people = [chosen(request, offering, reference, ACTIONS[action])
              for reference in references(request.fields.get("nomor"))]
    if request.fields.get(STEP) == "send" or request.wants_json:
        now = datetime.now(UTC)
        return _outcome(request, offering, action, [(each, done(request, action, each, offering, now))
                                                    for each in people])
    return _outcome(request, offering, action, [(each, _will(action, each, offering)) for each in people],
                    preview=bool(people))


def _will(action: str, each: Chosen, offering: Offering) -> str:
    if each.shown is None:
        return "unknown"
    record = each.shown.record
    if not each.may or record.state not in ACTS_ON[action]:
        return f"stays_{record.state}"
    if action == "cancel" and record.checked_in_at:
        return "will_cancel_here"
    outside = outside_the_door(offering, datetime.now(UTC)) if action == "check_in" else ""
    return _attendance(action, record) or outside or f"will_{action}_{record.state}"


def done(request: web.Request, action: str, each: Chosen, offering: Offering, now: datetime) -> str:
    """Do it, with its entry in the audit; answers the code of what happened, also when somebody else was first."""
    if each.shown is None:
        return "unknown"
    record = each.shown.record
    code = _happened(action, record, offering, now, noting(request, each.shown, DONE[action])) if each.may else ""
    return code or why_not(request, record, waiting="was_waiting" if action == "approve" else "no_seat")


def _happened(action: str, record: Record, offering: Offering, now: datetime, noted: Beside) -> str:
    """The code of what was done; empty when nothing could be."""
    store = registrations()
    if action == "approve":
        became = store.approve(record, offering, now, noted)
        return f"approved_{became}" if became else ""
    if action == "promote":
        return DONE[action] if store.promote_one(record, offering, now, noted) else ""
    if action == "undo_check_in":
        return DONE[action] if store.undo_check_in(record, noted) else _attendance(action, record)
    if action == "check_in":
        return _came(record, offering, now, noted)
    if not may_cancel(offering, now):
        return "has_begun"
    store.cancel(record, offering, now, noted)
    return DONE[action]


def _came(record: Record, offering: Offering, now: datetime, noted: Beside) -> str:
    outside = "" if record.checked_in_at else outside_the_door(offering, now)
    return outside or (DONE["check_in"] if registrations().check_in(record, now, noted) else "")


def noting(request: web.Request, shown: Shown, what: str, *facts: str) -> Beside:
    """The entry in the audit that belongs beside a change; asked for anew at each attempt."""
    return lambda: audit().writes(note(request, RECORD_KIND, format_reference(shown.record.reference), what,
                                       shown.grant, *facts))


def _outcome(request: web.Request, offering: Offering, action: str, outcome: Outcome, *, preview: bool = False,
             ) -> web.Reply:
    if request.wants_json:
        return web.data({"outcome": {format_reference(each.reference): code for each, code in outcome}})
    texts = desk_words(request.language)
    title = texts["actions"][action]["title"] if action in ACTIONS else REFUSAL.words(request.language)["title"]
    changes = any(code.startswith(WILL) for _, code in outcome)
    return page(request, "desk_outcome", title, action=action, preview=preview, changes=changes,
                rows=_named(outcome, texts), **of_list(request, offering))


def _named(outcome: Outcome, texts: dict[str, Any]) -> list[dict[str, str]]:
    """What is told of each; without a name where nobody is known to this person under the number."""
    return [{"reference": each.reference, "number": format_reference(each.reference),
             "text": texts["outcomes"][code].format(**DOOR),
             "name": each.shown.record.answers["name"] if each.shown and code != "unknown" else ""}
            for each, code in outcome]


# -- refusing ----------------------------------------------------------------------------------------------------


def may_refuse(request: web.Request, shown: Sequence[Shown]) -> bool:
    """Whether any of these can be refused."""
    return any(request.person.allows(facts_of(each.record), REFUSE) for each in shown)


def refuse(request: web.Request) -> web.Reply:
    """Refuse requests: first the question why, beside the names, then the same for each with its reason."""
    offering = catalogue().offering(request.path_value("offering"))
    must_reach(request, offering, REFUSE)
    numbers = references(request.fields.get("nomor"), AT_ONCE)
    people = [chosen(request, offering, reference, REFUSE) for reference in numbers]
    answers = {name: value for name, value in request.fields.items() if name in {"reason", "remark"}}
    if not request.wants_json and (not people or request.fields.get(STEP) != "send"):
        return web.page(_refusal_page(request, offering, people, answers, []))
    try:
        decided = cast("Refusing", REFUSAL.read({**answers, "nomor": " ".join(numbers)}))
    except errors.FormRefused as refused:
        if request.wants_json:
            raise
        return web.refused_page(_refusal_page(request, offering, people, answers, refused.errors), refused)
    now, refusal = datetime.now(UTC), Refusal(decided.reason, decided.remark)
    return _outcome(request, offering, "refuse", [(each, _refused(request, each, refusal, offering, now))
                                                  for each in people])


def _refused(request: web.Request, each: Chosen, refusal: Refusal, offering: Offering, now: datetime) -> str:
    if each.shown is None:
        return "unknown"
    noted = noting(request, each.shown, "refused", f"reason:{refusal.reason}")
    if each.may and registrations().refuse(each.shown.record, refusal, offering, now, noted):
        return "refused"
    return why_not(request, each.shown.record, waiting="was_waiting")


def _refusal_page(request: web.Request, offering: Offering, people: Sequence[Chosen], answers: dict[str, Any],
                  told_errors: list[errors.FieldError]) -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    form = replace(REFUSAL, action=REFUSAL.action.format(offering=offering.id))
    numbers = " ".join(each.reference for each in people)
    texts, words = desk_words(request.language), REFUSAL.words(request.language)
    outcome = [(each, _will("refuse", each, offering)) for each in people]
    carried = {STEP: "send", **of_list(request, offering)["kept"]}
    question = pages.form(form, request.language, {**answers, "nomor": numbers}, told_errors, carried=carried)
    return drawn(request, "desk_refuse", words["title"], failed=bool(told_errors), **of_list(request, offering),
                 form=question if any(code.startswith(WILL) for _, code in outcome) else "",
                 rows=_named(outcome, texts))
