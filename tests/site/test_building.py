"""A mistake in the pages stops the build and is told with its file: each of these was once built silently."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.template_reader import ROOT

SOURCES = ("content", "site", "functions", "infra", "mkdocs.yml", "mkdocs.en.yml")
SEARCH_WORDS = "tests/data"
PAGE = "---\ntitle: Halaman uji\ndescription: Halaman yang hanya ada di uji ini.\n---\n# Halaman uji\n\n{text}\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (*SOURCES, SEARCH_WORDS):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, tmp_path / name)
    return tmp_path


def built(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "infra.build_site"], cwd=tree, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": f".{os.pathsep}functions"}, check=False)


@pytest.mark.parametrize(("folder", "text", "told"), [
    pytest.param("id", "Tidak ada di menu.", "uji.md", id="a page that no menu has"),
    pytest.param("en", "[ke mana](tidak-ada.md)", "tidak-ada.md", id="a link to a page that is not there"),
    pytest.param("id", '--8<-- "offerings/tidak-ada/form.html"', "offerings/tidak-ada/form.html",
                 id="a piece that is not made"),
])
def test_a_mistake_in_a_page_stops_the_build(tree: Path, folder: str, text: str, told: str) -> None:
    (tree / "content" / folder / "uji.md").write_text(PAGE.format(text=text), encoding="utf-8")
    done = built(tree)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
