"""Builds the published site into build/site, with everything the functions take from it: `python -m infra.build_site`.

Only an order of steps: what each step knows is in its own module. Stops at the first fault with its message.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from infra import (
    assets,
    catalogue,
    csp,
    door_page,
    front_matter,
    kept_pages,
    openapi,
    search,
    search_words,
    services_open,
    services_page,
)
from infra.built_site import BUILD, LANGUAGES, SITE

CONFIGURATIONS = {"id": "mkdocs.yml", "en": "mkdocs.en.yml"}
PAGES = BUILD / "pages"  # each language's pages before they are one site
THEME_ASSETS = Path("site/theme/assets")
LOCAL_ORIGIN = "http://127.0.0.1:8000"


class BuildFailed(Exception):
    """A step of the build said no; the text says which one and what it said."""


def environment() -> dict[str, str]:
    """What mkdocs.yml reads from the environment, beside what is there already."""
    origin = os.environ.get("SITE_ORIGIN", LOCAL_ORIGIN).rstrip("/")
    addresses = {"SITE_URL": f"{origin}/", "SITE_URL_EN": f"{origin}/en/", "SITE_ORIGIN": origin}
    # The engine speaks of its own future on every run; the answer to that is infra/engines.py.
    return {**os.environ, **addresses, "ASSETS_STAMP": assets_stamp(), "NO_MKDOCS_2_WARNING": "1"}


def assets_stamp() -> str:
    """What goes into the names of style and scripts: a hash of all of them, so that a browser may keep them for a year.

    It begins with an underscore, because YAML would read some hashes as numbers.
    """
    digest = hashlib.sha256()
    for folder in (THEME_ASSETS, search_words.VOCABULARY):
        for file in sorted(filter(Path.is_file, folder.rglob("*"))):
            digest.update(file.read_bytes())
    return "_" + digest.hexdigest()[:10]


def run_engine() -> None:
    """Build the pages of every language at the same time, every warning being an error.

    Each into a folder of its own, since the engine empties its folder first; one inside the other they are the site.
    """
    running = {language: _engine(language) for language in LANGUAGES}
    told = {language: engine.communicate()[0] for language, engine in running.items()}
    for language, engine in running.items():
        if engine.returncode:
            raise BuildFailed(f"MkDocs could not build the pages of content/{language}:\n{_mistakes(told[language])}")
    shutil.rmtree(SITE, ignore_errors=True)
    for language, folder in LANGUAGES.items():
        shutil.move(PAGES / language, SITE / folder)


def _engine(language: str) -> subprocess.Popen[str]:
    # Never --quiet: it also keeps warnings from --strict.
    options = ["--strict", "--config-file", CONFIGURATIONS[language], "--site-dir", str(PAGES / language)]
    return subprocess.Popen([sys.executable, "-m", "mkdocs", "build", *options], env=environment(), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def _mistakes(told: str) -> str:
    """What a maintainer needs of the engine's words: its warnings and errors, and the last line of a stack trace."""
    lines = told.strip().splitlines()
    listed = [line for line in lines if line.startswith(("WARNING", "ERROR", "  - "))]
    return "\n".join([*listed, lines[-1]] if lines else [])


def drop_unused_assets() -> None:
    """Remove what Material ships and no page loads, and the second copy of ours that the English build makes."""
    for folder in ("javascripts", "stylesheets", "images"):
        shutil.rmtree(SITE / "assets" / folder, ignore_errors=True)
    shutil.rmtree(SITE / "en" / "assets", ignore_errors=True)
    (SITE / "en" / "robots.txt").unlink(missing_ok=True)


def stamp_assets() -> None:
    """Give style and scripts the names by which the pages ask for them; infra/published.py keeps such names long."""
    for file in (SITE / "assets" / "portal").iterdir():
        file.rename(file.with_name(file.name.replace(".", f"{assets_stamp()}.", 1)))


def take_out_shells() -> None:
    """Move each language's page frame to where the functions read it; it is no page of the site."""
    for language, folder in LANGUAGES.items():
        shutil.move(SITE / folder / "shell.html", BUILD / "assets" / f"shell.{language}.html")


def build() -> None:
    """Build everything, in this order: what later steps read, earlier ones have written."""
    catalogue.write()
    assets.write()
    run_engine()
    drop_unused_assets()
    take_out_shells()
    door_page.write_pages()
    openapi.write()
    with ProcessPoolExecutor(1) as beside:  # both only read the pages
        index = beside.submit(search.write)
        csp.write()
        index.result()
    stamp_assets()
    services_page.write_rules()
    services_open.write()
    door_page.write_worker()
    kept_pages.write_workers()


if __name__ == "__main__":
    try:
        build()
    except (front_matter.Mistake, BuildFailed, csp.PolicyBroken, search.IndexingFailed) as fault:
        sys.exit(str(fault))
