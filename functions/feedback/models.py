"""Shape of the contact and complaint form about the portal."""

from __future__ import annotations

from typing import Annotated

from portal.forms import FormModel
from portal.questions import Choice, Consent, Email, Line, Paragraph

TOPICS = ("pertanyaan", "saran", "pengaduan", "hambatan_akses", "data_pribadi")


class Feedback(FormModel):
    """A question, suggestion or complaint about the portal."""

    topic: Annotated[str, Choice(options=TOPICS)]
    message: Annotated[str, Paragraph(most=3000)]
    page: Annotated[str | None, Line(most=200)] = None
    name: Annotated[str, Line(most=120, autocomplete="name")]
    email: Annotated[str, Email()]
    consent: Annotated[bool, Consent()]
