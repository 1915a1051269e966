"""The two offices of the demo, set up by the same actions that the screens call."""

from __future__ import annotations

from ipaddress import ip_network

from connectors.actions.allowlist import submit_incident
from connectors.actions.app_connectors import grant_connector
from connectors.actions.claims import hand_over_with_link
from connectors.actions.incident_desk import approve_incident, reject_incident
from connectors.actions.one_go import create_connector_in_one_go
from connectors.actions.replacing import replace_token_gradually
from connectors.actions.tokens import create_second_customer_environment, replace_token
from connectors.models import AllowlistRequest, AppConnector, Connector, Environment, Token
from connectors.queries import live_tokens
from messaging.actions.environments import create_environment
from messaging.actions.message_types import update_message_type
from portal.demo.people import add_members
from portal.models import User

READY = "O12345AB"
CUSTOMERS = ("O67890AA", "O67891BB")
# Set up but for the allowlist: its first call gives the generic error, so that the incident can be played.
WAITING = "T54321XY"
WAITING_CUSTOMER = "T67892CC"
# There one token waits behind a claim link, and another is being replaced.
HANDED_OVER, REPLACED = "T67893DD", "T67894EE"


def make_environments(people: dict[str, User]) -> dict[str, str]:
    """Make both environments; return the new tokens' texts by customer environment."""
    return _make_ready(people) | _make_waiting(people)


def new_tokens(people: dict[str, User]) -> dict[str, str]:
    """Replace the demo's tokens, whose texts nobody has any more; return the new ones by customer environment."""
    wanted = live_tokens(
        Token.objects.filter(environment__code__in=[READY, WAITING], closing_since=None)
    ).select_related("app_connector")
    return {
        token.customer_environment: replace_token(token=token, acting_user=people["beheerder"])[1]
        for token in wanted.order_by("id")
        if token.customer_environment in (*CUSTOMERS, WAITING_CUSTOMER)
    }


def _make_ready(people: dict[str, User]) -> dict[str, str]:
    environment = _open_environment(READY, "Kantoor De Vries", people)
    made, secrets = _connect(environment, "SnelStart koppeling", CUSTOMERS[0], people)
    _token, second = create_second_customer_environment(
        app_connector=made, customer_environment=CUSTOMERS[1], acting_user=people["beheerder"]
    )
    for address in ("127.0.0.1/32", "::1/128"):
        _allow(environment, address, people)
    reject_incident(
        incident=_submit(environment, "203.0.113.0/25", "Ons hele datacentrum.", people),
        reason="Dit zijn 128 adressen. Vraag alleen het adres aan waarvandaan de berichten komen.",
        acting_user=people["support"],
    )
    _submit(environment, "203.0.113.24/32", "Nieuwe klantomgeving van Garage Van Dam, vanaf 1 december.", people)
    return secrets | {CUSTOMERS[1]: second}


def _make_waiting(people: dict[str, User]) -> dict[str, str]:
    environment = _open_environment(WAITING, "Testkantoor Jansen", people)
    made, secrets = _connect(environment, "Boekhoudpakket (test)", WAITING_CUSTOMER, people)
    handed, secret = create_second_customer_environment(
        app_connector=made, customer_environment=HANDED_OVER, acting_user=people["beheerder"]
    )
    hand_over_with_link(token=handed, secret=secret, acting_user=people["beheerder"])
    old, _secret = create_second_customer_environment(
        app_connector=made, customer_environment=REPLACED, acting_user=people["beheerder"]
    )
    replace_token_gradually(token=old, acting_user=people["beheerder"])
    return secrets


def _open_environment(code: str, name: str, people: dict[str, User]) -> Environment:
    environment = create_environment(code=code, name=name, acting_user=people["superuser"])
    add_members(environment, people)
    workflow = environment.workflows.get(name="Accorderen")
    for message_type in environment.message_types.all():
        update_message_type(
            message_type=message_type, blocked=False, workflow=workflow, acting_user=people["beheerder"]
        )
    return Environment.objects.get(pk=environment.pk)


def _connect(
    environment: Environment, description: str, customer: str, people: dict[str, User]
) -> tuple[AppConnector, dict[str, str]]:
    made = create_connector_in_one_go(
        environment=environment,
        description=description,
        customer_environment=customer,
        acting_user=people["beheerder"],
    )
    grant_connector(app_connector=made.app_connector, connector=Connector.COMM_SVC, acting_user=people["beheerder"])
    return made.app_connector, {customer: made.secret}


def _allow(environment: Environment, address: str, people: dict[str, User]) -> None:
    incident = _submit(environment, address, "De boekhouding op deze machine zelf.", people)
    approve_incident(incident=incident, acting_user=people["support"])


def _submit(environment: Environment, address: str, explanation: str, people: dict[str, User]) -> AllowlistRequest:
    return submit_incident(
        environment=environment,
        participant_number=environment.participant_number,
        network=ip_network(address),
        explanation=explanation,
        local_confirmed=True,
        acting_user=people["beheerder"],
    )
