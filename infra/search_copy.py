"""The copy of the pages that the search indexes, and the vocabulary that copy and questions go through.

Pagefind reads this copy instead of the published pages: those need nothing of it, and the index is small:
- words that say nothing ("yang", "bagaimana") are left out, since no question asks for them;
- a word that the Indonesian stemmer gets wrong stands as its family's canonical word ("penilaian" as "nilai");
- below the headings a word counts once, and not at all when the page says it only once while many pages say it:
  such a word is not what the page is about. This halves what a phone downloads for its first result.
The search dialog (site/theme/assets/portal/search.js) puts a question through the same vocabulary.

May know the built pages and Pagefind's attributes; nothing of the engine that wrote the pages.
"""

from __future__ import annotations

import html
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.built_site import BUILD, LANGUAGES, SITE, Element, page_files, read_page

VOCABULARY = Path("content/search")
COPY = BUILD / "search"
#: A word as both sides cut it; one letter or digit alone is none.
WORD = re.compile(r"[^\W_]{2,}")
#: Said by more than this share of a language's pages, a word said once on a page is left out.
COMMON = 0.1
#: Parts of a page that are not what it says: fields with every region's name, pictures, words for scripts.
UNSAID = {"form", "select", "script", "template", "svg"}
HEADINGS = ("h1", "h2", "h3")


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
    title: str
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
        elif child.tag in HEADINGS:
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
        title=article.find("h1")[0].text(),
        description=_description(page),
        headings=[(tag, words) for tag, words in texts if tag],
        body=Counter(word for tag, words in texts if not tag for word in words),
    )


def _description(page: Element) -> str:
    found = (meta.attributes for meta in page.find("meta") if meta.attributes.get("name") == "description")
    return next(found)["content"]


def common_words(pages: list[Said]) -> set[str]:
    """What more than COMMON of these pages say: words of their text, and whole headings ("langkah berikutnya")."""
    spread = Counter(word for page in pages for word in page.body)
    spread.update(heading for page in pages for heading in {" ".join(words) for _, words in page.headings})
    return {word for word, count in spread.items() if count > COMMON * len(pages)}


def page_for_index(page: Said, common: set[str], vocabulary: Vocabulary) -> str:
    """The HTML that Pagefind reads for a page. Its result shows the title and the description as they are."""
    said = [(tag, " ".join(words)) for tag, words in page.headings]
    headings = "".join(f"<{tag}>{words}</{tag}>" for tag, words in said if tag == "h1" or words not in common)
    body = " ".join(word for word, times in page.body.items() if times > 1 or word not in common)
    return f"""<!doctype html><html lang="{page.language}"><body data-pagefind-body>
<p data-pagefind-ignore data-pagefind-meta="title">{html.escape(page.title)}</p>
<p data-pagefind-ignore data-pagefind-meta="description">{html.escape(page.description)}</p>
{headings}<p data-pagefind-weight="3">{" ".join(vocabulary.telling(page.description))}</p><p>{body}</p></body></html>
"""


def write() -> None:
    """Write the copy into build/search, with the folders of the site."""
    shutil.rmtree(COPY, ignore_errors=True)
    vocabularies = {language: read_vocabulary(language) for language in LANGUAGES}
    said = [page for page in (read_said(file, vocabularies) for file in page_files()) if page]
    for language, vocabulary in vocabularies.items():
        pages = [page for page in said if page.language == language]
        common = common_words(pages)
        for page in pages:
            target = COPY / page.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(page_for_index(page, common, vocabulary), encoding="utf-8")
