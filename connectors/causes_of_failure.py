"""Why a message fails after it was taken: while it is processed, and while it is handed over. Pure.

These are the explanations behind members of `connectors.causes.Cause`.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connectors.explanations import Answer, Condition, Explanation, Fix, Owner


def _by_administrator(text: Promise, fix: Fix = Fix.CHECK_CHANNEL) -> Explanation:
    # Nobody calls when a message is handed over, so how it is answered says nothing here.
    return Explanation(Answer.REFUSED, text, Owner.ADMINISTRATOR, fix)


def _by_support(text: Promise) -> Explanation:
    return Explanation(Answer.REFUSED, text, Owner.SUPPORT, Fix.ASK_SUPPORT)


NOT_PROCESSABLE = Explanation(
    Answer.REFUSED,
    _("The message was stored but could not be processed."),
    Owner.SENDER,
    Fix.SEND_AGAIN,
    Condition.CONTENT,
)
OTHER_MESSAGE_TYPE = Explanation(
    Answer.REFUSED,
    _("The document is of another message type than the one that it was sent as."),
    Owner.SENDER,
    Fix.SEND_AGAIN,
    Condition.CONTENT,
)
WORKFLOW_MISSING = Explanation(
    Answer.REFUSED,
    _("The message type has no workflow any more, so the message has nowhere to go."),
    Owner.ADMINISTRATOR,
    Fix.UNBLOCK_TYPE,
    Condition.MESSAGE_TYPE,
)
PROCESSING_GAVE_UP = Explanation(
    Answer.REFUSED,
    _("Processing the message failed several times in a row, without a reason in the message itself."),
    Owner.SUPPORT,
    Fix.ASK_SUPPORT,
    Condition.CONTENT,
)

UNREACHABLE = _by_administrator(_("The requesting party could not be reached: no connection came about."))
ADDRESS_FORBIDDEN = _by_administrator(
    _("The address of the webhook lies in a network to which nothing is sent from here.")
)
NOT_TRUSTED = _by_administrator(
    _("The requesting party could not show with a certificate that it is who it says it is.")
)
TOO_SLOW = _by_administrator(
    _("The requesting party did not answer in time. It may have the message; it knows it by its id.")
)
REDIRECTED = _by_administrator(
    _("The requesting party answered that it has moved. Messages are not sent after it of their own accord.")
)
TURNED_AWAY = _by_administrator(_("The requesting party answered, but did not take the message."))
ANSWER_BROKEN = _by_administrator(
    _("The requesting party answered with something that is no answer. It may have the message.")
)
FOLDER_UNUSABLE = _by_administrator(_("The message could not be written into the folder."))
SECRET_UNREADABLE = _by_administrator(
    _("The secret of the webhook cannot be read any more: the SECRET_KEY of this installation has changed."),
    Fix.NEW_SECRET,
)
NOT_AS_APPROVED = _by_support(
    _("The stored document is not the one that was approved: its SHA-256 is another one. Nothing was sent.")
)
INTERRUPTED = _by_support(_("Sending was interrupted here, without an answer of the requesting party."))
RESPONSE_UNREADABLE = _by_administrator(
    _("A file in the folder for responses is no response to a message that was sent. It was set aside."),
    Fix.MEND_RESPONSE,
)
