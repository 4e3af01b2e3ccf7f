"""What the commands of an operator share: the stack's real names, and credentials where the store looks for them."""

from __future__ import annotations

import os
import sys
from typing import Any

import botocore.session
from botocore.exceptions import ClientError

STACK = "portal"


def resources(stack: str, cloudformation: Any) -> dict[str, str]:  # noqa: ANN401 boto3 makes its clients at run time
    """The real names of a stack's tables and queues by those of the template; exits when there is no such stack."""
    try:
        pages = list(cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack))
    except ClientError as error:
        sys.exit(f"no stack {stack} in this region and account ({error.response['Error']['Code']})")
    return {each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages for each in page["StackResourceSummaries"]}


def show_credentials() -> None:
    """The store's client takes credentials from the environment, as Lambda gives them; people keep them elsewhere."""
    session = botocore.session.get_session()
    found = session.get_credentials()
    if found is None or "AWS_ACCESS_KEY_ID" in os.environ:
        return
    access, secret, token = found.get_frozen_credentials()
    known = {"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token,
             "AWS_REGION": session.get_config_variable("region")}
    os.environ.update({name: value for name, value in known.items() if value})
