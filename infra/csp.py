"""What the strict Content-Security-Policy needs from the built pages.

That is the hashes of their inline scripts, and that nothing in them would need a weaker policy. The text of the
policy stands in infra/template.yaml alone; its parameter ScriptHashes takes the list written here.

'wasm-unsafe-eval' stands in that text for the search: Pagefind runs as WebAssembly, which browsers count as
evaluation unless this word allows it. It allows no JavaScript from strings, which 'unsafe-eval' would.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from infra.built_site import BUILD, SITE, Element, page_files, parse

HASHES = BUILD / "csp.json"
#: Where the functions' page frames lie: their scripts need a hash too.
SHELLS = BUILD / "assets"
#: The frame has one inline script: the colour scheme before the first paint. A second one would be a decision.
KNOWN_INLINE_SCRIPTS = 1
#: Attributes from which a browser loads something by itself; <a href> is followed by somebody, so not among them.
LOADING = {
    "script": ("src",), "link": ("href",), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"),
    "video": ("src", "poster"), "audio": ("src",), "object": ("data",), "embed": ("src",), "form": ("action",),
    "use": ("href", "xlink:href"), "image": ("href", "xlink:href"), "input": ("src",), "base": ("href",),
}  # fmt: skip
#: Links in the head that name an address without loading it.
NAMING = {"canonical", "alternate", "prev", "next"}
#: A start tag, whatever stands in its quotes; and what in one deserves a closer look. Parsing every page would take as
#: long as building it.
TAG = re.compile(r"""<[a-zA-Z][^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*>""")
SUSPECT = re.compile(r"""<style|[\s"'/](?:style|on\w+)\s*=|javascript:|//""", re.IGNORECASE)
SCRIPT = re.compile(r"(<script\b[^>]*>)(.*?)</script>", re.IGNORECASE | re.DOTALL)
#: Types of script that are data: never run, so the policy has no say in them.
DATA_TYPES = {"application/json", "application/ld+json"}


class PolicyBroken(Exception):
    """Pages hold something that the Content-Security-Policy would block."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The built pages need a weaker Content-Security-Policy than ours:\n  " + "\n  ".join(faults))
        self.faults = faults


def checked_files() -> list[Path]:
    """Every page of the site, every page frame of the functions, and what stands in for a page of theirs."""
    return [*page_files(SITE), *sorted(SHELLS.glob("shell.*.html")), *sorted((SITE / "layanan").rglob("*.html"))]


def inline_scripts(text: str) -> list[str]:
    """The text of every script that stands in the page itself and runs."""
    scripts = ((parse(tag).find("script")[0].attributes, script) for tag, script in SCRIPT.findall(text))
    return [script for attributes, script in scripts
            if "src" not in attributes and attributes.get("type") not in DATA_TYPES]


def hash_of(script: str) -> str:
    """The source expression that allows exactly this script, without the quotes of the policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@lru_cache(maxsize=2**16)
def _is_suspect(tag: str) -> bool:
    """Whether a tag deserves a closer look; pages share most of their tags, so few are looked at twice."""
    return SUSPECT.search(tag) is not None


def faults_of(text: str) -> Iterator[str]:
    """What in a page the policy would block, in words."""
    suspects = "".join(filter(_is_suspect, TAG.findall(text)))
    for element in parse(suspects).walk():
        yield from _faults_of_element(element)


def _faults_of_element(element: Element) -> Iterator[str]:
    if element.tag == "style":
        yield "a <style> element"
    for name, value in element.attributes.items():
        if name == "style" or name.startswith("on"):
            yield f"<{element.tag} {name}=…>"
        if value.strip().lower().startswith("javascript:"):
            yield f"<{element.tag} {name}=javascript:…>"
    if not NAMING & set(element.attributes.get("rel", "").split()):
        yield from _outside(element)


def _outside(element: Element) -> Iterator[str]:
    for name in LOADING.get(element.tag, ()):
        address = element.attributes.get(name, "")
        if urlsplit(address).netloc or urlsplit(address).scheme:
            yield f"<{element.tag} {name}={address}> loads from another host"


def check_pages() -> list[str]:
    """The hashes of all inline scripts of all pages. Raises PolicyBroken, naming file and fault, for what it blocks."""
    texts = {file: file.read_text(encoding="utf-8") for file in checked_files()}
    hashes = sorted({hash_of(script) for text in texts.values() for script in inline_scripts(text)})
    faults = [f"{file}: {fault}" for file, text in texts.items() for fault in faults_of(text)]
    if len(hashes) > KNOWN_INLINE_SCRIPTS:
        faults.append(f"{len(hashes)} different inline scripts, where {KNOWN_INLINE_SCRIPTS} is known: {hashes}")
    if faults:
        raise PolicyBroken(faults)
    return hashes


def write() -> None:
    """Check the pages and write the hashes to build/csp.json."""
    HASHES.write_text(json.dumps({"script_hashes": check_pages()}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        write()
    except PolicyBroken as fault:
        sys.exit(str(fault))
