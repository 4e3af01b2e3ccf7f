"""Erasing what is kept of somebody: one answer everywhere (a consent withdrawn), or all that need not stay.

Each step may be repeated: what is gone is gone, and what could not go yet goes at the next round.
"""

from __future__ import annotations

from datetime import datetime

from assessment.assigning import NotPossible
from assessment.hands import Hands
from dupak.dossiers import Dossier
from identity.proofs import Proofs
from identity.store import Identities
from portal.access import rules as access_rules
from portal.audit import SYSTEM, Actor, Audit, Note
from portal.errors import OfferingUnknown
from portal.evidence import Evidence, Pointer
from portal.identifiers import format_reference
from portal.outbox import PREFIX, state_of
from portal.records import Item, Table, Write, delete
from portal.sessions import Sessions
from registrations.catalogue import Catalogue
from registrations.desk_store import SavedFilters
from registrations.models import Offering
from registrations.store import OVER, Record
from rights.holdings import Person, Tables, messages_of, records_of, uploads_of
from rights.rules import keeps


def forget(tables: Tables, person: Person, answer: str, actor: Actor, now: datetime) -> None:
    """Erase one answer from the profile and from every registration of this person."""
    Identities(tables.identity).forget_answer(person.id, answer, now)
    for record in records_of(tables, person):
        if record.answers.get(answer):
            note = _note("registration", format_reference(record.reference), "withdrawn", actor, now,
                         f"field:{answer}")
            tables.registrations.forget_answer(record, answer, lambda note=note: tables.audit.writes(note))  # type: ignore[misc]


def erase(tables: Tables, person: Person, until: str, now: datetime) -> bool:
    """Erase all of somebody that was there at a moment and need not stay; what came later is another story.

    False when something has to wait, such as a letter on its way. `until` is a moment as it is stored.
    """
    done = [_registration(tables, record, now) for record in list(records_of(tables, person))
            if record.received_at <= until]
    done += [_message(tables, item, now) for item in list(messages_of(tables, person)) if item["received_at"] <= until]
    done += [_dossier(tables, each, now) for each in list(tables.dossiers.of_owner(person.id))
             if each.created_at <= until]
    done.append(_assessor(tables, person, until))
    for upload in uploads_of(tables, person):
        if upload.asked_at <= until and not any(Evidence(tables.uploads.table).uses_of(person.id, upload.id)):
            tables.uploads.end_now(upload, now)  # the files' own sweep takes it away, with its content
    Sessions(tables.identity).erase(person.id, until)
    Proofs(tables.identity).erase(person.id, until)
    Identities(tables.identity).erase(person.id, until)
    SavedFilters(tables.identity).forget_until(person.id, until)
    return all(done)


def _registration(tables: Tables, record: Record, now: datetime) -> bool:
    offering = _offering(tables, record)
    if keeps("registration", record.state, has_begun=bool(offering and now >= offering.starts)):
        return True
    if offering and record.state not in OVER:
        tables.registrations.cancel(record, offering, now)
    letters = tables.registrations.letters(record)
    note = _note("registration", format_reference(record.reference), "erased", SYSTEM, now, "reason:own_request")
    return _gone(tables.registrations.table, tables.audit, note, record.key, letters)


def _offering(tables: Tables, record: Record) -> Offering | None:
    try:
        return Catalogue(tables.registrations.table).offering(record.offering)
    except OfferingUnknown:
        return None


def _dossier(tables: Tables, dossier: Dossier, now: datetime) -> bool:
    """Its files are used by it no longer, so that they can go as well."""
    if keeps("dossier", dossier.state):
        return True
    if any(state_of(letter) == "waiting" for letter in tables.dossiers.letters(dossier.reference)):
        return False
    evidence, number = Evidence(tables.uploads.table), format_reference(dossier.reference)
    for each in dossier.evidence:
        if each.source == "files":
            evidence.end_use(dossier.owner, Pointer(each.key, each.digest), "dossier", number)
    tables.dossiers.forget(dossier, _note("dossier", number, "erased", SYSTEM, now, "reason:own_request"))
    return True


def _assessor(tables: Tables, person: Person, until: str) -> bool:
    """Whoever still has dossiers to mark leaves when these are done, or given to somebody else."""
    mine = tables.assessments.entry(person.id)
    if mine and mine.joined_at > until:
        return True
    try:
        tables.assessments.forget(person.id)
    except NotPossible:
        return False
    Hands(tables.assessments.table).forget(person.id)
    return True


def _message(tables: Tables, item: Item, now: datetime) -> bool:
    letters = list(tables.messages.query(item["pk"], prefix=PREFIX))
    note = _note("message", format_reference(item["reference"]), "erased", SYSTEM, now, "reason:own_request")
    return _gone(tables.messages, tables.audit, note, {"pk": item["pk"], "sk": item["sk"]}, letters)


def _gone(table: Table, audit: Audit, note: Note, key: dict[str, str], letters: list[Item]) -> bool:
    """Take a record away with its letters; one that is not sent yet is waited for."""
    if any(state_of(letter) == "waiting" for letter in letters):
        return False
    for letter in letters:
        table.write(delete({"pk": letter["pk"], "sk": letter["sk"]}))
    gone: Write = delete(key)
    audit.transact(table, note, lambda: [gone])
    return True


def _note(kind: str, record: str, action: str, actor: Actor, now: datetime, *facts: str) -> Note:
    return Note(kind=kind, record=record, action=action, actor=actor, rules=access_rules()["version"], now=now,
                facts=facts)
