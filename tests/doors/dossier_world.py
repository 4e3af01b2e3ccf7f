"""Dossiers in the state that an answer needs, written as their stores write them: for test_every_answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from assessment import desk_stores
from assessment.assigning import Case, Seat
from assessment.hands import KNOWN
from assessment.team import JOIN, LEND, TEAM
from dupak import own, own_dossier
from dupak.dossiers import Dossier, Exhibit, freeze
from dupak.store import OFFICE, Paper, asked_for
from portal.audit import Actor, Note
from portal.evidence import owner_key, upload_sort
from portal.identifiers import format_moment, reference_for
from portal.records import Table, put
from portal.workdays import day_of
from tests.doors.calling import FORM, JSON, Answer
from tests.people import a_submission

Route = tuple[str, str]
FOREIGN = {"origin": "https://jahat.example"}
EVERY_ROLE = ("atasan:*", "sekretariat:*", "penilai:*", "ketua:*", "penetap:*")
IDENTITY = {"name": "Made Suastika", "nip": "198609262015051001", "birth_place": "Singaraja", "education": "d4_s1",
            "rank_day": "2023-01-01", "post_day": "2023-01-01", "unit": "Dinas PMD", "agency": "Pemkab",
            "superior": "Ratna"}
SIGNS = {"nip": "197001011995032001", "title": "Kepala", "place": "Singaraja"}
JOINING = {"nip": SIGNS["nip"], "jenjang": "ahli_madya", "golongan": "IV/a", "agency": "Pemkab"}
TERM = {"first": "2020-01", "last": "2022-12", "jenjang": "ahli_pertama", "golongan": "III/a"}
ITEM = {"kode": "DEMO-T1", "volume": "10", "day": "2021-02-01"}
POST = {"entry": "pertama", "jenjang": "ahli_pertama", "golongan": "III/a", "since": "01-2023"}
REGIME = {"integrasi": "integrasi", "masa": "konvensional", "butir": "konvensional"}
ANSWERS: dict[str, dict[str, Any]] = {
    "identitas": {**IDENTITY, "rank_day": "01-01-2023", "post_day": "01-01-2023"}, "jabatan": POST,
    "predikat": {}, "ijazah": {},
    "integrasi": {"jenjang": "ahli_pertama", "golongan": "III/b", "pendidikan": "150", "base": "100"},
    "masa": {**TERM, "first": "01-2020", "last": "12-2022"}, "butir": {},
    "lampiran": {"tindakan": "selesai"}, "keberatan": {"why": "Satu bulan belum dihitung."}}
DUPAK, DESK = own.BASE, desk_stores.DESK
ONE, PAPER = own.ONE, f"{own.ONE}/dokumen/{{kind}}"
AT_DESK, MARKS = desk_stores.ONE, f"{desk_stores.ONE}/nilai"
EVIDENCE, PRINTED = f"{desk_stores.ONE}/bukti/{{exhibit}}", f"{desk_stores.ONE}/dokumen/{{kind}}"
OFFICIALS = (DUPAK, f"{DUPAK}/")


def is_ours(path: str) -> bool:
    """Whether this is a route of dossiers or of the desk that assesses them."""
    return path in {DUPAK, DESK} or path.startswith((f"{DUPAK}/", f"{DESK}/"))


class Dossiers:
    """Makes dossiers for the world of all doors."""

    def __init__(self, world: Any) -> None:
        self.world = world

    def made(self, person: str, state: str = "draft", regime: str = "konversi", **facts: Any) -> Dossier:
        now, number = datetime.now(UTC), a_submission(next(self.world.newcomers))
        dossier = Dossier(reference_for(number), number, person, regime, "id", "", format_moment(now), state=state,  # type: ignore[arg-type]
                          since=format_moment(now), due=day_of(now).isoformat() if state in OFFICE else "",
                          unit="Dinas PMD", agency="Pemkab", sections={"identitas": IDENTITY}, **facts)
        note = Note("dossier", f"{dossier.reference[:4]}-{dossier.reference[4:]}", "recorded", Actor(person, "self"),
                    "1", now)
        sent = dossier if state == "draft" else replace(dossier, frozen=freeze(dossier, dossier.since))
        return own_dossier.dossiers().begin(sent, note)

    def file(self, owner: str) -> Exhibit:
        """A released file of somebody, as a dossier points at it."""
        now, upload = format_moment(datetime.now(UTC)), a_submission(next(self.world.newcomers))
        Table(own_dossier.settings().uploads_table).write(put({
            "pk": owner_key(owner), "sk": upload_sort(upload), "id": upload, "owner": owner, "file_name": "SK.pdf",
            "language": "id", "asked_at": now, "arrived_at": now, "inspected_at": now, "scanned_at": now,
            "released_at": now, "digest": "0" * 64, "kind": "pdf", "content_size": 1000}))
        return Exhibit("surat_pengantar", "files", upload, "SK.pdf", "0" * 64)

    def paper(self, dossier: Dossier, state: str) -> None:
        now = format_moment(datetime.now(UTC))
        own_dossier.dossiers().table.write(asked_for(Paper(dossier.reference, 1, "pak", {}, now, state=state,
                                                           digest="0" * 64)))

    # -- what a route is for ---------------------------------------------------------------------------------------

    def good(self, route: Route, request: dict[str, Any]) -> Callable[[], Answer]:
        person = f"person-{next(self.world.newcomers)}"
        path = route[1]
        if path.startswith(OFFICIALS[1]) or path == DUPAK:
            sent = {"cookies": self.world.signed_in(person=person), **self._of_an_official(route, person)}
        else:
            sent = {"cookies": self.world.signed_in(*EVERY_ROLE, person=person), **self._at_the_desk(route, person)}
        return lambda: self.world.call(route, **{**sent, **request})

    def _of_an_official(self, route: Route, person: str) -> dict[str, Any]:
        method, path = route
        if path == DUPAK:
            number = a_submission(next(self.world.newcomers))
            return {"data": {"regime": "konversi", "submission_id": number}} if method == "POST" else {}
        if path == f"{DUPAK}/salinan":
            return {}
        name = path.rpartition("/")[2]
        state = "decided" if name in {"keberatan", "{kind}"} else "draft"
        facts = {"decided_at": format_moment(datetime.now(UTC)), "decisions": 1} if state == "decided" else {}
        dossier = self.made(person, state, REGIME.get(name, "konversi"), **facts)
        if path == PAPER:
            self.paper(dossier, "failed")
        answers = {ONE: {"tindakan": "tarik"}, PAPER: {"lang": "id"}}.get(path) or ANSWERS.get(name, {})
        return {"reference": dossier.reference, "kind": "pak", **({"form": answers} if method == "POST" else {})}

    def _at_the_desk(self, route: Route, person: str) -> dict[str, Any]:
        method, path = route
        if path == LEND.action:
            return {"form": self.lending()}
        if path in {DESK, TEAM, JOIN.action}:
            return {"form": JOINING} if method == "POST" else {}
        if path == MARKS:
            dossier = self.to_be_marked(person)
            return {"reference": dossier.reference, **(
                {"form": {"tindakan": "kunci", "accepted_1": "10"}} if method == "POST" else {})}
        owner = f"person-{next(self.world.newcomers)}"
        if path in {EVIDENCE, PRINTED}:
            exhibit = self.file(owner)
            dossier = self.made(owner, "decided", evidence=(exhibit,))
            self.paper(dossier, "drawn")
            return {"reference": dossier.reference, "exhibit": exhibit.id, "kind": "pak.pdf"}
        dossier = self.made(owner, "superior")
        return {"reference": dossier.reference,
                **({"form": {"tindakan": "confirm", **SIGNS}} if method == "POST" else {})}

    def lending(self) -> dict[str, str]:
        today = day_of(datetime.now(UTC))
        desk_stores.assessments().table.write(put({"pk": KNOWN, "sk": "orang-lain", "name": "Orang Lain"}))
        return {"submission_id": a_submission(next(self.world.newcomers)), "receiver": "orang-lain",
                "role": "penetap:*", "first": f"{today:%d-%m-%Y}", "last": f"{today:%d-%m-%Y}", "reason": "leave"}

    def to_be_marked(self, person: str) -> Dossier:
        """A dossier of somebody else in which this person is the first of two assessors."""
        dossier = self.made(f"person-{next(self.world.newcomers)}", "assessing", "konvensional")
        known = replace(dossier, sections={**dossier.sections, "masa": TERM, "butir": {"items": [ITEM]}})
        own_dossier.dossiers().save(dossier, known)
        now = format_moment(datetime.now(UTC))
        store = desk_stores.assessments()
        change = store._change(Case(""), Case(dossier.reference, seats=(Seat(person, now), Seat("lain", now))),
                               datetime.now(UTC))
        store.table.transact(*change.writes)
        return dossier

    # -- what goes otherwise -----------------------------------------------------------------------------------------

    def provoked(self, route: Route, status: int) -> Answer | None:  # noqa: PLR0911 one answer for each status
        """The answer with this status, or None where it is alike for every route."""
        method, path = route
        if method == "GET":
            return self._looked(route, status)
        if status == 400:
            raw = {"form": None, "data": None, "headers": FOREIGN} if path == PAPER else {
                "form": None, "data": None, "raw": b"name=%FF", "headers": {"content-type": FORM}}
            return self.world.good(route, **({"headers": FOREIGN} if path == PAPER else raw))()
        if status == 413:
            return self.world.good(route, data=None, form={"name": "x" * 70_000})()
        if status == 415:
            return self.world.good(route, form=None, data=None, raw=b"", headers={"content-type": "text/plain"})()
        if status == 404:
            roles = () if path.startswith(OFFICIALS) and not path.startswith(DESK) else ("operator",)
            return self.world.call(route, form={}, cookies=self.world.signed_in(*roles))
        if status == 200:
            return self._told_to_a_program(route)
        if status == 303 and path == DUPAK:
            return self.world.call(route, form={"regime": "konversi",
                                                "submission_id": a_submission(next(self.world.newcomers))})
        if status == 409:
            return self._too_late(route)
        return self._wrong(route) if status == 422 else None

    def _looked(self, route: Route, status: int) -> Answer | None:
        path = route[1]
        if status == 404 and path.startswith(DESK):
            return self.world.call(route, cookies=self.world.signed_in("operator"), reference="bukan-nomor")
        return self.world.good(route)() if status == 303 and path in {EVIDENCE, PRINTED} else None

    def _told_to_a_program(self, route: Route) -> Answer:
        if route[1] == DUPAK:
            cookies, number = self.world.signed_in(), a_submission(next(self.world.newcomers))
            sent = {"data": {"regime": "konversi", "submission_id": number}, "cookies": cookies}
            self.world.call(route, **sent)
            return self.world.call(route, **sent)
        return self.world.good(route, headers={"accept": JSON})()

    def _too_late(self, route: Route) -> Answer:
        path = route[1]
        person = f"person-{next(self.world.newcomers)}"
        if path == DUPAK:
            data = {"regime": "konversi", "submission_id": a_submission(next(self.world.newcomers))}
            self.world.call(route, data=data)
            return self.world.call(route, data=data)
        if path in {AT_DESK, MARKS}:
            form = {AT_DESK: {"tindakan": "confirm", "perubahan": "99", **SIGNS},
                    MARKS: {"tindakan": "simpan", "perubahan": "99", "accepted_1": "10"}}[path]
            return self.world.good(route, form=form)()
        if path == JOIN.action:
            desk_stores.assessments().table.write(put({"pk": "WORK#OPEN", "sk": f"{person}#7F3K9QX2", "since": "x"}))
            return self.world.call(route, form={"tindakan": "keluar"},
                                   cookies=self.world.signed_in(*EVERY_ROLE, person=person))
        if path == LEND.action:
            form, cookies = self.lending(), self.world.signed_in(*EVERY_ROLE, person=person)
            self.world.call(route, form=form, cookies=cookies)
            return self.world.call(route, form={**form, "reason": "sick"}, cookies=cookies)
        name = path.rpartition("/")[2]
        dossier = self.made(person, "approving", REGIME.get(name, "konversi"))
        form = {"tindakan": "kirim"} if path == ONE else {"tindakan": "tambah"} if name == "lampiran" else ANSWERS[name]
        return self.world.call(route, form=form, reference=dossier.reference,
                               cookies=self.world.signed_in(person=person))

    def _wrong(self, route: Route) -> Answer:
        path = route[1]
        if path == ONE:
            return self.world.good(route, form={"tindakan": "kirim"})()
        if path == f"{ONE}/lampiran":
            person = f"person-{next(self.world.newcomers)}"
            dossier, exhibit = self.made(person, "draft", "konvensional"), self.file(person)
            return self.world.call(route, reference=dossier.reference, cookies=self.world.signed_in(person=person),
                                   form={"tindakan": "tambah", "jenis": "butir", "butir": "9", "sumber": "files",
                                         "kunci": exhibit.key})
        form = {AT_DESK: {"tindakan": "confirm"}, MARKS: {"tindakan": "kunci", "accepted_1": "11"}}.get(
            path, {"tidak_dikenal": "x"})
        return self.world.good(route, data=None, form=form)()

