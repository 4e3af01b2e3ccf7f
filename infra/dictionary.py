"""From content/rules/data.yml and consents.yml to the privacy notice and to what the functions read.

A mistake in the files stops the build with the file, the key and what was expected there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from infra.declared import Declared, InBothLanguages, checked, must_be_a_day, read_names, read_yaml
from infra.front_matter import Mistake
from portal.forms import Form
from rights.models import PURPOSES

FOLDER = Path(__file__).parent.parent / "content" / "rules"
SOURCE, CONSENTS = FOLDER / "data.yml", FOLDER / "consents.yml"

Ground = Literal["task", "consent", "law"]


class Row(Declared):
    """Some data of one kind, for one purpose: fields of a form, or what the portal notes itself."""

    fields: tuple[str, ...] = Field(default=(), strict=False)
    what: InBothLanguages
    use: InBothLanguages
    ground: Ground
    specific: bool = False
    seen_by: InBothLanguages | None = None  # where it is not as with the rest of its kind


class Kind(Declared):
    """One kind of thing that is kept of people."""

    title: InBothLanguages
    form: str | None = None
    forms: tuple[str, ...] = Field(default=(), strict=False)  # several: rows then say form.field
    apart: InBothLanguages | None = None
    access: str | None = None
    seen_by: InBothLanguages | None = None
    rows: tuple[Row, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _somebody_sees_it(self) -> Self:
        if (self.access is None) is (self.seen_by is None):
            raise PydanticCustomError("seen_by", "expected either access or seen_by, and not both")
        if any(row.fields for row in self.rows) and not self.asked_by:
            raise PydanticCustomError("form", "expected form, because a row names fields")
        return self

    @property
    def asked_by(self) -> tuple[str, ...]:
        """The forms whose answers are kept."""
        return self.forms or ((self.form,) if self.form else ())


class Dictionary(Declared):
    """All kinds, and the words of the grounds."""

    grounds: dict[Ground, InBothLanguages]
    kinds: dict[str, Kind]


class ConsentText(Declared):
    """What is read before something is allowed."""

    version: str
    where: Literal["form", "account"]
    title: InBothLanguages
    text: InBothLanguages

    @model_validator(mode="after")
    def _has_its_day(self) -> Self:
        must_be_a_day(self.version, "version")
        return self


DICTIONARY, CONSENT = TypeAdapter(Dictionary), TypeAdapter(ConsentText)


def read(source: Path = SOURCE) -> Dictionary:
    """The dictionary; raises Mistake at the first fault."""
    return checked(DICTIONARY, read_yaml(source), source)


def read_consents(source: Path = CONSENTS) -> dict[str, ConsentText]:
    """The texts of every purpose; raises Mistake at the first fault."""
    return {purpose: checked(CONSENT, each, source, purpose) for purpose, each in read_names(
        source, PURPOSES).items()}


def must_fit(dictionary: Dictionary, forms: Iterable[Form]) -> None:
    """Raise Mistake unless each field of each form that a kind names stands in exactly one row of it."""
    known = {form.name: [field.name for field in form.fields] for form in forms}
    for name, kind in dictionary.kinds.items():
        unknown = set(kind.asked_by) - set(known)
        if unknown:
            raise Mistake(SOURCE, f"kinds.{name}.form", f"expected one of {', '.join(sorted(known))}")
        asked = [f"{form}.{field}" if kind.forms else field for form in kind.asked_by for field in known[form]]
        told = [field for row in kind.rows for field in row.fields]
        if sorted(told) != sorted(asked):
            unlike = sorted(set(told) ^ set(asked)) or sorted(field for field in told if told.count(field) > 1)
            raise Mistake(SOURCE, f"kinds.{name}.rows", f"expected each field of {', '.join(kind.asked_by)} once; "
                          f"look at {', '.join(unlike)}")


# -- for the functions ---------------------------------------------------------------------------------------------


def for_functions(dictionary: Dictionary) -> dict[str, dict[str, Any]]:
    """What the functions need: title and form of each kind, and why it is apart, in the order of the file."""
    return {name: {"title": kind.title.model_dump(), "form": kind.form,
                   "apart": kind.apart.model_dump() if kind.apart else None} for name, kind in dictionary.kinds.items()}


def consents_for_functions(consents: Mapping[str, ConsentText]) -> dict[str, Any]:
    """The texts as plain data."""
    return {purpose: each.model_dump() for purpose, each in consents.items()}


# -- for the notice ------------------------------------------------------------------------------------------------


HEADINGS = {"id": ("Data", "Untuk apa", "Dasar (Pasal 20 ayat 2)", "Siapa yang melihat"),
            "en": ("Data", "What for", "Ground (Article 20 paragraph 2)", "Who sees it")}
SHOWING = ("list", "read", "export")  # actions that show a record; the others change it
SPECIFIC = {"id": "data bersifat spesifik", "en": "specific data"}
MASKED = {"id": "tersamar: {roles}", "en": "masked: {roles}"}


def as_markdown(dictionary: Dictionary, kind: str, table: Mapping[str, Any], language: str) -> str:
    """The rows of one kind for the notice: what, what for, on which ground, and who sees it."""
    headings = HEADINGS[language]
    lines = [headings, tuple("---" for _ in headings)]
    declared = dictionary.kinds[kind]
    for row in declared.rows:
        mark = f" ({SPECIFIC[language]})" if row.specific else ""
        lines.append((getattr(row.what, language), getattr(row.use, language),
                      getattr(dictionary.grounds[row.ground], language) + mark,
                      _who(declared, row, table, language)))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _who(kind: Kind, row: Row, table: Mapping[str, Any], language: str) -> str:
    seen_by = row.seen_by or kind.seen_by
    if seen_by is not None:
        return str(getattr(seen_by, language))
    roles = {role: each["title"][language] for role, each in table["roles"].items()}
    plain, masked = _seers(str(kind.access), row.fields, table)
    told = [roles[role] for role in roles if role in plain]
    hidden = [roles[role] for role in roles if role in masked - plain]
    return "; ".join([", ".join(told)] * bool(told)
                     + [MASKED[language].format(roles=", ".join(hidden))] * bool(hidden))


def _seers(kind: str, fields: tuple[str, ...], table: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The roles that some action shows these fields to as they are, and those that see them masked."""
    rows = list(_rows_about(kind, table))
    hidden = {row["role"] for row in rows if set(fields) & set(row.get("masked", ()))}
    plain = {row["role"] for row in rows if not set(fields) & set(row.get("masked", ()))}
    return plain, hidden


def _rows_about(kind: str, table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name, action in table["actions"].items():
        if action.get("of") == kind and name.partition(".")[2] in SHOWING:
            yield from action["who"]
