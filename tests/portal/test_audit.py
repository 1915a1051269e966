"""The audit trail of configuration: it cannot be forgotten, undone or made to tell a secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pghistory.core
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from connectors.models import AppConnector, Environment, IpRule, UserGroup
from portal.admin_history import HistoryAdmin
from portal.admin_site import change_url, list_url, site
from portal.audit import acting_as
from portal.models import User
from portal.network import parse_network
from tests.factories import AppConnectorFactory, EnvironmentFactory, TokenFactory, UserFactory, UserGroupFactory
from tests.portal.worlds import make_world

pytestmark = pytest.mark.django_db

Login = Callable[[User], Client]
EVENT_MODELS = sorted(pghistory.core.event_models(), key=lambda model: model.__name__)
OURS = [model for name in ("portal", "connectors", "messaging") for model in apps.get_app_config(name).get_models()]
# Tables of record and what is derived from them: they have events or triggers of their own, and no history.
UNTRACKED = {
    *("Message", "MessageContent", "MessageReading", "MessageEvent", "LogEntry", "Question", "Trial"),
    *("Delivery", "ResendRun", "OrganisationImport", "AllowlistRemark", "FixTime", "TokenOrigin"),
    *("DailyMessages", "DailyRefusals"),
}
SECRETS = {"password", "digest", "secret", "data", "value", "content", "pdf", "document"}

GroupEvent = apps.get_model("connectors", "UserGroupEvent")
ConnectorEvent = apps.get_model("connectors", "AppConnectorEvent")
TokenEvent = apps.get_model("connectors", "TokenEvent")
UserEvent = apps.get_model("portal", "UserEvent")


def recorded(event_model: type[models.Model], pk: object) -> list[tuple[str, str]]:
    """Return what was recorded of one object, oldest first: the change, and the name that it had."""
    events = event_model._default_manager.filter(pgh_obj_id=pk).order_by("pgh_id")
    return [(event.pgh_label, event.name) for event in events]  # type: ignore[attr-defined]  # written by the triggers


def test_every_model_of_configuration_is_recorded() -> None:
    tracked = {model.pgh_tracked_model for model in EVENT_MODELS}  # type: ignore[attr-defined]  # event models have it

    assert {model.__name__ for model in OURS if model not in tracked and model not in EVENT_MODELS} == UNTRACKED


@pytest.mark.parametrize(
    "change",
    [
        lambda group: UserGroup.objects.filter(pk=group.pk).update(name="Nieuw"),
        lambda group: UserGroup.objects.bulk_update([UserGroup(pk=group.pk, name="Nieuw")], ["name"]),
        lambda group: connection.cursor().execute(
            "UPDATE connectors_usergroup SET name = 'Nieuw' WHERE id = %s", [group.pk]
        ),
    ],
    ids=["queryset", "bulk", "sql"],
)
def test_a_change_is_recorded_whatever_makes_it(change: Callable[[UserGroup], Any]) -> None:
    group = UserGroupFactory(name="Oud")

    change(group)

    assert recorded(GroupEvent, group.pk) == [("insert", "Oud"), ("update", "Nieuw")]


@pytest.mark.parametrize(
    "delete",
    [
        lambda group: group.delete(),
        lambda group: UserGroup.objects.filter(pk=group.pk).delete(),
        lambda group: connection.cursor().execute("DELETE FROM connectors_usergroup WHERE id = %s", [group.pk]),
    ],
    ids=["object", "queryset", "sql"],
)
def test_a_deletion_is_recorded_and_keeps_the_name(delete: Callable[[UserGroup], Any]) -> None:
    group = UserGroupFactory(name="Weg")
    pk = group.pk

    delete(group)

    assert recorded(GroupEvent, pk) == [("insert", "Weg"), ("delete", "Weg")]


def test_a_request_names_who_from_where_and_in_which_request(
    environment: Environment, superuser: User, login: Login
) -> None:
    connector = AppConnectorFactory(environment=environment)
    request = {"X-Request-ID": "aanvraag-0001"}

    login(superuser).post(
        change_url(connector, connector.pk), {"blocked": "on"}, headers=request, REMOTE_ADDR="192.0.2.7"
    )

    event = ConnectorEvent._default_manager.filter(pgh_obj_id=connector.pk).latest("pgh_id")
    assert (event.pgh_label, event.blocked) == ("update", True)
    assert event.pgh_context == {
        "user": superuser.pk,
        "user_name": superuser.name,
        "address": "192.0.2.7",
        "request_id": "aanvraag-0001",
        "url": change_url(connector, connector.pk),
    }


def test_work_outside_a_request_says_who_it_is() -> None:
    with acting_as("nachtwerk", task="opruimen"), transaction.atomic():
        group = UserGroupFactory()

    event = GroupEvent._default_manager.get(pgh_obj_id=group.pk)
    assert event.pgh_context == {"user": None, "user_name": "nachtwerk", "task": "opruimen"}


def test_records_outlive_the_object_and_the_user(environment: Environment, superuser: User, login: Login) -> None:
    other = UserFactory(username="tijdelijk", name="Tijdelijke Beheerder", is_staff=True, is_superuser=True)
    connector: AppConnector = AppConnectorFactory(environment=environment, description="Oude koppeling")
    pk = connector.pk
    login(other).post(change_url(connector, pk), {"blocked": "on"})
    connector.delete()
    other.delete()

    page = login(superuser).get(list_url(ConnectorEvent, pgh_obj=pk)).content.decode()

    assert page.count("Oude koppeling") == 3
    assert "Tijdelijke Beheerder" in page
    assert change_url(AppConnector, pk) not in page


@pytest.mark.parametrize("model", EVENT_MODELS, ids=lambda model: model.__name__)
def test_a_record_is_neither_changed_nor_deleted_nor_emptied_away(model: type[models.Model]) -> None:
    make_world("O12345AB")
    table = model._meta.db_table
    rows = model._default_manager.count()

    for statement in (
        f"UPDATE {table} SET pgh_label = 'x'",  # noqa: S608  # a table of our own
        f"UPDATE {table} SET pgh_context = NULL",  # noqa: S608  # a table of our own
        f"DELETE FROM {table}",  # noqa: S608  # a table of our own
        f"TRUNCATE {table} CASCADE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert rows > 0
    assert model._default_manager.count() == rows


@pytest.mark.parametrize("model", EVENT_MODELS, ids=lambda model: model.__name__)
def test_no_secret_is_recorded(model: type[models.Model]) -> None:
    columns = {field.name for field in model._meta.concrete_fields if not field.name.startswith("pgh_")}

    assert columns & SECRETS == set()
    assert [field.name for field in model._meta.concrete_fields if isinstance(field, models.BinaryField)] == []


def test_a_new_password_is_recorded_as_a_fact_and_not_as_a_value(beheerder: User) -> None:
    beheerder.set_password("een heel ander wachtwoord")
    beheerder.save(update_fields=["password", "password_changed_at"])

    event = UserEvent._default_manager.filter(pgh_obj_id=beheerder.pk).latest("pgh_id")

    assert (event.pgh_label, event.password_changed_at) == ("update", beheerder.password_changed_at)
    assert "password" not in vars(event)


def test_the_history_button_leads_to_the_records_of_that_object(superuser: User, login: Login) -> None:
    group, _other = UserGroupFactory(), UserGroupFactory()
    client = login(superuser)

    page = client.get(change_url(group, group.pk)).content.decode()
    answer = client.get(change_url(group, group.pk).replace("change/", "history/"), follow=True)

    assert change_url(group, group.pk).replace("change/", "history/") in page
    assert [event.pgh_obj_id for event in answer.context["cl"].result_list] == [group.pk]


def test_a_record_leads_to_the_object_and_shows_what_became_different(superuser: User, login: Login) -> None:
    group = UserGroupFactory(name="Oud")
    group.name = "Nieuw <b>"
    group.save(update_fields=["name"])

    page = login(superuser).get(list_url(GroupEvent, pgh_obj=group.pk)).content.decode()

    assert f'<a href="{change_url(group, group.pk)}">Nieuw &lt;b&gt;</a>' in page
    assert "<del>Oud</del> → <ins>Nieuw &lt;b&gt;</ins>" in page


def test_a_record_says_moments_in_our_form_and_leads_to_all_of_its_request(
    environment: Environment, superuser: User, login: Login
) -> None:
    connector = AppConnectorFactory(environment=environment)
    token = TokenFactory(app_connector=connector)
    client = login(superuser)
    client.post(change_url(connector, connector.pk), {"blocked": "on"}, headers={"X-Request-ID": "aanvraag-0001"})
    token.expires_at = dt.datetime(2099, 11, 22, 13, 3, 22, 600_801, tzinfo=dt.UTC)
    token.save(update_fields=["expires_at"])

    connectors = client.get(list_url(ConnectorEvent)).content.decode()
    tokens = client.get(list_url(TokenEvent)).content.decode()

    whole = '<a href="{}?q=aanvraag-0001" title="aanvraag-0001"><code>aanvraag…</code></a>'
    assert whole.format(list_url(ConnectorEvent)) in connectors
    assert "<ins>22-11-2099 14:03:22</ins>" in tokens


def test_records_are_found_by_request_user_address_and_kind_of_change(
    environment: Environment, superuser: User, login: Login
) -> None:
    connector = AppConnectorFactory(environment=environment)
    AppConnectorFactory(environment=EnvironmentFactory())
    client = login(superuser)
    client.post(change_url(connector, connector.pk), {"blocked": "on"}, headers={"X-Request-ID": "aanvraag-0001"})
    queries: list[dict[str, str]] = [
        {"q": "aanvraag-0001"},
        {"q": superuser.name},
        {"q": "127.0.0.1"},
        {"change": "update"},
    ]

    found = [client.get(list_url(ConnectorEvent, **query)).context["cl"].result_list for query in queries]

    assert [[(event.pgh_obj_id, event.pgh_label) for event in events] for events in found] == [
        [(connector.pk, "update")]
    ] * 4


def test_the_history_of_a_rule_stays_in_its_environment_after_all_of_it_is_deleted(
    environment: Environment, auditor: User, login: Login
) -> None:
    User.objects.filter(pk=auditor.pk).update(is_staff=True)
    events = apps.get_model("connectors", "IpRuleEvent")
    for owner in (environment, EnvironmentFactory()):
        connector = AppConnectorFactory(environment=owner)
        IpRule.objects.create(app_connector=connector, network=parse_network("192.0.2.0/28"))
        connector.delete()
    client = login(User.objects.get(pk=auditor.pk))

    listed = client.get(list_url(events)).context["cl"].result_list

    assert [event.pgh_label for event in listed] == ["delete", "insert"]


def test_every_history_has_its_page() -> None:
    assert [model for model in EVENT_MODELS if not isinstance(site.get_model_admin(model), HistoryAdmin)] == []
