"""Each function may do what is listed here and nothing else, and needs all of it.

The list is compared with the template, and the template with what the functions really call while people register,
wait, cancel, write to us, are mailed, and the clocks tidy and anchor. So widening a permission is a visible line here,
and a call that the role would refuse in production fails here first (the emulator does not look at roles).
"""

from __future__ import annotations

import fnmatch
import hashlib
import importlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.handlers
import pytest

from infra.bus import bucket_pumps
from infra.emulator import CREDENTIALS, Emulator, allow_sender, client, provision
from infra.gateway import Gateway, Request, Response
from infra.lambdas import Lambda, loaded_functions, publish_catalogue
from infra.pumps import PumpRoom, pumps_for
from infra.run import MAIL_SENDER, PARAMETERS
from infra.scanner import Scanner, stand_in
from infra.sign_in_service import SignInService
from infra.template_reader import ROOT, Template
from tests.hostile import pdf
from tests.signing_in import as_pairs, signed_in

TEMPLATE = Template()
REGISTRATIONS, FEEDBACK, AUDIT, MAIL = "RegistrationsTable", "FeedbackTable", "AuditTable", "MailTable"
IDENTITY, RIGHTS, DOSSIERS = "IdentityTable", "RightsTable", "DossiersTable"
SEALS, SEAL_KEY = "SealsTable", "SealKey"
ASSESSMENT, DOCUMENTS = "AssessmentTable", "DocumentsBucket"
BY_OFFERING, BY_EMAIL = f"{REGISTRATIONS}/index/by_offering", f"{REGISTRATIONS}/index/by_email"
MESSAGES_BY_EMAIL = f"{FEEDBACK}/index/by_email"
UPLOADS, QUARANTINE, EVIDENCE = "UploadsTable", "QuarantineBucket", "EvidenceBucket"
STREAMS = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}

# function -> (action, resource) -> the beginnings of the keys it is limited to
PERMISSIONS: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {
    "RegistrationsFunction": {
        ("dynamodb:GetItem", IDENTITY): ("SESSION#*",), ("dynamodb:UpdateItem", IDENTITY): ("SESSION#*",),
        ("dynamodb:Query", IDENTITY): ("PROVEN#*",),
        ("dynamodb:Query", BY_EMAIL): (),
        ("dynamodb:ConditionCheckItem", REGISTRATIONS): ("OFFERING#*",),
        ("dynamodb:Query", REGISTRATIONS): ("OFFERING#*", "WAITING#*"),
        ("dynamodb:GetItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:UpdateItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:PutItem", REGISTRATIONS): ("OFFERING#*", "PERSON#*", "REGISTRATION#*", "REQUEST#*", "WAITING#*"),
        ("dynamodb:DeleteItem", REGISTRATIONS): ("OFFERING#*", "PERSON#*", "REQUEST#*", "WAITING#*")},
    "DeskFunction": {
        **{(f"dynamodb:{action}", IDENTITY): ("DESK#*",) for action in ("Query", "DeleteItem")},
        ("dynamodb:GetItem", IDENTITY): ("SESSION#*",), ("dynamodb:UpdateItem", IDENTITY): ("SESSION#*",),
        ("dynamodb:PutItem", IDENTITY): ("DESK#*", "PARKED#*"),
        ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*"), ("dynamodb:Query", AUDIT): ("RECORD#*",),
        ("dynamodb:Query", BY_OFFERING): (),
        ("dynamodb:ConditionCheckItem", REGISTRATIONS): ("OFFERING#*",),
        ("dynamodb:Query", REGISTRATIONS): ("INDEX#*", "OFFERING#*", "REGISTRATION#*", "REQUEST#*", "WAITING#*"),
        ("dynamodb:GetItem", REGISTRATIONS): ("MAILING#*", "OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:UpdateItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:PutItem", REGISTRATIONS): ("MAILING#*", "OFFERING#*", "REGISTRATION#*", "WAITING#*"),
        ("dynamodb:DeleteItem", REGISTRATIONS): ("OFFERING#*", "PERSON#*", "REQUEST#*", "WAITING#*")},
    "IdentityFunction": {
        ("dynamodb:GetItem", IDENTITY): ("PARKED#*", "PERSON#*", "SESSION#*", "SIGNIN#*"),
        ("dynamodb:PutItem", IDENTITY): ("PARKED#*", "PERSON#*", "PROOF#*", "PROVEN#*", "SESSION#*", "SIGNIN#*"),
        ("dynamodb:DeleteItem", IDENTITY): ("PROOF#*", "PROVEN#*", "SIGNIN#*"),
        ("dynamodb:UpdateItem", IDENTITY): ("ADDRESS#*", "PROOF#*", "SESSION#*"),
        ("dynamodb:Query", IDENTITY): ("PERSON#*", "PROOF#*", "PROVEN#*"),
        ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*"), ("dynamodb:Query", AUDIT): ("RECORD#*",)},
    "FeedbackFunction": {
        ("dynamodb:GetItem", FEEDBACK): ("MESSAGE#*",), ("dynamodb:PutItem", FEEDBACK): ("MESSAGE#*",)},
    "CreditFunction": {},
    "EligibilityFunction": {},
    "SealsFunction": {("dynamodb:GetItem", SEALS): ("SEAL#*",), ("kms:GetPublicKey", SEAL_KEY): ()},
    "DossiersFunction": {
        ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*"),
        ("dynamodb:Query", AUDIT): ("RECORD#dossier#*", "RECORD#person#*"),
        ("s3:GetObject", DOCUMENTS): ("papers/*",),
        ("dynamodb:DeleteItem", DOSSIERS): ("FAILED#PAPERS", "QUEUE#*"),
        ("dynamodb:GetItem", DOSSIERS): ("DESK#*", "DOSSIER#*"),
        ("dynamodb:PutItem", DOSSIERS): ("DOSSIER#*", "OWNER#*", "QUEUE#*"),
        ("dynamodb:Query", DOSSIERS): ("DOSSIER#*", "OWNER#*"),
        ("dynamodb:UpdateItem", DOSSIERS): ("DOSSIER#*",),
        ("dynamodb:GetItem", IDENTITY): ("PERSON#*", "SESSION#*"),
        ("dynamodb:PutItem", IDENTITY): ("PARKED#*",),
        ("dynamodb:Query", IDENTITY): ("PROVEN#*",),
        ("dynamodb:UpdateItem", IDENTITY): ("SESSION#*",),
        ("dynamodb:GetItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:Query", BY_EMAIL): (),
        ("dynamodb:DeleteItem", UPLOADS): ("OWNER#*",),
        ("dynamodb:GetItem", UPLOADS): ("OWNER#*",),
        ("dynamodb:PutItem", UPLOADS): ("OWNER#*",),
        ("dynamodb:Query", UPLOADS): ("OWNER#*",),
        ("dynamodb:UpdateItem", UPLOADS): ("OWNER#*",)},
    "AssessmentFunction": {
        ("dynamodb:ConditionCheckItem", ASSESSMENT): ("POOL#ASSESSORS",),
        ("dynamodb:DeleteItem", ASSESSMENT): ("ASSESSOR#*", "POOL#ASSESSORS", "WORK#OPEN"),
        ("dynamodb:GetItem", ASSESSMENT): ("CASE#*", "HAND#KNOWN", "SIGNER#*"),
        ("dynamodb:PutItem", ASSESSMENT): (
            "AGREEMENT#*", "ASSESSOR#*", "CASE#*", "HAND#*", "LENDS#*", "LENT#*", "POOL#ASSESSORS", "SIGNER#*",
            "WORK#OPEN"),
        ("dynamodb:Query", ASSESSMENT): (
            "AGREEMENT#*", "ASSESSOR#*", "CASE#*", "LENDS#*", "LENT#*", "POOL#ASSESSORS", "WORK#OPEN"),
        ("dynamodb:UpdateItem", ASSESSMENT): ("CASE#*", "LENDS#*", "LENT#*"),
        ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*"),
        ("dynamodb:Query", AUDIT): ("RECORD#*",),
        ("s3:GetObject", DOCUMENTS): ("papers/*",),
        ("dynamodb:DeleteItem", DOSSIERS): ("FAILED#PAPERS", "QUEUE#*"),
        ("dynamodb:GetItem", DOSSIERS): ("COUNTER#*", "DOSSIER#*"),
        ("dynamodb:PutItem", DOSSIERS): ("COUNTER#*", "DESK#*", "DOSSIER#*", "OWNER#*", "QUEUE#*"),
        ("dynamodb:Query", DOSSIERS): ("DOSSIER#*", "OWNER#*", "QUEUE#*"),
        ("dynamodb:UpdateItem", DOSSIERS): ("DOSSIER#*", "OWNER#*"),
        ("s3:GetObject", EVIDENCE): ("*",),
        ("dynamodb:GetItem", IDENTITY): ("PERSON#*", "SESSION#*"),
        ("dynamodb:PutItem", IDENTITY): ("PARKED#*",),
        ("dynamodb:UpdateItem", IDENTITY): ("SESSION#*",),
        ("dynamodb:GetItem", UPLOADS): ("OWNER#*",)},
    "PressFunction": {
        **{(action, f"{DOSSIERS}.StreamArn"): () for action in STREAMS},
        ("s3:PutObject", DOCUMENTS): ("papers/*",),
        ("dynamodb:GetItem", DOSSIERS): ("DOSSIER#*",),
        ("dynamodb:PutItem", DOSSIERS): ("FAILED#PAPERS",),
        ("dynamodb:UpdateItem", DOSSIERS): ("DOSSIER#*",),
        ("sqs:SendMessage", "RelayDeadLetterQueue"): (),
        ("kms:GetPublicKey", SEAL_KEY): (),
        ("kms:Sign", SEAL_KEY): (),
        ("dynamodb:PutItem", SEALS): ("SEAL#*",),
        ("dynamodb:UpdateItem", SEALS): ("SEAL#*",)},
    "AssessmentClockFunction": {
        ("dynamodb:Query", ASSESSMENT): ("CASE#*", "HAND#*", "WORK#OPEN"),
        ("dynamodb:GetItem", ASSESSMENT): ("CASE#*",), ("dynamodb:UpdateItem", ASSESSMENT): ("CASE#*",),
        ("dynamodb:PutItem", ASSESSMENT): ("ASSESSOR#*", "CASE#*"),
        ("dynamodb:DeleteItem", ASSESSMENT): ("ASSESSOR#*", "WORK#OPEN"),
        ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*"), ("dynamodb:Query", AUDIT): ("RECORD#*",),
        ("dynamodb:DeleteItem", DOSSIERS): ("FAILED#PAPERS",),
        ("dynamodb:GetItem", DOSSIERS): ("DOSSIER#*",),
        ("dynamodb:PutItem", DOSSIERS): ("DOSSIER#*", "REMINDER#*"),
        ("dynamodb:Query", DOSSIERS): ("FAILED#PAPERS", "QUEUE#*"),
        ("dynamodb:UpdateItem", DOSSIERS): ("DOSSIER#*",)},
    "RightsFunction": {
        ("dynamodb:GetItem", DOSSIERS): ("DOSSIER#*",),
        ("dynamodb:Query", DOSSIERS): ("DOSSIER#*", "OWNER#*", "REMINDER#*"),
        ("dynamodb:GetItem", ASSESSMENT): ("HAND#*", "POOL#ASSESSORS", "SIGNER#*"),
        ("dynamodb:Query", ASSESSMENT): ("LENDS#*", "LENT#*"),
        ("dynamodb:GetItem", IDENTITY): ("PERSON#*", "SESSION#*"),
        ("dynamodb:UpdateItem", IDENTITY): ("SESSION#*",),
        ("dynamodb:PutItem", IDENTITY): ("PARKED#*", "PERSON#*"),
        ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*"),
        ("dynamodb:Query", AUDIT): ("RECORD#*",),
        ("dynamodb:Query", BY_EMAIL): (),
        ("dynamodb:Query", MESSAGES_BY_EMAIL): (),
        ("dynamodb:GetItem", FEEDBACK): ("MESSAGE#*",),
        ("dynamodb:Query", FEEDBACK): ("MESSAGE#*",),
        ("dynamodb:Query", IDENTITY): ("DESK#*", "PERSON#*", "PROOF#*", "PROVEN#*"),
        ("dynamodb:GetItem", REGISTRATIONS): ("REGISTRATION#*",),
        ("dynamodb:Query", REGISTRATIONS): ("REGISTRATION#*",),
        ("dynamodb:UpdateItem", REGISTRATIONS): ("REGISTRATION#*",),
        ("dynamodb:Query", UPLOADS): ("OWNER#*",),
        ("dynamodb:Query", RIGHTS): ("PERSON#*", "REQUEST#*"),
        ("dynamodb:GetItem", RIGHTS): ("REQUEST#*",),
        ("dynamodb:PutItem", RIGHTS): ("OPEN#REQUESTS", "PERSON#*", "REQUEST#*"),
        ("dynamodb:UpdateItem", RIGHTS): ("PERSON#*",),
        ("dynamodb:DeleteItem", RIGHTS): ("OPEN#REQUESTS",)},
    "RightsDeskFunction": {
        ("dynamodb:GetItem", DOSSIERS): ("DOSSIER#*",),
        ("dynamodb:Query", DOSSIERS): ("DOSSIER#*", "OWNER#*", "REMINDER#*"),
        ("dynamodb:GetItem", ASSESSMENT): ("HAND#*", "POOL#ASSESSORS", "SIGNER#*"),
        ("dynamodb:Query", ASSESSMENT): ("LENDS#*", "LENT#*"),
        ("dynamodb:GetItem", IDENTITY): ("PERSON#*", "SESSION#*"),
        ("dynamodb:UpdateItem", IDENTITY): ("SESSION#*",),
        ("dynamodb:PutItem", IDENTITY): ("PARKED#*",),
        ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*"),
        ("dynamodb:Query", AUDIT): ("RECORD#*",),
        ("dynamodb:Query", BY_EMAIL): (),
        ("dynamodb:Query", MESSAGES_BY_EMAIL): (),
        ("dynamodb:GetItem", FEEDBACK): ("MESSAGE#*",),
        ("dynamodb:Query", FEEDBACK): ("MESSAGE#*",),
        ("dynamodb:Query", IDENTITY): ("DESK#*", "PERSON#*", "PROOF#*", "PROVEN#*"),
        ("dynamodb:GetItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:Query", REGISTRATIONS): ("REGISTRATION#*",),
        ("dynamodb:UpdateItem", REGISTRATIONS): ("REGISTRATION#*",),
        ("dynamodb:PutItem", REGISTRATIONS): ("PERSON#*",), ("dynamodb:DeleteItem", REGISTRATIONS): ("PERSON#*",),
        ("dynamodb:Query", UPLOADS): ("OWNER#*",),
        ("dynamodb:Query", RIGHTS): ("OPEN#REQUESTS", "PERSON#*", "REQUEST#*"),
        ("dynamodb:GetItem", RIGHTS): ("REQUEST#*",),
        ("dynamodb:PutItem", RIGHTS): ("OPEN#ERASURES", "PERSON#*", "REQUEST#*"),
        ("dynamodb:DeleteItem", RIGHTS): ("OPEN#REQUESTS",)},
    "ErasureFunction": {
        ("dynamodb:GetItem", DOSSIERS): ("DOSSIER#*",), ("dynamodb:Query", DOSSIERS): ("DOSSIER#*", "OWNER#*"),
        ("dynamodb:DeleteItem", DOSSIERS): ("DOSSIER#*", "OWNER#*"),
        ("dynamodb:GetItem", ASSESSMENT): ("POOL#ASSESSORS",), ("dynamodb:Query", ASSESSMENT): ("WORK#OPEN",),
        ("dynamodb:DeleteItem", ASSESSMENT): ("HAND#*", "POOL#ASSESSORS", "SIGNER#*"),
        ("dynamodb:DeleteItem", UPLOADS): ("OWNER#*",),
        ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*"),
        ("dynamodb:Query", AUDIT): ("RECORD#*",),
        ("dynamodb:Query", BY_EMAIL): (),
        ("dynamodb:Query", MESSAGES_BY_EMAIL): (),
        ("dynamodb:GetItem", FEEDBACK): ("MESSAGE#*",),
        ("dynamodb:Query", FEEDBACK): ("MESSAGE#*",),
        ("dynamodb:DeleteItem", FEEDBACK): ("MESSAGE#*",),
        ("dynamodb:Query", IDENTITY): ("DESK#*", "PERSON#*", "PROOF#*", "PROVEN#*"),
        ("dynamodb:DeleteItem", IDENTITY): ("DESK#*", "PERSON#*", "PROOF#*", "PROVEN#*", "SESSION#*"),
        ("dynamodb:Query", UPLOADS): ("OWNER#*",), ("dynamodb:UpdateItem", UPLOADS): ("OWNER#*",),
        ("dynamodb:ConditionCheckItem", REGISTRATIONS): ("OFFERING#*",),
        ("dynamodb:GetItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:Query", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*", "WAITING#*"),
        ("dynamodb:PutItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:UpdateItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:DeleteItem", REGISTRATIONS): (
            "OFFERING#*", "PERSON#*", "REGISTRATION#*", "REQUEST#*", "WAITING#*"),
        ("dynamodb:Query", RIGHTS): ("DONE#ERASURES", "OPEN#ERASURES"),
        ("dynamodb:GetItem", RIGHTS): ("REQUEST#*",),
        ("dynamodb:PutItem", RIGHTS): ("DONE#ERASURES", "REQUEST#*"),
        ("dynamodb:DeleteItem", RIGHTS): ("OPEN#ERASURES",)},
    "RelayFunction": {
        **{(action, f"{table}.StreamArn"): () for action in STREAMS
           for table in (REGISTRATIONS, FEEDBACK, RIGHTS, DOSSIERS, IDENTITY)},
        ("sqs:SendMessage", "MailQueue"): (), ("sqs:SendMessage", "RelayDeadLetterQueue"): ()},
    "MailerFunction": {
        ("sqs:DeleteMessage", "MailQueue"): (), ("sqs:GetQueueAttributes", "MailQueue"): (),
        ("sqs:ReceiveMessage", "MailQueue"): (), ("sqs:SendMessage", "MailQueue"): (),
        **{(f"dynamodb:{action}", MAIL): ("DIGEST#*",) for action in ("DeleteItem", "PutItem", "Query")},
        ("dynamodb:GetItem", REGISTRATIONS): ("REGISTRATION#*",),
        ("dynamodb:UpdateItem", REGISTRATIONS): ("REGISTRATION#*",),
        ("dynamodb:GetItem", FEEDBACK): ("MESSAGE#*",), ("dynamodb:UpdateItem", FEEDBACK): ("MESSAGE#*",),
        ("dynamodb:GetItem", RIGHTS): ("REQUEST#*",), ("dynamodb:UpdateItem", RIGHTS): ("REQUEST#*",),
        ("dynamodb:GetItem", IDENTITY): ("PROOF#*",), ("dynamodb:UpdateItem", IDENTITY): ("PROOF#*",),
        ("dynamodb:GetItem", DOSSIERS): ("DOSSIER#*", "REMINDER#*"),
        ("dynamodb:UpdateItem", DOSSIERS): ("DOSSIER#*", "REMINDER#*"),
        ("ses:SendEmail", "MailIdentity"): ()},
    "SweeperFunction": {
        ("dynamodb:ConditionCheckItem", REGISTRATIONS): ("OFFERING#*",),
        ("dynamodb:DeleteItem", REGISTRATIONS): ("OFFERING#*", "WAITING#*"),
        ("dynamodb:Query", REGISTRATIONS): ("OFFERING#*", "WAITING#*"),
        ("dynamodb:GetItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:PutItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*"),
        ("dynamodb:UpdateItem", REGISTRATIONS): ("OFFERING#*", "REGISTRATION#*")},
    "AnchorFunction": {
        ("dynamodb:Query", AUDIT): ("ANCHOR", "DAY#*"), ("dynamodb:PutItem", AUDIT): ("ANCHOR",)},
    "PurgeFunction": {
        ("dynamodb:Scan", DOSSIERS): (), ("dynamodb:Scan", ASSESSMENT): (),
        **{(f"dynamodb:{action}Item", DOSSIERS): ("DOSSIER#*", "OWNER#*", "REMINDER#*")
           for action in ("Delete", "Update")},
        **{(f"dynamodb:{action}Item", ASSESSMENT): ("ASSESSOR#*", "CASE#*", "HAND#*", "LENDS#*", "LENT#*",
                                                    "POOL#ASSESSORS", "SIGNER#*") for action in ("Delete", "Update")},
        ("dynamodb:Scan", REGISTRATIONS): (), ("dynamodb:Scan", FEEDBACK): (), ("dynamodb:Scan", RIGHTS): (),
        ("dynamodb:Scan", IDENTITY): (),
        ("dynamodb:UpdateItem", IDENTITY): ("DESK#*", "PERSON#*", "PROOF#*", "PROVEN#*"),
        ("dynamodb:DeleteItem", IDENTITY): (
            "ADDRESS#*", "DESK#*", "PARKED#*", "PERSON#*", "PROOF#*", "PROVEN#*", "SESSION#*", "SIGNIN#*"),
        ("dynamodb:GetItem", REGISTRATIONS): ("OFFERING#*",),
        **{(f"dynamodb:{action}Item", REGISTRATIONS): ("MAILING#*", "PERSON#*", "REGISTRATION#*", "REQUEST#*",
                                                       "WAITING#*") for action in ("Delete", "Update")},
        ("dynamodb:DeleteItem", FEEDBACK): ("MESSAGE#*",), ("dynamodb:UpdateItem", FEEDBACK): ("MESSAGE#*",),
        ("dynamodb:DeleteItem", RIGHTS): ("BREACH#*", "DONE#ERASURES", "PERSON#*", "REQUEST#*"),
        ("dynamodb:UpdateItem", RIGHTS): ("BREACH#*", "DONE#ERASURES", "PERSON#*", "REQUEST#*"),
        ("dynamodb:Query", AUDIT): ("RECORD#*",), ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*")},
    "UploadsFunction": {
        ("dynamodb:GetItem", IDENTITY): ("SESSION#*",), ("dynamodb:UpdateItem", IDENTITY): ("SESSION#*",),
        ("dynamodb:PutItem", IDENTITY): ("PARKED#*",),
        ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*"), ("dynamodb:Query", AUDIT): ("RECORD#*",),
        ("dynamodb:GetItem", UPLOADS): ("OBJECT#*", "OWNER#*"), ("dynamodb:Query", UPLOADS): ("OWNER#*",),
        ("dynamodb:PutItem", UPLOADS): ("OPEN", "OWNER#*", "UPLOAD#*"),
        ("dynamodb:UpdateItem", UPLOADS): ("OBJECT#*",),
        ("dynamodb:DeleteItem", UPLOADS): ("OBJECT#*", "OPEN", "OWNER#*", "UPLOAD#*"),
        ("s3:PutObject", QUARANTINE): ("masuk/*",), ("s3:GetObject", EVIDENCE): ("*",),
        ("s3:DeleteObject", EVIDENCE): ("*",)},
    "InspectorFunction": {
        ("dynamodb:GetItem", UPLOADS): ("OWNER#*", "UPLOAD#*"),
        ("dynamodb:UpdateItem", UPLOADS): ("OBJECT#*", "OWNER#*", "UPLOAD#*"),
        ("dynamodb:PutItem", UPLOADS): ("OBJECT#*", "UPLOAD#*"), ("dynamodb:DeleteItem", UPLOADS): ("OPEN",),
        ("s3:DeleteObject", QUARANTINE): ("*",), ("s3:GetObject", QUARANTINE): ("*",),
        ("s3:PutObject", QUARANTINE): ("*",), ("s3:PutObject", EVIDENCE): ("*",)},
    "UploadsClockFunction": {
        ("dynamodb:Query", UPLOADS): ("OPEN",), ("dynamodb:GetItem", UPLOADS): ("OWNER#*",),
        ("dynamodb:UpdateItem", UPLOADS): ("OWNER#*", "UPLOAD#*"),
        ("dynamodb:DeleteItem", UPLOADS): ("OPEN", "OWNER#*", "UPLOAD#*")},
    "UploadsSweepFunction": {
        ("dynamodb:Scan", UPLOADS): (), ("dynamodb:GetItem", UPLOADS): ("OBJECT#*", "OWNER#*"),
        ("dynamodb:PutItem", UPLOADS): ("OBJECT#*",), ("dynamodb:Query", UPLOADS): ("OBJECT#*",),
        ("dynamodb:UpdateItem", UPLOADS): ("OBJECT#*", "OWNER#*"),
        ("dynamodb:DeleteItem", UPLOADS): ("OBJECT#*", "OPEN", "OWNER#*", "UPLOAD#*"),
        ("dynamodb:Query", AUDIT): ("RECORD#*",), ("dynamodb:PutItem", AUDIT): ("DAY#*", "RECORD#*"),
        ("s3:ListBucket", EVIDENCE): (), ("s3:GetObject", EVIDENCE): ("*",), ("s3:DeleteObject", EVIDENCE): ("*",)},
}
OBJECT_ACTIONS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
# Lambda itself uses these with the function's role.
FOR_LAMBDA = STREAMS | {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}


def granted(function: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """What the template's role allows, in the notation of the list."""
    role = TEMPLATE.resources[function.replace("Function", "Role")]["Properties"]
    assert "ManagedPolicyArns" not in role
    statements = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
    found = {}
    for each in statements:
        keys = each.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
        resources = each["Resource"] if isinstance(each["Resource"], list) else [each["Resource"]]
        for action in each["Action"]:
            found |= {(action, _named(resource)): _objects(resource) or tuple(keys) for resource in resources}
    return {place: keys for place, keys in found.items() if place[0] not in LOGS}


def _objects(resource: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of a bucket that a statement is about."""
    _, bucket, keys = str(resource.get("Fn::Sub", "")).partition("Bucket.Arn}/")
    return (keys,) if bucket else ()


def _named(resource: Mapping[str, Any]) -> str:
    if _objects(resource):
        return str(resource["Fn::Sub"]).partition(".")[0].removeprefix("${")
    table, _, index = str(resource.get("Fn::Sub", "")).partition(".Arn}/index/")
    if index:
        return f"{table.removeprefix('${')}/index/{index}"
    if "Fn::Sub" in resource:
        assert resource["Fn::Sub"].endswith(":identity/${MailIdentity}")
        return "MailIdentity"
    name, attribute = resource["Fn::GetAtt"]
    return name if attribute == "Arn" else f"{name}.{attribute}"


@pytest.mark.parametrize("function", sorted(TEMPLATE.functions))
def test_a_role_allows_exactly_what_is_listed(function: str) -> None:
    assert granted(function) == PERMISSIONS[function]


@pytest.mark.parametrize("function", sorted(TEMPLATE.functions))
def test_a_role_writes_its_own_log_only_and_is_lambdas_alone(function: str) -> None:
    role = TEMPLATE.resources[function.replace("Function", "Role")]["Properties"]
    (principal,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert principal["Principal"] == {"Service": "lambda.amazonaws.com"}
    logs = [each["Resource"] for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]
            if set(each["Action"]) == LOGS]
    assert logs == [{"Fn::GetAtt": [function.replace("Function", "Logs"), "Arn"]}]


def test_no_function_may_change_or_remove_what_the_audit_says() -> None:
    touched = {action for listed in PERMISSIONS.values() for action, resource in listed if resource == AUDIT}
    assert touched <= {"dynamodb:PutItem", "dynamodb:Query"}


def test_the_purge_alone_may_read_whole_tables_and_the_sweep_of_files_its_own() -> None:
    reading = {function: {table for action, table in listed if action == "dynamodb:Scan"}
               for function, listed in PERMISSIONS.items()}
    assert {function: tables for function, tables in reading.items() if tables} == {
        "PurgeFunction": {ASSESSMENT, DOSSIERS, FEEDBACK, IDENTITY, REGISTRATIONS, RIGHTS},
        "UploadsSweepFunction": {UPLOADS}}


# Rows of the table of assessments that say who assesses whom, or how: whoever serves the official has none of them.
ROWS_OF_CASES = ("AGREEMENT#", "ASSESSOR#", "CASE#", "WORK#")
AT_THE_DESKS = {"AssessmentFunction", "AssessmentClockFunction", "ErasureFunction", "PurgeFunction"}
ONES_OWN = {"RightsFunction", "RightsDeskFunction"}  # what somebody said of themself, lent, signs with


@pytest.mark.parametrize("function", sorted(set(TEMPLATE.functions) - AT_THE_DESKS - ONES_OWN))
def test_nobody_but_the_desks_may_touch_the_table_of_assessments(function: str) -> None:
    """Blindness is a permission: what serves the official cannot read who assesses, whatever its code says."""
    assert {place for place in granted(function) if ASSESSMENT in place[1]} == set()


@pytest.mark.parametrize("function", sorted(ONES_OWN))
def test_ones_own_data_are_gathered_without_a_right_to_any_case(function: str) -> None:
    keys = {key for (action, resource), keys in granted(function).items() if resource == ASSESSMENT for key in keys}
    assert keys
    assert not [key for key in keys if key.startswith(ROWS_OF_CASES)]
    assert all(keys for (action, resource), keys in granted(function).items() if resource == ASSESSMENT), "never all"


def test_what_serves_the_official_is_among_those_that_may_not() -> None:
    assert {"DossiersFunction", "PressFunction", "SealsFunction", "MailerFunction", "UploadsFunction",
            "IdentityFunction"} <= set(TEMPLATE.functions) - AT_THE_DESKS - ONES_OWN


def test_mail_is_sent_as_the_portal_only() -> None:
    statements = TEMPLATE.resources["MailerRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    (send,) = [each for each in statements if each["Action"] == ["ses:SendEmail"]]
    assert send["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailSender"}}}


# -- what is really called -----------------------------------------------------------------------------------------


@dataclass
class Calls:
    """Every call of a function to AWS: function, action, resource, key."""

    made: set[tuple[str, str, str, str]] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    caller: ContextVar[str | None] = field(default_factory=lambda: ContextVar("caller", default=None))

    def watched(self, function: Lambda) -> Lambda:
        def handler(event: Any, context: Any) -> Any:
            token = self.caller.set(function.function.name)
            try:
                return function.handler(event, context)
            finally:
                self.caller.reset(token)

        return Lambda(function.function, handler)

    def note_botocore(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        self._note({"sesv2": "ses"}.get(service, service), model.name, params)

    def note_json(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            self._note(client.service, operation, parameters)
            return call(client, operation, parameters)

        return noted

    def note_bucket(self, call: Callable[..., Any], action: str) -> Callable[..., Any]:
        """What is called, or signed for somebody else to call with the function's rights."""
        def noted(bucket: Any, *args: Any, **parameters: Any) -> Any:
            key = parameters.get("key") or next(each for each in args if each not in OBJECT_ACTIONS)
            method = next((each for each in args if each in OBJECT_ACTIONS), "")
            caller = self.caller.get()
            if caller:
                done = action or (OBJECT_ACTIONS[method] if key else "ListBucket")
                self.made.add((caller, f"s3:{done}", self._logical(bucket.name), key))
            return call(bucket, *args, **parameters)

        return noted

    def _note(self, service: str, operation: str, params: dict[str, Any]) -> None:
        caller = self.caller.get()
        if caller:
            for action, resource, key in self._actions(service, operation, params):
                self.made.add((caller, f"{service}:{action}", resource, key))

    def _actions(self, service: str, operation: str, params: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        if service == "ses":
            yield operation, "MailIdentity", ""
        elif service == "kms":
            yield operation, self._logical(params["KeyId"]), ""
        elif service == "sqs":
            yield operation, self._logical(params["QueueUrl"]), ""
        elif operation == "TransactWriteItems":
            for (kind, write), in [each.items() for each in params["TransactItems"]]:
                action = "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"
                yield action, self._logical(write["TableName"]), _key(write)
        elif "IndexName" in params:
            yield operation, f"{self._logical(params['TableName'])}/index/{params['IndexName']}", ""
        elif operation == "Scan":
            yield operation, self._logical(params["TableName"]), ""
        else:
            yield operation, self._logical(params["TableName"]), _key(params)

    def _logical(self, real: str) -> str:
        return next(logical for logical, name in self.names.items() if name == real)


def _key(request: Mapping[str, Any]) -> str:
    values = request.get("ExpressionAttributeValues", {})
    key = request.get("Key") or request.get("Item") or {"pk": values.get(":pk")}
    return str(key["pk"]["S"])


class Portal:
    """The functions and the pumps, without a server, every call noted."""

    def __init__(self, functions: Mapping[str, Lambda], pumps: PumpRoom, names: Mapping[str, str], endpoint: str,
                 assets: Path) -> None:
        self.functions, self.pumps, self.names, self.endpoint, self.assets = functions, pumps, names, endpoint, assets
        self.table, self.identity = names[REGISTRATIONS], names[IDENTITY]
        self.gateway = Gateway(functions)

    def ask(self, method: str, path: str, data: Mapping[str, Any] | None = None, *,
            cookies: Mapping[str, str] | None = None, accept: str = "application/json",
            too_late: bool = False) -> Response:
        headers = {"accept": accept, "content-type": "application/json",
                   "cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())}
        body = json.dumps(data).encode() if data else b""
        place, _, query = path.partition("?")
        response = self.gateway.answer(Request(method, place, query, headers, body, "127.0.0.1"))
        assert response.status == 401 if too_late else response.status < 400, (path, response.body[-900:])
        self.pumps.drain()
        return response

    def signed_in(self, subject: str, cookies: Mapping[str, str] | None = None) -> dict[str, str]:
        def get(path: str, held: Mapping[str, str]) -> tuple[int, Mapping[str, str], list[str]]:
            response = self.ask("GET", path, cookies=held)
            given = [value for name, value in response.headers if name == "set-cookie"]
            return response.status, dict(response.headers), given

        return signed_in(get, subject, cookies)

    def last_seen(self, cookies: Mapping[str, str], ago: timedelta) -> None:
        """As if this session had been used last so long ago."""
        seen = (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._set(f"SESSION#{hashlib.sha256(cookies['sesi'].encode()).hexdigest()}", "RECORD", "seen_at", {"S": seen},
                  table=self.identity)

    def is_overdue(self, table: str) -> None:
        """As if the table's own expiry were late for everything in it."""
        for item in client("dynamodb", self.endpoint).scan(TableName=table)["Items"]:
            self._set(item["pk"]["S"], item["sk"]["S"], "expires_at", {"N": "1"}, table=table)

    def declare(self, offering: Any, *, seats: int) -> None:
        """What republishing writes, without the minting that it also does: that is left to the sweeper."""
        rules = importlib.import_module("registrations.rules")
        declared = offering.model_copy(update={"seats": seats})
        self._set(f"OFFERING#{offering.id}", "CATALOGUE", "declared", {"S": declared.model_dump_json()})
        for pool in rules.pools_of(declared):
            self._set(f"OFFERING#{offering.id}", f"POOL#{pool.name}", "seats", {"N": str(pool.seats)})

    def _set(self, pk: str, sk: str, name: str, value: dict[str, str], table: str = "") -> None:
        client("dynamodb", self.endpoint).update_item(
            TableName=table or self.table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, UpdateExpression=f"SET {name} = :v",
            ExpressionAttributeValues={":v": value})

    def keep(self, days: int) -> None:
        """A retention table in which everything was kept for years, and since yesterday for so many days."""
        kinds = json.loads((self.assets / "retention.json").read_text(encoding="utf-8"))
        rows = [["2026-01-01", 3650], [(datetime.now(UTC) - timedelta(days=1)).date().isoformat(), days]]
        (self.assets / "retention.json").write_text(json.dumps(dict.fromkeys(kinds, rows)), encoding="utf-8")
        importlib.import_module("portal.assets").read_json.cache_clear()
        importlib.import_module("portal.assets").read_text.cache_clear()

    def tell_later(self) -> None:
        """A message that waits for others; then its window is over."""
        for language in ("id", "en"):
            (self.assets / "mail" / f"kabar.{language}.txt").write_text("---\ndigest: 5\n---\nKabar\n\nAda kabar.\n")
        outbox, records = importlib.import_module("portal.outbox"), importlib.import_module("portal.records")
        records.Table(self.table).write(outbox.message(
            "REGISTRATION#7F3K9QX2", "kabar", to="p0@desa.example", language="id", values={}, now=datetime.now(UTC)))
        self.pumps.drain()
        group = hashlib.sha256(b"p0@desa.example id").hexdigest()
        self.functions["MailerFunction"]({"Records": [{
            "messageId": "m", "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {},
            "body": json.dumps({"digest": group})}]})

    def ask_about_data(self) -> None:
        """A request that is answered and a breach that is closed, as their store writes them."""
        store, rights, records, audit = (importlib.import_module(name) for name in (
            "rights.store", "rights.models", "portal.records", "portal.audit"))
        both = store.Rights(records.Table(self.names[RIGHTS]), audit.Audit(records.Table(self.names[AUDIT])))
        actor, now = audit.Actor("petugas-7", "desk"), datetime.now(UTC)
        both.file(rights.Request(
            reference="7F3K9QX2", submission=ulid(7), person="orang-3", right="export", details="", language="id",
            email="p0@desa.example", received_at="", due_at="", rules=""), actor, now)
        for event in ("verify", "take", "answer"):
            both.advance("7F3K9QX2", event, actor, now, outcome="granted", reason="done")
        both.record("8G4M2RT5", now, actor, now)
        both.describe("8G4M2RT5", actor, now, fields=("email",), when_and_how="x", handling="x")
        for whom in ("authority", "people"):
            both.tell("8G4M2RT5", whom, actor, now)
        both.close("8G4M2RT5", actor, now)
        self.pumps.drain()

    def put(self, key: str, content: bytes) -> None:
        """Somebody's browser has put a file into its place."""
        bucket = self.names[QUARANTINE]
        client("s3", self.endpoint).put_object(Bucket=bucket, Key=key, Body=content)
        self.pumps.drain()

    def sweep(self) -> None:
        self.functions["SweeperFunction"]({})
        self.pumps.drain()


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calls]:
    """Everything that the functions call during the story below."""
    assets = tmp_path_factory.mktemp("assets") / "assets"
    shutil.copytree(ROOT / "build" / "assets", assets)
    noted = Calls()
    emulator, sign_in = Emulator().start(), SignInService()
    handler = ("provide-client-params", noted.note_botocore)
    botocore.handlers.BUILTIN_HANDLERS.append(handler)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": emulator.url}.items():
                patch.setenv(name, value)
            allow_sender(emulator.url, MAIL_SENDER)
            noted.names = provision(TEMPLATE, emulator.url, stack="permissions")
            here = {"SITE_ORIGIN": "http://127.0.0.1", "ASSETS_FOLDER": str(assets)}
            parameters = {**noted.names, **PARAMETERS, **sign_in.start().parameters}
            with loaded_functions(TEMPLATE, parameters, here) as functions:
                service = importlib.import_module("portal.aws_json").JsonService
                patch.setattr(service, "call", noted.note_json(service.call))
                bucket = importlib.import_module("portal.buckets").Bucket
                for name, action in (("call", ""), ("place", "PutObject"), ("download_address", "GetObject"),
                                     ("view_address", "GetObject")):
                    patch.setattr(bucket, name, noted.note_bucket(getattr(bucket, name), action))
                watched = {name: noted.watched(each) for name, each in functions.items()}

                def clients(service: str) -> Any:
                    return client(service, emulator.url)

                pumps = PumpRoom([*pumps_for(watched, noted.names, clients),
                                  *bucket_pumps(TEMPLATE, watched, noted.names, clients, Scanner("", stand_in))])
                tell_the_story(Portal(watched, pumps, noted.names, emulator.url, assets))
        yield noted
    finally:
        botocore.handlers.BUILTIN_HANDLERS.remove(handler)
        emulator.stop()
        sign_in.stop()


def own_data(portal: Portal, offering: Any) -> None:
    """Two look at their data, allow and forbid, ask to erase; an officer grants it, a clock does it."""
    registrations = importlib.import_module("registrations.catalogue")
    places = [offering.model_copy(update={"id": f"kelas-{seats}", "seats": seats, "quotas": ()}) for seats in (1, 2)]
    for place in places:
        registrations.Catalogue(registrations.Table(portal.table)).publish(place)
    wayan, yohana = (portal.signed_in(name) for name in ("wayan", "yohana"))
    for number, (cookies, place) in enumerate(((wayan, places[0]), (yohana, places[0]), (wayan, places[1])), 31):
        email = json.loads(portal.ask("GET", "/layanan/akun", cookies=cookies).body)["email"]
        portal.ask("POST", "/layanan/pendaftaran", {**person(number, place.id), "email": email,
                                                    "accessibility_needs": "Kursi roda"})
    circle = offering.model_copy(update={"id": "lingkar-data", "approval": True, "quotas": ()})
    registrations.Catalogue(registrations.Table(portal.table)).publish(circle)
    portal.ask("POST", "/layanan/pendaftaran", {**person(37, circle.id), "email": email})
    for place in places:
        portal.ask("POST", f"/layanan/meja/kegiatan/{place.id}/saringan", {"status": "seated"}, cookies=wayan)
    for number, place in ((34, places[0]), (35, places[1])):
        portal.ask("POST", "/layanan/pendaftaran", person(number, place.id))
    portal.declare(places[1], seats=1)  # one too many is held
    portal.ask("POST", "/layanan/masukan", complaint(36) | {"email": email})
    portal.ask("POST", "/layanan/akun/profil", {"kind": "umum", "region": "35.22", "phone": "0812 3456 7890",
                                                "channel": "email", "accessibility_needs": "Kursi roda"}, cookies=wayan)
    for purpose, answer in (("photos", "ya"), ("photos", "tidak"), ("accessibility_needs", "tidak")):
        portal.ask("POST", "/layanan/akun/data/persetujuan", {"untuk": purpose, "jawaban": answer}, cookies=wayan)
    page, table = "/layanan/akun/alamat", importlib.import_module("portal.records").Table(portal.identity)
    for email in ("wayan@desa.example", "wayan@kantor.example"):  # the second one is never proven
        portal.ask("POST", page, {"email": email}, cookies=wayan)
        (letter,) = [each for each in table.everything() if each.get("to") == email]
        if email.endswith("desa.example"):
            portal.ask("POST", f"{page}/kode", {"code": letter["values"]["code"]}, cookies=wayan)
    portal.ask("POST", "/layanan/berkas", {"submission_id": ulid(51), "file_name": "SK.pdf"}, cookies=wayan)
    begun_and_left(portal, wayan)
    wishes = [wish(portal, number, cookies) for number, cookies in ((41, yohana), (42, wayan), (43, wayan))]
    portal.ask("POST", f"{wishes[2]}/tarik", {"lang": "id"}, cookies=wayan)
    portal.last_seen(wayan, timedelta(minutes=10))
    for path in ("", "/salinan/json", "/jejak", "/persetujuan", "/permintaan", wishes[1].removeprefix(MY_DATA)):
        portal.ask("GET", f"{MY_DATA}{path}", cookies=wayan)
    portal.last_seen(wayan, timedelta(hours=2))
    portal.ask("POST", MY_DATA + "/persetujuan", {"untuk": "polls", "jawaban": "ya"}, cookies=wayan,
               accept="text/html", too_late=True)
    officer = portal.signed_in("rina")
    correct(portal, yohana, officer)
    for each in wishes[:2]:
        grant(portal, each.replace(f"{MY_DATA}/permintaan/", "/layanan/meja/hak/"), officer)
    portal.last_seen(officer, timedelta(hours=2))
    portal.ask("POST", "/layanan/meja/hak/7F3K9QX2", {"tindakan": "tangani"}, cookies=officer, accept="text/html",
               too_late=True)


MY_DATA = "/layanan/akun/data"


def wish(portal: Portal, number: int, cookies: Mapping[str, str], right: str = "erasure") -> str:
    """Somebody asks to erase or correct their data; answers where that request is."""
    asked = portal.ask("POST", f"{MY_DATA}/permintaan", {"submission_id": ulid(number), "right": right,
                                                         "about": "self", "details": "NIP"}, cookies=cookies)
    return str(json.loads(asked.body)["address"])


def correct(portal: Portal, cookies: Mapping[str, str], officer: Mapping[str, str]) -> None:
    """An officer corrects a NIP twice: the second time the first one is given back."""
    case = wish(portal, 44, cookies, "correction").replace(f"{MY_DATA}/permintaan/", "/layanan/meja/hak/")
    portal.ask("POST", case, {"tindakan": "tangani"}, cookies=officer)
    kept = json.loads(portal.ask("GET", MY_DATA, cookies=cookies).body)["holdings"]["registration"]
    for nip in ("198609262015052001", "199001152023212045"):
        portal.ask("POST", case, {"tindakan": "perbaiki", "nomor": kept[0]["reference"], "bagian": "nip",
                                  "nilai": nip}, cookies=officer)


def grant(portal: Portal, case: str, officer: Mapping[str, str]) -> None:
    """An officer grants an erasure, and hours pass."""
    portal.last_seen(officer, timedelta(minutes=10))
    portal.ask("GET", "/layanan/meja/hak", cookies=officer)
    for act in ({"tindakan": "tangani"}, {"tindakan": "jawab", "keputusan": "granted:being_done"}):
        portal.ask("GET", case, cookies=officer, accept="text/html")
        portal.ask("POST", case, act, cookies=officer, accept="text/html")
    for _ in range(2):
        portal.functions["ErasureFunction"]({"again": True})
        portal.pumps.drain()


def tell_the_story(portal: Portal) -> None:
    """Four people for one seat; two give up; seats are added and taken away; somebody writes to us."""
    publish_catalogue(portal.table)
    registrations = importlib.import_module("registrations.catalogue")
    offering = an_open_offering()
    registrations.Catalogue(registrations.Table(portal.table)).publish(offering)

    references = [json.loads(portal.ask("POST", "/layanan/pendaftaran", person(each, offering.id)).body)["reference"]
                  for each in range(4)]
    portal.ask("GET", f"/layanan/kegiatan/{offering.id}/kursi")
    portal.ask("GET", f"/layanan/pendaftaran/tanda-terima/{ulid(1)}")
    portal.ask("POST", "/layanan/pendaftaran/status", proof(1, references))
    portal.ask("POST", "/layanan/pendaftaran/batal", proof(0, references))  # the seat goes to the next
    portal.ask("POST", "/layanan/pendaftaran/batal", proof(2, references))  # gives up waiting
    for seats in (3, 5, 2):  # one more seat, for who waits; two more, for nobody; the free ones away again
        portal.declare(offering, seats=seats)
        portal.sweep()
    portal.ask("POST", "/layanan/pendaftaran/batal", proof(1, references))  # a seat too many leaves the world
    portal.ask("POST", "/layanan/masukan", complaint(9))
    portal.ask("GET", f"/layanan/masukan/tanda-terima/{ulid(9)}")
    portal.ask("GET", "/layanan/dokumen/kunci")
    portal.ask("GET", "/layanan/dokumen/periksa/7F3K9QX2")
    tell_of_the_desk(portal, offering)
    tell_of_an_account(portal)
    files_are_sent(portal)
    dossiers_are_decided(portal, offering)
    own_data(portal, offering)
    portal.tell_later()
    portal.ask_about_data()
    portal.functions["AnchorFunction"]({})
    portal.ask("POST", "/layanan/pendaftaran", person(4, offering.id))  # waits
    for days in (2, -30):  # everything gets an earlier date; then everything is overdue
        portal.keep(days)
        portal.functions["PurgeFunction"]({})
    portal.ask("GET", "/layanan/masuk")  # begun, never finished
    portal.is_overdue(portal.identity)
    portal.functions["PurgeFunction"]({})


def tell_of_the_desk(portal: Portal, offering: Any) -> None:
    """A committee looks, gives a seat, takes one back, checks somebody in, and stays away too long."""
    siti, desk = portal.signed_in("siti"), f"/layanan/meja/kegiatan/{offering.id}"
    portal.last_seen(siti, timedelta(minutes=10))
    portal.ask("GET", "/layanan/meja", cookies=siti, accept="text/html")
    portal.declare(offering, seats=4)
    portal.sweep()
    numbers = [json.loads(portal.ask("POST", "/layanan/pendaftaran", person(each, offering.id)).body)["reference"]
               for each in range(10, 15)]
    portal.ask("GET", desk, cookies=siti)
    portal.ask("GET", f"{desk}/pendaftaran/{numbers[0]}", cookies=siti, accept="text/html")
    the_committee_decides(portal, siti)
    for action, number in (("check_in", numbers[0]), ("undo_check_in", numbers[0]), ("cancel", numbers[4]),
                           ("cancel", numbers[0]), ("promote", numbers[3])):
        portal.ask("POST", f"{desk}/tindakan", {"tindakan": action, "nomor": number}, cookies=siti)
    portal.declare(offering, seats=2)
    portal.ask("POST", f"{desk}/tindakan", {"tindakan": "cancel", "nomor": numbers[1]}, cookies=siti)
    portal.last_seen(siti, timedelta(hours=2))
    portal.ask("POST", f"{desk}/cari", {"cari": "Peserta"}, cookies=siti, accept="text/html", too_late=True)


def the_committee_decides(portal: Portal, siti: Mapping[str, str]) -> None:
    """Of five requests one is approved for the one seat, one for the list, one refused, one cancelled by its holder.

    The list is narrowed and the filter kept, another is forgotten; everybody who is left is written to.
    """
    circle = an_open_offering().model_copy(update={"id": "lingkar-uji", "approval": True, "seats": 1, "quotas": ()})
    registrations = importlib.import_module("registrations.catalogue")
    registrations.Catalogue(registrations.Table(portal.table)).publish(circle)
    desk = f"/layanan/meja/kegiatan/{circle.id}"
    numbers = [json.loads(portal.ask("POST", "/layanan/pendaftaran", person(each, circle.id)).body)["reference"]
               for each in range(50, 55)]
    for number in numbers[:2]:
        portal.ask("POST", f"{desk}/tindakan", {"tindakan": "approve", "nomor": number}, cookies=siti)
    portal.ask("POST", f"{desk}/tolak", {"nomor": numbers[2], "reason": "other"}, cookies=siti)
    portal.ask("POST", "/layanan/pendaftaran/batal", {"reference": numbers[3], "email": "p53@desa.example"})
    portal.ask("POST", f"{desk}/tindakan", {"tindakan": "cancel", "nomor": numbers[1]}, cookies=siti)
    message = {"nomor": " ".join(numbers), "template": "message_reminder", "submission_id": ulid(56)}
    for _ in range(2):
        portal.ask("POST", f"{desk}/pesan", message, cookies=siti)
    for status in ("seated", "waiting"):
        portal.ask("POST", f"{desk}/saringan", {"status": status, "nama": status}, cookies=siti)
    key = hashlib.sha256(b"seated").hexdigest()[:16]
    portal.ask("POST", f"{desk}/saringan", {"hapus": key}, cookies=siti)


def tell_of_an_account(portal: Portal) -> None:
    """Somebody signs in, looks around, comes back too late with a profile, signs in again and sends it."""
    helmy = portal.signed_in("helmy")
    portal.ask("GET", "/layanan/akun/pendaftaran", cookies=helmy)
    portal.last_seen(helmy, timedelta(minutes=10))
    portal.ask("GET", "/layanan/akun/pendaftaran", cookies=helmy)
    portal.last_seen(helmy, timedelta(minutes=10))
    portal.ask("GET", "/layanan/akun", cookies=helmy, accept="text/html")
    answers = {"kind": "tpp", "level": "pld", "region": "35.22", "phone": "0812 3456 7890", "channel": "email"}
    portal.last_seen(helmy, timedelta(hours=2))
    late = portal.ask("POST", "/layanan/akun/profil", answers, cookies=helmy, accept="text/html", too_late=True)
    helmy |= as_pairs([value for name, value in late.headers if name == "set-cookie"])
    helmy = portal.signed_in("helmy", helmy)
    portal.ask("GET", "/layanan/masuk/lanjut", cookies=helmy, accept="text/html")
    portal.ask("POST", "/layanan/akun/profil", answers, cookies=helmy)
    portal.ask("GET", "/layanan/akun/profil", cookies=helmy)
    addresses_are_proven(portal, helmy)
    portal.ask("POST", "/layanan/akun/sesi", {"sesi": "semua"}, cookies=helmy)


def addresses_are_proven(portal: Portal, cookies: Mapping[str, str]) -> None:
    """Two addresses by the codes that went there, one of them taken away again."""
    page, table = "/layanan/akun/alamat", importlib.import_module("portal.records").Table(portal.identity)
    for email in ("lama@desa.example", "kantor@desa.example"):
        portal.ask("POST", page, {"email": email}, cookies=cookies)
        letters = [each for each in table.everything() if each.get("to") == email]
        portal.ask("POST", f"{page}/kode", {"code": letters[0]["values"]["code"]}, cookies=cookies)
    portal.ask("POST", f"{page}/hapus", {"alamat": hashlib.sha256(b"kantor@desa.example").hexdigest()},
               cookies=cookies)
    portal.ask("GET", page, cookies=cookies, accept="text/html")


def files_are_sent(portal: Portal) -> None:
    """One is released and fetched, one refused, one never comes, one is never scanned."""
    clock = importlib.import_module("uploads.clock")
    helmy = portal.signed_in("helmy")
    portal.last_seen(helmy, timedelta(minutes=10))
    for number, content in ((21, pdf()), (22, b"MZ")):
        asked = {"submission_id": ulid(number), "file_name": "SK.pdf"}
        place = json.loads(portal.ask("POST", "/layanan/berkas", asked, cookies=helmy).body)["place"]
        portal.put(place["fields"]["key"], content)
    for path in ("", f"/{ulid(21)}", f"/{ulid(21)}/isi", f"/{ulid(21)}/hapus"):
        portal.ask("GET", f"/layanan/berkas{path}", cookies=helmy)
    for number in (23, 24):
        portal.ask("POST", "/layanan/berkas", {"submission_id": ulid(number), "file_name": "SK.pdf"},
                   cookies=helmy)
    store = clock.uploads()
    store.arrive(store.by_key(f"masuk/{ulid(24)}"), datetime.now(UTC))
    clock.datetime = a_clock_later_by(timedelta(days=2))
    assert portal.functions["UploadsClockFunction"]({}) == {"given_up": 1, "forgotten": 1}
    files_are_swept(portal, helmy)
    portal.last_seen(helmy, timedelta(hours=2))
    portal.ask("POST", "/layanan/berkas", {"file_name": "SK.pdf"}, cookies=helmy, accept="text/html", too_late=True)


DUPAK, DESK = "/layanan/dupak", "/layanan/meja/dupak"
SAID = {"name": "Made Suastika", "nip": "198609262015051001", "birth_place": "Singaraja", "education": "d4_s1",
        "rank_day": "01-01-2023", "post_day": "01-01-2023", "unit": "Dinas PMD", "agency": "Pemkab",
        "superior": "Ratna"}
SIGNS = {"nip": "197001011995032001", "title": "Kepala", "place": "Singaraja"}


class People:
    """An official and the desks, each with a session of their own; programs ask, and pages where pages read more."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.reference = portal, ""
        roles = {"made": (), "ratna-a": ("atasan:dinas-pmd",), "eko-s": ("sekretariat:pemkab",),
                 "gita-k": ("ketua:pemkab",), "dian-t": ("penetap:pemkab",),
                 **{f"nilai-{number}": ("penilai:*",) for number in (1, 2, 3)}}
        sessions, records = (importlib.import_module(f"portal.{name}") for name in ("sessions", "records"))
        kept = sessions.Sessions(records.Table(portal.identity))
        self.cookies = {who: {"sesi": kept.begin(who, name=who, email=f"{who}@desa.example", groups=groups,
                                                 now=datetime.now(UTC))} for who, groups in roles.items()}

    def ask(self, who: str, method: str, path: str, data: Mapping[str, Any] | None = None, *,
            page: bool = False) -> Any:
        answer = self.portal.ask(method, path.replace("{}", self.reference), data, cookies=self.cookies[who],
                                 accept="text/html" if page else "application/json")
        return json.loads(answer.body) if not page and answer.body[:1] == b"{" else answer

    def begins(self, regime: str, number: int) -> None:
        told = self.ask("made", "POST", DUPAK, {"regime": regime, "submission_id": ulid(number)})
        self.reference = told["reference"]
        self.ask("made", "POST", f"{DUPAK}/{{}}/identitas", SAID)

    def attaches(self, slot: str, item: str = "", source: str = "files", key: str = "") -> None:
        self.ask("made", "POST", f"{DUPAK}/{{}}/lampiran", {
            "jenis": slot, "butir": item, "sumber": source, "kunci": key or ulid(61), "tindakan": "tambah"})

    def does(self, who: str, what: str, **fields: str) -> None:
        place = f"{DUPAK}/{{}}" if who == "made" else f"{DESK}/{{}}"
        self.ask(who, "POST", place, {"tindakan": what, **fields})

    def marks(self, who: str, accepted: str, **fields: str) -> None:
        self.ask(who, "POST", f"{DESK}/{{}}/nilai", {"tindakan": "kunci", "perubahan": "0", "accepted_1": accepted,
                                                     **fields})


def dossiers_are_decided(portal: Portal, offering: Any) -> None:
    """One is marked twice, one decided again after an objection, one taken back; documents fail at first."""
    people = People(portal)
    press = importlib.import_module("dupak.press")
    place = json.loads(portal.ask("POST", "/layanan/berkas", {"submission_id": ulid(61), "file_name": "SK.pdf"},
                                  cookies=people.cookies["made"]).body)["place"]
    portal.put(place["fields"]["key"], pdf(page=b"/Rotate 270"))
    somebody_came(portal, offering)
    for who in people.cookies:
        portal.last_seen(people.cookies[who], timedelta(minutes=10))
        if who != "made":
            people.ask(who, "GET", DESK, page=True)
    a_conversion_is_objected_to(people)
    drawn = press.pdf
    press.pdf = nothing_can_be_drawn
    items_are_marked(people)
    press.pdf = drawn
    people.ask("made", "POST", f"{DUPAK}/{{}}/dokumen/dupak", {"lang": "id"})
    press.pdf = nothing_can_be_drawn
    people.does("eko-s", "redraw")
    press.pdf = drawn
    one_waits_and_is_taken_back(people)
    for who, path in (("made", f"{DUPAK}/salinan"), ("eko-s", f"{DESK}/tim"), ("dian-t", f"{DESK}/tim/diri")):
        people.ask(who, "GET", path, page=True)
    people.ask("nilai-3", "POST", f"{DESK}/tim/diri", {"tindakan": "keluar"})
    for who, path in (("made", DUPAK), ("eko-s", f"{DESK}/7F3K9QX2")):
        portal.last_seen(people.cookies[who], timedelta(hours=2))
        portal.ask("POST", path, {"regime": "konversi", "tindakan": "complete"}, cookies=people.cookies[who],
                   accept="text/html", too_late=True)


def nothing_can_be_drawn(kind: str, data: Mapping[str, Any]) -> bytes:
    raise ValueError(kind, len(data))


def somebody_came(portal: Portal, offering: Any) -> None:
    """The official was checked in at an activity: evidence that nobody has to send."""
    registrations = importlib.import_module("registrations.catalogue")
    offering = offering.model_copy(update={"id": "kelas-kredit", "seats": 5, "quotas": ()})
    registrations.Catalogue(registrations.Table(portal.table)).publish(offering)
    registered = portal.ask("POST", "/layanan/pendaftaran", person(60, offering.id) | {"email": "made@desa.example"})
    reference = json.loads(registered.body)["reference"].replace("-", "")
    moment = {"S": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    portal._set(f"REGISTRATION#{reference}", "RECORD", "checked_in_at", moment)


def a_conversion_is_objected_to(people: People) -> None:
    people.begins("konversi", 62)
    people.ask("made", "POST", f"{DUPAK}/{{}}/jabatan", {"entry": "pertama", "jenjang": "ahli_pertama",
                                                         "golongan": "III/a", "since": "01-2023"})
    people.ask("made", "GET", f"{DUPAK}/{{}}/predikat", page=True)
    people.ask("made", "POST", f"{DUPAK}/{{}}/predikat", {"periods": [
        {"first": "01-2023", "last": "12-2023", "predikat": "baik"}]})
    people.attaches("sk_pangkat")
    evidence = people.ask("made", "GET", f"{DUPAK}/{{}}/lampiran?jenis=sk_pangkat")["evidence"]
    people.ask("made", "POST", f"{DUPAK}/{{}}/lampiran", {"tindakan": "hapus", "bukti": evidence[0]["id"]})
    for slot in ("evaluasi_kinerja", "sk_jabatan", "sk_pangkat"):
        people.attaches(slot)
    people.does("made", "kirim")
    people.does("ratna-a", "confirm", **SIGNS)
    for again in (False, True):
        people.does("eko-s", "complete")
        people.ask("dian-t", "GET", f"{DESK}/{{}}", page=True)
        people.does("dian-t", "decide", **SIGNS)
        people.ask("made", "GET", f"{DUPAK}/{{}}/dokumen/pak.pdf")
        if not again:
            people.ask("made", "POST", f"{DUPAK}/{{}}/keberatan", {"why": "Satu bulan belum dihitung."})
            people.does("dian-t", "grant", alasan_lampiran="evidence_missing")
            people.ask("made", "POST", f"{DUPAK}/{{}}/lampiran", {"tindakan": "selesai"})
            people.does("made", "kirim")
    people.ask("dian-t", "GET", f"{DESK}/{{}}/dokumen/pak.pdf")


def of_items(people: People, number: int) -> None:
    """A dossier of the old regime, sent to the superior."""
    people.begins("konvensional", number)
    people.ask("made", "POST", f"{DUPAK}/{{}}/masa", {"first": "01-2020", "last": "12-2022", "golongan": "III/a",
                                                      "pendidikan": "100",
                                                      "jenjang": "ahli_pertama"})
    people.ask("made", "POST", f"{DUPAK}/{{}}/butir", {"items": [
        {"kode": "DEMO-T1", "volume": "10", "day": "01-02-2021"}]})
    for slot in ("surat_pengantar", "sk_pangkat", "sk_jabatan", "pak_terakhir", "skp", "ijazah"):
        people.attaches(slot)
    people.attaches("butir", "1")
    people.does("made", "kirim")


def items_are_marked(people: People) -> None:
    for number in (1, 2, 3):
        people.ask(f"nilai-{number}", "POST", f"{DESK}/tim/diri", {
            "nip": SIGNS["nip"], "jenjang": "ahli_madya", "golongan": "IV/a", "agency": "Pemkab"})
    one_is_taken_back_while_it_is_marked(people)
    of_items(people, 63)
    today = datetime.now(UTC) + timedelta(hours=7)
    people.ask("gita-k", "GET", f"{DESK}/tim/diri")  # a role is lent to somebody who is known
    people.ask("dian-t", "POST", f"{DESK}/tim/pinjam", {
        "submission_id": ulid(64), "receiver": "gita-k", "role": "penetap:pemkab", "first": f"{today:%d-%m-%Y}",
        "last": f"{today:%d-%m-%Y}", "reason": "leave"})
    people.ask("dian-t", "POST", f"{DESK}/tim/pinjam", {"tindakan": "akhiri", "pinjaman": ulid(64)})
    people.does("ratna-a", "confirm", **SIGNS)
    people.does("eko-s", "complete", penilai_1="nilai-1", penilai_2="nilai-3")
    people.does("eko-s", "replace", penilai="nilai-3", pengganti="nilai-2", alasan="away")
    people.ask("nilai-1", "GET", f"{DESK}/{{}}/nilai", page=True)
    bukti = people.ask("made", "GET", f"{DUPAK}/{{}}/lampiran")["evidence"]
    people.ask("nilai-1", "GET", f"{DESK}/{{}}/bukti/{bukti[-1]['id']}")
    people.marks("nilai-1", "10")
    people.marks("nilai-2", "5", reason_1="fewer_proven")
    people.does("eko-s", "settle", accepted_1="8", reason_1="fewer_proven")
    people.does("gita-k", "endorse", catatan="Sesuai")
    people.does("dian-t", "decide", **SIGNS)


def one_is_taken_back_while_it_is_marked(people: People) -> None:
    """It came back from the approver and is to be marked anew, when its owner gives it up."""
    of_items(people, 68)
    people.does("ratna-a", "confirm", **SIGNS)
    people.does("eko-s", "complete", penilai_1="nilai-1", penilai_2="nilai-2")
    people.marks("nilai-1", "10")
    people.marks("nilai-2", "10")
    people.does("gita-k", "endorse", catatan="Sesuai")
    people.does("dian-t", "return", alasan_lampiran="unclear")
    people.does("made", "tarik")


def one_waits_and_is_taken_back(people: People) -> None:
    """It waits until its superior is reminded, and its official when it came back.

    The clock also ends cases, and lets be drawn what could not be.
    """
    people.begins("integrasi", 65)
    people.ask("made", "POST", f"{DUPAK}/{{}}/integrasi", {"jenjang": "ahli_pertama", "golongan": "III/b",
                                                           "pendidikan": "100", "tugas_jabatan": "48,5", "base": "100"})
    for slot in ("pak_konvensional", "sk_jabatan"):
        people.attaches(slot)
    people.does("made", "kirim")
    clock, workdays = (importlib.import_module(name) for name in ("assessment.clock", "portal.workdays"))
    days = next(each for each in range(20, 40) if workdays.is_workday(
        workdays.day_of(datetime.now(UTC) + timedelta(days=each))))
    clock.datetime = a_clock_later_by(timedelta(days=days))
    assert people.portal.functions["AssessmentClockFunction"]({})["drawn_again"] == 2
    people.portal.pumps.drain()
    people.does("ratna-a", "return", alasan_integrasi="unclear")
    assert people.portal.functions["AssessmentClockFunction"]({})["reminded"], "its official"
    people.does("made", "tarik")


def begun_and_left(portal: Portal, cookies: Mapping[str, str]) -> None:
    """A draft that points at a file: both go when their owner asks for it."""
    place = json.loads(portal.ask("POST", "/layanan/berkas", {"submission_id": ulid(66), "file_name": "SK.pdf"},
                                  cookies=cookies).body)["place"]
    portal.put(place["fields"]["key"], pdf(page=b"/Rotate 270"))
    begun = portal.ask("POST", DUPAK, {"regime": "konversi", "submission_id": ulid(67)}, cookies=cookies)
    portal.ask("POST", f"{DUPAK}/{json.loads(begun.body)['reference']}/lampiran", {
        "jenis": "sk_pangkat", "sumber": "files", "kunci": ulid(66), "tindakan": "tambah"}, cookies=cookies)


def files_are_swept(portal: Portal, cookies: Mapping[str, str]) -> None:
    """One is deleted; of others the note, the content or the record is not there, and the rest is over."""
    sweep, s3 = importlib.import_module("uploads.sweep"), client("s3", portal.endpoint)
    store, evidence = sweep.Uploads(sweep.Table(portal.names[UPLOADS])), portal.names[EVIDENCE]
    for number in (25, 26):
        asked = {"submission_id": ulid(number), "file_name": "SK.pdf"}
        place = json.loads(portal.ask("POST", "/layanan/berkas", asked, cookies=cookies).body)["place"]
        portal.put(place["fields"]["key"], pdf(page=f"/Rotate {(number - 24) * 90}".encode()))
    portal.ask("POST", f"/layanan/berkas/{ulid(21)}/hapus", {"lang": "id"}, cookies=cookies)
    unnoted, gone = (store.by_key(f"masuk/{ulid(number)}") for number in (25, 26))
    store.let_go(unnoted.digest, unnoted.id)
    s3.delete_object(Bucket=evidence, Key=gone.digest)
    s3.put_object(Bucket=evidence, Key="0" * 64, Body=b"x")
    portal.functions["UploadsSweepFunction"]({})
    portal.is_overdue(portal.names[UPLOADS])
    client("dynamodb", portal.endpoint).delete_item(
        TableName=portal.names[UPLOADS], Key={"pk": {"S": f"OWNER#{gone.owner}"}, "sk": {"S": f"UPLOAD#{gone.id}"}})
    portal.functions["UploadsSweepFunction"]({})


def a_clock_later_by(later: timedelta) -> type[datetime]:
    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + later

    return Later


def an_open_offering() -> Any:
    """A published offering, made open now, with one seat for everybody and one kept for Papua Selatan."""
    models = importlib.import_module("registrations.models")
    declared = json.loads((ROOT / "build" / "catalogue.json").read_text(encoding="utf-8"))[0]
    now, day = datetime.now(UTC), timedelta(days=1)
    kept = {"id": "papua", "title": {"id": "Papua", "en": "Papua"}, "seats": 1, "provinces": ["93"],
            "released": now + day}
    return models.Offering.model_validate({
        **declared, "opens": now - day, "closes": now + day, "starts": now + day / 24, "ends": now + 3 * day,
        "audience": ["tpp"], "quotas": [kept], "seats": 2, "approval": False})


def proof(number: int, references: list[str]) -> dict[str, str]:
    return {"reference": references[number], "email": f"p{number}@desa.example"}


def ulid(number: int) -> str:
    return f"01JD8Z3C4V5W6X7Y8Z9A0B1C{number:02d}"


def person(number: int, offering: str) -> dict[str, str]:
    return {"submission_id": ulid(number), "offering": offering, "name": f"Peserta {number}",
            "email": f"p{number}@desa.example", "phone": f"0812345678{number:02d}", "kind": "tpp",
            "agency_level": "desa", "region": "35.22", "consent": "ya"}


def complaint(number: int) -> dict[str, str]:
    return {"submission_id": ulid(number), "topic": "saran", "message": "Bagus", "name": "Ratna",
            "email": "r@desa.example", "consent": "ya"}


@pytest.mark.parametrize("function", sorted(TEMPLATE.functions))
def test_a_function_calls_nothing_that_its_role_would_refuse(calls: Calls, function: str) -> None:
    refused = [(action, resource, key) for caller, action, resource, key in calls.made if caller == function
               and not _allowed(PERMISSIONS[function].get((action, resource)), key)]
    assert refused == []


def _allowed(prefixes: tuple[str, ...] | None, key: str) -> bool:
    return prefixes == () or any(fnmatch.fnmatchcase(key, each) for each in prefixes or ())


@pytest.mark.parametrize("function", sorted(TEMPLATE.functions))
def test_a_role_allows_nothing_that_the_function_never_needs(calls: Calls, function: str) -> None:
    used = {(action, resource, prefix) for caller, action, resource, key in calls.made if caller == function
            for prefix in PERMISSIONS[function].get((action, resource), ()) or ("",)
            if not prefix or fnmatch.fnmatchcase(key, prefix)}
    allowed = {(action, resource, prefix) for (action, resource), prefixes in PERMISSIONS[function].items()
               if action not in FOR_LAMBDA and resource != "RelayDeadLetterQueue" for prefix in prefixes or ("",)}
    assert allowed - used == set()
