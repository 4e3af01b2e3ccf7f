"""From content/rules/layanan.yml to what functions and browsers read: the directory of services and its open rules.

A mistake in the file stops the build with the file, the key and what was expected there: also a rule that says "no"
although its source is not sure, and a fact that the form does not ask for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from infra.declared import Code, Declared, InBothLanguages, checked, must_be_a_day, read_yaml
from infra.front_matter import Mistake
from referrals.family import facts

SOURCE = Path(__file__).parent.parent / "content" / "rules" / "layanan.yml"
UNKNOWN = "unknown"
SECTORS = 9  # of SLRT; what else a secretariat is asked for stands apart
WITHOUT_SOURCE = ("name", "mem", "chosen")
SURE = ("text", "name")  # only these may say "no"

Certainty = Literal["text", "code", "news", "mem", "chosen", "name"]
Listed = Annotated[tuple[Code, ...], Field(min_length=1, strict=False)]


class Source(Declared):
    """Where something was seen."""

    title: InBothLanguages
    url: Annotated[str, StringConstraints(pattern=r"^https://")] | None = None


class Sourced(Declared):
    """How sure something is, and where it was seen."""

    certainty: Certainty
    source: Code | None = None

    @model_validator(mode="after")
    def _names_its_source(self) -> Self:
        if (self.source is None) is not (self.certainty in WITHOUT_SOURCE):
            message = "source: expected with each certainty but {names}, and with none of these"
            raise PydanticCustomError("source", message, {"names": ", ".join(WITHOUT_SOURCE)})
        return self


class Told(Sourced):
    """A sentence about area, cost, schedule, time or telephone."""

    text: InBothLanguages


class Organisation(Declared):
    """Who gives a service, where to go, and the telephone where one is known."""

    title: InBothLanguages
    where: InBothLanguages
    phone: Code


class Sector(Declared):
    """A group of services with a page of its own; `nine` says whether it is one of the nine sectors of SLRT."""

    title: InBothLanguages
    example: InBothLanguages
    question: InBothLanguages
    nine: bool


class Condition(Declared):
    """One fact of the family and the answers that meet it."""

    fact: Code
    options: tuple[str, ...] | None = Field(default=None, min_length=1, strict=False, alias="is")
    at_most: int | None = None
    at_least: int | None = None

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if sum(each is not None for each in (self.options, self.at_most, self.at_least)) != 1:
            raise PydanticCustomError("condition", "expected one of: is, at_most, at_least")
        return self


class Row(Sourced):
    """One rule: any of its conditions meets it; otherwise the answer is `no`, or a question."""

    conditions: tuple[Condition, ...] = Field(min_length=1, strict=False, alias="any")
    otherwise: Literal["no", "ask"]
    because: InBothLanguages

    @model_validator(mode="before")
    @classmethod
    def _of_one_condition(cls, row: Any) -> Any:  # noqa: ANN401 what a file may say
        """`fact: …, is: […]` is short for `any` with one condition; YAML reads a bare `no` as false."""
        if not isinstance(row, dict):
            return row
        told = {**row, "otherwise": "no"} if row.get("otherwise") is False else row
        if "fact" not in told:
            return told
        names = {"fact", "is", "at_most", "at_least"}
        return {**{name: value for name, value in told.items() if name not in names},
                "any": [{name: value for name, value in told.items() if name in names}]}

    @model_validator(mode="after")
    def _is_sure_enough(self) -> Self:
        if self.otherwise == "no" and self.certainty not in SURE:
            raise PydanticCustomError("unsure", "otherwise: expected ask, since only {sure} may say no",
                                      {"sure": " and ".join(SURE)})
        return self


class Papers(Sourced):
    """The documents that a service asks for."""

    names: Listed = Field(alias="list")


def _none_where_unknown(value: object) -> object:
    """What is not known has to say so."""
    if value is None:
        raise PydanticCustomError("not_said", "expected what is known, or unknown")
    return None if value == UNKNOWN else value


def _rows(value: object) -> object:
    """No rows where none is known; a list that is empty says nothing."""
    if value == []:
        raise PydanticCustomError("not_said", "expected rows, or unknown")
    return _none_where_unknown(value) or []


class Service(Declared):
    """One service of the directory. What is not known says `unknown`."""

    sector: Code
    organisation: Code
    title: InBothLanguages
    about: InBothLanguages
    seen: Sourced
    rows: Annotated[tuple[Row, ...], BeforeValidator(_rows)] = Field(strict=False, alias="eligibility")
    papers: Annotated[Papers | None, BeforeValidator(_none_where_unknown)] = Field(alias="documents")
    area: Code
    cost: Code
    schedule: Code
    time: Code
    days: Code


class Directory(Declared):
    """The whole file."""

    version: str
    sources: dict[Code, Source]
    told: dict[Code, Told]
    organisations: dict[Code, Organisation]
    documents: dict[Code, InBothLanguages]
    sectors: dict[Code, Sector]
    services: dict[Code, Service]

    @model_validator(mode="after")
    def _is_dated(self) -> Self:
        must_be_a_day(self.version, "version")
        return self

    def of_sector(self, sector: str) -> dict[str, Service]:
        """The services of one sector, in the file's order."""
        return {name: service for name, service in self.services.items() if service.sector == sector}


DIRECTORY = TypeAdapter(Directory)


def read(source: Path = SOURCE) -> Directory:
    """The directory; raises Mistake at the first fault."""
    directory = checked(DIRECTORY, read_yaml(source), source)
    for key, expected in _faults(directory):
        raise Mistake(source, key, f"expected {expected}")
    return directory


# -- what can be wrong with it -------------------------------------------------------------------------------------

Faults = Iterator[tuple[str, str]]


def _faults(directory: Directory) -> Faults:
    """Every fault as the key and what was expected there."""
    if sum(sector.nine for sector in directory.sectors.values()) != SECTORS:
        yield "sectors", f"{SECTORS} of them with nine: true"
    for name, told in directory.told.items():
        yield from _seen(f"told.{name}", told, directory)
    for name, organisation in directory.organisations.items():
        yield from _known(f"organisations.{name}.phone", (organisation.phone,), {UNKNOWN, *directory.told}, "told")
    for name, service in directory.services.items():
        yield from _of_service(f"services.{name}", service, directory)
    yield from _unused(directory)


def _of_service(place: str, service: Service, directory: Directory) -> Faults:
    """What a service names is declared, and its rules ask for what the form asks."""
    yield from _known(f"{place}.sector", (service.sector,), directory.sectors, "sectors")
    yield from _known(f"{place}.organisation", (service.organisation,), directory.organisations, "organisations")
    yield from _seen(f"{place}.seen", service.seen, directory)
    for key in ("area", "cost", "schedule", "time"):
        yield from _known(f"{place}.{key}", (getattr(service, key),), {UNKNOWN, *directory.told}, "told, or unknown")
    if service.papers:
        yield from _known(f"{place}.documents.list", service.papers.names, directory.documents, "documents")
        yield from _seen(f"{place}.documents", service.papers, directory)
    for number, row in enumerate(service.rows):
        yield from _seen(f"{place}.eligibility.{number}", row, directory)
        for condition in row.conditions:
            yield from _of_condition(f"{place}.eligibility.{number}", condition)


def _of_condition(place: str, condition: Condition) -> Faults:
    asked = facts()
    yield from _known(f"{place}.fact", (condition.fact,), asked, "the questions of functions/referrals/family.py")
    answers = asked.get(condition.fact, [])
    if condition.options is not None:
        yield from _known(f"{place}.is", condition.options, answers, f"the answers to {condition.fact}")
        if set(condition.options) >= set(answers):
            yield f"{place}.is", f"fewer than all answers to {condition.fact}, else it decides nothing"
    elif not all(re.fullmatch(r"\d{1,4}", each) for each in answers):
        yield f"{place}.fact", "a fact with numbers, such as desil"


def _unused(directory: Directory) -> Faults:
    """What is declared is used, and every question of the form decides something."""
    services = directory.services.values()
    used = {getattr(service, key) for service in services for key in ("area", "cost", "schedule", "time")}
    used |= {each.phone for each in directory.organisations.values()}
    yield from _used("told", directory.told, used)
    yield from _used("organisations", directory.organisations, {service.organisation for service in services})
    yield from _used("sectors", directory.sectors, {service.sector for service in services})
    listed = {name for service in services if service.papers for name in service.papers.names}
    yield from _used("documents", directory.documents, listed)
    asked = {each.fact for service in services for row in service.rows for each in row.conditions}
    yield from _used("services", facts(), asked)
    yield from _used("sources", directory.sources, {each.source for each in _sourced(directory) if each.source})


def _sourced(directory: Directory) -> Iterator[Sourced]:
    yield from directory.told.values()
    for service in directory.services.values():
        yield from (service.seen, *service.rows, *([service.papers] if service.papers else []))


def _seen(place: str, each: Sourced, directory: Directory) -> Faults:
    """Where something was seen is declared."""
    yield from _known(f"{place}.source", (each.source,) if each.source else (), directory.sources, "sources")


def _known(place: str, names: Collection[str], declared: Collection[str], where: str) -> Faults:
    for name in names:
        if name not in declared:
            yield place, f"one of {where}, but found {name}"


def _used(place: str, declared: Collection[str], used: Collection[str]) -> Faults:
    for name in declared:
        if name not in used:
            yield place, f"{name} to be used by a service"


# -- what others read ----------------------------------------------------------------------------------------------


def for_functions(directory: Directory) -> dict[str, Any]:
    """The rules in both languages: what the door reads."""
    return {"version": directory.version, "facts": facts(), "services": [
        {"id": name, "page": page_name(service.sector), "anchor": anchor(name), "title": service.title.model_dump(),
         "rows": [{**_plain(row), "because": row.because.model_dump()} for row in service.rows]}
        for name, service in directory.services.items()]}


def _plain(row: Row) -> dict[str, Any]:
    return {"otherwise": row.otherwise, "any": [
        condition.model_dump(by_alias=True, exclude_none=True) for condition in row.conditions]}


def page_name(sector: str) -> str:
    """The last part of a sector page's address."""
    return sector.replace("_", "-")


def anchor(service: str) -> str:
    """Where a service stands on its sector's page."""
    return service.replace("_", "-")
