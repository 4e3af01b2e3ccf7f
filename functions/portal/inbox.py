"""A form whose answers are simply remembered for a desk and confirmed by mail.

Such a form needs its model (with an `email` field), its words, its page and its route; everything else is here:
the build finds it through its route, the receipt and the mail are written from its words.

| pk                  | sk                      | is                              |
|---------------------|-------------------------|---------------------------------|
| MESSAGE#<reference> | RECORD                  | what was sent                   |
| MESSAGE#<reference> | MESSAGE#<moment>#<name> | what was told (portal.outbox)   |
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import cache

from portal import errors, web
from portal.addresses import EMAIL_KEY, email_key
from portal.assets import notice_version
from portal.forms import Form, content_hash
from portal.identifiers import format_moment, format_reference, is_ulid, reference_for
from portal.outbox import message
from portal.records import ConditionFailed, Item, Table, put_new
from portal.retention import kept_until
from portal.settings import Settings
from portal.submissions import FormDoor, Receipt, Submission


@dataclass(frozen=True)
class InboxSettings(Settings):
    """What a function with such forms needs from the template."""

    feedback_table: str
    site_origin: str


@cache
def settings() -> InboxSettings:
    """Read once, when the first request needs them."""
    return InboxSettings.from_environment()


@dataclass(frozen=True)
class Inbox:
    """One form with its door: the routes that take it and show its receipt."""

    form: Form
    page: str  # the site's page that holds the form

    @property
    def routes(self) -> web.Routes:
        """The routes of this form, for the template and the door."""
        return {("GET", self.form.action): web.everyone(self._to_page),
                ("POST", self.form.action): web.everyone(FormDoor(self.form, accept=self.accept).answer),
                ("GET", f"{self.form.action}/tanda-terima/{{submission}}"): web.everyone(self._receipt)}

    def accept(self, submission: Submission) -> Receipt:
        """Remember what was sent, once; the same submission again leads to the same receipt."""
        reference = reference_for(submission.identifier)
        item = self._item(submission, reference)
        kept = self._remember(item, submission)
        location = f"{self.form.action}/tanda-terima/{submission.identifier}"
        told = {"reference": format_reference(reference), "received_at": kept["received_at"], "receipt": location}
        return Receipt(location, lambda: told, created=kept is item)

    def _item(self, submission: Submission, reference: str) -> Item:
        return {"pk": f"MESSAGE#{reference}", "sk": "RECORD", "form": self.form.name, "reference": reference,
                "submission": submission.identifier, "answers": submission.model.model_dump(),
                "content": content_hash(submission.model), "language": submission.language,
                "received_at": format_moment(submission.now), "notice": notice_version(),
                EMAIL_KEY: email_key(submission.model.model_dump()["email"]),
                "expires_at": kept_until("message", submission.now, submission.now)}

    def _remember(self, item: Item, submission: Submission) -> Item:
        """The item as it is kept: this one, or the one that the same submission made before."""
        texts = self.form.words(submission.language)["receipt"]
        told = message(item["pk"], "inbox_received", to=item["answers"]["email"], now=submission.now,
                       language=submission.language, values={"reference": format_reference(item["reference"]),
                                                             "title": texts["title"], "text": " ".join(texts["text"])})
        try:
            _table().transact(put_new(item), told)
        except ConditionFailed as refused:
            earlier = refused.items[0] or {}
            if earlier.get("submission") != item["submission"] or earlier.get("content") != item["content"]:
                raise errors.SubmissionConflict from None
            return earlier
        return item

    def _to_page(self, request: web.Request) -> web.Reply:
        return web.see_other(f"{'/en' if request.language == 'en' else ''}{self.page}")

    def _receipt(self, request: web.Request) -> web.Reply:
        from portal import pages  # noqa: PLC0415 drawing is loaded only when a page is drawn

        submission = request.path_value("submission")
        item = _table().get(f"MESSAGE#{reference_for(submission)}", "RECORD") if is_ulid(submission) else None
        if item is None or not hmac.compare_digest(item["submission"].encode(), submission.encode()):
            raise errors.NotFound
        language = request.asked_language or item["language"]
        texts = self.form.words(language)["receipt"]
        content = pages.fragment("inbox_receipt", language, texts=texts, reference=format_reference(item["reference"]))
        return web.page(pages.in_shell(language, texts["title"], content))


@cache
def _table() -> Table:
    return Table(settings().feedback_table)
