"""The built site as a set of pages: whole in both languages, linked without a gap, the same frame everywhere."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
import yaml

from infra.built_site import LANGUAGES, SITE, Element

SOURCES = Path("content")
FRAME_PAGES = {"/404.html", "/en/404.html"}
#: Answered by functions, not by files.
DYNAMIC = "/layanan/"


def content_pages(pages: dict[str, Element]) -> dict[str, Element]:
    return {address: page for address, page in pages.items() if address not in FRAME_PAGES}


def sources(language: str) -> set[str]:
    root = SOURCES / language
    return {file.relative_to(root).as_posix() for file in root.rglob("*.md")}


def address(language: str, source: str) -> str:
    path = source.removesuffix(".md").removesuffix("index")
    return f"/{LANGUAGES[language]}{path}{'' if path.endswith('/') or not path else '/'}"


def test_the_site_is_not_built_into_the_folder_of_the_theme():
    for name in ("mkdocs.yml", "mkdocs.en.yml"):
        configured = re.search(r"^site_dir: (.+)$", Path(name).read_text(encoding="utf-8"), re.MULTILINE)[1]
        assert configured.startswith("build/site"), name


def test_every_page_is_written_in_both_languages():
    assert sources("id") == sources("en")
    assert len(sources("id")) > 50


def test_every_source_became_a_page_and_every_page_has_a_source(pages):
    expected = {address(language, source) for language in LANGUAGES for source in sources(language)}
    assert set(content_pages(pages)) == expected


def test_every_page_is_in_the_menu_once():
    # The links of the menu are checked page by page below; here: nothing is left out and nothing listed twice.
    listed = Counter(re.findall(r"^ +- (\S+\.md)$", Path("mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(listed) == sources("id")
    assert set(listed.values()) == {1}


def test_the_site_map_leads_to_every_page(pages):
    for language, folder in LANGUAGES.items():
        links = {link.attributes["href"] for link in pages[f"/{folder}peta-situs/"].find("a")}
        assert {address(language, source) for source in sources(language)} <= links


def test_every_page_has_one_main_heading_first(pages):
    for where, page in pages.items():
        headings = page.find("h1", "h2", "h3", "h4")
        assert [heading.tag for heading in headings].count("h1") == 1, where
        assert headings[0].tag == "h1", where


def test_headings_never_skip_a_level(pages):
    for where, page in pages.items():
        levels = [int(heading.tag[1]) for heading in page.find("h1", "h2", "h3", "h4", "h5", "h6")]
        assert all(after - before <= 1 for before, after in pairwise(levels)), where


def test_every_page_says_its_language_and_has_its_landmarks_named(pages):
    for where, page in pages.items():
        assert page.find("html")[0].attributes["lang"] == ("en" if where.startswith("/en/") else "id")
        assert len(page.find("main")) == len(page.find("header")) == len(page.find("footer")) == 1, where
        names = [nav.attributes.get("aria-label") for nav in page.find("nav")]
        assert all(names), where
        assert len(names) == len(set(names)), f"{where}: two menus are called alike: {names}"


def test_no_identifier_stands_twice_on_a_page(pages):
    for where, page in pages.items():
        counted = Counter(element.attributes["id"] for element in page.walk() if "id" in element.attributes)
        assert [name for name, count in counted.items() if count > 1] == [], where


def test_the_skip_link_comes_first_and_leads_to_the_content(pages):
    for where, page in pages.items():
        link = page.find("a")[0]
        target = page.find("main")[0]
        assert link.attributes["href"] == "#" + target.attributes["id"], where


def test_titles_and_descriptions_are_there_and_differ_within_a_language(pages):
    for folder in LANGUAGES.values():
        mine = {where: page for where, page in content_pages(pages).items() if where.startswith("/en/") == bool(folder)}
        titles = Counter(page.find("title")[0].text() for page in mine.values())
        described = Counter(meta(page, "description") for page in mine.values())
        assert [title for title, count in titles.items() if count > 1] == []
        assert [text for text, count in described.items() if count > 1] == []


def meta(page: Element, name: str) -> str:
    return next(tag.attributes["content"] for tag in page.find("meta")
                if name in {tag.attributes.get("name"), tag.attributes.get("property")})


def test_descriptions_fit_a_search_result(pages):
    for where, page in content_pages(pages).items():
        assert 40 <= len(meta(page, "description")) <= 155, where
        assert meta(page, "og:title"), where
        assert meta(page, "og:description") == meta(page, "description"), where


def test_each_page_names_its_own_address_and_its_other_language(pages):
    for where, page in content_pages(pages).items():
        links = page.find("link")
        canonical = [urlsplit(link.attributes["href"]).path
                     for link in links if link.attributes.get("rel") == "canonical"]
        others = {link.attributes["hreflang"]: urlsplit(link.attributes["href"]).path
                  for link in links if link.attributes.get("rel") == "alternate"}
        path = where.removeprefix("/en/").removeprefix("/")
        assert canonical == [where]
        assert others == {"id": f"/{path}", "en": f"/en/{path}", "x-default": f"/{path}"}
        assert set(others.values()) <= set(pages), where


def test_the_language_switch_leads_to_the_same_page(pages):
    for where, page in content_pages(pages).items():
        other = "id" if where.startswith("/en/") else "en"
        links = [link for link in page.find("a") if "hreflang" in link.attributes]
        path = where.removeprefix("/en/").removeprefix("/")
        assert [(link.attributes["lang"], link.attributes["href"]) for link in links] == [
            (other, f"/{LANGUAGES[other]}{path}")], where


def test_internal_links_lead_to_a_page_and_to_a_place_on_it(pages):
    anchors = {where: {element.attributes.get("id") for element in page.walk()} for where, page in pages.items()}
    for where, page in pages.items():
        for link in page.find("a"):
            target, anchor = urldefrag(urljoin(where, link.attributes["href"]))
            if urlsplit(target).scheme or target.startswith(DYNAMIC):
                continue
            file = SITE / target.lstrip("/")
            assert target in pages or file.is_file(), f"{where} -> {target}"
            assert not anchor or anchor in anchors[target], f"{where} -> {target}#{anchor}"


def test_what_pages_load_is_there(pages):
    for where, page in pages.items():
        loading = [element.attributes for element in page.find("script", "link")
                   if element.attributes.get("rel") not in {"canonical", "alternate"}]
        for path in filter(None, (each.get("src") or each.get("href") for each in loading)):
            assert (SITE / path.lstrip("/")).is_file(), f"{where} loads {path}"


def test_links_out_are_few_and_go_to_https(pages):
    out = {link.attributes["href"] for page in pages.values() for link in page.find("a")
           if urlsplit(link.attributes["href"]).netloc}
    assert all(address.startswith("https://") for address in out)


@pytest.mark.usefixtures("pages")
def test_nothing_of_the_engines_own_look_is_published():
    names = {file.name for file in SITE.rglob("*") if file.is_file()}
    assert not [name for name in names if name.endswith(".map") or name.startswith(("bundle.", "main.", "palette."))]
    assert not (SITE / "shell.html").exists()
    assert not (SITE / "en" / "assets").exists()


def test_the_error_page_and_the_frame_of_functions_stay_out_of_search_engines(pages):
    frames = [Path(f"build/assets/shell.{language}.html").read_text(encoding="utf-8") for language in LANGUAGES]
    for address_of_frame in FRAME_PAGES:
        assert meta(pages[address_of_frame], "robots") == "noindex"
    for frame in frames:
        assert '<meta name="robots" content="noindex">' in frame


def test_the_frame_of_functions_has_its_two_places_and_nothing_relative():
    for language in LANGUAGES:
        frame = Path(f"build/assets/shell.{language}.html").read_text(encoding="utf-8")
        assert frame.count("<!--portal:title-->") == frame.count("<!--portal:content-->") == 1
        addresses = re.findall(r'(?:href|src)="([^"]*)"', frame)
        # "?lang=en" asks for the page that one is on, in the other language.
        assert [address for address in addresses if not address.startswith(("/", "#", "?lang="))] == []


def test_the_frame_has_the_same_words_in_both_languages():
    words = [set(_words(name)) for name in ("mkdocs.yml", "mkdocs.en.yml")]
    assert words[0] == words[1]


def test_every_word_of_the_frame_is_used():
    used = "".join(file.read_text(encoding="utf-8") for file in Path("site/theme").rglob("*.html"))
    assert [word for word in _words("mkdocs.yml") if not re.search(rf"words\.{word}\b", used)] == []


def _words(configuration: str) -> dict[str, str]:
    class Loader(yaml.SafeLoader):
        """Reads the configuration; what the environment gives does not matter here."""

    Loader.add_constructor("!ENV", lambda _loader, _node: None)
    return yaml.load(Path(configuration).read_text(encoding="utf-8"), Loader)["extra"]["words"]  # noqa: S506 a SafeLoader
