"""A second e-mail address is proven by a code that went there; who asks learns nothing, and nobody guesses."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from time import process_time
from typing import Any

import pytest

from identity import addresses as door_of_addresses
from identity import proofs
from identity.proofs import SALT, _hash
from identity.rules import CODE_DIGITS, CODE_LIVES, CODES_A_DAY, MOST_ADDRESSES, TRIES
from portal import proven
from portal.audit import Audit
from portal.identifiers import format_reference
from portal.records import Item, Table, update
from portal.sessions import person_id
from registrations import handler as registrations_door
from registrations.catalogue import Catalogue
from registrations.store import Registrations
from tests.doors.calling import JSON, Answer, Caller
from tests.doors.test_stored_items import kinds
from tests.doors.weather import contents
from tests.issuer import Issuer, signed_in
from tests.people import a_record, an_offering, visitor

PAGE, ASK = "GET /layanan/akun/alamat", "POST /layanan/akun/alamat"
TYPE, REMOVE = "POST /layanan/akun/alamat/kode", "POST /layanan/akun/alamat/hapus"
OWN = "GET /layanan/akun/pendaftaran"
OLD, SIGNED = "peserta1@desa.example", "siti@kemendesa.example"
NOW = datetime.now(UTC)


@pytest.fixture
def siti(identity_door: Caller, issuer: Issuer) -> Caller:
    """A browser in which Siti is signed in."""
    return signed_in(identity_door, issuer)


@pytest.fixture
def audit(names: dict[str, str]) -> Audit:
    return Audit(Table(names["AuditTable"]))


def letters(table: Table) -> list[Item]:
    return sorted((each for each in contents(table) if each["sk"].startswith("MESSAGE#")),
                  key=lambda each: str(each["sk"]))


def code(table: Table) -> str:
    """The code of the latest letter."""
    return str(letters(table)[-1]["values"]["code"])


def prove(door: Caller, table: Table, email: str = OLD) -> Answer:
    assert door(ASK, form={"email": email}).status == 303
    return door(TYPE, form={"code": code(table)})


def known(door: Caller) -> list[str]:
    return list(door(PAGE, headers={"accept": JSON}).json["addresses"])


def wrong(table: Table) -> str:
    return f"{(int(code(table)) + 1) % 10 ** 6:06d}"


# -- the whole way -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["id", "en"])
def test_an_address_is_asked_for_a_code_goes_there_and_makes_it_ones_own(
        siti: Caller, identity_table: Table, audit: Audit, issuer: Issuer, language: str) -> None:
    page = siti(PAGE, query={"lang": language})
    assert [each.attributes["action"] for each in page.page.find("form") if each.attributes["method"] == "post"] == [
        "/layanan/akun/alamat"], "no code is asked for before one was sent"
    answer = siti(ASK, form={"email": " Peserta1@DESA.example ", "lang": language})
    assert (answer.status, answer.location) == (303, f"/layanan/akun/alamat{'?lang=en' if language == 'en' else ''}")
    (letter,) = letters(identity_table)
    assert (letter["to"], letter["template"], letter["language"]) == (OLD, "address_code", language)
    waiting = siti(PAGE, query={"lang": language})
    assert OLD in waiting.text
    assert code(identity_table) not in waiting.body
    assert known(siti) == [SIGNED]
    typed = f" {code(identity_table)[:3]} {code(identity_table)[3:]} "
    assert siti(TYPE, form={"code": typed, "lang": language}).status == 303
    assert known(siti) == [SIGNED, OLD]
    (entry,) = audit.entries("person", person_id(issuer.url, "siti"))
    assert (entry["action"], entry["facts"]) == ("claimed", ["field:email"])


def test_registrations_of_all_proven_addresses_are_shown_and_of_no_other(
        siti: Caller, identity_table: Table, catalogue: Catalogue, registrations: Registrations) -> None:
    offering = an_offering(now=NOW)
    catalogue.publish(offering)
    mine, other = (registrations.register(a_record(visitor(number), offering, number=number), offering, NOW)
                   for number in (1, 2))
    door = Caller(registrations_door.handle, siti.cookies)
    assert format_reference(mine.reference) not in door(OWN).text
    prove(siti, identity_table)
    page = door(OWN)
    assert format_reference(mine.reference) in page.text
    assert f"{SIGNED}, {OLD}" in page.text
    assert format_reference(other.reference) not in page.text
    siti(REMOVE, form={"alamat": hashlib.sha256(OLD.encode()).hexdigest()})
    assert format_reference(mine.reference) not in door(OWN).text


def test_a_registration_that_two_addresses_lead_to_is_shown_once(
        siti: Caller, identity_table: Table, catalogue: Catalogue, registrations: Registrations) -> None:
    offering = an_offering(now=NOW)
    catalogue.publish(offering)
    registrations.register(a_record(visitor(1, email=SIGNED), offering, number=1), offering, NOW)
    prove(siti, identity_table)
    data = Caller(registrations_door.handle, siti.cookies)(OWN, headers={"accept": JSON}).json
    assert len(data["registrations"]) == 1


def test_an_address_is_removed_and_that_is_remembered(
        siti: Caller, identity_table: Table, audit: Audit, issuer: Issuer) -> None:
    prove(siti, identity_table)
    form = siti(PAGE).fields("/layanan/akun/alamat/hapus")
    for _ in range(2):
        assert siti(REMOVE, form=form).status == 303
    assert known(siti) == [SIGNED]
    assert [each["action"] for each in audit.entries("person", person_id(issuer.url, "siti"))] == [
        "claimed", "unclaimed"], "a second click changes nothing and leaves no second entry"


@pytest.mark.parametrize("key", ["", "x", "0" * 64, "../PROFILE", OLD])
def test_what_is_no_address_of_ones_own_cannot_be_removed(siti: Caller, identity_table: Table, key: str) -> None:
    prove(siti, identity_table)
    assert siti(REMOVE, form={"alamat": key}).status == 303
    assert known(siti) == [SIGNED, OLD]


def test_two_people_may_share_an_address_that_both_can_read(
        siti: Caller, issuer: Issuer, identity_table: Table) -> None:
    budi = signed_in(siti, issuer, sub="budi", email="budi@kemendesa.example")
    for browser in (siti, budi):
        assert prove(browser, identity_table).status == 303
    siti(REMOVE, form={"alamat": hashlib.sha256(OLD.encode()).hexdigest()})
    assert known(siti) == [SIGNED]
    assert known(budi) == ["budi@kemendesa.example", OLD]


# -- guessing, hurrying, waiting -----------------------------------------------------------------------------------


def test_a_wrong_code_is_told_with_the_tries_that_are_left_and_the_last_one_ends_it(
        siti: Caller, identity_table: Table) -> None:
    siti(ASK, form={"email": OLD})
    for left in range(TRIES - 1, 0, -1):
        answer = siti(TYPE, form={"code": wrong(identity_table), "lang": "en"})
        assert (answer.status, answer.errors) == (422, {
            "code": f"This code does not match. Look at our latest mail; {left} tries are left."})
    over = "Kode ini tidak berlaku lagi. Minta kode baru di bawah ini."
    assert siti(TYPE, form={"code": wrong(identity_table)}).errors == {"code": over}
    assert siti(TYPE, form={"code": code(identity_table)}).errors == {"code": over}, "the right one comes too late"
    assert known(siti) == [SIGNED]
    assert prove(siti, identity_table).status == 303, "a new one is good"


def test_many_guesses_at_the_same_moment_are_no_more_than_the_tries(siti: Caller, identity_table: Table) -> None:
    siti(ASK, form={"email": OLD})
    right = int(code(identity_table))
    guesses = [f"{(right + number) % 10 ** 6:06d}" for number in range(1, 21)]
    with ThreadPoolExecutor(8) as crowd:
        codes = list(crowd.map(lambda guess: siti(TYPE, data={"code": guess}).codes[0][1], guesses))
    assert codes.count("code_wrong") <= TRIES - 1
    assert siti(TYPE, data={"code": f"{right:06d}"}).codes == [("code", "code_over")]


def test_a_code_is_good_for_a_quarter_of_an_hour(
        siti: Caller, identity_table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    siti(ASK, form={"email": OLD})

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Later:
            moment = datetime.now(tz) + CODE_LIVES + timedelta(seconds=1)
            return cls.fromtimestamp(moment.timestamp(), tz)

    monkeypatch.setattr(door_of_addresses, "datetime", Later)
    assert siti(TYPE, data={"code": code(identity_table)}).codes == [("code", "code_over")]
    assert siti(PAGE).page.find("form")[-1].attributes["action"] == "/layanan/akun/alamat"


def test_a_code_is_good_once_and_a_new_one_ends_the_old(siti: Caller, identity_table: Table) -> None:
    siti(ASK, form={"email": OLD})
    first = code(identity_table)
    siti(ASK, form={"email": "baru@desa.example"})
    second = code(identity_table)
    if first != second:
        assert siti(TYPE, data={"code": first}).codes == [("code", "code_wrong")]
    assert siti(TYPE, form={"code": second}).status == 303
    assert known(siti) == [SIGNED, "baru@desa.example"]
    assert siti(TYPE, data={"code": second}).codes == [("code", "code_over")]


def test_a_code_is_its_own_persons(siti: Caller, issuer: Issuer, identity_table: Table) -> None:
    siti(ASK, form={"email": OLD})
    budi = signed_in(siti, issuer, sub="budi", email="budi@kemendesa.example")
    assert budi(TYPE, data={"code": code(identity_table)}).codes == [("code", "code_over")]
    assert known(budi) == ["budi@kemendesa.example"]


def test_one_person_asks_for_so_many_codes_a_day(siti: Caller, identity_table: Table) -> None:
    for number in range(CODES_A_DAY):
        assert siti(ASK, form={"email": f"a{number}@desa.example"}).status == 303
    answer = siti(ASK, form={"email": "lagi@desa.example", "lang": "en"})
    assert answer.errors == {"email": "Today 5 codes were asked for already. Try again tomorrow."}
    assert answer.fields("/layanan/akun/alamat")["email"] == "lagi@desa.example"
    assert len(letters(identity_table)) == CODES_A_DAY


def test_one_address_gets_so_many_letters_a_day_whoever_asks_and_nobody_is_told(
        siti: Caller, issuer: Issuer, identity_table: Table) -> None:
    """Otherwise the answer would say that others have asked about that address."""
    people = [siti, *(signed_in(siti, issuer, sub=f"p{number}", email="") for number in range(CODES_A_DAY))]
    answers = [browser(ASK, form={"email": OLD}) for browser in people]
    assert {(each.status, each.location, each.body) for each in answers} == {(303, "/layanan/akun/alamat", "")}
    assert len(letters(identity_table)) == CODES_A_DAY
    last = people[-1]
    first, last_page = siti(PAGE), last(PAGE)
    assert OLD in last_page.text, "its page looks like everybody's"
    for page in (first, last_page):
        assert "Belum datang? Periksa folder spam, atau coba lagi besok" in page.text
        assert "Kami mengirim kode" not in page.text, "the page does not know whether a letter went"
    assert last(TYPE, data={"code": code(identity_table)}).codes == [("code", "code_wrong")]


def test_an_address_that_others_have_registered_with_is_answered_like_one_that_nobody_knows(
        siti: Caller, catalogue: Catalogue, registrations: Registrations) -> None:
    offering = an_offering(now=NOW)
    catalogue.publish(offering)
    registrations.register(a_record(visitor(1), offering, number=1), offering, NOW)
    answers = []
    for email in (OLD, "tidak-dikenal@desa.example"):
        asked = siti(ASK, form={"email": email})
        answers.append((asked.status, asked.location, siti(PAGE).body.replace(email, "")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(("email", "code_told"), [
    ("", "missing"), ("siti", "email_shape"), (SIGNED, "already_yours"), (SIGNED.upper(), "already_yours"),
    ("a@b\r\nBcc: c@d.example", "email_shape")])
def test_what_cannot_be_added_is_told_and_sends_nothing(
        siti: Caller, identity_table: Table, email: str, code_told: str) -> None:
    assert siti(ASK, data={"email": email}).codes == [("email", code_told)]
    assert letters(identity_table) == []


def test_so_many_addresses_may_be_added(siti: Caller, identity_table: Table) -> None:
    person = next(each["pk"] for each in contents(identity_table) if each["pk"].startswith("PERSON#"))
    for number in range(MOST_ADDRESSES):
        prove(siti, identity_table, f"a{number}@desa.example")
        identity_table.write(update({"pk": person.replace("PERSON", "PROOF"), "sk": f"DAY#{NOW:%Y-%m-%d}"},
                                    "SET asked = :none", values={"none": 0}))
    assert siti(ASK, data={"email": "lagi@desa.example"}).codes == [("email", "too_many_addresses")]


# -- nothing personal leaks ----------------------------------------------------------------------------------------


def test_no_key_no_log_line_and_no_address_of_ours_tells_an_address_or_a_code(
        siti: Caller, identity_table: Table, log: StringIO) -> None:
    answers = [siti(ASK, form={"email": OLD}), siti(TYPE, form={"code": wrong(identity_table)}),
               siti(TYPE, form={"code": code(identity_table)}), siti(PAGE)]
    keys = " ".join(f"{each['pk']} {each['sk']}" for each in contents(identity_table))
    places = " ".join(each.headers.get("location", "") for each in answers) + " ".join(
        link for each in answers if each.body for link in each.links)
    for text in (keys, places, log.getvalue()):
        assert "peserta1" not in text
        assert code(identity_table) not in text


def test_the_items_are_in_the_docstrings_of_their_stores(siti: Caller, identity_table: Table) -> None:
    prove(siti, identity_table)
    siti(ASK, form={"email": "baru@desa.example"})
    found = [each for each in contents(identity_table)
             if each["pk"].partition("#")[0] in {"PROOF", "ADDRESS", "PROVEN"}]
    assert {name: len(items) for name, items in kinds(found, f"{proofs.__doc__}\n{proven.__doc__}").items()} == {
        "PROOF#<person> RECORD": 1, "PROOF#<person> DAY#<day>": 1, "PROOF#<person> MESSAGE#<moment>#<name>": 2,
        "ADDRESS#<sha256> DAY#<day>": 2, "PROVEN#<person> ADDRESS#<sha256>": 1}


def test_the_code_is_kept_as_a_hash_beside_its_tries(siti: Caller, identity_table: Table) -> None:
    siti(ASK, form={"email": OLD})
    (kept,) = [each for each in contents(identity_table) if each["pk"].startswith("PROOF#") and each["sk"] == "RECORD"]
    assert code(identity_table) not in str(kept["code"])
    siti(ASK, form={"email": OLD})
    (again,) = [each for each in contents(identity_table) if each["pk"] == kept["pk"] and each["sk"] == "RECORD"]
    assert kept["salt"] != again["salt"], "no table of hashes fits two codes"
    assert all("expires_at" in each for each in contents(identity_table))


def test_trying_all_codes_takes_longer_than_a_code_lives() -> None:
    """A plain hash of six digits is undone in a second; this one costs its reader memory and time for each try."""
    before = process_time()
    hashes = {_hash("siti", OLD, typed, "00" * SALT) for typed in ("123456", "123457")}
    assert len(hashes) == 2
    assert (process_time() - before) / 2 * 10 ** CODE_DIGITS > CODE_LIVES.total_seconds()
