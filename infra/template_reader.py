"""Reads infra/template.yaml and answers what the runner and the tests ask of it.

The template is the one description of what runs; this module may know CloudFormation's notation and nothing about
the portal, AWS's interfaces or HTTP serving.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from infra.yaml_loader import SafeLoader

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "infra" / "template.yaml"
REGION = "ap-southeast-3"
ACCOUNT = "123456789012"
PSEUDO_PARAMETERS = {"AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws",
                     "AWS::StackName": "portal", "AWS::NoValue": None}
ABSENT = object()
ANYTHING_ELSE = "$default"  # what API Gateway calls the route without path and method


class _Loader(SafeLoader):
    """YAML with CloudFormation's short tags (`!Ref x` is read as `{"Ref": x}`)."""


def _short_tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value = _plain(loader, node)
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name: value}


def _plain(loader: _Loader, node: yaml.Node) -> Any:  # noqa: ANN401 a tag stands before any kind of value
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)  # type: ignore[arg-type]


_Loader.add_multi_constructor("!", _short_tag)


@dataclass(frozen=True)
class Route:
    """One method and path of the API, as the template writes it: `{name}` stands for one path segment."""

    method: str
    path: str

    @property
    def key(self) -> str:
        """What API Gateway calls the route key."""
        return f"{self.method} {self.path}".strip()

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The path parameters when the request is this route's, else None."""
        if self.path == ANYTHING_ELSE:
            return {}
        found = self._pattern.fullmatch(path) if method == self.method else None
        return found.groupdict() if found else None

    @property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.path)))


@dataclass(frozen=True)
class EventSource:
    """A stream or queue that feeds a function: the logical id it reads and the event's own properties."""

    source: str
    properties: dict[str, Any]

    @property
    def patterns(self) -> list[dict[str, Any]]:
        """The filter patterns; an event passes when any matches, or when there are none."""
        filters = self.properties.get("FilterCriteria", {}).get("Filters", [])
        return [json.loads(each["Pattern"]) for each in filters]


@dataclass(frozen=True)
class Function:
    """A function: its handler, its environment with references still in it, its events."""

    name: str
    properties: dict[str, Any]

    @property
    def handler(self) -> str:
        """Module and function, joined by a dot."""
        return str(self.properties["Handler"])

    @property
    def environment(self) -> dict[str, Any]:
        """Variable names and their values, not yet resolved."""
        return dict(self.properties["Environment"]["Variables"])

    @property
    def seconds(self) -> int:
        """The time-out."""
        return int(self.properties["Timeout"])

    @property
    def routes(self) -> list[Route]:
        """The API's routes that it serves."""
        return [Route(each.get("Method", "").upper(), each.get("Path", ANYTHING_ELSE))
                for each in self._events("HttpApi")]

    @property
    def streams(self) -> list[EventSource]:
        """The tables whose streams it reads."""
        return [EventSource(each["Stream"]["Fn::GetAtt"][0], each) for each in self._events("DynamoDB")]

    @property
    def queues(self) -> list[EventSource]:
        """The queues it reads."""
        return [EventSource(each["Queue"]["Fn::GetAtt"][0], each) for each in self._events("SQS")]

    @property
    def schedules(self) -> list[float]:
        """How often it is called, in seconds."""
        return [_seconds(each["Schedule"]) for each in self._events("Schedule")]

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The patterns of the events that it is called with, references still in them."""
        return [each["Pattern"] for each in self._events("EventBridgeRule")]

    def _events(self, kind: str) -> Iterator[dict[str, Any]]:
        for event in self.properties.get("Events", {}).values():
            if event["Type"] == kind:
                yield event["Properties"]


@dataclass(frozen=True)
class Behaviour:
    """One cache behaviour of the distribution: which addresses, which origin, which methods."""

    pattern: str
    properties: dict[str, Any]

    @property
    def origin(self) -> str:
        """`site` (the bucket) or `services` (the API)."""
        return str(self.properties["TargetOriginId"])

    @property
    def methods(self) -> list[str]:
        """Methods that the distribution lets through."""
        return list(self.properties["AllowedMethods"])

    @property
    def rewrites_directories(self) -> bool:
        """Whether the directory function runs before it."""
        return bool(self.properties.get("FunctionAssociations"))

    def matches(self, path: str) -> bool:
        """Whether an address is this behaviour's (`*` also matches slashes, as in CloudFront)."""
        return fnmatch.fnmatchcase(path, self.pattern)


@dataclass(frozen=True)
class PassedOn:
    """The headers (in lower case) and query parameters that a behaviour lets through to its origin; no cookies."""

    headers: frozenset[str]
    queries: frozenset[str]


class Template:
    """The template, asked in the words of the runner."""

    def __init__(self, path: Path = TEMPLATE) -> None:
        """Read the file."""
        self.path = path
        self.body: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 a SafeLoader
        self.resources: dict[str, dict[str, Any]] = self.body["Resources"]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of every resource of a type, by logical id."""
        return {name: each.get("Properties", {}) for name, each in self.resources.items() if each["Type"] == kind}

    @property
    def functions(self) -> dict[str, Function]:
        """The functions with the globals mixed in."""
        shared = self.body.get("Globals", {}).get("Function", {})
        return {name: Function(name, _merged(shared, own))
                for name, own in self.of_type("AWS::Serverless::Function").items()}

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """The tables' properties."""
        return self.of_type("AWS::DynamoDB::Table")

    @property
    def queues(self) -> dict[str, dict[str, Any]]:
        """The queues' properties."""
        return self.of_type("AWS::SQS::Queue")

    @property
    def buckets(self) -> dict[str, dict[str, Any]]:
        """The buckets' properties."""
        return self.of_type("AWS::S3::Bucket")

    @property
    def signing_keys(self) -> dict[str, dict[str, Any]]:
        """The keys that sign, and encrypt nothing."""
        return {name: each for name, each in self.of_type("AWS::KMS::Key").items()
                if each.get("KeyUsage") == "SIGN_VERIFY"}

    @property
    def telling_buckets(self) -> list[str]:
        """The buckets that tell the event bus what happens in them."""
        return [name for name, each in self.buckets.items()
                if each.get("NotificationConfiguration", {}).get("EventBridgeConfiguration")]

    @property
    def scanned_buckets(self) -> dict[str, list[str]]:
        """The buckets that the managed scanner looks at, with the beginnings of the keys that it looks at."""
        plans = self.of_type("AWS::GuardDuty::MalwareProtectionPlan").values()
        protected = [each["ProtectedResource"]["S3Bucket"] for each in plans]
        return {each["BucketName"]["Ref"]: each["ObjectPrefixes"] for each in protected}

    @property
    def distribution(self) -> dict[str, Any]:
        """The distribution's configuration."""
        (only,) = self.of_type("AWS::CloudFront::Distribution").values()
        return dict(only["DistributionConfig"])

    @property
    def behaviours(self) -> list[Behaviour]:
        """The cache behaviours in the order they are tried; the last is the default and matches everything."""
        listed = [Behaviour(each["PathPattern"], each) for each in self.distribution["CacheBehaviors"]]
        return [*listed, Behaviour("*", self.distribution["DefaultCacheBehavior"])]

    def behaviour_for(self, path: str) -> Behaviour:
        """The behaviour that answers an address."""
        return next(each for each in self.behaviours if each.matches(path))

    @property
    def error_pages(self) -> dict[int, tuple[int, str]]:
        """Status from the origin -> (status for the reader, page), where the distribution replaces the answer."""
        return {int(each["ErrorCode"]): (int(each["ResponseCode"]), str(each["ResponsePagePath"]))
                for each in self.distribution["CustomErrorResponses"] if "ResponsePagePath" in each}

    def passed_on(self, behaviour: Behaviour) -> PassedOn | None:
        """What the functions get to see of a request; None when it is everything, as origin request policies say."""
        if "OriginRequestPolicyId" in behaviour.properties or behaviour.origin == "site":
            return None
        own = self.resources[behaviour.properties["CachePolicyId"]["Ref"]]["Properties"]["CachePolicyConfig"]
        key = own["ParametersInCacheKeyAndForwardedToOrigin"]
        return PassedOn(frozenset(each.lower() for each in key["HeadersConfig"].get("Headers", [])),
                        frozenset(key["QueryStringsConfig"].get("QueryStrings", [])))

    def compresses(self, behaviour: Behaviour) -> bool:
        """Whether the distribution compresses: only what it may keep, which is what its cache policy says."""
        managed = {"658327ea-f89d-4fab-a63d-7e88639e58f6": True, "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": False}
        policy = behaviour.properties["CachePolicyId"]
        if isinstance(policy, str):
            return managed[policy]
        own = self.resources[policy["Ref"]]["Properties"]["CachePolicyConfig"]
        return bool(own["ParametersInCacheKeyAndForwardedToOrigin"]["EnableAcceptEncodingBrotli"])

    def response_headers(self, script_hashes: list[str], *, secure: bool,
                         names: Mapping[str, str] | None = None) -> dict[str, str]:
        """The headers that the distribution adds to every answer; without https it must not ask for https.

        `names` tells the buckets' hosts where they are not AWS's own.
        """
        (policy,) = self.of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
        hosts = {f"{each}.RegionalDomainName": f"{each.lower()}.s3.{REGION}.amazonaws.com" for each in self.buckets}
        config = self.resolve(policy["ResponseHeadersPolicyConfig"],
                              {**hosts, **(names or {}), "ScriptHashes": script_hashes})
        headers = dict(_security_headers(config["SecurityHeadersConfig"]))
        headers |= {each["Header"]: each["Value"] for each in config["CustomHeadersConfig"]["Items"]}
        if not secure:
            del headers["Strict-Transport-Security"]
            content = headers["Content-Security-Policy"]
            content = content.removesuffix("; upgrade-insecure-requests").replace("https://", "http://")
            headers["Content-Security-Policy"] = content
        return headers

    @cached_property
    def headers_that_give_way(self) -> set[str]:
        """Those of the distribution's headers, in lower case, that it adds only where the origin sends none."""
        (policy,) = self.of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
        return {each["Header"].lower() for each in policy["ResponseHeadersPolicyConfig"]["CustomHeadersConfig"]["Items"]
                if not each["Override"]}

    def resolve(self, value: Any, names: Mapping[str, Any]) -> Any:  # noqa: ANN401 any part of the template
        """A part of the template with its references replaced.

        `names` holds logical ids (what `Ref` answers) and `Id.Attribute` (what `GetAtt` answers); parameters that it
        does not hold have their defaults. Raises KeyError for a name nobody knows.
        """
        return _Resolver(self, names).resolve(value)


class _Resolver:
    """Replaces intrinsic functions, one method each."""

    def __init__(self, template: Template, names: Mapping[str, Any]) -> None:
        defaults = {name: _default(each) for name, each in template.body["Parameters"].items() if "Default" in each}
        self.names = {**PSEUDO_PARAMETERS, **defaults, **names}
        self.conditions = template.body.get("Conditions", {})
        self.functions: dict[str, Callable[[Any], Any]] = {
            "Ref": lambda name: self.names[name], "Fn::GetAtt": lambda parts: self.names[".".join(parts)],
            "Fn::Sub": self._substitute, "Fn::If": self._choose, "Fn::Not": lambda parts: not self.resolve(parts[0]),
            "Fn::Equals": lambda parts: self.resolve(parts[0]) == self.resolve(parts[1]),
            "Fn::Join": lambda parts: str(parts[0]).join(self.resolve(parts[1])),
            "Fn::Split": lambda parts: self.resolve(parts[1]).split(parts[0]),
            "Fn::Select": lambda parts: self.resolve(parts[1])[parts[0]]}

    def resolve(self, value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, list):
            return [self.resolve(each) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, argument), = value.items()
            if name in self.functions:
                return self.functions[name](argument)
        return {name: self.resolve(each) for name, each in value.items()}

    def _substitute(self, argument: str | list[Any]) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})
        names = {**self.names, **self.resolve(own)}
        return re.sub(r"\$\{([^!}][^}]*)\}", lambda found: str(names[found[1]]), text)

    def _choose(self, parts: list[Any]) -> Any:  # noqa: ANN401
        return self.resolve(parts[1] if self.resolve(self.conditions[parts[0]]) else parts[2])


def _default(parameter: dict[str, Any]) -> Any:  # noqa: ANN401 a text, a number or a list
    default = parameter["Default"]
    return default.split(",") if parameter["Type"] == "CommaDelimitedList" else default


def _merged(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Globals under a function's own properties; maps are merged, everything else replaced, as SAM does."""
    both = dict(shared)
    for name, value in own.items():
        earlier = both.get(name)
        both[name] = _merged(earlier, value) if isinstance(earlier, dict) and isinstance(value, dict) else value
    return both


def _seconds(schedule: str) -> float:
    """`rate(5 minutes)` in seconds; nothing else is used here."""
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", schedule)
    if not found:
        message = f"the local runner knows rate(...) schedules only, not {schedule}"
        raise ValueError(message)
    return int(found[1]) * {"minute": 60, "hour": 3600, "day": 86400}[found[2]]


def _security_headers(config: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """CloudFront's own fields as the headers it makes of them."""
    yield "Content-Security-Policy", config["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    if "ContentTypeOptions" in config:
        yield "X-Content-Type-Options", "nosniff"
    yield "X-Frame-Options", config["FrameOptions"]["FrameOption"]
    yield "Referrer-Policy", config["ReferrerPolicy"]["ReferrerPolicy"]
    transport = config["StrictTransportSecurity"]
    subdomains = "; includeSubDomains" if transport.get("IncludeSubdomains") else ""
    yield "Strict-Transport-Security", f"max-age={transport['AccessControlMaxAgeSec']}{subdomains}"
