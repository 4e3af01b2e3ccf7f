"""How a counted career is told: one shape for the page, for programs and for what is printed later. Draws nothing.

A line is {text, value, exact, how, formula, rule, parts}: every total with what it follows from, down to a row of the
rules (its article, source and how sure that is) or to something that was filled in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from dupak.asking import spoken
from dupak.models import Month, Node, written
from dupak.rulebook import Row, Rulebook
from dupak.rules import Standing, Target
from portal.moments import MONTHS
from portal.workdays import day_of

SIGNS = {"sum": " + ", "difference": " − ", "product": " × ", "quotient": "/", "least": " | "}
ENDS = 4  # a number with at most so many places is told whole
FEWEST = 2  # BKN's slides write so many places
PERCENT = ("persentase.", "konvensional.", "ijazah.persen")
UNSURE = ("mem", "disputed")
BASIS = ("article", "source", "days", "sure")  # what a row rests on
NO_ARTICLE = "-"


@dataclass(frozen=True)
class Teller:
    """Tells lines in one language with one rulebook."""

    book: Rulebook
    texts: Mapping[str, Any]
    language: str

    @property
    def names(self) -> dict[str, str]:
        """Levels, ratings, diplomas and ways of entering by their codes."""
        fields = self.texts["fields"]
        return {**fields["jenjang"]["options"], **fields["predikat"]["options"], **fields["entry"]["options"],
                **fields["diplomas"]["rows"]["level"]["options"], **self.texts["names"]}

    @property
    def places(self) -> int:
        """How many places a total is written with today."""
        return int(self._rounding.number)

    @property
    def _rounding(self) -> Row:
        return self.book.row("pembulatan", "desimal", day_of(datetime.now(UTC)))

    def standing(self, found: Standing) -> dict[str, Any]:
        """Everything that was counted."""
        present = found.stays[-1]
        return {"rules": found.version, "jenjang": present.post.jenjang, "golongan": present.post.golongan,
                "total": self.line(found.total),
                "earlier": [self.line(stay.total) for stay in found.stays[:-1]],
                "targets": [self.target(each) for each in found.targets],
                "notes": [self.texts["notes"][code].format(what=self.say(what)) for code, what in found.notes],
                "unsure": [self.rule(row) for row in self._unsure(found)]}

    def target(self, target: Target) -> dict[str, Any]:
        """A target: what it asks for, what is missing, when each predikat gets there."""
        missing = target.missing.value
        surplus = self.texts["surplus" if missing <= 0 else "shortfall"].format(points=self.number(abs(missing)))
        if missing <= 0 and target.unmet:
            surplus = f"{surplus}. {self.texts['unmet'].format(conditions=self.conditions(target.unmet))}"
        return {"kind": target.kind, "leads_to": target.leads_to,
                "title": self.texts["targets"][target.kind].format(what=self.say(target.leads_to)),
                "enough": missing <= 0 and not target.unmet, "missing": str(written(missing, self.places)),
                "told": surplus,
                "begins": self.texts["earliest_from"].format(month=self.say(str(target.begins))),
                "line": self.line(target.missing), "conditions": [self.rule(row) for row in target.conditions],
                "earliest": [{"predikat": each.predikat, "name": self.say(each.predikat), "months": each.months,
                              "reached": str(each.reached), "month": str(each.month),
                              "told": month_told(str(each.month), self.texts, self.language)}
                             for each in target.earliest]}

    def conditions(self, rows: Sequence[Row]) -> str:
        """Conditions in a sentence: what each is about, and what it asks."""
        return "; ".join(f"{self.label(row)}: {self.value(row)}" for row in rows)

    def line(self, node: Node) -> dict[str, Any]:
        """A line with everything below it."""
        if node.row:
            return {**self._numbers(node), "text": self._title(node.row), "formula": "", "rule": self.rule(node.row),
                    "parts": []}
        facts = {name: self.say(value) for name, value in node.facts.items()}
        return {**self._numbers(node), "text": self.texts["explain"][node.what].format(**facts),
                "formula": self._formula(node), "rule": None, "parts": [self.line(part) for part in node.parts]}

    def rule(self, row: Row) -> dict[str, Any]:
        """A row of the rules with where it is from and how sure that is."""
        declared = next(each for each in self.book.data["tables"][row.table]["rows"][row.key]
                        if each["from"] == row.since.isoformat())
        source = self.book.data["sources"][row.source]
        return {"name": row.name, "text": self._title(row), "value": self.value(row), "from": row.since.isoformat(),
                "until": row.until.isoformat() if row.until else None, "article": row.article,
                "source": source["title"][self.language], "url": source.get("url", ""), "certainty": row.certainty,
                "sure": self.texts["certainty"][row.certainty], "other": declared.get("other", {}).get(
                    self.language, ""), "note": declared.get("note", {}).get(self.language, ""), "table": row.table}

    def value(self, row: Row) -> str:
        """What a row says, as people write it."""
        if not isinstance(row.value, str):
            return ", ".join(map(self.say, row.value))
        try:
            number = Fraction(row.value)
        except ValueError:
            return self.say(row.value)
        return self.number(number) + ("%" if f"{row.table}.{row.key}".startswith(PERCENT) else "")

    def number(self, value: Fraction) -> str:
        """A number with the reader's decimal sign; one without an end is rounded as a total is."""
        scaled = value * 10 ** ENDS
        told = written(value, ENDS if scaled.denominator == 1 else self.places)
        text = f"{told.normalize():f}" if scaled.denominator == 1 else f"{told:f}"
        return (text.replace(".", ",") if self.language == "id" else text).replace("-", "−")

    def say(self, word: str) -> str:
        """A code by its name."""
        return spoken(word, self.names, self.language)

    def _numbers(self, node: Node) -> dict[str, str]:
        return {"what": node.what, "how": node.how, "value": str(written(node.value, self.places)),
                "exact": str(node.value), "told": self._short(node) if node.row else self.number(node.value)}

    def label(self, row: Row) -> str:
        """What a row of its table is about."""
        declared = self.book.data["tables"][row.table]["rows"][row.key][-1]
        return str(declared.get("label", {}).get(self.language) or self.say(row.key))

    def days(self, row: Row, rows: Sequence[Row]) -> str:
        """Since when a row holds, and until when where it has an end or a successor."""
        after = [each.since for each in rows if each.key == row.key and each.since > row.since]
        ends = [each for each in (row.until, *(day - timedelta(days=1) for day in after[:1])) if each]
        since = self._day(row.since)
        if not ends:
            return str(self.texts["since"]).format(since=since)
        return str(self.texts["between"]).format(since=since, until=self._day(min(ends)))

    def _day(self, day: date) -> str:
        return f"{day.day} {MONTHS[self.language][day.month - 1]} {day.year}"

    def _title(self, row: Row) -> str:
        return f"{self.book.data['tables'][row.table]['title'][self.language]}: {self.label(row)}"

    def _formula(self, node: Node) -> str:
        """`2/12 × 150% × 12,5`, from the parts; nothing where a single part says it already."""
        if len(node.parts) < 2 or node.how == "least":  # noqa: PLR2004 two make a formula
            return ""
        return SIGNS[node.how].join(map(self._short, node.parts))

    def _short(self, node: Node) -> str:
        if node.how == "quotient":
            return self._formula(node)
        return self.value(node.row) if node.row else self.number(node.value)

    def _unsure(self, found: Standing) -> list[Row]:
        """The rows that decide something here and are recalled or disputed, each once.

        Rounding decides only where a total has more places than the fewest that a source writes.
        """
        nodes = [found.total, *(target.missing for target in found.targets)]
        lines = [line for each in nodes for line in each.all()]
        rows = [row for line in lines for row in (line.row, *line.chosen_by) if row]
        rows += [row for target in found.targets for row in target.conditions]
        if (found.total.value * 10 ** FEWEST).denominator != 1:
            rows.append(self._rounding)
        return list({row.name: row for row in rows if row.certainty in UNSURE}.values())


def month_told(month: str, texts: Mapping[str, Any], language: str) -> str:
    """A month of promotion; one that is past is told as such: the promotion can be asked for."""
    told = spoken(month, {}, language)
    is_past = month < str(Month.of(day_of(datetime.now(UTC))))
    return str(texts["past"].format(month=told)) if is_past else told


def rules_table(teller: Teller, name: str) -> dict[str, Any]:
    """A table for the page of the rules: its title, what its rows share, and each row with what it says otherwise."""
    rows = [row for row in teller.book.rows() if row.table == name]
    told = [teller.rule(row) | {"key": teller.label(row), "days": teller.days(row, rows)} for row in rows]
    bases = Counter(tuple(row[each] for each in BASIS) for row in told)
    ((commonest, _),) = bases.most_common(1)
    shared = next(row for row in told if tuple(row[each] for each in BASIS) == commonest)
    for row in told:
        row["basis"] = _basis(row, [name for name in BASIS if row[name] != shared[name]])
    return {"name": name, "title": teller.book.data["tables"][name]["title"][teller.language], "rows": told,
            "shared": {"basis": _basis(shared, BASIS)}}


def _basis(row: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    """What a row rests on, as far as it is named here, in the order in which it is read."""
    return [{"text": row[name], "url": row["url"] if name == "source" else "", "strong": name == "sure"}
            for name in names if row[name] != NO_ARTICLE]
