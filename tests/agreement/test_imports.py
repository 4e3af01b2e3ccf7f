"""Imports point inward: what decides knows no store and no HTTP, and one place knows each of the outside's ways."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from infra.template_reader import ROOT

FUNCTIONS = ROOT / "functions"
MODULES = {path.relative_to(FUNCTIONS).as_posix(): path for path in sorted(FUNCTIONS.rglob("*.py"))}
SUBJECTS = sorted({name.split("/")[0] for name in MODULES} - {"portal"})
# Angka kredit is a subject of rules: its regimes and the table that they read stand in files of their own.
PURE = [name for name in MODULES if name.endswith(("/rules.py", "/models.py", "/rulebook.py", "/konvensional.py",
                                                     "/integrasi.py", "/eligibility.py", "/family.py"))]
# Assessing decides by tables that the build made: these may read them, and know no store all the same.
DECIDE_BY_TABLES = ("assessment/assigning.py", "assessment/lending.py", "assessment/marks.py", "casework/cases.py",
                    "casework/clocks.py", "casework/reach.py", "casework/steps.py")
TABLES_OF_RULES = {"portal.access", "portal.assets", "portal.dated", "portal.machine", "portal.workdays"}
# The design's list, and the vocabulary of forms (DECISIONS.md, 2026-11-21).
VOCABULARY = {"portal.errors", "portal.forms", "portal.identifiers", "portal.letters", "portal.moments",
              "portal.people", "portal.questions"}
OUTSIDE = {"pydantic", "pydantic_core"}
# Whose records a clock tidies, it may know; whoever tells people what is kept of them knows everybody who keeps it.
# Who assesses decides about what somebody put together; evidence lies with whoever keeps it (dupak/sources).
KNOWS_OTHERS = {"assessment": {"dupak", "identity", "uploads"},
                "dupak": {"assessment", "identity", "registrations", "uploads"},
                "sweeper": {"assessment", "dupak", "identity", "registrations", "rights", "uploads"},
                "rights": {"assessment", "dupak", "feedback", "identity", "registrations", "uploads"}}
KNOW_AWS = {"portal/aws_json.py", "portal/buckets.py", "portal/records.py", "mailer/handler.py"}
KNOWS_HTTP = "portal/web.py"
# Whom others answer over HTTP, and which of its libraries each may use: the store, and the sign-in service.
ASKS_OVER_HTTP = {"portal/aws_json.py": {"urllib3"}, "portal/buckets.py": {"urllib3"},
                  "identity/provider.py": {"requests"}}
STATUSES = {int(status) for status in HTTPStatus if status >= HTTPStatus.OK}  # nobody answers with the ones before


def imported(path: Path) -> Iterator[str]:
    """Every module that a file names, `from x import y` as x; wherever in the file it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "portal")


def is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def test_there_are_subjects_to_look_at() -> None:
    assert set(SUBJECTS) >= {"registrations", "feedback", "identity", "mailer", "sweeper"}
    assert len(PURE) >= 6


@pytest.mark.parametrize("name", PURE)
def test_what_decides_imports_nothing_that_remembers_or_speaks(name: str) -> None:
    subject = name.partition("/")[0]
    allowed = OUTSIDE | VOCABULARY | {"portal"} | {
        each.removesuffix(".py").replace("/", ".") for each in PURE if each.startswith(f"{subject}/")}
    foreign = {module for module in imported(MODULES[name]) if not is_standard(module) and module not in allowed}
    assert foreign == set()


@pytest.mark.parametrize("name", DECIDE_BY_TABLES)
def test_what_decides_by_tables_knows_no_store_either(name: str) -> None:
    allowed = VOCABULARY | TABLES_OF_RULES | {"portal", "assessment.marks", "assessment.workflow", "dupak.models",
                                              "casework", "casework.cases", "casework.workflow"}
    assert {module for module in imported(MODULES[name]) if not is_standard(module)} <= allowed


@pytest.mark.parametrize("name", sorted(VOCABULARY))
def test_the_vocabulary_itself_knows_no_store_and_no_http(name: str) -> None:
    path = MODULES[f"{name.replace('.', '/')}.py"]
    assert not set(imported(path)) & {"portal.records", "portal.web", "portal.submissions", "portal.inbox", "botocore"}


@pytest.mark.parametrize("name", ["assessment/workflow.py", "casework/workflow.py", "portal/access.py",
                                  "portal/machine.py", "portal/workdays.py"])
def test_what_decides_by_a_table_knows_where_tables_lie_and_no_store(name: str) -> None:
    tables = {"portal", "portal.assets", "portal.lokal_id", "portal.machine", "portal.moments", "portal.workdays"}
    assert {module for module in imported(MODULES[name]) if not is_standard(module)} <= tables


@pytest.mark.parametrize("name", MODULES)
def test_one_place_knows_dynamodb_and_one_the_queue_and_the_mail(name: str) -> None:
    knows = {module for module in imported(MODULES[name]) if module.split(".")[0] in {"boto3", "botocore"}}
    assert bool(knows) is (name in KNOW_AWS), knows


@pytest.mark.parametrize("name", sorted(set(MODULES) - {KNOWS_HTTP}))
def test_one_place_knows_http(name: str) -> None:
    assert {module.split(".")[0] for module in imported(MODULES[name])} & {"http", "urllib3", "requests"} == (
        ASKS_OVER_HTTP.get(name, set()))
    if "portal.web" in imported(MODULES[name]):
        tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
        numbers = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert {number for number in numbers if type(number) is int} & STATUSES == set()


@pytest.mark.parametrize("library", ["authlib", "joserfc", "requests"])
def test_one_place_knows_the_libraries_of_signing_in(library: str) -> None:
    assert {name for name, path in MODULES.items()
            if library in {module.split(".")[0] for module in imported(path)}} == {"identity/provider.py"}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_all_share_knows_no_subject(subject: str) -> None:
    for name, path in MODULES.items():
        if name.startswith("portal/"):
            assert subject not in {module.split(".")[0] for module in imported(path)}, name


@pytest.mark.parametrize("name", MODULES)
def test_a_subject_knows_others_only_when_it_tidies_or_tells_what_they_keep(name: str) -> None:
    subject = name.partition("/")[0]
    others = {module.split(".")[0] for module in imported(MODULES[name])} & set(SUBJECTS) - {subject}
    assert others <= KNOWS_OTHERS.get(subject, set())


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("dupak/")])
def test_the_officials_subject_knows_the_way_of_a_dossier_and_nothing_of_who_assesses(name: str) -> None:
    """Its role cannot read that table; its code does not even name the modules that could."""
    foreign = {module for module in imported(MODULES[name]) if module.split(".")[0] == "assessment"}
    assert foreign <= {"assessment", "assessment.progress", "assessment.rounds", "assessment.workflow"}


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__init__.py")])
def test_a_module_says_what_it_is_for(name: str) -> None:
    docstring = ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8")))
    assert docstring
    assert docstring.splitlines()[0].endswith((".", ":")), "the first line is a sentence"


def test_nothing_in_the_functions_asks_where_it_runs() -> None:
    asking = re.compile(r"\b(is_local|localhost|127\.0\.0\.1|moto|DEBUG)\b")
    assert {name for name, path in MODULES.items() if asking.search(path.read_text(encoding="utf-8"))} == set()


def test_no_module_catches_everything_but_the_door_and_the_inspection() -> None:
    catching = {name for name, path in MODULES.items() for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.ExceptHandler) and (
                    node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {
                        "Exception", "BaseException"}))}
    parsing = "uploads/inspection.py"  # strangers' files: their parsers may raise whatever they like
    printing = "dupak/press.py"  # a document that cannot be drawn, for whatever reason, holds no decision up
    assert catching <= {KNOWS_HTTP, "sweeper/handler.py", parsing, printing}
