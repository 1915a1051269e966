"""Reading channels and deliveries: the one door to each, and what the lists show."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest

from connectors.models import Environment
from messaging.actions.outcomes import may_send_by_hand
from messaging.models import Delivery, DeliveryChannel, DeliveryRoute, Message, MessageType, ResendRun
from messaging.statuses import Status
from portal.menu_numbers import Number, counter, up_to
from portal.models import Membership
from portal.permissions import ASSESS

MAX_COUNTED = 999  # in the menu


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


def running_runs() -> list[int]:
    """Return the runs of sending again that have not ended."""
    return [*ResendRun.objects.filter(state=ResendRun.State.RUNNING).values_list("pk", flat=True)]


def failed_deliveries(environment: Environment, wanted: dict[str, Any]) -> QuerySet[Delivery]:
    """Return the deliveries that failed and are not mended yet, narrowed to a cause, channel or message type."""
    found = Delivery.objects.filter(environment=environment, log_reference__isnull=False)
    if wanted.get("cause"):
        found = found.filter(cause=wanted["cause"])
    if wanted.get("channel"):
        found = found.filter(channel=int(wanted["channel"]))
    if wanted.get("type"):
        found = found.filter(message_type__code=wanted["type"])
    return found


def given_up(environment: Environment, wanted: dict[str, Any]) -> QuerySet[Delivery]:
    """Return those that no worker tries any more: the dead letters."""
    return failed_deliveries(environment, wanted).filter(gave_up_at__isnull=False)


def for_the_list(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Add what a list shows of the messages."""
    related = ("channel", "message__message_type", "message__organisation", "message__reading")
    return deliveries.select_related(*related).defer("message__reading__document", "channel__sealed_secret")


def delivery_facts(message: Message, membership: Membership) -> dict[str, Any]:
    """Return what the page of a message shows of its delivery, and what this member may do about it."""
    if message.status < Status.READY:
        return {}
    delivery, channel = delivery_of(message), channel_for(message)
    assesses = membership.role in ASSESS
    failed = message.status == Status.SEND_FAILED and delivery is not None and delivery.log_reference is not None
    return {
        "delivery": delivery,
        "channel": channel,
        "delivery_failed": failed,
        "may_resend": assesses and failed and channel is not None,
        "may_record_sent": assesses and may_send_by_hand(message, delivery),
        "may_record_outcome": assesses and message.status == Status.SENT,
    }


@counter("messaging:delivery_list")
def waiting_for_a_person(request: HttpRequest) -> Number | None:
    """Count the messages of this environment that were given up."""
    environment: Environment | None = getattr(request, "environment", None)
    return up_to(MAX_COUNTED, given_up(environment, {}).order_by("-pk")) if environment else None
