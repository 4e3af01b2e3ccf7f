"""What the portal keeps of one person, gathered from every subject: for "my data", its copy, and for erasing.

Each kind has the name that content/rules/data.yml gives it. Whoever keeps something new of people adds a line here;
a test compares the kinds with the data dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from assessment.hands import Hands
from assessment.store import Assessments
from dupak.dossiers import Dossier
from dupak.store import Dossiers
from identity.proofs import Proofs
from identity.store import Identities
from portal.addresses import email_key, sent_with
from portal.audit import Audit
from portal.identifiers import format_reference
from portal.outbox import PREFIX, state_of
from portal.proven import Addresses
from portal.records import Item, Table
from portal.sessions import Sessions
from registrations.desk_store import SavedFilters
from registrations.store import Record, Registrations
from rights.store import Rights
from uploads.models import Upload
from uploads.store import Uploads

LETTER = ("template", "to", "language", "values", "created", "sent_at", "refused")
NOT_OF_THE_PERSON = ("pk", "sk", "expires_at", "previous_until", "source", "hash", "previous")


@dataclass(frozen=True)
class Holding:
    """One thing that is kept: its kind, its number (empty where there is only one), since when, and its values."""

    kind: str
    reference: str
    since: str
    values: Mapping[str, Any] = field(default_factory=dict)
    state: str = ""


@dataclass(frozen=True)
class Person:
    """Whose data they are: the opaque identifier, and the e-mail addresses that are proven to be theirs.

    Of somebody whose addresses are gone already only the keys of those may be known.
    """

    id: str
    addresses: tuple[str, ...] = ()
    known_keys: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """What finds what was sent with their addresses."""
        return tuple(dict.fromkeys([*map(email_key, self.addresses), *self.known_keys]))


@dataclass(frozen=True)
class Tables:
    """Where each subject keeps what it keeps."""

    registrations: Registrations
    messages: Table
    identity: Table
    uploads: Uploads
    rights: Rights
    audit: Audit
    dossiers: Dossiers
    assessments: Assessments  # of which a role reads no case and no marks: who assessed is nobody's own data to see


def everything(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    """All that is kept of somebody, kind by kind in the order of the data dictionary."""
    for gather in KINDS.values():
        yield from gather(tables, person, now)


def _registrations(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    for record in records_of(tables, person):
        facts = {name: getattr(record, name) for name in (
            "offering", "language", "notice", "requested_at", "approved_at", "refused_at", "refusal", "seated_at",
            "cancelled_at", "checked_in_at")}
        yield Holding("registration", format_reference(record.reference), record.received_at,
                      _known({**record.answers, **facts}), record.state)


def records_of(tables: Tables, person: Person) -> Iterator[Record]:
    """Every registration that was made with an address of this person."""
    for key in person.keys:
        yield from tables.registrations.of_key(key)


def messages_of(tables: Tables, person: Person) -> Iterator[Item]:
    """Every message that was sent with an address of this person."""
    for key in person.keys:
        yield from sent_with(tables.messages, key)


def _messages(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    for item in messages_of(tables, person):
        yield Holding("message", format_reference(item["reference"]), item["received_at"],
                      _known({**item["answers"], "language": item["language"], "notice": item.get("notice")}))


def _sessions(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    for session in Sessions(tables.identity).of(person.id, now):
        yield Holding("session", "", session.created_at, _known({
            "name": session.name, "email": session.email, "groups": list(session.groups), "seen_at": session.seen_at}))


def _profile(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    item = Identities(tables.identity).profile(person.id)
    if item:
        yield Holding("profile", "", item["changed_at"], item["answers"])


def _proven(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    for each in Addresses(tables.identity).of(person.id):
        yield Holding("proven_address", "", each.since, {"email": each.email})


def _codes(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    item = Proofs(tables.identity).pending(person.id, now)
    if item:
        yield Holding("address_code", "", item["asked_at"], {"email": item["email"]})


def known_as(tables: Tables, person: str, email: str) -> Person:
    """Somebody with the address that this was asked with, and every further one that they have proven."""
    proven = [each.email for each in Addresses(tables.identity).of(person)]
    return Person(person, tuple(dict.fromkeys(filter(None, [email.lower(), *proven]))))


def _filters(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    for each in SavedFilters(tables.identity).of(person.id):
        yield Holding("desk_filter", "", each.changed_at, {"name": each.name, "conditions": dict(each.conditions)})


def _uploads(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    yield from (_upload(each) for each in uploads_of(tables, person) if each.state not in {"refused", "failed"})


def _refused_uploads(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    yield from (_upload(each) for each in uploads_of(tables, person) if each.state in {"refused", "failed"})


def uploads_of(tables: Tables, person: Person) -> Iterable[Upload]:
    """Every file that this person sent, or began to send."""
    return tables.uploads.of(person.id, EVERY_FILE)


EVERY_FILE = 100_000


def _upload(upload: Upload) -> Holding:
    kind = "upload_refused" if upload.state in {"refused", "failed"} else "upload"
    names = ("file_name", "kind", "digest", "content_size", "arrived_at", "inspected_at", "released_at", "refused_at",
             "failed_at", "reason", "failure")
    return Holding(kind, upload.id, upload.asked_at, _known({name: getattr(upload, name) for name in names}),
                   upload.state)


def _dossiers(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    for each in tables.dossiers.of_owner(person.id):
        yield Holding("dossier", format_reference(each.reference), each.created_at, _known(_of_a_dossier(each)),
                      each.state)


def _of_a_dossier(dossier: Dossier) -> dict[str, Any]:
    facts = {name: getattr(dossier, name) for name in (
        "regime", "email", "language", "unit", "agency", "region", "number", "decided_at", "objection", "objected_at",
        "answer", "answered_at")}
    return {**facts, **dossier.sections, "superior": dict(dossier.superior),
            "evidence": [asdict(each) for each in dossier.evidence],
            "returned": {name: asdict(each) for name, each in dossier.returned.items()},
            "frozen": asdict(dossier.frozen) if dossier.frozen else None}


def _decisions(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    for each in tables.dossiers.decisions(person.id):
        papers = [paper.kind for paper in tables.dossiers.papers(each.reference)]
        yield Holding("decision", format_reference(each.reference), each.decided_at,
                      _known({**asdict(each), "papers": papers}))


def _assessors(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    """What is kept of somebody who works on credit assessment; not what they assessed, nor who assessed them."""
    del now
    mine = tables.assessments.entry(person.id)
    if mine:
        yield Holding("assessor", "", mine.joined_at, _known(asdict(mine)), "joined")
    signer = tables.assessments.signer(person.id)
    if signer:
        yield Holding("assessor", "", "", _known(asdict(signer)), "signs")
    name = Hands(tables.assessments.table).name_of(person.id)
    if name is not None:
        yield Holding("assessor", "", "", {"name": name}, "known")
    for hand in Hands(tables.assessments.table).of_person(person.id):
        yield Holding("assessor", "", "", _known(asdict(hand)), "reminded")
    for each in tables.assessments.delegations_of(person.id):
        yield Holding("assessor", "", each.created_at, _known(asdict(each)), "lent")


def _requests(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    for reference in tables.rights.of_person(person.id):
        request = tables.rights.find(reference)
        if request:
            names = ("right", "details", "email", "language", "due_at", "about_child", "verified_at", "taken_at",
                     "answered_at", "outcome", "reason", "withdrawn_at", "erased_at")
            yield Holding("rights_request", format_reference(reference), request.received_at,
                          _known({name: getattr(request, name) for name in names}), request.state)


def _consents(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    for consent in tables.rights.ledger(person.id):
        yield Holding("consent", "", consent.at, _known(consent.model_dump(exclude={"at"})))


def _letters(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    del now
    for record in records_of(tables, person):
        yield from map(_letter, tables.registrations.letters(record))
    for item in messages_of(tables, person):
        yield from map(_letter, tables.messages.query(item["pk"], prefix=PREFIX))
    for item in Proofs(tables.identity).letters(person.id):
        yield _letter({**item, "values": {}})  # a code is for whoever reads that mailbox, not for who asked for it
    for reference in tables.rights.of_person(person.id):
        yield from map(_letter, tables.rights.letters(reference))
    for dossier in tables.dossiers.of_owner(person.id):
        yield from map(_letter, tables.dossiers.letters(dossier.reference))
    yield from map(_letter, tables.dossiers.reminders(person.id))


def _letter(item: Item) -> Holding:
    return Holding("mail", "", item["created"], _known({name: item.get(name) for name in LETTER}), state_of(item))


def _audited(tables: Tables, person: Person, now: datetime) -> Iterator[Holding]:
    for entry in entries_about(tables, person, now):
        yield Holding("audit_entry", "", entry["at"], _known(_audit_values(entry, person)))


def entries_about(tables: Tables, person: Person, now: datetime) -> Iterator[Item]:
    """The audit's entries about everything of this person, record by record."""
    yield from tables.audit.entries("person", person.id)
    yield from tables.audit.entries("consent", person.id)
    yield from _lists_with(tables, person)
    for kind, gather in KINDS.items():
        if kind in AUDITED:
            for holding in gather(tables, person, now):
                yield from tables.audit.entries(kind, holding.reference)


def _lists_with(tables: Tables, person: Person) -> Iterator[Item]:
    """The entries about lists that this person stood in: of a long list the audit has one, at its activity."""
    since: dict[str, str] = {}
    for record in records_of(tables, person):
        since[record.offering] = min(since.get(record.offering, record.received_at), record.received_at)
    for offering, registered in since.items():
        yield from (entry for entry in tables.audit.entries("offering", offering)
                    if entry["at"] >= registered and entry["action"] in {"viewed", "exported"})


def _audit_values(entry: Item, person: Person) -> dict[str, Any]:
    """An entry for the person it is about: others are told by their role, never by who they are."""
    told = {name: value for name, value in entry.items() if name not in NOT_OF_THE_PERSON}
    return told | {"actor": "self" if entry["actor"] == person.id else entry["role"]}


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


Gather = Callable[[Tables, Person, datetime], Iterator[Holding]]
KINDS: Mapping[str, Gather] = MappingProxyType({
    "registration": _registrations, "message": _messages, "session": _sessions, "profile": _profile,
    "proven_address": _proven, "address_code": _codes,
    "desk_filter": _filters,
    "upload": _uploads, "upload_refused": _refused_uploads,
    "dossier": _dossiers, "decision": _decisions, "assessor": _assessors,
    "rights_request": _requests, "consent": _consents,
    "mail": _letters, "audit_entry": _audited})
# Kinds whose records have entries of their own in the audit, under the number that they have here.
AUDITED = ("registration", "message", "upload", "dossier", "rights_request")
