"""The keys of seals: reads content/rules/seal-keys.yml, and `python -m infra.seals key` prints the line of today's key.

That line goes into the file on the day on which another key takes over (infra/runbook.md, "The key of seals").
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

import boto3
from pydantic import StringConstraints, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from infra.declared import Declared, checked, must_be_a_day, read_yaml
from infra.front_matter import Mistake
from infra.stack import STACK, resources
from portal.seals import jwk_of, public_of

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "seal-keys.yml"
KEY = "SealKey"  # the template's name of the key that signs now
Clients = Callable[[str], Any]

Coordinate = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class RetiredKey(Declared):
    """A key that signed once."""

    kid: str
    x: Coordinate
    y: Coordinate
    until: str

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        must_be_a_day(self.until, "until")
        if jwk_of(public_of(self.x, self.y))["kid"] != self.kid:
            raise PydanticCustomError("kid", "kid: expected the name of the key that x and y are; one is mistyped")
        return self


KEYS = TypeAdapter(tuple[RetiredKey, ...])


def read(source: Path = SOURCE) -> tuple[RetiredKey, ...]:
    """The keys that signed once; raises Mistake at the first fault."""
    declared = read_yaml(source)
    if not isinstance(declared, list):
        raise Mistake(source, "seal-keys", "expected a list of keys, which may be empty: []")
    keys = checked(KEYS, tuple(declared), source)
    if len({each.kid for each in keys}) < len(keys):
        raise Mistake(source, "kid", "expected each key once")
    return keys


def for_functions(keys: Sequence[RetiredKey]) -> list[dict[str, str | None]]:
    """The keys as browsers import them, with their last day."""
    return [{**jwk_of(public_of(each.x, each.y)), "until": each.until} for each in keys]


def main(arguments: Sequence[str], clients: Clients = boto3.client) -> int:
    """Print the line of the key that signs now."""
    top = argparse.ArgumentParser(prog="python -m infra.seals", description=__doc__.splitlines()[0])
    top.add_argument("--stack", default=STACK)
    commands = top.add_subparsers(dest="command", required=True)
    last = commands.add_parser("key", help="print the key that signs now, as a line of content/rules/seal-keys.yml")
    last.add_argument("--until", required=True, help="the last day that its documents bear, such as 2028-11-30")
    asked = top.parse_args(arguments)
    key = resources(asked.stack, clients("cloudformation"))[KEY]
    jwk = jwk_of(clients("kms").get_public_key(KeyId=key)["PublicKey"])
    print(f'- {{kid: "{jwk["kid"]}", x: "{jwk["x"]}", y: "{jwk["y"]}", until: "{asked.until}"}}')
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
