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


@pytest.fixture
def world(db: None) -> Environment:
    return make_world("O12345AB")


@pytest.fixture
def staff_auditor(world: Environment) -> User:
    """An auditor of one environment who may open the admin site."""
    user: User = UserFactory(username="staff-auditor", is_staff=True)
    MembershipFactory(user=user, environment=world, role=Role.AUDITOR)
    return user


def _changing_urls(model: type[models.Model], pk: object) -> list[str]:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    return [change_url(model, pk), reverse(f"{name}_add"), reverse(f"{name}_delete", args=[pk])]


def _queries(client: Client, model: type[models.Model]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        client.get(list_url(model))
    return [query["sql"] for query in captured]


def _listed(client: Client, model: type[models.Model]) -> set[Any]:
    return {row.pk for row in client.get(list_url(model)).context["cl"].result_list}


def test_every_model_is_in_the_admin_site_and_bound_to_environments() -> None:
    bound = [model for model in OURS if isinstance(site.get_model_admin(model), EnvironmentScopedAdmin)]

    assert bound == OURS
    assert [model for model in OURS if not site.get_model_admin(model).environment_path] == []  # type: ignore[attr-defined]


def test_staff_see_the_rows_of_their_environments_only(staff_auditor: User, login: Login) -> None:
    own = {model: {*model._default_manager.values_list("pk", flat=True)} for model in OURS}
    make_world("O54321XY")
    client = login(staff_auditor)

    seen = {model: _listed(client, model) for model in OURS}

    assert [model for model in OURS if not seen[model]] == []
    assert [model for model in OURS if seen[model] - own[model]] == []


def test_a_row_of_another_environment_does_not_exist_for_staff(staff_auditor: User, login: Login) -> None:
    own = {model: [*model._default_manager.values_list("pk", flat=True)] for model in OURS}
    make_world("O54321XY")
    client = login(staff_auditor)

    answers = {
        model: client.get(change_url(model, model._default_manager.exclude(pk__in=own[model]).latest("pk").pk))
        for model in OURS
    }

    assert {(answer.status_code, answer["Location"]) for answer in answers.values()} == {(302, "/admin/")}


def test_staff_without_a_membership_see_nothing(world: Environment, login: Login) -> None:
    client = login(UserFactory(is_staff=True))

    assert [model for model in OURS if _listed(client, model)] == []


def test_support_staff_are_platform_auditors_and_see_every_environment(world: Environment, login: Login) -> None:
    make_world("O54321XY")
    client = login(UserFactory(is_staff=True, is_support=True))

    listed = {model: _listed(client, model) for model in OURS}

    assert listed == {
        model: {*model._default_manager.order_by("-pk").values_list("pk", flat=True)[:50]} for model in OURS
    }


def test_staff_change_nothing(staff_auditor: User, login: Login) -> None:
    client = login(staff_auditor)
    answers = []

    for model in OURS:
        pk = min(_listed(client, model))
        answers += [client.post(url, {"post": "yes"}).status_code for url in _changing_urls(model, pk)]

    assert {*answers} == {403}


def test_no_page_shows_a_digest_a_password_or_what_is_in_a_message(
    world: Environment, superuser: User, login: Login
) -> None:
    client = login(superuser)
    digest = bytes(world.tokens.get().digest).hex()

    pages = [
        client.get(url).content.decode().lower()
        for model in OURS
        for url in (list_url(model), change_url(model, model._default_manager.latest("pk").pk))
    ]

    for secret in (digest, superuser.password.lower(), "zeer geheim", PAYLOAD.hex()):
        assert [page for page in pages if secret in page] == []


def test_no_list_counts_or_asks_per_row(world: Environment, superuser: User, login: Login) -> None:
    client = login(superuser)

    few = {model: _queries(client, model) for model in OURS}
    make_world("O54321XY")
    make_world("O54322XY")
    more = {model: _queries(client, model) for model in OURS}

    assert [sql for queries in more.values() for sql in queries if "COUNT(" in sql.upper()] == []
    # Session, user, keys of the rows, rows.
    assert {model.__name__: (len(few[model]), len(more[model])) for model in OURS} == {
        model.__name__: (4, 4) for model in OURS
    }


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
    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1] == ("/account/login/?next=/admin/", 302)


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
    assert (made.name, made.message_types.count(), made.workflows.count()) == ("Nieuw kantoor", 4, 2)


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
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


@pytest.mark.parametrize("model", ["connectors.Token", "messaging.Message", "messaging.LogEntry", "portal.UserEvent"])
def test_nobody_touches_what_is_on_record(model: str, world: Environment, superuser: User, login: Login) -> None:
    table = apps.get_model(model)
    client = login(superuser)
    pk = table._default_manager.latest("pk").pk

    answers = [client.post(url, {"post": "yes"}).status_code for url in _changing_urls(table, pk)]

    assert answers == [403, 403, 403]
    assert table._default_manager.filter(pk=pk).exists()


def test_rows_cannot_be_taken_away_in_bulk(world: Environment, superuser: User, login: Login) -> None:
    data = {"action": "delete_selected", "_selected_action": [Membership.objects.first().pk], "post": "yes"}  # type: ignore[union-attr]  # the world has one

    login(superuser).post(list_url(Membership), data)

    assert Membership.objects.filter(environment=world).count() == 1
