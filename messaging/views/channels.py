"""Algemeen / Beheer / Verzendkanalen: by which way messages leave, and whether that works."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.channels import create_channel, delete_channel, replace_secret, update_channel
from messaging.delivery.carriers import place_of
from messaging.delivery.trial import Trial, try_channel
from messaging.forms_delivery import ChannelForm
from messaging.models import DeliveryChannel
from messaging.queries_delivery import channels_of, get_channel_for, types_by_hand
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_SETUP

_get_or_post = require_http_methods(["GET", "POST"])


@require_GET
@environment_page(READ_SETUP)
def channel_list(request: EnvironmentRequest) -> HttpResponse:
    context = {
        "channels": channels_of(request.environment),
        "by_hand": types_by_hand(request.environment),
        "manages": request.membership.role in MANAGE,
    }
    return render_page(request, "messaging/delivery/channels.html", context)


@_get_or_post
@never_cache
@environment_page(MANAGE)
def channel_add(request: EnvironmentRequest) -> HttpResponse:
    """Make a channel; the secret of a webhook is shown in the answer to this POST."""
    form = ChannelForm(request.environment, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            channel, secret = create_channel(
                environment=request.environment, acting_user=request.user, **form.cleaned_data
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            if secret:
                return _show_once(request, channel, secret)
            messages.success(request, _("The channel %(channel)s was made. Test it now.") % {"channel": channel})
            return redirect_after(request, _url(request, channel))
    return render_page(
        request, "messaging/delivery/channel_add.html", {"form": form}, status=422 if form.errors else 200
    )


@require_GET
@environment_page(READ_SETUP)
def channel_detail(request: EnvironmentRequest, pk: int) -> HttpResponse:
    channel = get_channel_for(request.environment, pk)
    return _detail(request, channel, ChannelForm(request.environment, channel=channel))


@_get_or_post
@environment_page(MANAGE)
def channel_save(request: EnvironmentRequest, pk: int) -> HttpResponse:
    channel = get_channel_for(request.environment, pk)
    if request.method == "GET":  # after switching language on an answer with errors
        return redirect_after(request, _url(request, channel))
    form = ChannelForm(request.environment, request.POST, channel=channel)
    if form.is_valid():
        try:
            update_channel(channel=channel, acting_user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.refuse(refusal)
    if form.errors:
        return _detail(request, channel, form, status=422)
    messages.success(request, _("The channel %(channel)s was saved.") % {"channel": form.cleaned_data["name"]})
    return redirect_after(request, _url(request, channel))


@_get_or_post
@environment_page(MANAGE)
def channel_test(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Send a marked test, and show how far it came."""
    channel = get_channel_for(request.environment, pk)
    if request.method == "GET":
        return redirect_after(request, _url(request, channel))
    trial = try_channel(channel)
    return _detail(request, channel, ChannelForm(request.environment, channel=channel), trial=trial)


@_get_or_post
@never_cache
@environment_page(MANAGE)
def channel_secret(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Ask, and give a webhook another secret, which is shown in the answer to this POST."""
    channel = get_channel_for(request.environment, pk)
    if request.method == "GET" and channel.kind == DeliveryChannel.Kind.WEBHOOK:
        return render_page(request, "messaging/delivery/channel_secret.html", {"channel": channel})
    try:
        secret = replace_secret(channel=channel, acting_user=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect_after(request, _url(request, channel))
    return _show_once(request, channel, secret)


@_get_or_post
@environment_page(MANAGE)
def channel_delete(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Ask, and take a channel away."""
    channel = get_channel_for(request.environment, pk)
    if request.method == "GET":
        return render_page(request, "messaging/delivery/channel_delete.html", {"channel": channel})
    delete_channel(channel=channel, acting_user=request.user)
    messages.success(request, _("The channel %(channel)s was taken away.") % {"channel": channel.name})
    return redirect_after(request, reverse("messaging:channel_list", args=[request.environment.code]))


def _url(request: EnvironmentRequest, channel: DeliveryChannel) -> str:
    return reverse("messaging:channel_detail", args=[request.environment.code, channel.pk])


def _detail(
    request: EnvironmentRequest,
    channel: DeliveryChannel,
    form: ChannelForm,
    *,
    trial: Trial | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **_facts(channel),
        "form": form,
        "trial": trial,
        "routes": channel.routes.select_related("message_type").order_by("message_type_id"),
        "manages": request.membership.role in MANAGE,
    }
    return render_page(request, "messaging/delivery/channel.html", context, fragment="channel", status=status)


def _facts(channel: DeliveryChannel) -> dict[str, Any]:
    is_folder = channel.kind == DeliveryChannel.Kind.FOLDER
    place = place_of(channel)
    return {
        "channel": channel,
        "is_folder": is_folder,
        "path": place.root / place.environment / place.folder if is_folder else "",
        "callback_url": f"{settings.PORTAL_URL}{reverse('messaging:delivery_callback', args=[channel.public_id])}",
    }


def _show_once(request: EnvironmentRequest, channel: DeliveryChannel, secret: str) -> HttpResponse:
    """Answer a secret. No copy is kept in plain: not by us, and (`never_cache`) not by the browser or a proxy."""
    context = {**_facts(channel), "secret": secret}
    return render_page(request, "messaging/delivery/channel_secret_shown.html", context)
