"""Drawing: forms, receipts and messages as HTML, alone for the site's build and inside the site's shell for a door.

The one renderer: the page before a mistake (built) and after it (answered) come from the same template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portal.assets import folder, read_json, read_text, words
from portal.errors import FieldError
from portal.forms import Field, Form, FormModel, cell_name, row_form, sentence
from portal.questions import Rows
from portal.regions import provinces

TITLE_MARK, CONTENT_MARK = "<!--portal:title-->", "<!--portal:content-->"


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(folder() / "templates"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True, auto_reload=False)


def fragment(template: str, language: str, **context: object) -> Markup:
    """A piece of a page; `common` and `language` are always there."""
    drawn = _templates().get_template(f"{template}.html.j2").render(
        common=words("common", language), language=language, provinces=provinces, **context)
    return Markup(drawn)  # noqa: S704 the template escaped what it was given


def in_shell(language: str, title: str, content: Markup, *, failed: bool = False) -> str:
    """A whole page: the fragment inside the page that the site's own theme made."""
    heading = f"{words('common', language)['error_prefix']}{title}" if failed else title
    shell = read_text(f"shell.{language}.html")
    return shell.replace(TITLE_MARK, str(Markup.escape(heading))).replace(CONTENT_MARK, str(content))


def form(form: Form, language: str, answers: Mapping[str, Any], errors: Sequence[FieldError] = (), *,
         only: Mapping[str, Sequence[str]] | None = None, offered: Mapping[str, Mapping[str, str]] | None = None,
         carried: Mapping[str, str] | None = None,
         more: str = "", submit: str = "") -> Markup:
    """The form with what was answered so far and what is wrong with it.

    `only` narrows the options that are shown, `offered` are those of a field that has none in its words, `carried` goes
    along unseen beside the answers, `more` names the field whose rows were not enough, `submit` says what the button
    does where it is not what the form's words say.
    """
    texts = form.words(language)
    told: dict[str, str] = {}
    for error in errors:
        told.setdefault(error.field, sentence(form.name, error, language))
    shown = only or {}
    given = {name: {"options": options} for name, options in (offered or {}).items()}
    questions = [_question(field, texts["fields"][field.name] | given.get(field.name, {}), answers, told,
                           shown.get(field.name))
                 | _rows(form, field, answers, told, language, more=field.name == more)
                 for field in form.fields if not field.question.hidden]
    if "all_optional" in texts:  # said once instead of at every question
        questions = [question | {"optional": False} for question in questions]
    hidden = {field.name: answers.get(field.name, "") for field in form.fields if field.question.hidden}
    hidden |= carried or {}
    return fragment("form", language, form=form, texts=texts, submit=submit or texts["submit"], questions=questions,
                    hidden=hidden, errors=told, anchors=_anchors(questions), notice=_notice_of(form, questions))


def _anchors(questions: Sequence[Mapping[str, Any]]) -> set[str]:
    """Where a mistake can be led to: each question, and each cell of its rows."""
    cells = {cell["id"] for question in questions for row in question.get("cells", ()) for cell in row}
    return {question["id"] for question in questions} | cells


def _rows(form: Form, field: Field, answers: Mapping[str, Any], errors: Mapping[str, str], language: str,
          *, more: bool) -> dict[str, Any]:
    """The rows of a question that has some: those that are filled in, and empty ones to go on with."""
    kind, texts = field.question, form.words(language)["fields"][field.name]
    if not isinstance(kind, Rows):
        return {}
    filled = form.rows_of(field, answers)
    number = min(kind.most, max(len(filled) + 1, kind.shown) + (kind.shown if more else 0))
    blank: dict[str, object] = {}
    cells = [[_question(each, texts["rows"][each.name], row, {}, None)
              | {"id": cell_name(field.name, place, each.name), "name": f"{field.name}_{each.name}",
                 "error": errors.get(cell_name(field.name, place, each.name), "")}
              for each in row_form(kind).fields]
             for place, row in enumerate([*filled, *[blank] * number][:max(number, len(filled))], 1)]
    return {"cells": cells, "row": texts["row"], "more": texts["more"] if len(cells) < kind.most else ""}


def _notice_of(form: Form, questions: Sequence[Mapping[str, Any]]) -> str:
    """The kind of the privacy notice that speaks of this form; a question about consent links to it by itself."""
    kinds = (name for name, kind in read_json("data.json").items() if kind["form"] == form.name)
    return "" if any(question["link"] for question in questions) else next(kinds, "")


def _question(field: Field, texts: Mapping[str, Any], answers: Mapping[str, Any], errors: Mapping[str, str],
              only: Sequence[str] | None) -> dict[str, Any]:
    value = answers.get(field.name, "")
    options = {name: text for name, text in texts.get("options", {}).items() if only is None or name in only}
    return {"name": field.name, "id": field.name, "control": field.question.control, "label": texts["label"],
            "part": texts.get("part", ""), "hint": texts.get("hint", ""), "options": options,
            "error": errors.get(field.name, ""),
            "autocomplete": field.question.autocomplete, "most": getattr(field.question, "most", None),
            "value": value if isinstance(value, str) else "", "link": texts.get("link"),
            # A field that is needed only sometimes says so in its hint; one that never is, is marked optional.
            "optional": not field.required and "missing" not in texts.get("errors", {})}


def check(form: Form, language: str, model: FormModel, submission: str, about: str = "") -> Markup:
    """The step before sending: every answer once more, and the two ways on."""
    carried = {name: "ya" if value is True else value for name, value in model.model_dump().items()
               if value is not None}
    return fragment("check", language, form=form, texts=form.words(language), about=about, carried=carried,
                    shown=form.shown(model, language), submission=submission)


def message(language: str, title: str, text: Sequence[str], links: Sequence[Mapping[str, str]]) -> Markup:
    """A page that says what happened and what to do now."""
    return fragment("message", language, title=title, text=text, links=links)


def fault_page(language: str, request: str) -> str:
    """Our fault, with the number under which we find it."""
    told = words("common", language)["problems"]["fault"]
    text = [line.format(request=request) for line in told["text"]]
    return in_shell(language, told["title"], message(language, told["title"], text, told["links"]), failed=True)
