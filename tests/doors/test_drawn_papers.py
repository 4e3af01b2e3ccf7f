"""The papers of angka kredit as files: what PDF/UA-1 asks of their structure, what they say, and the same as DOCX."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import docx as word
import pypdf
import pytest
from docx.oxml.ns import qn

from dupak.drawing import docx, pdf
from dupak.papers import KINDS, kinds_for, paper
from dupak.views import Teller
from infra import sample_papers as made_up
from portal.assets import words

SAMPLES = ("konversi-konversi", "konversi-akumulasi", "konversi-pak", "integrasi-pak_integrasi", "konvensional-dupak",
           "konvensional-spmk", "konvensional-pak",
           "panjang-konversi-konversi", "panjang-konversi-akumulasi", "panjang-konversi-pak",
           "panjang-konvensional-dupak", "panjang-konvensional-spmk", "panjang-konvensional-pak")
LONG = [name for name in SAMPLES if name.startswith("panjang")]
HEADINGS = ("/H1", "/H2", "/H3")


@cache
def samples() -> dict[str, dict[str, Any]]:
    return dict(made_up.samples())


@cache
def drawn(name: str) -> bytes:
    data = samples()[name]
    return pdf(data["kind"], data)


def reader(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


@cache
def root(name: str) -> Any:
    return reader(drawn(name)).trailer["/Root"]


@cache
def text_of(content: bytes) -> str:
    """What a reader takes out, without its line ends: they stand where a cell breaks its words."""
    return " ".join(" ".join(page.extract_text() for page in reader(content).pages).split())


def elements(node: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Every element of a structure tree, with the roles that it stands in."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for each in node:
            yield from elements(each, above)
    elif isinstance(node, dict):
        role = str(node.get("/S", ""))
        if role:
            yield node, above
        if "/K" in node:
            yield from elements(node["/K"], (*above, role) if role else above)


def of(name: str, *roles: str) -> list[Any]:
    return [each for each, _ in elements(root(name)["/StructTreeRoot"]) if each["/S"] in roles]


def fonts(page: Any) -> Iterator[Any]:
    for each in page["/Resources"].get("/Font", {}).values():
        font = each.get_object()
        yield from (one.get_object() for one in font.get("/DescendantFonts", [font]))


def issued(kind: str, **more: Any) -> dict[str, Any]:
    results = {"konversi": made_up.career(), "integrasi": made_up.integrated(), "konvensional": made_up.proposal(2)}
    regime = next(name for name in results if kind in kinds_for(name))
    teller = Teller(made_up.rulebook(), words("credit", "id"), "id")
    subject = replace(made_up.SITI, **{name: value for name, value in more.items() if hasattr(made_up.SITI, name)})
    issue = replace(made_up.ISSUE, **{name: value for name, value in more.items() if hasattr(made_up.ISSUE, name)})
    return paper(kind, subject, issue, results[regime], teller)


def test_every_paper_is_among_the_samples() -> None:
    assert tuple(samples()) == SAMPLES
    assert {data["kind"] for data in samples().values()} == set(KINDS)


# -- structure -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_a_paper_says_that_it_is_tagged_in_which_language_and_what_it_is_called(name: str) -> None:
    catalogue = root(name)
    meta = catalogue["/Metadata"].get_data().decode()
    assert (catalogue["/MarkInfo"]["/Marked"], catalogue["/ViewerPreferences"]["/DisplayDocTitle"]) == (True, True)
    assert catalogue["/Lang"] == "id"
    assert "<pdfuaid:part>1</pdfuaid:part>" in meta
    assert reader(drawn(name)).metadata.title == samples()[name]["title"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_paper_with_a_day_is_made_for_archives_too(name: str) -> None:
    meta = root(name)["/Metadata"].get_data().decode()
    archived = "<pdfaid:part>2</pdfaid:part>" in meta and "<pdfaid:conformance>A</pdfaid:conformance>" in meta
    assert archived is bool(samples()[name]["day"])


@pytest.mark.parametrize("name", SAMPLES)
def test_every_font_is_in_the_file(name: str) -> None:
    found = [font for page in reader(drawn(name)).pages for font in fonts(page)]
    assert found
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"]) for font in found)


@pytest.mark.parametrize("name", SAMPLES)
def test_headings_begin_with_the_title_and_leave_no_level_out(name: str) -> None:
    levels = [HEADINGS.index(each["/S"]) for each in of(name, *HEADINGS)]
    assert levels[0] == 0
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_table_has_heads_that_say_what_they_stand_over_and_is_complete(name: str) -> None:
    tables = of(name, "/Table")
    blocks = [*samples()[name]["blocks"], *samples()[name]["annex"]["blocks"]]
    assert len(tables) == len([block for block in blocks if block["type"] in {"table", "fields"}])
    for table in tables:
        heads = [each for each, _ in elements(table) if each["/S"] == "/TH"]
        assert heads
        assert all(attribute(each, "/Scope") == "/Column" for each in heads)
        assert is_complete([row for row, _ in elements(table) if row["/S"] == "/TR"])


def attribute(element: Any, name: str) -> Any:
    given = element.get("/A", [])
    given = given.get_object() if hasattr(given, "get_object") else given
    return next((each.get_object()[name] for each in (given if isinstance(given, list) else [given])
                 if name in each.get_object()), None)


def is_complete(rows: list[Any]) -> bool:
    """Whether every row fills every column, cells from above that reach into it included."""
    taken: dict[tuple[int, int], bool] = {}
    for number, row in enumerate(rows):
        place = 0
        for cell in row["/K"]:
            while taken.get((number, place)):
                place += 1
            across, down = (attribute(cell.get_object(), name) or 1 for name in ("/ColSpan", "/RowSpan"))
            taken |= {(number + below, place + right): True for below in range(down) for right in range(across)}
            place += across
    widths = [sum(at == number for at, _ in taken) for number in range(len(rows))]
    return len(set(widths)) == 1


@pytest.mark.parametrize("name", SAMPLES)
def test_no_element_is_empty_but_a_cell(name: str) -> None:
    empty = {str(each["/S"]) for each, _ in elements(root(name)["/StructTreeRoot"]) if not each.get("/K", [])}
    assert empty <= {"/TD", "/TH"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_has_words_and_leads_where_it_says(kind: str) -> None:
    content = pdf(kind, issued(kind))
    tree = reader(content).trailer["/Root"]["/StructTreeRoot"]
    figures = [each for each, _ in elements(tree) if each["/S"] == "/Figure"]
    assert [each["/Alt"] for each in figures] == [words("papers", "id")["frame"]["qr"]]
    links = [each.get_object() for page in reader(content).pages for each in page.get("/Annots", [])]
    assert [each["/A"]["/URI"] for each in links] == [made_up.ISSUE.verify]
    assert all(each["/Contents"] for each in links)


# -- what stands in it ---------------------------------------------------------------------------------------------


def test_the_example_of_bkn_can_be_read_out_of_the_pdf() -> None:
    text = text_of(drawn("konversi-akumulasi"))
    assert "Januari–Desember Sangat Baik 150% 12,5 18,750" in text
    assert "Januari–Februari Baik 2/12 × 100% 12,5 2,083" in text
    assert "JUMLAH ANGKA KREDIT YANG DIPEROLEH 20,833" in text
    assert "AK Konversi 0,000 20,833 20,833" in text_of(drawn("konversi-pak"))
    assert "131,275 100,000 31,275" in text_of(drawn("integrasi-pak_integrasi"))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_written_cell_is_in_the_pdf(name: str) -> None:
    data, text = samples()[name], "".join(text_of(drawn(name)).split())
    cells = [cell["text"] for block in [*data["blocks"], *data["annex"]["blocks"]] if block["type"] == "table"
             for line in [*({"cells": row} for row in block["head"]), *block["lines"]] for cell in line["cells"]]
    cells += [each for block in data["blocks"] if block["type"] == "fields" for row in block["lines"] for each in row]
    assert [each for each in cells if "".join(each.split()) not in text] == []


@pytest.mark.parametrize("name", LONG)
def test_a_draft_says_so_on_every_page(name: str) -> None:
    assert all("KONSEP" in page.extract_text() for page in reader(drawn(name)).pages)
    assert "KONSEP" not in text_of(drawn("konversi-pak"))


@pytest.mark.parametrize("name", LONG)
def test_a_table_over_several_pages_repeats_its_head(name: str) -> None:
    pages = [page.extract_text() for page in reader(drawn(name)).pages]
    assert len(pages) >= 3
    assert sum("PERHITUNGAN" in page for page in pages) >= 2


def test_what_people_typed_is_never_markup() -> None:
    typed = '*Siti* #panic("x") $x$ <b>_a_</b> @ref \\ [b] // c'
    assert typed in text_of(pdf("pak_integrasi", issued("pak_integrasi", name=typed)))


def test_a_word_without_end_stays_in_its_cell_and_can_still_be_copied() -> None:
    name = "Dinas" + "Pemberdayaan" * 12
    content = pdf("konversi", issued("konversi", unit=name))
    lines = [line for page in reader(content).pages for line in page.extract_text().splitlines()]
    assert not [line for line in lines if name in line]
    assert name in "".join("".join(lines).split())


def test_a_character_that_no_font_has_does_not_hold_the_document_up() -> None:
    assert pdf("konversi", issued("konversi", name="Siti \U0001f44b 林")).startswith(b"%PDF")


def test_a_paper_about_months_without_an_evaluation_is_drawn_all_the_same() -> None:
    content = pdf("konversi", issued("konversi", first="2030-01", last="2030-12"))
    assert "JUMLAH ANGKA KREDIT 0,000" in text_of(content)
    assert "<pdfuaid:part>1</pdfuaid:part>" in reader(content).trailer["/Root"]["/Metadata"].get_data().decode()
    assert docx("konversi", issued("konversi", first="2030-01", last="2030-12"))


def test_a_line_of_a_table_is_not_torn_apart_by_the_end_of_a_page() -> None:
    """Sixty lines of six words each: wherever a page ends, one of them would be torn."""
    data = issued("spmk")
    block = next(block for block in data["blocks"] if block["type"] == "table")
    first, between = block["lines"][0], "tengah\n" * 4
    tall = [{**first, "cells": [{**cell, "text": f"awal{at}\n{between}akhir{at}\n"} for cell in first["cells"]]}
            for at in range(60)]
    content = pdf("spmk", {**data, "blocks": [{**block, "lines": tall}]})
    pages = [page.extract_text() for page in reader(content).pages]
    assert sum("awal" in page for page in pages) >= 3
    assert [at for at in range(60) for page in pages if (f"awal{at}\n" in page) is not (f"akhir{at}\n" in page)] == []


def test_an_answer_that_no_page_could_hold_goes_on_over_the_next() -> None:
    content = pdf("konversi", issued("konversi", unit="Bidang Pemberdayaan Masyarakat " * 400))
    assert len(reader(content).pages) >= 3


def test_the_same_paper_is_the_same_file() -> None:
    data = issued("pak_integrasi")
    assert pdf("pak_integrasi", data) == pdf("pak_integrasi", data)


@pytest.mark.parametrize("draw", [pdf, docx])
def test_data_of_another_kind_are_not_drawn(draw: Any) -> None:
    with pytest.raises(ValueError, match="pak_integrasi"):
        draw("konversi", issued("pak_integrasi"))


# -- DOCX ----------------------------------------------------------------------------------------------------------


@cache
def opened(name: str) -> Any:
    data = samples()[name]
    return word.Document(io.BytesIO(docx(data["kind"], data)))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_docx_has_every_cell_of_the_pdf_and_its_tables_repeat_their_heads(name: str) -> None:
    data, document = samples()[name], opened(name)
    blocks = [block for block in [*data["blocks"], *data["annex"]["blocks"]] if block["type"] in {"table", "fields"}]
    assert len(document.tables) == len(blocks)
    for block, table in zip(blocks, document.tables, strict=True):
        shown = {cell.text for cell in table._cells}
        lines = block["lines"] if block["type"] == "fields" else [
            [cell["text"] for cell in line["cells"]] for line in block["lines"]]
        assert {text for line in lines for text in line} <= shown
        assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows] == [
            at < len(table.rows) - len(lines) for at in range(len(table.rows))]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_columns_of_the_docx_are_as_wide_beside_each_other_as_in_the_pdf(name: str) -> None:
    blocks = [block for block in samples()[name]["blocks"] if block["type"] in {"table", "fields"}]
    for block, table in zip(blocks, opened(name).tables, strict=False):
        if block["type"] == "table":
            whole = sum(column.width for column in table.columns)
            assert [column.width / whole for column in table.columns] == pytest.approx(
                [width / sum(block["widths"]) for width in block["widths"]], abs=0.001)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_docx_has_the_letterhead_the_title_and_the_people_as_text_to_edit(name: str) -> None:
    data, document = samples()[name], opened(name)
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said[:len(data["letterhead"])] == data["letterhead"]
    assert data["title"] in said
    assert ("KONSEP" in " ".join(said)) is data["draft"]
    signing = [*(block for block in data["blocks"] if block["type"] == "names"), *data["foot"]["signing"]]
    assert {each["name"] for block in signing for each in block["signing"]} <= set(said)
    assert document.core_properties.title == data["title"]


def test_the_docx_is_a4_in_indonesian_and_its_code_has_words() -> None:
    document = opened("konversi-pak")
    section = document.sections[0]
    assert (section.page_width.mm, section.page_height.mm) == (pytest.approx(210, 0.01), pytest.approx(297, 0.01))
    assert document.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "id-ID"
    (picture,) = document.inline_shapes
    assert picture._inline.docPr.get("descr") == words("papers", "id")["frame"]["qr"]
    assert not opened("panjang-konversi-pak").inline_shapes
