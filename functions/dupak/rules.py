"""Angka kredit by conversion of the predikat (2023 on), and integration of the conventional total into it. Pure.

Each rule is one function below, named for it; the article stands with the row that it reads. The archive of the
conventional regime is in dupak/konvensional.py.

A level's points are one running total: rank promotions inside the level leave it as it is ("carried"), a promotion in
level begins a new one with AK Dasar. What the grades ask for stands on the same scale: AK Dasar of the grade plus the
points for its next rank, and in the highest grade of a level the level's own target.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby
from math import ceil

from dupak.models import (
    PREDIKAT,
    YEAR,
    Career,
    Evaluation,
    Fault,
    Month,
    Node,
    Post,
    Refused,
    chosen,
    given,
    node,
    ruled,
)
from dupak.rulebook import Row, Rulebook, RuleMissing

WAY = ("golongan_masuk", "cara")  # the row that says which of two equal ways is used, never both


@dataclass(frozen=True)
class Stay:
    """One level held without a break: its posts, its total, and until when."""

    posts: tuple[Post, ...]
    total: Node
    counted_until: Month | None

    @property
    def post(self) -> Post:
        """The last post of this level."""
        return self.posts[-1]


@dataclass(frozen=True)
class Earliest:
    """When a target can be reached with one predikat throughout, by rules that hold until then."""

    predikat: str
    months: int
    reached: Month
    month: Month


@dataclass(frozen=True)
class Target:
    """What the present grade or level asks for, how much is missing, and when each predikat gets there."""

    kind: str  # pangkat, jenjang
    leads_to: str
    needed: Node
    missing: Node  # negative: a surplus
    conditions: tuple[Row, ...]
    unmet: tuple[Row, ...]  # those of them that the last year does not meet
    begins: Month  # the first month that is not counted yet: those to come are counted from it on
    earliest: tuple[Earliest, ...]  # without those that lie beyond the last day of a rule
    beyond: date | None = None  # the first day for which a rule that they need is missing


@dataclass(frozen=True)
class Standing:
    """Where somebody stands: every level with its total, the targets of the present one, and what was left out."""

    stays: tuple[Stay, ...]
    targets: tuple[Target, ...]
    notes: tuple[tuple[str, str], ...]  # code and what it speaks of
    version: str

    @property
    def total(self) -> Node:
        """The points in the present level."""
        return self.stays[-1].total


def standing(career: Career, book: Rulebook, today: date) -> Standing:
    """Count a career; raises Refused with everything that cannot be counted, RuleMissing where a rule has ended."""
    faults = [*_posts_wrong(career, book), *_evaluations_wrong(career, book, today), *_diplomas_wrong(career, today)]
    if faults:
        raise Refused(faults)
    notes: list[tuple[str, str]] = []
    stays = [_stay(posts, career, book, notes) for posts in _levels(career, book)]
    targets = tuple(_targets(stays[-1], career, book))
    notes += sorted({("rule_ends", str(Month.of(each.beyond))) for each in targets if each.beyond})
    return Standing(tuple(stays), targets, tuple(notes), book.version)


# -- what cannot be counted ----------------------------------------------------------------------------------------


def _posts_wrong(career: Career, book: Rulebook) -> Iterator[Fault]:
    for number, post in enumerate(career.posts):
        day = post.since.first_day
        begins = conversion_begins(book)
        if post.since < begins:
            yield Fault(("posts", number, "since"), "before_conversion", {"month": str(begins)})
            continue
        if post.golongan not in book.row("golongan", post.jenjang, day).words and not _above(post, career, book):
            yield Fault(("posts", number, "golongan"), "golongan_not_of_jenjang",
                        {"golongan": post.golongan, "jenjang": post.jenjang,
                         "expected": ", ".join(book.row("golongan", post.jenjang, day).words)})
        if career.appointed is not None and post.since < career.appointed:
            yield Fault(("posts", number, "since"), "before_appointment", {"month": str(career.appointed)})
        if number:
            yield from _step_wrong(number, career.posts[number - 1], post, book)
    if career.rank_since is not None and career.appointed is not None and career.rank_since < career.appointed:
        yield Fault(("career", 0, "rank_since"), "before_appointment", {"month": str(career.appointed)})


def _step_wrong(number: int, before: Post, post: Post, book: Rulebook) -> Iterator[Fault]:
    if post.since <= before.since or (before.last is not None and post.since <= before.last):
        yield Fault(("posts", number, "since"), "not_after", {"month": str(before.since)})
    elif post.entry.kind == "naik":
        following = book.find("jenjang_berikutnya", before.jenjang, post.since.first_day)
        if post.jenjang != before.jenjang and (following is None or post.jenjang != following.word):
            yield Fault(("posts", number, "jenjang"), "jenjang_not_next",
                        {"before": before.jenjang, "after": post.jenjang})
        elif post.jenjang == before.jenjang and _grade(book, post) <= _grade(book, before):
            yield Fault(("posts", number, "golongan"), "golongan_not_higher", {"golongan": before.golongan})


def _evaluations_wrong(career: Career, book: Rulebook, today: date) -> Iterator[Fault]:
    seen: dict[Month, int] = {}
    for number, each in enumerate(career.evaluations):
        if each.last < each.first:
            yield Fault(("evaluations", number, "last"), "ends_before_it_begins", {})
        elif each.last >= Month.of(today):
            yield Fault(("evaluations", number, "last"), "not_over", {"month": str(each.last)})
        elif each.first < conversion_begins(book):
            yield Fault(("evaluations", number, "first"), "before_conversion", {"month": str(conversion_begins(book))})
        else:
            yield from _months_wrong(number, each, career, seen)


def _months_wrong(number: int, each: Evaluation, career: Career, seen: dict[Month, int]) -> Iterator[Fault]:
    """A month that another evaluation has already, or that belongs to no post: told once for each evaluation."""
    months = list(each.first.until(each.last))
    twice = next((month for month in months if month in seen), None)
    if twice is not None:
        yield Fault(("evaluations", number, "first"), "month_twice", {"month": str(twice), "row": seen[twice] + 1})
    outside = next((month for month in months if _post_in(month, career.posts) is None), None)
    if outside is not None:
        yield Fault(("evaluations", number, "first"), "outside_post", {"month": str(outside)})
    seen |= {month: number for month in months if month not in seen}


def _diplomas_wrong(career: Career, today: date) -> Iterator[Fault]:
    levels: set[str] = set()
    for number, each in enumerate(career.diplomas):
        if each.level in levels:
            yield Fault(("diplomas", number, "level"), "diploma_twice", {"level": each.level})
        if each.month > Month.of(today):
            yield Fault(("diplomas", number, "month"), "not_over", {"month": str(each.month)})
        elif _post_in(each.month, career.posts) is None:
            yield Fault(("diplomas", number, "month"), "outside_post", {"month": str(each.month)})
        levels.add(each.level)


def conversion_begins(book: Rulebook) -> Month:
    """The first month that is assessed by predikat (PermenPANRB 1/2023)."""
    return Month.of(next(row for row in book.rows() if (row.table, row.key) == ("masa", "konversi")).since)


# -- levels and their points ---------------------------------------------------------------------------------------


def _levels(career: Career, book: Rulebook) -> list[tuple[Post, ...]]:
    """The posts of each level together: a promotion in rank goes on, everything else begins anew."""
    levels: list[list[Post]] = []
    for post in career.posts:
        if levels and post.entry.kind == "naik" and _goes_on(levels[-1][-1], post, book):
            levels[-1].append(post)
        else:
            levels.append([post])
    return [tuple(level) for level in levels]


def _goes_on(before: Post, post: Post, book: Rulebook) -> bool:
    """Whether the points are carried into this promotion (syarat_pangkat and syarat_jenjang, kelebihan)."""
    table = "syarat_pangkat" if post.jenjang == before.jenjang else "syarat_jenjang"
    return book.row(table, "kelebihan", post.since.first_day).word == "dibawa"


def _stay(posts: tuple[Post, ...], career: Career, book: Rulebook, notes: list[tuple[str, str]]) -> Stay:
    mine = [*converted(posts, career, book)]
    bonuses = [*diploma_bonuses(posts, career, book, notes)]
    parts = [opening(posts[0], career, book), *(line for _, line in mine), *bonuses]
    until = max((month for month, _ in mine), default=None)
    category = book.row("kategori", posts[-1].jenjang, (until or posts[-1].since).first_day)
    total = node("total", "sum", *parts, jenjang=posts[-1].jenjang, golongan=posts[-1].golongan)
    return Stay(posts, chosen(total, category), until)


def opening(post: Post, career: Career, book: Rulebook) -> Node:
    """What a level begins with, by how somebody came into it."""
    day, entry = post.since.first_day, post.entry
    # PerBKN 3/2023 Pasal 7: a grade above the level entered
    if entry.kind in {"perpindahan", "naik"} and _above(post, career, book):
        return node("opening", "sum", ruled(book.row("perpindahan", "di_atas_lanjut" if entry.kind == "naik"
                                                     else "di_atas", day)), kind=entry.kind)
    if entry.kind == "integrasi":
        return node("opening", "sum", integrated(post, book), kind=entry.kind)
    if entry.kind == "perpindahan":
        return node("opening", "sum", transferred(post, book), _dasar(post, book), kind=entry.kind)
    if entry.kind == "kembali":
        return node("opening", "sum", given("points", entry.points, kind=entry.kind), _returned(post, book),
                    kind=entry.kind)
    if entry.kind in {"lanjutan", "penyesuaian", "antar_jf"}:
        return node("opening", "sum", given("points", entry.points, kind=entry.kind), kind=entry.kind)
    return node("opening", "sum", _dasar(post, book), kind=entry.kind)


def _dasar(post: Post, book: Rulebook) -> Node:
    """AK Dasar of the grade (PerBKN 3/2023 Lampiran II); nothing where targets are proportional instead: never both."""
    row, way = (book.row(*name, post.since.first_day) for name in (("ak_dasar", post.golongan), WAY))
    if _proportional(post, book):
        return chosen(node("no_dasar", "product", given("zero", 0), ruled(row)), way)
    return chosen(ruled(row), way) if row.number else ruled(row)


def _proportional(post: Post, book: Rulebook) -> bool:
    return book.row(*WAY, post.since.first_day).word == "sebanding"


def integrated(post: Post, book: Rulebook) -> Node:
    """Integration: the conventional total minus the base value; raises Refused when the base value is the larger."""
    entry, day = post.entry, post.since.first_day
    base = given("base", entry.base) if entry.base is not None else chosen(
        ruled(proposed_base(entry.base_key or post.jenjang, book, day)), book.row("nilai_dasar", "cara", day))
    found = node("integrated", "difference", given("points", entry.points, kind=entry.kind), base)
    if found.value < 0:
        raise Refused([Fault(("posts", 0, "points"), "below_base", {"base": str(base.value)})])
    return found


def proposed_base(key: str, book: Rulebook, day: date) -> Row:
    """The base value that the rules propose for a level, or for an education where they go by it."""
    way = book.row("nilai_dasar", "cara", day).word
    by_education = way == "pendidikan" or key in book.keys("nilai_dasar_pendidikan")
    return book.row("nilai_dasar_pendidikan" if by_education else "nilai_dasar_jenjang", key, day)


def transferred(post: Post, book: Rulebook) -> Node:
    """Transfer (Pasal 7): predikat x coefficient x years in rank; at the old post's peak only some count."""
    day, entry = post.since.first_day, post.entry
    months = given("months", entry.months)
    if entry.at_peak:
        most = node("most_months", "product", ruled(book.row("perpindahan", "tahun_puncak", day)), given("year", YEAR))
        months = node("counted_months", "least", months, most)
    return _product("transferred", months, entry.predikat, post, book=book, day=day)


def _returned(post: Post, book: Rulebook) -> Node:
    """Returning: the months between, at most some years of them, as conversion."""
    day = post.since.first_day
    most = node("most_months", "product", ruled(book.row("pengangkatan_kembali", "tahun", day)), given("year", YEAR))
    months = node("counted_months", "least", given("months", post.entry.months), most)
    return _product("returned", months, post.entry.predikat, post, book=book, day=day)


def _product(what: str, months: Node, predikat: str, post: Post, *, book: Rulebook, day: date, **facts: str) -> Node:
    """(months / 12) x percentage x coefficient: PermenPANRB 1/2023 Pasal 37, PerBKN 3/2023 Pasal 13."""
    return node(what, "product", node("years", "quotient", months, given("year", YEAR)),
                ruled(book.row("persentase", predikat, day), percent=True),
                ruled(book.row("koefisien", post.jenjang, day)),
                predikat=predikat, jenjang=post.jenjang, months=str(months.value), **facts)


def converted(posts: Sequence[Post], career: Career, book: Rulebook) -> Iterator[tuple[Month, Node]]:
    """Conversion: each evaluation's months in this level, apart where the level's rules change; with the last month.

    A month belongs to one evaluation and one post, so it has one value.
    """
    for each in sorted(career.evaluations, key=lambda one: one.first):
        months = [month for month in each.first.until(each.last) if _post_in(month, career.posts) in posts]
        for _, run in groupby(months, key=lambda month: _rates(month, each.predikat, posts[0].jenjang, book)):
            span = list(run)
            yield span[-1], _product("evaluation", given("months", len(span)), each.predikat, posts[0], book=book,
                                     day=span[0].first_day, first=str(span[0]), last=str(span[-1]))


def _rates(month: Month, predikat: str, jenjang: str, book: Rulebook) -> tuple[Row, Row]:
    day = month.first_day
    return book.row("persentase", predikat, day), book.row("koefisien", jenjang, day)


def diploma_bonuses(posts: Sequence[Post], career: Career, book: Rulebook,
                    notes: list[tuple[str, str]]) -> Iterator[Node]:
    """A higher diploma: a share of the points for the next rank, once for each (PerBKN 3/2023 Pasal 14).

    What the degree's record or that year's predikat stands in the way of gives nothing, and is noted.
    """
    for each in career.diplomas:
        post = _post_in(each.month, career.posts)
        if post is None or post not in posts:
            continue
        day = each.month.first_day
        worst = PREDIKAT.index(book.row("ijazah", "predikat", day).word)
        rated = [PREDIKAT.index(one.predikat) for one in career.evaluations if one.first.year <= each.month.year
                 <= one.last.year]
        if not each.recorded:
            notes.append(("diploma_not_recorded", each.level))
        elif not rated or max(rated) > worst:
            notes.append(("diploma_without_predikat" if not rated else "diploma_low_predikat", each.level))
        else:
            yield node("diploma", "product", ruled(book.row("ijazah", "persen", day), percent=True),
                       _diploma_base(post, book, day), level=each.level, month=str(each.month))


def _diploma_base(post: Post, book: Rulebook, day: date) -> Node:
    """What the share is of: the points for the next rank of the level, or, by the other reading, its own target."""
    grades, way = book.row("golongan", post.jenjang, day).words, book.row("ijazah", "dasar", day)
    step = book.find("kebutuhan_pangkat", post.golongan, day) or book.row("kebutuhan_pangkat", grades[0], day)
    target = book.find("kebutuhan_jenjang", post.jenjang, day) if post.golongan == grades[-1] else None
    if target is None:
        return ruled(step)
    return chosen(ruled(target if way.word == "jenjang_di_puncak" else step), way)


# -- targets -------------------------------------------------------------------------------------------------------


def _targets(stay: Stay, career: Career, book: Rulebook) -> Iterator[Target]:
    """The next rank and the next level, as far as there are any; in the highest grade the level alone."""
    post, day = stay.post, stay.post.since.first_day
    grades = book.row("golongan", post.jenjang, day).words
    if post.golongan in grades[:-1]:
        needed = node("needed", "sum", *_less_entry(stay, book, ruled(book.row("ak_dasar", post.golongan, day)),
                                                    ruled(book.row("kebutuhan_pangkat", post.golongan, day))))
        following = grades[grades.index(post.golongan) + 1]
        yield _target("pangkat", following, stay, needed, career=career, book=book)
    target, following_level = (book.find(table, post.jenjang, day) for table in (
        "kebutuhan_jenjang", "jenjang_berikutnya"))
    if target is not None and following_level is not None:
        needed = node("needed", "sum", *_less_entry(stay, book, ruled(target)))
        yield _target("jenjang", following_level.word, stay, needed, career=career, book=book)


def _less_entry(stay: Stay, book: Rulebook, *parts: Node) -> tuple[Node, ...]:
    """The parts of a target; less the steps below the grade of entry where no AK Dasar was given for them."""
    first = stay.posts[0]
    if not _proportional(first, book) or first.entry.kind not in {"pertama", "naik", "perpindahan"}:
        return parts
    passed = ruled(book.row("ak_dasar", first.golongan, first.since.first_day))
    return (*parts, node("proportional", "product", given("minus", -1), passed)) if passed.value else parts


def _target(kind: str, leads_to: str, stay: Stay, needed: Node, *, career: Career, book: Rulebook) -> Target:
    day = stay.post.since.first_day
    conditions = [book.row(f"syarat_{kind}", key, day) for key in book.keys(f"syarat_{kind}")]
    missing = node("missing", "difference", needed, stay.total)
    earliest, beyond = list[Earliest](), list[date]()
    for predikat in PREDIKAT:
        if kind == "pangkat" or not _worse(predikat, stay, book):
            try:
                earliest.append(_earliest(kind, predikat, missing.value, stay, career=career, book=book))
            except RuleMissing as ended:  # what was earned stands; only the forecast needs rules that nobody has yet
                beyond.append(ended.day)
    return Target(kind, leads_to, needed, missing, tuple(conditions), tuple(_unmet(kind, stay, career, book)),
                  _counted_until(stay).plus(1), tuple(earliest), min(beyond, default=None))


def _worse(predikat: str, stay: Stay, book: Rulebook) -> bool:
    """Whether this predikat is below what a promotion in level asks of the last year."""
    return PREDIKAT.index(predikat) > PREDIKAT.index(_asked(stay, book).word)


def _asked(stay: Stay, book: Rulebook) -> Row:
    return book.row("syarat_jenjang", "predikat", stay.post.since.first_day)


def _unmet(kind: str, stay: Stay, career: Career, book: Rulebook) -> Iterator[Row]:
    """The predikat that a promotion in level asks of the last year, where a month of that year has a worse one."""
    if kind == "jenjang" and _year_behind(stay, career, book) > _counted_until(stay).plus(1):
        yield _asked(stay, book)


def _year_behind(stay: Stay, career: Career, book: Rulebook) -> Month:
    """The first month with a whole year behind it that has no predikat below what a promotion in level asks."""
    low = [each.last for each in career.evaluations if _worse(each.predikat, stay, book)]
    return max(low).plus(YEAR + 1) if low else stay.posts[0].since


def _counted_until(stay: Stay) -> Month:
    """The last month that is counted in a level; the one before it began, where nothing is yet."""
    return stay.counted_until or stay.posts[0].since.plus(-1)


def _earliest(kind: str, predikat: str, missing: Fraction, stay: Stay, *, career: Career, book: Rulebook) -> Earliest:
    """The first month of promotion if every month to come has this predikat.

    The points are there when a month is over, so the promotion can be on the first of the next one; in rank only in a
    month that is a period, and after the years in the present rank; in level only with a year behind it that has the
    predikat that is asked.
    """
    counted = _counted_until(stay)
    months = months_until(missing, predikat, stay.post.jenjang, counted, book)
    reached = counted.plus(months)
    month = reached.plus(1)
    if kind == "pangkat":
        years = book.row("syarat_pangkat", "tahun", stay.post.since.first_day).number
        return Earliest(predikat, months, reached, next_period(max(month, _rank_since(stay, career).plus(
            int(years * YEAR))), book))
    if stay.post.entry.kind == "perpindahan" and _above(stay.post, career, book):
        years = book.row("perpindahan", "di_atas_tahun", stay.post.since.first_day).number
        month = max(month, stay.post.since.plus(int(years * YEAR)))
    return Earliest(predikat, months, reached, max(month, _year_behind(stay, career, book)))


def _rank_since(stay: Stay, career: Career) -> Month:
    """Since when the present rank is held: as it was told, before a transfer by the months it was held already."""
    post = stay.post
    if career.rank_since and post is career.posts[0]:
        return career.rank_since
    return post.since.plus(-int(post.entry.months)) if post.entry.kind == "perpindahan" else post.since


def months_until(missing: Fraction, predikat: str, jenjang: str, counted: Month, book: Rulebook) -> int:
    """How many months of this predikat make up for what is missing, by the rows that hold in those months."""
    if missing <= 0:
        return 0
    day = counted.plus(1).first_day
    percent, coefficient = (book.row(table, key, day).number for table, key in (
        ("persentase", predikat), ("koefisien", jenjang)))
    rows = [row for row in book.rows() if row.table in {"persentase", "koefisien"}]
    begins = {Month.of(row.since) for row in rows if row.since > day}
    ends = {Month.of(row.until).plus(1) for row in rows if row.until and row.until > day
            and row.key in {predikat, jenjang}}
    changes = sorted(begins | ends)
    monthly = percent * coefficient / 100 / YEAR
    months = ceil(missing / monthly)
    until_change = counted.months_to(changes[0]) - 1 if changes else months
    if months <= until_change:
        return months
    return until_change + months_until(missing - monthly * until_change, predikat, jenjang,
                                       counted.plus(until_change), book)


def next_period(month: Month, book: Rulebook) -> Month:
    """This month if promotions in rank happen in it, else the next one in which they do (PerBKN 4/2023, 4/2025)."""
    while str(month.number) not in book.row("periode_pangkat", "bulan", month.first_day).words:
        month = month.plus(1)
    return month


# -- looking up ----------------------------------------------------------------------------------------------------


def _post_in(month: Month, posts: Iterable[Post]) -> Post | None:
    """The post that was held in a month."""
    begun = [post for post in posts if post.since <= month]
    return begun[-1] if begun and (begun[-1].last is None or month <= begun[-1].last) else None


def _grade(book: Rulebook, post: Post) -> int:
    return book.keys("pangkat").index(post.golongan)


def _above(post: Post, career: Career, book: Rulebook) -> bool:
    """Whether somebody who came by transfer into a level below their grade is still above it (PerBKN 3/2023 Pasal 7).

    Whoever goes on from their last PAK above the level has come so before.
    """
    came = {"perpindahan", "lanjutan"}
    return is_above(post, book) and any(is_above(each, book) for each in career.posts
                                        if each.entry.kind in came and each.since <= post.since)


def is_above(post: Post, book: Rulebook) -> bool:
    """Whether a post's grade is above all those of its level."""
    highest = book.row("golongan", post.jenjang, post.since.first_day).words[-1]
    return _grade(book, post) > book.keys("pangkat").index(highest)
