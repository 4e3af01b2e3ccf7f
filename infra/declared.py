"""What the files of content/rules share: reading one, checking its keys, and telling a mistake as its maintainer needs.

A mistake stops the build with the file, the key or line, and what was expected there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from infra.front_matter import Mistake, text_of
from infra.yaml_loader import SafeLoader

EXPECTED = {
    "missing": "a value, it is missing", "extra_forbidden": "no such key",
    "int_type": "a whole number, such as 365", "int_parsing": "a whole number, such as 365",
    "string_type": 'a text in quotation marks, such as "2026-11-21"', "bool_type": "true or false",
    "model_type": "the keys it is made of, such as {id: …, en: …}", "tuple_type": "a list of periods, one a line",
}

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$")]
Text = Annotated[str, StringConstraints(min_length=3)]
Shape = TypeVar("Shape")


class Declared(BaseModel):
    """Base of what stands in a file: closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class InBothLanguages(Declared):
    """A short text in both languages."""

    id: Text
    en: Text


class Dated(Declared):
    """A number with the day since when it holds, and why."""

    since: str = Field(alias="from")
    certainty: Literal["law", "chosen", "provisional"]
    source: Text

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        must_be_a_day(self.since, "from")
        if self.certainty == "law" and "Pasal" not in self.source:
            raise PydanticCustomError("article", "source: expected the article (Pasal) that fixes the number")
        return self


def must_be_a_day(text: str, key: str) -> None:
    """Refuse what is no day as ISO 8601 writes it."""
    try:
        date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("day", '{key}: expected a day, such as "2026-11-21"', {"key": key}) from None


def in_order(rows: Sequence[Dated]) -> bool:
    """Whether each row begins after the one before it."""
    days = [each.since for each in rows]
    return days == sorted(set(days))


class EachNameOnce(SafeLoader):
    """YAML in which no name stands twice: of two rows for one thing, the first would silently be none."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 yaml's signature
        """The mapping, or an error at the name that stands there again."""
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise yaml.constructor.ConstructorError(None, None, f"{name} stands here twice",
                                                        node.value[number][0].start_mark)
        return super().construct_mapping(node, deep=deep)


def read_yaml(source: Path) -> object:
    """What a file says; raises Mistake at the line where it is no YAML."""
    return parse_yaml(text_of(source), source)


def parse_yaml(text: str, source: Path) -> object:
    """The same of a text, which stands or stood in that file."""
    try:
        return yaml.load(text, EachNameOnce)  # noqa: S506 a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # What ends too early is a mistake of the last line, also where libyaml looks for one more behind it.
        where = f"line {min(mark.line, text.count(chr(10))) + 1}" if mark else "its text"
        raise Mistake(source, where, f"expected YAML, but {getattr(error, 'problem', error)}") from None


def read_names(source: Path, names: Sequence[str]) -> dict[str, object]:
    """What stands under each of these names, which are all there and no other; raises Mistake."""
    declared = read_yaml(source)
    if not isinstance(declared, dict) or set(declared) != set(names):
        raise Mistake(source, source.stem, f"expected exactly {', '.join(names)}")
    return {name: declared[name] for name in names}


def checked(shape: TypeAdapter[Shape], declared: object, source: Path, place: str = "") -> Shape:
    """What was declared, in its shape; raises Mistake at the first fault, with its key behind `place`."""
    try:
        return shape.validate_python(declared)
    except ValidationError as error:
        first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        key = ".".join([place] * bool(place) + [str(each) for each in first["loc"]])
        expected = f"expected {EXPECTED[first['type']]}" if first["type"] in EXPECTED else first["msg"]
        raise Mistake(source, key or source.stem, expected) from None
