"""The gateway's entrance, in front of everything that only people need.

No session, cookie, language or sign-in stands between a client program and the gateway, and Django's own handling of
requests, which takes longer than all the rest of a call, does not either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http.client import responses
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase

from messaging.gateway.answers import Reply, empty, log_failure
from messaging.gateway.request import Environ
from messaging.gateway.rest_view import answer_rest
from messaging.gateway.soap_view import answer_soap

SOAP_PREFIX = "/profitservices/"
REST_PREFIX = "/profitrestservices/"

Application = Callable[[Environ, Any], Iterable[bytes]]


def answer(environ: Environ) -> Reply | None:
    """Answer a client program; None when the path is not one of the gateway's. These are case-insensitive."""
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace").lower()
    if path.startswith(SOAP_PREFIX):
        return answer_soap(environ, path.removeprefix(SOAP_PREFIX))
    if path.startswith(REST_PREFIX):
        return answer_rest(environ, path.removeprefix(REST_PREFIX))
    return None


def gateway_before(application: Application) -> Application:
    """Return a WSGI application that answers client programs itself and leaves everybody else to `application`."""

    def serve(environ: Environ, start_response: Any) -> Iterable[bytes]:
        try:
            reply = answer(environ)
        except Exception as error:
            log_failure(error)
            reply = empty(500)
        finally:
            # As Django does after each of its requests: back to the pool. Most calls have not needed one.
            if connection.connection is not None:
                connection.close()
        if reply is None:
            return application(environ, start_response)
        start_response(f"{reply.status} {responses[reply.status]}", [*reply.headers.items()])
        return [reply.body]

    return serve


class GatewayMiddleware:
    """The same entrance where Django takes the requests itself: the development server and the test client."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reply = answer(request.META)
        if reply is None:
            return self.get_response(request)
        response = HttpResponse(reply.body, status=reply.status, headers=reply.headers)
        # A refusal is no failure of ours, though the contract gives it status 500, and it has its entry in our own log.
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  Django has no public name for it
        return response
