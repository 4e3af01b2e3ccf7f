"""People and activities with names, for tests to speak of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from registrations.models import Offering

NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
GENERAL_ONLY: tuple[dict[str, Any], ...] = ()


def an_offering(**changes: Any) -> Offering:
    """A bimtek of three seats that is open at NOW; `changes` replace what is declared."""
    declared: dict[str, Any] = {
        "id": "bimtek-klino", "title": {"id": "Bimtek Desa Klino", "en": "Training in Klino village"},
        "kind": "bimtek", "starts": NOW + timedelta(days=40), "ends": NOW + timedelta(days=42),
        "opens": NOW - timedelta(days=10), "closes": NOW + timedelta(days=20), "zone": "WIB", "mode": "luring",
        "place": {"id": "Balai Desa Klino", "en": "Klino village hall"}, "jp": 24, "fee": 0, "funding": "APBN",
        "seats": 3, "audience": ["psm", "tpp", "asn"], "quotas": []}
    return Offering.model_validate({**declared, **changes})


def a_quota(**changes: Any) -> dict[str, Any]:
    """Seats for regional civil servants until ten days from NOW; `changes` replace what is declared."""
    declared: dict[str, Any] = {"id": "asn_daerah", "title": {"id": "ASN daerah", "en": "Regional civil servants"},
                                "kinds": ["psm", "asn"], "agency_levels": ["provinsi", "kabupaten_kota"],
                                "released": NOW + timedelta(days=10)}
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


def visitor(number: int, **changes: str) -> dict[str, str]:
    """One of many facilitators."""
    return helmy(**{"name": f"Peserta {number}", "email": f"peserta{number}@desa.example", **changes})
