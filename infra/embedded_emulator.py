"""The embedded AWS emulator (moto) as a process: `python -m infra.embedded_emulator`, started by infra.emulator.

Answers one request at a time, so that no two ever interleave; prints its address; ends when its standard input ends,
so that it never outlives whoever started it. `GET /_mail` lists what was mailed, the newest first; `POST /_empty` takes
out everything that tables, streams, queues, buckets and the mail hold, which is quicker than to make them anew.
"""

from __future__ import annotations

import email
import email.policy
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

from moto.backends import get_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from infra.moto_repairs import repair_moto
from infra.post_door import in_front_of
from infra.serving import Server
from infra.template_reader import ACCOUNT, REGION

MAIL_PATH, EMPTY_PATH = "/_mail", "/_empty"


def application() -> Callable[..., Iterable[bytes]]:
    """The emulator as a WSGI application."""
    repair_moto()
    moto = in_front_of(DomainDispatcherApplication(create_backend_app), scripts_may_send)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in {MAIL_PATH, EMPTY_PATH}:
            return moto(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        if environ["PATH_INFO"] == EMPTY_PATH:
            _empty()
            return [b"null"]
        return [json.dumps(_mails()).encode()]

    return answer


def scripts_may_send(bucket: str, origin: str) -> bool:
    """Whether the bucket's rules let scripts of an origin post to it."""
    kept = get_backend("s3")[ACCOUNT]["aws"].buckets.get(bucket)
    return any("POST" in rule.allowed_methods and {origin, "*"} & set(rule.allowed_origins)
               for rule in (kept.cors if kept else []))


def _empty() -> None:
    """Forget what storage holds; the storage itself, its names and its keys stay."""
    for table in get_backend("dynamodb")[ACCOUNT][REGION].tables.values():
        table.items.clear()
        if table.stream_shard:
            table.stream_shard.items.clear()
    queues = get_backend("sqs")[ACCOUNT][REGION]
    for name, queue in queues.queues.items():
        queue.last_purged_at = None  # SQS refuses a second purge within a minute
        queues.purge_queue(name)
    for bucket in get_backend("s3")[ACCOUNT]["aws"].buckets.values():
        for key in list(bucket.keys):
            bucket.keys.pop(key)
        bucket.multiparts.clear()
    get_backend("ses")[ACCOUNT][REGION].sent_messages.clear()


def _mails() -> list[dict[str, Any]]:
    messages = get_backend("ses")[ACCOUNT][REGION].sent_messages
    return [_raw_mail(each) if hasattr(each, "raw_data") else _simple_mail(each) for each in reversed(messages)]


def _simple_mail(message: Any) -> dict[str, Any]:  # noqa: ANN401 moto's own class
    to = [address for addresses in message.destinations.values() for address in addresses]
    return {"identifier": message.id, "sender": message.source, "to": to, "subject": message.subject,
            "body": message.body}


def _raw_mail(message: Any) -> dict[str, Any]:  # noqa: ANN401 moto's own class
    parsed = email.message_from_string(message.raw_data, policy=email.policy.default)
    body = parsed.get_body(("plain", "html"))
    return {"identifier": message.id, "sender": message.source, "to": list(dict.fromkeys(message.destinations)),
            "subject": str(parsed["subject"]), "body": body.get_content() if body else ""}


def main() -> None:
    """Serve until nobody holds the other end of standard input."""
    server = Server(port=0, threads=1).start(application())
    print(server.url, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
