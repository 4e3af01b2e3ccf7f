"""Everything of an official's credit as one ZIP: an index to read, each dossier and decision as JSON, each document."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from typing import Any

from dupak import own_views as views
from dupak.store import Dossiers
from portal.assets import words
from portal.buckets import Bucket
from portal.identifiers import format_reference, parse_moment
from portal.moments import ZONES
from portal.tables import as_csv
from portal.workdays import day_of

MOST_OF_A_DOCUMENT = 5 * 1024 * 1024


def archive(dossiers: Dossiers, person: str, bucket: Bucket, language: str) -> bytes:
    """The ZIP; documents that are still being drawn are named in the index as such."""
    texts = words("dossier", language)["archive"]
    rows: list[list[str]] = []
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for dossier in dossiers.of_owner(person):
            folder = format_reference(dossier.reference)
            told = views.summary(dossier, language)
            packed.writestr(f"{folder}/berkas.json", _json(asdict(dossier)))
            rows.append([f"{folder}/berkas.json", told["kind"], told["stands"], told["since"]])
            for paper in dossiers.papers(dossier.reference):
                name = f"{folder}/{paper.decision}-{paper.kind}.pdf"
                title = words("dossier", language)["papers"][paper.kind]
                content = bucket.get(f"{paper.key}.pdf", most=MOST_OF_A_DOCUMENT) if paper.state == "drawn" else None
                if content is not None:
                    packed.writestr(name, content)
                rows.append([name if content is not None else "-", title,
                             words("dossier", language)["drawing"][paper.state], paper.day])
        for decision in dossiers.decisions(person):
            decided = parse_moment(decision.decided_at)
            moment = f"{decided.astimezone(ZONES['WIB']):%Y-%m-%dT%H%M%S}"  # a dossier may be decided twice on a day
            name = f"penetapan/{moment}-{format_reference(decision.reference)}.json"
            packed.writestr(name, _json(asdict(decision)))
            rows.append([name, decision.number, views.decision(decision, language)["total"],
                         day_of(decided).isoformat()])
        packed.writestr("daftar-isi.csv", as_csv(texts["head"], rows))
    return written.getvalue()


def _json(value: Any) -> str:  # noqa: ANN401 anything that is kept
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)
