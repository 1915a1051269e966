"""The pieces that every page is made of, as template tags and filters. A builtin: pages need no `{% load %}`.

Markup of more than one line stands in `templates/components/`; the tags here only give it its values.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal import formats

register = template.Library()
_AFTER_A_SLASH = re.compile(r"(?<=[^/:]/)(?=[^/])")

for plain_filter in (
    formats.euro,
    formats.number,
    formats.datetime_nl,
    formats.seconds_nl,
    formats.duration,
    formats.age,
):
    register.filter(plain_filter.__name__, plain_filter)


def component(name: str, **values: Any) -> SafeString:
    """Render `templates/components/<name>.html` with these values."""
    return SafeString(get_template(f"components/{name}.html").render(values))


# Text ---------------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of our sprite. Without a label it is decoration; with one, that is what is read aloud."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"></use></svg>', spoken, static("portal/icons.svg"), name)


@register.filter
def log_reference(value: str | None) -> SafeString | str:
    """Show a log reference or message id in groups of eight; copied text has no spaces in it."""
    if not value:
        return formats.NOTHING
    groups = format_html_join("", "<span>{}</span>", ((group,) for group in formats.groups_of_eight(value)))
    return format_html('<span class="reference">{}</span>', groups)


@register.filter
def code(value: object) -> SafeString | str:
    """Show a token hint, address or code in fixed width; no value is an en dash."""
    return formats.NOTHING if value in (None, "") else format_html("<code>{}</code>", value)


@register.filter
def breakable(address: object) -> SafeString:
    """Show a long address or path so that it breaks after a slash and not in a word; copied text stays the same."""
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in _AFTER_A_SLASH.split(str(address))))


@register.simple_tag
def when(value: dt.datetime | dt.date | None, *, seconds: bool = False) -> SafeString | str:
    """Show a moment as `<time>`, exact and in Dutch form."""
    if value is None:
        return formats.NOTHING
    text = formats.seconds_nl(value) if seconds and isinstance(value, dt.datetime) else formats.datetime_nl(value)
    return format_html('<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), text)


@register.simple_tag
def period(start: dt.date | None, end: dt.date | None) -> SafeString:
    """Show the period of a return by its name (`3rd quarter 2026`), or else by its first and last day."""
    return format_html('<span class="nowrap">{}</span>', formats.period(start, end))


# Badges -------------------------------------------------------------------------------------------------------------

STATUS_LOOKS = {
    10: ("grey", "registered"),
    20: ("grey", "processing"),
    30: ("blue", "workflow"),
    40: ("red", "rejected"),
    50: ("amber", "ready"),
    60: ("teal", "sent"),
    70: ("red", "send-failed"),
    80: ("green", "accepted"),
    90: ("red", "refused"),
}


@register.simple_tag
def badge(tone: str, icon_name: str, label: str) -> SafeString:
    """A state in words with its icon. Tones: grey, blue, amber, teal, green, red."""
    return format_html('<span class="tag tone-{}">{}<span>{}</span></span>', tone, icon(icon_name), label)


@register.simple_tag
def status_badge(value: int, label: str) -> SafeString:
    """The status of a message: icon, number and words (DOMAIN 2); never a colour alone."""
    tone, icon_name = STATUS_LOOKS[int(value)]
    return format_html(
        '<span class="tag tone-{}">{}<span><span class="tag-number">{}</span> {}</span></span>',
        tone,
        icon(icon_name),
        int(value),
        label,
    )


@register.simple_tag
def state_badge(blocked: bool, blocked_label: str = "", open_label: str = "") -> SafeString:
    """Whether something is blocked or open."""
    if blocked:
        return badge("red", "blocked", blocked_label or _("Blocked"))
    return badge("green", "open", open_label or _("Open"))


# Blocks -------------------------------------------------------------------------------------------------------------

NOTICE_LOOKS = {
    "info": ("blue", "info"),
    "success": ("green", "check-circle"),
    "warning": ("amber", "warning"),
    "danger": ("red", "cross-circle"),
}


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> SafeString:
    """A remark that belongs to the place where it stands. Kinds: info, success, warning, danger."""
    tone, icon_name = NOTICE_LOOKS[kind]
    return component("notice", content=content, title=title, tone=tone, icon_name=icon_name, kind=kind)


@register.simple_block_tag
def empty_state(content: str, title: str, icon_name: str = "registered") -> SafeString:
    """An empty list: what is empty (title), why and what to do (content), and its button (in a `row-of`)."""
    return component("empty_state", content=content, title=title, icon_name=icon_name)


@register.simple_block_tag
def breadcrumbs(content: str) -> SafeString:
    return component("breadcrumbs", content=content)


@register.simple_tag
def crumb(label: str, url: str = "") -> SafeString:
    """One part of the path to this page; without an address it is a name only."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html("<li>{}</li>", label)


@register.simple_block_tag
def tabs(content: str, label: str) -> SafeString:
    """A row of links to the parts of one thing; `label` names the row for who cannot see it."""
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label, content)


@register.simple_tag
def tab(label: str, url: str, *, current: bool = False, count: int | str | None = None) -> SafeString:
    return component("tab", label=label, url=url, current=current, count=count)


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """A list of name and value; its lines are `{% fact %}`."""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_block_tag
def fact(content: str, label: str) -> SafeString:
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content)


@register.simple_tag
def copy_button(target: str, label: str = "", *, quiet: bool = True) -> SafeString:
    """Copies the text of `target` (a CSS selector) and says so; drawn as an icon, or with words when not `quiet`."""
    return component("copy_button", target=target, label=label or _("Copy"), quiet=quiet)


@register.simple_block_tag
def secret_panel(content: str, value: str, id: str = "secret") -> SafeString:
    """A secret that is shown once, with its copy button; content: what else can be done with it (buttons)."""
    return component("secret_panel", content=content, value=str(value), id=id, target=f"#{id}")


@dataclass(frozen=True)
class Step:
    number: int
    label: str
    state: str  # done, current, next


@register.simple_tag
def stepper(*labels: str, current: int) -> SafeString:
    """The steps of a wizard in order, with the `current` one (from 1) marked."""
    states = [("done", "current", "next")[(n >= current) + (n > current)] for n in range(1, len(labels) + 1)]
    steps = [Step(n, label, state) for n, (label, state) in enumerate(zip(labels, states, strict=True), start=1)]
    return component("stepper", steps=steps)


@register.simple_block_tag
def task(
    content: str, title: str, *, done: bool = False, state: str = "", tone: str = "", action: str = ""
) -> SafeString:
    """A line of a task list (`<ol class="tasks">`): state in words, title, one sentence, and the button (`action`)."""
    return component(
        "task",
        content=content,
        title=title,
        done=done,
        state=state or (_("Done") if done else _("To do")),
        tone=tone or ("green" if done else "amber"),
        action=action,
    )


@register.simple_tag
def check(label: str, passed: bool | None) -> SafeString:
    """One of a row of checks (`<ul class="checks">`): passed, failed, or (`None`) not reached."""
    state, icon_name, spoken = {
        True: ("passed", "check", _("passed")),
        False: ("failed", "cross", _("failed")),
        None: ("open", "minus", _("not checked")),
    }[passed]
    return format_html('<li class="check-{}">{}{}</li>', state, icon(icon_name, spoken), label)


@register.simple_block_tag
def timeline_item(content: str, moment: dt.datetime, actor: str = "", tone: str = "grey") -> SafeString:
    """A line of a history (`<ol class="timeline">`): when, by whom, and what (content)."""
    return component("timeline_item", content=content, moment=moment, actor=actor, tone=tone)


@register.simple_tag
def pager(*, newer: str = "", older: str = "", shown: str = "", target: str = "", by_name: bool = False) -> SafeString:
    """Keyset pages: addresses of the newer and the older page (empty when there is none), and what is shown in words.

    `target` (a CSS selector) makes htmx replace that part only; `by_name`: the pages before and after in that order.
    """
    return component("pager", newer=newer, older=older, shown=shown, target=target, by_name=by_name)


@register.simple_block_tag(takes_context=True)
def confirm_panel(
    context: Context, content: str, submit: str, cancel_url: str, *, action: str = "", danger: bool = True
) -> SafeString:
    """The question before something that cannot be undone, as a page of its own: what will happen (content), a button
    that says what it does, and the way back."""
    return component(
        "confirm_panel",
        content=content,
        submit=submit,
        cancel_url=cancel_url,
        action=action,
        danger=danger,
        csrf_token=context.get("csrf_token", ""),
    )
