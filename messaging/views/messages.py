"""Messages: the list, the page of one, and its document as text and as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.views.decorators.http import require_GET

from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.filters import MessageFilter
from messaging.history import failure, history
from messaging.models import Message, MessageContent
from messaging.models.messages import public_id
from messaging.neighbours import neighbours_of
from messaging.queries import (
    events_of,
    failure_of,
    get_message_for,
    has_messages,
    messages_of,
    reading_of,
)
from messaging.queries_delivery import delivery_facts
from messaging.raw import attachment, file_name, inline_pdf, pdf_is_shown, raw_text
from messaging.remarks import remarks_on
from messaging.sheets import build_sheet, row_in
from messaging.views.decisions import decision_context
from portal.http import render_page
from portal.keyset import page_of
from portal.middleware import STRICT_POLICY
from portal.permissions import ASSESS, READ_MESSAGES, READ_SETUP

LIST = "messaging/messages/list.html"
DETAIL = "messaging/messages/detail.html"
DOCUMENT = "messaging/messages/document.html"


@require_GET
@environment_page(READ_MESSAGES)
def message_list(request: EnvironmentRequest, *, as_tab: bool = False) -> HttpResponse:
    """The messages, as a page of the menu or as the tab *Berichten* of Communicatieconnector."""
    found = MessageFilter(request.GET or None, messages_of(request.environment), environment=request.environment)
    page = page_of(found.qs, request.GET)
    context = {
        "page": page,
        "form": found.form,
        "is_filtered": any(request.GET.get(name) for name in found.filters),
        "nothing_yet": not page.rows and not has_messages(request.environment),
        "newer_url": _turn(request.GET, before=page.back) if page.back else "",
        "older_url": _turn(request.GET, after=page.onward) if page.onward else "",
        "may_assess": request.membership.role in ASSESS,
        "may_see_setup": request.membership.role in READ_SETUP,
        "as_tab": as_tab,
    }
    return render_page(request, LIST, context, fragment="results")


def _turn(query: QueryDict, **keys: UUID) -> str:
    """Return the query of the page beside this one, with the same filter."""
    turned = query.copy()
    for name in ("before", "after"):
        turned.pop(name, None)
    for name, key in keys.items():
        turned[name] = public_id(key)
    return f"?{turned.urlencode()}"


@require_GET
@environment_page(READ_MESSAGES)
def message_detail(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message = get_message_for(request.environment, message_id)
    return render_message(request, message, message_context(request, message))


def render_message(
    request: EnvironmentRequest, message: Message, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Answer the page of a message, also with the form of an act opened in it."""
    response = render_page(request, DETAIL, context, fragment="message", status=status)
    if message.pdf_digest:
        # Only the page that shows the PDF may have a frame in it, and only one of our own.
        response["Content-Security-Policy"] = f"{STRICT_POLICY}; frame-src 'self'; object-src 'none'"
    return response


def message_context(request: EnvironmentRequest, message: Message) -> dict[str, Any]:
    """What the page of a message shows. Buttons are there for who may press them now."""
    reading = reading_of(message)
    beside = neighbours_of(message, reading)
    sheet = build_sheet(reading, beside.previous, first_row=row_in(request.GET.get("rij", "")))
    events = events_of(message)
    return {
        "message": message,
        "reading": reading,
        "sheet": sheet,
        "previous": beside.previous,
        "comparison": beside.comparison,
        "remarks": remarks_on(message, reading, sheet, beside),
        "pdf_is_shown": pdf_is_shown(message),
        "history": history(events),
        "failure": failure(failure_of(message, events)),
        "digest": bytes(message.content_digest).hex().upper(),
        "may_see_setup": request.membership.role in READ_SETUP,
        **decision_context(request, message, events),
        **delivery_facts(message, request.membership),
    }


@require_GET
@environment_page(READ_MESSAGES)
def message_document(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """The document as text."""
    message = get_message_for(request.environment, message_id)
    response = render_page(request, DOCUMENT, {"message": message, "raw": raw_text(message)})
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@environment_page(READ_MESSAGES)
def message_download(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """The document byte for byte as it was sent."""
    message = get_message_for(request.environment, message_id)
    content = bytes(MessageContent.objects.only("content").get(message_id=message.pk).content)
    return attachment(content, file_name(message, content))


@require_GET
@environment_page(READ_MESSAGES)
def message_pdf(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """The PDF that was sent beside the document."""
    message = get_message_for(request.environment, message_id)
    pdf = MessageContent.objects.only("pdf").get(message_id=message.pk).pdf
    if pdf is None:
        raise Http404
    return attachment(bytes(pdf), _pdf_name(message), "application/pdf")


@require_GET
@environment_page(READ_MESSAGES)
def message_pdf_view(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """The PDF to look at, in a page of ours; what is not really one is downloaded only."""
    message = get_message_for(request.environment, message_id)
    if not pdf_is_shown(message):
        raise Http404
    pdf = bytes(MessageContent.objects.only("pdf").get(message_id=message.pk).pdf or b"")
    return inline_pdf(pdf, _pdf_name(message))


def _pdf_name(message: Message) -> str:
    return f"{message.message_type.code}_{message.public_id}.pdf"
