"""What 1,000 submissions cost at list price: metered calls, units and processor time times prices.yml.

A submission is a person's whole way: the live seats, the page to check the answers, the sending, the receipt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

import yaml

from infra.bench import cold, warm
from infra.bench.asks import STEPS, Person
from infra.bench.limits import LIMITS
from infra.bench.meter import Bill, Meter
from infra.bench.report import Row, verdict
from infra.bench.rooms import Rooms
from infra.bench.storage import SPACIOUS, Storage
from infra.bench.units import billed
from infra.emulator import client
from infra.template_reader import Template
from portal import records
from registrations.handler import handle

PRICES: Final = Path(__file__).with_name("prices.yml")
SUBMISSIONS: Final = 1000

Prices = Mapping[str, Any]


def rows(rooms: Rooms) -> Iterator[Row]:
    """The sum under its limit, its parts in the note."""
    storage, prices = rooms.storage(), yaml.safe_load(PRICES.read_text(encoding="utf-8"))
    bills = _bills(storage)
    one = costs(bills, _function_seconds(storage, bills, prices), prices)
    parts = {name: SUBMISSIONS * value for name, value in one.items()}
    total, limit = sum(parts.values()), LIMITS["cost of 1,000 submissions, USD"]
    yield Row("cost of 1,000 submissions", f"<= {limit} USD", f"{total:.4f} USD",
              f"their write units alone: {parts['writes']:.4f} USD", verdict(holds=total <= limit),
              note=_note(parts, prices), data={"total": total, "parts": parts, "prices": prices})


def costs(bills: Mapping[str, Bill], seconds: float, prices: Prices) -> dict[str, float]:
    """The cost of one submission by its parts; `seconds` is the functions' time for all its calls."""
    calls, gigabytes = len(bills), _memory() / 1024
    return {
        "API": calls * prices["api_request"],
        "functions": calls * prices["function_request"] + seconds * gigabytes * prices["function_gigabyte_second"],
        "writes": sum(bill.write_units for bill in bills.values()) * prices["write_unit"],
        "reads": sum(bill.reads for bill in bills.values()) * prices["read_unit"],
        "logs": calls * prices["log_bytes_a_call"] / 1e9 * prices["log_gigabyte"],
    }


def _bills(storage: Storage) -> dict[str, Bill]:
    """What each step of one person's way is billed."""
    meter, person = Meter(records.client(), client("dynamodb", storage.endpoint)), Person(SPACIOUS.id)
    return {step: billed(meter, handle, person.event(step), status) for step, status in STEPS.items()}


def _function_seconds(storage: Storage, bills: Mapping[str, Bill], prices: Prices) -> float:
    """What Lambda would bill for these calls.

    Processor time at its share of a processor, waiting for the store, and now and then a start.
    """
    slower = prices["memory_of_a_whole_processor"] / _memory()
    processor = sum(median(call.seconds for call in warm.measured(storage)[step]) for step in bills)
    start = median(each.processor for each in cold.measured(storage)["send"])
    waiting = sum(bill.calls for bill in bills.values()) * prices["store_call_seconds"]
    return float((processor + len(bills) * prices["cold_share"] * start) * slower + waiting)


def _memory() -> int:
    """Megabytes that the template gives the function."""
    return int(Template().functions["RegistrationsFunction"].properties["MemorySize"])


def _note(parts: Mapping[str, float], prices: Prices) -> str:
    told = ", ".join(f"{name} {value:.4f}" for name, value in parts.items())
    return (f"{told} USD; {prices['region']}, prices as {prices['source']}, {prices['date']}; "
            f"not in it: {'; '.join(prices['left_out'])}")
