"""What a profile says of language and zone counts at once, in every session, on every page for who is signed in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.records import Table
from portal.regions import provinces, zone_of
from registrations import desk as desk_door
from registrations import handler as registrations_door
from registrations.catalogue import Catalogue
from tests.doors.calling import JSON, Caller
from tests.issuer import Issuer, signed_in
from tests.people import an_offering

ACCOUNT, SAVE, PAGE = "GET /layanan/akun", "POST /layanan/akun/profil", "GET /layanan/akun/profil"
HELMY = {"kind": "tpp", "level": "pld", "region": "35.22", "phone": "0812 3456 7890", "channel": "email"}


@pytest.fixture
def helmy(identity_door: Caller, issuer: Issuer) -> Caller:
    return signed_in(identity_door, issuer)


def save(browser: Caller, **more: str) -> None:
    version = browser(PAGE, headers={"accept": JSON}).json["version"]
    assert browser(SAVE, form={**HELMY, "version": str(version), **more}).status == 303


def heading(browser: Caller, **query: str) -> str:
    return browser(ACCOUNT, query=query or None).heading


def test_pages_are_in_the_language_of_the_profile_until_the_address_says_otherwise(
        helmy: Caller, issuer: Issuer) -> None:
    elsewhere = signed_in(helmy, issuer)
    assert heading(helmy) == "Akun saya"
    save(helmy, language="en")
    for browser in (helmy, elsewhere, signed_in(helmy, issuer), Caller(registrations_door.handle, helmy.cookies)):
        route = ACCOUNT if browser.handle != registrations_door.handle else "GET /layanan/akun/pendaftaran"
        assert browser(route).heading in {"My account", "My registrations"}
    assert heading(helmy, lang="id") == "Akun saya"
    save(helmy, language="id")
    assert heading(helmy) == "Akun saya"
    save(helmy)
    assert heading(helmy) == "Akun saya"


def test_who_reads_one_page_in_the_other_language_stays_in_it(helmy: Caller) -> None:
    save(helmy, language="en")
    answer = helmy("POST /layanan/akun/sesi", form={"sesi": "0" * 64, "lang": "id"})
    assert answer.location == "/layanan/akun?lang=id"
    assert helmy("POST /layanan/akun/sesi", form={"sesi": "0" * 64, "lang": "en"}).location == "/layanan/akun"


@pytest.mark.parametrize("case", [("en", "id", "id"), ("en", "en", ""), ("id", "en", "en"), ("id", "id", ""),
                                  ("", "en", "en")], ids="-".join)
def test_every_link_of_a_page_keeps_its_language(
        identity_door: Caller, issuer: Issuer, table: Table, case: tuple[str, str, str]) -> None:
    """Also where the address says otherwise than the profile."""
    profile, asked, kept = case
    Catalogue(table).publish(an_offering(now=datetime.now(UTC)))
    siti = signed_in(identity_door, issuer, groups=["panitia:*"])
    save(siti, language=profile)
    offering = "bimtek-klino"
    for door, route in [(identity_door, ACCOUNT), (registrations_door, "GET /layanan/akun/pendaftaran"),
                        (desk_door, "GET /layanan/meja"), (desk_door, "GET /layanan/meja/kegiatan/{offering}")]:
        page = Caller(door.handle, siti.cookies)(route, query={"lang": asked}, offering=offering)
        links = [link for link in page.links if link.startswith("/layanan/")]
        assert links, route
        lost = [link for link in links if parse_qs(urlsplit(link).query).get("lang", [""]) != [kept]]
        assert lost == [], route


def test_pages_that_know_nobody_are_told_the_language_of_whoever_comes(helmy: Caller) -> None:
    save(helmy, language="en")
    assert helmy("POST /layanan/akun/sesi", form={"sesi": "semua"}).location == "/layanan/keluar?lang=en"


def test_a_program_is_answered_as_its_header_says(helmy: Caller) -> None:
    save(helmy, language="en")
    answer = helmy(SAVE, data={}, headers={"accept": JSON, "accept-language": "id"})
    assert answer.json["title"] == "Ada jawaban yang perlu diperbaiki"


@pytest.mark.parametrize(("told", "zone"), [
    ({}, "WIB"), ({"region": "51.71"}, "WITA"), ({"region": "93.01"}, "WIT"), ({"region": "00.00"}, "WIB"),
    ({"region": "93.01", "zone": "WIB"}, "WIB")])
def test_moments_are_shown_in_the_zone_of_the_profile_or_of_its_region(
        helmy: Caller, issuer: Issuer, told: dict[str, str], zone: str) -> None:
    save(helmy, **told)
    for browser in (helmy, signed_in(helmy, issuer)):
        assert set(re.findall(r"\b(WIB|WITA|WIT)\b", browser(ACCOUNT).text)) == {zone}


def test_a_letter_is_in_the_language_of_the_profile(helmy: Caller, issuer: Issuer) -> None:
    from identity.addresses import proofs  # noqa: PLC0415 its table is that of the door

    save(helmy, language="en")
    assert helmy("POST /layanan/akun/alamat", form={"email": "lama@desa.example"}).status == 303
    (letter,) = [each for each in proofs().table.everything() if each["sk"].startswith("MESSAGE#")]
    assert letter["language"] == "en"
    assert issuer.url


def test_each_province_has_its_zone() -> None:
    zones = {province.code: zone_of(province.code) for province in provinces()}
    assert set(zones.values()) == {"WIB", "WITA", "WIT"}
    assert (zones["31"], zones["51"], zones["62"], zones["63"], zones["81"]) == ("WIB", "WITA", "WIB", "WITA", "WIT")
    assert zone_of("") == "WIB"
