"""The admin site: who gets in, which rows they see, what they may change, and what is never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connectors.models import AppConnector, Environment, Token
from messaging.models import Message, MessageType
from portal.admin_base import EnvironmentScopedAdmin
from portal.admin_site import change_url, list_url, site
from portal.models import Membership, Role, User
from tests.factories import MembershipFactory, UserFactory
from tests.portal.worlds import PAYLOAD, make_world

pytestmark = pytest.mark.django_db

Login = Callable[[User], Client]
OURS = [model for name in ("portal", "connectors", "messaging") for model in apps.get_app_config(name).get_models()]
every_model = pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)


@pytest.fixture
def world(db: None) -> Environment:
    return make_world("O12345AB")


@pytest.fixture
def staff_auditor(world: Environment) -> User:
    """An auditor of one environment who may open the admin site."""
    user: User = UserFactory(username="staff-auditor", is_staff=True)
    MembershipFactory(user=user, environment=world, role=Role.AUDITOR)
    return user


def _listed(client: Client, model: type[models.Model]) -> set[Any]:
    return {row.pk for row in client.get(list_url(model)).context["cl"].result_list}


@every_model
def test_every_model_is_in_the_admin_site_and_bound_to_environments(model: type[models.Model]) -> None:
    registered = site.get_model_admin(model)

    assert isinstance(registered, EnvironmentScopedAdmin)
    assert registered.environment_path


@every_model
def test_staff_see_the_rows_of_their_environments_only(
    model: type[models.Model], staff_auditor: User, login: Login
) -> None:
    own = {*model._default_manager.values_list("pk", flat=True)}
    make_world("O54321XY")

    seen = _listed(login(staff_auditor), model)

    assert seen
    assert seen <= own


@every_model
def test_a_row_of_another_environment_does_not_exist_for_staff(
    model: type[models.Model], staff_auditor: User, login: Login
) -> None:
    own = {*model._default_manager.values_list("pk", flat=True)}
    make_world("O54321XY")
    foreign = model._default_manager.exclude(pk__in=own).first()
    assert foreign is not None

    answer = login(staff_auditor).get(change_url(model, foreign.pk))

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


@every_model
def test_staff_without_a_membership_see_nothing(model: type[models.Model], world: Environment, login: Login) -> None:
    nobody = UserFactory(is_staff=True)

    assert _listed(login(nobody), model) == set()


@every_model
def test_support_staff_are_platform_auditors_and_see_every_environment(
    model: type[models.Model], world: Environment, login: Login
) -> None:
    platform_auditor = UserFactory(is_staff=True, is_support=True)
    client = login(platform_auditor)

    assert _listed(client, model) == {*model._default_manager.order_by("-pk").values_list("pk", flat=True)[:50]}


@every_model
def test_staff_change_nothing(model: type[models.Model], staff_auditor: User, login: Login) -> None:
    client = login(staff_auditor)
    pk = _listed(client, model).pop()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    answers = [
        client.post(change_url(model, pk), {}),
        client.post(reverse(f"{name}_add"), {}),
        client.post(reverse(f"{name}_delete", args=[pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert model._default_manager.filter(pk=pk).exists()


@every_model
def test_no_page_shows_a_digest_a_password_or_what_is_in_a_message(
    model: type[models.Model], world: Environment, superuser: User, login: Login
) -> None:
    client = login(superuser)
    token = world.tokens.get()
    row = model._default_manager.first()
    assert row is not None

    pages = client.get(list_url(model)).content + client.get(change_url(model, row.pk)).content

    for secret in (bytes(token.digest).hex(), superuser.password, "zeer geheim", PAYLOAD.hex()):
        assert secret.lower() not in pages.decode().lower()


@every_model
def test_no_page_counts_or_asks_per_row(
    model: type[models.Model], world: Environment, superuser: User, login: Login
) -> None:
    client = login(superuser)
    client.get(list_url(model))

    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(list_url(model))
    make_world("O54321XY")
    make_world("O54322XY")
    with CaptureQueriesContext(connection) as more:
        client.get(list_url(model))

    assert not [query["sql"] for query in more if "COUNT(" in query["sql"].upper()]
    # Session, user, keys of the rows, rows.
    assert (len(few), len(more)) == (4, 4)


def test_a_row_of_a_big_table_is_found_by_its_key(world: Environment, superuser: User, login: Login) -> None:
    message = Message.objects.get()

    found = login(superuser).get(list_url(Message, q=message.public_id)).context["cl"].result_list

    assert [*found] == [message]


@pytest.mark.parametrize("term", ["O12345AB", "o12345ab"])
def test_every_list_is_searched_by_environment(term: str, world: Environment, superuser: User, login: Login) -> None:
    make_world("O54321XY")

    found = login(superuser).get(list_url(Token, q=term)).context["cl"].result_list

    assert [*found] == [world.tokens.get()]


def test_nothing_is_found_for_a_term_that_nothing_can_be(world: Environment, superuser: User, login: Login) -> None:
    found = login(superuser).get(list_url(Message, q="x" * 300)).context["cl"].result_list

    assert [*found] == []


def test_only_the_newest_thousand_can_be_leafed_through(world: Environment, superuser: User, login: Login) -> None:
    UserFactory._meta.model.objects.bulk_create([User(username=f"u{n}", name="x", email="") for n in range(1001)])

    answer = login(superuser).get(list_url(User))

    assert answer.context["cl"].result_count == 1000
    assert "1.000" in answer.content.decode()


def test_a_stranger_is_sent_to_the_portals_own_sign_in(client: Client) -> None:
    answer = client.get("/admin/")

    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/admin/")


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/login/?next=/admin/connectors/token/"])
def test_the_admin_site_has_no_sign_in_of_its_own(path: str, client: Client) -> None:
    answer = client.post(path, {"username": "superuser", "password": "x"})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?next=/admin/")


def test_who_is_not_staff_is_told_so(beheerder: User, login: Login) -> None:
    answer = login(beheerder).get("/admin/", follow=True)

    assert answer.status_code == 403


def test_the_start_page_leads_back_to_the_portal_and_to_the_audit_trail(superuser: User, login: Login) -> None:
    page = login(superuser).get("/admin/").content.decode()

    assert '<a href="/">' in page
    assert list_url(apps.get_model("connectors", "AppConnectorEvent")) in page
    assert page.index(list_url(AppConnector)) < page.index(list_url(apps.get_model("portal", "UserEvent")))


def test_a_superuser_opens_an_environment_with_everything_in_it(superuser: User, login: Login) -> None:
    login(superuser).post(reverse("admin:connectors_environment_add"), {"code": "O77777AB", "name": "Nieuw kantoor"})

    made = Environment.objects.get(code="O77777AB")
    assert (made.name, made.message_types.count(), made.workflows.count()) == ("Nieuw kantoor", 4, 1)


def test_a_superuser_stops_an_app_connector_and_cannot_change_the_rest(
    world: Environment, superuser: User, login: Login
) -> None:
    connector = world.app_connectors.get()

    login(superuser).post(change_url(connector, connector.pk), {"blocked": "on", "description": "anders"})

    connector.refresh_from_db()
    assert (connector.blocked, connector.description == "anders") == (True, False)


def test_a_superuser_makes_and_ends_a_membership(world: Environment, superuser: User, login: Login) -> None:
    person = UserFactory()
    client = login(superuser)
    data = {"user": person.pk, "environment": world.pk, "role": Role.BEHEERDER}

    client.post(reverse("admin:portal_membership_add"), data)
    membership = Membership.objects.get(user=person)
    client.post(reverse("admin:portal_membership_delete", args=[membership.pk]), {"post": "yes"})

    assert membership.role == Role.BEHEERDER
    assert not Membership.objects.filter(user=person).exists()


def test_a_change_that_the_database_refuses_is_said_and_not_made(
    world: Environment, superuser: User, login: Login
) -> None:
    message_type = world.message_types.get(code="BTW")
    message_type.workflow = world.workflows.create(name="Leeg")
    message_type.save(update_fields=["workflow"])

    answer = login(superuser).post(change_url(message_type, message_type.pk), {}, follow=True)

    assert MessageType.objects.get(pk=message_type.pk).blocked is True
    assert "Nothing has changed" in answer.content.decode() or "Er is niets gewijzigd" in answer.content.decode()


@pytest.mark.parametrize("model", ["connectors.Token", "messaging.Message", "messaging.LogEntry", "portal.UserEvent"])
def test_nobody_touches_what_is_on_record(model: str, world: Environment, superuser: User, login: Login) -> None:
    table = apps.get_model(model)
    row = table._default_manager.first()
    client = login(superuser)
    name = f"admin:{table._meta.app_label}_{table._meta.model_name}"

    answers = [
        client.post(change_url(table, row.pk), {}),
        client.get(reverse(f"{name}_add")),
        client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_rows_cannot_be_taken_away_in_bulk(world: Environment, superuser: User, login: Login) -> None:
    data = {"action": "delete_selected", "_selected_action": [Membership.objects.first().pk], "post": "yes"}  # type: ignore[union-attr]  # the world has one

    login(superuser).post(list_url(Membership), data)

    assert Membership.objects.filter(environment=world).count() == 1
