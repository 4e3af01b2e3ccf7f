"""Checks the templates as `sam validate --lint` would, without the sam command: `python -m infra.template_check`.

cfn-lint reads each template as it is written; the SAM template is also transformed, and cfn-lint reads the result,
which is what CloudFormation will see.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform

from infra.template_reader import REGION, ROOT, TEMPLATE, Template

EDGE = ROOT / "infra" / "edge.yaml"
EDGE_REGION = "us-east-1"
CFN_LINT = Path(sys.executable).with_name("cfn-lint")


class TemplateBroken(Exception):
    """A template would not deploy; the text says why."""


def transformed(template: Template) -> dict[str, Any]:
    """What CloudFormation makes of the SAM template; raises TemplateBroken."""
    body = json.loads(json.dumps(template.body))
    body["Globals"]["Function"]["CodeUri"] = "s3://bucket/function.zip"  # where `sam deploy` uploads it to
    for each in body["Resources"].values():
        if each["Type"] == "AWS::Serverless::LayerVersion":
            each["Properties"]["ContentUri"] = "s3://bucket/layer.zip"
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    try:
        return dict(transform(body, {}, _NoManagedPolicies()))
    except InvalidDocumentException as error:
        raise TemplateBroken("\n".join([error.message, *(each.message for each in error.causes)])) from error


class _NoManagedPolicies:
    """Our roles name no managed policies, so nothing has to be asked of the service."""

    def load(self) -> dict[str, str]:
        return {}


def lint(path: Path, region: str) -> None:
    """cfn-lint's opinion; raises TemplateBroken."""
    done = subprocess.run([str(CFN_LINT), "--regions", region, "--", str(path)],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise TemplateBroken(done.stdout + done.stderr)


def check() -> None:
    """Everything; raises TemplateBroken at the first fault."""
    lint(TEMPLATE, REGION)
    lint(EDGE, EDGE_REGION)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "transformed.json"
        path.write_text(json.dumps(transformed(Template()), indent=1), encoding="utf-8")
        lint(path, REGION)


if __name__ == "__main__":
    try:
        check()
    except TemplateBroken as broken:
        sys.exit(str(broken))
    print("The templates are fit to deploy.")
