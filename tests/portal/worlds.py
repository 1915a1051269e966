"""A row of every kind in one environment, for tests that go through all pages of the admin site."""

from __future__ import annotations

import uuid
from ipaddress import ip_network

from django.utils import timezone

from connectors.actions.claims import hand_over_with_link
from connectors.models import ConnectorGrant, Environment, IpRule, TokenOrigin
from messaging.models import (
    DailyMessages,
    DailyRefusals,
    Delivery,
    FixTime,
    LogEntry,
    MessageReading,
    OrganisationImport,
    OrganisationNumber,
    Question,
    ResendRun,
    Trial,
    WorkflowStep,
)
from portal.models import MutedNotice, NoticeKind
from tests.factories import (
    AllowlistEntryFactory,
    AllowlistRequestFactory,
    DeliveryChannelFactory,
    EnvironmentFactory,
    MessageFactory,
    OrganisationFactory,
    TokenFactory,
    UserFactory,
)

PAYLOAD = b"<xbrl>zeer geheim bedrag</xbrl>"


def make_world(code: str) -> Environment:
    """Make an environment with one row, or a few, of every model that the admin site shows."""
    environment: Environment = EnvironmentFactory(code=code, name=f"Kantoor {code}")
    token = TokenFactory(app_connector__environment=environment)
    ConnectorGrant.objects.create(app_connector=token.app_connector, connector="CommSvcConnector")
    IpRule.objects.create(app_connector=token.app_connector, network=ip_network("192.0.2.0/28"))
    TokenOrigin.objects.create(
        token=token, network=ip_network("203.0.113.0/24"), first_at=timezone.now(), last_at=timezone.now()
    )
    hand_over_with_link(token=token, secret="zeer geheim", acting_user=UserFactory())
    AllowlistRequestFactory(environment=environment).remarks.create(kind="asked", text="Van wie is dit adres?")
    AllowlistEntryFactory(participant_number=environment.participant_number)
    MutedNotice.objects.create(user=token.user, kind=NoticeKind.TASK_WAITING)
    organisation = OrganisationFactory(environment=environment)
    OrganisationNumber.objects.create(
        organisation=organisation, environment=environment, scheme="kvk", number="12345678"
    )
    OrganisationImport.objects.create(environment=environment, made_by=token.user, file_name="klanten.csv", lines=[])
    message = MessageFactory(token=token, organisation=organisation, raw=PAYLOAD)
    MessageReading.objects.create(message=message, kind="BTW", document={"fact": PAYLOAD.decode()})
    channel = DeliveryChannelFactory(environment=environment, codes=["BTW"])
    Delivery.objects.create(
        message=message, environment=environment, message_type=message.message_type, channel=channel
    )
    ResendRun.objects.create(environment=environment, key=uuid.uuid4(), total=1)
    Question.objects.create(
        message=message,
        environment=environment,
        step=WorkflowStep.objects.filter(version__workflow__environment=environment).earliest("pk"),
        text="Zeer geheim bedrag?",
        asked_by_name="Bea",
        to_name="Jan",
    )
    LogEntry.objects.create(
        cause="token_expired",
        door="soap",
        environment=environment,
        token=token,
        token_hint=token.hint,
        address="203.0.113.7",
        message=message,
        keep_until="2099-01-01",
    )
    FixTime.objects.create(
        sender=f"token {token.pk}",
        cause="token_expired",
        environment=environment,
        token=token,
        reference=uuid.uuid4(),
        last_entry=1,
        refused_at=timezone.now(),
    )
    DailyMessages.objects.create(environment=environment, day="2026-11-25", status=30, count=1)
    DailyRefusals.objects.create(environment=environment, day="2026-11-25", cause="token_expired", count=1)
    Trial.objects.create(environment=environment, message_type="BTW", token=token, address="203.0.113.7")
    return environment
