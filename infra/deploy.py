"""Deploys the portal: `make deploy STAGE=prod`. Only the order of steps, and the upload of the site.

Functions first, then the site that uses them, then the catalogue: each step leaves a portal that works.
Parameters stand in samconfig.toml; what the build found out (the script hashes) is added here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from infra.distribution import script_hashes
from infra.freshness import BuildFailed, ensure_site
from infra.functions_bundle import BundleFailed
from infra.functions_bundle import build as build_bundle
from infra.published import SITE, cache_control, content_encoding, content_type, files
from infra.template_reader import ROOT, TEMPLATE

Client = Any  # boto3 makes its clients at run time

CONFIGURATION = ROOT / "samconfig.toml"
UPLOADS_AT_ONCE = 16
HOW_TO_GET_SAM = """\
Deploying needs the sam command, which is not here. Everything is built. Get it in one of these ways, then repeat:
  pipx install aws-sam-cli
  or the installer of "AWS SAM CLI" from AWS's own documentation"""


class DeployFailed(Exception):
    """The portal was not deployed; the text says why and what to do."""


@dataclass(frozen=True)
class Stage:
    """One stage of samconfig.toml."""

    name: str
    stack: str
    region: str
    parameters: list[str]

    @property
    def origin(self) -> str:
        """The address people type."""
        domain = next(each.partition("=")[2] for each in self.parameters if each.startswith("DomainName="))
        return f"https://{domain}"


def read_stage(name: str, configuration: Path = CONFIGURATION) -> Stage:
    """A stage by its name; raises DeployFailed when it is not there or still has the example's domain."""
    sections = tomllib.loads(configuration.read_text(encoding="utf-8"))
    if name not in sections:
        raise DeployFailed(f"{configuration.name} has no section [{name}.deploy.parameters]")
    settings = sections[name]["deploy"]["parameters"]
    stage = Stage(name, settings["stack_name"], settings["region"], settings["parameter_overrides"])
    if "example" in stage.origin:
        raise DeployFailed(f"{configuration.name} still has the example's DomainName; write yours there "
                           f"(infra/runbook.md, 'The first time')")
    return stage


def sam_command(stage: Stage, hashes: list[str]) -> list[str]:
    """How sam is called; parameters on the command line replace those of the file, so all of them are given."""
    return ["sam", "deploy", "--template-file", str(TEMPLATE), "--config-file", str(CONFIGURATION), "--config-env",
            stage.name, "--parameter-overrides", *stage.parameters, f"ScriptHashes={','.join(hashes)}"]


def deploy(name: str) -> None:
    """Everything; raises DeployFailed, BuildFailed or BundleFailed."""
    stage = read_stage(name)
    os.environ["SITE_ORIGIN"] = stage.origin
    ensure_site()
    build_bundle()
    if not shutil.which("sam"):
        raise DeployFailed(HOW_TO_GET_SAM)
    _run(sam_command(stage, script_hashes()))
    stack = boto3.client("cloudformation", region_name=stage.region).describe_stacks(StackName=stage.stack)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    upload(boto3.client("s3", region_name=stage.region), outputs["SiteBucketName"])
    os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = stage.region
    _run([sys.executable, "-m", "infra.catalogue", "publish", outputs["RegistrationsTableName"]])
    boto3.client("cloudfront").create_invalidation(DistributionId=outputs["DistributionId"], InvalidationBatch={
        "Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())})
    print(f"Deployed: {outputs['Address']}")


def upload(s3: Client, bucket: str, site: Path = SITE) -> None:
    """Put every file of the site into the bucket, pages last, then delete what the site no longer has.

    Pages last, because they name the files; files kept for ever stay, because an open page may still ask for them.
    """
    paths = sorted(files(site), key=lambda path: path.suffix == ".html")
    for group in (paths[:_pages_begin(paths)], paths[_pages_begin(paths):]):
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
            list(pool.map(lambda path: _put(s3, bucket, path, path.relative_to(site).as_posix()), group))
    keys = {path.relative_to(site).as_posix() for path in paths}
    for key in [key for key in _keys(s3, bucket) if key not in keys and "immutable" not in cache_control(key)]:
        s3.delete_object(Bucket=bucket, Key=key)


def _pages_begin(paths: list[Path]) -> int:
    return next((number for number, path in enumerate(paths) if path.suffix == ".html"), len(paths))


def _put(s3: Client, bucket: str, path: Path, key: str) -> None:
    encoding = content_encoding(key)
    s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), ContentType=content_type(key),
                  CacheControl=cache_control(key), **({"ContentEncoding": encoding} if encoding else {}))


def _keys(s3: Client, bucket: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        yield from (each["Key"] for each in page.get("Contents", []))


def _run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise DeployFailed(f"{' '.join(command[:4])} ... failed; what it said stands above")


if __name__ == "__main__":
    try:
        deploy(os.environ.get("STAGE") or "prod")
    except (DeployFailed, BundleFailed) as failed:
        sys.exit(str(failed))
    except BuildFailed:
        sys.exit(1)
