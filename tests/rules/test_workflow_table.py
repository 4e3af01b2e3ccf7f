"""What a maintainer is told about a mistake in the table of the workflow, before anything is built from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra import workflow
from infra.front_matter import Mistake

TEXT = workflow.SOURCE.read_text(encoding="utf-8")


def the_mistake(folder: Path, old: str, new: str) -> str:
    """What is said of the table after one change."""
    path = folder / "content" / "rules" / "alur-dupak.yml"
    path.parent.mkdir(parents=True)
    assert old in TEXT, old
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Mistake) as mistake:
        workflow.read(path)
    return str(mistake.value)


@pytest.mark.parametrize(("old", "new", "told"), [
    ("to: superior}", "to: superior, wohin: x}", "events.submit.ways.0.wohin: expected no such key"),
    ("to: superior}", "to: superrior}", "events.submit.ways.0.to: expected a state or back_to, not superrior"),
    ("from: [draft], to", "from: [drafts], to", "events.submit.ways.0.from: expected states, not drafts"),
    ("{who: official, from: [draft]", "{who: pejabat, from: [draft]",
     "events.submit.ways.0.who: expected a role, not pejabat"),
    ("needs: [answered]", "needs: [jawaban]", "events.resubmit.ways.0.needs: expected names under needs, not jawaban"),
    ("when: first_to_lock", "when: first", "events.lock.ways.0.when: expected one of touches_confirmed"),
    ("regimes: [konversi, integrasi], needs", "regimes: [baru], needs",
     "events.complete.ways.0.regimes: expected regimes, not baru"),
    ("back_to: superior, needs", "needs", "events.return.ways.0: back_to: expected with every way to returned"),
    ("to: superior}", "to: superior, back_to: draft}", "events.submit.ways.0: back_to: expected with every way"),
    ("steps: [superior, secretariat, approving]", "steps: [superior, sekretariat, approving]",
     "regimes.konversi: expected states, not sekretariat"),
    ("  sometimes: [plenary]", "  sometimes: []", "regimes.konvensional: expected plenary among its steps"),
    ("  draft: {at: owner", "  drafted: {at: owner", "states.draft: expected a state of this name, not draft"),
    ("at: unit", "at: village", "states.superior.at: Input should be 'owner', 'unit'"),
    ("  reason: {", "  reasoning: {", "needs.reasoning: expected no such key: nothing uses it"),
    ("  penetap: {id", "  wakil: {id: Wakil ketua, en: The deputy}\n  penetap: {id",
     "roles.wakil: expected no such key: nothing uses it"),
    ("days: 5,", "days: soon,", "deadlines.superior.days.0.days: expected a whole number"),
    ("days: 5,", "days: 2,", "deadlines.superior: remind: expected fewer days than the step has"),
    ("certainty: chosen", "certainty: sure", "deadlines.superior.days.0.certainty: Input should be 'text', 'mem'"),
    ('from: "2026-11-27"', 'from: "besok"', 'deadlines.superior.days.0: from: expected a day, such as "2026-11-21"'),
    ("escalates_to: sekretariat", "escalates_to: atasan",
     "deadlines.superior.escalates_to: expected somebody else than who has the dossier then"),
    ("escalates_to: sekretariat", "escalates_to: bupati", "deadlines.superior.escalates_to: expected a role"),
    ("\n  plenary:\n    remind", "\n  sidang:\n    remind", "deadlines.sidang: expected no such key"),
    ("as: [penilai]\n    was: [atasan, ketua, penetap]", "as: [penilai]\n    was: [atasan, ketua]",
     "people: expected penilai apart from penetap in konvensional, too, as penetap is from penilai"),
    ("as: [atasan, sekretariat, penilai, ketua, penetap]", "as: [atasan, penilai, ketua, penetap]",
     "people: expected sekretariat not to act on their own dossier in konversi"),
    ("words:\n", "words: [\n", "line "),
], ids=lambda value: value[:40] if isinstance(value, str) else None)
def test_a_mistake_is_told_with_file_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert the_mistake(tmp_path, old, new).startswith(f"content/rules/alur-dupak.yml: {told}")


@pytest.mark.parametrize(("old", "new", "told"), [
    ("- {who: atasan, from: [superior], to: secretariat}", "- {who: atasan, from: [superior], to: approving}",
     "regimes.konversi: expected no way to decided that leaves secretariat out"),
    ("- {who: official, from: [draft], to: superior}", "- {who: official, from: [draft], to: secretariat}",
     "regimes.konversi: expected no way to decided that leaves superior out"),
    ("to: assessing, regimes: [konvensional], needs", "to: chair, regimes: [konvensional], needs",
     "regimes.konvensional: expected a way to assessing"),
    ("- {who: ketua, from: [chair], to: approving, regimes: [konvensional]}",
     "- {who: ketua, from: [chair, assessing], to: approving, regimes: [konvensional]}",
     "regimes.konvensional: expected no way to decided that leaves chair out"),
    ("from: [approving], to: returned, back_to: secretariat", "from: [approving], to: returned, back_to: chair",
     "regimes.konversi: expected chair among its steps, since a way leads there"),
])
def test_a_table_that_leaves_a_step_out_is_not_built(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert the_mistake(tmp_path, old, new).startswith(f"content/rules/alur-dupak.yml: {told}")


@pytest.mark.parametrize(("old", "new", "told"), [
    ("{who: sekretariat, from: [plenary], to: chair,", "{who: sekretariat, from: [plenary], to: plenary,",
     "states.plenary: expected a way from it to a decision in konvensional"),
    ("{who: official, from: [returned], to: back_to,", "{who: official, from: [returned], to: withdrawn,",
     "states.returned: expected a way from it to a decision in konversi")],
    ids=["nothing leads out of it", "it can only be withdrawn"])
def test_a_dead_end_is_not_built(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert the_mistake(tmp_path, old, new) == f"content/rules/alur-dupak.yml: {told}"


def test_later_days_stand_behind_earlier_ones(tmp_path: Path) -> None:
    old = "    days: [{from:"
    row = '{from: "2026-11-28", days: 7, certainty: chosen, source: {id: Baru, en: New}}, '
    assert the_mistake(tmp_path, old, f"    days: [{row}{{from:") == (
        "content/rules/alur-dupak.yml: deadlines.superior.days: expected each line to begin after the one before it")
