"""From a dossier to its total: its sections counted by the rules of its regime, or refused with every reason.

Pure: rules, catalogue and today are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, cast

from dupak import integrasi, konvensional, rules
from dupak.asking import Calculation, DiplomasPart, PeriodsPart, PostPart, career_of
from dupak.dossiers import ATTACHMENTS, SECTIONS, Dossier, Exhibit
from dupak.konvensional import Butir, Done, Sheet
from dupak.models import UNSUR, Career, Entry, Fault, Month, Node, Post, Refused, appointed_in, written
from dupak.rulebook import Rulebook
from dupak.sections import MAY_BE_EMPTY
from portal.errors import FormRefused
from portal.forms import Form

CALCULATION = Form("credit", Calculation, "")
# Without this section there is nothing to count; the others may still be empty.
COUNTED_FROM = {"konversi": "jabatan", "integrasi": "integrasi", "konvensional": "masa"}
PARTS = {"jabatan": PostPart, "predikat": PeriodsPart, "ijazah": DiplomasPart}


@dataclass(frozen=True)
class Counted:
    """What a dossier comes to: its total with everything that it follows from, and whose level and grade it is."""

    regime: str
    total: Node
    jenjang: str
    golongan: str
    first: str
    last: str
    version: str
    standing: rules.Standing | None = None
    sheet: Sheet | None = None
    integration: integrasi.Integration | None = None

    @property
    def result(self) -> rules.Standing | Sheet | integrasi.Integration:
        """What the papers are made from."""
        found = self.standing or self.sheet or self.integration
        assert found is not None
        return found

    @property
    def targets(self) -> tuple[rules.Target, ...]:
        """What the present grade and level ask for; a sheet of the old form knows none."""
        source = self.standing or self.integration
        return source.targets if source else ()


@dataclass(frozen=True)
class Before:
    """What other decisions that still hold have used up already: nothing of it counts a second time."""

    months: Mapping[str, str] = field(default_factory=dict)  # month -> predikat
    diplomas: Mapping[str, str] = field(default_factory=dict)  # education -> month of its record
    terms: tuple[tuple[str, str], ...] = ()  # first and last month of conventional ones
    counts: tuple[tuple[str, str], ...] = ()  # of each conversion: since when it counts, and its last month
    total: tuple[str, str] = ("", "")  # of the last conversion: the level, and its total as an exact fraction
    integrated: Mapping[str, Any] = field(default_factory=dict)  # the section of the integration


def before_of(decisions: Iterable[Any]) -> Before:
    """What these decisions (dupak.store) have used up, as far as they still hold; of two that speak, the later."""
    holding = sorted((each for each in decisions if not each.replaced_at), key=lambda each: str(each.decided_at))
    converted = [each for each in holding if each.regime == "konversi"]
    return Before({month: predikat for each in holding for month, predikat in each.months.items()},
                  {level: month for each in holding for level, month in each.diplomas.items()},
                  tuple((each.first, each.last) for each in holding if each.regime == "konvensional"),
                  tuple((str(each.sections["jabatan"]["since"]), each.last) for each in converted),
                  next(((each.jenjang, str(each.total)) for each in reversed(converted)), ("", "")),
                  next((each.sections["integrasi"] for each in reversed(holding) if each.regime == "integrasi"), {}))


@dataclass(frozen=True)
class Lack:
    """Something that has to be there before a dossier can be sent: in which section, and what (a code with words).

    What `stops` nothing is told only.
    """

    section: str
    code: str
    facts: Mapping[str, str]
    stops: bool = True


def count(dossier: Dossier, book: Rulebook, catalogue: Mapping[str, Butir], today: date, *,
          before: Before | None = None, volumes: Mapping[str, Decimal] | None = None) -> Counted:
    """Count a dossier; raises Refused with all that cannot be counted, RuleMissing where a rule has ended.

    `before` is what other decisions have counted. `volumes` are those that assessors accept, by the number of the item;
    without them what was proposed counts.
    """
    faults = list(identity_wrong(dossier))
    try:
        found = {"konversi": _conversion, "integrasi": _integration, "konvensional": _conventional}[dossier.regime](
            dossier, book, catalogue, today, before or Before(), volumes)
    except Refused as refused:
        raise Refused([*faults, *refused.faults]) from None
    if faults:
        raise Refused(faults)
    return found


def appointed(dossier: Dossier) -> Month | None:
    """The month of first appointment in the NIP; None while there is no NIP yet, or it says none."""
    return appointed_in(dossier.section("identitas").get("nip", "0" * 18))


def identity_wrong(dossier: Dossier) -> Iterator[Fault]:
    """Days of a rank or post (TMT) that lie before the month in which the NIP says that somebody was appointed."""
    said, month = dossier.section("identitas"), appointed(dossier)
    for name in ("rank_day", "post_day"):
        if month and name in said and Month.parse(said[name]) < month:
            yield Fault(("identity", 0, name), "before_appointment", {"month": str(month)})


def _conversion(dossier: Dossier, book: Rulebook, _catalogue: Mapping[str, Butir], today: date,
                before: Before, _volumes: Mapping[str, Decimal] | None) -> Counted:
    career = _with_education(career_in(dossier), dossier, book)
    faults = [*_decided_otherwise(career, before.months), *_diplomas_decided(career, before.diplomas),
              *_letter_decided(career, before.counts), *_letter_otherwise(career, before.total, book, today),
              *_integrated_otherwise(career, before.integrated)]
    try:
        found = rules.standing(career, book, today)
    except Refused as refused:
        raise Refused([*refused.faults, *faults]) from None
    if faults:
        raise Refused(faults)
    post = found.stays[-1].post
    months = [month for each in career.evaluations for month in (each.first, each.last)] or [post.since]
    return Counted(dossier.regime, found.total, post.jenjang, post.golongan, str(min(months)), str(max(months)),
                   found.version, standing=found)


def career_in(dossier: Dossier) -> Career:
    """The career that a dossier of conversion tells; raises FormRefused when a section cannot be read."""
    answers = {name: value for section in PARTS for name, value in dossier.section(section).items()}
    month, rank = appointed(dossier), dossier.section("identitas").get("rank_day", "")[:len("2023-01")]
    told = {"appointed": str(month)} if month else {}
    if rank and not answers.get("rank_since") and str(month or "") <= rank <= answers.get("since", ""):
        told["rank_since"] = rank  # the same day, said once: TMT of the rank that the dossier begins with
    return career_of(cast("Calculation", CALCULATION.read(CALCULATION.again({**answers, **told}))))


def _with_education(career: Career, dossier: Dossier, book: Rulebook) -> Career:
    first, *others = career.posts
    entry = replace(first.entry, base_key=_education(dossier, book))
    return replace(career, posts=(replace(first, entry=entry), *others))


def _decided_otherwise(career: Career, decided: Mapping[str, str]) -> Iterator[Fault]:
    for number, each in enumerate(career.evaluations):
        other = next((str(month) for month in each.first.until(each.last)
                      if decided.get(str(month), each.predikat) != each.predikat), None) \
            if each.first <= each.last else None
        if other:
            yield Fault(("evaluations", number, "predikat"), "decided_otherwise",
                        {"month": other, "predikat": decided[other]})


def _diplomas_decided(career: Career, decided: Mapping[str, str]) -> Iterator[Fault]:
    """A diploma counts once, also where a later post begins another count (PerBKN 3/2023 Pasal 14)."""
    for number, each in enumerate(career.diplomas):
        earlier = decided.get(each.level, str(each.month))
        if earlier != str(each.month):
            yield Fault(("diplomas", number, "level"), "diploma_decided", {"level": each.level, "month": earlier})


def _letter_decided(career: Career, counts: Sequence[tuple[str, str]]) -> Iterator[Fault]:
    """The total of a last PAK, taken up before the months end that it has counted: they would count twice."""
    post = career.posts[0]
    last = max((last for since, last in counts if since != str(post.since)), default="")
    if post.entry.kind == "lanjutan" and str(post.since) <= last:
        yield Fault(("posts", 0, "since"), "counted_until", {"month": last})


def _letter_otherwise(career: Career, last: tuple[str, str], book: Rulebook, today: date) -> Iterator[Fault]:
    """The total of a last PAK that was decided here, taken up with another number than it says."""
    post, (jenjang, total) = career.posts[0], last
    if post.entry.kind != "lanjutan" or post.jenjang != jenjang:
        return
    value, places = exact(total), int(book.row("pembulatan", "desimal", today).number)
    if post.entry.points != value and post.entry.points not in {written(value, most) for most in (places, 2)}:
        told = f"{written(value, places)}".replace(".", ",")
        yield Fault(("posts", 0, "points"), "letter_otherwise", {"decided": told})


def _integrated_otherwise(career: Career, said: Mapping[str, Any]) -> Iterator[Fault]:
    """An integration that was decided here, left out by a first appointment, or taken up with other numbers."""
    post = career.posts[0]
    if not said:
        return
    if post.entry.kind == "pertama":
        yield Fault(("posts", 0, "entry"), "integrated_before", {})
    if post.entry.kind != "integrasi":
        return
    decided = {"jenjang": (said["jenjang"], post.jenjang),
               "points": (sum(_points(said).values(), Decimal(0)), post.entry.points),
               "base": (Decimal(said["base"]) if said.get("base") else None, post.entry.base)}
    for name, (then, now) in decided.items():
        if then != now:
            yield Fault(("posts", 0, name), "integrated_otherwise",
                        {"decided": "–" if then is None else str(then).replace(".", ",")})


def months_of(dossier: Dossier) -> dict[str, str]:
    """Every month of a dossier of conversion with its predikat."""
    if dossier.regime != "konversi":
        return {}
    return {str(month): each.predikat for each in career_in(dossier).evaluations
            for month in each.first.until(each.last)}


def _integration(dossier: Dossier, book: Rulebook, _catalogue: Mapping[str, Butir], _today: date,
                 before: Before, _volumes: Mapping[str, Decimal] | None) -> Counted:
    if before.integrated:
        raise Refused([Fault(("integrasi", 0, "jenjang"), "integrated_once", {})])
    said = dossier.section("integrasi")
    since = rules.conversion_begins(book)
    base = Decimal(said["base"]) if said.get("base") else None
    entry = Entry("integrasi", base=base, base_key=_education(dossier, book))
    post = Post(since, said["jenjang"], said["golongan"], entry)
    found = integrasi.integration({}, _points(said), post, book)
    last = str(since.plus(-1))
    return Counted(dossier.regime, found.total, post.jenjang, post.golongan, last, last, found.version,
                   integration=found)


def _education(dossier: Dossier, book: Rulebook) -> str:
    """What the base value is proposed by where the rules go by education; empty where they go by level."""
    way = book.row("nilai_dasar", "cara", rules.conversion_begins(book).first_day).word
    return str(dossier.section("identitas").get("education", "")) if way == "pendidikan" else ""


def _points(said: Mapping[str, Any]) -> dict[str, Decimal]:
    return {unsur: Decimal(said[unsur]) for unsur in UNSUR if said.get(unsur)}


def _conventional(dossier: Dossier, book: Rulebook, catalogue: Mapping[str, Butir], _today: date,
                  before: Before, volumes: Mapping[str, Decimal] | None) -> Counted:
    term = dossier.section("masa")
    done = [_done(number, each, term, volumes) for number, each in enumerate(dossier.items, 1)]
    faults = [*_term_wrong(term, book, appointed(dossier)), *_term_decided(term, before.terms),
              *_outside_term(done, term)]
    counted = [each for each in done if each.volume or volumes is None]
    try:
        found = konvensional.sheet(counted, _points(term), catalogue, book)
    except Refused as refused:
        raise Refused([*faults, *refused.faults]) from None
    if faults:
        raise Refused(faults)
    return Counted(dossier.regime, found.total, term["jenjang"], term["golongan"], term["first"], term["last"],
                   found.version, sheet=found)


def works_of(dossier: Dossier, catalogue: Mapping[str, Butir]) -> tuple[tuple[Done, Butir, str], ...]:
    """The items as they were proposed, each with its entry in the catalogue and the names of what proves it."""
    term = dossier.section("masa")
    found = []
    for number, each in enumerate(dossier.items, 1):
        done = _done(number, each, term, None)
        proofs = "; ".join(exhibit.title for exhibit in dossier.evidence if exhibit.item == str(number))
        found.append((done, catalogue[done.kode], proofs))
    return tuple(found)


def _done(number: int, item: Mapping[str, Any], term: Mapping[str, Any],
          volumes: Mapping[str, Decimal] | None) -> Done:
    volume = Decimal(item["volume"]) if volumes is None else volumes.get(str(number), Decimal(0))
    return Done(item["kode"].strip().upper(), volume, date.fromisoformat(item["day"]),
                item.get("jenjang") or term["jenjang"])


def _term_decided(term: Mapping[str, Any], terms: Sequence[tuple[str, str]]) -> Iterator[Fault]:
    """A term that shares a month with one that was decided: its work stands in LAMA already."""
    for first, last in terms:
        if first <= term["last"] and term["first"] <= last:
            yield Fault(("term", 0, "first"), "term_decided", {"first": first, "last": last})
            return


def _term_wrong(term: Mapping[str, Any], book: Rulebook, month: Month | None) -> Iterator[Fault]:
    last = konvensional.closed(book)
    if month and Month.parse(term["first"]) < month:
        yield Fault(("term", 0, "first"), "before_appointment", {"month": str(month)})
    if term["last"] < term["first"]:
        yield Fault(("term", 0, "last"), "ends_before_it_begins", {})
    if Month.parse(term["last"]) > Month.of(last):
        yield Fault(("term", 0, "last"), "regime_closed", {"last": last.isoformat()})
    expected = book.row("golongan", term["jenjang"], max(last, date.min)).words
    if term["golongan"] not in expected:
        yield Fault(("term", 0, "golongan"), "golongan_not_of_jenjang",
                    {"golongan": term["golongan"], "jenjang": term["jenjang"], "expected": ", ".join(expected)})


def _outside_term(done: Sequence[Done], term: Mapping[str, Any]) -> Iterator[Fault]:
    for number, each in enumerate(done):
        if not term["first"] <= each.day.isoformat()[:7] <= term["last"]:
            yield Fault(("items", number, "day"), "outside_term", {"first": term["first"], "last": term["last"]})


# -- what is still needed --------------------------------------------------------------------------------------------


def facts_of(dossier: Dossier, *, first: bool) -> set[str]:
    """What the list of attachments asks about a dossier (`when` in content/rules/lampiran.yml)."""
    post = dossier.section("jabatan")
    told = {f"entry:{post['entry']}"} if post.get("entry") else set()
    told |= {"diplomas"} if dossier.section("ijazah").get("diplomas") else set()
    told |= {"changes"} if post.get("changes") else set()
    told |= {"lama"} if any(dossier.section("masa").get(unsur) for unsur in UNSUR) else set()
    return told | ({"first"} if first else set())


def wanted(dossier: Dossier, kinds: Sequence[Mapping[str, Any]], *, first: bool) -> list[Mapping[str, Any]]:
    """The kinds of attachment that this dossier is asked for."""
    known = facts_of(dossier, first=first)
    return [each for each in kinds if each["when"] is None or each["when"] in known]


def lacks(dossier: Dossier, kinds: Sequence[Mapping[str, Any]], *, first: bool) -> Iterator[Lack]:
    """Everything that is missing before a dossier can be sent, in the order of its sections."""
    for section in SECTIONS[dossier.regime]:
        if section == ATTACHMENTS:
            yield from _attachments_missing(dossier, wanted(dossier, kinds, first=first))
        elif section not in MAY_BE_EMPTY and not any(dossier.section(section).values()):
            yield Lack(section, "empty", {})
    yield from _items_twice(dossier)


def notices(dossier: Dossier, before: Before, counted: Counted, book: Rulebook) -> Iterator[Lack]:
    """What may be a slip, and holds nothing up: official and desk read it beside what the dossier comes to."""
    if counted.standing:
        career = career_in(dossier)
        yield from _posts_unusual(career, counted.standing, book)
        yield from _tmt_otherwise(dossier, career)
        yield from _months_without(career)
    elif dossier.regime == "integrasi" and before.counts:
        yield Lack("integrasi", "converted_already", {}, stops=False)
    elif dossier.regime == "konvensional" and before.integrated:
        yield Lack("masa", "integrated_already", {}, stops=False)


def _posts_unusual(career: Career, standing: rules.Standing, book: Rulebook) -> Iterator[Lack]:
    """A grade above its level, and a promotion in level with less than the level asked for."""
    for post in career.posts:
        if rules.is_above(post, book):
            yield Lack("jabatan", "above_level", {"golongan": post.golongan, "jenjang": post.jenjang}, stops=False)
    for stay, following in pairwise(standing.stays):
        asked = book.find("kebutuhan_jenjang", stay.post.jenjang, stay.post.since.first_day)
        if asked and following.posts[0].entry.kind == "naik" and stay.total.value < asked.number:
            yield Lack("jabatan", "promoted_early",
                       {"jenjang": stay.post.jenjang, "month": str(following.posts[0].since)}, stops=False)


def _tmt_otherwise(dossier: Dossier, career: Career) -> Iterator[Lack]:
    """A TMT that is printed, and is another month than the post's or the rank's own."""
    said = dossier.section("identitas")
    for name, cell, code in (("post_day", "jenjang", "post_day_otherwise"),
                             ("rank_day", "golongan", "rank_day_otherwise")):
        begun = [now.since for then, now in pairwise(career.posts) if getattr(then, cell) != getattr(now, cell)]
        first = career.posts[0].since
        if name in said and ((begun and Month.parse(said[name]) != begun[-1])
                             or (not begun and Month.parse(said[name]) > first)):
            yield Lack("identitas", code, {"said": said[name][:len("2023-01")],
                                           "month": str(begun[-1] if begun else first)}, stops=False)


def _months_without(career: Career) -> Iterator[Lack]:
    """The first months between the beginning and the last evaluation that no evaluation has: they count for nothing."""
    rated = {month for each in career.evaluations for month in each.first.until(each.last)}
    if not rated:
        return
    left = [month for month in career.posts[0].since.until(max(rated)) if month not in rated]
    if left:
        last = next((one for one, following in pairwise(left) if one.plus(1) != following), left[-1])
        yield Lack("predikat", "months_without", {"first": str(left[0]), "last": str(last)}, stops=False)


def _items_twice(dossier: Dossier) -> Iterator[Lack]:
    """Items of the same code and day: what was done twice on a day is one item with its volume, so it may be a slip."""
    for number, earlier in twice_in(dossier).items():
        yield Lack("butir", "item_twice", {"number": number, "earlier": earlier}, stops=False)


def twice_in(dossier: Dossier) -> dict[str, str]:
    """The numbers of items that say what an earlier one says, by code and day, each with the number of that one."""
    first: dict[tuple[str, str], str] = {}
    again: dict[str, str] = {}
    for number, each in enumerate(dossier.items, 1):
        earlier = first.setdefault((each["kode"].strip().upper(), each["day"]), str(number))
        if earlier != str(number):
            again[str(number)] = earlier
    return again


def _attachments_missing(dossier: Dossier, kinds: Sequence[Mapping[str, Any]]) -> Iterator[Lack]:
    for exhibit in dossier.evidence:
        if is_outside(dossier, exhibit):
            # The predikat is what a conversion proves: what supports it may be of the month that is not over yet.
            may_stay = dossier.regime == "konversi"
            yield Lack(ATTACHMENTS, "outside_may_stay" if may_stay else "outside_period",
                       {"title": exhibit.title, "day": exhibit.day}, stops=not may_stay)
    there = {(each.slot, each.item) for each in dossier.evidence}
    for each in kinds:
        if not each["required"]:
            continue
        if each["per_item"]:
            for number in range(1, len(dossier.items) + 1):
                if (each["kind"], str(number)) not in there:
                    yield Lack(ATTACHMENTS, "item_without_evidence", {"number": str(number)})
        elif (each["kind"], "") not in there:
            yield Lack(ATTACHMENTS, "attachment", {"kind": each["kind"]})


def is_outside(dossier: Dossier, exhibit: Exhibit) -> bool:
    """Whether a piece of evidence of work is of a day outside the months that the dossier is about.

    Only what somebody did has such a day; a decision is always of a later one.
    """
    month, term = exhibit.day[:7], dossier.section("masa")
    if not month or exhibit.source == "decisions":
        return False
    if term:
        return not term["first"] <= month <= term["last"]
    periods = dossier.section("predikat").get("periods", ())
    return bool(periods) and not any(each["first"] <= month <= each["last"] for each in periods)


def exact(text: str) -> Fraction:
    """A total as it is kept: a fraction of integers."""
    return Fraction(text)


__all__ = ["CALCULATION", "Before", "Counted", "FormRefused", "Lack", "before_of", "career_in", "count", "exact",
           "facts_of", "identity_wrong", "is_outside", "lacks", "months_of", "notices", "twice_in",
           "wanted"]
