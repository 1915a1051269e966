"""Approving several tasks at once: first what it will touch, then the run, then the result item by item."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from connectors.views.environment import EnvironmentRequest, environment_page
from connectors.views.once import DoneBefore, once
from messaging.actions.bulk import MAX_AT_ONCE, Chosen, Outcome, approve_messages, candidates
from messaging.queries import messages_by_id
from portal.http import redirect_after, render_page
from portal.permissions import ASSESS

_RESULTS = "bulk_results"
_REMEMBERED = 3


@require_GET
@environment_page(ASSESS)
def bulk_preview(request: EnvironmentRequest) -> HttpResponse:
    """How many it will touch, which are left out and why. Nothing is done yet."""
    ids = _ids(request.GET.getlist("message"))[:MAX_AT_ONCE]
    found = candidates(request.membership, messages_by_id(request.environment, ids))
    context = {
        "taken": [candidate for candidate in found if not candidate.left_out],
        "left": [candidate for candidate in found if candidate.left_out],
        "run": secrets.token_hex(8),
    }
    return render_page(request, "messaging/tasks/bulk.html", context)


@require_POST
@environment_page(ASSESS)
def bulk_run(request: EnvironmentRequest) -> HttpResponse:
    """Approve what was confirmed, once, however often the form is sent."""
    run = "".join(character for character in request.POST.get("run", "") if character.isalnum())[:32]
    chosen = _chosen(request)
    if not run or not chosen:
        return redirect("messaging:task_list", request.environment.code)
    address = reverse("messaging:bulk_result", args=[request.environment.code, run])

    def act() -> list[Outcome]:
        outcomes = approve_messages(chosen=chosen, membership=request.membership, acting_user=request.user)
        _remember(request, run, outcomes)
        return outcomes

    try:
        once(request, f"bulk-{run}", act, then=lambda _outcomes: address)
    except DoneBefore as before:
        return redirect_after(request, before.url)
    return redirect_after(request, address)


@require_GET
@environment_page(ASSESS)
def bulk_result(request: EnvironmentRequest, run: str) -> HttpResponse:
    """What became of each."""
    items = request.session.get(_RESULTS, {}).get(run)
    if items is None:
        return redirect("messaging:task_list", request.environment.code)
    done = [item for item in items if item["done"]]
    context = {"items": items, "done": len(done), "left": len(items) - len(done)}
    return render_page(request, "messaging/tasks/bulk_result.html", context)


def _remember(request: EnvironmentRequest, run: str, outcomes: list[Outcome]) -> None:
    items: list[dict[str, Any]] = [
        {
            "id": outcome.message.public_id,
            "name": str(outcome.message.organisation or outcome.message.external_message_id),
            "type": outcome.message.message_type.code,
            "done": outcome.done,
            "text": outcome.text,
        }
        for outcome in outcomes
    ]
    kept = {**request.session.get(_RESULTS, {}), run: items}
    request.session[_RESULTS] = dict([*kept.items()][-_REMEMBERED:])


def _ids(texts: Iterable[str]) -> list[UUID]:
    """Read message ids; what is none is left aside."""
    found = []
    for text in texts:
        try:
            found.append(UUID(hex=text))
        except ValueError:
            continue
    return found


def _chosen(request: EnvironmentRequest) -> list[Chosen]:
    """Read `id:digest:seen` as the confirmation page wrote it; what is cut off or not of here is left aside."""
    seen: dict[UUID, tuple[str, int]] = {}
    for text in request.POST.getlist("item")[:MAX_AT_ONCE]:
        message_id, digest, act = (*text.split(":"), "", "")[:3]
        for found in _ids([message_id]):
            seen[found] = digest, int(act) if act.isascii() and act.isdigit() and len(act) < 19 else 0
    return [Chosen(message, *seen[message.pk]) for message in messages_by_id(request.environment, seen)]
