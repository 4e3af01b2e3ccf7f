"""What a page about a registration shows, as plain values for its template. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import Markup

from portal.assets import words
from portal.identifiers import format_reference, parse_moment
from portal.moments import format_span, format_time
from registrations.models import Offering
from registrations.rules import may_cancel
from registrations.store import OVER, Record, reason_given


def view_of(record: Record, offering: Offering, language: str, *, position: int, most: int, origin: str,
            now: datetime) -> dict[str, Any]:
    """The facts of one registration for people: never a name, a NIP or a telephone number.

    `position` counts from 1; beyond `most` only "more than" is told.
    """
    return {
        "state": record.state, "reference": format_reference(record.reference), "plain": record.reference,
        "email": record.answers["email"], "offering": offering.id, "title": getattr(offering.title, language),
        "when": format_span(offering.starts, offering.ends, offering.zone, language),
        "begins": format_time(offering.starts, offering.zone, language),
        "place": getattr(offering.place, language), "position": min(position, most), "far_back": position > most,
        "received": format_time(parse_moment(record.received_at), offering.zone, language),
        "page": f"{'/en' if language == 'en' else ''}/kegiatan/{offering.id}/",
        "may_cancel": record.state not in OVER and may_cancel(offering, now), "over": record.state in OVER,
        "why": reason_given(record.refusal, language) if record.refusal else "",
        "qr": _qr(f"{origin}/layanan/pendaftaran/status/{record.reference}"),
    }


def _qr(address: str) -> Markup:
    """The QR code as inline SVG: the address that asks for the e-mail; nothing personal is in it."""
    import segno  # noqa: PLC0415 only pages with a code need the library

    drawn = segno.make(address, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", title="QR")
    return Markup(drawn)  # noqa: S704 drawn by the library from an address of ours


def facts_of(offering: Offering, language: str) -> dict[str, str]:
    """What the sentences about a failure may say of the offering."""
    kinds = words("registration", language)["fields"]["kind"]["options"]
    audience = ", ".join(kinds[kind] for kind in offering.audience)
    opens, closes = (format_time(moment, offering.zone, language) for moment in (offering.opens, offering.closes))
    return {"title": getattr(offering.title, language), "opens": opens, "closed": closes, "audience": audience,
            "offering": offering.id}
