"""The functions are loaded fresh, and leave this process as it was."""

from __future__ import annotations

import importlib
import os
import sys

import pytest

from infra.lambdas import environment, loaded_functions
from infra.run import PARAMETERS
from infra.template_reader import Template

TEMPLATE = Template()
MADE = (*TEMPLATE.tables, *TEMPLATE.queues, *TEMPLATE.buckets, *TEMPLATE.signing_keys)
NAMES = {**{name: name for name in MADE}, **PARAMETERS}


def test_functions_find_the_templates_environment_and_what_differs_here() -> None:
    with loaded_functions(TEMPLATE, NAMES, {"SITE_ORIGIN": "http://here"}):
        assert os.environ["REGISTRATIONS_TABLE"] == "RegistrationsTable"
        assert os.environ["SITE_ORIGIN"] == "http://here"


def test_the_environment_is_as_before_afterwards() -> None:
    before = dict(os.environ)
    with loaded_functions(TEMPLATE, NAMES, {"SITE_ORIGIN": "http://here"}):
        os.environ["LEFT_BY_A_FUNCTION"] = "x"
    assert dict(os.environ) == before


def test_modules_are_new_inside_and_the_old_ones_again_afterwards() -> None:
    before = importlib.import_module("portal.records")
    with loaded_functions(TEMPLATE, NAMES, {}):
        assert importlib.import_module("portal.records") is not before
    assert importlib.import_module("portal.records") is before


def test_the_path_is_as_before_afterwards_also_after_a_failure() -> None:
    before = list(sys.path)
    with pytest.raises(RuntimeError), loaded_functions(TEMPLATE, NAMES, {}):
        raise RuntimeError
    assert sys.path == before


def test_functions_that_disagree_on_a_variable_are_not_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    template = Template()
    monkeypatch.setitem(template.resources["SweeperFunction"]["Properties"]["Environment"]["Variables"],
                        "POWERTOOLS_LOG_LEVEL", "DEBUG")
    with pytest.raises(ValueError, match="POWERTOOLS_LOG_LEVEL"):
        environment(template, NAMES)
