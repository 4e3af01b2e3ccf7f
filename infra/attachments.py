"""From content/rules/lampiran.yml to what the functions read: what a dossier of each regime has to have attached.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter

from dupak.dossiers import REGIMES
from dupak.models import ENTRIES
from infra.declared import Code, Declared, InBothLanguages, checked, read_yaml
from infra.front_matter import Mistake

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "lampiran.yml"
WHEN = ("diplomas", "changes", "first", "lama", *(f"entry:{each}" for each in ENTRIES))


class Attachment(Declared):
    """One kind of document that a dossier asks for."""

    kind: Code
    title: InBothLanguages
    when: str | None = None
    required: bool
    per_item: bool = False
    most: int = Field(ge=1, le=40)
    certainty: Literal["text", "code", "mem", "chosen"]
    source: InBothLanguages


ROWS = TypeAdapter(list[Attachment])


def read(source: Path = SOURCE) -> dict[str, list[Attachment]]:
    """The list of each regime; raises Mistake at the first fault."""
    declared = read_yaml(source)
    if not isinstance(declared, dict) or set(declared) != {"version", *REGIMES}:
        raise Mistake(source, "regimes", f"expected exactly: version, {', '.join(REGIMES)}")
    found: dict[str, list[Attachment]] = {regime: checked(ROWS, declared[regime], source, regime) for regime in REGIMES}
    for regime, rows in found.items():
        kinds = [each.kind for each in rows]
        if len(set(kinds)) < len(kinds):
            raise Mistake(source, regime, "expected each kind once")
        for each in rows:
            if each.when is not None and each.when not in WHEN:
                raise Mistake(source, f"{regime}.{each.kind}.when", f"expected one of: {', '.join(WHEN)}")
    return found


def for_functions(found: dict[str, list[Attachment]]) -> dict[str, list[dict[str, Any]]]:
    """What the functions need."""
    return {regime: [each.model_dump() for each in rows] for regime, rows in found.items()}
