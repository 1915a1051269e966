"""Answers of the gateway as HTTP, in whatever form they are written."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

from connectors.authentication import Refused
from connectors.causes import Cause
from connectors.throttling import SlowDown
from messaging.gateway.request import BodyError, read_body

RETRY_AFTER = 30  # seconds

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger(__name__)


def reply(status: int, body: bytes, content_type: str, **headers: str) -> HttpResponse:
    """Answer with a body; no answer of the gateway is ever kept by a cache or guessed at by a browser."""
    response = HttpResponse(body, status=status, content_type=content_type, headers=headers)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Length"] = str(len(body))
    # A refusal is no failure of ours, though the contract gives it status 500, and it has its entry in our own log.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  Django has no public name for it
    return response


def empty(status: int, **headers: str) -> HttpResponse:
    """Answer without a body."""
    return reply(status, b"", "text/plain; charset=utf-8", **headers)


def echo_connection(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Echo `Connection: close`: one client program hangs up before it has read the answer when it is not there."""
    if request.META.get("HTTP_CONNECTION", "").lower() == "close":
        response["Connection"] = "close"
    return response


def refuse_the_unexpected(answer: Callable[P, R]) -> Callable[P, R]:
    """Turn a defect of ours into a refusal with a log reference, so that no caller ever sees a stack trace.

    The log line has the place and the kind of the error, not its text: that may quote what the caller sent.
    """

    @wraps(answer)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return answer(*args, **kwargs)
        except (Refused, SlowDown, DatabaseError):
            raise
        except Exception as error:
            place = "".join(traceback.format_tb(error.__traceback__, limit=-3))
            log.error("gateway_failed", error=type(error).__name__, place=place)
            raise Refused(Cause.UNEXPECTED, evidence={"observed": type(error).__name__}) from None

    return guarded


def body_of(request: HttpRequest) -> bytes:
    """Return the body of a request. Raises `Refused` when it is too large or cannot be read."""
    try:
        return read_body(request)
    except BodyError as error:
        cause = Cause.REQUEST_TOO_LARGE if error.too_large else Cause.REQUEST_UNREADABLE
        raise Refused(cause, evidence={"observed": str(error)}) from None
