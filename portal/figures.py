"""What the dashboard counts row by row, to a cap: tasks by deadline, failed deliveries, what nobody has read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.models import Environment
from messaging.filters import Due
from messaging.models import Delivery, Message
from messaging.statuses import Status

CAP = 10_000  # rows that are counted at most
GIVEN_UP, AGAIN, UNREAD = "given-up", "again", "unread"


@dataclass(frozen=True)
class Kind:
    """One thing that is counted: the rows that belong to it, each with an `environment_id`."""

    label: str
    rows: QuerySet[Any]

    def count(self) -> int:
        """Return how many there are, at most `CAP`."""
        return self.rows.order_by()[:CAP].count()

    def by_environment(self) -> Counter[int]:
        """Return the same number, divided over the environments (by their keys)."""
        return Counter(self.rows.order_by().values_list("environment_id", flat=True)[:CAP])


def tasks(environments: QuerySet[Environment]) -> dict[str, Kind]:
    """Return the messages in the workflow, by deadline; the keys are those of `Due`."""
    waiting = Message.objects.filter(environment__in=environments)
    now = timezone.now()
    return {due.value: Kind(str(due.label), waiting.filter(due.condition(now))) for due in Due}


def failures(environments: QuerySet[Environment]) -> dict[str, Kind]:
    """Return what could not be sent: what nobody tries any more, and what a worker tries again."""
    failed = Delivery.objects.filter(environment__in=environments, log_reference__isnull=False)
    return {
        GIVEN_UP: Kind(_("Given up"), failed.filter(gave_up_at__isnull=False)),
        AGAIN: Kind(_("Is tried again"), failed.filter(gave_up_at__isnull=True)),
    }


def unread(environments: QuerySet[Environment]) -> Kind:
    """Return the messages that a worker has still to read."""
    rows = Message.objects.filter(environment__in=environments, status__in=[Status.REGISTERED, Status.PROCESSING])
    return Kind(_("Not read yet"), rows)
