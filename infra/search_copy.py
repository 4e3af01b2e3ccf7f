"""The copy of the pages that the search indexes.

Pagefind reads this copy instead of the published pages: those need nothing of it, and the index is small:
- words that say nothing ("yang", "bagaimana") are left out, since no question asks for them;
- a word that the Indonesian stemmer gets wrong stands as its family's canonical word ("penilaian" as "nilai");
- below the headings a word counts once, and not at all on a page that says it in passing when the dialog has enough
  better pages to show for it. This halves what a phone downloads for its first result.

May know the built pages and Pagefind's attributes; nothing of the engine that wrote the pages.
"""

from __future__ import annotations

import html
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.built_site import BUILD, LANGUAGES, SITE, page_files
from infra.search_words import Vocabulary, read_vocabulary

COPY = BUILD / "search"
#: A number that is no year; in the text (not in headings) it is a part of a sum or a time, which nobody looks for.
NUMBER = re.compile(r"(?!\d{4}$)\d+")
#: How many pages the search dialog shows.
SHOWN = 5
#: Said so often in its text, a word is likely to be what a page is about.
OFTEN = 3
#: A heading that more than this share of the pages has ("langkah berikutnya") says nothing about any of them.
COMMON = 0.1
#: The head of a page and its article, where it has one to be searched: the rest is the same on every page.
SEARCHED = re.compile(r"(.*?)</head>.*?<article[^>]*\sdata-pagefind-body[^>]*>(.*?)</article>", re.DOTALL)
LANGUAGE = re.compile(r'<html lang="([^"]*)"')
DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')
HEADING = re.compile(r"<(h[123])\b[^>]*>(.*?)</\1>", re.DOTALL)
#: Parts of an article that are not what it says: fields with every region's name, pictures, tables of numbers, marks
#: beside headings.
UNSAID = re.compile(r'<(form|svg)\b.*?</\1>|<div data-pagefind-ignore>.*?</div>|<a class="headerlink".*?</a>',
                    re.DOTALL)
TAG = re.compile(r"<[^>]*>")
#: What a word weighs by where it stands; in the text it weighs 1.
WEIGHTS = {"h1": 7, "h2": 6, "h3": 5, "description": 3}


@dataclass(frozen=True)
class Said:
    """What one page says, in words of the vocabulary."""

    file: Path
    language: str
    title: str
    description: str
    headings: list[tuple[str, list[str]]]
    body: Counter[str]


def _text(markup: str) -> str:
    return " ".join(html.unescape(TAG.sub(" ", markup)).split())


def read_said(file: Path, vocabularies: dict[str, Vocabulary]) -> Said | None:
    """What a page says, or None for one that is not searched (404, the site map).

    Read with patterns and not as a tree: these are our own pages, and a tree takes as long as building the page did.
    """
    found = SEARCHED.match(file.read_text(encoding="utf-8"))
    if found is None:
        return None
    head, article = found[1], UNSAID.sub(" ", found[2])
    (language,), (description,) = LANGUAGE.findall(head), DESCRIPTION.findall(head)
    telling = vocabularies[language].telling
    headings = [(tag, _text(markup)) for tag, markup in HEADING.findall(article)]
    return Said(
        file=file.relative_to(SITE),
        language=language,
        title=headings[0][1],
        description=html.unescape(description),
        headings=[(tag, telling(text)) for tag, text in headings],
        body=Counter(word for word in telling(_text(HEADING.sub(" ", article))) if not NUMBER.fullmatch(word)),
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
    for word, candidates in _candidates(pages, listed).items():
        for _, file in sorted(candidates):
            if len(listed[word]) < SHOWN:
                listed[word].add(file)
    return listed


def _candidates(pages: list[Said], listed: dict[str, set[Path]]) -> dict[str, list[tuple[float, Path]]]:
    """For each word that has too few pages yet, those that say it, the one that says it most (for its length) least."""
    found: dict[str, list[tuple[float, Path]]] = defaultdict(list)
    for page in pages:
        length = page.body.total()
        for word, times in page.body.items():
            if len(listed[word]) < SHOWN:
                found[word].append((-times / length, page.file))
    return found


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
        yield page.file, f'<!doctype html><html lang="{page.language}"><body data-pagefind-body>\n{body}\n</html>\n'


def write() -> list[Said]:
    """Write the copy into build/search, with the folders of the site; answers what its pages say."""
    shutil.rmtree(COPY, ignore_errors=True)
    vocabularies = {language: read_vocabulary(language) for language in LANGUAGES}
    said = [page for page in (read_said(file, vocabularies) for file in page_files()) if page]
    for language, vocabulary in vocabularies.items():
        for file, text in pages_for_index([page for page in said if page.language == language], vocabulary):
            target = COPY / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    return said
