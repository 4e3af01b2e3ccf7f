"""People and activities with names, for tests to speak of.

Rules take `NOW` as an argument; doors look at the clock themselves, so what they are asked about is declared around
the real moment: `an_offering(now=datetime.now(UTC))`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from portal.assets import notice_version
from portal.forms import content_hash
from portal.identifiers import format_moment, new_ulid, reference_for
from registrations.models import Offering, Registration
from registrations.store import Record

NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
GENERAL_ONLY: tuple[dict[str, Any], ...] = ()


def an_offering(*, now: datetime = NOW, **changes: Any) -> Offering:
    """A bimtek of three seats that is open at `now`; `changes` replace what is declared."""
    declared: dict[str, Any] = {
        "id": "bimtek-klino", "title": {"id": "Bimtek Desa Klino", "en": "Training in Klino village"},
        "kind": "bimtek", "starts": now + timedelta(days=40), "ends": now + timedelta(days=42),
        "opens": now - timedelta(days=10), "closes": now + timedelta(days=20), "zone": "WIB", "mode": "luring",
        "place": {"id": "Balai Desa Klino", "en": "Klino village hall"}, "jp": 24, "fee": 0, "funding": "APBN",
        "seats": 3, "audience": ["psm", "tpp", "asn"], "quotas": []}
    return Offering.model_validate({**declared, **changes})


def a_quota(*, now: datetime = NOW, **changes: Any) -> dict[str, Any]:
    """Seats for regional civil servants until ten days from `now`; `changes` replace what is declared."""
    declared: dict[str, Any] = {"id": "asn_daerah", "title": {"id": "ASN daerah", "en": "Regional civil servants"},
                                "kinds": ["psm", "asn"], "agency_levels": ["provinsi", "kabupaten_kota"],
                                "released": now + timedelta(days=10)}
    return {**declared, **changes}


def papua(*, now: datetime = NOW, **changes: Any) -> dict[str, Any]:
    """One seat for each of the four new provinces in Papua; `changes` replace what is declared."""
    declared: dict[str, Any] = {"id": "papua", "title": {"id": "Empat provinsi baru", "en": "Four new provinces"},
                                "per_province": 1, "provinces": ["93", "94", "95", "96"],
                                "released": now + timedelta(days=5)}
    return {**declared, **changes}


def helmy(**changes: str) -> dict[str, str]:
    """A facilitator in Bojonegoro who registers for the bimtek in Klino; `changes` replace answers."""
    answers = {"offering": "bimtek-klino", "name": "Helmy Elizabeth", "email": "helmy@bojonegoro.example",
               "phone": "0812 3456 7890", "kind": "tpp", "agency_level": "desa", "region": "35.22", "consent": "ya"}
    return {**answers, **changes}


def official(**changes: str) -> dict[str, str]:
    """A PSM official of the district government, with a NIP."""
    return helmy(**{"name": "Siti Aminah", "email": "siti@bojonegoro.example", "kind": "psm",
                    "agency_level": "kabupaten_kota", "nip": "19860926 201505 2 001", **changes})


def yohana(**changes: str) -> dict[str, str]:
    """A facilitator in Merauke, one of the new provinces in Papua."""
    return helmy(**{"name": "Yohana Gebze", "email": "yohana@merauke.example", "region": "93.01", **changes})


def visitor(number: int, **changes: str) -> dict[str, str]:
    """One of many facilitators."""
    return helmy(**{"name": f"Peserta {number}", "email": f"peserta{number}@desa.example", **changes})


def ratna(**changes: str) -> dict[str, str]:
    """Somebody who cannot read one of the portal's pages with her screen reader, and says so."""
    answers = {"topic": "hambatan_akses", "message": "Tabel di halaman jadwal tidak terbaca.\nSaya memakai NVDA.",
               "page": "/konferensi/", "name": "Ratna Wulandari", "email": "ratna@surabaya.example", "consent": "ya"}
    return {**answers, **changes}


def a_submission(number: int = 1, now: datetime = NOW) -> str:
    """The identifier of one sending; each number is another one."""
    return new_ulid(now, Random(number))


def a_record(answers: dict[str, str], offering: Offering, *, now: datetime = NOW, number: int = 1) -> Record:
    """A registration as the door hands it to the store."""
    registration = Registration.model_validate(answers)
    submission = a_submission(number, now)
    return Record(
        reference=reference_for(submission), submission=submission, offering=offering.id,
        answers=registration.model_dump(exclude={"offering"}), content=content_hash(registration), language="id",
        received_at=format_moment(now), notice=notice_version())
