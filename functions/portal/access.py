"""Who may do what: decides by the table of content/rules/access.yml, and knows no HTTP, no session and no store.

Deny by default: an action, a role, an ownership or a state that the table does not name is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from portal.assets import read_json

EVERYBODY = "pengguna"  # the role that everybody has who is signed in
ANY_SCOPE = "*"
MASK = "•"


class Role(NamedTuple):
    """A role and what it reaches: `panitia` over `bimtek-musyawarah-desa`; the scope may be empty."""

    name: str
    scope: str = ""

    @classmethod
    def parse(cls, group: str) -> Role | None:
        """The role that a group of the identity provider means (`panitia:bimtek-musyawarah-desa`), or None."""
        name, _, scope = group.partition(":")
        return cls(name, scope) if name in rules()["roles"] and name != EVERYBODY else None


@dataclass(frozen=True)
class Facts:
    """What the table asks of a record; an empty text is a fact that it does not have."""

    owner: str = ""
    offering: str = ""
    region: str = ""
    unit: str = ""
    agency: str = ""
    assigned: Collection[str] = ()  # the persons whom it is given to
    state: str = ""
    record: str = ""  # under which name the audit remembers that somebody saw it; the table asks nothing of it


def _unseen(fields: Collection[str]) -> None:
    """Nobody sees what no gate has let through."""


@dataclass(frozen=True)
class Grant:
    """A yes: under which role, and which fields are shown with their middle hidden.

    `seen` is told of each sensitive field that is shown as it is; a gate puts its own there (portal.gate).
    """

    role: str
    masked: frozenset[str] = field(default_factory=frozenset)
    seen: Callable[[Collection[str]], None] = field(default=_unseen, compare=False, repr=False)

    def shown(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as this grant lets them be seen; give it those only that are shown."""
        self.seen([name for name in sensitive() if values.get(name) and name not in self.masked])
        return {name: masked(value) if name in self.masked and isinstance(value, str) else value
                for name, value in values.items()}


def rules() -> dict[str, Any]:
    """The table as the build made it."""
    return read_json("access.json")  # type: ignore[no-any-return]


def sensitive() -> Collection[str]:
    """The fields, in whatever record, of which each view as they are is remembered."""
    return rules().get("sensitive", {})  # type: ignore[no-any-return]


def kind_of(action: str) -> str:
    """The kind of record that an action is done to; empty for an action that is done to none."""
    return str(rules()["actions"].get(action, {}).get("of", ""))


def noted_as(action: str) -> str:
    """What the audit says of somebody who sees sensitive fields by this action."""
    return str(rules()["actions"].get(action, {}).get("noted", "viewed"))


def unit_key(unit: str) -> str:
    """The name of an office as scopes write it: `Dinas PMD, Bojonegoro` is `dinas-pmd-bojonegoro`."""
    return "-".join(re.findall(r"[^\W_]+", unit.casefold()))


def has_use_for(action: str, roles: Iterable[Role]) -> bool:
    """Whether any of the roles may ever do this: asked before a record is known."""
    names = {role.name for role in roles} | {EVERYBODY}
    return any(row["role"] in names for row in _rows(action))


def decide(action: str, person: str, roles: Iterable[Role], facts: Facts) -> Grant | None:
    """The widest yes that the table has for this person and record, or None."""
    held = (*roles, Role(EVERYBODY))
    yes = [_grant(row) for row in _rows(action) for role in held if row["role"] == role.name
           and _reaches(row["over"], role.scope, person, facts) and facts.state in (row.get("states") or [facts.state])
           and not (row.get("of_others") and facts.owner == person)]
    return min(yes, key=lambda grant: len(grant.masked), default=None)


def could_reach(action: str, person: str, roles: Iterable[Role], facts: Facts, unmasked: str = "") -> bool:
    """Whether the table could say yes to some record of which only a part is known: asked before any is loaded.

    What `facts` leave empty may be anything. With a field in `unmasked`: whether it could be shown as it is, too.
    """
    held = (*roles, Role(EVERYBODY))
    return any(_reaches(row["over"], role.scope, person, facts, unknown=True) for row in _rows(action) for role in held
               if row["role"] == role.name and unmasked not in row.get("masked", ())
               and (not facts.state or facts.state in (row.get("states") or [facts.state])))


def _rows(action: str) -> list[dict[str, Any]]:
    return list(rules()["actions"].get(action, {}).get("who", []))


def _grant(row: Mapping[str, Any]) -> Grant:
    return Grant(row["role"], frozenset(row.get("masked", ())))


def _reaches(over: str, scope: str, person: str, facts: Facts, *, unknown: bool = False) -> bool:
    """Whether a row reaches the record; `unknown` is the answer about a fact that is left empty.

    A scope that is empty reaches nothing, also where nothing is known. Raises ValueError for an `over` of no table.
    """
    match over:
        case "any":
            return True
        case "own":
            return bool(person) and (facts.owner == person if facts.owner else unknown)
        case "assigned":
            return bool(person) and (person in facts.assigned if facts.assigned else unknown)
    if over not in WITHIN:
        message = f"no row of the access table is over {over}"
        raise ValueError(message)
    fact = getattr(facts, over)
    return bool(scope) and (WITHIN[over](fact, scope) if fact else unknown)


def _is_office(unit: str, scope: str) -> bool:
    """Whether an office is that of a scope; a name without letters is no office's."""
    return bool(unit_key(unit)) and scope in {unit_key(unit), ANY_SCOPE}


def _is_within(region: str, scope: str) -> bool:
    """Whether a region lies in a scope: `35.22` in `35`, `35.22` and `*`, never in `3` or `35.2`."""
    return scope == ANY_SCOPE or (bool(scope) and f"{region}.".startswith(f"{scope}."))


# How a scope reaches each fact that a scope can be about.
WITHIN: Mapping[str, Callable[[str, str], bool]] = {
    "offering": lambda offering, scope: scope in {offering, ANY_SCOPE}, "region": _is_within, "unit": _is_office,
    "agency": _is_office}


def masked(value: str) -> str:
    """A value of which only the first and the last two characters are shown, and none of a short one."""
    shown = 2
    if len(value) <= 3 * shown:
        return MASK * len(value)
    return f"{value[:shown]}{MASK * (len(value) - 2 * shown)}{value[-shown:]}"
