"""The access table of content/rules/access.yml: checked at build time and handed to the functions as an asset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from infra.declared import read_yaml
from infra.front_matter import Mistake
from portal.audit import ACTIONS, FACTS

FILE = Path(__file__).parent.parent / "content" / "rules" / "access.yml"


class Words(BaseModel):
    """A short text in both languages."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class Titled(BaseModel):
    """Something with a name for people."""

    model_config = ConfigDict(extra="forbid")

    title: Words


class Row(BaseModel):
    """Who may do an action, over which records, in which states, and with which fields masked."""

    model_config = ConfigDict(extra="forbid")

    role: str
    over: Literal["any", "own", "offering", "region", "unit", "agency", "assigned"]
    states: Annotated[list[str] | None, Field(min_length=1)] = None  # an empty list would read as every state
    masked: list[str] = []
    of_others: Literal[True] | None = None  # never of one's own record


class Action(Titled):
    """Something that can be done to a kind of record."""

    of: str | None = None
    noted: str | None = None
    who: Annotated[list[Row], Field(min_length=1)]


class AccessTable(BaseModel):
    """The whole table; closed to unknown keys, and every name in it is declared in it."""

    model_config = ConfigDict(extra="forbid")

    version: str
    words: dict[str, Words]
    overs: dict[str, Words]
    states: dict[str, Words]
    roles: dict[str, Titled]
    sensitive: dict[str, Words]
    fields: dict[str, list[str]]
    actions: dict[str, Action]

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for field in self.sensitive:
            _must_know("sensitive", "word of the audit for the field", field, FACTS["field"])
        for name, action in self.actions.items():
            if action.noted is not None:
                _must_know(name, "word of the audit", action.noted, ACTIONS)
            if action.of is not None:
                _must_know(name, "kind of record", action.of, self.fields)
            for row in action.who:
                _must_know(name, "role", row.role, self.roles)
                _must_know(name, "over", row.over, self.overs)
                for state in row.states or []:
                    _must_know(name, "state", state, self.states)
                for each in row.masked:
                    _must_know(name, "masked field", each, self.fields.get(action.of or "", []))
        return self


def _must_know(action: str, what: str, name: str, known: Any) -> None:  # noqa: ANN401 anything with `in`
    if name not in known:
        raise PydanticCustomError("unknown_name", "{action}: there is no {what} {name}",
                                  {"action": action, "what": what, "name": name})


def read() -> dict[str, Any]:
    """The table as plain data; raises Mistake with the file, the key and what was expected there."""
    try:
        table = AccessTable.model_validate(read_yaml(FILE))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Mistake(FILE, ".".join(map(str, first["loc"])) or "actions", first["msg"]) from None
    return table.model_dump(exclude_none=True)
