"""The built site, served as the distribution serves the bucket: rewrites, error page, caching, compression.

Knows files and HTTP caching; what a file's headers are is said in infra/published.py, which addresses go where in
the template.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

import brotli

from infra.gateway import Request, Response
from infra.published import SITE, cache_control, content_encoding, content_type
from infra.template_reader import Behaviour, Template

# What CloudFront compresses: these types, between these sizes.
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml",
                "application/manifest+json", "application/wasm", "application/problem+json")
SMALLEST, LARGEST = 1_000, 10_000_000
BROTLI_QUALITY = 5  # about what the distribution's edge spends


def rewritten(path: str) -> tuple[str, str | None]:
    """(file, None) for an address, or (address, place to go instead): the twin of DirectoryAddresses' code."""
    last = path.rsplit("/", 1)[-1]
    if not last:
        return f"{path}index.html", None
    if "." in last:
        return path, None
    return path, f"/{path.lstrip('/')}/"


@dataclass(frozen=True)
class StaticSite:
    """The site under a folder, answered as the template's distribution would answer."""

    template: Template
    folder: Path = SITE

    def answer(self, request: Request, behaviour: Behaviour) -> Response:
        """One request for a file."""
        path = request.path
        if behaviour.rewrites_directories:
            path, elsewhere = rewritten(path)
            if elsewhere:
                return Response(301, [("location", elsewhere), ("content-length", "0")], b"")
        file = self._file(path)
        return self._found(file, request) if file else self.missing(request)

    def _file(self, path: str) -> Path | None:
        """The file behind an address, and nothing outside the folder."""
        root = self.folder.resolve()
        file = (root / unquote(path).replace("\0", "").lstrip("/")).resolve()
        return file if file.is_file() and file.is_relative_to(root) else None

    def _found(self, file: Path, request: Request) -> Response:
        name = file.relative_to(self.folder.resolve()).as_posix()
        body, etag = _read(file, file.stat().st_mtime_ns)
        headers = [("content-type", content_type(name)), ("cache-control", cache_control(name)), ("etag", etag)]
        if etag in _etags(request.headers.get("if-none-match", "")):
            return Response(304, headers[1:], b"")
        encoding = content_encoding(name)
        return Response(200, [*headers, ("content-encoding", encoding)] if encoding else headers, body)

    def missing(self, request: Request) -> Response:
        """What stands where nothing is: the bucket says 403, the distribution makes its error page of it."""
        status, page = self.template.error_pages[403]
        file = self._file(page)
        body = self._found(file, request).body if file else b"not found"
        return Response(status, [("content-type", content_type(page)), ("cache-control", "no-cache")],
                        body or b"not found")


def compressed(response: Response, accepted: str) -> Response:
    """The same answer in the best encoding that the browser takes, when it is worth it and not packed already."""
    sent = dict(response.headers)
    kind = sent.get("content-type", "")
    if "content-encoding" in sent or not kind.startswith(COMPRESSIBLE) or not SMALLEST <= len(response.body) <= LARGEST:
        return response
    encoding = next((each for each in ("br", "gzip") if each in _encodings(accepted)), None)
    headers = [*response.headers, ("vary", "accept-encoding")]
    if encoding is None:
        return Response(response.status, headers, response.body)
    headers = [(name, f"W/{value}" if name == "etag" else value) for name, value in headers]
    return Response(response.status, [*headers, ("content-encoding", encoding)], _pack(response.body, encoding))


def _encodings(accepted: str) -> set[str]:
    """The encodings of an Accept-Encoding header, without those it refuses."""
    listed = (each.strip().lower().replace(" ", "").partition(";q=") for each in accepted.split(","))
    return {name for name, _, weight in listed if weight.rstrip("0.") != "" or not weight}


def _etags(header: str) -> set[str]:
    return {each.strip().removeprefix("W/") for each in header.split(",")}


@lru_cache(maxsize=2048)
def _read(file: Path, changed: int) -> tuple[bytes, str]:
    del changed  # part of the key, so that a new build is seen
    body = file.read_bytes()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


@lru_cache(maxsize=2048)
def _pack(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=BROTLI_QUALITY))
    return gzip.compress(body, compresslevel=6, mtime=0)
