"""The kinds of people, in the words that every subject uses, and what each kind has; nothing else is known here."""

from __future__ import annotations

from typing import Any

from portal.questions import refuse

KINDS = ("psm", "tpp", "asn", "penulis", "umum")
HAVE_A_NIP = ("psm", "asn")
TPP_LEVELS = ("pld", "pd", "tapm_kabupaten", "tapm_provinsi", "tapm_pusat")
# PermenPANRB 28/2018 Pasal 4: keterampilan, then keahlian.
JENJANG = ("pemula", "terampil", "mahir", "penyelia", "ahli_pertama", "ahli_muda", "ahli_madya", "ahli_utama")
GOLONGAN = ("II/a", "II/b", "II/c", "II/d", "III/a", "III/b", "III/c", "III/d", "IV/a", "IV/b", "IV/c", "IV/d", "IV/e")


def officials_have_a_nip(nip: str | None, info: Any) -> str | None:  # noqa: ANN401 pydantic's ValidationInfo
    """For a model with `kind` before `nip`: the NIP, which those who have one must give."""
    if nip is None and info.data.get("kind") in HAVE_A_NIP:
        raise refuse("missing")
    return nip
