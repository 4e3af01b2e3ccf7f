"""Three people act on one case at once, each on what they have seen: every interleaving, and many random ones of more.

The model of the store is the condition that a real one has: a case is written if it still has the changes that were
seen; whoever is late is refused, told what happened, and sees the case as it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import steps, workflow
from casework.cases import Case, Referral, hands, happened, happened_since
from casework.reach import acting_roles
from casework.steps import NotThem, Stale
from portal.access import Role
from portal.machine import NotNow, NotYet
from tests.casework_world import REGENCY, TABLE, VILLAGE, an_act, reason_for, referred

MOST_WRITES = 4
Attempt = tuple[str, str, str]  # event, role, the referral or nothing


@dataclass(frozen=True)
class Actor:
    """Somebody with their roles; the receiver's is not of an office."""

    name: str
    roles: tuple[Role, ...] = ()
    also: tuple[str, ...] = ()

    def acts_as(self, case: Case) -> frozenset[str]:
        return acting_roles(self.roles, self.name, case) | set(self.also)


SENDER = Actor("sender", (Role("petugas_belakang", VILLAGE), Role("koordinator", VILLAGE)))
RECEIVER = Actor("receiver", also=("penerima",))
SUPERVISOR = Actor("supervisor", (Role("penyelia", REGENCY),))
THREE = (SENDER, RECEIVER, SUPERVISOR)
EVERYBODY = (*THREE, Actor("district", (Role("petugas_belakang", REGENCY), Role("manajer", REGENCY))),
             Actor("front", (Role("petugas_depan", VILLAGE), Role("petugas_depan", REGENCY))),
             Actor("family", also=("keluarga",)))
# accept, refuse, withdraw, serve, hand over, close, reopen; and telling the family, which only the desk can do.
OF_CASE = ("hand_up", "hand_down", "close", "reopen", "conclude")
OF_REFERRAL = ("accept", "refuse", "serve", "withdraw")


@dataclass(frozen=True)
class World:
    """The case as it is stored, what each actor has seen of it, and what was written, by whom."""

    stored: Case
    seen: tuple[Case, ...]
    written: tuple[tuple[str, str], ...] = ()


def offered(actor: Actor, seen: Case) -> Iterator[Attempt]:
    """What an actor may do to the case that they see: they need no more than that to decide."""
    for role in sorted(actor.acts_as(seen)):
        for event in workflow.foreseen(seen.kind, seen.level, seen.state, role):
            yield event, role, ""
        for referral in seen.referrals:
            for event in workflow.referral_foreseen(referral.state, role):
                yield event, role, referral.id


def done(case: Case, actor: Actor, attempt: Attempt) -> Case | None:
    """The case after an attempt; None where the case itself, as it was seen, does not allow it."""
    event, role, name = attempt
    act = replace(an_act(event, role, reason=reason_for(event, referral=bool(name)),
                         referral=Referral(f"r{len(case.referrals) + 1}", "n1", "lain")), person=actor.name)
    try:
        return steps.take_referral(case, name, act) if name else steps.take(case, act)
    except (NotNow, NotYet, NotThem):
        return None


def conditional(world: World, who: int, attempt: Attempt, actors: tuple[Actor, ...]) -> World | None:
    """The one write of the store: on condition that nothing has changed since it was seen."""
    if (after := done(world.seen[who], actors[who], attempt)) is None:
        return None
    try:
        steps.must_be_as_seen(world.stored, world.seen[who].changes)
    except Stale:
        return looking(world, who)
    written = (*world.written, (actors[who].name, attempt[0]))
    return looking(World(after, world.seen, written), who)


def blind(world: World, who: int, attempt: Attempt, actors: tuple[Actor, ...]) -> World | None:
    """A store without that condition, as the trackers describe it: the last one to write wins."""
    if (after := done(world.seen[who], actors[who], attempt)) is None:
        return None
    return looking(World(after, world.seen, (*world.written, (actors[who].name, attempt[0]))), who)


def looking(world: World, who: int) -> World:
    """The world after one of them has looked at the case as it is."""
    seen = tuple(world.stored if number == who else each for number, each in enumerate(world.seen))
    return replace(world, seen=seen)


Write = Callable[[World, int, Attempt, tuple[Actor, ...]], World | None]


@cache
def choices_of(seen: Case, who: int) -> tuple[Attempt, ...]:
    """The attempts of one of the three that the seen case allows; of the events that are explored."""
    return tuple(each for each in offered(THREE[who], seen) if each[0] in (OF_REFERRAL if each[2] else OF_CASE)
                 and done(seen, THREE[who], each))


def following_worlds(world: World, write: Write, most: int) -> Iterator[World]:
    """Everything that can happen next: somebody looks, or does what their view offers."""
    for who in range(len(THREE)):
        yield looking(world, who)
        if len(world.written) < most:
            for attempt in choices_of(world.seen[who], who):
                after = write(world, who, attempt, THREE)
                yield from [after] if after else []


@cache
def explore(write: Write, most: int) -> tuple[set[World], set[str]]:
    """Every world that three actors can make of a case with a referral that was sent, and what is wrong in any."""
    first = referred(1)
    begin = World(first, (first,) * len(THREE))
    waiting, found, faults = deque([begin]), {begin}, set()
    while waiting:
        world = waiting.popleft()
        faults |= set(wrong_with(world, first))
        fresh = {*following_worlds(world, write, most)} - found
        found |= fresh
        waiting.extend(fresh)
    return found, faults


# -- what must be so in every world --------------------------------------------------------------------------------


def wrong_with(world: World, first: Case) -> Iterator[str]:
    views = {each.changes: each for each in (*world.seen, world.stored)}
    if any(views[each.changes] != each for each in (*world.seen, world.stored)):
        yield "two truths of one version"
    if any(happened(world.stored)[:len(happened(each))] != happened(each) for each in world.seen):
        yield "what somebody saw has not happened"
    if world.stored.changes - first.changes != len(world.written):
        yield "a write was lost"
    if [(each.person, each.event) for each in main_steps(world.stored, first)] != list(world.written):
        yield "the history is not what was written"
    yield from wrong_with_case(world.stored)


def main_steps(case: Case, first: Case) -> list[Any]:
    """What was done since, without what went with it in the same change."""
    since: dict[int, Any] = {}
    for each in happened_since(case, first.changes):
        if each.change not in since or not each.referral:
            since[each.change] = each
    return list(since.values())


@cache
def wrong_with_case(case: Case) -> frozenset[str]:
    return frozenset({*illegal(case), *stuck(case)})


def illegal(case: Case) -> Iterator[str]:
    """A history in which a step does not stand in the table, or does not begin where the one before it ended."""
    for table, start, history in ((TABLE, workflow.start(case.kind), case.history),
                                  *((TABLE["referral"], "planned", each.history) for each in case.referrals)):
        state, before = start, 0
        for each in history:
            ways = [way for way in table["events"][each.event]
                    if way["who"] == each.role and state in way["from"] and way["to"] in {"stays", each.after}]
            if not ways or each.before != state or each.change <= before:
                yield f"illegal: {each.event} from {state}"
            state, before = each.after, each.change


def stuck(case: Case) -> Iterator[str]:
    """An open case on which, as it is, nobody in the world can do anything."""
    if hands(case) == "nobody":
        return
    if not any(done(case, actor, attempt) for actor in EVERYBODY for attempt in offered(actor, case)):
        yield f"stuck in {case.state}"


def test_no_interleaving_of_three_actors_makes_two_truths_or_loses_anything() -> None:
    found, faults = explore(conditional, MOST_WRITES)
    assert faults == set()
    assert len(found) > 5000, "few interleavings prove little"
    done_by = {each for world in found for each in world.written}
    assert {event for _, event in done_by} == {*OF_CASE, *OF_REFERRAL}
    assert {name for name, _ in done_by} == {actor.name for actor in THREE}
    assert {each.referrals[0].state for each in (world.stored for world in found)} == {
        "sent", "accepted", "served", "refused", "withdrawn"}


def test_the_exploration_notices_a_store_without_its_condition() -> None:
    _, faults = explore(blind, 2)
    assert {"two truths of one version", "a write was lost", "what somebody saw has not happened"} <= faults


@pytest.mark.parametrize(("first", "second"), [
    ((SENDER, "withdraw", "petugas_belakang"), (RECEIVER, "accept", "penerima")),
    ((RECEIVER, "accept", "penerima"), (SENDER, "withdraw", "petugas_belakang")),
    ((SENDER, "hand_up", "koordinator"), (RECEIVER, "refuse", "penerima")),
    ((SUPERVISOR, "close", "penyelia"), (RECEIVER, "accept", "penerima")),
], ids=["withdrawn while accepting", "accepted while withdrawing", "handed over while refusing",
        "closed while accepting"])
def test_whoever_is_late_is_told_what_happened(first: tuple[Any, ...], second: tuple[Any, ...]) -> None:
    seen = referred(1)
    name = {True: "r1", False: ""}
    stored = done(seen, first[0], (first[1], first[2], name[first[1] in OF_REFERRAL]))
    assert stored is not None
    assert done(seen, second[0], (second[1], second[2], name[second[1] in OF_REFERRAL])), "both were possible"
    with pytest.raises(Stale) as told:
        steps.must_be_as_seen(stored, seen.changes)
    assert {each.event for each in told.value.missed} >= {first[1]}
    assert {each.person for each in told.value.missed} == {first[0].name}


def test_who_accepts_after_a_withdrawal_was_seen_is_refused_and_not_only_late() -> None:
    withdrawn = done(referred(1), SENDER, ("withdraw", "petugas_belakang", "r1"))
    assert withdrawn is not None
    assert done(withdrawn, RECEIVER, ("accept", "penerima", "r1")) is None


def test_a_desk_that_has_handed_a_case_over_does_nothing_to_it_any_more() -> None:
    moved = done(referred(1), SENDER, ("hand_up", "koordinator", ""))
    assert moved is not None
    assert list(offered(SENDER, moved)) == []


@settings(max_examples=60)
@given(choices=st.lists(st.tuples(st.integers(0, len(EVERYBODY) - 1), st.integers(0, 40), st.booleans()),
                        max_size=40))
def test_six_actors_and_two_referrals_at_random(choices: list[tuple[int, int, bool]]) -> None:
    first = referred(2)
    world = World(first, (first,) * len(EVERYBODY))
    for who, number, looks in choices:
        world = looking(world, who) if looks else world
        every = list(offered(EVERYBODY[who], world.seen[who]))
        if every:
            world = conditional(world, who, every[number % len(every)], EVERYBODY) or world
    assert set(wrong_with(world, first)) == set()
