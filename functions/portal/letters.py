"""What a message looks like: its subject and text from a template in content and the message's values. Pure.

The mailer writes letters by it; a page that shows a letter before it is sent draws it by the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

# The template's first line is the subject; a value can never begin a new header or a new line of its own.
# (U+0085, U+2028 and U+2029 end a line too, for some of the programs on the way).
FORBIDDEN = dict.fromkeys((*range(32), *range(127, 160), 0x2028, 0x2029), " ")
GAP = re.compile(r"\n{3,}")
HEADER = re.compile(r"---\n(.*?)---\n", re.DOTALL)
# How many minutes a message may wait for others: a digest's sender holds it for two minutes (mailer.digests), and the
# queue delays for fifteen at most.
SHORTEST, LONGEST = 5, 15


class Letter(NamedTuple):
    """A message ready to be sent, as plain text."""

    subject: str
    text: str


class Template(NamedTuple):
    """A file of content/mail: its text, and for how many minutes its messages wait for others to the same address."""

    text: str
    digest: int = 0  # 0: each is a mail of its own, at once


def read_template(source: str) -> Template:
    """The template as it is written: `digest: 15` between two lines of hyphens above it makes a digest.

    Raises ValueError for any other header.
    """
    header = HEADER.match(source)
    if header is None:
        return Template(source)
    declared = re.fullmatch(r"digest: (\d{1,3})\n", header[1])
    if declared is None or not SHORTEST <= int(declared[1]) <= LONGEST:
        raise ValueError(f"expected digest: with whole minutes from {SHORTEST} to {LONGEST}, and nothing else")
    return Template(source[header.end():], int(declared[1]))


def letter(template: str, values: Mapping[str, str]) -> Letter:
    """Fill a template; `{name}` stands for a value, an unknown one raises KeyError (a test holds that none is)."""
    safe = {name: str(value).translate(FORBIDDEN) for name, value in values.items()}
    subject, _, text = template.format_map(safe).partition("\n")
    return Letter(subject.strip(), GAP.sub("\n\n", text).strip() + "\n")  # a paragraph that is empty leaves no gap
