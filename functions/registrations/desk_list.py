"""Where the desk begins: the activities, the list of one of them, narrowed and ordered, and the filters one keeps."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pydantic_core import PydanticCustomError

from portal import errors, web
from portal.access import Facts
from portal.moments import format_time
from portal.people import KINDS
from portal.questions import readable
from portal.records import at_once
from portal.regions import provinces
from registrations import desk_actions, desk_messages
from registrations.desk_search import BY_NAME, LONGEST_SEARCH, MOST_BY_NAME, by_email, matching
from registrations.desk_store import LONGEST_NAME, MOST_FILTERS
from registrations.deskwork import (
    OF,
    ON_A_PAGE,
    REGISTRATION_WORDS,
    as_data,
    catalogue,
    desk_words,
    given,
    may_list,
    page,
    row,
    saved_filters,
)
from registrations.filters import NAMES, ORDERS, PRESENCE, STATES, Filter, groups
from registrations.models import Offering
from registrations.store import COUNTED

# Desks of other subjects, by the end of their address, and what somebody must be able to do there.
OTHER_DESKS = {"hak": "rights.list", "dupak": "assessment.see"}

# -- the activities ----------------------------------------------------------------------------------------------


def overview(request: web.Request) -> web.Reply:
    """The activities whose lists this person may open: those to come with their seats, then those that are over."""
    request.person.grant(Facts())
    names = [name for name in catalogue().every_name() if may_list(request, name)]
    found = at_once([lambda name=name: catalogue().offering(name) for name in names])  # type: ignore[misc]
    now = datetime.now(UTC)
    coming = sorted((each for each in found if each.ends >= now), key=lambda each: (each.starts, each.id))
    past = sorted((each for each in found if each.ends < now), key=lambda each: each.starts, reverse=True)
    counted = at_once([lambda offering=offering: _counted(offering, request.language)  # type: ignore[misc]
                       for offering in coming])
    rows = [_activity(offering, request) | {"seats": seats}
            for offering, seats in zip(coming, counted, strict=True)]
    return page(request, "desk", desk_words(request.language)["overview"]["title"], rows=rows,
                past=[_activity(offering, request) for offering in past],
                others=[name for name, action in OTHER_DESKS.items() if request.person.could(Facts(), action)])


def _activity(offering: Offering, request: web.Request) -> dict[str, Any]:
    return {"href": OF.format(offering=offering.id) + request.language_query,
            "title": getattr(offering.title, request.language),
            "starts": format_time(offering.starts, offering.zone, request.language)}


def _counted(offering: Offering, language: str) -> list[str]:
    """How full an activity is, and how many wait for the committee, as sentences."""
    texts, seats = desk_words(language)["overview"], catalogue().seats_of(offering)
    told = [texts["seats_text"].format(seats=seats.seats, free=seats.free, waiting=_many(seats.waiting))]
    requests = catalogue().requests(offering.id)
    if requests or offering.approval:
        told.append(texts["requests_text"].format(requests=_many(requests)))
    return told


def _many(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count)


# -- the list of an activity -------------------------------------------------------------------------------------


def listing(request: web.Request) -> web.Reply:
    """The registrations of an activity that this person may see, narrowed and ordered, page by page."""
    return _listing(request, "")


def search(request: web.Request) -> web.Reply:
    """The same list for what somebody typed: sent in the body, because names do not belong into addresses."""
    return _listing(request, str(request.fields.get("cari", ""))[:LONGEST_SEARCH])


def _listing(request: web.Request, wanted: str) -> web.Reply:
    offering = catalogue().offering(request.path_value("offering"))
    conditions = Filter.read(lambda name: given(request, name), offering)
    found, by_name = matching(request, offering, conditions, wanted, most=ON_A_PAGE + 1)
    if not found and not may_list(request, offering.id):
        raise errors.NotFound
    shown, more = found[:ON_A_PAGE], len(found) > ON_A_PAGE
    if request.wants_json:
        return web.data({"offering": offering.id, "registrations": [as_data(each) for each in shown]})
    return page(request, "desk_list", getattr(offering.title, request.language), offering=offering.id,
                rows=[row(each, offering, request.language) for each in shown], wanted=wanted,
                by_email=by_email(request, offering),
                choices=_choices(offering, conditions, request.language), conditions=conditions,
                too_many_by_name=conditions.order == BY_NAME and not by_name, most_by_name=MOST_BY_NAME,
                counted=_counted(offering, request.language), pools=_pools(offering, request),
                after=shown[-1].record.reference if more else "", saved=_saved(request, offering),
                may_save=conditions.given, most_filters=MOST_FILTERS, longest_name=LONGEST_NAME,
                actions=desk_actions.possible(request, shown), may_refuse=desk_actions.may_refuse(request, shown),
                may_message=desk_messages.may_message(request, offering),
                may_export=request.person.allows(Facts(offering=offering.id), "registration.export"),
                may_check_in=request.person.allows(Facts(offering=offering.id, state="seated"),
                                                   "registration.check_in"))


def _choices(offering: Offering, conditions: Filter, language: str) -> list[dict[str, Any]]:
    """The lists to choose a condition from; none of the groups where all seats are for everyone."""
    texts, of_form = desk_words(language), REGISTRATION_WORDS.words(language)
    options: dict[str, dict[str, str]] = {
        "state": {state: texts["states"][state] for state in STATES},
        "group": {name: _group_title(offering, name, language) for name in groups(offering)},
        "kind": {kind: of_form["fields"]["kind"]["options"][kind] for kind in KINDS if kind in offering.audience},
        "province": {province.code: province.name for province in provinces()},
        "here": {each: texts["presence"][each] for each in PRESENCE},
        "order": {each: texts["orders"][each] for each in ORDERS}}
    return [{"name": NAMES[name], "label": texts["conditions"][name], "options": each, "all": name != "order",
             "chosen": getattr(conditions, name)} for name, each in options.items() if each]


def _group_title(offering: Offering, name: str, language: str) -> str:
    titles = {quota.id: getattr(quota.title, language) for quota in offering.quotas}
    return str(titles.get(name, REGISTRATION_WORDS.words(language)["facts"]["seats"]))


def _pools(offering: Offering, request: web.Request) -> list[dict[str, Any]]:
    """The seats of each group at a glance."""
    return [{"title": _group_title(offering, pool["name"].partition("-")[0], request.language), **pool}
            for pool in catalogue().pools(offering.id)]


# -- the filters somebody keeps ----------------------------------------------------------------------------------


def _saved(request: web.Request, offering: Offering) -> list[dict[str, str]]:
    return [{"key": each.key, "name": each.name, "href": _address(offering, Filter.read(
        lambda name, kept=each: kept.conditions.get(name, ""), offering).query(request.language_asked))}  # type: ignore[misc]
        for each in saved_filters().of(request.person.session.person)]


def keep_filter(request: web.Request) -> web.Reply:
    """Keep the conditions of this list under a name, or forget some; then back to the list."""
    person, now = request.person.session.person, datetime.now(UTC)
    request.person.grant(Facts(owner=person))
    offering = catalogue().offering(request.path_value("offering"))
    conditions = Filter.read(lambda name: given(request, name), offering)
    forgotten = str(request.fields.get("hapus", ""))
    if forgotten:
        saved_filters().forget(person, forgotten[:LONGEST_NAME])
    elif conditions.given:
        name = _name_of(request, conditions, offering)
        saved_filters().keep(person, name, conditions.given, now)
    return web.see_other(_address(offering, conditions.query(request.language_asked)))


def _name_of(request: web.Request, conditions: Filter, offering: Offering) -> str:
    """The name that was typed; without one, what the filter says."""
    with suppress(PydanticCustomError):
        typed = readable(request.fields.get("nama", ""))[:LONGEST_NAME].strip()
        if typed:
            return typed
    said = [choice["options"][choice["chosen"]] for choice in _choices(offering, conditions, request.language)
            if choice["name"] in conditions.given]
    return ", ".join(said)[:LONGEST_NAME]


def _address(offering: Offering, query: str) -> str:
    return f"{OF.format(offering=offering.id)}{query}"
