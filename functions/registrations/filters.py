"""What narrows and orders the list of an activity: read from an address or a form, and asked of each registration.

Knows no store and no request. What somebody searches for is no part of it: a name may stand in no address, and is
kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import get_args
from urllib.parse import urlencode

from portal.people import KINDS
from portal.regions import provinces
from registrations.models import GENERAL, Offering
from registrations.rules import group_of
from registrations.store import Record, State

STATES: tuple[State, ...] = get_args(State)
ORDERS = ("terlama", "terbaru", "nama")
PRESENCE = ("ya", "belum")
# The name of each condition in addresses and forms.
NAMES = {"state": "status", "group": "kelompok", "kind": "peserta", "province": "provinsi", "here": "hadir",
         "order": "urut"}


@dataclass(frozen=True)
class Filter:
    """The conditions of a list; an empty one lets everybody pass."""

    state: str = ""
    group: str = ""
    kind: str = ""
    province: str = ""
    here: str = ""
    order: str = ORDERS[0]

    @classmethod
    def read(cls, given: Callable[[str], str], offering: Offering) -> Filter:
        """The conditions under their names in addresses; what this activity does not know is left out."""
        known = {"state": STATES, "group": groups(offering), "kind": KINDS, "here": PRESENCE, "order": ORDERS,
                 "province": tuple(province.code for province in provinces())}
        return cls(**{name: value for name, values in known.items() if (value := given(NAMES[name])) in values})

    def fits(self, record: Record, offering: Offering) -> bool:
        """Whether this registration belongs into the list."""
        return ((not self.state or record.state == self.state)
                and (not self.group or group_of(offering, record.person, record.seat) == self.group)
                and (not self.kind or record.answers["kind"] == self.kind)
                and (not self.province or str(record.answers["region"]).startswith(f"{self.province}."))
                and (not self.here or (record.checked_in_at is not None) == (self.here == "ya")))

    @property
    def given(self) -> dict[str, str]:
        """The conditions that were chosen, under their names in addresses."""
        return {NAMES[each.name]: value for each in fields(self)
                if (value := getattr(self, each.name)) != each.default}

    def query(self, further: Mapping[str, str]) -> str:
        """The part of an address behind its question mark; empty when there is nothing to say."""
        said = {**self.given, **further}
        return f"?{urlencode(said)}" if said else ""


def groups(offering: Offering) -> tuple[str, ...]:
    """The groups of seats that an activity has; none when all its seats are for everyone."""
    return (*(quota.id for quota in offering.quotas), GENERAL) if offering.quotas else ()
