"""What a message looks like: a subject and a text, and no way for a value to become anything else."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.rules import digest
from portal.letters import Letter, letter, read_template

TEMPLATE = "Kursi Anda: {title} ({reference})\n\nMulai: {when}\nTempat: {place}\n"
VALUES = {"title": "Bimtek Desa Klino", "reference": "7F3K-9QX2", "when": "19 Januari 2027 pukul 08.00 WIB",
          "place": "Balai Desa Klino"}


def test_the_first_line_is_the_subject_and_the_rest_is_the_text() -> None:
    assert letter(TEMPLATE, VALUES) == (
        "Kursi Anda: Bimtek Desa Klino (7F3K-9QX2)",
        "Mulai: 19 Januari 2027 pukul 08.00 WIB\nTempat: Balai Desa Klino\n")


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f", "\x1e"],
                         ids=["CRLF", "LF", "CR", "a line separator", "a paragraph separator", "a next line",
                              "a vertical tab", "a form feed", "a record separator"])
def test_a_title_cannot_begin_a_header_of_its_own(ending: str) -> None:
    written = letter(TEMPLATE, {**VALUES, "title": f"Bimtek{ending}Bcc: all@desa.example"})
    assert len(written.subject.splitlines()) == 1
    assert written.subject.startswith("Kursi Anda: Bimtek")


def test_a_title_that_looks_like_a_placeholder_stays_what_it_is() -> None:
    assert letter(TEMPLATE, {**VALUES, "title": "{place} {0} {title.__class__}"}).subject == (
        "Kursi Anda: {place} {0} {title.__class__} (7F3K-9QX2)")


def test_a_placeholder_nobody_knows_stops_the_letter() -> None:
    with pytest.raises(KeyError, match="seat_number"):
        letter("Kursi {seat_number}\n\nSelamat.\n", VALUES)


@given(st.fixed_dictionaries({name: st.text() for name in VALUES}))
def test_whatever_the_values_are_the_letter_is_one_subject_and_its_own_lines(values: dict[str, str]) -> None:
    written = letter(TEMPLATE, values)
    assert len(written.subject.splitlines()) == 1
    assert len(written.text.splitlines()) == 2
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = written.subject
    assert message.keys() == ["Subject"]


# -- several in one ------------------------------------------------------------------------------------------------

TOGETHER = "{count} kabar\n\nAda {count} kabar.\n\n{letters}\n\n{origin}/\n"
KABAR = [Letter("Kursi Anda", "Anda mendapat kursi.\nDatanglah.\n"), Letter("Daftar tunggu", "Anda menunggu.\n")]


def test_a_template_says_above_its_subject_for_how_long_it_waits_for_others() -> None:
    assert read_template("---\ndigest: 15\n---\nKabar\n\nAda kabar.\n") == ("Kabar\n\nAda kabar.\n", 15)
    assert read_template("Kabar\n\nAda kabar.\n") == ("Kabar\n\nAda kabar.\n", 0)


@pytest.mark.parametrize("header", ["digest: 4\n", "digest: 16\n", "digest: soon\n", "digest:\n", "to: all\n", "",
                                    "digest: 10\ndigest: 10\n"])
def test_a_header_that_is_not_understood_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match="whole minutes from 5 to 15"):
        read_template(f"---\n{header}---\nKabar\n\nAda kabar.\n")


def test_several_letters_stand_in_one_numbered_in_their_order() -> None:
    one = digest(TOGETHER, KABAR, {"origin": "https://portal.example.go.id"})
    assert one.subject == "2 kabar"
    assert one.text == ("Ada 2 kabar.\n\n1. Kursi Anda\n\nAnda mendapat kursi.\nDatanglah.\n\n2. Daftar tunggu\n\n"
                        "Anda menunggu.\n\nhttps://portal.example.go.id/\n")


def test_a_letter_that_waited_for_nobody_stays_what_it_is() -> None:
    assert digest(TOGETHER, KABAR[:1], {}) == KABAR[0]


@given(st.lists(st.text(max_size=30), min_size=2, max_size=4))
def test_whatever_letters_say_their_digest_has_one_subject_line(titles: list[str]) -> None:
    letters = [letter(TEMPLATE, {**VALUES, "title": title}) for title in titles]
    together = digest(TOGETHER, letters, {"origin": "https://portal.example.go.id"})
    assert together.subject == f"{len(titles)} kabar"
    assert all(each.text.strip() in together.text for each in letters)
