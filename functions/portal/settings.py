"""What the template tells a function: typed, read once at the cold start, and refused when something is missing."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True)
class Settings:
    """The base of every function's settings: each field is the environment variable of the same name in capitals."""

    @classmethod
    def from_environment(cls) -> Self:
        """Read the variables; a missing or empty one raises KeyError with its name at the cold start."""
        values = {each.name: os.environ[each.name.upper()] for each in fields(cls)}
        for name, value in values.items():
            if not value:
                raise KeyError(name.upper())
        return cls(**values)
