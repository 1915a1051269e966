"""*Mijn taken*: what waits for the member who looks, oldest deadline first, kept up to date while they look."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.models import Message
from messaging.models.messages import public_id
from messaging.models.workflows import StepAction
from messaging.task_filters import TaskFilterForm
from messaging.tasks_for import NO_DEADLINE, TaskKey, count_in_words, is_overdue, number_of_tasks, task_count, task_page
from portal.http import render_page, wants_fragment
from portal.menu_numbers import Number, counter
from portal.permissions import ASSESS

LIST = "messaging/tasks/list.html"
_OWN = ("after", "before", "known", "message")


@counter("messaging:task_list")
def waiting_tasks(request: HttpRequest) -> Number | None:
    """The number in the menu."""
    membership = getattr(request, "membership", None)
    return number_of_tasks(membership) if membership else None


@require_GET
@environment_page(ASSESS)
def task_number(request: EnvironmentRequest) -> HttpResponse:
    """The number in the menu anew."""
    return HttpResponse(count_in_words(task_count(request.membership)))


@require_GET
@environment_page(ASSESS)
def task_list(request: EnvironmentRequest) -> HttpResponse:
    """The list; asked again with what is `known`, it answers only when that changed."""
    form = TaskFilterForm(request.environment, request.GET)
    chosen = form.chosen()
    after, before = (_key(request.GET.get(name, "")) for name in ("after", "before"))
    page = task_page(request.membership, chosen, after=after, before=before)
    count = task_count(request.membership)
    known = _signature(page.rows, count)
    if wants_fragment(request) and request.GET.get("known") == known:
        return HttpResponse(status=204)
    query = _query(request.GET)
    rows = [_row(message) for message in page.rows]
    context: dict[str, Any] = {
        "rows": rows,
        "any_picked": any(row["may_be_picked"] for row in rows),
        "form": form,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "count": count_in_words(count),
        "live_url": _address(
            query, known=known, **{n: request.GET[n] for n in ("after", "before") if n in request.GET}
        ),
        "back_url": _address(query, before=_text(page.back)) if page.back else "",
        "onward_url": _address(query, after=_text(page.onward)) if page.onward else "",
    }
    return render_page(request, LIST, context, fragment="results")


def _row(message: Message) -> dict[str, Any]:
    """Return a task with what the list says of it. Several are approved at once where the step offers it."""
    offers = message.step is not None and StepAction.APPROVE in message.step.actions
    return {
        "message": message,
        "is_overdue": is_overdue(message),
        "may_be_picked": offers and message.question_id is None,
    }


def _signature(rows: list[Message], count: int) -> str:
    """Return what tells this list from another one."""
    seen = [f"{row.pk.hex}{row.step_id}{row.question_id}{is_overdue(row)}" for row in rows]
    return hashlib.sha256("|".join([str(count), *seen]).encode()).hexdigest()[:16]


def _query(query: QueryDict) -> QueryDict:
    """Return the filter without what belongs to one page of it."""
    kept = query.copy()
    for name in _OWN:
        kept.pop(name, None)
    return kept


def _address(query: QueryDict, **more: str) -> str:
    turned = query.copy()
    for name, value in more.items():
        turned[name] = value
    return f"?{turned.urlencode()}"


def _text(key: TaskKey | None) -> str:
    return f"{key.due}_{public_id(key.message_id)}" if key else ""


def _key(text: str) -> TaskKey | None:
    """Read a key from the address; one that cannot be read is left aside, like no key at all."""
    due, _separator, message_id = text.rpartition("_")
    try:
        if due == NO_DEADLINE or parse_datetime(due):
            return TaskKey(due, UUID(hex=message_id))
    except ValueError:
        pass
    return None
