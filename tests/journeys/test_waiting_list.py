"""A full activity leads to the waiting list, and a seat that is given back to the first who waits."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.filling import ask_for_status, press, reference_on, register, visit
from tests.journeys.stage import Stage
from tests.people import helmy, official, yohana


def test_the_second_waits_and_is_promoted_when_the_first_cancels(open_page: OpenPage, stage: Stage):
    circle = stage.declare(seats=1, quotas=())
    first, second, third = open_page(), open_page(java_script_enabled=False), open_page()
    register(first, circle, helmy(email="satu@sidoarjo.example"))
    expect(first.get_by_role("heading", level=1)).to_have_text("Anda mendapat kursi")

    reference = register(second, circle, official(email="dua@sidoarjo.example"))
    must_wait(second, place=1)
    register(third, circle, yohana(email="tiga@sidoarjo.example"))
    must_wait(third, place=2)
    assert stage.letters_to("dua@sidoarjo.example")[0].startswith("Daftar tunggu")
    must_be_told_that_it_is_full(open_page(), circle)

    must_cancel(first, "satu@sidoarjo.example")
    _, promotion = stage.letters_to("dua@sidoarjo.example", 2)
    assert reference in promotion
    assert "Anda mendapat kursi" in promotion

    second.reload()
    expect(second.get_by_role("heading", level=1)).to_have_text("Anda mendapat kursi")
    ask_for_status(second, reference, "dua@sidoarjo.example")
    expect(second.get_by_role("heading", level=1)).to_have_text("Anda mendapat kursi")
    third.reload()
    must_wait(third, place=1)


def test_seats_that_are_added_go_to_who_waits_before_a_newcomer(open_page: OpenPage, stage: Stage):
    seminar = stage.declare(seats=1, quotas=())
    register(open_page(), seminar, helmy(email="pertama@seminar.example"))
    second, newcomer = open_page(), open_page()
    register(second, seminar, official(email="kedua@seminar.example"))
    must_wait(second, place=1)
    stage.change(seminar, seats=2, quotas=())
    register(newcomer, seminar, yohana(email="ketiga@seminar.example"))
    must_wait(newcomer, place=1)
    second.reload()
    expect(second.get_by_role("heading", level=1)).to_have_text("Anda mendapat kursi")


def must_wait(page: Page, place: int) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Anda di daftar tunggu")
    expect(page.locator(".portal-receipt")).to_contain_text(f"Urutan Anda dalam antrean: {place}.")


def must_be_told_that_it_is_full(page: Page, offering: str) -> None:
    visit(page, f"/kegiatan/{offering}/")
    expect(page.locator(".portal-seats")).to_have_text(
        "1 kursi sudah terisi semua dan 2 orang menunggu. Anda masih dapat mendaftar ke daftar tunggu.")


def must_cancel(page: Page, email: str) -> None:
    ask_for_status(page, reference_on(page), email)
    press(page, "Batalkan pendaftaran ini")
    press(page, "Ya, batalkan")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pendaftaran dibatalkan")
