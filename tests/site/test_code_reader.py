"""The library that reads QR codes where a browser cannot: it is the one that was published, and it reads receipts.

A newer version: `npm pack qr@<version>`, copy decode.js, index.js and LICENSE-MIT out of its package/ as they are into
site/theme/assets/qr-<version>, remove the older folder, and write name and hashes here and in checkin-camera.js.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from pathlib import Path
from random import Random

from PIL import Image

from registrations import views
from tests.codes import code_of, grain, seen_askew

THEME = Path("site/theme/assets")
FOLDER = THEME / "qr-0.7.0"
PUBLISHED = {  # SHA-256 of the files as the registry has them; npm's integrity of the package: sha512-/VrrACmOAwZVipuRITwf…
    "decode.js": "00e209820dcb11d624e9a03d6383e580766792b57d1651318f0a29e4e1ff0fe8",
    "index.js": "a0de370051f94bd74f218f74401fdf197585e3f9ef0143164f87ea941a3fdd6f",
    "LICENSE-MIT": "07a9f887e9215644439b808628b09f8eece932d79130ff563f958f3a1783e684",
}
ADDRESS = "https://portal.test/layanan/pendaftaran/status/7F3K9QX2"
VGA = (640, 480)
READ = """async (pictures) => {
  const { BarcodeDetector } = await import("/assets/qr-0.7.0/decode.js");
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const read = [];
  for (const address of pictures) {
    const picture = Object.assign(new Image(), { src: address });
    await picture.decode();
    const [code] = await detector.detect(picture);
    read.push(code ? code.rawValue : "");
  }
  return read;
}"""


def test_the_library_is_byte_for_byte_the_published_one():
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.iterdir()} == PUBLISHED
    assert list(THEME.glob("qr-*")) == [FOLDER]


def test_the_library_asks_for_nothing_else_and_needs_no_weaker_policy():
    text = "".join((FOLDER / name).read_text(encoding="utf-8") for name in ("decode.js", "index.js"))
    assert set(re.findall(r"""^import .* from ['"](.+)['"];""", text, re.MULTILINE)) == {"./index.js"}
    assert not re.findall(r"\b(?:eval|Function|WebAssembly|fetch|XMLHttpRequest|importScripts)\b\(", text)


def test_the_camera_asks_for_this_library():
    script = (THEME / "portal" / "checkin-camera.js").read_text(encoding="utf-8")
    assert f'"/assets/{FOLDER.name}/decode.js"' in script


def test_the_pictures_here_are_of_the_code_that_receipts_show():
    _, modules = re.findall(r'<path[^>]*d="([^"]+)"', str(views._qr(ADDRESS)))
    dark = code_of(ADDRESS, scale=1).point(lambda value: 255 - value)
    assert dark.size == (41, 41)
    assert modules.startswith(f"M{dark.getbbox()[0]} {dark.getbbox()[1]}.5"), "a border of four, as in the pictures"
    assert sum(map(int, re.findall(r"h(\d+)", modules))) == dark.histogram()[255], "the same modules are dark"


def as_address(picture: Image.Image) -> str:
    written = io.BytesIO()
    picture.convert("RGB").save(written, "PNG")
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"


SEEN = {
    "from the front": {"turned": 0, "slanted": 0, "blurred": .3, "noisy": .05, "dim": 0},
    "a little from the side": {"turned": 0},
    "turned": {"turned": 33},
    "on its side": {"turned": 90},
    "upside down": {"turned": 180},
    "from far to the side": {"slanted": .15},
    "in the dark": {"noisy": .45},
    "half in the shadow": {"dim": .75},
    "out of focus": {"blurred": 1.3},
}


def test_the_code_of_a_receipt_is_read_as_cameras_see_it(phone):
    phone.goto("/")
    pictures = [as_address(seen_askew(code_of(ADDRESS), VGA, Random(number), **seen))
                for seen in SEEN.values() for number in (1, 2)]
    read = phone.evaluate(READ, pictures)
    assert {name: set(read[2 * place:2 * place + 2]) for place, name in enumerate(SEEN)} == dict.fromkeys(
        SEEN, {ADDRESS})


def test_where_there_is_no_code_none_is_read(phone):
    phone.goto("/")
    assert phone.evaluate(READ, [as_address(grain(VGA, Random(1), 1)), as_address(Image.new("L", VGA, 255))]) == ["", ""]
