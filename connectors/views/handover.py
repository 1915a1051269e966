"""The claim link of a token: whether, when and from where it was claimed; revoking it; what to do about an alarm."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connectors.actions.claims import revoke_claim, settle_alarm
from connectors.models import Token
from connectors.queries import get_app_connector_for, get_claim_for, get_token_for
from connectors.views.app_connectors import who_may
from connectors.views.environment import EnvironmentRequest, environment_page
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_SETUP


@require_GET
@environment_page(READ_SETUP)
def token_handover(request: EnvironmentRequest, pk: int, token_pk: int) -> HttpResponse:
    app_connector = get_app_connector_for(request.environment, pk)
    token = get_token_for(app_connector, token_pk)
    context = {"app_connector": app_connector, "token": token, "claim": get_claim_for(token), **who_may(request)}
    return render_page(request, "connectors/app_connectors/handover.html", context)


@require_POST
@environment_page(MANAGE)
def handover_revoke(request: EnvironmentRequest, pk: int, token_pk: int) -> HttpResponse:
    token = get_token_for(get_app_connector_for(request.environment, pk), token_pk)
    try:
        revoke_claim(claim=get_claim_for(token), acting_user=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The link has been revoked: it gives nothing any more."))
    return redirect_after(request, _url(request, token))


@require_POST
@environment_page(MANAGE)
def handover_settle(request: EnvironmentRequest, pk: int, token_pk: int) -> HttpResponse:
    token = get_token_for(get_app_connector_for(request.environment, pk), token_pk)
    try:
        settle_alarm(claim=get_claim_for(token), acting_user=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The alarm has been settled; the token stays."))
    return redirect_after(request, _url(request, token))


def _url(request: EnvironmentRequest, token: Token) -> str:
    arguments = [request.environment.code, token.app_connector_id, token.pk]
    return reverse("connectors:token_handover", args=arguments)
