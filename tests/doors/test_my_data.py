"""One's own data: what is kept is told and copied whole, requests are answered in time, and what is erased is gone."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pypdf
import pytest

from assessment.assigning import Assessor
from assessment.hands import Hands
from assessment.lending import Delegation
from assessment.store import Signer
from dupak.dossiers import Dossier, Exhibit, Frozen, Returned
from dupak.store import Decision, decided
from feedback import handler as feedback
from identity.proofs import Proofs
from infra import dictionary, doors, retention
from portal.access import Role
from portal.audit import Actor, Note
from portal.dated import rows_until
from portal.documents import draw
from portal.errors import AlreadyRegistered
from portal.identifiers import format_moment, format_reference
from portal.proven import Addresses
from portal.records import Table, delete, put, update
from portal.sessions import Session, Sessions
from portal.workdays import day_of
from registrations.catalogue import Catalogue
from registrations.desk_store import SavedFilters
from registrations.models import Offering
from registrations.store import Record, Refusal, Registrations
from rights import desk, handler, holdings, views
from rights.models import PURPOSES
from rights.rules import REASONS_FOR
from sweeper import erasure
from tests.doors.calling import Answer, Caller, Context
from tests.doors.test_mail import PostOffice, office
from tests.doors.weather import contents
from tests.people import a_record, a_submission, an_offering, official, ratna
from uploads.models import Upload

__all__ = ["office"]
NOW = datetime.now(UTC)
NAMES = {"siti-1": "Siti Aminah"}
EMAIL, NIP, NEEDS = "siti@bojonegoro.example", "198609262015052001", "Kursi roda"
MY, COPY = f"GET {handler.BASE}", f"GET {handler.COPY}"
ASK, ONE = f"POST {handler.REQUESTS}", f"GET {handler.REQUESTS}/{{reference}}"
QUEUE, CASE, ACT = f"GET {desk.DESK}", f"GET {desk.DESK}/{{reference}}", f"POST {desk.DESK}/{{reference}}"
SignIn = Callable[..., Caller]


@pytest.fixture
def sign_in(names: dict[str, str], kept_sessions: Sessions) -> Iterator[SignIn]:
    """A browser in which somebody has signed in: Siti, whose address is proven, or somebody else."""
    from tests.doors.conftest import OF_A_DOOR, forget  # noqa: PLC0415 a fixture's own affair

    del names
    forget(*OF_A_DOOR)

    def signed(person: str = "siti-1", *, email: str = EMAIL, groups: tuple[str, ...] = (),
               handle: Any = handler.handle) -> Caller:
        token = kept_sessions.begin(person, name=NAMES.get(person, "Petugas"), email=email, groups=groups, now=NOW)
        return Caller(handle, {"__Host-sesi": token})

    yield signed
    forget(*OF_A_DOOR)


@pytest.fixture
def siti(sign_in: SignIn) -> Caller:
    return sign_in()


@pytest.fixture
def officer(sign_in: SignIn) -> Caller:
    return sign_in("rina-1", email="rina@portal.example", groups=("pengawas_data",), handle=desk.handle)


@pytest.fixture
def offering(catalogue: Catalogue) -> Offering:
    made = an_offering(now=NOW)
    catalogue.publish(made)
    return made


@pytest.fixture
def registered(registrations: Registrations, offering: Offering) -> Record:
    """Siti's registration, with what she needs."""
    record = a_record(official(accessibility_needs=NEEDS), offering, now=NOW)
    return registrations.register(record, offering, NOW)


def wrote_to_us(**changes: str) -> None:
    sent = {**ratna(email=EMAIL, **changes), "submission_id": a_submission(50)}
    assert Caller(feedback.handle)("POST /layanan/masukan", data=sent).status == 201


def ask(siti: Caller, number: int = 60, **answers: str) -> Answer:
    wanted = {"right": "erasure", "about": "self", **answers}
    return siti(ASK, data={**wanted, "submission_id": a_submission(number)})


def all_held(answer: Answer) -> dict[str, list[dict[str, Any]]]:
    return dict(answer.json["holdings"])


# -- what is kept --------------------------------------------------------------------------------------------------


def test_everything_that_the_notice_says_is_kept_is_in_my_data_and_the_dictionary_has_it() -> None:
    described = set(dictionary.read().kinds)
    assert set(holdings.KINDS) == set(views.kinds()), "in my data, or told why not"
    assert described - set(holdings.KINDS) == {"assessment"}, "who assessed is told to nobody by an account"
    kinds = retention.read()
    told = {name for name, kind in kinds.items() if kind.in_notice and kind.kept_by == "expiry"}
    assert told - described == {"breach"}, "the register of breaches names no people"


def test_the_dictionary_fits_the_forms_and_a_field_that_is_missing_stops_the_build() -> None:
    known = dictionary.read()
    dictionary.must_fit(known, doors.forms())
    kind = known.kinds["message"]
    shorter = known.model_copy(update={"kinds": {**known.kinds, "message": kind.model_copy(
        update={"rows": kind.rows[1:]})}})
    with pytest.raises(Exception, match=r"kinds\.message\.rows.*look at name"):
        dictionary.must_fit(shorter, doors.forms())


def test_who_sees_what_is_worked_out_from_the_access_table() -> None:
    table = dictionary.as_markdown(dictionary.read(), "registration", views.read_json("access.json"), "id")
    (nip,) = [line for line in table.splitlines() if line.startswith("| NIP")]
    assert "tersamar: " in nip
    assert "Pelatih" not in nip.partition("tersamar")[0], "checking people in shows a trainer no NIP"
    (hashed,) = [line for line in table.splitlines() if line.startswith("| Sidik")]
    assert hashed.endswith("| Tidak seorang pun, hanya sistem |")


def test_my_data_holds_what_was_sent_anywhere_with_my_address_and_nothing_of_others(
        siti: Caller, registered: Record, registrations: Registrations, offering: Offering) -> None:
    wrote_to_us()
    registrations.register(a_record(official(email="lain@bojonegoro.example", nip="199001152023212045"), offering,
                                    now=NOW, number=2), offering, NOW)
    kept = all_held(siti(MY, headers={"accept": "application/json"}))
    assert [each["reference"] for each in kept["registration"]] == [format_reference(registered.reference)]
    assert kept["registration"][0]["values"]["nip"] == NIP
    assert [each["values"]["message"] for each in kept["message"]] == [ratna()["message"]]
    assert {each["values"]["template"] for each in kept["mail"]} == {"registration_seated", "inbox_received"}
    assert len(kept["session"]) == 1
    assert "lain@" not in json.dumps(kept)


def test_a_cancelled_registration_is_told_too(siti: Caller, registered: Record, registrations: Registrations,
                                              offering: Offering) -> None:
    registrations.cancel(registered, offering, NOW)
    (kept,) = all_held(siti(MY, headers={"accept": "application/json"}))["registration"]
    assert kept["state"] == "cancelled"


def test_somebody_without_a_proven_address_sees_what_is_theirs_by_their_account_only(
        sign_in: SignIn, registered: Record) -> None:
    kept = all_held(sign_in("orang-lain", email="")(MY, headers={"accept": "application/json"}))
    assert registered
    assert (kept["registration"], len(kept["session"])) == ([], 1)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_counts_each_kind_and_leads_to_the_notice(siti: Caller, registered: Record, language: str) -> None:
    page = siti(MY, query={"lang": language})
    assert registered
    titles = {views.title_of(kind, language): kind for kind in views.kinds()}
    shown = {item.find("a")[0].text(): item.text() for item in page.page.find("li") if item.find("a")}
    assert set(titles) <= set(shown)
    assert shown[views.title_of("registration", language)].endswith(": 1")
    assert any(link.endswith("/tentang/privasi/#data-registration") for link in page.links)


def test_the_copy_for_programs_is_the_same_as_what_is_shown_and_that_it_was_made_is_remembered(
        siti: Caller, registered: Record) -> None:
    copied = siti(COPY, kind="json")
    assert copied.headers["content-disposition"] == 'attachment; filename="data-saya.json"'
    (kept,) = copied.json["holdings"]["registration"]
    assert (kept["values"]["email"], kept["reference"]) == (EMAIL, format_reference(registered.reference))
    trail = siti(f"GET {handler.TRAIL}", headers={"accept": "application/json"}).json["entries"]
    assert [(row["who"], row["about"]) for row in trail] == [("Anda", "Akun dan salinan data")]


def pdf_of(answer: dict[str, Any]) -> pypdf.PdfReader:
    import base64  # noqa: PLC0415 only here

    return pypdf.PdfReader(io.BytesIO(base64.b64decode(answer["body"])))


def raw(caller: Caller, route: str, **path: str) -> dict[str, Any]:
    """The door's own answer, for what is no text."""
    event = {"version": "2.0", "routeKey": route, "rawPath": "/", "rawQueryString": "", "headers": {},
             "cookies": [f"{name}={value}" for name, value in caller.cookies.items()], "pathParameters": path,
             "requestContext": {"requestId": "r", "http": {"method": "GET"}}}
    return caller.handle(event, Context())


def test_the_copy_to_read_is_a_tagged_document_with_every_answer(siti: Caller, registered: Record) -> None:
    answer = raw(siti, COPY, kind="pdf")
    assert answer["headers"]["content-type"] == "application/pdf"
    document = pdf_of(answer)
    text = "\n".join(page.extract_text() for page in document.pages)
    assert all(each in text for each in (EMAIL, NEEDS, format_reference(registered.reference), "Data saya"))
    assert "19860926 201505 2 001" in text, "as people write it"
    catalogue = document.trailer["/Root"]
    assert bool(catalogue["/MarkInfo"]["/Marked"])
    assert catalogue["/Lang"] == "id"


@pytest.mark.parametrize("typed", ["#panic(1)", "$ x $", "*tebal* _miring_ @acuan <label>", "\\u{41} // komentar",
                                   '#import "/etc/passwd"', "学校 مدرسة 🙂", "\u202ekanan\u202c", "a" * 3000])
def test_nothing_that_somebody_typed_is_markup_of_a_document(typed: str) -> None:
    data = {"title": "Data saya", "language": "id", "summary": [["Nama", typed]],
            "words": {"portal": "Portal", "page": "Halaman", "text": typed, "nothing": "-"},
            "kinds": [{"title": typed, "holdings": [{"title": typed, "rows": [[typed, typed]]}]}]}
    drawn = pypdf.PdfReader(io.BytesIO(draw("my_data", data)))
    text = "".join(page.extract_text() for page in drawn.pages)
    assert "Data saya" in text
    if typed.isascii() and len(typed) < 100:
        assert text.replace("\n", "").count(typed.replace(" ", "")) + text.count(typed) >= 3


@pytest.mark.usefixtures("registered")
def test_every_value_that_can_be_kept_has_its_label_and_text(
        siti: Caller, registrations: Registrations, offering: Offering) -> None:
    """A value without words would be a fault of ours on the page of whoever has it."""
    wrote_to_us()
    asking = offering.model_copy(update={"id": "lingkar-klino", "approval": True})
    for number in (2, 3):
        request = a_record(official(offering=asking.id), asking, now=NOW, number=number)
        assert registrations.register(request, asking, NOW).state == "requested"
        assert number == 3 or registrations.refuse(request, Refusal("other", "Penuh."), asking, NOW)
    SavedFilters(handler.tables().identity).keep("siti-1", "Menunggu", {"status": "waiting"}, NOW)
    ask(siti, details="Semua")
    siti(f"POST {handler.CONSENTS}", form={"untuk": "photos", "jawaban": "ya"})
    uploads = handler.tables().uploads
    for number, facts in enumerate(({"released_at": format_moment(NOW), "kind": "pdf", "digest": "0" * 64},
                                    {"refused_at": format_moment(NOW), "reason": "infected"},
                                    {"failed_at": format_moment(NOW), "failure": "scan_silent"}, {})):
        upload = Upload(id=a_submission(70 + number), owner="siti-1", file_name="SK.pdf", language="id",
                        asked_at=format_moment(NOW))
        uploads.ask(upload, lambda _: None, datetime.now(UTC))
        for name, value in facts.items():
            uploads.table.write(update({"pk": "OWNER#siti-1", "sk": f"UPLOAD#{upload.id}"}, f"SET {name} = :v",
                                       values={"v": value}))
    handler.tables().identity.write(update({"pk": "PERSON#siti-1", "sk": "PROFILE"},
                                           "SET answers = :a, version = :v, changed_at = :c",
                                           values={"a": {"kind": "psm", "nip": NIP, "phone": "+6281234567890"},
                                                   "v": 1, "c": format_moment(NOW)}))
    proofs = Proofs(handler.tables().identity)
    for code, email in (("111111", "lama@desa.example"), ("222222", "kantor@desa.example")):
        proofs.ask("siti-1", email, code, "id", NOW)
        if code == "111111":
            proofs.answer("siti-1", code, handler.tables().audit, Note(
                "person", "siti-1", "claimed", Actor("siti-1", "pengguna"), "1", NOW, ("field:email",)))
    me = holdings.known_as(handler.tables(), "siti-1", EMAIL)
    assert me.addresses == (EMAIL, "lama@desa.example")
    works_with_dossiers("siti-1")
    kept = list(holdings.everything(handler.tables(), me, NOW))
    assert {each.kind for each in kept} == set(views.kinds())
    assert "222222" not in str(kept), "who asked for a code reads it in that mailbox, and nowhere else"
    for language in ("id", "en"):
        rows = [row for each in kept for row in views.rows_of(each, language)]
        assert [label for label, text in rows if not text] == []
        assert all(label for label, _ in rows)
        assert {"id": "Panitia mempunyai alasan lain. Penuh.", "en": "The committee has another reason. Penuh."}[
            language] in {text for _, text in rows}
        assert draw("my_data", views.document(kept, [], language)).startswith(b"%PDF")


def works_with_dossiers(person: str) -> None:
    """A dossier that was decided, and everything that is kept of whoever works at these desks."""
    tables, moment = handler.tables(), format_moment(NOW)
    note = Note("dossier", "7F3K-9QX2", "recorded", Actor(person, "self"), "1", NOW)
    identity = {"name": "Siti Aminah", "nip": NIP, "birth_place": "Klino", "education": "d4_s1",
                "rank_day": "2023-01-01", "post_day": "2023-01-01", "unit": "Dinas PMD", "agency": "Pemkab",
                "superior": "Ratna"}
    tables.dossiers.begin(Dossier(
        "7F3K9QX2", a_submission(81), person, "konversi", "id", EMAIL, moment, state="returned", since=moment,
        sections={"identitas": identity, "predikat": {"periods": [
            {"first": "2023-01", "last": "2023-12", "predikat": "baik"}]}},
        evidence=(Exhibit("sk_jabatan", "files", "x", "SK.pdf", "0" * 64),), returned={"lampiran": Returned("unclear")},
        frozen=Frozen(moment, "0" * 64, {"identitas": "0" * 64}), unit="Dinas PMD", agency="Pemkab", region="35.22",
        superior={"name": "Ratna", "nip": NIP, "title": "Kepala"}, decided_at=moment, number="001/PAK/2026",
        objection="Kurang satu bulan.", objected_at=moment, answer="Ya.", answered_at=moment), note)
    tables.dossiers.table.write(decided(Decision(
        "7F3K9QX2", "konversi", moment, "001/PAK/2026", "250/12", "ahli_pertama", "III/a", "2023-01", "2023-12", "1",
        {"identitas": identity}, {"2023-01": "baik"}, {"id": {}, "en": {}}, replaced_at=moment), person))
    tables.assessments.join(Assessor(person, "Siti", NIP, "ahli_madya", "IV/a", "Pemkab", away_until="2026-12-01"), NOW)
    tables.assessments.table.write(tables.assessments.signs(person, Signer(NIP, "Kepala", "Klino"), NOW))
    day = day_of(NOW).isoformat()
    lent = Delegation(a_submission(82), person, "orang-lain", "penetap", "*", day, day, "other", "Rapat", "", "")
    tables.assessments.lend(lent, (Role("penetap", "*"),), replace(note, kind="person", record=person, action="lent"))
    session = Session("0" * 64, person, "Siti", EMAIL, ("penetap:*", "panitia:*"), moment, moment, "id")
    Hands(tables.assessments.table).note(session, NOW)
    Hands(tables.assessments.table).introduce(session, NOW)


def test_who_saw_a_long_list_stands_in_the_trail_of_everybody_in_it(siti: Caller, registered: Record) -> None:
    officer, audit = Actor("petugas-7", "panitia"), handler.tables().audit
    for moment in (NOW - timedelta(hours=1), NOW + timedelta(seconds=5)):
        audit.note(Note(kind="offering", record=registered.offering, action="exported", actor=officer, rules="1",
                        now=moment))
    trail = siti(f"GET {handler.TRAIL}", headers={"accept": "application/json"}).json["entries"]
    assert [(row["who"], row["about"]) for row in trail] == [("Petugas", "Daftar kegiatan yang Anda ikuti")]


@pytest.mark.parametrize("answer", [[], {}, ["ya", "tidak"], 7, None])
def test_an_answer_to_a_consent_that_is_none_is_no_fault_of_ours(siti: Caller, answer: object) -> None:
    sent = {"untuk": "accessibility_needs", "jawaban": answer}
    assert siti(f"POST {handler.CONSENTS}", data=sent).status == 404


# -- consents ------------------------------------------------------------------------------------------------------


def test_each_consent_is_given_and_withdrawn_by_itself_with_the_text_that_was_read(siti: Caller) -> None:
    said = f"POST {handler.CONSENTS}"
    siti(said, form={"untuk": "photos", "jawaban": "ya"})
    siti(said, form={"untuk": "polls", "jawaban": "ya", "lang": "en"})
    siti(said, form={"untuk": "polls", "jawaban": "tidak"})
    ledger = handler.rights().ledger("siti-1")
    assert [(each.purpose, each.given, each.language) for each in sorted(ledger, key=lambda each: each.at)] == [
        ("photos", True, "id"), ("polls", True, "en"), ("polls", False, "id")]
    assert "Foto dan rekaman yang memuat saya" in ledger[0].text
    told = siti(f"GET {handler.CONSENTS}", headers={"accept": "application/json"}).json["consents"]
    assert {purpose: each["given"] for purpose, each in told.items()} == {"photos": True, "polls": False}


def test_a_consent_to_an_older_text_is_asked_anew(siti: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    siti(f"POST {handler.CONSENTS}", form={"untuk": "photos", "jawaban": "ya"})
    changed = {**handler._texts(), "photos": {**handler._texts()["photos"], "version": "2027-01-01"}}
    monkeypatch.setattr(handler, "_texts", lambda: changed)
    page = siti(f"GET {handler.CONSENTS}")
    buttons = {each.attributes["value"] for each in page.page.find("button") if "value" in each.attributes}
    assert buttons == {"ya"}


def test_what_was_filled_in_is_erased_everywhere_when_its_consent_is_withdrawn(
        siti: Caller, registered: Record, registrations: Registrations) -> None:
    page = siti(f"GET {handler.CONSENTS}")
    assert "Hapus" in page.text or "hapus" in page.text
    answer = siti(f"POST {handler.CONSENTS}", form={"untuk": "accessibility_needs", "jawaban": "tidak"})
    assert answer.status == 303
    after = registrations.find(registered.reference)
    assert after
    assert "accessibility_needs" not in after.answers
    assert {name: value for name, value in registered.answers.items()
            if name != "accessibility_needs" and value is not None} == after.answers
    assert NEEDS not in json.dumps(list(contents(registrations.table)), default=str)
    entries = list(handler.tables().audit.entries("registration", format_reference(registered.reference)))
    assert [(each["action"], each["facts"]) for each in entries] == [("withdrawn", ["field:accessibility_needs"])]


@pytest.mark.parametrize("sent", [{"untuk": "iklan", "jawaban": "ya"}, {"untuk": "photos"}, {},
                                  {"untuk": "accessibility_needs", "jawaban": "ya"}])
def test_nobody_consents_to_what_is_not_asked(siti: Caller, sent: dict[str, str]) -> None:
    assert siti(f"POST {handler.CONSENTS}", form=sent).status == 404
    assert handler.rights().ledger("siti-1") == []


def test_every_purpose_has_its_text() -> None:
    assert tuple(handler._texts()) == PURPOSES


# -- requests ------------------------------------------------------------------------------------------------------


def test_a_request_is_checked_sent_and_told_with_its_clock(siti: Caller, office: PostOffice) -> None:
    filled = {"right": "correction", "about": "self", "details": "NIP saya salah ketik."}
    check = siti(ASK, form=filled)
    assert check.status == 200
    sent = siti(ASK, form={**check.fields(handler.REQUESTS), "step": "send"})
    assert sent.status == 303
    page = siti(ONE, reference=sent.location.rpartition("/")[2])
    assert "71 jam lagi" in page.text or "72 jam lagi" in page.text
    assert "NIP saya salah ketik." in page.text
    office.relay()
    office.deliver()
    (mail,) = office.sent
    assert mail.to == [EMAIL]
    assert "memperbaiki data Anda" in mail.body


@pytest.mark.parametrize(("answers", "wrong"), [
    ({"right": "correction"}, [("details", "missing")]),
    ({"right": "objection", "details": "  "}, [("details", "missing")]),
    ({"right": "hapus"}, [("right", "not_an_option")]), ({"about": ""}, [("about", "missing")])])
def test_an_answer_that_is_missing_is_told_beside_it(siti: Caller, answers: dict[str, str],
                                                     wrong: list[tuple[str, str]]) -> None:
    assert ask(siti, **answers).codes == wrong


def test_without_a_proven_address_a_request_says_what_to_do(sign_in: SignIn) -> None:
    assert ask(sign_in(email="")).codes == [("details", "no_address")]


def test_sent_twice_it_is_one_request_and_another_with_its_number_is_refused(siti: Caller) -> None:
    first, again = ask(siti), ask(siti)
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert ask(siti, right="export").status == 409


def test_nobody_fills_the_officers_queue(siti: Caller) -> None:
    most = rows_until("limits", "open_requests", NOW)[-1].number
    first = [ask(siti, 80 + number, right="export").json["reference"] for number in range(most)]
    assert ask(siti, 99).codes == [("right", "too_many_open")]
    assert ask(siti, 80, right="export").status == 200, "the same again is no further one"
    siti(f"POST {handler.REQUESTS}/{{reference}}/tarik", form={}, reference=first[0])
    assert ask(siti, 99).status == 201


def test_a_childs_data_are_flagged_and_wait_for_proof(siti: Caller, officer: Caller) -> None:
    made = ask(siti, about="child", details="Anak saya, 9 tahun.")
    assert made.json["state"] == "received"
    assert "data anak" in officer(QUEUE).text
    (waiting,) = officer(QUEUE, headers={"accept": "application/json"}).json["requests"]
    assert waiting["about_child"] is True


def test_a_request_can_be_taken_back_until_it_is_answered(siti: Caller, officer: Caller) -> None:
    reference = ask(siti).json["reference"]
    assert siti(f"POST {handler.REQUESTS}/{{reference}}/tarik", form={}, reference=reference).status == 303
    assert "tarik kembali" in siti(ONE, reference=reference).text
    assert officer(QUEUE, headers={"accept": "application/json"}).json["requests"] == []


def test_nobody_sees_the_request_of_somebody_else(siti: Caller, sign_in: SignIn) -> None:
    reference = ask(siti).json["reference"]
    other = sign_in("budi-1", email="budi@bojonegoro.example")
    foreign, absent = other(ONE, reference=reference), other(ONE, reference="7F3K9QX2")
    assert (foreign.status, foreign.body) == (absent.status, absent.body) == (404, foreign.body)


# -- the officer ---------------------------------------------------------------------------------------------------


def decide(officer: Caller, reference: str, decision: str) -> Answer:
    officer(ACT, form={"tindakan": "tangani"}, reference=reference)
    return officer(ACT, form={"tindakan": "jawab", "keputusan": decision}, reference=reference)


def test_the_most_urgent_request_stands_first_and_a_late_one_says_so(siti: Caller, officer: Caller) -> None:
    late = ask(siti, 61, right="export").json["reference"]
    ask(siti, 62)
    store = handler.rights()
    plain = late.replace("-", "")
    store.table.write(update({"pk": f"REQUEST#{plain}", "sk": "RECORD"}, "SET due_at = :d",
                             values={"d": format_moment(NOW - timedelta(hours=3))}))
    rows = officer(QUEUE).page.find("tr")[1:]
    assert late in rows[0].text()
    assert "TERLAMBAT" in rows[0].text()


def test_the_officer_sees_how_much_is_kept_and_what_would_go_but_not_what_it_says(
        siti: Caller, officer: Caller, registered: Record) -> None:
    assert registered
    page = officer(CASE, reference=ask(siti).json["reference"])
    kept = [item.text() for item in page.page.find("li")]
    assert "Pendaftaran kegiatan: 1 (dihapus bila dikabulkan)" in kept
    assert any(each.startswith("Permintaan hak atas data: 1 (tetap: ") for each in kept)
    assert any("Orang yang datanya dicatat mengajukan permintaan" in each for each in kept), "not some officer"
    assert NIP not in page.body
    assert NEEDS not in page.body


def test_an_answer_is_given_with_its_reason_and_told(siti: Caller, officer: Caller, office: PostOffice) -> None:
    reference = ask(siti, right="export").json["reference"]
    decide(officer, reference, "refused:nothing_found")
    assert "tidak dikabulkan: tidak ada data Anda yang kami temukan" in siti(ONE, reference=reference).text
    office.relay()
    office.deliver()
    assert [mail.subject for mail in office.sent][-1] == f"Permintaan Anda sudah dijawab ({reference})"


def test_whatever_an_officer_is_shown_leaves_an_entry(siti: Caller, officer: Caller) -> None:
    reference = ask(siti, right="correction", details="Nama saya").json["reference"]

    def views() -> int:
        return [each["action"] for each in handler.rights().audit.entries("rights_request", reference)].count("viewed")

    for number, sent in enumerate(({"tindakan": "jawab"}, {"tindakan": "perbaiki"}), 1):
        assert "siti@bojonegoro" in officer(ACT, form=sent, reference=reference).body
        assert views() == number


@pytest.mark.parametrize("decision", ["", "granted:nothing_found", "refused:done", "hapus:done", "granted", "x" * 500])
def test_a_decision_without_its_reason_is_asked_again(siti: Caller, officer: Caller, decision: str) -> None:
    reference = ask(siti).json["reference"]
    officer(ACT, form={"tindakan": "tangani"}, reference=reference)
    assert "Pilih satu keputusan" in officer(ACT, form={"tindakan": "jawab", "keputusan": decision},
                                             reference=reference).text


def test_of_two_officers_the_second_is_told_what_changed(siti: Caller, officer: Caller, sign_in: SignIn) -> None:
    other = sign_in("doni-1", groups=("pengawas_data",), handle=desk.handle)
    reference = ask(siti).json["reference"]
    decide(officer, reference, "granted:being_done")
    late = other(ACT, form={"tindakan": "jawab", "keputusan": "refused:of_others"}, reference=reference)
    assert "sudah berubah" in late.text
    found = handler.rights().find(reference.replace("-", ""))
    assert found
    assert found.outcome == "granted"


def test_the_decisions_that_are_offered_are_those_that_can_be_given(siti: Caller, officer: Caller) -> None:
    child = ask(siti, 63, about="child").json["reference"]
    mine = ask(siti, 64).json["reference"]
    def offered(reference: str) -> set[str]:
        return {each.attributes["value"] for each in officer(CASE, reference=reference).page.find("option")} - {""}

    assert offered(child) == {"refused:not_the_person"}, "before the proof only this can be said"
    assert offered(mine) == set(), "whoever answers has taken it on"
    officer(ACT, form={"tindakan": "tangani"}, reference=mine)
    assert offered(mine) == {f"{outcome}:{reason}" for outcome, reasons in REASONS_FOR.items() for reason in reasons}


# -- correcting ----------------------------------------------------------------------------------------------------


@pytest.fixture
def correcting(siti: Caller, officer: Caller, registered: Record) -> Callable[..., Answer]:
    """Siti asks for a correction, an officer has taken it on and corrects."""
    reference = ask(siti, right="correction", details="Nama saya keliru.").json["reference"]
    officer(ACT, form={"tindakan": "tangani"}, reference=reference)
    number = format_reference(registered.reference)
    return lambda **sent: officer(ACT, form={"tindakan": "perbaiki", "nomor": number, **sent}, reference=reference)


@pytest.mark.parametrize(("answer", "typed", "kept"), [
    ("name", "Siti Aminah, S.Pd.", "Siti Aminah, S.Pd."), ("phone", "0813 9999 0000", "+6281399990000"),
    ("nip", "19900115 202321 2 045", "199001152023212045")])
def test_an_answer_is_corrected_in_its_own_form_and_remembered(
        correcting: Callable[..., Answer], registered: Record, answer: str, typed: str, kept: str) -> None:
    assert "Sudah diperbaiki" in correcting(bagian=answer, nilai=typed).text
    store = handler.tables().registrations
    after = store.find(registered.reference)
    assert after
    assert {name: value for name, value in after.answers.items() if value is not None} == {
        **{name: value for name, value in registered.answers.items() if value is not None}, answer: kept}
    assert (after.seat, after.state) == (registered.seat, "seated")
    (entry,) = handler.tables().audit.entries("registration", format_reference(registered.reference))
    assert (entry["action"], entry["facts"]) == ("corrected", [f"field:{answer}"])


def test_a_corrected_nip_is_free_for_its_owner_and_held_by_the_new_one(
        correcting: Callable[..., Answer], registrations: Registrations, offering: Offering) -> None:
    correcting(bagian="nip", nilai="199001152023212045")
    registrations.register(a_record(official(email="lain@desa.example"), offering, now=NOW, number=3), offering, NOW)
    with pytest.raises(AlreadyRegistered):
        registrations.register(a_record(official(email="tiga@desa.example", nip="199001152023212045"), offering,
                                        now=NOW, number=4), offering, NOW)
    assert "Belum diperbaiki" in correcting(bagian="nip", nilai=NIP).text, "somebody else has it now"


@pytest.mark.parametrize(("sent", "told"), [
    ({"bagian": "nip", "nilai": "123"}, "NIP"),
    ({"bagian": "email", "nilai": "x@y.example"}, "Pilih pendaftaran"),
    ({"bagian": "agency", "nilai": ""}, "Belum diperbaiki"), ({"bagian": "name", "nilai": " "}, "nama"),
    ({"nomor": "7F3K-9QX2", "bagian": "name", "nilai": "X"}, "Pilih pendaftaran")])
def test_what_cannot_be_corrected_says_so_and_changes_nothing(
        correcting: Callable[..., Answer], registered: Record, sent: dict[str, str], told: str) -> None:
    assert told in correcting(**sent).text
    assert handler.tables().registrations.find(registered.reference) == replace(
        registered, answers={name: value for name, value in registered.answers.items() if value is not None})


# -- erasing -------------------------------------------------------------------------------------------------------


def sweep() -> dict[str, int]:
    return erasure.handle({}, Context(60))


@pytest.fixture
def granted(siti: Caller, officer: Caller, office: PostOffice) -> Callable[..., str]:
    """Siti asks to erase, the officer grants it, and an hour passes three times: letters go out between the rounds."""
    def done(decision: str = "granted:being_done") -> str:
        reference = str(ask(siti).json["reference"])
        decide(officer, reference, decision)
        for _ in range(3):
            office.relay()
            office.deliver()
            sweep()
        office.relay()
        office.deliver()
        return reference

    return done


def personal(table: Table) -> str:
    return json.dumps(list(contents(table)), default=str, ensure_ascii=False)


def test_what_a_granted_request_asks_to_erase_is_gone_and_that_is_told(  # noqa: PLR0917 the whole world of one person
        granted: Callable[..., str], registered: Record, names: dict[str, str], office: PostOffice,
        registrations: Registrations, catalogue: Catalogue, offering: Offering) -> None:
    wrote_to_us()
    asking = offering.model_copy(update={"id": "lingkar-klino", "approval": True})
    catalogue.publish(asking)
    request = a_record(official(offering=asking.id), asking, now=NOW, number=2)
    assert registrations.register(request, asking, NOW).state == "requested"
    SavedFilters(handler.tables().identity).keep("siti-1", "Siti Aminah", {"status": "waiting"}, NOW)
    reference = granted()
    assert handler.tables().registrations.find(registered.reference) is None
    assert handler.tables().registrations.find(request.reference) is None
    assert catalogue.requests(asking.id) == 0
    for table in ("RegistrationsTable", "FeedbackTable", "IdentityTable"):
        left = personal(Table(names[table]))
        assert all(each not in left for each in (EMAIL, NIP, "Siti Aminah")), table
    found = handler.rights().find(reference.replace("-", ""))
    assert found
    assert found.erased_at
    assert "Penghapusannya selesai" in office.sent[-1].body
    assert sweep() == {"done": 0, "waiting": 0}


def test_what_a_restore_brings_back_is_erased_again(
        granted: Callable[..., str], registered: Record, registrations: Registrations, office: PostOffice) -> None:
    backup = list(contents(registrations.table))
    granted()
    for item in contents(registrations.table):
        registrations.table.write(delete({"pk": item["pk"], "sk": item["sk"]}))
    for item in backup:
        registrations.table.write(put(item))
    assert registrations.find(registered.reference)
    assert sweep() == {"done": 0, "waiting": 0}, "nothing new was granted"
    for _ in range(2):
        erasure.handle({"again": True}, Context(60))
        office.relay()
        office.deliver()
    assert erasure.handle({"again": True}, Context(60)) == {"done": 1, "waiting": 0}
    assert registrations.find(registered.reference) is None


def test_what_was_sent_with_a_proven_address_is_erased_too(
        granted: Callable[..., str], registrations: Registrations, offering: Offering) -> None:
    """Its keys are kept with the request: the addresses themselves are among what is erased first."""
    second = "lama@desa.example"
    handler.tables().identity.write(Addresses.proven("siti-1", second, NOW))
    record = registrations.register(a_record(official(email=second, accessibility_needs=NEEDS), offering, now=NOW),
                                    offering, NOW)
    granted()
    assert registrations.find(record.reference) is None


def test_what_came_after_the_erasing_is_left_alone(
        granted: Callable[..., str], registrations: Registrations, registered: Record, offering: Offering,
        siti: Caller) -> None:
    granted()
    assert registrations.find(registered.reference) is None
    later = datetime.now(UTC)
    again = registrations.register(a_record(official(), offering, now=later, number=7), offering, later)
    Sessions(handler.tables().identity).begin("siti-1", name="Siti Aminah", email=EMAIL, groups=(), now=later)
    for _ in range(2):
        erasure.handle({"again": True}, Context(60))
    found = registrations.find(again.reference)
    assert found
    assert found.state == "seated"
    assert [each.name for each in Sessions(handler.tables().identity).of("siti-1", later)] == ["Siti Aminah"]
    assert siti(MY).status == 303, "the session of before is over"


def test_the_seat_of_whoever_is_erased_goes_to_the_next(
        granted: Callable[..., str], registrations: Registrations, catalogue: Catalogue) -> None:
    small = an_offering(now=NOW, seats=1)
    catalogue.publish(small)
    first = registrations.register(a_record(official(), small, now=NOW), small, NOW)
    second = registrations.register(a_record(official(email="dua@desa.example", nip="199001152023212045"), small,
                                             now=NOW, number=2), small, NOW)
    assert (first.state, second.state) == ("seated", "waiting")
    granted()
    promoted = registrations.find(second.reference)
    assert promoted
    assert promoted.state == "seated"
    assert registrations.find(first.reference) is None


def test_a_letter_on_its_way_is_not_lost_to_the_erasing(siti: Caller, officer: Caller, registered: Record) -> None:
    decide(officer, ask(siti).json["reference"], "granted:being_done")
    assert sweep() == {"done": 0, "waiting": 1}
    letters = handler.tables().registrations.letters(registered)
    assert {each["template"] for each in letters} == {"registration_seated", "registration_cancelled"}


def test_attendance_of_an_activity_that_has_begun_stays_until_its_own_end(
        granted: Callable[..., str], officer: Caller, registered: Record, catalogue: Catalogue,
        offering: Offering) -> None:
    catalogue.publish(offering.model_copy(update={
        "opens": NOW - timedelta(days=9), "closes": NOW - timedelta(days=8), "starts": NOW - timedelta(days=2),
        "ends": NOW - timedelta(days=1)}))
    reference = granted("partly:still_needed")
    assert "masih diperlukan" in officer(CASE, reference=reference).text
    found, request = (handler.tables().registrations.find(registered.reference),
                      handler.rights().find(reference.replace("-", "")))
    assert found
    assert found.state == "seated"
    assert request
    assert request.erased_at


def test_a_refused_erasure_erases_nothing(siti: Caller, officer: Caller, registered: Record,
                                          registrations: Registrations) -> None:
    decide(officer, ask(siti).json["reference"], "refused:of_others")
    assert sweep() == {"done": 0, "waiting": 0}
    found = registrations.find(registered.reference)
    assert found
    assert (found.state, found.answers["nip"]) == ("seated", NIP)


def test_nothing_that_was_typed_or_kept_stands_in_a_log(siti: Caller, officer: Caller, registered: Record,
                                                        log: StringIO) -> None:
    assert registered
    siti(MY)
    raw(siti, COPY, kind="pdf")
    reference = ask(siti, right="correction", details="Nama saya Siti Aminah").json["reference"]
    decide(officer, reference, "granted:done")
    sweep()
    assert all(each not in log.getvalue() for each in (EMAIL, NIP, NEEDS, "Siti"))
