"""The one page on which a token is seen: the answer to the POST that made it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from connectors import tokens
from connectors.models import AppConnector, Connector, Token
from connectors.queries import fresh_token_for, get_app_connector_for
from connectors.views.environment import EnvironmentRequest, environment_page
from connectors.views.links import tab_url
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE

# How long after making a token its page can still be asked for the same token as a file.
DOWNLOAD_WITHIN = timedelta(minutes=30)
TEMPLATE = "connectors/app_connectors/token_shown.html"


def show_once(
    request: EnvironmentRequest, app_connector: AppConnector, token: Token | None, secret: str, **context: Any
) -> HttpResponse:
    """Answer the result of making a token, with its text. No copy is kept: not by us, the browser or a proxy."""
    page = {
        "app_connector": app_connector,
        "token": token,
        "secret": secret,
        "granted": app_connector.grants.filter(connector=Connector.COMM_SVC).exists(),
        "connector": Connector.COMM_SVC,
        "soap_url": f"{settings.PORTAL_URL}/ProfitServices/AppConnectorCommSvc.asmx",
        "rest_url": f"{settings.PORTAL_URL}/ProfitRestServices/connectors/CommSvcConnector",
        "message_types": request.environment.message_types.order_by("pk"),
        "any_type_blocked": request.environment.message_types.filter(blocked=True).exists(),
        **context,
    }
    return _unkept(render_page(request, TEMPLATE, page))


def shown_before(request: EnvironmentRequest, url: str) -> HttpResponse:
    """Go to what was made when its form is sent again; the token itself is not shown a second time."""
    messages.info(request, _("This has been done already. A token is shown once: if you did not save it, replace it."))
    return redirect_after(request, url)


@require_POST
@sensitive_post_parameters("token")
@environment_page(MANAGE)
def token_download(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Answer the token on the page as `token.xml`, for who made it and only shortly after.

    The page sends the text along, so that it need not be kept here. Nothing else than a token comes back.
    """
    app_connector = get_app_connector_for(request.environment, pk)
    try:
        data = tokens.read_text(request.POST.get("token", ""))
    except tokens.TokenError:
        return _too_late(request, app_connector)
    found = fresh_token_for(request.environment, request.user, tokens.digest(data), within=DOWNLOAD_WITHIN)
    if found is None or found.app_connector_id != app_connector.pk:
        return _too_late(request, app_connector)
    headers = {"Content-Disposition": 'attachment; filename="token.xml"'}
    return _unkept(HttpResponse(tokens.wrap(data), content_type="application/xml", headers=headers))


def _too_late(request: EnvironmentRequest, app_connector: AppConnector) -> HttpResponse:
    messages.error(request, _("This token can no longer be saved as a file. Replace it to get a new one."))
    return redirect_after(request, tab_url(request, "tokens", app_connector))


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
