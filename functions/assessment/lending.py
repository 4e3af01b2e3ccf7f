"""A role of the desk, lent to somebody else there for some days. Pure.

It ends by itself after its last day (WIB). Only what is one's own is lent: no chain. Whoever acts in a role that was
lent to them acts for whoever lent it, so that both must be free to (assigning.may_not_act).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from assessment.marks import wrong_reason
from assessment.workflow import rules
from portal.access import ANY_SCOPE, Role
from portal.dated import rows_until
from portal.errors import FieldError

# Codes of what is wrong with a delegation, besides those of reasons: words in content/forms/assessment.<lang>.yml.
FAULTS = ("to_oneself", "not_known", "not_ones_own", "not_lent", "ends_before_it_begins", "is_over", "too_long_lent")
# What somebody chooses from when they say why: the codes of `delegations` in content/rules/alasan-penilaian.yml.
REASONS = ("leave", "duty_travel", "sick", "training", "other")


@dataclass(frozen=True)
class Delegation:
    """Who lends which role, with its scope, to whom, from when until when (both days included), and why."""

    id: str
    lender: str
    receiver: str
    role: str
    scope: str
    first: str
    last: str
    reason: str
    note: str = ""
    created_at: str = ""
    ended_at: str = ""  # when either of them ended it before its last day

    def holds(self, today: date) -> bool:
        """Whether the receiver may act by it on this day."""
        return not self.ended_at and self.first <= today.isoformat() <= self.last


def wrong(delegation: Delegation, own: Collection[Role], today: date, now: datetime) -> list[FieldError]:
    """What is wrong with lending this; `own` are the lender's own roles, never those that were lent to them."""
    return [*_wrong_role(delegation, own), *_wrong_days(delegation, today, now),
            *wrong_reason("delegations", delegation.reason, delegation.note)]


def _wrong_role(delegation: Delegation, own: Collection[Role]) -> list[FieldError]:
    if delegation.receiver == delegation.lender:
        return [FieldError("receiver", "to_oneself")]
    if delegation.role not in lendable():
        return [FieldError("role", "not_lent")]
    reaches = {ANY_SCOPE, delegation.scope}
    if not any(role.name == delegation.role and role.scope in reaches for role in own):
        return [FieldError("role", "not_ones_own")]
    return []


def lendable() -> tuple[str, ...]:
    """The roles that may be lent: those of the workflow but the official's, and an assessor's, who is replaced."""
    return tuple(role for role in rules()["words"]["id"]["roles"] if role not in {"official", "penilai"})


def _wrong_days(delegation: Delegation, today: date, now: datetime) -> list[FieldError]:
    if delegation.last < delegation.first:
        return [FieldError("last", "ends_before_it_begins")]
    if delegation.last < today.isoformat():
        return [FieldError("last", "is_over")]
    most = rows_until("reasons", "lending", now)[-1].number
    days = (date.fromisoformat(delegation.last) - date.fromisoformat(delegation.first)).days + 1
    return [FieldError("last", "too_long_lent", {"most": most})] if days > most else []


def roles_of(delegations: Collection[Delegation], today: date) -> tuple[Role, ...]:
    """The roles that somebody has by delegation on this day."""
    return tuple(dict.fromkeys(Role(each.role, each.scope) for each in delegations if each.holds(today)))
