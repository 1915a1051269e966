"""Answers of the gateway as HTTP, in whatever form they are written."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from django.conf import settings
from django.db import Error as DatabaseError

from connectors.authentication import Refused
from connectors.causes import Cause
from connectors.throttling import SlowDown
from messaging.gateway.request import BodyError, Environ, read_body

RETRY_AFTER = 30  # seconds

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger(__name__)


@dataclass
class Reply:
    """What goes back to the caller."""

    status: int
    body: bytes
    headers: dict[str, str]


def reply(status: int, body: bytes, content_type: str, **headers: str) -> Reply:
    """Answer with a body; no answer of the gateway is ever kept by a cache or guessed at by a browser."""
    fixed = {
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Reply(status, body, fixed | headers)


def empty(status: int, **headers: str) -> Reply:
    """Answer without a body."""
    return reply(status, b"", "text/plain; charset=utf-8", **headers)


def finished(environ: Environ, answer: Reply) -> Reply:
    """Fit an answer to the request that it belongs to.

    `Connection: close` is echoed: one client program hangs up before it has read the answer when it is not there. To
    HEAD goes no body; the length stays, it is that of the answer to GET.
    """
    if environ.get("HTTP_CONNECTION", "").lower() == "close":
        answer.headers["Connection"] = "close"
    if environ["REQUEST_METHOD"] == "HEAD":
        answer.body = b""
    return answer


def refuse_the_unexpected(answer: Callable[P, R]) -> Callable[P, R]:
    """Turn a defect of ours into a refusal with a log reference, so that no caller ever sees a stack trace."""

    @wraps(answer)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return answer(*args, **kwargs)
        except (Refused, SlowDown, DatabaseError):
            raise
        except Exception as error:
            log_failure(error)
            raise Refused(Cause.UNEXPECTED, evidence={"observed": type(error).__name__}) from None

    return guarded


def log_failure(error: Exception) -> None:
    """Log a defect of ours: its place and kind, not its text, which may quote what the caller sent."""
    place = "".join(traceback.format_tb(error.__traceback__, limit=-3))
    log.error("gateway_failed", error=type(error).__name__, place=place)


def body_of(environ: Environ) -> bytes:
    """Return the body of a request. Raises `Refused` when it is too large or cannot be read."""
    try:
        return read_body(environ)
    except BodyError as error:
        if not error.too_large:
            raise Refused(Cause.REQUEST_UNREADABLE, evidence={"observed": str(error)}) from None
        announced = str(environ.get("CONTENT_LENGTH") or "")
        evidence = {"allowed": settings.GATEWAY_MAX_BODY, "unit": "bytes"}
        if announced.isdecimal():
            evidence = {"observed": int(announced[:18]), **evidence}
        raise Refused(Cause.REQUEST_TOO_LARGE, evidence=evidence) from None
