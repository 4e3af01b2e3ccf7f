"""Shapes: the registration form, the form that asks for a registration's status, and an offering as declared.

An offering is written by a maintainer in the front matter of its own page, checked here at build time, and kept
in the table as the catalogue entry that the functions read.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from portal.forms import FormModel
from portal.moments import ZONES
from portal.people import KINDS, officials_have_a_nip
from portal.questions import Choice, Consent, Email, Line, Nip, Paragraph, Phone, Reference, Region, refuse

AGENCY_LEVELS = ("pusat", "provinsi", "kabupaten_kota", "desa", "bukan_pemerintah")
GENERAL = "umum"  # the pool of seats that nobody has a prior claim on
REMINDER = "message_reminder"  # needs no words of the desk's own
MESSAGES = ("message_change", REMINDER, "message_bring", "message_news")  # files of content/mail
# Why a committee refuses a registration: each has its words in content/forms/registration.<lang>.yml.
REFUSALS = ("not_for_this_person", "incomplete", "group_composed", "attended_before", "other")


class Registration(FormModel):
    """What a person fills in to register for one offering."""

    offering: Annotated[str, Line(most=60, hidden=True)]
    name: Annotated[str, Line(most=120, autocomplete="name")]
    email: Annotated[str, Email()]
    phone: Annotated[str, Phone()]
    kind: Annotated[str, Choice(options=KINDS)]
    nip: Annotated[str | None, Nip()] = Field(default=None, validate_default=True)
    agency_level: Annotated[str, Choice(options=AGENCY_LEVELS)]
    agency: Annotated[str | None, Line(most=160, autocomplete="organization")] = None
    region: Annotated[str, Region()]
    accessibility_needs: Annotated[str | None, Paragraph(most=500)] = None
    consent: Annotated[bool, Consent()]

    _officials_have_a_nip = field_validator("nip")(officials_have_a_nip)


class StatusQuestion(FormModel):
    """What proves that a registration is one's own: its reference and the e-mail address it was made with."""

    reference: Annotated[str, Reference()]
    email: Annotated[str, Email()]


class Refusing(FormModel):
    """Why the committee refuses some registrations; `nomor` holds their numbers with blanks between them."""

    nomor: Annotated[str, Line(most=1000, hidden=True)]
    reason: Annotated[str, Choice(options=REFUSALS)]
    remark: Annotated[str | None, Paragraph(most=300)] = None


class Message(FormModel):
    """What somebody at the desk writes to some participants; `nomor` holds their numbers with blanks between them."""

    nomor: Annotated[str, Line(most=6000, hidden=True)]
    template: Annotated[str, Choice(options=MESSAGES)]
    text: Annotated[str | None, Paragraph(most=1000)] = Field(default=None, validate_default=True)
    text_en: Annotated[str | None, Paragraph(most=1000)] = None

    @field_validator("text")
    @classmethod
    def _only_a_reminder_says_enough(cls, text: str | None, info: Any) -> str | None:  # noqa: ANN401 see Registration
        if text is None and info.data.get("template") != REMINDER:
            raise refuse("missing")
        return text


class Declared(BaseModel):
    """Base of what maintainers declare: closed to unknown keys, and checked by the build only."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


SLUG_SHAPE = re.compile(r"[a-z][a-z0-9-]{2,59}")
Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG_SHAPE.pattern}$")]
PoolName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
ProvinceCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]$")]
Kind = Literal["psm", "tpp", "asn", "penulis", "umum"]
AgencyLevel = Literal["pusat", "provinsi", "kabupaten_kota", "desa", "bukan_pemerintah"]


class InBothLanguages(Declared):
    """A short text in both languages."""

    id: str
    en: str


class Quota(Declared):
    """Seats kept for some people until `released`; a person has a claim when every condition given holds.

    Exactly one of `seats` (a number), `share` (per cent of the offering's seats, rounded up) and `per_province`
    (a number for each province listed) says how many.
    """

    id: PoolName
    title: InBothLanguages
    seats: int | None = Field(default=None, ge=1)
    share: int | None = Field(default=None, ge=1, le=100)
    per_province: int | None = Field(default=None, ge=1)
    kinds: tuple[Kind, ...] = ()
    agency_levels: tuple[AgencyLevel, ...] = ()
    provinces: tuple[ProvinceCode, ...] = ()
    released: datetime

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if sum(value is not None for value in (self.seats, self.share, self.per_province)) != 1:
            raise PydanticCustomError("one_number", "give exactly one of seats, share and per_province")
        if self.per_province is not None and not self.provinces:
            raise PydanticCustomError("provinces_needed", "per_province needs a list of provinces")
        if len(set(self.provinces)) < len(self.provinces):
            raise PydanticCustomError("province_twice", "the same province stands twice")
        if self.id == GENERAL:
            raise PydanticCustomError("reserved_name", "the id 'umum' is the name of the seats for everyone")
        return self


class Offering(Declared):
    """An activity that people register for; every moment is UTC."""

    id: Slug
    title: InBothLanguages
    kind: Literal["bimtek", "pelatihan", "lokakarya", "seminar", "konferensi", "komunitas_belajar"]
    starts: datetime
    ends: datetime
    opens: datetime
    closes: datetime
    zone: Literal["WIB", "WITA", "WIT"]
    mode: Literal["luring", "daring", "hibrida"]
    place: InBothLanguages
    jp: int = Field(ge=0, le=400)
    fee: int = Field(ge=0)
    funding: Literal["APBN", "BLU", "PNBP", "APBD", "mandiri", "cost_sharing"]
    seats: int = Field(ge=1, le=5000)
    audience: tuple[Kind, ...] = Field(min_length=1)
    quotas: tuple[Quota, ...] = ()
    approval: bool = False  # whether the committee decides about each registration before it gets a seat

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.opens < self.closes:
            raise PydanticCustomError("order", "opens must be before closes")
        if not self.closes <= self.ends:
            raise PydanticCustomError("order", "closes must not be after ends")
        if not self.starts < self.ends:
            raise PydanticCustomError("order", "starts must be before ends")
        if len({quota.id for quota in self.quotas}) < len(self.quotas):
            raise PydanticCustomError("quota_ids", "two quotas have the same id")
        return self


def kept_offering(text: str) -> Offering:
    """The offering that `Offering.model_dump_json` wrote, believed without checking it again.

    The build has checked it; making the check anew would be a tenth of a function's cold start. A key that is added
    to Offering needs a default: functions are deployed before everything is published anew.
    """
    kept = json.loads(text)
    moments = {name: datetime.fromisoformat(kept[name]) for name in ("starts", "ends", "opens", "closes")}
    quotas = tuple(Quota.model_construct(**{
        **quota, "title": InBothLanguages.model_construct(**quota["title"]),
        "released": datetime.fromisoformat(quota["released"]),
        **{name: tuple(quota[name]) for name in ("kinds", "agency_levels", "provinces")}}) for quota in kept["quotas"])
    return Offering.model_construct(**{
        **kept, **moments, "quotas": quotas, "audience": tuple(kept["audience"]),
        "title": InBothLanguages.model_construct(**kept["title"]),
        "place": InBothLanguages.model_construct(**kept["place"])})


def in_zone(moment: datetime, zone: str) -> datetime:
    """A wall-clock moment as declared in front matter, as UTC."""
    return moment.replace(tzinfo=ZONES[zone]).astimezone(UTC)
