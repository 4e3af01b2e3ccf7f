"""From the front matter of the offerings' pages to the catalogue, the pieces the pages include, and the table.

Facts stand once, in the Indonesian page; the English page carries its own title and place. A mistake stops the
build with the file, the key, and what was expected there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import Any

from lokal import wilayah
from pydantic import ValidationError

from infra import assets
from infra.front_matter import Mistake, front_matter, text_of
from infra.stack import show_credentials
from registrations.models import Offering, Quota, in_zone
from registrations.rules import pools_of

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
BUILD = ROOT / "build"
SNIPPETS = BUILD / "snippets"
MOMENTS = ("starts", "ends", "opens", "closes")
# pydantic's words in those of a maintainer
EXPECTED = {
    "tuple_type": "a list, such as [psm, tpp]",
    "model_type": "the keys it is made of, such as {id: …, en: …} for a title",
    "string_type": 'a text in quotation marks, such as "35"', "int_parsing": "a whole number, such as 500000",
    "int_from_float": "a whole number, such as 500000", "string_pattern_mismatch": "small letters, digits and hyphens, "
    "underscores in a quota's id, and the code of a province as in '35'",
}
MOST_POOLS = 45  # so that minting seats stays one transaction (registrations.catalogue)


def read_offerings(content: Path = CONTENT) -> list[Offering]:
    """Every offering that a page declares, in the order of their beginning; raises Mistake at the first fault."""
    offerings: dict[str, Offering] = {}
    for page in sorted((content / "id").rglob("*.md")):
        offering = _offering_of(page, content)
        if offering and offering.id in offerings:
            raise Mistake(page, "offering.id", f"another page declares {offering.id}")
        if offering:
            offerings[offering.id] = offering
    return sorted(offerings.values(), key=lambda offering: (offering.starts, offering.id))


def _offering_of(page: Path, content: Path) -> Offering | None:
    matter = front_matter(page)
    declared = matter.get("offering")
    if declared is None:
        return None
    if not isinstance(declared, dict):
        raise Mistake(page, "offering", "expected the keys of an offering, one a line")
    if declared.get("id") != page.stem:
        raise Mistake(page, "offering.id", f"expected {page.stem}, the name of the file")
    offering = _checked(page, _english(page, content), _in_both_languages(page, content, matter, declared))
    _check_pools(page, offering)
    return offering


def _english(page: Path, content: Path) -> Path:
    return content / "en" / page.relative_to(content / "id")


def _in_both_languages(page: Path, content: Path, matter: dict[str, Any], declared: dict[str, Any]) -> dict[str, Any]:
    english = _english(page, content)
    if not english.exists():
        place = english.relative_to(content).as_posix()
        raise Mistake(page, "offering", f"expected an English page beside it: content/{place}")
    other = front_matter(english)
    theirs = other.get("offering")
    if not isinstance(theirs, dict) or set(theirs) != {"id", "place"} or theirs["id"] != declared["id"]:
        raise Mistake(english, "offering", f"expected exactly id: {declared['id']} and place, the rest stands once")
    return {**declared, "title": {"id": matter.get("title"), "en": other.get("title")},
            "place": {"id": declared.get("place"), "en": theirs["place"]},
            **_moments(page, declared), "quotas": [_quota(page, each, declared) for each in _quotas(page, declared)]}


def _moments(page: Path, declared: dict[str, Any]) -> dict[str, Any]:
    return {key: _moment(page, f"offering.{key}", declared[key], declared) for key in MOMENTS if key in declared}


def _quotas(page: Path, declared: dict[str, Any]) -> list[object]:
    quotas = declared.get("quotas", [])
    if not isinstance(quotas, list):
        raise Mistake(page, "offering.quotas", "expected a list of quotas, or no such key")
    return quotas


def _quota(page: Path, quota: object, declared: dict[str, Any]) -> object:
    if not isinstance(quota, dict) or "released" not in quota:
        return quota
    return {**quota, "released": _moment(page, "offering.quotas.released", quota["released"], declared)}


def _moment(page: Path, key: str, value: object, declared: dict[str, Any]) -> object:
    expected = "expected a wall-clock time in `zone` without an offset, such as 2027-01-19T08:00"
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise Mistake(page, key, expected) from None
    if moment.tzinfo is not None or len(str(value)) <= len("2027-01-19"):  # a day alone would be its midnight
        raise Mistake(page, key, expected)
    zone = declared.get("zone")
    return in_zone(moment, zone) if zone in {"WIB", "WITA", "WIT"} else moment


def _checked(page: Path, english: Path, declared: dict[str, Any]) -> Offering:
    try:
        return Offering.model_validate(declared)
    except ValidationError as error:
        # A mistyped key is told before the one that is missing because of it.
        first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        raise Mistake(*_where(page, english, first["loc"]), _expected(first)) from None


def _where(page: Path, english: Path, location: tuple[int | str, ...]) -> tuple[Path, str]:
    """The page and the key that a maintainer has to look at."""
    match location:
        case ("title", language):
            return (english if language == "en" else page), "title"
        case ("place", language):
            return (english if language == "en" else page), "offering.place"
    return page, ".".join(["offering", *map(str, location)])


def _expected(detail: Any) -> str:  # noqa: ANN401 pydantic's ErrorDetails
    if detail["type"] == "missing" or detail["input"] is None:
        return "expected a value, it is missing"
    if detail["type"] == "extra_forbidden":
        return f"there is no such key; expected one of {', '.join(_keys_beside(detail['loc']))}"
    if detail["type"] == "literal_error":
        return f"expected one of {detail['ctx']['expected'].replace(' or ', ', ')} (found: {detail['input']!r})"
    if detail["type"] in EXPECTED:
        return f"expected {EXPECTED[detail['type']]} (found: {detail['input']!r})"
    found = "" if isinstance(detail["input"], dict | list) else f" (found: {detail['input']!r})"
    return f"{detail['msg']}{found}"


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand where this one stands."""
    return [name for name in (Quota if location[0] == "quotas" else Offering).model_fields if name != "title"]


def _check_pools(page: Path, offering: Offering) -> None:
    known = {province.code for province in wilayah.list_wilayah()}
    unknown = sorted({code for quota in offering.quotas for code in quota.provinces} - known)
    if unknown:
        raise Mistake(page, "offering.quotas", f"expected codes of provinces, found {', '.join(unknown)}")
    try:
        pools = pools_of(offering)
    except ValueError as error:
        raise Mistake(page, "offering.quotas", str(error)) from None
    for quota in offering.quotas:
        if not offering.opens < quota.released <= offering.starts:
            raise Mistake(page, "offering.quotas.released",
                          f"expected a time after opens and not after starts, for the quota {quota.id}: "
                          "else its seats are kept for nobody, or given to nobody")
    if len(pools) > MOST_POOLS:
        raise Mistake(page, "offering.quotas", f"expected at most {MOST_POOLS} groups of seats, found {len(pools)}")


def check_pieces(offerings: list[Offering], content: Path = CONTENT) -> None:
    """A page that was copied may still hold the other activity's form: people would register for that one."""
    for offering in offerings:
        for page in sorted(content.rglob(f"{offering.id}.md")):
            _check_pieces_of(page, offering)


def _check_pieces_of(page: Path, offering: Offering) -> None:
    included = set(re.findall(r'^\s*--8<-- "(offerings/[^"]+)"', text_of(page), re.MULTILINE))
    own = {f"offerings/{offering.id}/{piece}" for piece in ("facts.md", "form.html")}
    for missing in sorted(own - included):
        raise Mistake(page, "include lines", f'expected --8<-- "{missing}"')
    for foreign in sorted(included - own):
        raise Mistake(page, "include lines", f'expected pieces of {offering.id} only, found --8<-- "{foreign}"')


# -- what the build writes ---------------------------------------------------------------------------------------


def write() -> None:
    """Write build/catalogue.json, the functions' list of offerings, and every piece that pages include."""
    assets.write()
    offerings = read_offerings()
    check_pieces(offerings)
    catalogue = [json.loads(offering.model_dump_json()) for offering in offerings]
    (BUILD / "catalogue.json").write_text(json.dumps(catalogue, ensure_ascii=False, indent=1), encoding="utf-8")
    (assets.ASSETS / "offerings.json").write_text(json.dumps([each.id for each in offerings]), encoding="utf-8")
    pieces = list(_pieces(offerings))
    shutil.rmtree(SNIPPETS, ignore_errors=True)  # what is no longer declared is no longer included
    for name, text in pieces:
        target = SNIPPETS / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_one_block(text), encoding="utf-8")


def _pieces(offerings: list[Offering]) -> Iterator[tuple[str, str]]:
    os.environ["ASSETS_FOLDER"] = str(assets.ASSETS)
    from infra import doors, pieces, wording  # noqa: PLC0415 they read the assets that were just written

    for page, key in (each for form in doors.forms() for each in wording.missing(form)):
        raise Mistake(page, key, "expected words for it, they are missing")
    for language in ("id", "en"):
        yield from ((f"{language}/{name}", text) for name, text in pieces.all_pieces(offerings, language))


def _one_block(text: str) -> str:
    """Without empty lines: Markdown takes the piece as one block of HTML and leaves it alone."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def publish(table: str) -> None:
    """Make the built catalogue the one that the functions use; safe while people register."""
    from portal.records import Table  # noqa: PLC0415 building a page needs no store

    show_credentials()
    from registrations.catalogue import Catalogue  # noqa: PLC0415
    from registrations.store import Registrations  # noqa: PLC0415

    catalogue, registrations = Catalogue(Table(table)), Registrations(Table(table), SystemRandom())
    declared = [Offering.model_validate(each) for each in _built()]
    for offering in declared:
        catalogue.publish(offering)
        registrations.promote(offering, datetime.now(UTC))
    withdrawn = catalogue.withdraw_all_but([offering.id for offering in declared], datetime.now(UTC))
    if withdrawn:
        print(f"catalogue: closed, since no page declares it any more: {', '.join(withdrawn)}")


def _built() -> list[dict[str, Any]]:
    return list(json.loads((BUILD / "catalogue.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    try:
        publish(sys.argv[2]) if sys.argv[1:2] == ["publish"] else write()
    except Mistake as mistake:
        sys.exit(f"catalogue: {mistake}")
