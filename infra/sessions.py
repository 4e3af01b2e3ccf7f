"""Sessions at a terminal: `python -m infra.sessions end --person ID | --email ADDRESS` ends all that somebody has.

For a role that was taken away and must not last until the session ends by itself, and for a device that is lost.
Prints identifiers and numbers, never an address.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import boto3

from infra import access
from infra.breach import operator
from infra.stack import STACK, resources, show_credentials
from portal.audit import Audit, Note
from portal.records import Table
from portal.sessions import Sessions

Clients = Callable[[str], Any]


def main(arguments: Sequence[str], clients: Clients = boto3.client) -> int:
    """End what was asked and say how much that was; 1 when nobody was found."""
    asked = parser().parse_args(arguments)
    names = resources(asked.stack, clients("cloudformation"))
    show_credentials()
    sessions, audit = Sessions(Table(names["IdentityTable"])), Audit(Table(names["AuditTable"]))
    people = {asked.person} if asked.person else with_address(sessions, asked.email)
    if not people:
        print("nobody is signed in with this address", file=sys.stderr)
        return 1
    actor, ended = operator(clients("sts")), 0
    for person in sorted(people):
        audit.note(Note("person", person, "signed_out", actor, access.read()["version"], datetime.now(UTC)))
        number = sessions.end_all(person, datetime.now(UTC))
        print(f"{person}: {number} ended")
        ended += number
    return 0 if ended else 1


def with_address(sessions: Sessions, email: str) -> set[str]:
    """Whoever has a session for which the sign-in service has vouched for this address."""
    wanted = email.strip().casefold() or "nobody"  # an empty address is of whom the service vouches for none
    return {item["person"] for item in sessions.table.everything()
            if item["pk"].startswith("SESSION#") and item.get("email", "").casefold() == wanted}


# -- what may be typed ---------------------------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """The command's own grammar."""
    top = argparse.ArgumentParser(prog="python -m infra.sessions", description=__doc__.splitlines()[0])
    top.add_argument("--stack", default=STACK)
    commands = top.add_subparsers(dest="command", required=True)
    who = commands.add_parser("end", help="end all sessions of somebody").add_mutually_exclusive_group(required=True)
    who.add_argument("--person", help="the identifier that stands in the audit")
    who.add_argument("--email", help="the address that the sign-in service vouches for")
    return top


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
