"""The words in which a refusal is explained: how it is answered, what was checked, who can mend it, and how. Pure.

The wire speaks Dutch whatever the language of the portal, so texts for callers are literals.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What every refused caller reads who has not shown a valid token from an allowed address.
GENERIC_TEXT = "Er is een fout opgetreden bij het verzenden en ontvangen van berichten."

UNAVAILABLE_TEXT = "De dienst is tijdelijk niet beschikbaar. Probeer het later opnieuw."


class Answer(enum.Enum):
    """The form of the answer at the gateway: a row of the table in DOMAIN 3b."""

    UNAUTHENTICATED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404
    WRONG_METHOD = 405
    TOO_LARGE = 413
    REFUSED = 500
    UNAVAILABLE = 503


class Owner(enum.Enum):
    """Who can take the cause away."""

    ADMINISTRATOR = _("administrator of this environment")
    SUPPORT = _("support staff, after an incident")
    SENDER = _("sender of the message")


class Condition(enum.Enum):
    """What is checked before a message is taken, in this order (DOMAIN 1b, 1c and 3)."""

    TOKEN = _("token valid")
    CONNECTOR = _("app connector active")
    GROUP = _("user in the group")
    GRANT = _("CommSvcConnector granted")
    ADDRESS = _("address allowed")
    CUSTOMER = _("customer environment of this token")
    MESSAGE_TYPE = _("message type open")
    CONTENT = _("message readable")


class Fix(enum.Enum):
    """What takes the cause away; screens turn it into a button."""

    NEW_TOKEN = _("Create a new token for this user and record it in the customer environment.")
    REPLACE_TOKEN = _("Replace the token, unless you know that it was the right person both times.")
    COPY_TOKEN = _("Copy the whole token, from <token> to </token>, into the customer environment.")
    UNBLOCK_CONNECTOR = _("Clear the check box Blocked in the properties of the app connector.")
    UNBLOCK_USER = _("Unblock the user, or create a new user and token.")
    ADD_TO_GROUP = _("Add the user to the user group of the app connector.")
    ADD_CONNECTOR = _("Add the connector CommSvcConnector to the app connector.")
    ALLOW_ADDRESS = _("Change the IP restrictions of the app connector so that they let this address in.")
    SUBMIT_INCIDENT = _("Submit an incident that asks to put this address on the allowlist.")
    SECOND_ENVIRONMENT = _("Create a user and a token of its own for the second customer environment.")
    UNBLOCK_TYPE = _("Link a workflow to the message type and clear its check box Blocked.")
    MEND_REQUEST = _("The sender mends the request and sends it again; nothing has been stored.")
    SPLIT_MESSAGE = _("The sender sends a smaller message.")
    SEND_AGAIN = _("The sender sends a corrected message under a new id.")
    CHECK_CHANNEL = _("Look at the delivery channel and test it; then send the message again.")
    NEW_SECRET = _("Make a new secret for the channel and record it at the receiver; then send the message again.")
    MEND_RESPONSE = _("Look at the file that was set aside. The receiver puts a corrected response in the folder.")
    ASK_SUPPORT = _("Contact support staff with the log reference.")


@dataclass(frozen=True)
class Explanation:
    """What belongs to a cause.

    `text` is the cause for administrators and support, `caller` what the caller reads besides the log reference,
    `error_number` the negative number on the wire. `condition` is the check at which the call stopped; None when it
    stopped before the first.
    """

    answer: Answer
    text: Promise
    owner: Owner
    fix: Fix
    condition: Condition | None = None
    caller: str = GENERIC_TEXT
    error_number: int = -2147180999
