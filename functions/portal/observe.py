"""Logs that operators can search and that hold no personal value: codes, counts and identifiers of requests."""

from __future__ import annotations

import traceback
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    """The process's logger (JSON lines; service and level from the environment)."""
    from aws_lambda_powertools import Logger  # noqa: PLC0415 most requests have nothing to say; API Gateway logs them

    return Logger(utc=True)


def fault(error: BaseException, request: str) -> None:
    """Log a fault of ours: its type and where it happened, never its message, which may quote an answer."""
    frames = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
              for frame in traceback.extract_tb(error.__traceback__)]
    logger().error("fault", extra={"error_type": type(error).__name__, "frames": frames, "request": request})
