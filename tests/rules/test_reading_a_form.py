"""From answers to a model or to every error at once, in page order, without a word of what was typed."""

from __future__ import annotations

import traceback
from datetime import date
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from feedback.handler import FEEDBACK
from portal.errors import FieldError, FormRefused
from portal.forms import CODES, Form, FormModel, content_hash, sentence, whole_number
from portal.people import HAVE_A_NIP, KINDS
from portal.questions import Consent, Day, Line, Month, Points, Question
from registrations.handler import REGISTRATION, STATUS
from registrations.models import Registration
from tests.people import helmy, official, ratna

FORMS = (REGISTRATION, STATUS, FEEDBACK.form)
SECRET = "rahasia-Bu-Siti"
OneLine = Annotated[str, Line(most=20)]


def errors_of(form: Form, answers: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(FormRefused) as refused:
        form.read(answers)
    return [(error.field, error.code) for error in refused.value.errors]


def test_a_well_filled_form_is_its_model_in_canonical_form() -> None:
    registration = REGISTRATION.read(official(email="Siti@Bojonegoro.example", region="3522"))
    assert registration == Registration.model_validate(official(region="35.22"))
    assert registration.model_dump(include={"email", "phone", "nip", "agency", "region", "consent"}) == {
        "email": "siti@bojonegoro.example", "phone": "+6281234567890", "nip": "198609262015052001",
        "agency": None, "region": "35.22", "consent": True}


class Visit(FormModel):
    """A form of this test's own: the real ones may grow without asking it."""

    village: Annotated[str, Line(most=60)]
    note: Annotated[str | None, Line(most=60)] = None
    consent: Annotated[bool, Consent()]


def test_the_fields_are_the_questions_of_the_page_in_its_order() -> None:
    fields = Form("visit", Visit, "/layanan/kunjungan").fields
    assert [(field.name, field.required) for field in fields] == [("village", True), ("note", False), ("consent", True)]


def test_an_empty_form_has_one_error_for_each_question_that_needs_an_answer_in_page_order() -> None:
    assert errors_of(REGISTRATION, {}) == [(field.name, "missing") for field in REGISTRATION.fields if field.required]


BLANKS = {"nothing": "", "a blank": " ", "a tab and a line": "\t\n", "a no-break space": "\u00a0",
          "a dash": "-", "dots": "...",
          "an ideographic space": "\u3000", "a zero-width space": "\u200b", "a byte order mark": "\ufeff\u00ad",
          "a mixture": "\u200b \u2060", "a program's null": None}


@pytest.mark.parametrize("blank", BLANKS.values(), ids=BLANKS)
def test_what_nobody_can_see_is_no_answer(blank: str | None) -> None:
    assert errors_of(REGISTRATION, {**helmy(), "name": blank}) == [("name", "missing")]
    assert REGISTRATION.read({**helmy(), "agency": blank}).model_dump()["agency"] is None


def test_errors_come_in_page_order_and_what_the_form_does_not_ask_comes_last() -> None:
    answers = helmy(consent="tidak", salary="5", name="x" * 121, email="siti", region="99.99")
    assert errors_of(REGISTRATION, dict(answers)) == [
        ("name", "too_long"), ("email", "email_shape"), ("region", "region_unknown"), ("consent", "missing"),
        ("salary", "unknown_field")]


@pytest.mark.parametrize("kind", KINDS)
def test_officials_need_a_nip_and_nobody_else_does(kind: str) -> None:
    answers = helmy(kind=kind)
    if kind in HAVE_A_NIP:
        assert errors_of(REGISTRATION, dict(answers)) == [("nip", "missing")]
    else:
        assert REGISTRATION.read(answers).model_dump()["nip"] is None


def test_an_official_is_told_about_both_the_wrong_nip_and_the_wrong_name() -> None:
    assert errors_of(REGISTRATION, dict(official(name="\0", nip="123"))) == [
        ("name", "unreadable"), ("nip", "nip_length")]


@pytest.mark.parametrize("name", ["<script>", "na me", "name\0", "x" * 41, "", "__proto__[0]", "näme", "1st",
                                  "name\ud800"],
                         ids=["markup", "a blank", "a NUL", "very long", "empty", "brackets", "an accent", "a digit",
                              "half a surrogate pair"])
def test_a_field_whose_name_is_no_name_is_refused_without_being_repeated(name: str) -> None:
    assert errors_of(REGISTRATION, {**helmy(), name: "x"}) == [("?", "unknown_field")]


def test_a_repeated_name_is_refused_and_not_silently_one_of_the_two() -> None:
    assert errors_of(REGISTRATION, {**helmy(), "name": ["Siti", "Budi"]}) == [("name", "unreadable")]


anything = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


names = st.sampled_from([field.name for field in REGISTRATION.fields]) | st.text()


@given(st.dictionaries(names, anything, max_size=8), st.sampled_from(FORMS))
def test_whatever_a_program_sends_is_a_model_or_errors_with_a_sentence_each(
        answers: dict[str, object], form: Form) -> None:
    try:
        form.read(answers)
    except FormRefused as refused:
        told = [sentence(form.name, error, language) for error in refused.errors for language in ("id", "en")]
    else:
        told = ["read"]
    assert all(told)
    assert told


@given(st.fixed_dictionaries({name: st.text().map(lambda text: f"{SECRET}{text}") for name in helmy()}))
def test_nothing_of_what_was_typed_is_in_the_error(answers: dict[str, str]) -> None:
    with pytest.raises(FormRefused) as refused:
        REGISTRATION.read(answers)
    assert SECRET not in "".join(traceback.format_exception(refused.value))
    assert SECRET not in repr(refused.value.errors)


def test_the_models_own_error_hides_the_input_too() -> None:
    with pytest.raises(ValidationError) as refused:
        Registration.model_validate({**helmy(), "email": SECRET, SECRET: "x"} | {"region": SECRET})
    assert "input_value" not in str(refused.value)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_is_frozen_once_it_is_read(form: Form) -> None:
    answers = {"registration": helmy(), "feedback": ratna(),
               "status": {"reference": "7F3K-9QX2", "email": "siti@desa.example"}}[form.name]
    with pytest.raises(ValidationError):
        form.read(answers).email = "somebody@else.example"


def test_a_sentence_is_the_forms_own_where_it_has_one_and_the_portals_where_not() -> None:
    assert sentence("registration", FieldError("name", "missing"), "id") == "Isi nama lengkap Anda."
    assert sentence("registration", FieldError("name", "too_long", {"most": 120}), "en") == (
        "Shorten the name to 120 characters at most.")
    assert sentence("registration", FieldError("salary", "unknown_field"), "en") == (
        "This form has no question of that name.")


@pytest.mark.parametrize("code", CODES.values())
def test_pydantics_own_codes_are_told_in_the_portals_words(code: str) -> None:
    assert sentence("registration", FieldError("?", code), "en") == "This form has no question of that name."


def test_a_model_whose_field_is_no_question_is_found_before_anybody_fills_it_in() -> None:
    class Careless(FormModel):
        name: str

    with pytest.raises(TypeError, match="field name has no kind of question"):
        _ = Form("careless", Careless, "/layanan/careless").fields


def test_the_answers_are_shown_as_people_read_them_without_what_was_left_open() -> None:
    shown = REGISTRATION.shown(REGISTRATION.read(official(agency="Dinas PMD")), "id")
    assert [name for name, _, _ in shown] == [
        "name", "email", "phone", "kind", "nip", "agency_level", "agency", "region", "consent"]
    texts = {name: text for name, _, text in shown}
    assert texts["nip"] == "19860926 201505 2 001"
    assert texts["region"] == "Kabupaten Bojonegoro, Jawa Timur"
    assert texts["kind"] == "Pejabat fungsional Penggerak Swadaya Masyarakat (PSM)"


def test_the_same_answers_typed_differently_are_the_same_content() -> None:
    one = helmy(phone="0812-3456-7890", region="3522")
    other = helmy(phone="+6281234567890", email="HELMY@bojonegoro.example")
    assert content_hash(REGISTRATION.read(one)) == content_hash(REGISTRATION.read(other))


@pytest.mark.parametrize("changed", [{"name": "Helmy E."}, {"offering": "bimtek-lain"}, {"agency": "BUM Desa"},
                                     {"region": "35.23"}], ids=lambda changed: next(iter(changed)))
def test_one_changed_answer_is_other_content(changed: dict[str, str]) -> None:
    assert content_hash(REGISTRATION.read(helmy())) != content_hash(REGISTRATION.read(helmy(**changed)))


def test_a_form_made_for_one_question_needs_nothing_but_its_model() -> None:
    class Wish(FormModel):
        wish: OneLine

    assert Form("wish", Wish, "/layanan/wish").read({"wish": "  air   bersih "}).model_dump() == {"wish": "air bersih"}


typed_points = st.decimals(0, 5000, places=3).map(lambda points: str(points).replace(".", ","))
typed_days = st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(lambda day: day.strftime("%d-%m-%Y"))
typed_months = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(lambda day: day.strftime("%m-%Y"))


@pytest.mark.parametrize(("question", "typed"), [
    (Points(), typed_points), (Day(), typed_days), (Month(), typed_months)], ids=["points", "day", "month"])
@given(data=st.data())
def test_what_was_kept_stands_in_its_field_so_that_reading_it_keeps_the_same(
        question: Question, typed: st.SearchStrategy[str], data: st.DataObject) -> None:
    kept = question.read(data.draw(typed))
    assert question.read(question.again(kept)) == kept


@pytest.mark.parametrize("text", ["²", "1" * 5000, "-1", "1.0", "", " 1", None, "٣"])
def test_a_number_in_a_hidden_field_is_a_small_whole_number_or_none(text: object) -> None:
    assert whole_number(text) is None
    assert whole_number("007") == 7
