"""Somebody holds a paper with a QR code: on a phone, without network, without script; and what leaves the phone."""

from __future__ import annotations

import json
from random import Random

from playwright.sync_api import Page, Request, expect

from infra.published import SITE
from portal.identifiers import REFERENCE_ALPHABET, format_reference
from portal.seals import PAGE, SealRefused, Statement, address_of, seal, verify
from tests.journeys.conftest import OpenPage
from tests.journeys.inspection import PHONE, faults_of
from tests.journeys.line import Line
from tests.journeys.stage import Stage
from tests.sealing import OURS, THEIRS, a_pak, known

random = Random(4)


def a_document(total: str = "20,833") -> Statement:
    """A document with a number of its own."""
    return a_pak(reference="".join(random.choices(REFERENCE_ALPHABET, k=8)), total=total)


def changed(token: str) -> str:
    """The same with another signature."""
    return f"{token[:-10]}{'A' * 10}"


def heading(page: Page) -> object:
    return page.locator("[data-result] h2")


def shown(page: Page) -> list[str]:
    return page.locator("[data-result] dd").all_inner_texts()


def keep(page: Page) -> None:
    """Open the page once with network, until the phone has kept it."""
    page.goto(PAGE)
    expect(page.locator("[data-kept]")).to_be_visible()


def test_a_scanned_code_is_checked_at_once_and_leaves_the_phone_in_no_request(phone: Page, stage: Stage) -> None:
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    phone.on("request", note)
    document = a_document()
    token = stage.sealed(document)
    phone.goto(address_of(token, stage.url))
    expect(heading(phone)).to_have_text("Dokumen ini asli")
    expect(heading(phone)).to_be_focused()
    assert shown(phone) == ["Penetapan Angka Kredit (PAK)", format_reference(document.reference), "27 November 2026",
                            "20,833"]
    assert phone.title().startswith("Dokumen ini asli - ")
    assert faults_of(phone) == []
    sent = [f"{each.url.partition('#')[0]} {each.post_data} {each.headers}" for each in asked]
    assert not [each for each in sent if token[:40] in each]
    services = {each.url.removeprefix(stage.url) for each in asked if "/layanan/" in each.url}
    assert services == {"/layanan/dokumen/kunci", f"/layanan/dokumen/periksa/{document.reference}"}


def test_a_changed_code_a_foreign_one_and_a_cut_one_are_told_apart(phone: Page, stage: Stage) -> None:
    token = stage.sealed(a_document())
    for code, told in ((changed(token), "Kode ini tidak asli"), (token[:50], "Kode ini tidak dapat dibaca"),
                       (seal(a_pak(), THEIRS), "Penanda tangan kode ini tidak dikenal"), (token, "Dokumen ini asli")):
        phone.goto(address_of(code, stage.url))
        expect(heading(phone)).to_have_text(told)
        assert bool(shown(phone)) is (code == token)
    assert faults_of(phone) == []


def test_a_replaced_document_is_told_with_its_day_and_one_that_nobody_registered_is_not_trusted(
        phone: Page, stage: Stage) -> None:
    document = a_document()
    token = stage.sealed(document)
    stage.replaced(document.reference, by="8G4M2RT5")
    phone.goto(address_of(token, stage.url))
    expect(heading(phone)).to_have_text("Dokumen ini sudah diganti")
    expect(phone.locator("[data-result] .portal-note")).to_contain_text("Diganti pada")
    phone.goto(address_of(stage.sealed(a_document(total=""), register=False), stage.url))
    expect(heading(phone)).to_have_text("Kode ini asli, tetapi tidak tercatat")
    assert len(shown(phone)) == 3


def test_without_network_a_genuine_code_is_genuine_and_a_changed_one_is_not(
        out_there: Page, line: Line, stage: Stage) -> None:
    token = stage.sealed(a_document())
    keep(out_there)
    line.cut()
    out_there.goto(address_of(token, line.url))
    expect(heading(out_there)).to_have_text("Kode ini asli")
    expect(out_there.locator("[data-result] .portal-note")).to_contain_text("belum dapat ditanyakan")
    assert shown(out_there)[3] == "20,833"
    assert faults_of(out_there) == []
    out_there.locator("#seal").fill(address_of(changed(token), line.url))
    out_there.get_by_role("button", name="Periksa").click()
    expect(heading(out_there)).to_have_text("Kode ini tidak asli")
    line.mend()
    out_there.goto(address_of(token, line.url))
    out_there.reload()
    expect(heading(out_there)).to_have_text("Dokumen ini asli")


def test_signing_out_on_this_phone_does_not_take_the_page_away(out_there: Page, line: Line, stage: Stage) -> None:
    keep(out_there)
    out_there.goto("/layanan/keluar")
    out_there.wait_for_load_state("networkidle")
    line.cut()
    out_there.goto(address_of(stage.sealed(a_document()), line.url))
    expect(heading(out_there)).to_have_text("Kode ini asli")


def test_a_phone_that_loses_its_network_before_it_has_the_keys_says_so(
        out_there: Page, line: Line, stage: Stage) -> None:
    out_there.goto("/e-dupak/")
    out_there.route("**/layanan/dokumen/kunci", lambda route: route.abort())
    out_there.goto(address_of(stage.sealed(a_document()), line.url))
    expect(heading(out_there)).to_have_text("Belum dapat memeriksa")


def test_without_script_the_address_is_pasted_and_the_portal_answers(open_page: OpenPage, stage: Stage) -> None:
    page = open_page(viewport=PHONE, java_script_enabled=False)
    token = stage.sealed(a_document())
    page.goto(address_of(token, stage.url))
    expect(page.locator("[data-result]")).to_be_empty()
    for code, told in ((token, "Dokumen ini asli"), (changed(token), "Kode ini tidak asli")):
        page.locator("#seal").fill(address_of(code, stage.url))
        page.get_by_role("button", name="Periksa").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(told)
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("alert")).to_contain_text("Isi kode dokumen.")


def test_what_the_portal_answers_shuts_nobody_out(phone: Page, stage: Stage) -> None:
    phone.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    phone.goto(address_of(stage.sealed(a_document()), stage.url))
    expect(phone.locator("[data-line]")).to_contain_text("tekan Periksa")
    phone.get_by_role("button", name="Periksa").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Dokumen ini asli")
    assert faults_of(phone) == []


def test_the_other_language_checks_the_same_code(desk: Page, stage: Stage) -> None:
    desk.goto(address_of(stage.sealed(a_document()), stage.url))
    expect(heading(desk)).to_have_text("Dokumen ini asli")
    desk.locator("a.tool[hreflang=en]").click()
    expect(heading(desk)).to_have_text("This document is genuine")
    assert shown(desk)[2] == "27 November 2026"


READ = """async ([address, keys, tokens]) => {
  const { verified } = await import(address);
  const found = [];
  for (const token of tokens) found.push(await verified(token, keys));
  return found;
}"""


def test_browser_and_portal_read_every_seal_alike(desk: Page) -> None:
    """The two twins, over seals of all kinds, and over each of them with something changed, cut off or put on."""
    keys = known(OURS) | known(THEIRS, until="2026-06-30")
    tokens = [token for number in range(40) for token in variants(a_random_seal(number))]
    desk.goto(PAGE)
    (script,) = [f"/assets/portal/{file.name}" for file in (SITE / "assets" / "portal").glob("seal_*.js")]
    found = desk.evaluate(READ, [script, list(keys.values()), tokens])
    expected = [_as_portal(token, keys) for token in tokens]
    assert found == json.loads(json.dumps(expected))
    assert {each["outcome"] for each in expected} == {"genuine", "changed", "unknown_key", "cut"}


def a_random_seal(number: int) -> str:
    statement = Statement.of(
        random.randbytes(20), reference="".join(random.choices(REFERENCE_ALPHABET, k=8)),
        kind=random.choice(("pak", "integrasi", "sertifikat")),
        total=random.choice(("", "20,833", "1.234,567", "32 JP")), day=a_pak().day.replace(month=1 + number % 12))
    return seal(statement, OURS if number % 2 else THEIRS)


def variants(token: str) -> list[str]:
    """The seal, and it with something changed at every kind of place."""
    places = [0, 1, 3, 7, 10, 14, 30, 39, 42, 60, len(token) - 1]
    letters = [random.choice("ABCDEFGHabcdefgh0123456789-_") for _ in places]
    return [token, token[:-1], token[:20], f"{token}A", f"{token}AAAA", "",
            *(token[:place] + letter + token[place + 1:] for place, letter in zip(places, letters, strict=True))]


def _as_portal(token: str, keys: object) -> dict[str, str]:
    try:
        said = verify(token, keys)  # type: ignore[arg-type]
    except SealRefused as refused:
        return {"outcome": refused.outcome}
    return {"outcome": "genuine", "kind": said.kind, "reference": said.reference, "day": said.day.isoformat(),
            "total": said.total}
