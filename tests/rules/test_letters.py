"""What a message looks like: a subject and a text, and no way for a value to become anything else."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.rules import letter

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
