"""Numbers that name a person are sensitive wherever a form asks for them, and everybody is told which fields are."""

from __future__ import annotations

import pytest

from infra import doors
from infra.catalogue import SNIPPETS
from portal import access
from portal.assets import LANGUAGES
from portal.audit import FACTS
from portal.forms import Form
from portal.questions import Nik, Nip

FORMS = {form.name: form for form in doors.forms()}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_field_that_takes_such_a_number_is_in_the_access_table_under_its_name(form: Form) -> None:
    asked = {field.name for field in form.fields if field.question.names_a_person}
    assert asked <= set(access.sensitive())


def test_each_sensitive_field_can_be_named_in_the_audit() -> None:
    assert set(access.sensitive()) <= set(FACTS["field"])
    assert {"nip", "nik", "accessibility_needs"} <= set(access.sensitive())
    assert Nip.names_a_person
    assert Nik.names_a_person


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_published_table_says_which_fields_are_sensitive_and_what_follows(language: str) -> None:
    told = (SNIPPETS / language / "access.md").read_text(encoding="utf-8")
    table = access.rules()
    assert table["words"]["sensitive"][language] in told
    assert all(f"<li>{each[language]}</li>" in told for each in table["sensitive"].values())
