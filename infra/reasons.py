"""From content/rules/alasan-penilaian.yml to what the functions read: reasons with their words, and dated numbers.

A mistake in the file stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from assessment.marks import Outcome
from infra.declared import Code, Declared, InBothLanguages, Text, checked, must_be_a_day, read_yaml
from infra.front_matter import Mistake

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "alasan-penilaian.yml"
LANGUAGES = ("id", "en")
MARKS = "marks"
GROUPS = (MARKS, "recusals", "replacements", "delegations")
MOST = {"rank": 1, "sample": 100, "lending": 365}  # the largest number that makes sense of each


class Reason(Declared):
    """One reason: what it is called, of which marks it may be given, whether it asks for a sentence."""

    title: InBothLanguages
    outcomes: tuple[Outcome, ...] = Field(default=(), alias="for", strict=False)
    note: bool = False


class Number(Declared):
    """From which day on a number holds, and why."""

    since: str = Field(alias="from")
    number: int = Field(ge=0)
    certainty: Literal["text", "mem", "chosen"]
    source: Text

    @model_validator(mode="after")
    def _is_dated(self) -> Self:
        must_be_a_day(self.since, "from")
        return self


Reasons = Annotated[dict[Code, Reason], Field(min_length=1)]
Numbers = Annotated[tuple[Number, ...], Field(min_length=1, strict=False)]


class Table(Declared):
    """The whole file."""

    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    marks: Reasons
    recusals: Reasons
    replacements: Reasons
    delegations: Reasons
    rank: Numbers
    sample: Numbers
    lending: Numbers


TABLE = TypeAdapter(Table)


def read(source: Path = SOURCE) -> Table:
    """The table; raises Mistake at the first fault."""
    table = checked(TABLE, read_yaml(source), source)
    for name, most in MOST.items():
        _numbers(source, name, getattr(table, name), most)
    for group in GROUPS:
        for code, reason in getattr(table, group).items():
            if bool(reason.outcomes) is not (group == MARKS):
                raise Mistake(source, f"{group}.{code}.for", "expected with every reason of a mark, and with no other")
    for outcome in get_args(Outcome):
        if not any(outcome in reason.outcomes for reason in table.marks.values()):
            raise Mistake(source, "marks", f"expected a reason that may be given for: {outcome}")
    return table


def _numbers(source: Path, name: str, rows: tuple[Number, ...], most: int) -> None:
    days = [row.since for row in rows]
    if days != sorted(set(days)):
        raise Mistake(source, name, "expected each line to begin after the one before it")
    if any(row.number > most for row in rows):
        raise Mistake(source, name, f"expected numbers up to {most}")


def for_functions(table: Table) -> dict[str, Any]:
    """What functions/assessment reads: reasons by group, the rows of each number, the words of each reason."""
    groups: dict[str, dict[str, Reason]] = {group: getattr(table, group) for group in GROUPS}
    return {
        "version": table.version,
        "reasons": {group: {code: {"for": reason.outcomes, "note": reason.note} for code, reason in reasons.items()}
                    for group, reasons in groups.items()},
        **{name: [(row.since, row.number) for row in getattr(table, name)] for name in MOST},
        "words": {language: {group: {code: getattr(reason.title, language) for code, reason in reasons.items()}
                             for group, reasons in groups.items()} for language in LANGUAGES}}
