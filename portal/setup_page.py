"""What the page Inrichting shows: the steps, what blocks them, and the last test message."""

from __future__ import annotations

import hashlib
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectors.models import Environment
from messaging.queries_trials import trials_of
from messaging.trial_progress import progress_of
from portal.help import SETUP, help_url
from portal.setup import expiring_tokens_of, facts_of, steps_of, tokens_of
from portal.setup_refusals import blocking_refusals

# How many tokens the checklist names one by one; the rest is a click away.
_TOKENS_SHOWN = 10


def setup_context(environment: Environment, *, may_manage: bool) -> dict[str, Any]:
    """Return the values of the page; `state` is another as soon as anything that is shown is another."""
    steps = steps_of(environment, facts_of(environment), blocking_refusals(environment))
    tokens = list(tokens_of(environment)[: _TOKENS_SHOWN + 1])
    expiring = list(expiring_tokens_of(environment)[: _TOKENS_SHOWN + 1])
    trial = trials_of(environment).select_related("entry__environment", "message").first()
    progress = progress_of(trial) if trial else None
    done = sum(step.done for step in steps)
    ending = [(token.pk, token.expires_at) for token in expiring]
    shown = (steps, [(token.pk, token.last_used_at) for token in tokens], ending, trial and trial.pk, progress)
    return {
        "steps": steps,
        "done": done,
        "complete": done == len(steps),
        "announcement": _left(len(steps) - done),
        "next": next((step.key for step in steps if not step.done and step.url), ""),
        "tokens": tokens[:_TOKENS_SHOWN],
        "more_tokens": len(tokens) > _TOKENS_SHOWN,
        "expiring": expiring[:_TOKENS_SHOWN],
        "more_expiring": len(expiring) > _TOKENS_SHOWN,
        "may_manage": may_manage,
        "open_types": [*environment.message_types.filter(blocked=False).order_by("pk")],
        "trial": trial,
        "trial_progress": progress,
        "test_help": f"{help_url(SETUP)}?omgeving={environment.code}#testbericht",
        "here": reverse("portal:setup", args=[environment.code]),
        "state": hashlib.sha256(repr(shown).encode()).hexdigest()[:16],
    }


def _left(count: int) -> str:
    if not count:
        return _("Done: messages come in")
    return ngettext("%(count)d step to go", "%(count)d steps to go", count) % {"count": count}
