"""A form: its model is the shape, its words are content, and reading it gives a model or the errors.

It knows no HTTP and draws nothing. `portal.pages` draws it, `portal.web` carries it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any, NamedTuple, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from portal.assets import words
from portal.errors import FieldError, FormRefused
from portal.questions import INVISIBLE, Question, Rows

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
        given, wrong = self._with_rows_read(answers)
        try:
            model = self.model.model_validate({name: value for name, value in given.items() if not _is_blank(value)})
        except ValidationError as error:
            wrong += self._errors(error)
        if wrong:
            raise FormRefused(self.name, self._in_page_order(wrong))
        return model

    def again(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Answers as they were kept (plain values, rows as mappings), as they stand in their fields again.

        What is kept is not typed: `20.833` was said with a comma, and is asked about when somebody types it.
        """
        return {field.name: _again(field.question, kept[field.name]) for field in self.fields
                if kept.get(field.name) is not None}

    def rows_of(self, field: Field, answers: Mapping[str, object]) -> list[dict[str, object]]:
        """The rows of a field as they were sent, by column or as a list, without those that are empty."""
        if not isinstance(field.question, Rows):
            return []
        sent = answers.get(field.name)
        if isinstance(sent, list | tuple):
            rows = [dict(each) if isinstance(each, Mapping) else {"?": each} for each in sent]
        elif isinstance(sent, Mapping) or not _is_blank(sent):
            rows = [{"?": sent}]  # of another shape: told as what cannot be read, or the rows that are kept would go
        else:
            columns = {cell: _as_list(answers.get(f"{field.name}_{cell}")) for cell in field.question.row.model_fields}
            rows = [dict(zip(columns, cells, strict=True)) for cells in zip_longest(*columns.values(), fillvalue="")]
        return [row for row in rows if not all(map(_is_blank, row.values()))]

    def _with_rows_read(self, answers: Mapping[str, object]) -> tuple[dict[str, object], list[FieldError]]:
        """The answers with each row as its own model, and what is wrong in the rows."""
        given, wrong = dict(answers), list[FieldError]()
        for field in self.fields:
            if not isinstance(field.question, Rows):
                continue
            columns = [f"{field.name}_{cell}" for cell in field.question.row.model_fields]
            if field.name not in given and not any(column in given for column in columns):
                continue
            form, rows = row_form(field.question), []
            for number, row in enumerate(self.rows_of(field, answers), 1):
                try:
                    rows.append(form.read(row))
                except FormRefused as refused:
                    wrong += [FieldError(cell_name(field.name, number, each.field), each.code, each.facts)
                              for each in refused.errors]
            for column in columns:
                given.pop(column, None)
            given[field.name] = tuple(rows)
        return given, wrong

    def _in_page_order(self, errors: list[FieldError]) -> list[FieldError]:
        places = [field.name for field in self.fields]

        def place(error: FieldError) -> tuple[int, int]:
            name, number, _ = parts_of_cell(error.field, places)
            return (places.index(name) if name in places else len(places), number)

        return sorted(errors, key=place)

    def _errors(self, error: ValidationError) -> list[FieldError]:
        return [FieldError(_safe_name(detail["loc"]), CODES.get(detail["type"], detail["type"]),
                           dict(detail.get("ctx", {})))
                for detail in error.errors(include_url=False, include_input=False)]

    def shown(self, model: FormModel, language: str) -> list[tuple[str, str, str]]:
        """The answers for people: field, label and text, in page order, without what was left open or is hidden."""
        texts = self.words(language)["fields"]
        return [line for field in self.fields if not field.question.hidden and getattr(model, field.name) is not None
                for line in _shown(field, getattr(model, field.name), texts[field.name])]


def _again(question: Question, value: Any) -> Any:  # noqa: ANN401 an answer
    return [row_form(question).again(row) for row in value] if isinstance(question, Rows) else question.again(value)


def _shown(field: Field, value: Any, texts: Mapping[str, Any]) -> list[tuple[str, str, str]]:  # noqa: ANN401 an answer
    """An answer as a line; of rows a line each."""
    if not isinstance(field.question, Rows):
        return [(field.name, texts["label"], field.question.show(value, texts.get("options", {})))]
    cells = row_form(field.question).fields
    return [(field.name, f"{texts['row']} {number}", "; ".join(
        f"{texts['rows'][cell.name]['label']}: "
        f"{cell.question.show(said, texts['rows'][cell.name].get('options', {}))}"
        for cell in cells if (said := getattr(row, cell.name)) is not None)) for number, row in enumerate(value, 1)]


def sentence(form: str, error: FieldError, language: str) -> str:
    """What is wrong with one answer, in the reader's language: the form's own words, else the portal's."""
    texts = words(form, language)
    fields = texts.get("fields", {})
    name, _, cell = parts_of_cell(error.field, fields)
    own = (fields[name]["rows"].get(cell, {}) if cell else fields.get(error.field, {})).get("errors", {})
    text = (own.get(error.code) or texts.get("errors", {}).get(error.code)
            or words("common", language)["errors"][error.code])
    return str(text).format(**error.facts)


def cell_name(field: str, number: int, cell: str) -> str:
    """What a cell of a row is called in an error and in the page: `periods_2_first`."""
    return f"{field}_{number}_{cell}"


def parts_of_cell(name: str, fields: Container[str]) -> tuple[str, int, str]:
    """Field, row and cell of such a name; row 0 and no cell when it is the name of a whole field."""
    parts = re.fullmatch(r"(\w+?)_(\d+)_(\w+)", name)
    if parts is None or parts[1] not in fields:
        return name, 0, ""
    return parts[1], int(parts[2]), parts[3]


def whole_number(text: object) -> int | None:
    """A small whole number that an address or a hidden field carries; None for anything else."""
    return int(str(text)) if re.fullmatch(r"[0-9]{1,6}", str(text)) else None


def row_form(rows: Rows) -> Form:
    """One row, read as a form of its own."""
    return Form("", cast("type[FormModel]", rows.row), "")


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


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
