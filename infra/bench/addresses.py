"""Which pages are measured, and what an address of the running portal answers."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from infra.bench.report import NotMeasured
from infra.built_site import LANGUAGES
from infra.template_reader import ROOT

COURSE: Final = "belajar/musyawarah-desa/"
CATALOGUE: Final = ROOT / "build" / "catalogue.json"


def pages(*names: str) -> Mapping[str, str]:
    """What to call a page, and its path, for pages of these names (home, course, form) in both languages."""
    paths = {"home": "", "course": COURSE, "form": f"kegiatan/{open_offering()}/"}
    return {f"{name} ({language})": f"/{folder}{paths[name]}"
            for name in names for language, folder in LANGUAGES.items()}


def open_offering() -> str:
    """An offering whose page shows its form today; raises NotMeasured."""
    now = datetime.now(UTC)
    for each in json.loads(CATALOGUE.read_text(encoding="utf-8")):
        if datetime.fromisoformat(each["opens"]) < now < datetime.fromisoformat(each["closes"]):
            return str(each["id"])
    raise NotMeasured("no offering in the content is open today: give one a later `closes`")


def body(address: str, encoding: str = "identity") -> bytes:
    """The body of an answer as it is sent in this encoding."""
    request = urllib.request.Request(address, headers={"accept-encoding": encoding})  # noqa: S310 our own portal
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return bytes(answer.read())
