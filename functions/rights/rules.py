"""Decisions about consents, requests and breaches: what holds, what is due when, what may happen next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from portal.identifiers import format_moment, parse_moment
from rights.models import Breach, BreachState, Consent, Request, RequestState

Event = Literal["verify", "take", "answer", "withdraw"]
Outcome = Literal["granted", "partly", "refused"]

# What may happen to a request in each state. Whoever cannot show that the data are theirs is answered too: refused.
POSSIBLE: dict[RequestState, tuple[Event, ...]] = {
    "received": ("verify", "answer", "withdraw"),
    "verified": ("take", "withdraw"),
    "in_hand": ("take", "answer", "withdraw"),
    "answered": (),
    "withdrawn": (),
}
# The reasons that go with each outcome.
REASONS_FOR: Mapping[Outcome, tuple[str, ...]] = MappingProxyType({
    "granted": ("done", "being_done"), "partly": ("kept_by_law", "still_needed", "of_others"),
    "refused": ("not_the_person", "nothing_found", "kept_by_law", "still_needed", "of_others")})
UNVERIFIED = "not_the_person"  # the one reason for which a request is answered that was never verified


def due(since: str, hours: int) -> str:
    """The moment until which something has to happen: calendar hours, weekends and holidays count."""
    return format_moment(parse_moment(since) + timedelta(hours=hours))


def hours_left(due_at: str, now: datetime) -> float:
    """How many hours are left; negative when the moment has passed."""
    return (parse_moment(due_at) - now).total_seconds() / 3600


# -- consents ------------------------------------------------------------------------------------------------------


def standing(ledger: Iterable[Consent]) -> dict[str, Consent]:
    """What was said last about each purpose."""
    last: dict[str, Consent] = {}
    for each in sorted(ledger, key=lambda consent: consent.at):
        last[each.purpose] = each
    return last


def allows(ledger: Iterable[Consent], purpose: str) -> bool:
    """Whether this purpose is allowed now; what was never said is not allowed."""
    last = standing(ledger).get(purpose)
    return bool(last and last.given)


# -- requests ------------------------------------------------------------------------------------------------------


def may(request: Request, event: Event, *, reason: str | None = None) -> bool:
    """Whether this may happen to the request as it stands."""
    if event == "answer" and request.state == "received":
        return reason == UNVERIFIED
    return event in POSSIBLE[request.state]


def is_open(request: Request) -> bool:
    """Whether somebody still has to do something."""
    return request.state not in {"answered", "withdrawn"}


def is_overdue(request: Request, now: datetime) -> bool:
    """Whether the answer is late: still open after its moment, or answered behind it."""
    if request.state == "withdrawn":
        return False
    ended = parse_moment(request.answered_at) if request.answered_at else now
    return ended > parse_moment(request.due_at)


def asks_to_erase(request: Request) -> bool:
    """Whether something is to be erased because of this request."""
    return request.right == "erasure" and request.outcome in {"granted", "partly"}


def keeps(kind: str, state: str, *, has_begun: bool = False) -> str:
    """Why something stays although erasing was granted: the reason's code; empty when it goes.

    A seat in an activity that has begun is its record of attendance until the retention table ends it. Proofs that
    the law asks for (Pasal 24, 31) stay too: of consents, of requests, of what was done to the data. Later decisions
    and promotions build on a decision on credit; a dossier that was sent is on its way to one, or is what it stands on.
    Who acted for whom has to be known as long as the delegation is kept.
    """
    if kind in {"consent", "rights_request", "audit_entry"}:
        return "kept_by_law"
    if kind == "decision" or (kind == "dossier" and state not in {"draft", "withdrawn"}):
        return "still_needed"
    if kind == "assessor" and state == "lent":
        return "still_needed"
    if kind == "registration" and state == "seated" and has_begun:
        return "still_needed"
    return ""


# -- breaches ------------------------------------------------------------------------------------------------------


def lacks(breach: Breach) -> Sequence[str]:
    """What the written notice still lacks (Pasal 46): the data exposed, when and how, the handling and recovery."""
    needed = {"fields": breach.fields, "when_and_how": breach.when_and_how, "handling": breach.handling}
    return tuple(name for name, value in needed.items() if not value)


def untold(breach: Breach) -> Sequence[str]:
    """Who still has to be told: the authority and the people always, the public where it is serious for it."""
    told = {"authority": breach.authority_told_at, "people": breach.people_told_at}
    if breach.serious_for_the_public:
        told["public"] = breach.public_told_at
    return tuple(whom for whom, at in told.items() if not at)


def state_of(breach: Breach) -> BreachState:
    """Where it stands: derived from its facts."""
    if breach.closed_at:
        return "closed"
    return "open" if untold(breach) else "told"


def may_tell(breach: Breach) -> bool:
    """A notice that lacks something is none."""
    return not lacks(breach) and not breach.closed_at


def may_close(breach: Breach) -> bool:
    """Closed is what everybody knows who has to."""
    return state_of(breach) == "told" and not lacks(breach)


def is_late(breach: Breach, now: datetime) -> bool:
    """Whether authority or people were told, or are still to be told, behind the moment; the public has no hour."""
    told = [at for at in (breach.authority_told_at, breach.people_told_at) if at]
    moments = [parse_moment(at) for at in told] + ([now] if len(told) < 2 else [])  # noqa: PLR2004 both of them
    return max(moments) > parse_moment(breach.due_at)
