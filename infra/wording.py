"""Whether the words of a form say what its model needs: told with file and key, as a mistake in front matter is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from portal.assets import LANGUAGES
from portal.forms import Field, Form
from portal.questions import Choice

FOLDER = Path(__file__).parent.parent / "content" / "forms"


def missing(form: Form) -> Iterator[tuple[Path, str]]:
    """Every key that is missing in the words of a form: its file and its place."""
    for language in LANGUAGES:
        page, texts = FOLDER / f"{form.name}.{language}.yml", form.words(language)
        yield from ((page, key) for key in ("title", "submit", "fields") if key not in texts)
        for field in form.fields:
            known = texts.get("fields", {}).get(field.name) or {}
            yield from ((page, f"fields.{field.name}.{key}") for key in _needed(field) if not _has(known, key))


def _needed(field: Field) -> Iterator[str]:
    yield "label"
    yield from (f"errors.{code}" for code in field.question.codes)
    if field.required:
        yield "errors.missing"
    if isinstance(field.question, Choice):
        yield from (f"options.{option}" for option in field.question.options)


def _has(words: object, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(words, dict) or part not in words:
            return False
        words = words[part]
    return bool(words)
