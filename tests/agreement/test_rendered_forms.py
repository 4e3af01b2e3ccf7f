"""A drawn form and its model are the same questions; every control can be named, found and corrected."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from infra import doors
from infra.built_site import Element
from infra.template_reader import ROOT
from portal import pages, submissions
from portal.assets import LANGUAGES
from portal.errors import FieldError
from portal.forms import Form, FormModel, cell_name, row_form
from portal.people import KINDS
from portal.questions import Choice, Email, Line, Phone, Question, Rows
from registrations.handler import REGISTRATION
from tests.doors.calling import read_html
from tests.people import official, ratna

FORMS = {form.name: form for form in doors.forms()}
CONTROLS = (ROOT / "site" / "forms" / "controls.html.j2").read_text(encoding="utf-8")
PERSONAL = {"name": "name", "email": "email", "phone": "tel", "agency": "organization", "unit": "organization",
            "code": "one-time-code"}

every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)
before_and_after = pytest.mark.parametrize("wrong", [False, True], ids=["before a mistake", "after every mistake"])


def drawn(form: Form, language: str, *, wrong: bool = False) -> Element:
    """The form as a page has it, untouched or with every question answered wrong."""
    errors = [FieldError(field.name, "unreadable") for field in form.fields] if wrong else []
    return read_html(str(pages.form(form, language, {}, errors)))


def controls(page: Element) -> list[Element]:
    return [each for each in page.find("input", "select", "textarea") if each.attributes.get("type") != "hidden"]


def questions(form: Form) -> list[str]:
    return [field.name for field in form.fields if not field.question.hidden]


def names(form: Form) -> list[str]:
    """What the questions send: each its own name, rows one name for each of their columns."""
    return [name for field in form.fields if not field.question.hidden for name in (
        [f"{field.name}_{cell}" for cell in field.question.row.model_fields] if isinstance(field.question, Rows)
        else [field.name])]


@every_form
@in_both_languages
@before_and_after
def test_the_names_in_the_page_are_the_fields_of_the_model_in_its_order(
        form: Form, language: str, wrong: bool) -> None:  # noqa: FBT001 a case of its own
    page = drawn(form, language, wrong=wrong)
    found = list(dict.fromkeys(each.attributes["name"] for each in page.find("input", "select", "textarea")))
    hidden = [field.name for field in form.fields if field.question.hidden]
    assert found == [submissions.LANGUAGE, *hidden, submissions.TRAP, *names(form)]


@every_form
@in_both_languages
@before_and_after
def test_every_control_has_a_label_and_every_group_its_question(
        form: Form, language: str, wrong: bool) -> None:  # noqa: FBT001 a case of its own
    page = drawn(form, language, wrong=wrong)
    labels = {each.attributes["for"]: each.text() for each in page.find("label")}
    for control in controls(page):
        assert labels[control.attributes["id"]].strip()
    texts = form.words(language)["fields"]
    for group in page.find("fieldset"):
        told = group.find("legend")[0].text()
        if "portal-row" in group.classes:
            assert told.rpartition(" ")[0] in {each["row"] for each in texts.values() if "row" in each}
        else:
            name = group.attributes.get("id") or group.find("input")[0].attributes["name"]
            assert told.startswith(texts[name]["label"])
    for field in form.fields:
        if not field.question.hidden and field.name in labels and not isinstance(field.question, Choice):
            assert labels[field.name].startswith((texts[field.name]["label"], *texts[field.name].get(
                "options", {}).values()))


@every_form
@in_both_languages
@before_and_after
def test_what_describes_a_control_is_there_and_nothing_stands_twice(
        form: Form, language: str, wrong: bool) -> None:  # noqa: FBT001 a case of its own
    page = drawn(form, language, wrong=wrong)
    ids = Counter(each.attributes["id"] for each in page.walk() if "id" in each.attributes)
    assert [name for name, times in ids.items() if times > 1] == []
    described = {part for each in page.walk() for part in each.attributes.get("aria-describedby", "").split()}
    labelled = {each.attributes["aria-labelledby"] for each in page.walk() if "aria-labelledby" in each.attributes}
    assert described | labelled <= set(ids)
    hints = {each for each in ids if each.endswith(("-hint", "-error"))}
    assert hints == described, "a hint that belongs to no control is read by nobody"


@every_form
@in_both_languages
def test_every_mistake_is_linked_from_the_summary_to_a_place_that_takes_the_focus(form: Form, language: str) -> None:
    page = drawn(form, language, wrong=True)
    (summary,) = [each for each in page.find("div") if "portal-summary" in each.classes]
    links = [link.attributes["href"].removeprefix("#") for link in summary.find("a")]
    assert links == questions(form)
    focusable = {each.attributes["id"] for each in [*controls(page), *page.find("fieldset")]
                 if each.tag != "fieldset" or each.attributes.get("tabindex") == "-1"}
    assert set(links) <= focusable
    assert summary.attributes["tabindex"] == "-1"
    assert summary.attributes["role"] == "alert"


@every_form
@in_both_languages
def test_a_form_is_posted_with_its_own_checks_and_its_language(form: Form, language: str) -> None:
    (element,) = drawn(form, language).find("form")
    assert (element.attributes["method"], element.attributes["action"]) == ("post", form.action)
    assert "novalidate" in element.attributes
    assert element.find("input")[0].attributes == {"type": "hidden", "name": "lang", "value": language}
    more = [each["more"] for each in form.words(language)["fields"].values() if "more" in each]
    submit = form.words(language)["submit"]
    # Where there are buttons for more rows, Enter still presses the one that sends: the first, which nobody sees.
    assert [button.text() for button in element.find("button")] == [*([submit] if more else []), *more, submit]
    assert all(button.attributes["aria-hidden"] == "true" and button.attributes["tabindex"] == "-1"
               for button in element.find("button")[:bool(more)])


@every_form
@in_both_languages
def test_only_what_is_never_needed_is_marked_optional(form: Form, language: str) -> None:
    page = drawn(form, language)
    mark = {"id": "(opsional)", "en": "(optional)"}[language]
    marked = {each.attributes.get("for") for each in page.find("label") if each.text().endswith(mark)}
    marked |= {group.attributes.get("id") or group.find("input")[0].attributes["name"]
               for group in page.find("fieldset") if group.find("legend")[0].text().endswith(mark)}
    never_needed = {field.name for field in form.fields
                    if not field.question.hidden and not field.required
                    and "missing" not in form.words(language)["fields"][field.name]["errors"]}
    never_needed |= {cell_name(field.name, number, cell.name) for field in form.fields
                     if isinstance(field.question, Rows) for cell in row_form(field.question).fields
                     for number in range(1, field.question.shown + 1) if not cell.required
                     and "missing" not in form.words(language)["fields"][field.name]["rows"][cell.name]["errors"]}
    if "all_optional" in form.words(language):  # said once, above the first question
        assert never_needed == {field.name for field in form.fields}, "a form of which nothing is needed"
        assert form.words(language)["all_optional"] in {each.text() for each in page.find("p")}
        never_needed = set()
    assert marked == never_needed


@every_form
def test_personal_fields_are_filled_in_by_the_browser(form: Form) -> None:
    filled = {each.attributes["name"]: each.attributes["autocomplete"] for each in controls(drawn(form, "id"))
              if each.attributes.get("autocomplete", "off") != "off"}
    assert filled == {name: PERSONAL[name] for name in questions(form) if name in PERSONAL}


@every_form
def test_a_telephone_shows_the_keyboard_that_the_answer_needs(form: Form) -> None:
    kinds = {field.name: type(field.question) for field in form.fields}
    for control in controls(drawn(form, "id")):
        kind = kinds.get(control.attributes["name"])
        if kind is Email:
            assert (control.attributes["type"], control.attributes["inputmode"]) == ("email", "email")
        if kind is Phone:
            assert (control.attributes["type"], control.attributes["inputmode"]) == ("tel", "tel")


def kinds_of_question(above: type[Question] = Question) -> list[type[Question]]:
    return [above, *(each for below in above.__subclasses__() for each in kinds_of_question(below))]


@pytest.mark.parametrize("kind", kinds_of_question(), ids=lambda kind: kind.__name__)
def test_every_kind_of_question_can_be_drawn(kind: type[Question]) -> None:
    assert f"{{% macro {kind.control}(q, common, provinces) %}}" in CONTROLS


@in_both_languages
def test_an_activity_offers_only_the_kinds_of_people_it_is_for(language: str) -> None:
    page = read_html(str(pages.form(REGISTRATION, language, {}, only={"kind": ("psm", "umum")})))
    assert [each.attributes["value"] for each in controls(page) if each.attributes["name"] == "kind"] == ["psm", "umum"]
    whole = [each.attributes["value"] for each in controls(drawn(REGISTRATION, language))
             if each.attributes["name"] == "kind"]
    assert whole == list(KINDS)


@pytest.mark.parametrize(("form", "answers"), [
    (FORMS["registration"], official(agency="Dinas PMD", accessibility_needs="Kursi roda")),
    (FORMS["feedback"], ratna())], ids=["registration", "feedback"])
@in_both_languages
def test_the_check_step_carries_every_answer_and_shows_every_visible_one(
        form: Form, answers: dict[str, str], language: str) -> None:
    model: FormModel = form.read(answers)
    page = read_html(str(pages.check(form, language, model, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "")))
    carried = {each.attributes["name"]: each.attributes["value"] for each in page.find("input")}
    assert set(carried) == {"lang", "submission_id", *answers}
    assert form.read({name: value for name, value in carried.items() if name in answers}) == model
    labels = [each.text() for each in page.find("dt")]
    texts = form.words(language)["fields"]
    assert labels == [texts[name]["label"] for name in questions(form) if name in answers]
    assert [each.attributes["value"] for each in page.find("button")] == ["send", "edit"]


@every_form
def test_what_is_typed_never_becomes_markup(form: Form) -> None:
    nasty = "\"><script>alert(1)</script>&amp;'"
    page = read_html(str(pages.form(form, "id", {field.name: nasty for field in form.fields})))
    assert page.find("script") == []
    typed = {field.name for field in form.fields if isinstance(field.question, Line) and not field.question.hidden
             and field.question.control != "pick"}
    shown = {each.attributes["name"]: each.attributes.get("value", "".join(each.texts()).removeprefix("\n"))
             for each in controls(page) if each.attributes["name"] in typed}
    assert shown == dict.fromkeys(typed, nasty)


def test_no_template_writes_style_or_script_into_a_page() -> None:
    """The content policy allows neither."""
    inline = re.compile(r"\bstyle=|<script|<style|\bon\w+=|javascript:|\|\s*safe\b")
    templates = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "site" / "forms").glob("*.j2")}
    assert templates
    assert {name for name, text in templates.items() if inline.search(text)} == set()
