"""Whatever is pressed twice: one registration, one receipt, one letter."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.filling import go_on, press, reference_on, register, to_the_check
from tests.journeys.stage import Stage
from tests.people import helmy, official

OFFERING = "bimtek-musyawarah-desa"


def test_a_double_click_on_send_is_one_registration(desk: Page, stage: Stage):
    free = stage.seats(OFFERING)["free"]
    to_the_check(desk, OFFERING, helmy(email="helmy.klik.ganda@bojonegoro.example"))
    desk.get_by_role("button", name="Kirim sekarang").dblclick()
    desk.wait_for_url("**/tanda-terima/**")
    letter, = stage.letters_to("helmy.klik.ganda@bojonegoro.example")
    assert reference_on(desk) in letter
    assert stage.seats(OFFERING)["free"] == free - 1


def test_going_back_and_sending_again_leads_to_the_first_receipt(desk: Page, stage: Stage):
    free = stage.seats(OFFERING)["free"]
    reference = register(desk, OFFERING, helmy(email="helmy.kembali@bojonegoro.example"))
    desk.go_back()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Periksa jawaban Anda")
    press(desk, "Kirim sekarang")
    assert reference_on(desk) == reference
    assert stage.seats(OFFERING)["free"] == free - 1
    stage.letters_to("helmy.kembali@bojonegoro.example", 1)


def test_going_back_from_the_check_finds_the_form_as_it_was_filled_in(desk: Page):
    to_the_check(desk, OFFERING, helmy(email="helmy.mundur@bojonegoro.example"))
    desk.go_back()
    expect(desk.locator("#email")).to_have_value("helmy.mundur@bojonegoro.example")


def test_a_receipt_that_is_loaded_again_is_the_same_receipt(desk: Page, stage: Stage):
    reference = register(desk, OFFERING, helmy(email="helmy.muat.ulang@bojonegoro.example"))
    desk.reload()
    desk.reload()
    assert reference_on(desk) == reference
    stage.letters_to("helmy.muat.ulang@bojonegoro.example", 1)


def test_who_is_registered_is_told_so_on_another_machine(open_page: OpenPage, stage: Stage):
    reference = register(open_page(), OFFERING, helmy(email="helmy.dua@bojonegoro.example"))
    second = open_page()
    to_the_check(second, OFFERING, helmy(email="Helmy.Dua@bojonegoro.example", name="H. Elizabeth"))
    assert go_on(second).status == 409
    expect(second.get_by_role("heading", level=1)).to_have_text("Anda sudah terdaftar")
    assert reference not in second.content(), "the reference is for whoever reads the mail"
    second.get_by_role("link", name="Lihat status pendaftaran").click()
    expect(second).to_have_url(f"{stage.url}/kegiatan/status/")
    stage.letters_to("helmy.dua@bojonegoro.example", 1)


def test_who_registers_again_with_the_same_nip_is_told_so_too(open_page: OpenPage):
    register(open_page(), OFFERING, official(email="siti.kantor@bojonegoro.example", nip="197805172005012003"))
    second = open_page()
    to_the_check(second, OFFERING, official(email="siti.rumah@bojonegoro.example", nip="19780517 200501 2 003"))
    assert go_on(second).status == 409
    expect(second.get_by_role("heading", level=1)).to_have_text("Anda sudah terdaftar")


def test_who_cancelled_may_register_again_with_a_new_reference(desk: Page, stage: Stage):
    address = "helmy.lagi@bojonegoro.example"
    first = register(desk, OFFERING, helmy(email=address))
    desk.get_by_role("link", name="Lihat status atau batalkan").click()
    desk.locator("#email").fill(address)
    press(desk, "Lihat status")
    press(desk, "Batalkan pendaftaran ini")
    press(desk, "Ya, batalkan")
    assert register(desk, OFFERING, helmy(email=address)) != first
    stage.letters_to(address, 3)
