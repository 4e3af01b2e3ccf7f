"""Draws the documents of decisions when the table's stream tells of them: sealed, as PDF and as DOCX, into a bucket.

A document that cannot be drawn holds nothing up: the decision stands, the failure is noted where people see it, and
asking again draws it from the same data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from dupak.drawing import docx, pdf
from dupak.own_views import MEDIA
from dupak.store import PAPER, Dossiers, Paper
from portal.audit import Audit
from portal.buckets import Bucket
from portal.identifiers import format_reference
from portal.kms import SigningKey
from portal.observe import fault
from portal.records import ConditionFailed, Table, time_limit
from portal.seal_register import Seals
from portal.seals import Statement, address_of, read, seal
from portal.settings import Settings

SEALED_AS = {"pak_integrasi": "integrasi"}  # what a seal calls it


@dataclass(frozen=True)
class PressSettings(Settings):
    """What this function needs from the template."""

    dossiers_table: str
    audit_table: str
    seals_table: str
    seal_key: str
    documents_bucket: str
    site_origin: str


@cache
def settings() -> PressSettings:
    """Read once, when the first document is asked for."""
    return PressSettings.from_environment()


@cache
def dossiers() -> Dossiers:
    """The store."""
    return Dossiers(Table(settings().dossiers_table), Audit(Table(settings().audit_table)))


def handle(event: Mapping[str, Any], context: Any) -> None:  # noqa: ANN401 Lambda's context has no type
    """Draw every document that the records of the stream ask for."""
    with time_limit(context.get_remaining_time_in_millis() / 1000):
        for record in event["Records"]:
            keys = record["dynamodb"]["Keys"]
            _draw(keys["pk"]["S"].partition("#")[2], keys["sk"]["S"].removeprefix(PAPER), context.aws_request_id)


def _draw(reference: str, place: str, request: str) -> None:
    number, _, kind = place.partition("#")
    paper = dossiers().paper(reference, int(number), kind)
    if paper is None or paper.state != "waiting":
        return
    try:
        _print(paper, datetime.now(UTC))
    except Exception as error:  # noqa: BLE001 whatever it is, the decision stands: it is logged, noted, tried again
        fault(error, request)
        try:
            dossiers().failed(paper)
        except ConditionFailed:
            return


def _print(paper: Paper, now: datetime) -> None:
    token, data = _sealed(paper)
    digest = hashlib.sha256(token.encode() + paper.kind.encode()).hexdigest()
    placed = replace(paper, digest=digest)
    bucket = Bucket(settings().documents_bucket)
    bucket.put(f"{placed.key}.pdf", pdf(paper.kind, data), MEDIA["pdf"])
    bucket.put(f"{placed.key}.docx", docx(paper.kind, data), MEDIA["docx"])
    _register(paper, read(token), now)
    dossiers().drawn(paper, digest=digest, seal=token, now=now)


def _sealed(paper: Paper) -> tuple[str, dict[str, Any]]:
    """The seal over what is printed, and the data with its address; the seal says nothing of a person."""
    printed = json.dumps(paper.data, sort_keys=True, ensure_ascii=True).encode()
    statement = Statement.of(printed, kind=SEALED_AS.get(paper.kind, paper.kind), reference=paper.sealed_reference,
                             day=date.fromisoformat(paper.day), total=paper.total)
    token = seal(statement, SigningKey(settings().seal_key))
    return token, {**paper.data, "verify": address_of(token, settings().site_origin), "draft": False,
                   "checked_as": format_reference(paper.sealed_reference)}


def _register(paper: Paper, statement: Statement, now: datetime) -> None:
    """The document is in force, and the one of the decision before is not any more; twice is once."""
    table = Table(settings().seals_table)
    register = Seals(table)
    with suppress(ConditionFailed):  # it was registered by a drawing that came no further
        table.write(register.registered(statement, now))
    earlier = [_same(paper, number) for number in range(1, paper.decision)]
    after = _same(paper, paper.decision + 1)
    # A paper that could not be drawn for long comes after the one that has replaced it.
    for old, new in [*((each, paper) for each in earlier), (paper, after)]:
        if old and new:
            with suppress(ConditionFailed):  # the old one was never drawn, or replaced already
                table.write(register.replaced(old.sealed_reference, new.sealed_reference, now))


def _same(paper: Paper, decision: int) -> Paper | None:
    """The same kind of paper of another decision on the dossier."""
    return dossiers().paper(paper.reference, decision, paper.kind)
