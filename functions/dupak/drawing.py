"""Draws the papers of dupak/papers.py: as a tagged PDF, and as DOCX where an agency has to change its letterhead.

Both draw the same blocks. The code that proves a paper is drawn here from its address; nothing is fetched.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import segno

from portal.documents import draw


def pdf(kind: str, data: Mapping[str, Any]) -> bytes:
    """The paper as PDF/UA-1 with its annex, PDF/A-2a where it has a day; raises ValueError for data of another kind."""
    _must_be(kind, data)
    code = _code(data).svg_inline(border=2) if data["verify"] else ""
    return draw("dupak", {**data, "code": code}, archived=bool(data["day"]))


def docx(kind: str, data: Mapping[str, Any]) -> bytes:
    """The paper as a Word document with the same content; raises ValueError when the data are of another kind."""
    from dupak.editable import document  # noqa: PLC0415 its library is loaded only for such a document

    _must_be(kind, data)
    picture = io.BytesIO()
    if data["verify"]:
        _code(data).save(picture, kind="png", scale=6, border=2)
    return document(data, picture.getvalue())


def _must_be(kind: str, data: Mapping[str, Any]) -> None:
    if data["kind"] != kind:
        raise ValueError(f"expected the data of {kind}, but they are of {data['kind']}")


def _code(data: Mapping[str, Any]) -> segno.QRCode:
    """The address as a QR code that survives a stamp on it (15 per cent)."""
    return segno.make(data["verify"], error="m", micro=False)
