"""Which tasks the list shows: by message type, by client, by deadline."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment
from connectors.models.environments import ENVIRONMENT_CODE
from messaging.kinds import MessageKind, NumberScheme
from messaging.models import Organisation
from messaging.tasks_for import DUE, TaskFilter

MAX_ORGANISATIONS = 50  # that a part of a name may stand for
_NUMBER = re.compile(r"(NL)?([0-9]{9}B[0-9]{2}|[0-9]{8,9})")

_OF_TYPE = "m.message_type_id = %(type)s"
# By the index of numbers, which begins with their kind.
_OF_NUMBER = """m.id IN (SELECT r.message_id FROM messaging_messagereading r
                         WHERE r.number_scheme = ANY (%(schemes)s) AND r.number = %(number)s)"""


class TaskFilterForm(forms.Form):
    """Narrow *Mijn taken*. What cannot be read is left aside, like no filter at all."""

    type = forms.ChoiceField(
        label=_("Message type"), required=False, choices=[("", _("All types")), *MessageKind.choices]
    )
    client = forms.CharField(label=_("Organisation or customer environment"), required=False, max_length=150)
    deadline = forms.ChoiceField(
        label=_("Deadline"),
        required=False,
        choices=[
            ("", _("All deadlines")),
            ("overdue", _("Overdue")),
            ("today", _("Until the end of today")),
            ("week", _("Within 7 days")),
            ("none", _("Without deadline")),
        ],
    )

    def __init__(self, environment: Environment, data: Any) -> None:
        super().__init__(data)
        self._environment = environment

    def chosen(self) -> TaskFilter:
        """Return the conditions of what was filled in."""
        self.is_valid()
        found = TaskFilter()
        if kind := self.cleaned_data.get("type"):
            message_type = self._environment.message_types.filter(code=kind).values_list("pk", flat=True).first()
            found = found.narrowed(_OF_TYPE, type=message_type)
        if client := self.cleaned_data.get("client"):
            found = self._of_client(found, str(client).strip())
        return _within(found, str(self.cleaned_data.get("deadline") or ""))

    def _of_client(self, found: TaskFilter, text: str) -> TaskFilter:
        """Find by customer environment, by number, or else by part of an organisation's name."""
        compact = re.sub(r"[^0-9A-Z]", "", text.upper())
        if re.fullmatch(ENVIRONMENT_CODE.strip("^$"), compact):
            return found.narrowed("m.sender_environment = %(sender)s", sender=compact)
        if number := _NUMBER.fullmatch(compact):
            return found.narrowed(_OF_NUMBER, schemes=NumberScheme.values, number=number[2])
        named = Organisation.objects.filter(environment=self._environment, name__icontains=text)
        keys = [*named.values_list("pk", flat=True)[:MAX_ORGANISATIONS]]
        return found.narrowed("m.organisation_id = ANY (%(organisations)s)", organisations=keys)


def _within(found: TaskFilter, deadline: str) -> TaskFilter:
    now = timezone.now()
    tomorrow = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    match deadline:
        case "overdue":
            return found.narrowed(f"{DUE} < %(until)s", until=now)
        case "today":
            return found.narrowed(f"{DUE} < %(until)s", until=tomorrow)
        case "week":
            return found.narrowed(f"{DUE} < %(until)s", until=now + dt.timedelta(days=7))
        case "none":
            return found.narrowed(f"{DUE} = 'infinity'")
    return found
