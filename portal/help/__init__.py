"""Help in place: which page of the help explains a page of the portal. Pure, so that every layer may link to it.

`help_url("app-connector", "tokens")` is the address of a topic. Subjects and anchors are stable: people bookmark them,
and causes of refusals point at them (`cause_help_url`).
"""

from __future__ import annotations

from django.urls import reverse

SETUP = "inrichting"
COMMUNICATION_CONNECTOR = "communicatieconnector"
APP_CONNECTOR = "app-connector"
USERS = "gebruikers"
ALLOWLIST = "allowlist"
MESSAGES = "berichten"
DELIVERY = "verzending"
LOG = "communicatielogboek"
CAUSES = "oorzaken"
DASHBOARD = "dashboard"
SUPPORT = "support"

# The subject of a page by the name of its address; what is not named here goes by the longest beginning of its name.
PAGES: dict[str, str] = {
    "portal:setup": SETUP,
    "messaging:trial": SETUP,
    "portal:dashboard": DASHBOARD,
    "portal:support_dashboard": DASHBOARD,
    "portal:support_by_environment": DASHBOARD,
    "portal:customer": SETUP,
    "environment_add": SUPPORT,
    "portal:search": LOG,
    "messaging:message_type": COMMUNICATION_CONNECTOR,
    "messaging:workflow": COMMUNICATION_CONNECTOR,
    "messaging:draft": COMMUNICATION_CONNECTOR,
    "messaging:step": COMMUNICATION_CONNECTOR,
    "messaging:message": MESSAGES,
    "messaging:task": MESSAGES,
    "messaging:bulk": MESSAGES,
    "messaging:organisation": MESSAGES,
    "messaging:channel": DELIVERY,
    "messaging:delivery": DELIVERY,
    "messaging:resend": DELIVERY,
    "messaging:log": LOG,
    "messaging:support_log": LOG,
    "messaging:time_to_fix": SUPPORT,
    "connectors:user": USERS,
    "connectors:member": USERS,
    "connectors:system_user": USERS,
    "connectors:group": USERS,
    "connectors:app_connector": APP_CONNECTOR,
    "connectors:wizard": APP_CONNECTOR,
    "connectors:grant": APP_CONNECTOR,
    "connectors:token": APP_CONNECTOR,
    "connectors:claim": APP_CONNECTOR,
    "connectors:handover": APP_CONNECTOR,
    "connectors:ip_rule": APP_CONNECTOR,
    "connectors:second_environment": APP_CONNECTOR,
    "connectors:incident": ALLOWLIST,
    "connectors:allowlist": SUPPORT,
    "connectors:support": SUPPORT,
    "connectors:entry": SUPPORT,
}


def help_url(subject: str = "", anchor: str = "") -> str:
    """Return the address of a subject of the help, at a topic of it; without a subject that of the overview."""
    page = reverse("help_subject", args=[subject]) if subject else reverse("help")
    return f"{page}#{anchor}" if anchor else page


def cause_help_url(code: str) -> str:
    """Return where the help explains a cause of refusal (a code of `connectors.causes`)."""
    return help_url(CAUSES, code)


def subject_of(view_name: str) -> str:
    """Return the subject that explains the page with this address name; none when the overview has to do."""
    fitting = [name for name in PAGES if view_name == name or view_name.startswith(f"{name}_")]
    return PAGES[max(fitting, key=len)] if fitting else ""
