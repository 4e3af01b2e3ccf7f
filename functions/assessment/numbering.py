"""The number of a decision, by its agency's pattern (content/rules/penomoran.yml). Pure but for the pattern's asset."""

from __future__ import annotations

from portal.access import ANY_SCOPE, unit_key
from portal.assets import read_json

FIELDS = ("{serial}", "{month}", "{month_number}", "{year}")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def number(pattern: str, serial: int, year: int, month: int) -> str:
    """The number that a pattern makes; raises KeyError or ValueError for a pattern that cannot be read."""
    return pattern.format(serial=serial, year=year, month=ROMAN[month - 1], month_number=f"{month:02}")


def pattern_for(agency: str, day: str) -> str:
    """The pattern of an agency on a day (ISO 8601): its own where it has one, else that of every agency."""
    begun = [row for row in read_json("numbering.json") if row["since"] <= day]
    own = [row for row in begun if row["agency"] == unit_key(agency)]
    return str((own or [row for row in begun if row["agency"] == ANY_SCOPE])[-1]["pattern"])
