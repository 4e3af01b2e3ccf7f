"""People who have registered already when the portal starts here, so that a desk has something on it.

They come in by the public door, as everybody does, and by the same identifiers each time: started twice on a store
that remembers, nothing is there twice. What an activity does not take today (it is closed, or full) stays away.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from portal.identifiers import new_ulid

BIMTEK, CIRCLE = "bimtek-musyawarah-desa", "komunitas-belajar-sidoarjo"
THEN: Final = datetime(2026, 11, 1, tzinfo=UTC)  # only a part of the identifiers
FIRST = ("Ayu", "Bagus", "Citra", "Dewa", "Eka", "Fitri", "Gede", "Hani", "Intan", "Joko", "Kadek", "Lestari")
LAST = ("Wulandari", "Prasetya", "Nugroho", "Simbolon", "Gebze", "Maharani", "Siregar", "Tanjung")
REGIONS = ("35.22", "35.15", "33.74", "93.01", "73.71", "12.71", "51.71")
NEEDS = ("Kursi roda, pintu masuk tanpa tangga.", "Juru bahasa isyarat.", "Makanan tanpa daging.")
NIP = "19{year:02d}0{month}1{day} 20{since}01 {sex} 00{number}"
OFFICIALS, NEEDY = 4, 7  # every so many are officials, or need something in order to take part


def people() -> Iterator[dict[str, Any]]:
    """What each of them sends."""
    yield _person(0, BIMTEK) | {"name": "Helmy Elizabeth", "email": "helmy@contoh.test"}
    for number in range(1, 25):
        yield _person(number, BIMTEK)
    for number in range(25, 34):
        yield _person(number, CIRCLE)


def _person(number: int, offering: str) -> dict[str, Any]:
    name = f"{FIRST[number % len(FIRST)]} {LAST[number * 5 % len(LAST)]}"
    answers = {"submission_id": new_ulid(THEN, Random(number)), "offering": offering, "name": name,  # noqa: S311 the same each time
               "email": f"{name.lower().replace(' ', '.')}{number}@contoh.test", "phone": f"0812 3456 {7000 + number}",
               "region": REGIONS[number % len(REGIONS)], "agency_level": "desa", "kind": "tpp", "consent": "ya"}
    if number % OFFICIALS == 1:
        nip = NIP.format(year=70 + number % 20, month=1 + number % 9, day=number % 9, since=10 + number % 9,
                         sex=1 + number % 2, number=1 + number % 9)
        answers |= {"kind": "psm", "agency_level": "kabupaten_kota", "nip": nip,
                    "agency": "Dinas Pemberdayaan Masyarakat dan Desa"}
    if number % NEEDY == 1:
        answers |= {"accessibility_needs": NEEDS[number % len(NEEDS)]}
    return answers


def register(base_url: str) -> int:
    """Let them register at the portal that runs there; answers how many are registered now."""
    return sum(_is_taken(base_url, person) for person in people())


def _is_taken(base_url: str, person: dict[str, Any]) -> bool:
    sent = urllib.request.Request(  # noqa: S310 the address is our own runner's
        f"{base_url}/layanan/pendaftaran", data=json.dumps(person).encode(),
        headers={"accept": "application/json", "content-type": "application/json"})
    try:
        with urllib.request.urlopen(sent, timeout=30):  # noqa: S310 see above
            return True
    except urllib.error.HTTPError as refused:
        refused.close()
        return False
