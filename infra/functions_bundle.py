"""Makes build/function.zip, which every function runs, and the layers: `python -m infra.functions_bundle`.

Our code, the built assets and the pinned run-time packages for Lambda's machine, with what a function never reads
left out. A package that only few functions need and that is large is a layer of theirs, so that the others start as
quickly as before. The same sources give the same bytes, so that a deployment without changes changes nothing.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from infra.template_reader import ROOT, Template

LOCK = ROOT / "requirements.txt"
PACKAGES = ROOT / "build" / "packages"
FOLDER = ROOT / "build" / "function"
BUNDLE = ROOT / "build" / "function.zip"
PLATFORMS = {"arm64": "aarch64", "x86_64": "x86_64"}
# The services that functions speak with through botocore; the descriptions of all others are most of botocore.
SERVICES = ("sesv2", "sqs")
ADDRESSES = ("dynamodb", "email", "sqs", "sts")
LEFT_OUT = ("*/__pycache__/*", "*.pyi", "*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED",
            "*.dist-info/direct_url.json", "bin/*", "*/tests/*", "boto3/data/*", "boto3/examples/*",
            # Of lxml a DOCX needs the reader and writer of XML alone.
            "lxml/includes/*", "lxml/html/*", "lxml/isoschematron/*", "lxml/objectify.*", "lxml/*.px[di]", "lxml/*.pyx")
# Layer (its resource in the template is <Name>Layer) -> the packages in it.
LAYERS = {"documents": ("typst", "docx", "python_docx", "lxml")}
THE_EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)


class BundleFailed(Exception):
    """The bundle could not be made; the text says why."""


def build() -> Path:
    """Make the bundle; answers its path. Raises BundleFailed."""
    runtime, architecture = _machine()
    install_packages(runtime, architecture)
    shutil.rmtree(FOLDER, ignore_errors=True)
    for source, inside in contents():
        (FOLDER / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, FOLDER / inside)
    trim(FOLDER)
    compile_all(runtime)
    pack(FOLDER, BUNDLE)
    for name in LAYERS:
        pack(layer_folder(name), layer_zip(name))
    return BUNDLE


def layer_zip(name: str) -> Path:
    """Where the template finds a layer."""
    return ROOT / "build" / f"layer-{name}.zip"


def layer_folder(name: str) -> Path:
    """The content of a layer, as Lambda unpacks it."""
    folder = ROOT / "build" / f"layer-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    for path in sorted(path for path in PACKAGES.rglob("*") if path.is_file()):
        inside = path.relative_to(PACKAGES).as_posix()
        if layer_of(inside) == name and is_needed(inside):
            (folder / "python" / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / "python" / inside)
    return folder


def layer_of(path: str) -> str | None:
    """The layer that a package's file belongs to; None: the bundle itself."""
    package = path.partition("/")[0].partition("-")[0]
    return next((name for name, packages in LAYERS.items() if package in packages), None)


def contents() -> Iterator[tuple[Path, str]]:
    """Every file of the bundle, but for the compiled ones: where it is now, and its path inside."""
    assets = ROOT / "build" / "assets"
    if not (assets / "shell.id.html").exists():
        raise BundleFailed("The site is not built yet: build/assets has no page shells. Run make build.")
    for root, prefix in ((PACKAGES, ""), (ROOT / "functions", ""), (assets, "assets/")):
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            inside = path.relative_to(root).as_posix()
            if is_needed(inside) and layer_of(prefix + inside) is None:
                yield path, prefix + inside


def is_needed(path: str) -> bool:
    """Whether a function may ever read this file."""
    if any(fnmatch.fnmatchcase(path, each) for each in LEFT_OUT):
        return False
    folder, _, rest = path.partition("botocore/data/")
    return bool(folder) or "/" not in rest or rest.partition("/")[0] in SERVICES


def trim(folder: Path) -> None:
    """Keep the addresses of our services only: every cold start reads the whole list of AWS, 1.3 MB."""
    listed = folder / "botocore" / "data" / "endpoints.json"
    content = json.loads(listed.read_text(encoding="utf-8"))
    for partition in content["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in ADDRESSES}
    listed.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


def install_packages(runtime: str, architecture: str) -> None:
    """The run-time packages for Lambda's machine, unless they lie there already."""
    wanted = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {runtime} {architecture}"
    stamp = PACKAGES.with_suffix(".stamp")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(PACKAGES, ignore_errors=True)
    stamp.unlink(missing_ok=True)
    machine = PLATFORMS[architecture]
    platforms = [f"--platform={kind}_{machine}" for kind in ("manylinux2014", "manylinux_2_28", "manylinux_2_34")]
    _must_work([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
                "--only-binary=:all:", "--implementation=cp", f"--python-version={runtime}", *platforms,
                "--no-compile", "--target", str(PACKAGES), "--requirement", str(LOCK)])
    stamp.write_text(wanted, encoding="utf-8")


def compile_all(runtime: str) -> None:
    """Compile for Lambda's own Python, which cannot keep what it compiles: else each cold start does it again."""
    interpreter = _interpreter(runtime)
    if interpreter is None:
        print(f"Not compiled: no python{runtime} here. The functions will work, but start slower when cold. "
              f"Install python{runtime} (or name it: LAMBDA_PYTHON=/path/to/python{runtime}) and repeat.",
              file=sys.stderr)
        return
    _must_work([interpreter, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash",
                "-s", str(FOLDER), "-p", "/var/task", str(FOLDER)])


def _interpreter(runtime: str) -> str | None:
    """A Python of the very version that Lambda runs, whose compiled files it will accept."""
    version = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in (os.environ.get("LAMBDA_PYTHON"), shutil.which(f"python{runtime}"), sys.executable):
        if candidate and subprocess.run([candidate, "-c", version], check=False, capture_output=True, text=True,
                                        ).stdout.strip() == runtime:
            return candidate
    return None


def pack(folder: Path, target: Path) -> None:
    """A zip of a folder that depends on names and contents only, not on times, order or rights."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), THE_EPOCH_OF_ZIP)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, also when made elsewhere
            bundle.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def _machine() -> tuple[str, str]:
    """The version of Python and the kind of processor that every function has."""
    kinds = {(str(each.properties["Runtime"]), str(each.properties["Architectures"][0]))
             for each in Template().functions.values()}
    (only,) = kinds
    return only[0].removeprefix("python"), only[1]


def _must_work(command: list[str]) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise BundleFailed(f"{' '.join(command[:4])} failed:\n{done.stdout}{done.stderr}")


def main() -> None:
    """Make it and say how large it is."""
    bundle = build()
    unpacked = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    print(f"{bundle.relative_to(ROOT)}: {bundle.stat().st_size / 1e6:.1f} MB, {unpacked / 1e6:.1f} MB unpacked, "
          f"sha256 {hashlib.sha256(bundle.read_bytes()).hexdigest()[:16]}")
    for name in LAYERS:
        print(f"{layer_zip(name).relative_to(ROOT)}: {layer_zip(name).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    try:
        main()
    except BundleFailed as failed:
        sys.exit(str(failed))
