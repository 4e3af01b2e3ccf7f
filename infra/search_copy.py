"""The copy of the pages that the search indexes, and the vocabulary that copy and questions go through.

Pagefind reads this copy instead of the published pages: those need nothing of it, and the index is small:
- words that say nothing ("yang", "bagaimana") are left out, since no question asks for them;
- a word that the Indonesian stemmer gets wrong stands as its family's canonical word ("penilaian" as "nilai");
- below the headings a word counts once, and not at all on a page that says it in passing when the dialog has enough
  better pages to show for it. This halves what a phone downloads for its first result.
The search dialog (site/theme/assets/portal/search.js) puts a question through the same vocabulary.

May know the built pages and Pagefind's attributes; nothing of the engine that wrote the pages.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.built_site import BUILD, LANGUAGES, SITE, Element, description_of, page_files, read_page

VOCABULARY = Path("content/search")
COPY = BUILD / "search"
#: A word as both sides cut it; one letter or digit alone is none.
WORD = re.compile(r"[^\W_]{2,}")
#: A number that is no year; in the text (not in headings) it is a part of a sum or a time, which nobody looks for.
NUMBER = re.compile(r"\d+(?<!\b\d{4})")
#: How many pages the search dialog shows.
SHOWN = 5
#: Said so often in its text, a word is likely to be what a page is about.
OFTEN = 3
#: A heading that more than this share of the pages has ("langkah berikutnya") says nothing about any of them.
COMMON = 0.1
#: Parts of a page that are not what it says: fields with every region's name, pictures, words for scripts.
UNSAID = {"form", "select", "script", "template", "svg"}
#: What a word weighs by where it stands; in the text it weighs 1.
WEIGHTS = {"h1": 7, "h2": 6, "h3": 5, "description": 3}


@dataclass(frozen=True)
class Vocabulary:
    """What a language's words mean to the search: which say nothing, and which stand for another."""

    silent: frozenset[str]
    forms: dict[str, str]

    def telling(self, text: str) -> list[str]:
        """The words of a text that the index holds, in their indexed form."""
        words = [word for word in WORD.findall(text.lower()) if word not in self.silent]
        return [part for word in words for part in self.forms.get(word, word).split()]


@dataclass(frozen=True)
class Said:
    """What one page says, in words of the vocabulary."""

    file: Path
    language: str
    description: str
    headings: list[tuple[str, list[str]]]
    body: Counter[str]


def _lines(file: Path) -> Iterator[str]:
    if file.exists():
        lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
        yield from (line for line in lines if line and not line.startswith("#"))


def families(language: str, kind: str) -> dict[str, list[str]]:
    """A list of content/search (kind "stem-exceptions" or "same-words"): each canonical word with its forms."""
    pairs = (line.split("\t") for line in _lines(VOCABULARY / f"{kind}.{language}.tsv"))
    return {canonical: forms.split() for canonical, forms in pairs}


def read_vocabulary(language: str) -> Vocabulary:
    """The vocabulary of a language from content/search."""
    listed = [*families(language, "stem-exceptions").items(), *families(language, "same-words").items()]
    forms = {form: canonical for canonical, all_forms in listed for form in all_forms}
    silent = (word for line in _lines(VOCABULARY / f"silent-words.{language}.txt") for word in line.split())
    return Vocabulary(frozenset(silent), forms)


def _texts(element: Element) -> Iterator[tuple[str, str]]:
    """The texts of an element, each with the heading that it is, or ""."""
    for child in element.children:
        if isinstance(child, str):
            yield "", child
        elif child.tag in WEIGHTS:
            yield child.tag, child.text()
        elif child.tag not in UNSAID:
            yield from _texts(child)


def read_said(file: Path, vocabularies: dict[str, Vocabulary]) -> Said | None:
    """What a page says, or None for one that is not searched (404, the site map)."""
    page = read_page(file)
    article = next((element for element in page.walk() if "data-pagefind-body" in element.attributes), None)
    if article is None:
        return None
    language = page.find("html")[0].attributes["lang"]
    texts = [(tag, vocabularies[language].telling(text)) for tag, text in _texts(article)]
    return Said(
        file=file.relative_to(SITE),
        language=language,
        description=description_of(page),
        headings=[(tag, words) for tag, words in texts if tag],
        body=Counter(word for tag, words in texts if not tag for word in words if not NUMBER.fullmatch(word)),
    )


def weighty_words(page: Said, vocabulary: Vocabulary) -> set[str]:
    """The words that a page is likely to be about: in a heading, in its description, or said again and again."""
    headed = {word for _, words in page.headings for word in words}
    repeated = {word for word, times in page.body.items() if times >= OFTEN}
    return headed | repeated | set(vocabulary.telling(page.description))


def listed_pages(pages: list[Said], vocabulary: Vocabulary) -> dict[str, set[Path]]:
    """For each word the pages to list: those likely to be about it and, up to SHOWN, the next best that say it."""
    listed: dict[str, set[Path]] = defaultdict(set)
    for page in pages:
        for word in weighty_words(page, vocabulary):
            listed[word].add(page.file)
    said = [(-times / page.body.total(), page.file, word) for page in pages for word, times in page.body.items()]
    for _, file, word in sorted(said):
        if len(listed[word]) < SHOWN:
            listed[word].add(file)
    return listed


def common_headings(pages: list[Said]) -> set[str]:
    """The headings that so many pages have that they tell none apart."""
    spread = Counter(heading for page in pages for heading in {" ".join(words) for _, words in page.headings})
    return {heading for heading, count in spread.items() if count > COMMON * len(pages)}


def pages_for_index(pages: list[Said], vocabulary: Vocabulary) -> Iterator[tuple[Path, str]]:
    """The HTML that Pagefind reads, for each of a language's pages.

    Headings are paragraphs with Pagefind's own weights for them: of an <h1> it would make a title and index that again.
    """
    listed, headings = listed_pages(pages, vocabulary), common_headings(pages)
    for page in pages:
        said = [(WEIGHTS[tag], " ".join(words)) for tag, words in page.headings]
        said = [(weight, text) for weight, text in said if weight == WEIGHTS["h1"] or text not in headings]
        said.append((WEIGHTS["description"], " ".join(vocabulary.telling(page.description))))
        said.append((1, " ".join(word for word in page.body if page.file in listed[word])))
        body = "\n".join(f'<p data-pagefind-weight="{weight}">{text}</p>' for weight, text in said)
        yield page.file, f'<!doctype html><html lang="{page.language}"><body data-pagefind-body>\n{body}\n</body></html>\n'


def write() -> None:
    """Write the copy into build/search, with the folders of the site."""
    shutil.rmtree(COPY, ignore_errors=True)
    vocabularies = {language: read_vocabulary(language) for language in LANGUAGES}
    said = [page for page in (read_said(file, vocabularies) for file in page_files()) if page]
    for language, vocabulary in vocabularies.items():
        for file, text in pages_for_index([page for page in said if page.language == language], vocabulary):
            target = COPY / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
