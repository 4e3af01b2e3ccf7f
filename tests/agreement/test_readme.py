"""What the README promises a maintainer is so: its paths exist, its example of a field is a field."""

from __future__ import annotations

import re
from typing import Annotated, Any, get_args

import pytest

from infra.template_reader import ROOT
from portal import questions
from portal.forms import Form, FormModel
from registrations.models import Offering, Quota

README = (ROOT / "README.md").read_text(encoding="utf-8")
SPOKEN = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL))
PATHS = sorted({each for each in SPOKEN if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", each) and re.search(r"[/.]", each)})


def test_it_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) <= 120


@pytest.mark.parametrize("path", [each for each in PATHS if not each.startswith(("build", ".", "127"))])
def test_every_path_is_there(path: str) -> None:
    places = [ROOT, ROOT / "content", ROOT / "functions", ROOT / "infra", ROOT / "content" / "forms"]
    assert any((place / path).exists() or list(place.glob(f"*{path}")) for place in places), path


def test_every_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / link).exists() or link.endswith(".png"), link


def test_the_line_it_shows_for_a_new_field_makes_a_field() -> None:
    (line,) = [each for each in SPOKEN if "Annotated[" in each]
    name, annotation, default = re.fullmatch(r"(\w+): (.+) = (.+)", line).groups()  # type: ignore[union-attr]
    known: dict[str, Any] = {**vars(questions), "Annotated": Annotated}
    namespace = {"__annotations__": {name: eval(annotation, known)}, name: eval(default),  # noqa: S307 our own README
                 "__module__": __name__, "__qualname__": "WithIt"}
    form = Form("with_it", type("WithIt", (FormModel,), namespace), "/layanan/with-it")
    assert [(field.name, field.required) for field in form.fields] == [(name, False)]
    assert form.read({name: " Bidang  PMD "}).model_dump() == {name: "Bidang PMD"}


def test_the_keys_of_a_quota_that_it_names_are_those_of_the_model() -> None:
    named = {each for each in SPOKEN if each in Quota.model_fields}
    assert named >= {"seats", "share", "per_province", "kinds", "agency_levels", "provinces", "released"}
    assert get_args(Offering.model_fields["quotas"].annotation)[0] is Quota


def test_it_speaks_of_every_folder_of_tests() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir()
               if path.is_dir() and any(path.glob("test_*.py"))}
    assert {name for name in folders if f"`{name}`" not in README} == set()
