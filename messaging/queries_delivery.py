"""Reading channels and deliveries: the one door to each, and what the lists show."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from connectors.models import Environment
from messaging.models import Delivery, DeliveryChannel, DeliveryRoute, Message, MessageType, ResendRun


def channels_of(environment: Environment) -> QuerySet[DeliveryChannel]:
    """Return the channels of an environment by name, each with its routes; never their secrets."""
    routes = DeliveryRoute.objects.select_related("message_type").order_by("message_type_id")
    return (
        environment.delivery_channels.prefetch_related(Prefetch("routes", queryset=routes))
        .defer("sealed_secret")
        .order_by("name")
    )


def get_channel_for(environment: Environment, pk: int) -> DeliveryChannel:
    """Return a channel of the environment. Raises `Http404` for another's."""
    found = environment.delivery_channels.select_related("environment").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def types_by_hand(environment: Environment) -> list[MessageType]:
    """Return the message types that leave by no channel."""
    return [*environment.message_types.filter(route__isnull=True).order_by("pk")]


def delivery_of(message: Message) -> Delivery | None:
    """Return what became of handing a message over; None before the first attempt."""
    return Delivery.objects.select_related("channel").filter(message=message.pk).first()


def channel_for(message: Message) -> DeliveryChannel | None:
    """Return the channel by which a message would leave now."""
    return DeliveryChannel.objects.filter(routes__message_type=message.message_type_id).defer("sealed_secret").first()


def get_run_for(environment: Environment, pk: int) -> ResendRun:
    """Return a run of sending again. Raises `Http404` for another's."""
    found = ResendRun.objects.select_related("requested_by").filter(environment=environment, pk=pk).first()
    if found is None:
        raise Http404
    return found
