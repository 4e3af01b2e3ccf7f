"""Drawing documents: a template of site/documents and plain data give a tagged PDF (PDF/UA-1, for archives PDF/A-2a).

Typst sets the type. What people typed reaches it as data only, never as its markup; it reads no file but the
templates, and no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import typst

from portal.assets import folder

# For documents that everybody can read, with a screen reader too; and that can still be read in fifty years.
Standards = list[Literal["ua-1", "a-2a"]]


def draw(template: str, data: Mapping[str, Any], *, archived: bool = False) -> bytes:
    """The PDF that this template (its name without ending) makes of the data.

    One for archives needs a date, which its template sets.
    """
    source = folder() / "documents" / f"{template}.typ"
    known = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        return _compiled(source, known, ["ua-1", "a-2a"] if archived else ["ua-1"])
    except typst.TypstError:
        # A character that no font here has breaks the standard's promise: the document comes without that promise.
        return _compiled(source, known, [])


def _compiled(source: Path, known: dict[str, str], standards: Standards) -> bytes:
    return typst.compile(source, root=source.parent, ignore_system_fonts=True, format="pdf", sys_inputs=known,
                         pdf_standards=list(standards))
