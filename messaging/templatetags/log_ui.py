"""What the pages of the communication log are made of."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from connectors.models import Environment
from messaging.models import LogEntry
from messaging.refusals import cause_in_words as in_words
from messaging.what_if import DAYS, MOST, Effect, effect_of_page
from portal.templatetags.portal_ui import icon

register = template.Library()


@register.filter
def cause_in_words(entry: LogEntry) -> str:
    return in_words(entry)


@register.filter
def when_there(query: str, key: object) -> str:
    """Return the address of a page of the list when there is such a page, else nothing."""
    return query if key is not None else ""


@register.simple_tag
def effect_of_fix(environment: Environment, fix: str, **about: Any) -> SafeString:
    """Say on the page of a fix, before it is saved, what it would do (`messaging.what_if.effect_of_page`)."""
    words = effect_in_words(effect_of_page(environment, fix, **about))
    return format_html('<p class="effect">{}<span>{}</span></p>', icon("info"), words) if words else SafeString("")


@register.simple_tag
def effect_in_words(effect: Effect | None) -> str:
    """Say what a fix would do to the refusals of the past week; nothing when it is about none of them."""
    if effect is None or not effect.of:
        return ""
    counts = {"passes": effect.passes, "of": effect.of, "days": DAYS}
    text = _("Lets in %(passes)s of the %(of)s refused calls of the past %(days)s days.") % counts
    if effect.capped:
        text += " " + _("Looked at: the newest %(most)s refusals.") % {"most": MOST}
    if not effect.stopped_by:
        return text
    others = " ".join(str(cause.value.text) for cause in effect.stopped_by)
    still = _("The others would still be refused:")
    return f"{text} {still} {others}"
