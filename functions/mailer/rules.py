"""Several letters as one: what a digest looks like. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal.letters import Letter, letter

LETTERS = "{letters}"  # where a digest's template takes in the letters


def digest(template: str, letters: Sequence[Letter], values: Mapping[str, str]) -> Letter:
    """Several letters as one, in their order; a single letter stays what it is."""
    if len(letters) == 1:
        return letters[0]
    before, _, after = template.partition(LETTERS)
    told = {"count": str(len(letters)), **values}
    opening, closing = letter(before, told), letter(f"\n{after}", told)
    parts = [f"{number}. {each.subject}\n\n{each.text}" for number, each in enumerate(letters, 1)]
    return Letter(opening.subject, "\n\n".join([opening.text.strip(), *map(str.strip, parts), closing.text]))
