"""From a filled-in form to its receipt: the same steps for every form, with and without JavaScript.

A person's way: fill in → check your answers (here the submission gets its identifier) → send → receipt.
A program's way: one POST of JSON with an identifier of its own. Sending the same identifier again, by a double
click or after a lost answer, leads to the same receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import SystemRandom
from typing import Any
from urllib.parse import quote

from portal import web
from portal.assets import words
from portal.errors import FieldError, FormRefused, PortalError
from portal.forms import Form, FormModel
from portal.identifiers import is_ulid, new_ulid

# Fields that carry the submission; they belong to no form's model.
LANGUAGE, STEP, IDENTIFIER, TRAP = "lang", "step", "submission_id", "website"
CARRIERS = frozenset({LANGUAGE, STEP, IDENTIFIER, TRAP})

random = SystemRandom()


@dataclass(frozen=True)
class Submission:
    """A form as it was sent: the answers, the identifier of this sending, the language, and the moment."""

    model: FormModel
    identifier: str
    language: str
    now: datetime


@dataclass(frozen=True)
class Receipt:
    """Where the receipt is, what programs are told (looked up for them only), and whether something new came of it."""

    location: str
    data: Callable[[], dict[str, Any]]
    created: bool


@dataclass(frozen=True)
class About:
    """What a form is for: a title under the page's heading, and the options that make sense there."""

    title: str = ""
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class FormDoor:
    """How one form is taken: `accept` remembers it, `prepare` refuses early what cannot be accepted anyway.

    `about` tells what the form is for, given its answers and the reader's language.
    """

    form: Form
    accept: Callable[[Submission], Receipt]
    prepare: Callable[[FormModel, datetime], None] = lambda _model, _now: None
    about: Callable[[Mapping[str, Any], str], About] = lambda _answers, _language: About()

    def answer(self, request: web.Request) -> web.Reply:
        """Take a submitted form one step further."""
        fields = request.fields
        answers = {name: value for name, value in fields.items() if name not in CARRIERS}
        if request.wants_json:
            return self._send_data(request, answers)
        if fields.get(STEP) == "edit":
            return web.step(web.page(self._form_page(request.language, answers, [])))
        try:
            return self._next_step(request, answers)
        except FormRefused as refused:
            page = self._form_page(request.language, answers, refused.errors)
            return web.step(web.refused_page(page, refused))

    def _next_step(self, request: web.Request, answers: Mapping[str, Any]) -> web.Reply:
        model = self._read(request, answers)
        identifier = request.fields.get(IDENTIFIER)
        now = datetime.now(UTC)
        if request.fields.get(STEP) == "send" and isinstance(identifier, str) and is_ulid(identifier):
            return web.see_other(self.accept(Submission(model, identifier, request.language, now)).location)
        self.prepare(model, now)
        return web.step(web.page(self._check_page(request.language, model, new_ulid(now, random))))

    def _send_data(self, request: web.Request, answers: Mapping[str, Any]) -> web.Reply:
        model = self._read(request, answers)
        identifier = request.fields.get(IDENTIFIER)
        if not isinstance(identifier, str) or not is_ulid(identifier):
            raise FormRefused(self.form.name, [FieldError(IDENTIFIER, "identifier_shape")])
        receipt = self.accept(Submission(model, identifier, request.language, datetime.now(UTC)))
        return web.data(receipt.data(), created=receipt.created, location=receipt.location)

    def _read(self, request: web.Request, answers: Mapping[str, Any]) -> FormModel:
        """The answers as the model; a filled trap is told like any other answer that cannot be used."""
        if request.fields.get(TRAP):
            raise FormRefused(self.form.name, [FieldError(TRAP, "must_be_empty")])
        return self.form.read(answers)

    def _form_page(self, language: str, answers: Mapping[str, Any], errors: list[FieldError]) -> str:
        from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

        about = self.about(answers, language)
        drawn = pages.form(self.form, language, answers, errors, only=about.only)
        content = pages.fragment("form_page", language, texts=self.form.words(language), about=about.title, drawn=drawn)
        return pages.in_shell(language, self.form.words(language)["title"], content, failed=bool(errors))

    def _check_page(self, language: str, model: FormModel, identifier: str) -> str:
        from portal import pages  # noqa: PLC0415 see _form_page

        about = self.about(model.model_dump(), language)
        content = pages.check(self.form, language, model, identifier, about.title)

        return pages.in_shell(language, words("common", language)["check"]["title"], content)


def explain(error: PortalError, request: web.Request, facts: Mapping[str, str] | None = None) -> web.Reply:
    """The page about a failure: what is the case, and what to do instead."""
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    told = words("common", request.language)["problems"][web.STATUS[type(error)][1]]
    known = {"home": "/en" if request.language == "en" else "",
             "back": quote(getattr(error, "back", ""), safe=""), **(facts or {})}
    text = [line.format(**known) for line in told["text"]]
    links = [{"text": link["text"], "href": link["href"].format(**known)} for link in told["links"]]
    html = pages.in_shell(request.language, told["title"],
                          pages.message(request.language, told["title"], text, links), failed=True)
    return web.refused_page(html, error)
