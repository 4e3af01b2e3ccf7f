"""Messages that somebody at the desk writes to participants: chosen people, a template, a preview, and one sending.

Nothing that a participant typed stands in such a message. The numbers of the people go along from step to step, so
that what is sent goes to exactly those whom the preview counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from portal import errors, web
from portal.access import Facts
from portal.assets import LANGUAGES, read_text
from portal.forms import Form
from portal.identifiers import format_reference, is_ulid, new_ulid
from portal.letters import Letter, letter, read_template
from portal.submissions import IDENTIFIER, STEP, random
from registrations.desk_actions import noting
from registrations.desk_search import LONGEST_SEARCH, fitting
from registrations.deskwork import (
    OF,
    ON_A_PAGE,
    Shown,
    catalogue,
    chosen,
    desk_words,
    drawn,
    facts_of,
    given,
    mailings,
    must_reach,
    of_list,
    page,
    references,
    registrations,
    settings,
)
from registrations.filters import Filter
from registrations.models import Message, Offering
from registrations.rules import message_values
from registrations.store import ByHand

ACTION = "registration.message"
MESSAGE = Form("message", Message, f"{OF}/pesan")
MOST_RECIPIENTS = 10 * ON_A_PAGE  # of one message; a longer list is narrowed, and written to in parts
EVERYBODY = "semua"  # the field that says: all of the list as it is narrowed now


def may_message(request: web.Request, offering: Offering) -> bool:
    """Whether there could be somebody here to whom this person may write."""
    return bool(request.person.allows(Facts(offering=offering.id, state="seated"), ACTION))


def write(request: web.Request) -> web.Reply:
    """A message one step further: to whom and what, how it will look, sent."""
    offering = catalogue().offering(request.path_value("offering"))
    must_reach(request, offering, ACTION)
    numbers, more = _numbers(request, offering)
    people = list(_reachable(request, offering, numbers))
    step = "send" if request.wants_json else str(request.fields.get(STEP, ""))
    answers = {name: value for name, value in request.fields.items() if name in {"template", "text", "text_en"}}
    answers["nomor"] = " ".join(numbers)
    if step not in {"check", "send"} or not (people or request.wants_json):
        return web.page(_question(request, offering, people, answers, [], more=more))
    try:
        message = cast("Message", MESSAGE.read(answers))
        submission = _identifier(request) if step == "send" else ""
    except errors.FormRefused as refused:
        if request.wants_json:
            raise
        return web.refused_page(_question(request, offering, people, answers, refused.errors), refused)
    if step == "check":
        return _preview(request, offering, people, message, new_ulid(datetime.now(UTC), random))
    try:
        return _sent(request, offering, people, message, submission)
    except errors.SubmissionConflict as conflict:
        if request.wants_json:
            raise
        return web.refused_page(_question(request, offering, people, answers, [], sent_before=True), conflict)


def _identifier(request: web.Request) -> str:
    identifier = request.fields.get(IDENTIFIER)
    if not isinstance(identifier, str) or not is_ulid(identifier):
        raise errors.FormRefused(MESSAGE.name, [errors.FieldError(IDENTIFIER, "identifier_shape")])
    return identifier


def _numbers(request: web.Request, offering: Offering) -> tuple[list[str], bool]:
    """Those who were chosen, or all of the list as it is narrowed; whether that is more than one may write to."""
    if not request.fields.get(EVERYBODY):
        return references(request.fields.get("nomor"), MOST_RECIPIENTS), False
    conditions = Filter.read(lambda name: given(request, name), offering)
    wanted = str(request.fields.get("cari", ""))[:LONGEST_SEARCH]
    found = [each.record.reference for each in fitting(request, offering, conditions, wanted, None)
             if request.person.allows(facts_of(each.record), ACTION)]
    return found[:MOST_RECIPIENTS], len(found) > MOST_RECIPIENTS


def _reachable(request: web.Request, offering: Offering, numbers: Sequence[str]) -> Iterator[Shown]:
    """Of those the ones one may write to now: who has cancelled meanwhile is left out."""
    for reference in numbers:
        each = chosen(request, offering, reference, ACTION)
        if each.shown and each.may:
            yield each.shown


# -- the steps ---------------------------------------------------------------------------------------------------


def _question(request: web.Request, offering: Offering, people: Sequence[Shown], answers: dict[str, Any],
              told: list[errors.FieldError], *, more: bool = False, sent_before: bool = False) -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    form = replace(MESSAGE, action=MESSAGE.action.format(offering=offering.id))
    carried = {STEP: "check", **of_list(request, offering)["kept"]}
    question = pages.form(form, request.language, answers, told, carried=carried) if people else ""
    return drawn(request, "desk_message", MESSAGE.words(request.language)["title"], failed=bool(told) or sent_before,
                 form=question, sent_before=sent_before,
                 to=_to(request, people), names=[each.record.answers["name"] for each in people], more=more,
                 most=MOST_RECIPIENTS, **of_list(request, offering),
                 title_of_offering=getattr(offering.title, request.language))


def _to(request: web.Request, people: Sequence[Shown]) -> str:
    """To how many it goes, and in which languages they registered."""
    texts, count = desk_words(request.language)["message"], Counter(each.record.language for each in people)
    return str(texts["to"]).format(count=len(people), id=count["id"], en=count["en"])


def _preview(request: web.Request, offering: Offering, people: Sequence[Shown], message: Message,
             submission: str) -> web.Reply:
    """The letter as one of the people will get it, in each language that they have."""
    first = {language: shown for language in LANGUAGES for shown in people[::-1] if shown.record.language == language}
    letters = [{"language": language, "number": format_reference(shown.record.reference),
                "letter": _letter(offering, shown, message)} for language, shown in first.items()]
    return page(request, "desk_letter", desk_words(request.language)["message"]["check"], letters=letters,
                to=_to(request, people), **of_list(request, offering), carried=_carried(message, submission),
                address=MESSAGE.action.format(offering=offering.id))


def _letter(offering: Offering, shown: Shown, message: Message) -> Letter:
    """What the mailer will write: by the same template, the same values and the same function."""
    language = shown.record.language
    values = {**message_values(offering, language, shown.record.reference), "text": _text(message, language),
              "origin": settings().site_origin}
    return letter(read_template(read_text(f"mail/{message.template}.{language}.txt")).text, values)


def _text(message: Message, language: str) -> str:
    """The desk's own words; who registered in English gets the English ones, where there are any."""
    return (message.text_en if language == "en" else None) or message.text or ""


def _carried(message: Message, submission: str) -> dict[str, str]:
    answers = {name: value for name, value in message.model_dump().items() if value is not None}
    return {**answers, IDENTIFIER: submission}


def _sent(request: web.Request, offering: Offering, people: Sequence[Shown], message: Message,
          submission: str) -> web.Reply:
    """Queue the message for each of them, once; what time did not suffice for is queued by sending again."""
    person = request.person.session.person
    mailings().begin(submission, offering.id, person, list(message.model_dump().values()), datetime.now(UTC))
    outcome: dict[str, str] = {}
    try:
        for shown in people:
            said = ByHand(message.template, _text(message, shown.record.language), submission)
            told = registrations().tell_by_hand(shown.record, said, offering, datetime.now(UTC),
                                                noting(request, shown, "messaged"))
            outcome[format_reference(shown.record.reference)] = "messaged" if told else "was_messaged"
    except errors.StoreUnavailable:
        if not outcome:
            raise
    left = len(people) - len(outcome)
    if request.wants_json:
        return web.data({"outcome": outcome, "left": left})
    texts = desk_words(request.language)["message"]
    return page(request, "desk_sent", texts["sent_partly" if left else "sent"], **of_list(request, offering),
                queued=len(outcome), left=left, carried=_carried(message, submission) if left else {},
                address=MESSAGE.action.format(offering=offering.id))


