"""The QR code of a receipt as a camera sees it: turned, from the side, in bad light, out of focus."""

from __future__ import annotations

import io
from random import Random

import segno
from PIL import Image, ImageChops, ImageFilter

GROUND = 205  # the grey of a table


def code_of(text: str, scale: int = 6) -> Image.Image:
    """The code as the receipt draws it (registrations/views.py)."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="png", scale=scale, border=4)
    with Image.open(io.BytesIO(drawn.getvalue())) as picture:
        return picture.convert("L")


def seen_askew(code: Image.Image, size: tuple[int, int], random: Random, *, turned: float = 12, slanted: float = .12,
               blurred: float = .8, noisy: float = .2, dim: float = .35) -> Image.Image:
    """The code on a table: turned by degrees, each corner moved by a part of its side, blurred, noisy, half dark."""
    side = code.width
    around = side // 2
    table = Image.new("L", (side + 2 * around, side + 2 * around), GROUND)
    table.paste(code, (around, around))
    table = table.rotate(turned, Image.Resampling.BICUBIC, fillcolor=GROUND)
    wide, high = size
    quad = [coordinate + random.uniform(-slanted, slanted) * side
            for corner in ((0, 0), (0, table.height), (table.width, table.height), (table.width, 0))
            for coordinate in corner]
    seen = table.transform((high, high), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=GROUND)
    frame = Image.new("L", size, GROUND)
    frame.paste(seen, ((wide - high) // 2, 0))
    frame = frame.filter(ImageFilter.GaussianBlur(blurred))
    shadow = Image.linear_gradient("L").resize(size).point(lambda value: 255 - int(value * dim))
    return ImageChops.add(ImageChops.multiply(frame, shadow), grain(size, random, noisy), offset=-128)


def grain(size: tuple[int, int], random: Random, strength: float) -> Image.Image:
    """Noise around a middle grey; strength 1 is everything from black to white."""
    noise = Image.frombytes("L", size, random.randbytes(size[0] * size[1]))
    return noise.point(lambda value: 128 + int((value - 128) * strength))
