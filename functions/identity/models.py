"""Shapes: what a person tells of themself, once, for every subject."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from identity.rules import CODE_DIGITS
from portal.forms import FormModel
from portal.moments import ZONES
from portal.people import GOLONGAN, JENJANG, KINDS, TPP_LEVELS, officials_have_a_nip
from portal.questions import (
    Choice,
    Day,
    Email,
    Line,
    Nip,
    Paragraph,
    Phone,
    Pick,
    Question,
    Region,
    readable,
    refuse,
)


@dataclass(frozen=True, kw_only=True)
class Code(Question):
    """A code of some digits that came by mail."""

    control: ClassVar[str] = "digits"
    own_codes: ClassVar[tuple[str, ...]] = ("code_shape",)
    autocomplete: str | None = "one-time-code"

    def read(self, value: object) -> object:
        """Its digits, without the blanks that people put between them."""
        digits = re.sub(r"[ .\-]", "", readable(value))
        if not re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", digits):
            raise refuse("code_shape", most=CODE_DIGITS)
        return digits


class NewAddress(FormModel):
    """An address that somebody says is theirs."""

    email: Annotated[str, Email()]


class TypedCode(FormModel):
    """The code that went to it."""

    code: Annotated[str, Code()]


class Profile(FormModel):
    """The profile; the e-mail address is not in it: the sign-in service has proven that one."""

    kind: Annotated[str, Choice(options=KINDS)]
    nip: Annotated[str | None, Nip()] = Field(default=None, validate_default=True)
    level: Annotated[str | None, Pick(options=TPP_LEVELS)] = Field(default=None, validate_default=True)
    jenjang: Annotated[str | None, Pick(options=JENJANG)] = None
    golongan: Annotated[str | None, Pick(options=GOLONGAN)] = None
    tmt: Annotated[str | None, Day()] = None
    unit: Annotated[str | None, Line(most=160, autocomplete="organization")] = None
    region: Annotated[str, Region()]
    supervisor: Annotated[str | None, Line(most=120)] = None
    supervisor_email: Annotated[str | None, Email(autocomplete=None)] = None
    phone: Annotated[str, Phone()]
    channel: Annotated[str, Choice(options=("email", "telepon", "whatsapp"))]
    language: Annotated[str | None, Pick(options=("id", "en"))] = None
    zone: Annotated[str | None, Pick(options=tuple(ZONES))] = None
    accessibility_needs: Annotated[str | None, Paragraph(most=500)] = None

    _officials_have_a_nip = field_validator("nip")(officials_have_a_nip)

    @field_validator("level")
    @classmethod
    def _facilitators_have_a_level(cls, level: str | None, info: Any) -> str | None:  # noqa: ANN401 pydantic's ValidationInfo
        if level is None and info.data.get("kind") == "tpp":
            raise refuse("missing")
        return level
