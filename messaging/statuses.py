"""The status machine of DOMAIN 2, and the only code that changes the status of a message."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.IntegerChoices):
    """Where a message is on its way; the number is the one that client programs see."""

    REGISTERED = 10, _("Message registered")
    PROCESSING = 20, _("Processing registered message")
    IN_WORKFLOW = 30, _("Message in workflow")
    REJECTED = 40, _("Message rejected")
    READY = 50, _("Message ready to be sent to requesting party")
    SENT = 60, _("Message sent to requesting party")
    SEND_FAILED = 70, _("Error while sending to requesting party")
    ACCEPTED = 80, _("Message accepted by requesting party")
    REFUSED = 90, _("Message refused by requesting party")


# Anything else is a defect; the database holds the same table (trigger `message_status_transition`).
TRANSITIONS: frozenset[tuple[Status, Status]] = frozenset(
    {
        (Status.REGISTERED, Status.PROCESSING),
        # The worker that held the message was lost: the lease ran out and another one takes it (DESIGN 5).
        (Status.PROCESSING, Status.REGISTERED),
        (Status.PROCESSING, Status.IN_WORKFLOW),
        (Status.PROCESSING, Status.REJECTED),
        (Status.IN_WORKFLOW, Status.REJECTED),
        (Status.IN_WORKFLOW, Status.READY),
        (Status.REJECTED, Status.IN_WORKFLOW),
        (Status.READY, Status.SENT),
        (Status.READY, Status.SEND_FAILED),
        (Status.SEND_FAILED, Status.SENT),
        (Status.SEND_FAILED, Status.SEND_FAILED),
        (Status.SENT, Status.ACCEPTED),
        (Status.SENT, Status.REFUSED),
    }
)
