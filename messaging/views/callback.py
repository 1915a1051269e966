"""Where a webhook's receiver reports later what it thinks of a message: signed with the channel's secret."""

from __future__ import annotations

import json
import time
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging.actions.outcomes import Recorded, record_answer
from messaging.delivery.carriers import secret_of
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.signature import HEADER, is_signed
from messaging.delivery.webhook import read_answer
from messaging.models import DeliveryChannel, Message

MAX_BODY = 64 * 1024  # bytes
_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def delivery_callback(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take `{"messageId", "status": "accepted" | "refused", "reason"}`.

    Whoever cannot sign learns nothing, not even whether the channel exists. A signature holds for five minutes;
    within them the same call again changes nothing, because an answer is given once.
    """
    body = _body(request)
    channel = _signed_by(request, public_id, body) if body is not None else None
    if channel is None or body is None:
        return HttpResponse(status=401, headers=_NO_STORE)
    answer = read_answer(body)
    message = _message(channel, body) if answer else None
    if answer is None or message is None:
        return _told(422, "messageId or status is not understood")
    recorded = record_answer(message=message, accepted=answer.accepted, reason=answer.reason, channel_name=channel.name)
    if recorded is Recorded.NOT_SENT:
        return _told(409, "not sent yet; try again later")
    if recorded is Recorded.CONTRADICTS:
        return _told(409, "the opposite was reported before")
    return _told(200, "recorded" if recorded is Recorded.DONE else "known already")


def _body(request: HttpRequest) -> bytes | None:
    try:
        if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
            return None
        body = request.body
    except (ValueError, RequestDataTooBig, OSError):
        return None
    return body if len(body) <= MAX_BODY else None


def _signed_by(request: HttpRequest, public_id: UUID, body: bytes) -> DeliveryChannel | None:
    channel = DeliveryChannel.objects.filter(public_id=public_id, kind=DeliveryChannel.Kind.WEBHOOK).first()
    if channel is None:
        return None
    try:
        secret = secret_of(channel)
    except DeliveryFailed:
        return None
    return channel if is_signed(request.headers.get(HEADER, ""), body, secret=secret, now=time.time()) else None


def _message(channel: DeliveryChannel, body: bytes) -> Message | None:
    """Return the message, if this channel handed it over: nobody answers for another's."""
    told = json.loads(body)
    try:
        message_id = UUID(hex=str(told.get("messageId", "")))
    except ValueError:
        return None
    return Message.objects.filter(pk=message_id, environment=channel.environment_id, delivery__channel=channel).first()


def _told(status: int, text: str) -> HttpResponse:
    return JsonResponse({"result": text}, status=status, headers=_NO_STORE)
