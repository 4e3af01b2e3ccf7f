"""What a message looks like: its subject and text from a template in content and the message's values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# The template's first line is the subject; a value can never begin a new header or a new line of its own.
# (U+0085, U+2028 and U+2029 end a line too, for some of the programs on the way).
FORBIDDEN = dict.fromkeys((*range(32), *range(127, 160), 0x2028, 0x2029), " ")


class Letter(NamedTuple):
    """A message ready to be sent, as plain text."""

    subject: str
    text: str


def letter(template: str, values: Mapping[str, str]) -> Letter:
    """Fill a template; `{name}` stands for a value, an unknown one raises KeyError (a test holds that none is)."""
    safe = {name: str(value).translate(FORBIDDEN) for name, value in values.items()}
    subject, _, text = template.format_map(safe).partition("\n")
    return Letter(subject.strip(), text.strip() + "\n")
