"""The search index in build/site/pagefind, the words for the search dialog, and how well questions are answered.

`write()` is a step of the site's build; `recall_at_5()` is for the benchmark: a running portal and a browser.
What Pagefind reads is made by infra/search_copy.py. Knows Pagefind's command line and files.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import brotli

from infra import search_copy, search_words
from infra.built_site import BUILD, LANGUAGES, SITE, address_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUESTIONS = Path("tests/data/search_queries.tsv")
INDEX = SITE / "pagefind"
PACKED = BUILD / "packed"
WASM = [f"wasm.{language}.pagefind" for language in LANGUAGES]
#: What the search dialog loads from Pagefind; its other files are user interfaces and a worker that we do not use.
NEEDED = ("pagefind.js", "pagefind-entry.json", "pagefind.*.pf_meta", "index", *WASM)
#: What Pagefind would load for each result; one list of all pages takes the place of these files.
FRAGMENTS = "fragment/{language}_*.pf_fragment"
GZIP = b"\x1f\x8b"  # how such a file begins
TIGHTEST = 11  # of Brotli's qualities


class IndexingFailed(Exception):
    """Pagefind refused the pages; the text is what it printed."""


def write_words(said: list[search_copy.Said]) -> None:
    """Publish for the search dialog, by language: the vocabulary, and what it shows of each page by Pagefind's id."""
    shown = {address_of(SITE / page.file): {"title": page.title, "description": page.description} for page in said}
    for language in LANGUAGES:
        vocabulary = search_words.read_vocabulary(language)
        terms = {"silent": sorted(vocabulary.silent), "forms": vocabulary.forms}
        found = {file.stem: _address(file) for file in sorted(INDEX.glob(FRAGMENTS.format(language=language)))}
        pages = {identifier: {"url": address, **shown[address]} for identifier, address in found.items()}
        text = json.dumps({"terms": terms, "pages": pages}, ensure_ascii=False, separators=(",", ":"))
        (SITE / "assets" / "portal" / f"search.{language}.json").write_text(text, encoding="utf-8")


def _address(fragment: Path) -> str:
    """The address of the page that Pagefind wrote this fragment for."""
    content = json.loads(gzip.decompress(fragment.read_bytes()).removeprefix(b"pagefind_dcd"))
    return str(content["url"])


def run_pagefind() -> None:
    """Index the copy into build/site/pagefind."""
    shutil.rmtree(INDEX, ignore_errors=True)
    folders = ["--site", str(search_copy.COPY), "--output-path", str(INDEX)]
    command = [sys.executable, "-m", "pagefind", "--quiet", *folders]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise IndexingFailed(f"Pagefind could not index {search_copy.COPY}:\n{done.stdout}{done.stderr}")


def keep_only_needed() -> None:
    """Remove from build/site/pagefind what the dialog never loads."""
    needed = {file for pattern in NEEDED for file in INDEX.glob(pattern)}
    for each in set(INDEX.iterdir()) - needed:
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()


def pack() -> None:
    """Pack every file of build/site/pagefind as it is published, as tight as Brotli can; their names stay.

    Pagefind's own gzip goes first (its script reads files without it too): a phone downloads 10 KB less for its first
    result. What was packed before is kept by content, for the largest (the program itself) is the same in every build.
    """
    PACKED.mkdir(parents=True, exist_ok=True)
    for file in filter(Path.is_file, INDEX.rglob("*")):
        written = file.read_bytes()
        kept = PACKED / f"{hashlib.sha256(written).hexdigest()}.br"
        if not kept.exists():
            kept.write_bytes(brotli.compress(_without_gzip(written), quality=TIGHTEST))
        shutil.copyfile(kept, file)


def _without_gzip(content: bytes) -> bytes:
    return gzip.decompress(content) if content.startswith(GZIP) else content


def write() -> None:
    """Make the index and the words of the search dialog; the pages must stand in build/site."""
    said = search_copy.write()
    run_pagefind()
    write_words(said)
    keep_only_needed()
    pack()


@dataclass(frozen=True)
class Question:
    """A question as somebody types it, and the path of the page that answers it, the same in both languages."""

    language: str
    words: str
    page: str

    @property
    def address(self) -> str:
        """Where the page is on the site."""
        return f"/{LANGUAGES[self.language]}{self.page}"


@dataclass(frozen=True)
class Recall:
    """The share of questions that found their page among the first five, and those that did not."""

    figure: float
    misses: list[str]


def read_questions() -> list[Question]:
    """The questions of tests/data/search_queries.tsv."""
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t") if row and not row[0].startswith("#")]
    return [Question(*row) for row in rows]


def recall_at_5(base_url: str) -> Recall:
    """Ask every question through the search of the running portal at base_url, in a headless browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 only the benchmark needs a browser

    from infra.browser import launch  # noqa: PLC0415

    questions = read_questions()
    misses: list[str] = []
    with sync_playwright() as playwright:
        page = launch(playwright).new_page()
        for language, folder in LANGUAGES.items():
            page.goto(f"{base_url}/{folder}")
            misses += _misses(page, [question for question in questions if question.language == language])
    return Recall(1 - len(misses) / len(questions), misses)


def _misses(page: Page, questions: list[Question]) -> Iterator[str]:
    for question in questions:
        found = page.evaluate(ASK, question.words)
        if question.address not in found:
            yield f"{question.language}: {question.words} -> {question.address}, found {', '.join(found)}"


#: Asks as the dialog does, without the typing: the function that ranks the pages is the dialog's own.
ASK = """async (words) => {
  const script = document.querySelector('script[src*="/portal"]').src.replace(/portal(?=[^/]*$)/, "search");
  const { find } = await import(script);
  return (await find(words)).slice(0, 5).map((page) => page.url);
}"""


if __name__ == "__main__":
    try:
        write()
    except IndexingFailed as fault:
        sys.exit(str(fault))
