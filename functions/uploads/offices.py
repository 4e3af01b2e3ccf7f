"""DOCX and XLSX: an archive of XML, released as it came when nothing in it acts, hides, loads or explodes.

Reads every part once, in pieces, and counts what really comes out: what the archive says about itself is not
believed.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from urllib.parse import urlsplit
from xml.parsers import expat

from uploads.models import MOST_BYTES, Refused

MOST_PARTS: Final = 4000
MOST_UNPACKED: Final = 160 * 1024 ** 2  # the largest sheet that fits into 7 MB unpacks to about 100 MB
MOST_RATIO: Final = 250
SMALL: Final = 4 * 1024 ** 2  # below it a high ratio is only a monotonous sheet
PIECE: Final = 64 * 1024
SLACK: Final = 64  # bytes between two parts: the longest data descriptor is 24
ENCRYPTED: Final = 0x1
WAYS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
DEPTH: Final = 256  # of elements inside each other
MOST_DIRECTORY: Final = 1024 ** 2
END_OF_ARCHIVE, END_OF_ARCHIVE_64 = b"PK\x05\x06", b"PK\x06\x07"

TYPES: Final = "[Content_Types].xml"
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MAIN: Final = {WORD: "docx", SHEET: "xlsx"}
# Other things that are archives of the same making.
MACRO_TYPES: Final = re.compile(r"macroenabled|vbaproject|vbadata|macrosheet", re.IGNORECASE)
EXTERNAL_TYPES: Final = re.compile(r"externallink|\.connections\+xml|querytable", re.IGNORECASE)
OBJECT_TYPES: Final = re.compile(r"oleobject|activex|webextension", re.IGNORECASE)

MACRO_NAMES: Final = re.compile(r"vbaproject|vbadata|/macrosheets/|attachedtoolbars|/customui/", re.IGNORECASE)
EXTERNAL_NAMES: Final = re.compile(r"/externallinks/|/querytables/|^/xl/connections\.xml$", re.IGNORECASE)
EMBEDDED_NAMES: Final = re.compile(r"oleobject|activex|/webextensions/", re.IGNORECASE)
PRINTER: Final = re.compile(r"(xl|word)/(printersettings|customproperty)[^/]*/?[^/]*\.bin", re.IGNORECASE)
INNER: Final = re.compile(r"(xl|word)/embeddings/[^/]+\.(docx|xlsx)", re.IGNORECASE)
ENDINGS: Final = {"xml", "rels", "vml", "png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "tif", "tiff", "emf", "wmf",
                  "wdp", "svg", "odttf", "fntdata", "ttf", "thmx", "psmdcp"}
MARKUP: Final = {"xml", "rels", "vml", "svg", "psmdcp"}
# What a relationship may point at outside of the file: an address that somebody clicks.
LINKS: Final = ("/hyperlink",)
CLICKABLE: Final = {"http", "https", "mailto", "tel", ""}
LOADING: Final = ("/attachedTemplate", "/aFChunk", "/oleObject", "/externalLink", "/subDocument", "/frame",
                  "/vbaProject", "/control", "/activeXControlBinary", "/webextension", "/webextensiontaskpanes")
# Field codes that fetch or start something when they are updated.
FETCHING: Final = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE)\b", re.IGNORECASE)
MOST_CODE: Final = 200_000


def kind_of(data: bytes) -> str:
    """`docx` or `xlsx` by the type of the main part; raises Refused for every other archive."""
    with _archive(data) as archive:
        _must_be_plain(archive.infolist())
        return _main_kind(archive, _Budget())


def inspected(data: bytes) -> bytes:
    """The same bytes; raises Refused."""
    _look_through(data, _Budget(), inner=False)
    return data


@dataclass
class _Budget:
    """How much may still be unpacked, all parts and all inner files together."""

    left: int = MOST_UNPACKED

    def spend(self, count: int) -> None:
        """Count what was unpacked."""
        self.left -= count
        if self.left < 0:
            raise Refused("expands")


def _archive(data: bytes) -> zipfile.ZipFile:
    """The archive, once its directory is known to be small: a directory is read whole."""
    closing = data.rfind(END_OF_ARCHIVE)
    if closing < 0:
        raise Refused("truncated")
    if int.from_bytes(data[closing + 12:closing + 16], "little") > MOST_DIRECTORY:
        raise Refused("expands")
    if END_OF_ARCHIVE_64 in data[max(0, closing - 20):closing]:
        raise Refused("unsafe_parts")
    return zipfile.ZipFile(BytesIO(data))


def _look_through(data: bytes, budget: _Budget, *, inner: bool) -> None:
    with _archive(data) as archive:
        parts = archive.infolist()
        _must_be_plain(parts)
        _must_be_one_file(archive, parts, data)
        _main_kind(archive, budget)
        for part in parts:
            _look_at(archive, part, budget, inner=inner)


# -- the archive ---------------------------------------------------------------------------------------------------


def _must_be_plain(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise Refused("expands")
    for part in parts:
        if part.flag_bits & ENCRYPTED:
            raise Refused("encrypted")
        if part.compress_type not in WAYS or not _is_inside(part):
            raise Refused("unsafe_parts")
    names = [part.filename.casefold() for part in parts]
    if len(set(names)) < len(names):
        raise Refused("unsafe_parts")


def _is_inside(part: zipfile.ZipInfo) -> bool:
    """Whether a part's name stays inside the archive however it is unpacked."""
    name = part.orig_filename
    mode = part.external_attr >> 16
    odd = any(ord(c) < 32 or ord(c) == 127 for c in name)  # noqa: PLR2004 the control characters
    return not (odd or name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")
                or stat.S_ISLNK(mode))


def _must_be_one_file(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], data: bytes) -> None:
    """The parts fill the archive from its first byte to its directory: nothing lies before, between or behind."""
    end = 0
    for part in sorted(parts, key=lambda each: each.header_offset):
        if not 0 <= part.header_offset - end <= (SLACK if end else 0):
            raise Refused("unsafe_parts" if part.header_offset < end else "two_in_one")
        head = data[part.header_offset:part.header_offset + 30]
        names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        end = part.header_offset + 30 + names + part.compress_size
    behind = len(data) - data.rfind(END_OF_ARCHIVE) - 22
    if not 0 <= archive.start_dir - end <= SLACK or behind:
        raise Refused("two_in_one")


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: _Budget) -> Iterator[bytes]:
    """A part's content, as much of it as is really there; Refused when that is beyond measure."""
    unpacked = 0
    with archive.open(part) as content:
        while piece := content.read(PIECE):
            unpacked += len(piece)
            budget.spend(len(piece))
            if unpacked > SMALL and unpacked > MOST_RATIO * max(part.compress_size, 1):
                raise Refused("expands")
            yield piece


def _main_kind(archive: zipfile.ZipFile, budget: _Budget) -> str:
    names = {part.filename: part for part in archive.infolist()}
    if TYPES not in names:
        raise Refused("not_accepted")
    types = _Types()
    _parse(_pieces(archive, names[TYPES], budget), types)
    if any(MACRO_TYPES.search(each) for each in types.found):
        raise Refused("office_macro")
    if any(EXTERNAL_TYPES.search(each) for each in types.found):
        raise Refused("office_external")
    if any(OBJECT_TYPES.search(each) for each in types.found):
        raise Refused("office_embedded")
    kinds = {MAIN[each] for each in types.found if each in MAIN}
    if len(kinds) != 1:
        raise Refused("two_in_one" if kinds else "not_accepted")
    return kinds.pop()


# -- the parts -----------------------------------------------------------------------------------------------------


def _look_at(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: _Budget, *, inner: bool) -> None:
    name = part.filename
    ending = name.rpartition(".")[2].lower()
    if MACRO_NAMES.search(f"/{name}"):
        raise Refused("office_macro")
    if EMBEDDED_NAMES.search(f"/{name}"):
        raise Refused("office_embedded")
    if EXTERNAL_NAMES.search(f"/{name}"):
        raise Refused("office_external")
    if INNER.fullmatch(name) and not inner:
        _look_through(_whole(archive, part, budget), budget, inner=True)
    elif ending in MARKUP:
        _parse(_pieces(archive, part, budget), _Relations() if ending == "rels" else _Codes())
    elif ending in ENDINGS or part.is_dir() or PRINTER.fullmatch(name):
        for _ in _pieces(archive, part, budget):
            pass
    else:
        raise Refused("office_embedded")


def _whole(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: _Budget) -> bytes:
    """An inner document; one that is larger than a file may be is refused before it fills the memory."""
    content = bytearray()
    for piece in _pieces(archive, part, budget):
        content += piece
        if len(content) > MOST_BYTES:
            raise Refused("expands")
    return bytes(content)


class _Handler:
    """What is looked for in one part; knows elements by their names without prefix."""

    def element(self, name: str, attributes: dict[str, str]) -> None:
        """One element begins."""

    def text(self, text: str) -> None:
        """Some text, perhaps a piece only."""

    def close(self) -> None:
        """The latest element ends."""

    def end(self) -> None:
        """The part has ended."""


class _Types(_Handler):
    """The media types that an archive says its parts have."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def element(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the type."""
        if name in {"Override", "Default"} and len(self.found) < MOST_PARTS:
            self.found.add(attributes.get("ContentType", ""))


class _Relations(_Handler):
    """What a part points at."""

    def element(self, name: str, attributes: dict[str, str]) -> None:
        """Refuse what is loaded from elsewhere, and what runs."""
        if name != "Relationship":
            return
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        if kind.endswith(("/vbaProject", "/wordVbaData")):
            raise Refused("office_macro")
        external = attributes.get("TargetMode", "").strip().lower() == "external"
        if external and not (kind.endswith(LINKS) and _is_clickable(target)):
            raise Refused("office_external")
        if kind.endswith(LOADING) and not external:
            raise Refused("office_embedded")


def _is_clickable(target: str) -> bool:
    try:
        scheme = urlsplit(target.strip()).scheme.lower()
    except ValueError:
        return False
    return scheme in CLICKABLE and not target.strip().startswith(("\\", "//"))


class _Codes(_Handler):
    """The field codes of a text, joined as a reader joins them."""

    def __init__(self) -> None:
        self._code: list[str] = []
        self._length = 0
        self._inside = False

    def element(self, name: str, attributes: dict[str, str]) -> None:
        """A field, written in one piece or in several."""
        self._inside = name == "instrText"
        if name == "fldSimple":
            self._keep(" " + next((value for key, value in attributes.items() if key.endswith("instr")), "") + " ")
        elif name in {"fldChar", "p"}:
            self._keep(" ")
        elif name in {"ddeLink", "oleLink"}:
            raise Refused("office_external")

    def text(self, text: str) -> None:
        """A piece of a code."""
        if self._inside:
            self._keep(text)

    def close(self) -> None:
        """What stands between two pieces is no code."""
        self._inside = False

    def _keep(self, text: str) -> None:
        self._length += len(text)
        if self._length <= MOST_CODE:
            self._code.append(text)

    def end(self) -> None:
        """Refuse codes that fetch or start something."""
        if FETCHING.search("".join(self._code)):
            raise Refused("office_external")


def _parse(pieces: Iterator[bytes], handler: _Handler) -> None:
    """Read XML in pieces; Refused for a document type, which alone can declare entities."""
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH:
            raise Refused("expands")
        handler.element(name.rpartition("}")[2], attributes)

    def finish(_name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.close()

    def doctype(*_: object) -> None:
        raise Refused("entities")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    for piece in pieces:
        parser.Parse(piece, False)  # noqa: FBT003 expat's own signature
    parser.Parse(b"", True)  # noqa: FBT003
    handler.end()
