"""The one page on which a token is seen: the answer to the POST that made it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from connectors import tokens
from connectors.actions.claims import ClaimLink, hand_over_with_link
from connectors.forms.handover import HandoverFields
from connectors.models import AppConnector, Connector, Environment, Token
from connectors.queries import fresh_token_for, get_app_connector_for
from connectors.views.environment import EnvironmentRequest, environment_page
from connectors.views.links import tab_url
from portal.http import redirect_after, render_page
from portal.models import User
from portal.permissions import MANAGE

# How long after making a token its page can still be asked for the same token as a file.
DOWNLOAD_WITHIN = timedelta(minutes=30)
TEMPLATE = "connectors/app_connectors/token_shown.html"


@dataclass(frozen=True)
class Issued:
    """A token that was just made, with its text, or with the link by which somebody else gets that."""

    token: Token
    secret: str = field(repr=False)
    link: ClaimLink | None = None


def issued(made: tuple[Token, str], form: HandoverFields, acting_user: User) -> Issued:
    """Have a new token wait behind a claim link, if the form asks for that: then its text is not shown here."""
    token, secret = made
    if not form.with_link:
        return Issued(token, secret)
    days = form.cleaned_data["link_days"]
    return Issued(token, "", hand_over_with_link(token=token, secret=secret, days=days, acting_user=acting_user))


def show_once(
    request: EnvironmentRequest, app_connector: AppConnector, given: Issued | None, **context: Any
) -> HttpResponse:
    """Answer the result of making a token, with its text or its claim link. No copy is kept: not by us, the browser or
    a proxy."""
    page = {
        "app_connector": app_connector,
        "token": given and given.token,
        "secret": given and given.secret,
        "granted": app_connector.grants.filter(connector=Connector.COMM_SVC).exists(),
        "connector": Connector.COMM_SVC,
        **how_to_send(request.environment),
        **context,
    }
    if given and given.link:
        address = f"{settings.PORTAL_URL}{reverse('connectors:claim', args=[given.link.claim.reference])}"
        page |= {"claim": given.link.claim, "address": address, "code": given.link.code}
        return unkept(render_page(request, "connectors/app_connectors/link_shown.html", page))
    return unkept(render_page(request, TEMPLATE, page))


def how_to_send(environment: Environment) -> dict[str, Any]:
    """What the page that shows a token says about using it."""
    message_types = list(environment.message_types.order_by("pk"))
    return {
        "soap_url": f"{settings.PORTAL_URL}/ProfitServices/AppConnectorCommSvc.asmx",
        "rest_url": f"{settings.PORTAL_URL}/ProfitRestServices/connectors/CommSvcConnector",
        "message_types": message_types,
        "any_type_blocked": any(message_type.blocked for message_type in message_types),
    }


def as_file(data: str) -> HttpResponse:
    """Answer a token's text as `token.xml`."""
    headers = {"Content-Disposition": 'attachment; filename="token.xml"'}
    return unkept(HttpResponse(tokens.wrap(data), content_type="application/xml", headers=headers))


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
    return as_file(data)


def _too_late(request: EnvironmentRequest, app_connector: AppConnector) -> HttpResponse:
    messages.error(request, _("This token can no longer be saved as a file. Replace it to get a new one."))
    return redirect_after(request, tab_url(request, "tokens", app_connector))


def unkept(response: HttpResponse) -> HttpResponse:
    """Have neither the browser nor a proxy keep an answer."""
    response["Cache-Control"] = "no-store"
    return response
