"""Tab *Gebruikerstokens*: the tokens of an app connector; making, replacing and deleting one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from connectors.actions.replacing import replace_token_gradually
from connectors.actions.tokens import create_token, create_token_for_new_user, delete_token, replace_token
from connectors.forms.tokens import ReplaceForm, TokenForm
from connectors.models import AppConnector, Token
from connectors.queries import deleted_tokens_of, get_app_connector_for, get_token_for, tokens_of
from connectors.views.app_connectors import properties
from connectors.views.environment import EnvironmentRequest, environment_page
from connectors.views.links import tab_url
from connectors.views.once import DoneBefore, once
from connectors.views.secrets import issued, show_once, shown_before
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_SETUP

_get_or_post = require_http_methods(["GET", "POST"])
# Deleted tokens are there to explain refusals; those of long ago are in the admin site.
_DELETED_SHOWN = 50


@require_GET
@environment_page(READ_SETUP)
def token_list(request: EnvironmentRequest, pk: int) -> HttpResponse:
    app_connector = get_app_connector_for(request.environment, pk)
    context = {
        **properties(request, app_connector, "tokens"),
        "tokens": tokens_of(app_connector),
        "deleted": deleted_tokens_of(app_connector)[:_DELETED_SHOWN],
    }
    return render_page(request, "connectors/app_connectors/tokens.html", context)


@_get_or_post
@never_cache
@environment_page(MANAGE)
def token_add(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Make a token for a member of the group, or for a new system user; it is shown in the answer to this POST.

    The names of the fields in the address fill them in, as the communication log does.
    """
    app_connector = get_app_connector_for(request.environment, pk)
    given = {name: request.GET[name] for name in ("user", "device", "customer_environment") if name in request.GET}
    form = TokenForm(app_connector, request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            made = once(
                request,
                form.cleaned_data["once"],
                lambda: issued(_create(request, app_connector, form), form, request.user),
                then=lambda _made: tab_url(request, "tokens", app_connector),
            )
        except DoneBefore as before:
            return shown_before(request, before.url)
        except DomainError as error:
            form.refuse(error)
        else:
            return show_once(request, app_connector, made)
    context = {"app_connector": app_connector, "form": form}
    status = 422 if form.errors else 200
    return render_page(request, "connectors/app_connectors/token_add.html", context, status=status)


@_get_or_post
@never_cache
@environment_page(MANAGE)
def token_replace(request: EnvironmentRequest, pk: int, token_pk: int) -> HttpResponse:
    """Ask, then make the successor of a token, which closes at once or later; the new one is shown in the answer."""
    app_connector = get_app_connector_for(request.environment, pk)
    token = get_token_for(app_connector, token_pk)
    form = ReplaceForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return _ask(request, app_connector, token, "token_replace", form=form)
    back = tab_url(request, "tokens", app_connector)
    try:
        made = once(
            request,
            f"replace-{token.pk}",
            lambda: issued(_replace(request, token, form), form, request.user),
            then=lambda _made: back,
        )
    except DoneBefore as before:
        return shown_before(request, before.url)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect_after(request, back)
    token.refresh_from_db()
    return show_once(request, app_connector, made, replaced=token)


@_get_or_post
@environment_page(MANAGE)
def token_delete(request: EnvironmentRequest, pk: int, token_pk: int) -> HttpResponse:
    """Ask, and delete a token."""
    app_connector = get_app_connector_for(request.environment, pk)
    token = get_token_for(app_connector, token_pk)
    if request.method == "GET":
        return _ask(request, app_connector, token, "token_delete")
    try:
        delete_token(token=token, acting_user=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Token %(token)s has been deleted.") % {"token": token})
    return redirect_after(request, tab_url(request, "tokens", app_connector))


def _replace(request: EnvironmentRequest, token: Token, form: ReplaceForm) -> tuple[Token, str]:
    if hours := form.cleaned_data["quiet_hours"]:
        return replace_token_gradually(token=token, quiet_hours=hours, acting_user=request.user)
    return replace_token(token=token, acting_user=request.user)


def _create(request: EnvironmentRequest, app_connector: AppConnector, form: TokenForm) -> tuple[Token, str]:
    told = {name: form.cleaned_data[name] for name in ("device", "customer_environment", "confirmed")}
    if form.member is None:
        return create_token_for_new_user(app_connector=app_connector, acting_user=request.user, **told)
    return create_token(app_connector=app_connector, user=form.member, acting_user=request.user, **told)


def _ask(
    request: EnvironmentRequest, app_connector: AppConnector, token: Token, page: str, form: ReplaceForm | None = None
) -> HttpResponse:
    """Show what will happen; a token that is gone already needs no question."""
    if token.deleted_at:
        messages.info(request, _("Token %(token)s has been deleted already.") % {"token": token})
        return redirect_after(request, tab_url(request, "tokens", app_connector))
    context = {"app_connector": app_connector, "token": token, "form": form}
    status = 422 if form and form.errors else 200
    return render_page(request, f"connectors/app_connectors/{page}.html", context, status=status)
