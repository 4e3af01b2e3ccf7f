"""A credit dossier from the first draft to the decision, by its official and by the desks, each with their rights."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pypdf
import pytest

from assessment import handler as desk
from dupak import own, press
from dupak.dossiers import SECTIONS, Exhibit, Returned
from dupak.store import Dossiers
from portal.assets import words
from portal.audit import Audit
from portal.buckets import Bucket
from portal.evidence import owner_key, upload_sort
from portal.identifiers import format_moment, new_ulid
from portal.records import Table, put
from portal.seal_register import Seals
from portal.sessions import Sessions
from portal.workdays import day_of
from registrations.catalogue import Catalogue
from registrations.store import Registrations
from tests.doors.calling import Answer, Caller, Context
from tests.people import a_record, an_offering, official

NOW = datetime.now(UTC)
RANDOM = Random(4)
NIP, UNIT, AGENCY = "198609262015052001", "Dinas PMD Bojonegoro", "Pemerintah Kabupaten Bojonegoro"
MINE, BEGIN, ONE, ACT = f"GET {own.BASE}", f"POST {own.BASE}", f"GET {own.ONE}", f"POST {own.ONE}"
PEOPLE = {"ratna": ("atasan:dinas-pmd-bojonegoro",), "eko": ("sekretariat:pemerintah-kabupaten-bojonegoro",),
          "dian": ("penetap:pemerintah-kabupaten-bojonegoro",), "gita": ("ketua:pemerintah-kabupaten-bojonegoro",),
          **dict.fromkeys(("fajar", "wulan", "krisna", "lestari"), ("penetap:pemerintah-kabupaten-bojonegoro",)),
          "hadi": ("penilai:*",), "intan": ("penilai:*",), "joko": ("penilai:*",)}
ASSESSORS, HIDDEN = ("hadi", "intan", "joko"), "Xaverius"  # a name that stands nowhere else
IDENTITY = {"name": "Helmy Elizabeth, S.Sos.", "nip": NIP, "karpeg": "P 123456", "birth_place": "Bojonegoro",
            "education": "d4_s1", "rank_day": "01-01-2023", "post_day": "01-01-2023", "unit": UNIT, "agency": AGENCY,
            "superior": "Ratna Dewi"}
SIGNATURE = {"nip": "197001011995032001", "title": "Kepala Dinas", "place": "Bojonegoro"}
SignIn = Callable[..., Caller]


@pytest.fixture
def sign_in(names: dict[str, str], kept_sessions: Sessions) -> Iterator[SignIn]:
    """A browser in which somebody has signed in."""
    from tests.doors.conftest import OF_A_DOOR, forget  # noqa: PLC0415 a fixture's own affair

    del names
    forget(*OF_A_DOOR)

    def signed(person: str = "helmy", handle: Any = own.handle) -> Caller:
        name = f"{HIDDEN} {person.title()}" if person in ASSESSORS else person.title()
        token = kept_sessions.begin(person, name=name, email=f"{person}@contoh.test",
                                    groups=PEOPLE.get(person, ()), now=NOW)
        return Caller(handle, {"__Host-sesi": token})

    yield signed
    forget(*OF_A_DOOR)


@pytest.fixture
def uploads(names: dict[str, str]) -> Callable[[str, str], str]:
    """Puts a released file among somebody's evidence; answers its identifier."""
    table = Table(names["UploadsTable"])

    def released(owner: str, name: str) -> str:
        upload = new_ulid(NOW, RANDOM)
        moment = format_moment(NOW)
        digest = f"{len(name):064x}"
        table.write(put({"pk": owner_key(owner), "sk": upload_sort(upload), "id": upload, "owner": owner,
                         "file_name": name, "language": "id", "asked_at": moment, "arrived_at": moment,
                         "inspected_at": moment, "scanned_at": moment, "released_at": moment, "digest": digest,
                         "kind": "pdf", "content_size": 1000}))
        return upload

    return released


@pytest.fixture
def dossiers(names: dict[str, str]) -> Dossiers:
    return Dossiers(Table(names["DossiersTable"]), Audit(Table(names["AuditTable"])))


class Official:
    """Helmy, who puts together a dossier with pages alone."""

    def __init__(self, door: Caller, uploads: Callable[[str, str], str], person: str = "helmy") -> None:
        self.door, self.uploads, self.person, self.reference = door, uploads, person, ""

    def begins(self, regime: str) -> str:
        answer = self.door(BEGIN, form={"regime": regime, "submission_id": new_ulid(NOW, RANDOM)})
        assert answer.status == 303, answer.text
        self.reference = answer.location.rpartition("/")[2]
        return self.reference

    def fills(self, section: str, **answers: Any) -> Answer:
        return self.door(f"POST {own.ONE}/{section}", form=answers, reference=self.reference)

    def attaches(self, slot: str, item: str = "") -> None:
        upload = self.uploads(self.person, f"{slot}{item}.pdf")
        answer = self.door(f"POST {own.ONE}/lampiran", form={
            "jenis": slot, "butir": item, "sumber": "files", "kunci": upload, "tindakan": "tambah"},
            reference=self.reference)
        assert answer.status == 303, answer.text

    def does(self, what: str) -> Answer:
        return self.door(ACT, form={"tindakan": what}, reference=self.reference)

    def sees(self) -> Answer:
        return self.door(ONE, reference=self.reference)


def conversion(official: Official, *, periods: tuple[tuple[str, str, str], ...]) -> None:
    official.begins("konversi")
    assert official.fills("identitas", **IDENTITY).status == 303
    assert official.fills("jabatan", entry="pertama", jenjang="ahli_pertama", golongan="III/a", since="01-2023",
                          rank_since="01-2023").status == 303
    first, last, predikat = (list(each) for each in zip(*periods, strict=True))
    answer = official.fills("predikat", periods_first=first, periods_last=last, periods_predikat=predikat)
    assert answer.status == 303, answer.text
    for slot in ("evaluasi_kinerja", "sk_jabatan", "sk_pangkat"):
        official.attaches(slot)


def acts(door: Caller, reference: str, what: str, **fields: Any) -> Answer:
    return door(f"POST {desk.ONE}", form={"tindakan": what, **fields}, reference=reference)


def draw_everything(dossiers: Dossiers, reference: str) -> None:
    """What the stream of the table does."""
    keys = [{"pk": {"S": f"DOSSIER#{each.reference}"}, "sk": {"S": f"PAPER#{each.decision:03}#{each.kind}"}}
            for each in dossiers.papers(reference)]
    press.handle({"Records": [{"dynamodb": {"Keys": each}} for each in keys]}, Context())


def test_a_dossier_of_conversion_goes_from_the_draft_to_a_sealed_decision(
        sign_in: SignIn, uploads: Callable[[str, str], str], dossiers: Dossiers, names: dict[str, str]) -> None:
    helmy = Official(sign_in(), uploads)
    conversion(helmy, periods=(("01-2023", "12-2023", "sangat_baik"), ("01-2024", "02-2024", "baik")))
    page = helmy.sees()
    assert "20,83" in page.text
    assert helmy.does("kirim").status == 303
    reference = helmy.reference
    ratna, eko, dian = (sign_in(name, desk.handle) for name in ("ratna", "eko", "dian"))
    assert reference in ratna(f"GET {desk.DESK}").body
    assert "20,83" in ratna(f"GET {desk.ONE}", reference=reference).text
    assert acts(ratna, reference, "confirm", **SIGNATURE).status == 303
    assert acts(eko, reference, "complete").status == 303
    decided = acts(dian, reference, "decide", **SIGNATURE)
    assert decided.status == 303, decided.text
    found = dossiers.find(reference)
    assert found is not None
    assert (found.state, found.number.startswith("001/PAK/")) == ("decided", True)
    draw_everything(dossiers, reference)
    papers = dossiers.papers(reference)
    assert {each.kind: each.state for each in papers} == {"konversi": "drawn", "akumulasi": "drawn", "pak": "drawn"}
    assert {each.kind: each.total for each in papers} == {"konversi": "20,833", "akumulasi": "20,833", "pak": "20,833"}
    signed = {each.kind: each.data["foot"]["signing"][0]["signing"][0]["name"] for each in papers}
    assert signed == {"konversi": "Ratna", "akumulasi": "Dian", "pak": "Dian"}, "the superior sets the predikat"
    content = Bucket(names["DocumentsBucket"]).get(f"{papers[0].key}.pdf", most=5_000_000)
    assert content is not None
    assert content.startswith(b"%PDF")
    assert "20,83" in sign_in()(MINE).text


JOINING = {"nip": "197505052000031001", "jenjang": "ahli_madya", "golongan": "IV/a", "agency": AGENCY}


def everything_told(official: Official) -> Iterator[str]:
    """Every answer that the official's door gives about a dossier, as a page and as data, and all that is exported."""
    routes = [own.BASE, own.ONE, *(f"{own.ONE}/{name}" for name in (*SECTIONS["konvensional"], "keberatan"))]
    for route in routes:
        for data in (None, {}):
            yield official.door(f"GET {route}", data=data, reference=official.reference).body
    exported = official.door(f"GET {own.BASE}/salinan").body.encode("latin-1")
    with zipfile.ZipFile(io.BytesIO(exported)) as packed:
        for name in packed.namelist():
            content = packed.read(name)
            yield "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages) \
                if name.endswith(".pdf") else content.decode()


def conventional(official: Official) -> None:
    official.begins("konvensional")
    assert official.fills("identitas", **IDENTITY).status == 303
    assert official.fills("masa", first="01-2020", last="12-2022", jenjang="ahli_pertama", golongan="III/a",
                          pendidikan="100").status == 303
    answer = official.fills("butir", items_kode=["DEMO-T1", "DEMO-T2", "DEMO-S1"], items_volume=["10", "4", "2"],
                            items_day=["01-02-2021", "03-03-2022", "04-04-2022"], items_jenjang=["", "", ""])
    assert answer.status == 303, answer.text
    for slot in ("surat_pengantar", "sk_pangkat", "sk_jabatan", "pak_terakhir", "skp", "ijazah"):
        official.attaches(slot)
    for item in ("1", "2", "3"):
        official.attaches("butir", item)


def marks(door: Caller, reference: str, step: str, seen: str, **given: str) -> Answer:
    full = {"accepted_1": "10", "accepted_2": "4", "accepted_3": "2"}
    return door(f"POST {desk.ONE}/nilai", form={**full, **given, "tindakan": step, "perubahan": seen},
                reference=reference)


def test_a_conventional_dossier_is_marked_twice_settled_and_decided_by_what_was_accepted(
        sign_in: SignIn, uploads: Callable[[str, str], str], dossiers: Dossiers) -> None:
    helmy = Official(sign_in(), uploads)
    conventional(helmy)
    assert helmy.does("kirim").status == 303, helmy.sees().text
    reference = helmy.reference
    ratna, eko, gita, dian, hadi, intan = (sign_in(name, desk.handle) for name in (
        "ratna", "eko", "gita", "dian", "hadi", "intan"))
    for door in (hadi, intan):
        assert door(f"POST {desk.TEAM}/diri", form=JOINING).status == 303
    assert acts(ratna, reference, "confirm", **SIGNATURE).status == 303
    assert acts(eko, reference, "complete").status == 422
    page = eko(f"GET {desk.ONE}", reference=reference)
    people = [each.attributes["value"] for each in page.page.find("option")
              if each.attributes["value"] in {"hadi", "intan"}]
    assert {*people} == {"hadi", "intan"}
    assert acts(eko, reference, "complete", penilai_1="hadi", penilai_2="intan").status == 303
    assert reference in hadi(f"GET {desk.DESK}").body
    assert marks(hadi, reference, "kunci", "0").status == 303
    sheet = intan(f"GET {desk.ONE}/nilai", reference=reference)
    assert "DEMO-T1" in sheet.text
    wrong = marks(intan, reference, "kunci", "0", accepted_1="11")
    assert wrong.status == 422
    assert marks(intan, reference, "kunci", "0", accepted_1="5", reason_1="fewer_proven").status == 303
    found = dossiers.find(reference)
    assert found is not None
    assert found.state == "plenary"
    assert acts(eko, reference, "settle").status == 422
    settled = acts(eko, reference, "settle", accepted_1="8", reason_1="fewer_proven")
    assert settled.status == 303, settled.text
    assert acts(gita, reference, "endorse", catatan="Sesuai").status == 303
    decided = acts(dian, reference, "decide", **SIGNATURE)
    assert decided.status == 303, decided.text
    (decision,) = dossiers.decisions("helmy")
    # LAMA 100 + 8 x 0.2 + 4 x 0.5 x 80% (one level above) + 2 x 0.5
    assert decision.total == str(Fraction("104.2"))
    draw_everything(dossiers, reference)
    assert {each.kind: each.state for each in dossiers.papers(reference)} == {
        "dupak": "drawn", "spmk": "drawn", "pak": "drawn"}
    told = [*everything_told(helmy), *(json.dumps(each.data) for each in dossiers.papers(reference))]
    assert not [each for each in told if HIDDEN in each or any(f'"{name}"' in each for name in ASSESSORS)]
    assert HIDDEN in eko(f"GET {desk.ONE}", reference=reference).text


def test_the_papers_of_the_old_regime_bear_the_number_and_the_day_that_are_their_own(
        sign_in: SignIn, uploads: Callable[[str, str], str], dossiers: Dossiers,
        monkeypatch: pytest.MonkeyPatch) -> None:
    helmy = Official(sign_in(), uploads)
    conventional(helmy)
    assert helmy.does("kirim").status == 303
    doors = {name: sign_in(name, desk.handle) for name in ("ratna", "eko", "gita", "dian", "hadi", "intan")}
    for name in ("hadi", "intan"):
        assert doors[name](f"POST {desk.TEAM}/diri", form=JOINING).status == 303
    for name, what, fields in (("ratna", "confirm", {**SIGNATURE, "place": "Kalitidu"}),
                               ("eko", "complete", {"penilai_1": "hadi", "penilai_2": "intan"})):
        assert acts(doors[name], helmy.reference, what, **fields).status == 303
    for name in ("hadi", "intan"):
        assert marks(doors[name], helmy.reference, "kunci", "0").status == 303
    confirmed = day_of(datetime.now(UTC))
    later = confirmed + timedelta(days=1)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime(later.year, later.month, later.day, 3, tzinfo=tz)

    monkeypatch.setattr("assessment.steps.datetime", Later)
    for name, what, fields in (("gita", "endorse", {"catatan": "Sesuai"}), ("dian", "decide", SIGNATURE)):
        answer = acts(doors[name], helmy.reference, what, **fields)
        assert answer.status == 303, answer.text
    papers = {each.kind: each for each in dossiers.papers(helmy.reference)}
    number = f"{helmy.reference[:4]}-{helmy.reference[4:]}"
    assert {kind: each.data["number"] for kind, each in papers.items()} == {
        "dupak": f"NOMOR: {number}", "spmk": "", "pak": f"NOMOR: {dossiers.decisions('helmy')[0].number}"}
    assert {kind: each.day for kind, each in papers.items()} == {
        "dupak": later.isoformat(), "spmk": confirmed.isoformat(), "pak": later.isoformat()}
    (signing,) = papers["spmk"].data["foot"]["signing"]
    assert signing["signing"][0]["above"][0].startswith("Kalitidu, ")


def test_an_office_at_which_nobody_has_a_desk_is_told_before_sending_and_holds_nothing_up(
        sign_in: SignIn, uploads: Callable[[str, str], str]) -> None:
    helmy = Official(sign_in(), uploads)
    conversion(helmy, periods=(("01-2023", "12-2023", "baik"),))

    def told() -> set[str]:
        return {*re.findall(r">([^.>]*) belum pernah membuka meja", helmy.sees().body)}

    assert told() == {f"Atasan langsung di {UNIT}", f"Sekretariat di {AGENCY}"}
    assert "Yang perlu Anda ketahui" in helmy.sees().text, "nothing of it is still needed"
    assert sign_in("ratna", desk.handle)(f"GET {desk.DESK}").status == 200
    assert told() == {f"Sekretariat di {AGENCY}"}
    assert sign_in("eko", desk.handle)(f"GET {desk.DESK}").status == 200
    assert told() == set()
    assert helmy.fills("identitas", **{**IDENTITY, "unit": "Dinas PMD Bojonogoro"}).status == 303
    assert told() == {"Atasan langsung di Dinas PMD Bojonogoro"}, "a slip of the keys"
    assert helmy.does("kirim").status == 303


def test_attachments_are_not_complete_before_there_are_items_and_an_item_entered_twice_is_told(
        sign_in: SignIn, uploads: Callable[[str, str], str]) -> None:
    helmy = Official(sign_in(), uploads)
    helmy.begins("konvensional")
    helmy.fills("masa", first="01-2020", last="12-2022", jenjang="ahli_pertama", golongan="III/a")
    for slot in ("surat_pengantar", "sk_pangkat", "sk_jabatan", "skp", "ijazah"):
        helmy.attaches(slot)

    def state(section: str) -> str:
        found = helmy.door(ONE, data={}, reference=helmy.reference).json["sections"]
        return next(each["state"] for each in found if each["name"] == section)

    assert state("lampiran") == "open"
    answer = helmy.fills("butir", items_kode=["DEMO-T1", "demo-t1 ", "DEMO-T1"], items_volume=["1", "1", "1"],
                         items_day=["01-02-2021", "01-02-2021", "02-02-2021"], items_jenjang=["", "", ""])
    assert answer.status == 303
    for item in ("1", "2", "3"):
        helmy.attaches("butir", item)
    assert state("lampiran") in {"complete", "told"}
    found = helmy.door(ONE, data={}, reference=helmy.reference).json["missing"]
    assert [each["text"] for each in found if each["section"] == "butir"] == [
        words("dossier", "id")["lacks"]["item_twice"].format(number=2, earlier=1)]


def test_what_was_conventional_is_integrated_and_becomes_the_beginning_of_conversion(
        sign_in: SignIn, uploads: Callable[[str, str], str], dossiers: Dossiers) -> None:
    helmy = Official(sign_in(), uploads)
    helmy.begins("integrasi")
    assert helmy.fills("identitas", **IDENTITY).status == 303
    answer = helmy.fills("integrasi", jenjang="ahli_pertama", golongan="III/b", pendidikan="100", tugas_jabatan="48,5",
                         penunjang="5", base="100")
    assert answer.status == 303, answer.text
    for slot in ("pak_konvensional", "sk_jabatan"):
        helmy.attaches(slot)
    assert helmy.does("kirim").status == 303, helmy.sees().text
    ratna, eko, dian = (sign_in(name, desk.handle) for name in ("ratna", "eko", "dian"))
    assert acts(ratna, helmy.reference, "confirm", **SIGNATURE).status == 303
    assert acts(eko, helmy.reference, "complete").status == 303
    assert acts(dian, helmy.reference, "decide", **SIGNATURE).status == 303
    (decision,) = dossiers.decisions("helmy")
    assert decision.total == str(Fraction("53.5"))
    draw_everything(dossiers, helmy.reference)
    assert {each.kind: each.state for each in dossiers.papers(helmy.reference)} == {"pak_integrasi": "drawn"}
    after = Official(sign_in(), uploads)
    after.begins("konversi")
    post = after.door(f"GET {own.ONE}/jabatan", reference=after.reference)
    fields = post.fields(f"{own.BASE}/{after.reference}/jabatan")
    assert (fields["entry"], fields["points"], fields["base"], fields["since"]) == (
        "integrasi", "153,5", "100", "01-2023")
    # what was integrated is not told otherwise afterwards
    same = {name: fields[name] for name in ("entry", "jenjang", "golongan", "points", "base", "since")}
    assert after.fills("jabatan", **same).status == 303
    told = after.fills("jabatan", **{**same, "points": "200"})
    assert (told.status, list(told.summary)) == (200, ["#points"])
    assert "153,5" in told.text


def test_an_attended_activity_proves_itself_from_the_check_in_to_the_decision(
        sign_in: SignIn, uploads: Callable[[str, str], str], dossiers: Dossiers, catalogue: Catalogue,
        registrations: Registrations) -> None:
    offering = an_offering(now=NOW, audience=["psm", "tpp", "asn"])
    catalogue.publish(offering)
    record = registrations.register(a_record(official(email="helmy@contoh.test"), offering, now=NOW), offering, NOW)
    registrations.check_in(record, NOW)
    helmy = Official(sign_in(), uploads)
    conversion(helmy, periods=(("01-2023", "12-2023", "baik"),))
    place = f"{own.ONE}/lampiran"
    offers = helmy.door(f"GET {place}", reference=helmy.reference, query={"jenis": "pendukung"})
    assert "Bimtek Desa Klino" in offers.text
    taken = helmy.door(f"POST {place}", form={"jenis": "pendukung", "sumber": "attendance", "kunci": record.reference,
                                              "tindakan": "tambah"}, reference=helmy.reference)
    assert taken.status == 303
    assert helmy.does("kirim").status == 303
    ratna, eko, dian = (sign_in(name, desk.handle) for name in ("ratna", "eko", "dian"))
    assert "Bimtek Desa Klino" in ratna(f"GET {desk.ONE}", reference=helmy.reference).text
    for door, what, more in ((ratna, "confirm", SIGNATURE), (eko, "complete", {}), (dian, "decide", SIGNATURE)):
        assert acts(door, helmy.reference, what, **more).status == 303
    found = dossiers.find(helmy.reference)
    assert found is not None
    (exhibit,) = [each for each in found.evidence if each.source == "attendance"]
    assert (exhibit.key, bool(exhibit.digest), exhibit.day) == (record.reference, True, day_of(NOW).isoformat())
    # somebody else's attendance is nobody's evidence but theirs
    other = Official(sign_in("siti"), uploads, "siti")
    other.begins("konversi")
    refused = other.door(f"POST {place}", form={"jenis": "pendukung", "sumber": "attendance", "tindakan": "tambah",
                                                "kunci": record.reference}, reference=other.reference)
    assert refused.status == 404


def test_sections_come_back_one_by_one_with_reasons_and_only_they_may_change(
        sign_in: SignIn, uploads: Callable[[str, str], str], dossiers: Dossiers) -> None:
    helmy = Official(sign_in(), uploads)
    conversion(helmy, periods=(("01-2023", "12-2023", "baik"),))
    helmy.does("kirim")
    ratna, eko = (sign_in(name, desk.handle) for name in ("ratna", "eko"))
    assert acts(ratna, helmy.reference, "return").status == 422
    assert acts(ratna, helmy.reference, "return", alasan_predikat="other").status == 422
    back = acts(ratna, helmy.reference, "return", alasan_predikat="differs", catatan_predikat="Tahun 2023 cukup.")
    assert back.status == 303
    assert "Tahun 2023 cukup." in helmy.sees().text
    assert helmy.fills("identitas", **IDENTITY).status == 409
    assert helmy.does("kirim").status == 409
    assert helmy.fills("predikat", periods_first=["01-2023"], periods_last=["12-2023"],
                       periods_predikat=["cukup"]).status == 303
    assert helmy.does("kirim").status == 303
    found = dossiers.find(helmy.reference)
    assert found is not None
    assert (found.state, dict(found.returned)) == ("superior", {})
    assert acts(eko, helmy.reference, "complete").status == 404


def test_a_section_as_it_is_drawn_may_be_saved_as_it_is(
        sign_in: SignIn, uploads: Callable[[str, str], str], dossiers: Dossiers) -> None:
    helmy = Official(sign_in(), uploads)
    helmy.begins("konversi")
    helmy.fills("identitas", **IDENTITY)
    # three places: 20.833 is what is kept, and what somebody types as 20.833 could be twenty thousand
    assert helmy.fills("jabatan", entry="lanjutan", jenjang="ahli_pertama", golongan="III/a", since="01-2024",
                       points="20,833").status == 303
    before = dossiers.find(helmy.reference)
    for section in ("identitas", "jabatan"):
        fields = helmy.door(f"GET {own.ONE}/{section}", reference=helmy.reference).fields(
            f"{own.BASE}/{helmy.reference}/{section}")
        answer = helmy.fills(section, **{name: each for name, each in fields.items() if each})
        assert answer.status == 303, answer.text
    after = dossiers.find(helmy.reference)
    assert before is not None
    assert after is not None
    assert (after.sections, after.section("jabatan")["points"]) == (before.sections, "20.833")
    assert "20,833" in helmy.sees().text


@pytest.mark.parametrize("number", ["²", "9" * 5000])
def test_a_number_that_no_page_carries_changes_nothing_and_is_answered(
        sign_in: SignIn, uploads: Callable[[str, str], str], number: str) -> None:
    helmy = Official(sign_in(), uploads)
    helmy.begins("konvensional")
    assert helmy.fills("identitas", **IDENTITY, perubahan=number).status == 422
    answer = helmy.door(f"GET {own.ONE}/lampiran", query={"jenis": "butir", "butir": number},
                        reference=helmy.reference)
    assert answer.status == 200


def test_items_that_came_back_keep_their_evidence_and_new_ones_can_be_proven(
        sign_in: SignIn, uploads: Callable[[str, str], str], dossiers: Dossiers) -> None:
    helmy = Official(sign_in(), uploads)
    reference = helmy.begins("konvensional")
    dossier = dossiers.find(reference)
    assert dossier is not None
    item = {"kode": "DEMO-T1", "volume": "1", "day": "2021-02-01"}
    proof = Exhibit("butir", "files", "F", "F.pdf", "0" * 64, item="1")
    dossiers.save(dossier, replace(dossier, state="returned", sections={"butir": {"items": [item]}}, evidence=(proof,),
                                   returned={"butir": Returned("differs")}))
    answer = helmy.fills("butir", items_kode=["DEMO-T1", "DEMO-T1"], items_volume=["1", "2"],
                         items_day=["02-02-2021", "03-03-2021"])
    assert answer.status in {200, 303}, answer.text
    helmy.attaches("butir", "2")
    found = dossiers.find(reference)
    assert found is not None
    assert [(each.item, each.key == "F") for each in found.evidence] == [("1", True), ("2", False)]


def test_an_objection_that_is_granted_leads_to_another_decision_which_replaces_the_first(
        sign_in: SignIn, uploads: Callable[[str, str], str], dossiers: Dossiers, names: dict[str, str]) -> None:
    helmy = Official(sign_in(), uploads)
    conversion(helmy, periods=(("01-2023", "12-2023", "cukup"),))
    helmy.does("kirim")
    ratna, eko, dian = (sign_in(name, desk.handle) for name in ("ratna", "eko", "dian"))

    def decided() -> None:
        for door, what, more in ((ratna, "confirm", SIGNATURE), (eko, "complete", {}), (dian, "decide", SIGNATURE)):
            assert acts(door, helmy.reference, what, **more).status == 303

    decided()
    draw_everything(dossiers, helmy.reference)
    objected = helmy.door(f"POST {own.ONE}/keberatan", form={"why": "Predikat 2023 adalah Baik."},
                          reference=helmy.reference)
    assert objected.status == 303
    assert "Predikat 2023 adalah Baik." in dian(f"GET {desk.ONE}", reference=helmy.reference).text
    assert acts(dian, helmy.reference, "grant", alasan_predikat="differs").status == 303
    helmy.fills("predikat", periods_first=["01-2023"], periods_last=["12-2023"], periods_predikat=["baik"])
    assert helmy.does("kirim").status == 303
    decided()
    draw_everything(dossiers, helmy.reference)
    latest, first = dossiers.decisions("helmy")
    assert (first.total, bool(first.replaced_at)) == (str(Fraction("9.375")), True)
    assert (latest.total, bool(latest.replaced_at)) == (str(Fraction("12.5")), False)
    old, new = (next(each for each in dossiers.papers(helmy.reference) if (each.decision, each.kind) == (n, "pak"))
                for n in (1, 2))
    register = Seals(Table(names["SealsTable"]))
    states = [getattr(register.find(each.sealed_reference), "state", None) for each in (old, new)]
    assert states == ["replaced", "in_force"]
