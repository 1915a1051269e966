"""Factories: the smallest valid object of each kind; a test names only what it is about."""

from __future__ import annotations

import hashlib
from ipaddress import ip_network
from typing import Any

import factory
from django.conf import settings
from factory.django import DjangoModelFactory

from connectors import models as connectors
from connectors import tokens
from messaging import models as messaging
from messaging.actions.environments import create_environment
from messaging.delivery.secrets import seal
from messaging.kinds import MessageKind
from messaging.statuses import Status
from portal.models import Membership, Role, User

PASSWORD = "een goed lang wachtwoord"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"Persoon {n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.test")
    password = factory.django.Password(PASSWORD)


class SystemUserFactory(UserFactory):
    username = factory.Sequence(lambda n: f"12345.SYSTEM{n}")
    kind = User.Kind.SYSTEM
    password = factory.django.Password(None)


class EnvironmentFactory(DjangoModelFactory[connectors.Environment]):
    """An environment as it is opened: with its message types, blocked, and the delivered workflows."""

    class Meta:
        model = connectors.Environment

    code = factory.Sequence(lambda n: f"O{20000 + n}AB")
    name = factory.Sequence(lambda n: f"Kantoor {n}")

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> connectors.Environment:
        environment = create_environment(code=kwargs["code"], name=kwargs["name"], acting_user=None)
        return connectors.Environment.objects.get(pk=environment.pk)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    environment = factory.SubFactory(EnvironmentFactory)
    role = Role.BEHEERDER


class UserGroupFactory(DjangoModelFactory[connectors.UserGroup]):
    class Meta:
        model = connectors.UserGroup

    environment = factory.SubFactory(EnvironmentFactory)
    name = factory.Sequence(lambda n: f"Groep {n}")


class AppConnectorFactory(DjangoModelFactory[connectors.AppConnector]):
    class Meta:
        model = connectors.AppConnector

    environment = factory.SubFactory(EnvironmentFactory)
    description = factory.Sequence(lambda n: f"Koppeling {n}")
    group = factory.SubFactory(UserGroupFactory, environment=factory.SelfAttribute("..environment"))
    blocked = False


class TokenFactory(DjangoModelFactory[connectors.Token]):
    """A token of a system user who is in the connector's group; `data` is its value (see `token_data`)."""

    class Meta:
        model = connectors.Token
        exclude = ("data",)

    data = factory.LazyFunction(tokens.generate)
    app_connector = factory.SubFactory(AppConnectorFactory)
    environment = factory.SelfAttribute("app_connector.environment")
    user = factory.SubFactory(SystemUserFactory)
    device = factory.Sequence(lambda n: f"Apparaat {n}")
    customer_environment = factory.Sequence(lambda n: f"O{60000 + n}AA")
    digest = factory.LazyAttribute(lambda token: tokens.digest(token.data))
    hint = factory.LazyAttribute(lambda token: tokens.hint(token.data))

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> connectors.Token:
        membership = {"user": kwargs["user"], "environment": kwargs["environment"]}
        Membership.objects.get_or_create(**membership, defaults={"role": Role.SYSTEM})
        connectors.GroupMember.objects.get_or_create(group=kwargs["app_connector"].group, **membership)
        token: connectors.Token = super()._create(model_class, *args, **kwargs)
        return token


class AllowlistEntryFactory(DjangoModelFactory[connectors.AllowlistEntry]):
    class Meta:
        model = connectors.AllowlistEntry

    participant_number = "12345"
    network = factory.LazyFunction(lambda: ip_network("127.0.0.1/32"))


class AllowlistRequestFactory(DjangoModelFactory[connectors.AllowlistRequest]):
    class Meta:
        model = connectors.AllowlistRequest

    environment = factory.SubFactory(EnvironmentFactory)
    participant_number = factory.SelfAttribute("environment.participant_number")
    network = factory.Sequence(lambda n: ip_network(f"203.0.113.{n % 256}/32"))
    explanation = "Nieuwe klantomgeving."
    submitted_by = factory.SubFactory(UserFactory)


class OrganisationFactory(DjangoModelFactory[messaging.Organisation]):
    class Meta:
        model = messaging.Organisation

    environment = factory.SubFactory(EnvironmentFactory)
    name = factory.Sequence(lambda n: f"Bedrijf {n} B.V.")


class MessageFactory(DjangoModelFactory[messaging.Message]):
    """A message in any status, with its content and the event of that status."""

    class Meta:
        model = messaging.Message
        exclude = ("raw", "kind")
        skip_postgeneration_save = True

    raw = b"<xbrl/>"
    kind = MessageKind.BTW
    token = factory.SubFactory(TokenFactory)
    environment = factory.SelfAttribute("token.environment")
    message_type = factory.LazyAttribute(lambda message: message.environment.message_types.get(code=message.kind))
    external_message_id = factory.Sequence(lambda n: f"EXT-{n}")
    sender_environment = factory.SelfAttribute("token.customer_environment")
    source_address = "127.0.0.1"
    content_digest = factory.LazyAttribute(lambda message: hashlib.sha256(message.raw).digest())
    content_size = factory.LazyAttribute(lambda message: len(message.raw))
    status = Status.REGISTERED

    content = factory.RelatedFactory(
        "tests.factories.MessageContentFactory", "message", content=factory.SelfAttribute("..raw")
    )
    event = factory.RelatedFactory(
        "tests.factories.MessageEventFactory", "message", to_status=factory.SelfAttribute("..status")
    )


class MessageContentFactory(DjangoModelFactory[messaging.MessageContent]):
    class Meta:
        model = messaging.MessageContent

    content = b"<xbrl/>"


class MessageEventFactory(DjangoModelFactory[messaging.MessageEvent]):
    class Meta:
        model = messaging.MessageEvent

    to_status = Status.REGISTERED
    actor_name = "test"


class ApprovedMessageFactory(MessageFactory):
    """A message that is ready to be sent, with the approval of its bytes."""

    status = Status.READY
    event = factory.RelatedFactory(
        MessageEventFactory,
        "message",
        to_status=Status.READY,
        actor_name="Persoon behandelaar",
        content_digest=factory.LazyAttribute(lambda event: bytes(event.message.content_digest)),
    )


class DeliveryChannelFactory(DjangoModelFactory[messaging.DeliveryChannel]):
    """A folder channel; with `url` a webhook. `codes` are the message types that leave by it."""

    class Meta:
        model = messaging.DeliveryChannel
        exclude = ("secret",)

    secret = "whs_of-a-test"
    codes: list[str] = []
    environment = factory.SubFactory(EnvironmentFactory)
    name = factory.Sequence(lambda n: f"Kanaal {n}")
    url = ""
    kind = factory.LazyAttribute(lambda channel: "webhook" if channel.url else "folder")
    folder = factory.LazyAttributeSequence(lambda channel, n: "" if channel.url else f"map-{n}")
    sealed_secret = factory.LazyAttribute(
        lambda channel: seal(channel.secret, key=settings.SECRET_KEY) if channel.url else ""
    )

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> messaging.DeliveryChannel:
        codes = kwargs.pop("codes")
        channel: messaging.DeliveryChannel = super()._create(model_class, *args, **kwargs)
        for message_type in channel.environment.message_types.filter(code__in=codes):
            channel.routes.create(message_type=message_type, environment=channel.environment)
        return channel
