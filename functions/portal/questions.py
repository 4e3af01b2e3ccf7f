"""The kinds of question a form can ask: what a person may type, and the one form in which it is kept.

A kind is used as metadata of a model's field: `name: Annotated[str, Line(most=120)]`. It knows its limits, the
codes of its errors, how its control is drawn (`control`, the name of a macro in the form template) and how an
answer is shown again. It knows no words, no HTTP and no store.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from portal.identifiers import parse_reference
from portal.moments import MONTHS
from portal.phones import to_e164, to_national

# Characters without width or ink arrive by copy and paste and are nobody's answer: joiners, fillers, selectors, tags.
INVISIBLE = dict.fromkeys((*map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u115f\u1160\u180e\u2800\u3164\uffa0"),
                           *range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080)))
# Overrides and isolates of the writing direction can make a name read as another one: refused, never stored.
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
# U+FFFD is what a decoder puts where bytes were broken: nobody types it.
REFUSED = BIDI | {"\ufffd"}
# Controls, halves of pairs, private characters and those that are none.
UNREADABLE = {"Cc", "Cs", "Co", "Cn"}
EMAIL_SHAPE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
                         r"[A-Za-z]{2,63}")
EMAIL_MOST = 254


def refuse(code: str, **facts: object) -> PydanticCustomError:
    """The error of one answer: a stable code, and the facts that its sentence needs."""
    return PydanticCustomError(code, "{code}", {"code": code, **facts})


def readable(value: object, *, lines: bool = False) -> str:
    """The text of an answer in one canonical form, or the error `unreadable`.

    Invisible characters go, spaces of any kind become one space; control characters, direction overrides and
    halves of surrogate pairs are refused. With `lines`, line breaks are kept as a newline.
    """
    if not isinstance(value, str):
        raise refuse("unreadable")
    text = unicodedata.normalize("NFC", value.translate(INVISIBLE).replace("\r\n", "\n").replace("\r", "\n"))
    kept = {"\n", "\t"}
    if any(c in REFUSED or (unicodedata.category(c) in UNREADABLE and c not in kept) for c in text):
        raise refuse("unreadable")
    if lines:
        return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
    return " ".join(text.split())


@dataclass(frozen=True, kw_only=True)
class Question:
    """What every kind has: the macro that draws it, its error codes, and how an answer is read and shown."""

    control: ClassVar[str] = "line"
    own_codes: ClassVar[tuple[str, ...]] = ()
    names_a_person: ClassVar[bool] = False  # such a number's field is sensitive in the access table

    autocomplete: str | None = None
    hidden: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes this kind can raise besides `missing`, which depends on the field."""
        return ("unreadable", *self.own_codes)

    def read(self, value: object) -> object:
        """The canonical form of an answer, or the error that says what is wrong with it."""
        return readable(value)

    def show(self, value: object, options: dict[str, str]) -> str:
        """The answer as people read it; `options` are the words of a choice."""
        del options
        return str(value)

    def again(self, value: object) -> str:
        """An answer that was kept, as it stands in its field again: reading it gives what was kept."""
        return str(value)

    def limits(self) -> dict[str, str | int]:
        """HTML attributes of the control that follow from the limits. The check itself is always the server's."""
        return {}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 pydantic's signature
        """Let pydantic read the field with this kind; the annotation's own type is for the type checker."""
        return core_schema.no_info_plain_validator_function(
            self._read_or_none, json_schema_input_schema=self.json_shape(),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value))

    def _read_or_none(self, value: object) -> object:
        return None if value is None else self.read(value)

    def json_shape(self) -> CoreSchema:
        """What a program may send, for the OpenAPI document."""
        return core_schema.str_schema()


@dataclass(frozen=True, kw_only=True)
class Line(Question):
    """One line of text of at most `most` characters."""

    own_codes: ClassVar[tuple[str, ...]] = ("too_long",)
    most: int = 120

    def read(self, value: object) -> object:
        """One line, without what cannot be seen."""
        text = readable(value)
        if len(text) > self.most:
            raise refuse("too_long", most=self.most)
        return text

    def json_shape(self) -> CoreSchema:
        """A string with its limit."""
        return core_schema.str_schema(max_length=self.most)


@dataclass(frozen=True, kw_only=True)
class Paragraph(Line):
    """Several lines of text of at most `most` characters."""

    control: ClassVar[str] = "paragraph"
    most: int = 2000

    def read(self, value: object) -> object:
        """The text with its line breaks."""
        text = readable(value, lines=True)
        if len(text) > self.most:
            raise refuse("too_long", most=self.most)
        return text


@dataclass(frozen=True, kw_only=True)
class Email(Question):
    """An e-mail address by its shape; that it is the person's own is proven by the mail that arrives."""

    control: ClassVar[str] = "email"
    own_codes: ClassVar[tuple[str, ...]] = ("email_shape",)
    autocomplete: str | None = "email"

    def read(self, value: object) -> object:
        """The address in lower case, without blanks: providers here do not tell the cases apart."""
        text = readable(value).replace(" ", "").lower()
        if len(text) > EMAIL_MOST or ".." in text or not EMAIL_SHAPE.fullmatch(text):
            raise refuse("email_shape")
        return text


@dataclass(frozen=True, kw_only=True)
class Phone(Question):
    """A telephone number, kept as E.164 (`+62812…`), accepted as people write it; without `+` it is Indonesian."""

    control: ClassVar[str] = "phone"
    own_codes: ClassVar[tuple[str, ...]] = ("phone_shape",)
    autocomplete: str | None = "tel"

    def read(self, value: object) -> object:
        """E.164, by the rules of lokal-id."""
        number = to_e164(readable(value))
        if number is None:
            raise refuse("phone_shape")
        return number

    def show(self, value: object, options: dict[str, str]) -> str:
        """`0812-3456-7890`."""
        del options
        return to_national(str(value))


@dataclass(frozen=True, kw_only=True)
class Nip(Question):
    """The 18 digits of a civil servant's number (Perka BKN 22/2007): birth date, appointment, sex, serial.

    PPPK numbers carry a code where PNS have the month of appointment, so only what both share is checked:
    a possible birth date and the digit of the sex.
    """

    control: ClassVar[str] = "digits"
    own_codes: ClassVar[tuple[str, ...]] = ("nip_length", "nip_date", "nip_sex")
    names_a_person: ClassVar[bool] = True

    def read(self, value: object) -> object:
        """Eighteen digits, without the blanks and dots people put between the groups."""
        digits = re.sub(r"[ .\-]", "", readable(value))
        if not re.fullmatch(r"[0-9]{18}", digits):
            raise refuse("nip_length")
        if not _is_birth_date(digits[:8]):
            raise refuse("nip_date")
        if digits[14] not in "12":
            raise refuse("nip_sex")
        return digits

    def show(self, value: object, options: dict[str, str]) -> str:
        """Grouped 8 6 1 3, as on every official letter."""
        del options
        digits = str(value)
        return f"{digits[:8]} {digits[8:14]} {digits[14]} {digits[15:]}"


@dataclass(frozen=True, kw_only=True)
class Nik(Question):
    """The 16 digits of an identity number, by the rules of lokal-id: region, date of birth, serial.

    For a subject that cannot do without it, never for a profile. That the shape is right does not prove that the
    number was given to anybody. Regions of old numbers may be abolished by now, so only the province must exist.
    """

    control: ClassVar[str] = "digits"
    own_codes: ClassVar[tuple[str, ...]] = ("nik_length", "nik_region", "nik_date", "nik_serial")
    names_a_person: ClassVar[bool] = True

    def read(self, value: object) -> object:
        """Sixteen digits, without the blanks, dots and dashes people put between the groups."""
        from portal.lokal_id import module  # noqa: PLC0415 only the subjects that need a NIK load its rules

        told = {"format": "nik_length", "province": "nik_region", "wilayah": "nik_region",
                "birth_date": "nik_date", "serial": "nik_serial"}
        found = module("nik").parse_nik(readable(value))
        if found.errors:
            raise refuse(told[found.errors[0].code])
        return found.nik

    def show(self, value: object, options: dict[str, str]) -> str:
        """Grouped 6 6 4: region, date of birth, serial."""
        del options
        digits = str(value)
        return f"{digits[:6]} {digits[6:12]} {digits[12:]}"


def _is_birth_date(digits: str) -> bool:
    month_days = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return 1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= month_days[month - 1]  # noqa: PLR2004 a calendar


@dataclass(frozen=True, kw_only=True)
class Day(Question):
    """A day of the calendar, kept as `2025-12-31`, accepted as people here write it: day, month, year."""

    own_codes: ClassVar[tuple[str, ...]] = ("day_shape",)

    def read(self, value: object) -> object:
        """The day as ISO 8601."""
        numbers = re.fullmatch(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})", readable(value))
        parts = [int(each) for each in numbers.groups()] if numbers else [0, 0, 0]
        try:
            # A year has four digits, so it tells by itself at which end it stands.
            day = date(*parts) if parts[0] > 31 else date(*reversed(parts))  # noqa: PLR2004 the longest month
        except ValueError:
            raise refuse("day_shape") from None
        if not 1900 <= day.year <= 2100:  # noqa: PLR2004 a working life
            raise refuse("day_shape")
        return day.isoformat()

    def show(self, value: object, options: dict[str, str]) -> str:
        """`31-12-2025`."""
        del options
        return date.fromisoformat(str(value)).strftime("%d-%m-%Y")

    def again(self, value: object) -> str:
        """As it is shown."""
        return self.show(value, {})


@dataclass(frozen=True, kw_only=True)
class Month(Question):
    """A month of the calendar, kept as `2025-06`, accepted as people write it: `06-2025`, `6/2025`, `Juni 2025`."""

    own_codes: ClassVar[tuple[str, ...]] = ("month_shape",)

    def read(self, value: object) -> object:
        """The month as ISO 8601 writes it."""
        parts = re.findall(r"\d+|[^\W\d_]+", readable(value).lower())
        if len(parts) == 2 and re.fullmatch(r"\d{4}", parts[0]):  # noqa: PLR2004 the year came first
            parts.reverse()
        number = _month_of(parts[0]) if len(parts) == 2 else 0  # noqa: PLR2004 a month and a year
        if not number or not re.fullmatch(r"(19|20)\d\d", parts[1]):
            raise refuse("month_shape")
        return f"{parts[1]}-{number:02}"

    def show(self, value: object, options: dict[str, str]) -> str:
        """`06-2025`."""
        del options
        year, month = str(value).split("-")
        return f"{month}-{year}"

    def again(self, value: object) -> str:
        """As it is shown."""
        return self.show(value, {})


def _month_of(text: str) -> int:
    """The number of a month written as a number, or by its name in either language or the beginning of it; else 0."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= 2 and 1 <= int(text) <= 12 else 0  # noqa: PLR2004 a calendar
    named = {number for names in MONTHS.values() for number, name in enumerate(names, 1)
             if len(text) >= 3 and name.lower().startswith(text)}  # noqa: PLR2004 fewer letters name several
    return named.pop() if len(named) == 1 else 0


@dataclass(frozen=True, kw_only=True)
class Points(Question):
    """Credit points with at most four places, kept as `110.5`, accepted with a comma or a point."""

    control: ClassVar[str] = "decimal"
    own_codes: ClassVar[tuple[str, ...]] = ("points_shape", "points_unclear", "points_range")
    most: int = 5000

    def read(self, value: object) -> object:
        """The number with a point; `1.050` could be a thousand or one, so it is asked about instead of guessed."""
        text = readable(value).replace(" ", "")
        if re.fullmatch(r"[0-9]{1,3}\.[0-9]{3}", text) and not text.startswith("0"):
            raise refuse("points_unclear")
        plain = text.replace(".", "").replace(",", ".") if "," in text else text
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", plain) \
                or not re.fullmatch(r"[0-9]+(\.[0-9]{3})*,[0-9]+|[0-9.]+", text):
            raise refuse("points_shape")
        if Decimal(plain) > self.most:
            raise refuse("points_range", most=self.most)
        return plain

    def show(self, value: object, options: dict[str, str]) -> str:
        """With a comma, as on every letter."""
        del options
        return str(value).replace(".", ",")

    def again(self, value: object) -> str:
        """As it is shown."""
        return self.show(value, {})


@dataclass(frozen=True, kw_only=True)
class Count(Question):
    """How many of something: a whole number from 0 to `most`."""

    control: ClassVar[str] = "digits"
    own_codes: ClassVar[tuple[str, ...]] = ("count_shape",)
    most: int = 600

    def read(self, value: object) -> object:
        """The digits, without zeros before them."""
        text = readable(value)
        if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > self.most:
            raise refuse("count_shape", most=self.most)
        return str(int(text))


@dataclass(frozen=True, kw_only=True)
class Rows(Question):
    """Several alike things, one a row; rows that are left empty are none.

    A form sends each column under `<field>_<cell>`, once for each row; a program sends a list of objects.
    `portal.forms` reads the rows with their own model before the form's own model looks.
    """

    control: ClassVar[str] = "rows"
    own_codes: ClassVar[tuple[str, ...]] = ("too_many_rows",)
    row: type[BaseModel]
    most: int = 12
    shown: int = 2

    def read(self, value: object) -> object:
        """The rows as they were read already; anything else is not."""
        if not isinstance(value, tuple) or not all(isinstance(each, self.row) for each in value):
            raise refuse("unreadable")
        if len(value) > self.most:
            raise refuse("too_many_rows", most=self.most)
        return value

    def json_shape(self) -> CoreSchema:
        """A list of rows."""
        cells = {name: core_schema.typed_dict_field(_shape_of(info.metadata), required=info.is_required())
                 for name, info in self.row.model_fields.items()}
        return core_schema.list_schema(core_schema.typed_dict_schema(cells), max_length=self.most)


def _shape_of(metadata: list[Any]) -> CoreSchema:
    return next(each for each in metadata if isinstance(each, Question)).json_shape()


@dataclass(frozen=True, kw_only=True)
class Choice(Question):
    """One of a few options, all shown."""

    control: ClassVar[str] = "choice"
    own_codes: ClassVar[tuple[str, ...]] = ("not_an_option",)
    options: tuple[str, ...] = field(default=())

    def read(self, value: object) -> object:
        """The option, as it is named in the model."""
        text = readable(value)
        if text not in self.options:
            raise refuse("not_an_option")
        return text

    def show(self, value: object, options: dict[str, str]) -> str:
        """The option's words."""
        return options[str(value)]

    def json_shape(self) -> CoreSchema:
        """One of the options."""
        return core_schema.literal_schema(list(self.options))


@dataclass(frozen=True, kw_only=True)
class Pick(Choice):
    """One of many options, in a list to open; one that need not be chosen can be left again."""

    control: ClassVar[str] = "pick"


@dataclass(frozen=True, kw_only=True)
class Region(Question):
    """A kabupaten or kota by its Kemendagri code (`35.22`), chosen from the official list."""

    control: ClassVar[str] = "region"
    own_codes: ClassVar[tuple[str, ...]] = ("region_unknown",)

    def read(self, value: object) -> object:
        """The dotted code of an existing kabupaten or kota; `3522` is read as `35.22`."""
        from portal.regions import name_of  # noqa: PLC0415 the list is an asset that models do not need to exist

        digits = re.sub(r"[ .]", "", readable(value))
        code = f"{digits[:2]}.{digits[2:]}"
        if name_of(code) is None:
            raise refuse("region_unknown")
        return code

    def show(self, value: object, options: dict[str, str]) -> str:
        """The name with its province."""
        from portal.regions import name_of  # noqa: PLC0415 see read

        del options
        return name_of(str(value)) or str(value)


@dataclass(frozen=True, kw_only=True)
class Consent(Question):
    """A statement that must be agreed to; the answer is `ya`."""

    control: ClassVar[str] = "consent"
    own_codes: ClassVar[tuple[str, ...]] = ()

    def read(self, value: object) -> object:
        """True, or the error `missing`: not agreeing and not answering are the same here."""
        if value is True or (isinstance(value, str) and readable(value).lower() in {"ya", "yes", "true", "on"}):
            return True
        raise refuse("missing")

    def show(self, value: object, options: dict[str, str]) -> str:
        """The words of agreement."""
        del value
        return options["ya"]

    def json_shape(self) -> CoreSchema:
        """Must be true."""
        return core_schema.literal_schema([True])


@dataclass(frozen=True, kw_only=True)
class Reference(Question):
    """The reference of a registration or message, however it is typed."""

    control: ClassVar[str] = "reference"
    own_codes: ClassVar[tuple[str, ...]] = ("reference_shape",)

    def read(self, value: object) -> object:
        """The eight canonical characters."""
        reference = parse_reference(readable(value))
        if reference is None:
            raise refuse("reference_shape")
        return reference
