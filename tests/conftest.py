"""What every test finds: the functions' assets, as the build makes them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra import assets


def pytest_configure(config: pytest.Config) -> None:
    """Words, templates and regions from content, in build/assets: once, before several processes share the tests."""
    if not hasattr(config, "workerinput"):
        assets.write()


@pytest.fixture(scope="session", autouse=True)
def assets_folder() -> Iterator[None]:
    """Functions find the assets there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSETS_FOLDER", str(assets.ASSETS))
        yield
