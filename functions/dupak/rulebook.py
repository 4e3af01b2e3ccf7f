"""The rules of angka kredit as dated rows, and which of them holds on a day. Pure: the rows are given as plain data.

They are those of content/rules/angka-kredit.yml; the build checks them (infra/credit.py). A decision keeps the version
of the rulebook, so that what was decided can be explained with the rows of its day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

Certainty = Literal["text", "code", "news", "mem", "disputed"]


class RuleMissing(Exception):
    """No row of this table and key holds on that day: none has begun, or the last has ended without a successor."""

    def __init__(self, table: str, key: str, day: date) -> None:
        """Keep where it was looked for."""
        super().__init__(f"{table}.{key} on {day}")
        self.table, self.key, self.day = table, key, day


@dataclass(frozen=True)
class Row:
    """One row: what holds, since when and until when (both days included), and how sure its source is."""

    table: str
    key: str
    value: str | tuple[str, ...]
    since: date
    until: date | None
    article: str
    source: str
    certainty: Certainty
    other: bool = False  # whether another reading is named

    @property
    def name(self) -> str:
        """The row's name, the same wherever it is spoken of: `koefisien.ahli_muda@2023-01-01`."""
        return f"{self.table}.{self.key}@{self.since}"

    @property
    def number(self) -> Fraction:
        """The value of a row that is a number, exactly."""
        return Fraction(str(self.value))

    @property
    def word(self) -> str:
        """The value of a row that is one word."""
        return str(self.value)

    @property
    def words(self) -> tuple[str, ...]:
        """The value of a row that is several words."""
        return (self.value,) if isinstance(self.value, str) else self.value

    def holds_on(self, day: date) -> bool:
        """Whether this row has begun and not ended."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Rulebook:
    """Every row of every table; `data` is what the build wrote."""

    data: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Names exactly these rows: a decision keeps it."""
        return str(self.data["version"])

    @cached_property
    def _tables(self) -> dict[str, dict[str, tuple[Row, ...]]]:
        return {table: {key: tuple(_row(table, key, each) for each in rows) for key, rows in declared["rows"].items()}
                for table, declared in self.data["tables"].items()}

    def keys(self, table: str) -> tuple[str, ...]:
        """The keys of a table in their order."""
        return tuple(self._tables[table])

    def rows(self) -> Iterator[Row]:
        """Every row there is."""
        for table in self._tables.values():
            for rows in table.values():
                yield from rows

    def find(self, table: str, key: str, day: date) -> Row | None:
        """The row that holds on this day: the last that has begun, unless it has ended."""
        begun = [row for row in self._tables[table].get(key, ()) if row.since <= day]
        return begun[-1] if begun and begun[-1].holds_on(day) else None

    def row(self, table: str, key: str, day: date) -> Row:
        """The same; raises RuleMissing when none holds."""
        found = self.find(table, key, day)
        if found is None:
            raise RuleMissing(table, key, day)
        return found


def _row(table: str, key: str, row: Mapping[str, Any]) -> Row:
    value = row["value"]
    return Row(table, key, value if isinstance(value, str) else tuple(value), date.fromisoformat(row["from"]),
               date.fromisoformat(row["until"]) if row.get("until") else None, row["article"], row["source"],
               row["certainty"], bool(row.get("other")))
