"""What can go wrong, as facts.

One class a failure; its docstring says what is true when it is raised, its attributes hold the facts.
There is no prose and no HTTP here: `portal.web` turns a class into a status and a code, the words are content.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class PortalError(Exception):
    """Something a reader must be told. Never raised itself."""


@dataclass(frozen=True)
class FieldError:
    """One answer that cannot be used: which field, the stable code, and the facts its sentence needs."""

    field: str
    code: str
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)


class FormRefused(PortalError):
    """At least one answer of a form cannot be used; nothing was stored."""

    def __init__(self, form: str, errors: list[FieldError]) -> None:
        """Keep the form's name and the errors in page order."""
        super().__init__(", ".join(f"{error.field}:{error.code}" for error in errors))
        self.form, self.errors = form, errors


class BodyUnreadable(PortalError):
    """The body is not what its content type says: broken UTF-8, broken JSON, too many fields."""


class BodyTooLarge(PortalError):
    """The body is larger than any form of the portal can be."""


class MediaTypeUnknown(PortalError):
    """The body is neither a submitted form nor JSON."""


class ForeignOrigin(PortalError):
    """The browser says that a page of another site sent this form."""


class NotFound(PortalError):
    """There is no such thing, or the caller may not know that there is: both answer alike."""


class SignInNeeded(PortalError):
    """Nobody is signed in, or the session has ended; `back` is the address to come back to."""

    def __init__(self, back: str = "") -> None:
        """Keep the address."""
        super().__init__()
        self.back = back


class SessionEnded(PortalError):
    """The session has ended; the answers that came are kept until its person has signed in again."""


class SignInFailed(PortalError):
    """What came back from the sign-in service does not belong to a sign-in that this browser began."""


class SignInUnavailable(PortalError):
    """The sign-in service does not answer, or says something that cannot be understood."""


class ChangedMeanwhile(PortalError):
    """Somebody else changed the record since the page was opened; nothing was stored."""


class OfferingNotOpen(PortalError):
    """Registration has not begun; `opens` is the ISO 8601 moment (UTC) when it will."""

    def __init__(self, offering: str, opens: str) -> None:
        """Keep what the page needs: which offering, and from when."""
        super().__init__(offering)
        self.offering, self.opens = offering, opens


class OfferingClosed(PortalError):
    """Registration has ended; `closed` is the ISO 8601 moment (UTC) when it did."""

    def __init__(self, offering: str, closed: str) -> None:
        """Keep what the page needs: which offering, and since when."""
        super().__init__(offering)
        self.offering, self.closed = offering, closed


class OfferingBegun(PortalError):
    """The activity has begun: its seats can no longer be given back here."""

    def __init__(self, offering: str) -> None:
        """Keep which offering."""
        super().__init__(offering)
        self.offering = offering


class OfferingUnknown(PortalError):
    """No page of the portal declares this offering."""


class NotForThisAudience(PortalError):
    """The offering is meant for other kinds of people than the one who registers."""

    def __init__(self, offering: str, audience: tuple[str, ...]) -> None:
        """Keep whom the offering is for, so that the page can say so."""
        super().__init__(offering)
        self.offering, self.audience = offering, audience


class AlreadyRegistered(PortalError):
    """This e-mail address or NIP already holds a registration for this offering."""

    def __init__(self, offering: str) -> None:
        """Keep the offering only: whose registration it is stays untold."""
        super().__init__(offering)
        self.offering = offering


class SubmissionConflict(PortalError):
    """The identifier of this submission was used before with other content."""


class FileInUse(PortalError):
    """Records of other subjects point at this file, so it is kept; `uses` are their kinds and references."""

    def __init__(self, uses: Sequence[tuple[str, str]]) -> None:
        """Keep what the page needs: where the file is used."""
        super().__init__(f"{len(uses)} uses")
        self.uses = tuple(uses)


class StoreUnavailable(PortalError):
    """The store throttled or did not answer within the function's time; nothing was written half."""
