"""What the pages of the communication log are made of."""

from __future__ import annotations

from django import template

from messaging.models import LogEntry
from messaging.refusals import cause_in_words as in_words

register = template.Library()


@register.filter
def cause_in_words(entry: LogEntry) -> str:
    return in_words(entry)


@register.filter
def when_there(query: str, key: object) -> str:
    """Return the address of a page of the list when there is such a page, else nothing."""
    return query if key is not None else ""
