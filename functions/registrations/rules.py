"""Decisions about seats: pure, given the offering, the answers and `now`.

The words used here: an offering's seats lie in *pools*. Each quota makes one pool (one for each province when it
counts by province); what is left is the pool `umum`. A person has a *claim* on the pools whose conditions hold and
on `umum`; from a quota's release date on, everyone has a claim on its pool.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from portal.errors import NotForThisAudience, OfferingClosed, OfferingNotOpen
from portal.identifiers import format_moment, format_reference
from portal.moments import format_time
from registrations.models import GENERAL, Offering, Quota, Registration

# When somebody can have come: people arrive the evening before, and rooms open early; afterwards a list on paper is
# typed in. Not shorter than a phone keeps what it noted without network (door_note in content/rules/retention.yml).
DOOR = {"hours": 12, "days": 7}  # before the start, after the end


@dataclass(frozen=True)
class Pool:
    """Some of an offering's seats: how many, for whom (`quota`, None for everyone), and of which province."""

    name: str
    seats: int
    quota: Quota | None = None
    province: str | None = None


def pools_of(offering: Offering) -> tuple[Pool, ...]:
    """The pools of an offering; their seats add up to the offering's seats.

    Raises ValueError when the quotas ask for more seats than there are.
    """
    reserved = [pool for quota in offering.quotas for pool in _pools_of_quota(quota, offering.seats)]
    left = offering.seats - sum(pool.seats for pool in reserved)
    if left < 0:
        message = f"the quotas keep {offering.seats - left} seats, but there are {offering.seats}"
        raise ValueError(message)
    return (*reserved, Pool(GENERAL, left))


def _pools_of_quota(quota: Quota, seats: int) -> list[Pool]:
    if quota.per_province is not None:
        return [Pool(f"{quota.id}-{province}", quota.per_province, quota, province) for province in quota.provinces]
    if quota.share is not None:
        return [Pool(quota.id, -(-seats * quota.share // 100), quota)]
    return [Pool(quota.id, quota.seats or 0, quota)]


class Claimant(Protocol):
    """What quotas look at in a person."""

    @property
    def kind(self) -> str:
        """One of KINDS."""

    @property
    def agency_level(self) -> str:
        """One of AGENCY_LEVELS."""

    @property
    def region(self) -> str:
        """The code of a kabupaten or kota."""


def claims_of(offering: Offering, person: Claimant) -> tuple[str, ...]:
    """The pools this person has a claim on, narrowest first, `umum` last, whatever the date.

    Always asked of the offering as it is declared now: who waits keeps a claim when a quota is added or renamed.
    """
    return tuple(pool.name for pool in sorted(pools_of(offering), key=_breadth) if _has_claim(pool, person))


def _has_claim(pool: Pool, person: Claimant) -> bool:
    if pool.quota is None:
        return True
    province = person.region[:2]
    provinces = (pool.province,) if pool.province else pool.quota.provinces
    return ((not provinces or province in provinces)
            and (not pool.quota.kinds or person.kind in pool.quota.kinds)
            and (not pool.quota.agency_levels or person.agency_level in pool.quota.agency_levels))


def _breadth(pool: Pool) -> tuple[bool, bool, int, str]:
    """Narrow pools first, so that seats anyone may take are left for those who have no claim."""
    return (pool.quota is None, pool.province is None, pool.seats, pool.name)


def group_of(offering: Offering, person: Claimant, seat: str | None) -> str:
    """The group of seats somebody belongs to: that of their seat, else the narrowest they have a claim on."""
    pool = seat.split("#")[1] if seat else claims_of(offering, person)[0]
    return pool.partition("-")[0]


def open_to_everyone(offering: Offering, now: datetime) -> tuple[str, ...]:
    """The pools everyone has a claim on at this moment: those released, and `umum`."""
    return tuple(pool.name for pool in sorted(pools_of(offering), key=_breadth)
                 if pool.quota is None or pool.quota.released <= now)


def pools_for(person: Claimant, offering: Offering, now: datetime) -> tuple[str, ...]:
    """The pools to look for a seat in, in order: one's own claims first, `umum`, then what is released."""
    return tuple(dict.fromkeys((*claims_of(offering, person), *open_to_everyone(offering, now))))


def must_be_open(offering: Offering, now: datetime) -> None:
    """Raise OfferingNotOpen or OfferingClosed outside the time of registration (`closes` itself is still inside)."""
    if now < offering.opens:
        raise OfferingNotOpen(offering.id, format_moment(offering.opens))
    if now > offering.closes:
        raise OfferingClosed(offering.id, format_moment(offering.closes))


def must_be_in_audience(offering: Offering, registration: Registration) -> None:
    """Raise NotForThisAudience when the offering is not meant for this kind of person."""
    if registration.kind not in offering.audience:
        raise NotForThisAudience(offering.id, offering.audience)


def may_cancel(offering: Offering, now: datetime) -> bool:
    """A seat can be given back until the activity begins; afterwards attendance tells."""
    return now < offering.starts


def outside_the_door(offering: Offering, came: datetime) -> str:
    """The code of why nobody can have come at this moment; empty while they can."""
    if came < offering.starts - timedelta(hours=DOOR["hours"]):
        return "too_early"
    return "too_late" if came > offering.ends + timedelta(days=DOOR["days"]) else ""


def message_values(offering: Offering, language: str, reference: str) -> dict[str, str]:
    """What a message about a registration says of the offering, in the language of the person who registered."""
    return {"title": getattr(offering.title, language), "place": getattr(offering.place, language),
            "when": format_time(offering.starts, offering.zone, language),
            "offering": offering.id, "reference": format_reference(reference)}
