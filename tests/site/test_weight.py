"""What the first view of a page weighs: bytes are the same on every machine, so a test may hold them.

What the first search result weighs needs a browser and is a figure of `make bench`.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from infra.built_site import SITE

FIRST_VIEW = 60 * 1024
OWN_SCRIPT = 12 * 1024
REQUESTS = 8


def weight(path: str) -> int:
    """What a file of the site weighs on the way, with the plainer of the two compressions in use."""
    file = SITE / path.lstrip("/")
    return len(gzip.compress((file / "index.html" if file.is_dir() else file).read_bytes(), 6))


def loaded_by(pages, address: str) -> list[str]:
    links = [element.attributes["href"] for element in pages[address].find("link")
             if element.attributes["rel"] in {"stylesheet", "icon"}]
    scripts = [element.attributes["src"] for element in pages[address].find("script") if "src" in element.attributes]
    return links + scripts


def own(name: str) -> str:
    """The address of a script of ours, stamp and all."""
    (file,) = (SITE / "assets" / "portal").glob(f"{name}_*.js")
    return "/" + file.relative_to(SITE).as_posix()


@pytest.mark.parametrize("address", [
    "/", "/en/", "/kegiatan/bimtek-musyawarah-desa/", "/en/kegiatan/konferensi-internasional-2027/", "/tentang/kontak/",
    "/belajar/konversi-angka-kredit/03-contoh-hitung/",
])
def test_the_first_view_is_light(pages, address):
    # What portal.js may load by itself, and the live seats of an activity, come on top.
    loaded = [*loaded_by(pages, address), own("forms")]
    assert 1 + len(loaded) + 1 <= REQUESTS
    assert weight(address) + sum(map(weight, loaded)) <= FIRST_VIEW


def test_no_page_is_heavy(pages):
    heavy = {address: weight(address) for address in pages if address.endswith("/") and weight(address) > 20 * 1024}
    assert heavy == {}


@pytest.mark.usefixtures("pages")
def test_the_scripts_of_a_form_page_are_small():
    assert weight(own("portal")) + weight(own("forms")) <= OWN_SCRIPT


def test_every_page_loads_one_style_and_one_script(pages):
    for address in pages:
        names = [Path(path).name.split("_")[0] + Path(path).suffix for path in loaded_by(pages, address)]
        assert names == ["icon.svg", "portal.css", "portal.js"], address


def test_every_file_of_style_and_script_has_its_stamp(pages):
    assert pages
    names = [file.name for file in (SITE / "assets" / "portal").iterdir()]
    assert names
    assert all("_" in name for name in names)
    assert {Path(path).name for address in pages for path in loaded_by(pages, address)} <= set(names)
