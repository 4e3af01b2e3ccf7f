"""The explanation of what a dossier comes to, in one shape for all regimes: page, programs, annex, and what is kept."""

from __future__ import annotations

from typing import Any

from dupak.counting import Counted
from dupak.models import Node
from dupak.rulebook import Row
from dupak.views import UNSURE, Teller


def explanation(counted: Counted, teller: Teller) -> dict[str, Any]:
    """Everything that was counted, as `Teller.standing` tells a career; the old form's sheets come to the same."""
    if counted.standing:
        return teller.standing(counted.standing)
    targets = [teller.target(each) for each in counted.targets]
    warnings = counted.sheet.warnings if counted.sheet else ()
    return {"rules": counted.version, "jenjang": counted.jenjang, "golongan": counted.golongan,
            "total": teller.line(counted.total), "earlier": [], "targets": targets,
            "notes": [_warning(teller, code, share, row) for code, share, row in warnings],
            "unsure": [teller.rule(row) for row in _unsure(counted.total, *(row for _, _, row in warnings))]}


def _warning(teller: Teller, code: str, share: Node, row: Row) -> str:
    told = f"{teller.number(share.value * 100)}%"
    return str(teller.texts["notes"][code].format(what=told, limit=teller.value(row)))


def _unsure(total: Node, *further: Row) -> list[Row]:
    rows = [row for line in total.all() for row in (line.row, *line.chosen_by) if row]
    return list({row.name: row for row in (*rows, *further) if row.certainty in UNSURE}.values())
