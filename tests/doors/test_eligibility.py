"""The door of the check: answers people and programs with all reasons, keeps nothing, says what to choose again."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from portal import records
from referrals import checking
from tests.doors.calling import Answer, Caller
from tests.doors.conftest import forget

POST, GET = "POST /layanan/rujukan/cek", "GET /layanan/rujukan/cek"
#: Sri's household: the roof leaks, two children at school, the BPJS card stopped working, the land is the neighbour's.
SRI = {"registered": "ya", "desil": "2", "insurance": "tidak_aktif", "ill": "ya", "pupil": "ya", "house": "tidak_layak",
       "owned": "tidak", "farmer": "tidak", "akta": "tidak", "death": "tidak_tahu"}


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    """The check; whatever asks the store fails."""
    monkeypatch.setattr(records, "client", lambda: pytest.fail("the check touches no store"))
    forget(checking.settings)
    yield Caller(checking.handle)
    forget(checking.settings)


def services(answer: Answer) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in answer.json["services"]}


def groups(answer: Answer) -> dict[str, list[str]]:
    """The services under each answer, as the page shows them."""
    return {section.attributes["data-answer"]: [each.attributes["data-service"] for each in section.find("li")
                                                if "data-service" in each.attributes]
            for section in answer.page.find("section")}


def test_a_person_gets_three_groups_with_reasons_and_the_form_with_the_answers(door: Caller) -> None:
    answer = door(POST, form={**SRI, "lang": "id", "website": ""})
    assert (answer.status, answer.heading) == (200, "Layanan yang mungkin cocok")
    assert answer.headers["cache-control"] == "no-store"
    shown = groups(answer)
    assert {"aktif_bpjs", "pbi_jk", "pip", "akta_kelahiran", "surat_dtks"} <= set(shown["may"])
    assert {"rutilahu", "surat_kematian", "gas", "ktp"} <= set(shown["ask"])
    assert {"pupuk", "daftar_data"} <= set(shown["no"])
    text = " ".join(answer.text.split())
    assert "Belum terpenuhi, tanyakan: Rumah berdiri di atas tanah milik sendiri." in text
    assert "Tidak terpenuhi: Untuk keluarga yang bertani atau berkebun." in text
    assert "Jawaban Anda tidak disimpan." in text
    assert "Langkah berikutnya" in text
    assert {name: value for name, value in answer.fields().items() if value and name != "lang"} == SRI
    assert "/rujukan/layanan/kesehatan/#aktif-bpjs" in answer.links


def test_a_program_gets_every_service_with_every_reason(door: Caller) -> None:
    answer = door(POST, data=SRI)
    assert answer.status == 200
    found = services(answer)
    assert found["pupuk"] == {
        "id": "pupuk", "title": "Pupuk bersubsidi", "href": "/rujukan/layanan/pertanian/#pupuk", "answer": "no",
        "because": [{"state": "fails", "text": "Untuk keluarga yang bertani atau berkebun."},
                    {"state": "unknown", "text": "Petani tergabung dalam kelompok tani dan terdaftar pada penyuluh."},
                    {"state": "unknown", "text": "Lahan yang digarap paling luas 2 hektare."}]}
    assert found["gas"]["because"] == [
        {"state": "unknown", "text": "Syaratnya belum kami temukan. Tanyakan kepada petugas."}]
    assert all(each["because"] for each in found.values())
    assert answer.json["version"]


def test_who_answers_nothing_is_sent_to_ask_and_refused_nothing(door: Caller) -> None:
    assert {each["answer"] for each in services(door(POST, data={})).values()} == {"ask"}
    assert set(groups(door(POST, form={"lang": "id"}))) == {"ask"}


def test_english_is_english_to_the_last_reason(door: Caller) -> None:
    answer = door(POST, form={**SRI, "lang": "en"})
    assert answer.heading == "Services that may fit"
    assert "Not met: For a family that farms." in " ".join(answer.text.split())
    assert "/en/rujukan/layanan/pertanian/#pupuk" in answer.links
    assert services(door(POST, data={**SRI, "lang": "en"}))["pupuk"]["title"] == "Subsidised fertiliser"


@pytest.mark.parametrize(("name", "value"), [("pupil", "banyak"), ("desil", "11"), ("house", "ya"), ("kk", "ya\0")])
def test_an_answer_that_is_none_is_told_beside_its_question(door: Caller, name: str, value: str) -> None:
    answer = door(POST, form={**SRI, name: value})
    assert answer.status == 422
    assert answer.summary == {f"#{name}": "Pilih salah satu jawaban yang tersedia."}
    assert set(answer.errors) == {name}
    assert answer.fields()["insurance"] == "tidak_aktif"


@pytest.mark.parametrize("wrong", [["ya", "tidak"], {"ya": 1}, 5, True, [[]]], ids=repr)
def test_a_program_that_sends_no_text_is_told_so(door: Caller, wrong: object) -> None:
    answer = door(POST, data={"pupil": wrong})
    assert answer.status == 422
    assert [field for field, _ in answer.codes] == ["pupil"]


def test_a_question_that_the_form_does_not_ask_is_refused(door: Caller) -> None:
    assert door(POST, data={"nik": "3522133009030001"}).codes == [("nik", "unknown_field")]


def test_a_robot_that_fills_everything_is_told_to_leave_the_trap_empty(door: Caller) -> None:
    assert door(POST, data={**SRI, "website": "x"}).codes == [("website", "must_be_empty")]


def test_nothing_of_the_answers_is_logged_or_in_an_address(door: Caller, log: StringIO) -> None:
    answer = door(POST, form=SRI)
    door(POST, form={**SRI, "pupil": "rahasia"})
    assert not any(word in log.getvalue() for word in ("rahasia", "tidak_layak", "tidak_aktif"))
    assert not [link for link in answer.links if "?" in link]


def test_the_address_of_the_form_itself_leads_to_its_page(door: Caller) -> None:
    assert door(GET).location == "/rujukan/cek-kelayakan/"
    assert door(GET, query={"lang": "en"}).location == "/en/rujukan/cek-kelayakan/"
