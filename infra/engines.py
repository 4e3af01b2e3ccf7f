"""Builds the same pages with Zensical and compares them with those of Material for MkDocs: `python -m infra.engines`.

Material for MkDocs ends on 5 May 2027; Zensical reads the same mkdocs.yml but ignores hooks, most plugins and
unknown settings without a word. So each check builds both and compares what a reader would miss: pages, headings
with their anchors, forms with the names of their controls, and internal links. It prints every difference by page
and fails when there is one.

Not compared, because Zensical makes them differently and nobody reads them: sitemap.xml, robots.txt and shell.html.
The last two come from `theme.static_templates`, which Zensical 0.0.73 does not read (it knows 404.html and
sitemap.xml); on the day of the switch the shell becomes a page with `template: shell.html`.

Zensical keeps a cache beside its configuration and wants all folders below it: it gets a copy in build/zensical.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from infra.build_site import CONFIGURATIONS, environment
from infra.built_site import BUILD, LANGUAGES, SITE, Element, pages

WORKPLACE = BUILD / "zensical"
TAKEN = ("content", "site/theme", "build/snippets")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
CONTROLS = ("input", "select", "textarea", "button")


@dataclass(frozen=True)
class Substance:
    """What of a page has to be the same, whoever built it."""

    headings: list[str]
    forms: list[str]
    links: list[str]


def substance_of(page: Element, address: str) -> Substance:
    """The headings, forms and internal links of a page, in its order."""
    return Substance(
        headings=[_heading(heading) for heading in page.find(*HEADINGS)],
        forms=[_form(form) for form in page.find("form")],
        links=list(_internal(page, address)),
    )


def _heading(heading: Element) -> str:
    return f"<{heading.tag} id={heading.attributes.get('id', '')}> {heading.text()}"


def _form(form: Element) -> str:
    names = [control.attributes["name"] for control in form.find(*CONTROLS) if "name" in control.attributes]
    return f"{form.attributes.get('method', 'get')} {form.attributes.get('action', '')}: {', '.join(names)}"


def _internal(page: Element, address: str) -> Iterator[str]:
    for link in page.find("a"):
        target = urljoin(address, link.attributes.get("href", ""))
        if not urlsplit(target).netloc and not urlsplit(target).scheme:
            yield target


def differences(ours: dict[str, Element], theirs: dict[str, Element]) -> Iterator[str]:
    """Every difference between two built sites, as a line each."""
    for address in sorted(ours.keys() ^ theirs.keys()):
        yield f"{address}: only {'MkDocs' if address in ours else 'Zensical'} has this page"
    for address in sorted(ours.keys() & theirs.keys()):
        one, other = substance_of(ours[address], address), substance_of(theirs[address], address)
        for part in ("headings", "forms", "links"):
            for line in _unequal(getattr(one, part), getattr(other, part)):
                yield f"{address} {part}: {line}"


def _unequal(one: Iterable[str], other: Iterable[str]) -> Iterator[str]:
    for mine, theirs in zip_longest(one, other, fillvalue="(nothing)"):
        if mine != theirs:
            yield f"MkDocs {mine!r}, Zensical {theirs!r}"


def build_with_zensical() -> Path:
    """Build both languages with Zensical and return the folder of the built site."""
    shutil.rmtree(WORKPLACE, ignore_errors=True)
    for folder in TAKEN:
        shutil.copytree(folder, WORKPLACE / folder)
    for language in LANGUAGES:
        shutil.copy(CONFIGURATIONS[language], WORKPLACE)
        _run_zensical(CONFIGURATIONS[language])
    return WORKPLACE / SITE


def _run_zensical(configuration: str) -> None:
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", configuration]
    done = subprocess.run(command, cwd=WORKPLACE, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Zensical could not build the pages in {configuration}:\n{done.stdout}{done.stderr}")


def main() -> None:
    """Compare build/site, which must stand, with what Zensical makes of the same content."""
    if not (SITE / "index.html").exists():
        sys.exit("There is no build/site to compare with; build it first: python -m infra.build_site")
    ours, theirs = pages(SITE), pages(build_with_zensical())
    found = list(differences(ours, theirs))
    if found:
        sys.exit(f"Zensical's pages differ from those of MkDocs in {len(found)} places:\n  " + "\n  ".join(found))
    print(f"MkDocs and Zensical agree on {len(ours)} pages: headings, forms, internal links.")


if __name__ == "__main__":
    main()
