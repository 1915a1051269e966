"""Searching the communication log: boxes for what people have at hand, each of which leads to an index."""

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
from connectors.models import ENVIRONMENT_CODE, Environment
from messaging.filters import MAX_ORGANISATIONS
from messaging.models import LogEntry, Organisation
from portal.network import Network, NetworkError, parse_network

_REFERENCE = re.compile(r"[0-9A-F]{32}")
_HINT = re.compile(r"[0-9A-F]{4}")
_WIDEST = {4: 16, 6: 32}  # the widest network that is looked for, as a prefix length by IP version
# Ids and times grow together, but for calls that were being written at the same moment.
_CLOCKS = dt.timedelta(minutes=1)


def read_reference(text: str) -> UUID | None:
    """Read a log reference as people copy it: with spaces or hyphens, in small or capital letters, in braces."""
    plain = re.sub(r"[\s{}\u2010-\u2015-]", "", text).upper()
    return UUID(hex=plain) if _REFERENCE.fullmatch(plain) else None


def _causes() -> list[tuple[str, Any]]:
    return [("", _("All causes")), *((cause.code, cause.value.text) for cause in Cause)]


class LogSearchForm(forms.Form):
    """What to look for. What stands in `q` and `sender`, shows from its form.

    `environment` None: support staff, who look through all environments and know no organisations.
    """

    q = forms.CharField(
        label=_("Log reference, message id, address or token hint"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    sender = forms.CharField(
        label=_("External id, customer environment or organisation"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    office = forms.CharField(
        label=_("Environment or participant number"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    cause = forms.ChoiceField(label=_("Cause"), required=False, choices=_causes)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Open and solved")), ("open", _("Open")), ("solved", _("Solved"))],
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label=_("Up to and including"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, environment: Environment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environment = environment
        if environment is None:
            self.fields["sender"].label = _("External id or customer environment")
        else:
            del self.fields["office"]

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"].strip()
        if text and self._wanted(text) is None:
            raise forms.ValidationError(
                _(
                    "This is no log reference or message id (32 characters), no address or network such as 203.0.113.7 "
                    "or 203.0.113.0/24, and no token hint (the last four characters of a token). Paste one of these as "
                    "a whole."
                ),
                code="unreadable",
            )
        return text

    def clean_office(self) -> list[int]:
        """Return the keys of the environments with this code or participant number; none when nothing was filled in."""
        text = "".join(self.cleaned_data["office"].split()).upper()
        if not text:
            return []
        found = Environment.objects.filter(Q(code=text) | Q(participant_number=text)).values_list("pk", flat=True)
        if not found:
            raise forms.ValidationError(
                _("No environment has the code or participant number %(text)s."),
                code="unknown",
                params={"text": text},
            )
        return list(found)

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
        if found.get("sender"):
            entries = entries.filter(self._of_sender(found["sender"].strip()))
        if found.get("office"):
            entries = entries.filter(environment__in=found["office"])
        if found.get("cause"):
            entries = entries.filter(cause=found["cause"])
        if found.get("state"):
            entries = entries.filter(resolved_at__isnull=found["state"] == "open")
        if found.get("since"):
            entries = _since(entries, _start_of(found["since"]))
        if found.get("until"):
            entries = _before(entries, _start_of(found["until"] + dt.timedelta(days=1)))
        return entries

    def _of_sender(self, text: str) -> Q:
        """Return the condition on the sender's own names: a whole id or code, or a part of an organisation's name."""
        code = "".join(text.split()).upper()
        if re.fullmatch(ENVIRONMENT_CODE, code, re.ASCII):
            return Q(sender_environment=code)
        own_id = Q(external_message_id=text)
        if self.environment is None or LogEntry.objects.filter(own_id, environment=self.environment).exists():
            return own_id
        named = Q(name__icontains=text) | Q(numbers__number__iexact=code.removeprefix("NL"))
        organisations = Organisation.objects.filter(named, environment=self.environment).distinct()
        keys = list(organisations.values_list("pk", flat=True)[:MAX_ORGANISATIONS])
        # Few entries are about a message: said in so many words, it is from these that the database sets out.
        return Q(message__isnull=False, message__organisation__in=keys)

    @staticmethod
    def _wanted(text: str) -> Q | None:
        """Return the condition that the text stands for, or None when it stands for nothing."""
        if reference := read_reference(text):
            return Q(reference=reference) | Q(message_id=reference)
        hint = text.strip().lstrip("….").upper()
        if _HINT.fullmatch(hint):
            return Q(token_hint=hint)
        try:
            network = parse_network(text)
        except NetworkError as error:
            if error.suggestion is None:
                return None
            network = error.suggestion
        return _from_network(network)


def _from_network(network: Network) -> Q | None:
    """Return the condition on the address; a network is a range of addresses in the index."""
    if network.prefixlen < _WIDEST[network.version]:
        return None
    if network.num_addresses == 1:
        return Q(address=str(network[0]))
    return Q(address__gte=str(network[0]), address__lte=str(network[-1]))


def _since(entries: QuerySet[LogEntry], moment: dt.datetime) -> QuerySet[LogEntry]:
    """Keep what was written from a moment on, by key too, so that a page reads no further back."""
    first = LogEntry.objects.filter(at__gte=moment - _CLOCKS).order_by("at").values_list("pk", flat=True).first()
    return entries.filter(at__gte=moment, pk__gte=first) if first else entries.none()


def _before(entries: QuerySet[LogEntry], moment: dt.datetime) -> QuerySet[LogEntry]:
    """Keep what was written before a moment, by key too, so that a page begins there."""
    last = LogEntry.objects.filter(at__lt=moment + _CLOCKS).order_by("-at").values_list("pk", flat=True).first()
    return entries.filter(at__lt=moment, pk__lte=last) if last else entries.none()


def _start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
