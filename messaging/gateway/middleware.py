"""The gateway's entrance, in front of everything that only people need."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from messaging.gateway.rest_view import answer_rest
from messaging.gateway.soap_view import answer_soap

SOAP_PREFIX = "/profitservices/"
REST_PREFIX = "/profitrestservices/"


class GatewayMiddleware:
    """Answer client programs here: no session, cookie, language or sign-in stands between them and the gateway.

    Their paths are case-insensitive, which Django's routing is not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info.lower()
        if path.startswith(SOAP_PREFIX):
            return answer_soap(request, path.removeprefix(SOAP_PREFIX))
        if path.startswith(REST_PREFIX):
            return answer_rest(request, path.removeprefix(REST_PREFIX))
        return self.get_response(request)
