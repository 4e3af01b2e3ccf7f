"""What every test finds: the functions' assets, as the build makes them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra import assets


@pytest.fixture(scope="session", autouse=True)
def assets_folder() -> Iterator[None]:
    """Words, templates and regions from content, in build/assets."""
    assets.write()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSETS_FOLDER", str(assets.ASSETS))
        yield
