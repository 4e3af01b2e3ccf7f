"""What somebody sends who checks a document."""

from __future__ import annotations

from typing import Annotated

from portal.forms import FormModel
from portal.questions import Paragraph

MOST = 600  # a seal and the longest address that it may stand in, broken over lines


class SealCheck(FormModel):
    """The code of a document: what its QR code holds, or the part of it behind the #."""

    seal: Annotated[str, Paragraph(most=MOST)]
