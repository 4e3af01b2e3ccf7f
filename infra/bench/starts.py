"""The cold starts of the functions around a dossier, beside a start of boto3 alone, as infra.bench.cold takes them."""

from __future__ import annotations

import json
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from statistics import median
from typing import Final

from assessment import desk_stores
from dupak.sections import BASE
from infra.bench import bundle
from infra.bench.cold import BASELINE, Start, started
from infra.bench.dossier_people import Official, Step, Team, conversion
from infra.bench.dossiers import call
from infra.bench.limits import LIMITS
from infra.bench.repetition import interleaved, paired_ratio
from infra.bench.report import Row, verdict
from infra.bench.rooms import Rooms
from infra.bench.storage import Storage
from infra.template_reader import Template
from portal.records import Table, update

ROUNDS: Final = 9
# Whatever is imported here the functions import anyway.
FUNCTION: Final = """
import sys
from importlib import import_module
module, _, name = sys.argv[1].rpartition(".")
handle = getattr(import_module(module), name)
import json
class Context:
    aws_request_id = "bench"
    def get_remaining_time_in_millis(self):
        return 60000
answer = handle(json.load(sys.stdin), Context())
if sys.argv[2] != "0" and answer["statusCode"] != int(sys.argv[2]):
    sys.exit(repr(answer))
"""
DRAWS: Final = "PressFunction"  # its documents take longer than its start: told, not limited


def rows(rooms: Rooms) -> Iterator[Row]:
    """One's own page and the desk's queue under the limit of every page; a document for information."""
    storage = rooms.storage()
    bundle.build()
    variables = bundle.environment(storage.variables)
    purelib = sysconfig.get_path("purelib")
    one = {"boto3": partial(started, bundle.program(BASELINE), {**variables, "PYTHONPATH": purelib}, "")}
    for name, step in _steps(storage).items():
        # The layer of documents is read from this environment, behind the bundle.
        seen = {**variables, "PYTHONPATH": f"{bundle.FOLDER}:{purelib}"} if name == DRAWS else variables
        one[name] = partial(_start, step, seen)
    interleaved(one, 1)  # the first of each fills the system's file cache
    starts = interleaved(one, ROUNDS)
    for name in starts:
        if name != "boto3":
            yield _row(name, starts[name], starts["boto3"])


def _steps(storage: Storage) -> Mapping[str, Callable[[], Step]]:
    """What each function is asked first."""
    desks, helmy = Team(storage), Official(storage, "p-cold")
    steps = list(conversion(helmy, desks))
    for step in steps[:next(number for number, each in enumerate(steps) if each.name == "draw")]:
        call(step)
    mine = Step("my page", "DossiersFunction", helmy.browser.get(BASE), 200)
    queue = Step("queue", "AssessmentFunction", desks.browsers["secretariat"].get(desk_stores.DESK), 200)
    draw = next(each for each in steps if each.name == "draw")
    return {"DossiersFunction": lambda: mine, "AssessmentFunction": lambda: queue,
            DRAWS: lambda: _waiting_again(storage, draw)}


def _waiting_again(storage: Storage, draw: Step) -> Step:
    keys = {name: value["S"] for name, value in draw.event["Records"][0]["dynamodb"]["Keys"].items()}
    Table(storage.names["DossiersTable"]).write(update(keys, "SET drawing = :waiting", values={"waiting": "waiting"}))
    return draw


def _start(step: Callable[[], Step], variables: Mapping[str, str]) -> Start:
    asked = step()
    command = [*bundle.program(FUNCTION), _handler(asked.function), str(asked.status)]
    return started(command, variables, json.dumps(asked.event))


@cache
def _handler(function: str) -> str:
    return Template().functions[function].handler


def _row(name: str, figures: Sequence[Start], baselines: Sequence[Start]) -> Row:
    ratio = paired_ratio([each.seconds for each in figures], [each.seconds for each in baselines])
    processor = paired_ratio([each.processor for each in figures], [each.processor for each in baselines])
    limit = LIMITS["cold start, ratio to boto3"]
    told, plain = (f"{1000 * median(each.seconds for each in some):.0f} ms" for some in (figures, baselines))
    draws = name == DRAWS
    return Row(f"cold start, {name}", "" if draws else f"<= {limit} x boto3",
               f"{ratio:.2f} x: {told} (processor {processor:.2f} x)", f"{plain}: {BASELINE}",
               "information" if draws else verdict(holds=ratio <= limit),
               note="with the drawing of one PDF and one DOCX" if draws else "",
               data={"ratio": ratio, "processor_ratio": processor, "starts": figures, "baselines": baselines})
