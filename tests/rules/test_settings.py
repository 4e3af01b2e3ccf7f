"""What the template tells a function: all of it, or a refusal to begin that names what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from portal.settings import Settings


@dataclass(frozen=True)
class HarvestSettings(Settings):
    harvest_table: str
    site_origin: str


def test_each_field_is_the_variable_of_its_name_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARVEST_TABLE", "panen")
    monkeypatch.setenv("SITE_ORIGIN", "https://portal.example.go.id")
    assert HarvestSettings.from_environment() == HarvestSettings("panen", "https://portal.example.go.id")


@pytest.mark.parametrize("value", [None, ""], ids=["missing", "empty"])
def test_a_variable_that_is_not_there_is_named_at_the_cold_start(
        value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_ORIGIN", "https://portal.example.go.id")
    monkeypatch.delenv("HARVEST_TABLE", raising=False)
    if value is not None:
        monkeypatch.setenv("HARVEST_TABLE", value)
    with pytest.raises(KeyError, match="HARVEST_TABLE"):
        HarvestSettings.from_environment()
