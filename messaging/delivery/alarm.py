"""Mail to the administrators when a channel keeps failing: once per channel and day, not per message."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.models import DeliveryChannel
from portal.models import Role
from portal.notices import NoticeKind, members_with_roles, notify

REPEATEDLY = 3  # failures in a row


@transaction.atomic
def tell_of_failures(channel_id: int) -> int:
    """Tell the administrators that a channel fails repeatedly, unless they know since today; return how many."""
    today = timezone.localdate()
    untold = Q(noticed_on__isnull=True) | Q(noticed_on__lt=today)
    failing = DeliveryChannel.objects.filter(untold, pk=channel_id, failures__gte=REPEATEDLY)
    if not failing.update(noticed_on=today):
        return 0
    channel = DeliveryChannel.objects.select_related("environment").get(pk=channel_id)
    return notify(
        kind=NoticeKind.DELIVERY_FAILING,
        recipients=members_with_roles(channel.environment, [Role.BEHEERDER]),
        subject=lambda: _("Delivery channel %(channel)s does not send") % {"channel": channel.name},
        lines=[
            lambda: _("Sending by the channel %(channel)s failed several times in a row.") % {"channel": channel.name},
            gettext_lazy("Approved messages wait meanwhile; nothing is lost. The channel is tried again by itself."),
            gettext_lazy("The page of the channel has a test that tells at which step it stops."),
        ],
        url=reverse("messaging:channel_detail", args=[channel.environment.code, channel.pk]),
        environment=channel.environment,
    )
