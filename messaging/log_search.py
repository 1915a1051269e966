"""Searching the communication log: one box for what people have at hand, and the cause and the period beside it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.causes import Cause
from messaging.models import LogEntry
from portal.network import NetworkError, parse_address

_REFERENCE = re.compile(r"[0-9A-F]{32}")
_HINT = re.compile(r"[0-9A-F]{4}")


def read_reference(text: str) -> UUID | None:
    """Read a log reference as people copy it: with spaces or hyphens, in small or capital letters, in braces."""
    plain = re.sub(r"[\s{}\u2010-\u2015-]", "", text).upper()
    return UUID(hex=plain) if _REFERENCE.fullmatch(plain) else None


def _causes() -> list[tuple[str, Any]]:
    return [("", _("All causes")), *((cause.code, cause.value.text) for cause in Cause)]


class LogSearchForm(forms.Form):
    """What to look for. `q` is a log reference, an address or a token hint; what it is, shows from its form."""

    q = forms.CharField(
        label=_("Log reference, address or token hint"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    cause = forms.ChoiceField(label=_("Cause"), required=False, choices=_causes)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label=_("Up to and including"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"].strip()
        if text and self._wanted(text) is None:
            raise forms.ValidationError(
                _(
                    "This is no log reference (32 characters), no address such as 203.0.113.7, and no token hint (the "
                    "last four characters of a token). Paste one of these as a whole."
                ),
                code="unreadable",
            )
        return text

    @property
    def reference(self) -> UUID | None:
        """The log reference that was pasted, if it is one; it leads to one entry, whatever else is filled in."""
        return read_reference(self.cleaned_data.get("q", ""))

    @property
    def narrows(self) -> bool:
        """Whether anything at all was asked for."""
        return any(self.cleaned_data.get(name) for name in self.fields)

    def narrow(self, entries: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        """Keep the entries that were asked for; a part of the form that cannot be read is left aside."""
        found = self.cleaned_data
        if (wanted := self._wanted(found.get("q", ""))) is not None:
            entries = entries.filter(wanted)
        if found.get("cause"):
            entries = entries.filter(cause=found["cause"])
        if found.get("since"):
            entries = entries.filter(at__gte=_start_of(found["since"]))
        if found.get("until"):
            entries = entries.filter(at__lt=_start_of(found["until"] + dt.timedelta(days=1)))
        return entries

    @staticmethod
    def _wanted(text: str) -> Q | None:
        """Return the condition that the text stands for, or None when it stands for nothing."""
        if reference := read_reference(text):
            return Q(reference=reference)
        hint = text.strip().lstrip("….").upper()
        if _HINT.fullmatch(hint):
            return Q(token_hint=hint)
        try:
            return Q(address=str(parse_address(text)))
        except NetworkError:
            return None


def _start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
