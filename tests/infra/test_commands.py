"""The commands of the project: make's targets, the set-up, the browser, the bundle, the upload."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from infra import browser
from infra.deploy import DeployFailed, read_stage, sam_command, upload
from infra.emulator import Emulator, client
from infra.functions_bundle import SERVICES, is_needed, pack
from infra.template_reader import ROOT, TEMPLATE

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
README = ROOT / "README.md"


def targets() -> dict[str, str]:
    """Every target that make prints, with its line of help."""
    return dict(re.findall(r"^([a-z]+):.*## (.+)$", MAKEFILE, re.MULTILINE))


def test_make_alone_prints_the_targets_with_a_line_of_help_each() -> None:
    printed = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True,
                             check=True).stdout.splitlines()
    assert [line.split(maxsplit=2)[1] for line in printed] == list(targets())
    assert set(targets()) >= {"run", "test", "check", "bench", "build", "deploy", "screenshots", "lock", "clean"}


def test_the_readme_speaks_of_no_target_that_is_not_there_and_of_the_common_ones() -> None:
    spoken = set(re.findall(r"`make ([a-z]+)", README.read_text(encoding="utf-8")))
    assert spoken - set(targets()) == set()
    assert spoken >= {"run", "test", "check", "bench", "deploy"}


def test_every_command_of_the_makefile_is_there() -> None:
    for module in re.findall(r"-m (infra\.\w+)", MAKEFILE):
        assert find_spec(module), module


def test_ci_runs_check_and_test_and_sets_nothing() -> None:
    lines = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
             if line and not line.startswith("#")]
    assert lines == ["set -eu", 'cd "$(dirname "$0")/.."', "exec make check test"]


def test_make_test_runs_every_folder_of_tests_once() -> None:
    named = [name for names in re.findall(r"^(?:SIDE_BY_SIDE|ALONE) = (.+)$", MAKEFILE, re.MULTILINE)
             for name in names.split()]
    folders = {f"tests/{path.parent.name}" for path in (ROOT / "tests").rglob("test_*.py")}
    assert sorted(named) == sorted(folders)


# -- set-up --------------------------------------------------------------------------------------------------------


def run_setup(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The set-up in a folder with a lock that asks for nothing."""
    (folder / "requirements-dev.txt").write_text("")
    return subprocess.run(["sh", str(ROOT / "infra" / "setup.sh"), ".venv"], cwd=folder, capture_output=True, text=True,
                          check=False, env={"HOME": str(folder), **environment})


def test_an_old_python_is_told_so_and_what_to_do(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "cat", "cksum", "rm", "touch", "basename"):
        (tools / name).symlink_to(str(shutil.which(name)))
    old = tools / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2"\n[ "$1" = --version ]\n')
    old.chmod(0o755)
    done = run_setup(tmp_path, PATH=str(tools))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer, and here is Python 3.9.2" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_shell_can_read_the_set_up() -> None:
    subprocess.run(["sh", "-n", str(ROOT / "infra" / "setup.sh")], check=True)


# -- the browser ---------------------------------------------------------------------------------------------------


def test_a_browser_that_is_named_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "my-browser"
    named.write_text("#!/bin/sh\n")
    named.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(named))
    assert browser.find_browser() == str(named)


def test_a_browser_that_is_named_but_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chrome")
    with pytest.raises(browser.NoBrowser, match="/nowhere/chrome, which does not start"):
        browser.find_browser()


def test_without_any_browser_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(browser, "DOWNLOAD_SECONDS", 0.1)
    with pytest.raises(browser.NoBrowser, match=r"sudo apt-get install chromium"):
        browser.find_browser()


# -- the bundle ----------------------------------------------------------------------------------------------------


def test_the_same_files_give_the_same_zip(tmp_path: Path) -> None:
    digests = []
    for number, order in enumerate((["a.py", "b/c.py"], ["b/c.py", "a.py"])):
        folder = tmp_path / str(number)
        for name in order:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(name)
        pack(folder, tmp_path / f"{number}.zip")
        digests.append((tmp_path / f"{number}.zip").read_bytes())
    assert digests[0] == digests[1]
    assert zipfile.ZipFile(tmp_path / "0.zip").namelist() == ["a.py", "b/c.py"]


@pytest.mark.parametrize(("path", "needed"), [
    ("botocore/data/sqs/2012-11-05/service-2.json.gz", True), ("botocore/data/ec2/2016-11-15/x.json.gz", False),
    ("botocore/data/endpoints.json", True), ("botocore/session.py", True), ("portal/web.py", True),
    ("pydantic/main.pyi", False), ("x/__pycache__/a.pyc", False), ("pydantic-2.0.dist-info/METADATA", True),
    ("pydantic-2.0.dist-info/RECORD", False)])
def test_only_what_a_function_reads_is_in_the_bundle(path: str, needed: bool) -> None:  # noqa: FBT001
    assert is_needed(path) is needed


def test_every_service_that_functions_speak_with_is_in_the_bundle() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "functions").rglob("*.py"))
    spoken = set(re.findall(r'(?:create_client|_service)\(\s*"(\w+)"', code))
    assert spoken == set(SERVICES)


# -- the deployment ------------------------------------------------------------------------------------------------


def a_configuration(folder: Path, domain: str) -> Path:
    path = folder / "samconfig.toml"
    path.write_text(f'[trial.deploy.parameters]\nstack_name = "t"\nregion = "ap-southeast-3"\n'
                    f'parameter_overrides = ["DomainName={domain}"]\n')
    return path


def test_the_example_domain_is_not_deployed(tmp_path: Path) -> None:
    with pytest.raises(DeployFailed, match="write yours there"):
        read_stage("trial", a_configuration(tmp_path, "portal.example.go.id"))


def test_an_unknown_stage_is_named() -> None:
    with pytest.raises(DeployFailed, match=r"no section \[nowhere\.deploy\.parameters\]"):
        read_stage("nowhere")


def test_the_script_hashes_are_given_beside_the_files_parameters(tmp_path: Path) -> None:
    stage = read_stage("trial", a_configuration(tmp_path, "portal.go.id"))
    command = sam_command(stage, ["sha256-a=", "sha256-b="])
    assert command[command.index("--parameter-overrides") + 1:] == [
        "DomainName=portal.go.id", "ScriptHashes=sha256-a=,sha256-b="]
    assert stage.origin == "https://portal.go.id"
    assert str(TEMPLATE) in command


@pytest.fixture
def s3() -> Iterator[Any]:
    emulator = Emulator().start()
    storage = client("s3", emulator.url)
    storage.create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": "ap-southeast-3"})
    yield storage
    emulator.stop()


def test_the_site_is_uploaded_with_types_and_lifetimes_and_old_pages_go(s3: Any, tmp_path: Path) -> None:
    for name in ("index.html", "a/index.html", "assets/x.1a2b3c4d.css", "pagefind/pagefind.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for key in ("old/index.html", "assets/y.99999999.css"):
        s3.put_object(Bucket="site", Key=key, Body=b"old")
    upload(s3, "site", tmp_path)
    keys = {each["Key"] for each in s3.list_objects_v2(Bucket="site")["Contents"]}
    assert keys == {"index.html", "a/index.html", "assets/x.1a2b3c4d.css", "assets/y.99999999.css",
                    "pagefind/pagefind.js"}
    page = s3.head_object(Bucket="site", Key="a/index.html")
    assert (page["ContentType"], page["CacheControl"]) == ("text/html; charset=utf-8", "public, max-age=300")
    style = s3.head_object(Bucket="site", Key="assets/x.1a2b3c4d.css")
    assert style["CacheControl"] == "public, max-age=31536000, immutable"
    assert "ContentEncoding" not in style
    assert s3.head_object(Bucket="site", Key="pagefind/pagefind.js")["ContentEncoding"] == "br"
