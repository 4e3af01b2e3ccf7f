"""What the infrastructure's tests share: the template, and one portal that runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.portal_process import running_portal
from infra.template_reader import Template


@pytest.fixture(scope="session")
def template() -> Template:
    """infra/template.yaml."""
    return Template()


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """The address of a portal in a process of its own."""
    with running_portal() as url:
        yield url
