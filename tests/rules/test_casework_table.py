"""What a maintainer is told about a mistake in the tables of casework, before anything is built from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from infra import casework, services, sla
from infra.front_matter import Mistake

CASEWORK, SLA = casework.SOURCE, sla.SOURCE
TABLE, DIRECTORY = casework.read(), services.read()


def the_mistake(folder: Path, source: Path, read: Callable[[Path], object], old: str, new: str) -> str:
    """What is said of a table after one change."""
    path = folder / "content" / "rules" / source.name
    path.parent.mkdir(parents=True)
    text = source.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Mistake) as mistake:
        read(path)
    return str(mistake.value).removeprefix(f"content/rules/{source.name}: ")


PASS_ON = "{who: [petugas_depan], from: [checking], to: verifying, kinds: [layanan], needs: [consent, described]}"
VERIFY = "{who: [petugas_belakang], from: [verifying], to: recommending, kinds: [layanan], needs: [standing]}"
REOPEN = "{who: [keluarga, penyelia], from: [closed], to: checking, kinds: [layanan], needs: [reopening, reason]}"
ANSWER = 'answer: [{from: "2026-11-30"'
LATER = '{from: "2027-11-30", days: 2, certainty: chosen, source: {id: Baru, en: New}}, '
CONCLUDE = "from: [following], to: confirming, needs: [ended]"
MAP = "to: supervising, kinds: [pengaduan, pertanyaan, saran], desks: [district], needs"


@pytest.mark.parametrize(("old", "new", "told"), [
    (PASS_ON, PASS_ON.replace("to: verifying", "to: verifing"), "events.pass_on.ways.2.to: expected a state or stays"),
    (PASS_ON, PASS_ON.replace("[checking]", "[cheking]"), "events.pass_on.ways.2.from: expected states, not cheking"),
    (PASS_ON, PASS_ON.replace("petugas_depan", "petugas"), "events.pass_on.ways.2.who: expected roles, not petugas"),
    (PASS_ON, PASS_ON.replace("[layanan]", "[jasa]"), "events.pass_on.ways.2.kinds: expected kinds, not jasa"),
    (PASS_ON, PASS_ON.replace("[consent,", "[assent,"), "events.pass_on.ways.2.needs: expected names under needs"),
    (PASS_ON, PASS_ON.replace("to:", "wohin: x, to:"), "events.pass_on.ways.2.wohin: expected no such key"),
    ("when: refers", "when: refer", "events.decide.ways.0.when: expected one of refers, answers, not refer"),
    ("reasons: denials", "reasons: denial", "events.deny.reasons: expected a group under reasons, not denial"),
    ("    reasons: denials\n", "", "events.deny.ways.0.needs: expected reason where its event has reasons"),
    ("to: closed, reason: confirmed}", "to: closed}", "events.confirm.ways.0.reason: expected the reason for which"),
    ("to: closed, reason: confirmed}", "to: closed, reason: done}",
     "events.confirm.ways.0.reason: expected a reason under closings, not done"),
    ("    case_ended: {id: K", "    ended_case: {id: K", "reasons.withdrawals: expected a reason of this name"),
    ("{who: [manajer], from: [deciding], to: following, desks: [district]",
     "{who: [koordinator], from: [deciding], to: following, desks: [district]",
     "events.decide.ways.0.who: expected roles of the district, not koordinator"),
    ("desks: [village], hands_to: district", "desks: [village], hands_to: village",
     "events.hand_up.ways.0.desks: expected the other desk"),
    ("  consent: {id", "  assent: {id: x, en: x}\n  consent: {id", "needs.assent.id: String should have at least 3"),
    ("  consent: {id", "  assent: {id: setuju, en: assent}\n  consent: {id", "needs.assent: expected no such key"),
    ("  portal: {id", "  camat: {id: Camat, en: Camat}\n  portal: {id", "roles.camat: expected no such key"),
    ("  district: [petugas_depan, petugas_belakang, penyelia", "  kota: [petugas_depan, petugas_belakang, penyelia",
     "offices.kota.[key]: Input should be 'village' or 'district'"),
    ("channel: keluhan", "channel: aduan", "kinds.pengaduan.channel: expected a channel, not aduan"),
    ("did: [recommend, map]", "did: [recomend]", "apart.recommends_and_decides: expected events, not recomend"),
    ("at: facilitator", "at: nowhere", "states.recorded.at: Input should be 'family', 'facilitator'"),
    ("words:\n", "words: [\n", "line "),
], ids=lambda value: value[:40] if isinstance(value, str) else None)
def test_a_mistake_is_told_with_file_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert the_mistake(tmp_path, CASEWORK, casework.read, old, new).startswith(told)


@pytest.mark.parametrize(("old", "new", "told"), [
    (VERIFY, VERIFY.replace("to: recommending", "to: deciding"),
     "kinds.layanan: expected no way to confirming that leaves recommending out"),
    (PASS_ON, PASS_ON.replace("to: verifying", "to: recommending"), "kinds.layanan: expected a way to verifying"),
    (MAP, MAP.replace("supervising", "deciding"), "kinds.pengaduan: expected a way to supervising"),
    ("from: [deciding], to: mapping, kinds: [pengaduan, pertanyaan, saran], desks: [village], hands_to: district",
     "from: [deciding], to: stays, kinds: [pengaduan, pertanyaan, saran], desks: [village], hands_to: district",
     "kinds.pengaduan: expected no way to deciding in the district that leaves supervising out"),
    ("{who: [petugas_belakang], from: [mapping], to: confirming, kinds: [pertanyaan, saran]",
     "{who: [petugas_belakang], from: [mapping], to: confirming",
     "kinds.pengaduan: expected no way to confirming that leaves deciding out"),
    ("sometimes: [mapping, supervising, deciding]", "sometimes: [mapping, deciding]",
     "kinds.pertanyaan: expected supervising among its steps"),
    (CONCLUDE, CONCLUDE.replace("to: confirming", "to: stays"),
     "states.following: expected a way from it to a result for the family in layanan"),
    (REOPEN, REOPEN.replace("needs", "hands_to: village, needs"),
     "events.reopen.ways.0.desks: expected the other desk"),
    ("{who: [penerima], from: [sent], to: accepted}", "{who: [penerima], from: [sent], to: served}",
     "referral.states: expected no way to served that leaves accepted out"),
    ("from: [awaiting], to: accepted, needs: [documents]}", "from: [refused], to: accepted, needs: [documents]}",
     "referral.states.refused.final: expected true where nothing leads out of it"),
], ids=lambda value: value[:40] if isinstance(value, str) else None)
def test_a_way_round_a_step_or_a_dead_end_is_not_built(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert the_mistake(tmp_path, CASEWORK, casework.read, old, new).startswith(told)


@pytest.mark.parametrize(("old", "new", "told"), [
    ("days: 1, certainty: code", "days: soon, certainty: code", "services.surat_dtks.days.0.days: expected a whole"),
    ("certainty: code", "certainty: sure", "services.surat_dtks.days.0.certainty: Input should be 'text', 'code'"),
    ('[{from: "2026-11-30", days: 10', '[{from: "besok", days: 10', "default.days.0: from: expected a day"),
    ("  supervising: {days", "  supervisi: {days", "states.supervisi: expected no such key: nothing uses it"),
    ("  accepted: {days", "  awaiting: {days", "referral.awaiting: expected no such key: nothing uses it"),
    ("district: [penyelia, manajer]", "district: [penyelia, bupati]",
     "escalation.district: expected roles, not bupati"),
    ("district: [penyelia, manajer]", "district: [penyelia]", "escalation.district: expected two roles or more"),
    (ANSWER, ANSWER.replace("[", f"[{LATER}"), "closing.answer: expected each line to begin after the one before"),
    ("  pengaduan:\n", "  pengaduan:\n    jam: 3\n", "services.pengaduan.jam: expected no such key"),
    ("  pengaduan:\n", "  aduan:\n", "services: expected services of layanan.yml, or kinds of case, not aduan"),
    ("  pengaduan:\n", "  saran:\n", "line "),
], ids=lambda value: value[:40] if isinstance(value, str) else None)
def test_a_mistake_in_the_days_is_told_with_file_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert the_mistake(tmp_path, SLA, lambda path: sla.read(TABLE, DIRECTORY, path), old, new).startswith(told)
