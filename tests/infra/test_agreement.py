"""Template and code say the same: variables, routes, handlers."""

from __future__ import annotations

import importlib
from dataclasses import fields

import pytest

from infra.lambdas import CODE, environment
from infra.run import PARAMETERS
from infra.template_reader import Template
from portal.access import kind_of
from portal.settings import Settings

TEMPLATE = Template()
DOORS = sorted(name for name, each in TEMPLATE.functions.items() if each.routes)
# Read by powertools, pydantic and portal.assets, not by a class of settings.
READ_ELSEWHERE = {"ASSETS_FOLDER", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL", "PYDANTIC_DISABLE_PLUGINS"}
SESSIONS = "portal.sessions.SessionSettings"  # read by every function that knows people
AUDIT = "portal.audit.AuditSettings"  # read by every function that may show sensitive fields
SETTINGS = {"RegistrationsFunction": {"registrations.handler.RegistrationsSettings", SESSIONS},
            "DeskFunction": {"registrations.deskwork.DeskSettings", SESSIONS, AUDIT},
            "IdentityFunction": {"identity.handler.IdentitySettings", SESSIONS, AUDIT},
            "FeedbackFunction": {"portal.inbox.InboxSettings"},
            "SealsFunction": {"seals.handler.SealsSettings"},
            "CreditFunction": {"dupak.handler.CreditSettings"}, "RelayFunction": {"mailer.handler.RelaySettings"},
            "EligibilityFunction": {"referrals.checking.EligibilitySettings"},
            "MailerFunction": {"mailer.handler.MailerSettings"}, "SweeperFunction": {"sweeper.handler.SweeperSettings"},
            "AnchorFunction": {"sweeper.anchor.AnchorSettings"}, "PurgeFunction": {"sweeper.purge.PurgeSettings"},
            "DossiersFunction": {"dupak.own_dossier.DossiersSettings", SESSIONS, AUDIT},
            "PressFunction": {"dupak.press.PressSettings"},
            "AssessmentFunction": {"assessment.desk_stores.DeskSettings", SESSIONS, AUDIT},
            "AssessmentClockFunction": {"assessment.clock.ClockSettings"},
            "RightsFunction": {"rights.handler.RightsSettings", SESSIONS},
            "RightsDeskFunction": {"rights.handler.RightsSettings", SESSIONS},
            "ErasureFunction": {"sweeper.erasure.ErasureSettings"},
            "UploadsFunction": {"uploads.handler.UploadsSettings", SESSIONS},
            "InspectorFunction": {"uploads.inspector.InspectorSettings"},
            "UploadsClockFunction": {"uploads.clock.UploadsClockSettings"},
            "UploadsSweepFunction": {"uploads.sweep.SweepSettings"}}


def _named(path: str) -> object:
    module, name = path.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("name", sorted(TEMPLATE.functions))
def test_a_function_is_given_exactly_the_variables_that_its_settings_read(name: str) -> None:
    read = {each.name.upper() for settings in SETTINGS[name] for each in fields(_named(settings))}  # type: ignore[arg-type]
    given = set(TEMPLATE.functions[name].environment) - READ_ELSEWHERE
    assert given == read


def test_every_class_of_settings_belongs_to_a_function() -> None:
    for each in TEMPLATE.functions.values():
        importlib.import_module(each.handler.rsplit(".", 1)[0])
    known = {f"{each.__module__}.{each.__name__}" for each in Settings.__subclasses__()
             if (CODE / each.__module__.partition(".")[0]).is_dir()}  # other tests make some of their own
    assert known == set().union(*SETTINGS.values())


@pytest.mark.parametrize("name", DOORS)
def test_a_door_knows_people_exactly_when_one_of_its_routes_is_for_them(name: str) -> None:
    door = importlib.import_module(TEMPLATE.functions[name].handler.rsplit(".", 1)[0])
    guarded = any(entry.action for entry in door.ROUTES.values())
    assert (SESSIONS in SETTINGS[name]) is guarded


@pytest.mark.parametrize("name", DOORS)
def test_a_door_that_shows_records_of_some_kind_can_remember_who_saw_them(name: str) -> None:
    door = importlib.import_module(TEMPLATE.functions[name].handler.rsplit(".", 1)[0])
    shows = any(kind_of(entry.action) for entry in door.ROUTES.values())
    assert AUDIT in SETTINGS[name] or not shows


@pytest.mark.parametrize("name", sorted(TEMPLATE.functions))
def test_every_handler_of_the_template_is_there(name: str) -> None:
    assert callable(_named(TEMPLATE.functions[name].handler))


@pytest.mark.parametrize("name", DOORS)
def test_the_api_has_exactly_the_routes_that_the_door_serves(name: str) -> None:
    function = TEMPLATE.functions[name]
    door = importlib.import_module(function.handler.rsplit(".", 1)[0])
    assert {(each.method, each.path) for each in function.routes} == set(door.ROUTES)


def test_functions_in_one_process_agree_on_every_variable() -> None:
    made = (*TEMPLATE.tables, *TEMPLATE.queues, *TEMPLATE.buckets, *TEMPLATE.signing_keys)
    names = {**{name: name for name in made}, **PARAMETERS}
    assert environment(TEMPLATE, names)["REGISTRATIONS_TABLE"] == "RegistrationsTable"
