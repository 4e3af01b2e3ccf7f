"""The built site as a set of pages: where it lies, which addresses it has, what stands in a page.

Knows the folders of the build and HTML, nothing of the engine that wrote the pages or of the functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

BUILD = Path("build")
SITE = BUILD / "site"
#: Each language, and the folder of its pages below the site. The path of a page is the same in all of them.
LANGUAGES = {"id": "", "en": "en/"}
#: Elements that have no end tag.
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

#: The class of the link to itself that the engine puts into each heading.
PERMALINK = "headerlink"


@dataclass
class Element:
    """An element of a page, with what stands in it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find(self, *tags: str) -> list[Element]:
        """All elements with one of these tags."""
        return [element for element in self.walk() if element.tag in tags]

    def text(self) -> str:
        """All text but the marks beside headings, with runs of white space made one space."""
        return " ".join(" ".join(self.texts()).split())

    def texts(self) -> Iterator[str]:
        """The pieces of text in it, as they stand."""
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif PERMALINK not in child.classes:
                yield from child.texts()

    @property
    def classes(self) -> list[str]:
        """The names in the class attribute."""
        return self.attributes.get("class", "").split()


class _Reader(HTMLParser):
    """Builds the tree of a page; trusts the page to be well formed apart from void elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        tags = [element.tag for element in self._open]
        if tag in tags:
            last = len(tags) - 1 - tags[::-1].index(tag)
            del self._open[last:]

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(text: str) -> Element:
    """The tree of a piece of HTML."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root


def read_page(file: Path) -> Element:
    """The tree of one HTML file."""
    return parse(file.read_text(encoding="utf-8"))


def page_files(site: Path = SITE) -> list[Path]:
    """Every page of a built site: its HTML files, without Pagefind's folder and what stands in for functions' pages."""
    return sorted(file for file in site.rglob("*.html")
                  if file.relative_to(site).parts[0] not in {"pagefind", "layanan"})


def address_of(file: Path, site: Path = SITE) -> str:
    """The path under which a file is served: "/kegiatan/" for kegiatan/index.html."""
    return "/" + file.relative_to(site).as_posix().removesuffix("index.html")


def pages(site: Path = SITE) -> dict[str, Element]:
    """Every page by its address, in the order of addresses."""
    return {address_of(file, site): read_page(file) for file in page_files(site)}
