"""The directory as open data, in the shape of HSDS 3 (Human Services Data Specification), one file a language.

What HSDS has no field for stands under `x_`: the open rules, and for each fact how sure it is and where it was seen.
What is not known is null, never left out.
"""

from __future__ import annotations

import json
from typing import Any

from infra.built_site import LANGUAGES, SITE
from infra.services import Directory, Service, Sourced, Told, page_name, read
from portal.assets import words

NAME = "direktori.json"


def as_hsds(directory: Directory, language: str) -> dict[str, Any]:
    """The whole directory in one language."""
    return {"x_version": directory.version, "x_certainty": words("services", language)["certainty"], "services": [
        _service(directory, name, service, language) for name, service in directory.services.items()]}


def _service(directory: Directory, name: str, service: Service, language: str) -> dict[str, Any]:
    organisation = directory.organisations[service.organisation]

    def told(known: str) -> list[dict[str, Any]] | None:
        return _told(directory, directory.told.get(known), language)

    papers = service.papers
    return {
        "id": name, "name": getattr(service.title, language), "description": getattr(service.about, language),
        "x_sector": page_name(service.sector), "x_seen": _seen(directory, service.seen, language),
        "organization": {"id": service.organisation, "name": getattr(organisation.title, language)},
        "application_process": getattr(organisation.where, language),
        "eligibility_description": " ".join(getattr(row.because, language) for row in service.rows) or None,
        "x_rules": [{**row.model_dump(by_alias=True, exclude_none=True, include={"conditions", "otherwise"}),
                     "because": getattr(row.because, language), **_seen(directory, row, language)}
                    for row in service.rows] or None,
        "required_documents": [{"document": getattr(directory.documents[each], language),
                                **_seen(directory, papers, language)} for each in papers.names] if papers else None,
        "service_areas": told(service.area), "cost_options": told(service.cost), "schedules": told(service.schedule),
        "x_time": told(service.time), "phones": told(organisation.phone)}


def _told(directory: Directory, told: Told | None, language: str) -> list[dict[str, Any]] | None:
    return [{"description": getattr(told.text, language), **_seen(directory, told, language)}] if told else None


def _seen(directory: Directory, each: Sourced, language: str) -> dict[str, Any]:
    source = directory.sources.get(each.source or "")
    return {"x_certainty": each.certainty, "x_source": getattr(source.title, language) if source else None,
            "x_url": source.url if source else None}


def write() -> None:
    """Beside the directory's first page, in each language."""
    directory = read()
    for language, folder in LANGUAGES.items():
        text = json.dumps(as_hsds(directory, language), ensure_ascii=False, indent=1)
        (SITE / folder / "rujukan" / "layanan" / NAME).write_text(text, encoding="utf-8")
