"""Shapes of a dossier: what an official puts together, how its parts stand, what was decided. Pure.

A dossier consists of sections (answers of a form each), evidence (pointers, never copies) and dated facts. It is
frozen when it is sent: the digest of each section and of the whole is kept, so that what was decided is what was sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

Regime = Literal["konversi", "integrasi", "konvensional"]
REGIMES: tuple[Regime, ...] = ("konversi", "integrasi", "konvensional")
ATTACHMENTS = "lampiran"
# The sections of each regime, in the order in which they are filled in; the last one is always the attachments.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "konversi": ("identitas", "jabatan", "predikat", "ijazah", ATTACHMENTS),
    "integrasi": ("identitas", "integrasi", ATTACHMENTS),
    "konvensional": ("identitas", "masa", "butir", ATTACHMENTS),
}
# What the superior confirms: when it changes afterwards, it is confirmed again.
CONFIRMED: Mapping[str, tuple[str, ...]] = {
    "konversi": ("jabatan", "predikat"), "integrasi": ("integrasi",), "konvensional": ("masa", "butir")}
FINAL = ("decided", "closed", "withdrawn")


@dataclass(frozen=True)
class Exhibit:
    """One piece of evidence in its place: a pointer into the source that has it, and the hash of what it was then.

    `slot` is the kind of attachment it answers; `item` is the item of the catalogue that it belongs to, if any.
    """

    slot: str
    source: str  # files, attendance, decisions: the modules of dupak/sources
    key: str  # how that source finds it again
    title: str
    digest: str
    day: str = ""  # when what it proves happened, where the source knows
    item: str = ""
    added_at: str = ""

    @property
    def id(self) -> str:
        """Names it within its dossier, the same each time: adding it twice is adding it once."""
        return digest_of([self.slot, self.item, self.source, self.key])[:16]


@dataclass(frozen=True)
class Returned:
    """A section that was given back, with why: a code that has words, and perhaps a sentence of the desk's own."""

    reason: str
    note: str = ""
    revised: bool = False  # whether its official has looked at it again since


@dataclass(frozen=True)
class Frozen:
    """What was sent: the digest of each section, of the evidence, and of everything, with the moment."""

    at: str
    digest: str
    sections: Mapping[str, str]


@dataclass(frozen=True)
class Dossier:
    """A dossier as it is kept."""

    reference: str
    submission: str
    owner: str
    regime: Regime
    language: str
    email: str
    created_at: str
    state: str = "draft"
    since: str = ""  # when it came into this state
    due: str = ""  # the day until which this state is to be left, as ISO 8601
    sections: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Exhibit, ...] = ()
    returned: Mapping[str, Returned] = field(default_factory=dict)
    back_to: str = ""
    frozen: Frozen | None = None
    unit: str = ""
    agency: str = ""
    region: str = ""
    round: str = ""  # of a conventional one: in which round it was sent
    superior: Mapping[str, str] = field(default_factory=dict)  # who confirmed: name, nip, title, place, day
    decided_at: str = ""
    number: str = ""  # of the decision
    objection: str = ""
    objected_at: str = ""
    answered_at: str = ""
    answer: str = ""
    decisions: int = 0  # how often it was decided: an objection that was granted leads to another decision
    changes: int = 0

    @property
    def editable(self) -> tuple[str, ...]:
        """The sections that may be changed now: all of a draft, of a returned one those that came back.

        Its attachments are always among them: which are asked for follows from the other sections, and a file that was
        deleted at its source has to be replaced before it can be sent again.
        """
        if self.state == "draft":
            return SECTIONS[self.regime]
        if self.state != "returned":
            return ()
        return tuple(dict.fromkeys((*self.returned, ATTACHMENTS)))

    def revised(self, name: str) -> Mapping[str, Returned]:
        """What was returned, with this section looked at again."""
        return {each: replace(why, revised=why.revised or each == name) for each, why in self.returned.items()}

    def section(self, name: str) -> dict[str, Any]:
        """What was answered in a section; empty when nothing was yet."""
        return dict(self.sections.get(name, {}))

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items of a conventional dossier, in the order in which they were entered."""
        return list(self.sections.get("butir", {}).get("items", ()))


def follow_items(dossier: Dossier, items: Sequence[Mapping[str, Any]]) -> tuple[Exhibit, ...]:
    """The evidence when the items become these: each piece goes with its item, whatever number that has now.

    An item is known again by its code and day, and one whose day was put right by its code and place; what belonged to
    one that is gone is taken out.
    """
    numbers: dict[tuple[str, str], list[str]] = {}
    for number, each in enumerate(items, 1):
        numbers.setdefault((each["kode"], each["day"]), []).append(str(number))
    now = {str(number): waiting.pop(0) for number, each in enumerate(dossier.items, 1)
           if (waiting := numbers.get((each["kode"], each["day"]), []))}
    free = {number for waiting in numbers.values() for number in waiting}
    for number, each in enumerate(dossier.items, 1):
        if str(number) not in now and str(number) in free and items[number - 1]["kode"] == each["kode"]:
            now[str(number)] = str(number)
    return tuple(replace(each, item=now[each.item]) if each.item else each
                 for each in dossier.evidence if not each.item or each.item in now)


def freeze(dossier: Dossier, moment: str) -> Frozen:
    """The digests of a dossier as it is sent."""
    digests = {name: digest_of(dossier.sections.get(name, {})) for name in SECTIONS[dossier.regime]}
    digests[ATTACHMENTS] = digest_of([asdict(each) for each in dossier.evidence])
    return Frozen(moment, digest_of(digests), digests)


def is_as_sent(dossier: Dossier) -> bool:
    """Whether a dossier still is what was sent."""
    return dossier.frozen is not None and freeze(dossier, dossier.frozen.at) == dossier.frozen


def digest_of(value: object) -> str:
    """SHA-256 of plain data in canonical form."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True, default=str).encode()).hexdigest()
