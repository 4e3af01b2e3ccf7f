"""What is installed is what is asked for, pinned and hashed, from wherever the machine gets its packages."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement

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


def extras(name: str) -> dict[str, set[str]]:
    """Package -> the extras that a list or a lock names beside it (`moto[s3,ses]`), none for most."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= extras(line[3:].strip())
        elif re.match(r"\w", line):
            asked_for = Requirement(line.rstrip("\\ "))
            found.setdefault(normal(asked_for.name), set()).update(asked_for.extras)
    return found


def unpinned_extras(needs: Iterable[str], locked: Mapping[str, set[str]], chosen: Iterable[str] = ()) -> Iterator[str]:
    """What a package installed with the `chosen` extras needs of a locked one with an extra that the lock lacks."""
    for need in map(Requirement, needs):
        applies = need.marker is None or any(need.marker.evaluate({"extra": each}) for each in ("", *chosen))
        if applies and need.extras - locked.get(normal(need.name), need.extras):
            yield str(need)


def needs_of(package: str) -> list[str]:
    """What an installed package says that it needs; nothing for one that is not installed here."""
    try:
        return requires(package) or []
    except PackageNotFoundError:
        return []


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


@pytest.mark.parametrize(("wish", "lock"), LOCKS.items())
def test_no_package_needs_another_with_an_extra_that_the_lock_does_not_pin(wish: str, lock: str) -> None:
    """Given `a==1` and a package that needs `a[x]`, pip 23 takes another a[x] and refuses it for its hash."""
    locked, chosen = extras(lock), extras(wish)
    found = {package: list(unpinned_extras(needs_of(package), locked, chosen.get(package, ()))) for package in locked}
    assert {package: needs for package, needs in found.items() if needs} == {}


@pytest.mark.parametrize(("need", "locked", "found"), [
    ("coverage[toml]>=7.10.6", {"coverage": set()}, True), ("coverage[toml]>=7.10.6", {"coverage": {"toml"}}, False),
    ("Zope.Coverage[toml]", {"zope-coverage": set()}, True), ("coverage[toml]", {}, False),
    ("coverage>=7", {"coverage": set()}, False), ('coverage[toml]; extra == "dev"', {"coverage": set()}, False),
    ('coverage[toml]; extra == "s3"', {"coverage": set()}, True),
    ('coverage[toml]; python_version < "3"', {"coverage": set()}, False)])
def test_an_extra_that_is_not_pinned_is_noticed(need: str, locked: dict[str, set[str]], found: bool) -> None:  # noqa: FBT001
    assert bool(list(unpinned_extras([need], locked, ["s3"]))) == found


def test_the_packages_that_are_looked_at_are_here() -> None:
    assert [package for package in pinned("requirements.txt") if needs_of(package)]


def test_no_file_of_the_repository_names_a_registry_or_this_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, check=True).stdout.decode().split("\0")
    guilty = []
    for name in filter(None, listed):
        path = ROOT / name
        if path.is_file() and (found := REGISTRIES.search(path.read_text(encoding="utf-8", errors="ignore"))):
            guilty.append(f"{name}: {found[0]}")
    assert guilty == []
