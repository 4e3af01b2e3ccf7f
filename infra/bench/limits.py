"""The budgets of the design, each in one place. Bytes are counted as sent; 1 KB is 1,024 bytes."""

from __future__ import annotations

from typing import Final

KB: Final = 1024
MB: Final = 1024 * KB

LIMITS: Final[dict[str, float]] = {
    "first view, bytes": 60 * KB,
    "first view, requests": 8,
    "first view, requests to other hosts": 0,
    "own script on a form page, bytes": 12 * KB,
    "Lighthouse, score": 100,
    "Lighthouse, largest paint, seconds": 1.2,
    "first search result, bytes": 120 * KB,
    "recall at 5": 0.95,
    "cold start, ratio to boto3": 1.3,
    "warm submission, processor milliseconds": 5,
    "memory of a function, bytes": 256 * MB,
    "write units, events": 1,
    "cost of 1,000 submissions, USD": 0.05,
    "site build, ratio to MkDocs": 1.2,
}
