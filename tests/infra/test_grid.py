"""Every route × every role × every kind of record, asked from outside with real sessions.

What each pair must answer is worked out here from the access table's own text, not by the code that decides; a route
that no test below knows fails by its name.
"""

from __future__ import annotations

import importlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from infra import doors
from infra.emulator import CREDENTIALS, Emulator, provision
from infra.gateway import Gateway, Request, Response
from infra.lambdas import loaded_functions
from infra.run import PARAMETERS
from infra.template_reader import ROOT, Template
from tests.doors.dossier_world import is_ours

TEMPLATE = Template()
TABLE = yaml.safe_load((ROOT / "content" / "rules" / "access.yml").read_text(encoding="utf-8"))
OFFERING, OTHER = "bimtek-klino", "seminar-lain"
REGION = "35.22"
STATES = ("requested", "seated", "waiting", "refused", "cancelled")
SCOPES = {"offering": (OFFERING, OTHER, "*", ""), "region": ("35", REGION, "3", "35.2", "93", "*", "")}
ALL_SCOPES = tuple(sorted({scope for scopes in SCOPES.values() for scope in scopes}))
OF_OFFICES = {"atasan": ("dinas-pmd", "*", OFFERING, REGION)}  # a role over offices reaches nothing that has none
# Everybody with one role, once with each scope that role could have; nobody's role; and no session at all.
PEOPLE = [None, "", *(f"{role}:{scope}" if scope else role for role in TABLE["roles"] if role != "pengguna"
                      for scope in OF_OFFICES.get(role, ALL_SCOPES))]
ACTION_OF = {f"{method} {path}".strip(): entry.action for (method, path), entry in doors.routes().items()}
GUARDED = sorted(route for route, action in ACTION_OF.items() if action)
A_FILE = "01JD8Z3C4V5W6X7Y8Z9A0B1C99"
ACT = "POST /layanan/meja/kegiatan/{offering}/tindakan"
TINDAKAN = {name: f"registration.{name}" for name in ("approve", "promote", "cancel", "check_in", "undo_check_in")}
# What a route shows: its own things, nothing but itself, a list of an activity, one registration.
OWN = {"GET /layanan/akun", "GET /layanan/akun/profil", "POST /layanan/akun/profil", "POST /layanan/akun/sesi",
       "GET /layanan/akun/alamat", "POST /layanan/akun/alamat", "POST /layanan/akun/alamat/kode",
       "POST /layanan/akun/alamat/hapus",
       "GET /layanan/akun/data", "GET /layanan/akun/data/salinan/{kind}", "GET /layanan/akun/data/jejak",
       "GET /layanan/akun/data/persetujuan", "POST /layanan/akun/data/persetujuan",
       "GET /layanan/akun/data/permintaan", "POST /layanan/akun/data/permintaan",
       "GET /layanan/masuk/lanjut", "GET /layanan/akun/pendaftaran", "GET /layanan/berkas", "POST /layanan/berkas"}
ONE_FILE = {"GET /layanan/berkas/{upload}", "GET /layanan/berkas/{upload}/isi", "GET /layanan/berkas/{upload}/hapus",
            "POST /layanan/berkas/{upload}/hapus"}
MINE = {"GET /layanan/akun/data/permintaan/{reference}", "POST /layanan/akun/data/permintaan/{reference}/tarik"}
CASES = {"GET /layanan/meja/hak/{reference}", "POST /layanan/meja/hak/{reference}"}
ITSELF = {"GET /layanan/meja", "GET /layanan/meja/hak"}
LISTS = {"GET /layanan/meja/kegiatan/{offering}", "POST /layanan/meja/kegiatan/{offering}/cari",
         "GET /layanan/meja/kegiatan/{offering}/daftar-hadir"}
ONE = {"GET /layanan/meja/kegiatan/{offering}/pendaftaran/{reference}"}
REFUSE, WRITE = "POST /layanan/meja/kegiatan/{offering}/tolak", "POST /layanan/meja/kegiatan/{offering}/pesan"
FILTERS = "POST /layanan/meja/kegiatan/{offering}/saringan"
DOOR = {"GET /layanan/meja/kegiatan/{offering}/hadir", "POST /layanan/meja/kegiatan/{offering}/hadir"}
FILES = {"GET /layanan/meja/kegiatan/{offering}/unduh/{kind}"}


# Who reaches a dossier, in which state and at which desk, is held at the door itself: tests/doors/test_closed_doors.py.
DOSSIERS = {route for route in GUARDED if is_ours(route.partition(" ")[2])}


def yes(action: str, group: str, *, offering: str = "", region: str = "", state: str = "",
        unit: str = "", own: bool = False) -> bool:
    """Whether the table's text allows this; written anew, so that the guard's own reading is held against it."""
    name, _, scope = group.partition(":")
    for row in TABLE["actions"][action]["who"]:
        over = {"any": True, "own": own, "offering": bool(offering) and scope in {offering, "*"},
                "region": bool(region) and (scope == "*" or (bool(scope) and region.split(".")[:scope.count(".") + 1]
                                                             == scope.split("."))),
                "unit": bool(unit) and scope in {unit, "*"}}[row["over"]]
        if row["role"] in {name, "pengguna"} and over and (not row.get("states") or state in row["states"]):
            return True
    return False


@dataclass
class World:
    """A portal with one activity that has a registration in each state, and a session for everybody."""

    gateway: Gateway
    numbers: Mapping[str, str]
    tokens: Mapping[str, str]

    def ask(self, route: str, person: str | None, *, body: Any = None, **path: str) -> Response:
        method, _, place = route.partition(" ")
        cookie = {"cookie": f"sesi={self.tokens[person]}"} if person is not None else {}
        headers = {"accept": "application/json", "content-type": "application/json", **cookie}
        return self.gateway.answer(Request(method, place.format(**path), "", headers,
                                           json.dumps(body).encode() if body is not None else b"", "127.0.0.1"))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    emulator = Emulator().start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": emulator.url}.items():
                patch.setenv(name, value)
            names = provision(TEMPLATE, emulator.url, stack="grid")
            here = {"SITE_ORIGIN": "http://127.0.0.1", "ASSETS_FOLDER": str(ROOT / "build" / "assets")}
            with loaded_functions(TEMPLATE, {**names, **PARAMETERS}, here) as functions:
                yield peopled(Gateway(functions), names)
    finally:
        emulator.stop()


def peopled(gateway: Gateway, names: Mapping[str, str]) -> World:
    """With the code that the functions themselves have loaded."""
    catalogue, models, records, sessions = (importlib.import_module(name) for name in (
        "registrations.catalogue", "registrations.models", "portal.records", "portal.sessions"))
    now, day = datetime.now(UTC), timedelta(days=1)
    declared = json.loads((ROOT / "build" / "catalogue.json").read_text(encoding="utf-8"))[0]
    for name in (OFFERING, OTHER):
        catalogue.Catalogue(records.Table(names["RegistrationsTable"])).publish(models.Offering.model_validate({
            **declared, "id": name, "opens": now - day, "closes": now + day, "starts": now + 2 * day,
            "ends": now + 3 * day, "audience": ["tpp"], "quotas": [], "seats": 2, "approval": False}))
    kept = sessions.Sessions(records.Table(names["IdentityTable"]))
    tokens = {group: kept.begin(f"person{number}", name="Nama", email=f"{number}@desa.example",
                                groups=(group,) if group else (), now=now)
              for number, group in enumerate(filter(lambda each: each is not None, PEOPLE))}
    numbers = registered(gateway)
    decided(records.Table(names["RegistrationsTable"]), numbers)
    return World(gateway, numbers, tokens)


def decided(table: Any, numbers: dict[str, str]) -> None:
    """Two more registrations, as they would stand where the committee decides: one refused, one not decided yet."""
    keys, records = (importlib.import_module(name) for name in ("registrations.keys", "portal.records"))
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for state, facts in (("requested", {}), ("refused", {"refused_at": now, "refusal": {"reason": "other"}})):
        numbers[state] = numbers.pop(f"to_be_{state}")
        item = table.get(keys.registration_key(numbers[state].replace("-", "")), keys.RECORD)
        table.write(records.put({**item, "requested_at": item["received_at"], **facts}))


def registered(gateway: Gateway) -> dict[str, str]:
    """The reference of a registration in each state."""
    def post(path: str, data: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"accept": "application/json", "content-type": "application/json"}
        response = gateway.answer(Request("POST", path, "", headers, json.dumps(data).encode(), "127.0.0.1"))
        assert response.status in {200, 201}, response.body
        return dict(json.loads(response.body))

    numbers = [post("/layanan/pendaftaran", {
        "submission_id": f"01JD8Z3C4V5W6X7Y8Z9A0B1C{number:02d}", "offering": OFFERING, "name": f"Peserta {number}",
        "email": f"p{number}@desa.example", "phone": "081234567890", "kind": "tpp", "agency_level": "desa",
        "region": REGION, "consent": "ya"})["reference"] for number in range(6)]
    post("/layanan/pendaftaran/batal", {"reference": numbers[0], "email": "p0@desa.example"})
    return {"cancelled": numbers[0], "seated": numbers[1], "waiting": numbers[3],
            "to_be_requested": numbers[4], "to_be_refused": numbers[5]}


def test_every_guarded_route_is_known_here_and_its_action_stands_in_the_table() -> None:
    assert set(GUARDED) == OWN | ITSELF | LISTS | ONE | FILES | DOOR | ONE_FILE | MINE | CASES | {
        ACT, REFUSE, WRITE, FILTERS} | DOSSIERS
    asked_within_a_step = {*TINDAKAN.values(), "assessment.assign"}
    assert {ACTION_OF[route] for route in GUARDED} | asked_within_a_step == set(
        TABLE["actions"])


@pytest.mark.parametrize("route", GUARDED)
def test_nobody_gets_in_without_signing_in(world: World, route: str) -> None:
    answer = world.ask(route, None, body={}, offering=OFFERING, reference=world.numbers["seated"], kind="csv",
                       upload=A_FILE, exhibit="0" * 16)
    assert (answer.status, json.loads(answer.body)["code"]) == (401, "sign_in_needed")


@pytest.mark.parametrize("person", PEOPLE[1:])
@pytest.mark.parametrize("route", sorted(OWN))
def test_everybody_who_is_signed_in_may_see_their_own(world: World, route: str, person: str) -> None:
    if route == "POST /layanan/akun/sesi":
        body: Any = {"sesi": "0" * 64}
    else:
        body = {"untuk": "photos", "jawaban": "tidak"} if route.endswith("persetujuan") else {}
    assert yes(ACTION_OF[route], person, own=True)
    assert world.ask(route, person, body=body, kind="json").status in {200, 303, 422}


@pytest.mark.parametrize("person", PEOPLE[1:])
def test_a_file_is_there_for_its_owner_and_for_nobody_else_whatever_their_role(world: World, person: str) -> None:
    see, get = "GET /layanan/berkas/{upload}", "GET /layanan/berkas/{upload}/isi"
    owner = next(each for each in PEOPLE[1:] if each != person)
    upload = f"01JD8Z3C4V5W6X7Y8Z9A0C{PEOPLE.index(person):04d}"
    asked = world.ask("POST /layanan/berkas", owner, body={"submission_id": upload, "file_name": "SK.pdf"})
    assert asked.status == 201
    assert world.ask(see, owner, upload=upload).status == 200
    for route in sorted(ONE_FILE):
        foreign, absent = (world.ask(route, person, body={}, upload=each) for each in (upload, A_FILE))
        assert (foreign.status, foreign.body, foreign.headers) == (absent.status, absent.body, absent.headers)
        assert foreign.status == 404
    assert world.ask(get, owner, upload=upload).status == 404, "nothing has been released"
    assert yes("file.delete", owner, own=True)
    assert world.ask("POST /layanan/berkas/{upload}/hapus", owner, body={}, upload=upload).status == 200
    assert world.ask(see, owner, upload=upload).status == 404


@pytest.mark.parametrize("person", PEOPLE[1:])
def test_a_request_about_data_is_there_for_who_asked_and_for_those_the_table_names(world: World, person: str) -> None:
    owner = PEOPLE[1:][PEOPLE.index(person) % len(PEOPLE[1:])]  # the next one: nobody may have too many open at once
    submission = f"01JD8Z3C4V5W6X7Y8Z9A0D{PEOPLE.index(person):04d}"
    asked = world.ask("POST /layanan/akun/data/permintaan", owner, body={
        "submission_id": submission, "right": "export", "about": "self"})
    assert asked.status == 201
    number = json.loads(asked.body)["reference"]
    for route in sorted(MINE | CASES):
        body = {"tindakan": "tangani"}
        foreign, absent = (world.ask(route, person, body=body, reference=each) for each in (number, "ZZZZ-ZZZZ"))
        expected = 200 if route in CASES and yes(ACTION_OF[route], person) else 404
        assert foreign.status == expected
        if expected != 200:
            assert (foreign.body, foreign.headers) == (absent.body, absent.headers)
    assert world.ask("GET /layanan/akun/data/permintaan/{reference}", owner, reference=number).status == 200


@pytest.mark.parametrize("person", PEOPLE[1:])
@pytest.mark.parametrize("route", sorted(ITSELF))
def test_a_desk_opens_for_those_the_table_names(world: World, person: str, route: str) -> None:
    expected = 200 if yes(ACTION_OF[route], person) else 404
    assert world.ask(route, person).status == expected


@pytest.mark.parametrize("person", PEOPLE[1:])
@pytest.mark.parametrize("route", sorted(LISTS))
def test_a_list_holds_exactly_the_registrations_the_table_allows(world: World, route: str, person: str) -> None:
    answer = world.ask(route, person, body={}, offering=OFFERING)
    allowed = {state for state in STATES
               if yes("registration.list", person, offering=OFFERING, region=REGION, state=state)}
    if route.endswith("daftar-hadir"):
        shown = "Peserta 1" in answer.body.decode()
        assert shown == ("seated" in allowed)
    elif answer.status == 200:
        listed = {each["reference"]: each["state"] for each in json.loads(answer.body)["registrations"]}
        assert set(listed.values()) == allowed
        assert all(world.numbers[state] in listed for state in allowed)
    assert answer.status == 200 or (answer.status == 404 and not allowed)


@pytest.mark.parametrize("person", PEOPLE[1:])
@pytest.mark.parametrize("state", STATES)
def test_one_registration_opens_for_those_the_table_names(world: World, person: str, state: str) -> None:
    route, number = "GET /layanan/meja/kegiatan/{offering}/pendaftaran/{reference}", world.numbers[state]
    expected = 200 if yes("registration.read", person, offering=OFFERING, region=REGION, state=state) else 404
    assert world.ask(route, person, offering=OFFERING, reference=number).status == expected
    assert world.ask(route, person, offering=OTHER, reference=number).status == 404, "through another activity's door"


@pytest.mark.parametrize("person", PEOPLE[1:])
def test_forbidden_and_unknown_answer_alike(world: World, person: str) -> None:
    route = "GET /layanan/meja/kegiatan/{offering}/pendaftaran/{reference}"
    if yes("registration.read", person, offering=OFFERING, region=REGION, state="seated"):
        assert world.ask(route, person, offering=OFFERING, reference="ZZZZ-ZZZZ").status == 404
        return
    forbidden = world.ask(route, person, offering=OFFERING, reference=world.numbers["seated"])
    unknown = world.ask(route, person, offering=OFFERING, reference="ZZZZ-ZZZZ")
    assert (forbidden.status, forbidden.body, forbidden.headers) == (unknown.status, unknown.body, unknown.headers)


@pytest.mark.parametrize("person", PEOPLE[1:])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "html"])
def test_files_are_for_those_the_table_names(world: World, person: str, kind: str) -> None:
    allowed = yes("registration.export", person, offering=OFFERING) and kind != "html"
    (route,) = FILES
    assert world.ask(route, person, offering=OFFERING, kind=kind).status == (200 if allowed else 404)


@pytest.mark.parametrize("person", PEOPLE[1:])
@pytest.mark.parametrize("offering", [OFFERING, OTHER])
def test_the_door_is_kept_by_those_the_table_names(world: World, person: str, offering: str) -> None:
    allowed = yes("registration.check_in", person, offering=offering, region=REGION, state="seated")
    page = world.ask("GET /layanan/meja/kegiatan/{offering}/hadir", person, offering=offering)
    assert page.status == (200 if allowed else 404)
    assert ("Peserta 1" in page.body.decode()) == (allowed and offering == OFFERING)
    for number in (world.numbers["waiting"], "ZZZZ-ZZZZ"):
        answer = world.ask("POST /layanan/meja/kegiatan/{offering}/hadir", person, body={"nomor": [number]},
                           offering=offering)
        assert answer.status == (200 if allowed else 404)
        if allowed:
            # Why, only to those who may see this registration in the list.
            seen = yes("registration.list", person, offering=offering, region=REGION, state="waiting")
            known = offering == OFFERING and number == world.numbers["waiting"] and seen
            assert set(json.loads(answer.body)["outcome"].values()) <= {"no_seat" if known else "unknown"}


@pytest.mark.parametrize("person", PEOPLE[1:])
@pytest.mark.parametrize(("tindakan", "offering"), list(itertools.product(TINDAKAN, [OFFERING, OTHER])))
def test_an_action_is_for_those_the_table_names(world: World, person: str, tindakan: str, offering: str) -> None:
    """Asked about somebody whom it cannot change, so that the world stays as it is."""
    allowed = yes("desk.see", person) and any(yes(TINDAKAN[tindakan], person, offering=offering, region=REGION,
                                                  state=state) for state in STATES)
    answer = world.ask(ACT, person, body={"tindakan": tindakan, "nomor": [world.numbers["cancelled"]]},
                       offering=offering)
    assert answer.status == (200 if allowed else 404)
    if allowed:
        assert set(json.loads(answer.body)["outcome"].values()) == {told_of_a_cancelled_one(person, offering)}


def told_of_a_cancelled_one(person: str, offering: str) -> str:
    """What became of it is told to those who see it in the list."""
    seen = yes("registration.list", person, offering=OFFERING, region=REGION, state="cancelled")
    return "was_cancelled" if offering == OFFERING and seen else "unknown"


@pytest.mark.parametrize("person", PEOPLE[1:])
@pytest.mark.parametrize("offering", [OFFERING, OTHER])
def test_refusing_and_writing_are_for_those_the_table_names(world: World, person: str, offering: str) -> None:
    """Asked about somebody whom it cannot change or reach, so that the world stays as it is."""
    for route, changed in ((REFUSE, {"reason": "other"}), (WRITE, {"template": "message_reminder"})):
        allowed = any(yes(ACTION_OF[route], person, offering=offering, region=REGION, state=state) for state in STATES)
        for kind, number, told in (("D", "7F3K-9QX2", "unknown"),
                                   ("E", world.numbers["cancelled"], told_of_a_cancelled_one(person, offering))):
            submission = f"01JD8Z3C4V5W6X7Y8Z9A0{kind}{PEOPLE.index(person):04d}"
            answer = world.ask(route, person, offering=offering,
                               body={"nomor": number, "submission_id": submission, **changed})
            assert answer.status == (200 if allowed else 404)
            if allowed:
                outcome = set(json.loads(answer.body)["outcome"].values())
                assert outcome == ({told} if route == REFUSE else set()), "a message leaves out whom it cannot reach"


@pytest.mark.parametrize("person", PEOPLE[1:])
def test_filters_are_kept_by_those_the_table_names_and_are_each_ones_own(world: World, person: str) -> None:
    allowed = yes("desk.filters", person, own=True)
    kept = world.ask(FILTERS, person, body={"status": "seated", "nama": f"Milik {person}"}, offering=OFFERING)
    assert kept.status == (303 if allowed else 404)


@pytest.mark.parametrize("person", [each for each in PEOPLE[1:] if each])
def test_masked_fields_are_masked(world: World, person: str) -> None:
    answer = world.ask("GET /layanan/meja/kegiatan/{offering}", person, offering=OFFERING)
    name = person.partition(":")[0]
    rows = [row for row in TABLE["actions"]["registration.list"]["who"] if row["role"] == name]
    if answer.status != 200 or not rows:
        assert answer.status in {200, 404}
        return
    for each in json.loads(answer.body)["registrations"]:
        for field in ("phone", "email"):
            assert ("•" in each["answers"][field]) == (field in rows[0].get("masked", [])), (person, field)
