"""A role that is lent: who may receive it, what it opens, what the page shows of it, and that sending twice is once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from assessment import handler as desk
from assessment.hands import Hands
from assessment.lending import REASONS
from assessment.marks import reasons
from assessment.marks import words as reason_words
from assessment.team import JOIN, LEND
from portal.assets import LANGUAGES, words
from portal.identifiers import new_ulid
from portal.records import Table
from portal.workdays import day_of
from tests.doors.calling import Answer, Caller
from tests.doors.test_dossiers import NOW, PEOPLE, RANDOM, SIGNATURE, Official, acts, conversion, sign_in, uploads

__all__ = ["sign_in", "uploads"]  # fixtures
SignIn = Callable[..., Caller]
ROLE, SELF = "atasan:dinas-pmd-bojonegoro", f"GET {JOIN.action}"


def lends(door: Caller, receiver: str, number: str = "", **changes: str) -> Answer:
    today, last = (f"{day_of(NOW) + timedelta(days=days):%d-%m-%Y}" for days in (0, 6))
    form = {"submission_id": number or new_ulid(datetime.now(UTC), RANDOM), "receiver": receiver, "role": ROLE,
            "first": today, "last": last, "reason": "leave", **changes}
    return door(f"POST {LEND.action}", form=form)


@pytest.fixture
def ratna(sign_in: SignIn) -> Caller:
    return sign_in("ratna", desk.handle)


@pytest.fixture
def reference(sign_in: SignIn, uploads: Callable[[str, str], str]) -> Iterator[str]:
    """A dossier that waits for the superior."""
    helmy = Official(sign_in(), uploads)
    conversion(helmy, periods=(("01-2023", "12-2023", "baik"),))
    assert helmy.does("kirim").status == 303
    return helmy.reference


@pytest.mark.parametrize("receiver", ["joko", "agus"], ids=["an assessor", "somebody without any role"])
def test_whoever_was_lent_a_role_sees_the_queue_and_the_dossier_and_acts(
        sign_in: SignIn, ratna: Caller, reference: str, receiver: str) -> None:
    acting = sign_in(receiver, desk.handle)
    for route, path in ((f"GET {desk.ONE}", {"reference": reference}),):
        assert acting(route, **path).status == 404, "nothing was lent yet"
    assert f"<code>{receiver}</code>" in acting(SELF).body
    assert lends(ratna, receiver).status == 303
    assert reference in acting(f"GET {desk.DESK}").body
    assert acting(f"GET {desk.ONE}", reference=reference).status == 200
    assert acts(acting, reference, "confirm", **SIGNATURE).status == 303


def test_a_role_of_ones_own_elsewhere_does_not_hide_who_lent_the_one_that_is_used(
        sign_in: SignIn, uploads: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Wulan decides in another agency by her own role, and here by that of Dian, whose own dossier it is."""
    monkeypatch.setitem(PEOPLE, "wulan", ("penetap:pemerintah-kabupaten-tuban",))
    dian = Official(sign_in("dian"), uploads, "dian")
    conversion(dian, periods=(("01-2023", "12-2023", "baik"),))
    assert dian.does("kirim").status == 303
    ratna, eko, approver, wulan = (sign_in(name, desk.handle) for name in ("ratna", "eko", "dian", "wulan"))
    assert acts(ratna, dian.reference, "confirm", **SIGNATURE).status == 303
    assert acts(eko, dian.reference, "complete").status == 303
    wulan(SELF)
    assert lends(approver, "wulan", role="penetap:pemerintah-kabupaten-bojonegoro").status == 303
    answer = acts(wulan, dian.reference, "decide", **SIGNATURE)
    assert (answer.status, "Tidak ada yang memproses berkasnya sendiri." in answer.text) == (409, True)


def test_a_role_opens_nothing_any_more_once_it_is_ended(sign_in: SignIn, ratna: Caller, reference: str) -> None:
    agus = sign_in("agus", desk.handle)
    agus(SELF)
    lends(ratna, "agus")
    lent = ratna(SELF, data={}).json["lent"]
    assert agus(f"POST {LEND.action}", form={"tindakan": "akhiri", "pinjaman": lent[0]}).status == 303
    assert agus(f"GET {desk.DESK}").status == 404
    assert acts(agus, reference, "confirm", **SIGNATURE).status == 404


def test_everybody_sees_their_code_and_nobody_without_a_role_joins_or_lends(sign_in: SignIn, ratna: Caller) -> None:
    agus = sign_in("agus", desk.handle)
    ratna(SELF)
    page = agus(SELF)
    assert page.status == 200
    assert LEND.action not in page.body
    assert agus(f"POST {JOIN.action}", form={"nip": SIGNATURE["nip"]}).status == 404
    assert lends(agus, "ratna").status == 404
    assert agus(f"GET {desk.DESK}").status == 404


def test_a_role_that_was_lent_is_not_lent_on(sign_in: SignIn, ratna: Caller) -> None:
    agus, joko = (sign_in(name, desk.handle) for name in ("agus", "joko"))
    agus(SELF)
    joko(SELF)
    lends(ratna, "agus")
    assert lends(agus, "joko").status == 404


@pytest.mark.parametrize(("receiver", "said"), [
    ("pnobody", "Tanyakan lagi kodenya"), ("ratna", "Pinjamkan kepada orang lain")])
def test_a_role_is_lent_to_somebody_else_whom_the_desk_knows(ratna: Caller, receiver: str, said: str) -> None:
    answer = lends(ratna, receiver)
    assert answer.status == 422
    assert said in answer.text
    assert ratna(SELF, data={}).json["lent"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_offers_reasons_and_ones_own_roles_in_words_and_names_the_other_person(
        sign_in: SignIn, ratna: Caller, language: str) -> None:
    agus = sign_in("agus", desk.handle)
    agus(SELF)
    page = ratna(SELF, query={"lang": language})
    told = {"id": "Atasan langsung", "en": "The direct superior"}[language] + " (dinas pmd bojonegoro)"
    assert f'<option value="{ROLE}">{told}</option>' in page.body
    assert f'<option value="duty_travel">{reason_words(language)["delegations"]["duty_travel"]}</option>' in page.body
    assert lends(ratna, "agus").status == 303
    assert "Agus" in ratna(SELF, query={"lang": language}).text
    assert told in agus(SELF, query={"lang": language}).text
    assert "Ratna" not in agus(f"GET {desk.DESK}").text


def test_whoever_lends_without_ever_having_asked_for_their_code_is_named_by_it(sign_in: SignIn, ratna: Caller) -> None:
    agus = sign_in("agus", desk.handle)
    agus(SELF)
    lends(ratna, "agus")
    assert "ratna meminjamkan" in agus(SELF).text


def test_an_identifier_that_lent_a_role_lends_no_other(sign_in: SignIn, ratna: Caller) -> None:
    number = new_ulid(NOW, RANDOM)
    for name in ("agus", "joko"):
        sign_in(name, desk.handle)(SELF)
    assert lends(ratna, "agus", number).status == lends(ratna, "agus", number).status == 303
    assert lends(ratna, "joko", number).status == 409
    assert lends(ratna, "agus", number, last=f"{day_of(NOW) + timedelta(days=2):%d-%m-%Y}").status == 409
    assert ratna(SELF, data={}).json["lent"] == [number]


def test_reminders_go_to_whose_own_role_it_is(sign_in: SignIn, ratna: Caller, names: dict[str, str]) -> None:
    joko = sign_in("joko", desk.handle)
    joko(SELF)
    lends(ratna, "joko")
    joko(f"GET {desk.DESK}")
    hands = Hands(Table(names["AssessmentTable"]))
    assert [each.role for each in hands.of_person("joko")] == ["penilai"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_offers_the_reasons_of_the_rule_in_its_words(language: str) -> None:
    assert tuple(reasons("delegations")) == REASONS
    assert words("lending", language)["fields"]["reason"]["options"] == reason_words(language)["delegations"]
