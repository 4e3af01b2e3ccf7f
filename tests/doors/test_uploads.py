"""The way of a file: a place, a form posted to the bucket, inspection and scanner in any order, an outcome."""

from __future__ import annotations

import hashlib
import itertools
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.bus import BucketPump, Bus
from infra.emulator import WITHOUT_PROXY, client
from infra.lambdas import Lambda
from infra.scanner import EICAR, Scanner, stand_in
from infra.template_reader import Template
from portal import buckets, errors
from portal.assets import words
from portal.buckets import Bucket
from portal.evidence import Evidence, Pointer
from portal.identifiers import format_moment
from portal.records import Table
from portal.sessions import Sessions
from tests import hostile
from tests.doors.calling import Answer, Caller, Context
from tests.doors.conftest import OF_A_DOOR, ORIGIN, forget
from tests.doors.weather import contents
from tests.hostile import MOST, docx, from_a_phone, pdf
from tests.people import a_submission
from uploads import clock, handler, inspector, rules
from uploads.models import REASONS
from uploads.store import INCOMING, INSPECTED, Uploads

TEMPLATE = Template()
BASE = handler.BASE
SITI, YOHANA = "01JSITI", "01JYOHANA"
A_DAY = timedelta(days=1)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class Files:
    """Somebody at the portal who sends files, and everything that happens to them."""

    names: dict[str, str]
    endpoint: str
    who: str = SITI
    scanner: Scanner = field(default_factory=lambda: Scanner("stand-in", stand_in))
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        function = Template().functions["InspectorFunction"]
        self.bus = Bus([(Lambda(function, inspector.handle), TEMPLATE.resolve(pattern, self.names))
                        for pattern in function.rules])
        self.pump = BucketPump(self.bus, client("s3", self.endpoint), self.names["QuarantineBucket"], ["masuk/"],
                               self.scanner)

    @property
    def door(self) -> Caller:
        """The door, to whoever this is now."""
        sessions = Sessions(Table(self.names["IdentityTable"]))
        token = sessions.begin(self.who, name="Siti Aminah", email="", groups=(), now=datetime.now(UTC))
        return Caller(handler.handle, {"__Host-sesi": token})

    @property
    def table(self) -> Table:
        return Table(self.names["UploadsTable"])

    def ask(self, name: str = "SK.pdf", **more: str) -> Any:
        data = {"submission_id": a_submission(next(self.numbers)), "file_name": name, **more}
        answer = self.door(f"POST {BASE}", data=data)
        assert answer.status == 201, answer.body
        return answer.json

    def post(self, place: Any, content: bytes, *, field: str = "file", **changed: str) -> tuple[int, str, str]:
        """Post a form to the bucket as a browser does: status, where it leads, and what it says."""
        boundary = uuid.uuid4().hex
        body = b"".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                        for name, value in {**place["fields"], **changed}.items())
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="x"\r\n'
                 "Content-Type: application/octet-stream\r\n\r\n").encode()
        body += content + f"\r\n--{boundary}--\r\n".encode()
        request = urllib.request.Request(place["address"], body, {
            "Content-Type": f"multipart/form-data; boundary={boundary}", "Origin": ORIGIN})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
        try:
            with opener.open(request) as answer:
                return answer.status, "", answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("Location", ""), error.read().decode()

    def send(self, content: bytes, name: str = "SK.pdf", **more: str) -> str:
        """Ask for a place and send a file there; its identifier."""
        upload = self.ask(name, **more)
        assert self.post(upload["place"], content)[0] == 201
        return str(upload["upload"])

    def look(self, upload: str) -> Any:
        return self.door(f"GET {BASE}/{{upload}}", upload=upload, headers={"accept": "application/json"}).json

    def page(self, upload: str, **more: Any) -> Answer:
        return self.door(f"GET {BASE}/{{upload}}", upload=upload, **more)

    def content(self, upload: str) -> Answer:
        return self.door(f"GET {BASE}/{{upload}}/isi", upload=upload)

    def through(self, content: bytes, name: str = "SK.pdf", **more: str) -> Any:
        """Send a file and let everything happen to it."""
        upload = self.send(content, name, **more)
        self.pump.run_once()
        return self.look(upload)

    def arrived(self, upload: str, etag: str) -> None:
        self.bus.tell(self.pump._event("aws.s3", "Object Created", {
            "bucket": {"name": self.pump.bucket}, "object": {"key": f"{INCOMING}{upload}", "etag": etag}}))

    def scanned(self, upload: str, etag: str, status: str = "NO_THREATS_FOUND") -> None:
        self.bus.tell(self.pump._event("aws.guardduty", "GuardDuty Malware Protection Object Scan Result", {
            "scanStatus": "COMPLETED", "s3ObjectDetails": {
                "bucketName": self.pump.bucket, "objectKey": f"{INCOMING}{upload}", "eTag": etag},
            "scanResultDetails": {"scanResultStatus": status}}))

    def objects(self, bucket: str) -> dict[str, bytes]:
        s3 = client("s3", self.endpoint)
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=self.names[bucket]).get("Contents", [])]
        return {key: s3.get_object(Bucket=self.names[bucket], Key=key)["Body"].read() for key in keys}

    def tick(self, later: timedelta, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
        """The clock's round, so much later."""
        class Later(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return datetime.now(tz) + later

        with monkeypatch.context() as patch:
            patch.setattr(clock, "datetime", Later)
            return clock.handle({}, Context())


def etag_of(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def files(emulator: Any, names: dict[str, str]) -> Iterator[Files]:
    yield Files(names, emulator.url)
    forget(*OF_A_DOOR)


# -- the whole way -------------------------------------------------------------------------------------------------


def test_a_file_is_sent_inspected_scanned_released_and_fetched(files: Files) -> None:
    upload = files.send(pdf(), "SK pengangkatan.pdf", media_type="application/pdf",
                        sha256=hashlib.sha256(pdf()).hexdigest())
    assert files.look(upload)["state"] == "asked"
    files.pump.run_once()
    seen = files.look(upload)
    assert (seen["state"], seen["name"], seen["kind"], seen["final"]) == ("clean", "SK pengangkatan.pdf", "pdf", True)
    with WITHOUT_PROXY.open(files.content(upload).location) as answer:
        assert answer.read() == pdf()
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="berkas-{seen["number"]}.pdf"')


def test_without_script_the_form_leads_to_the_bucket_and_back_to_the_page(files: Files) -> None:
    asked = files.door(f"POST {BASE}", form={"file_name": "SK 2024", "lang": "id"})
    assert asked.status == 303
    upload = asked.location.rsplit("/", 1)[-1]
    page = files.page(upload)
    (form,) = [each for each in page.page.find("form") if each.attributes.get("enctype") == "multipart/form-data"]
    place = {"address": form.attributes["action"],
             "fields": {each.attributes["name"]: each.attributes["value"] for each in form.find("input")
                        if each.attributes["type"] == "hidden"}}
    assert [each.attributes["name"] for each in form.find("input")][-1] == "file", "S3 reads no field behind the file"
    status, location, _ = files.post(place, pdf())
    assert status == 303
    assert location.startswith(f"{ORIGIN}{BASE}/{upload}?bucket=")
    assert files.page(upload, query={"key": f"{INCOMING}{upload}"}).heading == "Berkas sudah sampai"
    files.pump.run_once()
    assert files.page(upload).heading == "Berkas siap dipakai"
    assert files.look(upload)["name"] == "SK 2024.pdf"


def test_a_picture_is_released_without_what_the_telephone_wrote(files: Files) -> None:
    seen = files.through(from_a_phone(), "IMG_1.jpg")
    assert seen["state"] == "clean"
    (released,) = files.objects("EvidenceBucket").values()
    assert b"SM-A055F" not in released
    assert hashlib.sha256(released).hexdigest() == seen["sha256"]


def test_the_same_file_twice_is_one_object_and_another_persons_too(files: Files) -> None:
    first = files.through(pdf(), "a.pdf")
    second = files.through(pdf(), "b.pdf")
    files.who = YOHANA
    third = files.through(pdf(), "c.pdf")
    assert first["sha256"] == second["sha256"] == third["sha256"]
    assert list(files.objects("EvidenceBucket")) == [first["sha256"]]


def test_quarantine_is_empty_once_there_is_an_outcome(files: Files) -> None:
    files.through(pdf())
    files.through(b"MZ")
    assert files.objects("QuarantineBucket") == {}


# Those that the bucket itself lets in; every fourth, because tests/rules/test_inspection.py looks at all of them.
# (Of the scanners' test file the scanner has the first word: see below.)
HOSTILE = [each for each in hostile.hostile()
           if each.verdict in set(REASONS) - {"empty", "too_large"} and each.name != "eicar.com"][::4]


@pytest.mark.parametrize("sample", HOSTILE, ids=lambda each: each.about)
def test_a_hostile_file_never_reaches_a_download(files: Files, sample: hostile.Sample) -> None:
    more = {"media_type": sample.declared} if sample.declared else {}
    seen = files.through(sample.data, sample.name, **more)
    assert (seen["state"], seen["reason"]) == ("refused", sample.verdict)
    assert seen["sentence"] == words("files", "id")["reasons"][sample.verdict].format(**REASONS[sample.verdict])
    assert files.content(seen["upload"]).status == 404
    assert files.objects("EvidenceBucket") == {}


@pytest.mark.parametrize(("content", "name"), [
    (EICAR, "eicar.com"), (docx({"word/media/image1.png": EICAR}), "laporan.docx")], ids=["alone", "in a document"])
def test_an_infected_file_gets_its_own_sentence(files: Files, content: bytes, name: str) -> None:
    seen = files.through(content, name)
    assert (seen["state"], seen["reason"]) == ("refused", "infected")
    assert seen["sentence"] == words("files", "id")["reasons"]["infected"]
    assert files.objects("EvidenceBucket") == {}


def test_everything_that_has_an_outcome_expires_what_was_not_released_earlier(files: Files) -> None:
    released, sent_back = (files.through(each)["upload"] for each in (pdf(), b"MZ"))
    until = {item["pk"] + item["sk"]: item["expires_at"] for item in contents(files.table) if "expires_at" in item}
    assert until[f"OWNER#{SITI}UPLOAD#{released}"] > until[f"OWNER#{SITI}UPLOAD#{sent_back}"]
    assert until[f"UPLOAD#{sent_back}OWNER"] == until[f"OWNER#{SITI}UPLOAD#{sent_back}"]


# -- any order, twice, replaced ------------------------------------------------------------------------------------


def test_the_scanner_may_answer_before_the_inspection(files: Files) -> None:
    upload = files.send(pdf())
    files.scanned(upload, etag_of(pdf()))
    assert files.look(upload)["state"] == "asked"
    files.arrived(upload, etag_of(pdf()))
    assert files.look(upload)["state"] == "clean"


def test_neither_of_the_two_alone_releases_a_file(files: Files) -> None:
    upload = files.send(pdf())
    files.arrived(upload, etag_of(pdf()))
    assert files.look(upload)["state"] == "inspecting"
    assert files.content(upload).status == 404
    assert files.objects("EvidenceBucket") == {}
    files.scanned(upload, etag_of(pdf()))
    assert files.look(upload)["state"] == "clean"


def test_every_event_may_come_twice(files: Files) -> None:
    upload = files.send(pdf())
    for _ in range(2):
        files.arrived(upload, etag_of(pdf()))
    for _ in range(2):
        files.scanned(upload, etag_of(pdf()))
    files.arrived(upload, etag_of(pdf()))
    assert files.look(upload)["state"] == "clean"
    assert len(files.objects("EvidenceBucket")) == 1


def test_a_verdict_on_one_content_never_releases_another(files: Files) -> None:
    """The place is good for an hour: whoever has it may send something else after the scanner has looked."""
    upload = files.ask()
    other = pdf(page=b"/Rotate 90")
    files.post(upload["place"], pdf())
    files.scanned(upload["upload"], etag_of(pdf()))
    files.post(upload["place"], other)
    files.arrived(upload["upload"], etag_of(pdf()))  # not there any more
    files.arrived(upload["upload"], etag_of(other))
    assert files.look(upload["upload"])["state"] == "inspecting"
    files.scanned(upload["upload"], etag_of(other), "THREATS_FOUND")
    assert files.look(upload["upload"])["reason"] == "infected"


def test_what_is_sent_after_the_inspection_is_never_looked_at_nor_released(files: Files) -> None:
    upload = files.ask()
    files.post(upload["place"], pdf())
    files.arrived(upload["upload"], etag_of(pdf()))
    files.post(upload["place"], from_a_phone())
    files.arrived(upload["upload"], etag_of(from_a_phone()))
    files.scanned(upload["upload"], etag_of(from_a_phone()))
    assert files.look(upload["upload"])["state"] == "inspecting"
    files.scanned(upload["upload"], etag_of(pdf()))
    assert files.objects("EvidenceBucket") == {hashlib.sha256(pdf()).hexdigest(): pdf()}


def test_an_object_that_nobody_asked_a_place_for_is_left_to_the_lifecycle(files: Files) -> None:
    files.arrived(a_submission(77), "etag")
    files.scanned(a_submission(77), "etag")
    assert contents(files.table) == []


@pytest.mark.parametrize("status", ["UNSUPPORTED", "ACCESS_DENIED", "FAILED", "SKIPPED", "anything new"])
def test_a_scanner_that_cannot_look_is_a_failure_with_its_own_sentence(files: Files, status: str) -> None:
    upload = files.send(pdf())
    files.arrived(upload, etag_of(pdf()))
    files.scanned(upload, etag_of(pdf()), status)
    seen = files.look(upload)
    assert (seen["state"], seen["reason"]) == ("failed", "scan_failed")
    assert seen["sentence"] == words("files", "id")["failures"]["scan_failed"]
    assert files.content(upload).status == 404


# -- the clock -----------------------------------------------------------------------------------------------------


def test_a_scan_that_never_answers_fails_with_its_own_sentence(
        files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = files.send(pdf())
    files.arrived(upload, etag_of(pdf()))
    assert files.tick(timedelta(minutes=29), monkeypatch)["given_up"] == 0
    assert files.tick(timedelta(minutes=31), monkeypatch)["given_up"] == 1
    seen = files.look(upload)
    assert (seen["state"], seen["sentence"]) == ("failed", words("files", "id")["failures"]["scan_silent"])
    files.scanned(upload, etag_of(pdf()))
    assert files.look(upload)["state"] == "failed", "too late is too late"
    assert files.content(upload).status == 404


def test_what_the_inspection_found_is_told_even_when_the_scanner_stays_silent(
        files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = files.send(b"<html>")
    files.arrived(upload, etag_of(b"<html>"))
    files.tick(timedelta(minutes=31), monkeypatch)
    assert (files.look(upload)["state"], files.look(upload)["reason"]) == ("refused", "not_accepted")


def test_an_inspection_that_does_not_work_fails_with_its_own_sentence(
        files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise inspector_broken

    inspector_broken = RuntimeError("no memory")
    upload = files.send(pdf())
    with monkeypatch.context() as patch:
        patch.setattr(inspector, "inspect_confined", broken)
        files.arrived(upload, etag_of(pdf()))
    assert files.look(upload)["state"] == "uploaded"
    files.tick(timedelta(minutes=31), monkeypatch)
    assert files.look(upload)["reason"] == "inspection_failed"


def test_a_place_that_nobody_used_is_forgotten_after_a_day(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = files.ask()["upload"]
    assert files.tick(A_DAY - timedelta(minutes=1), monkeypatch) == {"given_up": 0, "forgotten": 0}
    assert files.tick(A_DAY + timedelta(minutes=1), monkeypatch) == {"given_up": 0, "forgotten": 1}
    assert [each["sk"] for each in contents(files.table)] == ["ROOM"], "how often was asked, and nothing about what"
    assert files.door(f"GET {BASE}/{{upload}}", upload=upload).status == 404


def test_the_clock_leaves_what_has_an_outcome(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    files.through(pdf())
    assert files.tick(timedelta(days=3), monkeypatch) == {"given_up": 0, "forgotten": 0}


# -- the place -----------------------------------------------------------------------------------------------------


def test_a_place_takes_only_what_it_was_given_for(files: Files) -> None:
    digest = hashlib.sha256(pdf()).hexdigest()
    place = files.ask(media_type="application/pdf", sha256=digest)["place"]
    assert files.post(place, docx())[0] == 400, "another content than the checksum says"
    assert files.post(place, pdf(), **{"Content-Type": "text/html"})[0] == 403
    assert files.post(place, pdf(), key="masuk/01JD8Z3C4V5W6X7Y8Z9A0B1C99")[0] == 403
    assert files.post(place, pdf(), acl="public-read")[0] == 403
    assert files.post(place, pdf(), **{"x-amz-signature": "0" * 64})[0] == 403
    assert files.objects("QuarantineBucket") == {}
    assert files.post(place, pdf())[0] == 201


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"%PDF-1.7" + b"x" * MOST, "too_large")])
def test_without_script_what_is_empty_or_too_large_is_refused_in_words_of_ours(
        files: Files, content: bytes, reason: str) -> None:
    upload = files.ask()["upload"]
    page = files.page(upload)
    assert "Bila setelah mengirim muncul halaman lain" in page.text
    assert "7 MB" in page.text
    (form,) = [each for each in page.page.find("form") if "enctype" in each.attributes]
    fields = {each.attributes["name"]: each.attributes["value"] for each in form.find("input")
              if each.attributes["name"] != "file"}
    status, back, _ = files.post({"address": form.attributes["action"], "fields": fields}, content)
    assert (status, urllib.parse.urlsplit(back).path) == (303, f"{BASE}/{upload}")
    files.pump.run_once()
    assert (files.look(upload)["state"], files.look(upload)["reason"]) == ("refused", reason)
    assert files.objects("QuarantineBucket") == files.objects("EvidenceBucket") == {}


@pytest.mark.parametrize(("content", "code"), [(b"", "EntityTooSmall"), (b"x" * (MOST + 1), "EntityTooLarge")])
def test_the_bucket_itself_tells_a_script_what_is_empty_or_too_large(files: Files, content: bytes, code: str) -> None:
    status, _, told = files.post(files.ask()["place"], content)
    assert status == 400
    assert code in told


def test_a_place_is_good_for_an_hour(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "PLACE_SECONDS", -1)
    assert files.post(files.ask()["place"], pdf())[0] == 403
    assert rules.PLACE_SECONDS == 3600


def test_the_same_identifier_again_is_the_same_upload(files: Files) -> None:
    data = {"submission_id": a_submission(1), "file_name": "SK.pdf"}
    first, second = (files.door(f"POST {BASE}", data=data) for _ in range(2))
    assert (first.status, second.status) == (201, 200)
    assert first.json["upload"] == second.json["upload"]
    assert files.door(f"POST {BASE}", data={**data, "file_name": "lain.pdf"}).status == 409


def test_an_identifier_of_somebody_else_is_refused_and_learns_nothing(files: Files) -> None:
    upload = files.ask("rahasia.pdf")["upload"]
    files.who = YOHANA
    answer = files.door(f"POST {BASE}", data={"submission_id": upload, "file_name": "rahasia.pdf"})
    assert answer.status == 409
    assert "rahasia" not in answer.body


@pytest.mark.parametrize(("data", "code"), [
    ({"file_name": ""}, "missing"), ({"file_name": "x" * 401}, "too_long"), ({"sha256": "abc"}, "digest_shape"),
    ({"submission_id": "1"}, "identifier_shape"), ({"website": "x"}, "must_be_empty"),
    ({"folder": "/"}, "unknown_field")])
def test_what_cannot_be_asked_for_is_told(files: Files, data: dict[str, str], code: str) -> None:
    whole = {"submission_id": a_submission(1), "file_name": "SK.pdf", **data}
    answer = files.door(f"POST {BASE}", data=whole)
    assert (answer.status, [each for _, each in answer.codes]) == (422, [code])


def test_a_page_tells_what_is_missing_beside_the_field(files: Files) -> None:
    answer = files.door(f"POST {BASE}", form={"file_name": "", "lang": "en"})
    assert (answer.status, answer.errors) == (422, {"file_name": "Give this file a name."})


# -- whose ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", [f"GET {BASE}/{{upload}}", f"GET {BASE}/{{upload}}/isi"])
def test_another_persons_file_answers_like_one_that_does_not_exist(files: Files, route: str) -> None:
    upload = files.through(pdf())["upload"]
    files.who = YOHANA
    foreign, absent = (files.door(route, upload=each) for each in (upload, a_submission(4711)))
    assert (foreign.status, foreign.body) == (absent.status, absent.body)
    assert foreign.status == 404


@pytest.mark.parametrize("upload", ["", "x", "../masuk", "01JD8Z3C4V5W6X7Y8Z9A0B1C99#", "a" * 500])
def test_an_identifier_that_is_none_is_not_there(files: Files, upload: str) -> None:
    assert files.door(f"GET {BASE}/{{upload}}", upload=upload).status == 404


def test_nobody_sees_files_without_being_somebody(files: Files) -> None:
    nobody = Caller(handler.handle)
    assert nobody(f"GET {BASE}").location.startswith("/layanan/masuk?ke=%2Flayanan%2Fberkas")
    data = {"submission_id": a_submission(1), "file_name": "a"}
    assert nobody(f"POST {BASE}", data=data).status == 401
    assert contents(files.table) == []


# -- my files, and where they are used -----------------------------------------------------------------------------


def test_my_files_lists_the_newest_first_with_state_size_and_use(files: Files) -> None:
    clean = files.through(pdf(), "SK.pdf")
    files.through(b"MZ", "program.pdf")
    evidence = Evidence(files.table)
    pointer = evidence.pointer(SITI, clean["upload"])
    for _ in range(2):
        evidence.use(SITI, pointer, "dossier", "7F3K-9QX2", datetime.now(UTC))
    page = files.door(f"GET {BASE}", query={"lang": "en"})
    lines = [each.text() for each in page.page.find("li") if "portal-file" in each.classes]
    assert lines[0].startswith("program.pdf This file cannot be taken")
    assert "SK.pdf The file can be used" in lines[1]
    assert "Size 1 KB." in lines[1]
    assert lines[1].count("Used in: DUPAK dossier 7F3K-9QX2.") == 1
    evidence.end_use(SITI, pointer, "dossier", "7F3K-9QX2")
    assert "Not used anywhere yet." in files.door(f"GET {BASE}", query={"lang": "en"}).text
    data = files.door(f"GET {BASE}", headers={"accept": "application/json"}).json["files"]
    assert [each["state"] for each in data] == ["refused", "clean"]


def test_only_ones_own_released_file_can_be_pointed_at(files: Files) -> None:
    evidence, now = Evidence(files.table), datetime.now(UTC)
    waiting = files.send(pdf())
    clean = files.through(docx(), "a.docx")
    digest = clean["sha256"]
    for owner, upload in ((SITI, a_submission(9)), (YOHANA, clean["upload"]), (SITI, "x")):
        with pytest.raises(errors.NotFound):
            evidence.pointer(owner, upload)
    for owner, pointer in ((YOHANA, Pointer(clean["upload"], digest)), (SITI, Pointer(clean["upload"], "0" * 64)),
                           (SITI, Pointer(a_submission(9), digest))):
        with pytest.raises(errors.NotFound):
            evidence.use(owner, pointer, "report", "7F3K-9QX2", now)
    assert list(evidence.uses(SITI)) == []
    assert waiting


def test_a_name_with_paths_and_marks_is_kept_as_one_that_is_safe(files: Files) -> None:
    seen = files.through(pdf(), "../../etc/\u202epasswd\0.pdf")
    assert seen["name"] == "passwd.pdf"


def test_a_content_that_changed_on_its_way_is_refused_even_where_the_bucket_does_not_look(files: Files) -> None:
    upload = files.ask(sha256="0" * 64)["upload"]
    client("s3", files.endpoint).put_object(Bucket=files.pump.bucket, Key=f"{INCOMING}{upload}", Body=pdf())
    files.pump.run_once()
    assert (files.look(upload)["state"], files.look(upload)["reason"]) == ("refused", "changed")


# -- what is told, and to whom -------------------------------------------------------------------------------------


def test_no_log_line_and_no_address_holds_a_name_or_a_person(files: Files, log: Any) -> None:
    seen = files.through(pdf(), "SK Siti Aminah 198609262015052001.pdf")
    asked = files.ask("KK Siti Aminah.pdf")
    told = log.getvalue() + json.dumps(asked["place"]) + seen["address"] + files.content(seen["upload"]).location
    assert "file" in log.getvalue()
    assert not [each for each in ("Siti", "19860926", SITI) if each in told]


def test_a_download_is_a_file_of_an_inert_type_for_a_minute_only() -> None:
    address = Bucket("evidence").download_address("0" * 64, name='SK "Siti"\r\n é.pdf', media_type="application/pdf",
                                                  seconds=rules.DOWNLOAD_SECONDS)
    assert "X-Amz-Expires=60" in address
    assert "response-content-disposition=attachment%3B" in address
    assert "%0D" not in address.replace("%250D", ""), "no line break ends the header"
    assert {kind.media_type.partition("/")[0] for kind in handler.KINDS.values()} == {"application", "image"}
    assert not {"text/html", "image/svg+xml", "application/xml"} & {
        kind.media_type for kind in handler.KINDS.values()}


def test_the_bucket_lets_scripts_of_the_site_in_and_no_others(files: Files) -> None:
    boundary = "b"
    for origin, allowed in ((ORIGIN, ORIGIN), ("https://evil.example", None)):
        request = urllib.request.Request(files.ask()["place"]["address"], b"--b--\r\n", {
            "Content-Type": f"multipart/form-data; boundary={boundary}", "Origin": origin})
        with pytest.raises(urllib.error.HTTPError) as refused:
            WITHOUT_PROXY.open(request)
        with refused.value as error:
            assert error.headers.get("Access-Control-Allow-Origin") == allowed


def test_a_busy_bucket_is_asked_again_and_then_told(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    class Busy:
        def request(self, *_: Any, **__: Any) -> Any:
            tried.append(1)
            raise buckets.urllib3.exceptions.HTTPError

    monkeypatch.setattr(buckets, "_connections", Busy)
    monkeypatch.setattr(buckets, "FIRST_PAUSE", 0)
    with pytest.raises(errors.StoreUnavailable):
        Bucket(files.names["QuarantineBucket"]).delete("x")
    assert len(tried) == buckets.ATTEMPTS


def test_a_content_that_is_not_there_is_none_and_a_large_one_is_not_read(files: Files) -> None:
    bucket = Bucket(files.names["QuarantineBucket"])
    bucket.put("a", b"12345", "text/plain")
    assert bucket.get("a", most=5) == b"12345"
    assert bucket.get("b", most=5) is None
    assert bucket.get("a", most=5, etag="0" * 32) is None
    with pytest.raises(buckets.ObjectTooLarge):
        bucket.get("a", most=4)
    bucket.delete("a")
    assert bucket.get("a", most=5) is None


def test_the_store_knows_an_upload_by_the_key_of_its_content_only(files: Files) -> None:
    upload = files.ask()["upload"]
    store = Uploads(files.table)
    assert store.by_key(f"{INCOMING}{upload}") is not None
    assert store.by_key(f"{INSPECTED}{upload}/x") is None
    found = store.find(SITI, upload)
    assert found is not None
    assert found.asked_at <= format_moment(datetime.now(UTC))
