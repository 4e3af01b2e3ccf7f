"""One registration, and what is done to some: approving, refusing, giving a seat, cancelling, checking in.

First it is told what will happen to each, then it is done, each with its entry in the audit, and told what happened:
also to the second of two people who act on one registration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from portal.records import Write
from portal.submissions import STEP
from registrations.deskwork import (
    AT_ONCE,
    OF,
    RECORD_KIND,
    REGISTRATION_WORDS,
    Shown,
    as_data,
    audit,
    catalogue,
    chosen,
    desk_words,
    drawn,
    facts_of,
    note,
    page,
    references,
    registrations,
    told,
)
from registrations.models import Offering, Refusing
from registrations.rules import may_cancel
from registrations.store import Record, Refusal, reason_given

# What is done with a press, in the order of the buttons: the access table's name of it, what the audit calls it, and
# the states in which it changes something.
ACTIONS = {"approve": "registration.approve", "promote": "registration.promote", "cancel": "registration.cancel",
           "check_in": "registration.check_in"}
DONE = {"approve": "approved", "promote": "promoted", "cancel": "cancelled", "check_in": "checked_in"}
ACTS_ON = {"approve": ("requested",), "promote": ("waiting",), "cancel": ("seated", "waiting", "requested"),
           "check_in": ("seated",)}
REFUSE = "registration.refuse"
REFUSAL = Form("refusal", Refusing, f"{OF}/tolak")


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
                history=history, title_of_offering=getattr(offering.title, language), offering=offering.id,
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
    """What can be done to any of these."""
    return [name for name, action in ACTIONS.items()
            if any(request.person.allows(facts_of(each.record), action) for each in shown)]


def act(request: web.Request) -> web.Reply:
    """Do something to several registrations: first say what will happen to each, then do it and say what happened."""
    offering = catalogue().offering(request.path_value("offering"))
    action = str(request.fields.get("tindakan", ""))
    if action not in ACTIONS:
        raise errors.NotFound
    people = [chosen(request, offering, reference, ACTIONS[action], ACTS_ON[action][0])
              for reference in references(request.fields.get("nomor"))]
    if not people:
        _may_look(request, offering)
    if request.fields.get(STEP) == "send" or request.wants_json:
        now = datetime.now(UTC)
        return _outcome(request, offering, action, [(each.record, done(request, action, each, offering, now))
                                                    for each in people])
    return _outcome(request, offering, action, [(each.record, _will(action, each.record)) for each in people],
                    preview=bool(people))


def _may_look(request: web.Request, offering: Offering) -> None:
    """Nobody is chosen: whoever may see the list is told so."""
    request.person.grant(Facts(offering=offering.id, state="seated"), "registration.list")


def _will(action: str, record: Record) -> str:
    acts = record.state in ACTS_ON[action]
    return f"will_{action}_{record.state}" if acts else f"stays_{record.state}"


def done(request: web.Request, action: str, shown: Shown, offering: Offering, now: datetime) -> str:
    """Do it, with its entry in the audit; answers the code of what happened, also when somebody else was first."""
    record, store = shown.record, registrations()
    noted = noting(request, shown, DONE[action])
    if action == "approve":
        became = store.approve(record, offering, now, noted)
        return f"approved_{became}" if became else why_not(record, waiting="was_waiting")
    if action == "promote":
        return DONE[action] if store.promote_one(record, offering, now, noted) else why_not(record)
    if action == "check_in":
        return DONE[action] if store.check_in(record, now, noted) else why_not(record)
    if record.state not in ACTS_ON[action]:
        return f"was_{record.state}"
    if not may_cancel(offering, now):
        return "has_begun"
    store.cancel(record, offering, now, noted)
    return DONE[action]


def noting(request: web.Request, shown: Shown, what: str, *facts: str) -> Callable[[], Sequence[Write]]:
    """The entry in the audit that belongs beside a change; asked for anew at each attempt."""
    return lambda: audit().writes(note(request, RECORD_KIND, format_reference(shown.record.reference), what,
                                       shown.grant, *facts))


def why_not(record: Record, *, waiting: str = "no_seat") -> str:
    """The code of what became of a registration meanwhile, so that nothing could be done to it."""
    current = registrations().find(record.reference) or record
    return waiting if current.state == "waiting" else f"was_{current.state}"


def _outcome(request: web.Request, offering: Offering, action: str, outcome: list[tuple[Record, str]], *,
             preview: bool = False) -> web.Reply:
    if request.wants_json:
        return web.data({"outcome": {format_reference(record.reference): code for record, code in outcome}})
    texts = desk_words(request.language)
    return web.step(page(request, "desk_outcome", texts["actions"][action]["title"], action=action, preview=preview,
                         rows=_named(outcome, texts), offering=offering.id))


def _named(outcome: list[tuple[Record, str]], texts: dict[str, Any]) -> list[dict[str, str]]:
    return [{"reference": record.reference, "number": format_reference(record.reference),
             "name": record.answers["name"], "text": texts["outcomes"][code]} for record, code in outcome]


# -- refusing ----------------------------------------------------------------------------------------------------


def may_refuse(request: web.Request, shown: Sequence[Shown]) -> bool:
    """Whether any of these can be refused."""
    return any(request.person.allows(facts_of(each.record), REFUSE) for each in shown)


def refuse(request: web.Request) -> web.Reply:
    """Refuse requests: first the question why, beside the names, then the same for each with its reason."""
    offering = catalogue().offering(request.path_value("offering"))
    numbers = references(request.fields.get("nomor"), AT_ONCE)
    people = [chosen(request, offering, reference, REFUSE, "requested") for reference in numbers]
    if not people:
        _may_look(request, offering)
    answers = {name: value for name, value in request.fields.items() if name in {"reason", "remark"}}
    if not request.wants_json and (not people or request.fields.get(STEP) != "send"):
        return web.step(web.page(_refusal_page(request, offering, people, answers, [])))
    try:
        decided = cast("Refusing", REFUSAL.read({**answers, "nomor": " ".join(numbers)}))
    except errors.FormRefused as refused:
        if request.wants_json:
            raise
        return web.step(web.refused_page(_refusal_page(request, offering, people, answers, refused.errors), refused))
    now, refusal = datetime.now(UTC), Refusal(decided.reason, decided.remark)
    outcome = [(each.record, _refused(request, each, refusal, offering, now)) for each in people]
    if request.wants_json:
        return web.data({"outcome": {format_reference(record.reference): code for record, code in outcome}})
    texts = desk_words(request.language)
    return web.step(page(request, "desk_outcome", REFUSAL.words(request.language)["title"], action="", preview=False,
                         rows=_named(outcome, texts), offering=offering.id))


def _refused(request: web.Request, shown: Shown, refusal: Refusal, offering: Offering, now: datetime) -> str:
    noted = noting(request, shown, "refused", f"reason:{refusal.reason}")
    if registrations().refuse(shown.record, refusal, offering, now, noted):
        return "refused"
    return why_not(shown.record, waiting="was_waiting")


def _refusal_page(request: web.Request, offering: Offering, people: Sequence[Shown], answers: dict[str, Any],
                  told_errors: list[errors.FieldError]) -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    form = replace(REFUSAL, action=REFUSAL.action.format(offering=offering.id))
    numbers = " ".join(each.record.reference for each in people)
    texts, words = desk_words(request.language), REFUSAL.words(request.language)
    question = pages.form(form, request.language, {**answers, "nomor": numbers}, told_errors, carried={STEP: "send"})
    return drawn(request, "desk_refuse", words["title"], failed=bool(told_errors), offering=offering.id,
                 form=question if people else "", rows=_named(
                     [(each.record, "will_refuse" if each.record.state == "requested" else f"stays_{each.record.state}")
                      for each in people], texts))
