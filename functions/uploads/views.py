"""Uploads in words: where one stands and what to do now, and its line in the list. Knows no store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from portal.assets import words
from portal.evidence import Use
from portal.identifiers import format_reference, parse_moment, reference_for
from portal.moments import format_time
from uploads.models import REASONS, Upload

KILO = 1024


def number_of(upload: Upload) -> str:
    """The number of a file, as people read it aloud: `7F3K-9QX2`."""
    return format_reference(reference_for(upload.id))


class Told(NamedTuple):
    """A state in words: a heading and a sentence."""

    title: str
    text: str


def told(upload: Upload, language: str, *, sent: bool = False) -> Told:
    """Where an upload stands; `sent` when the browser says that its content is there already."""
    texts = words("files", language)
    state = "uploaded" if sent else upload.state
    said = texts["states"][state]
    text = said["text"]
    if upload.reason:
        text = texts["reasons"][upload.reason].format(**REASONS.get(upload.reason, {}))
    elif upload.failure:
        text = texts["failures"][upload.failure]
    return Told(said["title"], text)


def row(upload: Upload, uses: Sequence[Use], language: str, zone: str) -> dict[str, Any]:
    """An upload as a line of the list."""
    texts = words("files", language)
    state = told(upload, language)
    return {"id": upload.id, "number": number_of(upload), "name": upload.file_name,
            "state": upload.state, "title": state.title, "text": state.text,
            "asked": format_time(parse_moment(upload.asked_at), zone, language),
            "size": format_size(upload.content_size, language) if upload.content_size else "",
            "uses": [f"{texts['uses'][use.kind]} {use.reference}" for use in uses]}


def format_size(count: int, language: str) -> str:
    """`1,2 MB` in Indonesian, `1.2 MB` in English; below a megabyte in whole kilobytes."""
    if count < KILO ** 2:
        return f"{-(-count // KILO)} KB"
    text = f"{count / KILO ** 2:.1f} MB"
    return text.replace(".", ",") if language == "id" else text
