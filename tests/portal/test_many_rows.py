"""Pages over many messages read few rows: each query finds its page by an index, whatever else there is.

Counted in rows, on some ten thousand messages, of which most look alike: that is where a plan goes wrong that is right
for a table in which everything is mixed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.models import Environment, Token
from messaging.management.commands.fill_database import fill
from messaging.models import Message
from messaging.statuses import Status
from messaging.tasks_for import PAGE_SIZE, task_page
from portal import figures
from portal.models import Membership, Role, User
from tests.factories import TokenFactory, UserFactory
from tests.plans import watched_queries

pytestmark = pytest.mark.django_db(transaction=True)
Login = Callable[[User], Client]

MANY = 20_000
# What a page may read: some rows per line that it shows, and the few rows of every other table.
FEW = 1_500


def _filled() -> Environment:
    token: Token = TokenFactory(app_connector__environment__code="O12345AB")
    environment = token.environment
    message_type = environment.message_types.get(code="BTW")
    message_type.workflow, message_type.blocked = environment.workflows.get(name="Controleren en accorderen"), False
    message_type.save(update_fields=["workflow", "blocked"])
    fill(environment, token, MANY)
    return environment


def _member(environment: Environment, role: Role) -> Membership:
    return Membership.objects.create(user=UserFactory(), environment=environment, role=role)


def test_lists_and_pages_read_few_rows_of_many(login: Login) -> None:
    environment = _filled()
    # A token that never sent anything comes first, as it does in an office that began with a mistake.
    TokenFactory(app_connector__environment=environment)
    by_age = Message.objects.order_by("pk")
    middle, newest = by_age[MANY // 2], by_age.reverse()[0]
    lists = reverse("messaging:message_list", args=[environment.code])
    day = timezone.localtime(middle.received_at).date()
    client = login(_member(environment, Role.BEHEERDER).user)
    urls = [
        lists,
        f"{lists}?after={middle.public_id}",
        f"{lists}?before={middle.public_id}",
        f"{lists}?status=40&after={middle.public_id}",
        f"{lists}?status=50",
        f"{lists}?type=BTW",
        f"{lists}?type=ICP",
        f"{lists}?type=ICP&status=80",
        f"{lists}?received_from={day}&received_to={day}",
        f"{lists}?organisation=000000123B01",
        f"{lists}?reference={middle.external_message_id}",
        f"{lists}?due=late",
        reverse("messaging:message_detail", args=[environment.code, newest.pk]),
        reverse("messaging:task_list", args=[environment.code]),
        reverse("messaging:delivery_list", args=[environment.code]),
        reverse("messaging:log_list", args=[environment.code]),
        reverse("portal:setup", args=[environment.code]),
    ]

    read = {}
    for url in urls:
        with watched_queries() as queries:
            assert client.get(url).status_code == 200
        read[url] = max((query.rows, query.sql) for query in queries)

    assert {url: most for url, most in read.items() if most > (FEW,)} == {}


def test_what_one_has_passed_on_is_looked_at_row_by_row() -> None:
    """Four eyes: the database must not gather all that a person ever passed on to show who may act on a few."""
    environment = _filled()
    member = _member(environment, Role.BEHANDELAAR)
    workflow = environment.workflows.get(name="Controleren en accorderen")
    first, second = workflow.versions.get().steps.order_by("position")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE messaging_message SET step_id = %s, status = 30 WHERE status >= 80", [second.pk])
        cursor.execute(
            "INSERT INTO messaging_messageevent"
            " (message_id, kind, at, actor_id, actor_name, note, step_id, to_step_id)"
            " SELECT id, 'forward', now(), %s, '', '', %s, %s FROM messaging_message WHERE status = 30"
            " ORDER BY id DESC LIMIT 5000",
            [member.user_id, first.pk, second.pk],
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE messaging_message, messaging_messageevent")

    with watched_queries() as queries:
        tasks = task_page(member).rows

    assert len(tasks) == PAGE_SIZE
    assert max((query.rows, query.sql) for query in queries) < (FEW,)


def test_the_dashboard_counts_no_further_than_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = _filled()
    monkeypatch.setattr(figures, "CAP", 30)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        late = timezone.now() - timedelta(days=1)
        cursor.execute(
            "UPDATE messaging_message SET status = 30, due_at = %s WHERE status = 80 AND id > %s",
            [late, Message.objects.order_by("pk")[MANY // 2].pk],
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE messaging_message")
    kinds = figures.tasks(Environment.objects.all())

    with watched_queries() as queries:
        counts = {due: kind.count() for due, kind in kinds.items()}

    assert counts == {"late": 30, "day": 0, "later": 0, "none": 30}
    assert max(query.rows for query in queries) < 200
    assert Message.objects.filter(environment=environment, status=Status.IN_WORKFLOW).count() > 1_000
