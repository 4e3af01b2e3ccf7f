"""The vocabulary of the search, from content/search: which words say nothing, and which stand for another.

Three lists a language, each line explained in its file: silent words, same words (what people say for what the pages
say) and, for Indonesian, the families of words that the stemmer tears apart. Pages and questions go through the same
vocabulary: infra/search_copy.py the pages, site/theme/assets/portal/search.js the questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VOCABULARY = Path("content/search")
#: A word as both sides cut it; one letter or digit alone is none.
WORD = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True)
class Vocabulary:
    """What a language's words mean to the search: which say nothing, and which stand for another."""

    silent: frozenset[str]
    forms: dict[str, str]

    def telling(self, text: str) -> list[str]:
        """The words of a text that the index holds, in their indexed form."""
        words = [word for word in WORD.findall(text.lower()) if word not in self.silent]
        return [part for word in words for part in self.forms.get(word, word).split()]


def _lines(file: Path) -> Iterator[str]:
    if file.exists():
        lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
        yield from (line for line in lines if line and not line.startswith("#"))


def families(language: str, kind: str) -> dict[str, list[str]]:
    """A list of content/search (kind "stem-exceptions" or "same-words"): each canonical word with its forms."""
    pairs = (line.split("\t") for line in _lines(VOCABULARY / f"{kind}.{language}.tsv"))
    return {canonical: forms.split() for canonical, forms in pairs}


def read_vocabulary(language: str) -> Vocabulary:
    """The vocabulary of a language from content/search."""
    listed = [*families(language, "stem-exceptions").items(), *families(language, "same-words").items()]
    forms = {form: canonical for canonical, all_forms in listed for form in all_forms}
    silent = (word for line in _lines(VOCABULARY / f"silent-words.{language}.txt") for word in line.split())
    return Vocabulary(frozenset(silent), forms)
