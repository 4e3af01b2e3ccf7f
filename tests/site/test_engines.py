"""The comparison of the two engines sees what a reader would miss. `make engines` runs it on the whole site."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.built_site import read_page
from infra.engines import differences

PAGE = """<html><body><h1 id="daftar">Daftar</h1>
<form method="post" action="/layanan/pendaftaran"><input name="email"><button>Kirim</button></form>
<p><a href="../status/">Status</a> <a href="https://example.org/">di luar</a></p></body></html>"""


def page(tmp_path: Path, html: str):
    file = tmp_path / "page.html"
    file.write_text(html, encoding="utf-8")
    return read_page(file)


def test_a_page_agrees_with_itself(tmp_path):
    assert list(differences({"/a/": page(tmp_path, PAGE)}, {"/a/": page(tmp_path, PAGE)})) == []


@pytest.mark.parametrize(("was", "is_now", "part"), [
    pytest.param("Daftar</h1>", "Mendaftar</h1>", "headings", id="another heading"),
    pytest.param('id="daftar"', 'id="daftar_1"', "headings", id="another anchor"),
    pytest.param('name="email"', 'name="surel"', "forms", id="another field"),
    pytest.param("/layanan/pendaftaran", "/layanan/daftar", "forms", id="another address of the form"),
    pytest.param("../status/", "../status.md", "links", id="another link"),
    pytest.param('<h1 id="daftar">Daftar</h1>', "", "headings", id="a heading lost"),
])
def test_it_sees(tmp_path, was, is_now, part):
    changed = page(tmp_path, PAGE.replace(was, is_now))
    found = list(differences({"/a/": page(tmp_path, PAGE)}, {"/a/": changed}))
    assert len(found) == 1
    assert found[0].startswith(f"/a/ {part}: ")


def test_it_sees_a_page_that_one_engine_lacks(tmp_path):
    assert list(differences({"/a/": page(tmp_path, PAGE)}, {})) == ["/a/: only MkDocs has this page"]


def test_two_ways_to_write_one_address_are_the_same_link(tmp_path):
    absolute = page(tmp_path, PAGE.replace("../status/", "/kegiatan/status/"))
    assert list(differences({"/kegiatan/a/": page(tmp_path, PAGE)}, {"/kegiatan/a/": absolute})) == []
