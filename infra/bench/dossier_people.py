"""The people around a dossier of credit and what their browsers ask, step by step, as the events that functions get.

Each step can be made before the one before it is done: a dossier's number follows from its submission.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from assessment import desk_stores, team
from assessment.handler import handle as assessment
from dupak import own, own_dossier, press
from dupak.dossiers import Exhibit
from dupak.papers import kinds_for
from dupak.sections import BASE, ONE
from infra.bench.asks import BROWSER, FORM, Event, new_submission, route_of
from infra.bench.storage import Storage
from infra.gateway import Request, event_for
from portal.evidence import owner_key, upload_sort
from portal.identifiers import format_moment, reference_for
from portal.records import Table, put
from portal.sessions import Sessions
from portal.web import SESSION, cookie_name

ORIGIN: Final = "https://portal.test"
UNIT, AGENCY = "Dinas PMD Bojonegoro", "Pemerintah Kabupaten Bojonegoro"
NIP: Final = "198609262015052001"
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "superior": ("atasan:dinas-pmd-bojonegoro",), "secretariat": ("sekretariat:pemerintah-kabupaten-bojonegoro",),
    "chair": ("ketua:pemerintah-kabupaten-bojonegoro",), "approver": ("penetap:pemerintah-kabupaten-bojonegoro",),
    "first": ("penilai:*",), "second": ("penilai:*",)}
IDENTITY: Final = {
    "name": "Helmy Elizabeth, S.Sos.", "nip": NIP, "karpeg": "P 123456", "birth_place": "Bojonegoro",
    "education": "d4_s1", "rank_day": "01-01-2023", "post_day": "01-01-2023", "unit": UNIT, "agency": AGENCY,
    "superior": "Ratna Dewi"}
SIGNATURE: Final = {"nip": "197001011995032001", "title": "Kepala Dinas", "place": "Bojonegoro"}
JOINING: Final = {"nip": "197505052000031001", "jenjang": "ahli_madya", "golongan": "IV/a", "agency": AGENCY}
CODES: Final = ("DEMO-T1", "DEMO-T2", "DEMO-S1", "DEMO-K1")
FILE_NAME: Final = "{slot}-{number}-surat-tugas-dan-laporan-pelaksanaan.pdf"  # as long as people's names for files are


class Step(NamedTuple):
    """One call: what it is called in the rows, which function it is for, its event, and how it is answered."""

    name: str
    function: str
    event: Event
    status: int = 303
    times: int = 1  # how often it comes in truth, where it is called once for all of them


HANDLES: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "DossiersFunction": own.handle, "AssessmentFunction": assessment, "PressFunction": press.handle}


class Browser:
    """Somebody who is signed in."""

    def __init__(self, storage: Storage, person: str, groups: tuple[str, ...] = ()) -> None:
        """Sign in."""
        self.person = person
        token = Sessions(Table(storage.names["IdentityTable"])).begin(
            person, name=person.title(), email=f"{person}@contoh.test", groups=groups, now=datetime.now(UTC))
        self._cookie = f"{cookie_name(SESSION, ORIGIN)}={token}"

    def get(self, path: str, query: str = "", **path_values: str) -> Event:
        """A page."""
        return self._event("GET", path, query, b"", path_values)

    def post(self, path: str, form: Mapping[str, Any], **path_values: str) -> Event:
        """A form."""
        return self._event("POST", path, "", urlencode(form, doseq=True).encode(), path_values)

    def _event(self, method: str, path: str, query: str, body: bytes, path_values: dict[str, str]) -> Event:
        headers = {**(FORM if body else BROWSER), "cookie": self._cookie}
        headers |= {"content-length": str(len(body))} if body else {}
        asked = Request(method, path.format(**path_values), query, headers, body, "127.0.0.1")
        return event_for(asked, route_of(method, path), path_values)


class Team:
    """Everybody at the desks."""

    def __init__(self, storage: Storage) -> None:
        """Sign them in."""
        self.storage = storage
        self.browsers = {name: Browser(storage, f"p-{name}", groups) for name, groups in GROUPS.items()}

    def joining(self) -> Iterator[Step]:
        """Both assessors say that they are there."""
        for name in ("first", "second"):
            yield Step("join", "AssessmentFunction", self.browsers[name].post(team.JOIN.action, JOINING))

    def at_desk(self, who: str, reference: str, what: str, **fields: str) -> Iterator[Step]:
        """Somebody opens their queue and the dossier, and does something."""
        browser = self.browsers[who]
        yield Step("queue", "AssessmentFunction", browser.get(desk_stores.DESK), 200)
        yield Step("desk's page", "AssessmentFunction", browser.get(desk_stores.ONE, reference=reference), 200)
        yield Step(what, "AssessmentFunction", browser.post(desk_stores.ONE, {"tindakan": what, **fields},
                                                            reference=reference))

    def marking(self, who: str, reference: str, items: int, **other: str) -> Iterator[Step]:
        """An assessor opens the sheet, keeps a draft and locks it; a page sends every cell of every item."""
        browser, place = self.browsers[who], f"{desk_stores.ONE}/nilai"
        cells = {f"{name}_{number}": value for number in range(1, items + 1)
                 for name, value in (("accepted", "1"), ("reason", ""), ("note", ""))} | other
        yield Step("queue", "AssessmentFunction", browser.get(desk_stores.DESK), 200)
        yield Step("marking page", "AssessmentFunction", browser.get(place, reference=reference), 200)
        for seen, (name, step, status) in enumerate((("mark, saved", "simpan", 200), ("mark, locked", "kunci", 303))):
            yield Step(name, "AssessmentFunction", browser.post(
                place, {**cells, "tindakan": step, "perubahan": str(seen)}, reference=reference), status)


class Official:
    """Somebody who puts together a dossier: another person each time, with files that are released already."""

    def __init__(self, storage: Storage, person: str) -> None:
        """Sign in; the dossier's number is known before it is begun."""
        self.storage, self.browser, self.person = storage, Browser(storage, person), person
        self.submission = new_submission()
        self.reference = reference_for(self.submission)

    def begin(self, regime: str) -> Iterator[Step]:
        """My page, a new dossier, its page."""
        yield self._page("my page", BASE)
        yield Step("begin", "DossiersFunction", self.browser.post(
            BASE, {"regime": regime, "submission_id": self.submission}))
        yield self.page()

    def page(self) -> Step:
        """The dossier's page."""
        return self._page("page", ONE)

    def section(self, name: str, answers: Mapping[str, Any]) -> Iterator[Step]:
        """A section is opened and kept."""
        yield self._page("section's page", f"{ONE}/{name}")
        yield self._send(f"section {name}", f"{ONE}/{name}", answers)

    def attach(self, slot: str, item: str = "", number: int = 1) -> Iterator[Step]:
        """A file is taken from those that are there."""
        upload = self.release(FILE_NAME.format(slot=slot, number=f"{item or 0}-{number}"))
        place = f"{ONE}/lampiran"
        yield self._page("attachments' page", place, urlencode({"jenis": slot, "butir": item}))
        yield self._send("attach", place, {"jenis": slot, "butir": item, "sumber": "files", "kunci": upload,
                                           "tindakan": "tambah"})

    def attach_all(self, items: int, proofs: int) -> Iterator[Step]:
        """Proofs of every item: the one in the middle by the pages, for all of them, the others into the store."""
        places = [(str(item), number) for item in range(1, items + 1) for number in range(proofs)]
        middle = len(places) // 2
        self._fill(places[:middle])
        for step in self.attach("butir", *places[middle]):
            yield step._replace(times=len(places))
        self._fill(places[middle + 1:])

    def _fill(self, places: Sequence[tuple[str, int]]) -> None:
        """Take files into the dossier as its page would, in one change."""
        dossier, moment = own_dossier.dossiers().find(self.reference), format_moment(datetime.now(UTC))
        assert dossier is not None
        names = [FILE_NAME.format(slot="butir", number=f"{item}-{number}") for item, number in places]
        added = [Exhibit("butir", "files", self.release(name), name, f"{len(name):064x}", "", item, moment)
                 for (item, _), name in zip(places, names, strict=True)]
        own_dossier.dossiers().save(dossier, replace(dossier, evidence=(*dossier.evidence, *added)))

    def release(self, name: str) -> str:
        """A file of mine that was inspected and released; answers its identifier."""
        upload, moment = new_submission(), format_moment(datetime.now(UTC))
        Table(self.storage.names["UploadsTable"]).write(put({
            "pk": owner_key(self.person), "sk": upload_sort(upload), "id": upload, "owner": self.person,
            "file_name": name, "language": "id", "asked_at": moment, "arrived_at": moment, "inspected_at": moment,
            "scanned_at": moment, "released_at": moment, "digest": f"{len(name):064x}", "kind": "pdf",
            "content_size": 1000}))
        return upload

    def send(self) -> Step:
        """The dossier is sent."""
        return self._send("send", ONE, {"tindakan": "kirim"})

    def object(self) -> Step:
        """I do not agree."""
        return self._send("object", f"{ONE}/keberatan", {"why": "Bulan Februari 2024 belum dihitung. " * 10})

    def drawing(self, regime: str) -> Iterator[Step]:
        """What the table's stream asks of the press; each document is fetched afterwards."""
        for kind in kinds_for(regime):
            keys = {"pk": {"S": f"DOSSIER#{self.reference}"}, "sk": {"S": f"PAPER#001#{kind}"}}
            yield Step("draw", "PressFunction", {"Records": [{"dynamodb": {"Keys": keys}}]}, 0)
        yield self.page()
        for kind in kinds_for(regime):
            place = f"{ONE}/dokumen/{{kind}}"
            yield Step("document", "DossiersFunction",
                       self.browser.get(place, reference=self.reference, kind=f"{kind}.pdf"))

    def _page(self, name: str, path: str, query: str = "") -> Step:
        values = {"reference": self.reference} if "{reference}" in path else {}
        return Step(name, "DossiersFunction", self.browser.get(path, query, **values), 200)

    def _send(self, name: str, path: str, form: Mapping[str, Any]) -> Step:
        return Step(name, "DossiersFunction", self.browser.post(path, form, reference=self.reference))


def conversion(helmy: Official, desks: Team) -> Iterator[Step]:
    """A year's dossier: put together, confirmed, complete, decided, drawn and fetched."""
    yield from helmy.begin("konversi")
    yield from helmy.section("identitas", IDENTITY)
    yield from helmy.section("jabatan", {"entry": "pertama", "jenjang": "ahli_pertama", "golongan": "III/a",
                                         "since": "01-2023", "rank_since": "01-2023"})
    yield from helmy.section("predikat", {
        "periods_first": ["01-2023", "01-2024"], "periods_last": ["12-2023", "12-2024"],
        "periods_predikat": ["sangat_baik", "baik"]})
    for slot in ("evaluasi_kinerja", "sk_jabatan", "sk_pangkat"):
        yield from helmy.attach(slot)
    yield from (helmy.page(), helmy.send(), helmy.page())
    yield from desks.at_desk("superior", helmy.reference, "confirm", **SIGNATURE)
    yield from desks.at_desk("secretariat", helmy.reference, "complete")
    yield from desks.at_desk("approver", helmy.reference, "decide", **SIGNATURE)
    yield from helmy.drawing("konversi")


def integration(helmy: Official, desks: Team) -> Iterator[Step]:
    """What was conventional becomes the beginning of conversion."""
    yield from helmy.begin("integrasi")
    yield from helmy.section("identitas", IDENTITY)
    yield from helmy.section("integrasi", {
        "jenjang": "ahli_pertama", "golongan": "III/b", "pendidikan": "100", "tugas_jabatan": "48,5",
        "penunjang": "5", "base": "100"})
    for slot in ("pak_konvensional", "sk_jabatan"):
        yield from helmy.attach(slot)
    yield from (helmy.page(), helmy.send(), helmy.page())
    yield from desks.at_desk("superior", helmy.reference, "confirm", **SIGNATURE)
    yield from desks.at_desk("secretariat", helmy.reference, "complete")
    yield from desks.at_desk("approver", helmy.reference, "decide", **SIGNATURE)
    yield from helmy.drawing("integrasi")


def conventional(helmy: Official, desks: Team, items: int, proofs: int) -> Iterator[Step]:
    """A sheet of so many items with so many proofs each: marked twice, settled where they differ, decided."""
    numbers = range(items)
    yield from helmy.begin("konvensional")
    yield from helmy.section("identitas", IDENTITY)
    yield from helmy.section("masa", {"first": "01-2020", "last": "12-2022", "jenjang": "ahli_pertama",
                                      "golongan": "III/a", "pendidikan": "100"})
    yield from helmy.section("butir", {
        "items_kode": [CODES[number % len(CODES)] for number in numbers], "items_volume": ["1" for _ in numbers],
        "items_day": [f"{1 + number % 28:02}-03-2021" for number in numbers], "items_jenjang": ["" for _ in numbers]})
    for slot in ("surat_pengantar", "sk_pangkat", "sk_jabatan", "pak_terakhir", "skp", "ijazah"):
        yield from helmy.attach(slot)
    yield from helmy.attach_all(items, proofs)
    yield from (helmy.page(), helmy.send(), helmy.page())
    yield from desks.at_desk("superior", helmy.reference, "confirm", **SIGNATURE)
    yield from desks.at_desk("secretariat", helmy.reference, "complete", penilai_1="p-first", penilai_2="p-second")
    yield from desks.marking("first", helmy.reference, items)
    yield from desks.marking("second", helmy.reference, items, accepted_1="0", reason_1="no_evidence")
    yield from desks.at_desk("secretariat", helmy.reference, "settle", accepted_1="0", reason_1="no_evidence")
    yield from desks.at_desk("chair", helmy.reference, "endorse", catatan="Sesuai")
    yield from desks.at_desk("approver", helmy.reference, "decide", **SIGNATURE)
    yield from helmy.drawing("konvensional")
