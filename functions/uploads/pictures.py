"""Pictures: decoded and drawn anew, so that nothing but the picture itself is released.

What a telephone writes beside it (place, time, owner, a smaller copy) is left behind, and so is whatever somebody
hid behind the picture. Its direction is kept by turning it.
"""

from __future__ import annotations

import re
import warnings
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile, ImageOps

from uploads.models import Refused

MEMORY: Final = 132_000_000  # bytes that the pixels of one picture may take at once
FORMATS: Final = {b"\xff\xd8\xff": "JPEG", b"\x89PN": "PNG", b"RIF": "WEBP"}
# Pillow keeps a pixel in one byte or in four; libwebp keeps the canvas three times more (measured: 17 bytes).
BYTES_A_PIXEL: Final = {"1": 1, "L": 1, "P": 1, "I;16": 2}
FOUR: Final = 4
WEBP: Final = 17
COEFFICIENTS: Final = 6  # bytes a pixel that a progressive JPEG holds back until its last scan
ORIENTATION: Final = 0x0112
QUALITY: Final = 90
SCALES: Final = (1, 2, 4, 8)  # what the JPEG decoder can shrink to while it decodes
# Beginnings of other files: no picture of a camera holds them, however long it is.
OTHERS: Final = re.compile(
    rb"<script[\s>]|<html[\s>]|<!doctype\s+html|<\?php\s|<svg[\s>][^<]{0,300}xmlns|%PDF-\d\.\d", re.IGNORECASE)
END_OF_ARCHIVE: Final = b"PK\x05\x06"
ARCHIVED: Final = b"PK\x01\x02"


def inspected(data: bytes) -> bytes:
    """The picture drawn anew; raises Refused."""
    if OTHERS.search(data) or (END_OF_ARCHIVE in data and ARCHIVED in data):
        raise Refused("two_in_one")
    _must_end(data)
    if data[:3] == b"RIF" and _pixels_of_webp(data) * WEBP > MEMORY:
        raise Refused("too_many_pixels")  # said before the decoder, which lays out its canvas as soon as it is made
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(BytesIO(data), formats=[FORMATS[data[:3]]]) as picture:
                return _drawn_anew(picture, data)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Refused("too_many_pixels") from None
        except OSError as error:
            raise Refused("truncated" if "truncated" in str(error) else "damaged") from None


def _must_end(data: bytes) -> None:
    """Raise Refused when the mark that ends a picture is missing."""
    kind = FORMATS[data[:3]]
    if kind == "JPEG":
        ended = data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")
    elif kind == "PNG":
        ended = b"IEND\xaeB`\x82" in data
    else:
        ended = len(data) >= int.from_bytes(data[4:8], "little") + 8
    if not ended:
        raise Refused("truncated")


def _pixels_of_webp(data: bytes) -> int:
    """How many pixels the first part of a WebP claims (RFC 9649, sections 2.5 to 2.7)."""
    if data[12:16] == b"VP8X":
        return (1 + int.from_bytes(data[24:27], "little")) * (1 + int.from_bytes(data[27:30], "little"))
    if data[12:16] == b"VP8L":
        both = int.from_bytes(data[21:25], "little")
        return (1 + (both & 0x3FFF)) * (1 + (both >> 14 & 0x3FFF))
    return (int.from_bytes(data[26:28], "little") & 0x3FFF) * (int.from_bytes(data[28:30], "little") & 0x3FFF)


def _drawn_anew(picture: ImageFile.ImageFile, data: bytes) -> bytes:
    kind = FORMATS[data[:3]]
    if kind != "JPEG" and getattr(picture, "n_frames", 1) > 1:  # a JPEG's further frames are copies for other screens
        raise Refused("animated")
    _scale(picture, kind, turned=False)  # before anything is decoded, which asking a PNG for its direction does
    turned = picture.getexif().get(ORIENTATION, 1) != 1
    scale = _scale(picture, kind, turned=turned)
    if scale > 1:
        picture.draft(None, (max(1, picture.width // scale), max(1, picture.height // scale)))
    picture.load()
    keeps = kind == "JPEG" and picture.format == "JPEG" and not turned and picture.mode != "CMYK"
    whole: Image.Image = picture
    if turned:
        whole = ImageOps.exif_transpose(picture)
        picture.close()
    if whole.mode == "CMYK":
        whole = whole.convert("RGB")
    whole.info = {name: value for name, value in whole.info.items() if name == "transparency"}
    return _written(whole, kind, lossless=b"VP8L" in data[:64], keeps=keeps)


def _scale(picture: ImageFile.ImageFile, kind: str, *, turned: bool) -> int:
    """How much smaller the picture must be decoded to fit into memory; Refused when it does not fit at all."""
    pixels = picture.width * picture.height
    pixel = (WEBP if kind == "WEBP" else BYTES_A_PIXEL.get(picture.mode, FOUR)) + (FOUR if turned else 0)
    if picture.mode == "CMYK":
        pixel += FOUR
    held = pixels * COEFFICIENTS if picture.info.get("progressive") else 0
    for scale in SCALES if kind == "JPEG" else SCALES[:1]:
        if held + pixels * pixel // scale ** 2 <= MEMORY:
            return scale
    raise Refused("too_many_pixels")


def _written(picture: Image.Image, kind: str, *, lossless: bool, keeps: bool) -> bytes:
    out = BytesIO()
    if kind == "JPEG":
        # The tables of the original keep its quality as it is; a turned picture has none any more.
        picture.save(out, kind, **{"quality": "keep"} if keeps else {"quality": QUALITY})
    elif kind == "PNG":
        picture.save(out, kind)
    else:
        picture.save(out, kind, lossless=lossless, quality=QUALITY)
    return out.getvalue()
