"""The pieces that content pages include: forms, facts and list of offerings, and the tables made from the rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from dupak.handler import CREDIT
from dupak.rulebook import Rulebook
from dupak.views import Teller, rules_table
from infra import (
    casework_page,
    credit,
    dictionary,
    doors,
    retention,
    rounds,
    services,
    services_page,
    workflow,
    workflow_page,
)
from portal import access, pages
from portal.assets import asking_for
from portal.assets import words as read_words
from portal.moments import format_day, format_span, format_time
from portal.regions import provinces
from portal.seals import SealRefused
from registrations.handler import REGISTRATION, about
from registrations.models import Offering, Quota
from registrations.rules import pools_of
from seals.handler import SEAL

NO_KEYS = "no_keys"  # what only a page says that checks without network


def all_pieces(offerings: list[Offering], language: str) -> Iterator[tuple[str, str]]:
    """Every piece with its name; registration is included by each offering's own page, with its offering."""
    entries = doors.routes()
    for form in doors.forms():
        if not entries["POST", form.action].action:  # a form for who is signed in is drawn by its function only
            yield f"forms/{form.name}.html", pages.form(form, language, {})
    for offering in offerings:
        yield f"offerings/{offering.id}/facts.md", _facts(offering, language)
        yield (f"offerings/{offering.id}/form.html",
               pages.form(REGISTRATION, language, {"offering": offering.id}, only=about(offering, language).only))
    yield "offerings/list.md", _list(offerings, language)
    yield "access.md", pages.fragment("access", language, table=access.rules(),
                                      fields=REGISTRATION.words(language)["fields"])
    known = dictionary.read()
    dictionary.must_fit(known, doors.forms())
    for kind in known.kinds:
        yield f"data/{kind}.md", dictionary.as_markdown(known, kind, access.rules(), language)
    teller = Teller(Rulebook(credit.for_functions(credit.read())), CREDIT.words(language), language)
    for group, names in credit.GROUPS.items():
        yield f"credit/{group}.html", pages.fragment("credit_rules", language, texts=CREDIT.words(language), tables=[
            rules_table(teller, name) for name in names])
    today = datetime.now(UTC).date()
    yield "retention.md", retention.as_markdown(retention.read(), language, today)
    yield from workflow_page.pieces(workflow.read(), language, today)
    yield from services_page.pieces(services.read(), language)
    yield from casework_page.pieces(casework_page.read(), language, today)
    yield "rounds.md", rounds.as_markdown(rounds.read(), language, read_words("dossier", language)["rounds"])
    yield "seal/check.html", pages.fragment("seal_check", language, texts=SEAL.words(language), refusals=[
        NO_KEYS, *(each.outcome for each in SealRefused.__subclasses__())])


def _facts(offering: Offering, language: str) -> str:
    texts = REGISTRATION.words(language)
    rows = list(_rows(offering, texts, language))
    return pages.fragment("facts", language, offering=offering, texts=texts, rows=rows, asked=asking_for(language))


def _rows(offering: Offering, texts: dict[str, Any], language: str) -> Iterator[tuple[str, list[str]]]:
    words, zone = texts["facts"], offering.zone
    kinds = texts["fields"]["kind"]["options"]
    begins = words["begins"].format(when=format_time(offering.starts, zone, language))
    yield words["when"], [format_span(offering.starts, offering.ends, zone, language), begins]
    yield words["registration"], [words["registration_text"].format(
        opens=format_time(offering.opens, zone, language), closes=format_time(offering.closes, zone, language))]
    yield words["mode"], [words["modes"][offering.mode]]
    yield words["place"], [getattr(offering.place, language)]
    yield words["audience"], [kinds[kind] for kind in offering.audience]
    yield words["jp"], [f"{offering.jp} JP"]
    yield words["fee"], [_money(offering.fee, language) if offering.fee else words["free"]]
    yield words["funding"], [words["fundings"][offering.funding]]
    yield words["seats"], [str(offering.seats)]
    if offering.approval:
        yield words["approval"], [words["approval_text"]]
    if offering.quotas:
        yield words["quotas"], [_quota(quota, offering, words, language) for quota in offering.quotas]


def _quota(quota: Quota, offering: Offering, words: dict[str, Any], language: str) -> str:
    names = {province.code: province.name for province in provinces()}
    seats = next(pool.seats for pool in pools_of(offering) if pool.quota == quota)
    text = words["quota_text"] if quota.per_province is None else words["quota_province_text"]
    return str(text).format(title=getattr(quota.title, language), seats=seats,
                            provinces=", ".join(names[code] for code in quota.provinces),
                            released=format_day(quota.released, offering.zone, language))


def _money(rupiah: int, language: str) -> str:
    return f"Rp{rupiah:,}".replace(",", ".") if language == "id" else f"Rp{rupiah:,}"


def _list(offerings: list[Offering], language: str) -> str:
    words = REGISTRATION.words(language)["facts"]
    home = "/en" if language == "en" else ""
    rows = [{"href": f"{home}/kegiatan/{offering.id}/",
             "cells": [getattr(offering.title, language),
                       format_span(offering.starts, offering.ends, offering.zone, language),
                       words["modes"][offering.mode], f"{offering.jp} JP", str(offering.seats),
                       format_day(offering.closes, offering.zone, language)]} for offering in offerings]
    return pages.fragment("offerings", language, headings=words["list"], rows=rows)
