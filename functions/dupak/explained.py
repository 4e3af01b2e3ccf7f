"""The annex of a paper: where every number comes from, down to a row of the rules or to what was filled in. Pure.

Two tables: the lines, each numbered under the one that it makes (1, 1.1, 1.1.1), and the rows of the rules that they
name (A1, A2), each once, with its article, its source and how sure that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dupak.models import Node
from dupak.printing import NONE, Block, Pen, joined, line, table
from dupak.rulebook import Row
from dupak.views import NO_ARTICLE, UNSURE

CATALOGUE = "butir"  # the credit of an item is the catalogue's, whatever a dossier says
CONSTANTS = ("year", "zero", "minus")  # nobody said these, they are arithmetic


@dataclass
class Lines:
    """The lines while they are written: what was explained already, and which rows of the rules were named."""

    pen: Pen
    rows: dict[str, Row] = field(default_factory=dict)
    told: dict[int, str] = field(default_factory=dict)

    def of(self, node: Node, number: str) -> Iterator[Block]:
        """A line and everything below it; what stands above already is only named."""
        words, said = self.pen.words["annex"], self.pen.teller.line(node)
        text = "\n".join(each for each in (said["text"], said["formula"]) if each)
        before = self.told.get(id(node)) if node.parts else None
        if before:
            yield line(number, said["text"], said["told"], words["see"].format(number=before))
            return
        self.told[id(node)] = number
        yield line(number, text, said["told"], self._basis(node))
        for place, part in enumerate(node.parts, 1):
            yield from self.of(part, f"{number}.{place}")

    def _basis(self, node: Node) -> str:
        """The rows that say or chose this line, by their names in the second table."""
        words = self.pen.words["annex"]
        if node.how == "given" and node.what not in CONSTANTS:
            return str(words["catalogue" if node.what == CATALOGUE else "given"])
        own = self._name(node.row) if node.row else ""
        chosen = [words["chosen"].format(rule=self._name(row)) for row in node.chosen_by]
        return joined(own, *chosen, by=", ")

    def _name(self, row: Row) -> str:
        self.rows.setdefault(row.name, row)
        return f"A{[*self.rows].index(row.name) + 1}"


def annex(pen: Pen, trees: Sequence[Node], version: str) -> dict[str, Any]:
    """Title, sentence, the two tables, and which version of the rules was used."""
    words, lines = pen.words["annex"], Lines(pen)
    told = [each for number, tree in enumerate(trees, 1) for each in lines.of(tree, str(number))]
    head = [[words[name] for name in ("number", "line", "value", "basis")]]
    rules = [_rule(pen, f"A{number}", row) for number, row in enumerate(lines.rows.values(), 1)]
    ruled = [[words[name] for name in ("number", "rule", "article", "source")]]
    return {"title": words["title"], "text": words["text"], "version": words["version"].format(version=version),
            "blocks": [table(words["lines"], "14l 54l 14r 18l", head, told, numbered=False),
                       table(words["rules"], "9l 34l 25l 32l", ruled, rules, numbered=False)]}


def _rule(pen: Pen, name: str, row: Row) -> Block:
    """A row of the rules; one that needs a second look stands out."""
    words, rule = pen.words["annex"], pen.teller.rule(row)
    says = words["says"].format(rule=rule["text"], value=rule["value"], since=pen.day(rule["from"]))
    other = words["other"].format(other=rule["other"]) if rule["other"] else ""
    sure = "\n".join(each for each in (rule["source"], rule["sure"], other) if each)
    return line(name, says, NONE if rule["article"] == NO_ARTICLE else rule["article"], sure,
                style="group" if row.certainty in UNSURE else "row")
