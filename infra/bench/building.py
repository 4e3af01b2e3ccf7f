"""The site's build with a thousand pages more, beside MkDocs alone with the same theme and pages.

Works in a copy of the tree, with the build's own command, so that nothing of ours is left out of the figure.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from infra.bench.limits import LIMITS
from infra.bench.plain_mkdocs import build, mkdocs
from infra.bench.repetition import interleaved, paired_ratio
from infra.bench.report import NotMeasured, Row, verdict
from infra.bench.rooms import Rooms
from infra.build_site import CONFIGURATIONS
from infra.built_site import LANGUAGES
from infra.template_reader import ROOT

ROUNDS: Final = 3
FEW, MANY = 300, 1000  # pages that are added
IN_A_SECTION: Final = 50
SOURCES: Final = ("content", "site", "functions", "infra", "mkdocs.yml", "mkdocs.en.yml", "tests/data")
MODEL: Final = "e-dupak/angka-kredit.md"  # what each added page says
LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)(?:\{[^}]*\})?")
INCLUSION: Final = re.compile(r"^--8<--.*$", re.MULTILINE)


class Build(NamedTuple):
    """One build: how long it took by the clock, and how much processor time."""

    seconds: float
    processor: float


Taken = Mapping[str, Sequence[Build]]


def rows(rooms: Rooms) -> Iterator[Row]:
    """The whole build, then its MkDocs stage alone."""
    rooms.quiet()
    with tempfile.TemporaryDirectory() as folder:
        few, many = (tree_with(pages, Path(folder) / str(pages)) for pages in (FEW, MANY))
        taken = interleaved(_measures(few, many), ROUNDS)
    yield _row(taken, "whole", f"site build, {MANY} pages more: everything", _growth(taken))
    yield _row(taken, "stage", f"site build, {MANY} pages more: the MkDocs stage")


def _measures(few: Path, many: Path) -> Mapping[str, Callable[[], Build]]:
    return {"plain": partial(_timed, _plain, many), "whole": partial(_timed, _whole, many),
            "stage": partial(_timed, _stage, many), "few": partial(_timed, _whole, few)}


def _timed(run: Callable[[Path], None], tree: Path) -> Build:
    shutil.rmtree(tree / "build" / "site", ignore_errors=True)
    begun, used = time.perf_counter(), _processor()
    run(tree)
    return Build(time.perf_counter() - begun, _processor() - used)


def _processor() -> float:
    """The processor time of all commands run so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _plain(tree: Path) -> None:
    for language in LANGUAGES:
        build(tree, language, tree / "build" / f"plain-{language}")


def _stage(tree: Path) -> None:
    for language in LANGUAGES:
        mkdocs(tree, "--strict", "--config-file", CONFIGURATIONS[language])


def _whole(tree: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "infra.build_site"], cwd=tree, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": f".{os.pathsep}functions"}, check=False)
    if done.returncode:
        raise NotMeasured(f"the build of {tree.name} further pages failed: {(done.stdout + done.stderr)[-1000:]}")


def _row(taken: Taken, figure: str, what: str, note: str = "") -> Row:
    ratio, processor = (paired_ratio(_each(taken[figure], at), _each(taken["plain"], at)) for at in Build._fields)
    limit = LIMITS["site build, ratio to MkDocs"]
    return Row(what, f"<= {limit} x MkDocs alone",
               f"{ratio:.2f} x: {_median(taken[figure], 'seconds'):.1f} s (processor {processor:.2f} x)",
               f"{_median(taken['plain'], 'seconds'):.1f} s", verdict(holds=ratio <= limit), note=note,
               data={"ratio": ratio, "processor_ratio": processor, "builds": taken})


def _growth(taken: Taken) -> str:
    """What a page costs on a small site and on a large one; the pages that are there anyway are in both."""
    few, many = (_median(taken[name], "processor") for name in ("few", "whole"))
    return (f"processor time {few:.1f} s with {FEW} pages more, {many:.1f} s with {MANY}: "
            f"{1000 * (many - few) / (MANY - FEW):.1f} ms for each further page")


def _each(builds: Sequence[Build], at: str) -> list[float]:
    return [getattr(build, at) for build in builds]


def _median(builds: Sequence[Build], at: str) -> float:
    return median(_each(builds, at))


def tree_with(pages: int, tree: Path) -> Path:
    """A copy of what the site is built from, with so many further pages, half of them in each language."""
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, tree / name)
    for language in LANGUAGES:
        _add_pages(tree / "content" / language, pages // len(LANGUAGES))
    _without_nav(tree / "mkdocs.yml")
    return tree


def _add_pages(content: Path, pages: int) -> None:
    text = _alone((content / MODEL).read_text(encoding="utf-8").split("\n---\n", 1)[1])
    for number in range(pages):
        section = content / f"bagian-{number // IN_A_SECTION:02d}"
        section.mkdir(exist_ok=True)
        name = "index" if number % IN_A_SECTION == 0 else f"halaman-{number:04d}"
        title = f"Halaman {number}"
        (section / f"{name}.md").write_text(f"---\ntitle: {title}\ndescription: {title}\n---\n{text}", encoding="utf-8")


def _alone(text: str) -> str:
    """The text without what only holds in its own place."""
    return INCLUSION.sub("", LINK.sub(r"\1", text))


def _without_nav(configuration: Path) -> None:
    """With no list of pages in it MkDocs takes them all, ours and the added ones."""
    whole = configuration.rename(configuration.with_name("mkdocs.whole.yml"))
    configuration.write_text(f"INHERIT: {whole.name}\nnav: null\n", encoding="utf-8")
