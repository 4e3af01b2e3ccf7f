"""The kinds of people, in the words that every subject uses; nothing else is known here."""

from __future__ import annotations

KINDS = ("psm", "tpp", "asn", "penulis", "umum")
HAVE_A_NIP = ("psm", "asn")
TPP_LEVELS = ("pld", "pd", "tapm_kabupaten", "tapm_provinsi", "tapm_pusat")
# PermenPANRB 28/2018 Pasal 4: keterampilan, then keahlian.
JENJANG = ("pemula", "terampil", "mahir", "penyelia", "ahli_pertama", "ahli_muda", "ahli_madya", "ahli_utama")
GOLONGAN = ("II/a", "II/b", "II/c", "II/d", "III/a", "III/b", "III/c", "III/d", "IV/a", "IV/b", "IV/c", "IV/d", "IV/e")
