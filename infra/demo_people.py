"""The people of the runner and of the journeys: one for each role, who sign in by choosing their name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can sign in here: the name they choose, and what the sign-in service says of them."""

    subject: str
    name: str
    groups: tuple[str, ...] = ()
    email: str = ""

    @property
    def claims(self) -> dict[str, object]:
        """The claims of their ID token."""
        return {"name": self.name, "email": self.email or f"{self.subject}@contoh.test", "email_verified": True,
                "groups": list(self.groups)}


DEMO_PEOPLE = (
    DemoPerson("helmy", "Helmy Elizabeth"),
    DemoPerson("siti", "Siti Rahmawati", ("panitia:*",)),
    DemoPerson("budi", "Budi Santoso", ("panitia:bimtek-musyawarah-desa",)),
    DemoPerson("wayan", "Wayan Sudarma", ("pelatih:bimtek-musyawarah-desa",)),
    DemoPerson("yohana", "Yohana Gebze", ("manajer:93",)),
    DemoPerson("made", "Made Wirawan", ("manajer:35",)),
    DemoPerson("ratna", "Ratna Dewi", ("atasan:dinas-pmd-bojonegoro",)),
    DemoPerson("eko", "Eko Prasetyo", ("sekretariat:pemerintah-kabupaten-bojonegoro",)),
    DemoPerson("hadi", "Hadi Nugroho", ("penilai:pemerintah-kabupaten-bojonegoro",)),
    DemoPerson("intan", "Intan Maharani", ("penilai:pemerintah-kabupaten-bojonegoro",)),
    DemoPerson("joko", "Joko Siregar", ("penilai:pemerintah-kabupaten-bojonegoro",)),
    DemoPerson("gita", "Gita Simbolon", ("ketua:pemerintah-kabupaten-bojonegoro",)),
    DemoPerson("dian", "Dian Wulandari", ("penetap:pemerintah-kabupaten-bojonegoro",)),
    DemoPerson("rina", "Rina Kusuma", ("pengawas_data",)),
    DemoPerson("agus", "Agus Prasetyo", ("operator",)),
)
