"""Making, changing and taking away delivery channels."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from connectors.models import Environment
from messaging.actions.channels import create_channel, delete_channel, replace_secret, update_channel
from messaging.delivery.carriers import secret_of
from messaging.models import DeliveryChannel, MessageType
from portal.errors import DomainError
from portal.models import User
from tests.factories import DeliveryChannelFactory, EnvironmentFactory

FOLDER, WEBHOOK = DeliveryChannel.Kind.FOLDER, DeliveryChannel.Kind.WEBHOOK
URL = "https://ontvanger.example/hook"


def _make(environment: Environment, user: User, **facts: Any) -> tuple[DeliveryChannel, str]:
    facts = {"name": "Belastingdienst", "kind": FOLDER, "folder": "bd"} | facts
    return create_channel(environment=environment, acting_user=user, **facts)


def _types(environment: Environment, *codes: str) -> list[MessageType]:
    return [*environment.message_types.filter(code__in=codes).order_by("pk")]


def test_a_folder_has_no_secret_and_a_webhook_has_one_that_is_stored_sealed(
    environment: Environment, beheerder: User
) -> None:
    folder, none = _make(
        environment, beheerder, folder=" /belastingdienst/btw/ ", message_types=_types(environment, "BTW")
    )
    webhook, secret = _make(environment, beheerder, name="Hook", kind=WEBHOOK, url=URL)

    assert (folder.folder, none, folder.sealed_secret) == ("belastingdienst/btw", "", "")
    assert [route.message_type.code for route in folder.routes.all()] == ["BTW"]
    assert secret not in webhook.sealed_secret
    assert secret_of(webhook) == secret


def test_the_secret_is_in_no_history(environment: Environment, beheerder: User) -> None:
    webhook, _secret = _make(environment, beheerder, kind=WEBHOOK, url=URL)
    before = webhook.sealed_secret
    secret = replace_secret(channel=webhook, acting_user=beheerder)

    recorded = [*webhook.events.order_by("pgh_id").values()]  # type: ignore[attr-defined]  # by pghistory
    assert [row["pgh_label"] for row in recorded] == ["insert", "update"]
    assert "sealed_secret" not in recorded[0]
    assert before not in str(recorded)
    assert secret_of(webhook) == secret


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "Bestaat"}, "name"),
        ({"folder": ""}, "folder"),
        ({"folder": "../x"}, "folder"),
        ({"folder": "map"}, "folder"),
        ({"folder": "map/uit"}, "folder"),
        ({"kind": WEBHOOK, "url": ""}, "url"),
        ({"kind": WEBHOOK, "url": "http://ontvanger.example/"}, "url"),
        ({"kind": WEBHOOK, "url": "https://a:b@ontvanger.example/"}, "url"),
    ],
)
def test_what_a_channel_cannot_be(environment: Environment, beheerder: User, facts: dict[str, Any], field: str) -> None:
    DeliveryChannelFactory(environment=environment, name="Bestaat", folder="map")

    with pytest.raises(DomainError) as refusal:
        _make(environment, beheerder, **facts)

    assert refusal.value.field == field
    assert DeliveryChannel.objects.count() == 1


def test_without_tls_only_where_the_operator_allowed_networks(
    environment: Environment, beheerder: User, settings: Settings
) -> None:
    settings.DELIVERY_ALLOW_PRIVATE = ["10.0.0.0/8"]

    channel, _secret = _make(environment, beheerder, kind=WEBHOOK, url="http://10.1.2.3:8080/hook")

    assert channel.url == "http://10.1.2.3:8080/hook"


def test_a_type_leaves_by_one_channel(environment: Environment, beheerder: User) -> None:
    first = DeliveryChannelFactory(environment=environment, codes=["BTW"])

    with pytest.raises(DomainError) as refusal:
        _make(environment, beheerder, message_types=_types(environment, "BTW", "ICP"))

    assert refusal.value.field == "message_types"
    assert first.name in str(refusal.value)


def test_a_type_of_another_environment_is_refused(environment: Environment, beheerder: User) -> None:
    with pytest.raises(DomainError):
        _make(environment, beheerder, message_types=_types(EnvironmentFactory(), "BTW"))


def test_changing_a_channel_lets_it_try_at_once(environment: Environment, beheerder: User) -> None:
    channel = DeliveryChannelFactory(environment=environment, codes=["BTW"], failures=3)

    update_channel(
        channel=channel,
        name="Anders",
        blocked=True,
        folder="anders",
        message_types=_types(environment, "ICP"),
        acting_user=beheerder,
    )

    channel.refresh_from_db()
    assert (channel.name, channel.blocked, channel.folder, channel.rests_until) == ("Anders", True, "anders", None)
    assert [route.message_type.code for route in channel.routes.all()] == ["ICP"]


def test_a_deleted_channel_leaves_its_types_to_people(environment: Environment, beheerder: User) -> None:
    channel = DeliveryChannelFactory(environment=environment, codes=["BTW"])

    delete_channel(channel=channel, acting_user=beheerder)

    assert not environment.message_types.filter(route__isnull=False).exists()
