"""The outbox: a message is an item written in the same transaction as the record it speaks of.

The table's stream finds the item, the mailer sends it and writes on it what became of it. The item is also the
event of the record's history: it says what happened and when, and is never changed except for its delivery.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from portal.identifiers import format_moment
from portal.records import Item, Write, put_new
from portal.retention import kept_until

PREFIX = "MESSAGE#"

State = Literal["waiting", "sent", "refused"]


def message(pk: str, template: str, *, to: str, language: str, values: Mapping[str, Any], now: datetime,
            submission: str = "") -> Write:
    """The write that adds a message to the record under `pk`.

    `template` is the name of a file in content/mail, `values` fill its placeholders; one template is sent at most
    once in the same millisecond of a record's life, or once for one `submission` where somebody asked for it.
    """
    moment = format_moment(now)
    return put_new({"pk": pk, "sk": f"{PREFIX}{submission or moment}#{template}", "template": template, "to": to,
                    "language": language, "values": dict(values), "created": moment,
                    "expires_at": kept_until("mail", now, now)})


def state_of(item: Item) -> State:
    """What became of a message: derived from what the mailer noted on it.

    `refused` is what the mail service said last; the queue tries again, and in the end an operator does.
    """
    if "sent_at" in item:
        return "sent"
    return "refused" if "refused" in item else "waiting"
