"""`/_local/mail`: what would have been mailed, for whoever tries the portal. Exists in the runner only."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import asdict

from infra.emulator import Mail
from infra.gateway import Request, Response

PATH = "/_local/mail"
LINK = re.compile(r"https?://[^\s<>\"']+")


def mailbox(request: Request, mails: Sequence[Mail] | None) -> Response:
    """The list, newest first: JSON for programs, else a page. None: the mail goes somewhere we cannot look."""
    if "application/json" in request.headers.get("accept", ""):
        return Response(200, [("content-type", "application/json"), ("cache-control", "no-store")],
                        json.dumps([asdict(each) for each in mails or []]).encode())
    return Response(200, [("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store")],
                    _page(mails).encode())


def _page(mails: Sequence[Mail] | None) -> str:
    if mails is None:
        said = "<p>Mail goes to the mail service given by AWS_ENDPOINT_URL_SESV2: look there.</p>"
    else:
        said = "\n".join(_article(each) for each in mails) or "<p>No mail yet. Register for something.</p>"
    return ('<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            '<title>Local mail</title></head>\n'
            f"<body><main><h1>Local mail</h1>\n{said}\n</main></body></html>\n")


def _article(mail: Mail) -> str:
    return (f"<article><h2>{html.escape(mail.subject)}</h2>\n"
            f"<p>From {html.escape(mail.sender)} to {html.escape(', '.join(mail.to))}</p>\n"
            f"<pre>{_linked(mail.body)}</pre></article>")


def _linked(text: str) -> str:
    """The body as text, its addresses as links."""
    pieces, end = [], 0
    for found in LINK.finditer(text):
        address = html.escape(found[0])
        pieces += [html.escape(text[end:found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join([*pieces, html.escape(text[end:])])
