"""Answers of the gateway as HTTP, in whatever form they are written."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from connectors.authentication import Refused
from connectors.causes import Cause
from messaging.gateway.request import BodyError, read_body

UNAVAILABLE_TEXT = "De dienst is tijdelijk niet beschikbaar. Probeer het later opnieuw."
RETRY_AFTER = 30  # seconds


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


def body_of(request: HttpRequest) -> bytes:
    """Return the body of a request. Raises `Refused` when it is too large or cannot be read."""
    try:
        return read_body(request)
    except BodyError as error:
        cause = Cause.REQUEST_TOO_LARGE if error.too_large else Cause.REQUEST_UNREADABLE
        raise Refused(cause, evidence={"observed": str(error)}) from None
