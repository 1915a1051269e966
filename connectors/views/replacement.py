"""A replacement under way: the old and the new token beside each other, and when the old one closes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connectors.actions.replacing import closes_at
from connectors.queries import get_app_connector_for, get_token_for, replacement_of
from connectors.views.app_connectors import who_may
from connectors.views.environment import EnvironmentRequest, environment_page
from connectors.views.links import tab_url
from portal.http import redirect_after, render_page
from portal.permissions import READ_SETUP


@require_GET
@environment_page(READ_SETUP)
def token_replacement(request: EnvironmentRequest, pk: int, token_pk: int) -> HttpResponse:
    """Show the pair that this token belongs to; once the old one is closed there is nothing to follow."""
    app_connector = get_app_connector_for(request.environment, pk)
    old, new = replacement_of(get_token_for(app_connector, token_pk))
    if old is None:
        messages.info(request, _("The replacement is complete: the old token has been closed."))
        return redirect_after(request, tab_url(request, "tokens", app_connector))
    context = {
        "app_connector": app_connector,
        "old": old,
        "new": new,
        "closes_at": closes_at(old),
        **who_may(request),
    }
    return render_page(request, "connectors/app_connectors/replacement.html", context)
