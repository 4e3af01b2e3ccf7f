"""The register of data breaches at a terminal: `python -m infra.breach list|record|describe|tell|close`.

The desk has no page for it. What is written down stays in the rights' table and, as codes, in the audit; nothing of
it is printed but what the operator needs to act in time.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from random import SystemRandom
from typing import Any

import boto3

from infra.stack import STACK, resources, show_credentials
from portal.audit import Actor, Audit
from portal.errors import NotFound
from portal.identifiers import format_reference, new_ulid, parse_reference, reference_for
from portal.records import Table
from rights.models import Breach
from rights.rules import hours_left, is_late, lacks, state_of, untold
from rights.store import Rights

YES_OR_NO = {"yes": True, "no": False}
Clients = Callable[[str], Any]


def main(arguments: Sequence[str], clients: Clients = boto3.client) -> int:
    """Do what was asked and print how things stand; 1 when it could not be done as they stand."""
    asked = parser().parse_args(arguments)
    names = resources(asked.stack, clients("cloudformation"))
    show_credentials()
    rights = Rights(Table(names["RightsTable"]), Audit(Table(names["AuditTable"])))
    now = datetime.now(UTC)
    if asked.command == "list":
        print("\n".join(listed(rights, now)) or "no breach is open")
        return 0
    try:
        breach, done = change(rights, asked, operator(clients("sts")), now)
    except NotFound:
        print("there is no breach with this reference", file=sys.stderr)
        return 1
    print(line(breach, now))
    if not done:
        print("nothing was changed: look at what is still lacking", file=sys.stderr)
    return 0 if done else 1


def change(rights: Rights, asked: argparse.Namespace, actor: Actor, now: datetime) -> tuple[Breach, bool]:
    """The breach afterwards, and whether anything was changed. Raises NotFound."""
    if asked.command == "record":
        reference = reference_for(new_ulid(now, SystemRandom()))
        return rights.record(reference, asked.known_at, actor, now), True
    before = rights.breach(asked.reference)
    after = {"describe": lambda: rights.describe(asked.reference, actor, now, **known(asked)),
             "tell": lambda: rights.tell(asked.reference, asked.whom, actor, now),
             "close": lambda: rights.close(asked.reference, actor, now)}[asked.command]()
    return after, after != before


def known(asked: argparse.Namespace) -> dict[str, Any]:
    """What the operator wrote down, as the breach's own facts."""
    return {name: value for name in ("fields", "people", "about_children", "specific", "serious_for_the_public",
                                     "when_and_how", "handling") if (value := getattr(asked, name)) is not None}


def operator(sts: Any) -> Actor:  # noqa: ANN401 boto3 makes its clients at run time
    """Whoever holds these credentials, without a name: CloudTrail knows it."""
    who = sts.get_caller_identity()["Arn"]
    return Actor(f"operator-{hashlib.sha256(who.encode()).hexdigest()[:12]}", "operator")


def listed(rights: Rights, now: datetime) -> Iterator[str]:
    """A line for each breach that is not closed, the most urgent first."""
    for reference in rights.open_breaches():
        breach = rights.breach(reference)
        if breach:
            yield line(breach, now)


def line(breach: Breach, now: datetime) -> str:
    """How a breach stands: what is due when, what the notice lacks, who is to be told."""
    left = hours_left(breach.due_at, now)
    parts = [format_reference(breach.reference), state_of(breach), f"due {breach.due_at}",
             f"{left:.0f} h left" if left >= 0 else f"{-left:.0f} h over"]
    parts += ["LATE"] * is_late(breach, now)
    parts += [f"the notice lacks {', '.join(lacks(breach))}"] * bool(lacks(breach))
    parts += [f"to be told: {', '.join(untold(breach))}"] * bool(untold(breach))
    return "  ".join(parts)


# -- what may be typed ---------------------------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """The command's own grammar."""
    top = argparse.ArgumentParser(prog="python -m infra.breach", description=__doc__.splitlines()[0])
    top.add_argument("--stack", default=STACK)
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="what is open, the most urgent first")
    record = commands.add_parser("record", help="begin: from this moment on the hours count")
    record.add_argument("known_at", type=_moment, help="when it became known, such as 2027-01-19T08:00+07:00")
    describe = commands.add_parser("describe", help="write down what has become known")
    tell = commands.add_parser("tell", help="note that somebody was told, now")
    close = commands.add_parser("close", help="when everybody was told who has to be")
    for each in (describe, tell, close):
        each.add_argument("reference", type=_reference)
    tell.add_argument("whom", choices=("authority", "people", "public"))
    describe.add_argument("--fields", type=_codes, help="codes of the data that were exposed: email,nip")
    describe.add_argument("--people", type=int, help="how many people's data")
    for name in ("about-children", "specific", "serious-for-the-public"):
        describe.add_argument(f"--{name}", type=_yes_or_no, metavar="yes|no")
    describe.add_argument("--when-and-how")
    describe.add_argument("--handling", help="what was done and how it is repaired")
    return top


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment > datetime.now(UTC):
        raise argparse.ArgumentTypeError("expected a past moment with its zone, such as 2027-01-19T08:00+07:00")
    return moment


def _reference(text: str) -> str:
    reference = parse_reference(text)
    if reference is None:
        raise argparse.ArgumentTypeError("expected a reference, such as 7F3K-9QX2")
    return reference


def _codes(text: str) -> tuple[str, ...]:
    codes = tuple(each.strip() for each in text.split(","))
    if not all(each.isidentifier() and each == each.lower() for each in codes):
        raise argparse.ArgumentTypeError("expected names of fields, such as email,nip")
    return codes


def _yes_or_no(text: str) -> bool:
    if text not in YES_OR_NO:
        raise argparse.ArgumentTypeError("expected yes or no")
    return YES_OR_NO[text]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
