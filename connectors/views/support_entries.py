"""The allowlist as support staff keep it: what is let in for whom, how long still, and whether it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.actions.allowlist_entries import review_entry, revoke_entry, set_entry_expiry
from connectors.desk import expiring, live, look_for_use, over, to_review, unused
from connectors.fields import display_network
from connectors.forms.allowlist_entries import ExpiryForm, ReviewForm, RevokeForm
from connectors.forms.errors import show_refusal
from connectors.history import history_of_entry
from connectors.models import AllowlistEntry
from connectors.queries import get_allowlist_entry_for_support
from connectors.views.environment import support_page
from portal.errors import DomainError
from portal.http import HtmxHttpRequest, redirect_after, render_page
from portal.keyset import page_of

LIST = "connectors/allowlist/entries.html"
DETAIL = "connectors/allowlist/entry.html"
_LISTS: dict[str, tuple[str | Promise, Callable[[], QuerySet[AllowlistEntry]]]] = {
    "live": (gettext_lazy("Let in now"), live),
    "expiring": (gettext_lazy("Ends within 30 days"), lambda: expiring(live())),
    "review": (gettext_lazy("To review"), lambda: to_review(live())),
    "unused": (gettext_lazy("Unused for 12 months"), lambda: unused(live())),
    "over": (gettext_lazy("Revoked or expired"), over),
}


@require_GET
@support_page
def support_entries(request: HtmxHttpRequest) -> HttpResponse:
    asked = request.GET.get("show", "live")
    shown = asked if asked in _LISTS else "live"
    entries = _LISTS[shown][1]().select_related("request__environment", "created_by")
    context = {
        "page": page_of(entries, request.GET),
        "shown": shown,
        "filters": [(name, label) for name, (label, _entries) in _LISTS.items()],
    }
    return render_page(request, LIST, context, fragment="entries")


@require_GET
@support_page
def support_entry(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    return _show(request, get_allowlist_entry_for_support(pk))


@require_POST
@support_page
def entry_expiry(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    entry, form = get_allowlist_entry_for_support(pk), ExpiryForm(request.POST)
    if form.is_valid():
        try:
            set_entry_expiry(entry=entry, expires_at=form.expires_at, acting_user=request.user)
        except DomainError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("The end date has been saved."))
            return redirect_after(request, _page(entry))
    return _show(request, entry, expiry_form=form, form=form, status=422)


@require_POST
@support_page
def entry_review(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    entry, form = get_allowlist_entry_for_support(pk), ReviewForm(request.POST)
    if form.is_valid():
        try:
            review_entry(entry=entry, acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Noted: still needed."))
            return redirect_after(request, _page(entry))
    return _show(request, entry, review_form=form, form=form, status=422)


@require_http_methods(["GET", "POST"])
@support_page
def entry_revoke(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    """Ask why an address goes from the allowlist, and take it off."""
    entry, form = get_allowlist_entry_for_support(pk), RevokeForm(request.POST or None)
    context: dict[str, Any] = {"entry": entry, "form": form, "back": _page(entry)}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            revoke_entry(entry=entry, acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            context["refusal"], status = error.message, 409
        else:
            done = _("%(network)s has been taken off the allowlist of %(participant)s.")
            messages.success(
                request, done % {"network": display_network(entry.network), "participant": entry.participant_number}
            )
            return redirect_after(request, _page(entry))
    return render_page(request, "connectors/allowlist/revoke.html", context, status=422 if form.errors else status)


def _show(request: HtmxHttpRequest, entry: AllowlistEntry, *, status: int = 200, **given: Any) -> HttpResponse:
    look_for_use([entry])
    context = {
        "entry": entry,
        "history": history_of_entry(entry),
        "expiry_form": ExpiryForm(),
        "review_form": ReviewForm(),
        **given,
    }
    return render_page(request, DETAIL, context, status=status)


def _page(entry: AllowlistEntry) -> str:
    return reverse("connectors:support_entry", args=[entry.pk])
