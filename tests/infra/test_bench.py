"""What `make bench` is made of: the limits, the table, the arithmetic. What it measures is measured by it alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.bench import __main__ as bench
from infra.bench import addresses, building, bundle, capacity, cold, cost, dossiers, lighthouse, memory, queues, units
from infra.bench.asks import STEPS, Person, complaining
from infra.bench.dossier_people import Step
from infra.bench.limits import LIMITS
from infra.bench.meter import Bill, Meter, Written
from infra.bench.repetition import interleaved, paired_ratio, percent
from infra.bench.report import NotMeasured, Row, failed, not_measured, table, verdict
from infra.emulator import CREDENTIALS, Emulator, client
from infra.template_reader import ROOT, Template
from portal.dynamodb import DynamoDB

HERE = ROOT / "infra" / "bench"


def row(word: Any = "pass", note: str = "") -> Row:
    return Row("first view", "<= 60 KB", "12.8 KB", "35.8 KB unpacked", word, note=note)


# -- the limits --------------------------------------------------------------------------------------------------


def test_the_limits_are_those_of_the_design() -> None:
    assert LIMITS == {
        "first view, bytes": 60 * 1024, "first view, requests": 8, "first view, requests to other hosts": 0,
        "own script on a form page, bytes": 12 * 1024,
        "Lighthouse, score": 100, "Lighthouse, largest paint, seconds": 1.2,
        "first search result, bytes": 120 * 1024, "recall at 5": 0.95,
        "cold start, ratio to boto3": 1.3, "warm submission, processor milliseconds": 5,
        "memory of a function, bytes": 256 * 1024 ** 2,
        "write units, events": 1, "cost of 1,000 submissions, USD": 0.05, "site build, ratio to MkDocs": 1.2,
    }


def test_every_limit_is_held_by_a_measurement_and_none_is_written_twice() -> None:
    code = "\n".join(path.read_text() for path in HERE.glob("*.py") if path.name != "limits.py")
    assert set(re.findall(r'LIMITS\["([^"]+)"\]', code)) == set(LIMITS)


def test_every_measurement_is_part_of_a_whole_run() -> None:
    modules = {path.stem for path in HERE.glob("*.py") if "\ndef rows(rooms: Rooms)" in path.read_text()}
    assert modules == set(bench.MEASURES)


# -- the table ---------------------------------------------------------------------------------------------------


def test_the_table_has_a_line_a_row_and_its_notes_below() -> None:
    drawn = table([row(), row("FAIL", note="too heavy: a picture")]).splitlines()
    assert drawn[0].split("  ")[0] == "what"
    assert drawn[2].endswith("pass")
    assert drawn[3].endswith("FAIL")
    assert "first view: too heavy: a picture" in drawn
    assert drawn[-1] == "1 pass, 1 FAIL"


def test_a_figure_over_its_limit_fails_the_run_and_nothing_else_does() -> None:
    assert failed([row(), row("FAIL")])
    assert not failed([row(), row("information"), not_measured("lighthouse", NotMeasured("no browser"))])
    assert (verdict(holds=True), verdict(holds=False)) == ("pass", "FAIL")


def measure(*found: Row, fault: str = "") -> Callable[[Any], Iterator[Row]]:
    def rows(_rooms: Any) -> Iterator[Row]:
        yield from found
        if fault:
            raise NotMeasured(fault)
    return rows


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[int, Any]]:
    """The whole command with other measurements: its exit code and what it wrote."""
    monkeypatch.setattr(bench, "TARGET", tmp_path / "build" / "bench.json")
    monkeypatch.setattr(bench, "ensure_site", lambda: False)

    def run(*names: str, **measures: Any) -> tuple[int, Any]:
        monkeypatch.setattr(bench, "MEASURES", measures)
        code = bench.main(names)
        return code, json.loads(bench.TARGET.read_text()) if bench.TARGET.exists() else None
    return run


def test_the_command_fails_when_a_row_fails(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, written = run(weight=measure(row(), row("FAIL")), search=measure(row()))
    assert code == 1
    assert [each["verdict"] for each in written["rows"]] == ["pass", "FAIL", "pass"]
    assert "2 pass, 1 FAIL" in capsys.readouterr().out


def test_what_cannot_be_measured_says_why_and_is_no_pass(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, written = run(weight=measure(row()), lighthouse=measure(row(), fault="no registry can be reached"))
    assert code == 0
    assert [each["verdict"] for each in written["rows"]] == ["pass", "pass", "not measured"]
    assert "lighthouse: no registry can be reached" in capsys.readouterr().out


def test_single_measurements_can_be_asked_for_by_name(run: Any) -> None:
    code, written = run("search", weight=measure(row("FAIL")), search=measure(row()))
    assert (code, len(written["rows"])) == (0, 1)


def test_an_unknown_measurement_is_told_with_those_there_are(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("speed", weight=measure(row())) == (2, None)
    assert capsys.readouterr().err == "Unknown: speed. There are: weight\n"


# -- repetition --------------------------------------------------------------------------------------------------


def test_measures_take_turns() -> None:
    order: list[str] = []
    found = interleaved({name: lambda name=name: order.append(name) or len(order) for name in "ab"}, 3)
    assert order == ["a", "b"] * 3
    assert found == {"a": [1, 3, 5], "b": [2, 4, 6]}


def test_a_ratio_is_that_of_each_round_so_that_a_slow_round_spoils_nothing() -> None:
    assert paired_ratio([2.0, 20.0, 3.0], [1.0, 10.0, 3.0]) == 2.0
    with pytest.raises(ValueError, match="shorter"):
        paired_ratio([1.0, 2.0], [1.0])


def test_percent_rounds_and_knows_nothing_of_nothing() -> None:
    assert (percent(5, 12), percent(0, 12), percent(0, 0)) == ("42 %", "0 %", "0 %")


# -- what DynamoDB bills ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("item", "size"), [
    ({"pk": {"S": "a"}}, 3),
    ({"pk": {"S": "désa"}}, 7),  # é is two bytes in UTF-8
    ({"n": {"N": "0"}}, 2),
    ({"n": {"N": "1788220800"}}, 6),  # 17882208, the zeroes at the end are trimmed: 4 bytes and one
    ({"n": {"N": "-125"}}, 5),
    ({"b": {"BOOL": True}}, 2),
    ({"l": {"L": []}}, 4),
    ({"l": {"L": [{"S": "umum"}, {"S": "asn"}]}}, 13),
    ({"m": {"M": {"ab": {"S": "cde"}}}}, 10),
])
def test_an_item_is_as_large_as_the_developer_guide_says(item: Any, size: int) -> None:
    assert capacity.item_size(item) == size


def test_a_number_is_sized_by_its_significant_digits() -> None:
    assert [capacity.number_size(Decimal(each)) for each in ("7", "12", "123", "1e20", "0.001", "1.25")] == [
        2, 2, 3, 2, 2, 3]


@pytest.mark.parametrize(("before", "after", "single"), [
    (0, 1, 1), (0, 1024, 1), (0, 1025, 2), (3000, 100, 3), (0, 0, 1)])
def test_a_write_is_billed_by_the_larger_item_and_double_in_a_transaction(before: int, after: int, single: int) -> None:
    assert capacity.write_units(before, after, transaction=False) == single
    assert capacity.write_units(before, after, transaction=True) == 2 * single


def test_a_read_is_billed_by_four_kilobytes_and_half_when_it_may_be_old() -> None:
    assert [capacity.read_units(size, consistent=True) for size in (0, 4096, 4097)] == [1, 1, 2]
    assert capacity.read_units(4097, consistent=False) == 1


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[DynamoDB, Meter]]:
    """The stores' own kind of client, listened to, on a table of its own."""
    emulator = Emulator().start()
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": emulator.url}.items():
        monkeypatch.setenv(name, value)
    looking = client("dynamodb", emulator.url)
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    looking.create_table(TableName="t", BillingMode="PAY_PER_REQUEST",
                         KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
                         AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys])
    listened = DynamoDB(connecting=1, reading=5, connections=1)
    yield listened, Meter(listened, looking)
    emulator.stop()


def an_item(sort: str, text: str = "") -> dict[str, Any]:
    return {"pk": {"S": "p"}, "sk": {"S": sort}, "text": {"S": text}}


def test_the_meter_bills_what_was_really_written(meter: tuple[DynamoDB, Meter]) -> None:
    dynamodb, listening = meter
    dynamodb.put_item(TableName="t", Item=an_item("old", "x" * 2000))
    key = {"pk": {"S": "p"}, "sk": {"S": "old"}}
    with listening.bill() as bill:
        dynamodb.transact_write_items(ClientRequestToken="once", TransactItems=[
            {"Put": {"TableName": "t", "Item": an_item("new", "y")}}, {"Delete": {"TableName": "t", "Key": key}}])
        dynamodb.update_item(TableName="t", Key={"pk": {"S": "p"}, "sk": {"S": "new"}},
                             UpdateExpression="SET more = :m", ExpressionAttributeValues={":m": {"S": "z" * 1100}})
        dynamodb.query(TableName="t", KeyConditionExpression="pk = :pk", Select="COUNT",
                       ExpressionAttributeValues={":pk": {"S": "p"}}, ConsistentRead=True)
    assert [(each.kind, each.key[1], each.size, each.units) for each in bill.writes] == [
        ("Put", "new", 13, 2), ("Delete", "old", 2012, 4), ("Update", "new", 1117, 2)]
    assert (bill.write_units, bill.reads, bill.calls) == (8, 1, 3)


def test_an_index_is_billed_for_what_changes_in_it() -> None:
    keys = ["city", "pk", "sk"]
    item, other = {**an_item("a", "x" * 1500), "city": {"S": "c"}}, {**an_item("a", "y"), "city": {"S": "c"}}
    moved = {**item, "city": {"S": "d"}}
    assert capacity.index_units({}, an_item("a"), keys, whole=True) == 0, "it lacks the index's attribute"
    assert [capacity.index_units({}, item, keys, whole=whole) for whole in (True, False)] == [2, 1]
    assert [capacity.index_units(item, other, keys, whole=whole) for whole in (True, False)] == [2, 0]
    assert [capacity.index_units(item, moved, keys, whole=whole) for whole in (True, False)] == [4, 2]
    assert capacity.index_units(item, {}, keys, whole=False) == 1


def test_what_is_called_outside_the_block_is_not_billed(meter: tuple[DynamoDB, Meter]) -> None:
    dynamodb, listening = meter
    with listening.bill() as bill:
        pass
    dynamodb.put_item(TableName="t", Item=an_item("new"))
    assert bill == Bill()


def written(partition: str, sort: str, size: int = 100) -> Written:
    return Written(1, "Put", (partition, sort), size, capacity.write_units(0, size, transaction=True))


def test_a_submission_may_cost_its_item_its_entries_and_one_event_twice() -> None:
    record = written("REGISTRATION#7F3K9QX2", "RECORD", 1500)
    entries = [written("OFFERING#bimtek", "SEAT#umum#00042"), written("PERSON#bimtek#0f", "LOCK")]
    event = written("REGISTRATION#7F3K9QX2", "MESSAGE#2026#registration_seated")
    assert units.allowed([record, *entries, event]) == 2 * (2 + 2 + 1)
    assert [units.role_of(each) for each in (record, *entries, event)] == ["record", "seat", "lock", "event"]


def test_a_second_event_or_a_large_one_is_over_the_limit() -> None:
    record = written("MESSAGE#7F3K9QX2", "RECORD")
    events = [written("MESSAGE#7F3K9QX2", f"MESSAGE#2026#{name}", size) for name, size in (("a", 100), ("b", 1100))]
    assert units.allowed([record, events[0]]) == 4
    assert sum(each.units for each in [record, events[1]]) > units.allowed([record, events[1]])
    assert sum(each.units for each in [record, *events]) > units.allowed([record, *events])


# -- what it costs -----------------------------------------------------------------------------------------------


def test_a_cost_is_calls_units_and_time_at_their_prices() -> None:
    prices = {"api_request": 1, "function_request": 10, "function_gigabyte_second": 4, "write_unit": 100,
              "read_unit": 3, "log_bytes_a_call": 1e9, "log_gigabyte": 7}
    bill = Bill([written("p", "RECORD")], reads=1.5)
    assert cost.costs({"send": bill, "receipt": Bill(reads=0.5)}, 3.0, prices) == {
        "API": 2, "functions": 20 + 3 * 0.5 * 4, "writes": 200, "reads": 6, "logs": 14}


def used(name: str, function: str, bill: Bill, *, times: int = 1, **more: Any) -> dossiers.Used:
    return dossiers.Used(Step(name, function, {}, times=times), bill, **more)


def test_a_dossier_costs_every_call_as_often_as_it_comes_and_its_documents_at_their_own_prices() -> None:
    prices = {"api_request": 1, "function_request": 0, "function_gigabyte_second": 1, "write_unit": 100, "read_unit": 3,
              "log_bytes_a_call": 1e9, "log_gigabyte": 7, "object_put": 5, "signature": 11, "store_call_seconds": 0,
              "object_call_seconds": 0, "signature_seconds": 0, "memory_of_a_whole_processor": 512}
    attach = used("attach", "DossiersFunction", Bill([written("p", "RECORD")], reads=2), times=160)
    draw = used("draw", "PressFunction", Bill(), puts=2, signatures=1)
    way = dossiers.Way(None, [attach, draw])  # type: ignore[arg-type]
    seconds = {("DossiersFunction", "attach"): 1.0, ("PressFunction", "draw"): 2.0}
    assert dossiers.costs(way, seconds, prices) == {
        "API": 160, "functions": 160 * 0.5 + 2.0, "writes": 160 * 200, "reads": 160 * 6, "objects": 10,
        "signatures": 11, "logs": 161 * 7}


def test_a_step_that_was_not_timed_takes_as_long_as_the_slowest_of_its_function() -> None:
    prices = {"function_request": 0, "function_gigabyte_second": 1, "store_call_seconds": 0, "object_call_seconds": 0,
              "signature_seconds": 0, "memory_of_a_whole_processor": 512}
    desk = "AssessmentFunction"
    seconds = {(desk, "queue"): 1.0, (desk, "decide"): 3.0, ("PressFunction", "draw"): 9.0}
    settle = used("settle", "AssessmentFunction", Bill())
    assert dossiers.function_cost(settle, seconds, prices) == 3.0 * 0.5


def test_only_queries_of_a_queue_count_as_queries_of_it() -> None:
    bill = Bill(asked=["GetItem SESSION#x", "Query QUEUE#secretariat#*", "Query QUEUE#plenary#*", "PutItem"])
    assert queues.asked_of(bill, queues.WAITING) == 1
    assert queues._told(bill) == ["GetItem SESSION", "Query QUEUE#secretariat", "Query QUEUE#plenary", "PutItem"]


def test_prices_say_when_and_where_they_are_from() -> None:
    prices = yaml.safe_load((HERE / "prices.yml").read_text())
    assert datetime.fromisoformat(prices["date"]).replace(tzinfo=UTC) < datetime.now(UTC)
    assert prices["source"]
    assert any("CloudFront" in each for each in prices["left_out"])


# -- what is measured --------------------------------------------------------------------------------------------


def test_every_step_of_a_persons_way_is_a_route_of_the_template() -> None:
    routes = {route.key: name for name, function in Template().functions.items() for route in function.routes}
    person = Person("bimtek-klino")
    assert {routes[person.event(step)["routeKey"]] for step in STEPS} == {"RegistrationsFunction"}
    assert routes[complaining()["routeKey"]] == "FeedbackFunction"


def test_everybody_is_another_person_but_stays_the_same_one() -> None:
    first, second = Person("bimtek-klino"), Person("bimtek-klino")
    assert first.answers["email"] != second.answers["email"]
    assert first.event("send")["body"] == first.event("send")["body"] != second.event("send")["body"]


def test_without_an_open_offering_the_form_page_is_not_measured(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "CATALOGUE", tmp_path / "catalogue.json")
    closed = {"id": "lama", "opens": "2020-01-01T00:00:00Z", "closes": "2020-02-01T00:00:00Z"}
    addresses.CATALOGUE.write_text(json.dumps([closed]))
    with pytest.raises(NotMeasured, match="no offering"):
        addresses.pages("home", "form")
    addresses.CATALOGUE.write_text(json.dumps([closed, {**closed, "id": "baru", "closes": "2999-02-01T00:00:00Z"}]))
    assert addresses.pages("form") == {"form (id)": "/kegiatan/baru/", "form (en)": "/en/kegiatan/baru/"}


def test_the_imports_of_a_start_are_read_from_what_python_tells() -> None:
    told = ("import time: self [us] | cumulative | imported package\n"
            "import time:      1500 |       2000 |   portal.forms\nimport time:       250 |        250 | json\n")
    assert cold.imports(told) == {"portal.forms": 1.5, "json": 0.25}


def test_the_bundle_takes_every_package_of_the_lock() -> None:
    lock = (ROOT / "requirements.txt").read_text()
    assert {"botocore", "pydantic", "jinja2"} <= set(bundle.pinned(lock))
    assert len(bundle.pinned(lock)) == lock.count("==")


def test_pages_that_are_added_to_a_build_point_nowhere(tmp_path: Path) -> None:
    model = tmp_path / building.MODEL
    model.parent.mkdir()
    model.write_text('---\ntitle: x\n---\n# Angka\n\n[lihat](berkas.md) [ini](#ini){: .x }\n--8<-- "x.html"\n')
    building._add_pages(tmp_path, 3)
    pages = sorted(tmp_path.glob("bagian-00/*.md"))
    assert [page.name for page in pages] == ["halaman-0001.md", "halaman-0002.md", "index.md"]
    assert pages[0].read_text() == "---\ntitle: Halaman 1\ndescription: Halaman 1\n---\n# Angka\n\nlihat ini\n\n"


def test_memory_is_that_of_both_processes_of_the_worst_file() -> None:
    mb = 1024 ** 2
    found = [memory.Peak("a photo", 40 * mb, 100 * mb, "jpeg"), memory.Peak("a scan", 60 * mb, 90 * mb, "pdf")]
    row = memory.row("memory", found)
    assert (row.figure, row.baseline, row.verdict) == ("150 MB: a scan", "140 MB: a photo", "pass")
    assert "60 MB of it hold the file, 90 MB read it" in row.note
    assert memory.row("memory", [*found, memory.Peak("a bomb", 100 * mb, 156 * mb, "expands")]).verdict == "FAIL"


# -- Lighthouse --------------------------------------------------------------------------------------------------


def test_only_audits_that_count_are_told_of_a_report() -> None:
    refs = {name: {"score": 1, "auditRefs": []} for name in lighthouse.CATEGORIES}
    refs["performance"] = {"score": 0.98, "auditRefs": [
        {"id": "total-blocking-time", "weight": 30}, {"id": "render-blocking-insight", "weight": 0}]}
    audits = {"total-blocking-time": {"score": 0.84}, "render-blocking-insight": {"score": 0.5},
              "largest-contentful-paint": {"score": 1, "numericValue": 1034.7}}
    report = lighthouse.read_report({"categories": refs, "audits": audits})
    assert report.scores == (98, 100, 100, 100)
    assert (report.paint, report.imperfect) == (pytest.approx(1.0347), ("total-blocking-time 0.84",))


def test_lighthouse_is_pinned_with_all_it_needs_and_names_no_registry() -> None:
    wish, lock = (json.loads((HERE / name).read_text()) for name in ("package.json", "package-lock.json"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert wish["dependencies"] == {"lighthouse": packages["node_modules/lighthouse"]["version"]}
    assert all(each["integrity"] and "resolved" not in each for each in packages.values())


def test_node_is_pinned_with_its_hashes() -> None:
    lock = (ROOT / "requirements-bench.txt").read_text()
    assert re.findall(r"^[\w-]+(?===)", lock, re.MULTILINE) == (ROOT / "requirements-bench.in").read_text().split()
    assert "--hash=sha256:" in lock


def test_what_fails_outside_is_told_as_not_measured() -> None:
    with pytest.raises(NotMeasured, match=r"python\S* -c .*failed: ow"):
        lighthouse.must_work([bundle.PYTHON[0], "-c", "import sys; sys.exit('ow')"], {})
    with pytest.raises(NotMeasured, match="No such file"):
        lighthouse.must_work(["/nowhere/node", "--version"], {})


def test_a_run_that_lost_its_trace_is_tried_again_but_not_for_ever() -> None:
    answers = iter([NotMeasured("NO_NAVSTART"), "{}"])

    def run() -> str:
        answer = next(answers)
        if isinstance(answer, NotMeasured):
            raise answer
        return answer
    assert lighthouse.patiently(run) == "{}"
    answers = iter([NotMeasured("first"), NotMeasured("second"), NotMeasured("third"), "{}"])
    with pytest.raises(NotMeasured, match="third"):
        lighthouse.patiently(run)
