"""What is asked of somebody who wants to send a file: its name and, from a script or a program, its type and hash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar

from portal.forms import FormModel
from portal.questions import Line, readable, refuse
from uploads.rules import display_name


@dataclass(frozen=True, kw_only=True)
class FileName(Line):
    """The name of a file as a device gives it: what could do harm in it is left out, not complained about."""

    most: int = 400

    @property
    def codes(self) -> tuple[str, ...]:
        """Whatever can be read as text can be made a name."""
        return ("too_long",)

    def read(self, value: object) -> object:
        """The name without folders, without what cannot be seen, and with its ending."""
        if not isinstance(value, str):
            raise refuse("unreadable")
        if len(value) > self.most:
            raise refuse("too_long", most=self.most)
        return display_name(value, None)


@dataclass(frozen=True, kw_only=True)
class Digest(Line):
    """A SHA-256 in hexadecimal digits."""

    own_codes: ClassVar[tuple[str, ...]] = ("digest_shape",)

    def read(self, value: object) -> object:
        """Its 64 digits in lower case."""
        text = readable(value).lower()
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            raise refuse("digest_shape")
        return text


class NewUpload(FormModel):
    """A file that somebody wants to send."""

    file_name: Annotated[str, FileName()]
    media_type: Annotated[str | None, Line(most=120, hidden=True)] = None
    sha256: Annotated[str | None, Digest(hidden=True)] = None
