"""The OpenAPI document lists only what a test has seen: every status of every route is provoked here once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from dupak.handler import CREDIT
from identity import handler as identity
from infra import doors, openapi
from infra.emulator import Emulator, provision
from portal import kms, records, web
from portal.evidence import Evidence
from portal.records import Table
from portal.sessions import Sessions
from referrals.checking import ELIGIBILITY
from registrations.catalogue import Catalogue
from rights import desk as rights_desk
from rights import handler as rights
from seals import handler as seals
from tests.doors.calling import FORM, JSON, Answer, Caller
from tests.doors.conftest import OF_A_DOOR, ORIGIN, TEMPLATE, forget, settings_of, tables_of
from tests.doors.dossier_world import Dossiers, is_ours
from tests.doors.weather import Weather, refused
from tests.hostile import pdf
from tests.issuer import Issuer, running_issuer
from tests.people import a_submission, an_offering, ratna, visitor
from uploads import handler as files
from uploads.inspection import inspect
from uploads.rules import Outcome

STATUSES = openapi.answers()
# The door of a form that is simply remembered is the same for each of them: the first stands for all.
SAME = tuple(inbox.form.action for inbox in doors.inboxes()[1:])
EVERY = [(route, status) for route, statuses in STATUSES.items() for status in statuses
         if not (SAME and route[1].startswith(SAME))]
REGISTER, STATUS = "/layanan/pendaftaran", "/layanan/pendaftaran/status"
CANCEL, FEEDBACK = "/layanan/pendaftaran/batal", "/layanan/masukan"
FILES, CONTENT = "/layanan/berkas", "/layanan/berkas/{upload}/isi"
DELETE = "/layanan/berkas/{upload}/hapus"
FOR_GOOD = float("inf")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

BEGIN, BACK, GO_ON = ("GET", web.SIGN_IN), ("GET", identity.BACK), ("GET", web.GO_ON)
ADDRESSES, TAKE_CODE, REMOVE = "/layanan/akun/alamat", "/layanan/akun/alamat/kode", "/layanan/akun/alamat/hapus"
LEAVE, END, PROFILE = identity.LEAVE, identity.SESSIONS, identity.PROFILE.action
DESK_OF = "/layanan/meja/kegiatan/{offering}"
SEARCH, ACT, CHECK_IN = f"{DESK_OF}/cari", f"{DESK_OF}/tindakan", f"{DESK_OF}/hadir"
MY_DATA, COPY, CONSENTS, ASK = rights.BASE, rights.COPY, rights.CONSENTS, rights.REQUESTS
MINE, WITHDRAW, CASE = f"{ASK}/{{reference}}", f"{ASK}/{{reference}}/tarik", f"{rights_desk.DESK}/{{reference}}"
FILTERS, REFUSE, WRITE = f"{DESK_OF}/saringan", f"{DESK_OF}/tolak", f"{DESK_OF}/pesan"
ENTRIES = doors.routes()
FOREIGN = {"origin": "https://jahat.example"}

Route = tuple[str, str]


@dataclass
class World:
    """Every door and two activities, one open and one that has begun; every request is made by somebody new.

    Whoever asks a route that is not for everyone is signed in, on the committee of every activity.
    """

    catalogue: Catalogue
    sessions: Sessions
    issuer: Issuer
    newcomers: Iterator[int] = field(default_factory=lambda: count(1))

    def call(self, route: Route, *, cookies: dict[str, str] | None = None, **request: Any) -> Answer:
        (door,) = [each for each in doors.doors() if route in each.ROUTES]
        held = self.signed_in() if cookies is None and ENTRIES[route].action else cookies
        path = {"offering": "bimtek-klino", "reference": "7F3K9QX2", "kind": "csv",
                "upload": a_submission(99_998)}
        return Caller(door.handle, held)(" ".join(route).strip(), **{**path, **request})

    def signed_in(self, *groups: str, person: str = "") -> dict[str, str]:
        """The cookies of somebody new, who holds these groups' roles."""
        token = self.sessions.begin(person or f"person-{next(self.newcomers)}", name="Siti Rahmawati",
                                    email="siti@kemendesa.example", groups=groups or ("panitia:*", "pengawas_data"),
                                    now=datetime.now(UTC))
        return {"__Host-sesi": token}

    def has_answers_waiting(self) -> dict[str, str]:
        """The cookies of somebody whose answers came when their session had ended."""
        person = f"person-{next(self.newcomers)}"
        token = self.sessions.park(person, PROFILE, {"kind": "umum"}, datetime.now(UTC))
        return {**self.signed_in(person=person), "__Host-titipan": token}

    def coming_back(self) -> dict[str, Any]:
        """What a browser sends that comes back from the sign-in service."""
        browser = Caller(identity.handle)
        return {"query": self.issuer.visited(browser(" ".join(BEGIN)).location), "cookies": browser.cookies}

    def submitted(self, path: str = REGISTER, **changes: str) -> dict[str, str]:
        """What somebody new sends, identifier included."""
        if path in ALONE:
            return dict(ALONE[path])
        number = next(self.newcomers)
        answers = ratna() if path.startswith(FEEDBACK) else visitor(number)
        return {**answers, "submission_id": a_submission(number), **changes}

    def known(self) -> dict[str, str]:
        """Reference and address of somebody who registered a moment ago."""
        data = self.submitted()
        return {"reference": self.call(("POST", REGISTER), data=data).json["reference"], "email": data["email"]}

    def good(self, route: Route, **request: Any) -> Callable[[], Answer]:
        """The request that this route is for, ready to be made."""
        method, path = route
        if is_ours(path):
            return Dossiers(self).good(route, request)
        if path.startswith(FILES):
            return self._good_with_files(route, request)
        if path in {ASK, MINE, WITHDRAW, CASE}:
            return self._good_with_requests(route, request)
        if ENTRIES[route].action or path in {BEGIN[1], identity.BACK, LEAVE}:
            return self._good_for_people(route, request)
        if method == "GET":
            form = FEEDBACK if path.startswith(FEEDBACK) else REGISTER
            data = self.submitted(form)
            self.call(("POST", form), data=data)
            return lambda: self.call(route, submission=data["submission_id"], reference="7F3K9QX2", **request)
        data = self.known() if path in {STATUS, CANCEL} else self.submitted(path)
        return lambda: self.call(route, data=data, **request)


    def asked(self) -> dict[str, str]:
        """What somebody sends who wants to send a file."""
        return {"submission_id": a_submission(next(self.newcomers)), "file_name": "SK.pdf"}

    def _good_with_files(self, route: Route, request: dict[str, Any]) -> Callable[[], Answer]:
        """The same for routes of files; what is fetched is released."""
        data, cookies = self.asked(), self.signed_in()
        if route == ("POST", FILES):
            return lambda: self.call(route, **{"data": data, "cookies": cookies, **request})
        upload = self.call(("POST", FILES), data=data, cookies=cookies).json["upload"]
        if route[1] == CONTENT:
            store, now = files.uploads(), datetime.now(UTC)
            kept = store.by_key(f"masuk/{upload}")
            assert kept
            store.inspected(kept, inspect(pdf()), "etag", now)
            store.finish(kept, Outcome("clean"), now)
        sent = {"form": {"lang": "id"}} if route[0] == "POST" else {}
        return lambda: self.call(route, **{"upload": upload, "cookies": cookies, **sent, **request})

    def wish(self) -> dict[str, str]:
        """What somebody sends who asks about their data."""
        return {"submission_id": a_submission(next(self.newcomers)), "right": "export", "about": "self"}

    def _good_with_requests(self, route: Route, request: dict[str, Any]) -> Callable[[], Answer]:
        """The same for requests about one's own data: who asked, and the officer, are one person here."""
        cookies = self.signed_in()
        if route == ("POST", ASK):
            return lambda: self.call(route, **{"data": self.wish(), "cookies": cookies, **request})
        reference = self.call(("POST", ASK), data=self.wish(), cookies=cookies).json["reference"]
        sent = {"form": {"tindakan": "tangani"}} if route[0] == "POST" else {}
        return lambda: self.call(route, **{"reference": reference, "cookies": cookies, **sent, **request})

    def _good_for_people(self, route: Route, request: dict[str, Any]) -> Callable[[], Answer]:
        _, path = route
        sent: dict[str, Any] = {"cookies": self.signed_in()}
        if "{reference}" in path or path in {ACT, REFUSE, WRITE}:
            sent["reference"] = self.known()["reference"]
        if path == COPY:
            sent["kind"] = "json"
        if route == BACK:
            sent = self.coming_back()
        if route == GO_ON:
            sent = {"cookies": self.has_answers_waiting()}
        if path == TAKE_CODE:
            sent["form"] = {"code": self.code_sent_to(f"lama{next(self.newcomers)}@desa.example", sent["cookies"])}
        elif route[0] == "POST":
            sent["form"] = {ADDRESSES: {"email": "lain@desa.example"}, REMOVE: {"alamat": "0" * 64},
                            LEAVE: {}, END: {"sesi": "0" * 64}, SEARCH: {"cari": "Siti"}, PROFILE: A_PROFILE,
                            CHECK_IN: {"nomor": "7F3K9QX2"}, CONSENTS: {"untuk": "photos", "jawaban": "ya"},
                            FILTERS: {"status": "seated"},
                            REFUSE: {"nomor": sent.get("reference", ""), "reason": "other"},
                            WRITE: {"nomor": sent.get("reference", ""), "template": "message_reminder",
                                    "submission_id": a_submission(next(self.newcomers))},
                            ACT: {"tindakan": "cancel", "nomor": sent.get("reference", "")}}[path]
        return lambda: self.call(route, **{**sent, **request})


    def code_sent_to(self, email: str, cookies: dict[str, str]) -> str:
        """The code that went to this address at this person's wish."""
        before = {each["sk"] for each in self.sessions.table.everything()}
        self.call(("POST", ADDRESSES), form={"email": email}, cookies=cookies)
        (letter,) = [each for each in self.sessions.table.everything()
                     if each["sk"] not in before and each["sk"].startswith("MESSAGE#")]
        return str(letter["values"]["code"])


A_POST = {"entry": "pertama", "jenjang": "ahli_pertama", "golongan": "III/a", "since": "01-2024"}
# Forms that need nobody and keep nothing, and an answer that each can do something with.
ALONE = {CREDIT.action: A_POST, seals.SEAL.action: {"seal": "bukan kode"}, ELIGIBILITY.action: {"pupil": "ya"}}
A_PROFILE = {"kind": "umum", "region": "35.22", "phone": "0812 3456 7890", "channel": "email", "version": "0"}


@pytest.fixture(scope="module")
def world(emulator: Emulator) -> Iterator[World]:
    names = provision(TEMPLATE, emulator.url, stack=f"t{uuid.uuid4().hex[:8]}")
    with pytest.MonkeyPatch.context() as patch, running_issuer(f"{ORIGIN}{identity.BACK}") as issuer:
        for name, value in {**tables_of(names), **settings_of(issuer)}.items():
            patch.setenv(name, value)
        forget(*OF_A_DOOR)
        catalogue = Catalogue(Table(names["RegistrationsTable"]))
        catalogue.publish(an_offering(now=datetime.now(UTC), seats=500))
        yield World(catalogue, Sessions(Table(names["IdentityTable"])), issuer)
        forget(*OF_A_DOOR)


def busy(code: str) -> Callable[[World, Route, pytest.MonkeyPatch], Answer]:
    def provoke(world: World, route: Route, monkeypatch: pytest.MonkeyPatch) -> Answer:
        request = world.good(route, seconds=records.RESERVE + 0.1)
        bad = Weather(records.client(), refused(code), times=FOR_GOOD)
        monkeypatch.setattr(records, "client", lambda: bad)
        mute = Weather(kms.client(), refused(code), times=FOR_GOOD, calls=frozenset({"get_public_key"}))
        monkeypatch.setattr(kms, "client", lambda: mute)
        forget(seals.keys)
        return request()

    return provoke


def nobody(world: World, route: Route) -> Answer:
    """A program that is not signed in."""
    sent = {"data": {}} if route[0] == "POST" else {}
    return world.call(route, cookies={}, headers={"accept": JSON}, **sent)


# What is alike for every route that has such a status.
ANYWHERE: dict[int, Callable[[World, Route, pytest.MonkeyPatch], Answer]] = {
    400: lambda world, route, _: world.call(route, raw=b"name=%FF", headers={"content-type": FORM}),
    401: lambda world, route, _: nobody(world, route),
    413: lambda world, route, _: world.call(route, form={"name": "x" * 70_000}),
    415: lambda world, route, _: world.call(route, raw=b"", headers={"content-type": "text/plain"}),
    422: lambda world, route, _: world.call(route, data={}),
    500: busy("AccessDeniedException"),
    503: busy("ThrottlingException"),
}


def somebody_saved_before(world: World, route: Route) -> Answer:
    cookies = world.signed_in()
    world.call(route, cookies=cookies, form=A_PROFILE)
    return world.call(route, cookies=cookies, form=A_PROFILE)


def it_has_begun(world: World, route: Route) -> Answer:
    begun = {"id": "bimtek-lewat", "opens": LONG_AGO, "closes": datetime(2100, 1, 1, tzinfo=UTC), "starts": LONG_AGO,
             "ends": datetime(2100, 1, 2, tzinfo=UTC)}
    world.catalogue.publish(an_offering(now=datetime.now(UTC), **begun))
    data = world.submitted(offering="bimtek-lewat")
    reference = world.call(("POST", REGISTER), data=data).json["reference"]
    return world.call(route, data={"reference": reference, "email": data["email"]})


def somebody_registered_before(world: World, route: Route) -> Answer:
    data = world.submitted()
    world.call(route, data=data)
    return world.call(route, data=world.submitted(email=data["email"]))


def the_identifier_was_used_before(world: World, route: Route) -> Answer:
    data = world.submitted(FEEDBACK)
    world.call(route, data=data)
    return world.call(route, data={**data, "message": "Lain."})


def the_place_was_asked_for_before(world: World, route: Route, **changes: str) -> Answer:
    data, cookies = world.asked(), world.signed_in()
    world.call(route, data=data, cookies=cookies)
    return world.call(route, data={**data, **changes}, cookies=cookies)


def it_is_deleted(world: World, route: Route) -> Answer:
    return world.good(route, headers={"accept": JSON})()


def it_is_used(world: World, route: Route) -> Answer:
    """A dossier points at it; the door itself has no page that makes one yet."""
    data, cookies = world.asked(), world.signed_in()
    upload = world.call(("POST", FILES), data=data, cookies=cookies).json["upload"]
    store, now = files.uploads(), datetime.now(UTC)
    kept = store.by_key(f"masuk/{upload}")
    assert kept
    store.inspected(kept, inspect(pdf()), "etag", now)
    store.finish(kept, Outcome("clean"), now)
    evidence = Evidence(files.table())
    evidence.use(kept.owner, evidence.pointer(kept.owner, upload), "dossier", "7F3K-9QX2", now)
    return world.call(route, form={"lang": "id"}, upload=upload, cookies=cookies)


def the_wish_was_sent_before(world: World, route: Route, **changes: str) -> Answer:
    data, cookies = world.wish(), world.signed_in()
    world.call(route, data=data, cookies=cookies)
    return world.call(route, data={**data, **changes}, cookies=cookies)


def another_message_was_sent_before(world: World, route: Route) -> Answer:
    cookies, number = world.signed_in(), a_submission(next(world.newcomers))
    told = {"nomor": world.known()["reference"], "template": "message_news", "submission_id": number}
    world.call(route, cookies=cookies, data={**told, "text": "Satu."})
    return world.call(route, cookies=cookies, data={**told, "text": "Dua."})


# The rest: a status has its own reason on each route.
ONCE: dict[tuple[str, int], Callable[[World, Route], Answer]] = {
    (REGISTER, 200): lambda world, route: world.call(route, form=visitor(0)),
    (REGISTER, 303): lambda world, route: world.call(route, form={**world.submitted(), "step": "send"}),
    (REGISTER, 404): lambda world, route: world.call(route, form=visitor(0, offering="tidak-ada")),
    (REGISTER, 409): somebody_registered_before,
    (STATUS, 404): lambda world, route: world.call(route, data={**world.known(), "email": "lain@desa.example"}),
    (CANCEL, 303): lambda world, route: world.call(route, form={**world.known(), "step": "send"}),
    (CANCEL, 404): lambda world, route: world.call(route, data={**world.known(), "email": "lain@desa.example"}),
    (CANCEL, 409): it_has_begun,
    (FEEDBACK, 200): lambda world, route: world.call(route, form=ratna()),
    (FEEDBACK, 303): lambda world, route: world.call(route, form={**world.submitted(FEEDBACK), "step": "send"}),
    (FEEDBACK, 409): the_identifier_was_used_before,
    (FILES, 200): the_place_was_asked_for_before,
    (FILES, 303): lambda world, route: world.call(route, form={"file_name": "SK.pdf"}),
    (FILES, 409): lambda world, route: the_place_was_asked_for_before(world, route, file_name="lain.pdf"),
    (DELETE, 200): it_is_deleted,
    (DELETE, 400): lambda world, route: world.call(route, form={}, headers=FOREIGN),
    (DELETE, 404): lambda world, route: world.call(route, form={}, upload=a_submission(99_999)),
    (DELETE, 409): it_is_used,
    (LEAVE, 400): lambda world, route: world.call(route, form={}, headers=FOREIGN),
    **{(path, 200): lambda world, route: world.good(route, headers={"accept": JSON})()
       for path in (ADDRESSES, TAKE_CODE, REMOVE)},
    (PROFILE, 200): lambda world, route: world.call(route, data=A_PROFILE),
    (PROFILE, 409): somebody_saved_before,
    (SEARCH, 404): lambda world, route: world.call(route, form={}, offering="tidak-ada"),
    (ACT, 404): lambda world, route: world.call(route, form={"tindakan": "hapus"}),
    (ASK, 200): the_wish_was_sent_before,
    (ASK, 303): lambda world, route: world.call(route, form={**world.wish(), "step": "send"}),
    (ASK, 409): lambda world, route: the_wish_was_sent_before(world, route, right="erasure"),
    (CONSENTS, 200): lambda world, route: world.call(route, data={"untuk": "photos", "jawaban": "ya"}),
    (CONSENTS, 404): lambda world, route: world.call(route, form={"untuk": "iklan", "jawaban": "ya"}),
    (WITHDRAW, 200): lambda world, route: world.good(route, headers={"accept": JSON})(),
    (WITHDRAW, 400): lambda world, route: world.call(route, form={}, headers=FOREIGN),
    (CASE, 200): lambda world, route: world.good(route, headers={"accept": JSON})(),
    (CASE, 422): lambda world, route: world.good(route, form={"tindakan": "jawab", "keputusan": ""})(),
    (CASE, 400): lambda world, route: world.good(route, form=None, raw=b"name=%FF", headers={"content-type": FORM})(),
    (CASE, 413): lambda world, route: world.good(route, form={"name": "x" * 70_000})(),
    (CASE, 415): lambda world, route: world.good(route, form=None, raw=b"", headers={"content-type": "text/plain"})(),
    (CASE, 404): lambda world, route: world.call(route, form={"tindakan": "hapus"}),
    (FILTERS, 404): lambda world, route: world.call(route, form={}, offering="tidak-ada"),
    (REFUSE, 404): lambda world, route: world.call(route, form={}, offering="tidak-ada"),
    (ELIGIBILITY.action, 422): lambda world, route: world.call(route, data={"pupil": "banyak"}),
    (REFUSE, 422): lambda world, route: world.call(route, data={"nomor": world.known()["reference"]}),
    (WRITE, 404): lambda world, route: world.call(route, form={}, offering="tidak-ada"),
    (WRITE, 409): another_message_was_sent_before,
    (WRITE, 422): lambda world, route: world.call(route, data={"nomor": world.known()["reference"]}),
    (CHECK_IN, 404): lambda world, route: world.call(route, form={}, offering="tidak-ada"),
}
# The same for those that only look.
LOOKED: dict[tuple[str, int], Callable[[World, Route], Answer]] = {
    (identity.BACK, 400): lambda world, route: world.call(route, query={"code": "x", "state": "x"}),
    (rights_desk.DESK, 404): lambda world, route: world.call(route, cookies=world.signed_in("operator")),
    (COPY, 404): lambda world, route: world.call(route, kind="exe"),
    ("/layanan/meja", 404): lambda world, route: world.call(route, cookies=world.signed_in("operator")),
}


def provoked(world: World, route: Route, status: int, monkeypatch: pytest.MonkeyPatch) -> Answer:
    method, path = route
    of_a_dossier = Dossiers(world).provoked(route, status) if is_ours(path) else None
    if of_a_dossier:
        return of_a_dossier
    once = ONCE if method == "POST" else LOOKED
    if (path, status) in once:
        return once[path, status](world, route)
    if method == "GET" and status == 303 and ENTRIES[route].action:
        return world.call(route, cookies={})
    if status in ANYWHERE:
        return ANYWHERE[status](world, route, monkeypatch)
    if status == 404:
        return world.call(route, submission=a_submission(99_999), offering="tidak-ada", reference="bukan-nomor")
    return world.good(route)()


@pytest.mark.parametrize(("route", "status"), EVERY, ids=[f"{' '.join(route)} {status}" for route, status in EVERY])
def test_every_status_in_the_document_has_been_seen(
        world: World, route: Route, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = provoked(world, route, status, monkeypatch)
    assert answer.status == status
    if status >= 400:
        assert answer.headers["content-type"].startswith(("text/html", "application/problem+json"))


@pytest.mark.parametrize("route", [route for route, statuses in STATUSES.items() if 200 in statuses], ids=" ".join)
def test_what_is_there_for_people_is_there_for_programs(world: World, route: Route) -> None:
    answer = world.good(route, headers={"accept": JSON})()
    assert answer.status in {200, 201}
    if answer.headers["content-type"] == JSON:
        assert answer.json


def test_every_route_of_every_door_is_in_the_document() -> None:
    assert set(STATUSES) == set(doors.routes())
