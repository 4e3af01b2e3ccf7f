"""A credit dossier by pages alone, in a real browser: put together, confirmed, checked, decided, its papers opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.run import Portal, portal_in_this_process
from tests.hostile import from_a_phone, pdf
from tests.journeys.inspection import DESK, faults_of
from tests.journeys.test_files import SOON, chosen, cookies_of
from tests.journeys.watch import Watch

UNIT, AGENCY = "Dinas PMD Bojonegoro", "Pemerintah Kabupaten Bojonegoro"
IDENTITY = {"name": "Helmy Elizabeth, S.Sos.", "nip": "19860926 201505 2 001", "birth_place": "Bojonegoro",
            "education": "d4_s1", "rank_day": "01-01-2023", "post_day": "01-01-2023", "unit": UNIT, "agency": AGENCY,
            "superior": "Ratna Dewi"}
SIGNATURE = {"nip": "19700101 199503 2 001", "title": "Kepala Dinas", "place": "Bojonegoro"}
PICTURES = os.environ.get("PICTURES", "")  # a folder: then every page is kept as a picture, to be looked at


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A portal of this journey's own."""
    with portal_in_this_process() as running:
        yield running


@pytest.fixture
def person(browser: Browser, portal: Portal) -> Iterator[Any]:
    """Opens a browser in which a demo person has signed in."""
    watch = Watch(portal.base_url, portal.endpoint_url)
    contexts = []

    def opened(subject: str, **options: Any) -> Page:
        context = browser.new_context(**{"base_url": portal.base_url, "viewport": DESK, **options})
        context.add_cookies(cookies_of(portal, subject))
        watch.over(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    # axe speaks to every frame of a page; the frame with the evidence is the bucket's and does not answer it.
    unexpected = [each for each in watch.complaints if "postMessage" not in each]
    assert not unexpected, unexpected


def looked_at(page: Page, name: str) -> None:
    """Nothing on the page is in anybody's way; with PICTURES it is kept in two widths and two schemes."""
    assert not faults_of(page), faults_of(page)
    if not PICTURES:
        return
    for width, scheme in ((360, "light"), (1280, "light"), (1280, "dark"), (360, "dark")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}-{scheme}.png"), full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)


def fill(page: Page, answers: dict[str, str]) -> None:
    for name, value in answers.items():
        control = page.locator(f"form.portal-form [name={name}]").first
        if control.evaluate("each => each.tagName") == "SELECT":
            control.select_option(value)
        elif control.get_attribute("type") == "radio":
            page.locator(f"form.portal-form [name={name}][value={value}]").check()
        else:
            control.fill(value)


def row(page: Page, field: str, number: int, **cells: str) -> None:
    for cell, value in cells.items():
        control = page.locator(f"#{field}_{number}_{cell}")
        if control.evaluate("each => each.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)


def save(page: Page) -> None:
    page.get_by_role("button", name="Simpan bagian ini").first.click()
    expect(page.get_by_role("heading", name="Bagian berkas")).to_be_visible()


def send_files(page: Page) -> None:
    page.goto("/layanan/berkas")
    page.get_by_label("Pilih satu berkas atau lebih").set_input_files([
        chosen("evaluasi-2023.pdf", pdf()), chosen("sk-jabatan.jpg", from_a_phone(), "image/jpeg")])
    for name in ("evaluasi-2023.pdf", "sk-jabatan.jpg"):
        expect(page.locator(".portal-upload .portal-file").filter(has_text=name)).to_contain_text(
            "Berkas siap dipakai", timeout=SOON)


def begin(page: Page, regime: str) -> str:
    page.goto("/layanan/dupak")
    looked_at(page, "my-credit-empty")
    page.locator(f"[name=regime][value={regime}]").check()
    page.get_by_role("button", name="Mulai berkas").click()
    expect(page.get_by_role("heading", name="Bagian berkas")).to_be_visible()
    return page.url.rpartition("/")[2]


def attach(page: Page, slot: str, name: str, item: str = "") -> None:
    reference = page.url.split("/layanan/dupak/")[1].split("/")[0].split("?")[0]
    page.goto(f"/layanan/dupak/{reference}/lampiran?jenis={slot}{'&butir=' + item if item else ''}")
    page.get_by_role("button", name=f"Pakai {name}").first.click()
    expect(page.locator("#daftar")).to_be_visible()


def at_desk(page: Page, reference: str) -> None:
    page.goto("/layanan/meja/dupak")
    page.locator(f"a[href*='{reference}']").first.click()


def sign(page: Page, button: str) -> None:
    fill(page, SIGNATURE)
    page.get_by_role("button", name=button).click()


def put_together(helmy: Page) -> str:
    """A dossier of conversion, from an empty page to its sending."""
    send_files(helmy)
    reference = begin(helmy, "konversi")
    looked_at(helmy, "dossier-draft")
    helmy.get_by_role("link", name="Keterangan perorangan", exact=True).click()
    fill(helmy, IDENTITY)
    looked_at(helmy, "section-identity")
    save(helmy)
    helmy.get_by_role("link", name="Jabatan dan kenaikan", exact=True).click()
    fill(helmy, {"entry": "pertama", "jenjang": "ahli_pertama", "golongan": "III/a", "since": "01-2023"})
    save(helmy)
    helmy.get_by_role("link", name="Predikat kinerja", exact=True).click()
    row(helmy, "periods", 1, first="01-2023", last="12-2023", predikat="sangat_baik")
    row(helmy, "periods", 2, first="01-2024", last="02-2024", predikat="baik")
    looked_at(helmy, "section-predikat")
    save(helmy)
    for slot, name in (("evaluasi_kinerja", "evaluasi-2023.pdf"), ("sk_jabatan", "sk-jabatan.jpg"),
                       ("sk_pangkat", "evaluasi-2023.pdf")):
        attach(helmy, slot, name)
    helmy.goto(f"/layanan/dupak/{reference}/lampiran?jenis=pendukung")
    looked_at(helmy, "attachments")
    helmy.goto(f"/layanan/dupak/{reference}")
    expect(helmy.get_by_text("20,83").first).to_be_visible()
    looked_at(helmy, "dossier-complete")
    helmy.get_by_role("button", name="Kirim berkas").click()
    expect(helmy.get_by_text("Di tangan atasan langsung")).to_be_visible()
    return reference


def test_a_dossier_of_conversion_is_put_together_and_decided_by_pages_alone(person: Any) -> None:
    helmy = person("helmy")
    reference = put_together(helmy)
    ratna = person("ratna")
    ratna.goto("/layanan/meja/dupak")
    looked_at(ratna, "desk-queue")
    at_desk(ratna, reference)
    looked_at(ratna, "desk-superior")
    ratna.get_by_role("link", name="sk-jabatan.jpg").click()
    expect(ratna.locator("#bukti iframe")).to_be_visible()
    looked_at(ratna, "desk-evidence")
    sign(ratna, "Benarkan dan teruskan ke sekretariat")
    eko = person("eko")
    at_desk(eko, reference)
    looked_at(eko, "desk-secretariat")
    eko.get_by_role("button", name="Nyatakan lengkap dan teruskan").click()
    dian = person("dian")
    at_desk(dian, reference)
    sign(dian, "Tetapkan angka kredit")
    looked_at(dian, "desk-decided")

    for _ in range(30):
        helmy.goto(f"/layanan/dupak/{reference}")
        if helmy.get_by_role("link", name="(PDF)").count() == 3:
            break
        helmy.wait_for_timeout(1000)
    expect(helmy.get_by_role("link", name="(PDF)")).to_have_count(3)
    looked_at(helmy, "dossier-decided")
    with helmy.expect_download() as download:
        helmy.get_by_role("link", name="Penetapan angka kredit (PAK) (PDF)").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    helmy.goto("/layanan/dupak")
    expect(helmy.get_by_text("20,83").first).to_be_visible()
    looked_at(helmy, "my-credit")
    with helmy.expect_download() as download:
        helmy.get_by_role("link", name="Unduh semuanya").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")


def joins(page: Page) -> None:
    page.goto("/layanan/meja/dupak/tim/diri")
    fill(page, {"nip": "19750505 200003 1 001", "jenjang": "ahli_madya", "golongan": "IV/a", "agency": AGENCY})
    page.get_by_role("button", name="Simpan").first.click()
    expect(page.get_by_text("Anda siap ditugaskan.")).to_be_visible()


def put_together_conventional(helmy: Page) -> str:
    """A conventional dossier of two items, from an empty page to its sending."""
    send_files(helmy)
    reference = begin(helmy, "konvensional")
    helmy.get_by_role("link", name="Keterangan perorangan", exact=True).click()
    if not helmy.locator("[name=nip]").input_value():
        fill(helmy, IDENTITY)
    save(helmy)
    helmy.get_by_role("link", name="Masa penilaian dan PAK terakhir", exact=True).click()
    fill(helmy, {"first": "01-2020", "last": "12-2022", "jenjang": "ahli_pertama", "golongan": "III/a"})
    save(helmy)
    helmy.get_by_role("link", name="Butir kegiatan", exact=True).click()
    row(helmy, "items", 1, kode="DEMO-T1", volume="10", day="01-02-2021")
    row(helmy, "items", 2, kode="DEMO-T2", volume="4", day="03-03-2022")
    looked_at(helmy, "section-items")
    save(helmy)
    for slot in ("surat_pengantar", "sk_pangkat", "sk_jabatan", "skp", "ijazah"):
        attach(helmy, slot, "evaluasi-2023.pdf")
    for item in ("1", "2"):
        attach(helmy, "butir", "evaluasi-2023.pdf", item)
    helmy.goto(f"/layanan/dupak/{reference}")
    helmy.get_by_role("button", name="Kirim berkas").click()
    expect(helmy.get_by_text("Di tangan atasan langsung")).to_be_visible()
    return reference


def test_a_conventional_dossier_is_marked_by_keyboard_settled_and_decided(person: Any) -> None:
    helmy = person("helmy")
    reference = put_together_conventional(helmy)
    hadi, intan, ratna, eko = (person(name) for name in ("hadi", "intan", "ratna", "eko"))
    for page in (hadi, intan):
        joins(page)
    looked_at(hadi, "oneself")
    at_desk(ratna, reference)
    sign(ratna, "Benarkan dan teruskan ke sekretariat")
    at_desk(eko, reference)
    looked_at(eko, "desk-assign")
    eko.locator("#penilai_1").select_option(label=eko.locator("#penilai_1 option", has_text="Hadi").inner_text())
    eko.locator("#penilai_2").select_option(label=eko.locator("#penilai_2 option", has_text="Intan").inner_text())
    eko.get_by_role("button", name="Nyatakan lengkap dan teruskan").click()
    at_desk(hadi, reference)
    expect(hadi.locator("#accepted_1")).to_be_focused()
    for _ in range(2):
        hadi.keyboard.press("Alt+KeyT")
    expect(hadi.locator("#accepted_2")).to_have_value("4")
    hadi.get_by_role("button", name="evaluasi-2023.pdf").first.click()
    expect(hadi.locator("#bukti iframe")).to_be_visible()
    expect(hadi.locator("#accepted_2")).to_have_value("4")  # looking at evidence loses nothing
    looked_at(hadi, "marking-evidence")
    looked_at(hadi, "marking")
    hadi.get_by_role("button", name="Kunci nilai").click()
    expect(hadi.get_by_text("nilai Anda terkunci")).to_be_visible()
    at_desk(intan, reference)
    fill(intan, {"accepted_1": "5", "reason_1": "fewer_proven", "accepted_2": "4"})
    intan.get_by_role("button", name="Kunci nilai").click()
    at_desk(eko, reference)
    looked_at(eko, "desk-plenary")
    fill(eko, {"accepted_1": "8", "reason_1": "fewer_proven"})
    eko.get_by_role("button", name="Catat hasil pleno").click()
    gita, dian = person("gita"), person("dian")
    at_desk(gita, reference)
    looked_at(gita, "desk-chair")
    gita.get_by_role("button", name="Sahkan penilaian").click()
    at_desk(dian, reference)
    sign(dian, "Tetapkan angka kredit")
    # 8 x 0,2 + 4 x 0,5 x 80%, one level above one's own
    helmy.goto(f"/layanan/dupak/{reference}")
    expect(helmy.get_by_text("3,2").first).to_be_visible()
    looked_at(helmy, "conventional-decided")
    eko.goto("/layanan/meja/dupak/tim")
    expect(eko.get_by_role("row", name="DEMO-T2")).to_be_visible()
    looked_at(eko, "team")
    dian.goto("/layanan/meja/dupak/tim/diri")
    looked_at(dian, "lending")
