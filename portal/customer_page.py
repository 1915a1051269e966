"""The page for the customer's side: the two procedures, with the values of this environment filled in. No secrets."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connectors.models import Environment, Token
from connectors.views.environment import EnvironmentRequest, environment_page
from portal.http import render_page
from portal.permissions import READ_SETUP


@dataclass(frozen=True)
class Procedure:
    """What to fill in where (name and value), and what to do in which order."""

    title: str
    values: list[tuple[str, str]]
    steps: list[str]


@require_GET
@environment_page(READ_SETUP)
def customer_page(request: EnvironmentRequest) -> HttpResponse:
    """Show the instructions for a customer environment (`?klant=`), to print or to copy as text."""
    customers = customers_of(request.environment)
    asked = request.GET.get("klant", "")
    customer = asked if asked in customers else customers[0] if customers else ""
    found = procedures(request.environment, customer)
    context = {"procedures": found, "text": as_text(found), "customers": customers, "customer": customer}
    return render_page(request, "portal/customer.html", context)


def customers_of(environment: Environment) -> list[str]:
    """Return the customer environments that have a token here, by code."""
    tokens = Token.objects.filter(environment=environment, deleted_at__isnull=True).exclude(customer_environment="")
    return [*tokens.order_by("customer_environment").values_list("customer_environment", flat=True).distinct()]


def procedures(environment: Environment, customer: str) -> list[Procedure]:
    """Return both procedures for a customer environment; without one, with a place to fill its code in."""
    soap = f"{settings.PORTAL_URL}/ProfitServices/AppConnectorCommSvc.asmx"
    own = customer or _("the code of your own environment")
    return [
        Procedure(
            _("1. Record the token"),
            [
                (_("Address of the gateway (SOAP)"), soap),
                (_("Description (WSDL)"), f"{soap}?WSDL"),
                (_("Address of the gateway (REST)"), f"{settings.PORTAL_URL}/ProfitRestServices"),
                (_("Accountancy environment"), f"{environment.code} ({environment.name})"),
                (_("Participant number of the accountancy environment"), environment.participant_number),
                (_("Your customer environment"), own),
                (_("Communication profile"), _("Communication with Accountant")),
                (_("Token"), _("you receive it separately, from <token> to </token>")),
            ],
            [
                _("Open the settings for communication with your accountant in the bookkeeping program."),
                _("Fill in the address of the gateway: SOAP, or REST if the program asks for that."),
                _("Fill in the participant number of the accountancy environment."),
                _("Copy the whole token, from <token> to </token>, without spaces before or after it."),
                _("Use the token for this customer environment only; another one gets a token of its own."),
                _("Save, and keep the token nowhere else: whoever has it can send in your name."),
            ],
        ),
        Procedure(
            _("2. Send the first message"),
            [(_("Message types"), "BTW, SUP, ICP, KVK")],
            [
                _("Send one message and look at the answer: the message id means that it has arrived."),
                _(
                    "Do you see Er is een fout opgetreden bij het verzenden en ontvangen van berichten? Then your "
                    "address is usually not on the allowlist yet. Nothing has been lost."
                ),
                _("Pass on the log reference of the error to your accountant: the cause can be looked up with it."),
                _("Your accountant has the address allowed; after that you send the same message again."),
                _("Does your internet address change? Say so beforehand, so that the new one can be allowed."),
            ],
        ),
    ]


def as_text(found: list[Procedure]) -> str:
    """Write the procedures as plain text, for a mail or a note."""
    parts = []
    for procedure in found:
        values = [f"- {name}: {value}" for name, value in procedure.values]
        steps = [f"{number}. {step}" for number, step in enumerate(procedure.steps, 1)]
        parts.append("\n".join([procedure.title, *values, "", *steps]))
    return "\n\n".join(parts)
