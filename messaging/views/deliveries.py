"""What could not be sent: the list, sending again one or many, and recording by hand what came of a message."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.assessment import SomebodyWasFirst
from messaging.actions.outcomes import record_outcome, record_sent
from messaging.actions.resend import resend_message, start_run, stop_run
from messaging.filters_delivery import FailureFilter
from messaging.forms_delivery import RefusedForm
from messaging.models import Message
from messaging.models.messages import public_id
from messaging.queries import get_message_for
from messaging.queries_delivery import failed_deliveries, for_the_list, get_run_for, given_up
from messaging.statuses import Status
from messaging.views.messages import message_context, render_message
from portal.errors import DomainError
from portal.http import redirect_after, render_page, wants_fragment
from portal.keyset import page_of
from portal.permissions import ASSESS, READ_MESSAGES

LIST = "messaging/delivery/list.html"
RUN = "messaging/delivery/run.html"
_get_or_post = require_http_methods(["GET", "POST"])


@require_GET
@environment_page(READ_MESSAGES)
def delivery_list(request: EnvironmentRequest) -> HttpResponse:
    """*Verzendfouten*: given up, or tried again."""
    form = FailureFilter(request.environment, request.GET)
    find = failed_deliveries if form.is_tried_again else given_up
    found = find(request.environment, form.wanted)
    if form.is_tried_again:
        found = found.filter(gave_up_at__isnull=True)
    page = page_of(for_the_list(found), request.GET)
    context = {
        "form": form,
        "page": page,
        "newer": public_id(page.back) if page.back else None,
        "older": public_id(page.onward) if page.onward else None,
        "is_filtered": bool(form.wanted) or form.is_tried_again,
        "tried_again": form.is_tried_again,
        "may_resend": request.membership.role in ASSESS and not form.is_tried_again,
    }
    return render_page(request, LIST, context, fragment="results")


@_get_or_post
@environment_page(ASSESS)
def resend_all(request: EnvironmentRequest) -> HttpResponse:
    """Say how many that are, and send them again."""
    form = FailureFilter(request.environment, request.POST or request.GET)
    if request.method == "GET":
        context = {"form": form, "count": given_up(request.environment, form.wanted).count(), "key": uuid4()}
        return render_page(request, "messaging/delivery/resend.html", context)
    try:
        run = start_run(
            environment=request.environment,
            wanted=form.wanted,
            key=_key(request.POST.get("key", "")) or uuid4(),
            acting_user=request.user,
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect_after(request, reverse("messaging:delivery_list", args=[request.environment.code]))
    return redirect_after(request, reverse("messaging:resend_run", args=[request.environment.code, run.pk]))


@require_GET
@environment_page(READ_MESSAGES)
def resend_run(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """How far a run is; it looks again by itself."""
    run = get_run_for(request.environment, pk)
    context = {"run": run, "running": run.state == run.State.RUNNING, "may_stop": request.membership.role in ASSESS}
    return render_page(request, RUN, context, fragment="run")


@require_POST
@environment_page(ASSESS)
def resend_stop(request: EnvironmentRequest, pk: int) -> HttpResponse:
    run = get_run_for(request.environment, pk)
    stop_run(run=run, acting_user=request.user)
    return redirect_after(request, reverse("messaging:resend_run", args=[request.environment.code, run.pk]))


@require_POST
@environment_page(ASSESS)
def message_resend(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """*Opnieuw verzenden*."""
    message = get_message_for(request.environment, message_id)
    seen = _key(request.POST.get("reference", "")) or uuid4()
    _try(
        request,
        lambda: resend_message(message=message, reference_seen=seen, acting_user=request.user),
        _("The message is sent again at once."),
    )
    return _answer(request, message)


@require_POST
@environment_page(ASSESS)
def message_sent(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """Sent by hand."""
    message = get_message_for(request.environment, message_id)
    done = _("Recorded: sent to the requesting party.")
    _try(request, lambda: record_sent(message=message, acting_user=request.user), done)
    return _answer(request, message)


@require_POST
@environment_page(ASSESS)
def message_accepted(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message = get_message_for(request.environment, message_id)
    done = _("Recorded: accepted by the requesting party.")
    _try(request, lambda: record_outcome(message=message, accepted=True, acting_user=request.user), done)
    return _answer(request, message)


@_get_or_post
@environment_page(ASSESS)
def message_refused(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """Ask for the reason; with a reason, record it."""
    message = get_message_for(request.environment, message_id)
    if message.status != Status.SENT:
        return _answer(request, message)
    form = RefusedForm(request.POST or None)
    if not form.is_valid():
        context = message_context(request, message) | {"refused_form": form}
        return render_message(request, message, context, status=422 if form.errors else 200)
    reason = form.cleaned_data["reason"]
    _try(
        request,
        lambda: record_outcome(message=message, accepted=False, reason=reason, acting_user=request.user),
        _("Recorded: refused by the requesting party."),
    )
    return _answer(request, message)


def _try(request: EnvironmentRequest, action: Callable[[], None], done: str) -> None:
    """Act, and have the page say that it is done, or what the rule said."""
    try:
        action()
    except SomebodyWasFirst as late:
        messages.warning(request, str(late))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)


def _answer(request: EnvironmentRequest, message: Message) -> HttpResponse:
    if not wants_fragment(request):
        url = reverse("messaging:message_detail", args=[request.environment.code, message.public_id])
        return redirect_after(request, url)
    message = get_message_for(request.environment, message.pk)
    return render_message(request, message, message_context(request, message))


def _key(text: str) -> UUID | None:
    """Read a key from the address or a form; one that is none is left aside."""
    try:
        return UUID(hex=text) if text else None
    except ValueError:
        return None
