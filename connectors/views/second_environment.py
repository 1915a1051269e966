"""The guide *Tweede klantomgeving*: a user and a token of its own for another customer environment (DOMAIN 1b)."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from connectors.actions.tokens import create_second_customer_environment
from connectors.forms.tokens import SecondEnvironmentForm
from connectors.models import AppConnector, Token
from connectors.queries import get_app_connector_for, tokens_of
from connectors.views.environment import EnvironmentRequest, environment_page
from connectors.views.links import tab_url
from connectors.views.once import DoneBefore, once
from connectors.views.secrets import issued, show_once, shown_before
from portal.errors import DomainError
from portal.http import render_page
from portal.permissions import MANAGE


@require_http_methods(["GET", "POST"])
@never_cache
@environment_page(MANAGE)
def second_environment(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Explain, ask for the code, and show the token in the answer to the POST.

    `?customer_environment=` fills in the code, as the communication log does.
    """
    app_connector = get_app_connector_for(request.environment, pk)
    stated = {"customer_environment": request.GET.get("customer_environment", "")}
    form = SecondEnvironmentForm(request.POST or None, initial=stated)
    if request.method == "POST" and form.is_valid():
        try:
            made = once(
                request,
                form.cleaned_data["once"],
                lambda: issued(_make(request, app_connector, form), form, request.user),
                then=lambda _made: tab_url(request, "tokens", app_connector),
            )
        except DoneBefore as before:
            return shown_before(request, before.url)
        except DomainError as error:
            form.refuse(error)
        else:
            return show_once(request, app_connector, made, second=True)
    context = {"app_connector": app_connector, "form": form, "tokens": tokens_of(app_connector)}
    status = 422 if form.errors else 200
    return render_page(request, "connectors/app_connectors/second_environment.html", context, status=status)


def _make(request: EnvironmentRequest, app_connector: AppConnector, form: SecondEnvironmentForm) -> tuple[Token, str]:
    return create_second_customer_environment(
        app_connector=app_connector,
        customer_environment=form.cleaned_data["customer_environment"],
        acting_user=request.user,
        confirmed=form.cleaned_data["confirmed"],
    )
