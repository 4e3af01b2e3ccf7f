"""Makes what the functions read at run time, in build/assets: words, mail and page templates, regions, offerings.

Words are written as YAML for people and read as JSON by functions: parsing YAML would cost more than a request.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import yaml
from lokal import wilayah

from dupak.konvensional import read_catalogue
from infra import (
    access,
    attachments,
    casework,
    credit,
    dictionary,
    limits,
    numbering,
    reasons,
    retention,
    rights,
    rounds,
    seals,
    services,
    sla,
    workflow,
)
from infra.front_matter import Mistake, front_matter
from infra.yaml_loader import SafeLoader
from portal.letters import read_template

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "build" / "assets"


def write() -> None:
    """Write every asset except the page shells, which come out of the built site."""
    for folder in ("words", "mail", "templates", "documents"):
        shutil.rmtree(ASSETS / folder, ignore_errors=True)
        (ASSETS / folder).mkdir(parents=True)
    for source in sorted((ROOT / "content" / "forms").glob("*.yml")):
        words = _words(source)
        _write_json(f"words/{source.stem}.json", words)
    for source in sorted((ROOT / "content" / "mail").glob("*.txt")):
        _check_mail(source)
        shutil.copy(source, ASSETS / "mail")
    for source in sorted((ROOT / "site" / "forms").glob("*.j2")):
        shutil.copy(source, ASSETS / "templates")
    for source in sorted((ROOT / "site" / "documents").glob("*.typ")):
        shutil.copy(source, ASSETS / "documents")
    _write_json("regions.json", _regions())
    _write_json("zones.json", _zones())
    _write_json("access.json", access.read())
    _write_json("notice.json", {"version": _notice_version()})
    _write_json("retention.json", retention.for_functions(retention.read()))
    _write_json("limits.json", limits.for_functions(limits.read()))
    _write_json("rights.json", rights.for_functions(rights.read()))
    _write_json("reasons.json", reasons.for_functions(reasons.read()))
    _write_json("credit.json", credit.for_functions(credit.read()))
    _write_json("attachments.json", attachments.for_functions(attachments.read()))
    _write_json("numbering.json", numbering.for_functions(numbering.read()))
    _write_json("butir.json", _butir())
    _write_json("rounds.json", rounds.for_functions(rounds.read()))
    _write_json("workflow.json", workflow.for_functions(workflow.read()))
    _write_json("eligibility.json", services.for_functions(services.read()))
    cases = casework.read()
    _write_json("casework.json", casework.for_functions(cases))
    _write_json("sla.json", sla.for_functions(sla.read(cases, services.read())))
    _write_json("seal-keys.json", seals.for_functions(seals.read()))
    _write_json("data.json", dictionary.for_functions(dictionary.read()))
    _write_json("consents.json", dictionary.consents_for_functions(dictionary.read_consents()))


CATALOGUE = ROOT / "content" / "rules" / "butir-peragaan.csv"


def _butir() -> list[dict[str, str]]:
    """The catalogue of conventional items, as dupak.konvensional reads it; raises CatalogueUnreadable."""
    found = read_catalogue(CATALOGUE.read_text(encoding="utf-8-sig"))
    return [{name: str(value) for name, value in asdict(each).items()} for each in found.values()]


ZONES = ROOT / "content" / "rules" / "zones.yml"


def _zones() -> dict[str, str]:
    """The zone of each province; each has exactly one."""
    declared = yaml.load(ZONES.read_text(encoding="utf-8"), SafeLoader)  # noqa: S506 it is safe
    found = [(code, zone) for zone, codes in declared.items() for code in codes]
    if sorted(code for code, _ in found) != sorted(code for code, _, _ in _regions()):
        raise Mistake(ZONES, "codes", "expected each province of the official list, and 00, exactly once")
    return dict(found)


NOTICE = ROOT / "content" / "id" / "tentang" / "privasi.md"


def _notice_version() -> str:
    """The date of the privacy notice, which is kept with every consent to it (UU 27/2022)."""
    version = front_matter(NOTICE).get("versi")
    if not isinstance(version, str):
        raise Mistake(NOTICE, "versi", 'expected the day of its text in quotation marks, such as "2026-11-21"')
    return version


def _check_mail(source: Path) -> None:
    """What stands above a mail's subject, if anything does, is understood."""
    try:
        read_template(source.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Mistake(source, "header", str(error)) from None


def _words(source: Path) -> object:
    try:
        return yaml.load(source.read_text(encoding="utf-8"), SafeLoader)  # noqa: S506 it is safe
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "somewhere"
        sys.exit(f"content/forms/{source.name}: {where}: expected YAML, but {getattr(error, 'problem', error)}")


def _write_json(name: str, value: object) -> None:
    (ASSETS / name).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


# For authors and guests of the conference: no Kemendagri code begins so, and no quota can name it.
ABROAD = ("00", "Luar negeri", [("00.00", "Luar negeri (outside Indonesia)")])


def _regions() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The official list, and one place for everywhere else."""
    official = [(province.code, province.name, [(each.code, each.name) for each in wilayah.list_wilayah(province.code)])
                for province in wilayah.list_wilayah()]
    return [*official, ABROAD]


if __name__ == "__main__":
    write()
