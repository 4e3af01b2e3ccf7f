"""The directory of services: what is wrong with its file is told with its place, and nothing unsure says no."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra import services
from infra.front_matter import Mistake

DECLARED = yaml.safe_load(services.SOURCE.read_text(encoding="utf-8"))
DIRECTORY = services.read()
NINE = ["kesehatan", "pendidikan", "sosial_ekonomi", "pangan", "energi", "pertanian", "perikanan", "perumahan",
        "adminduk"]
#: What the sekretariat's own program lists (domain notes, section 3), by our names.
CATALOGUE = {"aktif_bpjs", "cek_desil", "daftar_data", "jampersal", "kip_kuliah", "surat_dtks", "kusuka",
             "anak_terlantar", "lansia_terlantar", "konflik_sosial", "masa_panik", "rutilahu", "surat_kematian"}


def test_the_nine_sectors_of_slrt_are_there_and_each_has_services() -> None:
    assert [name for name, sector in DIRECTORY.sectors.items() if sector.nine] == NINE
    assert all(DIRECTORY.of_sector(name) for name in DIRECTORY.sectors)


def test_what_a_secretariat_is_asked_for_is_there() -> None:
    assert set(DIRECTORY.services) >= CATALOGUE


def test_only_what_is_sure_says_no() -> None:
    rows = [row for service in DIRECTORY.services.values() for row in service.rows]
    assert {row.certainty for row in rows if row.otherwise == "no"} == {"text", "name"}
    assert {row.certainty for row in rows if row.otherwise == "ask"} >= {"news", "mem", "code"}


def test_what_has_no_written_source_is_said_to_be_recalled_or_chosen_and_nothing_else() -> None:
    for each in services._sourced(DIRECTORY):
        assert (each.source is None) is (each.certainty in {"mem", "chosen", "name"})


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_reason_is_one_plain_sentence(language: str) -> None:
    for name, service in DIRECTORY.services.items():
        for row in service.rows:
            text = getattr(row.because, language)
            assert text.endswith("."), name
            assert text.count(". ") == 0, name


def test_no_telephone_stands_without_a_source() -> None:
    phones = {name for name in (each.phone for each in DIRECTORY.organisations.values()) if name != "unknown"}
    assert {DIRECTORY.told[name].certainty for name in phones} == {"news"}
    said = "".join(getattr(each.where, language) for each in DIRECTORY.organisations.values()
                   for language in ("id", "en"))
    assert not any(sign.isdigit() for sign in said)


# -- mistakes ------------------------------------------------------------------------------------------------------


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    declared = deepcopy(DECLARED)
    change(declared)
    return declared


def service(name: str, **values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda declared: declared["services"][name].update(values)


def first_row(name: str, **values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda declared: declared["services"][name]["eligibility"][0].update(values)


MISTAKES: dict[str, tuple[Callable[[dict[str, Any]], object], str, str]] = {
    "an unsure no": (first_row("masa_panik", otherwise=False),
                     "services.masa_panik.eligibility.0", "only text and name"),
    "an unknown fact": (first_row("pip", fact="murid"), "services.pip.eligibility.0.fact", "found murid"),
    "an unknown answer": (first_row("pip", **{"is": ["yes"]}), "services.pip.eligibility.0.is", "the answers to pupil"),
    "a rule that all meet": (first_row("pip", **{"is": ["ya", "tidak"]}),
                             "services.pip.eligibility.0.is", "decides nothing"),
    "two comparisons": (first_row("pip", at_most=3), "services.pip.eligibility.0.any.0", "one of: is, at_most"),
    "a number of a word": (lambda declared: declared["services"]["pip"]["eligibility"].append(
        {"fact": "ill", "at_most": 3, "otherwise": "ask", "certainty": "mem",
         "because": {"id": "Ada.", "en": "There."}}), "services.pip.eligibility.2.fact", "a fact with numbers"),
    "no rows": (service("pip", eligibility=[]), "services.pip.eligibility", "rows, or unknown"),
    "nothing said about rules": (service("pip", eligibility=None), "services.pip.eligibility", "or unknown"),
    "nothing said about documents": (service("pkh", documents=None), "services.pkh.documents", "or unknown"),
    "an unknown document": (lambda declared: declared["services"]["pip"]["documents"]["list"].append("sim"),
                            "services.pip.documents.list", "found sim"),
    "an unknown source": (first_row("kusuka", source="tetangga"), "services.kusuka.eligibility.0.source",
                          "found tetangga"),
    "no source": (service("pip", seen={"certainty": "text"}), "services.pip.seen", "expected with each certainty but"),
    "a source of what is recalled": (first_row("masa_panik", source="langsa"), "services.masa_panik.eligibility.0",
                                     "and with none of these"),
    "an unknown cost": (service("pip", cost="murah"), "services.pip.cost", "found murah"),
    "an unknown sector": (service("pip", sector="sekolah_dasar"), "services.pip.sector", "found sekolah_dasar"),
    "an unknown organisation": (service("pip", organisation="bank"), "services.pip.organisation", "found bank"),
    "an unknown telephone": (lambda declared: declared["organisations"]["desa"].update(phone="nol"),
                             "organisations.desa.phone", "found nol"),
    "one language": (service("pip", title={"id": "PIP"}), "services.pip.title.en", "it is missing"),
    "a spare key": (service("pip", price="1"), "services.pip.price", "no such key"),
    "eight sectors": (lambda declared: declared["sectors"]["adminduk"].update(nine=False), "sectors", "9 of them"),
    "an unused document": (lambda declared: declared["documents"].update(sim={"id": "SIM", "en": "Licence"}),
                           "documents", "sim to be used"),
    "a question that decides nothing": (service("konflik_sosial", eligibility="unknown"),
                                        "services", "conflict to be used"),
    "no day": (lambda declared: declared.update(version="kemarin"), "layanan", "a day"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_file_key_and_what_was_expected(name: str, tmp_path: Path) -> None:
    change, key, expected = MISTAKES[name]
    source = tmp_path / "content" / "rules" / "layanan.yml"
    source.parent.mkdir(parents=True)
    source.write_text(yaml.safe_dump(changed(change), allow_unicode=True), encoding="utf-8")
    with pytest.raises(Mistake) as told:
        services.read(source)
    assert str(told.value).startswith(f"content/rules/layanan.yml: {key}: ")
    assert expected in str(told.value)


def test_a_bare_no_is_read_as_no(tmp_path: Path) -> None:
    """YAML reads it as false; whoever edits the file need not know."""
    source = tmp_path / "layanan.yml"
    source.write_text(services.SOURCE.read_text(encoding="utf-8"), encoding="utf-8")
    assert "otherwise: no," in source.read_text(encoding="utf-8")
    assert services.read(source).services["pip"].rows[0].otherwise == "no"
