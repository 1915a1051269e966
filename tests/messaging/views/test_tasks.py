"""Mijn taken over HTTP: list, filters, number in the menu, and approving several at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.models import Environment
from messaging.actions.assessment import approve_message
from messaging.models import Message
from messaging.models.workflows import StepAction
from messaging.statuses import Status
from portal.models import User
from tests.factories import OrganisationFactory, UserGroupFactory
from tests.messaging.readings import make_read_message
from tests.messaging.workflows import make_steps, make_waiting

Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
SOUND, UNSOUND = "btw-2017-q1-nt11.xbrl", "btw-2026-q2-failed-sum.xbrl"


def url(name: str, environment: Environment, *args: str) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, *args])


def _sound(environment: Environment, **values: Any) -> Message:
    return make_read_message(environment, SOUND, **values)


def _status(message: Message) -> int:
    return Message.objects.values_list("status", flat=True).get(pk=message.pk)


def test_the_list_says_what_is_overdue_and_the_menu_counts(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    _sound(environment, due_at=timezone.now() - dt.timedelta(hours=5))

    answer = login(behandelaar).get(url("task_list", environment))

    (row,) = answer.context["rows"]
    assert (row["is_overdue"], row["may_be_picked"]) == (True, True)
    assert login(behandelaar).get(url("task_number", environment)).content == b"1"
    assert answer.context["count"] == "1"


def test_approving_several_is_offered_only_where_a_task_can_be_approved(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    first, last = make_steps(
        environment, {"actions": [StepAction.REJECT, StepAction.FORWARD]}, {"actions": [StepAction.APPROVE]}
    )
    make_waiting(environment, first)
    client = login(behandelaar)

    before = client.get(url("task_list", environment)).content.decode()
    make_waiting(environment, last)
    after = client.get(url("task_list", environment)).content.decode()

    column, button, hidden_on_a_card = '<th scope="col"', 'id="approve-selected"', 'class="actions not-on-card"'
    assert [before.count(part) for part in (column, button, hidden_on_a_card)] == [7, 0, 0]
    assert [after.count(part) for part in (column, button, hidden_on_a_card)] == [8, 1, 1]


def test_without_tasks_the_list_says_so(environment: Environment, behandelaar: User, login: Login) -> None:
    answer = login(behandelaar).get(url("task_list", environment))

    assert (answer.status_code, answer.context["rows"], answer.context["count"]) == (200, [], "")


def test_asked_again_the_list_answers_only_what_changed(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    client = login(behandelaar)
    _sound(environment)
    live = client.get(url("task_list", environment)).context["live_url"]

    same = client.get(url("task_list", environment) + live, headers=HTMX)
    _sound(environment)
    other = client.get(url("task_list", environment) + live, headers=HTMX)

    assert (same.status_code, other.status_code, other.content.count(b'class="row-link"')) == (204, 200, 2)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=BTW", True),
        ("type=ICP", False),
        ("client=O60000ZZ", True),
        ("client=O60001ZZ", False),
        ("client=goudkorst", True),
        ("client=garage", False),
        ("deadline=overdue", True),
        ("deadline=today", True),
        ("deadline=week", True),
        ("deadline=none", False),
        ("type=nonsense", True),
        ("after=nonsense_42", True),
        ("after=infinity_zz", True),
    ],
)
def test_filters(environment: Environment, behandelaar: User, login: Login, query: str, found: bool) -> None:
    _sound(
        environment,
        due_at=timezone.now() - dt.timedelta(minutes=1),
        sender_environment="O60000ZZ",
        organisation=OrganisationFactory(environment=environment, name="Bakkerij Het Goudkorst"),
    )

    answer = login(behandelaar).get(f"{url('task_list', environment)}?{query}")

    assert len(answer.context["rows"]) == int(found)


def test_the_list_takes_as_many_queries_for_any_number_of_tasks(
    environment: Environment, behandelaar: User, login: Login, django_assert_num_queries: Any
) -> None:
    client = login(behandelaar)
    for _count in range(2):
        _sound(environment)
        # Session, user, membership, keys and rows of the page, number in the menu, number of the list, environments.
        with django_assert_num_queries(8):
            client.get(url("task_list", environment))


def test_approving_several_says_first_which_are_left_out_and_why(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    sound, unread = _sound(environment), make_waiting(environment, make_steps(environment, {})[0])
    unsound = _sound(environment)
    unsound.reading.findings = 1
    unsound.reading.save(update_fields=["findings"])
    gone = _sound(environment, status=Status.READY)
    picked = [message.public_id for message in (sound, unread, unsound, gone)]

    answer = login(behandelaar).get(url("bulk_preview", environment), {"message": [*picked, "nonsense"]})

    assert [candidate.message for candidate in answer.context["taken"]] == [sound]
    left = {candidate.message: candidate.left_out for candidate in answer.context["left"]}
    assert {*left} == {unread, unsound, gone}
    assert all(left.values())
    assert _status(sound) == Status.IN_WORKFLOW


def test_the_page_that_says_which_takes_as_many_queries_for_any_number_of_messages(
    environment: Environment, behandelaar: User, login: Login, django_assert_num_queries: Any
) -> None:
    client = login(behandelaar)
    picked: list[Message] = []
    steps = make_steps(environment, {}, {"four_eyes": True, "group": UserGroupFactory(environment=environment)})
    for count in (1, 3):
        while len(picked) < 2 * count:
            picked += [_sound(environment), _sound(environment, step=steps[1], workflow_version=steps[1].version)]
        # Session, user, membership, messages, groups, four eyes, newest acts, number in the menu, environments.
        with django_assert_num_queries(9):
            answer = client.get(
                url("bulk_preview", environment), {"message": [message.public_id for message in picked]}
            )
        assert (len(answer.context["taken"]), len(answer.context["left"])) == (count, count)


def _confirmed(client: Client, environment: Environment, *messages: Message) -> dict[str, Any]:
    picked = [message.public_id for message in messages]
    context = client.get(url("bulk_preview", environment), {"message": picked}).context
    items = [f"{found.message.public_id}:{found.digest}:{found.seen}" for found in context["taken"]]
    return {"run": context["run"], "item": items}


def test_the_run_approves_each_and_says_what_became_of_it(
    environment: Environment, beheerder: User, behandelaar: User, login: Login
) -> None:
    client, messages = login(behandelaar), [_sound(environment) for _ in range(3)]
    data = _confirmed(client, environment, *messages)
    digest = bytes(messages[0].content_digest).hex()
    approve_message(message=messages[0], digest_seen=digest, acting_user=beheerder)

    answer = client.post(url("bulk_run", environment), data, follow=True)

    assert (answer.context["done"], answer.context["left"]) == (2, 1)
    assert "Persoon beheerder" in answer.content.decode()
    assert [message.events.filter(to_status=50).count() for message in messages] == [1, 1, 1]


def test_a_second_press_runs_nothing_again(environment: Environment, behandelaar: User, login: Login) -> None:
    client, message = login(behandelaar), _sound(environment)
    data = _confirmed(client, environment, message)

    first, second = (client.post(url("bulk_run", environment), data) for _ in range(2))

    assert first["Location"] == second["Location"] == url("bulk_result", environment, data["run"])
    assert client.get(second["Location"]).context["done"] == 1
    assert message.events.filter(to_status=50).count() == 1


def test_without_a_choice_the_run_leads_back(environment: Environment, behandelaar: User, login: Login) -> None:
    client = login(behandelaar)

    answers = [
        client.post(url("bulk_run", environment), {"run": "a1", "item": ["nonsense::"]}),
        client.get(url("bulk_result", environment, "a1")),
    ]

    assert {answer["Location"] for answer in answers} == {url("task_list", environment)}


def test_another_environments_message_is_not_touched(
    environment: Environment, behandelaar: User, outsider: User, login: Login
) -> None:
    foreign = _sound(Environment.objects.get(code="O99999ZZ"))
    digest = bytes(foreign.content_digest).hex()
    data = {"run": "a1", "item": [f"{foreign.public_id}:{digest}:{foreign.events.get().pk}"]}

    login(behandelaar).post(url("bulk_run", environment), data)

    assert _status(foreign) == Status.IN_WORKFLOW


@pytest.mark.parametrize("name", ["task_list", "task_number", "bulk_preview", "bulk_run"])
def test_tasks_are_for_members_who_assess(
    environment: Environment, auditor: User, outsider: User, login: Login, name: str
) -> None:
    method = "post" if name == "bulk_run" else "get"

    answers = [getattr(login(user), method)(url(name, environment)).status_code for user in (auditor, outsider)]

    assert answers == [403, 404]
