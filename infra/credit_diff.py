"""Tells which golden cases a change of content/rules/angka-kredit.yml changes: `python -m infra.credit_diff [BEFORE]`.

Compares the file of a revision (HEAD, unless one is named; a path to another file does as well) with the file as it is
now, and counts every case of tests/data/angka_kredit.yml with both. Written as Markdown, to be pasted into a review.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from dupak.rulebook import Row, Rulebook, RuleMissing
from infra import credit
from infra.credit_cases import counted, read_cases
from infra.front_matter import Mistake
from infra.template_reader import ROOT


class NoSuchVersion(Exception):
    """There is no such revision or file; the text says which."""


def book_of(version: str) -> Rulebook:
    """The rulebook of a revision or file."""
    if Path(version).is_file():
        return Rulebook(credit.for_functions(credit.read(Path(version))))
    path = credit.SOURCE.relative_to(ROOT).as_posix()
    shown = subprocess.run(["git", "show", f"{version}:{path}"], cwd=ROOT, check=False, capture_output=True, text=True)
    if shown.returncode:
        raise NoSuchVersion(f"{version}: no such file, and no revision that has {path}")
    return Rulebook(credit.for_functions(credit.parse(shown.stdout)))


def differences(before: Rulebook, after: Rulebook) -> Iterator[str]:
    """The lines that tell what differs: rows first, then the cases that come out otherwise."""
    rows = list(changed_rows(before, after))
    yield f"# Angka kredit: {before.version} → {after.version}"
    yield ""
    yield from rows or ["No row differs."]
    cases = list(changed_cases(before, after))
    yield ""
    yield f"## {len(cases)} of {len(read_cases())} golden cases change"
    yield ""
    yield from cases


def changed_rows(before: Rulebook, after: Rulebook) -> Iterator[str]:
    """A line for each row that is new, gone or says something else."""
    old, new = ({row.name: row for row in book.rows()} for book in (before, after))
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            yield f"- `{name}`: {_said(old.get(name))} → {_said(new.get(name))}"


def changed_cases(before: Rulebook, after: Rulebook) -> Iterator[str]:
    """A line for each thing that comes out otherwise, under the name of its case."""
    for case in read_cases():
        old, new = _counted(case, before), _counted(case, after)
        differing = [name for name in {**old, **new} if old.get(name) != new.get(name)]
        if differing:
            yield f"- {case['case']} ({case['source']}): " + "; ".join(
                f"{name} {old.get(name, 'none')} → {new.get(name, 'none')}" for name in differing)


def _counted(case: dict[str, str], book: Rulebook) -> dict[str, str]:
    try:
        return counted(case, book)
    except RuleMissing as missing:
        return {"no rule": str(missing)}


def _said(row: Row | None) -> str:
    if row is None:
        return "no row"
    value = row.value if isinstance(row.value, str) else ", ".join(row.value)
    return f"{value} ({row.certainty}, {row.since}–{row.until or ''})"


def main(version: str) -> None:
    """Print what differs between a version and the file as it is."""
    for line in differences(book_of(version), Rulebook(credit.for_functions(credit.read()))):
        print(line)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "HEAD")
    except (NoSuchVersion, Mistake) as fault:
        sys.exit(str(fault))
