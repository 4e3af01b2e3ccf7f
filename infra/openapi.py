"""The OpenAPI 3.1 document of the portal's doors, made from their routes, models and failures.

Written into the site at /layanan/openapi.json. Which statuses a route answers stands in ANSWERS; a test provokes
every one of them, and fails for one that is missing or spare.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from dupak.handler import CREDIT
from dupak.own import SECTION_ROUTES
from infra import doors
from portal.forms import Form
from portal.identifiers import ULID_SHAPE
from portal.submissions import IDENTIFIER, LANGUAGE
from portal.web import ANYTHING_ELSE
from referrals.checking import ELIGIBILITY
from registrations.desk_actions import REFUSAL
from registrations.handler import CANCEL, STATUS
from seals.handler import SEAL

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "build" / "site" / "layanan" / "openapi.json"

Route = tuple[str, str]

# Failures that every POST can have before its form is looked at, and those of a busy store and of ourselves.
POSTED = (400, 413, 415, 422)
ANYWHERE = (500, 503)

ANSWERS: dict[Route, tuple[int, ...]] = {
    ("GET", "/layanan/pendaftaran"): (303,),
    ("POST", "/layanan/pendaftaran"): (200, 201, 303, 404, 409, *POSTED, *ANYWHERE),
    ("GET", "/layanan/pendaftaran/tanda-terima/{submission}"): (200, 404, *ANYWHERE),
    ("GET", "/layanan/pendaftaran/tanda-terima/{submission}/acara.ics"): (200, 404, *ANYWHERE),
    ("GET", "/layanan/pendaftaran/status"): (200,),
    ("GET", "/layanan/pendaftaran/status/{reference}"): (200,),
    ("POST", "/layanan/pendaftaran/status"): (200, 404, *POSTED, *ANYWHERE),
    ("GET", "/layanan/pendaftaran/batal"): (303,),
    ("POST", "/layanan/pendaftaran/batal"): (200, 303, 404, 409, *POSTED, *ANYWHERE),
    ("GET", "/layanan/angka-kredit/hitung"): (303,),
    ("POST", "/layanan/angka-kredit/hitung"): (200, *POSTED),  # it touches no store that could be busy
    ("GET", "/layanan/rujukan/cek"): (303,),
    ("POST", "/layanan/rujukan/cek"): (200, *POSTED),
    ("GET", "/layanan/dokumen/kunci"): (200, *ANYWHERE),
    ("GET", "/layanan/dokumen/periksa"): (303,),
    ("GET", "/layanan/dokumen/periksa/{reference}"): (200, 404, *ANYWHERE),
    ("POST", "/layanan/dokumen/periksa"): (200, *POSTED, *ANYWHERE),
    ("GET", "/layanan/kegiatan/{offering}/kursi"): (200, 404, *ANYWHERE),
    ("GET", "/layanan/berkas"): (200, 303, 401, *ANYWHERE),
    ("POST", "/layanan/berkas"): (200, 201, 303, 401, 409, *POSTED, *ANYWHERE),
    ("GET", "/layanan/berkas/{upload}"): (200, 303, 401, 404, *ANYWHERE),
    ("GET", "/layanan/berkas/{upload}/isi"): (303, 401, 404, *ANYWHERE),
    ("GET", "/layanan/berkas/{upload}/hapus"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/berkas/{upload}/hapus"): (200, 303, 400, 401, 404, 409, *ANYWHERE),
    ("GET", "/layanan/akun/pendaftaran"): (200, 303, 401, *ANYWHERE),
    ("GET", "/layanan/masuk"): (303, *ANYWHERE),
    ("GET", "/layanan/masuk/kembali"): (303, 400, *ANYWHERE),
    ("GET", "/layanan/masuk/lanjut"): (200, 303, 401, *ANYWHERE),
    ("GET", "/layanan/keluar"): (200,),
    ("POST", "/layanan/keluar"): (303, 400, *ANYWHERE),
    ("GET", "/layanan/akun"): (200, 303, 401, *ANYWHERE),
    ("POST", "/layanan/akun/sesi"): (303, 400, 401, 413, 415, *ANYWHERE),
    ("GET", "/layanan/akun/profil"): (200, 303, 401, *ANYWHERE),
    ("GET", "/layanan/akun/alamat"): (200, 303, 401, *ANYWHERE),
    ("POST", "/layanan/akun/alamat"): (200, 303, 401, *POSTED, *ANYWHERE),
    ("POST", "/layanan/akun/alamat/kode"): (200, 303, 401, *POSTED, *ANYWHERE),
    ("POST", "/layanan/akun/alamat/hapus"): (200, 303, 400, 401, 413, 415, *ANYWHERE),
    ("GET", "/layanan/akun/data"): (200, 303, 401, *ANYWHERE),
    ("GET", "/layanan/akun/data/salinan/{kind}"): (200, 303, 401, 404, *ANYWHERE),
    ("GET", "/layanan/akun/data/jejak"): (200, 303, 401, *ANYWHERE),
    ("GET", "/layanan/akun/data/persetujuan"): (200, 303, 401, *ANYWHERE),
    ("POST", "/layanan/akun/data/persetujuan"): (200, 303, 400, 401, 404, 413, 415, *ANYWHERE),
    ("GET", "/layanan/akun/data/permintaan"): (200, 303, 401, *ANYWHERE),
    ("POST", "/layanan/akun/data/permintaan"): (200, 201, 303, 401, 409, *POSTED, *ANYWHERE),
    ("GET", "/layanan/akun/data/permintaan/{reference}"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/akun/data/permintaan/{reference}/tarik"): (200, 303, 400, 401, 404, *ANYWHERE),
    ("GET", "/layanan/meja/hak"): (200, 303, 401, 404, *ANYWHERE),
    ("GET", "/layanan/meja/hak/{reference}"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/meja/hak/{reference}"): (200, 303, 401, 404, *POSTED, *ANYWHERE),
    ("GET", "/layanan/meja"): (200, 303, 401, 404, *ANYWHERE),
    ("GET", "/layanan/meja/kegiatan/{offering}"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/meja/kegiatan/{offering}/cari"): (200, 400, 401, 404, 413, 415, *ANYWHERE),
    ("GET", "/layanan/meja/kegiatan/{offering}/pendaftaran/{reference}"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/meja/kegiatan/{offering}/tindakan"): (200, 400, 401, 404, 413, 415, *ANYWHERE),
    ("POST", "/layanan/meja/kegiatan/{offering}/saringan"): (303, 400, 401, 404, 413, 415, *ANYWHERE),
    ("POST", "/layanan/meja/kegiatan/{offering}/tolak"): (200, 401, 404, *POSTED, *ANYWHERE),
    ("POST", "/layanan/meja/kegiatan/{offering}/pesan"): (200, 401, 404, 409, *POSTED, *ANYWHERE),
    ("GET", "/layanan/meja/kegiatan/{offering}/unduh/{kind}"): (200, 303, 401, 404, *ANYWHERE),
    ("GET", "/layanan/meja/kegiatan/{offering}/hadir"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/meja/kegiatan/{offering}/hadir"): (200, 400, 401, 404, 413, 415, *ANYWHERE),
    ("GET", "/layanan/meja/kegiatan/{offering}/daftar-hadir"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/akun/profil"): (200, 303, 401, 409, *POSTED, *ANYWHERE),
    ("GET", "/layanan/dupak"): (200, 303, 401, *ANYWHERE),
    ("POST", "/layanan/dupak"): (200, 201, 303, 401, 409, *POSTED, *ANYWHERE),
    ("GET", "/layanan/dupak/salinan"): (200, 303, 401, *ANYWHERE),
    ("GET", "/layanan/dupak/{reference}"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/dupak/{reference}"): (200, 303, 401, 404, 409, *POSTED, *ANYWHERE),
    **{("GET", f"/layanan/dupak/{{reference}}/{name}"): (200, 303, 401, 404, *ANYWHERE)
       for name in (*SECTION_ROUTES, "lampiran", "keberatan")},
    **{("POST", f"/layanan/dupak/{{reference}}/{name}"): (200, 303, 401, 404, 409, *POSTED, *ANYWHERE)
       for name in (*SECTION_ROUTES, "lampiran", "keberatan")},
    ("GET", "/layanan/dupak/{reference}/dokumen/{kind}"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/dupak/{reference}/dokumen/{kind}"): (200, 303, 400, 401, 404, *ANYWHERE),
    ("GET", "/layanan/meja/dupak"): (200, 303, 401, 404, *ANYWHERE),
    ("GET", "/layanan/meja/dupak/tim"): (200, 303, 401, 404, *ANYWHERE),
    ("GET", "/layanan/meja/dupak/tim/diri"): (200, 303, 401, *ANYWHERE),
    ("POST", "/layanan/meja/dupak/tim/diri"): (200, 303, 401, 404, 409, *POSTED, *ANYWHERE),
    ("POST", "/layanan/meja/dupak/tim/pinjam"): (200, 303, 401, 404, 409, *POSTED, *ANYWHERE),
    ("GET", "/layanan/meja/dupak/{reference}"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/meja/dupak/{reference}"): (200, 303, 401, 404, 409, *POSTED, *ANYWHERE),
    ("GET", "/layanan/meja/dupak/{reference}/nilai"): (200, 303, 401, 404, *ANYWHERE),
    ("POST", "/layanan/meja/dupak/{reference}/nilai"): (200, 303, 401, 404, 409, *POSTED, *ANYWHERE),
    ("GET", "/layanan/meja/dupak/{reference}/bukti/{exhibit}"): (303, 401, 404, *ANYWHERE),
    ("GET", "/layanan/meja/dupak/{reference}/dokumen/{kind}"): (303, 401, 404, *ANYWHERE),
}

# Forms that make nothing which could be made twice: they take no identifier.
ASKING = {STATUS.name, REFUSAL.name, CREDIT.name, SEAL.name, ELIGIBILITY.name, "profile", "address", "address_code",
          "dossier_identity", "dossier_integration", "dossier_term", "dossier_items", "dossier_objection", "assessor"}

# The same for every form that is simply remembered: its page, its submission, its receipt.
OF_AN_INBOX: dict[str, dict[str, tuple[int, ...]]] = {
    "": {"GET": (303,), "POST": (200, 201, 303, 409, *POSTED, *ANYWHERE)},
    "/tanda-terima/{submission}": {"GET": (200, 404, *ANYWHERE)},
}

MEANINGS = {200: "Done, or done before", 201: "Remembered", 303: "Go on there (for people: after a form)",
            400: "The body cannot be read, or another site sent it", 401: "Sign in first",
            404: "Not there, or not for you",
            409: "It cannot be done now; the code says why", 413: "Larger than 64 kilobytes",
            415: "Neither a form nor JSON", 422: "Some answers cannot be used", 500: "A fault of ours, with its number",
            503: "Too busy; nothing was stored, come back after Retry-After"}


def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {}
    for route in sorted(doors.routes().keys() - {ANYTHING_ELSE}, key=lambda each: each[1]):
        paths.setdefault(route[1], {})[route[0].lower()] = _operation(route)
    return {"openapi": "3.1.0", "info": {"title": "Portal Penggerak Desa", "version": "1",
                                         "license": {"name": "MIT", "identifier": "MIT"}},
            "paths": paths, "components": {"schemas": {"Problem": _problem_schema()}}}


def answers() -> dict[Route, tuple[int, ...]]:
    """The statuses of every route."""
    of_inboxes = {(method, inbox.form.action + rest): statuses for inbox in doors.inboxes()
                  for rest, methods in OF_AN_INBOX.items() for method, statuses in methods.items()}
    return ANSWERS | of_inboxes | {ANYTHING_ELSE: (404,)}


def _bodies() -> dict[Route, Form]:
    return {("POST", CANCEL): STATUS, **{("POST", form.action): form for form in doors.forms()}}


def _operation(route: Route) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", route[1])
    operation: dict[str, Any] = {"operationId": re.sub(r"\W+", "_", " ".join(route)).strip("_").lower(),
                                 "parameters": [{"name": name, "in": "path", "required": True,
                                                 "schema": {"type": "string"}} for name in names],
                                 "responses": {str(status): _response(status) for status in sorted(answers()[route])}}
    if route in _bodies():
        schema = _body_schema(_bodies()[route])
        operation["requestBody"] = {"required": True, "content": {
            "application/json": {"schema": schema}, "application/x-www-form-urlencoded": {"schema": schema}}}
    return operation


def _response(status: int) -> dict[str, Any]:
    problem = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {"description": MEANINGS[status], **(problem if status >= 400 else {})}  # noqa: PLR2004 where failures begin


def _body_schema(form: Form) -> dict[str, Any]:
    schema = form.model.model_json_schema(mode="validation")
    schema["properties"][LANGUAGE] = {"enum": ["id", "en"]}
    if form.name not in ASKING:
        schema["properties"][IDENTIFIER] = {"type": "string", "pattern": f"^{ULID_SHAPE.pattern}$"}
        schema["required"] = [*schema["required"], IDENTIFIER]
    return schema


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    error = {"type": "object", "properties": {"field": text, "code": text, "message": text}}
    return {"type": "object", "required": ["type", "title", "status", "code"], "properties": {
        "type": text, "title": text, "status": {"type": "integer"}, "code": text, "request": text,
        "errors": {"type": "array", "items": error}}}


def write() -> None:
    """Write the document where the site serves it."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(document(), ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    write()
