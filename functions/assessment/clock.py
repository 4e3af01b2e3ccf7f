"""Once a working day: who has dossiers near or past their day is reminded, and others are told of late ones.

A desk's letter holds numbers only, one for each person and day; an official is told of a returned dossier once when
its day is near, and once when it has passed. A repeat of the clock writes nothing twice. Documents that could not be
drawn are tried again here, a few times.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import product
from typing import Any

from assessment import workflow
from assessment.hands import OF_ROLE, QUEUES, Hand, Hands
from assessment.marks import proposed
from assessment.store import WORK, Assessments
from dupak.store import OFFICE, Dossiers
from portal import access
from portal.audit import SYSTEM, Audit, Note
from portal.errors import ChangedMeanwhile
from portal.identifiers import format_reference
from portal.moments import day_told
from portal.outbox import message
from portal.records import ConditionFailed, Item, Table, time_limit
from portal.settings import Settings
from portal.workdays import add, day_of, is_workday

# Who has to act in each state; where dossiers are assessed, it is whoever was assigned, and of what is returned its
# official.
ROLE = {state: role for state, role in QUEUES.items() if state != "assessing"}
MOST_WAITING = 2000
MOST_TRIES = 5


@dataclass(frozen=True)
class ClockSettings(Settings):
    """What this clock needs from the template."""

    dossiers_table: str
    assessment_table: str
    audit_table: str


@cache
def settings() -> ClockSettings:
    """Read once, when the clock first strikes."""
    return ClockSettings.from_environment()


def handle(event: Mapping[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 Lambda's context has no type
    """Remind, escalate, and let failed documents be drawn again."""
    del event
    now = datetime.now(UTC)
    with time_limit(context.get_remaining_time_in_millis() / 1000):
        dossiers = Dossiers(Table(settings().dossiers_table), Audit(Table(settings().audit_table)))
        again = _draw_again(dossiers, now)
        ended = _close_withdrawn(dossiers, Assessments(Table(settings().assessment_table), dossiers.audit), now)
        reminded = _remind(dossiers, Table(settings().assessment_table), now) if is_workday(day_of(now)) else 0
    return {"reminded": reminded, "drawn_again": again, "closed": ended}


def _draw_again(dossiers: Dossiers, now: datetime) -> int:
    found = [each for each in dossiers.failed_papers() if each.tries < MOST_TRIES]
    for each in found:
        dossiers.ask_again(each, now)
    return len(found)


def _close_withdrawn(dossiers: Dossiers, assessments: Assessments, now: datetime) -> int:
    """End the cases of dossiers that their officials have withdrawn: the official's function cannot do it."""
    waiting = {item["sk"].partition("#")[2] for item in assessments.table.query(WORK)}
    gone = [found for each in waiting if (found := dossiers.find(each)) and found.state == "withdrawn"]
    for each in gone:
        change = assessments.close(assessments.find(each.reference), proposed(each.items), now)
        note = Note(kind="assessment", record=format_reference(each.reference), action="closed", actor=SYSTEM,
                    rules=access.rules()["version"], now=now)
        with suppress(ChangedMeanwhile):  # somebody at the desk was quicker: the next strike looks again
            assessments.commit(change, note)
    return len(gone)


def _remind(dossiers: Dossiers, assessments: Table, now: datetime) -> int:
    """A letter for each person who has dossiers near or past their day, or is told of another desk's late ones."""
    hands, today = Hands(assessments), day_of(now)
    told: dict[str, Hand] = {}
    officials = 0
    counts: dict[str, Counter[str]] = defaultdict(Counter)  # by person: who works at two desks gets one letter
    for state in OFFICE:
        rows = dossiers.queue(state, "*", MOST_WAITING)
        at = {row["reference"]: kind for row in rows if (kind := _kind(row, state, today))}
        if state == "returned":
            officials += sum(_tell_its_official(dossiers, row, at[row["reference"]], now) for row in rows
                             if row["reference"] in at)
        for hand, reference in _at_their_desk(hands, assessments, state, rows):
            if reference in at:
                told[hand.person] = hand
                counts[hand.person][at[reference]] += 1
        above = workflow.escalates_to(state)
        for hand, row in product(hands.of(above), rows):
            if at.get(row["reference"]) == "late" and hand.reaches(row[OF_ROLE[above]]) and _is_told(state, row, today):
                told[hand.person] = hand
                counts[hand.person]["returned" if state == "returned" else "escalated"] += 1
    return officials + sum(_tell(dossiers.table, hand, counts[person], now) for person, hand in told.items())


def _is_told(state: str, row: Item, today: date) -> bool:
    """Whether others hear of a late dossier today: of a returned one once, for they cannot open it."""
    return state != "returned" or add(date.fromisoformat(row["due"]), 1) == today


def _at_their_desk(hands: Hands, assessments: Table, state: str, rows: list[Item]) -> Iterator[tuple[Hand, str]]:
    """Everybody who has to act on one of these dossiers, with its reference."""
    if state == "assessing":
        yield from _assessors(hands, assessments)
    role = ROLE.get(state)
    if role is None:
        return
    yield from ((hand, row["reference"]) for hand in hands.of(role) for row in rows if hand.reaches(row[OF_ROLE[role]]))


def _kind(row: Item, state: str, today: date) -> str:
    """Whether a dossier is late or near its own last day, which is its round's where it has one; else nothing."""
    if not row.get("due"):
        return ""
    due = date.fromisoformat(row["due"])
    if due < today:
        return "late"
    return "near" if workflow.reminder_before(state, due) <= today else ""


def _assessors(hands: Hands, assessments: Table) -> Iterator[tuple[Hand, str]]:
    """Every assessor with each dossier that waits for their marks."""
    work = [item["sk"].split("#") for item in assessments.query(WORK)]
    yield from ((hand, reference) for hand in hands.of("penilai") for person, reference in work
                if person == hand.person)


def _tell_its_official(dossiers: Dossiers, row: Item, kind: str, now: datetime) -> int:
    """One letter when the day of a returned dossier is near, one when it has passed; without an address none."""
    found = dossiers.find(row["reference"])
    if found is None or found.state != "returned" or not found.email:
        return 0
    values = {"reference": format_reference(found.reference), "day": day_told(found.due, found.language)}
    with suppress(ConditionFailed):
        template = "dossier_waits" if kind == "near" else "dossier_waited"
        dossiers.table.write(message(f"DOSSIER#{found.reference}", template, to=found.email, language=found.language,
                                     values=values, now=now, submission=f"{found.due}-{kind}"))
        return 1
    return 0


def _tell(table: Table, hand: Hand, counted: Counter[str], now: datetime) -> int:
    """One letter a day for each person; it was written already when the key is taken."""
    values = {name: str(counted[name]) for name in ("near", "late", "escalated", "returned")}
    with suppress(ConditionFailed):
        table.write(message(f"REMINDER#{hand.person}", "desk_reminder", to=hand.email, language=hand.language,
                            values=values, now=now, submission=day_of(now).isoformat()))
        return 1
    return 0


