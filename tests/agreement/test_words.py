"""Forms and their words say the same: no key is missing, none is spare, in both languages, by name."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from itertools import chain
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic_core import PydanticCustomError

from infra import credit, doors
from infra.template_reader import ROOT
from portal import audit, submissions
from portal.assets import LANGUAGES, words
from portal.errors import FieldError, FormRefused
from portal.forms import CODES, Field, Form, cell_name, row_form, sentence
from portal.people import KINDS
from portal.questions import Choice, Consent, Line, Question, Rows
from registrations import desk_actions
from registrations.filters import NAMES as CONDITIONS
from registrations.filters import ORDERS, PRESENCE, STATES
from registrations.models import MESSAGES, REFUSALS, Offering
from registrations.store import State
from rights import models
from tests.people import helmy

FORMS = {form.name: form for form in doors.forms()}


class RowOf(Form):
    """One row of a form's question, with its words and errors where the whole form has them."""

    @property
    def place(self) -> list[str]:
        return self.name.split(".")

    def words(self, language: str) -> dict[str, Any]:
        form, field = self.place
        return {"fields": FORMS[form].words(language)["fields"][field]["rows"]}


ROWS = [RowOf(f"{form.name}.{field.name}", row_form(field.question).model, "") for form in FORMS.values()
        for field in form.fields if isinstance(field.question, Rows)]
FIELDS = [(form, field) for form in [*FORMS.values(), *ROWS] for field in form.fields]
NAMES = [f"{form.name}.{field.name}" for form, field in FIELDS]
OF_NO_FORM = {"assessment", "audit", "common", "data", "files", "papers", "rights", "services", "signature"}
# Raised by a door about a field, not by its kind of question.
TOLD_BY_DOORS = {
    ("status", "reference"): {"no_match"}, ("rights_request", "details"): {"no_address"},
    ("rights_request", "right"): {"too_many_open"},
    ("address", "email"): {"already_yours", "too_many_addresses", "too_many_codes"},
    ("address_code", "code"): {"code_wrong", "code_over"},
    ("upload", "file_name"): {"too_many_open", "too_many_files", "no_room"},
    # by the rules of angka kredit (dupak/rules.py)
    ("credit", "since"): {"before_conversion", "before_appointment", "counted_until"},
    ("credit", "golongan"): {"golongan_not_of_jenjang"}, ("credit", "points"): {
        "below_base", "integrated_otherwise", "letter_otherwise"}, ("credit", "entry"): {"integrated_before"},
    ("credit", "jenjang"): {"integrated_otherwise"}, ("credit", "base"): {"integrated_otherwise"},
    ("credit", "rank_since"): {"before_appointment"},
    ("credit.periods", "first"): {"before_conversion", "month_twice", "outside_post"},
    ("credit.periods", "last"): {"ends_before_it_begins", "not_over"},
    ("credit.changes", "since"): {"before_conversion", "before_appointment", "not_after"},
    ("credit.changes", "jenjang"): {"jenjang_not_next"},
    ("credit.changes", "golongan"): {"golongan_not_of_jenjang", "golongan_not_higher"},
    ("credit.diplomas", "level"): {"diploma_twice", "diploma_decided"},
    ("credit.diplomas", "month"): {"not_over", "outside_post"},
    # by what was decided before, and by the months and the catalogue of a dossier (dupak/counting.py, konvensional.py)
    ("credit.periods", "predikat"): {"decided_otherwise"},
    ("dossier", "regime"): {"too_many_drafts", "integrated_once"},
    ("dossier_identity", "rank_day"): {"before_appointment"}, ("dossier_identity", "post_day"): {"before_appointment"},
    ("dossier_integration", "golongan"): {"golongan_not_of_jenjang"},
    ("dossier_integration", "jenjang"): {"integrated_once"},
    ("dossier_integration", "tugas_jabatan"): {"below_base"},
    ("dossier_term", "first"): {"before_appointment", "term_decided"},
    ("dossier_term", "last"): {"ends_before_it_begins", "regime_closed"},
    ("dossier_term", "golongan"): {"golongan_not_of_jenjang"},
    ("dossier_items.items", "kode"): {"butir_unknown", "level_too_far"},
    ("dossier_items.items", "volume"): {"volume_not_positive"},
    ("dossier_items.items", "day"): {"outside_term", "regime_closed"},
    # by the rules about lending a role (assessment/lending.py, marks.py)
    ("lending", "receiver"): {"to_oneself", "not_known"}, ("lending", "role"): {"not_lent", "not_ones_own"},
    ("lending", "last"): {"ends_before_it_begins", "is_over", "too_long_lent"},
    ("lending", "reason"): {"not_an_option"}, ("lending", "note"): {"missing"}}
# What the words of a field may say; each other key is spare.
# Words of what functions draw beside forms: the pages of an account, and the desk.
PAGES = ("account", "desk")
SAYINGS = {"part", "label", "hint", "options", "errors", "link"}
OF_ROWS = {"label", "hint", "row", "more", "rows", "errors"}
# An answer that each code is raised for.
PROVOKE = {
    "unreadable": lambda _: "Siti\0", "too_long": lambda question: "x" * (question.most + 1),
    "email_shape": lambda _: "siti", "phone_shape": lambda _: "08", "nip_length": lambda _: "1",
    "nip_date": lambda _: "1986132620150510 01", "nip_sex": lambda _: "198609262015059001",
    "day_shape": lambda _: "31-2-2024",
    "code_shape": lambda _: "12345",
    "digest_shape": lambda _: "abc", "month_shape": lambda _: "13-2025", "count_shape": lambda _: "banyak",
    "points_shape": lambda _: "banyak", "points_unclear": lambda _: "1.050", "points_range": lambda _: "999999",
    "too_many_rows": lambda question: (question.row.model_construct(),) * (question.most + 1),
    "not_an_option": lambda _: "raja", "region_unknown": lambda _: "99.99", "reference_shape": lambda _: "7F3K",
}
SCOLDING = re.compile(r"\b(please|sorry|invalid|oops|maaf|mohon|tidak valid)\b", re.IGNORECASE)


def the_words(form: Form, field: Field, language: str) -> dict[str, Any]:
    return form.words(language)["fields"][field.name]


def can_be_missing(form: Form, field: Field) -> bool:
    """Whether somebody can be told that this answer is missing."""
    if field.required or isinstance(field.question, Consent):
        return True
    known = {"entry": "kembali", field.name: ""}
    return any((field.name, "missing") in told_of(form, {**helmy(kind=kind), "right": right, **known})
               for kind in KINDS for right in models.RIGHTS)


def told_of(form: Form, answers: dict[str, str]) -> set[tuple[str, str]]:
    """Field and code of each error that these answers have."""
    try:
        form.read(answers)
    except FormRefused as refused:
        return {(error.field, error.code) for error in refused.errors}
    return set()


def leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a file of words, with the place it stands at."""
    if isinstance(value, dict):
        yield from chain.from_iterable(leaves(each, f"{path}.{name}".lstrip(".")) for name, each in value.items())
    elif isinstance(value, list):
        yield from chain.from_iterable(leaves(each, f"{path}.{number}") for number, each in enumerate(value))
    else:
        assert isinstance(value, str), f"{path} is no text but {value!r}: put it in quotation marks"
        yield path, value


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def files() -> list[str]:
    return sorted({path.name.split(".")[0] for path in (ROOT / "content" / "forms").glob("*.yml")})


# -- model and words -----------------------------------------------------------------------------------------------


def test_every_form_has_words_and_every_words_file_a_form() -> None:
    assert {*files()} == {*FORMS, *PAGES, *OF_NO_FORM}
    assert {path.name for path in (ROOT / "content" / "forms").iterdir()} == {
        f"{name}.{language}.yml" for name in files() for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_words_name_exactly_the_fields_of_the_model(form: Form, language: str) -> None:
    assert set(form.words(language)["fields"]) == {field.name for field in form.fields}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("form", "field"), FIELDS, ids=NAMES)
def test_a_field_has_a_label_and_no_saying_that_nobody_shows(form: Form, field: Field, language: str) -> None:
    said = set(the_words(form, field, language))
    assert "label" in said
    assert said <= (OF_ROWS if isinstance(field.question, Rows) else SAYINGS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("row", ROWS, ids=lambda each: each.name)
def test_the_words_of_a_row_name_exactly_its_cells(row: RowOf, language: str) -> None:
    assert set(row.words(language)["fields"]) == {field.name for field in row.fields}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("form", "field"), FIELDS, ids=NAMES)
def test_a_field_has_one_sentence_for_each_error_that_can_happen_and_no_other(
        form: Form, field: Field, language: str) -> None:
    can_happen = {*field.question.codes, *TOLD_BY_DOORS.get((form.name, field.name), ())}
    if can_be_missing(form, field):
        can_happen.add("missing")
    assert set(the_words(form, field, language).get("errors", {})) == can_happen


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("form", "field"), FIELDS, ids=NAMES)
def test_a_field_has_words_for_each_option_in_the_models_order(form: Form, field: Field, language: str) -> None:
    options = tuple(the_words(form, field, language).get("options", {}))
    expected = field.question.options if isinstance(field.question, Choice) else ()
    assert options == (("ya",) if isinstance(field.question, Consent) else expected)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("form", "field", "code"), [
    (form, field, code) for form, field in FIELDS for code in field.question.codes],
    ids=[f"{form.name}.{field.name}.{code}" for form, field in FIELDS for code in field.question.codes])
def test_a_sentence_uses_only_facts_that_its_error_has(form: Form, field: Field, code: str, language: str) -> None:
    error = raised(field.question, code)
    assert error.type == code, "a code that is announced is raised"
    name, asked = form.name, field.name
    if isinstance(form, RowOf):
        name, asked = form.place[0], cell_name(form.place[1], 1, field.name)
    said = sentence(name, FieldError(asked, code, error.context or {}), language)
    assert "{" not in said
    if isinstance(field.question, Line) and code == "too_long" and not field.question.hidden:
        assert str(field.question.most) in said, "the limit is told"


def raised(question: Question, code: str) -> PydanticCustomError:
    with pytest.raises(PydanticCustomError) as refused:
        question.read(PROVOKE[code](question))
    return refused.value


# -- the portal's own words ----------------------------------------------------------------------------------------


def test_the_common_errors_are_those_that_belong_to_no_field() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "functions").rglob("*.py"))
    told = set(re.findall(r'FieldError\((?:""|[A-Z]+), "(\w+)"', sources))
    told |= set(CODES.values()) | {"unreadable", "missing"}
    assert told >= {"must_be_empty", "identifier_shape", "unknown_field"}
    for language in LANGUAGES:
        assert set(words("common", language)["errors"]) == told


def test_the_names_that_carry_a_submission_are_no_fields_of_a_form() -> None:
    for form in FORMS.values():
        assert not submissions.CARRIERS & {field.name for field in form.fields}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_of_a_registration_has_its_words(language: str) -> None:
    states = words("registration", language)["states"]
    assert set(states) == set(get_args(State))
    assert all(set(told) == {"title", "text", "next"} for told in states.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_the_desk_can_choose_has_its_words(language: str) -> None:
    told, refusals = words("desk", language), words("registration", language)["refusals"]
    assert (tuple(told["states"]), tuple(told["conditions"])) == (STATES, tuple(CONDITIONS))
    assert (tuple(told["presence"]), tuple(told["orders"])) == (PRESENCE, ORDERS)
    assert tuple(refusals) == REFUSALS
    assert words("refusal", language)["fields"]["reason"]["options"] == refusals, "one sentence, wherever it is read"
    assert {f"{name}.{language}.txt" for name in MESSAGES} == {
        path.name for path in (ROOT / "content" / "mail").glob(f"message_*.{language}.txt")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("group", "attribute"), [("kinds", "kind"), ("modes", "mode"), ("fundings", "funding")])
def test_each_value_that_an_offering_can_have_has_its_words(group: str, attribute: str, language: str) -> None:
    declared = get_args(Offering.model_fields[attribute].annotation)
    assert tuple(words("registration", language)["facts"][group]) == declared


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_the_audit_can_say_has_its_words(language: str) -> None:
    told = words("audit", language)
    assert tuple(told["actions"]) == audit.ACTIONS
    assert {group: tuple(codes) for group, codes in told["facts"].items()} == audit.FACTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_of_the_audit_reads_as_a_sentence(language: str) -> None:
    """"Anda melihat ... (telepon)": only who it was begins with a capital; NIP and NIK are written so."""
    told = words("audit", language)
    inside = [*told["actions"].values(), *(text for group in told["facts"].values() for text in group.values())]
    assert [text for text in inside if not text[0].islower() and not re.match(r"[A-Z]{2}", text)] == []
    assert [text for text in told["who"].values() if not text[0].isupper() or "," in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_right_outcome_and_reason_has_its_words(language: str) -> None:
    told = words("rights", language)
    assert {name: tuple(codes) for name, codes in told.items()} == {
        "rights": models.RIGHTS, "outcomes": models.OUTCOMES, "reasons": models.REASONS}


def test_the_audit_can_say_everything_about_rights() -> None:
    assert (audit.FACTS["purpose"], audit.FACTS["right"], audit.FACTS["outcome"]) == (
        models.PURPOSES, models.RIGHTS, models.OUTCOMES)
    assert set(models.REASONS) <= set(audit.FACTS["reason"])


# -- both languages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", files())
def test_both_languages_say_the_same_things(name: str) -> None:
    indonesian, english = (dict(leaves(words(name, language))) for language in LANGUAGES)
    assert set(indonesian) == set(english)


@pytest.mark.parametrize("name", files())
def test_both_languages_leave_the_same_places_open(name: str) -> None:
    indonesian, english = (dict(leaves(words(name, language))) for language in LANGUAGES)
    differing = {place for place, text in indonesian.items() if placeholders(text) != placeholders(english[place])}
    assert differing == set()


@pytest.mark.parametrize("name", files())
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_hangs_over_its_edges(name: str, language: str) -> None:
    hanging = {place for place, text in leaves(words(name, language))
               if not text.strip() or (text != text.strip() and place != "error_prefix")}
    assert hanging == set()


@pytest.mark.parametrize("name", files())
@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_scolded_or_begged(name: str, language: str) -> None:
    """What is wrong is told as what to do: never "invalid", "please" or "sorry"."""
    scolding = {place: text for place, text in leaves(words(name, language)) if SCOLDING.search(text)}
    assert scolding == {}


@pytest.mark.parametrize("name", files())
def test_links_of_the_english_words_lead_to_english_pages(name: str) -> None:
    for place, text in leaves(words(name, "en")):
        if place.endswith("href"):
            service = text.startswith("/layanan/") and parse_qs(urlsplit(text).query).get("lang") == ["en"]
            assert service or text.startswith(("/en/", "{home}/")), place
    for place, text in leaves(words(name, "id")):
        if place.endswith("href"):
            assert not text.startswith("/en/"), place
            assert "lang=en" not in text, place


# -- words and templates -------------------------------------------------------------------------------------------


# Names that are put together while a page is drawn: what will become of a registration, and the letters it got.
COMPOSED = {"desk": {*(f"will_{action}_{state}" for action, states in desk_actions.ACTS_ON.items() for state in states),
                     *(f"{what}_{state}" for what in ("stays", "was") for state in STATES),
                     "approved_seated", "approved_waiting",
                     *(path.name.split(".")[0] for begin in ("registration", "message")
                       for path in (ROOT / "content" / "mail").glob(f"{begin}_*.txt"))},
            "registration": {*REFUSALS},
            "papers": {*(f"{able}_{kind}" for able in ("can", "cannot") for kind in ("pangkat", "jenjang")),
                       "total_utama", "total_penunjang"},
            # Why a section comes back, where a document's drawing stands, what an official's own steps need.
            "dossier": {"unclear", "differs", "evidence_missing", "evidence_unreadable", "wrong_period", "other",
                        "paper_waiting", "paper_failed", "needs_answered", "needs_undecided", "needs_back_to"},
            # What a row of the rules may say, shown as it is called there.
            "credit": {word for row in ("syarat_jenjang.uji_kompetensi", "syarat_jenjang.formasi", "masa.konversi",
                                        "syarat_jenjang.kelebihan", "penyesuaian.angka") for word in credit.WORDS[row]}}


ASKS_FOR_A_LANGUAGE = re.compile(r"""lang=(?:en|id)\b|["']lang["']: ?["']""")


def test_only_one_place_puts_the_language_into_an_address() -> None:
    """`asking_for`, and `Request.language_query` for whoever is known: their profile may say otherwise."""
    places = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "site" / "forms").glob("*.j2")]
    assert [str(place.relative_to(ROOT)) for place in places
            if ASKS_FOR_A_LANGUAGE.search(place.read_text(encoding="utf-8"))] == []


def sources() -> str:
    """Everything that may show a word."""
    places = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "site" / "forms").glob("*.j2"), ROOT / "infra/pieces.py",
              ROOT / "infra/butir.py", ROOT / "infra/services_page.py"]
    text = "\n".join(place.read_text(encoding="utf-8") for place in places)
    theme = ROOT / "site" / "theme" / "assets" / "portal"
    scripts = "\n".join(place.read_text(encoding="utf-8") for place in theme.glob("*.js"))
    return text + re.sub(r"(?<=[a-z])[A-Z]", lambda letter: f"_{letter[0].lower()}", scripts)


@pytest.mark.parametrize("name", files())
def test_every_word_is_shown_somewhere(name: str) -> None:
    text = sources()
    spoken = {key for place, _ in leaves(words(name, "id")) for key in place.split(".")
              if not key.isdigit() and not place.startswith(("fields.", "errors.", "problems."))}
    composed = COMPOSED.get(name, set())
    assert {key for key in spoken - composed if not re.search(rf"\b{key}\b", text)} == set()
    assert composed <= spoken
