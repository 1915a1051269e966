"""How each cause of refusal comes about and how to be sure of it: the words that its entry in the log has no room for.

By the code of `connectors.causes`; a cause without words here fails the tests.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "token_missing": _(
        "The program sent no token: none was recorded in the customer environment, or only the old user name and "
        "password were, which are never looked at."
    ),
    "token_malformed": _(
        "Usually only a part of the token was copied, or its brackets were changed on the way by a text editor or "
        "a mail program. It must be the whole text, from <token> to </token>."
    ),
    "token_unknown": _(
        "Compare the last four characters in the log with the list of tokens. Often it is a token of another portal "
        "or of a test environment."
    ),
    "token_deleted": _(
        "The token was deleted or replaced here, and the customer environment was not told. Record the new one there."
    ),
    "token_expired": _(
        "The app connector has a token validity period, and it is over for this token. Renew tokens before that day, "
        "or leave the period empty."
    ),
    "user_blocked": _("Whoever blocked the user stopped every token of that user as well."),
    "connector_blocked": _(
        "An app connector that is made by hand starts blocked, so that it can be configured first; or somebody "
        "blocked it to stop an application."
    ),
    "user_not_in_group": _(
        "The user was taken out of the group, or another group was chosen for the app connector. The token itself is "
        "still in order."
    ),
    "too_many_failures": _(
        "A program with a wrong token keeps trying. Mend its token; after a minute of silence it is listened to again. "
        "Programs with a valid token are never put off."
    ),
    "connector_not_granted": _(
        "The step that is forgotten most: after the wizard, the connector CommSvcConnector still has to be added on "
        "the tab Connectors."
    ),
    "address_restricted": _(
        "The app connector has IP restrictions of its own. One rule that allows an address blocks every other one; a "
        "rule that excludes wins."
    ),
    "address_not_allowlisted": _(
        "The sender sees the general error of the first time. Check that the address is really your client's, and "
        "submit the incident; once support staff approve it, the client can send again at once."
    ),
    "other_customer_environment": _(
        "The same token was recorded in a second customer environment. Give that one a user and a token of its own; "
        "the first keeps its token."
    ),
    "environment_malformed": _(
        "An environment code has one letter (O, T or A), five digits and two letters, such as O12345AB. The program "
        "fills in something else."
    ),
    "message_type_unknown": _(
        "The program has to name one of the codes of the message types: BTW, SUP, ICP or KVK. Look in the settings of "
        "the program."
    ),
    "message_type_blocked": _(
        "Every message type starts blocked. Choose its workflow and clear Blocked; the sender can then send the same "
        "message again."
    ),
    "external_id_missing": _("The program must give every message an id of its own, of 1 to 200 characters."),
    "external_id_conflict": _(
        "The program used the same id for two different messages. The first one was stored; the second has to be sent "
        "under a new id."
    ),
    "content_missing": _("The program sent an envelope without a document in it."),
    "content_unreadable": _(
        "The document is not XBRL, was cut off, or was encoded twice. Save the document in the program as a file and "
        "see whether that opens."
    ),
    "message_not_found": _(
        "A token sees only the messages that were sent with it. After replacing a token the earlier messages cannot "
        "be asked for with the new one; they are in the portal."
    ),
    "status_filter_unknown": _("Statuses are 10, 20, 30, 40, 50, 60, 70, 80 and 90."),
    "request_unreadable": _(
        "What arrived is no SOAP envelope or JSON that can be read, or it contains what is never read for safety, such "
        "as a document type declaration."
    ),
    "method_unknown": _("The WSDL names the methods that exist; see the address of the gateway followed by ?WSDL."),
    "connector_unknown": _("The address has to end in CommSvcConnector; other connectors are not offered here."),
    "query_unreadable": _("The description of the REST form names which filters and orders exist."),
    "path_unknown": _("The address of the gateway was typed wrongly in the program. The page for the customer has it."),
    "http_method_unknown": _("Messages are sent with POST; GET is for asking."),
    "request_too_large": _(
        "The largest request is set by the operator of this portal. A PDF beside the message is often what makes it "
        "large."
    ),
    "unexpected": _("This is our fault, not yours. Nothing was stored; send again, and report the log reference."),
    "not_processable": _(
        "The message is in status 40 with the reason. The client corrects it in the bookkeeping and sends it under a "
        "new id."
    ),
    "other_message_type": _(
        "For example a listing that was sent as a VAT return. The kind follows from the document itself, not from "
        "its file name."
    ),
    "workflow_missing": _(
        "Choose a workflow for the message type, then use Restore message status: the message enters that workflow."
    ),
    "processing_gave_up": _(
        "The message itself shows no reason. Support staff look in the log lines; Restore message status puts it "
        "before an assessor."
    ),
    "delivery_unreachable": _(
        "The name has no address, or nobody listens there. The channel rests a while, longer each time, and goes on by "
        "itself as soon as the receiver answers."
    ),
    "delivery_address_forbidden": _(
        "Webhooks send to the public internet only. The operator of this portal can allow a network of its own "
        "(DELIVERY_ALLOW_PRIVATE)."
    ),
    "delivery_not_trusted": _(
        "The certificate has expired, belongs to another name, or comes from an unknown issuer; or the address begins "
        "with http://. The receiver mends it."
    ),
    "delivery_too_slow": _(
        "A call as a whole may take thirty seconds. The next attempt bears the same id, so that the receiver does not "
        "take the message twice."
    ),
    "delivery_redirected": _("Ask the receiver for the new address, and enter that one in the channel."),
    "delivery_turned_away": _(
        "The log entry has the HTTP status. 401 or 403: compare the secret. 404: compare the address. 5xx: the "
        "receiver has trouble; the channel tries again by itself."
    ),
    "delivery_answer_broken": _("Something that is no web server listens there, or the connection broke off."),
    "delivery_folder_unusable": _(
        "The disk is full, the portal may not write there, or a link stands on the way to the folder. Test the "
        "channel: it says at which step it stops."
    ),
    "delivery_secret_unreadable": _(
        "Secrets are encrypted with the key of this installation. After that key has changed, every webhook needs a "
        "new secret."
    ),
    "delivery_not_as_approved": _(
        "Somebody or something changed the stored document. Nothing is sent, and it is not tried again. Support staff "
        "find out how that could happen."
    ),
    "delivery_interrupted": _(
        "Workers were stopped or failed in the middle of sending, each time. Support staff look in the log lines."
    ),
    "response_unreadable": _(
        "A response is a file with JSON: messageId, status (accepted or refused) and reason. It must be about a "
        "message that this channel sent."
    ),
    "claim_opened_again": _(
        "Whoever opened the link again had all of it, the code too. It may be the same person, who pressed the link in "
        "the message once more: ask. In doubt replace the token; that takes a minute."
    ),
    "claim_wrong_codes": _(
        "A code cannot be guessed, so the token is safe. But somebody has the link without its code: the message with "
        "the link was read by others, or the code was copied in part."
    ),
}
