"""Tables for people's own programs: CSV and XLSX in which nothing is ever a formula.

Knows rows of text and the two formats, nothing of what the rows are about.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet takes for the beginning of a formula, also behind blanks.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, which is how spreadsheets recognise it; quoted throughout."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (headings, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet; every cell is text."""
    import xlsxwriter  # noqa: PLC0415 only this answer needs the library

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                         "strings_to_numbers": False})
    sheet, bold = book.add_worksheet(_sheet_name(title)), book.add_format({"bold": True})
    for number, row in enumerate((headings, *rows)):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell, bold if number == 0 else None)
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    book.close()
    return written.getvalue()


def harmless(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would calculate."""
    return f"'{cell}" if cell.lstrip(" ").startswith(BEGINS_A_FORMULA) else cell


def _sheet_name(title: str) -> str:
    """At most 31 characters, without those that sheets cannot be named with."""
    return title.translate(dict.fromkeys(map(ord, "[]:*?/\\'"), " ")).strip()[:31] or "1"
