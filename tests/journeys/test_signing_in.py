"""Sign in as one of the demo people, tell something of oneself, end a session, sign out; and come too late once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from infra.demo_people import DEMO_PEOPLE
from tests.journeys.conftest import OpenPage
from tests.journeys.filling import fill, go_on, press
from tests.journeys.inspection import PHONE, faults_of
from tests.journeys.stage import Stage

NAMES = {each.subject: each.name for each in DEMO_PEOPLE}
ACCOUNT, PROFILE = "/layanan/akun", "/layanan/akun/profil"
HELMY = {"kind": "tpp", "level": "pld", "region": "35.22", "phone": "0812 3456 7890", "channel": "whatsapp",
         "tmt": "1-4-2024", "unit": "Desa Klino"}
ENGLISH = {"id": "", "en": "?lang=en"}


def sign_in(page: Page, subject: str, address: str = ACCOUNT) -> None:
    """From a page for which somebody must sign in, over the sign-in service, to that page."""
    page.goto(address)
    choose(page, subject)


def choose(page: Page, subject: str) -> None:
    """At the sign-in service, which is another host: choose who one is."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Layanan masuk percobaan")
    with page.expect_navigation():
        page.get_by_role("button", name=NAMES[subject]).click()


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def token(page: Page) -> str:
    """The session's cookie: as the runner, which has no https, sets it."""
    (cookie,) = [each for each in page.context.cookies() if each["name"] == "sesi"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    return cookie["value"]


def test_from_the_home_page_to_the_account_and_out_again_without_script(scriptless: Page, stage: Stage):
    page = scriptless
    page.goto("/")
    page.locator("#account").click()
    choose(page, "siti")
    expect(page).to_have_url(f"{stage.url}{ACCOUNT}")
    assert heading(page) == "Akun saya"
    expect(page.locator("main")).to_contain_text("Anda masuk sebagai Siti Rahmawati (siti@contoh.test).")
    expect(page.get_by_role("listitem").filter(has_text="Panitia kegiatan")).to_be_visible()
    press(page, "Keluar")
    assert heading(page) == "Anda sudah keluar"
    expect(page.get_by_role("link", name="Keluar dari layanan masuk")).to_be_visible()
    page.get_by_role("link", name="Masuk lagi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Layanan masuk percobaan")


def test_somebody_who_says_no_at_the_sign_in_service_is_told_how_to_begin_again(scriptless: Page):
    scriptless.goto(ACCOUNT)
    scriptless.get_by_role("button", name="Batal / Cancel").click()
    assert heading(scriptless) == "Masuk belum berhasil"
    scriptless.get_by_role("link", name="Masuk lagi").click()
    choose(scriptless, "helmy")
    assert heading(scriptless) == "Akun saya"


def test_a_page_that_was_asked_for_comes_after_signing_in(scriptless: Page, stage: Stage):
    sign_in(scriptless, "helmy", f"{PROFILE}?lang=en")
    expect(scriptless).to_have_url(f"{stage.url}{PROFILE}?lang=en")
    assert heading(scriptless) == "My profile"


@pytest.mark.parametrize("script", [False, True], ids=["without script", "with script"])
def test_the_profile_on_a_small_phone_over_mistakes_to_being_kept(
        open_page: OpenPage, script: bool):  # noqa: FBT001 a case
    page = open_page(viewport=PHONE, has_touch=True, java_script_enabled=script)
    sign_in(page, "wayan" if script else "helmy")
    page.get_by_role("link", name="Profil saya").click()
    fill(page, {"kind": "tpp", "phone": "08"})
    assert go_on(page).status == 422
    expect(page).to_have_title("Kesalahan: Profil saya - Portal Penggerak Desa")
    told = page.locator(".portal-summary a").all_inner_texts()
    assert told[0] == "Pilih jenjang pendamping Anda."
    assert len(told) == 4
    expect(page.locator("#phone")).to_have_value("08")
    fill(page, HELMY)
    go_on(page)
    assert heading(page) == "Akun saya"
    page.get_by_role("link", name="Profil saya").click()
    expect(page.locator("#unit")).to_have_value("Desa Klino")
    expect(page.locator("[name=kind][value=tpp]")).to_be_checked()
    expect(page.locator("#level")).to_have_value("pld")
    expect(page.locator("select[name=region]")).to_have_value("35.22")


def test_a_session_elsewhere_is_ended_and_then_all_of_them(open_page: OpenPage):
    lost, kept = open_page(), open_page(java_script_enabled=False)
    sign_in(lost, "budi")
    sign_in(kept, "budi")
    expect(kept.locator(".portal-sessions li")).to_have_count(2)
    kept.get_by_role("button", name="Akhiri").click()
    expect(kept.locator(".portal-sessions li")).to_have_count(1)
    expect(kept.locator(".portal-sessions")).to_contain_text("Ini yang sedang Anda pakai.")
    lost.reload()
    expect(lost.get_by_role("heading", level=1)).to_have_text("Layanan masuk percobaan")
    press(kept, "Keluar dari semua tempat")
    assert heading(kept) == "Anda sudah keluar"
    kept.goto(ACCOUNT)
    expect(kept.get_by_role("heading", level=1)).to_have_text("Layanan masuk percobaan")


@pytest.mark.parametrize("language", ["id", "en"])
def test_answers_that_come_after_the_session_has_ended_are_sent_after_signing_in_again(
        open_page: OpenPage, stage: Stage, language: str):
    page = open_page(java_script_enabled=language == "en")
    sign_in(page, "made", f"{PROFILE}{ENGLISH[language]}")
    fill(page, {**HELMY, "unit": f"Unit {language}"})
    stage.leave_alone(token(page), hours=2)
    assert go_on(page).status == 401
    assert heading(page) == {"id": "Sesi Anda sudah berakhir", "en": "Your session has ended"}[language]
    page.get_by_role("link", name={"id": "Masuk dan lanjutkan", "en": "Sign in and go on"}[language]).click()
    choose(page, "made")
    assert heading(page) == {"id": "Jawaban Anda masih ada", "en": "Your answers are still here"}[language]
    go_on(page)
    assert heading(page) == {"id": "Akun saya", "en": "My account"}[language]
    page.goto(PROFILE)
    expect(page.locator("#unit")).to_have_value(f"Unit {language}")


@pytest.mark.parametrize("language", ["id", "en"])
def test_nobody_is_shut_out_of_any_page_on_the_way(open_page: OpenPage, stage: Stage, language: str):
    page, asked = open_page(), ENGLISH[language]
    page.goto(f"/layanan/masuk/kembali{asked}")
    assert heading(page) == {"id": "Masuk belum berhasil", "en": "Signing in did not work"}[language]
    found = faults_of(page)
    sign_in(page, "agus", f"{ACCOUNT}{asked}")
    other = open_page()
    sign_in(other, "agus")
    page.reload()
    found += faults_of(page)
    page.goto(f"{PROFILE}{asked}")
    found += faults_of(page)
    fill(page, {"phone": "x"})
    assert go_on(page).status == 422
    found += faults_of(page)
    fill(page, HELMY)
    stage.leave_alone(token(page), hours=2)
    assert go_on(page).status == 401
    found += faults_of(page)
    page.get_by_role("main").get_by_role("link").first.click()
    choose(page, "agus")
    assert page.url.startswith(f"{stage.url}/layanan/masuk/lanjut")
    found += faults_of(page)
    go_on(page)
    page.locator("form[action='/layanan/keluar'] button").click()
    expect(page).to_have_url(f"{stage.url}/layanan/keluar{asked}")
    found += faults_of(page)
    assert found == []
