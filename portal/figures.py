"""What the dashboard counts row by row, to a cap: tasks by deadline, failed deliveries, what nobody has read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.models import Environment
from messaging.filters import Due
from messaging.models import Delivery, Message
from messaging.statuses import Status

CAP = 10_000  # rows that are counted at most
_UNREAD = [Status.REGISTERED, Status.PROCESSING]
GIVEN_UP, AGAIN, UNREAD = "given-up", "again", "unread"


@dataclass(frozen=True)
class Kind:
    """One thing that is counted: the rows that belong to it, of all environments, and of which those are meant.

    The rows are ordered as the index has them by which they are found, within an environment.
    """

    label: str
    rows: QuerySet[Any]
    environments: QuerySet[Environment]

    def count(self) -> int:
        """Return how many there are, at most `CAP`."""
        return self.by_environment().total()

    def by_environment(self) -> Counter[int]:
        """Return the same number, divided over the environments (by their keys).

        Environment by environment, in the order of the index, until the cap: left to choose, the database takes a
        table from its beginning in the hope to come upon enough rows soon.
        """
        meant, whose = self.environments.values("pk").query.sql_with_params()
        rows = self.rows.filter(environment=RawSQL("meant.id", [])).values("pk")[:CAP]
        of_one, values = rows.query.sql_with_params()
        statement = f"""
            SELECT id, count(*) FROM (
                SELECT meant.id FROM ({meant}) AS meant(id) CROSS JOIN LATERAL ({of_one}) AS found LIMIT {CAP}
            ) AS counted GROUP BY id
        """  # noqa: S608  # statements of Django's making
        with connection.cursor() as cursor:
            cursor.execute(statement, [*whose, *values])
            return Counter(dict(cursor.fetchall()))


def tasks(environments: QuerySet[Environment]) -> dict[str, Kind]:
    """Return the messages in the workflow, by deadline; the keys are those of `Due`."""
    waiting = Message.objects.order_by("due_at")
    now = timezone.now()
    return {due.value: Kind(str(due.label), waiting.filter(due.condition(now)), environments) for due in Due}


def failures(environments: QuerySet[Environment]) -> dict[str, Kind]:
    """Return what could not be sent: what nobody tries any more, and what a worker tries again."""
    failed = Delivery.objects.filter(log_reference__isnull=False).order_by("-pk")
    return {
        GIVEN_UP: Kind(_("Given up"), failed.filter(gave_up_at__isnull=False), environments),
        AGAIN: Kind(_("Is tried again"), failed.filter(gave_up_at__isnull=True), environments),
    }


def unread(environments: QuerySet[Environment]) -> Kind:
    """Return the messages that a worker has still to read."""
    return Kind(_("Not read yet"), Message.objects.filter(status__in=_UNREAD).order_by("status", "-pk"), environments)


def oldest_unread(environment: Environment) -> Message | None:
    """Return the one of them that waits longest, with when it came in."""
    rows = Message.objects.filter(environment=environment, status__in=_UNREAD)
    return rows.order_by("pk").only("received_at").first()
