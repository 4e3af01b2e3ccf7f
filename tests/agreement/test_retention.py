"""The retention table, the code that keeps to it, the settings that keep to it, and the page that tells it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from infra import retention
from infra.template_reader import ROOT, Template
from portal.assets import LANGUAGES, read_json
from uploads.rules import ABANDONED_AFTER

TEMPLATE = Template()
KINDS = retention.read()
DAY = 24 * 3600
PAGES = {language: ROOT / "content" / language / "tentang" / "privasi.md" for language in LANGUAGES}


def days(kind: str) -> int:
    return KINDS[kind].periods[-1].days


def stored_kinds() -> set[str]:
    """The kinds to which code that runs gives an end: that of subjects with a function, and what all share."""
    running = {"portal", *(function.handler.partition(".")[0] for function in TEMPLATE.functions.values())}
    sources = "\n".join(path.read_text(encoding="utf-8")
                        for subject in running for path in (ROOT / "functions" / subject).rglob("*.py"))
    return set(re.findall(r'kept_until\(\s*"(\w+)"', sources))


def test_everything_that_is_stored_is_in_the_notice_and_nothing_else_of_the_kinds_that_expire() -> None:
    told = {name for name, kind in KINDS.items() if kind.in_notice and kind.kept_by in {"expiry", "phone"}}
    assert told == stored_kinds()
    assert len(told) >= 3


def test_a_number_of_days_stands_nowhere_else_in_the_functions() -> None:
    """A retention period in Python would be a rule in two places."""
    found = {path.name: found for path in (ROOT / "functions").rglob("*.py")
             for found in re.findall(r"timedelta\(days=(\d{2,})\)", path.read_text(encoding="utf-8"))}
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_includes_the_table_and_states_no_number_of_it_by_hand(language: str) -> None:
    text = PAGES[language].read_text(encoding="utf-8")
    assert text.count('--8<-- "retention.md"') == 1
    by_hand = set(re.findall(r"(\d+) (?:hari|days)", text)) - {str(days("backup"))}
    assert by_hand == set()
    assert re.search(rf"\b{days('backup')} (hari|days)", text), "what is erased stays in the backups for a while"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_a_row_for_each_kind_and_both_columns_filled(language: str) -> None:
    lines = retention.as_markdown(KINDS, language, datetime.now(UTC).date()).splitlines()
    assert len(lines) == sum(kind.in_notice for kind in KINDS.values()) >= 8
    assert all(re.fullmatch(r"\| [^|{}]{5,} \| [^|{}]{3,} \|", line) for line in lines)


def test_what_the_functions_read_is_what_the_table_says() -> None:
    read = {name: [tuple(row) for row in rows] for name, rows in read_json("retention.json").items()}
    assert read == retention.for_functions(KINDS)


def test_no_period_claims_a_law_that_fixes_it() -> None:
    """UU 27/2022 fixes no number of years (domain rules, section 5); whoever finds a law changes this line with it."""
    assert {each.certainty for kind in KINDS.values() for each in kind.periods} <= {"chosen", "provisional"}


# -- settings ------------------------------------------------------------------------------------------------------


def test_the_queues_keep_mail_as_long_as_the_table_says() -> None:
    queues = TEMPLATE.queues
    assert queues["MailQueue"]["MessageRetentionPeriod"] == days("mail_queue") * DAY
    for queue in ("MailDeadLetterQueue", "RelayDeadLetterQueue"):
        assert queues[queue]["MessageRetentionPeriod"] == days("mail_failed") * DAY


def test_logs_are_kept_as_long_as_the_table_says() -> None:
    parameter = TEMPLATE.body["Parameters"]["LogRetentionDays"]
    assert parameter["Default"] == days("technical_log")
    told = KINDS["technical_log"].kept.id
    assert f"{min(parameter['AllowedValues'])} sampai {max(parameter['AllowedValues'])} hari" in told


def test_quarantine_forgets_as_soon_as_the_table_says() -> None:
    (rule,) = TEMPLATE.buckets["QuarantineBucket"]["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == days("upload_unfinished") == ABANDONED_AFTER.days


def test_backups_are_those_of_the_table_service_which_keeps_them_for_35_days() -> None:
    assert days("backup") == 35
    for bucket in ("EvidenceBucket", "DocumentsBucket"):
        *_, rule, _ = TEMPLATE.buckets[bucket]["LifecycleConfiguration"]["Rules"]
        assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == days("backup"), "deleted files, too"
    for table in TEMPLATE.tables.values():
        assert "RecoveryPeriodInDays" not in table["PointInTimeRecoverySpecification"]


def test_documents_go_with_the_decisions_that_they_are_of() -> None:
    rule, *_ = TEMPLATE.buckets["DocumentsBucket"]["LifecycleConfiguration"]["Rules"]
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("papers/", days("decision"))


def test_a_change_is_in_a_stream_for_a_day_which_nobody_can_set() -> None:
    assert days("change_copy") == 1
