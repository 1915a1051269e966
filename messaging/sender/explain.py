"""What an answer of the gateway means to the person who sent the message, and whom to ask for what."""

from __future__ import annotations

from connectors.causes import Cause
from connectors.explanations import Answer, Owner
from messaging.sender.client import Refusal

_UNKNOWN = (
    "The gateway does not recognise this token, or its app connector, user or group does not let it in. "
    "It tells nobody more than that."
)
_ADDRESS = (
    "The token is valid, but this computer's address is not allowed: it is not on the allowlist for the profile "
    "Communicatie met Accountant, or the IP restrictions of the app connector keep it out."
)
_GENERIC = (
    "The gateway says nothing about the cause: the token may be unknown, deleted, expired or blocked, or this "
    "computer's address may not be on the allowlist for the profile Communicatie met Accountant."
)
LOOK = "Ask the administrator of the accountancy environment to look in the communicatielogboek"


def explain(refusal: Refusal) -> list[str]:
    """Return the lines that explain a refusal: what it means, what to do, and the log reference."""
    lines = [
        f"Refused (HTTP {refusal.http_status}): {refusal.text}"
        if refusal.text
        else f"Refused (HTTP {refusal.http_status})."
    ]
    lines += _meaning(refusal)
    if refusal.reference:
        lines.append(f"{LOOK}: log reference {refusal.reference}.")
    elif refusal.http_status in {401, 403}:
        lines.append(f"{LOOK}, at this time and this computer's address: the cause and its remedy stand there.")
    return lines


def _meaning(refusal: Refusal) -> list[str]:
    if refusal.http_status == Answer.UNAUTHENTICATED.value:
        return [_UNKNOWN]
    if refusal.http_status == Answer.FORBIDDEN.value:
        return [_ADDRESS]
    if refusal.http_status == Answer.UNAVAILABLE.value:
        return ["The gateway can take nothing at the moment. Nothing was stored; send it again later."]
    if refusal.http_status == Answer.TOO_LARGE.value:
        return [str(Cause.REQUEST_TOO_LARGE.value.text), str(Cause.REQUEST_TOO_LARGE.value.fix.value)]
    if refusal.http_status in {Answer.NOT_FOUND.value, Answer.WRONG_METHOD.value}:
        return ["There is nothing at this address of the gateway; check --url."]
    cause = _cause(refusal)
    if cause is None:
        return [_GENERIC]
    explanation = cause.value
    asker = "You" if explanation.owner is Owner.SENDER else f"The {explanation.owner.value}"
    return [str(explanation.text), f"{asker} can solve this: {explanation.fix.value}"]


def _cause(refusal: Refusal) -> Cause | None:
    """Return the one cause that an answer with this number and this text can have."""
    fits = [
        cause for cause in Cause if (cause.value.error_number, cause.value.caller) == (refusal.number, refusal.text)
    ]
    # CommSvcConnector exists, so of the two causes that share a text it is the one about the list.
    fits = [cause for cause in fits if cause is not Cause.CONNECTOR_UNKNOWN]
    return fits[0] if len(fits) == 1 else None
