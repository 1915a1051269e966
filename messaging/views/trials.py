"""Test messages: asking for one, and looking on while it goes through the gateway."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from connectors.forms.errors import show_refusal
from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.trials import request_trial
from messaging.forms_trials import TrialForm
from messaging.models import Trial
from messaging.queries_trials import (
    TRIALS_SHOWN,
    get_trial_for,
    likely_address,
    token_to_begin_with,
    tokens_to_try,
    trials_of,
)
from messaging.trial_progress import progress_of
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_SETUP


@require_http_methods(["GET", "POST"])
@environment_page(MANAGE)
def trial_add(request: EnvironmentRequest) -> HttpResponse:
    """Ask for a test message; `?message_type=`, `?token=` and `?address=` fill it in."""
    form = TrialForm(request.environment, request.POST or None, initial=_filled_in(request))
    if request.method == "POST" and form.is_valid():
        try:
            trial = _request(request, form.cleaned_data)
        except DomainError as error:
            show_refusal(form, error)
        else:
            return redirect_after(request, _url(request, trial))
    context = {
        "form": form,
        "trials": trials_of(request.environment)[:TRIALS_SHOWN],
        "can_try": tokens_to_try(request.environment).exists(),
    }
    return render_page(request, "messaging/trials/add.html", context, status=422 if form.errors else 200)


@require_GET
@never_cache
@environment_page(READ_SETUP)
def trial_detail(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Show how far a test is. The fragment asks for itself again while more is to come."""
    trial = get_trial_for(request.environment, pk)
    context = {
        "trial": trial,
        "progress": progress_of(trial),
        "here": _url(request, trial),
        "may_mend": request.membership.role in MANAGE,
    }
    return render_page(request, "messaging/trials/detail.html", context, fragment="progress")


def _request(request: EnvironmentRequest, asked: dict[str, Any]) -> Trial:
    return request_trial(
        environment=request.environment,
        kind=asked["message_type"],
        token=asked["token"],
        address=asked["address"],
        acting_user=request.user,
    )


def _filled_in(request: EnvironmentRequest) -> dict[str, Any]:
    token = token_to_begin_with(request.environment)
    first = request.environment.message_types.filter(blocked=False).order_by("pk").first()
    known = {
        "message_type": first.code if first else "",
        "token": token.pk if token else "",
        "address": likely_address(request.environment, token),
    }
    return known | {name: request.GET[name] for name in known if request.GET.get(name)}


def _url(request: EnvironmentRequest, trial: Trial) -> str:
    return reverse("messaging:trial_detail", args=[request.environment.code, trial.pk])
