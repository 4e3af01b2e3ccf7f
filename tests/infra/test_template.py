"""What the template promises about storage, queues, logs, alarms and the distribution."""

from __future__ import annotations

import re

import pytest

from infra.template_check import transformed
from infra.template_reader import ANYTHING_ELSE, REGION, ROOT, Template
from portal.web import STATUS
from registrations.entrance import CAMERA
from uploads.inspector import ARRIVED, SCANNED
from uploads.store import INCOMING

TEMPLATE = Template()
QUARANTINE = f"https://quarantinebucket.s3.{REGION}.amazonaws.com"  # as the reader names it where nobody says better
EVIDENCE = QUARANTINE.replace("quarantine", "evidence")
TABLES, QUEUES, FUNCTIONS = sorted(TEMPLATE.tables), sorted(TEMPLATE.queues), sorted(TEMPLATE.functions)
WITH_MESSAGES = [table for table in TABLES if "StreamSpecification" in TEMPLATE.tables[table]]


def test_there_is_something_to_check() -> None:
    assert TABLES == ["AssessmentTable", "AuditTable", "DossiersTable", "FeedbackTable", "IdentityTable", "MailTable",
                      "RegistrationsTable", "RightsTable", "SealsTable", "UploadsTable"]
    assert WITH_MESSAGES == ["DossiersTable", "FeedbackTable", "IdentityTable", "RegistrationsTable", "RightsTable"]
    assert QUEUES == ["MailDeadLetterQueue", "MailQueue", "RelayDeadLetterQueue"]
    assert FUNCTIONS == ["AnchorFunction", "AssessmentClockFunction", "AssessmentFunction", "CreditFunction",
                         "DeskFunction", "DossiersFunction", "EligibilityFunction", "ErasureFunction",
                         "FeedbackFunction", "IdentityFunction", "InspectorFunction", "MailerFunction",
                         "PressFunction", "PurgeFunction", "RegistrationsFunction", "RelayFunction",
                         "RightsDeskFunction", "RightsFunction", "SealsFunction", "SweeperFunction",
                         "UploadsClockFunction", "UploadsFunction", "UploadsSweepFunction"]


# -- what is remembered --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
class TestEveryTable:
    def test_can_be_restored_to_any_second(self, table: str) -> None:
        assert TEMPLATE.tables[table]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}

    def test_is_encrypted_with_the_portals_own_key(self, table: str) -> None:
        assert TEMPLATE.tables[table]["SSESpecification"] == {
            "SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Fn::GetAtt": ["PortalKey", "Arn"]}}

    def test_outlives_its_stack_and_an_operators_slip(self, table: str) -> None:
        resource = TEMPLATE.resources[table]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
        assert TEMPLATE.tables[table]["DeletionProtectionEnabled"] is True

    def test_forgets_by_itself_what_has_a_date(self, table: str) -> None:
        assert TEMPLATE.tables[table]["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}

    def test_costs_nothing_when_nobody_comes(self, table: str) -> None:
        assert TEMPLATE.tables[table]["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("table", WITH_MESSAGES)
def test_a_table_with_a_stream_feeds_the_relay_with_new_messages_only(table: str) -> None:
    assert TEMPLATE.tables[table]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    (source,) = [each for each in TEMPLATE.functions["RelayFunction"].streams if each.source == table]
    assert source.patterns == [{"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [
        {"prefix": "MESSAGE#"}]}}}}]
    assert source.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source.properties["DestinationConfig"]["OnFailure"]["Destination"] == {
        "Fn::GetAtt": ["RelayDeadLetterQueue", "Arn"]}


@pytest.mark.parametrize("queue", QUEUES)
def test_every_queue_is_encrypted_with_the_portals_own_key_and_takes_tls_only(queue: str) -> None:
    assert TEMPLATE.queues[queue]["KmsMasterKeyId"] == {"Ref": "PortalKey"}
    (policy,) = TEMPLATE.of_type("AWS::SQS::QueuePolicy").values()
    assert {"Ref": queue} in policy["Queues"]


def test_mail_is_tried_five_times_before_it_is_given_up() -> None:
    assert TEMPLATE.queues["MailQueue"]["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["MailDeadLetterQueue", "Arn"]}, "maxReceiveCount": 5}


def test_mail_is_not_handed_out_twice_while_the_mailer_works_on_it() -> None:
    assert TEMPLATE.queues["MailQueue"]["VisibilityTimeout"] >= 6 * TEMPLATE.functions["MailerFunction"].seconds


def test_the_sites_bucket_is_private_and_keeps_versions() -> None:
    bucket = TEMPLATE.buckets["SiteBucket"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    policy = TEMPLATE.resources["SiteBucketPolicy"]["Properties"]
    allowed = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]
    assert [(each["Principal"], each["Action"]) for each in allowed] == [
        ({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject")]


@pytest.mark.parametrize("bucket", ["QuarantineBucket", "EvidenceBucket", "DocumentsBucket"])
def test_a_bucket_for_files_is_private_encrypted_with_the_portals_key_and_takes_tls_only(bucket: str) -> None:
    properties = TEMPLATE.buckets[bucket]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["PortalKey", "Arn"]}}
    (statement,) = TEMPLATE.resources[f"{bucket}Policy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_quarantine_forgets_within_a_day_and_what_is_released_outlives_its_stack() -> None:
    (rule,) = TEMPLATE.buckets["QuarantineBucket"]["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 1)
    assert "Prefix" not in rule, "for everything in it"
    for bucket in ("EvidenceBucket", "DocumentsBucket"):
        resource = TEMPLATE.resources[bucket]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
        assert resource["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}


def test_only_scripts_of_the_site_may_send_to_quarantine_and_none_may_read_anything() -> None:
    (rule,) = TEMPLATE.buckets["QuarantineBucket"]["CorsConfiguration"]["CorsRules"]
    assert (rule["AllowedMethods"], rule["AllowedOrigins"]) == (["POST"], [{"Fn::Sub": "https://${DomainName}"}])
    assert "CorsConfiguration" not in {**TEMPLATE.buckets["EvidenceBucket"], **TEMPLATE.buckets["DocumentsBucket"]}


def test_everything_that_comes_into_quarantine_is_told_and_scanned() -> None:
    assert TEMPLATE.telling_buckets == ["QuarantineBucket"]
    assert TEMPLATE.scanned_buckets == {"QuarantineBucket": [INCOMING]}
    arrived, scanned = TEMPLATE.functions["InspectorFunction"].rules
    assert (arrived["detail-type"], scanned["detail-type"]) == ([ARRIVED], [SCANNED])
    assert arrived["detail"]["object"]["key"] == scanned["detail"]["s3ObjectDetails"]["objectKey"] == [
        {"prefix": INCOMING}]


def test_the_scanner_may_look_at_quarantine_and_at_nothing_else() -> None:
    role = TEMPLATE.resources["MalwareScanRole"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "malware-protection-plan.guardduty.amazonaws.com"}
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    objects = [each for each in statements if any(action.startswith("s3:") for action in each["Action"])]
    assert all("QuarantineBucket" in str(each["Resource"]) for each in objects)
    assert "s3:DeleteObject" not in {action for each in objects for action in each["Action"]}


# -- the functions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FUNCTIONS)
class TestEveryFunction:
    def test_ends_before_the_api_gives_up_and_before_the_clock_comes_round_again(self, name: str) -> None:
        assert TEMPLATE.functions[name].seconds <= (10 if TEMPLATE.functions[name].routes else 240)

    def test_says_what_it_is_for(self, name: str) -> None:
        assert TEMPLATE.functions[name].properties["Description"]

    def test_writes_its_own_encrypted_log_and_forgets_it_in_time(self, name: str) -> None:
        group = TEMPLATE.functions[name].properties["LoggingConfig"]["LogGroup"]["Ref"]
        assert group == name.replace("Function", "Logs")

    def test_tells_somebody_when_it_fails_or_is_held_back(self, name: str) -> None:
        watched = {each["MetricName"] for each in TEMPLATE.of_type("AWS::CloudWatch::Alarm").values()
                   if each["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": name}}]}
        assert watched >= {"Errors", "Throttles"}

    def test_has_a_role_of_its_own(self, name: str) -> None:
        assert TEMPLATE.functions[name].properties["Role"] == {"Fn::GetAtt": [name.replace("Function", "Role"), "Arn"]}


def test_every_log_group_has_a_retention_and_the_key() -> None:
    groups = TEMPLATE.of_type("AWS::Logs::LogGroup")
    assert len(groups) == len(FUNCTIONS) + 1
    for each in groups.values():
        assert each["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        assert each["KmsKeyId"] == {"Fn::GetAtt": ["PortalKey", "Arn"]}


def test_nothing_is_made_that_the_template_does_not_show() -> None:
    """SAM adds roles and log groups of its own where it finds none: then retention and permissions would be its."""
    ours = set(TEMPLATE.resources)
    added = {each["Type"] for name, each in transformed(TEMPLATE)["Resources"].items() if name not in ours}
    assert added == {"AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping", "AWS::Events::Rule",
                     "AWS::ApiGatewayV2::Stage", "AWS::Lambda::LayerVersion"}  # a layer's name ends in its hash


def test_the_access_log_holds_the_route_and_never_the_path() -> None:
    (api,) = TEMPLATE.of_type("AWS::Serverless::HttpApi").values()
    logged = set(re.findall(r"\$context\.([\w.]+)", api["AccessLogSettings"]["Format"]))
    assert "routeKey" in logged
    assert not logged & {"path", "queryString", "rawQueryString", "identity.sourceIp", "identity.userAgent"}


def test_the_api_is_throttled() -> None:
    (api,) = TEMPLATE.of_type("AWS::Serverless::HttpApi").values()
    assert api["DefaultRouteSettings"]["ThrottlingRateLimit"] <= api["DefaultRouteSettings"]["ThrottlingBurstLimit"]


# -- the alarms ----------------------------------------------------------------------------------------------------


def test_every_alarm_reaches_a_person_and_names_its_page_of_the_runbook() -> None:
    runbook = (TEMPLATE.path.parent / "runbook.md").read_text(encoding="utf-8")
    for each in TEMPLATE.of_type("AWS::CloudWatch::Alarm").values():
        assert each["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        assert each["TreatMissingData"] == "notBreaching"
        page = re.search(r'runbook, "(.+)"', each["AlarmDescription"])
        assert page
        assert f"## {page[1]}\n" in runbook


def test_dead_letters_waiting_mail_and_faults_of_the_api_raise_an_alarm() -> None:
    watched = {each["MetricName"] for each in TEMPLATE.of_type("AWS::CloudWatch::Alarm").values()}
    assert watched >= {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "IteratorAge", "5xx"}
    dead = {each["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
            for each in TEMPLATE.of_type("AWS::CloudWatch::Alarm").values()
            if each["MetricName"] == "ApproximateNumberOfMessagesVisible"}
    assert dead == {"MailDeadLetterQueue", "RelayDeadLetterQueue"}


# -- the distribution ----------------------------------------------------------------------------------------------


def test_only_the_buckets_403_becomes_the_not_found_page_and_no_function_answers_403() -> None:
    assert TEMPLATE.error_pages == {403: (404, "/404.html")}
    assert 403 not in {int(status) for status, _ in STATUS.values()}


def test_services_go_to_the_api_and_their_description_to_the_bucket() -> None:
    assert {path: TEMPLATE.behaviour_for(path).origin for path in (
        "/", "/kegiatan/", "/layanan/openapi.json", "/layanan/pendaftaran", "/layanan/kegiatan/x/kursi",
        "/layanan/meja/hadir.js", "/layanan/meja/kegiatan/x/hadir", "/layanan/meja/hadir", "/layananku/")} == {
        "/": "site", "/kegiatan/": "site", "/layanan/openapi.json": "site", "/layanan/pendaftaran": "services",
        "/layanan/kegiatan/x/kursi": "services", "/layanan/meja/hadir.js": "site",
        "/layanan/meja/kegiatan/x/hadir": "services",
        "/layanan/meja/hadir": "services", "/layananku/": "site"}


def test_every_route_is_reached_through_the_distribution() -> None:
    for function in TEMPLATE.functions.values():
        for route in function.routes:
            if route.path == ANYTHING_ELSE:
                continue
            behaviour = TEMPLATE.behaviour_for(route.path.replace("{", "").replace("}", ""))
            assert behaviour.origin == "services"
            assert route.method in behaviour.methods


def test_personal_answers_are_never_kept_and_seats_for_five_seconds() -> None:
    kept = {each.pattern: each.properties["CachePolicyId"] for each in TEMPLATE.behaviours
            if each.origin == "services"}
    assert kept == {"/layanan/*": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                    "/layanan/kegiatan/*/kursi": {"Ref": "SeatsForFiveSeconds"}}
    (policy,) = TEMPLATE.of_type("AWS::CloudFront::CachePolicy").values()
    config = policy["CachePolicyConfig"]
    assert {config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]} == {5}
    assert config["ParametersInCacheKeyAndForwardedToOrigin"]["CookiesConfig"] == {"CookieBehavior": "none"}


@pytest.mark.parametrize("behaviour", TEMPLATE.behaviours, ids=lambda each: each.pattern)
def test_every_address_is_https_and_has_the_security_headers(behaviour: object) -> None:
    properties = behaviour.properties  # type: ignore[attr-defined]
    assert properties["ViewerProtocolPolicy"] == "redirect-to-https"
    assert properties["ResponseHeadersPolicyId"] == {"Ref": "SecurityHeaders"}
    assert properties["Compress"] is True


def test_old_tls_is_refused_and_new_http_is_spoken() -> None:
    assert TEMPLATE.distribution["HttpVersion"] == "http2and3"
    certificate = TEMPLATE.distribution["ViewerCertificate"]["Fn::If"][1]
    assert certificate["MinimumProtocolVersion"] == "TLSv1.2_2021"


def test_the_content_policy_allows_nothing_inline_and_nothing_foreign() -> None:
    headers = TEMPLATE.response_headers(["sha256-abc="], secure=True)
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'", "script-src": "'self' 'wasm-unsafe-eval' 'sha256-abc='", "style-src": "'self'",
        "img-src": "'self' data:", "font-src": "'self'", "connect-src": f"'self' {QUARANTINE}",
        "worker-src": "'self'", "manifest-src": "'self'", "form-action": f"'self' {QUARANTINE}",
        "frame-src": f"'self' {EVIDENCE}",
        "base-uri": "'none'", "frame-ancestors": "'none'", "upgrade-insecure-requests": ""}


def test_a_page_may_send_to_the_quarantine_and_show_what_lies_among_the_evidence_and_knows_no_other_host() -> None:
    headers = TEMPLATE.response_headers([], secure=False, names={"QuarantineBucket.RegionalDomainName": "h:1",
                                                                 "EvidenceBucket.RegionalDomainName": "h:2"})
    policy = headers["Content-Security-Policy"]
    assert [part.strip() for part in policy.split(";") if "h:2" in part] == ["frame-src 'self' http://h:2"]
    assert [part.strip() for part in policy.split(";") if "h:1" in part] == [
        "connect-src 'self' http://h:1", "form-action 'self' http://h:1"]
    assert "https:" not in policy


def test_the_other_security_headers_are_there() -> None:
    headers = TEMPLATE.response_headers([], secure=True)
    del headers["Content-Security-Policy"]
    assert headers == {
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains", "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()"}


def test_only_the_page_at_the_door_may_say_otherwise_of_the_camera() -> None:
    assert TEMPLATE.headers_that_give_way == {"permissions-policy"}
    policy = TEMPLATE.response_headers([], secure=True)["Permissions-Policy"]
    assert policy.replace("camera=()", "camera=(self)") == CAMERA
    sources = {path.name for path in (ROOT / "functions").rglob("*.py")
               if "permissions-policy" in path.read_text(encoding="utf-8")}
    assert sources == {"entrance.py"}


def test_without_https_nothing_asks_for_https() -> None:
    headers = TEMPLATE.response_headers([], secure=False)
    assert "Strict-Transport-Security" not in headers
    assert "upgrade-insecure-requests" not in headers["Content-Security-Policy"]
