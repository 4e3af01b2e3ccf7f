"""The door for evidence files: asks for a place, shows where a file stands, gives out released ones.

Content never passes through here: it goes from the browser into quarantine, and from the store of released files to
the browser, each time by an address that is signed for one object and a short while.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, cast

from portal import access, errors, web
from portal.access import Facts
from portal.assets import words
from portal.audit import Actor, Audit, Note
from portal.buckets import Bucket, Place, checksum
from portal.dated import rows_until
from portal.errors import FieldError, FileInUse, FormRefused
from portal.evidence import Evidence, Use
from portal.forms import Form
from portal.identifiers import format_moment, is_ulid, new_ulid
from portal.records import Table
from portal.settings import Settings
from portal.submissions import CARRIERS, IDENTIFIER, TRAP, explain, random
from uploads.asking import NewUpload
from uploads.models import FINAL, KINDS, MOST_BYTES, MOST_SENT, Upload
from uploads.rules import DOWNLOAD_SECONDS, PLACE_SECONDS, Limits, must_have_room
from uploads.store import INCOMING, Uploads
from uploads.views import number_of, row, told

BASE = "/layanan/berkas"
UPLOAD = Form("upload", NewUpload, BASE)
SHOWN = 150  # files on the page
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class UploadsSettings(Settings):
    """What this function needs from the template."""

    uploads_table: str
    quarantine_bucket: str
    evidence_bucket: str
    audit_table: str
    site_origin: str


@cache
def settings() -> UploadsSettings:
    """Read once, when the first request needs them."""
    return UploadsSettings.from_environment()


@cache
def table() -> Table:
    """The files' table."""
    return Table(settings().uploads_table)


def uploads() -> Uploads:
    """The store."""
    return Uploads(table())


def limits(now: datetime) -> Limits:
    """How much one person may keep today."""
    return Limits(*(rows_until("limits", name, now)[-1].number for name in Limits._fields))


def owner_of(request: web.Request) -> str:
    """Whose files this request is about: the person's of the session."""
    person = request.person.session.person
    request.person.grant(Facts(owner=person))
    return person


# -- asking for a place ----------------------------------------------------------------------------------------------


def ask(request: web.Request) -> web.Reply:
    """Remember that a file will come, and give it a place; the same identifier again gives the same place."""
    owner, now = owner_of(request), datetime.now(UTC)
    try:
        wish = _wish(request)
        wanted = Upload(id=_identifier(request, now), owner=owner, file_name=wish.file_name, language=request.language,
                        asked_at=format_moment(now), media_type=wish.media_type or "", sha256=wish.sha256 or "")
        kept = uploads().ask(wanted, partial(must_have_room, limits=limits(now)), now)
    except FormRefused as refused:
        if request.wants_json:
            raise
        return web.step(web.refused_page(_files_page(owner, request, refused.errors), refused))
    if request.wants_json:
        return web.data(_as_data(kept, request.language), created=kept is wanted, location=_path(kept))
    return web.see_other(_path(kept) + request.language_query)


def _wish(request: web.Request) -> NewUpload:
    if request.fields.get(TRAP):
        raise FormRefused(UPLOAD.name, [FieldError(TRAP, "must_be_empty")])
    answers = {name: value for name, value in request.fields.items() if name not in CARRIERS}
    return cast("NewUpload", UPLOAD.read(answers))


def _identifier(request: web.Request, now: datetime) -> str:
    """The client's own identifier; a form without script has none."""
    given = request.fields.get(IDENTIFIER)
    if isinstance(given, str) and is_ulid(given):
        return given
    if request.wants_json:
        raise FormRefused(UPLOAD.name, [FieldError(IDENTIFIER, "identifier_shape")])
    return new_ulid(now, random)


def _place(upload: Upload, *, back: str = "") -> Place:
    """Where its content goes; with `back`, a browser without script is sent there afterwards, whatever it sent.

    Scripts and programs look at the size themselves, and understand the bucket's own refusal.
    """
    fields = {"Content-Type": upload.media_type or UNKNOWN_TYPE,
              **(checksum(upload.sha256) if upload.sha256 else {}),
              **({"success_action_redirect": back} if back else {"success_action_status": "201"})}
    return Bucket(settings().quarantine_bucket).place(
        f"{INCOMING}{upload.id}", sizes=(0, MOST_SENT) if back else (1, MOST_BYTES), fields=fields,
        seconds=PLACE_SECONDS, now=datetime.now(UTC))


# -- looking ---------------------------------------------------------------------------------------------------------


def files(request: web.Request) -> web.Reply:
    """My files."""
    owner = owner_of(request)
    if request.wants_json:
        listed = uploads().of(owner, SHOWN)
        return web.data({"files": [_as_data(each, request.language, placed=False) for each in listed]})
    return web.page(_files_page(owner, request, []))


def file(request: web.Request) -> web.Reply:
    """Where one file stands; while it has not come, the form that sends it."""
    upload = _mine(request)
    return web.data(_as_data(upload, request.language)) if request.wants_json else web.page(_file_page(upload, request))


def content(request: web.Request) -> web.Reply:
    """Go on to the content of a released file; whatever is not released is not there."""
    upload = _mine(request)
    if upload.state != "clean":
        raise errors.NotFound
    kind = KINDS[str(upload.kind)]
    # By its number: the name that somebody typed would stand in an address.
    return web.see_other(Bucket(settings().evidence_bucket).download_address(
        str(upload.digest), name=f"berkas-{number_of(upload)}.{kind.ending}", media_type=kind.media_type,
        seconds=DOWNLOAD_SECONDS))


# -- deleting --------------------------------------------------------------------------------------------------------


def ask_to_delete(request: web.Request) -> web.Reply:
    """Ask whether to delete one file; of one that is used, say where."""
    return web.page(_delete_page(_mine(request), request))


def delete(request: web.Request) -> web.Reply:
    """Delete one file, and its content with it when no other upload holds the same."""
    upload, now = _mine(request), datetime.now(UTC)
    try:
        digest = uploads().delete(upload.owner, upload.id, Audit(Table(settings().audit_table)), _note(request, now))
    except FileInUse as used:
        if request.wants_json:
            raise
        return web.refused_page(_delete_page(upload, request), used)
    if digest:
        uploads().collect(digest, Bucket(settings().evidence_bucket).delete, now)
    deleted = {"upload": upload.id, "deleted": True}
    return web.data(deleted) if request.wants_json else web.see_other(f"{BASE}{request.language_query}")


def _note(request: web.Request, now: datetime) -> Note:
    """What the audit is to remember of a deletion."""
    gate = request.person
    actor = Actor(gate.session.person, access.EVERYBODY, request.source)
    return Note("upload", request.path_value("upload"), "erased", actor, access.rules()["version"], now,
                ("reason:own_request",))


def _delete_page(upload: Upload, request: web.Request) -> str:
    from portal import pages  # noqa: PLC0415 see _files_page

    texts = words("files", request.language)
    uses = list(Evidence(table()).uses_of(upload.owner, upload.id))
    view = row(upload, uses, request.language, request.person.session.zone)
    title = texts["delete"]["used_title" if view["uses"] else "title"]
    content = pages.fragment("file_delete", request.language, texts=texts, view=view, title=title, base=BASE,
                             asked=request.language_query)
    return pages.in_shell(request.language, title, content)


def _mine(request: web.Request) -> Upload:
    upload = uploads().find(owner_of(request), request.path_value("upload"))
    if upload is None:
        raise errors.NotFound
    return upload


def _as_data(upload: Upload, language: str, *, placed: bool = True) -> dict[str, Any]:
    """An upload for programs; with its place, while its content has not come."""
    state = told(upload, language)
    found = {"upload": upload.id, "number": number_of(upload), "name": upload.file_name,
             "state": upload.state, "final": upload.state in FINAL, "reason": upload.reason or upload.failure,
             "title": state.title, "sentence": state.text,
             "address": _path(upload), "kind": upload.kind, "bytes": upload.content_size, "asked_at": upload.asked_at}
    if upload.state == "clean":
        found |= {"sha256": upload.digest, "content": f"{_path(upload)}/isi"}
    if upload.state == "asked" and placed:
        place = _place(upload)
        found |= {"place": {"address": place.address, "fields": dict(place.fields)}}
    return found


def _path(upload: Upload) -> str:
    return f"{BASE}/{upload.id}"


# -- pages -----------------------------------------------------------------------------------------------------------


def _files_page(owner: str, request: web.Request, wrong: list[FieldError]) -> str:
    from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

    language = request.language
    texts = words("files", language)
    used, zone = _uses_by_upload(Evidence(table()).uses(owner)), request.person.session.zone
    rows = [row(each, used.get(each.id, []), language, zone) for each in uploads().of(owner, SHOWN)]
    answers: Mapping[str, Any] = request.fields if wrong else {}
    drawn = pages.form(UPLOAD, language, answers, wrong)
    content = pages.fragment("files", language, texts=texts, rows=rows, drawn=drawn, most=MOST_BYTES, base=BASE,
                             accepted=[kind.media_type for kind in KINDS.values()], asked=request.language_query)
    return pages.in_shell(language, texts["page"]["title"], content, failed=bool(wrong))


def _uses_by_upload(uses: Any) -> dict[str, list[Use]]:  # noqa: ANN401 an iterator of uses
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(use.upload, []).append(use)
    return found


def _file_page(upload: Upload, request: web.Request) -> str:
    from portal import pages  # noqa: PLC0415 see _files_page

    language = request.language
    texts = words("files", language)
    # The bucket sends the browser back with the key in the address; its own event follows in a moment.
    sent = upload.state == "asked" and bool(request.query("key"))
    back = f"{settings().site_origin}{_path(upload)}{request.language_query}"
    place = _place(upload, back=back) if upload.state == "asked" and not sent else None
    state = told(upload, language, sent=sent)
    uses = list(Evidence(table()).uses_of(upload.owner, upload.id))
    view = row(upload, uses, language, request.person.session.zone)
    content = pages.fragment("file", language, texts=texts, view=view, state=state, place=place,
                             accepted=[kind.media_type for kind in KINDS.values()], base=BASE,
                             asked=request.language_query, final=upload.state in FINAL)
    return pages.in_shell(language, state.title, content, failed=upload.state in {"refused", "failed"})


ROUTES: web.Routes = {
    ("GET", BASE): web.only("file.see", files),
    ("POST", BASE): web.only("file.send", ask),
    ("GET", f"{BASE}/{{upload}}"): web.only("file.see", file),
    ("GET", f"{BASE}/{{upload}}/isi"): web.only("file.see", content),
    ("GET", f"{BASE}/{{upload}}/hapus"): web.only("file.delete", ask_to_delete),
    ("POST", f"{BASE}/{{upload}}/hapus"): web.only("file.delete", delete),
}

handle = web.door(ROUTES, origin=lambda: settings().site_origin, explain=explain)
