"""The OpenAPI document lists only what a test has seen: every status of every route is provoked here once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from infra import doors, openapi
from portal import records
from registrations.catalogue import Catalogue
from tests.doors.calling import FORM, JSON, Answer, Caller
from tests.doors.weather import Weather, refused
from tests.people import a_submission, an_offering, helmy, ratna, visitor

STATUSES = openapi.answers()
EVERY = [(route, status) for route, statuses in STATUSES.items() for status in statuses]
REGISTER, STATUS = "/layanan/pendaftaran", "/layanan/pendaftaran/status"
CANCEL, FEEDBACK = "/layanan/pendaftaran/batal", "/layanan/masukan"
FOR_GOOD = float("inf")


@dataclass
class World:
    """Both doors, an activity that is open, and Helmy who has a seat in it."""

    registrations: Caller
    feedback: Caller
    reference: str

    def call(self, method: str, path: str, **request: object) -> Answer:
        door = self.feedback if path.startswith(FEEDBACK) else self.registrations
        known = {"submission": a_submission(1), "reference": self.reference, "offering": "bimtek-klino"}
        return door(f"{method} {path}", **{**known, **request})

    def good(self, method: str, path: str, **headers: str) -> Answer:
        """The request that this route is for."""
        bodies = {REGISTER: {**visitor(2), "submission_id": a_submission(2)}, STATUS: self.known, CANCEL: self.known,
                  FEEDBACK: {**ratna(), "submission_id": a_submission(2)}}
        if method == "GET":
            return self.call(method, path, headers=headers, seconds=1.05)
        return self.call(method, path, data=bodies[path], headers=headers, seconds=1.05)

    @property
    def known(self) -> dict[str, str]:
        return {"reference": self.reference, "email": helmy()["email"]}


@pytest.fixture
def world(registrations_door: Caller, feedback_door: Caller, catalogue: Catalogue) -> World:
    catalogue.publish(an_offering(now=datetime.now(UTC)))
    helmys = registrations_door(f"POST {REGISTER}", data={**helmy(), "submission_id": a_submission(1)})
    feedback_door(f"POST {FEEDBACK}", data={**ratna(), "submission_id": a_submission(1)})
    return World(registrations_door, feedback_door, helmys.json["reference"])


def busy(code: str) -> Callable[[World, str, str, pytest.MonkeyPatch], Answer]:
    def provoke(world: World, method: str, path: str, monkeypatch: pytest.MonkeyPatch) -> Answer:
        bad = Weather(records.client(), refused(code), times=FOR_GOOD)
        monkeypatch.setattr(records, "client", lambda: bad)
        return world.good(method, path)

    return provoke


# What is alike for every route that has such a status.
ANYWHERE = {
    400: lambda world, method, path, _: world.call(method, path, raw=b"name=%FF", headers={"content-type": FORM}),
    413: lambda world, method, path, _: world.call(method, path, form={"name": "x" * 70_000}),
    415: lambda world, method, path, _: world.call(method, path, raw=b"", headers={"content-type": "text/plain"}),
    422: lambda world, method, path, _: world.call(method, path, data={}),
    500: busy("AccessDeniedException"),
    503: busy("ThrottlingException"),
}

# The rest: a status has its own reason on each route.
ONCE: dict[tuple[str, str, int], Callable[[World], Answer]] = {
    ("POST", REGISTER, 200): lambda world: world.call("POST", REGISTER, form=visitor(2)),
    ("POST", REGISTER, 201): lambda world: world.good("POST", REGISTER),
    ("POST", REGISTER, 303): lambda world: world.call(
        "POST", REGISTER, form={**visitor(2), "submission_id": a_submission(2), "step": "send"}),
    ("POST", REGISTER, 404): lambda world: world.call("POST", REGISTER, form=helmy(offering="tidak-ada")),
    ("POST", REGISTER, 409): lambda world: world.call(
        "POST", REGISTER, data={**helmy(), "submission_id": a_submission(2)}),
    ("POST", STATUS, 404): lambda world: world.call(
        "POST", STATUS, data={"reference": "7F3K-9QX2", "email": "lain@desa.example"}),
    ("POST", CANCEL, 303): lambda world: world.call("POST", CANCEL, form={**world.known, "step": "send"}),
    ("POST", CANCEL, 404): lambda world: world.call(
        "POST", CANCEL, data={"reference": "7F3K-9QX2", "email": "lain@desa.example"}),
    ("POST", CANCEL, 409): lambda world: _begun(world),
    ("POST", FEEDBACK, 200): lambda world: world.call("POST", FEEDBACK, form=ratna()),
    ("POST", FEEDBACK, 201): lambda world: world.good("POST", FEEDBACK),
    ("POST", FEEDBACK, 303): lambda world: world.call(
        "POST", FEEDBACK, form={**ratna(), "submission_id": a_submission(2), "step": "send"}),
    ("POST", FEEDBACK, 409): lambda world: world.call(
        "POST", FEEDBACK, data={**ratna(message="Lain."), "submission_id": a_submission(1)}),
}


def _begun(world: World) -> Answer:
    from registrations.handler import catalogue  # noqa: PLC0415 the door's own

    past = datetime(2020, 1, 1, tzinfo=UTC)
    catalogue().publish(an_offering(now=datetime.now(UTC), opens=past.replace(year=2019), closes=past, starts=past))
    return world.call("POST", CANCEL, data=world.known)


def provoked(world: World, route: tuple[str, str], status: int, monkeypatch: pytest.MonkeyPatch) -> Answer:
    method, path = route
    if (method, path, status) in ONCE:
        return ONCE[method, path, status](world)
    if status in ANYWHERE:
        return ANYWHERE[status](world, method, path, monkeypatch)
    if status == 404:
        return world.call(method, path, submission=a_submission(9), offering="tidak-ada")
    return world.good(method, path)


@pytest.mark.parametrize(("route", "status"), EVERY, ids=lambda part: " ".join(part) if isinstance(part, tuple) else None)
def test_every_status_in_the_document_has_been_seen(
        world: World, route: tuple[str, str], status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = provoked(world, route, status, monkeypatch)
    assert answer.status == status
    if status >= 400:
        assert answer.headers["content-type"].startswith(("text/html", "application/problem+json"))


@pytest.mark.parametrize("route", [route for route, statuses in STATUSES.items() if 200 in statuses],
                         ids=" ".join)
def test_what_is_said_to_be_there_is_there_for_programs_too(world: World, route: tuple[str, str]) -> None:
    assert world.good(*route, accept=JSON).status in {200, 201}


def test_every_route_of_every_door_is_in_the_document() -> None:
    assert set(STATUSES) == set(doors.routes())
