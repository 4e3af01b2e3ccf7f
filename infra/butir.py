"""Checks a catalogue of conventional items before it is taken: `python -m infra.butir catalogue.csv`.

The columns are those of dupak/konvensional.py (COLUMNS). Says every row that cannot be read, in words for people.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from dupak.konvensional import COLUMNS, CatalogueUnreadable, RowError, read_catalogue
from infra.template_reader import ROOT

WORDS = ROOT / "content" / "forms" / "credit.id.yml"


def told(errors: tuple[RowError, ...]) -> list[str]:
    """A sentence for each error."""
    said = yaml.safe_load(WORDS.read_text(encoding="utf-8"))["rows_of_a_file"]
    return [said[code].format(line=line, column=column) for line, column, code in errors]


def main(file: Path) -> None:
    """Say how many items there are; raises CatalogueUnreadable, UnicodeDecodeError."""
    found = read_catalogue(file.read_text(encoding="utf-8-sig"))
    print(f"{file.name}: {len(found)} butir, sumber: {'; '.join(sorted({each.sumber for each in found.values()}))}")


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 itself and the file
        sys.exit(f"python -m infra.butir catalogue.csv   columns: {', '.join(COLUMNS)}")
    try:
        main(Path(sys.argv[1]))
    except CatalogueUnreadable as unreadable:
        sys.exit("\n".join(told(unreadable.errors)))
    except (OSError, UnicodeDecodeError) as fault:
        sys.exit(f"{sys.argv[1]}: expected a CSV file in UTF-8, but {fault}")
