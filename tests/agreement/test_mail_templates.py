"""Mail templates and those who use them: each name has a file in both languages, each place in it a value."""

from __future__ import annotations

import string
from typing import get_args

import pytest

from assessment import steps
from infra.template_reader import ROOT
from mailer.rules import LETTERS, digest
from portal.assets import LANGUAGES
from portal.letters import letter, read_template
from registrations.models import MESSAGES
from registrations.rules import message_values
from registrations.store import State
from tests.people import an_offering

MAIL = ROOT / "content" / "mail"
BY_HAND = {*MESSAGES, "registration_refused"}  # with words of the desk
ABOUT_A_REGISTRATION = {f"registration_{state}" for state in get_args(State)} | {
    "registration_promoted", "registration_approved", "registration_approved_waiting", *BY_HAND}
ABOUT_A_MESSAGE = {"inbox_received": {"reference", "title", "text", "origin"}}
ABOUT_A_RIGHT = {"rights_received": {"reference", "right", "due", "origin"},
                 "rights_erased": {"reference", "right", "origin"},
                 "rights_answered": {"reference", "right", "due", "outcome", "reason", "origin"}}
ABOUT_A_DOSSIER = {
    **{f"dossier_{happened}": {"reference", "origin"} for happened in (
        "withdrawn", "objected", "confirmed", "complete", "upheld")},
    "dossier_submitted": {"reference", "stands", "origin"},
    **{f"dossier_{happened}": {"reference", "sections", "origin"} for happened in ("returned", "granted")},
    "dossier_decided": {"reference", "number", "origin"}, "dossier_waits": {"reference", "day", "origin"},
    "dossier_waited": {"reference", "day", "origin"}}
FOR_A_DESK = {"desk_reminder": {"near", "late", "escalated", "returned", "origin"}}
ABOUT_AN_ADDRESS = {"address_code": {"code", "minutes", "origin"}}
OF_SEVERAL = {"digest": {"count", "letters", "origin"}}
ALL = sorted(ABOUT_A_REGISTRATION | {*ABOUT_A_MESSAGE, *ABOUT_A_RIGHT, *ABOUT_AN_ADDRESS, *ABOUT_A_DOSSIER, *FOR_A_DESK,
              *OF_SEVERAL})
ORIGIN = "https://portal.example.go.id"


def template(name: str, language: str) -> str:
    return read_template((MAIL / f"{name}.{language}.txt").read_text(encoding="utf-8")).text


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_a_template_for_everything_that_is_told_and_none_besides() -> None:
    named = {f"{name}.{language}.txt" for name in ALL for language in LANGUAGES}
    assert {path.name for path in MAIL.iterdir()} == named


def test_code_speaks_of_no_other_templates() -> None:
    """A misspelt name would end in the dead-letter queue."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "functions").rglob("*.py"))
    for name in ("registration_promoted", "registration_cancelled", "registration_approved", "registration_refused",
                 "registration_approved_waiting", "inbox_received", *MESSAGES, *ABOUT_A_RIGHT, *ABOUT_AN_ADDRESS,
                 "dossier_waits", "dossier_waited", *FOR_A_DESK, *steps.TELLS.values()):
        assert f'"{name}"' in sources
    assert 'f"dossier_{action}"' in sources
    assert {*ABOUT_A_DOSSIER} == {*steps.TELLS.values(), "dossier_waits", "dossier_waited", *(
        f"dossier_{action}" for action in ("submitted", "withdrawn", "objected"))}, "what the official does, too"
    assert 'f"registration_{kept.state}"' in sources


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(ABOUT_A_REGISTRATION))
def test_a_letter_about_a_registration_is_filled_completely(name: str, language: str) -> None:
    values = {**message_values(an_offering(), language, "7F3K9QX2"), "origin": ORIGIN}
    if name in BY_HAND:
        values |= {"reason": "Karena."} if name == "registration_refused" else {"text": "Bawa laptop."}
    written = letter(template(name, language), values)
    assert "{" not in f"{written.subject}{written.text}"
    assert "7F3K-9QX2" in written.subject
    assert values["title"] in written.subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(ABOUT_A_MESSAGE))
def test_a_letter_about_a_message_uses_what_the_inbox_gives(name: str, language: str) -> None:
    assert placeholders(template(name, language)) <= ABOUT_A_MESSAGE[name]
    assert "reference" in placeholders(template(name, language).splitlines()[0])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(ABOUT_A_RIGHT))
def test_a_letter_about_a_right_uses_what_its_store_gives(name: str, language: str) -> None:
    assert placeholders(template(name, language)) <= ABOUT_A_RIGHT[name]
    assert "reference" in placeholders(template(name, language).splitlines()[0])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(ABOUT_A_DOSSIER))
def test_a_letter_about_a_dossier_uses_what_its_step_gives_and_names_nobody_of_the_desk(
        name: str, language: str) -> None:
    assert placeholders(template(name, language)) <= ABOUT_A_DOSSIER[name]
    assert placeholders(template(name, language).splitlines()[0]) & {"reference", "number"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_holds_numbers_and_no_dossier(language: str) -> None:
    assert placeholders(template("desk_reminder", language)) == FOR_A_DESK["desk_reminder"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_stands_on_a_line_of_its_own_and_never_in_a_subject_or_an_address(language: str) -> None:
    subject, *text = template("address_code", language).splitlines()
    assert placeholders(template("address_code", language)) == ABOUT_AN_ADDRESS["address_code"]
    assert "{" not in subject
    assert [line for line in text if "{code}" in line] == ["{code}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_several_letters_are_one_with_every_word_of_each(language: str) -> None:
    values = {**message_values(an_offering(), language, "7F3K9QX2"), "origin": ORIGIN}
    letters = [letter(template(name, language), values) for name in ("registration_waiting", "registration_promoted")]
    assert placeholders(template("digest", language)) == OF_SEVERAL["digest"]
    assert template("digest", language).count(LETTERS) == 1
    one = digest(template("digest", language), letters, {"origin": ORIGIN})
    assert "{" not in f"{one.subject}{one.text}"
    assert "2" in one.subject
    assert [one.text.count(each.text.strip()) for each in letters] == [1, 1]
    assert all(f"{number}. {each.subject}\n" in one.text for number, each in enumerate(letters, 1))


@pytest.mark.parametrize("name", ALL)
def test_both_languages_wait_for_others_equally_long(name: str) -> None:
    waits = {read_template((MAIL / f"{name}.{language}.txt").read_text(encoding="utf-8")).digest
             for language in LANGUAGES}
    assert len(waits) == 1
    assert name != "digest" or waits == {0}, "what waited does not wait again"


@pytest.mark.parametrize("name", ALL)
def test_both_languages_tell_the_same_facts(name: str) -> None:
    assert placeholders(template(name, "id")) == placeholders(template(name, "en"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_a_letter_is_a_subject_a_blank_line_and_a_text_without_names(name: str, language: str) -> None:
    subject, blank, *text = template(name, language).splitlines()
    assert subject.strip()
    assert not blank.strip()
    assert text
    assert not placeholders("\n".join([subject, *text])) & {"name", "email", "phone", "nip"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_every_address_in_a_letter_is_ours_and_in_its_language(name: str, language: str) -> None:
    addresses = [part for part in template(name, language).split() if "/" in part and not part[0].isdigit()]
    assert addresses
    for address in addresses:
        assert address.startswith("{origin}/"), address
        assert (address.startswith("{origin}/en/") or address.endswith("lang=en")) is (language == "en"), address
