"""MkDocs alone, to compare with: our theme and the words of its frame, and nothing else of our configuration."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from mkdocs.utils.yaml import yaml_load

from infra.bench.report import NotMeasured
from infra.build_site import CONFIGURATIONS, environment

KEPT: Final = ("site_name", "site_url", "site_description", "extra")


def build(tree: Path, language: str, target: Path, plugins: Sequence[str] = ()) -> None:
    """Build one language's pages of a tree like ours into this folder; raises NotMeasured."""
    target.parent.mkdir(parents=True, exist_ok=True)
    configuration = target.with_suffix(".yml")
    configuration.write_text(yaml.safe_dump(_settings(tree, language, target, plugins)), encoding="utf-8")
    mkdocs(tree, "--config-file", str(configuration))


def mkdocs(tree: Path, *options: str) -> None:
    """`mkdocs build` with these options in a tree like ours; raises NotMeasured."""
    done = subprocess.run([sys.executable, "-m", "mkdocs", "build", "--quiet", *options], cwd=tree, text=True,
                          env=environment(), capture_output=True, check=False)
    if done.returncode:
        raise NotMeasured(f"MkDocs could not build {options[-1]}: {(done.stdout + done.stderr)[-1000:]}")


def _settings(tree: Path, language: str, target: Path, plugins: Sequence[str]) -> dict[str, Any]:
    with (tree / CONFIGURATIONS[language]).open(encoding="utf-8") as file:
        ours = yaml_load(file)
    theme = {**ours["theme"], "custom_dir": str(tree / ours["theme"]["custom_dir"])}
    return {**{name: ours[name] for name in KEPT}, "theme": theme, "plugins": list(plugins),
            "docs_dir": str(tree / ours["docs_dir"]), "site_dir": str(target)}
