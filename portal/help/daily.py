"""The pages of the help about daily work: messages, communication log, dashboard, and the desk of support."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal import help as help_pages
from portal.help.subjects import Subject, Topic

DAILY_WORK = (
    Subject(
        help_pages.MESSAGES,
        _("Messages"),
        _("What came in, how far it is, and what you do with it."),
        (
            Topic(
                "statussen",
                _("The statuses"),
                (),
                (
                    _("10 and 20: stored and acknowledged to the sender; being read."),
                    _("30: in the workflow; somebody has to assess it."),
                    _("40: rejected by an assessor, or not processable; then the log reference leads to the reason."),
                    _("50: approved, ready to be sent to the requesting party."),
                    _("60: handed over. 70: sending failed; it is sent again on the next run."),
                    _("80: accepted by the requesting party. 90: refused by it."),
                ),
            ),
            Topic(
                "beoordelen",
                _("Assess a message"),
                (
                    _("Compare the return with the previous period, look at the failed sums, and approve or reject."),
                    _("Restore message status puts a rejected message back into its workflow (40 to 30)."),
                ),
            ),
            Topic(
                "test",
                _("Messages with the badge Test"),
                (
                    _(
                        "An administrator sent it from Set-up to try the way in. It ends in status 40, is never sent "
                        "to a requesting party and asks nothing of anybody."
                    ),
                ),
            ),
        ),
    ),
    Subject(
        help_pages.LOG,
        _("Communication log"),
        _("Every refused call and failed message, with its true cause and what solves it."),
        (
            Topic(
                "zoeken",
                _("Look something up"),
                (
                    _(
                        "The sender of a refused call sees an error with a log reference of 32 characters. Paste it "
                        "as a whole, with or without spaces and hyphens, in capitals or not."
                    ),
                    _("You can also look for the last four characters of a token, an address or a message id."),
                ),
            ),
            Topic(
                "regel",
                _("What an entry tells"),
                (
                    _("A call goes through the checks in order and stops at the first that fails."),
                    _("The sender learns no more than What the sender saw; the cause stays in the portal."),
                    _("Equal refusals within one minute stand on one line, with how often it happened."),
                ),
            ),
        ),
    ),
    Subject(
        help_pages.DASHBOARD,
        _("Dashboard"),
        _("How much comes in, what is refused, what waits, and whether everything runs."),
        (
            Topic(
                "cijfers",
                _("Where the figures come from"),
                (
                    _("Messages stand under the day on which they were received, with the status that they have now."),
                    _(
                        "Figures are counted anew every minute; what came in after that is added at once. Test "
                        "messages do not count."
                    ),
                    _("Every figure leads to the list that it stands for."),
                ),
            ),
            Topic(
                "werker",
                _("Worker and queue"),
                (
                    _(
                        "A worker reads the messages that were stored. When none has given a sign of life for a "
                        "minute, messages are still taken in but stay in status 10 until one runs again."
                    ),
                ),
            ),
        ),
    ),
    Subject(
        help_pages.SUPPORT,
        _("For support staff"),
        _("Incidents of all environments, the communication log, and new environments."),
        (
            Topic(
                "incidenten",
                _("Decide about an incident"),
                (
                    _("Look at the evidence: how many calls were refused from that address, and was the token valid?"),
                    _("Approval is in force at the gateway within a second; say why when you reject."),
                ),
            ),
            Topic(
                "omgeving",
                _("Open a new environment"),
                (
                    _(
                        "A new environment gets its message types, all blocked, and the workflow for approval. You "
                        "name its first administrator, who adds the other users and follows Set-up."
                    ),
                ),
            ),
        ),
    ),
)
