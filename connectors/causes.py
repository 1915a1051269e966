"""Why a call is refused or a message fails: the one list of causes, with what each person is told. Pure.

A refusal is data. The caller learns no more than DOMAIN 3 allows; the administrator reads the cause and the fix in the
communication log under the same log reference.
"""

from __future__ import annotations

import enum

from django.utils.translation import gettext_lazy as _

from connectors import causes_of_failure
from connectors.explanations import UNAVAILABLE_TEXT, Answer, Condition, Explanation, Fix, Owner


class Cause(enum.Enum):
    """The causes by code. The code is stored in the log and never renamed."""

    TOKEN_MISSING = Explanation(
        Answer.UNAUTHENTICATED, _("The call carried no token."), Owner.SENDER, Fix.COPY_TOKEN, Condition.TOKEN
    )
    TOKEN_MALFORMED = Explanation(
        Answer.UNAUTHENTICATED,
        _("What the call carried does not have the form of a token."),
        Owner.SENDER,
        Fix.COPY_TOKEN,
        Condition.TOKEN,
    )
    TOKEN_UNKNOWN = Explanation(
        Answer.UNAUTHENTICATED,
        _("The token does not exist here: it was never made, or belongs to another portal."),
        Owner.ADMINISTRATOR,
        Fix.NEW_TOKEN,
        Condition.TOKEN,
    )
    TOKEN_DELETED = Explanation(
        Answer.UNAUTHENTICATED,
        _("The token has been deleted, but the sender still uses it."),
        Owner.ADMINISTRATOR,
        Fix.NEW_TOKEN,
        Condition.TOKEN,
    )
    TOKEN_EXPIRED = Explanation(
        Answer.UNAUTHENTICATED, _("The token has expired."), Owner.ADMINISTRATOR, Fix.NEW_TOKEN, Condition.TOKEN
    )
    USER_BLOCKED = Explanation(
        Answer.UNAUTHENTICATED,
        _("The user of the token is blocked."),
        Owner.ADMINISTRATOR,
        Fix.UNBLOCK_USER,
        Condition.TOKEN,
    )
    CONNECTOR_BLOCKED = Explanation(
        Answer.UNAUTHENTICATED,
        _("The app connector is blocked."),
        Owner.ADMINISTRATOR,
        Fix.UNBLOCK_CONNECTOR,
        Condition.CONNECTOR,
    )
    USER_NOT_IN_GROUP = Explanation(
        Answer.UNAUTHENTICATED,
        _("The user of the token is not in the user group of the app connector."),
        Owner.ADMINISTRATOR,
        Fix.ADD_TO_GROUP,
        Condition.GROUP,
    )
    TOO_MANY_FAILURES = Explanation(
        Answer.UNAVAILABLE,
        _("Too many calls without a valid token came from this address; further ones were put off for a minute."),
        Owner.SENDER,
        Fix.COPY_TOKEN,
        Condition.TOKEN,
        caller=UNAVAILABLE_TEXT,
    )
    CONNECTOR_NOT_GRANTED = Explanation(
        Answer.REFUSED,
        _("The connector CommSvcConnector is not on the list of the app connector."),
        Owner.ADMINISTRATOR,
        Fix.ADD_CONNECTOR,
        Condition.GRANT,
        caller="Deze connector wordt niet ondersteund of de gebruiker is niet geautoriseerd.",
        error_number=-2147180996,
    )
    ADDRESS_RESTRICTED = Explanation(
        Answer.FORBIDDEN,
        _("The IP restrictions of the app connector do not let this address in."),
        Owner.ADMINISTRATOR,
        Fix.ALLOW_ADDRESS,
        Condition.ADDRESS,
    )
    ADDRESS_NOT_ALLOWLISTED = Explanation(
        Answer.FORBIDDEN,
        _("The address is not on the allowlist for the profile Communication with Accountant."),
        Owner.SUPPORT,
        Fix.SUBMIT_INCIDENT,
        Condition.ADDRESS,
    )
    OTHER_CUSTOMER_ENVIRONMENT = Explanation(
        Answer.REFUSED,
        _("The token belongs to another customer environment: one token serves one customer environment."),
        Owner.ADMINISTRATOR,
        Fix.SECOND_ENVIRONMENT,
        Condition.CUSTOMER,
        caller="Dit token hoort bij een andere omgeving.",
        error_number=-2147180995,
    )
    ENVIRONMENT_MALFORMED = Explanation(
        Answer.REFUSED,
        _("The call states a customer environment that does not have the form of an environment code."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        Condition.CUSTOMER,
        caller="environmentId is geen omgevingscode.",
        error_number=-2147180994,
    )
    MESSAGE_TYPE_UNKNOWN = Explanation(
        Answer.REFUSED,
        _("The call names a message type that does not exist."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        Condition.MESSAGE_TYPE,
        caller="De berichtsoort bestaat niet.",
        error_number=-2147220469,
    )
    MESSAGE_TYPE_BLOCKED = Explanation(
        Answer.REFUSED,
        _("The message type is blocked."),
        Owner.ADMINISTRATOR,
        Fix.UNBLOCK_TYPE,
        Condition.MESSAGE_TYPE,
        caller="De berichtsoort is geblokkeerd.",
        error_number=-2147220468,
    )
    EXTERNAL_ID_MISSING = Explanation(
        Answer.REFUSED,
        _("The call carries no usable externalMessageId (1 to 200 characters)."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        Condition.CONTENT,
        caller="externalMessageId ontbreekt of is langer dan 200 tekens.",
        error_number=-2147220467,
    )
    EXTERNAL_ID_CONFLICT = Explanation(
        Answer.REFUSED,
        _("A message with this externalMessageId but with other content was received before."),
        Owner.SENDER,
        Fix.SEND_AGAIN,
        Condition.CONTENT,
        caller="Er is al een ander bericht ontvangen met dit externalMessageId.",
        error_number=-2147220466,
    )
    CONTENT_MISSING = Explanation(
        Answer.REFUSED,
        _("The call carries no message content."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        Condition.CONTENT,
        caller="messageContent ontbreekt.",
        error_number=-2147220465,
    )
    CONTENT_UNREADABLE = Explanation(
        Answer.REFUSED,
        _("The message content is neither XML nor a ZIP file in base64, or the PDF is not in base64."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        Condition.CONTENT,
        caller="De inhoud van het bericht kan niet worden gelezen.",
        error_number=-2147220464,
    )
    MESSAGE_NOT_FOUND = Explanation(
        Answer.NOT_FOUND,
        _("The call asks for a message that was not sent with this token."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        caller="Het bericht bestaat niet.",
        error_number=-2147220460,
    )
    STATUS_FILTER_UNKNOWN = Explanation(
        Answer.REFUSED,
        _("The call asks for changed messages with a status that does not exist."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        caller="messageStatusFilter is geen status van een bericht.",
        error_number=-2147220459,
    )
    REQUEST_UNREADABLE = Explanation(
        Answer.REFUSED,
        _("The request itself cannot be read: broken or forbidden XML, or JSON that is not a message."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        caller="Het verzoek kan niet worden gelezen.",
        error_number=-2147220463,
    )
    METHOD_UNKNOWN = Explanation(
        Answer.REFUSED,
        _("The call asks for a method that does not exist here."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        caller="De gevraagde methode bestaat niet.",
        error_number=-2147220462,
    )
    CONNECTOR_UNKNOWN = Explanation(
        Answer.REFUSED,
        _("The call asks for a connector that does not exist here: CommSvcConnector is the only one."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        Condition.GRANT,
        caller="Deze connector wordt niet ondersteund of de gebruiker is niet geautoriseerd.",
        error_number=-2147180996,
    )
    QUERY_UNREADABLE = Explanation(
        Answer.REFUSED,
        _("The call asks for a list with a filter, an order or a number of rows that does not exist."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
        caller="skip, take, filter of sortering wordt niet ondersteund; zie /ProfitRestServices/openapi.json.",
        error_number=-2147220458,
    )
    PATH_UNKNOWN = Explanation(
        Answer.NOT_FOUND,
        _("The call asks for an address that does not exist at the gateway."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
    )
    HTTP_METHOD_UNKNOWN = Explanation(
        Answer.WRONG_METHOD,
        _("The call uses an HTTP method that does not exist at this address."),
        Owner.SENDER,
        Fix.MEND_REQUEST,
    )
    REQUEST_TOO_LARGE = Explanation(
        Answer.TOO_LARGE,
        _("The request is larger than the gateway takes."),
        Owner.SENDER,
        Fix.SPLIT_MESSAGE,
        caller="Het verzoek is te groot.",
        error_number=-2147220461,
    )
    UNEXPECTED = Explanation(
        Answer.REFUSED,
        _("The gateway itself failed; its log lines say where."),
        Owner.SUPPORT,
        Fix.ASK_SUPPORT,
        caller="Er is een onverwachte fout opgetreden.",
    )
    NOT_PROCESSABLE = causes_of_failure.NOT_PROCESSABLE
    OTHER_MESSAGE_TYPE = causes_of_failure.OTHER_MESSAGE_TYPE
    WORKFLOW_MISSING = causes_of_failure.WORKFLOW_MISSING
    PROCESSING_GAVE_UP = causes_of_failure.PROCESSING_GAVE_UP
    CLAIM_OPENED_AGAIN = Explanation(
        Answer.REFUSED,
        _("The claim link of a token was opened a second time, after the token had been claimed."),
        Owner.ADMINISTRATOR,
        Fix.REPLACE_TOKEN,
    )
    CLAIM_WRONG_CODES = Explanation(
        Answer.REFUSED,
        _("Somebody tried one wrong code after another on the claim link of a token."),
        Owner.ADMINISTRATOR,
        Fix.REPLACE_TOKEN,
    )

    DELIVERY_UNREACHABLE = causes_of_failure.UNREACHABLE
    DELIVERY_ADDRESS_FORBIDDEN = causes_of_failure.ADDRESS_FORBIDDEN
    DELIVERY_NOT_TRUSTED = causes_of_failure.NOT_TRUSTED
    DELIVERY_TOO_SLOW = causes_of_failure.TOO_SLOW
    DELIVERY_REDIRECTED = causes_of_failure.REDIRECTED
    DELIVERY_TURNED_AWAY = causes_of_failure.TURNED_AWAY
    DELIVERY_ANSWER_BROKEN = causes_of_failure.ANSWER_BROKEN
    DELIVERY_FOLDER_UNUSABLE = causes_of_failure.FOLDER_UNUSABLE
    DELIVERY_SECRET_UNREADABLE = causes_of_failure.SECRET_UNREADABLE
    DELIVERY_NOT_AS_APPROVED = causes_of_failure.NOT_AS_APPROVED
    DELIVERY_INTERRUPTED = causes_of_failure.INTERRUPTED
    RESPONSE_UNREADABLE = causes_of_failure.RESPONSE_UNREADABLE

    @property
    def code(self) -> str:
        return self.name.lower()

    @classmethod
    def from_code(cls, code: str) -> Cause:
        """Return the cause that is stored under `code`. Raises `KeyError`."""
        return cls[code.upper()]
