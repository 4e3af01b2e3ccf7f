"""The keys of the registrations' table, in one place; what stands under each is told in the docstring of `store`."""

from __future__ import annotations

import hashlib

CATALOGUE = "CATALOGUE"
ALL_OFFERINGS = "INDEX#OFFERINGS"  # the `pk` under which every offering that was ever published stands by its name
RECORD = "RECORD"
LOCK = "LOCK"

# Seat numbers are scattered over five digits (7919 and 100,000 share no factor), so that a random point among the
# keys lands anywhere in a pool and a crowd does not meet at one seat.
SCATTER, SEAT_NUMBERS = 7919, 100_000


def offering_key(offering: str) -> str:
    """The `pk` of everything about one offering."""
    return f"OFFERING#{offering}"


def waiting_key(offering: str) -> str:
    """The `pk` of an offering's waiting list: apart from its seats, which a long list must not slow."""
    return f"WAITING#{offering}"


def request_key(offering: str) -> str:
    """The `pk` of those who wait for the committee's decision, in the order of arrival."""
    return f"REQUEST#{offering}"


def mailing_key(offering: str) -> str:
    """The `pk` of what was sent to many of an offering's people at once."""
    return f"MAILING#{offering}"


def registration_key(reference: str) -> str:
    """The `pk` of one registration and its messages."""
    return f"REGISTRATION#{reference}"


def person_key(offering: str, identity: str) -> str:
    """The `pk` that says that somebody with this e-mail address or NIP is registered; hashed, since keys get logged."""
    return f"PERSON#{offering}#{hashlib.sha256(f'{offering} {identity}'.encode()).hexdigest()}"


def pool_key(offering: str, pool: str) -> dict[str, str]:
    """The key of a pool's numbers."""
    return {"pk": offering_key(offering), "sk": f"POOL#{pool}"}


def seat_sort(pool: str, number: int) -> str:
    """The `sk` of the n-th seat of a pool."""
    return f"SEAT#{pool}#{number * SCATTER % SEAT_NUMBERS:05d}"


def pool_of(seat: str) -> str:
    """The pool a seat belongs to."""
    return seat.split("#")[1]


def wait_sort(received_at: str, reference: str) -> str:
    """The `sk` of a place in the waiting list: sorts by arrival."""
    return f"{received_at}#{reference}"
