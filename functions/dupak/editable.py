"""The DOCX of a paper: the same blocks as its PDF, so that an agency can change the letterhead in its own program."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

WIDTH = 174  # millimetres between the margins
SIDES = {"l": WD_ALIGN_PARAGRAPH.LEFT, "c": WD_ALIGN_PARAGRAPH.CENTER, "r": WD_ALIGN_PARAGRAPH.RIGHT}
FONT = "Times New Roman"
SHADE = "ECECEC"
FIELDS = (6, 34, 60)
MANY = 6  # columns from which on a table is set smaller


def document(data: Mapping[str, Any], picture: bytes) -> bytes:
    """The Word document; `picture` is the code as PNG, empty where there is none."""
    made = _empty(data)
    _letterhead(made, data)
    for block in data["blocks"]:
        _DRAWN[block["type"]](made, block)
    _foot(made, data, picture)
    _annex(made, data["annex"])
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def _empty(data: Mapping[str, Any]) -> Any:  # noqa: ANN401 the library's own document
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.bottom_margin = Mm(18)
    section.top_margin = Mm(16)
    style = made.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(10)
    style.paragraph_format.space_after = Pt(2)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "id-ID")
    style.element.get_or_add_rPr().append(language)
    for level in (1, 2):
        heading = made.styles[f"Heading {level}"]
        heading.font.name, heading.font.size, heading.font.color.rgb = FONT, Pt(12 if level == 1 else 10), None
        for theme in ("w:asciiTheme", "w:hAnsiTheme"):  # the template's own would win over the name
            heading.element.rPr.rFonts.attrib.pop(qn(theme), None)
    said = made.core_properties
    said.title, said.author, said.comments, said.language = data["title"], "", "", "id-ID"
    if data["day"]:
        said.created = said.modified = datetime.fromisoformat(data["day"]).replace(tzinfo=UTC)
    return made


def _letterhead(made: Any, data: Mapping[str, Any]) -> None:  # noqa: ANN401 the same
    """Letterhead, title, number, and the line of agency and period."""
    words = data["words"]
    for number, each in enumerate(data["letterhead"]):
        last = _said(made, each, "c", strong=number < 2, size=12.5 if number < 2 else 9)  # noqa: PLR2004 the first two
        if number == len(data["letterhead"]) - 1:
            _underlined(last)
    if data["draft"]:
        _said(made, words["draft_text"], "c", strong=True)
    made.add_heading(data["title"], 1).alignment = SIDES["c"]
    for each in (data["subtitle"], data["number"]):
        if each:
            _said(made, each, "c", strong=each == data["subtitle"])
    for label, value in data["head"]:
        _said(made, f"{label}: {value}")


def _underlined(paragraph: Any) -> None:  # noqa: ANN401 the same
    """A line over the whole width, below the letterhead."""
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "thinThickSmallGap"), ("sz", "18"), ("space", "4"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:spacing", "w:ind", "w:jc")  # noqa: SLF001 no borders


def _said(made: Any, text: str, side: str = "l", *, strong: bool = False, size: float = 10) -> Any:  # noqa: ANN401 the same
    paragraph = made.add_paragraph()
    paragraph.alignment = SIDES[side]
    run = paragraph.add_run(text)
    run.bold, run.font.size = strong, Pt(size)
    return paragraph


# -- blocks --------------------------------------------------------------------------------------------------------


def _fields(made: Any, block: Mapping[str, Any]) -> None:  # noqa: ANN401 the same
    head = [[{"text": block["title"], "across": 3, "down": 1, "depth": 0}]]
    lines = [{"style": "row", "cells": [_plain(each) for each in line]} for line in block["lines"]]
    _grid(made, FIELDS, "cll", head, lines)


def _table(made: Any, block: Mapping[str, Any]) -> None:  # noqa: ANN401 the same
    head = list(block["head"])
    if block["title"]:
        head.insert(0, [{"text": block["title"], "across": len(block["widths"]), "down": 1, "depth": 0}])
    _grid(made, block["widths"], block["align"], head, block["lines"])
    for note in block["notes"]:
        _said(made, note, size=8)


def _text(made: Any, block: Mapping[str, Any]) -> None:  # noqa: ANN401 the same
    if block["title"]:
        made.add_heading(block["title"], 2)
    for each in block["lines"]:
        _said(made, each, strong=block["strong"])


def _items(made: Any, block: Mapping[str, Any]) -> None:  # noqa: ANN401 the same
    made.add_heading(block["title"], 2)
    for number, each in enumerate(block["lines"], 1):
        _said(made, f"{number}. {each}")


def _names(made: Any, block: Mapping[str, Any]) -> None:  # noqa: ANN401 the same
    for each in block["signing"]:
        for number, text in enumerate([*each["above"], "", "", each["name"], each["nip"]]):
            paragraph = _said(made, text, strong=number == len(each["above"]) + 2)
            paragraph.paragraph_format.left_indent = Mm(WIDTH * 0.54)
            paragraph.paragraph_format.keep_with_next = text != each["nip"]


_DRAWN = {"fields": _fields, "table": _table, "text": _text, "items": _items, "names": _names}


def _foot(made: Any, data: Mapping[str, Any], picture: bytes) -> None:  # noqa: ANN401 the same
    foot = data["foot"]
    for each in foot["signing"]:
        _names(made, each)
    if picture:
        shown = made.add_paragraph().add_run().add_picture(io.BytesIO(picture), width=Mm(32))
        shown._inline.docPr.set("descr", data["words"]["qr"])  # noqa: SLF001 the library has no other way to say it
        _said(made, f"{data['words']['check']}: {data['verify']}", size=8)
        if data.get("checked_as"):
            _said(made, f"{data['words']['checked_as']} {data['checked_as']}", size=8)
    if foot["original"]:
        _said(made, foot["original"], size=9)
    if foot["copies"]["lines"]:
        _said(made, foot["copies"]["title"], size=9)
        for number, each in enumerate(foot["copies"]["lines"], 1):
            _said(made, f"{number}. {each}", size=9)


def _annex(made: Any, annex: Mapping[str, Any]) -> None:  # noqa: ANN401 the same
    made.add_page_break()
    made.add_heading(annex["title"], 1)
    _said(made, annex["text"])
    for block in annex["blocks"]:
        _table(made, block)
    _said(made, annex["version"])


# -- tables --------------------------------------------------------------------------------------------------------


def _plain(text: str) -> dict[str, Any]:
    return {"text": text, "across": 1, "down": 1, "depth": 0}


def _grid(made: Any, widths: Sequence[int], align: Sequence[str], head: Sequence[Sequence[Mapping[str, Any]]],  # noqa: ANN401 the same
          lines: Sequence[Mapping[str, Any]]) -> None:
    """A table whose head is repeated on every page and whose lines are never torn apart."""
    table = made.add_table(rows=len(head) + len(lines), cols=len(widths))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    rows, columns = list(table.rows), [Mm(width * WIDTH / sum(widths)) for width in widths]
    cells = table._cells  # noqa: SLF001 each row's own list is made anew from the whole table
    grid = [cells[at:at + len(widths)] for at in range(0, len(cells), len(widths))]
    for column, width in zip(table.columns, columns, strict=True):
        column.width = width
    for row, own in zip(rows, grid, strict=True):
        _said_of_row(row, "w:cantSplit")
        for cell, width in zip(own, columns, strict=True):
            cell.width = width
    size = 8 if len(widths) > MANY else 9
    taken: set[tuple[int, int]] = set()
    for number, written in enumerate([*head, *(line["cells"] for line in lines)]):
        heading = number < len(head)
        strong = heading or lines[number - len(head)]["style"] != "row"
        _line(grid, number, written, taken, align="c" * len(widths) if heading else align, strong=strong, size=size)
        if heading:
            _said_of_row(rows[number], "w:tblHeader")
    made.add_paragraph().paragraph_format.space_after = Pt(0)


def _line(grid: Sequence[Sequence[Any]], number: int, cells: Sequence[Mapping[str, Any]], taken: set[tuple[int, int]],
          *, align: Sequence[str], strong: bool, size: float) -> None:
    """Write a line's cells, joining those that one spans; `taken` are places that a cell above reaches into."""
    place = 0
    for each in cells:
        while (number, place) in taken:
            place += 1
        first, down = grid[number][place], number + each["down"] - 1
        last = place + each["across"] - 1
        joined = first.merge(grid[down][last]) if (down, last) != (number, place) else first
        taken |= {(row, column) for row in range(number, down + 1) for column in range(place, last + 1)}
        side = align[place] if each["across"] == 1 else "c" if set(align) == {"c"} else "l"
        _write(joined, each, side, strong=strong, size=size)
        place = last + 1


def _write(cell: Any, each: Mapping[str, Any], side: str, *, strong: bool, size: float) -> None:  # noqa: ANN401 the same
    paragraph = cell.paragraphs[0]
    if side != "l":
        paragraph.alignment = SIDES[side]
    if each["depth"]:
        paragraph.paragraph_format.left_indent = Mm(3 * each["depth"])
    run = paragraph.add_run(each["text"])
    run.font.size = Pt(size)
    if strong:
        run.bold = not each["text"].isdigit()
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", SHADE)):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 the library has no shading


def _said_of_row(row: Any, name: str) -> None:  # noqa: ANN401 the same
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001 the library has no word for it
