"""What a person may type, and the one form in which it is kept: good and bad answers for every kind of question."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from portal.questions import (
    BIDI,
    INVISIBLE,
    Choice,
    Consent,
    Count,
    Day,
    Email,
    Line,
    Month,
    Nik,
    Nip,
    Paragraph,
    Phone,
    Points,
    Question,
    Reference,
    Region,
    readable,
)

NBSP, ZERO_WIDTH, RIGHT_TO_LEFT, LONE_SURROGATE = "\u00a0", "\u200b", "\u202e", "\ud800"


@dataclass(frozen=True)
class Good:
    """An answer that is understood, and how it is kept."""

    promise: str
    question: Question
    typed: object
    kept: object


@dataclass(frozen=True)
class Bad:
    """An answer that cannot be used, and the code that says why."""

    promise: str
    question: Question
    typed: object
    code: str


NAME = Line(most=30)
STORY = Paragraph(most=60)
ROLE = Choice(options=("psm", "tpp"))
AGREED = True

GOOD = [
    Good("a name keeps its titles and commas", NAME, "Dr. Siti Aminah, M.Si.", "Dr. Siti Aminah, M.Si."),
    Good("a name may be written in any script", NAME, "ꦱꦶꦠꦶ ᬲᬶᬢᬶ 李", "ꦱꦶꦠꦶ ᬲᬶᬢᬶ 李"),
    Good("blanks around and inside a name become one", NAME, "  Siti \t Aminah\n", "Siti Aminah"),
    Good("a no-break space is a space", NAME, f"Siti{NBSP}Aminah", "Siti Aminah"),
    Good("a line separator is a space", NAME, "Siti\u2028Aminah", "Siti Aminah"),
    Good("characters of no width are nobody's answer", NAME, f"{ZERO_WIDTH}Siti\ufeff \u00adAminah\u2060",
         "Siti Aminah"),
    Good("fillers, selectors and tags have no ink", NAME, "\u3164Siti\u2800\ufe0f\U000e0041", "Siti"),
    Good("an accent is one character however it was composed", NAME, "Rene\u0301", "René"),
    Good("a name of exactly the limit is taken", NAME, "x" * 30, "x" * 30),
    Good("an emoji is one character of the limit", NAME, "🌾" * 30, "🌾" * 30),
    Good("a story keeps its paragraphs", STORY, "Banjir.\r\n\r\nJalan  putus.\r", "Banjir.\n\nJalan putus."),
    Good("an address is kept in lower case", Email(), "Siti.Aminah@KemenDesa.GO.ID", "siti.aminah@kemendesa.go.id"),
    Good("blanks that a keyboard put into an address go", Email(), " siti @desa.example ", "siti@desa.example"),
    Good("an address may carry a plus and a tag", Email(), "siti+bimtek@desa.example", "siti+bimtek@desa.example"),
    Good("an address of a deep subdomain", Email(), "a@b.c.desa.co.id", "a@b.c.desa.co.id"),
    Good("a zero-width character at the end of a pasted address goes", Email(), "siti@desa.example\u200b",
         "siti@desa.example"),
    Good("0812 with blanks", Phone(), "0812 3456 7890", "+6281234567890"),
    Good("0812 with dashes", Phone(), "0812-3456-7890", "+6281234567890"),
    Good("0812 with dots", Phone(), "0812.3456.7890", "+6281234567890"),
    Good("+62 with blanks", Phone(), "+62 812 3456 7890", "+6281234567890"),
    Good("+62 with brackets", Phone(), "(+62) 812-3456-7890", "+6281234567890"),
    Good("62 without the plus", Phone(), "6281234567890", "+6281234567890"),
    Good("a number pasted with a zero-width character", Phone(), "0812\u200b3456\u200b7890", "+6281234567890"),
    Good("a number with no-break spaces", Phone(), f"0812{NBSP}3456{NBSP}7890", "+6281234567890"),
    Good("a landline of Bojonegoro", Phone(), "(0353) 881234", "+62353881234"),
    Good("a number of Malaysia", Phone(), "+60 12-345 6789", "+60123456789"),
    Good("a number of Britain, dialled from here", Phone(), "0044 20 7946 0958", "+442079460958"),
    Good("somewhere outside Indonesia", Region(), "00.00", "00.00"),
    Good("a NIP in its groups", Nip(), "19860926 201505 1 001", "198609262015051001"),
    Good("a NIP in one piece", Nip(), "198609262015052001", "198609262015052001"),
    Good("a NIP with dots", Nip(), "19860926.201505.2.001", "198609262015052001"),
    Good("a NIP of PPPK, with a code where PNS have a month", Nip(), "19900115 202321 2 045", "199001152023212045"),
    Good("a NIP of somebody born on 29 February", Nip(), "19880229 201505 1 001", "198802292015051001"),
    Good("a NIK in one piece", Nik(), "3522014609860001", "3522014609860001"),
    Good("a NIK in its groups", Nik(), " 352201 460986 0001 ", "3522014609860001"),
    Good("a NIK with dots and dashes", Nik(), "35.22.01-460986-0001", "3522014609860001"),
    Good("a NIK pasted with a zero-width character", Nik(), "352201\u200b4609860001", "3522014609860001"),
    Good("a NIK of somebody born on 29 February", Nik(), "3522012902880001", "3522012902880001"),
    Good("a NIK of a regency that no list names any more", Nik(), "3599014609860001", "3599014609860001"),
    Good("a month as it is kept", Month(), "2025-06", "2025-06"),
    Good("a month as people write it", Month(), "06-2025", "2025-06"),
    Good("a month with a stroke", Month(), "6/2025", "2025-06"),
    Good("a month of the year first, with a stroke", Month(), "2025/6", "2025-06"),
    Good("a month by its name", Month(), " Juni 2025 ", "2025-06"),
    Good("a month by its English name", Month(), "october 2025", "2025-10"),
    Good("a month by the beginning of its name", Month(), "Agu 2025", "2025-08"),
    Good("a month of four letters that is no year", Month(), "July 2025", "2025-07"),
    Good("points with a comma", Points(), "110,5", "110.5"),
    Good("points with a point", Points(), "110.5", "110.5"),
    Good("points with a point for thousands and a comma", Points(), "1.050,25", "1050.25"),
    Good("points below one, with three places", Points(), "0.125", "0.125"),
    Good("whole points", Points(), "40", "40"),
    Good("a count with zeros", Count(), "036", "36"),
    Good("a day as it is kept", Day(), "2024-04-01", "2024-04-01"),
    Good("a day as people write it", Day(), "1-4-2024", "2024-04-01"),
    Good("a day with zeros", Day(), "01-04-2024", "2024-04-01"),
    Good("a day with strokes", Day(), "1/4/2024", "2024-04-01"),
    Good("a day with dots", Day(), "31.12.2024", "2024-12-31"),
    Good("a day with blanks around and inside", Day(), " 1  4 2024 ", "2024-04-01"),
    Good("a day in Arabic digits", Day(), "١-٤-٢٠٢٤", "2024-04-01"),
    Good("29 February of a leap year", Day(), "29-2-2024", "2024-02-29"),
    Good("the year first, with strokes", Day(), "2024/4/1", "2024-04-01"),
    Good("the first day that is taken", Day(), "1-1-1900", "1900-01-01"),
    Good("the last day that is taken", Day(), "31-12-2100", "2100-12-31"),
    Good("a day pasted with a zero-width character", Day(), "1\u200b-4-2024", "2024-04-01"),
    Good("an option by its own name", ROLE, "psm", "psm"),
    Good("an option with a blank behind it", ROLE, "tpp ", "tpp"),
    Good("a region by its dotted code", Region(), "35.22", "35.22"),
    Good("a region by its digits alone", Region(), "3522", "35.22"),
    Good("a city of a new province in Papua", Region(), "93.01", "93.01"),
    Good("consent as the form sends it", Consent(), "ya", AGREED),
    Good("consent as a program sends it", Consent(), AGREED, AGREED),
    Good("consent in English", Consent(), "Yes", AGREED),
    Good("a reference as it is shown", Reference(), "7F3K-9QX2", "7F3K9QX2"),
    Good("a reference in small letters", Reference(), "7f3k9qx2", "7F3K9QX2"),
    Good("a reference with blanks and dots", Reference(), " 7f3k. 9qx2 ", "7F3K9QX2"),
    Good("a reference with the long dash of a telephone's keyboard", Reference(), "7F3K–9QX2", "7F3K9QX2"),
    Good("a reference with a slash", Reference(), "7F3K/9QX2", "7F3K9QX2"),
    Good("a reference with a zero-width character", Reference(), "7F3K\u200b9QX2", "7F3K9QX2"),
]

BAD = [
    Bad("a name one character too long", NAME, "x" * 31, "too_long"),
    Bad("a story one character too long", STORY, "x" * 61, "too_long"),
    Bad("an address without an at", Email(), "siti.desa.example", "email_shape"),
    Bad("an address with two ats", Email(), "siti@@desa.example", "email_shape"),
    Bad("an address without a domain", Email(), "siti@", "email_shape"),
    Bad("an address whose domain has no dot", Email(), "siti@localhost", "email_shape"),
    Bad("an address with two dots", Email(), "siti@desa..example", "email_shape"),
    Bad("an address whose domain begins with a dash", Email(), "siti@-desa.example", "email_shape"),
    Bad("an address with a comma", Email(), "siti@desa.example,budi@desa.example", "email_shape"),
    Bad("an address in angle brackets, as mail programs copy it", Email(), "Siti <siti@desa.example>", "email_shape"),
    Bad("an address that would begin a new header", Email(), "siti@desa.example\nBcc: all@desa.example", "email_shape"),
    Bad("an address longer than mail allows", Email(), f"{'a' * 60}@{'b.' * 100}example", "email_shape"),
    Bad("an address with letters that only look Latin", Email(), "sіti@desa.example", "email_shape"),
    Bad("a number that is too short", Phone(), "0812 345", "phone_shape"),
    Bad("a number that is too long", Phone(), "0812 3456 7890 1234 5678", "phone_shape"),
    Bad("a number of another country without its code", Phone(), "020 7946 0958 1234 99", "phone_shape"),
    Bad("more digits than any country has", Phone(), "+44 2079 4609 5812 34567", "phone_shape"),
    Bad("words instead of a number", Phone(), "nanti menyusul", "phone_shape"),
    Bad("two numbers in one answer", Phone(), "081234567890/081234567891", "phone_shape"),
    Bad("a NIP of 17 digits", Nip(), "19860926 201505 1 01", "nip_length"),
    Bad("a NIP of 19 digits", Nip(), "19860926 201505 1 0011", "nip_length"),
    Bad("a NIP with a letter O for a zero", Nip(), "1986O926 201505 1 001", "nip_length"),
    Bad("a NIP in Arabic digits", Nip(), "١٩٨٦٠٩٢٦ ٢٠١٥٠٥ ١ ٠٠١", "nip_length"),
    Bad("a NIP of the 13th month", Nip(), "19861326 201505 1 001", "nip_date"),
    Bad("a NIP of 31 April", Nip(), "19860431 201505 1 001", "nip_date"),
    Bad("a NIP of the year 0986", Nip(), "09860926 201505 1 001", "nip_date"),
    Bad("a NIP of day zero", Nip(), "19860900 201505 1 001", "nip_date"),
    Bad("a NIP whose digit of sex is neither 1 nor 2", Nip(), "19860926 201505 3 001", "nip_sex"),
    Bad("a NIK of 15 digits", Nik(), "352201460986001", "nik_length"),
    Bad("a NIK of 17 digits", Nik(), "35220146098600011", "nik_length"),
    Bad("a NIK with a letter O for a zero", Nik(), "35220146O9860001", "nik_length"),
    Bad("a NIK in Arabic digits", Nik(), "٣٥٢٢٠١٤٦٠٩٨٦٠٠٠١", "nik_length"),
    Bad("a NIP instead of a NIK", Nik(), "198609262015052001", "nik_length"),
    Bad("a NIK of no province", Nik(), "0022014609860001", "nik_region"),
    Bad("a NIK of regency 00", Nik(), "3500014609860001", "nik_region"),
    Bad("a NIK of 31 April", Nik(), "3522013104860001", "nik_date"),
    Bad("a NIK of the 13th month", Nik(), "3522014613860001", "nik_date"),
    Bad("a NIK of day 72, which is 32 and a woman's", Nik(), "3522017209860001", "nik_date"),
    Bad("a NIK with the serial 0000", Nik(), "3522014609860000", "nik_serial"),
    Bad("a month that is none", Month(), "13-2025", "month_shape"),
    Bad("a month without a year", Month(), "Juni", "month_shape"),
    Bad("a month of another century", Month(), "06-1850", "month_shape"),
    Bad("two letters that begin several months", Month(), "Ju 2025", "month_shape"),
    Bad("a day where a month is asked for", Month(), "01-06-2025", "month_shape"),
    Bad("a month with a year of two digits", Month(), "06-25", "month_shape"),
    Bad("points that could be a thousand or one", Points(), "1.050", "points_unclear"),
    Bad("points in words", Points(), "seratus", "points_shape"),
    Bad("points below nothing", Points(), "-5", "points_shape"),
    Bad("points with two commas", Points(), "1,5,5", "points_shape"),
    Bad("points with five places", Points(), "1,00005", "points_shape"),
    Bad("points beyond any career", Points(), "9000", "points_range"),
    Bad("a count in words", Count(), "tiga", "count_shape"),
    Bad("a count below nothing", Count(), "-3", "count_shape"),
    Bad("a count beyond a working life", Count(), "601", "count_shape"),
    Bad("31 April", Day(), "31-4-2024", "day_shape"),
    Bad("29 February of another year", Day(), "29-2-2023", "day_shape"),
    Bad("the 13th month", Day(), "1-13-2024", "day_shape"),
    Bad("month before day, where only that makes sense", Day(), "4-31-2024", "day_shape"),
    Bad("day zero", Day(), "0-4-2024", "day_shape"),
    Bad("a year of two digits, whose century nobody can know", Day(), "1-4-24", "day_shape"),
    Bad("a year of two digits first", Day(), "99-4-1", "day_shape"),
    Bad("a year before anybody worked here", Day(), "31-12-1899", "day_shape"),
    Bad("a year after everybody", Day(), "1-1-2101", "day_shape"),
    Bad("a month in words", Day(), "1 April 2024", "day_shape"),
    Bad("a moment", Day(), "2024-04-01T08:00", "day_shape"),
    Bad("two days", Day(), "1-4-2024 2-4-2024", "day_shape"),
    Bad("digits in one piece", Day(), "01042024", "day_shape"),
    Bad("a day before the common era", Day(), "-1-4-2024", "day_shape"),
    Bad("an option that is not offered", ROLE, "raja", "not_an_option"),
    Bad("an option in capitals", ROLE, "PSM", "not_an_option"),
    Bad("a region that does not exist", Region(), "99.99", "region_unknown"),
    Bad("a province instead of a district", Region(), "35", "region_unknown"),
    Bad("a village instead of a district", Region(), "35.22.01.2001", "region_unknown"),
    Bad("a region by its name", Region(), "Bojonegoro", "region_unknown"),
    Bad("consent refused", Consent(), "tidak", "missing"),
    Bad("consent refused by a program", Consent(), not AGREED, "missing"),
    Bad("consent as a number", Consent(), 1, "missing"),
    Bad("a reference of seven characters", Reference(), "7F3K-9QX", "reference_shape"),
    Bad("a reference of nine characters", Reference(), "7F3K-9QX22", "reference_shape"),
    Bad("a reference with a vowel", Reference(), "7A3K-9QX2", "reference_shape"),
    Bad("a reference with a zero", Reference(), "7F3K-0QX2", "reference_shape"),
]

KINDS: list[Question] = [NAME, STORY, Email(), Phone(), Nip(), Nik(), Day(), ROLE, Region(), Reference()]
UNREADABLE = {
    "a NUL": "Siti\0", "a bell": "Siti\a", "an escape sequence": "\x1b[31mSiti", "a delete": "Siti\x7f",
    "a C1 control": "Siti\x9b", "a right-to-left override": f"Siti{RIGHT_TO_LEFT}nimA",
    "an isolate": "\u2066Siti\u2069", "a right-to-left mark": "Siti\u200f",
    "half a surrogate pair": f"Siti{LONE_SURROGATE}",
    "a private character": "Siti\ue000", "what is no character": "Siti\uffff\ufdd0",
    "a list": ["Siti"], "a number": 7, "an object": {"name": "Siti"}, "a truth": True, "a point": 1.5,
}


def code_of(question: Question, typed: object) -> str:
    with pytest.raises(PydanticCustomError) as refused:
        question.read(typed)
    return refused.value.type


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.promise)
def test_an_answer_is_kept_in_one_canonical_form(case: Good) -> None:
    kept = case.question.read(case.typed)
    assert kept == case.kept
    assert type(kept) is type(case.kept)


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.promise)
def test_what_was_kept_is_read_again_as_itself(case: Good) -> None:
    assert case.question.read(case.kept) == case.kept


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.promise)
def test_an_answer_that_cannot_be_used_has_its_own_code(case: Bad) -> None:
    assert code_of(case.question, case.typed) == case.code


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.promise)
def test_a_code_is_one_that_its_kind_announces(case: Bad) -> None:
    assert case.code in (*case.question.codes, "missing")


@pytest.mark.parametrize("question", KINDS, ids=lambda kind: type(kind).__name__)
@pytest.mark.parametrize("typed", UNREADABLE.values(), ids=UNREADABLE)
def test_what_nobody_can_read_is_refused_by_every_kind(question: Question, typed: object) -> None:
    assert code_of(question, typed) == "unreadable"


@pytest.mark.parametrize("typed", ["ya\0", f"{RIGHT_TO_LEFT}ya", f"ya{LONE_SURROGATE}"])
def test_consent_is_not_read_out_of_unreadable_characters(typed: str) -> None:
    assert code_of(Consent(), typed) == "unreadable"


@pytest.mark.parametrize(("question", "kept", "shown"), [
    (Phone(), "+6281234567890", "0812-3456-7890"),
    (Nip(), "198609262015051001", "19860926 201505 1 001"),
    (Day(), "2024-04-01", "01-04-2024"),
    (Region(), "35.22", "Kabupaten Bojonegoro, Jawa Timur"),
    (ROLE, "tpp", "Pendamping"),
    (Consent(), True, "Setuju"),
    (NAME, "Siti Aminah", "Siti Aminah"),
], ids=["a telephone number grouped", "a NIP as on official letters", "a day as people write it",
        "a region with its province", "an option's words",
        "the words of agreement", "a line as it is"])
def test_an_answer_is_shown_as_people_read_it(question: Question, kept: object, shown: str) -> None:
    assert question.show(kept, {"tpp": "Pendamping", "ya": "Setuju"}) == shown


def test_a_region_that_left_the_official_list_is_still_shown_by_its_code() -> None:
    assert Region().show("35.99", {}) == "35.99"


def outcome(question: Question, typed: object) -> tuple[object, PydanticCustomError | None]:
    """What is kept of an answer, or the error; never both."""
    try:
        return question.read(typed), None
    except PydanticCustomError as refused:
        return None, refused


@given(st.text())
def test_whatever_is_typed_becomes_readable_or_is_refused(typed: str) -> None:
    kept, refused = outcome(Question(), typed)
    if refused is None:
        assert kept == readable(kept), "canonical means that reading it again changes nothing"
        assert not set(str(kept)) & (set(map(chr, INVISIBLE)) | BIDI | {"\n"})
        assert str(kept).encode().decode() == kept
    else:
        assert refused.type == "unreadable"


@given(st.text())
def test_a_story_keeps_its_lines_and_nothing_else_that_cannot_be_seen(typed: str) -> None:
    kept, refused = outcome(Paragraph(most=10_000), typed)
    if refused is None:
        assert kept == readable(kept, lines=True)
        assert all(line == " ".join(line.split()) for line in str(kept).split("\n"))
    else:
        assert refused.type == "unreadable"


@given(st.one_of(st.text(), st.integers(), st.lists(st.text()), st.none(), st.floats(), st.booleans()),
       st.sampled_from([*KINDS, Consent()]))
def test_no_kind_ever_fails_in_another_way_than_by_its_codes(typed: object, question: Question) -> None:
    _, refused = outcome(question, typed)
    if refused is None:
        assert isinstance(typed, str | bool)
    else:
        assert refused.type in (*question.codes, "missing")


@given(st.text(), st.sampled_from([*KINDS, Consent()]))
def test_an_error_holds_its_code_and_its_limit_and_never_what_was_typed(typed: str, question: Question) -> None:
    _, refused = outcome(question, typed)
    if refused is not None:
        facts = {"code": refused.type} | ({"most": question.most} if isinstance(question, Line) else {})
        assert (refused.context or {}).items() <= facts.items()
