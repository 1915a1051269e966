"""Which messages a list shows. Every filter leads to an index; none of them looks into content."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment, Token
from messaging.kinds import MessageKind, NumberScheme
from messaging.models import Message, Organisation
from messaging.statuses import Status

MAX_ORGANISATIONS = 50  # that a part of a name may stand for
_NUMBER = re.compile(r"(NL)?([0-9]{9}B[0-9]{2}|[0-9]{8,9})")
_PUBLIC_ID = re.compile(r"[0-9A-F]{32}")
# The clocks of web process and database: an id may be this much earlier or later than the moment of reception.
_CLOCKS = dt.timedelta(hours=1)


def first_id_at(moment: dt.datetime) -> UUID:
    """Return the smallest message id of a moment: ids begin with the milliseconds since 1970 (UUID version 7)."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _compact(value: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", value.upper())


class _Date(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Due(models.TextChoices):
    """Which tasks are meant, by their deadline: together these are all messages in the workflow."""

    LATE = "late", _("Past the deadline")
    SOON = "day", _("Within a day")
    LATER = "later", _("Later")
    NONE = "none", _("Without a deadline")

    def condition(self, now: dt.datetime) -> Q:
        """Return the condition on messages in the workflow."""
        tomorrow = now + dt.timedelta(days=1)
        conditions = {
            Due.LATE: Q(due_at__lt=now),
            Due.SOON: Q(due_at__gte=now, due_at__lt=tomorrow),
            Due.LATER: Q(due_at__gte=tomorrow),
            Due.NONE: Q(due_at__isnull=True),
        }
        return Q(status=Status.IN_WORKFLOW) & conditions[self]


class MessageFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrow `messages_of(environment)` by what people know of a message."""

    status = django_filters.ChoiceFilter(
        choices=[(value, f"{value} {label}") for value, label in Status.choices],
        label=_("Status"),
        empty_label=_("All statuses"),
    )
    type = django_filters.ChoiceFilter(
        method="by_type",
        choices=MessageKind.choices,
        label=_("Message type"),
        empty_label=_("All types"),
    )
    organisation = django_filters.CharFilter(
        method="by_organisation", label=_("Organisation or number"), max_length=150
    )
    reference = django_filters.CharFilter(method="by_reference", label=_("Message id or external id"), max_length=200)
    due = django_filters.ChoiceFilter(
        method="by_deadline", choices=Due.choices, label=_("Deadline"), empty_label=_("All deadlines")
    )
    received_from = django_filters.DateFilter(method="from_day", label=_("Received from"), widget=_Date())
    received_to = django_filters.DateFilter(method="to_day", label=_("Received until"), widget=_Date())

    class Meta:
        model = Message
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[Message], *, environment: Environment) -> None:
        self.environment = environment
        super().__init__(data, queryset)

    def by_deadline(self, queryset: QuerySet[Message], _name: str, value: str) -> QuerySet[Message]:
        """Keep the tasks with such a deadline."""
        return queryset.filter(Due(value).condition(timezone.now()))

    def by_type(self, queryset: QuerySet[Message], _name: str, value: str) -> QuerySet[Message]:
        """Find by the key of the type, looked up before: so the database knows how many there are, and which index."""
        message_type = self.environment.message_types.filter(code=value).values_list("pk", flat=True).first()
        return queryset.filter(message_type=message_type)

    def by_organisation(self, queryset: QuerySet[Message], _name: str, value: str) -> QuerySet[Message]:
        """Find by number, linked to an organisation or not; anything else is part of an organisation's name."""
        number = _NUMBER.fullmatch(_compact(value))
        if number:
            return queryset.filter(reading__number_scheme__in=NumberScheme.values, reading__number=number[2])
        named = Organisation.objects.filter(environment=self.environment, name__icontains=value.strip())
        return queryset.filter(organisation__in=list(named.values_list("pk", flat=True)[:MAX_ORGANISATIONS]))

    def by_reference(self, queryset: QuerySet[Message], _name: str, value: str) -> QuerySet[Message]:
        """Find by our id, in any way of writing it, or else by the sender's own id, exactly."""
        message_id = _compact(value)
        if _PUBLIC_ID.fullmatch(message_id):
            found = queryset.filter(pk=UUID(hex=message_id))
            if found.exists():
                return found
        tokens = Token.objects.filter(environment=self.environment).values("pk")
        return queryset.filter(token__in=tokens, external_message_id=value.strip())

    def from_day(self, queryset: QuerySet[Message], _name: str, day: dt.date) -> QuerySet[Message]:
        start = _start_of(day)
        return queryset.filter(pk__gte=first_id_at(start - _CLOCKS), received_at__gte=start)

    def to_day(self, queryset: QuerySet[Message], _name: str, day: dt.date) -> QuerySet[Message]:
        """Keep what came in until the end of that day."""
        end = _start_of(day + dt.timedelta(days=1))
        return queryset.filter(pk__lt=first_id_at(end + _CLOCKS), received_at__lt=end)


def _start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
