"""What is installed is what is asked for, pinned and hashed, from wherever the machine gets its packages."""

from __future__ import annotations

import re
import subprocess

import pytest

from infra.template_reader import ROOT

LOCKS = {f"requirements{kind}.in": f"requirements{kind}.txt" for kind in ("", "-dev", "-bench")}
# Where packages come from is the machine's business; spelt in pieces, so that this file is not its own finding.
REGISTRIES = re.compile("|".join(["pypi" + r"\.org", "pythonhosted" + r"\.org", "--index" + "-url", "--find" + "-links",
                                  "--extra" + "-index", "registry" + r"\.npmjs", "deb" + r"\.debian"]))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked(name: str) -> set[str]:
    """The packages that a list asks for, with those of the lists that it includes."""
    found: set[str] = set()
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= asked(line[3:].strip())
        elif line and not line.startswith("#"):
            found.add(normal(re.split(r"[\[<>=~! ;]", line, maxsplit=1)[0]))
    return found


def pinned(name: str) -> dict[str, set[str]]:
    """Package -> its pinned versions (more than one where Pythons differ)."""
    found: dict[str, set[str]] = {}
    lock = (ROOT / name).read_text(encoding="utf-8")
    for package, version in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", lock, re.MULTILINE):
        found.setdefault(normal(package), set()).add(version)
    return found


@pytest.mark.parametrize(("wish", "lock"), LOCKS.items())
def test_every_package_asked_for_is_pinned(wish: str, lock: str) -> None:
    assert asked(wish) - set(pinned(lock)) == set()


def test_what_runs_in_production_is_what_is_tested() -> None:
    run, development = pinned("requirements.txt"), pinned("requirements-dev.txt")
    assert {name: development.get(name) for name in run} == run


def test_the_functions_packages_are_the_same_on_every_python() -> None:
    """The bundle is made by a Python of another version than Lambda's, so no pin may depend on it."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    markers = [line.partition(";")[2] for line in lines if ";" in line and not line.lstrip().startswith("#")]
    assert [marker for marker in markers if re.search(r"python_(full_)?version", marker)] == []


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_pin_has_its_hashes(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8"))
    pins = [block for block in blocks if "==" in block.partition("\n")[0]]
    assert pins
    assert [block.partition("\n")[0] for block in pins if "--hash=sha256:" not in block] == []


def test_no_file_of_the_repository_names_a_registry_or_this_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, check=True).stdout.decode().split("\0")
    guilty = []
    for name in filter(None, listed):
        path = ROOT / name
        if path.is_file() and (found := REGISTRIES.search(path.read_text(encoding="utf-8", errors="ignore"))):
            guilty.append(f"{name}: {found[0]}")
    assert guilty == []
