"""The queue of a secretariat in a busy month: 10,000 officials in 500 agencies, 2,000 dossiers open at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final

from assessment import desk_stores
from assessment.desk_queue import ON_A_PAGE
from dupak.dossiers import Dossier
from dupak.own_views import queue_row
from dupak.store import queue_keys
from infra.bench.asks import new_submission
from infra.bench.dossier_people import IDENTITY, Browser, Step
from infra.bench.dossiers import call, meter_of
from infra.bench.meter import Bill
from infra.bench.report import Row, verdict
from infra.bench.rooms import Rooms
from infra.bench.storage import Storage
from infra.emulator import client
from portal.identifiers import format_moment, reference_for
from portal.records import to_attributes

OFFICIALS, AGENCIES, OPEN, BUSIEST = 10_000, 500, 2_000, 400
IN_A_BATCH: Final = 25  # what DynamoDB takes
REPEATED: Final = 7
WAITING: Final = "QUEUE#secretariat#"
BUSY, QUIET = "Kabupaten 000", "Kabupaten 001"


def rows(rooms: Rooms) -> Iterator[Row]:
    """A row for a quiet agency, for the busiest one, and for whoever has every office."""
    storage = rooms.storage()
    fill(storage)
    in_others = (OPEN - BUSIEST) // (AGENCIES - 1)
    asked = {f"{QUIET}: {in_others} wait": "kabupaten-001",
             f"{BUSY}: {BUSIEST} wait": "kabupaten-000", f"every office: {OPEN:,} wait": "*"}
    for told, scope in asked.items():
        yield _row(storage, told, Browser(storage, f"p-{scope.strip('*') or 'every'}", (f"sekretariat:{scope}",)))


def _row(storage: Storage, told: str, browser: Browser) -> Row:
    step = Step("queue", "AssessmentFunction", browser.get(desk_stores.DESK), 200)
    with meter_of(storage).bill() as bill:
        call(step)
    seconds = median(call(step) for _ in range(REPEATED))
    queries = asked_of(bill, WAITING)
    return Row(f"the queue of a secretariat, {told}", "1 query", f"{queries} query, {bill.reads:g} read units in all, "
               f"{1000 * seconds:.1f} ms", f"{bill.calls} calls in all", verdict(holds=queries == 1),
               note=f"{ON_A_PAGE} rows a page, the rest behind a link; the calls: {', '.join(_told(bill))}",
               data={"queries": queries, "reads": bill.reads, "calls": bill.calls, "milliseconds": 1000 * seconds})


def asked_of(bill: Bill, partition: str) -> int:
    """How many queries went to partitions that begin like this."""
    return sum(each.startswith(f"Query {partition}") for each in bill.asked)


def _told(bill: Bill) -> list[str]:
    """The calls, without whom they are about."""
    return ["#".join(each.split("#")[:2 if "QUEUE#" in each else 1]) for each in bill.asked]


def fill(storage: Storage) -> None:
    """Let the open dossiers wait, as the store writes them.

    What else 10,000 officials have stands under other keys, which no queue reads.
    """
    _write(storage, [item for number in range(OPEN) for item in _waiting(number)])


def _waiting(number: int) -> Iterator[dict[str, Any]]:
    """The rows of one dossier in its queues; the first agency has more of them than any other."""
    now, submission = datetime.now(UTC), new_submission()
    agency = f"Kabupaten {0 if number < BUSIEST else 1 + number % (AGENCIES - 1):03}"
    dossier = Dossier(reference_for(submission), submission, f"p-official-{number}", "konversi", "id", "",
                      format_moment(now), state="secretariat", since=format_moment(now), agency=agency,
                      unit=f"Dinas Pemberdayaan Masyarakat dan Desa {agency}", sections={"identitas": IDENTITY},
                      due=(now + timedelta(days=number % 20)).date().isoformat())
    for key in queue_keys(dossier):
        yield {**key, "reference": dossier.reference, "owner": dossier.owner, **queue_row(dossier, None)}


def _write(storage: Storage, items: list[dict[str, Any]]) -> None:
    table = storage.names["DossiersTable"]
    for begin in range(0, len(items), IN_A_BATCH):
        client("dynamodb", storage.endpoint).batch_write_item(RequestItems={table: [
            {"PutRequest": {"Item": to_attributes(item)}} for item in items[begin:begin + IN_A_BATCH]]})
