"""The papers of angka kredit: how long the first and the next drawing of one takes, what it weighs, and its memory.

Each is a process of its own, with this environment's packages: the layer has the same ones for Lambda's processor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

from infra.bench.report import NotMeasured, Row
from infra.bench.rooms import Rooms
from infra.template_reader import ROOT

# The shortest paper, and a long one: forty items and their annex.
PAPERS: Final = ("konversi-akumulasi", "panjang-konvensional-dupak")
KINDS: Final = ("pdf", "docx")
PROGRAM: Final = """
import json, re, sys, time
from infra.sample_papers import samples
name, ending = sys.argv[1:]
data = dict(samples())[name]
def seconds(draw):
    begun = time.perf_counter()
    content = draw()
    return time.perf_counter() - begun, len(content)
def first():
    from dupak import drawing
    return getattr(drawing, ending)(data["kind"], data)
def peak():
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
before = peak()
cold, size = seconds(first)
warm = sorted(seconds(first)[0] for _ in range(5))[2]
print(json.dumps({"cold": cold, "warm": warm, "size": size, "memory": peak() - before}))
"""


def rows(rooms: Rooms) -> Iterator[Row]:
    """A row for each paper and each kind of file, for information; they need no portal."""
    del rooms
    for name in PAPERS:
        for kind in KINDS:
            found = _measured(name, kind)
            yield Row(f"draw {name} as {kind.upper()}", "", f"{1000 * found['cold']:.0f} ms first, "
                      f"{1000 * found['warm']:.0f} ms again, {found['memory'] / 1e6:.0f} MB more memory",
                      f"{found['size'] / 1000:.0f} KB", "information", data=found)


def _measured(name: str, kind: str) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}",
                   "ASSETS_FOLDER": str(ROOT / "build" / "assets")}
    done = subprocess.run([sys.executable, "-c", PROGRAM, name, kind], check=False, capture_output=True, text=True,
                          env=environment, cwd=ROOT)
    if done.returncode:
        raise NotMeasured(f"{name} as {kind}: {done.stderr.strip().splitlines()[-1]}")
    return dict(json.loads(done.stdout))
