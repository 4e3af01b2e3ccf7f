"""What would have been mailed, shown as text whatever it holds."""

from __future__ import annotations

import json

from infra.emulator import Mail
from infra.gateway import Request
from infra.mailbox import mailbox

MAIL = Mail("1", "portal@desa.example", ["<b>ratna</b>@desa.example"], "Terima <kasih>",
            "Lihat https://portal.example/a?b=1&c=2 <script>alert(1)</script>")


def asked(accept: str) -> Request:
    return Request("GET", "/_local/mail", "", {"accept": accept}, b"", "")


def test_a_mail_is_shown_as_text_with_its_links() -> None:
    page = mailbox(asked("text/html"), [MAIL]).body.decode()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "Terima &lt;kasih&gt;" in page
    assert '<a href="https://portal.example/a?b=1&amp;c=2">https://portal.example/a?b=1&amp;c=2</a>' in page


def test_programs_get_the_same_as_json() -> None:
    answer = mailbox(asked("application/json"), [MAIL])
    assert json.loads(answer.body)[0]["body"] == MAIL.body


def test_mail_that_goes_elsewhere_is_said_to_go_elsewhere() -> None:
    assert "AWS_ENDPOINT_URL_SESV2" in mailbox(asked("text/html"), None).body.decode()


def test_nothing_is_kept_by_the_browser() -> None:
    assert ("cache-control", "no-store") in mailbox(asked("text/html"), []).headers
