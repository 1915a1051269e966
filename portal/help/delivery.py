"""The page of the help about sending messages on to the requesting party."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal import help as help_pages
from portal.help.subjects import Subject, Topic

DELIVERY = Subject(
    help_pages.DELIVERY,
    _("Sending on"),
    _("How approved messages reach the requesting party, and what to do when they do not."),
    (
        Topic(
            "kanalen",
            _("Delivery channels"),
            (
                _("A channel says how the messages of one or more types leave. A type without a channel goes by hand."),
                _("Only the exact bytes that were approved are sent, or nothing."),
            ),
            (
                _("Folder: each message becomes a file with its facts beside it as .json; responses are read back."),
                _("Webhook: each message is a signed call to an https address; the secret is shown once."),
                _("By hand: download the document, send it, and record on the page of the message what came of it."),
            ),
        ),
        Topic(
            "antwoorden",
            _("Responses of the receiver"),
            (
                _(
                    "A response has messageId, status (accepted or refused) and reason, as JSON: in the answer to the "
                    "call, later as a signed call to the address that the channel shows, or as a file in the folder "
                    "antwoorden. It makes the message 80 or 90."
                ),
                _("What is no response is put in the folder apart, with an entry in the communication log."),
            ),
        ),
        Topic(
            "fouten",
            _("When sending fails"),
            (
                _(
                    "The message gets status 70 with a log reference and is tried again, ten times in about four "
                    "hours. A channel that fails rests in between; other messages wait in status 50 meanwhile."
                ),
                _("What was given up stands under Delivery failures until somebody sends it again."),
            ),
            (
                _("Open the log reference: it says what went wrong."),
                _("Mend the channel and test it."),
                _("Send one message again, or everything that matches the filter: first you see how many that are."),
            ),
        ),
    ),
)
