"""Shapes: a consent, a request about one's own data, a breach of data. Each is a set of dated facts; state is derived.

Moments are ISO 8601 in UTC as `portal.identifiers.format_moment` writes them. A `person` is an opaque identifier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from portal.forms import FormModel
from portal.questions import Choice, Paragraph, refuse

# What somebody may allow beyond the service itself, which rests on the public task (UU 27/2022 Pasal 20 ayat 2 e):
# each is asked, given and withdrawn by itself (Pasal 22).
PURPOSES = ("accessibility_needs", "photos", "publication", "polls")
RIGHTS = ("export", "correction", "erasure", "objection")
OUTCOMES = ("granted", "partly", "refused")
REASONS = ("not_the_person", "kept_by_law", "still_needed", "nothing_found", "of_others", "done", "being_done")
GUARDIANS = ("parent", "guardian")
ABOUT = ("self", "child")  # whose data a request is about; a child's are flagged (Pasal 25)
TOLD_IN_WORDS = ("correction", "objection")  # nobody could act on these without knowing what is meant

RequestState = Literal["received", "verified", "in_hand", "answered", "withdrawn"]
BreachState = Literal["open", "told", "closed"]


class Consent(BaseModel):
    """That somebody allowed one purpose, or allows it no longer: with the proof that Pasal 24 asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: Literal["accessibility_needs", "photos", "publication", "polls"]
    given: bool  # False: withdrawn
    at: str
    version: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")  # of the text that was read
    text: str = Field(min_length=1, max_length=2000)  # a copy of that text
    language: Literal["id", "en"]
    through: str = Field(pattern=r"^[a-z][a-z_]{0,39}$")  # the form or page on which it was said
    about_child: bool = False
    guardian: Literal["parent", "guardian"] | None = None

    @model_validator(mode="after")
    def _a_child_is_spoken_for(self) -> Self:
        """Consent about a child is its parent's or guardian's (Pasal 25)."""
        if self.about_child and self.given and self.guardian is None:
            raise PydanticCustomError("guardian_missing", "a child's consent is given by a parent or guardian")
        return self


class NewRequest(FormModel):
    """What somebody who is signed in fills in to use a right."""

    right: Annotated[str, Choice(options=RIGHTS)]
    about: Annotated[str, Choice(options=ABOUT)]
    details: Annotated[str | None, Paragraph(most=2000)] = Field(default=None, validate_default=True)

    @field_validator("details")
    @classmethod
    def _some_need_words(cls, details: str | None, info: Any) -> str | None:  # noqa: ANN401 pydantic's ValidationInfo
        if details is None and info.data.get("right") in TOLD_IN_WORDS:
            raise refuse("missing")
        return details


@dataclass(frozen=True)
class Request:
    """What somebody asks about their own data."""

    reference: str
    submission: str
    person: str
    right: str
    details: str
    email: str
    language: str
    received_at: str
    due_at: str
    rules: str  # since when the hours hold that `due_at` was computed with
    changes: int = 0
    about_child: bool = False
    verified_at: str | None = None  # that the data are this person's was shown
    taken_at: str | None = None
    taken_by: str | None = None
    answered_at: str | None = None
    outcome: str | None = None
    reason: str | None = None
    withdrawn_at: str | None = None
    keys: tuple[str, ...] = ()  # of the addresses that an erasure is about, since those are erased with the rest
    erased_at: str | None = None  # when what a granted request asked to erase was gone

    @property
    def state(self) -> RequestState:
        """Where it stands: derived from its facts, stored nowhere."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.answered_at:
            return "answered"
        if self.taken_at:
            return "in_hand"
        return "verified" if self.verified_at else "received"


@dataclass(frozen=True)
class Breach:
    """What became known about data that got into wrong hands, and who was told when (Pasal 46)."""

    reference: str
    known_at: str  # the clock begins when it became known
    due_at: str
    rules: str
    changes: int = 0
    fields: tuple[str, ...] = ()  # codes of the data that were exposed
    people: int | None = None
    about_children: bool = False
    specific: bool = False  # data of a specific nature (Pasal 4 ayat 2), children's included
    serious_for_the_public: bool = False  # a public service is disturbed, or the public seriously affected
    when_and_how: str | None = None
    handling: str | None = None
    authority_told_at: str | None = None
    people_told_at: str | None = None
    public_told_at: str | None = None
    closed_at: str | None = None
