"""The pages of the help about setting up: Inrichting, Communicatieconnector, App connector, users, allowlist."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal import help as help_pages
from portal.help.subjects import Subject, Topic

SETTING_UP = (
    Subject(
        help_pages.SETUP,
        _("Set-up"),
        _("From an empty environment to the first message of a customer environment, step by step."),
        (
            Topic(
                "stappen",
                _("The steps"),
                (
                    _("The list is worked out from what is really there: a step is done when it has taken effect."),
                    _("While steps are open the page keeps itself up to date; nothing has to be pressed."),
                ),
                (
                    _("Open a message type: choose the workflow that handles it and clear Blocked."),
                    _("Make an app connector: the wizard also makes the user group, the system user and the token."),
                    _("Add CommSvcConnector on the tab Connectors of the app connector."),
                    _("Record the token in the customer environment: one token for one customer environment."),
                    _("Have the address of the customer environment put on the allowlist, with an incident."),
                    _("Receive the first message."),
                ),
            ),
            Topic(
                "testbericht",
                _("The test message"),
                (
                    _(
                        "A test message goes through the real gateway over HTTP, from the portal itself, with a token "
                        "that is made for this one message and deleted right after it. You choose for which customer "
                        "environment: its app connector, user, group and restrictions are the ones that are tested."
                    ),
                    _(
                        "The portal calls from its own address, which says nothing about your client. So you name the "
                        "address from which the customer environment sends, and the gateway judges the message as if "
                        "it came from there."
                    ),
                    _(
                        "A test message carries the badge Test wherever it is shown, is never sent to a requesting "
                        "party and is not counted. Once it has been read and has reached its workflow it is closed "
                        "with status 40, so that no assessor finds it among the work. The database refuses any "
                        "further status."
                    ),
                    _(
                        "What the test cannot tell: whether the token was copied well into the customer environment, "
                        "and whether messages really come from the address that you named. The first real message "
                        "tells that."
                    ),
                ),
            ),
            Topic(
                "klant",
                _("The page for the customer"),
                (
                    _(
                        "The instructions for the customer's side are a page that you can print or copy as text, with "
                        "the values of this environment filled in. It holds no token: hand that over separately."
                    ),
                ),
            ),
        ),
    ),
    Subject(
        help_pages.COMMUNICATION_CONNECTOR,
        _("Communication connector"),
        _("Which types of message come in, and which workflow handles them."),
        (
            Topic(
                "openen",
                _("Open a message type"),
                (_("Every message type starts blocked: a message of a blocked type is refused."),),
                (
                    _("Open the list of message types."),
                    _("Open the properties of one."),
                    _("Clear the check box Blocked."),
                    _("Select the workflow that handles messages of this type."),
                    _("Save and close."),
                ),
            ),
            Topic(
                "workflow",
                _("The workflow"),
                (
                    _(
                        "One workflow may serve several types. It is usable when its published version has the actions "
                        "Approve message and Reject message; a type cannot be unblocked without a usable workflow."
                    ),
                    _("A message keeps the version of the workflow that it entered."),
                ),
            ),
        ),
    ),
    Subject(
        help_pages.APP_CONNECTOR,
        _("App connector"),
        _("The access of one external application: with which tokens, to which connectors, from which addresses."),
        (
            Topic(
                "aanmaken",
                _("Make an app connector"),
                (_("The wizard makes an app connector, a user group, a system user and a token in one go."),),
                (
                    _("Choose New and fill in the description: the name of the external application."),
                    _("Tick Generate token automatically."),
                    _("Select Make a new user group based on the app connector's name, or an existing group."),
                    _("Choose Next, check what will be made, and choose Finish."),
                    _("Copy or save the token now: nobody can see it again."),
                    _("On the tab Connectors choose New, and add CommSvcConnector."),
                ),
            ),
            Topic(
                "tokens",
                _("Tokens"),
                (
                    _("A token is a unique key for the combination of an environment, a device and a user."),
                    _("To replace one: delete that user's old token and create a new one; Replace does both."),
                    _("Never send a token by ordinary e-mail: whoever has it can send in the name of the client."),
                    _(
                        "To hand a token over to somebody else, choose the link when you make it: the link gives the "
                        "token once, and you see when and from where. Opened a second time, it warns you."
                    ),
                ),
            ),
            Topic(
                "tweede-klantomgeving",
                _("A second customer environment"),
                (
                    _(
                        "One token serves one customer environment. For a second one: create a new user in the "
                        "accountancy environment, create a new token for that user at the same app connector, and "
                        "record that token in the second customer environment. It then fetches only its own data."
                    ),
                ),
            ),
            Topic(
                "voorwaarden",
                _("When a call is allowed"),
                (_("A call goes through these conditions in this order; the first that fails is the cause."),),
                (
                    _("The token is valid, and its user is not blocked."),
                    _("The app connector is not blocked."),
                    _("The user is a member of the app connector's group."),
                    _("The connector CommSvcConnector is on the list of the app connector."),
                    _("The address is let in by the IP restrictions and is on the allowlist."),
                    _("The token belongs to the customer environment that sends."),
                    _("The message type is open."),
                    _("The message can be read."),
                ),
            ),
            Topic(
                "ip-restricties",
                _("IP restrictions"),
                (
                    _("You allow or exclude single addresses or ranges; one allow rule blocks every other address."),
                    _("They stand beside the allowlist: a message has to be let in by both."),
                ),
            ),
        ),
    ),
    Subject(
        help_pages.USERS,
        _("Users and user groups"),
        _("Who works in this environment, and on whose behalf applications call."),
        (
            Topic(
                "rollen",
                _("Roles"),
                (
                    _("An administrator sets up, an assessor approves and rejects messages, an auditor only reads."),
                    _("A system user owns tokens; it has no password and can never sign in."),
                ),
            ),
            Topic(
                "groepen",
                _("User groups"),
                (
                    _(
                        "An app connector serves the members of exactly one group. Whoever leaves the group can no "
                        "longer call with that app connector, even with a valid token."
                    ),
                ),
            ),
        ),
    ),
    Subject(
        help_pages.ALLOWLIST,
        _("Allowlist"),
        _("From which addresses messages may come, and how to ask for one."),
        (
            Topic(
                "waarom",
                _("Why the first message is refused"),
                (
                    _(
                        "The first time that messages are sent with token authentication, the sender may get the "
                        "general error. Usually the sender's address is not yet on the allowlist for the "
                        "communication profile Communication with Accountant."
                    ),
                ),
            ),
            Topic(
                "incident",
                _("Submit an incident"),
                (),
                (
                    _("Open the refusal in the communication log: its button fills the incident in."),
                    _("Feature General, profile Communication with Accountant."),
                    _("The participant number is that of the accountancy environment: the digits of its code."),
                    _("The address is the one that the communication log shows with the refusal."),
                    _("Support staff approve or reject it; approval takes effect at the gateway at once."),
                ),
            ),
        ),
    ),
)
