"""PDF: released as it came when nothing in it acts, hides or loads, so that a signature on it stays good.

Looked at twice: every object as pypdf reads it, and every name in the raw bytes, because readers disagree about
files that were damaged on purpose.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, Final

from pypdf import PdfReader, apply_configuration, get_configuration
from pypdf.errors import PdfReadError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject

from uploads.models import Refused

MOST_OBJECTS: Final = 250_000
MOST_UNPACKED: Final = 16_000_000  # bytes of one stream that must be unpacked in order to read the file
BEHIND_THE_END: Final = b"\0\t\n\f\r \x1a"  # what some programs pad a file with
END: Final = b"%%EOF"
NEAR_THE_END: Final = 2048
PACKERS: Final = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}

# Keys and values of dictionaries that refuse a file, wherever they stand.
KEYS: Final = {"/JS": "pdf_script", "/JavaScript": "pdf_script", "/EmbeddedFiles": "pdf_attachment",
               "/EF": "pdf_attachment", "/RichMediaContent": "pdf_attachment", "/XFA": "pdf_xfa"}
ACTIONS: Final = {"/JavaScript": "pdf_script", "/Rendition": "pdf_attachment", "/Movie": "pdf_attachment",
                  "/Sound": "pdf_attachment", "/RichMediaExecute": "pdf_attachment", "/Launch": "pdf_action",
                  "/SubmitForm": "pdf_action", "/ImportData": "pdf_action", "/GoToR": "pdf_action",
                  "/GoToE": "pdf_action"}
TYPES: Final = {"/EmbeddedFile": "pdf_attachment"}
SUBTYPES: Final = {"/FileAttachment": "pdf_attachment", "/RichMedia": "pdf_attachment", "/Movie": "pdf_attachment",
                   "/Sound": "pdf_attachment", "/Screen": "pdf_attachment"}
BY_ITSELF: Final = ("/OpenAction", "/AA")
HARMLESS_BY_ITSELF: Final = {"/GoTo", "/Named"}


def _name(text: str) -> bytes:
    """A pattern for what stands behind a name's slash, each letter as it is or in hexadecimal digits."""
    letters = "".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in text)
    return letters.encode() + rb"(?=[\s\0()<>\[\]{}/%]|$)"


def _names(reasons: dict[str, str]) -> re.Pattern[bytes]:
    return re.compile(b"/(?:" + b"|".join(b"(?P<%s>%s)" % (name.encode(), _name(name)) for name in reasons) + b")")


# Long enough that they never stand in packed bytes by chance.
LONG: Final = {"JavaScript": "pdf_script", "Launch": "pdf_action", "SubmitForm": "pdf_action",
               "ImportData": "pdf_action", "EmbeddedFile": "pdf_attachment", "EmbeddedFiles": "pdf_attachment",
               "RichMedia": "pdf_attachment", "FileAttachment": "pdf_attachment"}
SHORT: Final = {"JS": "pdf_script", "XFA": "pdf_xfa", "Encrypt": "encrypted", **LONG}
LONG_NAMES, SHORT_NAMES = _names(LONG), _names(SHORT)
OBJECT_STREAM: Final = re.compile(b"/" + _name("ObjStm"))
BEGIN, ENDING = re.compile(rb"stream\r?\n"), b"endstream"


def inspected(data: bytes) -> bytes:
    """The same bytes; raises Refused."""
    _must_be_one_whole_file(data)
    _must_name_nothing(data)
    limits = get_configuration().with_overwrites(
        maximum_declared_stream_length=MOST_UNPACKED, array_based_stream_maximum_output_length=MOST_UNPACKED,
        zlib_maximum_output_length=MOST_UNPACKED, zlib_maximum_recovery_input_length=1_000_000,
        lzw_maximum_output_length=MOST_UNPACKED, run_length_maximum_output_length=MOST_UNPACKED,
        stream_decoding_work_maximum_length=4 * MOST_UNPACKED, jbig2dec_binary=None)
    with apply_configuration(limits):
        reader = PdfReader(BytesIO(data), root_object_recovery_limit=1000, xref_stream_maximum_entries=MOST_OBJECTS)
        if reader.is_encrypted:
            raise Refused("encrypted")
        if reader.get_num_pages() < 1:
            raise Refused("damaged")
        _look_at(reader.trailer)
        for each in _objects(reader):
            _look_at(each)
    return data


def _must_be_one_whole_file(data: bytes) -> None:
    body = data.rstrip(BEHIND_THE_END)
    last = body.rfind(END)
    if last < 0 or b"startxref" not in data[max(0, last - NEAR_THE_END):last]:
        raise Refused("truncated")
    if last + len(END) < len(body):
        raise Refused("two_in_one")


def _must_name_nothing(data: bytes) -> None:
    """Raise Refused for a name in the raw bytes: in all of them, outside of streams, and in packed objects."""
    _raise_for(LONG_NAMES.search(data), LONG)
    for outside, stream in _streams(data):
        _raise_for(SHORT_NAMES.search(outside), SHORT)
        if OBJECT_STREAM.search(outside.rpartition(b"obj")[2]):
            _raise_for(SHORT_NAMES.search(_unpacked(stream)), SHORT)


def _raise_for(found: re.Match[bytes] | None, reasons: dict[str, str]) -> None:
    if found:
        raise Refused(reasons[str(found.lastgroup)])


def _streams(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every stream with what stands before it, whether or not the file's table names it; in the end what is left."""
    place = 0
    while found := BEGIN.search(data, place):
        end = data.find(ENDING, found.end())
        if end < 0:
            break
        yield data[place:found.start()], data[found.end():end]
        place = end + len(ENDING)
    yield data[place:], b""


def _unpacked(stream: bytes) -> bytes:
    """The content of a stream of objects; nothing when it is packed otherwise: then pypdf reads it, or nobody."""
    try:
        return zlib.decompressobj().decompress(stream, MOST_UNPACKED)
    except zlib.error:
        return b""


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Every object of the file, also those that nothing points to; few are kept in memory at once."""
    plain = [(number, generation) for generation, table in reader.xref.items() for number in table]
    packed = sorted(reader.xref_objStm, key=lambda number: reader.xref_objStm[number])
    if len(plain) + len(packed) > MOST_OBJECTS:
        raise Refused("expands")
    yield from _read(reader, plain)
    stream = -1
    for number in packed:
        if reader.xref_objStm[number][0] != stream:
            stream = reader.xref_objStm[number][0]
            reader.resolved_objects.clear()
        yield from _read(reader, [(number, 0)], keep=True)


def _read(reader: PdfReader, places: Iterable[tuple[int, int]], *, keep: bool = False) -> Iterator[Any]:
    for number, generation in places:
        try:
            yield reader.get_object(IndirectObject(number, generation, reader))
        except PdfReadError:
            continue  # one that cannot be read does nothing; what it names has been looked for in the raw bytes
        if not keep:
            reader.resolved_objects.clear()


def _look_at(thing: Any) -> None:  # noqa: ANN401 any kind of object
    """Raise Refused for an object that acts or hides, however deep in it."""
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        if isinstance(each, DictionaryObject):
            _judge(each)
            waiting.extend(each.values())
        elif isinstance(each, ArrayObject):
            waiting.extend(each)


def _judge(dictionary: DictionaryObject) -> None:
    for key in dictionary:
        if key in KEYS and not isinstance(_value(dictionary, key), NullObject):
            raise Refused(KEYS[key])
    for key, reasons in (("/S", ACTIONS), ("/Type", TYPES), ("/Subtype", SUBTYPES)):
        reason = reasons.get(str(_value(dictionary, key)))
        if reason:
            raise Refused(reason)
    for key in BY_ITSELF:
        _must_be_harmless(key, _value(dictionary, key))
    _must_not_be_packed_twice(_value(dictionary, "/Filter"))


def _value(dictionary: DictionaryObject, key: str) -> Any:  # noqa: ANN401 any kind of object
    """What stands under a key, there or elsewhere."""
    return _there(dict.get(dictionary, key))


def _there(thing: Any) -> Any:  # noqa: ANN401
    return thing.get_object() if isinstance(thing, IndirectObject) else thing


def _must_be_harmless(key: str, does: Any) -> None:  # noqa: ANN401
    """What happens when a file or page is opened may lead to another of its pages only."""
    actions = [does] if key == "/OpenAction" else list(does.values()) if isinstance(does, DictionaryObject) else []
    for action in map(_there, actions):
        if isinstance(action, DictionaryObject) and "/S" in action:
            kind = str(_value(action, "/S"))
            if kind not in HARMLESS_BY_ITSELF:
                raise Refused(ACTIONS.get(kind, "pdf_action"))


def _must_not_be_packed_twice(filters: Any) -> None:  # noqa: ANN401
    if isinstance(filters, ArrayObject) and sum(str(_there(each)) in PACKERS for each in filters) > 1:
        raise Refused("expands")
