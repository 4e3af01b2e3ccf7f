"""What a file is, by its content alone, and whether it may be released: bytes in, a verdict out.

Knows no store and no scanner. Parsers of other people's files can be made to fail in any way, to take their time
and to take memory: the last two are bounded by `uploads.confinement`, in whose process this runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from uploads.models import MOST_BYTES, Refused, Verdict
from uploads.rules import display_name, must_be_as_promised

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEIC: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
ENCRYPTED_OFFICE: Final = "EncryptedPackage".encode("utf-16-le")


def inspect(data: bytes, name: str = "", declared: str = "") -> Verdict:
    """The verdict on a file, with the name and the media type that its sender gave it (both only promises)."""
    kind = None
    try:
        kind = kind_of(data)
        must_be_as_promised(kind, name, declared)
        content = _inspector(kind)(data)
    except Refused as refused:
        return Verdict(display_name(name, None), kind, reason=refused.reason)
    except ImportError:
        raise  # a library of ours is missing: that says nothing about the file
    except Exception:  # noqa: BLE001 a parser given hostile bytes may raise whatever it likes: then nobody can read it
        return Verdict(display_name(name, None), kind, reason="damaged")
    return Verdict(display_name(name, kind), kind, content)


def kind_of(data: bytes) -> str:
    """The kind of file by how it begins; raises Refused for what is none of those that are taken."""
    if not data:
        raise Refused("empty")
    if len(data) > MOST_BYTES:
        raise Refused("too_large")
    head = data[:16]
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        from uploads import offices  # noqa: PLC0415 only what is a ZIP is looked at as one

        return offices.kind_of(data)
    raise Refused(_what_else(data))


def _what_else(data: bytes) -> str:
    """The reason for refusing what is none of the kinds."""
    if data.startswith(OLE):
        return "encrypted" if ENCRYPTED_OFFICE in data else "old_office"
    if data[4:8] == b"ftyp" and data[8:12] in HEIC:
        return "heic"
    if not data.strip(b"\0 \t\r\n"):
        return "empty"
    return "two_in_one" if b"%PDF-" in data[:1024] else "not_accepted"


def _inspector(kind: str) -> Callable[[bytes], bytes]:
    """Who looks at this kind; each library is loaded only for the files that it is for."""
    if kind == "pdf":
        from uploads.pdfs import inspected  # noqa: PLC0415
    elif kind in {"docx", "xlsx"}:
        from uploads.offices import inspected  # noqa: PLC0415
    else:
        from uploads.pictures import inspected  # noqa: PLC0415
    return inspected
