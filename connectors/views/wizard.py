"""The wizard *App connector*: Gegevens, Controleren, Token (DOMAIN 1b, steps 1 to 7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.actions.one_go import MadeInOneGo, check_in_one_go, create_connector_in_one_go
from connectors.actions.system_users import free_system_username
from connectors.forms.app_connectors import DetailsForm
from connectors.forms.errors import show_refusal
from connectors.views.environment import EnvironmentRequest, environment_page
from connectors.views.links import list_url, tab_url
from connectors.views.once import DoneBefore, done_before, once
from connectors.views.secrets import Issued, issued, show_once, shown_before
from connectors.views.wizard_state import draft_of, forget_draft, keep_draft, new_run
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE

_get_or_post = require_http_methods(["GET", "POST"])


@_get_or_post
@environment_page(MANAGE)
def wizard_start(request: EnvironmentRequest) -> HttpResponse:
    """Step 1 of a new run; nothing is kept until *Volgende*."""
    form = DetailsForm(request.environment, request.POST or None)
    return _take_answers(request, new_run(), form) if request.method == "POST" else _details(request, "", form)


@_get_or_post
@never_cache
@environment_page(MANAGE)
def wizard_details(request: EnvironmentRequest, run: str) -> HttpResponse:
    """Step 1 again, from *Vorige* or *Wijzig*, with what was filled in."""
    draft = draft_of(request, run)
    if draft is None:
        return _gone(request, run)
    if request.method == "POST":
        return _take_answers(request, run, DetailsForm(request.environment, request.POST))
    return _details(request, run, DetailsForm(request.environment, initial=draft))


@require_GET
@never_cache
@environment_page(MANAGE)
def wizard_review(request: EnvironmentRequest, run: str) -> HttpResponse:
    """Step 2: everything that will be made. Nothing has been made yet."""
    draft = draft_of(request, run)
    if draft is None:
        return _gone(request, run)
    form = DetailsForm(request.environment, draft)
    if not _acceptable(request, form):
        return _details(request, run, form, status=422)
    username = free_system_username(request.environment, form.answers.description)
    context = {"run": run, "answers": form.answers, "username": username}
    return render_page(request, "connectors/app_connectors/wizard_review.html", context)


@_get_or_post
@never_cache
@environment_page(MANAGE)
def wizard_finish(request: EnvironmentRequest, run: str) -> HttpResponse:
    """Step 3, *Voltooien*: make everything once, and show the token in this answer only.

    A GET comes from a reload without sending again, or from switching language.
    """
    draft = draft_of(request, run)
    if request.method == "GET" or draft is None:
        return _gone(request, run) if draft is None else redirect_after(request, _url(request, "wizard_review", run))
    form = DetailsForm(request.environment, draft)
    if form.is_valid():
        try:
            made, token = once(
                request, run, lambda: _make(request, run, form), then=lambda both: _made_url(request, both[0])
            )
        except DoneBefore as before:
            return shown_before(request, before.url)
        except DomainError as error:
            show_refusal(form, error)
        else:
            return show_once(request, made.app_connector, token, made=made)
    return _details(request, run, form, status=422)


@require_POST
@environment_page(MANAGE)
def wizard_cancel(request: EnvironmentRequest, run: str) -> HttpResponse:
    forget_draft(request, run)
    messages.info(request, _("Cancelled. Nothing has been made."))
    return redirect_after(request, list_url(request))


def _take_answers(request: EnvironmentRequest, run: str, form: DetailsForm) -> HttpResponse:
    if not _acceptable(request, form):
        return _details(request, run if draft_of(request, run) else "", form, status=422)
    keep_draft(request, run, form.draft)
    return redirect_after(request, _url(request, "wizard_review", run))


def _acceptable(request: EnvironmentRequest, form: DetailsForm) -> bool:
    """Tell whether *Voltooien* would take these answers; what it would refuse stands beside its field then."""
    if not form.is_valid():
        return False
    try:
        check_in_one_go(
            environment=request.environment,
            description=form.answers.description,
            group=form.answers.group,
            customer_environment=form.answers.customer_environment,
        )
    except DomainError as error:
        show_refusal(form, error)
    return form.is_valid()


def _details(request: EnvironmentRequest, run: str, form: DetailsForm, status: int = 200) -> HttpResponse:
    address = _url(request, "wizard_details", run) if run else reverse("connectors:wizard_start", args=_code(request))
    context = {"form": form, "run": run, "address": address}
    return render_page(request, "connectors/app_connectors/wizard_details.html", context, status=status)


def _make(request: EnvironmentRequest, run: str, form: DetailsForm) -> tuple[MadeInOneGo, Issued | None]:
    made = create_connector_in_one_go(
        environment=request.environment,
        description=form.answers.description,
        group=form.answers.group,
        with_token=form.answers.with_token,
        customer_environment=form.answers.customer_environment,
        acting_user=request.user,
    )
    forget_draft(request, run)
    return made, issued((made.token, made.secret), form, request.user) if made.token else None


def _gone(request: EnvironmentRequest, run: str) -> HttpResponse:
    """Answer for a run without answers: it was completed, or cancelled, or belongs to an earlier session."""
    if url := done_before(request, run):
        return shown_before(request, url)
    messages.info(request, _("This wizard is no longer open. Nothing was made by it; start again here."))
    return redirect_after(request, reverse("connectors:wizard_start", args=_code(request)))


def _made_url(request: EnvironmentRequest, made: MadeInOneGo) -> str:
    return tab_url(request, "general", made.app_connector)


def _url(request: EnvironmentRequest, name: str, run: str) -> str:
    return reverse(f"connectors:{name}", args=[request.environment.code, run])


def _code(request: EnvironmentRequest) -> list[str]:
    return [request.environment.code]
