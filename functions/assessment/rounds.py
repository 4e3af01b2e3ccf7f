"""Rounds of conventional assessment: which takes dossiers in on a day, and until when each stage of one lasts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.access import ANY_SCOPE, unit_key
from portal.assets import read_json

# Which window of a round a state is to be left in.
STAGES: Mapping[str, str] = {"assessing": "nilai", "plenary": "sidang"}


@dataclass(frozen=True)
class Round:
    """A round with its windows: first and last day of each, both included."""

    id: str
    agency: str
    title: Mapping[str, str]
    windows: Mapping[str, tuple[date, date]]

    def takes_in(self, day: date) -> bool:
        """Whether a dossier may be sent on this day."""
        first, last = self.windows["daftar"]
        return first <= day <= last


def rounds() -> list[Round]:
    """Every round that is declared."""
    return [Round(each["id"], each["agency"], each["title"], {
        name: (date.fromisoformat(each[name][0]), date.fromisoformat(each[name][1]))
        for name in ("daftar", "nilai", "sidang")}) for each in read_json("rounds.json")]


def round_for(agency: str, day: date) -> Round | None:
    """The round that takes in an agency's dossiers on a day: its own, or one of every agency if it has none at all."""
    own = [each for each in rounds() if each.agency == unit_key(agency)]
    known = own or [each for each in rounds() if each.agency == ANY_SCOPE]
    return next((each for each in known if each.takes_in(day)), None)


def next_window(agency: str, day: date) -> date | None:
    """The next day on which a round begins to take in an agency's dossiers."""
    own = [each for each in rounds() if each.agency == unit_key(agency)]
    known = own or [each for each in rounds() if each.agency == ANY_SCOPE]
    return min((first for each in known if (first := each.windows["daftar"][0]) > day), default=None)


def last_day(round_id: str, state: str, otherwise: date | None) -> date | None:
    """Until when a dossier of this round is to leave a state: the end of its window, if that is the later day."""
    found = next((each for each in rounds() if each.id == round_id), None)
    if found is None or state not in STAGES:
        return otherwise
    end = found.windows[STAGES[state]][1]
    return max(end, otherwise) if otherwise else end
