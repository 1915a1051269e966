"""The rules about access that the database holds, tried with plain SQL's freedom: no action in between."""

from __future__ import annotations

import datetime as dt
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from connectors.models import (
    AllowlistEntry,
    AllowlistRequest,
    AppConnector,
    ConnectorGrant,
    Environment,
    GroupMember,
    IpRule,
    Token,
)
from portal.models import Membership, Role, User
from tests.factories import (
    AllowlistEntryFactory,
    AllowlistRequestFactory,
    AppConnectorFactory,
    EnvironmentFactory,
    MembershipFactory,
    SystemUserFactory,
    TokenFactory,
    UserFactory,
    UserGroupFactory,
)

pytestmark = pytest.mark.django_db


def _refused(change: str, *, row: Model) -> bool:
    """Tell whether the database refuses an UPDATE of one row, also at the end of the transaction."""
    meta = row._meta
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(f"UPDATE {meta.db_table} SET {change} WHERE {meta.pk.column} = %s", [row.pk])  # noqa: S608  # a table of our own
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except DatabaseError:
            return True
        finally:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return False


def _cannot_be_made(factory: Any, **values: Any) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            factory(**values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return False


@pytest.mark.parametrize(
    ("code", "accepted"),
    [
        ("O12345AB", True),
        ("T12345AB", True),
        ("A12345AB", True),
        ("P12345AB", False),
        ("o12345AB", False),
        ("O1234AB", False),
        ("O12345A", False),
        ("O12345A1", False),
    ],
)
def test_an_environment_code_has_its_shape(code: str, accepted: bool) -> None:
    assert _cannot_be_made(Environment.objects.create, code=code, name="Kantoor") is not accepted


def test_only_the_digits_are_the_participant_number() -> None:
    assert EnvironmentFactory(code="O54321XY").participant_number == "54321"


def test_a_code_is_given_once() -> None:
    environment = EnvironmentFactory()

    assert _cannot_be_made(Environment.objects.create, code=environment.code, name="Ander")


def test_a_connectors_group_is_of_its_environment() -> None:
    connector, foreign = AppConnectorFactory(), UserGroupFactory()
    own = UserGroupFactory(environment=connector.environment)

    assert _refused(f"group_id = {foreign.pk}", row=connector)
    assert not _refused(f"group_id = {own.pk}", row=connector)


def test_a_member_of_a_group_is_a_member_of_its_environment() -> None:
    group, user = UserGroupFactory(), UserFactory()
    member = {"group": group, "user": user, "environment": group.environment}

    assert _cannot_be_made(GroupMember.objects.create, **member)
    MembershipFactory(user=user, environment=group.environment)
    assert not _cannot_be_made(GroupMember.objects.create, **member)


def test_who_leaves_the_environment_leaves_its_groups() -> None:
    token = TokenFactory()
    other = SystemUserFactory()
    membership = MembershipFactory(user=other, environment=token.environment, role=Role.SYSTEM)
    GroupMember.objects.create(group=token.app_connector.group, user=other, environment=token.environment)

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_membership WHERE id = %s", [membership.pk])

    assert [*GroupMember.objects.values_list("user", flat=True)] == [token.user_id]


def test_an_app_connector_made_by_hand_starts_blocked() -> None:
    group = UserGroupFactory()

    connector = AppConnector.objects.create(environment=group.environment, description="Met de hand", group=group)

    assert connector.blocked is True


def test_a_connector_is_granted_once_and_must_exist() -> None:
    connector = AppConnectorFactory()
    ConnectorGrant.objects.create(app_connector=connector, connector="CommSvcConnector")

    assert _cannot_be_made(ConnectorGrant.objects.create, app_connector=connector, connector="CommSvcConnector")
    assert _cannot_be_made(ConnectorGrant.objects.create, app_connector=connector, connector="Onbekend")


def test_a_network_stands_in_the_rules_once_and_is_compared_as_a_network() -> None:
    connector = AppConnectorFactory()
    IpRule.objects.create(app_connector=connector, network=ip_network("2001:db8::/32"))

    assert _cannot_be_made(IpRule.objects.create, app_connector=connector, network=ip_network("2001:0db8:0::/32"))


def test_a_token_is_one_per_environment_device_and_user() -> None:
    token = TokenFactory()
    same = {"app_connector": token.app_connector, "user": token.user, "device": token.device}

    assert _cannot_be_made(TokenFactory, **same)
    assert not _cannot_be_made(TokenFactory, **(same | {"device": "Ander apparaat"}))


def test_a_deleted_token_makes_room_for_its_successor() -> None:
    token = TokenFactory()
    same = {"app_connector": token.app_connector, "user": token.user, "device": token.device}
    Token.objects.filter(pk=token.pk).update(deleted_at=timezone.now())

    assert not _cannot_be_made(TokenFactory, **same)


@pytest.mark.parametrize(
    "change",
    [
        "device = 'Ander'",
        "digest = '\\x00'",
        "hint = '0000'",
        "created_at = now() - interval '1 day'",
        "user_id = user_id + 1",
        "app_connector_id = app_connector_id + 1",
    ],
)
def test_what_a_token_is_never_changes(change: str) -> None:
    assert _refused(change, row=TokenFactory())


def test_a_deleted_token_keeps_its_row_and_stays_deleted() -> None:
    token = TokenFactory()

    assert not _refused("deleted_at = now()", row=token)
    assert _refused("deleted_at = NULL", row=token)
    with pytest.raises(DatabaseError), transaction.atomic():
        token.delete()
    assert Token.objects.get().deleted_at is not None


def test_a_token_is_bound_to_a_customer_environment_once() -> None:
    free, bound = TokenFactory(customer_environment=""), TokenFactory(customer_environment="O67890AA")

    assert not _refused("customer_environment = 'O67890AA'", row=free)
    assert _refused("customer_environment = 'O11111AA'", row=free)
    assert _refused("customer_environment = 'O11111AA'", row=bound)
    assert _refused("customer_environment = ''", row=bound)


@pytest.mark.parametrize(
    "values",
    [
        {"customer_environment": "67890"},
        {"hint": "8a39"},
        {"expires_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_a_token_has_its_shape(values: dict[str, Any]) -> None:
    assert _cannot_be_made(TokenFactory, **values)


def test_the_user_of_a_token_is_a_member_of_its_environment() -> None:
    connector = AppConnectorFactory()
    values = {"digest": b"x" * 32, "hint": "0000", "device": "Apparaat", "user": SystemUserFactory()}

    assert _cannot_be_made(Token.objects.create, app_connector=connector, environment=connector.environment, **values)


def test_a_token_belongs_to_the_environment_of_its_connector() -> None:
    connector, foreign = AppConnectorFactory(), EnvironmentFactory()
    user = SystemUserFactory()
    MembershipFactory(user=user, environment=foreign, role=Role.SYSTEM)
    values = {"digest": b"x" * 32, "hint": "0000", "device": "Apparaat", "user": user}

    assert _cannot_be_made(Token.objects.create, app_connector=connector, environment=foreign, **values)


def test_the_digest_is_unique() -> None:
    token = TokenFactory()

    assert _cannot_be_made(TokenFactory, digest=token.digest, hint=token.hint)


def test_one_open_incident_per_address() -> None:
    incident = AllowlistRequestFactory()
    again = {"environment": incident.environment, "network": incident.network}

    assert _cannot_be_made(AllowlistRequestFactory, **again)
    AllowlistRequest.objects.update(status="approved", decided_by=incident.submitted_by, decided_at=timezone.now())
    assert not _cannot_be_made(AllowlistRequestFactory, **again)


def test_a_decision_has_somebody_and_a_rejection_a_reason() -> None:
    incident = AllowlistRequestFactory()
    decided = f"decided_by_id = {incident.submitted_by_id}, decided_at = now()"

    assert _refused("status = 'approved'", row=incident)
    assert _refused(f"status = 'rejected', {decided}", row=incident)
    assert not _refused(f"status = 'rejected', {decided}, decision_reason = 'Onbekend adres.'", row=incident)


def test_a_decision_is_final() -> None:
    incident = AllowlistRequestFactory()
    AllowlistRequest.objects.update(status="approved", decided_by=incident.submitted_by, decided_at=timezone.now())

    assert _refused("explanation = 'anders'", row=incident)
    assert _refused("status = 'open', decided_by_id = NULL, decided_at = NULL", row=incident)


def test_an_address_is_allowed_once_until_it_is_revoked() -> None:
    entry = AllowlistEntryFactory()

    assert _cannot_be_made(AllowlistEntryFactory)
    AllowlistEntry.objects.filter(pk=entry.pk).update(revoked_at=timezone.now())
    assert not _cannot_be_made(AllowlistEntryFactory)


@pytest.mark.parametrize("number", ["1234", "O1234", "123456", ""])
def test_a_participant_number_is_five_digits(number: str) -> None:
    assert _cannot_be_made(AllowlistEntryFactory, participant_number=number)


def test_a_user_has_one_role_in_an_environment() -> None:
    membership = MembershipFactory()

    assert _cannot_be_made(
        Membership.objects.create, user=membership.user, environment=membership.environment, role=Role.AUDITOR
    )


@pytest.mark.parametrize("change", ["is_staff = true", "is_superuser = true", "is_support = true", "password = 'x'"])
def test_a_system_user_can_never_sign_in(change: str) -> None:
    user: User = SystemUserFactory()

    assert _refused(change, row=user)


def test_tokens_are_never_emptied_away() -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="never emptied"), transaction.atomic():
        cursor.execute("TRUNCATE connectors_token CASCADE")


def test_an_email_address_belongs_to_one_person() -> None:
    UserFactory(email="eva@kantoor.test")

    assert _cannot_be_made(UserFactory, email="EVA@kantoor.test")
    assert not _cannot_be_made(SystemUserFactory, email="eva@kantoor.test")
    assert not _cannot_be_made(UserFactory, email="")
    assert not _cannot_be_made(UserFactory, email="")
