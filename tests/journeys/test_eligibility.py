"""A facilitator works out with a family which services may fit: with script, without, without network, and on paper."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, expect

from referrals.checking import ELIGIBILITY, PAGE
from tests.journeys.conftest import OpenPage
from tests.journeys.inspection import PHONE, faults_of
from tests.journeys.line import Line

MAY_FIT = "Lihat layanan yang mungkin cocok"
#: Pak Mat: a swollen leg and a card that stopped working, a child at junior high, a lost identity card, rented land.
PAK_MAT = {"insurance": "tidak_aktif", "ill": "ya", "registered": "ya", "pupil": "ya", "ktp": "tidak", "farmer": "ya",
           "farmer_group": "tidak", "disaster": "tidak"}


def answer_as(page: Page, family: dict[str, str]) -> None:
    for name, value in family.items():
        page.locator(f"[name={name}][value={value}]").check()
    page.get_by_role("button", name=MAY_FIT).click()


def told(page: Page) -> dict[str, list[str]]:
    """Every service under its answer, with all that is said about it."""
    return {group.get_attribute("data-answer") or "": [" ".join(each.split()) for each in group.locator(
        "li[data-service]").all_inner_texts()] for group in page.locator("section[data-answer]").all()}


def heading(page: Page, level: int) -> object:
    return page.get_by_role("heading", level=level, name="Layanan yang mungkin cocok")


def test_on_a_phone_the_answer_is_there_at_once_and_nothing_is_sent(phone: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    phone.goto("/rujukan/")
    phone.get_by_role("article").get_by_role("link", name="Cek kelayakan").click()
    phone.wait_for_load_state("networkidle")
    phone.on("request", note)
    answer_as(phone, PAK_MAT)
    expect(heading(phone, 2)).to_be_focused()
    assert asked == []
    assert (urlsplit(phone.url).query, urlsplit(phone.url).fragment) == ("", "")
    shown = told(phone)
    assert [each.split(" Terpenuhi")[0] for each in shown["may"]] == [
        "Pengaktifan kembali BPJS atau KIS", "Bantuan biaya perawatan", "Program Indonesia Pintar (PIP, KIP)",
        "Program Keluarga Harapan (PKH)", "Program Sembako", "Tarif listrik bersubsidi", "KTP"]
    assert not [each for each in shown["no"] if "Pupuk" in each]
    expect(phone.locator("[data-result]")).to_contain_text("dihitung di ponsel ini dan tidak dikirim ke mana pun.")
    assert faults_of(phone) == []
    phone.get_by_role("link", name="Pengaktifan kembali BPJS atau KIS").click()
    expect(phone.get_by_role("heading", level=2, name="Pengaktifan kembali BPJS atau KIS")).to_be_in_viewport()
    phone.go_back()
    expect(phone.locator("[name=insurance][value=tidak_aktif]")).to_be_checked()


def test_without_script_the_portal_says_the_same_word_for_word(phone: Page, open_page: OpenPage) -> None:
    phone.goto(PAGE)
    phone.wait_for_load_state("networkidle")
    answer_as(phone, PAK_MAT)
    scriptless = open_page(viewport=PHONE, java_script_enabled=False)
    scriptless.goto(PAGE)
    answer_as(scriptless, PAK_MAT)
    expect(heading(scriptless, 1)).to_be_visible()
    assert told(scriptless) == told(phone)
    assert sum(map(len, told(phone).values())) > 25
    assert urlsplit(scriptless.url).path == ELIGIBILITY.action
    scriptless.locator("[name=ktp][value=ya]").check()
    scriptless.get_by_role("button", name=MAY_FIT).click()
    assert not [each for each in told(scriptless)["may"] if each.startswith("KTP")]


def test_where_the_rules_do_not_arrive_the_page_says_that_the_portal_answers(open_page: OpenPage) -> None:
    page = open_page()
    page.route("**/assets/rujukan/*.json", lambda route: route.fulfill(status=204))
    page.goto(f"/en{PAGE}")
    expect(page.get_by_role("status").filter(has_text="The rules could not be loaded onto this phone")).to_be_visible()
    page.locator("[name=house][value=tidak_layak]").check()
    page.get_by_role("button", name="See which services may fit").click()
    expect(page.get_by_role("heading", level=1, name="Services that may fit")).to_be_visible()
    expect(page.get_by_text("Your answers are not kept.")).to_be_visible()
    assert faults_of(page) == []


def test_a_page_that_was_open_once_answers_without_network(out_there: Page, line: Line) -> None:
    out_there.goto(PAGE)
    expect(out_there.locator("[data-kept]")).to_be_visible()
    line.cut()
    out_there.reload()
    answer_as(out_there, PAK_MAT)
    expect(heading(out_there, 2)).to_be_focused()
    assert len(told(out_there)["may"]) == 7


def test_on_paper_there_is_the_result_or_an_empty_form_and_the_checklist(desk: Page) -> None:
    desk.goto(PAGE)
    desk.wait_for_load_state("networkidle")
    desk.emulate_media(media="print")
    expect(desk.locator("[data-form=eligibility]")).to_be_visible()
    desk.emulate_media(media="screen")
    answer_as(desk, PAK_MAT)
    desk.emulate_media(media="print")
    expect(desk.locator("[data-form=eligibility]")).to_be_hidden()
    expect(desk.locator("section[data-answer=may]")).to_be_visible()
    desk.goto("/rujukan/layanan/kesehatan/")
    expect(desk.locator(".portal-checklist").first).to_be_visible()
    box = "getComputedStyle(document.querySelector('.portal-checklist li'), '::marker').content"
    assert desk.evaluate(box) == '"☐ "'
