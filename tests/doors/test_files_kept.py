"""How long a file is there: deleted by its owner, ended by its period, shared by hash, within one person's room."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.emulator import client
from portal import errors
from portal.access import EVERYBODY
from portal.audit import Actor, Audit, Note
from portal.evidence import Evidence
from portal.identifiers import format_moment
from portal.records import Table, update
from tests.doors.calling import JSON, Answer, Context
from tests.doors.test_uploads import BASE, SITI, YOHANA, Files, files  # noqa: F401 a fixture
from tests.doors.weather import contents
from tests.hostile import from_a_phone, pdf
from tests.people import a_submission
from uploads import handler, inspector, rules, sweep
from uploads.inspection import inspect
from uploads.models import MOST_BYTES, Upload
from uploads.rules import Limits, Outcome, must_have_room
from uploads.store import Uploads

NOW = datetime.now(UTC)
DIGEST = hashlib.sha256(pdf()).hexdigest()


@pytest.fixture
def at(files: Files) -> Files:  # noqa: F811 the fixture above
    return files


def ask_to_delete(at: Files, upload: str, **more: Any) -> Answer:
    return at.door(f"GET {BASE}/{{upload}}/hapus", upload=upload, **more)


def delete(at: Files, upload: str, **more: Any) -> Answer:
    return at.door(f"POST {BASE}/{{upload}}/hapus", upload=upload, **{"form": {"lang": "id"}, **more})


def audit(at: Files) -> Audit:
    return Audit(Table(at.names["AuditTable"]))


def store(at: Files) -> Uploads:
    return Uploads(at.table)


def swept() -> dict[str, int]:
    found = sweep.handle({}, Context(240))
    return {name: number for name, number in found.items() if number}


def used(at: Files, upload: str, reference: str = "7F3K-9QX2") -> None:
    evidence = Evidence(at.table)
    evidence.use(SITI, evidence.pointer(SITI, upload), "dossier", reference, datetime.now(UTC))


# -- deleting ------------------------------------------------------------------------------------------------------


def test_a_file_is_deleted_after_a_question_with_its_content_and_everything_known_of_it(at: Files) -> None:
    upload = at.through(pdf())["upload"]
    page = ask_to_delete(at, upload)
    assert page.heading == "Hapus berkas ini?"
    assert at.look(upload)["state"] == "clean", "asking deletes nothing"
    answer = delete(at, upload, form=page.fields(f"{BASE}/{upload}/hapus"))
    assert (answer.status, answer.location) == (303, BASE)
    assert at.objects("EvidenceBucket") == {}
    assert {each["sk"] for each in contents(at.table)} <= {"ROOM"} | {
        each["sk"] for each in contents(at.table) if each["sk"].startswith("SCAN#")}
    assert at.page(upload).status == 404
    assert at.content(upload).status == 404
    (entry,) = audit(at).entries("upload", upload)
    assert (entry["action"], entry["facts"], entry["role"]) == ("erased", ["reason:own_request"], EVERYBODY)


def test_a_program_deletes_with_one_request_and_finds_nothing_the_second_time(at: Files) -> None:
    upload = at.through(pdf())["upload"]
    answers = [delete(at, upload, form=None, data={}) for _ in range(2)]
    assert [each.status for each in answers] == [200, 404]
    assert answers[0].json == {"upload": upload, "deleted": True}


@pytest.mark.parametrize("content", [None, pdf(), b"MZ"], ids=["never sent", "waiting", "refused"])
def test_a_file_can_be_deleted_wherever_it_stands(at: Files, content: bytes | None) -> None:
    upload = at.send(content) if content else at.ask()["upload"]
    if content == b"MZ":
        at.pump.run_once()
    assert delete(at, upload).status == 303
    at.pump.run_once()
    assert at.page(upload).status == 404
    assert at.objects("EvidenceBucket") == {}
    assert not [each for each in contents(at.table) if each["pk"] == "OPEN"]


@pytest.mark.parametrize(("language", "sentence"), [
    ("id", "Berkas ini dipakai di: berkas DUPAK 7F3K-9QX2 berkas DUPAK 8G4M-2RT5"),
    ("en", "This file is used in: DUPAK dossier 7F3K-9QX2 DUPAK dossier 8G4M-2RT5")])
def test_a_file_that_is_used_is_kept_and_its_owner_told_where(at: Files, language: str, sentence: str) -> None:
    upload = at.through(pdf())["upload"]
    for reference in ("7F3K-9QX2", "8G4M-2RT5"):
        used(at, upload, reference)
    asked = ask_to_delete(at, upload, query={"lang": language})
    answer = delete(at, upload, form={"lang": language})
    assert (asked.status, answer.status) == (200, 409)
    for page in (asked, answer):
        assert sentence in page.text
        assert not [each for each in page.page.find("form") if each.attributes["method"] == "post"]
    assert delete(at, upload, form=None, data={}).json["code"] == "file_in_use"
    assert at.look(upload)["state"] == "clean"
    assert "7F3K-9QX2" in at.page(upload).text, "the file's own page says where it is used, too"
    evidence = Evidence(at.table)
    for reference in ("7F3K-9QX2", "8G4M-2RT5"):
        evidence.end_use(SITI, evidence.pointer(SITI, upload), "dossier", reference)
    assert delete(at, upload).status == 303


def test_another_persons_file_is_not_there_to_delete(at: Files) -> None:
    upload = at.through(pdf())["upload"]
    at.who = YOHANA
    foreign, absent = (delete(at, each) for each in (upload, a_submission(4711)))
    assert (foreign.status, foreign.body) == (absent.status, absent.body)
    assert foreign.status == 404
    at.who = SITI
    assert at.look(upload)["state"] == "clean"


def test_a_content_goes_with_the_last_file_that_holds_it(at: Files) -> None:
    first, second = at.through(pdf(), "a.pdf")["upload"], at.through(pdf(), "b.pdf")["upload"]
    at.who = YOHANA
    third = at.through(pdf(), "c.pdf")["upload"]
    assert delete(at, third).status == 303
    at.who = SITI
    assert delete(at, first).status == 303
    assert list(at.objects("EvidenceBucket")) == [DIGEST]
    assert at.look(second)["state"] == "clean"
    assert delete(at, second).status == 303
    assert at.objects("EvidenceBucket") == {}
    assert not [each for each in contents(at.table) if each["pk"].startswith("OBJECT#")]


# -- at the same moment --------------------------------------------------------------------------------------------


def a_note(record: str) -> Note:
    return Note("file", record, "erased", Actor("siti", "pengguna"), "1", datetime.now(UTC))


def inspected(at: Files, number: int, content: bytes = pdf()) -> Upload:
    """An upload of this content that waits for its release."""
    kept, now = store(at), datetime.now(UTC)
    upload = kept.ask(Upload(id=a_submission(number), owner=SITI, file_name="SK.pdf", language="id",
                             asked_at=format_moment(now)), lambda _: None, now)
    noted = kept.inspected(upload, inspect(content), "etag", now)
    assert noted
    return noted


def release(at: Files, upload: Upload) -> None:
    """As the inspector does it: hold, copy, tell."""
    if store(at).hold(upload, datetime.now(UTC)):
        inspector.evidence().put(str(upload.digest), pdf(), "application/pdf")
        store(at).finish(upload, Outcome("clean"), datetime.now(UTC))


def test_who_uses_a_file_at_the_moment_of_its_deletion_keeps_it(at: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = at.through(pdf())["upload"]
    looked = Evidence.uses_of

    def looked_and_then_used(evidence: Evidence, owner: str, name: str) -> Iterator[Any]:
        found = list(looked(evidence, owner, name))
        if not found:
            used(at, upload)
        return iter(found)

    monkeypatch.setattr(Evidence, "uses_of", looked_and_then_used)
    with pytest.raises(errors.FileInUse):
        store(at).delete(SITI, upload, audit(at), a_note(upload))
    assert at.look(upload)["state"] == "clean"


def test_who_releases_the_same_content_while_it_is_taken_away_waits_and_keeps_it(at: Files) -> None:
    """The removal is held up in its middle; the release must not be told before it can be true."""
    old, new = at.through(pdf())["upload"], inspected(at, 71)
    marked, go_on = threading.Event(), threading.Event()

    def slowly(key: str) -> None:
        marked.set()
        assert go_on.wait(10)
        inspector.evidence().delete(key)

    digest = store(at).delete(SITI, old, audit(at), a_note(old))
    with ThreadPoolExecutor(2) as beside:
        removal = beside.submit(store(at).collect, digest, slowly, datetime.now(UTC))
        assert marked.wait(10)
        releasing = beside.submit(release, at, new)
        found = store(at).find(SITI, new.id)
        assert found
        assert found.state == "inspecting", "nothing is told while the content is being taken away"
        go_on.set()
        assert removal.result()
        releasing.result()
    assert list(at.objects("EvidenceBucket")) == [DIGEST]
    assert at.look(new.id)["state"] == "clean"


def test_a_content_that_somebody_holds_already_is_not_taken_away(at: Files) -> None:
    """The other order: held, not yet copied, and the last file of before is deleted just then."""
    old, new = at.through(pdf())["upload"], inspected(at, 72)
    assert store(at).hold(new, datetime.now(UTC))
    assert delete(at, old).status == 303
    assert list(at.objects("EvidenceBucket")) == [DIGEST]


def test_a_file_that_is_deleted_before_its_release_is_not_released(at: Files) -> None:
    new = inspected(at, 73)
    assert delete(at, new.id).status == 303
    release(at, new)
    assert at.objects("EvidenceBucket") == {}
    assert store(at).find(SITI, new.id) is None


def test_a_file_that_is_deleted_between_holding_and_telling_leaves_nothing_for_long(at: Files) -> None:
    new = inspected(at, 74)
    assert store(at).hold(new, datetime.now(UTC))
    assert delete(at, new.id).status == 303
    inspector.evidence().put(DIGEST, pdf(), "application/pdf")  # the copy was on its way
    assert store(at).finish(new, Outcome("clean"), datetime.now(UTC)) is False
    assert swept() == {"collected": 1}
    assert at.objects("EvidenceBucket") == {}


def test_a_mark_that_a_stopped_process_left_holds_nobody_up_for_long(at: Files) -> None:
    new = inspected(at, 75)
    old_mark = format_moment(datetime.now(UTC) - timedelta(minutes=6))
    at.table.write(update({"pk": f"OBJECT#{DIGEST}", "sk": "OBJECT"}, "SET removing = :then, held = :none",
                          values={"then": old_mark, "none": 0}))
    release(at, new)
    assert at.look(new.id)["state"] == "clean"
    assert not store(at).collect(DIGEST, inspector.evidence().delete, datetime.now(UTC))


def test_whatever_the_order_no_released_file_is_ever_without_its_content(at: Files) -> None:
    """Sixteen of one content: half are released while the other half are deleted, all at the same moment."""
    before, after = ([inspected(at, number) for number in numbers] for numbers in (range(10, 18), range(20, 28)))
    for each in before:
        release(at, each)
    work: list[Callable[[], Any]] = [lambda each=each: delete(at, each.id) for each in before]  # type: ignore[misc]
    work += [lambda each=each: release(at, each) for each in after]  # type: ignore[misc]
    with ThreadPoolExecutor(8) as crowd:
        for done in [crowd.submit(each) for pair in zip(work[:8], work[8:], strict=True) for each in pair]:
            done.result()
    assert [at.look(each.id)["state"] for each in after] == ["clean"] * 8
    assert list(at.objects("EvidenceBucket")) == [DIGEST]
    assert at.table.get(f"OBJECT#{DIGEST}", "OBJECT")["held"] == 8  # type: ignore[index]
    with ThreadPoolExecutor(8) as crowd:
        assert {each.status for each in crowd.map(lambda each: delete(at, each.id), after)} == {303}
    assert at.objects("EvidenceBucket") == {}


# -- the daily sweep -----------------------------------------------------------------------------------------------


def test_a_sweep_of_what_is_right_changes_nothing(at: Files) -> None:
    at.through(pdf())
    at.through(b"MZ")
    at.send(from_a_phone(), "IMG.jpg")
    before = contents(at.table)
    assert swept() == {}
    assert contents(at.table) == before


def overdue(at: Files, upload: str) -> None:
    at.table.write(update({"pk": f"OWNER#{SITI}", "sk": f"UPLOAD#{upload}"}, "SET expires_at = :then",
                          values={"then": 1}))


def test_a_file_whose_time_is_over_goes_with_its_content_and_an_entry(at: Files) -> None:
    over, other = at.through(pdf())["upload"], at.through(from_a_phone(), "IMG.jpg")
    overdue(at, over)
    assert swept() == {"erased": 1, "collected": 1}
    assert list(at.objects("EvidenceBucket")) == [other["sha256"]]
    (entry,) = audit(at).entries("upload", over)
    assert (entry["action"], entry["actor"], entry["facts"]) == ("erased", "system", ["reason:retention_over"])
    assert swept() == {}


def test_a_file_that_is_over_leaves_the_content_to_who_holds_it_still(at: Files) -> None:
    over, other = at.through(pdf())["upload"], at.through(pdf())["upload"]
    overdue(at, over)
    assert swept() == {"erased": 1}
    assert list(at.objects("EvidenceBucket")) == [DIGEST]
    assert at.look(other)["state"] == "clean"


def test_what_the_tables_own_expiry_erased_is_let_go(at: Files) -> None:
    upload = at.through(pdf())["upload"]
    client("dynamodb", at.endpoint).delete_item(TableName=at.names["UploadsTable"], Key={
        "pk": {"S": f"OWNER#{SITI}"}, "sk": {"S": f"UPLOAD#{upload}"}})
    assert swept() == {"let_go": 1, "collected": 1}
    assert at.objects("EvidenceBucket") == {}
    assert not [each for each in contents(at.table) if upload in each["pk"] + each["sk"]
                and not each["sk"].startswith("SCAN#")]


def test_a_content_of_which_no_record_knows_is_taken_away(at: Files) -> None:
    kept = at.through(pdf())["sha256"]
    inspector.evidence().put("0" * 64, b"x", "application/pdf")
    assert swept() == {"collected": 1}
    assert list(at.objects("EvidenceBucket")) == [kept]


def test_files_of_before_this_was_noted_are_noted_and_not_taken_away(at: Files) -> None:
    upload = at.through(pdf())["upload"]
    for sort in ("OBJECT", f"HOLDER#{upload}"):
        client("dynamodb", at.endpoint).delete_item(TableName=at.names["UploadsTable"], Key={
            "pk": {"S": f"OBJECT#{DIGEST}"}, "sk": {"S": sort}})
    assert swept() == {"noted": 1}
    assert list(at.objects("EvidenceBucket")) == [DIGEST]
    assert delete(at, upload).status == 303
    assert at.objects("EvidenceBucket") == {}


def test_a_file_whose_content_is_gone_is_told_as_lost(at: Files) -> None:
    upload = at.through(pdf())["upload"]
    inspector.evidence().delete(DIGEST)
    assert swept() == {"lost": 1}
    seen = at.look(upload)
    assert (seen["state"], seen["reason"]) == ("failed", "lost")
    assert "karena gangguan di pihak kami" in seen["sentence"]
    assert at.content(upload).status == 404
    assert swept() == {}


def test_of_many_contents_that_are_gone_nobody_is_told_before_an_operator_has_looked(
        at: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MOST_LOST", 1)
    for each in (pdf(), pdf(page=b"/Rotate 90")):
        at.through(each)
    for digest in at.objects("EvidenceBucket"):
        inspector.evidence().delete(digest)
    with pytest.raises(sweep.TooManyLost):
        swept()
    listed = at.door(f"GET {BASE}", headers={"accept": JSON}).json["files"]
    assert {each["state"] for each in listed} == {"clean"}


def test_a_content_that_was_held_for_a_file_that_failed_is_let_go(at: Files) -> None:
    new = inspected(at, 76)
    assert store(at).hold(new, datetime.now(UTC))
    inspector.evidence().put(DIGEST, pdf(), "application/pdf")
    store(at).finish(new, Outcome("failed", "scan_silent"), datetime.now(UTC))
    assert swept() == {"let_go": 1, "collected": 1}
    assert at.objects("EvidenceBucket") == {}


def test_a_long_list_of_contents_is_read_to_its_end(at: Files) -> None:
    keys = [f"{number:064x}" for number in range(7)]
    for key in keys:
        client("s3", at.endpoint).put_object(Bucket=at.names["EvidenceBucket"], Key=key, Body=b"x")
    assert [list(inspector.evidence().keys(at_once=number)) for number in (2, 7, 1000)] == [keys] * 3
    assert inspector.evidence().has(keys[0])
    assert not inspector.evidence().has("f" * 64)


# -- room ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int, int], None]:
    return lambda *numbers: monkeypatch.setattr(handler, "limits", lambda _: Limits(*numbers))


def test_who_has_too_many_open_is_told_finishes_one_and_goes_on(
        at: Files, small: Callable[[int, int, int], None]) -> None:
    small(2, 100, 1000)
    first, _ = at.ask(), at.ask()
    form = {"file_name": "SK ketiga", "lang": "id"}
    refused = at.door(f"POST {BASE}", form=form)
    assert (refused.status, refused.errors) == (422, {"file_name": (
        "Masih ada 2 berkas yang belum selesai dikirim. Selesaikan atau hapus salah satunya, lalu kirim berkas ini.")})
    assert refused.fields()["file_name"] == "SK ketiga", "nothing typed is lost"
    at.post(first["place"], pdf())
    at.pump.run_once()
    assert at.door(f"POST {BASE}", form=form).status == 303


def test_a_program_is_told_the_code_and_a_repeat_is_still_the_same_upload(
        at: Files, small: Callable[[int, int, int], None]) -> None:
    small(1, 100, 1000)
    data = {"submission_id": a_submission(1), "file_name": "SK.pdf"}
    assert at.door(f"POST {BASE}", data=data).status == 201
    assert at.door(f"POST {BASE}", data=data).status == 200, "a repeat needs no room"
    answer = at.door(f"POST {BASE}", data={**data, "submission_id": a_submission(2)})
    assert (answer.status, answer.codes) == (422, [("file_name", "too_many_open")])


def test_who_has_too_many_files_deletes_one_and_goes_on(at: Files, small: Callable[[int, int, int], None]) -> None:
    small(9, 2, 1000)
    kept = [at.through(pdf())["upload"] for _ in range(2)]
    assert "2 berkas" in at.door(f"POST {BASE}", form={"file_name": "SK"}).errors["file_name"]
    delete(at, kept[0])
    assert at.door(f"POST {BASE}", form={"file_name": "SK"}).status == 303


def test_one_persons_room_is_not_anothers(at: Files, small: Callable[[int, int, int], None]) -> None:
    small(1, 1, 1000)
    at.ask()
    at.who = YOHANA
    at.ask()


def test_of_many_who_ask_at_the_same_moment_as_one_person_each_is_counted(
        at: Files, small: Callable[[int, int, int], None]) -> None:
    small(5, 100, 1000)
    door = at.door
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda number: door(f"POST {BASE}", data={
            "submission_id": a_submission(number), "file_name": "SK.pdf"}).status, range(20)))
    assert sorted(answers) == [201] * 5 + [422] * 15


def an_upload(size: int | None = None) -> Upload:
    released = {"released_at": "x", "content_size": size} if size is not None else {}
    return Upload(id="1", owner=SITI, file_name="a", language="id", asked_at="x", **released)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kept", "code"), [
    ([], ""), ([an_upload()], ""), ([an_upload(), an_upload()], "too_many_open"),
    ([an_upload(1)] * 3, ""), ([an_upload(1)] * 4, "too_many_files"),
    ([an_upload(20 * 1024 ** 2 - MOST_BYTES)], ""), ([an_upload(20 * 1024 ** 2 - MOST_BYTES + 1)], "no_room"),
    ([an_upload(20 * 1024 ** 2 - 2 * MOST_BYTES), an_upload()], ""),
    ([an_upload(20 * 1024 ** 2 - 2 * MOST_BYTES + 1), an_upload()], "no_room")])
def test_what_is_open_counts_as_the_largest_file(kept: list[Upload], code: str) -> None:
    assert code_of(kept) == code


def code_of(kept: list[Upload]) -> str:
    """Why somebody who keeps these may not begin another one; empty when they may."""
    try:
        must_have_room(kept, Limits(2, 4, 20))
    except errors.FormRefused as refused:
        return refused.errors[0].code
    return ""


def test_the_numbers_are_those_of_the_table() -> None:
    assert handler.limits(NOW) == Limits(20, 500, 1000)
    assert rules.MEGA * handler.limits(NOW).megabytes > MOST_BYTES * handler.limits(NOW).open_uploads
