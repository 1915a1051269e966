"""Looking after the folders of channels: reading back the responses in them, and clearing up after lost workers."""

from __future__ import annotations

from uuid import UUID

import structlog

from connectors.causes import Cause
from messaging.actions.log import Circumstances, record_refusal
from messaging.actions.outcomes import Recorded, record_answer
from messaging.delivery.carriers import place_of
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.folder import ASIDE, TAKEN, FolderError, Place, Response, put_away, read_responses, tidy
from messaging.models import DeliveryChannel, LogEntry, Message
from messaging.models.messages import public_id
from messaging.statuses import Status

log = structlog.get_logger(__name__)


def take_responses() -> int:
    """Take over the responses in all folders; return how many there were."""
    folders = DeliveryChannel.objects.select_related("environment").filter(kind=DeliveryChannel.Kind.FOLDER)
    return sum(take_responses_of(channel) for channel in folders)


def take_responses_of(channel: DeliveryChannel) -> int:
    """Tidy the folder of a channel and take over its responses. What cannot be one is set aside, with a log entry."""
    place = place_of(channel)
    taken = 0
    try:
        tidy(place, waiting=_waiting)
        for response in read_responses(place):
            taken += _take(response, channel, place)
    except (DeliveryFailed, OSError, FolderError) as error:
        # The next delivery says so in the log; there is no message to say it about here.
        log.warning("responses_unreadable", channel=channel.pk, error=type(error).__name__)
    return taken


def _take(response: Response, channel: DeliveryChannel, place: Place) -> bool:
    fault, message = response.fault, None
    if response.answer is not None:
        message = _message(response, channel)
        if message is None:
            fault = "no message of this channel has this id"
        else:
            answer = response.answer
            recorded = record_answer(
                message=message, accepted=answer.accepted, reason=answer.reason, channel_name=channel.name
            )
            if recorded is Recorded.NOT_SENT:
                return False  # we may be about to write down that it was sent
            fault = "the opposite was recorded before" if recorded is Recorded.CONTRADICTS else ""
    if fault:
        _note(response, fault, channel, message)
    put_away(place, response.file, ASIDE if fault else TAKEN)
    return True


def _message(response: Response, channel: DeliveryChannel) -> Message | None:
    """Return the message, if this channel handed it over: nobody answers for another's."""
    return Message.objects.filter(
        pk=UUID(hex=response.message_id), environment=channel.environment_id, delivery__channel=channel
    ).first()


def _waiting(message_ids: list[str]) -> set[str]:
    """Return which of these messages are still to be handed over."""
    found = Message.objects.filter(
        pk__in=[UUID(hex=message_id) for message_id in message_ids], status__in=[Status.READY, Status.SEND_FAILED]
    )
    return {public_id(pk) for pk in found.values_list("pk", flat=True)}


def _note(response: Response, fault: str, channel: DeliveryChannel, message: Message | None) -> None:
    circumstances = Circumstances(
        door=LogEntry.Door.DELIVERY,
        environment_id=channel.environment_id,
        message_id=message.pk if message else None,
    )
    evidence = {"observed": fault, "channel": channel.name, "file": response.file}
    record_refusal(Cause.RESPONSE_UNREADABLE, circumstances, evidence)
