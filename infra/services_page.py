"""What the pages of the directory include, and the rules that a browser evaluates by itself, made from layanan.yml."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from infra.built_site import LANGUAGES, SITE
from infra.services import Directory, Service, Sourced, anchor, for_functions, page_name, read
from portal import pages
from portal.assets import words
from referrals.checking import ELIGIBILITY, page_of
from referrals.eligibility import ANSWERS

FOLDER = "assets/rujukan"
FACTS = ("area", "cost", "schedule", "time", "phone")


def pieces(directory: Directory, language: str) -> Iterator[tuple[str, str]]:
    """Every piece with its name."""
    texts = words("services", language)
    for sector in directory.sectors:
        yield f"services/{sector}.md", "\n".join(
            _section(directory, name, service, language) for name, service in directory.of_sector(sector).items())
    yield "services/sectors.md", _table(_sectors(directory, language, nine=True), texts["list"], (
        "sector", "example", "question"))
    yield "services/list.md", _table(_sectors(directory, language), texts["list"], ("sector", "services"))
    yield "services/documents.md", _table(_documents(directory, language), texts["list"], ("need", "papers"))
    yield "services/certainty.md", _table(((texts["certainty"][name], texts["meaning"][name])
                                           for name in texts["certainty"]), texts["list"], ("mark", "meaning"))
    yield "eligibility/check.html", pages.fragment(
        "eligibility_check", language, texts=ELIGIBILITY.words(language), answers=ANSWERS,
        rules=f"/{rules_file(directory, language)[0]}")


def _section(directory: Directory, name: str, service: Service, language: str) -> str:
    drawn = pages.fragment("services", language, texts=words("services", language),
                           service=_told(directory, service, language))
    return f"## {getattr(service.title, language)} {{ #{anchor(name)} }}\n\n{drawn}\n"


def _told(directory: Directory, service: Service, language: str) -> dict[str, Any]:
    """A service in one language, with the source of everything that is known of it."""
    organisation = directory.organisations[service.organisation]

    def sourced(each: Sourced) -> dict[str, Any]:
        source = directory.sources.get(each.source or "")
        return {"certainty": each.certainty, "source": getattr(source.title, language) if source else "",
                "url": source.url if source else None}

    def told(name: str) -> dict[str, Any] | None:
        known = directory.told.get(name)
        return {**sourced(known), "text": getattr(known.text, language)} if known else None

    papers = service.papers
    facts = {name: told(getattr(organisation if name == "phone" else service, name)) for name in FACTS}
    return {"about": getattr(service.about, language), "seen": sourced(service.seen),
            "rows": [{**sourced(row), "because": getattr(row.because, language), "otherwise": row.otherwise}
                     for row in service.rows],
            "papers": {**sourced(papers), "names": [getattr(directory.documents[name], language)
                                                    for name in papers.names]} if papers else None,
            "facts": facts, "unknown": [name for name in FACTS if not facts[name]],
            "organisation": getattr(organisation.title, language), "where": getattr(organisation.where, language)}


# -- tables --------------------------------------------------------------------------------------------------------


def _sectors(directory: Directory, language: str, *, nine: bool = False) -> Iterator[tuple[str, ...]]:
    """The nine sectors with an example and a question, or all groups with their services; each leads to its page."""
    home = "/en" if language == "en" else ""
    for name, sector in directory.sectors.items():
        link = f'<a href="{home}/rujukan/layanan/{page_name(name)}/">{getattr(sector.title, language)}</a>'
        if nine and sector.nine:
            yield link, getattr(sector.example, language), getattr(sector.question, language)
        elif not nine:
            yield link, " ".join(_link(each, service, language)
                                    for each, service in directory.of_sector(name).items())


def _link(name: str, service: Service, language: str) -> str:
    """A service with the way to it."""
    where = {"page": page_name(service.sector), "anchor": anchor(name)}
    return f'<a class="portal-listed" href="{page_of(where, language)}">{getattr(service.title, language)}</a>'


def _documents(directory: Directory, language: str) -> Iterator[tuple[str, ...]]:
    """Each service whose documents are known, with them and where that was seen."""
    certainty = words("services", language)["certainty"]
    for name, service in directory.services.items():
        if papers := service.papers:
            source = directory.sources[papers.source].title if papers.source else None
            seen = certainty[papers.certainty] + (f": {getattr(source, language)}" if source else "")
            yield (_link(name, service, language), "; ".join(
                getattr(directory.documents[each], language) for each in papers.names)
                + f' <span class="portal-rule">{seen}</span>')


def _table(rows: Iterator[tuple[str, ...]], headings: dict[str, str], names: tuple[str, ...]) -> str:
    lines = [tuple(headings[name] for name in names), ("---",) * len(names), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


# -- rules for browsers --------------------------------------------------------------------------------------------


def rules_file(directory: Directory, language: str) -> tuple[str, str]:
    """Address in the site and text of the rules in one language; the name changes with the content."""
    rules = for_functions(directory)
    told = {"facts": rules["facts"], "services": [
        {"id": each["id"], "title": each["title"][language], "href": page_of(each, language),
         "rows": [{**row, "because": row["because"][language]} for row in each["rows"]]}
        for each in rules["services"]]}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return f"{FOLDER}/kelayakan.{language}_{hashlib.sha256(text.encode()).hexdigest()[:10]}.json", text


def write_rules() -> None:
    """Put the rules into the built site, each language's beside the other."""
    directory = read()
    for language in LANGUAGES:
        address, text = rules_file(directory, language)
        (SITE / address).parent.mkdir(parents=True, exist_ok=True)
        (SITE / address).write_text(text, encoding="utf-8")
