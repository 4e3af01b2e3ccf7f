"""A form: its model is the shape, its words are content, and reading it gives a model or the errors.

It knows no HTTP and draws nothing. `portal.pages` draws it, `portal.web` carries it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from portal.assets import words
from portal.errors import FieldError, FormRefused
from portal.questions import INVISIBLE, Question

# pydantic's own codes, in the words of the forms: a field we do not ask for, and one whose name is no text at all
CODES = {"extra_forbidden": "unknown_field", "string_unicode": "unknown_field"}


NOTHING_SAID = re.compile(r"[\s\-–—._]*")


class FormModel(BaseModel):
    """What every form model is: frozen, closed to unknown fields, its field order the page's order."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False, hide_input_in_errors=True,
                              defer_build=True)


class Field(NamedTuple):
    """One question of a form, in its place: the name, the kind, and whether an answer is always needed."""

    name: str
    question: Question
    required: bool


@dataclass(frozen=True)
class Form:
    """A form by its name (that of its words), its model, and the address that takes it."""

    name: str
    model: type[FormModel]
    action: str

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The questions in page order."""
        return tuple(Field(name, _question_of(name, info.metadata), info.is_required())
                     for name, info in self.model.model_fields.items())

    def words(self, language: str) -> dict[str, Any]:
        """The words of this form."""
        return words(self.name, language)

    def read(self, answers: Mapping[str, object]) -> FormModel:
        """The answers as the model; raises FormRefused with every error, in page order.

        An empty answer is no answer: it is left out before the model looks.
        """
        given = {name: value for name, value in answers.items() if not _is_blank(value)}
        try:
            return self.model.model_validate(given)
        except ValidationError as error:
            raise FormRefused(self.name, self._errors(error)) from None

    def _errors(self, error: ValidationError) -> list[FieldError]:
        places = [field.name for field in self.fields]
        found = [FieldError(_safe_name(detail["loc"]),
                            CODES.get(detail["type"], detail["type"]), dict(detail.get("ctx", {})))
                 for detail in error.errors(include_url=False, include_input=False)]
        return sorted(found, key=lambda each: places.index(each.field) if each.field in places else len(places))

    def shown(self, model: FormModel, language: str) -> list[tuple[str, str, str]]:
        """The answers for people: field, label and text, in page order, without what was left open or is hidden."""
        texts = self.words(language)["fields"]
        return [(field.name, texts[field.name]["label"],
                 field.question.show(getattr(model, field.name), texts[field.name].get("options", {})))
                for field in self.fields
                if not field.question.hidden and getattr(model, field.name) is not None]


def sentence(form: str, error: FieldError, language: str) -> str:
    """What is wrong with one answer, in the reader's language: the form's own words, else the portal's."""
    own = words(form, language)["fields"].get(error.field, {}).get("errors", {})
    text = own.get(error.code) or words("common", language)["errors"][error.code]
    return str(text).format(**error.facts)


def _question_of(name: str, metadata: list[Any]) -> Question:
    for each in metadata:
        if isinstance(each, Question):
            return each
    message = f"field {name} has no kind of question"
    raise TypeError(message)


def _safe_name(location: tuple[int | str, ...]) -> str:
    """The field an error speaks of; a name that is none of ours is told only if it looks like a name."""
    name = str(location[0]) if location else ""
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", name) else "?"


def _is_blank(value: object) -> bool:
    """Nothing, nothing to see, or what people type into a field that they leave open: "-", "..."."""
    return value is None or (isinstance(value, str) and NOTHING_SAID.fullmatch(value.translate(INVISIBLE)) is not None)


def content_hash(model: FormModel) -> str:
    """SHA-256 of the answers in canonical form: tells a repeated submission from a changed one."""
    canonical = json.dumps(model.model_dump(), sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
