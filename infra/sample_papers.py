"""Draws every paper of angka kredit with a made-up career: `python -m infra.sample_papers FOLDER`.

For whoever changes a template in site/documents or the words of the papers: look at what becomes of it. Nobody in it
lives, and the conventional items are those of the demonstration.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from dupak.integrasi import Integration, integration
from dupak.konvensional import Done, read_catalogue, sheet
from dupak.models import Career, Diploma, Entry, Evaluation, Month, Post
from dupak.papers import Issue, Proposal, Result, Subject, Work, kinds_for, paper
from dupak.rulebook import Rulebook
from dupak.rules import Standing, standing
from dupak.views import Teller
from infra import assets
from infra.template_reader import ROOT
from portal.assets import read_json, words

TODAY = date(2026, 11, 27)
CATALOGUE = ROOT / "content" / "rules" / "butir-peragaan.csv"

SITI = Subject(
    "Siti Rahmawati, S.Sos.", "199203012019032001", "B 01234567", "Bojonegoro", "1992-03-01", "P",
    "S1 Sosiologi", "ahli_pertama", "III/a", "2019-03-01", "2023-01-01",
    "Bidang Pemberdayaan Masyarakat", "Dinas Pemberdayaan Masyarakat dan Desa Kabupaten Bojonegoro",
    "3 tahun 10 bulan", "6 tahun 1 bulan")
ISSUE = Issue(
    "800.1.3.1/0042/412.216/2026", "Bojonegoro", "2026-11-27", "Drs. Bambang Purnomo, M.Si.", "197001011995031001",
    "Kepala Dinas Pemberdayaan Masyarakat dan Desa,",
    ("PEMERINTAH KABUPATEN BOJONEGORO", "DINAS PEMBERDAYAAN MASYARAKAT DAN DESA",
     "Jalan Peragaan Nomor 1, Bojonegoro 62111"),
    ("Kepala Badan Kepegawaian Negara", "Kepala BKPP Kabupaten Bojonegoro", "Yang bersangkutan"),
    "https://portal.example/periksa/7F3K-9QX2", "2023-01", "2024-02",
    "Dra. Endang Lestari", "197505052000122001", "Kepala Bidang Pemberdayaan Masyarakat",
    "Bidang Pemberdayaan Masyarakat", "IV/a", (("Agus Salim, S.IP.", "198001012005011002"),
                                               ("Maria Kurnia, M.Si.", "198202022006042003")),
    ("Slamet Raharjo, M.Si.", "197303031998031004"),
    ("Sesuai dengan kegiatan yang dilakukan.", "Dua laporan digabung menjadi satu.", "Disetujui tim."),
    proposer=("Pejabat Pengusul,", "Dra. Wati Lestari", "197101011996032001"))


def rulebook() -> Rulebook:
    """The rules as the functions read them."""
    return Rulebook(read_json("credit.json"))


def career() -> Standing:
    """Two evaluations in the present level, and BKN's own example: 18,750 + 2,083 = 20,833."""
    posts = (Post(Month(2023, 1), "ahli_pertama", "III/a"),)
    evaluations = (Evaluation(Month(2023, 1), Month(2023, 12), "sangat_baik"),
                   Evaluation(Month(2024, 1), Month(2024, 2), "baik"))
    return standing(Career(posts, evaluations), rulebook(), TODAY)


def long_career() -> Standing:
    """Integration, twelve periods, a promotion in rank and a diploma."""
    posts = (Post(Month(2023, 1), "ahli_pertama", "III/a", Entry("integrasi", points=Decimal("131.25"))),
             Post(Month(2024, 4), "ahli_pertama", "III/b", Entry("naik")))
    predikat = (*("baik", "sangat_baik") * 5, "cukup", "baik")
    evaluations = tuple(Evaluation(Month(2023, 1).plus(3 * number), Month(2023, 1).plus(3 * number + 2), each)
                        for number, each in enumerate(predikat))
    return standing(Career(posts, evaluations, (Diploma("s2", Month(2024, 6)),)), rulebook(), TODAY)


def integrated() -> Integration:
    """A conventional total of all lines."""
    post = Post(Month(2023, 1), "ahli_pertama", "III/a", Entry("integrasi"))
    lama = {"pendidikan": Decimal(100), "tugas_jabatan": Decimal("18.5"), "penunjang": Decimal("1.5")}
    baru = {"tugas_jabatan": Decimal("9.275"), "pengembangan_profesi": Decimal(2)}
    return integration(lama, baru, post, rulebook())


def proposal(items: int = 12) -> Proposal:
    """So many works of the demonstration's items, of which the assessors did not take the last."""
    catalogue = read_catalogue(CATALOGUE.read_text(encoding="utf-8"))
    kinds = ("DEMO-T1", "DEMO-T2", "DEMO-P1", "DEMO-S1", "DEMO-K1")
    works = tuple(Work(Done(kinds[number % 5], Decimal(number % 3 + 1), date(2022, 1, 10) + timedelta(days=7 * number),
                            "ahli_pertama"), catalogue[kinds[number % 5]], f"Laporan {number + 1:02}.pdf")
                  for number in range(items))
    lama = {"pendidikan": Decimal(100), "tugas_jabatan": Decimal("12.5")}
    done = [work.done for work in works]
    return Proposal(sheet(done, lama, catalogue, rulebook()), sheet(done[:-1], lama, catalogue, rulebook()), works)


def samples() -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each sample, and its paper."""
    teller = Teller(rulebook(), words("credit", "id"), "id")
    results: dict[str, Result] = {"konversi": career(), "integrasi": integrated(), "konvensional": proposal()}
    for regime, result in results.items():
        for kind in kinds_for(regime):
            yield f"{regime}-{kind}", paper(kind, SITI, ISSUE, result, teller)
    draft = replace(ISSUE, number="", verify="", day="", signer_name="", signer_nip="")
    bare = replace(SITI, karpeg="", education="", golongan="III/b", rank_since="2024-04",
                   name="Raden Ajeng Siti Rahmawati " + "Kusumaningrum Wardhani " * 4 + "S.Sos.")
    for kind in kinds_for("konversi"):
        issue = replace(draft, first="2023-01", last="2025-12")
        yield f"panjang-konversi-{kind}", paper(kind, bare, issue, long_career(), teller, before=Decimal(50))
    for kind in kinds_for("konvensional"):
        yield f"panjang-konvensional-{kind}", paper(kind, bare, draft, proposal(40), teller)


def main(folder: Path) -> None:
    """Write each as PDF and DOCX."""
    os.environ.setdefault("ASSETS_FOLDER", str(assets.ASSETS))
    assets.write()
    from dupak.drawing import docx, pdf  # noqa: PLC0415 after the assets are there

    folder.mkdir(parents=True, exist_ok=True)
    for name, data in samples():
        for ending, draw in (("pdf", pdf), ("docx", docx)):
            (folder / f"{name}.{ending}").write_bytes(draw(data["kind"], data))
        print(folder / name)


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 itself and the folder
        sys.exit("python -m infra.sample_papers FOLDER")
    main(Path(sys.argv[1]))
