"""What a dossier of credit costs, takes and weighs, from the first page to its documents, through the real doors.

Metered like a registration: calls, units and processor time times prices.yml. An official is taken to have one dossier
of conversion a year; a conventional one has the most that its form takes, 40 items with four proofs each.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from statistics import median
from typing import Any, Final

import yaml

from infra.bench.capacity import (
    LARGEST_ITEM,
    LARGEST_TRANSACTION,
    MOST_WRITES,
    Attributes,
    item_size,
)
from infra.bench.cost import PRICES, Prices
from infra.bench.dossier_people import HANDLES, Official, Step, Team, conventional, conversion, integration
from infra.bench.limits import KB, MB
from infra.bench.meter import Bill, Meter
from infra.bench.report import NotMeasured, Row, verdict
from infra.bench.rooms import Rooms
from infra.bench.storage import Storage
from infra.emulator import client
from infra.lambdas import Context
from infra.template_reader import Template
from portal import kms, records
from portal.buckets import Bucket

ITEMS, PROOFS = 40, 4
OFFICIALS, DOSSIERS = 10_000, 5
TIMED: Final = 5  # dossiers of conversion that are timed; the first call of each kind warms up
SECONDS: Final = 60  # none of these calls may end for want of time: the emulator is looked into in between
OF_A_DOSSIER: Final = ("DossiersTable", "AssessmentTable", "AuditTable", "SealsTable")


@dataclass
class Used:
    """What one call used: of the store, of buckets and keys, of the processor (0: it was not timed)."""

    step: Step
    bill: Bill
    puts: int = 0
    put_bytes: int = 0
    signatures: int = 0
    seconds: float = 0


@dataclass
class Way:
    """A dossier from its beginning to its documents: every call in its order."""

    official: Official
    used: list[Used] = field(default_factory=list)

    @property
    def calls(self) -> int:
        """How many there are."""
        return sum(each.step.times for each in self.used)

    def total(self, of: Callable[[Used], float]) -> float:
        """The sum of something over all calls."""
        return sum(each.step.times * of(each) for each in self.used)

    @property
    def letters(self) -> int:
        """Letters that were written for the mailer."""
        return sum(each.key[1].startswith("MESSAGE#") for used in self.used for each in used.bill.writes)


def rows(rooms: Rooms) -> Iterator[Row]:
    """Costs, times, sizes, what stays."""
    storage, prices = rooms.storage(), yaml.safe_load(PRICES.read_text(encoding="utf-8"))
    desks = Team(storage)
    for step in desks.joining():
        call(step)
    ways = {name: metered(storage, Official(storage, f"p-{name}"), steps) for name, steps in _regimes(desks).items()}
    seconds = timed(storage, desks)
    for name, way in ways.items():
        yield _cost(name, way, seconds, prices)
    yield from _times(seconds)
    yield _largest(storage, ways["konvensional"])
    yield _transaction(ways["konvensional"])
    yield _kept(storage, ways, prices)


def _regimes(desks: Team) -> dict[str, Callable[[Official], Iterator[Step]]]:
    return {"konversi": lambda helmy: conversion(helmy, desks), "integrasi": lambda helmy: integration(helmy, desks),
            "konvensional": lambda helmy: conventional(helmy, desks, ITEMS, PROOFS)}


# -- calling -------------------------------------------------------------------------------------------------------


def call(step: Step) -> float:
    """One call; answers its processor time. Raises NotMeasured when it is not answered as expected."""
    context = Context(step.function, memory_of(step.function), SECONDS)
    begun = time.process_time()
    answer = HANDLES[step.function](step.event, context)
    seconds = time.process_time() - begun
    if step.status and answer["statusCode"] != step.status:
        raise NotMeasured(f"{step.name} was answered with {answer['statusCode']}: {answer['body'][:500]}")
    return seconds


def metered(storage: Storage, official: Official, steps: Callable[[Official], Iterator[Step]]) -> Way:
    """A dossier's whole way, counted."""
    meter, way = meter_of(storage), Way(official)
    for step in steps(official):
        with listening() as heard, meter.bill() as bill:
            call(step)
        way.used.append(Used(step, bill, heard["puts"], heard["bytes"], heard["signatures"]))
    return way


def meter_of(storage: Storage) -> Meter:
    """Listens to the functions' own client."""
    return Meter(records.client(), client("dynamodb", storage.endpoint))


def timed(storage: Storage, desks: Team) -> Mapping[tuple[str, str], float]:
    """Processor seconds of each step of a dossier of conversion, by its function and name: medians."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number in range(TIMED):
        for step in conversion(Official(storage, f"p-timed-{number}"), desks):
            found[step.function, step.name].append(call(step))
    return {name: median(seconds) for name, seconds in found.items()}


@contextmanager
def listening() -> Iterator[Counter[str]]:
    """Counts what is put into buckets and signed within the block."""
    heard: Counter[str] = Counter()
    unheard, keys = Bucket.call, kms.client()
    sign = keys.call

    def put(bucket: Bucket, method: str, key: str, **more: Any) -> Any:  # noqa: ANN401 as what it stands for
        if method == "PUT":
            heard.update(puts=1, bytes=len(more.get("body", b"")))
        return unheard(bucket, method, key, **more)

    def signed(operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 the same
        heard.update(signatures=operation == "Sign")
        return sign(operation, parameters)

    Bucket.call, keys.call = put, signed  # type: ignore[method-assign,assignment]
    try:
        yield heard
    finally:
        Bucket.call, keys.call = unheard, sign  # type: ignore[method-assign]


@cache
def memory_of(function: str) -> int:
    """Megabytes that the template gives a function."""
    return int(Template().functions[function].properties["MemorySize"])


# -- what it costs ---------------------------------------------------------------------------------------------------


def costs(way: Way, seconds: Mapping[tuple[str, str], float], prices: Prices) -> dict[str, float]:
    """A dossier by the parts of its bill, in USD; mail and scanning apart."""
    pages = way.total(lambda each: each.step.function != "PressFunction")
    return {
        "API": pages * prices["api_request"],
        "functions": way.total(lambda each: function_cost(each, seconds, prices)),
        "writes": way.total(lambda each: each.bill.write_units) * prices["write_unit"],
        "reads": way.total(lambda each: each.bill.reads) * prices["read_unit"],
        "objects": way.total(lambda each: each.puts) * prices["object_put"],
        "signatures": way.total(lambda each: each.signatures) * prices["signature"],
        "logs": way.calls * prices["log_bytes_a_call"] / 1e9 * prices["log_gigabyte"],
    }


def function_cost(used: Used, seconds: Mapping[tuple[str, str], float], prices: Prices) -> float:
    """One call of a function: its request, and its memory for as long as it works or waits.

    A step that was timed in no dossier takes as long as the slowest one of its function that was.
    """
    known = seconds.get((used.step.function, used.step.name))
    longest = max(each for (function, _), each in seconds.items() if function == used.step.function)
    memory = memory_of(used.step.function)
    working = (longest if known is None else known) * max(1, prices["memory_of_a_whole_processor"] / memory)
    waiting = (used.bill.calls * prices["store_call_seconds"] + used.puts * prices["object_call_seconds"]
               + used.signatures * prices["signature_seconds"])
    return float(prices["function_request"]
                 + (working + waiting) * memory / 1024 * prices["function_gigabyte_second"])


def _cost(name: str, way: Way, seconds: Mapping[tuple[str, str], float], prices: Prices) -> Row:
    parts = costs(way, seconds, prices)
    total = sum(parts.values())
    what = {"konversi": "cost of an official a year", "konvensional":
            f"cost of a conventional dossier, {ITEMS} items, {ITEMS * PROOFS} proofs"}.get(name, f"cost, {name}")
    told = ", ".join(f"{part} {1000 * value:.3f}" for part, value in parts.items())
    return Row(what, "", f"{total:.5f} USD", f"{way.letters} letters {way.letters * prices['letter']:.5f} USD",
               "information", note=(
                   f"{'one dossier of conversion a year, sent and decided once; ' if name == 'konversi' else ''}"
                   f"{way.calls} calls, in thousandths of a dollar: {told}; {_steps(way.used)}; scanning of files "
                   f"is not in it, nor cold starts; {prices['region']}, {prices['date']}"),
               data={"total": total, "parts": parts, "steps": _told(way.used)})


def _steps(used: Iterable[Used]) -> str:
    """`begin 10 w 3 r`: the units of each kind of step that writes, each as often as it comes."""
    found = {name: [each for each in used if each.step.name == name] for name in dict.fromkeys(
        each.step.name for each in used)}
    return ", ".join(
        f"{name}{f' x {often}' if (often := sum(each.step.times for each in some)) > 1 else ''} "
        f"{sum(each.step.times * each.bill.write_units for each in some)} w "
        f"{sum(each.step.times * each.bill.reads for each in some):g} r" for name, some in found.items())


def _told(used: Iterable[Used]) -> list[dict[str, Any]]:
    return [{"step": each.step.name, "times": each.step.times, "function": each.step.function,
             "writes": each.bill.write_units, "reads": each.bill.reads, "calls": each.bill.calls,
             "puts": each.puts, "signatures": each.signatures}
            for each in used]


# -- how long it takes -----------------------------------------------------------------------------------------------


def _times(seconds: Mapping[tuple[str, str], float]) -> Iterator[Row]:
    asked = {"page": "DossiersFunction", "desk's page": "AssessmentFunction", "decide": "AssessmentFunction",
             "draw": "PressFunction"}
    for name, function in asked.items():
        yield Row(f"processor time, warm: {name}", "", f"{1000 * seconds[function, name]:.1f} ms",
                  f"{1000 * seconds['DossiersFunction', 'begin']:.1f} ms to begin a dossier", "information",
                  note="" if name != "draw" else "one document as PDF and DOCX, with its seal")


# -- how large it is -------------------------------------------------------------------------------------------------


def _largest(storage: Storage, way: Way) -> Row:
    found = sorted(((item_size(item), item["pk"]["S"].partition("#")[0], item["sk"]["S"].partition("#")[0])
                    for item in items_of(storage, way.official)), reverse=True)
    largest = {f"{pk} {sk}": size for size, pk, sk in reversed(found)}
    told = ", ".join(f"{name} {size:,} B" for name, size in sorted(largest.items(), key=lambda pair: -pair[1])[:5])
    return Row("largest item of a full dossier", f"<= {LARGEST_ITEM // KB} KB", f"{found[0][0] / KB:.1f} KB",
               f"{ITEMS} items, {ITEMS * PROOFS} proofs", verdict(holds=found[0][0] <= LARGEST_ITEM), note=told,
               data=largest)


def _transaction(way: Way) -> Row:
    """Deciding writes more at once than anything else does."""
    (decide,) = (each for each in way.used if each.step.name == "decide")
    written = [each for each in decide.bill.writes if each.kind != "Index"]
    most = max(Counter(each.transaction for each in written).values())
    size = sum(each.size for each in written)
    return Row("a full dossier is decided in one transaction",
               f"<= {MOST_WRITES} writes, {LARGEST_TRANSACTION // MB} MB",
               f"{most} writes, {size / KB:.0f} KB, {decide.bill.write_units} units", f"{ITEMS} items of agreement",
               verdict(holds=most <= MOST_WRITES and size <= LARGEST_TRANSACTION),
               note=", ".join(f"{each.key[0].partition('#')[0]} {each.key[1].partition('#')[0]} {each.size} B"
                              for each in written if not each.key[0].startswith("AGREEMENT#")))


# -- what stays ------------------------------------------------------------------------------------------------------


def items_of(storage: Storage, official: Official) -> Iterator[Attributes]:
    """Every item that this official's dossier has left in the tables."""
    number, names = official.reference, (official.person, official.reference)
    dashed = f"{number[:4]}-{number[4:]}"
    for logical in OF_A_DOSSIER:
        pages = client("dynamodb", storage.endpoint).get_paginator("scan").paginate(
            TableName=storage.names[logical], ConsistentRead=True)
        yield from (item for page in pages for item in page["Items"]
                    if any(name in item["pk"]["S"] or name in item["sk"]["S"] for name in (*names, dashed)))


def _kept(storage: Storage, ways: Mapping[str, Way], prices: Prices) -> Row:
    """Five dossiers of each official, all of conversion, and all conventional ones of the most items."""
    tables = {name: sum(map(item_size, items_of(storage, way.official))) for name, way in ways.items()}
    objects = {name: int(way.total(lambda each: each.put_bytes)) for name, way in ways.items()}
    told = [f"{name}: {DOSSIERS * tables[name] / KB:.0f} KB in tables, {DOSSIERS * objects[name] / KB:.0f} KB of "
            f"documents; of {OFFICIALS:,} officials {OFFICIALS * DOSSIERS * tables[name] / 1e9:.2f} GB and "
            f"{OFFICIALS * DOSSIERS * objects[name] / 1e9:.2f} GB" for name in ways if name != "integrasi"]
    worst = OFFICIALS * DOSSIERS / 1e9
    month = worst * (tables["konvensional"] * prices["table_gigabyte_month"]
                     + objects["konvensional"] * prices["object_gigabyte_month"])
    each, most = (DOSSIERS * tables[name] / KB for name in ("konversi", "konvensional"))
    return Row(f"kept of an official after {DOSSIERS} dossiers", "", f"{each:.0f} KB, conventional {most:.0f} KB",
               f"the most, for {OFFICIALS:,} officials: {month:.2f} USD a month", "information",
               note=f"{'; '.join(told)}; files that were sent are told by the evidence pipeline",
               data={"tables": tables, "objects": objects})


