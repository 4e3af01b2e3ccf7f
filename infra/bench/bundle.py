"""The functions' bundle for this machine, so that what is timed is what is deployed.

build/function holds packages for Lambda's processor and Python, which do not load here: this one takes the same
files with the same things left out from the environment that `make` keeps, and compiles them in the same way.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

from infra import functions_bundle
from infra.template_reader import ROOT

FOLDER: Final = ROOT / "build" / "bench" / "function"
# Without `site`: the development packages in the environment hook into every start of Python, Lambda has none of them.
PYTHON: Final = (sys.executable, "-S", "-P")


@cache
def build() -> Path:
    """Make it, once a run; answers its folder."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for source, inside in [*_packages(), *_ours()]:
        (FOLDER / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, FOLDER / inside)
    functions_bundle.trim(FOLDER)
    subprocess.run([sys.executable, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash",
                    str(FOLDER)], check=True)
    return FOLDER


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a function's process: its variables and where its code lies, nothing of the caller's."""
    return {**variables, "ASSETS_FOLDER": str(FOLDER / "assets"), "PYTHONPATH": str(FOLDER), "LANG": "C.UTF-8"}


def program(code: str, *options: str) -> list[str]:
    """A command that runs this code as the bundle's Python would."""
    return [*PYTHON, *options, "-c", code]


def _ours() -> Iterator[tuple[Path, str]]:
    """The functions and their assets, as the bundle has them."""
    return ((source, inside) for source, inside in functions_bundle.contents()
            if not source.is_relative_to(functions_bundle.PACKAGES))


def _packages() -> Iterator[tuple[Path, str]]:
    """The files of the run-time packages that a function may read, from this environment."""
    for name in pinned(functions_bundle.LOCK.read_text(encoding="utf-8")):
        for file in metadata.files(name) or ():
            inside = file.as_posix()
            in_it = functions_bundle.is_needed(inside) and functions_bundle.layer_of(inside) is None
            if in_it and not inside.startswith(".."):
                yield Path(str(file.locate())), inside


def pinned(lock: str) -> Sequence[str]:
    """The names of the packages in a lock."""
    return re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
