"""A dossier of the most that its form takes, 40 items with four proofs each, and a queue longer than a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assessment import desk_queue, desk_stores
from dupak.dossiers import Dossier, Exhibit
from dupak.own_views import queue_row
from dupak.store import Dossiers, queue_keys
from infra.bench.capacity import LARGEST_ITEM, LARGEST_TRANSACTION, MOST_WRITES, item_size
from portal import records
from portal.identifiers import format_moment, new_ulid, reference_for
from portal.records import Table, put, to_attributes
from tests.doors.test_dossiers import (  # noqa: F401 fixtures of the same people
    AGENCY,
    IDENTITY,
    JOINING,
    NOW,
    RANDOM,
    SIGNATURE,
    UNIT,
    Official,
    SignIn,
    acts,
    dossiers,
    sign_in,
    uploads,
)

ITEMS, PROOFS = range(1, 41), range(4)
LONG_NAME = "surat-tugas-dan-laporan-pelaksanaan-kegiatan-{}-{}.pdf"


def marked(door: Any, reference: str, step: str, seen: str, **other: str) -> Any:
    """What the page of marks sends: every cell of every item."""
    cells = {f"{name}_{item}": value for item in ITEMS
             for name, value in (("accepted", "1"), ("reason", ""), ("note", ""))}
    sent = {**cells, **other, "tindakan": step, "perubahan": seen, "lang": "id"}
    return door(f"POST {desk_stores.ONE}/nilai", form=sent,
                reference=reference)


@pytest.fixture
def transactions(names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> list[list[dict[str, Any]]]:
    """The writes of each transaction that reaches the store."""
    del names
    heard: list[list[dict[str, Any]]] = []
    client = records.client()
    unheard = client.call

    def hear(operation: str, parameters: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems":
            heard.append(parameters["TransactItems"])
        return unheard(operation, parameters)

    monkeypatch.setattr(client, "call", hear)
    return heard


def test_forty_items_with_four_proofs_each_are_entered_marked_and_decided_within_what_the_store_takes(
        sign_in: SignIn, uploads: Callable[[str, str], str], dossiers: Dossiers, names: dict[str, str],  # noqa: F811
        transactions: list[list[dict[str, Any]]]) -> None:
    helmy = Official(sign_in(), uploads)
    helmy.begins("konvensional")
    helmy.fills("identitas", **IDENTITY)
    helmy.fills("masa", first="01-2020", last="12-2022", jenjang="ahli_pertama", golongan="III/a", pendidikan="100")
    entered = helmy.fills("butir", items_kode=["DEMO-T1" for _ in ITEMS], items_volume=["1" for _ in ITEMS],
                          items_day=["01-02-2021" for _ in ITEMS], items_jenjang=["" for _ in ITEMS], lang="id")
    assert entered.status == 303, entered.text
    for slot in ("surat_pengantar", "sk_pangkat", "sk_jabatan", "pak_terakhir", "skp", "ijazah"):
        helmy.attaches(slot)
    prove(dossiers, helmy)
    assert helmy.does("kirim").status == 303, helmy.sees().text
    reference = helmy.reference
    ratna, eko, gita, dian, hadi, intan = (sign_in(name, desk_handle()) for name in (
        "ratna", "eko", "gita", "dian", "hadi", "intan"))
    for door in (hadi, intan):
        door(f"POST {desk_stores.DESK}/tim/diri", form=JOINING)
    acts(ratna, reference, "confirm", **SIGNATURE)
    acts(eko, reference, "complete", penilai_1="hadi", penilai_2="intan")
    assert marked(hadi, reference, "kunci", "0").status == 303
    assert marked(intan, reference, "kunci", "0", accepted_1="0", reason_1="no_evidence").status == 303
    acts(eko, reference, "settle", accepted_1="0", reason_1="no_evidence")
    acts(gita, reference, "endorse", catatan="Sesuai")
    assert acts(dian, reference, "decide", **SIGNATURE).status == 303
    decision = transactions[-1]
    assert sum("AGREEMENT#" in str(each) for each in decision) == len(ITEMS)
    assert len(decision) <= MOST_WRITES
    sizes = [item_size(parameters["Item"]) for each in decision for parameters in each.values() if "Item" in parameters]
    assert sum(sizes) <= LARGEST_TRANSACTION
    assert max(sizes) <= LARGEST_ITEM / 4, "there is room for longer names and notes"
    kept = [item for name in ("DossiersTable", "AssessmentTable") for item in Table(names[name]).everything()]
    assert max(item_size(to_attributes(item)) for item in kept) <= LARGEST_ITEM / 4


def desk_handle() -> Any:
    from assessment.handler import handle  # noqa: PLC0415 its door is made when it is first asked for

    return handle


def prove(dossiers: Dossiers, helmy: Official) -> None:  # noqa: F811
    """What 160 taps on the page of attachments come to."""
    dossier = dossiers.find(helmy.reference)
    assert dossier is not None
    proofs = []
    for item in ITEMS:
        for number in PROOFS:
            name = LONG_NAME.format(item, number)
            proofs.append(Exhibit("butir", "files", helmy.uploads(helmy.person, name), name, f"{len(name):064x}", "",
                                  str(item), format_moment(NOW)))
    dossiers.save(dossier, replace(dossier, evidence=(*dossier.evidence, *proofs)))


# -- a long queue ----------------------------------------------------------------------------------------------------


def wait(table: Table, how_many: int) -> list[str]:
    """So many dossiers wait for the secretariat, the most urgent first; answers their references."""
    found = []
    for number in range(how_many):
        submission = new_ulid(NOW, RANDOM)
        each = Dossier(reference_for(submission), submission, f"official-{number}", "konversi", "id", "",
                       format_moment(NOW), state="secretariat", since=format_moment(NOW), unit=UNIT, agency=AGENCY,
                       due=(NOW + timedelta(days=number)).date().isoformat(), sections={"identitas": IDENTITY})
        for key in queue_keys(each):
            table.write(put({**key, "reference": each.reference, "owner": each.owner, **queue_row(each, None)}))
        found.append(each.reference)
    return found


def shown(answer: Any) -> list[str]:
    return [link.rpartition("/")[2] for link in answer.links
            if link.startswith(f"{desk_stores.DESK}/") and "?" not in link and len(link.rpartition("/")[2]) == 8]


def test_whoever_waits_behind_the_hundredth_row_of_a_queue_is_reached_by_a_link(
        sign_in: SignIn, names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(desk_queue, "ON_A_PAGE", 3)
    waiting = wait(Table(names["DossiersTable"]), 7)
    eko = sign_in("eko", desk_handle())
    seen, pages = [], [eko(f"GET {desk_stores.DESK}")]
    while more := [link for link in pages[-1].links if "sesudah" in link]:
        (address,) = more
        query = dict(pair.split("=") for pair in address.partition("?")[2].replace("%3A", ":").replace(
            "%23", "#").split("&"))
        pages.append(eko(f"GET {desk_stores.DESK}", query=query))
    for page in pages:
        seen += shown(page)
    assert seen == waiting
    assert [len(shown(page)) for page in pages] == [3, 3, 1]


@pytest.mark.parametrize("query", [
    {"antrean": "approving", "kantor": "*", "sesudah": "2026-01-01#7F3K9QX2"},
    {"antrean": "secretariat", "kantor": "pemerintah-kota-lain", "sesudah": "2026-01-01#7F3K9QX2"},
    {"antrean": "secretariat", "kantor": "pemerintah-kabupaten-bojonegoro", "sesudah": "x' OR 1=1"},
])
def test_a_queue_that_is_not_ones_own_or_a_place_that_is_none_shows_ones_own_queues_from_the_beginning(
        sign_in: SignIn, names: dict[str, str], query: dict[str, str]) -> None:  # noqa: F811
    waiting = wait(Table(names["DossiersTable"]), 2)
    assert shown(sign_in("eko", desk_handle())(f"GET {desk_stores.DESK}", query=query)) == waiting


def test_the_forms_of_assessors_lead_to_routes_of_the_desk_which_loads_them_later() -> None:
    from assessment import handler, team  # noqa: PLC0415 the door is made when it is first asked for

    assert {("POST", team.JOIN.action), ("POST", team.LEND.action)} <= handler.ROUTES.keys()
    assert all(callable(getattr(team, name)) for name in ("team", "oneself", "join", "lend_role"))
