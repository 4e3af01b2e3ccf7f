"""The desk of assessment where things go another way than usual: an assessor leaves, a plenary, an objection."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from assessment import assigning
from assessment import handler as desk
from assessment.store import Assessments
from dupak import own
from dupak.store import Dossiers
from portal.audit import Audit
from portal.records import Table
from tests.doors.calling import Answer, Caller
from tests.doors.calling import _sent as sent
from tests.doors.test_dossiers import (
    AGENCY,
    ASSESSORS,
    JOINING,
    SIGNATURE,
    Official,
    SignIn,
    acts,
    conventional,
    dossiers,
    marks,
    sign_in,
    uploads,
)

__all__ = ["dossiers", "sign_in", "uploads"]  # fixtures
Desk = dict[str, Caller]
SHEET, PAGE, QUEUE = f"GET {desk.ONE}/nilai", f"GET {desk.ONE}", f"GET {desk.DESK}"


@pytest.fixture
def assessments(names: dict[str, str]) -> Assessments:
    return Assessments(Table(names["AssessmentTable"]), Audit(Table(names["AuditTable"])))


@pytest.fixture
def no_third(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance draws no hidden third."""
    monkeypatch.setattr(assigning, "is_drawn", lambda *_: False)


@pytest.fixture
def people(sign_in: SignIn) -> Desk:
    """Everybody at the desk, the assessors in the pool."""
    found = {name: sign_in(name, desk.handle) for name in ("ratna", "eko", "gita", "dian", *ASSESSORS)}
    for name in ASSESSORS:
        assert found[name](f"POST {desk.TEAM}/diri", form=JOINING).status == 303
    return found


@pytest.fixture
def assigned(no_third: None, sign_in: SignIn, uploads: Callable[[str, str], str], people: Desk) -> str:
    """A conventional dossier that Hadi and Intan are to mark."""
    del no_third
    return given_to_both(Official(sign_in(), uploads), people)


@pytest.fixture
def helmy(sign_in: SignIn, uploads: Callable[[str, str], str]) -> Official:
    return Official(sign_in(), uploads)


def given_to_both(helmy: Official, people: Desk) -> str:
    conventional(helmy)
    assert helmy.does("kirim").status == 303
    assert acts(people["ratna"], helmy.reference, "confirm", **SIGNATURE).status == 303
    done = acts(people["eko"], helmy.reference, "complete", penilai_1="hadi", penilai_2="intan")
    assert done.status == 303, done.text
    return helmy.reference


@pytest.fixture
def plenary(assigned: str, people: Desk) -> str:
    """The same, when they differ about the first item only."""
    assert marks(people["hadi"], assigned, "kunci", "0").status == 303
    assert marks(people["intan"], assigned, "kunci", "0", accepted_1="5", reason_1="fewer_proven").status == 303
    return assigned


@pytest.fixture
def endorsed(plenary: str, people: Desk) -> str:
    """The same, with the chair."""
    assert acts(people["eko"], plenary, "settle", accepted_1="8", reason_1="fewer_proven").status == 303
    return plenary


def state_of(dossiers: Dossiers, reference: str) -> str:
    found = dossiers.find(reference)
    assert found is not None
    return found.state


def offered(page: Answer, select: str) -> list[str]:
    """Whom a list of the page offers, those who may not be chosen aside."""
    (found,) = (each for each in page.page.find("select") if each.attributes["id"] == select)
    return [each.attributes["value"] for each in found.find("option") if "disabled" not in each.attributes]


def recuses(door: Caller, reference: str) -> Answer:
    return door(f"POST {desk.ONE}/nilai", form={"tindakan": "mundur", "alasan": "interest", "catatan": ""},
                reference=reference)


# -- who assesses ----------------------------------------------------------------------------------------------------


def test_a_seat_that_an_assessor_has_left_is_filled_by_the_secretariat(
        assigned: str, people: Desk, assessments: Assessments, dossiers: Dossiers) -> None:
    assert recuses(people["intan"], assigned).status == 303
    page = people["eko"](PAGE, reference=assigned)
    assert "Isi kursi kosong" in page.text
    assert offered(page, "pengisi") == ["joko"]
    assert offered(page, "penilai") == ["hadi"], "who has left is not replaced"
    assert acts(people["eko"], assigned, "replace", pengganti="joko").status == 303
    assert [each.person for each in assessments.find(assigned).assessors] == ["hadi", "joko"]
    assert "Isi kursi kosong" not in people["eko"](PAGE, reference=assigned).text
    assert marks(people["hadi"], assigned, "kunci", "0").status == 303
    assert marks(people["joko"], assigned, "kunci", "0").status == 303
    assert state_of(dossiers, assigned) == "chair"


def test_whoever_has_left_may_be_named_as_the_one_to_be_replaced(
        assigned: str, people: Desk, assessments: Assessments) -> None:
    assert recuses(people["intan"], assigned).status == 303
    assert acts(people["eko"], assigned, "replace", penilai="intan", pengganti="joko").status == 303
    assert [each.person for each in assessments.find(assigned).assessors] == ["hadi", "joko"]


def test_an_assessor_is_replaced_with_a_reason_and_nobody_is_put_into_a_full_bench(
        assigned: str, people: Desk, assessments: Assessments) -> None:
    assert acts(people["eko"], assigned, "replace", pengganti="joko").status == 409
    assert acts(people["eko"], assigned, "replace", penilai="hadi", pengganti="joko").status == 422
    assert acts(people["eko"], assigned, "replace", penilai="hadi", pengganti="joko", alasan="away").status == 303
    assert [each.person for each in assessments.find(assigned).assessors] == ["intan", "joko"]


def test_only_the_secretariat_replaces_an_assessor_and_only_while_there_is_marking(
        plenary: str, people: Desk, assessments: Assessments) -> None:
    change = {"penilai": "intan", "pengganti": "joko", "alasan": "away"}
    assert acts(people["eko"], plenary, "replace", **change).status == 409, "the dossier has gone on"
    for name in ("ratna", "gita", "dian", "hadi"):
        assert acts(people[name], plenary, "replace", **change).status == 404
    assert [each.person for each in assessments.find(plenary).assessors] == ["hadi", "intan"]


def test_a_superior_who_has_the_dossier_again_does_not_choose_its_assessors(
        endorsed: str, people: Desk, helmy: Official, dossiers: Dossiers, assessments: Assessments) -> None:
    objected_to(endorsed, people, helmy)
    granted = acts(people["dian"], endorsed, "grant", alasan_butir="differs")
    assert granted.status == 303, granted.text
    assert revised(helmy).status == 303
    assert helmy.does("kirim").status == 303
    assert state_of(dossiers, endorsed) == "superior"
    replaced = acts(people["ratna"], endorsed, "replace", penilai="intan", pengganti="joko", alasan="away")
    assert replaced.status == 404
    assert [each.person for each in assessments.find(endorsed).assessors] == ["hadi", "intan"]


def test_an_assessor_is_told_that_a_dossier_is_elsewhere_while_it_does_not_wait_for_their_marks(
        endorsed: str, people: Desk, helmy: Official) -> None:
    objected_to(endorsed, people, helmy)
    assert acts(people["dian"], endorsed, "grant", alasan_butir="differs").status == 303
    page = people["hadi"](QUEUE)
    assert "berkas sedang di tempat lain" in page.text
    assert not links_to(page, endorsed)
    assert revised(helmy).status == 303
    assert helmy.does("kirim").status == 303
    assert acts(people["ratna"], endorsed, "confirm", **SIGNATURE).status == 303
    assert acts(people["eko"], endorsed, "complete").status == 303
    page = people["hadi"](QUEUE)
    assert "menunggu nilai Anda" in page.text
    (link,) = links_to(page, endorsed)
    assert link == f"{desk.DESK}/{endorsed}/nilai"
    assert people["hadi"](SHEET, reference=endorsed).status == 200


def revised(helmy: Official) -> Answer:
    return helmy.fills("butir", items_kode=["DEMO-T1", "DEMO-T2", "DEMO-S1"], items_volume=["9", "4", "2"],
                       items_day=["01-02-2021", "03-03-2022", "04-04-2022"], items_jenjang=["", "", ""])


def links_to(page: Answer, reference: str) -> list[str]:
    return [each.attributes["href"] for each in page.page.find("a") if reference in each.attributes["href"]]


def objected_to(reference: str, people: Desk, helmy: Official, remark: str = "Sesuai bukti") -> None:
    """Its decision is made, and its official objects to it."""
    decided_on(reference, people, remark)
    objects(helmy, reference)


def objects(helmy: Official, reference: str) -> None:
    helmy.reference = reference
    answer = helmy.door(f"POST {own.ONE}/keberatan", form={"why": "Bukti butir pertama lengkap."}, reference=reference)
    assert answer.status == 303, answer.text


def decided_on(reference: str, people: Desk, remark: str) -> None:
    assert acts(people["gita"], reference, "endorse", catatan=remark).status == 303
    decided = acts(people["dian"], reference, "decide", **SIGNATURE)
    assert decided.status == 303, decided.text


# -- the hidden third ------------------------------------------------------------------------------------------------


@pytest.fixture
def with_third(monkeypatch: pytest.MonkeyPatch, sign_in: SignIn, uploads: Callable[[str, str], str],
               people: Desk) -> str:
    """A conventional dossier of Hadi and Intan for which chance has drawn Joko besides."""
    monkeypatch.setattr(assigning, "is_drawn", lambda *_: True)
    return given_to_both(Official(sign_in(), uploads), people)


def test_the_secretariat_does_not_notice_a_hidden_third(
        with_third: str, people: Desk, assessments: Assessments) -> None:
    hidden = assessments.find(with_third).hidden
    assert hidden is not None
    assert hidden.person == "joko"
    assert recuses(people["intan"], with_third).status == 303
    page = people["eko"](PAGE, reference=with_third)
    assert "Joko" not in page.text
    assert offered(page, "pengisi") == []
    for answer in (acts(people["eko"], with_third, "replace", pengganti="joko"),
                   acts(people["eko"], with_third, "replace", penilai="hadi", pengganti="joko", alasan="away")):
        assert answer.status == 409
        (alert,) = (each for each in answer.page.find("div") if each.attributes.get("role") == "alert")
        assert "tidak ada di daftar penilai" in " ".join(alert.texts())
    assert assessments.find(with_third).hidden == hidden
    assert assessments.workload() == {"hadi": 1}
    assert assessments.workload(hidden=True) == {"hadi": 1, "joko": 1}


def test_nothing_waits_for_a_hidden_third_when_the_dossier_has_gone_on(
        with_third: str, people: Desk, assessments: Assessments) -> None:
    assert with_third in people["joko"](QUEUE).body
    for name in ("hadi", "intan"):
        assert marks(people[name], with_third, "kunci", "0").status == 303
    assert (assessments.cases_of("joko"), assessments.workload(hidden=True)) == ([], {})
    assert with_third not in people["joko"](QUEUE).body
    assert people["joko"](PAGE, reference=with_third).status == 404


# -- the plenary and the chair ---------------------------------------------------------------------------------------


def test_the_plenary_decides_on_what_differs_and_on_nothing_that_both_accept(
        plenary: str, people: Desk, dossiers: Dossiers) -> None:
    page = people["eko"](PAGE, reference=plenary)
    assert {name for name in page.fields(f"{desk.DESK}/{plenary}") if name.startswith("accepted_")} == {"accepted_1"}
    assert "sementara, sampai pleno selesai" in page.text
    assert "menunggu pleno" in page.text
    overruled = acts(people["eko"], plenary, "settle", accepted_1="8", reason_1="fewer_proven",
                     accepted_2="0", reason_2="fewer_proven")
    assert overruled.status == 422
    assert state_of(dossiers, plenary) == "plenary"


def test_the_chair_names_items_for_the_plenary_and_its_result_is_shown_with_its_reason(
        endorsed: str, people: Desk, dossiers: Dossiers) -> None:
    page = people["gita"](PAGE, reference=endorsed)
    assert "Hasil pleno" in page.text
    assert re.search(r"8 · [^·]+ 4 \(sepakat\)|4 \(sepakat\)", page.text)
    assert acts(people["gita"], endorsed, "discuss", catatan="Periksa butir dua", items="9").status == 422
    assert acts(people["gita"], endorsed, "discuss", catatan="Periksa butir dua", items="2").status == 303
    page = people["eko"](PAGE, reference=endorsed)
    assert "Catatan ketua: Periksa butir dua" in page.text
    fields = page.fields(f"{desk.DESK}/{endorsed}")
    assert (fields["accepted_1"], fields["reason_1"], fields["accepted_2"]) == ("8", "fewer_proven", "")
    assert "accepted_3" not in fields
    given = {**fields, "accepted_2": "3", "reason_2": "fewer_proven", "note_2": "Satu bukti berulang"}
    assert people["eko"](f"POST {desk.ONE}", form={**given, "tindakan": "settle"}, reference=endorsed).status == 303
    assert state_of(dossiers, endorsed) == "chair"
    assert "Satu bukti berulang" in people["gita"](PAGE, reference=endorsed).text


def test_the_chairs_remark_is_read_by_the_approver_and_printed_and_an_answer_to_an_objection_leaves_it(
        endorsed: str, people: Desk, helmy: Official, dossiers: Dossiers, assessments: Assessments) -> None:
    assert acts(people["gita"], endorsed, "endorse", catatan="Bukti lengkap dan jelas").status == 303
    assert "Catatan ketua: Bukti lengkap dan jelas" in people["dian"](PAGE, reference=endorsed).text
    assert acts(people["dian"], endorsed, "decide", **SIGNATURE).status == 303
    (dupak,) = (each for each in dossiers.papers(endorsed) if each.kind == "dupak")
    assert "Bukti lengkap dan jelas" in json.dumps(dupak.data)
    objects(helmy, endorsed)
    page = people["dian"](PAGE, reference=endorsed)
    fields = page.fields(f"{desk.DESK}/{endorsed}")
    assert {"nip", "title", "place"}.isdisjoint(fields)
    upheld = people["dian"](f"POST {desk.ONE}", form={**fields, "catatan": "Sudah diperiksa", "tindakan": "uphold"},
                            reference=endorsed)
    assert upheld.status == 303, upheld.text
    found = dossiers.find(endorsed)
    assert found is not None
    assert (found.state, found.answer) == ("closed", "Sudah diperiksa")
    assert assessments.find(endorsed).remarks == "Bukti lengkap dan jelas"


# -- what is typed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["1e-30", "1_0", "\u0663", "1.000", "1001", "-1", "NaN"])
def test_a_volume_is_read_as_strictly_as_any_number_and_kept_as_it_was_typed(
        typed: str, assigned: str, people: Desk) -> None:
    answer = marks(people["hadi"], assigned, "simpan", "0", accepted_1=typed, note_2="tetap ada")
    assert answer.status == 422
    (row,) = (each for each in answer.page.find("fieldset") if "portal-field--error" in each.attributes["class"])
    assert row.find("input")[0].attributes["value"] == typed
    assert answer.fields()["note_2"] == "tetap ada"
    assert people["hadi"](SHEET, reference=assigned).fields()["accepted_2"] == "", "nothing was kept"


def test_a_note_that_cannot_be_read_is_told_beside_its_field(assigned: str, people: Desk) -> None:
    answer = marks(people["hadi"], assigned, "simpan", "0", note_1="ke\u202ekanan")
    assert answer.status == 422
    assert len([each for each in answer.page.find("p") if each.attributes.get("class") == "portal-error"]) == 1


def test_a_note_that_is_typed_before_its_volume_is_kept_and_does_not_count_as_a_mark(
        assigned: str, people: Desk) -> None:
    hadi = people["hadi"]
    assert marks(hadi, assigned, "simpan", "0", accepted_1="", note_1="Bukti kedua?", reason_2="fewer_proven",
                 accepted_2="").status == 200
    kept = hadi(SHEET, reference=assigned).fields()
    assert (kept["accepted_1"], kept["note_1"], kept["reason_2"]) == ("", "Bukti kedua?", "fewer_proven")
    refused = marks(hadi, assigned, "kunci", "1", accepted_1="", note_1="Bukti kedua?", reason_2="", accepted_2="4")
    assert refused.status == 422
    assert "Butir ini belum dinilai." in refused.text
    assert marks(hadi, assigned, "kunci", "2", note_1="Bukti kedua?").status == 303


def test_a_draft_may_leave_reasons_open_and_locking_names_the_item(assigned: str, people: Desk) -> None:
    hadi = people["hadi"]
    assert marks(hadi, assigned, "simpan", "0", accepted_1="0", accepted_2="2").status == 200
    refused = marks(hadi, assigned, "kunci", "1", accepted_1="0", accepted_2="2")
    assert refused.status == 422
    told = {each.text() for each in refused.page.find("p") if each.attributes.get("class") == "portal-error"}
    assert told == {"Butir 1: Pilih alasannya.", "Butir 2: Pilih alasannya."}


def test_whoever_is_being_assessed_locks_nobodys_marks(
        assigned: str, people: Desk, sign_in: SignIn, uploads: Callable[[str, str], str]) -> None:
    hadi = Official(sign_in("hadi"), uploads, "hadi")
    conventional(hadi)
    assert hadi.does("kirim").status == 303
    answer = marks(people["hadi"], assigned, "kunci", "0")
    assert (answer.status, "Berkas Anda sendiri sedang dinilai" in answer.text) == (409, True)
    assert people["hadi"](SHEET, reference=assigned).fields()["accepted_1"] == "10", "the draft is kept"
    assert hadi.does("tarik").status == 303
    assert marks(people["hadi"], assigned, "kunci", "1").status == 303


def test_one_person_is_not_both_assessors(sign_in: SignIn, uploads: Callable[[str, str], str], people: Desk) -> None:
    helmy = Official(sign_in(), uploads)
    conventional(helmy)
    assert helmy.does("kirim").status == 303
    assert acts(people["ratna"], helmy.reference, "confirm", **SIGNATURE).status == 303
    answer = acts(people["eko"], helmy.reference, "complete", penilai_1="hadi", penilai_2="hadi")
    assert (answer.status, "Kedua penilai adalah dua orang yang berbeda." in answer.text) == (409, True)


def test_the_plenary_says_a_volume_for_what_it_says_a_reason_for(plenary: str, people: Desk) -> None:
    answer = acts(people["eko"], plenary, "settle", accepted_1="", reason_1="fewer_proven")
    assert answer.status == 422
    assert answer.fields(f"{desk.DESK}/{plenary}")["reason_1"] == "fewer_proven"


@pytest.mark.parametrize("seen", ["\u00b2", "9" * 5000, "x"])
def test_a_number_of_changes_that_is_none_breaks_nothing(seen: str, assigned: str, people: Desk) -> None:
    assert acts(people["eko"], assigned, "return", perubahan=seen).status == 409
    assert marks(people["hadi"], assigned, "simpan", seen).status == 200


def test_what_was_typed_for_the_plenary_stays_on_the_page(plenary: str, people: Desk) -> None:
    typed = {"accepted_1": "12", "reason_1": "fewer_proven", "note_1": "Dua bukti"}
    answer = acts(people["eko"], plenary, "settle", **typed)
    assert answer.status == 422
    assert answer.fields(f"{desk.DESK}/{plenary}").items() >= typed.items()


def test_what_the_chair_typed_stays_on_the_page(endorsed: str, people: Desk) -> None:
    answer = acts(people["gita"], endorsed, "endorse", catatan="x" * 501)
    assert answer.status == 422
    assert answer.fields(f"{desk.DESK}/{endorsed}")["catatan"] == "x" * 501


@pytest.mark.parametrize("event", ["grant", "uphold"])
def test_what_was_typed_about_an_objection_stays_on_the_page(
        event: str, endorsed: str, people: Desk, helmy: Official) -> None:
    objected_to(endorsed, people, helmy)
    long = "x" * 1001
    typed = {"grant": {"alasan_butir": "differs", "catatan_butir": long}, "uphold": {"catatan": long}}[event]
    answer = acts(people["dian"], endorsed, event, **typed)
    assert answer.status == 422
    assert set(typed.values()) <= {value for form in forms_of(answer) for value in form.values()}


def test_what_was_typed_about_a_section_stays_on_the_page(
        sign_in: SignIn, uploads: Callable[[str, str], str], people: Desk) -> None:
    helmy = Official(sign_in(), uploads)
    conventional(helmy)
    assert helmy.does("kirim").status == 303
    assert acts(people["ratna"], helmy.reference, "confirm", **SIGNATURE).status == 303
    answer = acts(people["eko"], helmy.reference, "return", alasan_masa="other", alasan_butir="unclear",
                  catatan_butir="Butir dua")
    assert answer.status == 422
    (form,) = (each for each in forms_of(answer) if "alasan_masa" in each)
    assert (form["alasan_masa"], form["alasan_butir"], form["catatan_butir"]) == ("other", "unclear", "Butir dua")


def test_a_program_is_told_in_words_what_is_wrong_with_its_marks(assigned: str, people: Desk) -> None:
    answer = people["hadi"](f"POST {desk.ONE}/nilai", data={"accepted_1": "1e3", "tindakan": "simpan"},
                            reference=assigned)
    assert answer.status == 422
    (told,) = answer.json["errors"]
    assert told["field"] == "accepted_1"
    assert "Tulis angkanya saja" in told["text"]


def forms_of(answer: Answer) -> list[dict[str, str]]:
    """What each form of the page would send."""
    return [dict(pair for control in form.find("input", "textarea", "select") for pair in sent(control).items())
            for form in answer.page.find("form")]


# -- the queue -------------------------------------------------------------------------------------------------------


def test_a_queue_is_headed_by_its_office_as_people_write_it(assigned: str, people: Desk) -> None:
    del assigned
    page = people["eko"](QUEUE)
    assert f"({AGENCY})" in page.text
    assert "(pemerintah kabupaten bojonegoro)" in page.text, "a queue without a dossier"
    assert "pemerintah-kabupaten" not in page.text
