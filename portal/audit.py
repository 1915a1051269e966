"""Who did it: the context that the audit triggers write beside every change of configuration.

The triggers (django-pghistory) record the change itself, whatever code makes it; this module only tells them the user,
the address and the request. Workers and commands say who they are through `acting_as`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pghistory
import pghistory.middleware
from django.http import HttpRequest

from portal.addresses import client_address_of

SYSTEM = "system"


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Give the audit triggers the user, address and request id of every request that can change something."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        user = request.user
        return {
            "user": user.pk,
            # The name too: an audit row outlives the user.
            "user_name": str(user) if user.is_authenticated else "",
            "address": str(client_address_of(request)),
            "request_id": getattr(request, "request_id", ""),
            "url": request.path,
        }


def acting_as(name: str = SYSTEM, **context: Any) -> AbstractContextManager[Any]:
    """Name the actor of changes outside a request. Open it outside `atomic()`: it is local to a transaction."""
    return pghistory.context(user=None, user_name=name, **context)
